"""The host's side: its clock, and what its file system may refuse."""

import datetime
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from dosguest import Guest
from hypothesis import given
from hypothesis import strategies as st

from vm86.dos import clock
from vm86.dos.errors import DosError, Failure, extended


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    (tmp_path / "A.TXT").write_bytes(b"some text")
    return Guest(tmp_path)


def refuse(code: int) -> Callable[..., NoReturn]:
    def call(*arguments: object, **options: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    return call


@given(st.datetimes(datetime.datetime(1980, 1, 1), datetime.datetime(2107, 12, 31)))
def test_dates_in_words(moment: datetime.datetime) -> None:
    even = moment.replace(second=moment.second // 2 * 2, microsecond=0)
    assert clock.unpack(*clock.pack(moment)) == even


@pytest.mark.parametrize("year", [1, 1979, 2108, 9999])
def test_years_that_dos_has_not(year: int) -> None:
    date, _ = clock.pack(datetime.datetime(year, 6, 1))
    assert 1980 + (date >> 9) == (1980 if year < 1980 else 2107)


@pytest.mark.parametrize("seconds", [-1e30, -1e12, 1e12, 1e30, float("inf"), float("nan")])
def test_any_time_stamp(seconds: float) -> None:
    date, time = clock.pack(clock.local(seconds))
    assert 0 <= date <= 0xFFFF
    assert 0 <= time <= 0xFFFF


def test_a_time_before_the_hosts() -> None:
    assert isinstance(clock.seconds(datetime.datetime.min), float)


def test_a_full_disk(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = guest.open("a.txt", 2)
    monkeypatch.setattr(os, "pwrite", refuse(errno.ENOSPC))
    assert guest.write(handle, b"more") == 0


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (errno.EIO, DosError.GENERAL_FAILURE),
        (errno.EACCES, DosError.ACCESS_DENIED),
        (errno.EROFS, DosError.ACCESS_DENIED),
    ],
)
def test_refusals(
    guest: Guest, monkeypatch: pytest.MonkeyPatch, code: int, error: DosError
) -> None:
    handle = guest.open("a.txt", 2)
    calls = {"pread": (0x3F, handle), "pwrite": (0x40, handle), "fstat": (0x4202, handle),
             "ftruncate": (0x40, handle), "scandir": (0x4E, 0), "unlink": (0x41, 0),
             "mkdir": (0x39, 0), "dup": (0x4300, 0)}  # fmt: skip
    for name, (function, bx) in calls.items():
        size = 0 if name in ("ftruncate", "fstat", "scandir") else 1
        text = "B" if name == "mkdir" else "A.TXT"
        with monkeypatch.context() as patch:
            patch.setattr(os, name, refuse(code))
            assert guest.fail(function, bx=bx, cx=size, dx=guest.path(text)) == error, name
    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", refuse(code))
        guest.start(0x0F, dx=guest.put(b"\0A       TXT" + bytes(25)))
        assert guest.task.al == 0xFF


def test_a_file_that_vanishes(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", refuse(errno.ENOENT))
        assert guest.fail(0x4E, cx=0, dx=guest.path("*.*")) == DosError.NO_MORE_FILES


def test_files_that_cannot_be_stamped_are_closed(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = guest.open("a.txt", 2)
    guest.write(handle, b"S")
    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(os, "utime", refuse(errno.EPERM))
    guest.call(0x3E, bx=handle)
    assert len(os.listdir("/proc/self/fd")) == before - 1


def test_after_the_end(guest: Guest) -> None:
    """Whatever still calls gets errors."""
    guest.dos.close()
    assert guest.fail(0x3D00, dx=guest.path("a.txt")) == DosError.GENERAL_FAILURE
    guest.start(0x36, dx=0)
    assert guest.task.ax == 0xFFFF


def test_every_error_is_described() -> None:
    for code in DosError:
        assert all(0 < value < 256 for value in extended(code))


def test_failures_name_their_code() -> None:
    assert str(Failure(DosError.FILE_NOT_FOUND)) == "FILE_NOT_FOUND"
