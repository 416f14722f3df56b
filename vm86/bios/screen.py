"""What a person sees: the screen from the task's memory and the adapter's registers."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from vm86.bios import data
from vm86.bios.cp437 import CHARACTERS
from vm86.bios.font import font8, font14, font16
from vm86.bios.modes import BAND, CELLS, ROWS, Memory, Mode, mode_of, rows_of
from vm86.bios.png import Picture
from vm86.devices.adapter import CURSOR_END, CURSOR_START, NO_CURSOR, Adapter

Cell = tuple[str, int]

FRAME = 0x10000  # the memory of mode 13h
FONTS = {8: font8, 14: font14, 16: font16}
BRIGHT = 0x08
BLINKING = 0x80
LINES = bytes(min(1, code) for code in range(256))  # what of a pixel makes a shape


class Cursor(NamedTuple):
    """first, last: its lines within a cell."""

    row: int
    column: int
    first: int
    last: int


def is_text(memory: Memory) -> bool:
    """Whether the present mode is a text mode."""
    return not mode_of(memory).bits


def cells(memory: Memory, adapter: Adapter) -> list[list[Cell]]:
    """The rows of a text screen: characters as Unicode, with their attributes. [] in graphics."""
    return [
        [(CHARACTERS[row[k]], row[k + 1]) for k in range(0, len(row), 2)]
        for row in _cell_rows(memory, adapter)
    ]


def colours(memory: Memory, adapter: Adapter) -> list[tuple[int, int, int]]:
    """256 colours as red, green and blue, of which a mode uses as many as it has."""
    if mode_of(memory).bits == 8:
        return [adapter.colour(number) for number in range(256)]
    return [adapter.palette(number) for number in range(256)]


def look(memory: Memory, adapter: Adapter, attribute: int) -> tuple[int, int]:
    """The numbers of the foreground's and the background's colour, blinking or not."""
    return _look(attribute, mode_of(memory), adapter.blinks, True)


def blinks(adapter: Adapter, attribute: int) -> bool:
    return adapter.blinks and bool(attribute & BLINKING)


def shown(memory: Memory, adapter: Adapter) -> tuple[object, ...]:
    """What the screen depends on: it has not changed as long as this is the same."""
    mode = mode_of(memory)
    size = FRAME if mode.bits == 8 else CELLS
    registers = (adapter.crtc, adapter.attribute, adapter.dac, [adapter.mask])
    return (
        memory.read(mode.address, size),
        mode,
        rows_of(memory),
        *(tuple(values) for values in registers),
    )


def cursor(memory: Memory, adapter: Adapter) -> Cursor | None:
    """Where the cursor of a text screen is, or None where none is seen."""
    mode = mode_of(memory)
    start, end = adapter.crtc[CURSOR_START], adapter.crtc[CURSOR_END] & 31
    row, column = divmod((adapter.cursor - adapter.start) % (CELLS // 2), mode.columns)
    if mode.bits or row >= rows_of(memory) or start & NO_CURSOR or start & 31 > end:
        return None
    height = _height(memory)
    first, last = start & 31, end
    if last < 8 < height:  # a shape for a cell of 8 lines, as the CGA's; the VGA adapts it
        first, last = first * height // 8, (last + 1) * height // 8 - 1
    return Cursor(row, column, min(first, height - 1), min(last, height - 1))


def text(memory: Memory, adapter: Adapter) -> str:
    """The screen's rows without the blanks at their ends, each with a line feed. In graphics modes
    what is drawn in the BIOS's own font, in any colour but that of number 0."""
    if is_text(memory):
        rows = ["".join(char for char, _ in row) for row in cells(memory, adapter)]
    else:
        rows = _recognised(_graphics(memory, adapter))
    return "".join(row.rstrip() + "\n" for row in rows)


def picture(memory: Memory, adapter: Adapter, blink: bool = True) -> Picture:
    """The screen as it is drawn. blink: whether the cursor and what blinks are seen just now."""
    if is_text(memory):
        lines = _text_lines(memory, adapter, blink)
    else:
        lines = _graphics(memory, adapter)
    return Picture(len(lines[0]), len(lines), _coloured(lines, colours(memory, adapter)))


# Text


def _height(memory: Memory) -> int:
    """The lines of a cell."""
    height = memory.read(data.CHARACTER_HEIGHT, 1)[0]
    return height if height in FONTS else 16


def _cell_rows(memory: Memory, adapter: Adapter) -> list[bytes]:
    mode = mode_of(memory)
    if mode.bits:
        return []
    width, rows = 2 * mode.columns, rows_of(memory)
    start = 2 * adapter.start % CELLS
    content = memory.read(mode.address, CELLS) * 2  # what is behind the end is at the beginning
    return [content[start + k * width : start + (k + 1) * width] for k in range(rows)]


