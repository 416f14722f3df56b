"""Damaged programs and wild paths: refused, and nothing outside a drive is touched."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from dosguest import DATA, Guest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vm86.dos import programs
from vm86.dos.errors import Failure
from vm86.task import linear, set_word

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
WORD = st.one_of(
    st.sampled_from([0, 1, 2, 0x1C, 0x20, 0x1FF, 0x200, 0xFFFF]), st.integers(0, 0xFFFF)
)
HEADER = st.lists(WORD, min_size=13, max_size=13).map(
    lambda words: b"MZ" + b"".join(word.to_bytes(2, "little") for word in words)
)
EXE = st.builds(bytes.__add__, HEADER, st.binary(max_size=2000)) | st.binary(max_size=600).map(
    lambda rest: b"MZ" + rest
)
LARGEST = 16 << 20  # bytes that loading may take of the host's memory


@given(EXE)
@example(b"MZ")
@example(b"MZ" + b"\xff" * 26 + bytes(4 * 0xFFFF))
def test_headers(data: bytes) -> None:
    tracemalloc.start()
    try:
        program = programs.parse(data)
        assert len(program.image) <= len(data)
        programs.relocated(program, 0xFFFF)
    except Failure:
        pass
    finally:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < LARGEST


@settings(suppress_health_check=SHARED)
@given(st.lists(st.tuples(EXE, st.sampled_from([0, 1, 3]), WORD, WORD), min_size=1, max_size=6))
def test_programs_that_start_programs(
    tmp_path: Path, loads: list[tuple[bytes, int, int, int]]
) -> None:
    """Loaded over each other and over DOS, with any parameters; then all of them end."""
    guest = Guest(tmp_path)
    for data, way, segment, factor in loads:
        (tmp_path / "X.EXE").write_bytes(data)
        guest.put(segment.to_bytes(2, "little") + factor.to_bytes(2, "little") * 6, 0x200)
        guest.task.went = None
        guest.start(0x4B00 | way, dx=guest.path("X.EXE"), bx=0x200)
        if guest.task.went is not None:
            guest.enter()
        if guest.dos.exit_code is not None:
            break
    for _ in range(len(loads) + 1):
        guest.start(0x4C00)
    guest.dos.close()


# Paths


CANARY = "CANARY.TXT"
WILD = (
    *("..", ".", "A", "a", "SUB", "LINK", "OUT", CANARY, "CON", "NUL", "AUX.TXT", "*", "?", "*.*"),
    *("LONGNAME~1", "A" * 80, "a.b.c", "", " ", "C:", "D:", "X:", "é", "\x7f", "~", "etc"),
)
PART = st.sampled_from(WILD) | st.text(
    st.characters(codec="cp437", exclude_characters="\0"), max_size=14
)
PATHS = st.builds(
    lambda start, parts, sign: start + sign.join(parts),
    st.sampled_from(["", "\\", "/", "C:", "C:\\", "c:/", "\\\\", "..\\", "D:\\", "//host/share/"]),
    st.lists(PART, min_size=1, max_size=6),
    st.sampled_from(["\\", "/"]),
)
# Functions that take a path at DS:DX, with what AL and CX may be.
CALLS = st.tuples(
    st.sampled_from([0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x41, 0x43, 0x4B, 0x4E, 0x56, 0x5A, 0x5B, 0x60]),
    st.integers(0, 3),
    st.integers(0, 0x3F),
    PATHS,
    PATHS,
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder `inside`, with links out of it and names that are hard on DOS, beside others."""
    root = tmp_path_factory.mktemp("world")
    for name in ("inside", "inside/sub", "outside"):
        (root / name).mkdir()
    (root / CANARY).write_bytes(b"alive")
    (root / "outside" / CANARY).write_bytes(b"alive")
    inside = root / "inside"
    (inside / "LINK").symlink_to(root / "outside")
    (inside / "OUT").symlink_to(root / CANARY)
    (inside / "sub" / "UP").symlink_to("..")
    (inside / "LOOP").symlink_to("LOOP")
    os.mkfifo(inside / "PIPE")
    for name in (
        "Readme.txt",
        "README.TXT",
        "readme.TXT",
        "a very long name.text",
        "ünïcode",
        "con",
    ):
        (inside / name).write_bytes(b"text")
    yield root


def tree(root: Path) -> dict[str, object]:
    """All that is outside of `inside`."""
    found: dict[str, object] = {}
    for folder, folders, files in os.walk(root):
        if Path(folder) == root:
            folders.remove("inside")
        for name in (*folders, *files):
            path = Path(folder, name)
            about = path.lstat()
            kept = path.read_bytes() if path.is_file() else b""
            found[str(path)] = (about.st_mode, about.st_size, about.st_mtime_ns, kept)
    return found


@settings(max_examples=150, suppress_health_check=SHARED)
@given(st.lists(CALLS, min_size=1, max_size=10))
def test_paths(world: Path, calls: list[tuple[int, int, int, str, str]]) -> None:
    before = tree(world)
    guest = Guest(world / "inside")
    for function, al, cx, path, other in calls:
        guest.put(other.encode("cp437", "replace")[:126] + b"\0", 0x400)
        guest.put(path.encode("cp437", "replace")[:126] + b"\0", 0x100)
        guest.task.went = None
        guest.start(function << 8 | al, cx=cx, dx=0x100, si=0x100, di=0x400, bx=0x600)
        if guest.dos.exit_code is not None:
            break
        handle = guest.task.ax
        if function in (0x3C, 0x3D, 0x5A, 0x5B) and not guest.carry:
            guest.put(b"written", 0x800)
            guest.start(0x40, bx=handle, cx=7, dx=0x800)
            guest.start(0x57, bx=handle, cx=0, dx=0x21)
            guest.start(0x3E, bx=handle)
        if guest.task.went is not None:
            guest.enter()
    guest.dos.close()
    assert tree(world) == before


@settings(max_examples=100, suppress_health_check=SHARED)
@given(
    st.lists(st.tuples(st.integers(0x0F, 0x29), st.binary(min_size=44, max_size=44)), max_size=8)
)
def test_control_blocks(world: Path, calls: list[tuple[int, bytes]]) -> None:
    before = tree(world)
    guest = Guest(world / "inside")
    for function, block in calls:
        guest.put(block, 0x100)
        set_word(guest.task, linear(DATA, 0x100 + 0x0E), 128)
        guest.start(function, dx=0x100, cx=3, si=0x100, di=0x400)
    guest.dos.close()
    assert tree(world) == before
