"""Where the shell's commands read and write: pipes, and the signs <, > and >>."""

from __future__ import annotations

from typing import NamedTuple

from vm86.dos.errors import DosError, Failure
from vm86.dos.volume import Content

INPUT, OUTPUT = 0, 1  # standard handles
_LARGEST = 32 << 20  # bytes of a pipe: as much as a volume of DOS 3.3 has room for
_ENDS_NAME = " \t,;=<>|"


class Redirection(NamedTuple):
    """sign: <, > or >>. name: the file's."""

    handle: int
    sign: str
    name: str


def parts(text: str) -> list[str]:
    """The commands of a line, between which pipes are."""
    found = [""]
    quoted = False
    for c in text:
        quoted ^= c == '"'
        if c == "|" and not quoted:
            found.append("")
        else:
            found[-1] += c
    return [part.strip() for part in found]


def redirections(text: str) -> tuple[str, list[Redirection]]:
    """The text without its redirections, and the last one of each handle."""
    kept, quoted, k = "", False, 0
    found: dict[int, Redirection] = {}
    while k < len(text):
        c = text[k]
        quoted ^= c == '"'
        if c not in "<>" or quoted:
            kept += c
            k += 1
            continue
        sign = ">>" if text[k : k + 2] == ">>" else c
        rest = text[k + len(sign) :].lstrip()
        end = next((n for n, c in enumerate(rest) if c in _ENDS_NAME), len(rest))
        handle = INPUT if c == "<" else OUTPUT
        found[handle] = Redirection(handle, sign, rest[:end])
        k = len(text) - len(rest) + end
    return kept.strip() if found else kept, list(found.values())


class Pipe(Content):
    """What a command writes and the next one reads. DOS has a file for it, which it leaves behind
    when it is switched off, and needs a disk that can be written to; this one is on no disk."""

    def __init__(self) -> None:
        self._data = bytearray()

    def read(self, size: int, position: int) -> bytes:
        return bytes(self._data[position : position + size])

    def write(self, data: bytes, position: int) -> int:
        data = data[: max(_LARGEST - position, 0)]
        if data:
            self._data.extend(bytes(max(position - len(self._data), 0)))
            self._data[position : position + len(data)] = data
        return len(data)

    def truncate(self, size: int) -> None:
        if size > _LARGEST:
            raise Failure(DosError.ACCESS_DENIED)
        self._data.extend(bytes(max(size - len(self._data), 0)))
        del self._data[size:]

    def size(self) -> int:
        return len(self._data)

    def stamp(self) -> tuple[int, int]:
        return 0x21, 0  # 1 January 1980

    def set_stamp(self, date: int, time: int) -> None:
        """Nobody will ask for it."""
