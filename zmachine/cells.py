"""Text as a screen has it: characters with a style in cells, and where a row of them breaks.

A character two columns wide is followed by a cell of no character.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

REVERSE, BOLD, ITALIC, FIXED = 1, 2, 4, 8
DEFAULT = -1


class Style(NamedTuple):
    """How a character looks. bits: REVERSE | BOLD | ITALIC | FIXED. Colours: the Standard's
    numbers (8.3.1) negated, DEFAULT to -12, or a 15-bit true colour (8.3.7)."""

    bits: int = 0
    foreground: int = DEFAULT
    background: int = DEFAULT
    buffered: bool = True  # words are kept whole (15, buffer_mode)


PLAIN = Style()
STATUS_STYLE = Style(REVERSE)
NOTE_STYLE = Style(ITALIC)
INPUT_STYLE = Style(BOLD)

Cell = tuple[str, Style]
Row = list[Cell]


@lru_cache(1 << 12)
def shown(char: str) -> tuple[str, int]:
    """What of a story's character may reach a terminal, and its width in columns. Controls, which
    could be the beginning of an escape sequence, and what only steers the layout, may not."""
    if char == "\xad":
        return "-", 1
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return "\N{REPLACEMENT CHARACTER}", 1
    if category in ("Mn", "Me"):
        return char, 0
    return char, 2 if unicodedata.east_asian_width(char) in "WF" else 1


@lru_cache(1 << 14)
def cell(char: str, style: Style) -> Cell:
    """One object for equal cells, which makes a long story's text small."""
    return char, style


def put(cells: Row, char: str, style: Style) -> None:
    """Append a character."""
    char, width = shown(char)
    if width == 0 and cells:  # an accent goes onto the letter before it
        before = -2 if cells[-1][0] == "" and len(cells) > 1 else -1
        base, base_style = cells[before]
        if len(base) < 4:
            cells[before] = cell(base + char, base_style)
        return
    cells.append(cell(char, style))
    if width == 2:
        cells.append(cell("", style))


def cells_of(text: str, style: Style) -> Row:
    """The cells of a text."""
    cells: Row = []
    for char in text:
        put(cells, char, style)
    return cells


def wrap(cells: Sequence[Cell], width: int) -> list[tuple[int, int]]:
    """Where each row of a paragraph begins and ends: broken between words, or within a word that
    is longer than a row."""
    rows: list[tuple[int, int]] = []
    start = 0
    while len(cells) - start > width:
        end = start + width
        after = end
        if cells[end][1].buffered:
            while after > start and cells[after][0] != " ":
                after -= 1
            if after > start:
                end = after
                while after < len(cells) and cells[after][0] == " ":
                    after += 1
            else:
                after = end
        if end == after and cells[end][0] == "" and end - start > 1:
            end = after = end - 1
        rows.append((start, end))
        start = after
    rows.append((start, len(cells)))
    return rows
