"""Handles, and functions on paths."""

import datetime
import os
from pathlib import Path

import pytest
from dosguest import DATA, NOW, Guest

from vm86.dos.errors import DosError
from vm86.dos.mount import LARGEST_FILE, Mount


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\r\n")
    (tmp_path / "SUB").mkdir()
    (tmp_path / "SUB" / "B.TXT").write_bytes(b"b")
    other = tmp_path / "SUB" / "OTHER"
    other.mkdir()
    guest = Guest(tmp_path, more=[Mount("D", other)])
    guest.call(0x4A, bx=0x200, es=guest.dos.psp)
    return guest


def test_open_read_seek_close(guest: Guest) -> None:
    handle = guest.open("a.txt")
    assert handle == 5
    assert guest.read(handle, 3) == b"one"
    assert guest.read(handle, 100) == b"\r\ntwo\r\n"
    assert guest.read(handle, 100) == b""
    assert guest.call(0x4202, bx=handle, cx=0xFFFF, dx=0xFFFB) == 5
    assert guest.task.dx == 0
    assert guest.call(0x4201, bx=handle, cx=0, dx=1) == 6
    assert guest.read(handle, 2) == b"wo"
    assert guest.call(0x4200, bx=handle, cx=1, dx=2) == 2
    assert guest.task.dx == 1
    assert guest.fail(0x4203, bx=handle) == DosError.INVALID_FUNCTION
    guest.call(0x3E, bx=handle)
    assert guest.fail(0x3E, bx=handle) == DosError.INVALID_HANDLE
    assert guest.fail(0x3F, bx=handle, cx=1, dx=0) == DosError.INVALID_HANDLE


def test_create_and_write(guest: Guest, tmp_path: Path) -> None:
    handle = guest.call(0x3C, cx=0, dx=guest.path("C:\\new.txt"))
    assert guest.write(handle, b"hello") == 5
    guest.call(0x4200, bx=handle, cx=0, dx=1)
    guest.write(handle, b"E")
    guest.call(0x4200, bx=handle, cx=0, dx=8)
    guest.write(handle, b"!")
    guest.call(0x4200, bx=handle, cx=0, dx=0)
    assert guest.read(handle, 99) == b"hEllo\0\0\0!"
    guest.call(0x4200, bx=handle, cx=0, dx=2)
    assert guest.write(handle, b"") == 0
    guest.call(0x3E, bx=handle)
    assert (tmp_path / "NEW.TXT").read_bytes() == b"hE"
    stamp = datetime.datetime.fromtimestamp((tmp_path / "NEW.TXT").stat().st_mtime)
    assert stamp == NOW


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("none.txt", DosError.FILE_NOT_FOUND),
        ("none\\a.txt", DosError.PATH_NOT_FOUND),
        ("a.txt\\b", DosError.PATH_NOT_FOUND),
        ("E:a.txt", DosError.PATH_NOT_FOUND),
        ("SUB", DosError.ACCESS_DENIED),
        ("", DosError.PATH_NOT_FOUND),
        ("x" * 200, DosError.PATH_NOT_FOUND),
        ("*.txt", DosError.FILE_NOT_FOUND),
    ],
)
def test_files_that_cannot_be_opened(guest: Guest, text: str, code: DosError) -> None:
    assert guest.fail(0x3D00, dx=guest.path(text)) == code


def test_what_is_behind_a_name_is_an_error(guest: Guest, tmp_path: Path) -> None:
    """MASM 1.10 takes A.TXT for a name without extension, and makes A.TXT.OBJ."""
    for text in ("A.TXT.OBJ", "C:\\A.TXT.", "A.TXT;", "A.TXT\x03"):
        assert guest.fail(0x3C, cx=0, dx=guest.path(text)) == DosError.FILE_NOT_FOUND
        assert guest.fail(0x3D00, dx=guest.path(text)) == DosError.FILE_NOT_FOUND
        assert guest.fail(0x3B, dx=guest.path(text)) == DosError.PATH_NOT_FOUND
        assert guest.fail(0x39, dx=guest.path(text)) == DosError.PATH_NOT_FOUND
    assert guest.fail(0x3D00, dx=guest.path("SUB.X.Y\\B.TXT")) == DosError.PATH_NOT_FOUND
    assert (tmp_path / "a.txt").read_bytes() == b"one\r\ntwo\r\n"


def test_ways_of_access(guest: Guest) -> None:
    assert guest.fail(0x3D03, dx=guest.path("a.txt")) == DosError.INVALID_ACCESS_CODE
    reader, writer = guest.open("a.txt", 0), guest.open("a.txt", 1)
    assert guest.fail(0x40, bx=reader, cx=1, dx=0) == DosError.ACCESS_DENIED
    assert guest.fail(0x3F, bx=writer, cx=1, dx=0) == DosError.ACCESS_DENIED
    assert guest.fail(0x3D02, dx=guest.path("D:\\x")) == DosError.FILE_NOT_FOUND
    assert guest.fail(0x3C, cx=0, dx=guest.path("D:\\x")) == DosError.ACCESS_DENIED


