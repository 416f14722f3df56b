"""What a drive is to DOS's functions: a folder of the host (mount.py) or a disk (diskmount.py)."""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from typing import NamedTuple

from vm86.dos.clock import Clock

READ_ONLY, HIDDEN, SYSTEM, LABEL, DIRECTORY, ARCHIVE = 1, 2, 4, 8, 16, 32

SECTOR = 512
SLOT = 32  # bytes of a file's entry in a directory

DosPath = tuple[str, ...]  # names of DOS, from the root on


class Entry(NamedTuple):
    """A file, directory or label. host: its name with the host. size: bytes. date, time: words."""

    name: str
    host: str
    attributes: int
    size: int
    date: int
    time: int
    cluster: int = 0  # its first, where it has some

    @property
    def is_directory(self) -> bool:
        return bool(self.attributes & DIRECTORY)


class Shape(NamedTuple):
    """How a volume is divided, as its boot sector tells it. Sizes are in sectors.

    media: the byte that tells the kind of disk. root: entries that the root directory has room for.
    """

    per_cluster: int
    reserved: int
    tables: int
    table: int
    root: int
    clusters: int
    media: int

    @property
    def first_root(self) -> int:
        return self.reserved + self.tables * self.table

    @property
    def first_data(self) -> int:
        return self.first_root + -(-self.root * SLOT // SECTOR)

    @property
    def cluster_size(self) -> int:
        """Bytes."""
        return self.per_cluster * SECTOR


class Content(ABC):
    """An open file's bytes. Every function may raise Failure."""

    @abstractmethod
    def read(self, size: int, position: int) -> bytes: ...

    @abstractmethod
    def write(self, data: bytes, position: int) -> int:
        """How many of the bytes were written: fewer, where the disk is full. What lies between the
        file's end and the position becomes zero."""

    @abstractmethod
    def truncate(self, size: int) -> None:
        """The file ends there from now on, even if it was shorter."""

    @abstractmethod
    def size(self) -> int: ...

    @abstractmethod
    def stamp(self) -> tuple[int, int]:
        """Date and time of the last change, in DOS's words."""

    @abstractmethod
    def set_stamp(self, date: int, time: int) -> None: ...

    def close(self) -> None:  # noqa: B027 - not all have something to do
        """No more is wanted of it. Raises nothing."""


class Sectors(ABC):
    """A volume's sectors, where it has some, from 0, the boot sector. drive: 0 for A."""

    drive = 0

    @property
    @abstractmethod
    def count(self) -> int: ...

    @abstractmethod
    def read(self, number: int) -> bytes:
        """512 bytes. Raises OSError."""

    @abstractmethod
    def write(self, number: int, content: bytes) -> None:
        """Whole sectors, from this one on; none that are not of the volume. Raises OSError."""

    @property
    @abstractmethod
    def writes(self) -> int:
        """How often the disk has been written to, by whomever."""


class Volume(ABC):
    """The drive `letter` (A to Z). Not `writable`: every change is denied. times: DOS's clock, from
    when DOS has begun.

    Functions raise Failure. Raises ValueError for another letter.
    """

    sectors: Sectors | None = None
    removable = False

    def __init__(self, letter: str, *, writable: bool) -> None:
        if len(letter) != 1 or not "A" <= letter.upper() <= "Z":
            raise ValueError(f"{letter!r} is not a drive: A to Z are")
        self.letter = letter.upper()
        self.writable = writable
        self.times: Clock = _Epoch()

    @property
    def number(self) -> int:
        """0 for A."""
        return ord(self.letter) - ord("A")

    @property
    def remark(self) -> str | None:
        """What is to be said to a person before it is closed: a program's changes were in vain."""
        return None

    def close(self) -> None:  # noqa: B027 - not all have something to do
        """No more is wanted of it."""

    @property
    @abstractmethod
    def shape(self) -> Shape: ...

    @abstractmethod
    def free_clusters(self) -> int: ...

    @abstractmethod
    def entries(self, path: DosPath) -> list[Entry]:
        """The directory's files and directories, and the root's label, but not itself and its
        parent."""

    @abstractmethod
    def entry(self, path: DosPath) -> Entry:
        """Fails where the file, or its path, is not found."""

    @abstractmethod
    def is_directory(self, path: DosPath) -> bool:
        """Fails with nothing."""

    @abstractmethod
    def open(self, path: DosPath, *, reading: bool, writing: bool) -> Content: ...

    @abstractmethod
    def create(self, path: DosPath, attributes: int, *, new: bool = False) -> Content:
        """The file, now empty. With `new` there must have been none."""

    @abstractmethod
    def delete(self, path: DosPath) -> None:
        """A file; no directory."""

    @abstractmethod
    def delete_label(self) -> None: ...

    @abstractmethod
    def rename(self, old: DosPath, new: DosPath) -> None:
        """Also moves a file into another directory, but no directory."""

    @abstractmethod
    def set_attributes(self, path: DosPath, attributes: int) -> None: ...

    @abstractmethod
    def make_directory(self, path: DosPath) -> None: ...

    @abstractmethod
    def remove_directory(self, path: DosPath) -> None: ...


class _Epoch:
    def now(self) -> datetime.datetime:
        return datetime.datetime(1980, 1, 1)
