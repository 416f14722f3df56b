"""Devices as open files: the console, and those with nothing connected."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from vm86.dos.console import CONTROL_C, END_OF_FILE, LINE_FEED, Console, Screen
from vm86.dos.errors import Break, Wait
from vm86.dos.lines import LineEditor

READ, WRITE, BOTH = 0, 1, 2  # ways of access, by 3Dh's code
_MOST_KEYS = 1 << 14  # bytes of a line, that a file without returns does not take for ever
_CONSOLE_LINE = 126  # characters of a line that CON reads, in a buffer of 128 with CR and LF

# The device information word of 44h (DOS 3.3 technical reference).
_DEVICE = 0x80C0  # a device, which is not at its end
_STANDARD_INPUT, _STANDARD_OUTPUT, NUL, CLOCK, _SPECIAL = 1, 2, 4, 8, 16
RAW = 0x20


class OpenFile(ABC):
    """A row of the system file table. `references`: the handles, of all programs, that mean it."""

    references = 1
    access = BOTH
    inherited = True
    is_console = False
    shows = False  # whether what is written is on the screen, as it is, too

    @property
    @abstractmethod
    def information(self) -> int:
        """The device information word of 44h."""

    @abstractmethod
    def read(self, size: int) -> bytes:
        """Raises Wait, Break."""

    @abstractmethod
    def write(self, data: bytes) -> int:
        """How many of the bytes were written."""

    def byte(self) -> int | None:
        """The next byte without echo or editing; None at the end. Raises Wait."""
        data = self.read(1)
        return data[0] if data else None

    def put(self, data: bytes) -> None:
        """Write for the functions that write characters: whatever they are."""
        self.write(data)

    def shown(self, data: bytes) -> None:  # noqa: B027 - only some show
        """Where `shows`: note what has been written without this, and is on the screen already."""

    def ready(self) -> bool:
        """Whether `byte` would give something now."""
        return False

    def seek(self, position: int) -> int:
        """The position in effect, which a device does not have."""
        del position
        return 0

    def position(self) -> int:
        return 0

    def size(self) -> int:
        return 0

    def close(self) -> None:  # noqa: B027 - a device has nothing to do
        """The last handle to it is gone."""


class NullDevice(OpenFile):
    """NUL. What is written to a device that has nothing connected is gone as well."""

    def __init__(self, flags: int) -> None:
        self._flags = flags

    @property
    def information(self) -> int:
        return _DEVICE | self._flags

    @information.setter
    def information(self, value: int) -> None:
        self._flags = value & 0xFF

    def read(self, size: int) -> bytes:
        return b""

    def write(self, data: bytes) -> int:
        return len(data)


class LineInput:
    """A line that is typed in the course of many calls, each of which may end with a wait."""

    def __init__(self) -> None:
        self._editor: LineEditor | None = None
        self._begun = False

    def forget(self) -> None:
        self._editor = None

    def line(self, source: OpenFile, begin: Callable[[], LineEditor]) -> bytes | None:
        """The line, without its end; None: input has ended. Raises Wait, Break."""
        if self._editor is None:
            self._editor = begin()
            self._begun = False
        for _ in range(_MOST_KEYS):
            byte = source.byte()
            if byte is None and not self._editor.text:
                self.forget()
                return None
            if byte == CONTROL_C and source.is_console:
                self.forget()
                raise Break
            if byte == LINE_FEED and not self._begun:  # of the line before, in a file
                continue
            self._begun = True
            if byte is None or self._editor.key(byte):
                break
        text = bytes(self._editor.text)
        self.forget()
        return text


class ConsoleInput:
    """What is in the works between the keyboard and programs that read CON."""

    def __init__(self) -> None:
        self.typing = LineInput()
        self.template = b""
        self.line = bytearray()  # what is left of the last line read, with CR and LF
        self.raw = bytearray()  # what has come so far for a reader of so many bytes

    def forget(self) -> None:
        self.typing.forget()
        self.line.clear()
        self.raw.clear()


class ConsoleDevice(OpenFile):
    is_console = True
    shows = True

    def __init__(self, console: Console, screen: Screen, state: ConsoleInput) -> None:
        self._console = console
        self._screen = screen
        self._state = state
        self._flags = _STANDARD_INPUT | _STANDARD_OUTPUT | _SPECIAL

    @property
    def information(self) -> int:
        return _DEVICE | self._flags

    @information.setter
    def information(self, value: int) -> None:
        self._flags = value & 0xFF

    def byte(self) -> int | None:
        key = self._console.key()
        if key is None:
            if self._console.at_end():
                return None
            raise Wait
        return key & 0xFF

    def ready(self) -> bool:
        return self._console.ready()

    def read(self, size: int) -> bytes:
        if not size:
            return b""
        return self._read_raw(size) if self._flags & RAW else self._read_line(size)

    def _read_raw(self, size: int) -> bytes:
        raw = self._state.raw
        while len(raw) < size:
            byte = self.byte()
            if byte is None:
                break
            raw.append(byte)
        data = bytes(raw[:size])
        del raw[:size]
        return data

    def _read_line(self, size: int) -> bytes:
        state = self._state
        if not state.line:
            text = state.typing.line(self, self._new_line)
            if text is None:
                return b""
            self.put(b"\n")
            state.template = text
            state.line += text + b"\r\n"
        data = bytes(state.line[:size])
        text, end, _ = data.partition(bytes([END_OF_FILE]))
        if end:
            state.line.clear()
        else:
            del state.line[:size]
        return text

    def _new_line(self) -> LineEditor:
        return LineEditor(_CONSOLE_LINE, self._state.template, self.put, self._screen.column)

    def write(self, data: bytes) -> int:
        if self._flags & RAW:
            self._screen.write_raw(data)
            return len(data)
        text = data.partition(bytes([END_OF_FILE]))[0]  # Ctrl-Z ends what DOS copies to a device
        self._screen.write(text)
        return len(text)

    def put(self, data: bytes) -> None:
        self._screen.write(data)

    def shown(self, data: bytes) -> None:
        self._screen.note(data)
        self._console.send(data)