def test_there_are_twenty_handles(guest: Guest) -> None:
    for handle in range(5, 20):
        assert guest.open("a.txt") == handle
    assert guest.fail(0x3D00, dx=guest.path("a.txt")) == DosError.TOO_MANY_OPEN_FILES
    assert guest.fail(0x45, bx=5) == DosError.TOO_MANY_OPEN_FILES
    guest.call(0x67, bx=40)
    for handle in range(20, 40):
        assert guest.open("a.txt") == handle
    assert guest.fail(0x67, bx=20) == DosError.TOO_MANY_OPEN_FILES
    for handle in range(20, 40):
        guest.call(0x3E, bx=handle)
    guest.call(0x67, bx=20)
    assert guest.fail(0x3D00, dx=guest.path("a.txt")) == DosError.TOO_MANY_OPEN_FILES


def test_the_system_file_table_is_finite(guest: Guest) -> None:
    guest.call(0x67, bx=1000)
    codes = set[int]()
    for _ in range(300):
        guest.start(0x3D00, dx=guest.path("a.txt"))
        if guest.carry:
            codes.add(guest.task.ax)
    assert codes == {DosError.TOO_MANY_OPEN_FILES}


def test_duplicates_share_a_position(guest: Guest) -> None:
    handle = guest.open("a.txt")
    copy = guest.call(0x45, bx=handle)
    assert guest.read(handle, 5) == b"one\r\n"
    guest.call(0x3E, bx=handle)
    assert guest.read(copy, 3) == b"two"


def test_redirection(guest: Guest, tmp_path: Path) -> None:
    """As a command interpreter does it: standard output to a file, and back."""
    handle = guest.call(0x3C, cx=0, dx=guest.path("out"))
    kept = guest.call(0x45, bx=1)
    guest.call(0x46, bx=handle, cx=1)
    guest.call(0x3E, bx=handle)
    guest.call(0x09, dx=guest.put(b"hello$"))
    guest.call(0x02, dx=ord("!"))
    guest.call(0x46, bx=kept, cx=1)
    guest.call(0x02, dx=ord("?"))
    assert (tmp_path / "OUT").read_bytes() == b"hello!"
    assert guest.keys.shown == b"?"
    assert guest.fail(0x46, bx=1, cx=99) == DosError.INVALID_HANDLE
    guest.call(0x46, bx=1, cx=1)


def test_devices(guest: Guest) -> None:
    console = guest.open("CON", 2)
    assert guest.write(console, b"a\tb\x1ac") == 3
    assert guest.keys.shown == b"a       b"
    null = guest.open("\\sub\\nul.txt", 2)
    assert guest.write(null, b"gone") == 4
    assert guest.read(null, 9) == b""
    assert guest.call(0x4202, bx=null, cx=0, dx=9) == 0
    printer = guest.call(0x3C, cx=0, dx=guest.path("LPT1"))
    assert guest.write(printer, b"paper") == 5
    guest.call(0x68, bx=printer)
    for function in (0x39, 0x41):
        assert guest.fail(function, dx=guest.path("NUL")) == DosError.ACCESS_DENIED


def test_device_information(guest: Guest) -> None:
    guest.call(0x4400, bx=0)
    assert guest.task.dx == 0x80D3
    handle = guest.open("a.txt", 2)
    guest.call(0x4400, bx=handle)
    assert guest.task.dx == 0x0042
    guest.write(handle, b"O")
    guest.call(0x4400, bx=handle)
    assert guest.task.dx == 0x0002
    guest.call(0x4400, bx=guest.open("NUL"))
    assert guest.task.dx == 0x80C4
    guest.call(0x4401, bx=0, dx=0x00F3)
    guest.call(0x4400, bx=1)
    assert guest.task.dx == 0x80F3
    assert guest.fail(0x4401, bx=0, dx=0x0100) == DosError.INVALID_DATA
    assert guest.fail(0x4401, bx=handle, dx=0) == DosError.INVALID_FUNCTION
    assert guest.fail(0x4402, bx=0) == DosError.INVALID_FUNCTION


def test_device_status(guest: Guest) -> None:
    assert guest.call(0x4406, bx=0) & 0xFF == 0
    guest.keys.typed.append(65)
    assert guest.call(0x4406, bx=0) & 0xFF == 0xFF
    assert guest.call(0x4407, bx=1) & 0xFF == 0xFF
    handle = guest.open("a.txt")
    assert guest.call(0x4406, bx=handle) & 0xFF == 0xFF
    guest.read(handle, 99)
    assert guest.call(0x4406, bx=handle) & 0xFF == 0
    assert guest.call(0x4408, bx=3) == 1
    assert guest.fail(0x4408, bx=9) == DosError.INVALID_DRIVE
    guest.call(0x4409, bx=0)
    guest.call(0x440A, bx=0)
    guest.call(0x440B, dx=3)
    assert guest.call(0x440E, bx=3) & 0xFF == 0


