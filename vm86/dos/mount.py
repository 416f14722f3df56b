"""A folder of the host as a DOS drive.

Nothing outside the folder can be reached: a path is walked from the folder's own descriptor, one
directory after the other, each opened with O_NOFOLLOW under a name that the listing of its parent
gave. What is neither a regular file nor a directory (symbolic links too) does not exist for DOS.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from vm86.dos import clock, names
from vm86.dos.errors import DosError, Failure, host_errors

READ_ONLY, HIDDEN, SYSTEM, LABEL, DIRECTORY, ARCHIVE = 1, 2, 4, 8, 16, 32

# A volume of DOS 3.3 has at most 32 MiB; programs of its time cannot print much larger numbers.
SECTOR = 512
SECTORS_PER_CLUSTER = 4
CLUSTERS = 0x3F00
_CLUSTER = SECTOR * SECTORS_PER_CLUSTER
LARGEST_FILE = CLUSTERS * _CLUSTER  # bytes that a file can be written to

DosPath = tuple[str, ...]  # names of DOS, from the root on
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: something that was put in a file's place, a pipe say, must not keep us waiting.
_OPEN_FILE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class Entry(NamedTuple):
    """A file or directory: its names with DOS and with the host, size in bytes, DOS's words."""

    name: str
    host: str
    attributes: int
    size: int
    date: int
    time: int

    @property
    def is_directory(self) -> bool:
        return bool(self.attributes & DIRECTORY)


