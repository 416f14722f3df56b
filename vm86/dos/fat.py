"""The file system of DOS on a disk's sectors: FAT12 and FAT16.

    boot sector   how the volume is divided (the BIOS parameter block, from DOS 2 on)
    tables        the file allocation table, mostly twice: for each cluster the next one of its file
    root          a directory of fixed size
    data          clusters, from number 2 on: files and other directories

(DOS 3.3 technical reference, chapter on disk allocation; ECMA-107.) Nothing of it is kept here: a
program may write sectors itself. And nothing in it is believed: a chain of clusters ends where it
leaves the disk or is as long as the whole disk, so that none is followed for ever. What is written
is written in such an order that files which were there stay whole when the host is killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vm86.dos.errors import DiskFailure, DosError, Failure
from vm86.dos.volume import SECTOR, SLOT, Sectors, Shape

FREE, FIRST = 0, 2  # a free cluster's entry; the first cluster's number
_MOST_12 = 4084  # clusters with entries of 12 bits
_MOST_16 = 65524
_MOST_SLOTS = 65536  # of a directory
DELETED, NEVER_USED = 0xE5, 0x00  # a slot's first byte
_E5 = 0x05  # stands for a name's first byte E5h

# How DOS divides diskettes, by their sectors. Of DOS 1's only the table's first byte tells it.
USUAL = {
    320: Shape(1, 1, 2, 1, 64, 313, 0xFE),
    360: Shape(1, 1, 2, 2, 64, 351, 0xFC),
    640: Shape(2, 1, 2, 1, 112, 315, 0xFF),
    720: Shape(2, 1, 2, 2, 112, 354, 0xFD),
    1440: Shape(2, 1, 2, 3, 112, 713, 0xF9),
    2400: Shape(1, 1, 2, 7, 224, 2371, 0xF9),
    2880: Shape(1, 1, 2, 9, 224, 2847, 0xF0),
    5760: Shape(2, 1, 2, 9, 240, 2863, 0xF0),
}
_OLD = range(721)  # sectors that those of DOS 1 may have


def shape(sectors: Sectors) -> Shape | None:
    """How the volume is divided, or None where it is not. Raises Failure: it can't be read."""
    boot = _read(sectors, 0)
    found = _parameters(boot, sectors.count)
    if found is None and sectors.count in _OLD:
        usual = USUAL.get(sectors.count)
        if usual is not None and _read(sectors, 1)[0] == usual.media:
            return usual
    return found


