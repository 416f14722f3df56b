"""Snapshots: all that a guest is, kept in memory or in a file, and put back to the byte.

A snapshot holds the pages of the guest's buffer that are not empty, each compressed. One taken
after another shares the pages that have not changed, so that a thousand turns take some megabytes.

The file: MAGIC, a version, the machine's name, the hashes of the layout and the image (32 bytes
each), the length of the body, the body (zlib; each page's number in 4 bytes, then the page), and
the SHA-256 of all that. Numbers are little-endian.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path

from zoo import registers
from zoo.files import write_whole
from zoo.layout import PAGE, Guest

MAGIC = b"ZOOSNAP\0"
VERSION = 1
HEAD = struct.Struct("<8sI16s32s32sI")
DIGEST = 32
EMPTY = bytes(PAGE)
MOST_DIFFERENCES = 100


class SnapshotError(ValueError):
    """The file is no snapshot of this guest; the text says why."""


@dataclass(frozen=True)
class Page:
    """One page. Pages are equal when what they hold is, which `digest` stands for."""

    digest: bytes
    packed: bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Page) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def data(self) -> bytes:
        return zlib.decompress(self.packed)


@dataclass(frozen=True)
class Difference:
    """A place where two snapshots differ: of `arena`, element `index`. register: its name, if it
    is one."""

    arena: str
    index: int
    ours: int
    theirs: int
    register: str = ""

    def __str__(self) -> str:
        place = self.register or f"{self.arena}[{self.index:#x}]"
        return f"{place}: {self.ours:#x} and {self.theirs:#x}"


class Snapshot:
    """What a guest was at one moment. Two are equal when every byte of the guest was.

    `identity` is the machine's name and the hashes of its layout and of the image.
    """

    def __init__(self, identity: tuple[str, bytes, bytes], pages: dict[int, Page]) -> None:
        self.identity = identity
        self._pages = pages

    @classmethod
    def take(cls, guest: Guest, previous: Snapshot | None = None) -> Snapshot:
        """A snapshot of the guest, which is unaffected. What did not change since `previous` (a
        snapshot of the same guest) is shared with it."""
        old = previous._pages if previous else {}
        pages: dict[int, Page] = {}
        for number in range(guest.layout.size // PAGE):
            data = guest.buffer[number * PAGE : (number + 1) * PAGE]
            if data == EMPTY:
                continue
            digest = blake2b(data, digest_size=16).digest()
            page = old.get(number)
            if page is None or page.digest != digest:
                page = Page(digest, zlib.compress(data, 1))
            pages[number] = page
        return cls(_identity(guest), pages)

    def restore(self, guest: Guest) -> None:
        """Make the guest what it was; SnapshotError, and nothing done, for another guest."""
        self._check(guest)
        for number in range(guest.layout.size // PAGE):
            page = self._pages.get(number)
            place = slice(number * PAGE, (number + 1) * PAGE)
            if page is not None:
                guest.buffer[place] = page.data
            elif guest.buffer[place] != EMPTY:
                guest.buffer[place] = EMPTY

    def _check(self, guest: Guest) -> None:
        machine, layout, image = _identity(guest)
        if self.identity[0] != machine:
            raise SnapshotError(f"it is of the machine {self.identity[0]!r}, not {machine!r}")
        if self.identity[1] != layout:
            raise SnapshotError("it was made by another version of the zoo")
        if self.identity[2] != image:
            raise SnapshotError("it was made with another image")

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Snapshot)
            and self.identity == other.identity
            and self._pages == other._pages
        )

    def __hash__(self) -> int:
        return hash(self.identity)

    def difference(
        self, other: Snapshot, guest: Guest, most: int = MOST_DIFFERENCES
    ) -> list[Difference]:
        """Where two snapshots of `guest`'s kind differ, at most the first `most` places."""
        names = _register_names(guest)
        found: list[Difference] = []
        for arena in guest.layout.arenas:
            size = arena.nbytes // arena.size
            first = arena.offset // PAGE
            for number in range(first, first + -(-arena.nbytes // PAGE)):
                mine, theirs = self._pages.get(number), other._pages.get(number)
                if mine == theirs:
                    continue
                unpack = struct.Struct(f"<{PAGE // size}{arena.format}").unpack
                ours = unpack(mine.data if mine else EMPTY)
                others = unpack(theirs.data if theirs else EMPTY)
                for k, (a, b) in enumerate(zip(ours, others, strict=True)):
                    if a != b:
                        index = (number - first) * PAGE // size + k
                        name = names.get(index, "") if arena.name == "r" else ""
                        found.append(Difference(arena.name, index, a, b, name))
                        if len(found) == most:
                            return found
        return found

    @property
    def nbytes(self) -> int:
        """How many bytes the pages take, those that are shared included."""
        return sum(len(page.packed) for page in self._pages.values())

    def to_bytes(self) -> bytes:
        """The content of a snapshot's file."""
        machine, layout, image = self.identity
        raw = b"".join(n.to_bytes(4, "little") + p.data for n, p in self._pages.items())
        body = zlib.compress(raw, 6)
        head = HEAD.pack(MAGIC, VERSION, machine.encode(), layout, image, len(body))
        return head + body + sha256(head + body).digest()

    @classmethod
    def from_bytes(cls, data: bytes, guest: Guest) -> Snapshot:
        """The snapshot in a file's content, for `guest`; raises SnapshotError."""
        if data[: len(MAGIC)] != MAGIC:
            raise SnapshotError("it is not a snapshot")
        if len(data) < HEAD.size + DIGEST:
            raise SnapshotError("it is damaged: it is too short")
        _, version, machine, layout, image, length = HEAD.unpack_from(data)
        if version != VERSION:
            raise SnapshotError(f"it has version {version}; this zoo reads version {VERSION}")
        if sha256(data[:-DIGEST]).digest() != data[-DIGEST:]:
            raise SnapshotError("it is damaged: its checksum is wrong")
        name = machine.rstrip(b"\0").decode("utf-8", "replace")
        body = data[HEAD.size : -DIGEST]
        if length != len(body):
            raise SnapshotError("it is damaged: its length is wrong")
        found = cls((name, layout, image), {})
        found._check(guest)
        found._pages = _pages(_unpacked(body, guest.layout.size), guest)
        return found

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all; OSError if that can't be done."""
        write_whole(path, self.to_bytes())

    @classmethod
    def load(cls, path: Path, guest: Guest) -> Snapshot:
        """The snapshot in a file, for `guest`; SnapshotError if it is none, or another guest's."""
        try:
            with path.open("rb") as file:
                data = file.read(2 * guest.layout.size)
        except OSError as error:
            raise SnapshotError(f"it can't be read: {error.strerror}") from error
        return cls.from_bytes(data, guest)


def _identity(guest: Guest) -> tuple[str, bytes, bytes]:
    return guest.machine, guest.layout.hash, guest.image_hash


def _register_names(guest: Guest) -> dict[int, str]:
    """The registers' names. Each module has them first, then its constants of other kinds."""
    names: dict[int, str] = {}
    for name, number in (*vars(registers).items(), *guest.layout.registers.items()):
        if name.isupper() and name != "FIRST":
            names.setdefault(number, name)
    return names


def _unpacked(body: bytes, size: int) -> bytes:
    """The body, which unpacks to no more than a buffer of `size` bytes can make."""
    most = (size // PAGE) * (PAGE + 4)
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(body, most)
    except zlib.error as error:
        raise SnapshotError(f"it is damaged: {error}") from error
    if not unpacker.eof or unpacker.unused_data or len(raw) % (PAGE + 4):
        raise SnapshotError("it is damaged: its pages are not whole")
    return raw


def _pages(raw: bytes, guest: Guest) -> dict[int, Page]:
    pages: dict[int, Page] = {}
    last = -1
    for at in range(0, len(raw), PAGE + 4):
        number = int.from_bytes(raw[at : at + 4], "little")
        if not last < number < guest.layout.size // PAGE:
            raise SnapshotError("it is damaged: its pages are out of order")
        last = number
        data = raw[at + 4 : at + 4 + PAGE]
        pages[number] = Page(blake2b(data, digest_size=16).digest(), zlib.compress(data, 1))
    # The first page is what the guest is, and not what it does.
    if 0 not in pages or pages[0].data != guest.buffer[:PAGE]:
        raise SnapshotError("it is damaged: its first page is another guest's")
    return pages
