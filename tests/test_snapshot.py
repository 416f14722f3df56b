"""Snapshots: the same bytes come back, damage is refused."""

from __future__ import annotations

import zlib
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zmachine.registers import SP
from zmachine.story import load
from zoo.layout import PAGE, Guest
from zoo.snapshot import DIGEST, HEAD, MAGIC, Snapshot, SnapshotError

STORY = Path(__file__).parent.parent / "stories" / "museum.z5"
IMAGE = STORY.read_bytes()


@pytest.fixture
def guest() -> Guest:
    return load(IMAGE)


def test_restoring_gives_the_same_bytes(guest: Guest) -> None:
    before = guest.buffer[:]
    snapshot = Snapshot.take(guest)
    guest.state.r[SP] = 77
    guest.buffer[guest.layout.size - 1] = 9  # where the snapshot has no page
    guest.buffer[guest.layout["mem"].offset] = 0xEE
    assert Snapshot.take(guest) != snapshot
    snapshot.restore(guest)
    assert guest.buffer[:] == before
    assert Snapshot.take(guest) == snapshot


def test_unchanged_pages_are_shared(guest: Guest) -> None:
    first = Snapshot.take(guest)
    guest.state.r[SP] = 77
    second = Snapshot.take(guest, first)
    different = [n for n, page in second._pages.items() if page is not first._pages.get(n)]
    assert different == [guest.layout["r"].offset // PAGE]


def test_difference_names_registers_and_places(guest: Guest) -> None:
    first = Snapshot.take(guest)
    guest.state.r[SP] += 1
    guest.buffer[guest.layout["mem"].offset + 0x1234] ^= 0xFF
    found = Snapshot.take(guest).difference(first, guest)
    assert [(d.arena, d.index, d.register) for d in found] == [("r", SP, "SP"), ("mem", 0x1234, "")]
    assert str(found[0]) == "SP: 0x5 and 0x4"
    assert str(found[1]).startswith("mem[0x1234]: ")
    assert len(Snapshot.take(guest).difference(first, guest, most=1)) == 1


def test_a_file_holds_a_snapshot(guest: Guest, tmp_path: Path) -> None:
    snapshot = Snapshot.take(guest)
    path = tmp_path / "new" / "one.zoo"
    snapshot.save(path)
    assert list(path.parent.iterdir()) == [path]
    other = load(IMAGE)
    other.state.r[SP] = 99
    Snapshot.load(path, other).restore(other)
    assert other.buffer[:] == guest.buffer[:]


def test_another_guest_is_refused(guest: Guest) -> None:
    data = Snapshot.take(guest).to_bytes()
    with pytest.raises(SnapshotError, match="another image"):
        Snapshot.from_bytes(data, load(IMAGE[:-1] + b"!"))
    stranger = load(IMAGE)
    stranger.machine = "toy"
    with pytest.raises(SnapshotError, match="machine 'zmachine', not 'toy'"):
        Snapshot.from_bytes(data, stranger)
    with pytest.raises(SnapshotError, match="machine"):
        Snapshot.take(guest).restore(stranger)


def test_missing_and_foreign_files_are_refused(guest: Guest, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="can't be read"):
        Snapshot.load(tmp_path / "none", guest)
    with pytest.raises(SnapshotError, match="not a snapshot"):
        Snapshot.from_bytes(IMAGE, guest)
    with pytest.raises(SnapshotError, match="too short"):
        Snapshot.from_bytes(MAGIC, guest)


def signed(data: bytes) -> bytes:
    return data + sha256(data).digest()


def test_another_version_is_refused(guest: Guest) -> None:
    data = bytearray(Snapshot.take(guest).to_bytes()[:-DIGEST])
    data[8] = 99
    with pytest.raises(SnapshotError, match="version 99"):
        Snapshot.from_bytes(signed(bytes(data)), guest)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0" * 5,
        b"\0" * (1 << 26),  # a bomb
        b"\xff\xff\xff\xff" + bytes(PAGE),
        (b"\1\0\0\0" + bytes(PAGE)) * 2,
        b"\0\0\0\0" + bytes(PAGE),
    ],
)
def test_hostile_bodies_are_refused(guest: Guest, raw: bytes) -> None:
    body = zlib.compress(raw)
    head = Snapshot.take(guest).to_bytes()[: HEAD.size - 4] + len(body).to_bytes(4, "little")
    with pytest.raises(SnapshotError, match="damaged"):
        Snapshot.from_bytes(signed(head + body), guest)


GUEST = load(IMAGE)
FILE = Snapshot.take(GUEST).to_bytes()


@settings(max_examples=200)
@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_any_damaged_byte_is_noticed(place: int, flip: int) -> None:
    data = bytearray(FILE)
    data[place] ^= flip
    with pytest.raises(SnapshotError):
        Snapshot.from_bytes(bytes(data), GUEST)


@settings(max_examples=100)
@given(st.integers(0, len(FILE) - 1), st.binary(max_size=64))
def test_any_cut_or_grown_file_is_noticed(length: int, tail: bytes) -> None:
    data = FILE[:length] + tail
    if data != FILE:
        with pytest.raises(SnapshotError):
            Snapshot.from_bytes(data, GUEST)
