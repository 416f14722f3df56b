"""What many services do: strings and paths from the task's memory, a program's handles."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from vm86.dos import drives, names
from vm86.dos.devices import READ, WRITE, OpenFile
from vm86.dos.drives import LONGEST_PATH, Place
from vm86.dos.errors import DosError, Failure
from vm86.task import Task, linear, word

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

CLOSED = 0xFF  # in a job file table

# Fields of the program segment prefix (DOS 3.3 technical reference).
PSP_END = 0x02  # word: the first segment past the program's memory
PSP_VECTORS = 0x0A  # INT 22h, 23h, 24h as they were
PSP_PARENT = 0x16
PSP_HANDLES = 0x18
PSP_ENVIRONMENT = 0x2C
PSP_STACK = 0x2E  # SS:SP at the program's last INT 21h, as offset and segment
PSP_HANDLE_COUNT = 0x32
PSP_HANDLE_TABLE = 0x34  # far pointer
_COUNT_AND_POINTER = struct.Struct("<HHH")
HANDLES = 20  # that the prefix itself has room for


def string(task: Task, segment: int, offset: int) -> str:
    """The path that ends with a zero at segment:offset, in capitals. Raises Failure."""
    raw, zero, _ = task.read(linear(segment, offset), LONGEST_PATH).partition(b"\0")
    if not zero or not raw:
        raise Failure(DosError.PATH_NOT_FOUND)
    return names.from_task(raw)


def place(dos: Dos, task: Task, segment: int, offset: int) -> Place:
    """Where the path at segment:offset leads. Raises Failure, also for a device's name."""
    text = string(task, segment, offset)
    if drives.device(text):
        raise Failure(DosError.ACCESS_DENIED)
    return dos.drives.resolve(text)


def far_pointer(task: Task, address: int) -> tuple[int, int]:
    """Segment and offset from four bytes of memory."""
    return word(task, address + 2), word(task, address)


# Handles: a program's job file table has for each of them a number in the system file table.


def table(dos: Dos, task: Task) -> tuple[int, int]:
    """Address and size of the current program's job file table."""
    raw = task.read(linear(dos.psp, PSP_HANDLE_COUNT), 6)  # the count, and the pointer behind it
    size, offset, segment = _COUNT_AND_POINTER.unpack(raw)
    return linear(segment, offset), size


def number_of(dos: Dos, task: Task, handle: int) -> int:
    """The handle's number in the system file table. Raises Failure: it is not open."""
    address, size = table(dos, task)
    if handle >= size:
        raise Failure(DosError.INVALID_HANDLE)
    number = task.read(address + handle, 1)[0]
    dos.files.get(number)
    return number


def file_of(dos: Dos, task: Task, handle: int) -> OpenFile:
    return dos.files.get(number_of(dos, task, handle))


def readable(dos: Dos, task: Task, handle: int) -> OpenFile:
    file = file_of(dos, task, handle)
    if file.access == WRITE:
        raise Failure(DosError.ACCESS_DENIED)
    return file


def writable(dos: Dos, task: Task, handle: int) -> OpenFile:
    file = file_of(dos, task, handle)
    if file.access == READ:
        raise Failure(DosError.ACCESS_DENIED)
    return file


def free_handle(dos: Dos, task: Task) -> int:
    """The lowest closed handle. Raises Failure: all are open."""
    address, size = table(dos, task)
    handle = task.read(address, size).find(CLOSED)
    if handle < 0:
        raise Failure(DosError.TOO_MANY_OPEN_FILES)
    return handle


def set_handle(dos: Dos, task: Task, handle: int, number: int) -> None:
    address, _ = table(dos, task)
    task.write(address + handle, bytes([number]))
