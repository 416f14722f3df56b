"""INT 13h on images."""

from __future__ import annotations

import io
import json

import pytest
from pc import Pc

from vm86.bios import disk
from vm86.task import CARRY

SECTORS = 720


def floppy() -> disk.Image:
    """A diskette of 360 KiB; each sector is full of its number's low byte."""
    return disk.diskette(io.BytesIO(b"".join(bytes([k & 0xFF]) * 512 for k in range(SECTORS))))


def pc() -> Pc:
    hard = disk.hard_disk(io.BytesIO(bytes(512 * 16 * 63 * 20)))
    return Pc(drives={0: floppy(), 0x80: hard})


def call(machine: Pc, ax: int, cx: int, dx: int, bx: int = 0) -> int:
    machine.call(0x13, ax=ax, bx=bx, cx=cx, dx=dx, es=0x3000)
    assert machine.task.flags & CARRY == int(machine.task.ah > 0)
    return machine.task.ah


def test_sectors_are_read() -> None:
    machine = pc()
    assert call(machine, 0x0202, 0x0109, 0x0000) == 0
    assert machine.task.al == 2
    # Cylinder 1, head 0, sector 9, and the first of head 1
    assert machine.task.read(0x30000, 1024) == bytes([26]) * 512 + bytes([27]) * 512


def test_sectors_are_written_above_the_file() -> None:
    machine = pc()
    machine.task.write(0x30000, b"new" + bytes(509))
    assert call(machine, 0x0301, 0x0001, 0x0100) == 0
    machine.task.write(0x30000, bytes(512))
    assert call(machine, 0x0201, 0x0001, 0x0100) == 0
    assert machine.task.read(0x30000, 3) == b"new"
    image = machine.drives[0]
    assert list(image.written) == [9]
    assert floppy().read(9) == bytes([9]) * 512


@pytest.mark.parametrize(
    ("ax", "cx", "dx", "status"),
    [
        (0x0201, 0x0000, 0x0000, 0x04),  # sector 0
        (0x0201, 0x000A, 0x0000, 0x04),
        (0x0201, 0x2801, 0x0000, 0x04),
        (0x0201, 0x0001, 0x0200, 0x04),
        (0x0200, 0x0001, 0x0000, 0x01),
        (0x02FF, 0x0001, 0x0000, 0x09),  # over the end of 64 KiB
        (0x0202, 0x2709, 0x0100, 0x04),  # over the end of the disk
        (0x0201, 0x0001, 0x0001, 0x80),
        (0x0201, 0x0001, 0x0081, 0x01),
        (0x0000, 0x0000, 0x0001, 0x80),
        (0x0401, 0x0001, 0x0000, 0x00),
        (0x0500, 0x0001, 0x0000, 0x01),
        (0x0509, 0x0001, 0x0000, 0x04),  # the sectors' addresses are none
        (0x0509, 0x2801, 0x0000, 0x04),
        (0x0500, 0x0001, 0x1080, 0x04),
        (0x1703, 0x0000, 0x0000, 0x00),
        (0x1700, 0x0000, 0x0080, 0x01),
        (0x1800, 0x2709, 0x0000, 0x00),
        (0x1800, 0x4F09, 0x0000, 0x0C),
        (0x1800, 0x2709, 0x0080, 0x01),
        (0x0000, 0x0000, 0x0000, 0x00),
        (0x1000, 0x0000, 0x0080, 0x00),
        (0x1600, 0x0000, 0x0000, 0x00),
        (0x4100, 0x0000, 0x0080, 0x01),
        (0xFF00, 0x0000, 0x0000, 0x01),
    ],
)
def test_statuses(ax: int, cx: int, dx: int, status: int) -> None:
    machine = pc()
    assert call(machine, ax, cx, dx) == status
    assert call(machine, 0x0100, 0, dx & 0xFF) == status


def addresses(cylinder: int, head: int, count: int = 9, size: int = 2) -> bytes:
    """What 05h wants of a track, here with every other sector first."""
    numbers = [*range(1, count + 1, 2), *range(2, count + 1, 2)]
    return b"".join(bytes((cylinder, head, number, size)) for number in numbers)


