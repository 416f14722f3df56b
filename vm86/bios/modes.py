"""The video modes: where each keeps what it shows (IBM CGA and VGA technical references)."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple, Protocol

from vm86.bios import data

COLOUR = 0xB8000
MONOCHROME = 0xB0000
FRAME_256 = 0xA0000
CELLS = 0x8000  # the text memory of all pages, in bytes

ROWS = 25
MOST_ROWS = 60
BAND = 0x2000  # in modes 4 to 6 odd lines are this far behind the even ones


class Memory(Protocol):
    def read(self, address: int, size: int) -> bytes: ...


class Mode(NamedTuple):
    """columns: of characters. page: bytes from one page to the next. bits: of a pixel, 0 in a text
    mode. width, height: pixels. control, select: the CGA's mode control and colour select."""

    number: int
    columns: int
    address: int
    page: int
    pages: int
    bits: int
    width: int
    height: int
    control: int
    select: int

    def line(self, y: int) -> int:
        """The offset of a line of pixels."""
        if self.bits == 8:
            return y * self.width
        return (y & 1) * BAND + (y >> 1) * (self.width * self.bits // 8)

    @property
    def across(self) -> int:
        """Bytes of a line of pixels that one character covers."""
        return self.bits


MODES = {
    mode.number: mode
    for mode in (
        Mode(0x00, 40, COLOUR, 0x0800, 8, 0, 640, 400, 0x2C, 0x30),
        Mode(0x01, 40, COLOUR, 0x0800, 8, 0, 640, 400, 0x28, 0x30),
        Mode(0x02, 80, COLOUR, 0x1000, 8, 0, 640, 400, 0x2D, 0x30),
        Mode(0x03, 80, COLOUR, 0x1000, 8, 0, 640, 400, 0x29, 0x30),
        Mode(0x04, 40, COLOUR, 0x4000, 1, 2, 320, 200, 0x2A, 0x30),
        Mode(0x05, 40, COLOUR, 0x4000, 1, 2, 320, 200, 0x2E, 0x30),
        Mode(0x06, 80, COLOUR, 0x4000, 1, 1, 640, 200, 0x1E, 0x3F),
        Mode(0x07, 80, MONOCHROME, 0x1000, 8, 0, 640, 400, 0x29, 0x30),
        Mode(0x13, 40, FRAME_256, 0xFA00, 1, 8, 320, 200, 0x08, 0x30),
    )
}
TEXT = MODES[3]


class Layout(NamedTuple):
    """rows: of characters. page: bytes from one to the next, which fits the rows."""

    mode: Mode
    rows: int
    page: int
    pages: int


@cache
def _layout(number: int, last: int) -> Layout:
    mode = MODES.get(number, TEXT)
    if mode.bits:
        return Layout(mode, ROWS, mode.page, mode.pages)
    rows = last + 1 if 0 < last < MOST_ROWS else ROWS
    page = max(mode.page, -(-rows * mode.columns * 2 // 0x800) * 0x800)
    return Layout(mode, rows, page, min(mode.pages, CELLS // page))


def layout(memory: Memory) -> Layout:
    """The present mode's; that of mode 3 where the data area has none."""
    area = memory.read(data.VIDEO_MODE, data.LAST_ROW - data.VIDEO_MODE + 1)
    return _layout(area[0] & 0x7F, area[-1])


def mode_of(memory: Memory) -> Mode:
    """The present mode, as the data area has it; 3 where it has none."""
    return layout(memory).mode


def rows_of(memory: Memory) -> int:
    """Rows of characters: 25, or as many as a font of another height gives."""
    return layout(memory).rows


def page_size(memory: Memory) -> int:
    """Bytes from one page to the next."""
    return layout(memory).page


def pages_of(memory: Memory) -> int:
    return layout(memory).pages
