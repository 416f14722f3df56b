"""The interpreter: the semantic functions, called by a plain Python loop. It defines the others."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from zoo.generate import step_source
from zoo.inline import Inliner
from zoo.layout import Guest
from zoo.machine import Machine
from zoo.registers import PC, RETRY, RUNNING, STOP
from zoo.table import Special

Step = Callable[[], int]


class Steps:
    """The Python functions that carry out a machine's instructions, made as they are met."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._names: dict[str, Any] = {"STOP": STOP, "PC": PC}
        for module in machine.modules:
            self._names.update(vars(module))
        self._made: dict[tuple[int, str], FunctionType] = {}
        self._inliner = Inliner(machine.modules)

    def step(self, guest: Guest, pc: int) -> Step:
        """The instruction at `pc` as a function: it returns the next pc, negative for a stop."""
        arm, *found = self._machine.decode(guest.state, pc)
        special = self._machine.specialise(self._machine.arms[arm], found)
        function = self._made.get((arm, special.name)) or self._make(arm, special)
        # What the decoder found becomes the values of the parameters: nothing is left to pass.
        values = (guest.state, *special.found)
        return FunctionType(function.__code__, function.__globals__, function.__name__, values)

    def _make(self, arm: int, special: Special) -> FunctionType:
        name = f"{self._machine.arms[arm].name}_{special.name}"
        source = step_source(
            self._machine, "step", self._inliner.lines(special.lines, special.names)
        )
        file = f"<{self._machine.name} {name}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        exec(compile(source, file, "exec"), self._names)
        function = self._made[arm, special.name] = self._names["step"]
        return function


_steps: WeakKeyDictionary[Machine, Steps] = WeakKeyDictionary()


class Interp:
    """Runs one guest. Code that cannot change is decoded once."""

    name = "interp"

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._machine = machine
        self._guest = guest
        self._steps = _steps.setdefault(machine, Steps(machine))
        self._fixed = machine.fixed_code(guest)
        self._decoded: dict[int, Step] = {}
        self._changed = machine.layout.registers[machine.changed]

    def _decode(self, pc: int) -> Step:
        step = self._steps.step(self._guest, pc)
        if pc in self._fixed:
            self._decoded[pc] = step
        return step

    def run(self, budget: int) -> int:
        """Run at most `budget` instructions; returns how many of them are left.

        Why it stopped is in the STOP register, RUNNING when the budget was used up.
        """
        m = self._guest.state
        m.r[self._changed] = 0  # here nothing is translated
        decoded = self._decoded.get
        decode = self._decode
        pc = at = m.r[PC]
        left = budget
        while left > 0:
            at = pc
            pc = (decoded(pc) or decode(pc))()
            if pc < 0:
                break
            left -= 1
        if m.r[STOP] != RUNNING:
            if m.r[RETRY]:
                pc = at
                self._machine.restart(m, at)
            else:
                pc = self._machine.decode(m, at)[1]
                left -= 1
        m.r[PC] = pc
        return left

    def figures(self) -> dict[str, float]:
        return {}
