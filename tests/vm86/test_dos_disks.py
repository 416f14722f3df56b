"""Images of disks as drives: DOS's files on FAT12 and FAT16, against mtools and fsck.fat."""

from __future__ import annotations

import io
import os
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dosguest import DATA, Guest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vm86.bios.disk import SECTOR, Image, diskette, hard_disk, image
from vm86.dos import fat
from vm86.dos.diskmount import DiskMount, Images, bios_drives, open_image
from vm86.dos.drives import parse_mount
from vm86.dos.errors import DosError, Failure
from vm86.task import CARRY, linear

FORMATS = {
    "160K": ("-f", "160"),
    "180K": ("-f", "180"),
    "320K": ("-f", "320"),
    "360K": ("-f", "360"),
    "720K": ("-f", "720"),
    "1.2M": ("-f", "1200"),
    "1.44M": ("-f", "1440"),
    "2.88M": ("-f", "2880"),
    "20M": ("-T", "40960", "-h", "16", "-s", "63"),  # FAT16
}
LETTER = "B"


TOOLS = ("mformat", "mcopy", "mmd", "mattrib", "mtype", "mdir", "mlabel", "minfo")
FSCK = "fsck.fat"
PATH = os.pathsep.join((os.environ["PATH"], "/usr/sbin"))
Format = Callable[[Path, str], Path]


def mtool(name: str, disk: Path | str, *arguments: str, **options: bytes) -> bytes:
    command = [name, "-i", str(disk), *arguments]
    return subprocess.run(command, check=True, capture_output=True, **options).stdout


@pytest.fixture(scope="session")
def formatted(installed: Callable[[str], str]) -> Format:
    """Makes an image of one of FORMATS, where mtools and fsck.fat are installed."""
    for name in TOOLS:
        installed(name)
    installed(FSCK)

    def make(path: Path, kind: str) -> Path:
        mtool("mformat", path, "-C", "-v", "ZOO DISK", "-N", "12345678", *FORMATS[kind], "::")
        return path

    return make


def check(disk: Path) -> None:
    """fsck.fat finds nothing to repair."""
    command = [shutil.which(FSCK, path=PATH) or FSCK, "-n", "-v", str(disk)]
    found = subprocess.run(command, check=False, capture_output=True)
    assert found.returncode == 0, found.stdout.decode()


