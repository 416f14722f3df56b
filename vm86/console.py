"""Output without the host: DOS's of a character, what INT 21h does most, where it is simple, and
text that is written to a port for debugging.

A program that prints a character after another would otherwise leave native code for each. What is
simple is said by `display`; everything else is left to the host, which does the same in its own
way (vm86.dos.characters, vm86.bios.output) and takes what was printed from the arena `out`.
"""

from __future__ import annotations

from vm86.bios.data import ACTIVE_PAGE, CURSOR_POSITIONS, LAST_ROW, PAGE_START, VIDEO_MODE
from vm86.dos.access import PSP_HANDLE_COUNT, PSP_HANDLE_TABLE, PSP_STACK
from vm86.registers import CONSOLE_FILE, CONSOLE_PSP, ESP, OUT, SELECTOR, SS
from vm86.state import OUTPUT, OUTPUT_MASK, State, get, load, put, save

FIRST_MEGABYTE = 0xFFFFF
WIDTH = 80
HEIGHT = 25
TALLEST = 60
CELL = 2  # bytes
VIDEO_PAGE = 0x1000
VIDEO_MEMORY = 0x8000  # of all pages
FEED = 10
CARRIAGE_RETURN = 13
SPACE = 0x20


def address_of(m: State, offset: int, segment: int) -> int:
    return (segment << 4) + offset & FIRST_MEGABYTE


def is_console(m: State) -> int:
    """Whether the program's standard output is the console."""
    psp = m.r[CONSOLE_PSP]
    if psp < 0 or load(m, psp + PSP_HANDLE_COUNT, 2) < 2:
        return 0
    at = psp + PSP_HANDLE_TABLE
    handles = address_of(m, load(m, at, 2), load(m, at + 2, 2))
    return 1 if load(m, handles + 1, 1) == m.r[CONSOLE_FILE] else 0


def display(m: State) -> int:
    """Functions 02h and 06h: show DL. 1 if it is done, 0 if the host has to do it.

    It can be done where the console is a text mode's screen, for all but control characters.
    """
    function = get(m, 4, 1)
    code = get(m, 2, 1)
    if function != 2 and (function != 6 or code == 0xFF):
        return 0
    if code < SPACE and code != FEED and code != CARRIAGE_RETURN:
        return 0
    if m.r[OUT] >= OUTPUT or not is_console(m):
        return 0
    if teletype(m, code) == 0:
        return 0
    stack = m.r[CONSOLE_PSP] + PSP_STACK
    save(m, stack, 2, m.r[ESP])
    save(m, stack + 2, 2, m.r[SELECTOR + SS])
    put(m, 0, 1, code)
    return printed(m, code)


def printed(m: State, code: int) -> int:
    """Keep a character for the host; there is room for it."""
    m.out[m.r[OUT] & OUTPUT_MASK] = code
    m.r[OUT] += 1
    return 1


def debugged(m: State, code: int) -> int:
    """Text for debugging waits for the end of its line: 1, or 0 where the host has to see to it."""
    return printed(m, code) if code != FEED and m.r[OUT] < OUTPUT else 0


def teletype(m: State, code: int) -> int:
    """Show a character at the cursor of the active page; 0 where that is none of text."""
    mode = load(m, VIDEO_MODE, 1) & 0x7F
    if mode != 2 and mode != 3 and mode != 7:
        return 0
    last = load(m, LAST_ROW, 1)
    rows = last + 1 if last > 0 and last < TALLEST else HEIGHT
    size = max(VIDEO_PAGE, (rows * WIDTH * CELL + 0x7FF) // 0x800 * 0x800)
    page = load(m, ACTIVE_PAGE, 1)
    if page >= min(8, VIDEO_MEMORY // size):
        page = 0
    base = (0xB0000 if mode == 7 else 0xB8000) + page * size
    at = CURSOR_POSITIONS + 2 * page
    column = load(m, at, 1)
    row = load(m, at + 1, 1)
    cell = base + CELL * (row * WIDTH + column) % size
    if code == CARRIAGE_RETURN:
        column = 0
    elif code == FEED:
        row += 1
    else:
        save(m, cell, 1, code)
        column += 1
    if column >= WIDTH:
        row += 1
        column = 0
    if row >= rows:
        row = rows - 1
        # The new row has the attribute of the cell at the cursor.
        scroll_up(m, base, row, load(m, cell + 1, 1) << 8 | SPACE)
    save(m, at, 2, (row & 0xFF) << 8 | column & 0xFF)
    save(m, PAGE_START, 2, page * size)
    return 1


def scroll_up(m: State, base: int, last: int, blank: int) -> int:
    """Move the rows of a page up, and clear row `last`."""
    for k in range(last * WIDTH):
        save(m, base + CELL * k, 2, load(m, base + CELL * (k + WIDTH), 2))
    for k in range(WIDTH):
        save(m, base + CELL * (last * WIDTH + k), 2, blank)
    return 0
