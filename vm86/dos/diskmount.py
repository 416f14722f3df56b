"""A disk's image as a DOS drive: the file system on it, and the sectors themselves."""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from vm86.bios import disk
from vm86.bios.disk import Image
from vm86.dos import clock, fat, names
from vm86.dos.errors import DiskFailure, DosError, Failure
from vm86.dos.fat import DELETED, Fat, Slot
from vm86.dos.volume import (
    ARCHIVE,
    DIRECTORY,
    LABEL,
    READ_ONLY,
    SECTOR,
    Content,
    DosPath,
    Entry,
    Sectors,
    Shape,
    Volume,
)

_LONG_NAME = 0x0F  # the attributes of a slot that has a part of a later system's long name
_LARGEST = 0xFFFFFFFF
_PARTITIONS = 446  # where the first sector of a hard disk has its table of four
_DOS_PARTITIONS = (0x01, 0x04, 0x06)  # the kinds that are FAT12 or FAT16
_NO_SHAPE = Shape(1, 1, 1, 1, 16, 1, 0xF0)  # where nothing is known


class Part(Sectors):
    """Sectors of an image, from `first` on."""

    def __init__(self, image: Image, first: int, count: int) -> None:
        self._image = image
        self.first = first
        self._count = count

    @property
    def count(self) -> int:
        return self._count

    def read(self, number: int) -> bytes:
        if not 0 <= number < self._count:
            raise OSError
        return self._image.read(self.first + number)

    def write(self, number: int, content: bytes) -> None:
        if 0 <= number <= self._count - len(content) // SECTOR:
            self._image.write(self.first + number, content)

    @property
    def writes(self) -> int:
        return self._image.writes


def volume_of(image: Image) -> Part:
    """The first partition of DOS's on the image, or all of it. Raises Failure: it can't be read."""
    whole = Part(image, 0, image.size)
    if fat.shape(whole) is None:
        table = image.read(0)[_PARTITIONS:]
        for k in range(0, 64, 16):
            first, count = (int.from_bytes(table[k + n : k + n + 4], "little") for n in (8, 12))
            if table[k + 4] in _DOS_PARTITIONS and 0 < first < image.size:
                return Part(image, first, min(count, image.size - first))
    return whole


