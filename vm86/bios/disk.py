"""INT 13h: diskettes and hard disks (Ralf Brown's list), on images."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from typing import BinaryIO, NamedTuple, cast

from vm86.bios import data, rom
from vm86.task import CARRY, Task, linear

SECTOR = 512
HARD = 0x80  # the first hard disk's number

# Statuses in AH
OK = 0x00
BAD_COMMAND = 0x01
NOT_FOUND = 0x04
DMA_BOUNDARY = 0x09
UNKNOWN_MEDIUM = 0x0C
CONTROLLER = 0x20
TIMEOUT = 0x80

MOST_CYLINDERS = 1024
ADDRESS = 4  # bytes that a sector's address has on a track
SIZE = 2  # in it, for 512 bytes


class Geometry(NamedTuple):
    """sectors: on a track. kind: the drive's as 08 tells it, 0 for a hard disk."""

    cylinders: int
    heads: int
    sectors: int
    kind: int = 0


DISKETTES = {
    160: Geometry(40, 1, 8, 1),
    180: Geometry(40, 1, 9, 1),
    320: Geometry(40, 2, 8, 1),
    360: Geometry(40, 2, 9, 1),
    720: Geometry(80, 2, 9, 3),
    1200: Geometry(80, 2, 15, 2),
    1440: Geometry(80, 2, 18, 4),
    2880: Geometry(80, 2, 36, 5),
}  # by KiB


