"""File control blocks: the handles of DOS 1, which lie in the program's memory.

    00  drive, 0 for the default one     14  word: date            20  current record in the block
    01  name, 8 and 3 characters         16  word: time            21  random record: 3 bytes; 4
    0C  word: current block of 128       18  DOS's own                 where records have less
        records                                                        than 64 bytes
    0E  word: size of a record
    10  4 bytes: size of the file

An extended block has FFh, 5 bytes and an attribute before it. (DOS 3.3 technical reference.)
"""

from __future__ import annotations

from typing import NamedTuple

from vm86.dos import names
from vm86.dos.devices import OpenFile
from vm86.task import Task, linear

EXTENDED = 0xFF
_EXTENSION = 7  # bytes before an extended block's own
DRIVE, BLOCK, RECORD_SIZE, SIZE, DATE, TIME, OWN = 0, 0x0C, 0x0E, 0x10, 0x14, 0x16, 0x18
_RECORD, _RANDOM = 0x20, 0x21
USUAL_RECORD = 128
_BLOCK_RECORDS = 128


class Block:
    """A file control block in the task's memory, extended or not."""

    def __init__(self, task: Task, segment: int, offset: int) -> None:
        self._task = task
        address = linear(segment, offset)
        self.is_extended = task.read(address, 1)[0] == EXTENDED
        self.attributes = task.read(address + 6, 1)[0] if self.is_extended else 0
        self.address = address + _EXTENSION if self.is_extended else address

    def get(self, offset: int, size: int = 2) -> int:
        return int.from_bytes(self._task.read(self.address + offset, size), "little")

    def set(self, offset: int, value: int, size: int = 2) -> None:
        value &= (1 << 8 * size) - 1
        self._task.write(self.address + offset, value.to_bytes(size, "little"))

    @property
    def template(self) -> str:
        """The name's 11 characters, in capitals."""
        return names.from_task(self._task.read(self.address + 1, 11))

    @property
    def record_size(self) -> int:
        return self.get(RECORD_SIZE) or USUAL_RECORD

    @property
    def record(self) -> int:
        """The current record, counted from the file's begin."""
        return self.get(BLOCK) * _BLOCK_RECORDS + self.get(_RECORD, 1) % _BLOCK_RECORDS

    @record.setter
    def record(self, value: int) -> None:
        self.set(BLOCK, value // _BLOCK_RECORDS)
        self.set(_RECORD, value % _BLOCK_RECORDS, 1)

    @property
    def _random_size(self) -> int:
        return 4 if self.record_size < 64 else 3

    @property
    def random(self) -> int:
        return self.get(_RANDOM, self._random_size)

    @random.setter
    def random(self, value: int) -> None:
        self.set(_RANDOM, value, self._random_size)


class FcbFile(NamedTuple):
    owner: int
    template: str
    file: OpenFile


class FcbFiles:
    """The files that blocks have open: number -> file. A block has the number in DOS's own bytes.

    A program may forget to close, or copy and change its blocks: the oldest of too many is closed,
    and a block whose number does not fit is opened again by its name.
    """

    _MOST = 32

    def __init__(self) -> None:
        self._files: dict[int, FcbFile] = {}
        self._last = 0

    def add(self, owner: int, template: str, file: OpenFile) -> int:
        while len(self._files) >= self._MOST:
            self.close(next(iter(self._files)))
        self._last = self._last % 0xFFFF + 1
        self.close(self._last)
        self._files[self._last] = FcbFile(owner, template, file)
        return self._last

    def get(self, number: int, template: str) -> OpenFile | None:
        found = self._files.get(number)
        return found.file if found is not None and found.template == template else None

    def close(self, number: int) -> None:
        found = self._files.pop(number, None)
        if found is not None:
            found.file.close()

    def close_all(self, owner: int | None = None) -> None:
        """Those of one program, or all."""
        for number in [n for n, f in self._files.items() if owner in (None, f.owner)]:
            self.close(number)
