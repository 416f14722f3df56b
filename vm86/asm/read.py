"""Instructions as they stand in code: found by the machine's own decoder, written as source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

from vm86 import decode
from vm86.asm import encode, forms
from vm86.asm.encode import Line, Prefixes, encodings, fits
from vm86.asm.forms import FORMS, FREE, Form
from vm86.asm.operands import (
    CONTROL,
    DEBUG,
    GENERAL,
    NAMES,
    SEGMENT,
    TEST,
    WORDS,
    Far,
    Immediate,
    Memory,
    Operand,
    Register,
)
from vm86.dispatch import ARMS, entries
from vm86.registers import BIG, EAX, FETCHED, MODE, ZERO
from vm86.state import State, signed
from vm86.table import Op

SPECIAL = {"C": CONTROL, "D": DEBUG, "T": TEST}
PADDING = 32  # bytes behind the code that the decoder may look at


@cache
def _entries() -> list[int]:
    return entries()


class Code:
    """Code in the form in which the decoder reads it: as if it were a guest's memory."""

    def __init__(self, data: bytes, bits: int) -> None:
        self.mem = data + bytes(PADDING)
        self.ops = _entries()
        self.r = [0] * 512
        self.r[MODE] = BIG if bits == 32 else 0
        self.r[FETCHED] = len(data)


@dataclass(slots=True)
class Read:
    """An instruction at offset `at` of the code, up to `end`; `found` are the decoder's fields.

    target: the offset that its jump or call leads to, None for none that is known.
    """

    at: int
    end: int
    op: Op
    found: dict[str, int]
    target: int | None = None
    service: int = -1  # what AH holds at an INT