def test_a_track_is_formatted() -> None:
    machine = pc()
    machine.task.write(0x30000, addresses(2, 1))
    assert call(machine, 0x0509, 0x0201, 0x0100) == 0
    image = machine.drives[0]
    assert sorted(image.written) == list(range(45, 54))
    assert image.written[45] == b"\xf6" * 512
    # The byte is the program's, where it has a table of its own.
    machine.task.write(0x1E * 4, (0x40000000).to_bytes(4, "little"))
    machine.task.write(0x40008, b"\xe5")
    assert call(machine, 0x0509, 0x0201, 0x0100) == 0
    assert image.read(53) == b"\xe5" * 512
    assert floppy().read(45) == bytes([45]) * 512  # the file is as it was


@pytest.mark.parametrize(
    "fields",
    [
        addresses(2, 1, 8),
        addresses(2, 1, 8) + addresses(2, 1, 1),
        addresses(2, 0),
        addresses(2, 1, 9, 3),
        addresses(2, 1, 10),
    ],
)
def test_a_track_that_the_image_can_not_have(fields: bytes) -> None:
    machine = pc()
    machine.task.write(0x30000, fields)
    assert call(machine, 0x0500 | len(fields) // 4, 0x0201, 0x0100) == 4
    assert not machine.drives[0].written


def test_a_cylinder_of_a_hard_disk_is_formatted() -> None:
    machine = pc()
    assert call(machine, 0x0500, 0x0101, 0x0080) == 0
    assert sorted(machine.drives[0x80].written) == list(range(16 * 63, 17 * 63))


def test_what_can_be_read_before_the_end_is() -> None:
    machine = pc()
    call(machine, 0x0202, 0x2709, 0x0100)
    assert machine.task.al == 1
    assert machine.task.read(0x30000, 1) == bytes([(SECTORS - 1) & 0xFF])


def test_parameters() -> None:
    machine = pc()
    assert call(machine, 0x0800, 0, 0) == 0
    assert (machine.task.cx, machine.task.dx, machine.task.bl) == (0x2709, 0x0101, 1)
    assert machine.task.es == 0xF000
    assert call(machine, 0x0800, 0, 0x80) == 0
    assert (machine.task.cx, machine.task.dx) == (0x133F, 0x0F01)
    for dx, ah in ((0x00, 1), (0x01, 0), (0x80, 3), (0x81, 0)):
        machine.call(0x13, ax=0x1500, dx=dx)
        assert (machine.task.ah, machine.task.flags & CARRY) == (ah, 0)
    machine.call(0x13, ax=0x1500, dx=0x80)
    assert machine.task.cx << 16 | machine.task.dx == 16 * 63 * 20
    machine.call(0x11)
    assert machine.task.ax & 0xC1 == 0x01


def test_the_drives_are_counted() -> None:
    machine = Pc(drives={0: floppy(), 1: floppy()})
    machine.call(0x11)
    assert machine.task.ax & 0xC1 == 0x41


@pytest.mark.parametrize("size", disk.DISKETTES)
def test_diskettes_are_known_by_their_size(size: int) -> None:
    assert disk.diskette(io.BytesIO(bytes(1024 * size))).size == 2 * size


@pytest.mark.parametrize("size", [0, 1, 1024 * 360 + 1, 1024 * 1000])
def test_other_sizes_are_no_diskettes(size: int) -> None:
    with pytest.raises(ValueError):
        disk.diskette(io.BytesIO(bytes(size)))


def test_a_short_hard_disk_has_empty_sectors() -> None:
    image = disk.hard_disk(io.BytesIO(b"x" * 700))
    assert image.geometry == (1, 16, 63, 0)
    assert image.read(1) == b"x" * 188 + bytes(324)
    assert image.read(900) == bytes(512)


class Broken(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise OSError("gone")


def test_a_file_that_can_not_be_read_is_an_error() -> None:
    machine = Pc(drives={0: disk.diskette(Broken(bytes(1024 * 360)))})
    assert call(machine, 0x0201, 0x0001, 0x0000) == 0x20


def test_what_was_written_is_kept_with_the_state() -> None:
    machine, other = pc(), pc()
    machine.task.write(0x30000, b"new" + bytes(509))
    call(machine, 0x0301, 0x0001, 0x0080)
    other.bios.load(json.loads(json.dumps(machine.bios.state())))
    assert other.drives[0x80].read(0)[:3] == b"new"
    for bad in ({}, {"x": ""}, {"-1": "00" * 512}, {"1": "00"}, {"1": 5}, {"1": "zz" * 512}):
        with pytest.raises(ValueError):
            other.bios.disks.load({"0": {}, "128": bad} if bad else {"0": {}})
