"""Functions 01h to 0Ch: single characters and lines, from and to the standard handles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vm86.dos import access
from vm86.dos.console import CONTROL_C, END_OF_FILE
from vm86.dos.devices import OpenFile
from vm86.dos.errors import Break, Failure
from vm86.dos.lines import LineEditor
from vm86.task import ZERO, Task, linear

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_INPUT, _OUTPUT, _AUXILIARY, _PRINTER = 0, 1, 3, 4
_STATUS_ONLY = 0xFF


def standard(dos: Dos, task: Task, handle: int) -> OpenFile:
    """The handle's file; a program that has closed it gets NUL."""
    try:
        return access.file_of(dos, task, handle)
    except Failure:
        return dos.files.device("NUL")


def _get(dos: Dos, task: Task, *, breaks: bool) -> int:
    """The next byte of standard input; at its end Ctrl-Z. Raises Wait, Break."""
    file = standard(dos, task, _INPUT)
    byte = file.byte()
    if byte is None:
        return END_OF_FILE
    if breaks and byte == CONTROL_C and file.is_console:
        raise Break
    return byte


def put(dos: Dos, task: Task, data: bytes) -> None:
    standard(dos, task, _OUTPUT).put(data)


def read_with_echo(dos: Dos, task: Task) -> None:
    byte = _get(dos, task, breaks=True)
    put(dos, task, bytes([byte]))
    task.al = byte


def display(dos: Dos, task: Task) -> None:
    put(dos, task, bytes([task.dl]))
    task.al = task.dl  # undocumented


def read_auxiliary(dos: Dos, task: Task) -> None:
    byte = standard(dos, task, _AUXILIARY).byte()
    task.al = END_OF_FILE if byte is None else byte


def write_auxiliary(dos: Dos, task: Task) -> None:
    standard(dos, task, _AUXILIARY).put(bytes([task.dl]))


def print_(dos: Dos, task: Task) -> None:
    standard(dos, task, _PRINTER).put(bytes([task.dl]))


def direct(dos: Dos, task: Task) -> None:
    """06h: output of DL; if that is FF, input without waiting, ZF where there is none."""
    if task.dl != _STATUS_ONLY:
        put(dos, task, bytes([task.dl]))
        task.al = task.dl
    elif standard(dos, task, _INPUT).ready():
        task.al = _get(dos, task, breaks=False)
        task.flags &= ~ZERO
    else:
        task.al = 0
        task.flags |= ZERO


def read_direct(dos: Dos, task: Task) -> None:
    task.al = _get(dos, task, breaks=False)


def read_silent(dos: Dos, task: Task) -> None:
    task.al = _get(dos, task, breaks=True)


def display_string(dos: Dos, task: Task) -> None:
    """09h: up to a dollar sign, which may lie anywhere in the segment, if there is one."""
    start = linear(task.ds, task.dx)
    rest = 0x10000 - task.dx
    text = task.read(start, rest)
    if b"$" not in text:
        text += task.read(linear(task.ds, 0), task.dx)
    put(dos, task, text.partition(b"$")[0])
    task.al = ord("$")  # undocumented


def read_line(dos: Dos, task: Task) -> None:
    """0Ah. The buffer at DS:DX: its size, the length of its text, the text with the return."""
    buffer = linear(task.ds, task.dx)
    size, length = task.read(buffer, 2)
    if not size:
        return
    source = standard(dos, task, _INPUT)
    output = standard(dos, task, _OUTPUT)

    def begin() -> LineEditor:
        old = task.read(buffer + 2, size)
        is_template = old[length : length + 1] == b"\r"
        template = old[:length] if is_template else b""
        return LineEditor(size - 1, template, output.put, dos.screen.column)

    text = dos.files.input.typing.line(source, begin) or b""
    task.write(buffer + 1, bytes([len(text)]) + text + b"\r")


def input_status(dos: Dos, task: Task) -> None:
    task.al = 0xFF if standard(dos, task, _INPUT).ready() else 0


_AFTER_FLUSH: dict[int, Callable[[Dos, Task], None]] = {
    0x01: read_with_echo,
    0x06: direct,
    0x07: read_direct,
    0x08: read_silent,
    0x0A: read_line,
}


def flush_and_read(dos: Dos, task: Task) -> None:
    """0Ch: forget keys typed ahead, then do the function in AL. While that waits for a key, what
    comes is not forgotten again."""
    if not dos.flushed:
        dos.flush()
    function = _AFTER_FLUSH.get(task.al)
    if function is None:
        task.al = 0
    else:
        function(dos, task)
    dos.flushed = False
