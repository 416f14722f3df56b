"""The interpreter: the semantic functions, called by a plain Python loop. It defines the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from zoo.generate import arm_functions
from zoo.layout import Guest
from zoo.machine import Machine
from zoo.registers import PC, RETRY, RUNNING, STOP

Step = tuple[Callable[..., int], tuple[int, ...]]


@cache
def functions(machine: Machine) -> tuple[Callable[..., int], ...]:
    """One function per arm, made from the generated source and the machine's own functions."""
    names: dict[str, object] = {}
    for module in machine.modules:
        names.update(vars(module))
    names.update(STOP=STOP)
    exec(compile(arm_functions(machine), f"<arms of {machine.name}>", "exec"), names)
    return tuple(names[arm.name] for arm in machine.arms)  # type: ignore[misc]


class Interp:
    """Runs one guest. Code that cannot change is decoded once."""

    name = "interp"

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._machine = machine
        self._m = guest.state
        self._arms = functions(machine)
        self._fixed = machine.fixed_code(guest)
        self._decoded: dict[int, Step] = {}

    def _decode(self, pc: int) -> Step:
        arm, *found = self._machine.decode(self._m, pc)
        step = (self._arms[arm], tuple(found))
        if pc >= self._fixed:
            self._decoded[pc] = step
        return step

    def run(self, budget: int) -> int:
        """Run at most `budget` instructions; returns how many of them are left.

        Why it stopped is in the STOP register, RUNNING when the budget was used up.
        """
        m = self._m
        decoded = self._decoded.get
        pc = at = m.r[PC]
        left = budget
        while left > 0:
            at = pc
            function, found = decoded(pc) or self._decode(pc)
            pc = function(m, *found)
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