class Reader:
    """Reads the instructions of one piece of code."""

    def __init__(self, data: bytes, bits: int = 16) -> None:
        self.data, self.bits = data, bits
        self._code = Code(data, bits)
        self._written: dict[tuple[bytes, int], Line | None] = {}

    def read(self, at: int, start: int | None) -> Read | None:
        """The instruction at an offset, None if there is none.

        start: the offset where its segment begins, and addresses wrap; None if that is not known.
        """
        code = self._code
        fields = decode.decode(cast(State, code), at)
        arm, end = fields[:2]
        if end > len(self.data):
            return None
        k = at
        while code.ops[code.mem[k]] & decode.PREFIX:
            k += 1
        number = code.mem[k]
        if number == 0x0F:
            k += 1
            number = 0x0F00 | code.mem[k]
        op = forms.row(number, code.mem[k + 1] >> 3 & 7)
        if op is None or op not in ARMS[arm].ops:
            return None
        found: dict[str, int] = dict(zip(decode.FIELDS, fields, strict=True))
        one = Read(at, end, op, found)
        if op.form in ("Jb", "Jz"):
            one.target = end + signed(found["i"], found["o"])
            if start is not None:
                mask = 0xFFFF if found["o"] == 2 else 0xFFFFFFFF
                one.target = start + (one.target - start & mask)
        return one

    # As source

    def line(self, one: Read, direction: int, where: int | None) -> Line | None:
        """The instruction as a line that makes the same bytes, None if there is none.

        where: the address of its target.  direction: what the source says of this bit.
        """
        code = self.data[one.at : one.end]
        if one.target is not None:
            return self._line(one, code, direction, where or 0)
        key = code, direction
        if key not in self._written:
            self._written[key] = self._line(one, code, direction, 0)
        return self._written[key]

    def _line(self, one: Read, code: bytes, direction: int, where: int) -> Line | None:
        sizes = _Sizes(code, self.bits)
        for name in _names(one.op, sizes, self.bits // 8):
            for form in FORMS.get(name, ()):
                if form.op is not one.op:
                    continue
                plain = _Writer(one, form, sizes, where).line(name, self.bits, direction)
                end = where - signed(one.found["i"], one.found["o"])
                for line in _variants(plain, one.op, sizes.o) if plain else ():
                    if assembled(line, end) == code:
                        return line
        return None


class _Sizes:
    """What the prefixes of an instruction say."""

    def __init__(self, code: bytes, bits: int) -> None:
        prefixes = code[: next(k for k, byte in enumerate(code) if not _is_prefix(byte))]
        self.default = bits // 8
        self.segment = -1
        self.repeat = 0
        for byte in prefixes:
            if byte in encode.SEGMENTS:
                self.segment = encode.SEGMENTS.index(byte)
            elif byte in encode.REPEATS:
                self.repeat = byte
        self.lock = encode.LOCK in prefixes
        self.other_o = encode.OPERAND_SIZE in prefixes
        self.other_a = encode.ADDRESS_SIZE in prefixes
        other = 6 - self.default
        self.o = other if self.other_o else self.default
        self.a = other if self.other_a else self.default


def _is_prefix(byte: int) -> bool:
    return (
        byte in encode.SEGMENTS
        or byte in encode.REPEATS
        or byte in (encode.LOCK, encode.OPERAND_SIZE, encode.ADDRESS_SIZE)
    )


def _names(op: Op, sizes: _Sizes, default: int) -> Iterator[str]:
    """The names that fit the sizes, the usual one first."""
    if op.name in forms.NOT_WRITTEN:
        return
    for name, (o, a) in forms.names(op).items():
        neutral = op.name in forms.NEUTRAL and not o
        if o in (0, 1, sizes.o) and a in (0, sizes.a) and not (neutral and sizes.o != default):
            yield name


class _Writer:
    """Makes the line of one instruction in one form."""

    def __init__(self, one: Read, form: Form, sizes: _Sizes, where: int) -> None:
        self.one, self.form, self.sizes, self.where = one, form, sizes, where
        self.segment = sizes.segment
        self.a = 0 if form.a or not sizes.other_a else sizes.a

    def line(self, name: str, bits: int, direction: int) -> Line | None:
        operands: list[Operand] = []
        for slot in self.form.operands:
            made = self._operand(slot)
            if made is None:
                return None
            operands.append(made)
        form, sizes = self.form, self.sizes
        counted = any("N" in other.operands for other in FORMS[name])
        if ("N" in form.operands) != (counted and sizes.other_a):
            return None
        near = any(other.operands == ("Jb",) for other in FORMS[name])
        if form.operands == ("Jz",) and near:
            operands = [replace(cast(Immediate, operands[0]), distance="near")]
        shown = form.o or (form.free and form.operands != ("Jb",))
        o = sizes.o if sizes.other_o and not shown else 0
        prefixes = Prefixes(sizes.repeat, sizes.lock, self.segment, o, self.a)
        return Line(name, tuple(operands), prefixes, bits, -1, direction)

    def _width(self, letter: str) -> int:
        return {"b": 1, "w": 2, "d": 4}.get(letter, self.sizes.o)

    def _operand(self, slot: str) -> Operand | None:
        kind, letter = slot[0], slot[1:]
        found, width = self.one.found, self._width(letter)
        if slot == "S":
            return Register(SEGMENT, found["g"], 2) if found["g"] < 6 else None
        if slot == "#":
            return Register(SEGMENT, self.one.op.number, 2)
        if letter == "d" and kind in SPECIAL:
            return Register(SPECIAL[kind], found["g"], 4)
        if slot in ("C", "D"):
            return Register(GENERAL, 1, 1) if slot == "C" else Register(GENERAL, 2, 2)
        if slot == "N":
            self.a = 0
            return Register(GENERAL, 1, self.sizes.a)
        if slot == "Ap":
            return Far(found["j"], found["i"], self._unless_default())
        if kind in "EMR":
            if found["e"] >= 0:
                return Register(GENERAL, found["e"], width) if kind != "M" else None
            return self._memory(slot) if kind != "R" else None
        if kind in "GZA":
            return Register(GENERAL, 0 if kind == "A" else found["g"], width)
        if kind == "O":
            return self._memory(slot)
        return self._number(slot)

    def _unless_default(self) -> int:
        return self.sizes.o if self.sizes.other_o else 0

    def _number(self, slot: str) -> Immediate | None:
        found, letter = self.one.found, slot[1:]
        if slot == "1":
            return Immediate(1)
        if slot[0] == "J":
            return Immediate(self.where, self._unless_default() if letter == "z" else 0)
        second = slot == "Ib" and self.form.operands[0] == "Iw"
        alone = letter in ("z", "s") and len(self.form.operands) == 1
        return Immediate(found["j" if second else "i"], self._unless_default() if alone else 0)

    def _memory(self, slot: str) -> Memory:
        found, letter = self.one.found, slot[1:]
        registers = found["b"] != ZERO or found["x"] != ZERO
        self.a = 0
        segment, self.segment = self.segment, -1
        return Memory(
            base=found["b"] - EAX if found["b"] != ZERO else -1,
            index=found["x"] - EAX if found["x"] != ZERO else -1,
            scale=1 << found["k"] if found["x"] != ZERO else 1,
            displacement=found["d"] if registers else found["d"] & found["am"],
            segment=segment,
            width=self.sizes.a if registers or self.sizes.other_a else 0,
            size=self._size(slot),
            far=letter == "p",
        )

    def _size(self, slot: str) -> int:
        """The size that must be said: what no register tells."""
        kin = FREE if slot[1:] in FREE else (slot[1:],)
        told = any(one[0] in "GA" and one[1:] in kin for one in self.form.operands)
        if slot[1:] == "p":
            return self._unless_default()
        if told or slot[0] != "E" or self.form.operands[0] == "S":
            return 0
        return self._width(slot[1:])


def _variants(line: Line, op: Op, o: int) -> Iterator[Line]:
    """The line, and the ways to say that it is not the shortest or not the usual form."""
    yield line
    opcode = line._replace(opcode=op.code & 0xFF)
    shifted: list[Line] = []
    for k, operand in enumerate(line.operands):
        if isinstance(operand, Memory) and (operand.base >= 0):
            for shift in (1, operand.width):
                wide = replace(operand, shift=shift)
                shifted.append(line._replace(operands=_with(line.operands, k, wide)))
    yield from shifted
    stricts: list[Line] = []
    for one in (line, *shifted):
        for k, operand in enumerate(one.operands):
            if isinstance(operand, Immediate) and not operand.distance:
                wide = replace(operand, size=o, strict=True)
                stricts.append(one._replace(operands=_with(one.operands, k, wide)))
    yield from stricts
    yield opcode
    for one in (*shifted, *stricts):
        yield one._replace(opcode=opcode.opcode)


def _with(operands: tuple[Operand, ...], k: int, one: Operand) -> tuple[Operand, ...]:
    return (*operands[:k], one, *operands[k + 1 :])


def assembled(line: Line, end: int) -> bytes | None:
    """The bytes that the assembler makes of a line. end: the address behind the instruction."""
    memory = [one for one in line.operands if isinstance(one, Memory)]
    if any(one.base < 0 <= one.index and one.scale == 1 for one in memory):
        return None  # there is no way to write it
    for one in encodings(line):
        code = bytearray(one.head)
        for field in one.fields:
            number: Any = field.value
            number -= end if field.kind == encode.RELATIVE else 0
            if not fits(field, number):
                break
            code += (number % (1 << 8 * field.size)).to_bytes(field.size, "little")
        else:
            return bytes(code)
    return None


# Text


def number(value: int) -> str:
    """A number as source."""
    if -10 < value < 10:
        return str(value)
    return f"-0x{-value:x}" if value < 0 else f"0x{value:x}"


def texts(line: Line, target: str = "", memory: str = "") -> tuple[str, tuple[str, ...]]:
    """Name and operands as source. target, memory: names for where it leads, and for its address.

    The line is one of which `assembled` made bytes.
    """
    given = line.prefixes
    before: list[str] = []
    if given.repeat:
        compares = line.name[:4] in ("cmps", "scas")
        before.append("repne" if given.repeat == 0xF2 else "repe" if compares else "rep")
    if given.lock:
        before.append("lock")
    if given.segment >= 0:
        before.append(NAMES[Register(SEGMENT, given.segment, 2)])
    if given.o:
        before.append(f"o{8 * given.o}")
    if given.a:
        before.append(f"a{8 * given.a}")
    name = line.name if line.opcode < 0 else f"{line.name}.{line.opcode:02x}"
    operands = line.operands
    if line.name == "imul" and len(operands) == 3 and operands[0] == operands[1]:
        operands = operands[1:]
    if line.name in ("aam", "aad") and operands == (Immediate(10),):
        operands = ()
    return " ".join([*before, name]), tuple(_text(one, target, memory) for one in operands)


def _text(one: Operand, target: str, memory: str) -> str:
    if isinstance(one, Register):
        return NAMES[one]
    if isinstance(one, Memory):
        return _address(one, memory)
    if isinstance(one, Far):
        size = f"{WORDS[one.size]} " if one.size else ""
        return f"{size}{number(cast(int, one.selector))}:{number(cast(int, one.offset))}"
    words = [one.distance] if one.distance else []
    words += ["strict"] if one.strict else []
    words += [WORDS[one.size]] if one.size else []
    words.append(target or number(cast(int, one.value)))
    return " ".join(words)


def _address(one: Memory, name: str) -> str:
    words = [WORDS[one.size]] if one.size else []
    words += ["far"] if one.far else []
    inside: list[str] = []
    registers = one.base >= 0 or one.index >= 0
    if one.shift >= 0 or (one.width and not registers):
        inside.append(WORDS[one.shift if registers else one.width])
    if one.base < 0 and one.scale == 2:
        inside.append("nosplit")
    parts: list[str] = []
    if one.base >= 0:
        parts.append(NAMES[Register(GENERAL, one.base, one.width)])
    if one.index >= 0:
        scale = f"*{one.scale}" if one.scale > 1 else ""
        parts.append(NAMES[Register(GENERAL, one.index, one.width)] + scale)
    text = "+".join(parts)
    shift = cast(int, one.displacement)
    if not registers:
        text = name or number(shift)
    elif shift or one.shift >= 0:
        text += ("" if shift < 0 else "+") + number(shift)
    segment = f"{NAMES[Register(SEGMENT, one.segment, 2)]}:" if one.segment >= 0 else ""
    inside.append(f"{segment}{text}")
    return " ".join([*words, f"[{' '.join(inside)}]"])
