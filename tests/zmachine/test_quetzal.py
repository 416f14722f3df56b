"""Quetzal: the standard's details, round trips, damage, and saved games exchanged with frotz."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zmachine import iff, quetzal
from zmachine.iff import Chunk
from zmachine.quetzal import Frame, QuetzalError, Saved

WORDS = st.integers(0, 0xFFFF)
MAIN = Frame(0, 0, 0, (), ())
HEADER = bytes.fromhex("0077 383830343239 bf44 007590")
SAVED = Saved(119, b"880429", 0xBF44, 0x7590, b"\3" + bytes(63), (MAIN,))
ORIGINAL = bytes(64)


def words(most: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(WORDS, max_size=most).map(tuple)


FRAMES = st.builds(
    Frame,
    st.integers(0, 0xFFFFFF),
    st.none() | st.integers(0, 255),
    st.integers(0, 7),
    words(15),
    words(20),
)


@st.composite
def games(draw: st.DrawFn) -> tuple[Saved, bytes]:
    """A saved game and the story's original dynamic memory."""
    original = draw(st.binary(max_size=600))
    size = len(original)
    changed = st.dictionaries(st.integers(0, max(size - 1, 0)), st.integers(0, 255), max_size=9)
    memory = bytearray(original)
    for address, byte in draw(changed).items():
        memory[address : address + 1] = bytes([byte])[: size - address]
    any_memory = st.binary(min_size=size, max_size=size)
    first = draw(FRAMES)
    if original[:1] != b"\x06":
        first = first._replace(locals=(), arguments=0)
    return Saved(
        release=draw(WORDS),
        serial=draw(st.binary(min_size=6, max_size=6)),
        checksum=draw(WORDS),
        pc=draw(st.integers(0, 0xFFFFFF)),
        memory=draw(st.just(bytes(memory)) | any_memory),
        frames=(first, *draw(st.lists(FRAMES, max_size=4))),
    ), original


def file(
    memory: bytes = b"", stacks: bytes = bytes(8), header: bytes = HEADER, id: bytes = b"CMem"
) -> bytes:
    return iff.form(b"IFZS", [Chunk(b"IFhd", header), Chunk(id, memory), Chunk(b"Stks", stacks)])


@given(games(), st.booleans())
def test_round_trip(game: tuple[Saved, bytes], compressed: bool) -> None:
    saved, original = game
    data = quetzal.write(saved, original, compressed=compressed)
    assert quetzal.read(data, original) == saved
    ids = [chunk.id for chunk in iff.chunks(data, b"IFZS")]
    assert ids == [b"IFhd", b"CMem" if compressed else b"UMem", b"Stks"]


