"""Functions on handles: 3Ch to 46h, 57h, 5Ah, 5Bh, 67h, 68h."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vm86.dos import access, clock, drives, names
from vm86.dos.access import CLOSED, HANDLES, file_of, number_of
from vm86.dos.devices import BOTH, WRITE, OpenFile
from vm86.dos.drives import Place
from vm86.dos.errors import DosError, Failure
from vm86.dos.openfiles import DiskFile
from vm86.dos.volume import HIDDEN, LABEL, READ_ONLY, SYSTEM
from vm86.task import Task, linear, set_word, word

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_GIVEN = READ_ONLY | HIDDEN | SYSTEM | LABEL  # attributes that a new file can be given
_PRIVATE = 0x80  # of 3Dh's access code: a child does not get the handle


def open_place(dos: Dos, place: Place, way: int) -> OpenFile:
    """Open a file of a drive. `way`: READ, WRITE or BOTH. Raises Failure."""
    writing = way != 0
    content = place.mount.open(place.path, reading=way != WRITE, writing=writing)
    return dos.files.disk_file(content, place.mount, way)


def create_place(dos: Dos, place: Place, attributes: int, *, new: bool = False) -> OpenFile:
    content = place.mount.create(place.path, attributes, new=new)
    return dos.files.disk_file(content, place.mount, BOTH)


def open_file(dos: Dos, text: str, way: int) -> OpenFile:
    """Open a device, or a file of a drive, by its path in capitals."""
    device = drives.device(text)
    if device:
        return dos.files.device(device)
    return open_place(dos, dos.drives.resolve(text), way)


def _give_handle(dos: Dos, task: Task, file: OpenFile) -> None:
    """AX: the new handle. The caller has seen that there is one."""
    handle = access.free_handle(dos, task)
    access.set_handle(dos, task, handle, dos.files.add(file))
    task.ax = handle


def _check_room(dos: Dos, task: Task) -> None:
    access.free_handle(dos, task)
    dos.files.check_room()


def open_(dos: Dos, task: Task) -> None:
    way = task.al & 7
    if way > BOTH:
        raise Failure(DosError.INVALID_ACCESS_CODE)
    _check_room(dos, task)
    file = open_file(dos, access.string(task, task.ds, task.dx), way)
    file.access = way
    file.inherited = not task.al & _PRIVATE
    _give_handle(dos, task, file)


def create(dos: Dos, task: Task) -> None:
    _create(dos, task, new=False)


def create_new(dos: Dos, task: Task) -> None:
    _create(dos, task, new=True)


def _create(dos: Dos, task: Task, *, new: bool) -> None:
    _check_room(dos, task)
    text = access.string(task, task.ds, task.dx)
    device = drives.device(text)
    if device:
        file = dos.files.device(device)
    else:
        file = create_place(dos, dos.drives.resolve(text), task.cx & _GIVEN, new=new)
    _give_handle(dos, task, file)


def create_temporary(dos: Dos, task: Task) -> None:
    """5Ah: the path at DS:DX gets a name that is in no use."""
    _check_room(dos, task)
    text = task.read(linear(task.ds, task.dx), drives.LONGEST_PATH).partition(b"\0")[0]
    folder = text if not text or text.endswith((b"\\", b"/", b":")) else text + b"\\"
    if len(folder) + 9 > drives.LONGEST_PATH:
        raise Failure(DosError.PATH_NOT_FOUND)
    while True:
        dos.temporary += 1
        name = folder + b"%08X" % (dos.temporary & 0xFFFFFFFF)
        place = dos.drives.resolve(names.from_task(name))
        try:
            file = create_place(dos, place, task.cx & READ_ONLY, new=True)
        except Failure as failure:
            if failure.code != DosError.FILE_EXISTS:
                raise
            continue
        task.write(linear(task.ds, task.dx), name + b"\0")
        _give_handle(dos, task, file)
        return


def close(dos: Dos, task: Task) -> None:
    close_handle(dos, task, task.bx)


def close_handle(dos: Dos, task: Task, handle: int) -> None:
    number = number_of(dos, task, handle)
    access.set_handle(dos, task, handle, CLOSED)
    dos.files.release(number)


def read(dos: Dos, task: Task) -> None:
    data = access.readable(dos, task, task.bx).read(task.cx)
    task.write(linear(task.ds, task.dx), data)
    task.ax = len(data)


def write(dos: Dos, task: Task) -> None:
    """40h. No bytes: the file ends here from now on."""
    file = access.writable(dos, task, task.bx)
    if task.cx:
        task.ax = file.write(task.read(linear(task.ds, task.dx), task.cx))
    else:
        if isinstance(file, DiskFile):
            file.truncate()
        task.ax = 0


def seek(dos: Dos, task: Task) -> None:
    file = file_of(dos, task, task.bx)
    offset = task.cx << 16 | task.dx
    if task.al > 2:
        raise Failure(DosError.INVALID_FUNCTION)
    origin = (0, file.position(), file.size())[task.al]
    position = file.seek(origin + offset)
    task.dx, task.ax = position >> 16, position & 0xFFFF


def duplicate(dos: Dos, task: Task) -> None:
    number = number_of(dos, task, task.bx)
    handle = access.free_handle(dos, task)
    dos.files.share(number)
    access.set_handle(dos, task, handle, number)
    task.ax = handle


def force_duplicate(dos: Dos, task: Task) -> None:
    """46h: CX means the same file as BX from now on."""
    number = number_of(dos, task, task.bx)
    handle = task.cx
    address, size = access.table(dos, task)
    if handle >= size:
        raise Failure(DosError.INVALID_HANDLE)
    if handle == task.bx:
        return
    if task.read(address + handle, 1)[0] != CLOSED:
        close_handle(dos, task, handle)
    dos.files.share(number)
    access.set_handle(dos, task, handle, number)


def date_and_time(dos: Dos, task: Task) -> None:
    """57h: of the file's last change."""
    file = file_of(dos, task, task.bx)
    if task.al == 0:
        if isinstance(file, DiskFile):
            task.dx, task.cx = file.stamp()
        else:
            task.dx, task.cx = clock.pack(dos.clock.now())
    elif task.al == 1:
        if isinstance(file, DiskFile):
            file.set_stamp(task.dx, task.cx)
    else:
        raise Failure(DosError.INVALID_FUNCTION)


