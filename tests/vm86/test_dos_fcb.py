"""File control blocks."""

from pathlib import Path

import pytest
from dosguest import DATA, Guest
from hypothesis import given
from hypothesis import strategies as st

from vm86.dos import fcbnames
from vm86.dos.fcbnames import Parsed

FCB = 0x200
DTA = 0x1000


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) + b"tail")
    guest = Guest(tmp_path)
    guest.put(b"")
    guest.call(0x1A, dx=DTA)
    return guest


def block(guest: Guest, name: str, drive: int = 0, offset: int = FCB) -> int:
    """An unopened block; its offset."""
    return guest.put(bytes([drive]) + name.encode().ljust(11) + bytes(25), offset)


def al(guest: Guest, function: int, **registers: int) -> int:
    assert guest.start(function, **registers)
    return guest.task.al


def field(guest: Guest, offset: int, size: int = 2) -> int:
    return int.from_bytes(guest.get(FCB + offset, size), "little")


def set_field(guest: Guest, offset: int, value: int, size: int = 2) -> None:
    guest.put(value.to_bytes(size, "little"), FCB + offset)


def opened(guest: Guest, name: str = "A       TXT", size: int = 128) -> int:
    assert al(guest, 0x0F, dx=block(guest, name)) == 0
    set_field(guest, 0x0E, size)
    return FCB


def test_opening(guest: Guest) -> None:
    opened(guest)
    assert field(guest, 0, 1) == 3
    assert (field(guest, 0x0C), field(guest, 0x0E), field(guest, 0x10, 4)) == (0, 128, 260)
    assert al(guest, 0x10, dx=FCB) == 0
    assert al(guest, 0x0F, dx=block(guest, "NONE")) == 0xFF
    assert al(guest, 0x0F, dx=block(guest, "A       TXT", drive=9)) == 0xFF
    assert al(guest, 0x10, dx=block(guest, "NONE")) == 0xFF
    assert al(guest, 0x10, dx=block(guest, "A       TXT")) == 0


def test_sequential_reading(guest: Guest) -> None:
    opened(guest)
    assert al(guest, 0x14, dx=FCB) == 0
    assert guest.get(DTA, 128) == bytes(range(128))
    assert al(guest, 0x14, dx=FCB) == 0
    assert al(guest, 0x14, dx=FCB) == 3
    assert guest.get(DTA, 128) == b"tail".ljust(128, b"\0")
    assert al(guest, 0x14, dx=FCB) == 1
    assert field(guest, 0x20, 1) == 3


def test_a_new_file(guest: Guest, tmp_path: Path) -> None:
    assert al(guest, 0x16, dx=block(guest, "NEW     X")) == 0
    set_field(guest, 0x0E, 4)
    for record in (b"one ", b"two "):
        guest.put(record, DTA)
        assert al(guest, 0x15, dx=FCB) == 0
    assert field(guest, 0x10, 4) == 8
    assert al(guest, 0x10, dx=FCB) == 0
    assert (tmp_path / "NEW.X").read_bytes() == b"one two "


def test_random_records(guest: Guest, tmp_path: Path) -> None:
    opened(guest, size=2)
    set_field(guest, 0x21, 130, 4)
    assert al(guest, 0x21, dx=FCB) == 1
    assert (field(guest, 0x0C), field(guest, 0x20, 1)) == (1, 2)
    set_field(guest, 0x21, 129, 4)
    assert al(guest, 0x21, dx=FCB) == 0
    assert guest.get(DTA, 2) == b"il"
    guest.put(b"IL", DTA)
    assert al(guest, 0x22, dx=FCB) == 0
    assert (tmp_path / "a.txt").read_bytes().endswith(b"taIL")
    assert al(guest, 0x14, dx=FCB) == 0
    guest.start(0x24, dx=FCB)
    assert field(guest, 0x21, 4) == 130


def test_blocks_of_records(guest: Guest) -> None:
    opened(guest, size=100)
    assert al(guest, 0x27, dx=FCB, cx=2) == 0
    assert guest.task.cx == 2
    assert al(guest, 0x27, dx=FCB, cx=2) == 3
    assert guest.task.cx == 1
    assert field(guest, 0x21, 3) == 3
    assert al(guest, 0x27, dx=FCB, cx=2) == 1
    assert guest.task.cx == 0


