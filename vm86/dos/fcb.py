"""Functions on file control blocks: 0Fh to 17h, 1Ah, 21h to 24h, 27h, 28h, 2Fh."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vm86.dos import fcbfiles, names, search
from vm86.dos.devices import BOTH, READ, OpenFile
from vm86.dos.drives import Place
from vm86.dos.errors import DosError, Failure
from vm86.dos.fcbfiles import Block
from vm86.dos.files import create_place, open_place
from vm86.dos.openfiles import DiskFile
from vm86.dos.volume import LABEL, Entry
from vm86.task import Task, linear

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_SEARCH_INDEX, _SEARCH = 0x0C, 0x0E  # where 11h leaves what 12h needs

# What the functions that read and write give in AL.
DONE, AT_END, NO_ROOM, PARTIAL = 0, 1, 2, 3
DISK_FULL = 1


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
    block.set(fcbfiles.OWN, dos.fcb_files.add(dos.psp, block.template, file))
    return file


def _opened(dos: Dos, block: Block, file: OpenFile) -> None:
    """Fill in what opening or creating a file does."""
    if block.get(0, 1) == 0:
        block.set(0, dos.drives.default + 1, 1)
    block.set(fcbfiles.BLOCK, 0)
    block.set(fcbfiles.RECORD_SIZE, fcbfiles.USUAL_RECORD)
    block.set(fcbfiles.SIZE, file.size(), 4)
    if isinstance(file, DiskFile):
        date, time = file.stamp()
        block.set(fcbfiles.DATE, date)
        block.set(fcbfiles.TIME, time)


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
        block.set(fcbfiles.OWN, dos.fcb_files.add(dos.psp, block.template, file))
    _opened(dos, block, file)
    task.al = 0


def close(dos: Dos, task: Task) -> None:
    block = _block(task)
    number = block.get(fcbfiles.OWN)
    if dos.fcb_files.get(number, block.template) is not None:
        dos.fcb_files.close(number)
    else:
        place = _place(dos, block, block.template)
        place.mount.entry(place.path)  # fails if there is no such file
    task.al = 0


def _file(dos: Dos, block: Block) -> OpenFile:
    """The block's open file."""
    return dos.fcb_files.get(block.get(fcbfiles.OWN), block.template) or _open(dos, block)


# Records


def _transfer_size(dos: Dos, size: int, count: int) -> int:
    """How many of the records fit in what is left of the transfer area's segment."""
    return min(count, (0x10000 - dos.dta[1]) // size)


def _read_records(dos: Dos, task: Task, block: Block, first: int, count: int) -> tuple[int, int]:
    """Read records from the `first` on. What AL gets, and how many there were, of which the last
    may be filled up with zeros."""
    size = block.record_size
    fitting = _transfer_size(dos, size, count)
    if count and not fitting:
        return NO_ROOM, 0
    position = first * size
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


def _write_records(dos: Dos, task: Task, block: Block, first: int, count: int) -> tuple[int, int]:
    """Likewise."""
    size = block.record_size
    fitting = _transfer_size(dos, size, count)
    if count and not fitting:
        return NO_ROOM, 0
    position = first * size
    if position > 0xFFFFFFFF:
        return DISK_FULL, 0
    file = _file(dos, block)
    if file.access == READ:
        raise Failure(DosError.ACCESS_DENIED)
    file.seek(position)
    done = file.write(task.read(linear(*dos.dta), size * fitting)) // size
    block.set(fcbfiles.SIZE, file.size(), 4)
    if done < fitting:
        return DISK_FULL, done
    return (DONE if fitting == count else NO_ROOM), done


_Transfer = Callable[["Dos", Task, Block, int, int], tuple[int, int]]


def _attempt(
    transfer: _Transfer, dos: Dos, task: Task, block: Block, first: int, count: int
) -> tuple[int, int]:
    """These functions have one code for every failure: the end, or a full disk."""
    try:
        return transfer(dos, task, block, first, count)
    except Failure as failure:
        dos.remember(failure.code)
        return AT_END, 0


def _sequential(transfer: _Transfer, dos: Dos, task: Task) -> None:
    block = _block(task)
    status, done = _attempt(transfer, dos, task, block, block.record, 1)
    block.record += done
    task.al = status


def read_sequential(dos: Dos, task: Task) -> None:
    _sequential(_read_records, dos, task)


def write_sequential(dos: Dos, task: Task) -> None:
    _sequential(_write_records, dos, task)


def _random(transfer: _Transfer, dos: Dos, task: Task) -> None:
    block = _block(task)
    block.record = block.random
    task.al, _ = _attempt(transfer, dos, task, block, block.random, 1)


def read_random(dos: Dos, task: Task) -> None:
    _random(_read_records, dos, task)


def write_random(dos: Dos, task: Task) -> None:
    _random(_write_records, dos, task)


def _random_block(transfer: _Transfer, dos: Dos, task: Task) -> None:
    """CX records; afterwards CX says how many they were, and the block is past them."""
    block = _block(task)
    first = block.random
    status, done = _attempt(transfer, dos, task, block, first, task.cx)
    block.random = block.record = first + done
    task.cx = done
    task.al = status


def read_block(dos: Dos, task: Task) -> None:
    _random_block(_read_records, dos, task)


def write_block(dos: Dos, task: Task) -> None:
    """28h. No records: the file ends at the random record from now on."""
    if task.cx:
        _random_block(_write_records, dos, task)
    else:
        block = _block(task)
        task.al, _ = _attempt(_end_before, dos, task, block, block.random, 0)


def _end_before(dos: Dos, task: Task, block: Block, first: int, count: int) -> tuple[int, int]:
    del task
    file = _file(dos, block)
    if file.access == READ or not isinstance(file, DiskFile):
        raise Failure(DosError.ACCESS_DENIED)
    file.seek(min(first * block.record_size, 0xFFFFFFFF))
    file.truncate()
    block.set(fcbfiles.SIZE, file.size(), 4)
    return DONE, count


def file_size(dos: Dos, task: Task) -> None:
    """23h: in records, into the random record."""
    block = _block(task)
    place = _place(dos, block, block.template)
    block.random = -(-place.mount.entry(place.path).size // block.record_size)
    task.al = 0


def set_random(dos: Dos, task: Task) -> None:
    """24h: the current record becomes the random one too."""
    del dos
    block = _block(task)
    block.random = block.record


# Directories


def _found(dos: Dos, block: Block, template: str) -> list[Entry]:
    return search.find(_place(dos, block, template), block.attributes)


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
        data = bytes([fcbfiles.EXTENDED, 0, 0, 0, 0, 0, block.attributes]) + data
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
        + entry.cluster.to_bytes(2, "little")
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
        if entry.attributes & LABEL:
            place.mount.delete_label()
        else:
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
