"""Object code taken apart: the processor's instructions, and where each of them came from.

Only what LLVM writes for one function with debug lines is read here, and only from ELF: its code,
what the relocations say of it, and a program of line numbers (DWARF 4, section 6.2).
"""

from __future__ import annotations

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportMissingTypeStubs=false
import platform
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from zoo.engines.elf import Object, Unreadable

JUMPS = ("call", "jmp", "bl", "b")  # whose operand may be a symbol
CONSTANT = "a constant"


class Row(NamedTuple):
    """From this address on (of the function's) the code comes from this line and column."""

    address: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class HostInstruction:
    """One instruction. address: within the function.  symbol: what it refers to, if not itself."""

    address: int
    code: bytes
    text: str
    symbol: str
    line: int
    column: int


def instructions(data: bytes, function: str) -> Iterator[HostInstruction]:
    """The instructions of a function, the only one with debug lines, in an object file."""
    found = Object(data)
    symbol = next(one for one in found.symbols if one.name == function)
    start, size = symbol.place, symbol.size
    code = found.data(".text")[start : start + size]
    symbols = {one.place - start: one.symbol.name or CONSTANT for one in found.relocations(".text")}
    rows = list(_rows(found.data(".debug_line")))
    rows.reverse()
    row = Row(0, 0, 0)
    for address, length, name, operands in _disassembler().disasm_lite(code, 0):
        while rows and rows[-1].address <= address:
            row = rows.pop()
        end = address + length
        other = next((symbols[k] for k in range(address, end) if k in symbols), "")
        if other and name in JUMPS:
            operands, other = other, ""  # the file has a 0 there, to be filled in
        text = f"{name} {operands}".rstrip()
        yield HostInstruction(address, code[address:end], text, other, row.line, row.column)


def _disassembler():  # pyright: ignore[reportUnknownParameterType]
    import capstone as c

    kinds = {
        "x86_64": (c.CS_ARCH_X86, c.CS_MODE_64),
        "amd64": (c.CS_ARCH_X86, c.CS_MODE_64),
        "aarch64": (c.CS_ARCH_ARM64, c.CS_MODE_ARM),
        "arm64": (c.CS_ARCH_ARM64, c.CS_MODE_ARM),
    }
    kind = kinds.get(platform.machine().lower())
    if kind is None:
        raise Unreadable(f"the code of this processor ({platform.machine()}) can't be shown")
    made = c.Cs(*kind)
    made.skipdata = True  # what it does not know is shown as bytes
    return made


def _rows(table: bytes) -> Iterator[Row]:
    """Run the program of line numbers; addresses count from where the function begins."""
    (header,) = struct.unpack_from("<I", table, 6)
    _, _, _, base, width, first = struct.unpack_from("<BBBbBB", table, 10)
    program = _Bytes(table, 10 + header)
    address, line, column = 0, 1, 0
    while program.more():
        op = program.byte()
        if op >= first:
            address += (op - first) // width
            line += base + (op - first) % width
            yield Row(address, line, column)
        elif op == 0:  # an extended one: the end, or an address, which is the function's
            program.skip(program.number())
        elif op == 1:
            yield Row(address, line, column)
        elif op == 2:
            address += program.number() * table[10]
        elif op == 3:
            line += program.number(signed=True)
        elif op == 5:
            column = program.number()
        elif op == 8:
            address += (255 - first) // width
        elif op == 9:
            address += program.byte() | program.byte() << 8
        elif op in (4, 12):  # the file, or the set of instructions: always the same
            program.number()


class _Bytes:
    """Reads what DWARF is made of."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def more(self) -> bool:
        return self._at < len(self._data)

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def skip(self, count: int) -> None:
        self._at += count

    def number(self, signed: bool = False) -> int:
        """A number of seven bits to a byte, the lowest first."""
        value = shift = 0
        more = True
        while more:
            part = self.byte()
            value |= (part & 0x7F) << shift
            shift += 7
            more = part & 0x80 != 0
        return value - (1 << shift) if signed and value >> (shift - 1) else value
