"""Characters on the screen: cells of a text mode or of a graphics mode, the cursor, scrolling."""

from __future__ import annotations

import re

from vm86.bios import data, pixels
from vm86.bios.modes import Mode, layout, mode_of, pages_of, rows_of
from vm86.devices.adapter import CURSOR_HIGH, START_HIGH, Adapter
from vm86.task import Task, set_word

BELL, BACKSPACE, LINE_FEED, RETURN = 7, 8, 10, 13
BLANK = 0x20
PLAIN = 0x07  # an attribute: grey on black
MOST_PAGES = 8
_CONTROL = re.compile(rb"[\b\n\r]")


def page_of(task: Task, number: int) -> int:
    """The page meant, the first where there is no such."""
    return number if number < pages_of(task) else 0


def active_page(task: Task) -> int:
    return page_of(task, data.byte(task, data.ACTIVE_PAGE))


def cursor(task: Task, page: int) -> tuple[int, int]:
    """Row and column, wherever a program may have put them."""
    column, row = task.read(data.CURSOR_POSITIONS + 2 * (page % MOST_PAGES), 2)
    return row, column


def set_cursor(task: Task, adapter: Adapter, page: int, row: int, column: int) -> None:
    place = data.CURSOR_POSITIONS + 2 * (page % MOST_PAGES)
    task.write(place, bytes((column & 0xFF, row & 0xFF)))
    if page == active_page(task):
        show_cursor(task, adapter)


def show_cursor(task: Task, adapter: Adapter) -> None:
    """Let the CRTC show the active page, and the cursor in it."""
    page, shape = active_page(task), layout(task)
    row, column = cursor(task, page)
    start = page * shape.page
    set_word(task, data.PAGE_START, start)
    adapter.set_pair(START_HIGH, start // 2)
    adapter.set_pair(CURSOR_HIGH, start // 2 + row * shape.mode.columns + column)


def cell(task: Task, page: int, row: int, column: int) -> int:
    """The address of a cell of a text mode; within the page, wherever the cursor is."""
    shape = layout(task)
    offset = 2 * (row * shape.mode.columns + column)
    return shape.mode.address + page * shape.page + offset % shape.page


def put(task: Task, page: int, row: int, column: int, text: bytes, attribute: int | None) -> None:
    """Characters of one row; attribute None leaves a text mode's cells theirs. In graphics it is
    the colour."""
    mode = mode_of(task)
    if mode.bits:
        colour = 0xF if attribute is None else attribute
        for k, code in enumerate(text):
            pixels.draw(task, mode, row, column + k, code, colour)
        return
    place = cell(task, page, row, column)
    cells = bytearray(task.read(place, 2 * len(text)))
    cells[::2] = text
    if attribute is not None:
        cells[1::2] = bytes([attribute]) * len(text)
    task.write(place, bytes(cells))


def repeat(task: Task, page: int, code: int, attribute: int | None, count: int) -> None:
    """A character from the cursor on, as often as there is room for it."""
    row, column = cursor(task, page)
    columns = mode_of(task).columns
    first = row * columns + column
    last = min(first + count, rows_of(task) * columns)
    for place in range(first, last):
        put(task, page, *divmod(place, columns), bytes([code]), attribute)


def scroll(
    task: Task, page: int, window: tuple[int, int, int, int], lines: int, attribute: int
) -> None:
    """Move a window's rows up (lines > 0) or down, and clear those that become free; 0 clears it.

    window: top, left, bottom, right. What of it is outside the screen is left out.
    """
    mode = mode_of(task)
    top, left, bottom, right = window
    bottom = min(bottom, rows_of(task) - 1)
    right = min(right, mode.columns - 1)
    if top > bottom or left > right:
        return
    height = bottom - top + 1
    if not lines or abs(lines) > height:
        lines = height
    if not mode.bits:
        _scroll_cells(task, page, (top, left, bottom, right), lines, attribute)
        return
    order = range(top, bottom + 1) if lines > 0 else range(bottom, top - 1, -1)
    for row in order:
        source = row + lines if top <= row + lines <= bottom else None
        _move_pixels(task, mode, source, row, (left, right), attribute)


def _scroll_cells(
    task: Task, page: int, window: tuple[int, int, int, int], lines: int, attribute: int
) -> None:
    """A window of a text mode, which is within the screen, by not more lines than it has."""
    top, left, bottom, right = window
    size = 2 * mode_of(task).columns
    place = cell(task, page, top, 0)
    cells = task.read(place, size * (bottom - top + 1))
    rows = [cells[k : k + size] for k in range(0, len(cells), size)]
    free = [bytes((BLANK, attribute)) * mode_of(task).columns] * abs(lines)
    moved = rows[lines:] + free if lines > 0 else free + rows[:lines]
    start, stop = 2 * left, 2 * right + 2
    changed = (a[:start] + b[start:stop] + a[stop:] for a, b in zip(rows, moved, strict=True))
    task.write(place, b"".join(changed))


def _move_pixels(
    task: Task, mode: Mode, source: int | None, row: int, span: tuple[int, int], colour: int
) -> None:
    """A row of cells onto another, or cleared where there is no source. span: its columns."""
    if source is None:
        pixels.fill(task, mode, row, *span, colour)
    else:
        pixels.copy(task, mode, source, row, *span)


def write(task: Task, adapter: Adapter, page: int, text: bytes, attribute: int | None) -> int:
    """Characters as a teletype prints them: they move the cursor and scroll. How often it rang."""
    silent = text.replace(bytes([BELL]), b"")
    if silent:
        _print(task, adapter, page, silent, attribute)
    return len(text) - len(silent)


def _print(task: Task, adapter: Adapter, page: int, text: bytes, attribute: int | None) -> None:
    rows, columns = rows_of(task), mode_of(task).columns
    row, column = cursor(task, page)
    done = 0
    while done < len(text):
        at, size, code = (row, column), 1, text[done]
        if code == BACKSPACE:
            column = max(0, column - 1)
        elif code == RETURN:
            column = 0
        elif code == LINE_FEED:
            row += 1
        else:
            room = columns - column if row < rows and column < columns else 1
            plain = _plain(text[done : done + room])
            put(task, page, row, column, plain, attribute)
            size = len(plain)
            column += size
            at = row, column - 1
        done += size
        if column >= columns:
            row, column = row + 1, 0
        if row >= rows:
            row = rows - 1
            below = _below(task, page, *at)
            scroll(task, page, (0, 0, rows - 1, columns - 1), 1, below)
    set_cursor(task, adapter, page, row, column)


def _plain(text: bytes) -> bytes:
    """As much of it as is before the first control character."""
    return _CONTROL.split(text, 1)[0]


def _below(task: Task, page: int, row: int, column: int) -> int:
    """The attribute for the row that scrolls in: that of the cell at the cursor (IBM BIOS)."""
    if mode_of(task).bits:
        return 0
    return task.read(cell(task, page, row, column) + 1, 1)[0]


def clear_page(task: Task, adapter: Adapter) -> None:
    """The active page, with the cursor at its top left."""
    page = active_page(task)
    attribute = 0 if mode_of(task).bits else PLAIN
    bottom, right = rows_of(task) - 1, mode_of(task).columns - 1
    scroll(task, page, (0, 0, bottom, right), 0, attribute)
    set_cursor(task, adapter, page, 0, 0)


def clear(task: Task) -> None:
    """All pages of the present mode."""
    mode = mode_of(task)
    if mode.bits:
        task.write(mode.address, bytes(0x10000 if mode.bits == 8 else 0x4000))
    else:
        task.write(mode.address, bytes((BLANK, PLAIN)) * 0x4000)
