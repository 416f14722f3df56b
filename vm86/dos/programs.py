"""Program files: plain images (.COM) and those with an MZ header (.EXE)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from vm86.dos.errors import DosError, Failure

PARAGRAPH = 16
PREFIX = 16  # paragraphs of a program segment prefix
_HEADER = struct.Struct("<2s13H")
_PAGE = 512
LARGEST_PROGRAM = 1 << 20  # bytes; no file with more can be loaded
LARGEST_COM = 0xFE00  # bytes: its prefix and some stack are in the same segment
_STACK = 16  # paragraphs that a plain image has behind it at least


class Relocation(NamedTuple):
    """Where in the image a word has the load segment added to it."""

    segment: int
    offset: int

    @property
    def address(self) -> int:
        return self.segment * PARAGRAPH + self.offset


class Program(NamedTuple):
    """A program as its file has it. Segments are relative to where the image is loaded.

    minimum, maximum: paragraphs that it wants behind its image; both 0: loaded as high as can be.
    """

    image: bytes
    relocations: tuple[Relocation, ...]
    cs: int
    ip: int
    ss: int
    sp: int
    minimum: int
    maximum: int
    is_exe: bool

    @property
    def paragraphs(self) -> int:
        """Of the image."""
        return -(-len(self.image) // PARAGRAPH)


def parse(data: bytes) -> Program:
    """Raises Failure: the header is damaged, or the program too large."""
    if data[:2] in (b"MZ", b"ZM"):
        return _exe(data)
    if len(data) > LARGEST_COM:
        raise Failure(DosError.INSUFFICIENT_MEMORY)
    # A plain image begins behind the prefix, whose segment is the program's only one.
    return Program(data, (), -PREFIX, 0x100, -PREFIX, 0, _STACK, 0xFFFF, False)


def _exe(data: bytes) -> Program:
    if len(data) < _HEADER.size:
        raise Failure(DosError.INVALID_FORMAT)
    (_, in_last, pages, count, header, minimum, maximum, ss, sp, _, ip, cs, table, _) = (
        _HEADER.unpack_from(data)
    )
    start = header * PARAGRAPH
    end = pages * _PAGE - (_PAGE - in_last if in_last else 0)
    if in_last > _PAGE or not _HEADER.size - 2 <= start <= len(data) or end <= start:
        raise Failure(DosError.INVALID_FORMAT)
    image = data[start:end]  # where the file is shorter, there is no more to load
    relocations = _relocations(data, table, count, len(image))
    return Program(image, relocations, cs, ip, ss, sp, minimum, maximum, True)


def _relocations(data: bytes, table: int, count: int, size: int) -> tuple[Relocation, ...]:
    raw = data[table : table + 4 * count]
    if len(raw) != 4 * count:
        raise Failure(DosError.INVALID_FORMAT)
    found = tuple(Relocation(s, o) for o, s in struct.iter_unpack("<HH", raw))
    if any(place.address + 2 > size for place in found):
        raise Failure(DosError.INVALID_FORMAT)
    return found


def relocated(program: Program, factor: int) -> bytes:
    """The image with `factor` added to the words that name segments."""
    image = bytearray(program.image)
    for place in program.relocations:
        value = int.from_bytes(image[place.address : place.address + 2], "little") + factor
        image[place.address : place.address + 2] = (value & 0xFFFF).to_bytes(2, "little")
    return bytes(image)