@given(games(), st.booleans(), st.data())
def test_random_damage(game: tuple[Saved, bytes], compressed: bool, data: st.DataObject) -> None:
    saved, original = game
    damaged = bytearray(quetzal.write(saved, original, compressed=compressed))
    for _ in range(data.draw(st.integers(0, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.just(len(damaged)) | st.integers(0, len(damaged))) :]
    try:
        read = quetzal.read(bytes(damaged), original)
    except QuetzalError:
        return
    assert len(read.memory) == len(original)
    assert quetzal.read(quetzal.write(read, original), original) == read


@given(st.binary(max_size=80), st.binary(max_size=80), st.sampled_from([b"CMem", b"UMem"]))
def test_random_chunks(memory: bytes, stacks: bytes, id: bytes) -> None:
    try:
        read = quetzal.read(file(memory, stacks, id=id), ORIGINAL)
    except QuetzalError:
        return
    assert quetzal.read(quetzal.write(read, ORIGINAL), ORIGINAL) == read


@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    with pytest.raises(QuetzalError):
        quetzal.read(data, ORIGINAL)


# Dynamic memory


@pytest.mark.parametrize(
    ("difference", "packed"),
    [
        (b"", b""),
        (b"\1\2", b"\1\2"),
        (b"\0\1", b"\0\0\1"),
        (b"\0\0\0\1", b"\0\2\1"),
        (bytes(256) + b"\1", b"\0\xff\1"),
        (bytes(257) + b"\1", b"\0\xff\0\0\1"),
        (b"\1" + bytes(600), b"\1"),
        (bytes(600), b""),
    ],
)
def test_compression(difference: bytes, packed: bytes) -> None:
    original = bytes(range(1, 252)) * 3
    original = original[: len(difference)]
    memory = bytes(a ^ b for a, b in zip(original, difference, strict=True))
    data = quetzal.write(SAVED._replace(memory=memory), original)
    assert iff.chunks(data, b"IFZS")[1].data == packed
    assert quetzal.read(data, original).memory == memory


def test_zeros_at_the_end_may_be_written_or_omitted() -> None:
    original = bytes(range(64))
    expected = bytes([original[0] ^ 5]) + original[1:]
    for packed in (b"\5", b"\5\0\0", b"\5\0\x3e", b"\5" + b"\0\0" * 63):
        assert quetzal.read(file(packed), original).memory == expected


@pytest.mark.parametrize("packed", [b"\0\x40", b"\1" * 65, b"\1\0\x3f", b"\0\xff" * 1000])
def test_compressed_memory_longer_than_the_storys(packed: bytes) -> None:
    with pytest.raises(QuetzalError, match="longer than the story's dynamic memory of 64 bytes"):
        quetzal.read(file(packed), ORIGINAL)


def test_compressed_memory_cut_within_a_run() -> None:
    with pytest.raises(QuetzalError, match="ends within a run"):
        quetzal.read(file(b"\1\0"), ORIGINAL)


@pytest.mark.parametrize("size", [0, 63, 65])
def test_plain_memory_of_another_size(size: int) -> None:
    with pytest.raises(QuetzalError, match=f"UMem has {size} bytes"):
        quetzal.read(file(bytes(size), id=b"UMem"), ORIGINAL)


# The stack


def test_frame_layout() -> None:
    frame = Frame(0x012345, 0x10, 2, (1, 0x8000), (0xFFFF,))
    saved = SAVED._replace(frames=(MAIN, frame, frame._replace(store=None)))
    stacks = iff.chunks(quetzal.write(saved, ORIGINAL), b"IFZS")[2].data
    assert stacks == bytes.fromhex(
        "000000 00 00 00 0000012345 02 10 03 0001 0001 8000 ffff012345 12 00 03 0001 0001 8000 ffff"
    )


def test_the_variable_of_a_discarded_result_does_not_matter() -> None:
    stacks = bytes(8) + bytes.fromhex("000001 10 55 00 0000")
    assert quetzal.read(file(stacks=stacks), ORIGINAL).frames[1] == Frame(1, None, 0, (), ())


def test_main_is_a_routine_in_version_6() -> None:
    main = Frame(0, None, 0, (7, 8), (9,))
    saved = SAVED._replace(frames=(main,))
    version_6 = b"\6" + bytes(63)
    assert quetzal.read(quetzal.write(saved, version_6), version_6).frames == (main,)
    with pytest.raises(QuetzalError, match="no dummy frame"):
        quetzal.write(saved, ORIGINAL)


@pytest.mark.parametrize(
    ("stacks", "message"),
    [
        ("", "no frames"),
        ("000000 00 00 00 00", "byte 0 of Stks is cut short"),
        ("000000 00 00 00 0001", "byte 0 of Stks is cut short"),
        ("000000 00 00 00 ffff 0000", "byte 0 of Stks is cut short"),
        ("000000 00 00 00 0000 00", "byte 8 of Stks is cut short"),
        ("000000 00 00 00 0000 000000 0f 00 00 0000", "byte 8 of Stks is cut short"),
        ("000000 01 00 00 0000 0000", "no dummy frame"),
        ("000000 00 00 01 0000", "no dummy frame"),
        ("000000 20 00 00 0000", r"undefined flags \$20"),
        ("000000 00 00 02 0000", r"argument mask \$02"),
        ("000000 00 00 05 0000", r"argument mask \$05"),
        ("000000 00 00 80 0000", r"argument mask \$80"),
        ("000000 00 00 ff 0000", r"argument mask \$FF"),
    ],
)
def test_damaged_stack(stacks: str, message: str) -> None:
    with pytest.raises(QuetzalError, match=message):
        quetzal.read(file(stacks=bytes.fromhex(stacks)), ORIGINAL)


def test_the_stack_is_bounded() -> None:
    with pytest.raises(QuetzalError, match="at most 1048576 are allowed"):
        quetzal.read(file(stacks=bytes((1 << 20) + 8)), ORIGINAL)
    with pytest.raises(QuetzalError, match="at most 1048576 are allowed"):
        quetzal.write(SAVED._replace(frames=(MAIN,) * ((1 << 17) + 1)), ORIGINAL)


# The file


@pytest.mark.parametrize("size", [0, 12, 14])
def test_header_of_another_size(size: int) -> None:
    with pytest.raises(QuetzalError, match=f"IFhd has {size} bytes, not 13"):
        quetzal.read(file(header=bytes(size)), ORIGINAL)


@pytest.mark.parametrize("missing", ["IFhd", "CMem", "Stks"])
def test_missing_chunk(missing: str) -> None:
    chunks = iff.chunks(file(), b"IFZS")
    data = iff.form(b"IFZS", [chunk for chunk in chunks if chunk.id != missing.encode()])
    with pytest.raises(QuetzalError, match=f"no {missing}"):
        quetzal.read(data, ORIGINAL)


def test_other_and_repeated_chunks_are_passed_over() -> None:
    chunks = iff.chunks(quetzal.write(SAVED, ORIGINAL), b"IFZS")
    others = [Chunk(id, b"anything") for id in (b"IntD", b"ANNO", b"AUTH", b"(c) ", b"Bfhs")]
    repeated = [Chunk(chunk.id, b"not looked at") for chunk in chunks]
    data = iff.form(b"IFZS", [*others, *chunks, *repeated, Chunk(b"UMem", b"nor this")])
    assert quetzal.read(data, ORIGINAL) == SAVED


def test_not_a_saved_game() -> None:
    with pytest.raises(QuetzalError, match="not a saved game: not an IFF file"):
        quetzal.read(b"\3" + bytes(63), ORIGINAL)
    with pytest.raises(QuetzalError, match="of kind IFRS, not IFZS"):
        quetzal.read(iff.form(b"IFRS", []), ORIGINAL)


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        (SAVED._replace(release=0x10000), "release number of 65536"),
        (SAVED._replace(checksum=-1), "checksum of -1"),
        (SAVED._replace(pc=1 << 24), "program counter of 16777216"),
        (SAVED._replace(serial=b"12345"), "serial code of 5 bytes"),
        (SAVED._replace(memory=bytes(63)), "63 bytes of memory"),
        (SAVED._replace(frames=()), "no frames"),
        (SAVED._replace(frames=(MAIN._replace(return_pc=1 << 24),)), "return address"),
        (SAVED._replace(frames=(MAIN._replace(store=256),)), "result variable of 256"),
        (SAVED._replace(frames=(MAIN._replace(stack=(0x10000,)),)), "word of 65536"),
        (SAVED._replace(frames=(MAIN._replace(stack=(0,) * 0x10000),)), "evaluation stack's size"),
        (SAVED._replace(frames=(MAIN, MAIN._replace(locals=(0,) * 16))), "16 locals"),
        (SAVED._replace(frames=(MAIN, MAIN._replace(arguments=8))), "8 arguments"),
        (SAVED._replace(frames=(MAIN, MAIN._replace(arguments=-1))), "-1 arguments"),
    ],
)
def test_values_that_do_not_fit(saved: Saved, message: str) -> None:
    with pytest.raises(QuetzalError, match=message):
        quetzal.write(saved, ORIGINAL)


