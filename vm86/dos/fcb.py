"""Functions on file control blocks: the handles of DOS 1, which lie in the program's memory.

    00  drive, 0 for the default one     14  word: date            20  current record in the block
    01  name, 8 and 3 characters         16  word: time            21  random record: 3 bytes; 4
    0C  word: current block of 128       18  DOS's own                 where records have less
        records                                                        than 64 bytes
    0E  word: size of a record
    10  4 bytes: size of the file

An extended block has FFh, 5 bytes and an attribute before it. (DOS 3.3 technical reference.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from vm86.dos import names, search
from vm86.dos.drives import Place
from vm86.dos.errors import DosError, Failure
from vm86.dos.files import create_place, open_place
from vm86.dos.mount import Entry
from vm86.dos.openfiles import BOTH, READ, DiskFile, OpenFile
from vm86.task import Task, linear

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_EXTENDED = 0xFF
_EXTENSION = 7  # bytes before an extended block's own
_BLOCK, _RECORD_SIZE, _SIZE, _DATE, _TIME, _OWN = 0x0C, 0x0E, 0x10, 0x14, 0x16, 0x18
_RECORD, _RANDOM = 0x20, 0x21
_USUAL_RECORD = 128
_BLOCK_RECORDS = 128
_SEARCH_INDEX, _SEARCH = 0x0C, 0x0E  # where 11h leaves what 12h needs

# What the functions that read and write give in AL.
DONE, AT_END, NO_ROOM, PARTIAL = 0, 1, 2, 3
DISK_FULL = 1


class Block:
    """A file control block in the task's memory, extended or not."""

    def __init__(self, task: Task, segment: int, offset: int) -> None:
        self._task = task
        address = linear(segment, offset)
        self.is_extended = task.read(address, 1)[0] == _EXTENDED
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
        return self.get(_RECORD_SIZE) or _USUAL_RECORD

    @property
    def record(self) -> int:
        """The current record, counted from the file's begin."""
        return self.get(_BLOCK) * _BLOCK_RECORDS + self.get(_RECORD, 1) % _BLOCK_RECORDS

    @record.setter
    def record(self, value: int) -> None:
        self.set(_BLOCK, value // _BLOCK_RECORDS)
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
            try:
                self.close(number)
            except Failure:  # it could not be stamped; the others are to be closed all the same
                continue


def _block(task: Task) -> Block:
    return Block(task, task.ds, task.dx)


def _place(dos: Dos, block: Block, template: str) -> Place:
    """The file of the current directory that has this name."""
    mount = dos.drives.mount(block.get(0, 1))
    return Place(mount, (*dos.drives.current(mount), names.from_field(template)))


# Opening and closing


def _open_place(dos: Dos, place: Place) -> OpenFile:
    """For reading and writing, or where that is denied for reading."""
    try:
        return open_place(dos, place, BOTH)
    except Failure as failure:
        if failure.code != DosError.ACCESS_DENIED:
            raise
        return open_place(dos, place, READ)


def _open(dos: Dos, block: Block) -> OpenFile:
    device = block.template[:8].rstrip(" ")
    if names.is_device(device):
        file = dos.files.device(device)
    else:
        file = _open_place(dos, _place(dos, block, block.template))
    block.set(_OWN, dos.fcb_files.add(dos.psp, block.template, file))
    return file


def _opened(dos: Dos, block: Block, file: OpenFile) -> None:
    """Fill in what opening or creating a file does."""
    if block.get(0, 1) == 0:
        block.set(0, dos.drives.default + 1, 1)
    block.set(_BLOCK, 0)
    block.set(_RECORD_SIZE, _USUAL_RECORD)
    block.set(_SIZE, file.size(), 4)
    if isinstance(file, DiskFile):
        date, time = file.stamp()
        block.set(_DATE, date)
        block.set(_TIME, time)


def open_(dos: Dos, task: Task) -> None:
    block = _block(task)
    _opened(dos, block, _open(dos, block))
    task.al = 0


def create(dos: Dos, task: Task) -> None:
    block = _block(task)
    if names.is_device(block.template[:8].rstrip(" ")):
        file = _open(dos, block)
    else:
        file = create_place(dos, _place(dos, block, block.template), block.attributes)
        block.set(_OWN, dos.fcb_files.add(dos.psp, block.template, file))
    _opened(dos, block, file)
    task.al = 0


def close(dos: Dos, task: Task) -> None:
    block = _block(task)
    number = block.get(_OWN)
    if dos.fcb_files.get(number, block.template) is not None:
        dos.fcb_files.close(number)
    else:
        place = _place(dos, block, block.template)
        place.mount.entry(place.path)  # fails if there is no such file
    task.al = 0


def _file(dos: Dos, block: Block) -> OpenFile:
    """The block's open file."""
    return dos.fcb_files.get(block.get(_OWN), block.template) or _open(dos, block)


# Records


def _transfer_size(dos: Dos, size: int, count: int) -> int:
    """How many of the records fit in what is left of the transfer area's segment."""
    return min(count, (0x10000 - dos.dta[1]) // size)


def _read_records(dos: Dos, task: Task, block: Block, count: int) -> tuple[int, int]:
    """Read records from the current one on. What AL gets, and the records read, of which the last
    may be filled up with zeros."""
    size = block.record_size
    fitting = _transfer_size(dos, size, count)
    if count and not fitting:
        return NO_ROOM, 0
    position = block.record * size
    if position > 0xFFFFFFFF:
        return AT_END, 0
    file = _file(dos, block)
    file.seek(position)
    data = file.read(size * fitting)
    done = -(-len(data) // size)
    task.write(linear(*dos.dta), data.ljust(done * size, b"\0"))
    if done < fitting or not done:
        return (PARTIAL if len(data) % size else AT_END), done
    if len(data) % size:
        return PARTIAL, done
    return (DONE if fitting == count else NO_ROOM), done


def _write_records(dos: Dos, task: Task, block: Block, count: int) -> tuple[int, int]:
    """Likewise."""
    size = block.record_size
    fitting = _transfer_size(dos, size, count)
    if count and not fitting:
        return NO_ROOM, 0
    position = block.record * size
    if position > 0xFFFFFFFF:
        return DISK_FULL, 0
    file = _file(dos, block)
    if file.access == READ:
        raise Failure(DosError.ACCESS_DENIED)
    file.seek(position)
    done = file.write(task.read(linear(*dos.dta), size * fitting)) // size
    block.set(_SIZE, file.size(), 4)
    if done < fitting:
        return DISK_FULL, done
    return (DONE if fitting == count else NO_ROOM), done


_Transfer = Callable[["Dos", Task, Block, int], tuple[int, int]]


def _attempt(
    transfer: _Transfer, dos: Dos, task: Task, block: Block, count: int
) -> tuple[int, int]:
    """These functions have one code for every failure: the end, or a full disk."""
    try:
        return transfer(dos, task, block, count)
    except Failure as failure:
        dos.remember(failure.code)
        return AT_END, 0


def _sequential(transfer: _Transfer, dos: Dos, task: Task) -> None:
    block = _block(task)
    status, done = _attempt(transfer, dos, task, block, 1)
    block.record += done
    task.al = status


def read_sequential(dos: Dos, task: Task) -> None:
    _sequential(_read_records, dos, task)


def write_sequential(dos: Dos, task: Task) -> None:
    _sequential(_write_records, dos, task)


def _random(transfer: _Transfer, dos: Dos, task: Task) -> None:
    block = _block(task)
    block.record = block.random
    task.al, _ = _attempt(transfer, dos, task, block, 1)


def read_random(dos: Dos, task: Task) -> None:
    _random(_read_records, dos, task)


def write_random(dos: Dos, task: Task) -> None:
    _random(_write_records, dos, task)


def _random_block(transfer: _Transfer, dos: Dos, task: Task) -> None:
    """CX records; afterwards CX says how many they were, and the block is past them."""
    block = _block(task)
    record = block.random
    block.record = record
    status, done = _attempt(transfer, dos, task, block, task.cx)
    block.random = record + done
    block.record = record + done
    task.cx = done
    task.al = status


def read_block(dos: Dos, task: Task) -> None:
    _random_block(_read_records, dos, task)


def write_block(dos: Dos, task: Task) -> None:
    """28h. No records: the file ends at the random record from now on."""
    if task.cx:
        _random_block(_write_records, dos, task)
    else:
        task.al, _ = _attempt(_end_here, dos, task, _block(task), 0)


def _end_here(dos: Dos, task: Task, block: Block, count: int) -> tuple[int, int]:
    file = _file(dos, block)
    if file.access == READ or not isinstance(file, DiskFile):
        raise Failure(DosError.ACCESS_DENIED)
    file.seek(min(block.random * block.record_size, 0xFFFFFFFF))
    file.truncate()
    block.set(_SIZE, file.size(), 4)
    return DONE, count


def file_size(dos: Dos, task: Task) -> None:
    """23h: in records, into the random record."""
    block = _block(task)
    place = _place(dos, block, block.template)
    block.random = -(-place.mount.entry(place.path).size // block.record_size)
    task.al = 0


def set_random(dos: Dos, task: Task) -> None:
    """24h: the random record becomes the current one."""
    del dos
    block = _block(task)
    block.random = block.record


# Directories


def _found(dos: Dos, block: Block, template: str) -> list[Entry]:
    return search.find_place(_place(dos, block, template), block.attributes)


def find_first(dos: Dos, task: Task) -> None:
    block = _block(task)
    number = dos.searches.begin(_found(dos, block, block.template))
    block.set(_SEARCH_INDEX, 0)
    block.set(_SEARCH, number)
    find_next(dos, task)


def find_next(dos: Dos, task: Task) -> None:
    """The directory entry goes to the transfer area, behind a drive, as a block of its own."""
    block = _block(task)
    index = block.get(_SEARCH_INDEX)
    entry = dos.searches.entry(block.get(_SEARCH), index)
    block.set(_SEARCH_INDEX, index + 1)
    drive = dos.drives.mount(block.get(0, 1)).number + 1
    data = bytes([drive]) + _directory_entry(entry)
    if block.is_extended:
        data = bytes([_EXTENDED, 0, 0, 0, 0, 0, block.attributes]) + data
    task.write(linear(*dos.dta), data)
    task.al = 0


def _directory_entry(entry: Entry) -> bytes:
    """The 32 bytes that a directory has."""
    return (
        names.to_field(entry.name).encode(names.CODE_PAGE)
        + bytes([entry.attributes])
        + bytes(10)
        + entry.time.to_bytes(2, "little")
        + entry.date.to_bytes(2, "little")
        + bytes(2)  # its first cluster
        + entry.size.to_bytes(4, "little")
    )


def delete(dos: Dos, task: Task) -> None:
    """13h: all files that the name, which may have wildcards, finds."""
    block = _block(task)
    place = _place(dos, block, block.template)
    found = _found(dos, block, block.template)
    if not found:
        raise Failure(DosError.FILE_NOT_FOUND)
    for entry in found:
        place.mount.delete((*place.path[:-1], entry.name))
    task.al = 0


def rename(dos: Dos, task: Task) -> None:
    """17h: the new name is at 11h in the block; its question marks keep the old one's letters."""
    block = _block(task)
    new = names.from_task(task.read(block.address + 0x11, 11))
    place = _place(dos, block, block.template)
    found = _found(dos, block, block.template)
    if not found:
        raise Failure(DosError.FILE_NOT_FOUND)
    for entry in found:
        target = names.renamed(new, entry.name)
        place.mount.rename((*place.path[:-1], entry.name), (*place.path[:-1], target))
    task.al = 0


def set_transfer_area(dos: Dos, task: Task) -> None:
    dos.dta = (task.ds, task.dx)


def transfer_area(dos: Dos, task: Task) -> None:
    task.es, task.bx = dos.dta


