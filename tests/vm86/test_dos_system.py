"""Drives, dates, vectors, memory, settings, errors; what the low memory holds."""

import struct
from pathlib import Path

import pytest
from dosguest import DATA, Guest

from vm86.dos import lowmemory
from vm86.dos.errors import DosError
from vm86.dos.mount import CLUSTERS
from vm86.dos.table import FUNCTIONS
from vm86.task import CARRY, linear, word


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path)


def test_version(guest: Guest) -> None:
    assert guest.call(0x30) == 30 << 8 | 3
    assert (guest.task.bx, guest.task.cx) == (0, 0)


def test_drives(guest: Guest) -> None:
    assert guest.call(0x19) & 0xFF == 2
    assert guest.call(0x0E, dx=7) & 0xFF == 5
    assert guest.call(0x19) & 0xFF == 2
    guest.call(0x0D)
    guest.call(0x36, dx=0)
    assert guest.task.ax == 4
    assert guest.task.cx == 512
    assert guest.task.bx <= guest.task.dx == CLUSTERS
    guest.start(0x36, dx=9)
    assert guest.task.ax == 0xFFFF


def test_drive_parameters(guest: Guest) -> None:
    for function in (0x1B, 0x1C):
        guest.start(function, dx=3)
        assert (guest.task.al, guest.task.cx, guest.task.dx) == (4, 512, CLUSTERS)
        assert guest.task.read(linear(guest.task.ds, guest.task.bx), 1) == b"\xf8"
    for function, drive in ((0x1F, 0), (0x32, 3), (0x1C, 9), (0x32, 9)):
        guest.start(function, dx=drive)  # a folder has nothing for programs that use sectors
        assert guest.task.al == 0xFF


def test_the_list_of_lists(guest: Guest) -> None:
    guest.call(0x52)
    assert guest.word(guest.task.es, guest.task.bx - 2) == guest.dos.memory.first
    header = guest.task.read(linear(guest.task.es, guest.task.bx) + 0x22, 18)
    assert header[10:] == b"NUL     "
    assert guest.task.read(linear(guest.task.es, guest.task.bx) + 0x20, 2) == b"\1\5"
    parameters = guest.task.read(linear(guest.task.es, guest.task.bx), 4)
    assert int.from_bytes(parameters[:2], "little") == lowmemory.parameters(2)
    block = guest.task.read(linear(guest.dos.base, lowmemory.parameters(2)), 32)
    assert block[:6] == b"\x02\x02\x00\x02\x03\x02"
    assert lowmemory.parameters(26) <= lowmemory.SIZE


def test_in_dos(guest: Guest) -> None:
    guest.call(0x34)
    assert guest.task.read(linear(guest.task.es, guest.task.bx), 1) == b"\0"


def test_dates(guest: Guest) -> None:
    assert guest.call(0x2A) & 0xFF == 4
    assert (guest.task.cx, guest.task.dh, guest.task.dl) == (1987, 4, 2)
    assert guest.call(0x2B, cx=1996, dx=0x021D) & 0xFF == 0
    guest.call(0x2A)
    assert (guest.task.cx, guest.task.dx) == (1996, 0x021D)
    for year, day in ((1995, 0x021D), (1979, 0x0101), (2100, 0x0101), (1990, 0), (0xFFFF, 0x0101)):
        assert guest.call(0x2B, cx=year, dx=day) & 0xFF == 0xFF


def test_times(guest: Guest) -> None:
    guest.call(0x2C)
    assert (guest.task.cx, guest.task.dx) == (0x0D0E, 0x1000)
    assert guest.call(0x2D, cx=0x173B, dx=0x3B63) & 0xFF == 0
    guest.call(0x2C)
    assert (guest.task.cx, guest.task.dx) == (0x173B, 0x3B63)
    for hour, second in ((0x1800, 0), (0x003C, 0), (0, 0x3C00), (0, 0x0064)):
        assert guest.call(0x2D, cx=hour, dx=second) & 0xFF == 0xFF


def test_vectors(guest: Guest) -> None:
    guest.call(0x2561, ds=0x1234, dx=0x5678)
    assert guest.task.read(0x61 * 4, 4) == b"\x78\x56\x34\x12"
    guest.call(0x3561)
    assert (guest.task.es, guest.task.bx) == (0x1234, 0x5678)