# The story


def story_header(release: int, serial: bytes, checksum: int) -> bytes:
    header = bytearray(64)
    header[0x02:0x04] = release.to_bytes(2, "big")
    header[0x12:0x18] = serial
    header[0x1C:0x1E] = checksum.to_bytes(2, "big")
    return bytes(header)


def test_check_accepts_its_story() -> None:
    quetzal.check(SAVED, story_header(119, b"880429", 0xBF44))
    quetzal.check(SAVED, story_header(119, b"880429", 0))


@pytest.mark.parametrize(
    "header",
    [
        story_header(118, b"880429", 0xBF44),
        story_header(119, b"880428", 0xBF44),
        story_header(119, b"880429", 0xBF45),
    ],
)
def test_check_refuses_another_story(header: bytes) -> None:
    message = r"saved by another story \(release 119, serial 880429\)"
    with pytest.raises(QuetzalError, match=message):
        quetzal.check(SAVED, header)


def test_check_shows_no_control_characters() -> None:
    with pytest.raises(QuetzalError, match=r"serial \?\[31m\?\)"):
        quetzal.check(SAVED._replace(serial=b"\x1b[31m\xff"), bytes(64))


def test_check_needs_a_header() -> None:
    with pytest.raises(QuetzalError, match="too short"):
        quetzal.check(SAVED, bytes(29))