class DiskMount(Volume):
    """The image as a drive."""

    def __init__(self, letter: str, image: Image) -> None:
        super().__init__(letter, writable=True)
        self.image = image
        self.removable = image.geometry.kind != 0
        self.part = self.sectors = volume_of(image)
        self.part.drive = self.number
        self._closed = False
        self._known: tuple[bytes, Fat] | None = None

    def close(self) -> None:
        """Raises OSError: what was written may not be on the disk."""
        if not self._closed:
            self._closed = True
            self.image.close()

    @property
    def remark(self) -> str | None:
        if not self.image.written or self._closed:
            return None
        return (
            f"What was written to drive {self.letter} is forgotten; "
            f"--mount {self.letter}=IMAGE:rw keeps it."
        )

    @property
    def is_formatted(self) -> bool:
        return fat.shape(self.part) is not None

    @property
    def _fat(self) -> Fat:
        """As the boot sector now is: a program may format the disk."""
        found = fat.shape(self.part)
        if found is None:
            raise DiskFailure(DosError.GENERAL_FAILURE, self.number)
        boot = self.part.read(0)
        if self._known is None or self._known[0] != boot:
            self._known = boot, Fat(self.part, found)
        return self._known[1]

    # Looking

    @property
    def shape(self) -> Shape:
        """Of a disk that is not formatted: how FORMAT would divide it."""
        try:
            return self._fat.shape
        except Failure:
            return fat.USUAL.get(self.part.count, _NO_SHAPE)

    def free_clusters(self) -> int:
        return self._fat.free_clusters()

    def entries(self, path: DosPath) -> list[Entry]:
        directory = self._directory(path)
        return [_entry(slot) for slot in self._fat.used(directory) if _is_shown(slot)]

    def entry(self, path: DosPath) -> Entry:
        return _entry(self._slot(path))

    def is_directory(self, path: DosPath) -> bool:
        try:
            self._directory(path)
        except Failure:
            return False
        return True

    def _directory(self, path: DosPath) -> int:
        """Its first cluster; 0 for the root."""
        cluster = 0
        for name in path:
            slot = self._find(cluster, name)
            if slot is None or not slot.attributes & DIRECTORY:
                raise Failure(DosError.PATH_NOT_FOUND)
            cluster = slot.cluster
            if not self._fat.is_cluster(cluster):  # damaged: it would be taken for the root
                raise Failure(DosError.PATH_NOT_FOUND)
        return cluster

    def _find(self, directory: int, name: str) -> Slot | None:
        field = _field(name)
        for slot in self._fat.used(directory):
            if slot.name == field and _is_shown(slot) and not slot.attributes & LABEL:
                return slot
        return None

    def _slot(self, path: DosPath) -> Slot:
        directory, name = self._parent(path)
        slot = self._find(directory, name)
        if slot is None:
            raise Failure(DosError.FILE_NOT_FOUND)
        return slot

    def _parent(self, path: DosPath) -> tuple[int, str]:
        if not path:  # the root is in no directory
            raise Failure(DosError.ACCESS_DENIED)
        return self._directory(path[:-1]), path[-1]

    # Files

    def open(self, path: DosPath, *, reading: bool, writing: bool) -> DiskContent:
        slot = self._slot(path)
        if slot.attributes & DIRECTORY or (writing and slot.attributes & READ_ONLY):
            raise Failure(DosError.ACCESS_DENIED)
        return DiskContent(self._fat, slot)

    def create(self, path: DosPath, attributes: int, *, new: bool = False) -> DiskContent:
        directory, name = self._parent(path)
        if attributes & LABEL:
            return self._create_label(directory, name)
        old = self._find(directory, name)
        own = attributes & ~DIRECTORY | ARCHIVE
        if old is None:
            return self._add(directory, name, own)
        if new:
            raise Failure(DosError.FILE_EXISTS)
        if old.attributes & (READ_ONLY | DIRECTORY):
            raise Failure(DosError.ACCESS_DENIED)
        data = fat.slot_data(old.name, own, self._now())
        self._fat.put(old.place, data)
        self._fat.free(old.cluster)
        return DiskContent(self._fat, Slot(old.place, data))

    def _add(self, directory: int, name: str, attributes: int, cluster: int = 0) -> DiskContent:
        if not names.is_name(name):
            raise Failure(DosError.ACCESS_DENIED)
        data = fat.slot_data(_field(name), attributes, self._now(), cluster)
        return DiskContent(self._fat, Slot(self._fat.add(directory, data), data))

    def _now(self) -> tuple[int, int]:
        return clock.pack(self.times.now())

    def delete(self, path: DosPath) -> None:
        slot = self._slot(path)
        if slot.attributes & (READ_ONLY | DIRECTORY):
            raise Failure(DosError.ACCESS_DENIED)
        self._remove(slot)

    def _remove(self, slot: Slot) -> None:
        self._fat.put(slot.place, bytes([DELETED]) + slot.data[1:])
        self._fat.free(slot.cluster)

    def _labels(self) -> Iterator[Slot]:
        return (s for s in self._fat.used(0) if s.attributes & LABEL and _is_shown(s))

    def _create_label(self, directory: int, name: str) -> DiskContent:
        if directory or next(self._labels(), None) is not None:
            raise Failure(DosError.ACCESS_DENIED)
        data = fat.slot_data(_field(name), LABEL, self._now())
        return DiskContent(self._fat, Slot(self._fat.add(0, data), data))

    def delete_label(self) -> None:
        slot = next(self._labels(), None)
        if slot is None:
            raise Failure(DosError.FILE_NOT_FOUND)
        self._fat.put(slot.place, bytes([DELETED]) + slot.data[1:])

    def rename(self, old: DosPath, new: DosPath) -> None:
        slot = self._slot(old)
        directory, name = self._parent(new)
        moves = old[:-1] != new[:-1]
        if not names.is_name(name) or self._find(directory, name) is not None:
            raise Failure(DosError.ACCESS_DENIED)
        if moves and slot.attributes & DIRECTORY:
            raise Failure(DosError.ACCESS_DENIED)
        data = _field(name) + slot.data[11:]
        if moves:
            self._fat.add(directory, data)
            self._fat.put(slot.place, bytes([DELETED]) + slot.data[1:])
        else:
            self._fat.put(slot.place, data)

    def set_attributes(self, path: DosPath, attributes: int) -> None:
        slot = self._slot(path)
        if slot.attributes & DIRECTORY or attributes & (DIRECTORY | LABEL):
            raise Failure(DosError.ACCESS_DENIED)
        self._fat.put(slot.place, slot.data[:11] + bytes([attributes & 0x3F]) + slot.data[12:])

    # Directories

    def make_directory(self, path: DosPath) -> None:
        directory, name = self._parent(path)
        if not names.is_name(name) or self._find(directory, name) is not None:
            raise Failure(DosError.ACCESS_DENIED)
        added = self._fat.allocate(1, 0)
        if not added:
            raise Failure(DosError.ACCESS_DENIED)
        self._fat.clear(added[0])
        for entry, cluster in ((".", added[0]), ("..", directory)):
            self._fat.add(added[0], fat.slot_data(_field(entry), DIRECTORY, self._now(), cluster))
        try:
            self._add(directory, name, DIRECTORY, added[0])
        except Failure:
            self._fat.free(added[0])
            raise

    def remove_directory(self, path: DosPath) -> None:
        if not path or not self.is_directory(path):
            raise Failure(DosError.PATH_NOT_FOUND)
        slot = self._slot(path)
        if any(_is_shown(inside) for inside in self._fat.used(slot.cluster)):
            raise Failure(DosError.ACCESS_DENIED)
        self._remove(slot)


