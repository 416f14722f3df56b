"""Function 440Dh: control of disks by their tracks, as FORMAT and DISKCOPY of DOS 3.3 use it.

CL says what is done with the drive BL (0: the default one), and DS:DX is where the particulars are.
Tracks are those of the volume. (DOS 3.3 technical reference, function 44h; Ralf Brown's list.)
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from vm86.bios.disk import Geometry
from vm86.dos import access
from vm86.dos.diskmount import DiskMount
from vm86.dos.errors import DosError, Failure
from vm86.dos.volume import SECTOR
from vm86.task import Task, linear

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_DISKS = 0x08  # in CH: what follows is for disks
# Kinds of drives by the BIOS's: 360 KB, 1.2 MB, 720 KB, others; the first is a hard disk.
_KINDS = (5, 0, 1, 2, 7, 7)
_FIXED = 1  # an attribute
_FILL = 0xF6  # in sectors of a track that was formatted
_PARAMETERS = struct.Struct("<BBHHB")  # special functions, kind, attributes, cylinders, medium
_BPB = struct.Struct("<HBHBHHBHHHLL6x")  # the BIOS's parameter block, and more of its kind
_TRANSFER = struct.Struct("<BHHHH")  # special functions, head, cylinder, first sector, sectors
_TRACK = struct.Struct("<BHH")  # special functions, head, cylinder


def control(dos: Dos, task: Task) -> None:
    function = _FUNCTIONS.get(task.cl)
    if task.ch != _DISKS or function is None:
        raise Failure(DosError.INVALID_FUNCTION)
    mount = dos.drives.mount(task.bl)
    if not isinstance(mount, DiskMount):  # as for a drive of a network
        raise Failure(DosError.INVALID_FUNCTION)
    try:
        function(mount, task, linear(task.ds, task.dx))
    except OSError as error:
        raise Failure(DosError.GENERAL_FAILURE) from error


def _parameter_block(mount: DiskMount) -> bytes:
    shape, geometry, total = mount.shape, mount.image.geometry, mount.part.count
    return _BPB.pack(
        *(SECTOR, shape.per_cluster, shape.reserved, shape.tables, shape.root),
        *(total if total < 1 << 16 else 0, shape.media, shape.table),
        *(geometry.sectors, geometry.heads, mount.part.first),
        0 if total < 1 << 16 else total,
    )


def _get_parameters(mount: DiskMount, task: Task, place: int) -> None:
    """60h."""
    special = task.read(place, 1)[0]
    geometry = mount.image.geometry
    attributes = 0 if mount.removable else _FIXED
    head = _PARAMETERS.pack(special, _KINDS[geometry.kind], attributes, geometry.cylinders, 0)
    task.write(place, head + _parameter_block(mount))


def _set_parameters(mount: DiskMount, task: Task, place: int) -> None:
    """40h: how the disk is to be formatted. It has the tracks that its image has."""
    *_, cylinders, _ = _PARAMETERS.unpack(task.read(place, _PARAMETERS.size))
    block = _BPB.unpack(task.read(place + _PARAMETERS.size, _BPB.size))
    sectors, heads = block[8:10]
    if (cylinders, heads, sectors) != mount.image.geometry[:3]:
        raise Failure(DosError.INVALID_DATA)


def _first(mount: DiskMount, cylinder: int, head: int, first: int, count: int) -> int:
    """The number of the first of so many of a track's sectors. Raises Failure: there are none."""
    geometry: Geometry = mount.image.geometry
    number = (cylinder * geometry.heads + head) * geometry.sectors + first
    is_track = head < geometry.heads and first + count <= geometry.sectors
    if not is_track or number + count > mount.part.count:
        raise Failure(DosError.SECTOR_NOT_FOUND)
    return number


def _transfer(mount: DiskMount, task: Task, place: int) -> tuple[range, int]:
    """The sectors, and where in memory the first one's bytes are."""
    _, head, cylinder, first, count = _TRANSFER.unpack(task.read(place, _TRANSFER.size))
    number = _first(mount, cylinder, head, first, count)
    return range(number, number + count), linear(*access.far_pointer(task, place + _TRANSFER.size))


def _read(mount: DiskMount, task: Task, place: int) -> None:
    """61h."""
    numbers, address = _transfer(mount, task, place)
    for k, number in enumerate(numbers):
        task.write(address + k * SECTOR, mount.part.read(number))


def _write(mount: DiskMount, task: Task, place: int) -> None:
    """41h."""
    numbers, address = _transfer(mount, task, place)
    for k, number in enumerate(numbers):
        mount.part.write(number, task.read(address + k * SECTOR, SECTOR))


def _track(mount: DiskMount, task: Task, place: int) -> range:
    _, head, cylinder = _TRACK.unpack(task.read(place, _TRACK.size))
    count = mount.image.geometry.sectors
    number = _first(mount, cylinder, head, 0, count)
    return range(number, number + count)


def _format(mount: DiskMount, task: Task, place: int) -> None:
    """42h."""
    for number in _track(mount, task, place):
        mount.part.write(number, bytes([_FILL]) * SECTOR)


def _verify(mount: DiskMount, task: Task, place: int) -> None:
    """62h."""
    for number in _track(mount, task, place):
        mount.part.read(number)


_FUNCTIONS = {
    0x40: _set_parameters,
    0x41: _write,
    0x42: _format,
    0x60: _get_parameters,
    0x61: _read,
    0x62: _verify,
}
