"""What a person sees, whatever is in memory."""

from __future__ import annotations

import random
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pc import Pc

from vm86.bios import data, screen
from vm86.bios.cp437 import CHARACTERS, CODES, decode
from vm86.bios.font import font8, font14, font16
from vm86.bios.modes import MODES
from vm86.bios.png import Picture, png


def test_what_is_written_to_memory_is_seen() -> None:
    pc = Pc()
    pc.task.write(0xB8000, b"\xc9\x1f\xcd\x1e\x01\x0a")
    rows = screen.cells(pc.task, pc.video.adapter)
    assert rows[0][:3] == [("╔", 0x1F), ("═", 0x1E), ("☺", 0x0A)]
    assert (len(rows), len(rows[0])) == (25, 80)


def pixel(picture: Picture, x: int, y: int) -> tuple[int, ...]:
    at = 3 * (picture.width * y + x)
    return tuple(picture.pixels[at : at + 3])


def test_text_is_drawn_in_its_colours() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0100, cx=0x2000)
    pc.task.write(0xB8000, b"\xdb\x1e\x20\x1e\xdb\x9e")
    seen = screen.picture(pc.task, pc.video.adapter)
    assert (seen.width, seen.height) == (640, 400)
    assert pixel(seen, 0, 0) == (255, 255, 85)
    assert pixel(seen, 8, 0) == (0, 0, 170)
    assert pixel(seen, 16, 0) == (255, 255, 85)
    dark = screen.picture(pc.task, pc.video.adapter, blink=False)
    assert pixel(dark, 16, 0) == (0, 0, 170)
    pc.call(0x10, ax=0x1003, bx=0)  # a bright background instead
    pc.task.write(0xB8000, b"\x20\x9e")
    assert pixel(screen.picture(pc.task, pc.video.adapter), 0, 0) == (85, 85, 255)


def test_the_cursor_is_drawn() -> None:
    pc = Pc()
    seen = screen.picture(pc.task, pc.video.adapter)
    assert [pixel(seen, 0, y) for y in (11, 12, 15, 16)] == [
        *((0, 0, 0), (170, 170, 170), (170, 170, 170), (0, 0, 0))
    ]
    hidden = screen.picture(pc.task, pc.video.adapter, blink=False)
    assert pixel(hidden, 0, 15) == (0, 0, 0)


def test_frames_are_drawn() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0004)
    pc.task.write(0xB8000, b"\x1b")
    pc.task.write(0xBA000, b"\xc0")
    seen = screen.picture(pc.task, pc.video.adapter)
    row = [pixel(seen, x, 0) for x in range(4)]
    assert row == [(0, 0, 0), (85, 255, 255), (255, 85, 255), (255, 255, 255)]
    assert pixel(seen, 0, 1) == (255, 255, 255)
    pc.call(0x10, ax=0x0013)
    pc.task.write(0xA0000 + 320, b"\x28")
    assert pixel(screen.picture(pc.task, pc.video.adapter), 0, 1) == (255, 0, 0)
    pc.ports.write(0x3C8, 1, 0x28)
    for value in (0, 63, 0):
        pc.ports.write(0x3C9, 1, value)
    assert pixel(screen.picture(pc.task, pc.video.adapter), 0, 1) == (0, 255, 0)


def test_the_start_address_moves_what_is_seen() -> None:
    pc = Pc()
    pc.type("one\r\ntwo")
    pc.ports.write(0x3D4, 2, 80 << 8 | 0x0D)
    assert screen.text(pc.task, pc.video.adapter).startswith("two\n")


def test_monochrome_has_no_colours() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0007)
    pc.task.write(0xB0000, b"\xdb\x01\xdb\x70\xdb\x00\xdb\x0f")
    seen = screen.picture(pc.task, pc.video.adapter)
    shades = [pixel(seen, 8 * k, 0)[0] for k in range(4)]
    assert shades == [170, 0, 0, 255]


@given(st.integers(), st.sampled_from([*MODES, 0x12, 0x7F, 0xFF]), st.integers(0, 255))
def test_any_memory_gives_a_picture(seed: int, number: int, byte: int) -> None:
    pc = Pc()
    chance = random.Random(seed)
    pc.task.memory[:0x500] = chance.randbytes(0x500)
    pc.task.memory[0xA0000:0xC0000] = chance.randbytes(0x100) * 0x200
    for _ in range(100):
        pc.ports.write(chance.randrange(0x3B0, 0x3E0), 2, chance.randrange(0x10000))
    data.set_byte(pc.task, data.VIDEO_MODE, number)
    data.set_byte(pc.task, data.CHARACTER_HEIGHT, byte)
    seen = screen.picture(pc.task, pc.video.adapter)
    mode = MODES.get(number & 0x7F, MODES[3])
    assert seen.width == mode.width
    assert len(seen.pixels) == 3 * seen.width * seen.height
    if mode.bits:
        assert seen.height == mode.height
    else:
        rows = screen.cells(pc.task, pc.video.adapter)
        assert seen.height // len(rows) in (8, 14, 16)
        assert {len(row) for row in rows} == {mode.columns}
    text = screen.text(pc.task, pc.video.adapter)
    assert not any(ord(char) < 32 and char != "\n" for char in text)
    at = screen.cursor(pc.task, pc.video.adapter)
    assert at is None or (at.row < 60 and at.column < mode.columns)


def chunks(file: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    at = 8
    while at < len(file):
        (size,) = struct.unpack(">I", file[at : at + 4])
        kind, content = file[at + 4 : at + 8], file[at + 8 : at + 8 + size]
        (check,) = struct.unpack(">I", file[at + 8 + size : at + 12 + size])
        assert check == zlib.crc32(kind + content)
        found[kind] = content
        at += 12 + size
    return found


def test_a_picture_is_written_as_png() -> None:
    file = png(Picture(2, 2, bytes(range(12))))
    found = chunks(file)
    assert file.startswith(b"\x89PNG\r\n\x1a\n")
    assert found[b"IHDR"] == struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    rows = zlib.decompress(found[b"IDAT"])
    assert rows == b"\0" + bytes(range(6)) + b"\0" + bytes(range(6, 12))


def test_the_fonts_have_all_characters() -> None:
    assert (len(font8()), len(font14()), len(font16())) == (2048, 3584, 4096)
    glyphs = [font8()[8 * code : 8 * code + 8] for code in range(256)]
    assert [code for code in range(256) if not any(glyphs[code])] == [0, 32, 255]
    assert len(set(glyphs[32:127])) == 95


@pytest.mark.parametrize("char", "┼╬╫╪")
def test_lines_meet_those_of_the_next_cell(char: str) -> None:
    glyph = font8()[8 * CODES[char] : 8 * CODES[char] + 8]
    assert glyph[0] == glyph[7] != 0
    assert [row & 1 for row in glyph] == [row >> 7 for row in glyph]


def test_the_characters_are_those_of_code_page_437() -> None:
    assert len(set(CHARACTERS)) == 255  # 0 and 32 are blank
    assert all(decode(bytes([code])) == char for char, code in CODES.items())
    assert CODES["A"] == 65 and CODES["é"] == 130
