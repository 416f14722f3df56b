"""Functions on paths: directories 39h to 3Bh and 47h, 41h, 43h, 4Eh, 4Fh, 56h, 60h."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vm86.dos import access, drives, names, search
from vm86.dos.drives import Place
from vm86.dos.errors import DosError, Failure
from vm86.dos.volume import DIRECTORY, Entry
from vm86.task import Task, linear, set_word, word

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

# What 4Eh leaves for 4Fh in the 21 bytes of the disk transfer area that are DOS's own.
_DTA_INDEX = 0x0D
_DTA_SEARCH = 0x0F
_DTA_FOUND = 0x15


def _directory(dos: Dos, task: Task) -> Place:
    """The directory at DS:DX. Raises Failure: what can be no name is an error of the path."""
    try:
        return access.place(dos, task, task.ds, task.dx)
    except Failure as failure:
        if failure.code == DosError.FILE_NOT_FOUND:
            raise Failure(DosError.PATH_NOT_FOUND) from failure
        raise


def make_directory(dos: Dos, task: Task) -> None:
    place = _directory(dos, task)
    place.mount.make_directory(place.path)


def remove_directory(dos: Dos, task: Task) -> None:
    place = _directory(dos, task)
    if dos.drives.is_current(place):
        raise Failure(DosError.CURRENT_DIRECTORY)
    place.mount.remove_directory(place.path)


def change_directory(dos: Dos, task: Task) -> None:
    if drives.device(access.string(task, task.ds, task.dx)):
        raise Failure(DosError.PATH_NOT_FOUND)
    place = _directory(dos, task)
    dos.drives.change_directory(place)
    dos.describe(place.mount)


def current_directory(dos: Dos, task: Task) -> None:
    """47h: without the drive and the first backslash."""
    path = dos.drives.current(dos.drives.mount(task.dl))
    text = "\\".join(path).encode(names.CODE_PAGE)
    task.write(linear(task.ds, task.si), text + b"\0")
    task.ax = 0x0100  # undocumented, but the same in every DOS


def delete(dos: Dos, task: Task) -> None:
    place = access.place(dos, task, task.ds, task.dx)
    place.mount.delete(place.path)


def rename(dos: Dos, task: Task) -> None:
    old = access.place(dos, task, task.ds, task.dx)
    new = access.place(dos, task, task.es, task.di)
    if old.mount is not new.mount:
        raise Failure(DosError.NOT_SAME_DEVICE)
    old.mount.rename(old.path, new.path)


def attributes(dos: Dos, task: Task) -> None:
    place = access.place(dos, task, task.ds, task.dx)
    if task.al == 0:
        task.cx = place.mount.entry(place.path).attributes if place.path else DIRECTORY
        task.ax = task.cx  # undocumented
    elif task.al == 1:
        place.mount.set_attributes(place.path, task.cx)
    else:
        raise Failure(DosError.INVALID_FUNCTION)


def find_first(dos: Dos, task: Task) -> None:
    place = dos.drives.resolve(access.string(task, task.ds, task.dx))
    wanted = task.cx & 0xFF
    number = dos.searches.begin(search.find(place, wanted))
    template = names.to_field(place.path[-1] if place.path else "")
    address = linear(*dos.dta)
    head = template.encode(names.CODE_PAGE, "replace") + bytes([wanted])
    task.write(address, bytes([place.mount.number + 1]) + head)
    set_word(task, address + _DTA_INDEX, 0)
    set_word(task, address + _DTA_SEARCH, number)
    find_next(dos, task)


def find_next(dos: Dos, task: Task) -> None:
    address = linear(*dos.dta)
    index = word(task, address + _DTA_INDEX)
    entry = dos.searches.entry(word(task, address + _DTA_SEARCH), index)
    set_word(task, address + _DTA_INDEX, index + 1)
    task.write(address + _DTA_FOUND, _found(entry))
    task.ax = 0


def _found(entry: Entry) -> bytes:
    return (
        bytes([entry.attributes])
        + entry.time.to_bytes(2, "little")
        + entry.date.to_bytes(2, "little")
        + entry.size.to_bytes(4, "little")
        + entry.name.encode(names.CODE_PAGE).ljust(13, b"\0")
    )


def canonical(dos: Dos, task: Task) -> None:
    """60h: the whole path, from DS:SI to ES:DI."""
    text = access.string(task, task.ds, task.si)
    named = drives.device(text)
    place = dos.drives.resolve(text)
    whole = f"{place.mount.letter}:/{named}" if named else drives.written(place)
    encoded = whole.encode(names.CODE_PAGE, "replace")
    if len(encoded) >= drives.LONGEST_PATH:
        raise Failure(DosError.PATH_NOT_FOUND)
    task.write(linear(task.es, task.di), encoded + b"\0")