def _parameters(boot: bytes, count: int) -> Shape | None:
    """From a boot sector's BIOS parameter block, which must make sense."""

    def number(offset: int, size: int = 2) -> int:
        return int.from_bytes(boot[offset : offset + size], "little")

    per_cluster, reserved, tables, root = number(13, 1), number(14), number(16, 1), number(17)
    table, media = number(22), number(21, 1)
    total = min(number(19) or number(32, 4), count)
    sound = per_cluster in (1, 2, 4, 8, 16, 32, 64, 128) and reserved and 1 <= tables <= 4
    if number(11) != SECTOR or not sound or not root or not table or media < 0xF0:
        return None
    found = Shape(per_cluster, reserved, tables, table, root, 0, media)
    clusters = (total - found.first_data) // per_cluster
    if not 1 <= clusters <= _MOST_16:
        return None
    bits = 12 if clusters <= _MOST_12 else 16
    return found._replace(clusters=min(clusters, table * SECTOR * 8 // bits - FIRST))


def _read(sectors: Sectors, number: int) -> bytes:
    try:
        return sectors.read(number)
    except OSError as error:
        raise DiskFailure(DosError.READ_FAULT, sectors.drive) from error


class Place(NamedTuple):
    """Where a slot is."""

    sector: int
    offset: int


class Slot(NamedTuple):
    """What a directory has for a file: 32 bytes, and where they are."""

    place: Place
    data: bytes

    @property
    def name(self) -> bytes:
        """11 bytes."""
        first = DELETED if self.data[0] == _E5 else self.data[0]
        return bytes([first]) + self.data[1:11]

    @property
    def attributes(self) -> int:
        return self.data[11]

    @property
    def time(self) -> int:
        return int.from_bytes(self.data[22:24], "little")

    @property
    def date(self) -> int:
        return int.from_bytes(self.data[24:26], "little")

    @property
    def cluster(self) -> int:
        return int.from_bytes(self.data[26:28], "little")

    @property
    def size(self) -> int:
        return int.from_bytes(self.data[28:32], "little")


def slot_data(
    name: bytes, attributes: int, stamp: tuple[int, int], cluster: int = 0, size: int = 0
) -> bytes:
    """The 32 bytes of a slot. stamp: date and time."""
    first = bytes([_E5]) if name[0] == DELETED else name[:1]
    date, time = stamp
    words = (time, date, cluster)
    tail = b"".join(word.to_bytes(2, "little") for word in words) + size.to_bytes(4, "little")
    return first + name[1:11] + bytes([attributes]) + bytes(10) + tail


class Fat:
    """A volume of this shape. Functions raise Failure where the disk can't be read."""

    def __init__(self, sectors: Sectors, shape: Shape) -> None:
        self._sectors = sectors
        self.shape = shape
        self._bits = 12 if shape.clusters <= _MOST_12 else 16
        self._end = (1 << self._bits) - 1
        self._next_free = FIRST  # where to look first
        self._changes = 0
        self._writes = sectors.writes  # of which it knows

    # Sectors

    def read(self, number: int) -> bytes:
        return _read(self._sectors, number)

    def write(self, number: int, offset: int, data: bytes) -> None:
        """Change bytes within a sector, or whole sectors."""
        if len(data) < SECTOR:
            old = self.read(number)
            data = old[:offset] + data + old[offset + len(data) :]
        self.changes()
        try:
            self._sectors.write(number, data)
        except OSError as error:
            raise DiskFailure(DosError.WRITE_FAULT, self._sectors.drive, writing=True) from error
        self._writes = self._sectors.writes

    def changes(self) -> int:
        """Another number after chains may have become shorter, or others have written."""
        if self._writes != self._sectors.writes:
            self._writes = self._sectors.writes
            self._changes += 1
        return self._changes

    def sector_of(self, cluster: int) -> int:
        return self.shape.first_data + (cluster - FIRST) * self.shape.per_cluster

    def clear(self, cluster: int) -> None:
        first = self.sector_of(cluster)
        for number in range(first, first + self.shape.per_cluster):
            self.write(number, 0, bytes(SECTOR))

    # The table

    def is_cluster(self, number: int) -> bool:
        return FIRST <= number < FIRST + self.shape.clusters

    def _bytes(self, offset: int, size: int) -> bytes:
        """Of the first table."""
        first = offset // SECTOR
        last = (offset + size - 1) // SECTOR
        raw = b"".join(self.read(self.shape.reserved + n) for n in range(first, last + 1))
        return raw[offset % SECTOR :][:size]

    def entry(self, cluster: int) -> int:
        """What follows the cluster."""
        if self._bits == 16:
            return int.from_bytes(self._bytes(cluster * 2, 2), "little")
        pair = int.from_bytes(self._bytes(cluster * 3 // 2, 2), "little")
        return pair >> 4 if cluster % 2 else pair & 0xFFF

    def set_entry(self, cluster: int, value: int) -> None:
        """In every table."""
        if self._bits == 16:
            offset = cluster * 2
        else:
            offset = cluster * 3 // 2
            pair = int.from_bytes(self._bytes(offset, 2), "little")
            value = pair & 0xF | value << 4 if cluster % 2 else pair & 0xF000 | value
        first, within = divmod(offset, SECTOR)
        for table in range(self.shape.tables):
            number = self.shape.reserved + table * self.shape.table + first
            data = self.read(number)
            if within == SECTOR - 1:
                data += self.read(number + 1)
            data = data[:within] + value.to_bytes(2, "little") + data[within + 2 :]
            self.write(number, 0, data)

    def _entries(self) -> list[int]:
        """Of all clusters, from the first on."""
        count = FIRST + self.shape.clusters
        if self._bits == 16:
            raw = self._bytes(0, count * 2)
            return [raw[k] | raw[k + 1] << 8 for k in range(2 * FIRST, 2 * count, 2)]
        raw = self._bytes(0, (count * 3 + 1) // 2) + b"\0"
        pairs = (raw[k * 3 // 2] | raw[k * 3 // 2 + 1] << 8 for k in range(FIRST, count))
        return [p >> 4 if k % 2 else p & 0xFFF for k, p in enumerate(pairs, FIRST)]

    def free_clusters(self) -> int:
        return self._entries().count(FREE)

    def chain(self, cluster: int) -> Iterator[int]:
        """The clusters from this one on."""
        for _ in range(self.shape.clusters):
            if not self.is_cluster(cluster):
                return
            yield cluster
            cluster = self.entry(cluster)

    def allocate(self, count: int, last: int) -> list[int]:
        """At most `count` clusters, as far as some are free, behind `last` if that is one."""
        entries = self._entries()
        start = self._next_free - FIRST
        order = (*range(start, len(entries)), *range(start))
        found: list[int] = []
        for k in order:
            if len(found) == count:
                break
            if entries[k] == FREE:
                found.append(k + FIRST)
        if found:
            for cluster, after in zip(found, [*found[1:], self._end], strict=True):
                self.set_entry(cluster, after)
            self._next_free = found[-1]
            if self.is_cluster(last):
                self.set_entry(last, found[0])
        return found

    def free(self, cluster: int) -> None:
        """The chain's clusters."""
        self._changes += 1
        for used in list(self.chain(cluster)):
            self.set_entry(used, FREE)

    def cut(self, cluster: int) -> None:
        """The chain ends with this cluster."""
        after = self.entry(cluster)
        self.set_entry(cluster, self._end)
        self.free(after)

    # Directories: a cluster, or 0 for the root

    def _directory(self, cluster: int) -> Iterator[int]:
        """The sectors of the directory."""
        if not cluster:
            yield from range(self.shape.first_root, self.shape.first_data)
            return
        for part in self.chain(cluster):
            first = self.sector_of(part)
            yield from range(first, first + self.shape.per_cluster)

    def slots(self, cluster: int) -> Iterator[Slot]:
        """All of the directory's, free ones too, up to the first that was never used."""
        room = self.shape.root if not cluster else _MOST_SLOTS
        for number in self._directory(cluster):
            sector = self.read(number)
            for offset in range(0, SECTOR, SLOT):
                if not room:
                    return
                room -= 1
                yield Slot(Place(number, offset), sector[offset : offset + SLOT])

    def used(self, cluster: int) -> Iterator[Slot]:
        """Those of files, directories and labels, the entries for itself and its parent too."""
        for slot in self.slots(cluster):
            if slot.data[0] == NEVER_USED:
                return
            if slot.data[0] != DELETED:
                yield slot

    def slot(self, place: Place) -> Slot:
        return Slot(place, self.read(place.sector)[place.offset : place.offset + SLOT])

    def put(self, place: Place, data: bytes) -> None:
        self.write(place.sector, place.offset, data)

    def add(self, cluster: int, data: bytes) -> Place:
        """A new slot. Raises Failure: the root, or the disk, is full."""
        count = 0
        for slot in self.slots(cluster):
            count += 1
            if slot.data[0] in (DELETED, NEVER_USED):
                self.put(slot.place, data)
                return slot.place
        parts = list(self.chain(cluster)) if cluster else []
        if not parts or count >= _MOST_SLOTS:
            raise Failure(DosError.ACCESS_DENIED)
        added = self.allocate(1, 0)
        if not added:
            raise Failure(DosError.ACCESS_DENIED)
        self.clear(added[0])
        place = Place(self.sector_of(added[0]), 0)
        self.put(place, data)
        self.set_entry(parts[-1], added[0])
        return place
