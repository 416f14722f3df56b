"""IFF: the examples of EA IFF 85's layout rules, round trips and damage."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zmachine import iff
from zmachine.iff import Chunk, IFFError

IDS = st.lists(st.integers(0x20, 0x7E), min_size=4, max_size=4).map(bytes)
CHUNKS = st.lists(st.builds(Chunk, IDS, st.binary(max_size=40)), max_size=8)


def test_layout() -> None:
    data = iff.form(b"IFZS", [Chunk(b"ABCD", b"odd"), Chunk(b"(c) ", b"even")])
    assert data == (b"FORM\0\0\0\x1cIFZSABCD\0\0\0\x03odd\0(c) \0\0\0\x04even")
    assert iff.chunks(data, b"IFZS") == [
        Chunk(b"ABCD", b"odd", 12),
        Chunk(b"(c) ", b"even", 24),
    ]


def test_a_form_may_be_empty() -> None:
    assert iff.chunks(iff.form(b"IFZS", []), b"IFZS") == []


def test_bytes_after_the_form_are_ignored() -> None:
    data = iff.form(b"IFZS", [Chunk(b"ABCD", b"x")])
    assert iff.chunks(data + b"spurious tail", b"IFZS") == iff.chunks(data, b"IFZS")


def test_the_last_pad_byte_may_be_missing() -> None:
    assert iff.chunks(b"FORM\0\0\0\x0dIFZSABCD\0\0\0\x01x", b"IFZS") == [Chunk(b"ABCD", b"x", 12)]


def test_a_form_within_a_form_is_a_chunk() -> None:
    inner = iff.form(b"AIFF", [Chunk(b"COMM", b"12")])
    data = iff.form(b"IFRS", [Chunk(b"FORM", inner[8:])])
    assert iff.chunks(data, b"IFRS") == [Chunk(b"FORM", inner[8:], 12)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no FORM"),
        (b"FORM\0\0\0\x04IFZ", "no FORM"),
        (b"LIST\0\0\0\x04IFZS", "no FORM"),
        (b"FORM\0\0\0\x04IFRS", "of kind IFRS, not IFZS"),
        (b"FORM\0\0\0\x04\x1b[2J", r"of kind \?\[2J"),
        (b"FORM\0\0\0\x05IFZS", "cut short: the FORM has 13 bytes, the file 12"),
        (b"FORM\xff\xff\xff\xffIFZS", "cut short"),
        (b"FORM\0\0\0\x0bIFZSABCD\0\0\0", "chunk at byte 12 is cut short"),
        (b"FORM\0\0\0\x0dIFZSABCD\0\0\0\x02x", "ABCD at byte 12 has 2 bytes: 1 are left"),
        (b"FORM\0\0\0\x0dIFZSABCD\xff\xff\xff\xffx", "1 are left"),
        (b"FORM\0\0\0\x0cIFZSAB\nD\0\0\0\0", r"not an IFF ID: AB\?D"),
    ],
)
def test_damage(data: bytes, message: str) -> None:
    with pytest.raises(IFFError, match=message):
        iff.chunks(data, b"IFZS")


def test_the_number_of_chunks_is_bounded() -> None:
    chunk = Chunk(b"ABCD", b"")
    assert len(iff.chunks(iff.form(b"IFZS", [chunk] * iff.MAX_CHUNKS), b"IFZS")) == iff.MAX_CHUNKS
    with pytest.raises(IFFError, match="more than 65536 chunks"):
        iff.chunks(iff.form(b"IFZS", [chunk] * (iff.MAX_CHUNKS + 1)), b"IFZS")


@pytest.mark.parametrize("id", [b"ABC", b"ABCDE", b"ABC\n", b"ABC\xe9"])
def test_bad_ids_are_not_written(id: bytes) -> None:
    with pytest.raises(IFFError, match="not an IFF ID"):
        iff.form(b"IFZS", [Chunk(id, b"")])
    with pytest.raises(IFFError, match="not an IFF ID"):
        iff.form(id, [])


@given(IDS, CHUNKS)
def test_round_trip(kind: bytes, chunks: list[Chunk]) -> None:
    data = iff.form(kind, chunks)
    read = iff.chunks(data, kind)
    assert [(chunk.id, chunk.data) for chunk in read] == [(c.id, c.data) for c in chunks]
    assert all(data[chunk.offset :].startswith(chunk.id) for chunk in read)
    assert len(data) % 2 == 0


@given(CHUNKS, st.data())
def test_random_damage(chunks: list[Chunk], data: st.DataObject) -> None:
    damaged = bytearray(iff.form(b"IFZS", chunks))
    for _ in range(3):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.integers(0, len(damaged))) :]
    try:
        read = iff.chunks(bytes(damaged), b"IFZS")
    except IFFError:
        return
    assert sum(8 + len(chunk.data) for chunk in read) <= len(damaged)


@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    with suppress(IFFError):
        iff.chunks(b"FORM" + (4 + len(data)).to_bytes(4, "big") + b"IFZS" + data, b"IFZS")
