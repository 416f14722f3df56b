"""A folder of the host as a DOS drive.

Nothing outside the folder can be reached: a path is walked from the folder's own descriptor, one
directory after the other, each opened with O_NOFOLLOW under a name that the listing of its parent
gave. What is neither a regular file nor a directory (symbolic links too) does not exist for DOS.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from vm86.dos import clock, names
from vm86.dos.errors import DosError, Failure, host_errors
from vm86.dos.volume import (
    ARCHIVE,
    DIRECTORY,
    HIDDEN,
    LABEL,
    READ_ONLY,
    SECTOR,
    Content,
    DosPath,
    Entry,
    Shape,
    Volume,
)

# A volume of DOS 3.3 has at most 32 MiB; programs of its time cannot print much larger numbers.
CLUSTERS = 0x3F00
_SHAPE = Shape(
    per_cluster=4,
    reserved=1,
    tables=2,
    table=-(-2 * (CLUSTERS + 2) // SECTOR),
    root=512,
    clusters=CLUSTERS,
    media=0xF8,
)
LARGEST_FILE = CLUSTERS * _SHAPE.cluster_size  # bytes that a file can be written to

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: something that was put in a file's place, a pipe say, must not keep us waiting.
_OPEN_FILE = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class HostFile(Content):
    """A file of the host, by its descriptor, which it closes."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def read(self, size: int, position: int) -> bytes:
        with host_errors():
            return os.pread(self.descriptor, size, position)

    def write(self, data: bytes, position: int) -> int:
        with host_errors():
            try:
                return os.pwrite(self.descriptor, data[: max(LARGEST_FILE - position, 0)], position)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                    return 0
                raise

    def truncate(self, size: int) -> None:
        if size > LARGEST_FILE:
            raise Failure(DosError.ACCESS_DENIED)
        with host_errors():
            os.ftruncate(self.descriptor, size)

    def size(self) -> int:
        with host_errors():
            return min(os.fstat(self.descriptor).st_size, 0xFFFFFFFF)

    def stamp(self) -> tuple[int, int]:
        with host_errors():
            return clock.pack(clock.local(os.fstat(self.descriptor).st_mtime))

    def set_stamp(self, date: int, time: int) -> None:
        moment = clock.seconds(clock.unpack(date, time))
        with host_errors():
            os.utime(self.descriptor, (moment, moment))

    def close(self) -> None:
        with suppress(OSError):
            os.close(self.descriptor)


class Mount(Volume):
    """`folder` as a drive. Raises OSError if the folder cannot be opened."""

    def __init__(self, letter: str, folder: str | Path, *, writable: bool = False) -> None:
        super().__init__(letter, writable=writable)
        self.folder = Path(folder)
        self._root = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._refused = False

    @property
    def remark(self) -> str | None:
        if not self._refused or self._root < 0:
            return None
        return (
            f"Drive {self.letter} can only be read; "
            f"--mount {self.letter}=DIR:rw lets programs write to the folder."
        )

    def close(self) -> None:
        if self._root >= 0:
            os.close(self._root)
            self._root = -1

    # Looking

    @property
    def shape(self) -> Shape:
        return _SHAPE

    def entries(self, path: DosPath) -> list[Entry]:
        """In the order of their names."""
        with self._directory(path) as folder:
            return _entries(folder)

    def entry(self, path: DosPath) -> Entry:
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
        return min(space.f_bavail * space.f_frsize // _SHAPE.cluster_size, CLUSTERS)

    # Files

    def open(self, path: DosPath, *, reading: bool, writing: bool) -> HostFile:
        with self._parent(path) as (folder, name):
            entry = _entry(folder, name)
            if entry.is_directory:
                raise Failure(DosError.ACCESS_DENIED)
            if writing:
                self._check_writable()
                _check_unprotected(entry)
            access = os.O_RDWR if reading and writing else os.O_WRONLY if writing else os.O_RDONLY
            return HostFile(_open_regular(folder, entry.host, access))

    def create(self, path: DosPath, attributes: int, *, new: bool = False) -> HostFile:
        with self._parent(path) as (folder, name):
            self._check_writable()
            if attributes & LABEL:  # a folder has none
                raise Failure(DosError.ACCESS_DENIED)
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
            return HostFile(descriptor)

    def delete(self, path: DosPath) -> None:
        with self._parent(path) as (folder, name):
            entry = _entry(folder, name)
            self._check_writable()
            if entry.is_directory:
                raise Failure(DosError.ACCESS_DENIED)
            _check_unprotected(entry)
            with host_errors():
                os.unlink(entry.host, dir_fd=folder)

    def delete_label(self) -> None:
        raise Failure(DosError.FILE_NOT_FOUND)

    def rename(self, old: DosPath, new: DosPath) -> None:
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
            self._refused = True
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
