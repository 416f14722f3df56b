"""Operands as an instruction's line has them."""

from __future__ import annotations

from dataclasses import dataclass

from zoo.asm.expressions import Value

GENERAL = "general"
SEGMENT = "segment"
CONTROL = "control"
DEBUG = "debug"
TEST = "test"

SIZES = {"byte": 1, "word": 2, "dword": 4, "qword": 8, "tword": 10}
WORDS = {size: word for word, size in SIZES.items()}


@dataclass(frozen=True, slots=True)
class Register:
    """size: in bytes."""

    kind: str
    number: int
    size: int


@dataclass(frozen=True, slots=True)
class Memory:
    """An operand in memory.

    base, index: numbers of registers, -1 for none.  scale: what the index is multiplied by.
    segment: of an override, -1 for none.  width: the address's size in bytes, 0: as the mode says.
    shift: the size of the displacement that the source demands, -1 for none.
    size: the operand's size in bytes, 0 if the line does not say.  far: it holds a far pointer.
    """

    base: int = -1
    index: int = -1
    scale: int = 1
    displacement: Value = 0
    segment: int = -1
    width: int = 0
    shift: int = -1
    size: int = 0
    far: bool = False


@dataclass(frozen=True, slots=True)
class Immediate:
    """A number, or where a jump leads.

    size: 0 if the line does not say.  strict: and it must be that.  distance: short, near or "".
    """

    value: Value
    size: int = 0
    strict: bool = False
    distance: str = ""


@dataclass(frozen=True, slots=True)
class Far:
    """A far pointer: selector and offset."""

    selector: Value
    offset: Value
    size: int = 0


Operand = Register | Memory | Immediate | Far


def _registers() -> dict[str, Register]:
    found: dict[str, Register] = {}
    for number, name in enumerate(["al", "cl", "dl", "bl", "ah", "ch", "dh", "bh"]):
        found[name] = Register(GENERAL, number, 1)
    for number, name in enumerate(["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"]):
        found[name] = Register(GENERAL, number, 2)
        found["e" + name] = Register(GENERAL, number, 4)
    for number, name in enumerate(["es", "cs", "ss", "ds", "fs", "gs"]):
        found[name] = Register(SEGMENT, number, 2)
    for letter, kind in (("c", CONTROL), ("d", DEBUG), ("t", TEST)):
        for number in range(8):
            found[f"{letter}r{number}"] = Register(kind, number, 4)
    return found


REGISTERS = _registers()
NAMES = {register: name for name, register in REGISTERS.items()}