def test_memory(guest: Guest) -> None:
    assert guest.fail(0x48, bx=0xFFFF) == DosError.INSUFFICIENT_MEMORY
    assert guest.task.bx == 0  # the program has it all
    guest.call(0x4A, bx=0x100, es=guest.dos.psp)
    segment = guest.call(0x48, bx=0x10)
    assert guest.word(segment - 1, 1) == guest.dos.psp
    assert guest.fail(0x4A, bx=0xFFFF, es=segment) == DosError.INSUFFICIENT_MEMORY
    assert 0x10 < guest.task.bx < 0xFFFF
    guest.call(0x49, es=segment)
    assert guest.fail(0x49, es=segment + 1) == DosError.INVALID_BLOCK
    guest.call(0x5801, bx=2)
    assert guest.call(0x5800) == 2
    guest.call(0x5801, bx=0x1203)  # DOS takes any for the last
    assert guest.call(0x5800) == 2
    assert guest.call(0x4A, bx=0x20, es=guest.dos.psp) == guest.dos.psp
    assert guest.fail(0x5802) == DosError.INVALID_FUNCTION
    guest.task.write(linear(guest.dos.memory.first, 0), b"?")
    assert guest.fail(0x48, bx=1) == DosError.ARENA_TRASHED


def test_settings(guest: Guest) -> None:
    guest.call(0x3301, dx=1)
    guest.call(0x3302, dx=0)
    assert guest.task.dl == 1
    guest.call(0x3300)
    assert guest.task.dl == 0
    assert guest.call(0x3309) & 0xFF == 0xFF
    guest.call(0x2E01)
    assert guest.call(0x54) & 0xFF == 1
    guest.call(0x3700)
    assert guest.task.dl == ord("/")
    guest.call(0x3701, dx=ord("-"))
    guest.call(0x3700)
    assert guest.task.dl == ord("-")
    guest.call(0x3702)
    assert guest.task.dl == 0xFF
    assert guest.call(0x3709) & 0xFF == 0xFF


def test_errors_are_remembered(guest: Guest) -> None:
    guest.call(0x59)
    assert guest.task.ax == 0
    guest.fail(0x3D00, dx=guest.path("none"))
    guest.start(0x59)
    assert (guest.task.ax, guest.task.bx, guest.task.ch) == (2, 0x0803, 2)


def test_country(guest: Guest) -> None:
    guest.call(0x3800, dx=guest.put(bytes(34)))
    assert guest.task.bx == 1
    assert guest.get(0x100, 13) == b"\0\0$\0\0\0\0,\0.\0-\0"
    assert guest.fail(0x3831, dx=0x100) == DosError.FILE_NOT_FOUND
    guest.call(0x3801, dx=0xFFFF)
    guest.call(0x38FF, bx=1, dx=0x100)
    assert guest.call(0x6601) == 0x6601
    assert (guest.task.bx, guest.task.dx) == (437, 437)
    guest.call(0x6602, bx=437)
    assert guest.fail(0x6602, bx=850) == DosError.FILE_NOT_FOUND
    guest.call(0x6300)
    assert guest.word(guest.task.ds, guest.task.si) == 0


def test_country_tables(guest: Guest) -> None:
    guest.put(b"")
    guest.call(0x6502, bx=0xFFFF, cx=5, dx=0xFFFF, di=0x200)
    kind, offset, segment = guest.get(0x200, 1)[0], guest.word(DATA, 0x201), guest.word(DATA, 0x203)
    assert (kind, guest.word(segment, offset)) == (2, 128)
    capitals = guest.task.read(linear(segment, offset) + 2, 128)
    assert bytes([capitals[0x81 - 0x80]]) == "Ü".encode("cp437")
    guest.call(0x6501, bx=0xFFFF, cx=0xFF, dx=0xFFFF, di=0x200)
    assert guest.task.cx == 41
    assert guest.get(0x200, 7) == b"\x01\x26\0\x01\0\xb5\x01"
    assert guest.fail(0x6501, bx=0xFFFF, cx=4, dx=0xFFFF) == DosError.INVALID_FUNCTION
    assert guest.fail(0x6503, bx=0xFFFF, cx=5, dx=0xFFFF) == DosError.INVALID_FUNCTION
    assert guest.fail(0x6501, bx=850, cx=99, dx=0xFFFF) == DosError.FILE_NOT_FOUND


@pytest.mark.parametrize("function", [n for n in range(256) if n not in FUNCTIONS])
def test_unknown_functions(guest: Guest, function: int) -> None:
    """AL becomes zero, and carry stays as it was."""
    for carry in (0, CARRY):
        guest.task.ax = function << 8 | 0x55
        guest.task.flags = carry
        assert guest.dos.int21(guest.task)
        assert guest.task.ax == function << 8
        assert guest.task.flags == carry