# Frotz

CORPUS = Path(os.environ.get("ZOO_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
ZORK = CORPUS / "zmachine" / "games" / "zork1-r119.z3"
FROTZ = Path("/usr/games/dfrotz")


def frotz(folder: Path, commands: str) -> str:
    """What frotz prints for Zork I and these lines of input."""
    for needed in (FROTZ, ZORK):
        if not needed.exists():
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{needed} is not there")
    result = subprocess.run(
        [FROTZ, ZORK], input=commands, cwd=folder, capture_output=True, text=True, timeout=60
    )
    return result.stdout


def test_frotz_s_saved_game(tmp_path: Path) -> None:
    frotz(tmp_path, "open mailbox\nsave\ngame.qzl\nquit\ny\n")
    story = ZORK.read_bytes()
    original = story[: int.from_bytes(story[0x0E:0x10], "big")]
    data = (tmp_path / "game.qzl").read_bytes()
    saved = quetzal.read(data, original)

    quetzal.check(saved, story)
    assert (saved.release, saved.serial) == (119, b"880429")
    # Before the program counter, at the branch, stands the opcode of save, 0OP:5.
    assert story[saved.pc - 1] == 0xB5
    main, *calls = saved.frames
    assert main == Frame(0, 0, 0, (), main.stack)
    # Each return address follows a call's store byte, so that is the frame's variable.
    assert calls
    for call in calls:
        assert int.from_bytes(story[0x04:0x06], "big") < call.return_pc < len(story)
        assert call.store == story[call.return_pc - 1]
        assert call.arguments <= len(call.locals)
    # Memory differs from the story's, but not in the story's version or release.
    assert saved.memory != original
    assert saved.memory[:1] == original[:1] and saved.memory[2:4] == original[2:4]
    for compressed in (True, False):
        again = quetzal.write(saved, original, compressed=compressed)
        assert quetzal.read(again, original) == saved
    assert quetzal.write(saved, original) == data


@pytest.mark.parametrize("compressed", [True, False])
def test_frotz_restores_what_is_written(tmp_path: Path, compressed: bool) -> None:
    frotz(tmp_path, "open mailbox\nsave\ngame.qzl\nquit\ny\n")
    story = ZORK.read_bytes()
    original = story[: int.from_bytes(story[0x0E:0x10], "big")]
    saved = quetzal.read((tmp_path / "game.qzl").read_bytes(), original)
    written = tmp_path / "ours.qzl"
    written.write_bytes(quetzal.write(saved, original, compressed=compressed))

    printed = frotz(tmp_path, "restore\nours.qzl\nlook\nquit\ny\n")
    assert "Ok." in printed
    assert "The small mailbox contains:" in printed