def _text_lines(memory: Memory, adapter: Adapter, blink: bool) -> list[bytes]:
    """Lines of pixels as numbers of colours."""
    mode, height = mode_of(memory), _height(memory)
    font = FONTS[height]()
    at = cursor(memory, adapter) if blink else None
    lines: list[bytes] = []
    for number, row in enumerate(_cell_rows(memory, adapter)):
        codes = row[0::2]
        looks = [_look(attribute, mode, adapter.blinks, blink) for attribute in row[1::2]]
        for k in range(height):
            parts = [
                _spread(font[code * height + k], *look)
                for code, look in zip(codes, looks, strict=True)
            ]
            if at is not None and number == at.row and at.first <= k <= at.last:
                parts[at.column] = bytes([looks[at.column][0]]) * 8
            lines.append(b"".join(parts))
    return [_doubled(line) for line in lines] if mode.columns == 40 else lines


@lru_cache(1 << 10)
def _look(attribute: int, mode: Mode, blinks: bool, blink: bool) -> tuple[int, int]:
    """The colours of an attribute's foreground and background."""
    front, back = attribute & 0x0F, attribute >> 4
    if mode.number == 7:  # monochrome: reverse, nothing at all, or normal
        if attribute & 0x77 == 0x70:
            front, back = 0, 7
        elif attribute & 0x77 == 0:
            front, back = 0, 0
        else:
            front, back = 7 | attribute & BRIGHT, 0
    elif blinks:
        back &= 7
    if blinks and attribute & BLINKING and not blink:
        front = back
    return front, back


@lru_cache(1 << 16)
def _spread(row: int, front: int, back: int) -> bytes:
    """Eight pixels of a glyph."""
    return bytes(front if row >> (7 - k) & 1 else back for k in range(8))


def _doubled(line: bytes) -> bytes:
    """Every pixel twice as wide."""
    wide = bytearray(2 * len(line))
    wide[0::2] = wide[1::2] = line
    return bytes(wide)


# Graphics


def _graphics(memory: Memory, adapter: Adapter) -> list[bytes]:
    """Lines of pixels as numbers of colours."""
    mode = mode_of(memory)
    if mode.bits == 8:
        content = memory.read(mode.address, FRAME) * 2
        start = 4 * adapter.start % FRAME
        places = range(start, start + mode.width * mode.height, mode.width)
        return [content[place : place + mode.width] for place in places]
    size = mode.width * mode.bits // 8
    start = 2 * adapter.start % BAND
    bands = [memory.read(mode.address + k * BAND, BAND) * 2 for k in range(2)]
    pixels = _pixels(mode.bits)
    lines: list[bytes] = []
    for y in range(mode.height):
        place = start + (y >> 1) * size
        row = bands[y & 1][place : place + size]
        lines.append(b"".join([pixels[value] for value in row]))
    return lines


@cache
def _pixels(bits: int) -> list[bytes]:
    """For each byte its pixels, the leftmost in the highest bits."""
    shifts = range(8 - bits, -1, -bits)
    return [bytes(value >> k & ((1 << bits) - 1) for k in shifts) for value in range(256)]


@cache
def _shapes() -> dict[bytes, str]:
    """Characters by their glyphs; the first of several, but a space for a blank cell."""
    font = font8()
    glyphs = {font[8 * code : 8 * code + 8]: CHARACTERS[code] for code in reversed(range(256))}
    return glyphs | {bytes(8): " "}


def _recognised(lines: list[bytes]) -> list[str]:
    """The characters in the cells of a picture."""
    shapes = _shapes()
    columns = len(lines[0]) // 8
    rows: list[str] = []
    for row in range(ROWS):
        drawn = [line.translate(LINES) for line in lines[8 * row : 8 * row + 8]]
        chars = (
            shapes.get(bytes(_packed(line[8 * k : 8 * k + 8]) for line in drawn), " ")
            for k in range(columns)
        )
        rows.append("".join(chars))
    return rows


@cache
def _packed(pixels: bytes) -> int:
    """Eight pixels of 0 and 1 as a glyph's row."""
    return sum(bit << 7 - k for k, bit in enumerate(pixels))


# Colours


def _coloured(lines: list[bytes], colours: list[tuple[int, int, int]]) -> bytes:
    numbers = b"".join(lines)
    rgb = bytearray(3 * len(numbers))
    for part in range(3):
        rgb[part::3] = numbers.translate(bytes(colour[part] for colour in colours))
    return bytes(rgb)
