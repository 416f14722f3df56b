"""Running an image without a person, so that its hot code is translated before somebody comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from zoo import registers as r
from zoo.session import FOREVER, REASONS, Session, Stop

if TYPE_CHECKING:
    from zoo.engines.recompile import Recompile

SLICE = 1 << 20  # instructions between waits for the translator


@dataclass(frozen=True)
class Outcome:
    """How a rehearsal went.

    made: the translations that it asked for.  kept: those that the next run will find and use; one
    can take the place of another.
    """

    stop: Stop
    instructions: int
    made: int
    kept: int
    error: Exception | None

    @property
    def reason(self) -> str:
        """Why it ended, in words."""
        if self.stop.reason == r.FAULT:
            return f"fault at {self.stop.pc:#x}: {self.stop.text}"
        return REASONS[self.stop.reason]


def rehearse(
    session: Session, budget: int | None, look: Callable[[int], None] = lambda done: None
) -> Outcome:
    """Run a session of the engine recompile, and wait for all translations that it asks for.

    It waits after every slice, and not once at the end: the next slice then runs in them, and what
    it still meets in the loop is what lacks a translation.
    """
    engine = cast("Recompile", session.engine)
    translator = engine.translator
    left = FOREVER if budget is None else budget
    while True:
        size = min(left, SLICE)
        stop = session.run(size)
        left -= size
        translator.finish()
        look(session.stats.instructions)
        if stop.reason != r.BUDGET or not left:
            break
    return Outcome(
        stop, session.stats.instructions, translator.units, translator.in_use, translator.error
    )