class Image:
    """A disk: a file of sectors, which stays as it is, and above it those that were written; or,
    with `keep`, a file that gets them at once, so that nothing is lost when the host is killed.

    file: opened for reading, and with `keep` for writing, unbuffered. writes: how many there were.
    """

    def __init__(self, file: BinaryIO, geometry: Geometry, *, keep: bool = False) -> None:
        self._file = file
        self._users = 1
        self.geometry = geometry
        self.keep = keep
        self.written: dict[int, bytes] = {}
        self.writes = 0

    @property
    def size(self) -> int:
        """Sectors."""
        return self.geometry.cylinders * self.geometry.heads * self.geometry.sectors

    def read(self, sector: int) -> bytes:
        """512 bytes; what is behind the file's end is 0. OSError when the file can't be read."""
        kept = self.written.get(sector)
        if kept is not None:
            return kept
        self._file.seek(SECTOR * sector)
        return self._file.read(SECTOR).ljust(SECTOR, b"\0")

    def write(self, sector: int, content: bytes) -> None:
        """A whole number of sectors, all of which are written or none when the host is killed.
        OSError when the file can't be written to."""
        self.writes += 1
        if not self.keep:
            for k in range(0, len(content), SECTOR):
                self.written[sector + k // SECTOR] = content[k : k + SECTOR]
            return
        self._file.seek(SECTOR * sector)
        if self._file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def share(self) -> Image:
        """For another who will close it."""
        self._users += 1
        return self

    def close(self) -> None:
        """Raises OSError: what was written may not be on the disk."""
        self._users -= 1
        if self._users == 0:
            try:
                if self.keep and self.writes:
                    os.fsync(self._file.fileno())
            finally:
                self._file.close()

    def state(self) -> dict[str, object]:
        """The sectors written, in hexadecimal, by their numbers in decimal."""
        return {str(sector): content.hex() for sector, content in sorted(self.written.items())}

    def load(self, state: Mapping[str, object]) -> None:
        """Put back what `state` gave. ValueError where it is of another shape."""
        written: dict[int, bytes] = {}
        for number, content in state.items():
            if not isinstance(content, str):
                raise ValueError("a saved sector is no text")
            sector, kept = int(number), bytes.fromhex(content)
            if not 0 <= sector < self.size or len(kept) != SECTOR:
                raise ValueError("a saved sector is not of this disk")
            written[sector] = kept
        self.written = written


def _length(file: BinaryIO) -> int:
    return file.seek(0, 2)


def diskette(file: BinaryIO, *, keep: bool = False) -> Image:
    """An image of one of the usual sizes. ValueError when it is of another."""
    geometry = DISKETTES.get(_length(file) // 1024)
    if geometry is None or _length(file) % 1024:
        raise ValueError("the image has no diskette's size")
    return Image(file, geometry, keep=keep)


def hard_disk(file: BinaryIO, *, keep: bool = False) -> Image:
    """An image of whole cylinders; what is behind the last or the 1024th is out of reach."""
    total = _length(file) // SECTOR
    heads = 16 if total <= MOST_CYLINDERS * 16 * 63 else 255
    cylinders = min(max(1, total // (heads * 63)), MOST_CYLINDERS)
    return Image(file, Geometry(cylinders, heads, 63), keep=keep)


def image(file: BinaryIO, *, keep: bool = False) -> Image:
    """A diskette's if it is of such a size, or else a hard disk's."""
    try:
        return diskette(file, keep=keep)
    except ValueError:
        return hard_disk(file, keep=keep)


class Disks:
    """The drives: 0 to 3 diskettes, 80h on hard disks."""

    def __init__(self, drives: Mapping[int, Image] | None = None) -> None:
        self.drives = dict(drives or {})

    def count(self, first: int) -> int:
        """How many drives of the kind that begins with this number."""
        return sum(number & HARD == first for number in self.drives)

    def state(self) -> dict[str, object]:
        """Plain data for JSON: what was written, by the drives' numbers."""
        return {str(number): image.state() for number, image in self.drives.items()}

    def load(self, state: Mapping[str, object]) -> None:
        """Put back what `state` gave. ValueError where it is of another shape."""
        for number, image in self.drives.items():
            saved = state.get(str(number))
            if not isinstance(saved, dict):
                raise ValueError(f"the saved state has no drive {number:02X}h")
            image.load(cast(dict[str, object], saved))


# A service gives AH, and sets what else there is to set.
Service = Callable[[Task, Disks, Image], int]


def reset(task: Task, disks: Disks, image: Image) -> int:
    """00, and others that move the heads."""
    return OK


def read(task: Task, disks: Disks, image: Image) -> int:
    """02: AL sectors to ES:BX, from CH, CL, DH. AL: how many it was."""

    def transfer(sector: int, address: int) -> None:
        task.write(address, image.read(sector))

    return _transfer(task, image, transfer)


def write(task: Task, disks: Disks, image: Image) -> int:
    """03: likewise from ES:BX."""

    def transfer(sector: int, address: int) -> None:
        image.write(sector, task.read(address, SECTOR))

    return _transfer(task, image, transfer)


def verify(task: Task, disks: Disks, image: Image) -> int:
    """04: likewise, of which nothing comes to memory."""

    def transfer(sector: int, address: int) -> None:
        image.read(sector)

    return _transfer(task, image, transfer)


def _transfer(task: Task, image: Image, transfer: Callable[[int, int], None]) -> int:
    count, first = task.al, _sector(task, image)
    address = linear(task.es, task.bx)
    task.al = 0
    if not count:
        return BAD_COMMAND
    if first is None:
        return NOT_FOUND
    # A diskette's data come by DMA, which can't leave a page of 64 KiB.
    if image.geometry.kind and (address & 0xFFFF) + count * SECTOR > 0x10000:
        return DMA_BOUNDARY
    for k in range(min(count, image.size - first)):
        try:
            transfer(first + k, address + k * SECTOR)
        except OSError:
            return CONTROLLER
        task.al = k + 1
    return OK if task.al == count else NOT_FOUND


def _sector(task: Task, image: Image) -> int | None:
    """The number from 0 of the sector in CH, CL and DH, or None where there is none."""
    cylinders, heads, sectors, _ = image.geometry
    cylinder, head, sector = task.ch | task.cl << 2 & 0x300, task.dh, task.cl & 0x3F
    if cylinder >= cylinders or head >= heads or not 1 <= sector <= sectors:
        return None
    return (cylinder * heads + head) * sectors + sector - 1


def format_track(task: Task, disks: Disks, image: Image) -> int:
    """05: a diskette's track CH, DH gets AL sectors, as ES:BX has four bytes for each of them:
    cylinder, head, number, size. A hard disk's gets all of its own. They are filled with the byte
    that INT 1Eh's table has for it. A diskette has no other sectors than its image: another number
    or size of them is not found."""
    cylinders, heads, sectors, kind = image.geometry
    cylinder, head = task.ch | task.cl << 2 & 0x300, task.dh
    if cylinder >= cylinders or head >= heads:
        return NOT_FOUND
    numbers = list(range(1, sectors + 1))
    if kind:
        fields = task.read(linear(task.es, task.bx), ADDRESS * task.al)
        wanted = [fields[k : k + ADDRESS] for k in range(0, len(fields), ADDRESS)]
        if sorted(wanted) != [bytes((cylinder, head, number, SIZE)) for number in numbers]:
            return NOT_FOUND if wanted else BAD_COMMAND
    segment, offset = data.vector(task, rom.DISKETTE_VECTOR)
    fill = task.read(linear(segment, offset) + rom.FILL, 1)
    first = (cylinder * heads + head) * sectors
    for number in range(first, first + sectors):
        image.write(number, fill * SECTOR)
    return OK


def set_kind(task: Task, disks: Disks, image: Image) -> int:
    """17: which kind of diskette is to be formatted. It is one already."""
    return OK if image.geometry.kind else BAD_COMMAND


def set_medium(task: Task, disks: Disks, image: Image) -> int:
    """18: likewise, by its last cylinder and its sectors, as in 08; ES:DI: its table."""
    cylinders, _, sectors, kind = image.geometry
    if not kind:
        return BAD_COMMAND
    if (task.ch | task.cl << 2 & 0x300, task.cl & 0x3F) != (cylinders - 1, sectors):
        return UNKNOWN_MEDIUM
    task.es, task.di = rom.SEGMENT, rom.DISKETTE_PARAMETERS
    return OK


def parameters(task: Task, disks: Disks, image: Image) -> int:
    """08: the last cylinder, sector and head as 02 takes them, DL drives; of a diskette BL its kind
    and ES:DI its table."""
    cylinders, heads, sectors, kind = image.geometry
    last = cylinders - 1
    task.ax = 0
    task.ch, task.cl = last & 0xFF, last >> 2 & 0xC0 | sectors
    first = task.dl & HARD
    task.dh, task.dl = heads - 1, disks.count(first)
    if kind:
        task.bx = kind
        task.es, task.di = rom.SEGMENT, rom.DISKETTE_PARAMETERS
    return OK


def changed(task: Task, disks: Disks, image: Image) -> int:
    """16: no disk is changed."""
    return OK if image.geometry.kind else BAD_COMMAND


FUNCTIONS: dict[int, Service] = {
    0x00: reset,
    0x02: read,
    0x03: write,
    0x04: verify,
    0x05: format_track,
    0x08: parameters,
    0x0C: reset,
    0x0D: reset,
    0x10: reset,
    0x11: reset,
    0x16: changed,
    0x17: set_kind,
    0x18: set_medium,
}
STATUS, KIND = 0x01, 0x15  # these two answer in another way


def _kind(task: Task, image: Image | None) -> None:
    """15: AH 0 no drive, 1 a diskette, 3 a hard disk of CX:DX sectors."""
    if image is None:
        task.ah = 0
    elif image.geometry.kind:
        task.ah = 1
    else:
        task.ah = 3
        task.cx, task.dx = image.size >> 16, image.size & 0xFFFF
    task.flags &= ~CARRY


def interrupt(task: Task, disks: Disks) -> bool:
    """INT 13h: the function is in AH, the drive in DL. CF, and AH the status, which is kept; an
    unknown function gives 1."""
    kept = data.DISK_STATUS if task.dl & HARD else data.DISKETTE_STATUS
    image = disks.drives.get(task.dl)
    if task.ah == KIND:
        _kind(task, image)
        return True
    if task.ah == STATUS:
        status = data.byte(task, kept)
    elif task.ah not in FUNCTIONS:
        status = BAD_COMMAND
    elif image is None:
        status = BAD_COMMAND if task.dl & HARD else TIMEOUT
    else:
        status = FUNCTIONS[task.ah](task, disks, image)
    data.set_byte(task, kept, status)
    task.ah = status
    task.flags = task.flags | CARRY if status else task.flags & ~CARRY
    return True
