"""What is translated at once: the code that can be reached from an address without a call.

A unit knows nothing of routines; from a routine's first instruction it is the routine, and from
the middle of a loop it is what is left of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zoo.layout import Guest, State
from zoo.machine import Machine
from zoo.table import Arm, Onward

LONGEST = 200  # instructions; longer units would be long in the making


@dataclass(frozen=True, slots=True)
class Instruction:
    """One decoded instruction. found: the decoder's fields after the arm's number."""

    address: int
    arm: Arm
    found: tuple[int, ...]
    onward: Onward

    @property
    def end(self) -> int:
        """The address after it."""
        return self.found[0]


@dataclass(slots=True)
class Unit:
    """entry: where it was found from.  context: the registers on which its meaning depends.
    blocks: straight code, by the first address.  entries: where it can be entered: also where calls
    return to, and at the heads of its loops."""

    entry: int
    context: Mapping[str, int] = field(default_factory=dict[str, int])
    blocks: dict[int, list[Instruction]] = field(default_factory=dict[int, list[Instruction]])
    entries: set[int] = field(default_factory=set[int])

    @property
    def instructions(self) -> int:
        return sum(map(len, self.blocks.values()))

    def spans(self) -> list[range]:
        """The addresses of its code, joined where they touch."""
        joined: list[range] = []
        code = (i for block in self.blocks.values() for i in block)
        for start, end in sorted((i.address, i.end) for i in code):
            if joined and start <= joined[-1].stop:
                joined[-1] = range(joined[-1].start, max(end, joined[-1].stop))
            else:
                joined.append(range(start, end))
        return joined

    def within(self, addresses: range) -> bool:
        """Whether all its code lies there."""
        return all(addresses.start <= s.start and s.stop <= addresses.stop for s in self.spans())


def name(entry: int) -> str:
    """Of the function that a unit becomes."""
    return f"at_{entry:x}"


def frozen(machine: Machine, guest: Guest) -> State:
    """The guest's state with a copy of its code, which goes on changing while it is translated."""
    state = guest.layout.state()
    for arena in guest.layout.arenas:
        view = getattr(guest.state, arena.name)
        setattr(state, arena.name, bytes(view) if arena.name == machine.code else view)
    return state


def unit(
    machine: Machine, state: State, entry: int, context: Mapping[str, int] | None = None
) -> Unit:
    """The unit from `entry`; it has no blocks if there is nothing to translate."""
    size = machine.layout[machine.code].size
    context = context or {}
    if context:
        state.r = [*state.r]
        for name, value in context.items():
            state.r[machine.layout.registers[name]] = value
    reach = machine.reach(state) if machine.reach else range(size)
    code: dict[int, Instruction] = {}
    leaders = {entry}
    found = Unit(entry, context, entries={entry})
    waiting = [entry]
    while waiting and len(code) < LONGEST:
        pc = waiting.pop()
        if pc in code or pc not in reach:
            continue
        number, *fields = machine.decode(state, pc)
        arm = machine.arms[number]
        one = Instruction(pc, arm, tuple(fields), machine.onward(state, arm, fields))
        if not pc < one.end <= size or any(op.alone for op in arm.ops):
            continue  # it runs on where memory begins again, or the loop has to do it
        code[pc] = one
        targets = one.onward.targets
        waiting += reversed(targets)
        found.entries.update(targets if one.onward.calls else (t for t in targets if t <= pc))
        if one.onward != Onward((one.end,)):
            leaders.update(targets)
    for start in sorted(leaders & code.keys()):
        block = found.blocks[start] = [code[start]]
        while (last := block[-1]).onward == Onward((last.end,)):
            if last.end in leaders or last.end not in code:
                break
            block.append(code[last.end])
    found.entries &= found.blocks.keys()
    return found
