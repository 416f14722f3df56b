"""Find the code in a story file, which says only where it begins.

Routines are found as they call each other, and then, as most are called through tables, by looking
where else a routine could begin: it must make sense to its end. Only what makes sense is taken for
code; taking too little or too much changes what a listing looks like, and never its bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zmachine import flow, opcodes
from zmachine.decode import EXTENDED
from zmachine.opcodes import LARGE, OMITTED, SMALL, VARIABLE
from zmachine.story import Story
from zoo.table import Op


@dataclass(slots=True)
class Instruction:
    """An instruction as it stands in the code.

    operands: (type, value).    store: -1 for none.    offset: of the branch, None for none; `sense`
    and `far` (two bytes) belong to it.    text: its address, or -1.
    """

    address: int
    end: int
    op: Op
    variable: bool
    operands: list[tuple[int, int]]
    store: int
    offset: int | None
    sense: int
    far: bool
    text: int
    plain: bool  # the types end as an assembler ends them

    @property
    def target(self) -> int | None:
        """Where its branch or jump leads, None when nowhere in this routine."""
        if self.offset is not None:
            return self.end + self.offset - 2 if self.offset not in (0, 1) else None
        if self.op.function is flow.jump and self.operands[0][0] == LARGE:
            return self.end + flow.signed(self.operands[0][1]) - 2
        return None


@dataclass(slots=True)
class Routine:
    """A routine. locals is None for the main program of a story that begins without a header."""

    address: int
    end: int
    locals: int | None
    initial: list[int]
    code: list[Instruction]


class Reader:
    """Reads instructions and routines of one story."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.version = story.version
        # An instruction at the end of the file may seem to go on.
        self._mem = story.data + bytes(32)
        self._ops = opcodes.by_byte(story.version)
        self.align = 1 << opcodes.shift(story.version)
        seven = story.version == 7
        self.routines = 8 * story.word(0x28) if seven else 0
        self.strings = 8 * story.word(0x2A) if seven else 0

    def routine_address(self, packed: int) -> int:
        return opcodes.unpack(packed, self.version, self.routines)

    def string_address(self, packed: int) -> int:
        return opcodes.unpack(packed, self.version, self.strings)

    def instruction(self, pc: int) -> Instruction | None:
        """The instruction at `pc`, None if there is none."""
        mem, address = self._mem, pc
        byte = mem[pc]
        pc += 1
        if byte == 0xBE and self.version >= 5:
            byte = EXTENDED + mem[pc]
            pc += 1
        op = self._ops.get(byte)
        if op is None:
            return None
        variable, plain = False, True
        if byte < 0x80:
            types = [VARIABLE if byte & 0x40 else SMALL, VARIABLE if byte & 0x20 else SMALL]
        elif byte < 0xB0:
            types = [byte >> 4 & 3]
        elif byte < 0xC0:
            types = []
        else:
            variable = True
            packed, size = mem[pc], 4
            pc += 1
            if op.name in opcodes.LONGER:
                packed, size = packed << 8 | mem[pc], 8
                pc += 1
            every = [packed >> 2 * k & 3 for k in range(size - 1, -1, -1)]
            count = every.index(OMITTED) if OMITTED in every else size
            types = every[:count]
            plain = every.count(OMITTED) == size - count
        operands: list[tuple[int, int]] = []
        for kind in types:
            if kind == LARGE:
                operands.append((kind, mem[pc] << 8 | mem[pc + 1]))
                pc += 2
            else:
                operands.append((kind, mem[pc]))
                pc += 1
        store, offset, sense, far, text = -1, None, 0, False, -1
        if op.stores:
            store = mem[pc]
            pc += 1
        if op.branches:
            t = mem[pc]
            sense, far, offset = t >> 7, not t & 0x40, t & 0x3F
            pc += 1
            if far:
                offset = ((offset << 8 | mem[pc]) ^ 0x2000) - 0x2000
                pc += 1
        if op.text:
            text = pc
            while pc < len(mem) - 2 and mem[pc] < 0x80:
                pc += 2
            pc += 2
        if pc > len(self.story.data):
            return None
        return Instruction(
            address, pc, op, variable, operands, store, offset, sense, far, text, plain
        )

    def routine(self, address: int) -> Routine | None:
        """The routine at an address, None if what is there cannot be one."""
        data = self.story.data
        if not 64 <= address < len(data) or data[address] > 15:
            return None
        count = data[address]
        start = address + 1
        initial: list[int] = []
        if self.version < 5:
            if start + 2 * count > len(data):
                return None
            initial = [self.story.word(start + 2 * k) for k in range(count)]
            start += 2 * count
        body = self.body(start, count)
        return Routine(address, body[-1].end, count, initial, body) if body else None

    def body(self, pc: int, count: int) -> list[Instruction]:
        """The instructions from `pc` to where control can't go on; none if they make no sense."""
        code: list[Instruction] = []
        furthest = first = pc
        targets: list[int] = []
        size = len(self.story.data)
        while True:
            found = self.instruction(pc) if pc < size else None
            if found is None or not _has_its_locals(found, count):
                return []
            code.append(found)
            target = found.target
            if target is not None:
                if not first <= target < size:
                    return []
                targets.append(target)
                furthest = max(furthest, target)
            pc = found.end
            if pc > furthest and found.op.function in opcodes.ENDS:
                break
        starts = {one.address for one in code}
        return code if starts.issuperset(targets) else []

    def calls(self, code: list[Instruction]) -> Iterator[int]:
        """The routines that instructions call by a constant."""
        for one in code:
            names = opcodes.meanings(one.op)
            for (kind, number), name in zip(one.operands, names, strict=False):
                if name == opcodes.ROUTINE and kind != VARIABLE and number:
                    yield self.routine_address(number)