def test_records_far_into_a_file(guest: Guest, tmp_path: Path) -> None:
    """Past the 65536 blocks that the field for the current one has room for."""
    with (tmp_path / "a.txt").open("r+b") as file:
        file.seek(0x900000)
        file.write(b"far")
    opened(guest, size=1)
    set_field(guest, 0x21, 0x900001, 4)
    assert al(guest, 0x27, dx=FCB, cx=2) == 0
    assert guest.get(DTA, 2) == b"ar"
    assert field(guest, 0x21, 4) == 0x900003
    set_field(guest, 0x21, 0x900000, 4)
    assert al(guest, 0x21, dx=FCB) == 0
    assert guest.get(DTA, 1) == b"f"


def test_records_of_one_byte(guest: Guest) -> None:
    """As programs read whole files, with their length for a number of records."""
    opened(guest, size=1)
    assert al(guest, 0x27, dx=FCB, cx=0xE000) == 1
    assert guest.task.cx == 260
    assert guest.get(DTA + 256, 4) == b"tail"


def test_the_transfer_area_ends_with_its_segment(guest: Guest) -> None:
    guest.call(0x1A, dx=0xFFF0)
    opened(guest)
    assert al(guest, 0x14, dx=FCB) == 2
    assert al(guest, 0x15, dx=FCB) == 2
    set_field(guest, 0x0E, 8)
    assert al(guest, 0x27, dx=FCB, cx=5) == 2
    assert guest.task.cx == 2


def test_setting_the_size(guest: Guest, tmp_path: Path) -> None:
    opened(guest, size=1)
    set_field(guest, 0x21, 3, 4)
    assert al(guest, 0x28, dx=FCB, cx=0) == 0
    assert (tmp_path / "a.txt").read_bytes() == b"\0\1\2"
    set_field(guest, 0x21, 0xFFFFFFFF, 4)
    assert al(guest, 0x28, dx=FCB, cx=0) == 1
    guest.put(b"xy", DTA)
    set_field(guest, 0x21, 2, 4)
    assert al(guest, 0x28, dx=FCB, cx=2) == 0
    assert (tmp_path / "a.txt").read_bytes() == b"\0\1xy"


def test_sizes_in_records(guest: Guest) -> None:
    block(guest, "A       TXT")
    assert al(guest, 0x23, dx=FCB) == 0
    assert field(guest, 0x21, 3) == 3
    assert al(guest, 0x23, dx=block(guest, "NONE")) == 0xFF


def test_read_only_drives_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "A.TXT").write_bytes(b"a")
    guest = Guest(tmp_path, writable=False)
    opened(guest)
    assert al(guest, 0x14, dx=FCB) == 3
    assert al(guest, 0x15, dx=FCB) == 1
    assert al(guest, 0x28, dx=FCB, cx=0) == 1
    assert al(guest, 0x16, dx=block(guest, "B")) == 0xFF
    assert al(guest, 0x13, dx=block(guest, "A       TXT")) == 0xFF


def test_devices(guest: Guest) -> None:
    opened(guest, "CON", size=3)
    guest.put(b"abc", DTA)
    assert al(guest, 0x15, dx=FCB) == 0
    assert guest.keys.shown == b"abc"
    assert al(guest, 0x16, dx=block(guest, "NUL")) == 0
    assert al(guest, 0x11, dx=block(guest, "CON")) == 0
    assert al(guest, 0x13, dx=block(guest, "CON")) == 0xFF


def test_reading_the_console_waits(guest: Guest) -> None:
    opened(guest, "CON", size=2)
    guest.keys.typed.extend(b"a")
    assert not guest.start(0x14, dx=FCB)
    guest.keys.typed.extend(b"\r")
    assert al(guest, 0x14, dx=FCB) == 0
    assert guest.get(DTA, 2) == b"a\r"


def test_many_blocks_that_nobody_closes(guest: Guest, tmp_path: Path) -> None:
    for number in range(100):
        offset = 0x2000 + number * 64
        name = f"F{number}"
        block(guest, name, offset=offset)
        assert al(guest, 0x16, dx=offset) == 0
        guest.put(b"x", DTA)
        guest.task.write((DATA << 4) + offset + 0x0E, b"\1\0")
    for number in range(100):
        assert al(guest, 0x15, dx=0x2000 + number * 64) == 0
    assert {p.read_bytes() for p in tmp_path.glob("F*")} == {b"x"}