class DiskContent(Content):
    """A file of a disk, by its slot, which is looked at each time: other handles may change it, or
    programs that write sectors."""

    def __init__(self, disk: Fat, slot: Slot) -> None:
        self._disk = disk
        self._place = slot.place
        self._name = slot.name
        self._at = (0, 0)  # the part of the file that was last used, and its cluster: a short cut
        self._since = disk.changes()  # for how long it is one

    def _slot(self) -> Slot:
        slot = self._disk.slot(self._place)
        if slot.name != self._name or slot.attributes & DIRECTORY:  # it was deleted
            raise Failure(DosError.ACCESS_DENIED)
        return slot

    def _put(self, slot: Slot, cluster: int, size: int) -> None:
        attributes = slot.attributes if slot.attributes & LABEL else slot.attributes | ARCHIVE
        data = fat.slot_data(slot.name, attributes, (slot.date, slot.time), cluster, size)
        self._disk.put(slot.place, data)

    def size(self) -> int:
        return self._slot().size

    def stamp(self) -> tuple[int, int]:
        slot = self._slot()
        return slot.date, slot.time

    def set_stamp(self, date: int, time: int) -> None:
        clock.unpack(date, time)
        slot = self._slot()
        stamp = time.to_bytes(2, "little") + date.to_bytes(2, "little")
        self._disk.put(slot.place, slot.data[:22] + stamp + slot.data[26:])

    def _short_cut(self) -> tuple[int, int]:
        if self._disk.changes() != self._since:
            self._since = self._disk.changes()
            self._at = (0, 0)
        return self._at

    def _clusters(self, first: int, part: int) -> Iterator[int]:
        """The file's clusters, from its `part`th on; `first`: its first one."""
        known, start = self._short_cut()
        if known > part or not start:
            known, start = 0, first
        for k, cluster in enumerate(self._disk.chain(start), known):
            if k >= part:
                self._at = k, cluster
                yield cluster

    def _pieces(self, slot: Slot, size: int, position: int) -> Iterator[tuple[int, int, int]]:
        """Sector, offset in it and length of the parts of these bytes, as far as the chain goes."""
        end = position + size
        width = self._disk.shape.cluster_size
        for cluster in self._clusters(slot.cluster, position // width):
            while position < end:
                within = position % width
                length = min(SECTOR - within % SECTOR, end - position)
                yield self._disk.sector_of(cluster) + within // SECTOR, within % SECTOR, length
                position += length
                if position % width == 0:
                    break
            if position >= end:
                return

    def read(self, size: int, position: int) -> bytes:
        slot = self._slot()
        size = min(size, max(slot.size - position, 0))
        pieces = self._pieces(slot, size, position) if size else ()
        return b"".join(self._disk.read(s)[offset : offset + n] for s, offset, n in pieces)

    def write(self, data: bytes, position: int) -> int:
        if not data:
            return 0
        slot = self._slot()
        room = self._grow(slot, min(position + len(data), _LARGEST))
        if position > slot.size:
            self._fill(slot.size, min(position, room))
        return self._change(data[: max(room - position, 0)], position)

    def _change(self, data: bytes, position: int) -> int:
        """Write where there are clusters; the file may now be longer."""
        slot = self._slot()
        done = 0
        for sector, offset, length in self._pieces(slot, len(data), position) if data else ():
            self._disk.write(sector, offset, data[done : done + length])
            done += length
        if done:
            self._put(slot, slot.cluster, max(slot.size, position + done))
        return done

    def _fill(self, start: int, end: int) -> None:
        while start < end:
            done = self._change(bytes(min(end - start, 1 << 16)), start)
            if not done:
                return
            start += done

    def _grow(self, slot: Slot, size: int) -> int:
        """Have clusters for so many bytes, or as many as there are; how many bytes have some."""
        width = self._disk.shape.cluster_size
        wanted = -(-size // width)
        known, start = self._short_cut()
        if not start or wanted <= known:
            known, start = 0, slot.cluster
        have, last = known, 0
        for cluster in self._disk.chain(start):
            have, last = have + 1, cluster
            if have >= wanted:
                break
        if have < wanted:
            added = self._disk.allocate(wanted - have, last)
            if added and not last:
                self._put(slot, added[0], slot.size)
            have += len(added)
        return min(have * width, size)

    def truncate(self, size: int) -> None:
        slot = self._slot()
        if size > slot.size:
            if self._grow(slot, size) < size:
                raise Failure(DosError.ACCESS_DENIED)
            self._fill(slot.size, size)
            return
        if not size:
            self._put(slot, 0, 0)
            self._disk.free(slot.cluster)
            return
        self._put(slot, slot.cluster, size)
        last = -(-size // self._disk.shape.cluster_size)
        for k, cluster in enumerate(self._disk.chain(slot.cluster), 1):
            if k == last:
                self._disk.cut(cluster)
                break


Images = dict[Path, Image]


def open_image(letter: str, path: Path, *, keep: bool, known: Images | None = None) -> DiskMount:
    """The image in this file as a drive; with `keep` the file gets what is written to it, and
    nobody else can open it so. known: images that are open so, which other drives share.

    Raises OSError: it can't be read, or written to. ValueError: it is no disk's, or there is no
    such drive.
    """
    known = {} if known is None else known
    place = path.resolve()
    if keep and place in known:
        image = known[place].share()
    elif keep:
        image = known[place] = disk.image(_opened_alone(path), keep=True)
    else:
        image = disk.image(path.open("rb"))
    try:
        mount = DiskMount(letter, image)
        if not mount.is_formatted and not image.geometry.kind:
            raise ValueError(f"{path} is neither a folder nor a disk with FAT12 or FAT16")
    except Failure as failure:
        image.close()
        raise OSError(f"{path} can't be read") from failure
    except BaseException:
        image.close()
        raise
    return mount


def _opened_alone(path: Path) -> BinaryIO:
    file = path.open("r+b", buffering=0)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        text = "another program is writing to it; without :rw it can be read"
        raise OSError(errno.EBUSY, text, str(path)) from error
    except BaseException:
        file.close()
        raise
    return cast(BinaryIO, file)


def bios_drives(mounts: Iterable[Volume]) -> dict[int, Image]:
    """The images as the BIOS numbers them: the diskettes A and B, and hard disks."""
    disks = sorted((m for m in mounts if isinstance(m, DiskMount)), key=lambda m: m.number)
    hard = (m.image for m in disks if not m.removable)
    diskettes = {m.number: m.image for m in disks if m.removable and m.number < 2}
    return diskettes | dict(enumerate(hard, disk.HARD))


def _field(name: str) -> bytes:
    return names.to_field(name).encode(names.CODE_PAGE, "replace")


def _is_shown(slot: Slot) -> bool:
    return slot.attributes & _LONG_NAME != _LONG_NAME and not slot.data.startswith(b".")


def _entry(slot: Slot) -> Entry:
    name = names.from_field(slot.name.decode(names.CODE_PAGE))
    size = 0 if slot.attributes & DIRECTORY else slot.size
    return Entry(name, "", slot.attributes & 0x3F, size, slot.date, slot.time, slot.cluster)
