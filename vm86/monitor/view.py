"""A task's screen as cells of a terminal: text as it is, graphics as half blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from prompt_toolkit.styles import Attrs

from vm86.bios import screen
from vm86.bios.modes import Memory, mode_of
from vm86.bios.png import Picture
from vm86.devices.adapter import Adapter
from zoo.console import Abilities

Colour = tuple[int, int, int]
UPPER_HALF = "▀"
MONOCHROME = 7
UNDERLINED = 1  # the attribute's lowest bits, in monochrome


class Style(NamedTuple):
    """Colours as red, green and blue, None for the terminal's own."""

    front: Colour | None = None
    back: Colour | None = None
    blinks: bool = False
    underlined: bool = False


Row = list[tuple[str, Style]]
OUTSIDE = (" ", Style())
BAR = Style((0, 0, 0), (170, 170, 170))


class Frame(NamedTuple):
    """As many rows as the terminal has, of as many cells; and the cursor's row and column."""

    rows: list[Row]
    cursor: tuple[int, int] | None


def frame(memory: Memory, adapter: Adapter, columns: int, rows: int) -> Frame:
    """What a terminal of that size shows."""
    if screen.is_text(memory):
        return _text(memory, adapter, columns, rows)
    return _graphics(screen.picture(memory, adapter), columns, rows)


def with_lines(shown: Frame, lines: Sequence[str]) -> Frame:
    """The frame with lines of the monitor's own in its last rows."""
    width = len(shown.rows[-1])
    bars = [[(char, BAR) for char in line[:width].ljust(width)] for line in lines]
    rows = [*shown.rows[: -len(bars)], *bars]
    return Frame(rows[-len(shown.rows) :], None)


def attributes(abilities: Abilities, style: Style) -> Attrs:
    """The style in prompt_toolkit's terms."""
    dark = abilities.colours or sum(style.front or ()) >= sum(style.back or ())
    return Attrs(
        color="" if style.front is None else "{:02x}{:02x}{:02x}".format(*style.front),
        bgcolor="" if style.back is None else "{:02x}{:02x}{:02x}".format(*style.back),
        bold=False,
        underline=style.underlined,
        strike=False,
        italic=False,
        blink=style.blinks,
        reverse=not dark,  # where there are no colours, a bright background is at least seen
        hidden=False,
        dim=False,
    )


def _text(memory: Memory, adapter: Adapter, columns: int, rows: int) -> Frame:
    """The part around the cursor, where the terminal is smaller."""
    cells = screen.cells(memory, adapter)
    cursor = screen.cursor(memory, adapter)
    row, column = (cursor.row, cursor.column) if cursor else (0, 0)
    top = min(max(0, row - rows + 1), max(0, len(cells) - rows))
    left = min(max(0, column - columns + 1), max(0, len(cells[0]) - columns))
    colours = screen.colours(memory, adapter)
    monochrome = mode_of(memory).number == MONOCHROME
    styles: dict[int, Style] = {}
    made: list[Row] = []
    for line in cells[top : top + rows]:
        cut = line[left : left + columns]
        for attribute in {attribute for _, attribute in cut} - styles.keys():
            front, back = screen.look(memory, adapter, attribute)
            styles[attribute] = Style(
                colours[front],
                colours[back],
                screen.blinks(adapter, attribute),
                monochrome and attribute & 7 == UNDERLINED,
            )
        shown = [(char, styles[attribute]) for char, attribute in cut]
        made.append(shown + _outside(columns - len(shown)))
    made += [_outside(columns) for _ in range(rows - len(made))]
    return Frame(made, (row - top, column - left) if cursor else None)


def _outside(columns: int) -> Row:
    """Cells beside the screen."""
    return [OUTSIDE] * columns


def _graphics(picture: Picture, columns: int, rows: int) -> Frame:
    """The picture as large as fits, 4:3 as on a PC's screen: two pixels, one above the other, in
    each cell, which is about twice as high as wide."""
    width = max(1, min(columns, 2 * rows * 4 // 3))
    height = max(1, min(rows, width * 3 // 8))
    pixels = scaled(picture, width, 2 * height)
    left, top = (columns - width) // 2, (rows - height) // 2
    made = [_outside(columns) for _ in range(rows)]
    for y in range(height):
        pairs = zip(pixels[2 * y], pixels[2 * y + 1], strict=True)
        made[top + y][left : left + width] = [
            (UPPER_HALF, Style(upper, lower)) for upper, lower in pairs
        ]
    return Frame(made, None)


def scaled(picture: Picture, width: int, height: int) -> list[list[Colour]]:
    """Rows of pixels, each the mean of those that it stands for."""
    size = 3 * picture.width
    spans = [_span(x, width, picture.width) for x in range(width)]
    rows: list[list[Colour]] = []
    for y in range(height):
        first, past = _span(y, height, picture.height)
        lines = [picture.pixels[size * k : size * (k + 1)] for k in range(first, past)]
        sums = [sum(parts) for parts in zip(*lines, strict=True)]
        row: list[Colour] = []
        for start, end in spans:
            count = (end - start) * len(lines)
            red, green, blue = (sum(sums[3 * start + k : 3 * end : 3]) // count for k in range(3))
            row.append((red, green, blue))
        rows.append(row)
    return rows


def _span(k: int, parts: int, size: int) -> tuple[int, int]:
    """Where the k-th of so many parts of a size begins and ends: it has something in it."""
    start = k * size // parts
    return start, max(start + 1, (k + 1) * size // parts)