def names_found(guest: Guest, name: str, attribute: int | None = None) -> list[str]:
    offset = block(guest, name)
    extension = 0
    if attribute is not None:
        offset = guest.put(b"\xff\0\0\0\0\0" + bytes([attribute]) + b"\0" + name.encode().ljust(36))
        extension = 7
    found: list[str] = []
    function = 0x11
    while al(guest, function, dx=offset) == 0:
        found.append(guest.get(DTA + extension + 1, 11).decode())
        function = 0x12
    return found


def test_searching(guest: Guest, tmp_path: Path) -> None:
    (tmp_path / "AB.C").touch()
    (tmp_path / "DIR").mkdir()
    assert names_found(guest, "???????????") == ["A       TXT", "AB      C  "]
    assert names_found(guest, "A?      ???") == ["A       TXT", "AB      C  "]
    assert names_found(guest, "???????????", 0x10)[-1] == "DIR        "
    assert names_found(guest, "???????????", 0x08) == []
    al(guest, 0x11, dx=block(guest, "A       TXT"))
    entry = guest.get(DTA, 33)
    assert entry[:13] == b"\x03A       TXT\x20"
    assert entry[29:] == (260).to_bytes(4, "little")


def test_deleting_and_renaming(guest: Guest, tmp_path: Path) -> None:
    for name in ("B.TXT", "C.DOC"):
        (tmp_path / name).touch()
    guest.put(b"????????BAK", block(guest, "????????TXT") + 0x11)
    assert al(guest, 0x17, dx=FCB) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["A.BAK", "B.BAK", "C.DOC"]
    assert al(guest, 0x17, dx=FCB) == 0xFF
    assert al(guest, 0x13, dx=block(guest, "????????BAK")) == 0
    assert al(guest, 0x13, dx=block(guest, "????????BAK")) == 0xFF
    assert [p.name for p in tmp_path.iterdir()] == ["C.DOC"]


def test_the_transfer_area(guest: Guest) -> None:
    guest.call(0x2F)
    assert (guest.task.es, guest.task.bx) == (DATA, DTA)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        (b"a.txt rest", Parsed(None, "A       ", "TXT", 5)),
        (b"  b:long-name.extension", Parsed(2, "LONG-NAM", "EXT", 23)),
        (b",c.x", Parsed(None, "C       ", "X  ", 4)),
        (b"*.?", Parsed(None, "????????", "?  ", 3)),
        (b"a*b.c", Parsed(None, "A???????", "C  ", 5)),
        (b"a.", Parsed(None, "A       ", "   ", 2)),
        (b"", Parsed(None, None, None, 0)),
        (b"/x", Parsed(None, None, None, 0)),
        (b"1:x", Parsed(None, "1       ", None, 1)),
        (b"z:", Parsed(26, None, None, 2)),
    ],
)
def test_parsing(text: bytes, parsed: Parsed) -> None:
    assert fcbnames.parse(text, skip_separator=True) == parsed


def test_separators_can_end_a_name() -> None:
    assert fcbnames.parse(b" ,c", skip_separator=False) == Parsed(None, None, None, 1)


def test_parsing_into_a_block(guest: Guest) -> None:
    guest.put(b"\7OLDNAME EXT", FCB)
    si = guest.put(b" c:*.x;", 0x100)
    assert al(guest, 0x2901, si=si, di=FCB) == 1
    assert guest.task.si == si + 6
    assert guest.get(FCB, 16) == b"\3????????X  \0\0\0\0"
    si = guest.put(b"\r", 0x100)
    guest.put(b"\7OLDNAME EXT", FCB)
    assert al(guest, 0x290E, si=si, di=FCB) == 0
    assert guest.get(FCB, 12) == b"\7OLDNAME EXT"
    assert al(guest, 0x2900, si=si, di=FCB) == 0
    assert guest.get(FCB, 12) == b"\0           "
    assert al(guest, 0x2900, si=guest.put(b"y:a"), di=FCB) == 0xFF


@given(st.binary(max_size=40), st.booleans())
def test_whatever_is_parsed(text: bytes, skip: bool) -> None:
    parsed = fcbnames.parse(text, skip_separator=skip)
    assert 0 <= parsed.end <= len(text)
    assert len(fcbnames.field(parsed)) == 12
