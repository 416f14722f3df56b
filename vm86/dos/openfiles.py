"""Open files: devices and files of the host, and the system file table, which numbers them."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable

from vm86.dos import clock
from vm86.dos.clock import Clock
from vm86.dos.console import CONTROL_C, END_OF_FILE, Console, Screen
from vm86.dos.errors import Break, DosError, Failure, Wait, host_errors
from vm86.dos.lines import LineEditor
from vm86.dos.mount import LARGEST_FILE, Mount

READ, WRITE, BOTH = 0, 1, 2  # ways of access, by 3Dh's code
_CONSOLE_LINE = 126  # characters of a line that CON reads, in a buffer of 128 with CR and LF

# The device information word of 44h (DOS 3.3 technical reference).
_DEVICE = 0x80C0  # a device, which is not at its end
_STANDARD_INPUT, _STANDARD_OUTPUT, _NUL, _CLOCK, _SPECIAL = 1, 2, 4, 8, 16
RAW = 0x20
_NOT_WRITTEN = 0x40


class OpenFile(ABC):
    """A row of the system file table. `references`: the handles, of all programs, that mean it."""

    references = 1
    access = BOTH
    inherited = True
    is_console = False

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

    def close(self) -> None:
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

    def forget(self) -> None:
        self._editor = None

    def line(self, source: OpenFile, begin: Callable[[], LineEditor]) -> bytes | None:
        """The line, without its end; None: input has ended. Raises Wait, Break."""
        if self._editor is None:
            self._editor = begin()
        while True:
            byte = source.byte()
            if byte is None and not self._editor.text:
                self.forget()
                return None
            if byte == CONTROL_C and source.is_console:
                self.forget()
                raise Break
            if byte is None or self._editor.key(byte):
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


class DiskFile(OpenFile):
    """A file of the host. Bytes past the end of one that grows are zero."""

    def __init__(self, descriptor: int, mount: Mount, access: int, times: Clock) -> None:
        self.descriptor = descriptor
        self.mount = mount
        self.access = access
        self._times = times
        self._position = 0
        self._written = False

    @property
    def information(self) -> int:
        return self.mount.number | (0 if self._written else _NOT_WRITTEN)

    def read(self, size: int) -> bytes:
        with host_errors():
            data = os.pread(self.descriptor, size, self._position)
        self._position += len(data)
        return data

    def write(self, data: bytes) -> int:
        data = data[: max(LARGEST_FILE - self._position, 0)]
        if data:
            with host_errors():
                done = os.pwrite(self.descriptor, data, self._position)
            self._position += done
            self._written = True
            return done
        return 0

    def truncate(self) -> None:
        """The file ends at the position from now on, even if it was shorter."""
        if self._position > LARGEST_FILE:
            raise Failure(DosError.ACCESS_DENIED)
        with host_errors():
            os.ftruncate(self.descriptor, self._position)
        self._written = True

    def ready(self) -> bool:
        return self._position < self.size()

    def seek(self, position: int) -> int:
        self._position = position & 0xFFFFFFFF
        return self._position

    def position(self) -> int:
        return self._position

    def size(self) -> int:
        with host_errors():
            return min(os.fstat(self.descriptor).st_size, 0xFFFFFFFF)

    def stamp(self) -> tuple[int, int]:
        """Date and time of the last change, in DOS's words."""
        with host_errors():
            return clock.pack(clock.local(os.fstat(self.descriptor).st_mtime))

    def set_stamp(self, date: int, time: int) -> None:
        if not self.mount.writable:
            raise Failure(DosError.ACCESS_DENIED)
        moment = clock.seconds(clock.unpack(date, time))
        with host_errors():
            os.utime(self.descriptor, (moment, moment))
        self._written = False  # so that closing does not stamp it again

    def close(self) -> None:
        try:
            if self._written:
                now = clock.seconds(self._times.now())
                with host_errors():
                    os.utime(self.descriptor, (now, now))
        finally:
            os.close(self.descriptor)


class FileTable:
    """The system file table: number -> open file. DOS opens AUX, CON and PRN first."""

    AUX, CON, PRN = 0, 1, 2
    MOST = 255  # FF in a job's table means a closed handle

    def __init__(self, console: Console, screen: Screen, times: Clock) -> None:
        self._console = console
        self._screen = screen
        self._times = times
        self.input = ConsoleInput()
        self._files: dict[int, OpenFile] = {
            self.AUX: self.device("AUX"),
            self.CON: self.device("CON"),
            self.PRN: self.device("PRN"),
        }

    def device(self, name: str) -> OpenFile:
        """A device, opened."""
        if name == "CON":
            return ConsoleDevice(self._console, self._screen, self.input)
        return NullDevice({"NUL": _NUL, "CLOCK$": _CLOCK}.get(name, 0))

    def disk_file(self, descriptor: int, mount: Mount, access: int) -> DiskFile:
        return DiskFile(descriptor, mount, access, self._times)

    def check_room(self) -> int:
        """The number that the next file gets. Raises Failure: there are too many."""
        for number in range(self.MOST):
            if number not in self._files:
                return number
        raise Failure(DosError.TOO_MANY_OPEN_FILES)

    def add(self, file: OpenFile) -> int:
        number = self.check_room()
        self._files[number] = file
        return number

    def get(self, number: int) -> OpenFile:
        file = self._files.get(number)
        if file is None:
            raise Failure(DosError.INVALID_HANDLE)
        return file

    def share(self, number: int) -> None:
        self.get(number).references += 1

    def release(self, number: int) -> None:
        """One handle less; DOS's own devices stay open without any."""
        file = self.get(number)
        file.references -= 1
        if file.references <= 0:
            if number <= self.PRN:
                file.references = 0
            else:
                del self._files[number]
                file.close()

    def close_all(self) -> None:
        for number in [n for n in self._files if n > self.PRN]:
            file = self._files.pop(number)
            try:
                file.close()
            except Failure:  # it could not be stamped; the others are to be closed all the same
                continue
