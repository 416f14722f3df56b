"""How far a run was, over time: what `zoo run --sample` adds to the statistics.

A session looks at the world now and then anyway, after LOOK instructions and when the guest asks
for something. The clock is read then and only then: no run is cut into pieces for it, so that what
is executed, printed and counted is the same with samples and without.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from zoo.session import Session


class Sampler:
    """Stands before a session's services from now on. samples: (seconds, instructions) pairs, the
    seconds from now and `every` of them apart, or more where the session looks more seldom."""

    def __init__(
        self, session: Session, every: float, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._services = session.services
        self._stats = session.stats
        self._every = every
        self._clock = clock
        self._begun = clock()
        self._next = every
        self.samples: list[tuple[float, int]] = [(0.0, session.stats.instructions)]
        session.services = self

    def serve(self) -> bool:
        self._look()
        return self._services.serve()

    def due(self) -> int:
        return self._services.due()

    def flush(self) -> None:
        self._look()
        self._services.flush()

    def finish(self) -> None:
        """Take the last sample, unless it was taken when the run ended."""
        if self._stats.instructions != self.samples[-1][1]:
            self._take(self._clock() - self._begun)

    def _look(self) -> None:
        now = self._clock() - self._begun
        if now >= self._next:
            self._take(now)
            self._next = now + self._every

    def _take(self, now: float) -> None:
        self.samples.append((round(now, 6), self._stats.instructions))
