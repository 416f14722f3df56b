"""Begin in the interpreter at once, and change to native code as soon as there is some."""

from __future__ import annotations

import subprocess
import threading
import time
from typing import TYPE_CHECKING

from zoo import warm
from zoo.engines.interp import Interp
from zoo.layout import Guest
from zoo.machine import Machine
from zoo.registers import RUNNING, STOP

if TYPE_CHECKING:
    from zoo.engines.recompile import Recompile

POLL = 0.2  # seconds between looks for what the child process has done
STRETCH = 20_000  # instructions of the interpreter between looks for native code: about 20 ms


class Auto:
    """Runs one guest in two engines, one after the other, on the same state.

    A child process compiles, so that neither the guest nor the person waits; a thread then loads
    what it left in the cache.
    """

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._machine = machine
        self._guest = guest
        self._m = guest.state
        self._interp = Interp(machine, guest)
        self._native: list[Recompile] = []
        self._interpreted = 0
        self._child: subprocess.Popen[bytes] | None = None
        # Loading takes a moment, and several beside the interpreter, which has the GIL meanwhile.
        if warm.has_loop(machine):
            self._load()
        else:
            threading.Thread(target=self._prepare, daemon=True).start()

    @property
    def name(self) -> str:
        return "auto" if self._native else "interp"

    def _prepare(self) -> None:
        self._child = warm.start(self._machine.name)
        # It goes on with the library when the loop is there.
        while self._child.poll() is None and not warm.has_loop(self._machine):
            time.sleep(POLL)
        if warm.has_loop(self._machine):
            self._load()

    def _load(self) -> None:
        from zoo.engines.recompile import Recompile

        self._native.append(Recompile(self._machine, self._guest))

    def run(self, budget: int) -> int:
        """As Interp.run."""
        left = budget
        while left > 0:
            if self._native:
                return self._native[0].run(left)
            size = min(left, STRETCH)
            done = size - self._interp.run(size)
            self._interpreted += done
            left -= done
            if self._m.r[STOP] != RUNNING:
                break
        return left

    def figures(self) -> dict[str, float]:
        """interpreted_instructions, and Recompile's figures."""
        native = self._native[0].figures() if self._native else {}
        return {"interpreted_instructions": self._interpreted, **native}
