"""Object files as Linux has them (ELF, 64 bits, the least significant byte first)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

X86_64 = 62  # e_machine
ALLOCATED, WRITABLE = 2, 1  # sh_flags
NOTHING = 8  # sh_type: of a section without bytes in the file
GLOBAL, FUNCTION = 1, 2  # a symbol's binding and type


class Unreadable(Exception):
    """This system's object code is of a kind that is not read here."""


class Section(NamedTuple):
    name: str
    kind: int
    flags: int
    alignment: int
    size: int
    data: bytes


class Symbol(NamedTuple):
    """section: a number, 0 if it is defined elsewhere.  place: in its section.  info: binding
    and type."""

    name: str
    info: int
    section: int
    place: int
    size: int

    @property
    def is_function_for_others(self) -> bool:
        return self.info == GLOBAL << 4 | FUNCTION and self.section != 0


class Relocation(NamedTuple):
    """At `place` in a section belongs the address of a symbol, and `addend`, in the form `kind`."""

    place: int
    kind: int
    symbol: Symbol
    addend: int


class Object:
    """An object file, taken apart; raises Unreadable if it is none."""

    def __init__(self, data: bytes) -> None:
        if data[:6] != b"\x7fELF\x02\x01":
            raise Unreadable("object code can be taken apart where it is ELF, as on Linux")
        (self.machine,) = struct.unpack_from("<H", data, 18)
        (table,) = struct.unpack_from("<Q", data, 40)
        size, count, names = struct.unpack_from("<HHH", data, 58)
        heads = [struct.unpack_from("<IIQQQQIIQQ", data, table + k * size) for k in range(count)]
        strings = data[heads[names][4] :]
        self.sections = [
            Section(
                _text(strings, name),
                kind,
                flags,
                max(alignment, 1),
                size,
                b"" if kind == NOTHING else data[at : at + size],
            )
            for name, kind, flags, _, at, size, _, _, alignment, _ in heads
        ]

    def number(self, name: str) -> int:
        """Of the section with this name; raises Unreadable if there is none."""
        for k, section in enumerate(self.sections):
            if section.name == name:
                return k
        raise Unreadable(f"the object code has no {name}")

    def data(self, name: str) -> bytes:
        return self.sections[self.number(name)].data

    @cached_property
    def symbols(self) -> list[Symbol]:
        strings = self.data(".strtab")
        return [
            Symbol(_text(strings, name), info, section, place, size)
            for name, info, _, section, place, size in struct.iter_unpack(
                "<IBBHQQ", self.data(".symtab")
            )
        ]

    def relocations(self, section: str) -> Iterator[Relocation]:
        """Those of a section."""
        if any(one.name == f".rela{section}" for one in self.sections):
            for place, info, addend in struct.iter_unpack("<QQq", self.data(f".rela{section}")):
                yield Relocation(place, info & 0xFFFFFFFF, self.symbols[info >> 32], addend)


def _text(strings: bytes, at: int) -> str:
    return strings[at : strings.index(b"\0", at)].decode()