def test_dates_of_files(guest: Guest, tmp_path: Path) -> None:
    handle = guest.open("a.txt", 2)
    date, time = (1991 - 1980) << 9 | 2 << 5 | 3, 4 << 11 | 5 << 5 | 3
    guest.write(handle, b"O")
    guest.call(0x5701, bx=handle, cx=time, dx=date)
    guest.call(0x5700, bx=handle)
    assert (guest.task.dx, guest.task.cx) == (date, time)
    guest.call(0x3E, bx=handle)
    stamp = datetime.datetime.fromtimestamp((tmp_path / "a.txt").stat().st_mtime)
    assert stamp == datetime.datetime(1991, 2, 3, 4, 5, 6)
    handle = guest.open("a.txt", 2)
    assert guest.fail(0x5701, bx=handle, cx=0, dx=0) == DosError.INVALID_DATA
    assert guest.fail(0x5702, bx=handle) == DosError.INVALID_FUNCTION
    guest.call(0x5700, bx=0)


def test_new_and_temporary_files(guest: Guest, tmp_path: Path) -> None:
    assert guest.fail(0x5B, cx=0, dx=guest.path("a.txt")) == DosError.FILE_EXISTS
    guest.call(0x5B, cx=0, dx=guest.path("b.txt"))
    (tmp_path / "SUB" / "00000001").touch()
    guest.call(0x5A, cx=0, dx=guest.path("\\sub"))
    assert guest.get(0x100, 14) == b"\\sub\\00000002\0"
    assert (tmp_path / "SUB" / "00000002").exists()
    assert guest.fail(0x5A, cx=0, dx=guest.path("D:\\")) == DosError.ACCESS_DENIED
    assert guest.fail(0x5A, cx=0, dx=guest.put(b"x" * 128)) == DosError.PATH_NOT_FOUND


def test_files_have_a_largest_size(guest: Guest, tmp_path: Path) -> None:
    handle = guest.call(0x3C, cx=0, dx=guest.path("big"))
    high, low = divmod(LARGEST_FILE - 2, 0x10000)
    guest.call(0x4200, bx=handle, cx=high, dx=low)
    assert guest.write(handle, b"1234") == 2
    guest.call(0x4200, bx=handle, cx=0xFFFF, dx=0)
    assert guest.write(handle, b"1234") == 0
    assert guest.fail(0x40, bx=handle, cx=0) == DosError.ACCESS_DENIED
    assert (tmp_path / "BIG").stat().st_size == LARGEST_FILE


def test_directories(guest: Guest, tmp_path: Path) -> None:
    guest.call(0x39, dx=guest.path("\\sub\\new"))
    assert (tmp_path / "SUB" / "NEW").is_dir()
    guest.call(0x3B, dx=guest.path("sub\\new"))
    guest.call(0x47, dx=0, si=guest.put(b"", 0x200))
    assert guest.get(0x200, 8) == b"SUB\\NEW\0"
    assert guest.fail(0x3A, dx=guest.path("\\sub\\new")) == DosError.CURRENT_DIRECTORY
    guest.call(0x3B, dx=guest.path(".."))
    guest.call(0x3A, dx=guest.path("new"))
    assert guest.fail(0x3B, dx=guest.path("new")) == DosError.PATH_NOT_FOUND
    assert guest.fail(0x3B, dx=guest.path("nul")) == DosError.PATH_NOT_FOUND
    assert guest.fail(0x47, dx=9, si=0) == DosError.INVALID_DRIVE
    assert guest.read(guest.open("b.txt"), 9) == b"b"
    assert guest.read(guest.open("\\a.txt"), 3) == b"one"


def test_a_drive_is_a_world_of_its_own(guest: Guest) -> None:
    assert guest.fail(0x3D00, dx=guest.path("D:\\..\\B.TXT")) == DosError.PATH_NOT_FOUND


def test_delete_and_rename(guest: Guest, tmp_path: Path) -> None:
    guest.path("\\sub\\c.txt", 0x200)
    guest.call(0x56, dx=guest.path("a.txt"), di=0x200)
    assert (tmp_path / "SUB" / "C.TXT").exists()
    assert guest.fail(0x56, dx=guest.path("a.txt"), di=0x200) == DosError.FILE_NOT_FOUND
    assert guest.fail(0x56, dx=guest.path("sub\\b.txt"), di=0x200) == DosError.ACCESS_DENIED
    guest.path("d:\\c.txt", 0x200)
    assert guest.fail(0x56, dx=guest.path("sub\\b.txt"), di=0x200) == DosError.NOT_SAME_DEVICE
    guest.call(0x41, dx=guest.path("sub\\c.txt"))
    assert guest.fail(0x41, dx=guest.path("sub\\c.txt")) == DosError.FILE_NOT_FOUND
    assert guest.fail(0x41, dx=guest.path("sub")) == DosError.ACCESS_DENIED
    assert guest.fail(0x41, dx=guest.path("*.*")) == DosError.FILE_NOT_FOUND


