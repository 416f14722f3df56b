"""Open files: those of drives, and the system file table, which numbers them and devices."""

from __future__ import annotations

from contextlib import suppress

from vm86.dos import clock, devices
from vm86.dos.clock import Clock
from vm86.dos.console import Console, Screen
from vm86.dos.devices import ConsoleDevice, ConsoleInput, NullDevice, OpenFile
from vm86.dos.errors import DosError, Failure
from vm86.dos.volume import Content, Volume

_NOT_WRITTEN = 0x40  # in a file's device information word


class DiskFile(OpenFile):
    """A file of a drive. Bytes past the end of one that grows are zero."""

    def __init__(self, content: Content, volume: Volume, access: int, times: Clock) -> None:
        self._content = content
        self.volume = volume
        self.access = access
        self._times = times
        self._position = 0
        self._written = False

    @property
    def information(self) -> int:
        return self.volume.number | (0 if self._written else _NOT_WRITTEN)

    def read(self, size: int) -> bytes:
        data = self._content.read(size, self._position)
        self._position += len(data)
        return data

    def write(self, data: bytes) -> int:
        done = self._content.write(data, self._position)
        self._position += done
        self._written = self._written or done > 0
        return done

    def truncate(self) -> None:
        """The file ends at the position from now on, even if it was shorter."""
        self._content.truncate(self._position)
        self._written = True

    def ready(self) -> bool:
        return self._position < self.size()

    def seek(self, position: int) -> int:
        self._position = position & 0xFFFFFFFF
        return self._position

    def position(self) -> int:
        return self._position

    def size(self) -> int:
        return self._content.size()

    def stamp(self) -> tuple[int, int]:
        """Date and time of the last change, in DOS's words."""
        return self._content.stamp()

    def set_stamp(self, date: int, time: int) -> None:
        if not self.volume.writable:
            raise Failure(DosError.ACCESS_DENIED)
        self._content.set_stamp(date, time)
        self._written = False  # so that closing does not stamp it again

    def close(self) -> None:
        """Give a changed file DOS's time. What was written is written already: nothing that fails
        here is worth an error."""
        if self._written:
            with suppress(Failure):
                self._content.set_stamp(*clock.pack(self._times.now()))
        self._content.close()


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
        self.standard = [self.CON, self.CON, self.CON, self.AUX, self.PRN]  # handles 0 to 4

    def redirect(self, handle: int, file: OpenFile) -> None:
        """What the handle of the first program is to be, instead of the console."""
        self.standard[handle] = self.add(file)

    def device(self, name: str) -> OpenFile:
        """A device, opened."""
        if name == "CON":
            return ConsoleDevice(self._console, self._screen, self.input)
        return NullDevice({"NUL": devices.NUL, "CLOCK$": devices.CLOCK}.get(name, 0))

    def disk_file(self, content: Content, volume: Volume, access: int) -> DiskFile:
        return DiskFile(content, volume, access, self._times)

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
            self._files.pop(number).close()
