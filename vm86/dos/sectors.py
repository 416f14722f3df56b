"""INT 25h and 26h: sectors of a drive by their numbers, past files and directories.

AL: the drive, 0 for A. CX: how many, DX: from which on, DS:BX: the memory. If CX is FFFFh, DS:BX is
where all that stands: a long sector number, the count, a pointer (the way of DOS 4, for volumes of
more than 65535 sectors). They return with FLAGS still on the stack.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vm86.dos import access
from vm86.dos.volume import SECTOR, Sectors
from vm86.task import CARRY, Task, linear, word

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_NOT_READY = 0x8002  # no answer; the drive is not ready
_NOT_FOUND = 0x0408  # the sector is not found
_READ_FAULT = 0x100B
_PACKET = 0xFFFF
_WHOLE_SEGMENT = 0x10000 // SECTOR


def read(dos: Dos, task: Task) -> bool:
    def transfer(volume: Sectors, number: int, address: int) -> None:
        task.write(address, volume.read(number))

    return _serve(dos, task, transfer)


def write(dos: Dos, task: Task) -> bool:
    def transfer(volume: Sectors, number: int, address: int) -> None:
        volume.write(number, task.read(address, SECTOR))

    return _serve(dos, task, transfer)


def _serve(dos: Dos, task: Task, transfer: Callable[[Sectors, int, int], None]) -> bool:
    mount = dos.drives.mounts.get(task.al)
    if mount is None or mount.sectors is None:
        error = _NOT_READY
    else:
        error = _transfer(task, mount.sectors, transfer)
    if error:
        task.ax = error
    _return(task, CARRY if error else 0)
    return True


def _transfer(task: Task, volume: Sectors, transfer: Callable[[Sectors, int, int], None]) -> int:
    """The error's code, or 0."""
    count, first, segment, offset = task.cx, task.dx, task.ds, task.bx
    if count == _PACKET:
        packet = linear(task.ds, task.bx)
        first = word(task, packet) | word(task, packet + 2) << 16
        count = word(task, packet + 4)
        segment, offset = access.far_pointer(task, packet + 6)
    if count > _WHOLE_SEGMENT or first + count > volume.count:
        return _NOT_FOUND
    for k in range(count):
        try:
            transfer(volume, first + k, linear(segment, offset) + k * SECTOR)
        except OSError:
            return _READ_FAULT
    return 0


def _return(task: Task, carry: int) -> None:
    """The frame that IRET takes is put two bytes lower, so that FLAGS stay above it."""
    frame = task.read(linear(task.ss, task.sp), 6)
    flags = int.from_bytes(frame[4:6], "little") & ~CARRY | carry
    lower = (task.sp - 2) & 0xFFFF
    task.write(linear(task.ss, lower), frame[:4] + flags.to_bytes(2, "little"))
    task.write(linear(task.ss, lower + 6), frame[4:6])
    task.resume(task.ss, lower)
