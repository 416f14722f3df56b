"""Function 44h: control of devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vm86.dos import access, tracks
from vm86.dos.devices import ConsoleDevice, NullDevice
from vm86.dos.errors import DosError, Failure
from vm86.task import Task

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_READY = 0xFF


def control(dos: Dos, task: Task) -> None:
    function = _FUNCTIONS.get(task.al)
    if function is None:  # device drivers of the host do not read or write control strings
        raise Failure(DosError.INVALID_FUNCTION)
    function(dos, task)


def _information(dos: Dos, task: Task) -> None:
    task.dx = access.file_of(dos, task, task.bx).information
    task.ax = task.dx


def _set_information(dos: Dos, task: Task) -> None:
    file = access.file_of(dos, task, task.bx)
    if task.dh:
        raise Failure(DosError.INVALID_DATA)
    if not isinstance(file, ConsoleDevice | NullDevice):
        raise Failure(DosError.INVALID_FUNCTION)
    file.information = task.dl


def _input_status(dos: Dos, task: Task) -> None:
    task.al = _READY if access.file_of(dos, task, task.bx).ready() else 0


def _output_status(dos: Dos, task: Task) -> None:
    access.file_of(dos, task, task.bx)
    task.al = _READY


def _is_removable(dos: Dos, task: Task) -> None:
    task.ax = 0 if dos.drives.mount(task.bl).removable else 1


def _is_remote(dos: Dos, task: Task) -> None:
    dos.drives.mount(task.bl)
    task.dx = 0


def _is_handle_remote(dos: Dos, task: Task) -> None:
    task.dx = access.file_of(dos, task, task.bx).information


def _set_retries(dos: Dos, task: Task) -> None:
    """Of sharing conflicts, of which there are none."""
    del dos, task


def _logical_drive(dos: Dos, task: Task) -> None:
    dos.drives.mount(task.bl)
    task.al = 0  # the drive has one letter only


_FUNCTIONS = {
    0x00: _information,
    0x01: _set_information,
    0x06: _input_status,
    0x07: _output_status,
    0x08: _is_removable,
    0x09: _is_remote,
    0x0A: _is_handle_remote,
    0x0B: _set_retries,
    0x0D: tracks.control,
    0x0E: _logical_drive,
    0x0F: _logical_drive,
}
