"""Object code taken apart: the processor's instructions, and where each of them came from.

Only what LLVM writes for one function with debug lines is read here, and only from ELF: a symbol
table, the relocations of the code, and a program of line numbers (DWARF 4, section 6.2).
"""

from __future__ import annotations

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
import platform
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from llvmlite import binding as llvm

JUMPS = ("call", "jmp", "bl", "b")  # whose operand may be a symbol
CONSTANT = "a constant"


class Unreadable(Exception):
    """This system's object code is of a kind that is not read here."""


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
    sections = _sections(data)
    start, size = _symbols(sections)[function]
    code = sections[".text"][start : start + size]
    symbols = {place - start: name for place, name in _relocations(sections)}
    rows = list(_rows(sections[".debug_line"]))
    rows.reverse()
    row = Row(0, 0, 0)
    for address, length, name, operands in _disassembler().disasm_lite(code, 0):
        while rows and rows[-1].address <= address:
            row = rows.pop()
        end = address + length
        symbol = next((symbols[k] for k in range(address, end) if k in symbols), "")
        if symbol and name in JUMPS:
            operands, symbol = symbol, ""  # the file has a 0 there, to be filled in
        text = f"{name} {operands}".rstrip()
        yield HostInstruction(address, bytes(code[address:end]), text, symbol, row.line, row.column)


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


def _sections(data: bytes) -> dict[str, bytes]:
    found = llvm.ObjectFileRef.from_data(data).sections()
    sections = {s.name().decode(): bytes(s.data()) for s in found if s.name()}
    if not {".text", ".symtab", ".strtab", ".debug_line"} <= sections.keys():
        raise Unreadable("object code can be shown where it is ELF, as on Linux")
    return sections


def _names(sections: dict[str, bytes]) -> Iterator[tuple[str, int, int]]:
    """Every symbol's name, address and size."""
    strings = sections[".strtab"]
    for name, _, _, _, value, size in struct.iter_unpack("<IBBHQQ", sections[".symtab"]):
        yield strings[name : strings.index(b"\0", name)].decode(), value, size


def _symbols(sections: dict[str, bytes]) -> dict[str, tuple[int, int]]:
    return {name: (value, size) for name, value, size in _names(sections)}


def _relocations(sections: dict[str, bytes]) -> Iterator[tuple[int, str]]:
    """Where in the code an address will be filled in, and of what."""
    names = [name for name, _, _ in _names(sections)]
    for place, info, _ in struct.iter_unpack("<QQq", sections.get(".rela.text", b"")):
        yield place, names[info >> 32] or CONSTANT


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