@pytest.mark.parametrize("function", [0x5C, 0x5D, 0x5E, 0x5F])
def test_no_network(guest: Guest, function: int) -> None:
    assert guest.fail(function) == DosError.INVALID_FUNCTION


def test_the_swappable_data_area(guest: Guest) -> None:
    """Who calls DOS in the midst of a program saves the area, and puts it back."""
    guest.call(0x34)
    flag = linear(guest.task.es, guest.task.bx)
    guest.call(0x1A, ds=0x1234, dx=0x5678)
    guest.call(0x5D06)
    place, size = linear(guest.task.ds, guest.task.si), guest.task.dx
    assert (place, size, guest.task.cx) == (flag - 1, 0x18, 0x18)
    saved = guest.task.read(place, size)
    psp = guest.dos.psp
    assert saved[:2] == bytes(2) and saved[12:16] == b"\x78\x56\x34\x12"
    assert int.from_bytes(saved[16:18], "little") == psp and saved[22] == 2
    guest.call(0x50, bx=0x4000)
    guest.call(0x1A, ds=0, dx=0)
    guest.task.write(place, saved)
    guest.call(0x51)
    assert guest.task.bx == psp and guest.dos.dta == (0x1234, 0x5678)


def test_a_program_says_what_the_last_error_was(guest: Guest) -> None:
    registers = (0x1F, 0x0D04, 0x0100, 0x1111, 0x2222, 0x3333, 0x4444, 0x5555)
    guest.call(0x5D0A, dx=guest.put(struct.pack("<8H", *registers)))
    guest.call(0x59)
    names = ("ax", "bx", "cx", "dx", "si", "di", "ds", "es")
    assert tuple(getattr(guest.task, name) for name in names) == registers
    guest.fail(0x3E, bx=99)
    guest.call(0x59)
    assert (guest.task.ax, guest.task.bh) == (DosError.INVALID_HANDLE, 7)


def test_a_parameter_block_is_made_of_the_bios_s(guest: Guest) -> None:
    """Of a diskette of 360 KiB."""
    block = struct.pack("<HBHBHHBH", 512, 2, 1, 2, 112, 720, 0xFD, 2)
    guest.put(b"x" * 32, 0x300)
    guest.call(0x53, si=guest.put(block.ljust(25, b"\0")), bp=0x300)
    made = guest.get(0x300, 0x20)
    expected = struct.pack("<HBBHBHHHBH", 512, 1, 1, 1, 2, 112, 12, 355, 2, 5)
    assert made == b"xx" + expected + b"xxxx" + b"\xfd" + b"x" * 5 + b"\0\0\xff\xff"
    guest.call(0x53, si=guest.put(b"\0" * 25), bp=0x300)


def test_what_dos_keeps_to_itself(guest: Guest) -> None:
    guest.task.ax = 0x6455
    assert guest.dos.int21(guest.task) and guest.task.ax == 0x6455
    guest.call(0x5D01)
    assert guest.fail(0x5D08) == DosError.INVALID_FUNCTION


def test_absolute_disk_access(guest: Guest) -> None:
    """FLAGS stay on the stack, as after these two interrupts only."""
    for service in (guest.dos.int25, guest.dos.int26):
        ss, sp = guest.task.ss, guest.task.sp
        frame = guest.task.read(linear(ss, sp), 6)
        assert service(guest.task)
        assert guest.task.resumed == (ss, sp - 2)
        lower = guest.task.read(linear(ss, sp - 2), 8)
        assert lower[:4] == frame[:4]
        assert lower[4] == frame[4] | CARRY
        assert lower[6:] == frame[4:]
        assert guest.task.ax == 0x8002
        guest.task.write(linear(ss, sp), frame)


def test_multiplex(guest: Guest) -> None:
    guest.task.ax = 0x4300
    assert guest.dos.int2f(guest.task)
    assert guest.task.ax == 0x4300


def test_cp_m_calls_lead_into_dos(guest: Guest) -> None:
    call = guest.task.read(linear(guest.dos.psp, 5), 5)
    assert call[0] == 0x9A
    target = linear(int.from_bytes(call[3:5], "little"), int.from_bytes(call[1:3], "little"))
    jump = guest.task.read(target, 5)
    assert jump[0] == 0xEA
    assert word(guest.task, target + 3) == guest.dos.base