def test_attributes(guest: Guest) -> None:
    guest.call(0x4300, dx=guest.path("a.txt"))
    assert guest.task.cx == 0x20
    guest.call(0x4301, cx=1, dx=guest.path("a.txt"))
    guest.call(0x4300, dx=guest.path("a.txt"))
    assert guest.task.cx == 0x21
    guest.call(0x4300, dx=guest.path("sub"))
    assert guest.task.cx == 0x10
    guest.call(0x4300, dx=guest.path("\\"))
    assert guest.task.cx == 0x10
    assert guest.fail(0x4301, cx=0x10, dx=guest.path("a.txt")) == DosError.ACCESS_DENIED
    assert guest.fail(0x4302, cx=0, dx=guest.path("a.txt")) == DosError.INVALID_FUNCTION


def found(guest: Guest, pattern: str, attributes: int = 0) -> list[str]:
    """The names that 4Eh and 4Fh give."""
    guest.call(0x1A, dx=guest.put(bytes(43), 0x300))
    names: list[str] = []
    guest.start(0x4E, cx=attributes, dx=guest.path(pattern))
    while not guest.carry:
        names.append(guest.get(0x300 + 0x1E, 13).partition(b"\0")[0].decode("cp437"))
        guest.start(0x4F)
    assert guest.task.ax == DosError.NO_MORE_FILES
    return names


def test_searching(guest: Guest, tmp_path: Path) -> None:
    (tmp_path / "long name.text").write_bytes(b"")
    (tmp_path / ".hidden").write_bytes(b"")
    assert found(guest, "*.*") == ["A.TXT", "LONGNA~1.TEX"]
    assert found(guest, "*.*", 0x12) == ["A.TXT", "HIDDEN~1", "LONGNA~1.TEX", "SUB"]
    assert found(guest, "sub\\*.*", 0x10) == [".", "..", "B.TXT", "OTHER"]
    assert found(guest, "sub", 0x10) == ["SUB"]
    assert found(guest, "c:a.t?t") == ["A.TXT"]
    assert found(guest, "*.*", 8) == []
    assert found(guest, "c:\\") == []
    assert found(guest, "sub\\nul") == ["NUL"]


def test_what_a_search_gives(guest: Guest, tmp_path: Path) -> None:
    moment = datetime.datetime(1986, 7, 8, 9, 10, 12).timestamp()
    os.utime(tmp_path / "a.txt", (moment, moment))
    guest.call(0x1A, dx=guest.put(bytes(43), 0x300))
    guest.call(0x4E, cx=0, dx=guest.path("a.*"))
    data = guest.get(0x300, 43)
    assert data[:13] == b"\x03A       ???\0"
    assert data[0x15:] == b"\x20\x46\x49\xe8\x0c\x0a\0\0\0A.TXT".ljust(22, b"\0")
    assert guest.fail(0x4E, cx=0, dx=guest.path("none\\*.*")) == DosError.PATH_NOT_FOUND


def test_searches_survive_changes_and_each_other(guest: Guest, tmp_path: Path) -> None:
    for name in "DEF":
        (tmp_path / f"{name}.X").touch()
    guest.call(0x1A, dx=guest.put(bytes(43), 0x300))
    guest.call(0x4E, cx=0, dx=guest.path("*.X"))
    (tmp_path / "D.X").unlink()
    kept = guest.get(0x300, 21)
    assert found(guest, "*.TXT") == ["A.TXT"]
    guest.put(kept, 0x300)
    guest.call(0x4F)
    assert guest.get(0x300 + 0x1E, 4) == b"E.X\0"
    for _ in range(300):
        guest.start(0x4E, cx=0, dx=guest.path("*.TXT"))
    guest.put(kept, 0x300)
    assert guest.fail(0x4F) == DosError.NO_MORE_FILES


def test_whole_paths(guest: Guest) -> None:
    guest.call(0x3B, dx=guest.path("sub"))
    guest.call(0x60, si=guest.path("..\\x\\longfilename.text"), di=0x200)
    assert guest.get(0x200, 19) == b"C:\\X\\LONGFILE.TEX\0\0"
    guest.call(0x60, si=guest.path("con"), di=0x200)
    assert guest.get(0x200, 7) == b"C:/CON\0"
    assert guest.task.ds == DATA
