"""The screen (section 8), as far as the machine knows it; the host draws it from events."""

from __future__ import annotations

from zmachine.printing import begin, event, more
from zmachine.registers import (
    BAD_CURSOR,
    BUFFER,
    COLOUR,
    COLUMN,
    ERASE_LINE,
    ERASE_WINDOW,
    FONT,
    FONTS,
    HEIGHT,
    INPUT_STREAM,
    LOWER_COLUMN,
    ROW,
    SET_CURSOR,
    SET_FONT,
    SET_WINDOW,
    SOUND,
    SPLIT,
    STYLE,
    TRUE_COLOUR,
    UPPER,
    WINDOW,
)
from zmachine.state import State, notice, poke_word, signed, stopped


def tell(m: State, code: int, a: int) -> int:
    """Send the host an event; the run stops first when there is no room for it."""
    if begin(m):
        return 1
    return event(m, code, a)


def split_window(m: State, lines: int) -> int:
    if tell(m, SPLIT, lines):
        return 1
    m.r[UPPER] = lines
    if m.r[ROW] > lines:
        m.r[ROW] = m.r[COLUMN] = 1  # 8.7.2.2
    return 0


def set_window(m: State, window: int) -> int:
    if tell(m, SET_WINDOW, window):
        return 1
    m.r[WINDOW] = 1 if window == 1 else 0
    if window == 1:
        m.r[ROW] = m.r[COLUMN] = 1  # 8.7.2
    return 0


def erase_window(m: State, window: int) -> int:
    w = signed(window)
    if tell(m, ERASE_WINDOW, w):
        return 1
    if w == -1:
        m.r[UPPER] = 0
        m.r[WINDOW] = 0
    if w != 0:
        m.r[ROW] = m.r[COLUMN] = 1
    if w != 1:
        m.r[LOWER_COLUMN] = 1
    return 0


def erase_line(m: State, value: int) -> int:
    return tell(m, ERASE_LINE, value) if value == 1 else 0


def set_cursor(m: State, row: int, column: int) -> int:
    if m.r[WINDOW] == 0:
        return 0  # in the lower window it has no effect (15, set_cursor)
    if signed(row) < 1 or signed(column) < 1:
        # There is no row or column 0, but published stories mean the first by it.
        if notice(m, BAD_CURSOR):
            return 1
        row = max(signed(row), 1)
        column = max(signed(column), 1)
    if tell(m, SET_CURSOR, row):
        return 1
    m.r[ROW] = row
    m.r[COLUMN] = column
    return more(m, column)


def get_cursor(m: State, array: int) -> int:
    upper = m.r[WINDOW] == 1
    poke_word(m, array, m.r[ROW] if upper else m.r[HEIGHT])
    poke_word(m, array + 2, m.r[COLUMN] if upper else m.r[LOWER_COLUMN])
    return stopped(m)


def set_text_style(m: State, style: int) -> int:
    return tell(m, STYLE, style & 15)


def buffer_mode(m: State, flag: int) -> int:
    return tell(m, BUFFER, 1 if flag else 0)


def set_colour(m: State, foreground: int, background: int) -> int:
    return 1 if tell(m, COLOUR, foreground & 0xFF) else more(m, background & 0xFF)


def set_true_colour(m: State, foreground: int, background: int) -> int:
    return 1 if tell(m, TRUE_COLOUR, signed(foreground)) else more(m, signed(background))


def set_font(m: State, font: int) -> int:
    """The font before, or 0 when there is no such font (8.1.2)."""
    previous = m.r[FONT]
    if font == 0:
        return previous
    if font > 4 or m.r[FONTS] >> font & 1 == 0:
        return 0
    if tell(m, SET_FONT, font):
        return 0
    m.r[FONT] = font
    return previous


def sound_effect(m: State, n: int, number: int, effect: int, volume: int, routine: int) -> int:
    if tell(m, SOUND, number if n else 1):
        return 1
    more(m, effect if n > 1 else 2)
    more(m, volume)
    return more(m, routine)


def input_stream(m: State, number: int) -> int:
    return tell(m, INPUT_STREAM, 1 if number == 1 else 0)