def set_handle_count(dos: Dos, task: Task) -> None:
    """67h: a larger job file table, in memory that belongs to the program."""
    address, size = access.table(dos, task)
    wanted = max(task.bx, HANDLES)
    old = task.read(address, size)
    if any(number != CLOSED for number in old[wanted:]):
        raise Failure(DosError.TOO_MANY_OPEN_FILES)
    if wanted == HANDLES:
        segment, offset = dos.psp, access.PSP_HANDLES
    else:
        segment, offset = dos.memory.allocate((wanted + 15) // 16, dos.psp), 0
    task.write(linear(segment, offset), old[:wanted].ljust(wanted, bytes([CLOSED])))
    psp = linear(dos.psp, 0)
    before = word(task, psp + access.PSP_HANDLE_TABLE + 2)
    set_word(task, psp + access.PSP_HANDLE_COUNT, wanted)
    set_word(task, psp + access.PSP_HANDLE_TABLE, offset)
    set_word(task, psp + access.PSP_HANDLE_TABLE + 2, segment)
    if before != dos.psp:
        _free_table(dos, before)


def _free_table(dos: Dos, segment: int) -> None:
    """The table that 67h gave before; where the program put another, that is its own affair."""
    try:
        dos.memory.free(segment)
    except Failure:
        return


def commit(dos: Dos, task: Task) -> None:
    """68h: what was written is with the host already."""
    file_of(dos, task, task.bx)
