"""Characters and pixels in the frame buffers of the graphics modes."""

from __future__ import annotations

from functools import cache

from vm86.bios import data
from vm86.bios.modes import ROWS, Mode
from vm86.task import Task, linear

HEIGHT = 8  # of a character
FONT_LOW = 0x43  # the vectors that point to the glyphs of characters 0-7Fh and 80h-FFh
FONT_HIGH = 0x1F
XOR = 0x80  # in a colour


def get(task: Task, mode: Mode, x: int, y: int) -> int:
    """The colour of a pixel, 0 outside the screen."""
    if x >= mode.width or y >= mode.height:
        return 0
    value = task.read(_place(mode, x, y), 1)[0]
    return value >> _shift(mode, x) & _most(mode)


def put(task: Task, mode: Mode, x: int, y: int, colour: int) -> None:
    if x >= mode.width or y >= mode.height:
        return
    place, shift, most = _place(mode, x, y), _shift(mode, x), _most(mode)
    old = task.read(place, 1)[0]
    if mode.bits < 8 and colour & XOR:
        new = old ^ (colour & most) << shift
    else:
        new = old & ~(most << shift) | (colour & most) << shift
    task.write(place, bytes([new & 0xFF]))


def _place(mode: Mode, x: int, y: int) -> int:
    return mode.address + mode.line(y) + x * mode.bits // 8


def _shift(mode: Mode, x: int) -> int:
    """How far the pixel is above bit 0 of its byte: the leftmost is in the highest bits."""
    return 8 - mode.bits - x * mode.bits % 8


def _most(mode: Mode) -> int:
    return (1 << mode.bits) - 1


def glyph(task: Task, code: int) -> bytes:
    """The rows of a character, from the tables which programs may replace."""
    segment, offset = data.vector(task, FONT_HIGH if code & 0x80 else FONT_LOW)
    return task.read(linear(segment, offset + HEIGHT * (code & 0x7F)), HEIGHT)


@cache
def _spread(bits: int, row: int, colour: int) -> int:
    """A glyph's row of 8 pixels as a number of `bits` bytes."""
    value = 0
    for k in range(8):
        value = value << bits | (colour if row >> (7 - k) & 1 else 0)
    return value


def draw(task: Task, mode: Mode, row: int, column: int, code: int, colour: int) -> None:
    """A character in its cell. Without XOR the cell's background becomes 0."""
    if row >= ROWS or column >= mode.columns:
        return
    for k, pixels in enumerate(glyph(task, code)):
        place = mode.address + mode.line(HEIGHT * row + k) + mode.across * column
        value = _spread(mode.bits, pixels, colour & _most(mode))
        if mode.bits < 8 and colour & XOR:
            value ^= int.from_bytes(task.read(place, mode.across), "big")
        task.write(place, value.to_bytes(mode.across, "big"))


def recognise(task: Task, mode: Mode, row: int, column: int) -> int:
    """The character whose glyph is in a cell in any colour, or 0."""
    if row >= ROWS or column >= mode.columns:
        return 0
    shape = bytes(
        sum(bool(get(task, mode, 8 * column + x, HEIGHT * row + y)) << 7 - x for x in range(8))
        for y in range(HEIGHT)
    )
    codes = (*range(32, 256), *range(32))  # a blank cell is a space
    return next((code for code in codes if glyph(task, code) == shape), 0)


def fill(task: Task, mode: Mode, row: int, left: int, right: int, colour: int) -> None:
    """A row of cells in one colour, for a byte of which BH gives the pixels (IBM BIOS)."""
    if mode.bits == 8:
        pixels = bytes([colour])
    else:
        pixels = bytes([_spread(mode.bits, 0xFF, colour & _most(mode)) & 0xFF])
    for y in range(HEIGHT * row, HEIGHT * (row + 1)):
        place = mode.address + mode.line(y) + mode.across * left
        task.write(place, pixels * (mode.across * (right - left + 1)))


def copy(task: Task, mode: Mode, source: int, row: int, left: int, right: int) -> None:
    """A row of cells onto another row."""
    for k in range(HEIGHT):
        start, end = mode.across * left, mode.across * (right + 1)
        lines = (mode.address + mode.line(HEIGHT * r + k) for r in (source, row))
        from_, to = lines
        task.write(to + start, task.read(from_ + start, end - start))
