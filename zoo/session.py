"""One run of one guest: the engine, the host's services, the budget and the counts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from zoo import registers as r
from zoo.layout import Guest
from zoo.machine import Machine

REASONS = {
    r.BUDGET: "budget",
    r.HOST: "end of input",
    r.FAULT: "fault",
    r.HALT: "halt",
    r.BREAK: "break",
}
FOREVER = 1 << 62
# Instructions between looks at the world: Ctrl-C, and what has been printed. The same for every
# engine, so that what they leave behind is the same.
LOOK = 1 << 20


class Engine(Protocol):
    """What runs a guest's instructions."""

    @property
    def name(self) -> str: ...

    def run(self, budget: int) -> int:
        """Run at most `budget` instructions; how many are left. STOP says why it returned."""
        ...

    def figures(self) -> dict[str, float]:
        """What else there is to tell of what it did, by name."""
        ...


class Services(Protocol):
    """What answers a machine's requests."""

    def serve(self) -> bool:
        """Answer the request in the state; False when the host has no more to say."""
        ...

    def due(self) -> int:
        """In how many instructions, at most, `flush` wants to be called again."""
        ...

    def flush(self) -> None:
        """Show what the guest has printed so far."""
        ...


@dataclass(frozen=True)
class Stop:
    """Why a run ended. reason: a key of REASONS; pc: where; text: the fault in words."""

    reason: int
    cause: int
    pc: int
    text: str = ""


@dataclass
class Stats:
    """Counts of one run. instructions is exact; stops counts the reasons by name.

    details: the engine's own figures.
    """

    machine: str
    engine: str
    instructions: int = 0
    seconds: float = 0.0
    startup_seconds: float = 0.0
    stops: Counter[str] = field(default_factory=Counter[str])
    details: dict[str, float] = field(default_factory=dict[str, float])

    def as_json(self) -> dict[str, object]:
        """The figures as a JSON object's members."""
        return {**vars(self), "stops": dict(self.stops)}


def make_engine(name: str, machine: Machine, guest: Guest) -> Engine:
    """The engine of a name in ENGINES; each is imported only when it is asked for."""
    if name == "interp":
        from zoo.engines.interp import Interp

        return Interp(machine, guest)
    if name == "jit":
        from zoo.engines.jit import Jit

        return Jit(machine, guest)
    if name == "recompile":
        from zoo.engines.recompile import Recompile

        return Recompile(machine, guest)
    from zoo.engines.auto import Auto

    return Auto(machine, guest)


ENGINES = ("interp", "jit", "recompile", "auto")


class Session:
    """Runs a guest until it ends, faults, has used its budget, or the host has no more input."""

    def __init__(
        self,
        machine: Machine,
        guest: Guest,
        services: Services,
        engine: str = "auto",
    ) -> None:
        begun = time.perf_counter()
        self.machine = machine
        self.guest = guest
        self.services = services
        self.engine = make_engine(engine, machine, guest)
        self._interrupted = False
        self.stats = Stats(machine.name, engine)
        self.stats.startup_seconds = time.perf_counter() - begun

    def run(self, budget: int | None = None, until: Callable[[], bool] | None = None) -> Stop:
        """Run at most `budget` instructions. `until` is asked after every service."""
        m = self.guest.state
        left = FOREVER if budget is None else budget
        begun = time.perf_counter()
        try:
            while True:
                m.r[r.STOP] = r.RUNNING
                size = min(left, LOOK, self.services.due())
                done = size - self.engine.run(size)
                left -= done
                m.r[r.DONE] += done
                self.stats.instructions += done
                if m.r[r.STOP] == r.RUNNING and left > 0:
                    if not self._interrupted:
                        self.services.flush()
                        continue
                    self._interrupted = False
                    m.r[r.STOP] = r.BREAK
                reason = m.r[r.STOP] or r.BUDGET
                name = REASONS[reason] if reason != r.HOST else self._service()
                self.stats.stops[name] += 1
                if reason != r.HOST:
                    self.services.flush()
                    break
                if not self.services.serve():
                    # The instruction that asked had begun.
                    self.stats.instructions += 1
                    break
                if until is not None and until():
                    break
        finally:
            self.stats.seconds += time.perf_counter() - begun
            self.stats.details = self.engine.figures()
        cause = m.r[r.CAUSE]
        text = self.machine.faults.get(cause, f"fault {cause}") if reason == r.FAULT else ""
        return Stop(reason, cause, m.r[r.PC], text)

    def interrupt(self) -> None:
        """Make the run stop, with reason BREAK, at its next look at the world; run goes on from
        there. It may be called by another thread or a signal handler."""
        self._interrupted = True

    def _service(self) -> str:
        return self.machine.requests.get(self.guest.state.r[r.CAUSE], "host")
