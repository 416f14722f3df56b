"""Whatever a program asks, the host neither fails nor hangs, nor is anything reached outside."""

import os
from pathlib import Path

import pytest
from dosguest import DATA, Guest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vm86.task import linear

WORDS = st.sampled_from(
    [0, 1, 2, 3, 5, 0x10, 0x80, 0xFF, 0x100, 0x200, 0x7FFF, 0x8000, 0xFFF0, 0xFFFF, DATA]
) | st.integers(0, 0xFFFF)
REGISTERS = st.fixed_dictionaries(
    {name: WORDS for name in ("bx", "cx", "dx", "si", "di", "bp", "sp", "ds", "es", "ss")}
)
STRINGS = st.sampled_from(
    [b"A.TXT\0", b"..\\..\\SECRET\0", b"\\SUB\0", b"*.*\0", b"NEW\0", b"CON\0", b"LINK\0", b"\0",
     b"LINK\\SECRET\0", b"C:\\\0", b"PROGRAM.EXE\0", b"\3A       TXT\0\0\0\0", b"\xff", b"\x40\5ab"]
) | st.binary(max_size=60)  # fmt: skip
CALLS = st.tuples(st.integers(0, 255), st.integers(0, 255), REGISTERS, STRINGS, STRINGS)


def folder(outside: Path) -> Path:
    inside = outside / "inside"
    (inside / "SUB").mkdir(parents=True)
    (outside / "SECRET").write_bytes(b"secret")
    (inside / "A.TXT").write_bytes(b"inside")
    (inside / "PROGRAM.EXE").write_bytes(b"MZ" + bytes(60))
    (inside / "CHILD.COM").write_bytes(b"\xcd\x20")
    (inside / "LINK").symlink_to(outside)
    return inside


def check_outside(outside: Path) -> None:
    assert sorted(os.listdir(outside)) == ["SECRET", "inside"]
    assert (outside / "SECRET").read_bytes() == b"secret"


@pytest.mark.parametrize("writable", [False, True])
@pytest.mark.parametrize("function", range(256))
def test_every_function_with_extreme_registers(
    tmp_path: Path, function: int, writable: bool
) -> None:
    inside = folder(tmp_path)
    guest = Guest(inside, writable=writable)
    before = sorted(str(p) for p in inside.rglob("*"))
    for al in (0, 1, 2, 3, 6, 0x0A, 0xFF):
        for value in (0, 1, 0x80, 0x7FFF, 0xFFFF, DATA):
            registers = dict.fromkeys(("bx", "cx", "dx", "si", "di", "ds", "es"), value)
            guest.keys.typed.extend(b"x\r\x03")
            guest.start(function << 8 | al, **registers) if function else guest.start(0)
            guest.task.ss, guest.task.sp = value, value
    if not writable:
        assert sorted(str(p) for p in inside.rglob("*")) == before
    guest.dos.close()
    check_outside(tmp_path)


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CALLS, max_size=12), st.binary(max_size=8))
def test_whatever_is_called(
    tmp_path_factory: pytest.TempPathFactory,
    calls: list[tuple[int, int, dict[str, int], bytes, bytes]],
    typed: bytes,
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    guest = Guest(folder(outside))
    guest.keys.typed.extend(typed)
    for ah, al, registers, first, second in calls:
        for name, value in registers.items():
            setattr(guest.task, name, value)
        guest.task.write(linear(guest.task.ds, guest.task.dx), first)
        guest.task.write(linear(guest.task.es, guest.task.di), second)
        guest.task.ax = ah << 8 | al
        before = dict(guest.task.words)
        done = guest.dos.int21(guest.task)
        assert done or guest.task.words == before
    guest.dos.close()
    check_outside(outside)


@settings(max_examples=60)
@given(REGISTERS, st.sampled_from(["int20", "int25", "int26", "int27", "int29", "int2f"]), WORDS)
def test_the_other_interrupts(
    tmp_path_factory: pytest.TempPathFactory, registers: dict[str, int], service: str, psp: int
) -> None:
    guest = Guest(folder(tmp_path_factory.mktemp("outside")))
    guest.dos.psp = psp
    for name, value in registers.items():
        setattr(guest.task, name, value)
    assert getattr(guest.dos, service)(guest.task)
    guest.dos.close()


@pytest.mark.parametrize(
    "function", [0x0000, 0x2600, 0x3100, 0x4500, 0x4B00, 0x4C00, 0x5500, 0x6700]
)
@pytest.mark.parametrize("psp", [0, 0x40, 0xFFFF, DATA])
def test_prefixes_that_are_none(tmp_path: Path, function: int, psp: int) -> None:
    guest = Guest(folder(tmp_path))
    guest.task.write(0, bytes(range(256)) * 0x1000)
    guest.call(0x50, bx=psp)
    guest.start(function, dx=guest.path("child.com"), bx=0x200)
    guest.dos.close()


def test_no_files_are_left_open(tmp_path: Path) -> None:
    inside = folder(tmp_path)
    before = len(os.listdir("/proc/self/fd"))
    guest = Guest(inside)
    for _ in range(200):
        guest.start(0x3D00, dx=guest.path("a.txt"))
        guest.start(0x3C00, cx=1, dx=guest.path("protected"))
        guest.start(0x0F00, dx=guest.put(b"\0A       TXT" + bytes(25)))
    guest.dos.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_everything_is_given_back(tmp_path: Path) -> None:
    """A thousand programs, one after the other."""
    guest = Guest(folder(tmp_path))
    guest.call(0x4A, bx=0x100, es=guest.dos.psp)
    before = guest.dos.memory.largest()
    stack = guest.task.ss, guest.task.sp
    for _ in range(1000):
        guest.put(bytes(64), 0x200)
        assert guest.start(0x4B00, bx=0x200, dx=guest.path("child.com"))
        guest.enter()
        guest.open("a.txt")
        guest.start(0x4C00)
        guest.task.ss, guest.task.sp = stack
    assert guest.dos.memory.largest() == before
    guest.dos.close()
