"""Standard input and output of the host, as `zoo run` gives them to a task.

Standard input is one stream, each byte of which is taken once, by who asks first: by who reads the
standard handle 0, as a file's, if it is not a terminal's; by DOS's console otherwise; or by who
reads the keyboard, on which it is typed. A key that was typed and not read is read first.

Where standard output is not a terminal's, handle 1 is a file, too: what is written there goes out
as it is, and what goes to the console to standard error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vm86.dos.console import LINE_FEED, RETURN
from vm86.dos.devices import READ, WRITE, OpenFile
from vm86.dos.errors import DosError, Failure, Wait
from vm86.monitor.keyboard import Display, KeyBuffer
from vm86.task import Task
from zoo.host import Host

if TYPE_CHECKING:
    from vm86.dos.console import Screen

_RETURN, _FEED = bytes([RETURN]), bytes([LINE_FEED])
_KEPT = 32 << 20  # bytes that have been read and that a program can seek back to
# A program that reads on when input has ended would do so for ever. A key or a line that is not
# there is waited for; a file whose end is not heeded may be one that is read in many places.
_PATIENCE = 10_000
_KEY = 400  # of it, that a key costs
_FILE = 0x42  # device information: a file of drive C that has not been written to


class Input:
    """The stream of standard input."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._read = bytearray()  # what has come from the host, from `_first` on
        self._first = 0
        self._at = 0  # the next byte's place in `_read`
        self._patience = _PATIENCE
        self.ended = False  # the host has said that there is no more

    def take(self, size: int) -> bytes:
        """So many bytes, or as many as there are."""
        missing = self._at + size - len(self._read)
        if missing > 0 and not self.ended:
            data: bytes = self._host.ask("bytes", size=missing)
            self._read += data
            self.ended = len(data) < missing
        taken = bytes(self._read[self._at : self._at + size])
        self._at += len(taken)
        if self._at > 2 * _KEPT:
            del self._read[:_KEPT]
            self._first += _KEPT
            self._at -= _KEPT
        return taken

    def character(self) -> int | None:
        """The next byte for who reads single ones: a line feed alone, with which hosts end lines,
        is a return."""
        before = self._read[self._at - 1 : self._at] if self._at else b""
        byte = self.take(1)
        if not byte:
            return None
        return RETURN if byte == _FEED and before != _RETURN else byte[0]

    def key(self) -> int | None:
        """The next byte as a key's: a line ends with one return."""
        byte = self.character()
        while byte == LINE_FEED:
            byte = self.character()
        return byte

    def is_over(self) -> bool:
        """Whether there is no more, for which it may have to be waited."""
        byte = self.take(1)
        self._at -= len(byte)
        return not byte

    @property
    def position(self) -> int:
        return self._first + self._at

    def seek(self, position: int) -> None:
        """Raises Failure: what was there has been forgotten."""
        if position < self._first:
            raise Failure(DosError.ACCESS_DENIED)
        self._at = position - self._first

    def size(self) -> int:
        while not self.ended and len(self._read) < _KEPT:
            data: bytes = self._host.ask("bytes", size=_KEPT)
            self._read += data
            self.ended = len(data) < _KEPT
        return self._first + len(self._read)

    def nothing(self, cost: int = _KEY) -> None:
        """Something was wanted when there was no more. Raises Wait: that went on for too long."""
        self._patience -= cost
        if self._patience <= 0:
            raise Wait


class Console:
    """DOS's console (vm86.dos.console). redirected: whether standard input and output are not."""

    streams = True  # what comes is not from the keyboard, but typed on it for those who read that

    def __init__(self, host: Host, task: Task, display: Display) -> None:
        self._host = host
        self._display = display
        self.keys = KeyBuffer(task)
        self.input = Input(host)
        self.redirected = False, False

    def start(self) -> None:
        """Find out what the streams are, when a program with DOS begins."""
        into, out = self._host.ask("redirected")
        self.redirected = bool(into), bool(out)

    def send(self, data: bytes) -> None:
        self._host.show([("console" if self.redirected[1] else "bytes", data)])

    def send_output(self, data: bytes) -> None:
        """To standard output, where that is no terminal."""
        self._host.show([("bytes", data)])

    def show(self, data: bytes) -> None:
        self._display.teletype(data)

    def clear(self) -> None:
        self._display.clear()

    def key(self) -> int | None:
        byte = self.keys.key()
        if byte is None:
            byte = self.input.key()
        if byte is None:
            self.input.nothing()
        return byte

    def ready(self) -> bool:
        return self.keys.ready() or not self.input.is_over()

    @property
    def ended(self) -> bool:
        """Whether it is known that no more will come, and all has been taken."""
        return self.input.ended and self.input.is_over()

    def at_end(self) -> bool:
        return not self.ready()

    def peek(self) -> int | None:
        return self.keys.peek()

    def forget(self) -> None:
        """Input that is no keyboard's is not forgotten."""


class InputFile(OpenFile):
    """Handle 0, where standard input is no terminal's."""

    access = READ

    def __init__(self, console: Console) -> None:
        self._keys = console.keys
        self._input = console.input

    @property
    def information(self) -> int:
        return _FILE

    def read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size and (key := self._keys.key()) is not None:
            data.append(key)
        data += self._input.take(size - len(data))
        if size and not data:
            self._input.nothing(1)
        return bytes(data)

    def byte(self) -> int | None:
        byte = self._keys.key()
        if byte is None:
            byte = self._input.character()
        if byte is None:
            self._input.nothing()
        return byte

    def write(self, data: bytes) -> int:
        raise Failure(DosError.ACCESS_DENIED)

    def ready(self) -> bool:
        return self._keys.ready() or not self._input.is_over()

    def seek(self, position: int) -> int:
        self._input.seek(position & 0xFFFFFFFF)
        return position & 0xFFFFFFFF

    def position(self) -> int:
        return self._input.position

    def size(self) -> int:
        return self._input.size()


class OutputFile(OpenFile):
    """Handle 1, where standard output is no terminal's. It is on the task's screen as well, to be
    looked at when the task has ended (--screen)."""

    access = WRITE
    shows = True

    def __init__(self, console: Console, screen: Screen) -> None:
        self._console = console
        self._screen = screen

    @property
    def information(self) -> int:
        return _FILE

    def read(self, size: int) -> bytes:
        raise Failure(DosError.ACCESS_DENIED)

    def write(self, data: bytes) -> int:
        self._console.send_output(data)
        self._screen.show(data)
        return len(data)

    def shown(self, data: bytes) -> None:
        self._console.send_output(data)
        self._screen.note(data)
