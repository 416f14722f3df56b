"""Function 29h: a name from a command line into a file control block."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vm86.dos import names
from vm86.task import Task, linear

if TYPE_CHECKING:
    from vm86.dos.drives import Drives
    from vm86.dos.kernel import Dos

SKIP_SEPARATOR, KEEP_DRIVE, KEEP_NAME, KEEP_EXTENSION = 1, 2, 4, 8
NO_WILDCARDS, WILDCARDS, BAD_DRIVE = 0, 1, 0xFF
_BLANKS = b" \t"
_SEPARATORS = b":.;,=+"
_ENDS = _BLANKS + _SEPARATORS + b'\\/<>|"[]' + bytes(range(32)) + b"\x7f"


class Parsed(NamedTuple):
    """drive: 0 for the default one; None where there is none. The parts have 8 and 3 characters,
    or are None where there is nothing. end: where in the text the name ends."""

    drive: int | None
    stem: str | None
    extension: str | None
    end: int

    def status(self, drives: Drives) -> int:
        """AL after 29h."""
        if self.drive is not None and self.drive - 1 not in drives.mounts:
            return BAD_DRIVE
        is_wild = "?" in (self.stem or "") + (self.extension or "")
        return WILDCARDS if is_wild else NO_WILDCARDS


def parse(text: bytes, *, skip_separator: bool) -> Parsed:
    place = _after_blanks(text, 0)
    if skip_separator and text[place : place + 1] in _singles(_SEPARATORS):
        place = _after_blanks(text, place + 1)
    drive = None
    if text[place + 1 : place + 2] == b":" and text[place : place + 1].isalpha():
        drive = text[place] & 0x1F
        place += 2
    end = _end(text, place)
    stem = _part(text[place:end], 8)
    extension = None
    if text[end : end + 1] == b".":
        place = end + 1
        end = _end(text, place)
        extension = _part(text[place:end], 3) or "   "
    return Parsed(drive, stem, extension, end)


def field(parsed: Parsed | None) -> bytes:
    """Drive and name as a block has them; without a name: the default drive and blanks."""
    if parsed is None:
        return b"\0" + b" " * 11
    name = (parsed.stem or " " * 8) + (parsed.extension or " " * 3)
    return bytes([parsed.drive or 0]) + name.encode(names.CODE_PAGE)


def parse_name(dos: Dos, task: Task) -> None:
    """29h: the text at DS:SI into the block at ES:DI, where AL's bits can keep what is there."""
    parsed = parse(task.read(linear(task.ds, task.si), 128), skip_separator=bool(task.al & 1))
    block = linear(task.es, task.di)
    old = task.read(block, 12)
    new = field(parsed)
    drive = old[:1] if parsed.drive is None and task.al & KEEP_DRIVE else new[:1]
    stem = old[1:9] if parsed.stem is None and task.al & KEEP_NAME else new[1:9]
    keeps = parsed.extension is None and task.al & KEEP_EXTENSION
    task.write(block, drive + stem + (old[9:12] if keeps else new[9:12]) + bytes(4))
    task.si += parsed.end
    task.al = parsed.status(dos.drives)


def _singles(characters: bytes) -> list[bytes]:
    return [bytes([c]) for c in characters]


def _after_blanks(text: bytes, place: int) -> int:
    while text[place : place + 1] in (b" ", b"\t"):
        place += 1
    return place


def _end(text: bytes, place: int) -> int:
    while place < len(text) and text[place] not in _ENDS:
        place += 1
    return place


def _part(text: bytes, size: int) -> str | None:
    """Capitals, filled up; a * becomes question marks."""
    if not text:
        return None
    before, star, _ = names.from_task(text).partition("*")
    return before[:size].ljust(size, "?" if star else " ")
