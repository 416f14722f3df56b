"""Programs: loading, starting others, ending."""

import struct
from collections.abc import Sequence
from pathlib import Path

import pytest
from dosguest import DATA, Guest
from fake import FakeTask
from hypothesis import given
from hypothesis import strategies as st

from vm86.dos import environment, programs
from vm86.dos.errors import DosError, Failure
from vm86.dos.memory import FREE, Block
from vm86.task import linear, set_word

FIELDS = ("in_last", "pages", "count", "header", "minimum", "maximum", "ss", "sp", "sum", "ip",
          "cs", "table", "overlay")  # fmt: skip


def exe(image: bytes, relocations: Sequence[tuple[int, int]] = (), **fields: int) -> bytes:
    """A file with an MZ header; relocations are (segment, offset)."""
    table = b"".join(struct.pack("<HH", o, s) for s, o in relocations)
    size = -(-(0x1C + len(table)) // 16)
    length = size * 16 + len(image)
    values = dict.fromkeys(FIELDS, 0) | {
        "in_last": length % 512,
        "pages": -(-length // 512),
        "count": len(relocations),
        "header": size,
        "maximum": 0xFFFF,
        "table": 0x1C,
    }
    values |= fields
    header = b"MZ" + struct.pack("<13H", *(values[name] for name in FIELDS))
    return (header + table).ljust(size * 16, b"\0") + image


IMAGE = b"\x11\x22\x33\x44\0\0\2\0" + bytes(40)


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    (tmp_path / "CHILD.COM").write_bytes(b"\xb8\0\x4c\xcd\x21")
    (tmp_path / "CHILD.EXE").write_bytes(
        exe(IMAGE, [(0, 4), (0, 6)], cs=1, ip=2, ss=3, sp=0x80, minimum=8, maximum=0x20)
    )
    guest = Guest(tmp_path)
    guest.call(0x4A, bx=0x100, es=guest.dos.psp)
    return guest


def prefix(guest: Guest, segment: int) -> bytes:
    return guest.task.read(linear(segment, 0), 256)


def layout(guest: Guest) -> list[Block]:
    """All blocks, free neighbours joined."""
    guest.dos.memory.largest()
    return list(guest.dos.memory.blocks())


# The first program


def test_the_first_program(tmp_path: Path) -> None:
    guest = Guest(tmp_path, arguments=b"a.txt z:b*.c")
    psp = guest.dos.psp
    assert guest.task.went == (psp, 0x100, psp, 0xFFFE)
    assert guest.word(psp, 0xFFFE) == 0
    assert guest.task.ds == guest.task.es == psp
    assert guest.task.read(linear(psp, 0x100), 2) == b"\xcd\x20"
    assert guest.task.ax == 0xFF00
    data = prefix(guest, psp)
    assert data[:4] == b"\xcd\x20\xff\x9f"
    assert data[0x16:0x18] == psp.to_bytes(2, "little")
    assert data[0x18:0x2C] == b"\1\1\1\0\2" + b"\xff" * 15
    assert data[0x50:0x53] == b"\xcd\x21\xcb"
    assert data[0x5C:0x68] == b"\0A       TXT"
    assert data[0x6C:0x78] == b"\x1aB???????C  "
    assert data[0x80:0x8F] == b"\x0d a.txt z:b*.c\r"
    assert guest.dos.dta == (psp, 0x80)
    assert [b.owner for b in guest.dos.memory.blocks()] == [psp, psp]


def test_its_environment(tmp_path: Path) -> None:
    guest = Guest(tmp_path)
    env = guest.word(guest.dos.psp, 0x2C)
    expected = b"COMSPEC=C:\\COMMAND.COM\0PATH=C:\\\0\0\1\0C:\\TEST.COM\0"
    assert guest.task.read(linear(env, 0), len(expected)) == expected


def test_loading_from_a_drive(guest: Guest) -> None:
    guest.dos.load("c:child.com")
    assert guest.task.went is not None
    assert guest.task.went[1] == 0x100
    for name, code in (("none.com", DosError.FILE_NOT_FOUND), ("con", DosError.ACCESS_DENIED)):
        with pytest.raises(Failure) as error:
            guest.dos.load(name)
        assert error.value.code == code


@pytest.mark.parametrize("function", [0x0000, 0x4C00, 0x3100])
def test_the_first_program_ends(guest: Guest, function: int) -> None:
    assert guest.dos.exit_code is None
    assert guest.start(function, dx=0x10)
    assert guest.dos.exit_code == 0


def test_its_exit_code(guest: Guest) -> None:
    guest.start(0x4C07)
    assert guest.dos.exit_code == 7


def test_ending_by_interrupts(guest: Guest) -> None:
    assert guest.dos.int20(guest.task)
    assert guest.dos.exit_code == 0


# Starting others


def parameters(guest: Guest, tail: bytes = b"\3 x\r", env: int = 0) -> int:
    """A parameter block at 200h, for BX."""
    guest.put(tail, 0x300)
    guest.put(b"\3FIRST   ONE", 0x340)
    guest.put(b"\0SECOND  TWO", 0x360)
    far = b"".join(struct.pack("<HH", offset, DATA) for offset in (0x300, 0x340, 0x360))
    return guest.put(env.to_bytes(2, "little") + far + bytes(8), 0x200)


def execute(guest: Guest, name: str, way: int = 0) -> bool:
    block = parameters(guest)
    return guest.start(0x4B00 | way, bx=block, dx=guest.path(name))


def test_a_child(guest: Guest) -> None:
    parent = guest.dos.psp
    handle = guest.open("child.com")
    private = guest.open("child.com", 0x80)
    shared = guest.dos.files.get(3)
    caller = guest.task.caller()
    before = guest.task.ss, guest.task.sp
    guest.task.words["si"], guest.task.words["di"] = 0x1234, 0x5678
    assert execute(guest, "child.com")
    child = guest.dos.psp
    assert guest.task.went == (child, 0x100, child, 0xFFFE)
    data = prefix(guest, child)
    assert data[0x0A:0x0E] == struct.pack("<HH", caller[1], caller[0])
    assert data[0x16:0x18] == parent.to_bytes(2, "little")
    assert (data[0x18 + handle], data[0x18 + private]) == (3, 0xFF)
    assert shared.references == 2
    assert data[0x5C:0x68] == b"\3FIRST   ONE"
    assert data[0x6C:0x78] == b"\0SECOND  TWO"
    assert data[0x80:0x84] == b"\3 x\r"
    env = guest.word(child, 0x2C)
    assert env != guest.word(parent, 0x2C)
    assert b"\0\1\0C:\\CHILD.COM\0" in guest.task.read(linear(env, 0), 100)
    guest.enter()
    guest.call(0x2523, ds=0x1111, dx=0x2222)
    guest.start(0x4C05)
    assert guest.dos.exit_code is None
    assert guest.dos.psp == parent
    assert guest.task.resumed == before
    assert (guest.task.si, guest.task.di) == (0x1234, 0x5678)
    assert guest.task.ds == guest.task.es == DATA
    assert shared.references == 1
    assert guest.word(0, 0x23 * 4) != 0x2222
    assert {b.owner for b in guest.dos.memory.blocks()} == {parent, FREE}
    guest.task.ss, guest.task.sp = before
    assert not guest.carry
    assert guest.task.caller() == caller
    assert guest.call(0x4D) == 5
    assert guest.call(0x4D) == 0


def test_a_child_that_ends_by_int_20(guest: Guest) -> None:
    parent = guest.dos.psp
    execute(guest, "child.com")
    guest.enter()
    guest.dos.int20(guest.task)
    assert guest.dos.psp == parent
    assert guest.call(0x4D) == 0


def test_an_exe(guest: Guest) -> None:
    assert execute(guest, "child.exe")
    child = guest.dos.psp
    load = child + 0x10
    assert guest.task.went == (load + 1, 2, load + 3, 0x80)
    assert guest.task.read(linear(load, 0), 4) == IMAGE[:4]
    assert guest.word(load, 4) == load
    assert guest.word(load, 6) == load + 2
    assert guest.word(child, 2) == child + 0x10 + 3 + 0x20


def test_an_exe_that_wants_to_be_high(guest: Guest, tmp_path: Path) -> None:
    (tmp_path / "HIGH.EXE").write_bytes(exe(IMAGE, maximum=0))
    assert execute(guest, "high.exe")
    assert guest.task.went is not None
    assert guest.task.went[0] == 0x9FFF - 3


def test_a_child_of_a_child(guest: Guest) -> None:
    first = guest.dos.psp
    execute(guest, "child.exe")
    second = guest.dos.psp
    guest.enter()
    execute(guest, "child.com")
    assert guest.dos.psp not in (first, second)
    guest.enter()
    guest.start(0x4C02)
    assert guest.dos.psp == second
    guest.enter()
    guest.start(0x4C01)
    assert guest.dos.psp == first


def test_loading_for_a_debugger(guest: Guest) -> None:
    parent = guest.dos.psp
    assert execute(guest, "child.exe", 1)
    assert not guest.carry
    child = guest.dos.psp
    load = child + 0x10
    sp, ss, ip, cs = struct.unpack("<4H", guest.get(0x20E, 8))
    assert (cs, ip, ss, sp) == (load + 1, 2, load + 3, 0x7E)
    assert guest.word(ss, sp) == 0
    guest.call(0x50, bx=parent)
    guest.call(0x51)
    assert guest.task.bx == parent


def test_overlays(guest: Guest) -> None:
    guest.put(struct.pack("<HH", 0x6000, 0x1111), 0x200)
    assert guest.start(0x4B03, bx=0x200, dx=guest.path("child.exe"))
    assert not guest.carry
    assert guest.word(0x6000, 4) == 0x1111
    assert guest.word(0x6000, 6) == 0x1113
    assert guest.task.went is not None
    assert guest.task.went[0] == guest.dos.first


BAD_PROGRAMS = {
    "no header": (b"MZ", DosError.INVALID_FORMAT),
    "header too long": (exe(IMAGE, header=99), DosError.INVALID_FORMAT),
    "header too short": (exe(IMAGE, header=0), DosError.INVALID_FORMAT),
    "no pages": (exe(IMAGE, pages=0), DosError.INVALID_FORMAT),
    "bad last page": (exe(IMAGE, in_last=513), DosError.INVALID_FORMAT),
    "no room for relocations": (exe(IMAGE, count=100), DosError.INVALID_FORMAT),
    "relocations outside": (exe(IMAGE, table=0xFFFF, count=1), DosError.INVALID_FORMAT),
    "relocation outside": (exe(IMAGE, [(0x1000, 0)]), DosError.INVALID_FORMAT),
    "relocation at the end": (exe(IMAGE, [(0, len(IMAGE) - 1)]), DosError.INVALID_FORMAT),
    "too much memory": (exe(IMAGE, minimum=0xFFFF), DosError.INSUFFICIENT_MEMORY),
    "too large a plain one": (bytes(0xFE01), DosError.INSUFFICIENT_MEMORY),
    "too large a file": (bytes((1 << 20) + 1), DosError.INSUFFICIENT_MEMORY),
}


@pytest.mark.parametrize(("data", "code"), BAD_PROGRAMS.values(), ids=BAD_PROGRAMS)
def test_programs_that_cannot_be_loaded(
    guest: Guest, tmp_path: Path, data: bytes, code: DosError
) -> None:
    (tmp_path / "BAD.EXE").write_bytes(data)
    before = layout(guest)
    execute(guest, "bad.exe")
    assert guest.carry
    assert guest.task.ax == code
    assert layout(guest) == before


def test_the_shell_is_a_program_that_needs_no_file(guest: Guest) -> None:
    """It lies in memory of its own, and is a loop around INT 2Eh."""
    parent = guest.dos.psp
    for way in (1, 3):
        execute(guest, "command.com", way)
        assert guest.carry and guest.task.ax == DosError.FILE_NOT_FOUND
    execute(guest, "command.com")
    child = guest.dos.psp
    assert child != parent
    assert guest.task.went == (child + 0x10, 0, child + 0x11, 0x200)
    assert guest.task.read(linear(child + 0x10, 0), 4) == b"\xcd\x2e\xeb\xfc"
    guest.enter()
    guest.keys.typed.extend(b"exit\r")
    while guest.dos.psp == child:
        guest.dos.int2e(guest.task)
    assert guest.dos.psp == parent and guest.dos.shells == {}
    assert {b.owner for b in guest.dos.memory.blocks()} == {parent, FREE}


def test_what_cannot_be_executed(guest: Guest) -> None:
    for name, way, code in (
        ("none", 0, DosError.FILE_NOT_FOUND),
        ("child.com", 2, DosError.INVALID_FUNCTION),
        ("nul", 0, DosError.ACCESS_DENIED),
    ):
        execute(guest, name, way)
        assert guest.carry
        assert guest.task.ax == code
    guest.task.write(linear(0x7000, 0), b"A" * 0x8000)
    block = parameters(guest, env=0x7000)
    assert guest.fail(0x4B00, bx=block, dx=guest.path("child.com")) == DosError.INVALID_ENVIRONMENT


@given(st.binary(max_size=80), st.lists(st.integers(0, 0xFFFF), min_size=13, max_size=13))
def test_whatever_a_header_says(rest: bytes, fields: list[int]) -> None:
    data = b"MZ" + struct.pack("<13H", *fields) + rest
    try:
        program = programs.parse(data)
    except Failure as failure:
        assert failure.code in (DosError.INVALID_FORMAT, DosError.INSUFFICIENT_MEMORY)
    else:
        assert len(programs.relocated(program, 0x1234)) == len(program.image) <= len(data)


# Staying, and other prefixes


@pytest.mark.parametrize("by_interrupt", [False, True])
def test_staying_resident(guest: Guest, by_interrupt: bool) -> None:
    parent = guest.dos.psp
    execute(guest, "child.com")
    child = guest.dos.psp
    guest.enter()
    if by_interrupt:
        guest.task.dx = 0x1F1
        assert guest.dos.int27(guest.task)
        code = 0
    else:
        guest.start(0x3109, dx=0x20)
        code = 9
    assert guest.dos.psp == parent
    assert {b.segment: b.size for b in guest.dos.memory.blocks()}[child] == 0x20
    assert guest.call(0x4D) == 0x0300 | code


def test_a_new_prefix(guest: Guest) -> None:
    guest.call(0x2523, ds=0x1111, dx=0x2222)
    guest.start(0x26, dx=0x6000)
    data = prefix(guest, 0x6000)
    assert data[:2] == b"\xcd\x20"
    assert data[0x0E:0x12] == b"\x22\x22\x11\x11"
    assert data[0x34:0x38] == b"\x18\0\0\x60"


def test_a_prefix_for_a_child(guest: Guest) -> None:
    """As debuggers make it: the child ends, and the parent goes on where its prefix says."""
    parent = guest.dos.psp
    set_word(guest.task, 0x22 * 4, 0x3333)
    set_word(guest.task, 0x22 * 4 + 2, 0x4444)
    guest.call(0x55, dx=0x6000, si=0x7000)
    assert guest.dos.psp == 0x6000
    data = prefix(guest, 0x6000)
    assert data[2:4] == b"\0\x70"
    assert data[0x16:0x18] == parent.to_bytes(2, "little")
    assert data[0x18:0x1D] == b"\1\1\1\0\2"
    stack = guest.task.ss, guest.task.sp
    guest.task.ss, guest.task.sp = 0x6000, 0x800
    guest.start(0x4C00)
    assert guest.dos.psp == parent
    assert guest.task.resumed == stack
    guest.task.ss, guest.task.sp = stack
    assert guest.task.caller() == (0x4444, 0x3333)


def test_ending_with_a_broken_chain_and_table(guest: Guest) -> None:
    execute(guest, "child.com")
    guest.enter()
    guest.task.write(linear(guest.dos.memory.first, 0), b"?")
    guest.task.write(linear(guest.dos.psp, 0x18), bytes(range(3, 23)))
    guest.start(0x4C00)
    assert guest.dos.psp == guest.dos.first


def test_environments() -> None:
    task = FakeTask()
    task.write(0x1000, b"A=1\0B=2\0\0rest")
    assert environment.read(task, 0x100) == b"A=1\0B=2\0\0"
    assert environment.read(task, 0x200) == environment.read(task, 0) == b"\0"
    assert environment.strings({}) == b"\0"
    assert environment.with_path(b"\0", "X") == b"\0\0\1\0X\0"