class Mount:
    """`folder` as the drive `letter` (A to Z). Not `writable`: every change is denied.

    Raises OSError if the folder cannot be opened, ValueError for another letter.
    """

    def __init__(self, letter: str, folder: str | Path, *, writable: bool = False) -> None:
        if len(letter) != 1 or not "A" <= letter.upper() <= "Z":
            raise ValueError(f"{letter!r} is not a drive: A to Z are")
        self.letter = letter.upper()
        self.folder = Path(folder)
        self.writable = writable
        self._root = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    @property
    def number(self) -> int:
        """0 for A."""
        return ord(self.letter) - ord("A")

    def close(self) -> None:
        if self._root >= 0:
            os.close(self._root)
            self._root = -1

    # Looking

    def entries(self, path: DosPath) -> list[Entry]:
        """The directory's files and directories, in the order of their names."""
        with self._directory(path) as folder:
            return _entries(folder)

    def entry(self, path: DosPath) -> Entry:
        """Raises Failure: the file, or its path, is not found."""
        with self._parent(path) as (folder, name):
            return _entry(folder, name)

    def is_directory(self, path: DosPath) -> bool:
        try:
            with self._directory(path):
                return True
        except Failure:
            return False

    def free_clusters(self) -> int:
        """As far as DOS can tell."""
        if not self.writable:
            return 0
        with host_errors():
            space = os.fstatvfs(self._root)
        return min(space.f_bavail * space.f_frsize // _CLUSTER, CLUSTERS)

    # Files

    def open(self, path: DosPath, *, reading: bool, writing: bool) -> int:
        """A descriptor of the file. Raises Failure."""
        with self._parent(path) as (folder, name):
            entry = _entry(folder, name)
            if entry.is_directory:
                raise Failure(DosError.ACCESS_DENIED)
            if writing:
                self._check_writable()
                _check_unprotected(entry)
            access = os.O_RDWR if reading and writing else os.O_WRONLY if writing else os.O_RDONLY
            return _open_regular(folder, entry.host, access)

    def create(self, path: DosPath, attributes: int, *, new: bool = False) -> int:
        """A descriptor of the file, now empty. With `new` there must have been none. Raises
        Failure."""
        with self._parent(path) as (folder, name):
            self._check_writable()
            hosts = _hosts(folder)
            if name in hosts:
                if new:
                    raise Failure(DosError.FILE_EXISTS)
                _check_unprotected(_stat(folder, name, hosts[name]))
                descriptor = _open_regular(folder, hosts[name], os.O_RDWR)
                with _closed_on_error(descriptor), host_errors():
                    os.ftruncate(descriptor, 0)
            else:
                _check_name(name)
                with host_errors():
                    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _OPEN_FILE
                    descriptor = os.open(name, flags, 0o666, dir_fd=folder)
            if attributes & READ_ONLY:
                with _closed_on_error(descriptor), host_errors():
                    _protect(descriptor)
            return descriptor

    def delete(self, path: DosPath) -> None:
        with self._parent(path) as (folder, name):
            entry = _entry(folder, name)
            self._check_writable()
            if entry.is_directory:
                raise Failure(DosError.ACCESS_DENIED)
            _check_unprotected(entry)
            with host_errors():
                os.unlink(entry.host, dir_fd=folder)

    def rename(self, old: DosPath, new: DosPath) -> None:
        """Also moves a file into another directory, but no directory."""
        with self._parent(old) as (folder, name), self._parent(new) as (other, new_name):
            entry = _entry(folder, name)
            self._check_writable()
            _check_name(new_name)
            if new_name in _hosts(other) or _exists(other, new_name):
                raise Failure(DosError.ACCESS_DENIED)
            if entry.is_directory and old[:-1] != new[:-1]:
                raise Failure(DosError.ACCESS_DENIED)
            with host_errors():
                os.rename(entry.host, new_name, src_dir_fd=folder, dst_dir_fd=other)

    def set_attributes(self, path: DosPath, attributes: int) -> None:
        """Of them, the host knows read-only; the others are forgotten."""
        with self._parent(path) as (folder, name):
            entry = _entry(folder, name)
            self._check_writable()
            if entry.is_directory or attributes & (DIRECTORY | LABEL):
                raise Failure(DosError.ACCESS_DENIED)
            descriptor = _open_regular(folder, entry.host, os.O_RDONLY)
            try:
                with host_errors():
                    _protect(descriptor, bool(attributes & READ_ONLY))
            finally:
                os.close(descriptor)

    # Directories

    def make_directory(self, path: DosPath) -> None:
        with self._parent(path) as (folder, name):
            self._check_writable()
            _check_name(name)
            if name in _hosts(folder):
                raise Failure(DosError.ACCESS_DENIED)
            with host_errors():
                os.mkdir(name, dir_fd=folder)

    def remove_directory(self, path: DosPath) -> None:
        with self._parent(path) as (folder, name):
            hosts = _hosts(folder)
            if name not in hosts or not _stat(folder, name, hosts[name]).is_directory:
                raise Failure(DosError.PATH_NOT_FOUND)
            self._check_writable()
            with host_errors():
                os.rmdir(hosts[name], dir_fd=folder)

    # Ways

    def _check_writable(self) -> None:
        if not self.writable:
            raise Failure(DosError.ACCESS_DENIED)

    @contextmanager
    def _directory(self, path: DosPath) -> Generator[int]:
        """A descriptor of the directory."""
        with host_errors():
            descriptor = os.dup(self._root)
        try:
            for name in path:
                host = _hosts(descriptor).get(name)
                if host is None:
                    raise Failure(DosError.PATH_NOT_FOUND)
                below = _open_folder(host, descriptor)
                os.close(descriptor)
                descriptor = below
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def _parent(self, path: DosPath) -> Generator[tuple[int, str]]:
        """A descriptor of the directory in which the path's last name is, and that name."""
        if not path:  # the root is in no directory
            raise Failure(DosError.ACCESS_DENIED)
        with self._directory(path[:-1]) as folder:
            yield folder, path[-1]


def _open_folder(host: str, parent: int) -> int:
    try:
        return os.open(host, _OPEN_FOLDER, dir_fd=parent)
    except OSError as error:
        raise Failure(DosError.PATH_NOT_FOUND) from error


def _open_regular(folder: int, host: str, access: int) -> int:
    with host_errors():
        descriptor = os.open(host, access | _OPEN_FILE, dir_fd=folder)
    with _closed_on_error(descriptor), host_errors():
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Failure(DosError.ACCESS_DENIED)
    return descriptor


@contextmanager
def _closed_on_error(descriptor: int) -> Generator[None]:
    try:
        yield
    except BaseException:
        os.close(descriptor)
        raise


def _hosts(folder: int) -> dict[str, str]:
    """DOS name -> host name."""
    with host_errors(), os.scandir(folder) as found:
        return names.short_names(
            e.name
            for e in found
            if e.is_file(follow_symlinks=False) or e.is_dir(follow_symlinks=False)
        )


def _entries(folder: int) -> list[Entry]:
    entries: list[Entry] = []
    for name, host in sorted(_hosts(folder).items()):
        try:
            entries.append(_stat(folder, name, host))
        except Failure:  # it was there a moment ago
            continue
    return entries


def _entry(folder: int, name: str) -> Entry:
    host = _hosts(folder).get(name)
    if host is None:
        raise Failure(DosError.FILE_NOT_FOUND)
    return _stat(folder, name, host)


def _stat(folder: int, name: str, host: str) -> Entry:
    with host_errors():
        found = os.stat(host, dir_fd=folder, follow_symlinks=False)
    date, time = clock.pack(clock.local(found.st_mtime))
    attributes = HIDDEN if host.startswith(".") else 0
    if stat.S_ISDIR(found.st_mode):
        return Entry(name, host, attributes | DIRECTORY, 0, date, time)
    attributes |= ARCHIVE if found.st_mode & stat.S_IWUSR else ARCHIVE | READ_ONLY
    return Entry(name, host, attributes, min(found.st_size, 0xFFFFFFFF), date, time)


def _exists(folder: int, host: str) -> bool:
    """Whether anything has this name, a link that DOS does not see too."""
    try:
        os.stat(host, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return True


def _check_name(name: str) -> None:
    if not names.is_name(name):
        raise Failure(DosError.ACCESS_DENIED)


def _check_unprotected(entry: Entry) -> None:
    if entry.attributes & (READ_ONLY | DIRECTORY):
        raise Failure(DosError.ACCESS_DENIED)


def _protect(descriptor: int, protected: bool = True) -> None:
    mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
    writers = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    os.fchmod(descriptor, mode & ~writers if protected else mode | stat.S_IWUSR)