class Machine:
    """A guest with the image as drive B, whose file what it writes goes to when it has ended."""

    def __init__(self, disk: Path, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.mount = open_image(LETTER, disk, keep=True)
        self.guest = Guest(folder, more=[self.mount])

    def __enter__(self) -> Guest:
        return self.guest

    def __exit__(self, *why: object) -> None:
        self.guest.dos.close()


@pytest.fixture(params=sorted(FORMATS))
def disk(request: pytest.FixtureRequest, tmp_path: Path, formatted: Format) -> Path:
    return formatted(tmp_path / "disk.img", request.param)


def contents(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def write(guest: Guest, name: str, data: bytes) -> None:
    handle = guest.call(0x3C, cx=0, dx=guest.path(name))
    for start in range(0, len(data), 20000):
        part = data[start : start + 20000]
        assert guest.write(handle, part) == len(part)
    guest.call(0x3E, bx=handle)


def read(guest: Guest, name: str) -> bytes:
    handle = guest.open(name)
    data = b""
    while part := guest.read(handle, 20000):
        data += part
    guest.call(0x3E, bx=handle)
    return data


def listing(guest: Guest, pattern: str, attributes: int = 0x16) -> list[tuple[str, int, int]]:
    """Names, attributes and sizes that 4Eh and 4Fh find."""
    guest.task.ds = DATA
    guest.call(0x1A, dx=0x80)
    found: list[tuple[str, int, int]] = []
    more = guest.start(0x4E, cx=attributes, dx=guest.path(pattern)) and not guest.carry
    while more:
        entry = guest.get(0x80 + 0x15, 22)
        name = entry[9:].partition(b"\0")[0].decode("cp437")
        found.append((name, entry[0], int.from_bytes(entry[5:9], "little")))
        more = guest.start(0x4F) and not guest.carry
    return found


def test_what_mtools_wrote_is_read(disk: Path, tmp_path: Path) -> None:
    big = contents(70000)
    mtool("mmd", disk, "::SUB", "::SUB/DEEP")
    mtool("mcopy", disk, "-", "::SUB/DEEP/BIG.BIN", input=big)
    mtool("mcopy", disk, "-", "::A.TXT", input=b"hello\r\n")
    mtool("mattrib", disk, "+r", "+h", "::A.TXT")
    with Machine(disk, tmp_path / "c") as guest:
        assert read(guest, "B:\\SUB\\DEEP\\BIG.BIN") == big
        assert read(guest, "b:/a.txt") == b"hello\r\n"
        assert listing(guest, "B:*.*") == [("SUB", 0x10, 0), ("A.TXT", 0x23, 7)]
        names = [name for name, _, _ in listing(guest, "B:\\SUB\\*.*")]
        assert names == [".", "..", "DEEP"]
        assert listing(guest, "B:*.*", 8) == [("ZOO DISK", 8, 0)]
        assert guest.fail(0x3D02, dx=guest.path("B:A.TXT")) == DosError.ACCESS_DENIED
        assert guest.fail(0x3D00, dx=guest.path("B:NONE")) == DosError.FILE_NOT_FOUND
        assert guest.fail(0x3D00, dx=guest.path("B:\\A.TXT\\X")) == DosError.PATH_NOT_FOUND


def test_mtools_reads_what_was_written(disk: Path, tmp_path: Path) -> None:
    files = {f"F{size}.DAT": contents(size) for size in (0, 1, 511, 512, 513, 4096, 65537)}
    with Machine(disk, tmp_path / "c") as guest:
        guest.call(0x39, dx=guest.path("B:\\MADE"))
        for name, data in files.items():
            write(guest, f"B:\\MADE\\{name}", data)
            assert read(guest, f"B:\\MADE\\{name}") == data
        write(guest, "B:\\GONE.TXT", b"x" * 3000)
        guest.call(0x41, dx=guest.path("B:\\GONE.TXT"))
        write(guest, "B:\\OLD.TXT", b"moved")
        guest.path("B:\\MADE\\NEW.TXT", 0x200)
        guest.call(0x56, dx=guest.path("B:\\OLD.TXT"), di=0x200)
        guest.call(0x4301, cx=3, dx=guest.path("B:\\MADE\\NEW.TXT"))
        guest.call(0x39, dx=guest.path("B:\\EMPTY"))
        guest.call(0x3A, dx=guest.path("B:\\EMPTY"))
        assert guest.fail(0x3A, dx=guest.path("B:\\MADE")) == DosError.ACCESS_DENIED
    check(disk)
    for name, data in files.items():
        assert mtool("mtype", disk, f"::MADE/{name}") == data
    assert mtool("mtype", disk, "::MADE/NEW.TXT") == b"moved"
    shown = mtool("mdir", disk, "-b", "-/", "-a", "::").decode().split()
    assert sorted(shown) == sorted(
        ["::/MADE/", "::/MADE/NEW.TXT", *(f"::/MADE/{name}" for name in files)]
    )


def test_free_space_and_a_full_disk(disk: Path, tmp_path: Path) -> None:
    with Machine(disk, tmp_path / "c") as guest:
        guest.call(0x36, dx=2)
        per_cluster, free, width = guest.task.ax, guest.task.bx, guest.task.cx
        assert (width, free) == (512, guest.task.dx)
        told = mtool("minfo", disk, "::").decode()
        assert f"cluster size: {per_cluster} sectors" in told
        handle = guest.call(0x3C, cx=0, dx=guest.path("B:\\ALL"))
        total = 0
        while count := guest.write(handle, bytes(32768)):
            total += count
        assert total == free * per_cluster * width
        guest.call(0x36, dx=2)
        assert guest.task.bx == 0
        assert guest.fail(0x39, dx=guest.path("B:\\D")) == DosError.ACCESS_DENIED
        guest.call(0x4200, bx=handle, cx=0, dx=5000)
        guest.call(0x40, bx=handle, cx=0, dx=0)
        guest.call(0x36, dx=2)
        used = -(-5000 // (per_cluster * width))
        assert guest.task.bx == free - used
    check(disk)


def test_growing_over_a_gap_and_a_root_that_is_full(disk: Path, tmp_path: Path) -> None:
    with Machine(disk, tmp_path / "c") as guest:
        write(guest, "B:\\DIRT", b"\xff" * 30000)
        guest.call(0x41, dx=guest.path("B:\\DIRT"))
        handle = guest.call(0x3C, cx=0, dx=guest.path("B:\\GAP"))
        guest.call(0x4200, bx=handle, cx=0, dx=10000)
        assert guest.write(handle, b"end") == 3
        guest.call(0x3E, bx=handle)
        assert read(guest, "B:\\GAP") == bytes(10000) + b"end"
        count = 0
        while guest.start(0x3C, cx=0, dx=guest.path(f"B:\\R{count}")) and not guest.carry:
            guest.call(0x3E, bx=guest.task.ax)
            count += 1
        assert guest.task.ax == DosError.ACCESS_DENIED
        shape = guest.dos.drives.mount(2).shape
        assert count == shape.root - 2  # the label, and GAP
        guest.call(0x39, dx=guest.path("C:\\X"))
    check(disk)


@pytest.mark.parametrize("kind", ["360K", "20M"])
def test_labels(kind: str, tmp_path: Path, formatted: Format) -> None:
    disk = formatted(tmp_path / "disk.img", kind)
    with Machine(disk, tmp_path / "c") as guest:
        block = b"\xff" + bytes(5) + b"\x08" + b"\x02" + b"?" * 11 + bytes(25)
        guest.start(0x13, dx=guest.put(block))
        assert guest.task.al == 0
        assert listing(guest, "B:*.*", 8) == []
        block = b"\xff" + bytes(5) + b"\x08" + b"\x02" + b"NEW LABEL  " + bytes(25)
        guest.start(0x16, dx=guest.put(block))
        assert guest.task.al == 0
        assert listing(guest, "B:*.*", 8) == [("NEW LABE.L", 8, 0)]
    assert b"NEW LABEL" in mtool("mlabel", disk, "-s", "::")


def test_control_blocks(tmp_path: Path, formatted: Format) -> None:
    disk = formatted(tmp_path / "disk.img", "360K")
    with Machine(disk, tmp_path / "c") as guest:
        block = b"\x02" + b"RECORDS DAT" + bytes(25)
        guest.put(block, 0x300)
        guest.start(0x16, dx=0x300)
        assert guest.task.al == 0
        guest.task.ds = DATA
        guest.call(0x1A, dx=0x80)
        for k in range(5):
            guest.put(bytes([k]) * 128, 0x80)
            guest.start(0x15, dx=0x300)
            assert guest.task.al == 0
        guest.start(0x10, dx=0x300)
        assert guest.task.al == 0
        assert read(guest, "B:RECORDS.DAT") == b"".join(bytes([k]) * 128 for k in range(5))
        guest.put(block[:12] + bytes(4) + b"\x02" + b"OTHER   DAT" + bytes(20), 0x300)
        guest.put(block[:12] + bytes(4) + b" OTHER   DAT", 0x300)
        guest.start(0x17, dx=0x300)
        assert guest.task.al == 0
        assert [name for name, _, _ in listing(guest, "B:*.DAT")] == ["OTHER.DAT"]


def test_the_image_changes_only_when_asked(tmp_path: Path, formatted: Format) -> None:
    disk = formatted(tmp_path / "disk.img", "360K")
    disk.chmod(0o640)
    before = disk.read_bytes()
    mount = parse_mount(f"A={disk}")
    guest = Guest(tmp_path, more=[mount])
    write(guest, "A:\\X.TXT", b"unseen")
    assert read(guest, "A:\\X.TXT") == b"unseen"
    assert "--mount A=IMAGE:rw" in (mount.remark or "")
    guest.dos.close()
    assert disk.read_bytes() == before
    mount = parse_mount(f"A={disk}:rw")
    guest = Guest(tmp_path, more=[mount])
    write(guest, "A:\\X.TXT", b"seen")
    assert mtool("mtype", disk, "::X.TXT") == b"seen"  # at once
    guest.dos.close()
    assert mtool("mtype", disk, "::X.TXT") == b"seen"
    assert disk.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["disk.img"]


def test_what_can_not_be_kept_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, formatted: Format
) -> None:
    disk = formatted(tmp_path / "disk.img", "360K")
    mount = open_image("A", disk, keep=True)
    mount.create(("X",), 0)

    def fail(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr("vm86.bios.disk.os.fsync", fail)
    with pytest.raises(OSError, match="no space"):
        mount.close()
    mount = open_image("A", disk, keep=True)
    monkeypatch.setattr(mount.image, "write", fail)
    with pytest.raises(Failure) as error:
        mount.create(("Y",), 0)
    assert error.value.code == DosError.WRITE_FAULT


def test_a_file_that_is_written_to_by_another(tmp_path: Path, formatted: Format) -> None:
    disk = formatted(tmp_path / "disk.img", "360K")
    mount = open_image("A", disk, keep=True)
    with pytest.raises(OSError, match="another program is writing to it"):
        open_image("B", disk, keep=True)
    open_image("B", disk, keep=False).close()
    mount.close()
    open_image("B", disk, keep=True).close()
    if os.geteuid():
        disk.chmod(0o444)
        with pytest.raises(PermissionError):
            open_image("B", disk, keep=True)


def test_two_drives_of_one_image(tmp_path: Path, formatted: Format) -> None:
    """Each sees at once what the other writes, also in files that are open."""
    disk = formatted(tmp_path / "disk.img", "360K")
    known: Images = {}
    one, two = (open_image(letter, disk, keep=True, known=known) for letter in "AB")
    one.create(("F",), 0).write(b"1" * 3000, 0)
    reader = two.open(("F",), reading=True, writing=True)
    assert reader.read(9999, 2500) == b"1" * 500
    one.open(("F",), reading=True, writing=True).truncate(0)
    one.create(("G",), 0).write(b"g" * 3000, 0)  # where F was
    assert reader.read(9999, 0) == b""
    assert reader.write(b"2" * 2000, 0) == 2000
    assert one.open(("G",), reading=True, writing=False).read(9999, 0) == b"g" * 3000
    assert one.open(("F",), reading=True, writing=False).read(9999, 0) == b"2" * 2000
    one.close()
    two.create(("H",), 0)
    two.close()
    check(disk)
    assert sorted(e.name for e in open_image("A", disk, keep=False).entries(()))[:3] == [
        *("F", "G", "H")
    ]


# Writes 2,000 bytes of the file's number into one file after the other, and prints a dot for each.
FILLS = """
next:   mov ah, 0x3C
        mov cx, 0
        mov dx, name
        int 0x21
        jc done
        mov bx, ax
        mov al, [name + 4]
        mov cx, 2000
        push ds
        pop es
        mov di, 0x1000
        rep stosb
        mov ah, 0x40
        mov cx, 2000
        mov dx, 0x1000
        int 0x21
        mov ah, 0x3E
        int 0x21
        mov ah, 2
        mov dl, '.'
        int 0x21
        inc byte [name + 4]
        cmp byte [name + 4], 'Z' + 1
        jne next
        mov byte [name + 4], 'A'
        inc byte [name + 3]
        jmp next
done:   mov ax, 0x4C00
        int 0x21
name    db "A:FAA", 0
"""


@pytest.mark.parametrize("dots", [1, 7, 40, 90])
def test_nothing_is_lost_when_the_host_is_killed(
    assemble: Callable[[str, str], Path], tmp_path: Path, formatted: Format, dots: int
) -> None:
    disk = formatted(tmp_path / "disk.img", "360K")
    mtool("mcopy", disk, "-", "::OLD.TXT", input=b"was there")
    program = assemble("fills", FILLS)
    command = [sys.executable, "-m", "zoo", "run", "--engine", "interp"]
    command += ["--mount", f"A={disk}:rw", str(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(dots) == b"." * dots
        process.kill()
    mount = open_image("A", disk, keep=False)
    assert mount.open(("OLD.TXT",), reading=True, writing=False).read(99, 0) == b"was there"
    for k in range(dots):
        name = f"F{chr(65 + k // 26)}{chr(65 + k % 26)}"
        file = mount.open((name,), reading=True, writing=False)
        assert file.read(9999, 0) == bytes([65 + k % 26]) * 2000
    # At most, clusters are lost that belonged to the file which was being written.
    found = subprocess.run(
        [shutil.which(FSCK, path=PATH) or FSCK, "-n", str(disk)], check=False, capture_output=True
    ).stdout.decode()
    assert "shared" not in found.lower() and "cross" not in found.lower()


def test_tasks_share_an_image_that_keeps_what_is_written(
    assemble: Callable[[str, str], Path], tmp_path: Path, formatted: Format
) -> None:
    disk = formatted(tmp_path / "disk.img", "360K")
    few = FILLS.replace("'Z' + 1\n        jne next", "'F'\n        jne next\n        jmp done")
    one, two = assemble("one", few), assemble("two", few.replace("A:FAA", "A:GAA"))
    command = [sys.executable, "-m", "zoo", "run", "--engine", "interp", "--mount"]
    options = (f"A={disk}:rw", "--share", "1:1", "--also", str(two), str(one))
    done = subprocess.run([*command, *options], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    check(disk)
    mount = open_image("A", disk, keep=False)
    names = [f"{first}A{last}" for first in "FG" for last in "ABCDE"]
    assert [e.name for e in sorted(mount.entries(())) if e.size] == names
    for name in names:
        file = mount.open((name,), reading=True, writing=False)
        assert file.read(9999, 0) == name[2].encode() * 2000
    # Without :rw each has the disk to itself.
    done = subprocess.run(
        [*command, f"A={disk}", *options[1:]], capture_output=True, check=False, timeout=60
    )
    assert done.stderr.count(b"is forgotten") == 2


def test_what_is_no_disk(tmp_path: Path) -> None:
    path = tmp_path / "text"
    for data in (b"", b"no disk", bytes(5000)):
        path.write_bytes(data)
        with pytest.raises(ValueError, match="neither a folder nor a disk"):
            parse_mount(f"A={path}")
    path.write_bytes(bytes(360 * 1024))  # a diskette that is not formatted
    with Machine(path, tmp_path / "c") as guest:
        assert guest.fail(0x4E, cx=0, dx=guest.path("B:*.*")) == DosError.GENERAL_FAILURE
        guest.call(0x36, dx=2)
        assert guest.task.ax == 0xFFFF


def test_a_partition(tmp_path: Path, formatted: Format) -> None:
    part = formatted(tmp_path / "part", "20M").read_bytes()
    table = bytearray(SECTOR)
    table[446:462] = (
        bytes([0x80, 0, 0, 0, 4, 0, 0, 0])
        + (63).to_bytes(4, "little")
        + (len(part) // SECTOR).to_bytes(4, "little")
    )
    table[510:] = b"\x55\xaa"
    whole = tmp_path / "whole"
    whole.write_bytes(bytes(table) + bytes(62 * SECTOR) + part)
    mtool("mcopy", f"{whole}@@{63 * SECTOR}", "-", "::A.TXT", input=b"there")
    with Machine(whole, tmp_path / "c") as guest:
        assert read(guest, "B:\\A.TXT") == b"there"


def old_diskette() -> bytes:
    """Of DOS 1, 320 KiB: its boot sector tells nothing. One file, HI.TXT, in clusters 2 and 4."""
    data = bytearray(320 * 1024)
    for start in (512, 1024):
        data[start : start + 9] = bytes.fromhex("ffffff 040000 ff0f00")
    slot = fat.slot_data(b"HI      TXT", 0, (0x21, 0), 2, 1500)
    data[3 * 512 : 3 * 512 + 32] = slot
    first_data = (3 + 7) * 512
    data[first_data : first_data + 1024] = b"a" * 1024
    data[first_data + 2048 : first_data + 2048 + 476] = b"b" * 476
    return bytes(data)


def test_a_diskette_of_dos_1(tmp_path: Path) -> None:
    disk = tmp_path / "disk.img"
    disk.write_bytes(old_diskette())
    with Machine(disk, tmp_path / "c") as guest:
        assert read(guest, "B:\\HI.TXT") == b"a" * 1024 + b"b" * 476


# Sectors


def sectors(guest: Guest, interrupt: int, **registers: int) -> None:
    for name, value in registers.items():
        setattr(guest.task, name, value)
    serve = guest.dos.int25 if interrupt == 0x25 else guest.dos.int26
    sp = guest.task.sp
    assert serve(guest.task)
    assert guest.task.resumed == (guest.task.ss, (sp - 2) & 0xFFFF)
    frame = guest.task.read(linear(*guest.task.resumed), 6)
    guest.task.flags = int.from_bytes(frame[4:], "little")


def test_absolute_sectors(tmp_path: Path, formatted: Format) -> None:
    disk = formatted(tmp_path / "disk.img", "360K")
    before = disk.read_bytes()
    with Machine(disk, tmp_path / "c") as guest:
        guest.put(b"")
        sectors(guest, 0x25, al=1, cx=2, dx=1, bx=0x1000)
        assert not guest.task.flags & CARRY
        assert guest.get(0x1000, 1024) == before[512:1536]
        guest.put(b"sector!" + bytes(505), 0x1000)
        sectors(guest, 0x26, al=1, cx=1, dx=700, bx=0x1000)
        guest.put((700).to_bytes(4, "little") + b"\x01\0" + b"\0\x20" + DATA.to_bytes(2, "little"))
        sectors(guest, 0x25, al=1, cx=0xFFFF, bx=0x100)
        assert guest.get(0x2000, 7) == b"sector!"
        for registers, error in (
            ({"al": 1, "cx": 2, "dx": 719}, 0x0408),
            ({"al": 1, "cx": 129, "dx": 0}, 0x0408),
            ({"al": 7, "cx": 1, "dx": 0}, 0x8002),
            ({"al": 2, "cx": 1, "dx": 0}, 0x8002),
        ):
            sectors(guest, 0x25, bx=0, **registers)
            assert guest.task.flags & CARRY and guest.task.ax == error
    assert disk.read_bytes()[700 * 512 : 700 * 512 + 7] == b"sector!"


def test_control_by_tracks(tmp_path: Path, formatted: Format) -> None:
    disk = formatted(tmp_path / "disk.img", "360K")
    before = disk.read_bytes()
    with Machine(disk, tmp_path / "c") as guest:

        def control(minor: int, **registers: int) -> int:
            guest.start(0x440D, bx=2, cx=0x0800 | minor, **registers)
            return guest.task.ax if guest.carry else 0

        assert control(0x60, dx=guest.put(b"\x05".ljust(64, b"?"))) == 0
        told = guest.get(0x100, 38)
        assert told[:7] == b"\x05\x00\x00\x00\x28\x00\x00"
        assert told[7:30] == before[11:28] + bytes([0, 0, 0, 0, 0, 0])
        assert control(0x40, dx=0x100) == 0
        other = guest.put(told[:4] + b"\x50" + told[5:], 0x100)
        assert control(0x40, dx=other) == DosError.INVALID_DATA
        # Head 1, cylinder 2, from the third sector on two of them, to 5000:0400.
        transfer = struct.pack("<BHHHHHH", 0, 1, 2, 2, 2, 0x400, DATA)
        assert control(0x61, dx=guest.put(transfer)) == 0
        first = (2 * 2 + 1) * 9
        assert guest.get(0x400, 1024) == before[(first + 2) * 512 : (first + 4) * 512]
        guest.put(b"A" * 1024, 0x400)
        assert control(0x41, dx=0x100) == 0
        assert control(0x62, dx=guest.put(struct.pack("<BHH", 0, 1, 2))) == 0
        assert control(0x42, dx=guest.put(struct.pack("<BHH", 0, 0, 39))) == 0
        for bad in ((0, 2, 0), (0, 0, 40), (0, 0xFFFF, 0xFFFF)):
            assert control(0x42, dx=guest.put(struct.pack("<BHH", *bad))) == 0x1B
        assert control(0x61, dx=guest.put(struct.pack("<BHHHHHH", 0, 0, 0, 8, 2, 0, 0))) == 0x1B
        for code, drive in ((0x0863, 2), (0x0360, 2), (0x0860, 3)):  # C is a folder
            assert guest.fail(0x440D, bx=drive, cx=code) == DosError.INVALID_FUNCTION
        assert guest.fail(0x440D, bx=9, cx=0x0860) == DosError.INVALID_DRIVE
    after = disk.read_bytes()
    track, last = first * 512, 39 * 2 * 9 * 512
    assert after[track + 1024 : track + 2048] == b"A" * 1024
    assert after[last : last + 9 * 512] == b"\xf6" * 9 * 512
    assert after[:track] == before[:track]


def test_the_bios_s_drives(tmp_path: Path) -> None:
    floppy = DiskMount("B", diskette(io.BytesIO(bytes(360 * 1024))))
    first, second = (DiskMount(c, hard_disk(io.BytesIO(bytes(1 << 20)))) for c in "DC")
    other = DiskMount("E", diskette(io.BytesIO(bytes(360 * 1024))))  # DOS alone has it
    found = bios_drives([floppy, first, second, other])
    assert found == {1: floppy.image, 0x80: second.image, 0x81: first.image}


def test_parameters_of_drives(tmp_path: Path, formatted: Format) -> None:
    disk = formatted(tmp_path / "disk.img", "360K")
    with Machine(disk, tmp_path / "c") as guest:
        guest.call(0x32, dx=2)
        block = guest.task.read(linear(guest.task.ds, guest.task.bx), 0x20)
        assert block[:2] == b"\x01\x01"
        words = [int.from_bytes(block[k : k + 2], "little") for k in (2, 6, 9, 11, 13, 16)]
        assert words == [512, 1, 112, 12, 355, 5]
        assert (block[4], block[5], block[8], block[15], block[0x16]) == (1, 1, 2, 2, 0xFD)
        guest.call(0x1C, dx=2)
        assert (guest.task.al, guest.task.cx, guest.task.dx) == (2, 512, 354)
        assert guest.task.read(linear(guest.task.ds, guest.task.bx), 1) == b"\xfd"
        guest.call(0x4408, bx=2)
        assert guest.task.ax == 0
        guest.call(0x4408, bx=3)
        assert guest.task.ax == 1


# Damaged disks


def everything(guest: Guest) -> None:
    """Use all that is on drive B, and write to it."""
    folders, seen = ["B:\\"], 0
    while folders and seen < 200:
        folder = folders.pop()
        for name, attributes, _ in listing(guest, folder + "*.*", 0x1E)[:50]:
            seen += 1
            path = folder + name
            if attributes & 0x10 and name not in (".", "..") and len(path) < 60:
                folders.append(path + "\\")
            for function in (0x3D02, 0x4300):
                guest.start(function, dx=guest.path(path))
            if guest.start(0x3D02, dx=guest.path(path)) and not guest.carry:
                handle = guest.task.ax
                guest.task.ds = DATA
                guest.start(0x3F, bx=handle, cx=0x7000, dx=0x4000)
                guest.start(0x4202, bx=handle, cx=0, dx=100)
                guest.start(0x40, bx=handle, cx=600, dx=0x4000)
                guest.start(0x3E, bx=handle)
    guest.start(0x36, dx=2)
    guest.start(0x39, dx=guest.path("B:\\NEWDIR"))
    guest.start(0x3C, cx=0, dx=guest.path("B:\\NEWDIR\\NEW"))
    guest.start(0x41, dx=guest.path("B:\\A.TXT"))
    guest.start(0x3A, dx=guest.path("B:\\NEWDIR"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, formatted: Format) -> bytes:
    """An image with files and directories."""
    disk = formatted(tmp_path_factory.mktemp("disk") / "disk.img", "160K")
    mtool("mmd", disk, "::SUB", "::SUB/DEEP")
    for name in ("A.TXT", "SUB/B.TXT", "SUB/DEEP/C.TXT"):
        mtool("mcopy", disk, "-", f"::{name}", input=contents(3000))
    return disk.read_bytes()


METADATA = 512 * 12  # boot sector, tables, root, and the first directories


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, METADATA), st.binary(min_size=1, max_size=8)), max_size=12)
)
def test_damaged_disks(small: bytes, tmp_path: Path, damage: list[tuple[int, bytes]]) -> None:
    data = bytearray(small)
    for place, new in damage:
        data[place : place + len(new)] = new
    guest = Guest(tmp_path, more=[DiskMount("B", diskette(io.BytesIO(bytes(data[: len(small)]))))])
    everything(guest)
    guest.dos.close()


@pytest.mark.parametrize("value", [2, 3, 5, 0, 1, 0xFF0, 0xFF7, 0xFFF, 0xABC])
def test_every_chain_leads_there(small: bytes, tmp_path: Path, value: int) -> None:
    """Rings, clusters that are free or not there: the whole table says the same."""
    data = bytearray(small)
    pair = (value | value << 12).to_bytes(3, "little")
    for start in (512, 1024):
        data[start + 3 : start + 512] = (pair * 170)[:509]
    mount = DiskMount("B", diskette(io.BytesIO(bytes(data))))
    guest = Guest(tmp_path, more=[mount])
    everything(guest)
    guest.dos.close()


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 5), st.integers(0, 9000)), max_size=40))
def test_a_disk_stays_sound(steps: list[tuple[int, int, int]]) -> None:
    """Whatever is done: the files are what they should be, and no cluster is lost or shared."""
    file = io.BytesIO(old_diskette())
    mount = DiskMount("B", image(file))
    model = {"HI.TXT": b"a" * 1024 + b"b" * 476}
    for step, which, size in steps:
        name = f"F{which}"
        old = model.get(name)
        if step == 0 or old is None:
            mount.create((name,), 0)
            model[name] = b""
        elif step == 1:
            mount.delete((name,))
            del model[name]
        elif step == 2:
            new = f"N{which}"
            if new not in model:
                mount.rename((name,), (new,))
                model[new] = model.pop(name)
        else:
            content = mount.open((name,), reading=True, writing=True)
            if step == 3:
                content.truncate(size)
                model[name] = old[:size].ljust(size, b"\0")
            else:
                data = contents(size % 3000)
                assert content.write(data, size) == len(data)
                end = size + len(data) if data else 0
                new_data = bytearray(old.ljust(end, b"\0"))
                new_data[size:end] = data
                model[name] = bytes(new_data) if data else old
    assert {e.name: e.size for e in mount.entries(())} == {k: len(v) for k, v in model.items()}
    used = 0
    for name, data in model.items():
        content = mount.open((name,), reading=True, writing=False)
        assert content.read(len(data) + 1, 0) == data
        used += -(-len(data) // 1024)
    assert mount.free_clusters() == mount.shape.clusters - used


@pytest.fixture
def image_file() -> Iterator[Image]:
    found = diskette(io.BytesIO(old_diskette()))
    yield found
    found.close()


def test_a_deleted_file_that_is_open(image_file: Image) -> None:
    mount = DiskMount("B", image_file)
    content = mount.open(("HI.TXT",), reading=True, writing=True)
    mount.delete(("HI.TXT",))
    with pytest.raises(Failure):
        content.read(1, 0)
    with pytest.raises(Failure):
        content.write(b"x", 0)


# Critical errors


class Erring:
    """A program with a handler of its own for INT 24h, and, as drive B, a diskette that is not
    formatted, on which it looks for a file."""

    def __init__(self, folder: Path) -> None:
        path = folder / "blank.img"
        path.write_bytes(bytes(360 * 1024))
        self.mount = open_image("B", path, keep=False)
        self.guest = Guest(folder, more=[self.mount])
        self.guest.call(0x2524, ds=0x2222, dx=0x1111)
        self.stack = self.guest.task.ss, self.guest.task.sp
        self.place = self.guest.path("B:X")
        self.guest.start(0x3D00, bx=0xB0B0, cx=0xC0C0, dx=self.place, si=0x5150, di=0xD1D1)

    def answer(self, al: int) -> None:
        """The handler comes back with IRET."""
        ss, sp = self.stack
        self.guest.task.ss, self.guest.task.sp = ss, sp - 18
        self.guest.task.ax = 0x1200 | al
        self.guest.task.si = self.guest.task.bp = 0
        assert self.guest.dos.int21(self.guest.task)


@pytest.fixture
def erring(tmp_path: Path) -> Erring:
    return Erring(tmp_path)


def test_a_critical_error_is_the_handler_s_to_judge(erring: Erring) -> None:
    guest, (ss, sp) = erring.guest, erring.stack
    assert guest.task.went == (0x2222, 0x1111, ss, sp - 24)
    assert (guest.task.ah, guest.task.al, guest.task.di & 0xFF) == (0x3E, 1, 12)
    assert guest.task.read(linear(guest.task.bp, guest.task.si) + 10, 8) == b"NUL     "
    words = [guest.word(ss, sp - 18 + 2 * k) for k in range(9)]
    assert words[:6] == [0x3D00, 0xB0B0, 0xC0C0, erring.place, 0x5150, 0xD1D1]
    assert words[7:] == [DATA, DATA]
    guest.task.ss, guest.task.sp = ss, sp - 60  # it may itself call, to say what has happened
    guest.call(0x02, dx=65)
    guest.call(0x59)
    assert guest.task.ax == DosError.GENERAL_FAILURE


def test_what_a_handler_may_answer(tmp_path: Path) -> None:
    for answer, code in ((3, DosError.FAILED_BY_HANDLER), (0, None)):
        erring = Erring(tmp_path)
        erring.answer(answer)
        assert erring.guest.carry == (code is not None)
        assert erring.guest.task.ax == (code or 0x3D00)
        assert (erring.guest.task.ss, erring.guest.task.sp) == erring.stack
        assert (erring.guest.task.bx, erring.guest.task.si) == (0xB0B0, 0x5150)
    erring = Erring(tmp_path)
    erring.answer(2)
    assert erring.guest.dos.exit_code == 0
    assert erring.guest.dos.return_code == 0x0200


def test_a_handler_has_it_tried_again(erring: Erring, formatted: Format, tmp_path: Path) -> None:
    went = erring.guest.task.went
    erring.guest.task.went = None
    erring.answer(1)
    assert erring.guest.task.went == went
    good = formatted(tmp_path / "good.img", "360K").read_bytes()
    erring.mount.part.write(0, good[: 12 * SECTOR])
    erring.answer(1)
    assert erring.guest.carry and erring.guest.task.ax == DosError.FILE_NOT_FOUND


def test_a_handler_that_does_not_come_back(erring: Erring) -> None:
    """It has gone on with the program, which calls again."""
    erring.guest.call(0x30)
    erring.guest.task.went = None
    erring.guest.start(0x3D00, dx=erring.guest.path("B:X"))
    assert erring.guest.task.went is not None
