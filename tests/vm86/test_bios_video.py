"""INT 10h, on the task's memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pc import Pc

from vm86.bios import data, output, rom, screen
from vm86.bios.modes import MODES

TEXT = 0xB8000


def lines(pc: Pc) -> list[str]:
    return screen.text(pc.task, pc.video.adapter).split("\n")[:-1]


def cursor(pc: Pc, page: int = 0) -> tuple[int, int]:
    pc.call(0x10, ax=0x0300, bx=page << 8)
    return pc.task.dh, pc.task.dl


def test_power_on_gives_mode_3() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0F00)
    assert (pc.task.al, pc.task.ah, pc.task.bh) == (3, 80, 0)
    assert pc.task.read(TEXT, 4) == b" \x07 \x07"
    assert pc.task.read(data.LAST_ROW, 2) == bytes((24, 16))


@pytest.mark.parametrize("number", MODES)
def test_a_mode_is_set_and_cleared(number: int) -> None:
    pc = Pc()
    mode = MODES[number]
    pc.task.write(mode.address, b"\xaa" * 100)
    pc.call(0x10, ax=number)
    pc.call(0x10, ax=0x0F00)
    assert (pc.task.al, pc.task.ah) == (number, mode.columns)
    assert pc.task.read(mode.address, 2) == (b"\0\0" if mode.bits else b" \x07")


def test_a_mode_may_keep_its_memory() -> None:
    pc = Pc()
    pc.task.write(TEXT, b"A\x1f")
    pc.call(0x10, ax=0x0083)
    assert pc.task.read(TEXT, 2) == b"A\x1f"
    pc.call(0x10, ax=0x0F00)
    assert pc.task.al == 0x83


def test_a_mode_that_is_not_there_changes_nothing() -> None:
    pc = Pc()
    before = bytes(pc.task.memory)
    pc.call(0x10, ax=0x0012)
    assert bytes(pc.task.memory) == before


def test_teletype_moves_the_cursor_and_scrolls() -> None:
    pc = Pc()
    pc.type("ab\bc\r\nx" + "\n" * 24 + "\ry")
    assert cursor(pc) == (24, 1)
    assert lines(pc)[0] == "x"
    assert lines(pc)[24] == "y"
    pc.type("\a")
    assert pc.video.bells == 1


def test_teletype_wraps_at_the_end_of_a_row() -> None:
    pc = Pc()
    pc.type("x" * 81)
    assert lines(pc)[:2] == ["x" * 80, "x"]
    assert cursor(pc) == (1, 1)


def test_teletype_scrolls_in_the_colour_of_the_last_row() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0600, bx=0x1E00, cx=0, dx=0x184F)
    pc.call(0x10, ax=0x0200, bx=0, dx=0x1800)
    pc.type("\n")
    assert pc.task.read(TEXT + 24 * 160, 2) == b" \x1e"


@given(
    st.sampled_from((1, 3, 6, 7)),
    st.tuples(st.integers(0, 60), st.integers(0, 100)),
    st.lists(
        st.sampled_from((b"x" * 50, b"abc", b"\t", b"\r\n", b"\n", b"\b", b"\a")), max_size=40
    ),
)
def test_many_characters_are_as_one_after_the_other(
    mode: int, at: tuple[int, int], pieces: list[bytes]
) -> None:
    text = b"".join(pieces)
    left, right = Pc(), Pc()
    for pc in (left, right):
        pc.call(0x10, ax=mode)
        pc.task.write(MODES[mode].address, bytes(k * 7 & 0xFF for k in range(4000)))
        output.set_cursor(pc.task, pc.video.adapter, 0, *at)
    rung = output.write(left.task, left.video.adapter, 0, text, None)
    assert rung == sum(
        output.write(right.task, right.video.adapter, 0, bytes([code]), None) for code in text
    )
    assert left.task.memory == right.task.memory
    assert left.video.adapter.crtc == right.video.adapter.crtc


def test_cells_are_written_and_read() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0200, bx=0, dx=0x0203)
    pc.call(0x10, ax=0x0941, bx=0x001E, cx=3)
    pc.call(0x10, ax=0x0A42, bx=0x0000, cx=1)
    assert pc.task.read(TEXT + 2 * (2 * 80 + 3), 8) == b"B\x1eA\x1eA\x1e \x07"
    pc.call(0x10, ax=0x0800, bx=0)
    assert pc.task.ax == 0x1E42
    assert cursor(pc) == (2, 3)


def test_a_window_scrolls() -> None:
    pc = Pc()
    for row in range(25):
        pc.task.write(TEXT + 160 * row, bytes((0x41 + row, 7)) * 80)
    pc.call(0x10, ax=0x0602, bx=0x1700, cx=0x0501, dx=0x0902)
    assert [line[1] for line in lines(pc)[4:11]] == ["E", "H", "I", "J", " ", " ", "K"]
    assert lines(pc)[5][:4] == "FHHF"
    pc.call(0x10, ax=0x0701, bx=0x1700, cx=0x0501, dx=0x0902)
    assert [line[1] for line in lines(pc)[4:11]] == ["E", " ", "H", "I", "J", " ", "K"]
    pc.call(0x10, ax=0x0600, bx=0x1700, cx=0x0501, dx=0x09FF)
    assert lines(pc)[5] == "F"


def test_pages_are_apart() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0200, bx=0x0100, dx=0x0102)
    pc.call(0x10, ax=0x0958, bx=0x0107, cx=1)
    assert pc.task.read(TEXT + 0x1000 + 164, 1) == b"X"
    assert lines(pc)[1] == ""
    pc.call(0x10, ax=0x0501)
    assert lines(pc)[1] == "  X"
    at = screen.cursor(pc.task, pc.video.adapter)
    assert at is not None and (at.row, at.column) == (1, 2)
    assert cursor(pc, 0) == (0, 0)


def test_the_cursor_has_a_shape() -> None:
    pc = Pc()
    at = screen.cursor(pc.task, pc.video.adapter)
    assert at == (0, 0, 12, 15)
    pc.call(0x10, ax=0x0100, cx=0x0007)
    at = screen.cursor(pc.task, pc.video.adapter)
    assert at == (0, 0, 0, 15)
    pc.call(0x10, ax=0x0100, cx=0x2607)
    assert screen.cursor(pc.task, pc.video.adapter) is None
    pc.call(0x10, ax=0x0300, bx=0)
    assert pc.task.cx == 0x2607


@pytest.mark.parametrize(("number", "most"), [(4, 3), (6, 1), (0x13, 255)])
def test_pixels_are_written_and_read(number: int, most: int) -> None:
    pc = Pc()
    pc.call(0x10, ax=number)
    width = MODES[number].width
    for x, y in ((0, 0), (width - 1, 199), (13, 77)):
        pc.call(0x10, ax=0x0C00 | most & 0x7F, cx=x, dx=y)
        pc.call(0x10, ax=0x0D00, cx=x, dx=y)
        assert pc.task.al == most & 0x7F
        pc.call(0x10, ax=0x0D00, cx=x ^ 1, dx=y)
        assert pc.task.al == 0
    pc.call(0x10, ax=0x0C01, cx=width, dx=0)
    pc.call(0x10, ax=0x0D00, cx=0, dx=1)
    assert pc.task.al == 0


def test_pixels_may_be_combined() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0004)
    pc.call(0x10, ax=0x0C03, cx=5, dx=5)
    pc.call(0x10, ax=0x0C81, cx=5, dx=5)
    pc.call(0x10, ax=0x0D00)
    assert pc.task.al == 2


@pytest.mark.parametrize("number", [4, 5, 6, 0x13])
def test_characters_are_drawn_and_read(number: int) -> None:
    pc = Pc()
    pc.call(0x10, ax=number)
    pc.type("Hi é\r\n", 1)
    assert lines(pc)[0] == "Hi é"
    pc.call(0x10, ax=0x0200, bx=0, dx=0x0001)
    pc.call(0x10, ax=0x0800, bx=0)
    assert pc.task.al == ord("i")
    pc.call(0x10, ax=0x0200, bx=0, dx=0x1800)
    pc.type("\nlast", 1)
    assert lines(pc)[24] == "last"
    assert lines(pc)[0] == ""
    pc.call(0x10, ax=0x0701, bx=0, cx=0, dx=0x1827)
    assert lines(pc)[24] == ""
    pc.call(0x10, ax=0x0600, bx=0, cx=0, dx=0xFFFF)
    assert set(pc.task.read(MODES[number].address, 0x4000)) == {0}


def test_a_program_may_bring_its_own_glyphs() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0013)
    pc.task.write(0x30000, b"\xff" * 8 * 128)
    pc.call(0x10, ax=0x1120, es=0x3000, bp=0)
    pc.call(0x10, ax=0x09FE, bx=0x0009, cx=1)
    assert pc.task.read(0xA0000, 9) == b"\x09" * 8 + b"\0"


def test_fonts_are_where_programs_look() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x1130, bx=0x0300)
    assert (pc.task.es, pc.task.bp, pc.task.cx, pc.task.dl) == (0xF000, 0xFA6E, 16, 24)
    glyph = pc.task.read(0xFFA6E + 8 * ord("A"), 8)
    pc.call(0x10, ax=0x1130, bx=0x0600)
    at = (pc.task.es << 4) + pc.task.bp
    assert pc.task.read(at + 16 * ord("A"), 16)[::2] == glyph
    assert pc.task.read(0xFFFFE, 1) == bytes([rom.AT])


def test_a_lower_font_gives_more_rows() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x1112, bx=0)
    pc.call(0x10, ax=0x0200, bx=0, dx=0x3100)
    pc.type("at the end")
    assert len(lines(pc)) == 50
    assert lines(pc)[49] == "at the end"
    pc.call(0x10, ax=0x0003)
    assert len(lines(pc)) == 25


def test_strings_are_written() -> None:
    pc = Pc()
    pc.task.write(0x30000, b"one\r\ntwo")
    pc.call(0x10, ax=0x1301, bx=0x001E, cx=8, dx=0x0105, es=0x3000, bp=0)
    assert lines(pc)[1:3] == ["     one", "two"]
    assert cursor(pc) == (2, 3)
    pc.task.write(0x30000, b"x\x12y\x34")
    pc.call(0x10, ax=0x1302, bx=0, cx=2, dx=0x0000, es=0x3000, bp=0)
    assert pc.task.read(TEXT, 4) == b"x\x12y\x34"
    assert cursor(pc) == (2, 3)


def test_a_vga_is_found() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x1A00)
    assert (pc.task.al, pc.task.bx) == (0x1A, 0x0008)
    pc.call(0x10, ax=0x1200, bx=0xFF10, cx=0)
    assert (pc.task.bh, pc.task.bl, pc.task.cl) == (0, 3, 9)
    pc.call(0x10, ax=0x1B00, bx=0, es=0x3000, di=0)
    assert pc.task.al == 0x1B
    assert pc.task.read(0x30004, 3) == b"\x03\x50\x00"
    table = int.from_bytes(pc.task.read(0x30000, 2), "little")
    assert pc.task.read(0xF0000 + table, 3) == b"\xff\0\x08"


def test_the_palettes_are_set_and_read() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0013)
    pc.call(0x10, ax=0x1010, bx=5, dx=0x0100, cx=0x0203)
    pc.call(0x10, ax=0x1015, bx=5, cx=0, dx=0)
    assert (pc.task.dh, pc.task.ch, pc.task.cl) == (1, 2, 3)
    pc.task.write(0x30000, bytes(range(6)))
    pc.call(0x10, ax=0x1012, bx=254, cx=9, es=0x3000, dx=0)
    pc.call(0x10, ax=0x1017, bx=254, cx=9, es=0x3000, dx=0x100)
    assert pc.task.read(0x30100, 7) == bytes((0, 1, 2, 3, 4, 5, 0))
    pc.call(0x10, ax=0x101B, bx=0, cx=256)
    assert len(set(pc.video.adapter.dac[15:18])) == 1
    pc.call(0x10, ax=0x1000, bx=0x2A03)
    pc.call(0x10, ax=0x1007, bx=0x0003)
    assert pc.task.bh == 0x2A
    pc.call(0x10, ax=0x1009, es=0x3000, dx=0)
    assert pc.task.read(0x30003, 1) == b"\x2a"
    pc.call(0x10, ax=0x1003, bx=0)
    assert not pc.video.adapter.blinks


def test_the_palette_may_outlive_the_mode() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x1201, bx=0x0031)
    assert pc.task.al == 0x12
    pc.video.adapter.dac[0] = 33
    pc.call(0x10, ax=0x0013)
    assert pc.video.adapter.dac[0] == 33


def test_the_cga_palettes_are_chosen() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0004)
    assert pc.video.adapter.palette(1) == (85, 255, 255)
    pc.call(0x10, ax=0x0B00, bx=0x0100)
    pc.call(0x10, ax=0x0B00, bx=0x0001)
    assert [pc.video.adapter.palette(k) for k in range(4)] == [
        *((0, 0, 170), (0, 170, 0), (170, 0, 0), (170, 85, 0))
    ]


def test_the_overscan_and_the_mask_are_set_and_read() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x1001, bx=0x0500)
    pc.call(0x10, ax=0x1008, bx=0)
    assert pc.task.bh == 5
    pc.task.write(0x30000, bytes(range(20, 37)))
    pc.call(0x10, ax=0x1002, es=0x3000, dx=0)
    pc.call(0x10, ax=0x1008, bx=0)
    assert (pc.task.bh, pc.video.adapter.attribute[15]) == (36, 35)
    pc.call(0x10, ax=0x1018, bx=0x000F)
    pc.call(0x10, ax=0x1019, bx=0)
    assert pc.task.bl == 0x0F
    pc.call(0x10, ax=0x101A, bx=0xFFFF)
    assert pc.task.bx == 0


def test_the_graphics_font_can_be_put_back() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0013)
    pc.call(0x10, ax=0x1121, es=0x3000, bp=0x10)
    assert data.vector(pc.task, 0x43) == (0x3000, 0x10)
    pc.call(0x10, ax=0x1130, bx=0x0100)
    assert (pc.task.es, pc.task.bp) == (0x3000, 0x10)
    pc.call(0x10, ax=0x1123)
    assert data.vector(pc.task, 0x43) == (rom.SEGMENT, rom.FONT_8)
