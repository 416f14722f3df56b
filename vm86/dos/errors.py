"""What a service can end with other than success: an error, a wait, a Ctrl-C."""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum
from typing import NamedTuple


class DosError(IntEnum):
    """Codes that a function gives in AX with carry set, and 59h afterwards."""

    INVALID_FUNCTION = 0x01
    FILE_NOT_FOUND = 0x02
    PATH_NOT_FOUND = 0x03
    TOO_MANY_OPEN_FILES = 0x04
    ACCESS_DENIED = 0x05
    INVALID_HANDLE = 0x06
    ARENA_TRASHED = 0x07
    INSUFFICIENT_MEMORY = 0x08
    INVALID_BLOCK = 0x09
    INVALID_ENVIRONMENT = 0x0A
    INVALID_FORMAT = 0x0B
    INVALID_ACCESS_CODE = 0x0C
    INVALID_DATA = 0x0D
    INVALID_DRIVE = 0x0F
    CURRENT_DIRECTORY = 0x10
    NOT_SAME_DEVICE = 0x11
    NO_MORE_FILES = 0x12
    WRITE_PROTECTED = 0x13  # the first of those that are critical errors, too
    SECTOR_NOT_FOUND = 0x1B
    WRITE_FAULT = 0x1D
    READ_FAULT = 0x1E
    GENERAL_FAILURE = 0x1F
    FILE_EXISTS = 0x50
    FAILED_BY_HANDLER = 0x53  # of critical errors


class Failure(Exception):
    """The service failed, and the program is told `code`."""

    def __init__(self, code: DosError) -> None:
        super().__init__(code.name)
        self.code = code


class DiskFailure(Failure):
    """The disk of a drive (0 for A) could not be read, or written to: INT 24h is due."""

    def __init__(self, code: DosError, drive: int, *, writing: bool = False) -> None:
        super().__init__(code)
        self.drive = drive
        self.writing = writing


class Wait(Exception):
    """The service waits for a key: it is to be called again, and has set no register yet."""


class Break(Exception):
    """Ctrl-C was read: INT 23h is due."""


class Extended(NamedTuple):
    """What 59h tells of an error: where it lies, and what to do about it."""

    kind: int
    action: int
    locus: int


_UNKNOWN = Extended(13, 4, 1)
_EXTENDED = {
    DosError.INVALID_FUNCTION: Extended(7, 4, 1),
    DosError.FILE_NOT_FOUND: Extended(8, 3, 2),
    DosError.PATH_NOT_FOUND: Extended(8, 3, 2),
    DosError.TOO_MANY_OPEN_FILES: Extended(1, 4, 1),
    DosError.ACCESS_DENIED: Extended(3, 3, 2),
    DosError.INVALID_HANDLE: Extended(7, 4, 1),
    DosError.ARENA_TRASHED: Extended(7, 5, 5),
    DosError.INSUFFICIENT_MEMORY: Extended(1, 4, 5),
    DosError.INVALID_BLOCK: Extended(7, 4, 5),
    DosError.INVALID_FORMAT: Extended(9, 3, 1),
    DosError.INVALID_DRIVE: Extended(8, 3, 2),
    DosError.CURRENT_DIRECTORY: Extended(3, 3, 2),
    DosError.NO_MORE_FILES: Extended(8, 3, 2),
    DosError.SECTOR_NOT_FOUND: Extended(11, 4, 2),
    DosError.READ_FAULT: Extended(5, 4, 2),
    DosError.WRITE_FAULT: Extended(5, 4, 2),
    DosError.FILE_EXISTS: Extended(12, 3, 2),
}

_ERRNO = {
    errno.ENOENT: DosError.FILE_NOT_FOUND,
    errno.ENOTDIR: DosError.PATH_NOT_FOUND,
    errno.EMFILE: DosError.TOO_MANY_OPEN_FILES,
    errno.ENFILE: DosError.TOO_MANY_OPEN_FILES,
    errno.EEXIST: DosError.ACCESS_DENIED,
    errno.EACCES: DosError.ACCESS_DENIED,
    errno.EPERM: DosError.ACCESS_DENIED,
    errno.EROFS: DosError.ACCESS_DENIED,
    errno.ELOOP: DosError.ACCESS_DENIED,  # a symbolic link, opened with O_NOFOLLOW
    errno.EISDIR: DosError.ACCESS_DENIED,
    errno.ENOTEMPTY: DosError.ACCESS_DENIED,
    errno.ENXIO: DosError.ACCESS_DENIED,
    errno.ENAMETOOLONG: DosError.PATH_NOT_FOUND,
}


def extended(code: DosError) -> Extended:
    return _EXTENDED.get(code, _UNKNOWN)


@contextmanager
def host_errors() -> Generator[None]:
    """Errors of the host's file system become the program's."""
    try:
        yield
    except OSError as error:
        code = _ERRNO.get(error.errno or 0, DosError.GENERAL_FAILURE)
        raise Failure(code) from error