def _has_its_locals(one: Instruction, count: int) -> bool:
    """Whether the instruction uses no local variables but the routine's."""
    if count < one.store < 16:
        return False
    names = opcodes.meanings(one.op)
    for k, (kind, number) in enumerate(one.operands):
        refers = kind == VARIABLE or (k < len(names) and names[k] == opcodes.REFERENCE)
        if refers and count < number < 16:
            return False
    return True


def routines(reader: Reader) -> list[Routine]:
    """The story's routines, in the order of their addresses; none overlaps another."""
    story, align = reader.story, reader.align
    found: dict[int, Routine] = {}
    waiting: list[int] = []
    start = story.start
    if story.data[start - 1] == 0 and (start - 1) % align == 0:
        waiting.append(start - 1)
    else:
        body = reader.body(start, 0)
        if body:
            found[start] = Routine(start, body[-1].end, None, [], body)
            waiting += reader.calls(body)

    def follow() -> None:
        while waiting:
            address = waiting.pop()
            if address not in found and (routine := reader.routine(address)):
                found[address] = routine
                waiting.extend(reader.calls(routine.code))

    follow()
    low = min(found, default=0)
    count = -1
    while count != len(found):
        count = len(found)
        for address in _gaps(found, low, reader):
            if address not in found and (routine := reader.routine(address)):
                found[address] = routine
                waiting.extend(reader.calls(routine.code))
        follow()
    return _apart(found)


def _gaps(found: dict[int, Routine], low: int, reader: Reader) -> Iterator[int]:
    """Where from `low` on, between the routines and after the last, another could begin.

    `found` grows meanwhile.
    """
    align, size = reader.align, len(reader.story.data)
    known = sorted(address for address in found if address >= low)
    at = low
    for limit in [*known, size]:
        while at < limit:
            at = -(-at // align) * align
            if at >= limit:
                break
            yield at
            routine = found.get(at)
            if routine is not None and routine.end > limit:
                del found[at]  # it runs into another that is called
                routine = None
            if routine is not None:
                at = routine.end
            elif limit == size:
                return  # texts begin where the routines end
            else:
                at += 1
        if limit < size:
            at = max(at, found[limit].end)


def _apart(found: dict[int, Routine]) -> list[Routine]:
    chosen: list[Routine] = []
    for address in sorted(found):
        if not chosen or address >= chosen[-1].end:
            chosen.append(found[address])
    return chosen
