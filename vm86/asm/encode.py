"""From an instruction's line to bytes.

`encodings` gives everything that the machine would understand as the line, the shortest first.
Which of them fits can depend on where labels are: so an encoding is bytes and, behind them, fields
that are filled in when all addresses are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vm86.asm.forms import FORMS, FREE, Form
from vm86.asm.operands import (
    CONTROL,
    DEBUG,
    GENERAL,
    SEGMENT,
    TEST,
    Far,
    Immediate,
    Memory,
    Operand,
    Register,
)
from zoo.asm.expressions import Value

SEGMENTS = (0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65)
OPERAND_SIZE = 0x66
ADDRESS_SIZE = 0x67
LOCK = 0xF0
REPEATS = (0xF2, 0xF3)
SPECIAL = {"C": CONTROL, "D": DEBUG, "T": TEST}
BX, SP, BP, SI, DI = 3, 4, 5, 6, 7
# Base and index of a 16-bit address (table 17-2); -1 for none
PAIRS = {
    **{(BX, SI): 0, (BX, DI): 1, (BP, SI): 2, (BP, DI): 3},
    **{(SI, -1): 4, (DI, -1): 5, (BP, -1): 6, (BX, -1): 7},
}

# What a field holds:
NUMBER = "number"
SIGNED = "signed"  # a byte that is extended to the operand's size
SHIFT = "displacement"  # a byte that is extended to the address's
RELATIVE = "relative"
ABSENT = "absent"  # a displacement of 0
ONE = "one"  # the count of the shifts that have none


class Place(int):
    """An address that moves with the program. What is computed of two of them is a number."""

    def __add__(self, other: int) -> int:
        return Place(int(self) + int(other))

    __radd__ = __add__

    def __sub__(self, other: int) -> int:
        moved = int(self) - int(other)
        return moved if isinstance(other, Place) else Place(moved)


class Field(NamedTuple):
    """size: in bytes.  wide: the size that its number is extended to."""

    value: Value
    size: int
    kind: str = NUMBER
    wide: int = 0


class Encoding(NamedTuple):
    """`head` are the bytes before the fields."""

    form: Form
    head: bytes
    fields: tuple[Field, ...]
    rank: tuple[int, bool, bool, int]

    @property
    def size(self) -> int:
        return self.rank[0]


class Prefixes(NamedTuple):
    """What was written before the name. o, a: sizes in bytes, 0 for none.  segment: -1 for none."""

    repeat: int = 0
    lock: bool = False
    segment: int = -1
    o: int = 0
    a: int = 0


class Line(NamedTuple):
    """An instruction as it is written.

    bits: of the code segment.  opcode: the last byte of the one that it must have, -1 for any.
    direction: the bit d of an instruction between two registers, which could be either.
    """

    name: str
    operands: tuple[Operand, ...]
    prefixes: Prefixes = Prefixes()
    bits: int = 16
    opcode: int = -1
    direction: int = 0


def low(value: int, size: int) -> int:
    """The number that a field of `size` bytes, extended with its sign, is read as."""
    half = 1 << 8 * size - 1
    return (value & 2 * half - 1 ^ half) - half


def fits(field: Field, value: int) -> bool:
    """Whether a field can hold the value; of a RELATIVE one, how far it leads."""
    size, kind = field.size, field.kind
    if kind == NUMBER:
        return -(1 << 8 * size - 1) <= value < 1 << 8 * size
    if kind == RELATIVE:
        if size == 1:
            return low(value, 1) == low(value, field.wide)
        return -(1 << 8 * size) < value < 1 << 8 * size  # addresses of two bytes wrap
    if isinstance(value, Place):
        return False
    if kind == ABSENT:
        return value == 0
    if kind == ONE:
        return value == 1
    wide = field.wide
    within = -(1 << 8 * wide - 1) <= value < 1 << 8 * wide
    return within and low(value, 1) == low(value, wide)


def encodings(line: Line) -> list[Encoding]:
    """All that the line can mean, the shortest and usual first."""
    found: list[Encoding] = []
    for form in FORMS.get(line.name, ()):
        if len(form.operands) == len(line.operands) and line.opcode in (-1, form.op.code & 0xFF):
            found += _Match(form, line).encodings()
    return sorted(found, key=lambda one: one.rank)


def unsized(line: Line) -> bool:
    """Whether nothing on the line says how wide its operands are."""
    return not any(
        (isinstance(one, Register) and one.kind == GENERAL) or getattr(one, "size", 0)
        for one in line.operands
    ) and any(isinstance(one, Memory) for one in line.operands)


class _Match:
    """One form, and the line that it may be."""

    def __init__(self, form: Form, line: Line) -> None:
        self.form, self.line = form, line
        self.default = line.bits // 8
        self.o = self.a = 0
        self.digit = max(form.op.digit, 0)
        self.rm: Register | Memory | None = None
        self.fields: list[Field] = []
        self.near: Memory | None = None  # a memory operand without ModRM
        self.register = 0  # in the opcode

    def encodings(self) -> Iterator[Encoding]:
        self.o = self._size()
        self.a = self.form.a or self.line.prefixes.a or self.default
        if not self.o:
            return
        for slot, operand in zip(self.form.operands, self.line.operands, strict=True):
            if not self._take(slot, operand):
                return
        yield from self._encodings()

    def _size(self) -> int:
        """The operands' size; 0 if they don't agree, or nothing tells it."""
        form, line = self.form, self.line
        known: set[int] = set()
        pairs = list(zip(form.operands, line.operands, strict=True))
        for slot, operand in pairs:
            if isinstance(operand, Memory) and not operand.size and self._ambiguous(slot):
                kin = FREE if slot[1:] in FREE else slot[1:]
                if not any(one[1:] in kin and getattr(other, "size", 0) for one, other in pairs):
                    return 0
            size = getattr(operand, "size", 0)
            if slot[1:] in FREE and size and (slot[1:] != "s" or size > 1):
                known.add(size)
        if form.o or not form.free:
            return form.o or self.default
        if len(known) > 1 or not known <= {2, 4}:
            return 0
        return known.pop() if known else line.prefixes.o or self.default

    def _ambiguous(self, slot: str) -> bool:
        """Whether another form of the same name differs in the size of what is there."""
        if slot[0] != "E":
            return False
        at = self.form.operands.index(slot)
        kinds = [one[0] for one in self.form.operands]
        return any(
            [one[0] for one in other.operands] == kinds and other.operands[at] != slot
            for other in FORMS[self.line.name]
            if other.operands != ("Mp",)
        )

    def _take(self, slot: str, operand: Operand) -> bool:
        """Whether the operand can stand where the form has `slot`; notes what follows from it."""
        kind, letter = slot[0], slot[1:]
        if isinstance(operand, Register):
            return self._take_register(slot, kind, operand, self._width(letter))
        if isinstance(operand, Memory):
            if kind == "O" and operand.base < 0 and operand.index < 0 and operand.shift < 0:
                self.near = operand
                self.a = operand.width or self.a
                self.fields.append(Field(operand.displacement, self.a))
                return operand.size in (0, self._width(letter))
            if kind not in "EM" or operand.far != (letter == "p"):
                return False
            if letter not in ("", "s") and operand.size not in (0, self._width(letter)):
                return False
            self.rm = operand
            self.a = operand.width or self.a
            return True
        if isinstance(operand, Far):
            self.fields += [Field(operand.offset, self.o), Field(operand.selector, 2)]
            return slot == "Ap"
        return self._take_immediate(slot, kind, operand)

    def _width(self, letter: str) -> int:
        return {"b": 1, "w": 2, "d": 4}.get(letter, self.o)

    def _take_register(self, slot: str, kind: str, operand: Register, width: int) -> bool:
        number = operand.number
        if slot in ("S", "#"):
            op = self.form.op
            if slot == "S" and op.digit < 0:
                self.digit = number
                return operand.kind == SEGMENT
            return operand.kind == SEGMENT and number == op.number
        if slot[1:] == "d" and kind in SPECIAL:
            self.digit = number
            return operand.kind == SPECIAL[kind]
        if operand.kind != GENERAL or slot == "Ap":
            return False
        if slot == "N":
            self.a = operand.size
            return number == 1 and operand.size > 1
        if slot in ("C", "D"):
            return (number, operand.size) == ((1, 1) if slot == "C" else (2, 2))
        if operand.size != width:
            return False
        if kind in "ER":
            self.rm = operand
        elif kind == "G":
            self.digit = number
        elif kind == "Z":
            return number == self.form.op.code & 7
        else:
            return kind == "A" and number == 0
        return True

    def _take_immediate(self, slot: str, kind: str, operand: Immediate) -> bool:
        value, letter = operand.value, slot[1:]
        if kind == "J":
            if letter == "b" and operand.size:
                return False
            self.fields.append(Field(value, 1 if letter == "b" else self.o, RELATIVE, self.o))
            return operand.distance != ("near" if letter == "b" else "short")
        if operand.distance:
            return False
        if slot == "1":
            self.fields.append(Field(value, 0, ONE))
            return operand.size in (0, 1)
        if kind != "I":
            return False
        if letter == "s":
            self.fields.append(Field(value, 1, SIGNED, self.o))
            return not (operand.strict and operand.size > 1)
        self.fields.append(Field(value, {"b": 1, "w": 2}.get(letter, self.o)))
        return operand.size in (0, self._width(letter))

    def _encodings(self) -> Iterator[Encoding]:
        form, op, line = self.form, self.form.op, self.line
        code = op.code.to_bytes(2 if op.code > 0xFF else 1, "big")
        memory = self.rm if isinstance(self.rm, Memory) else self.near
        head = self._prefixes(memory) + code
        turned = False
        if isinstance(self.rm, Register):
            modrm = bytes([0xC0 | self.digit << 3 | self.rm.number])
            pair = {one[0] for one in form.operands} == {"E", "G"} and len(form.operands) == 2
            turned = pair and op.code >> 1 & 1 != line.direction
            variants = [(modrm, ())]
        elif isinstance(self.rm, Memory):
            variants = _addresses(self.rm, self.a, self.digit)
        else:
            variants = [(b"", ())]
        long = not any(field.kind == SIGNED for field in self.fields)
        for bytes_, displacement in variants:
            fields = (*displacement, *self.fields)
            begun = head + bytes_
            size = len(begun) + sum(field.size for field in fields)
            yield Encoding(form, begun, fields, (size, long, turned, form.order))

    def _prefixes(self, memory: Memory | None) -> bytes:
        """In the order in which they are usually written."""
        given, form = self.line.prefixes, self.form
        found = bytearray()
        if given.repeat:
            found.append(given.repeat)
        if given.lock:
            found.append(LOCK)
        segment = memory.segment if memory and memory.segment >= 0 else given.segment
        if segment >= 0:
            found.append(SEGMENTS[segment])
        o = self.o if form.free or form.o > 1 else given.o
        if o not in (0, self.default):
            found.append(OPERAND_SIZE)
        if self.a != self.default:
            found.append(ADDRESS_SIZE)
        return bytes(found)


def _addresses(m: Memory, a: int, digit: int) -> list[tuple[bytes, tuple[Field, ...]]]:
    """ModRM and what belongs to it, for every size of the displacement (section 17.2.1)."""

    def modrm(mod: int, rm: int) -> bytes:
        return bytes([mod << 6 | digit << 3 | rm])

    sib = b""
    none = m.base < 0 and m.index < 0
    if a == 2:
        rm = 6 if none else PAIRS[m.base, m.index]
        bare = rm != 6
    elif m.index < 0 and m.base != SP:
        rm = BP if none else m.base
        bare = rm != BP
    else:
        rm = 4
        index = 4 if m.index < 0 else m.index
        base = BP if m.base < 0 else m.base
        sib = bytes([m.scale.bit_length() - 1 << 6 | index << 3 | base])
        bare = base != BP
    full = Field(m.displacement, a)
    if m.base < 0 and (a == 4 or none):
        return [(modrm(0, rm) + sib, (full,))]
    found = [
        (modrm(0, rm) + sib, (Field(m.displacement, 0, ABSENT),)),
        (modrm(1, rm) + sib, (Field(m.displacement, 1, SHIFT, a),)),
        (modrm(2, rm) + sib, (full,)),
    ]
    if m.shift >= 0:
        return [one for one in found if one[1][0].size == m.shift]
    return found if bare else found[1:]
