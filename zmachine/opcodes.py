"""What the assembler and the disassembler take from the table."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from zmachine import flow, printing
from zmachine.decode import EXTENDED
from zmachine.dispatch import GIVEN, ILLEGAL, first_bytes
from zmachine.table import TABLE
from zoo.table import Op

# Operand types (4.2)
LARGE = 0
SMALL = 1
VARIABLE = 2
OMITTED = 3

# What an operand means, which the functions' parameters say: a variable by its number, a packed
# address, or how far to jump.
REFERENCE = "variable"
ROUTINE = "routine"
STRING = "packed"
OFFSET = "offset"

LONGER = ("call_vs2", "call_vn2")
# After these the next instruction is not carried out.
ENDS = frozenset(
    (
        flow.rtrue,
        flow.rfalse,
        flow.ret,
        flow.ret_popped,
        flow.jump,
        flow.throw,
        flow.quit_,
        printing.print_ret,
    )
)


def instructions(version: int) -> Iterator[Op]:
    """The rows of a version."""
    return (op for op in TABLE if version in op.versions and op is not ILLEGAL)


@cache
def by_name(version: int) -> dict[str, Op]:
    """The instructions of a version by their names."""
    return {op.name: op for op in instructions(version)}


@cache
def by_byte(version: int) -> dict[int, Op]:
    """The instructions of a version by their first byte, the extended ones from EXTENDED."""
    return {byte: op for op in instructions(version) for byte in first_bytes(op)}


@cache
def meanings(op: Op) -> tuple[str, ...]:
    """The names of the parameters that are operands, in order."""
    return tuple(name for name in op.parameters if name not in GIVEN)


def most_operands(op: Op) -> int:
    """How many operands the instruction's form has room for."""
    if op.name in LONGER:
        return 8
    return {"0OP": 0, "1OP": 1}.get(op.form, 4)


def extended_bytes(op: Op) -> bytes:
    """The opcode of an instruction in the variable form."""
    byte = first_bytes(op)[-1]
    return bytes([0xBE, byte - EXTENDED]) if op.form == "EXT" else bytes([byte])


def unpack(address: int, version: int, offset: int = 0) -> int:
    """The byte address of a packed one (1.2.3). offset: version 7's, in bytes."""
    return (address << shift(version)) + offset


def shift(version: int) -> int:
    """How far a packed address is shifted; a routine or string begins at a multiple of that."""
    return 1 if version < 4 else 3 if version == 8 else 2


def variable_name(number: int) -> str:
    """A variable's name in source."""
    if number == 0:
        return "sp"
    return f"local{number - 1:x}" if number < 16 else f"g{number - 16:02x}"


def variable_number(name: str) -> int:
    """The number of a variable's name."""
    if name == "sp":
        return 0
    return int(name[5:], 16) + 1 if name.startswith("local") else int(name[1:], 16) + 16
