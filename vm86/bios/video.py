"""INT 10h: the video services (Ralf Brown's list), on memory, data area and adapter.

What the screen shows is in the task's memory, so programs may write there as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vm86.bios import colours, data, output, pixels, rom
from vm86.bios.modes import MODES, TEXT, Mode, mode_of, page_size, pages_of, rows_of
from vm86.devices.adapter import CURSOR_START, Adapter
from vm86.task import Task, linear, set_word, word

VGA_COLOUR = 0x08  # a display code
NO_PALETTE = 0x08  # in VGA_FLAGS: setting a mode leaves the DAC as it is
LONGEST = 0x1000  # characters of a string: more than a screen has, and done in little time
SHAPE = 0x0607  # the cursor's first and last line, of eight


@dataclass
class Video:
    """bells: how often a program has rung."""

    adapter: Adapter
    bells: int = 0


Service = Callable[[Video, Task], None]


def set_mode(video: Video, task: Task) -> None:
    """00: AL is the mode; with bit 7 its memory stays as it is."""
    mode = MODES.get(task.al & 0x7F)
    if mode is not None:
        _set_mode(video, task, mode, task.al & 0x80)


def power_on(video: Video, task: Task) -> None:
    """Mode 3, as the power-on test sets it."""
    _set_mode(video, task, TEXT, 0)


def _set_mode(video: Video, task: Task, mode: Mode, keep: int) -> None:
    flags = data.byte(task, data.VGA_FLAGS)
    video.adapter.set_mode(mode.control, mode.select, mode.bits == 8, bool(flags & NO_PALETTE))
    task.write(data.CURSOR_POSITIONS, bytes(16))
    for place, value in (
        (data.COLUMNS, mode.columns),
        (data.PAGE_SIZE, mode.page),
        (data.PAGE_START, 0),
        (data.CRTC_PORT, 0x3B4 if mode.number == 7 else 0x3D4),
    ):
        set_word(task, place, value)
    for place, value in (
        (data.VIDEO_MODE, mode.number),
        (data.ACTIVE_PAGE, 0),
        (data.MODE_CONTROL, mode.control),
        (data.COLOUR_SELECT, mode.select),
        (data.VIDEO_CONTROL, 0x60 | keep),
        (data.VIDEO_SWITCHES, 0x09),
        (data.VGA_FLAGS, flags & NO_PALETTE | 0x11),
        (data.DISPLAY_CODE, 0x0B),
    ):
        data.set_byte(task, place, value)
    _set_rows(task, 8 if mode.bits else 16)
    _set_fonts(task)
    _set_shape(video, task, SHAPE)
    output.show_cursor(task, video.adapter)
    if not keep:
        output.clear(task)


def _set_rows(task: Task, height: int) -> None:
    """The rows of characters of so many lines, on 400 or, in graphics, 200 of them."""
    lines = mode_of(task).height
    set_word(task, data.CHARACTER_HEIGHT, height)
    data.set_byte(task, data.LAST_ROW, lines // height - 1)
    set_word(task, data.PAGE_SIZE, page_size(task))


def _set_fonts(task: Task) -> None:
    data.set_vector(task, pixels.FONT_LOW, rom.SEGMENT, rom.FONT_8)
    data.set_vector(task, pixels.FONT_HIGH, rom.SEGMENT, rom.FONT_8_HIGH)


def _set_shape(video: Video, task: Task, shape: int) -> None:
    set_word(task, data.CURSOR_SHAPE, shape)
    video.adapter.set_pair(CURSOR_START, shape)


def set_cursor_shape(video: Video, task: Task) -> None:
    """01: CH and CL: first and last line; CH bit 5 hides it."""
    _set_shape(video, task, task.cx)


def set_cursor(video: Video, task: Task) -> None:
    """02: BH page, DH row, DL column."""
    output.set_cursor(task, video.adapter, output.page_of(task, task.bh), task.dh, task.dl)


def cursor(video: Video, task: Task) -> None:
    """03: BH page. CX shape, DH row, DL column."""
    task.cx = word(task, data.CURSOR_SHAPE)
    task.dh, task.dl = output.cursor(task, output.page_of(task, task.bh))


def light_pen(video: Video, task: Task) -> None:
    """04: there is none."""
    task.ah = 0


def set_page(video: Video, task: Task) -> None:
    """05: AL."""
    if task.al < pages_of(task):
        data.set_byte(task, data.ACTIVE_PAGE, task.al)
        output.show_cursor(task, video.adapter)


def _scroll(task: Task, lines: int) -> None:
    window = (task.ch, task.cl, task.dh, task.dl)
    output.scroll(task, output.active_page(task), window, lines, task.bh)


def scroll_up(video: Video, task: Task) -> None:
    """06: AL lines, 0 to clear; BH attribute; CH, CL, DH, DL: the window's corners."""
    _scroll(task, task.al)


def scroll_down(video: Video, task: Task) -> None:
    """07: likewise."""
    _scroll(task, -task.al)


def read_cell(video: Video, task: Task) -> None:
    """08: BH page. AL character and AH attribute at the cursor."""
    page = output.page_of(task, task.bh)
    row, column = output.cursor(task, page)
    mode = mode_of(task)
    if mode.bits:
        task.ax = pixels.recognise(task, mode, row, column)
    else:
        task.ax = word(task, output.cell(task, page, row, column))


def write_cells(video: Video, task: Task) -> None:
    """09: AL character, BH page, BL attribute, CX count; the cursor stays."""
    output.repeat(task, output.page_of(task, task.bh), task.al, task.bl, task.cx)


def write_characters(video: Video, task: Task) -> None:
    """0A: likewise, with the attributes that are there."""
    attribute = task.bl if mode_of(task).bits else None
    output.repeat(task, output.page_of(task, task.bh), task.al, attribute, task.cx)


def cga_colours(video: Video, task: Task) -> None:
    """0B."""
    colours.cga_colours(task, video.adapter)


def write_pixel(video: Video, task: Task) -> None:
    """0C: AL colour, with bit 7 exclusive-or; CX column, DX row."""
    mode = mode_of(task)
    if mode.bits:
        pixels.put(task, mode, task.cx, task.dx, task.al)


def read_pixel(video: Video, task: Task) -> None:
    """0D: CX column, DX row. AL colour."""
    mode = mode_of(task)
    if mode.bits:
        task.al = pixels.get(task, mode, task.cx, task.dx)


def teletype(video: Video, task: Task) -> None:
    """0E: AL character, BL colour in graphics; on the active page, as the IBM BIOS does."""
    attribute = task.bl if mode_of(task).bits else None
    _type(video, task, output.active_page(task), task.al, attribute)


def _type(video: Video, task: Task, page: int, code: int, attribute: int | None) -> None:
    video.bells += output.write(task, video.adapter, page, bytes([code]), attribute)


def state(video: Video, task: Task) -> None:
    """0F: AL mode, AH columns, BH page."""
    task.al = data.byte(task, data.VIDEO_MODE) | data.byte(task, data.VIDEO_CONTROL) & 0x80
    task.ah = data.byte(task, data.COLUMNS)
    task.bh = data.byte(task, data.ACTIVE_PAGE)


def vga_colours(video: Video, task: Task) -> None:
    """10."""
    colours.vga_colours(task, video.adapter)


# By bits 3-0 of AL, the ROM's fonts: height, and where.
FONTS = {1: (14, rom.FONT_14), 2: (8, rom.FONT_8), 3: (8, rom.FONT_8), 4: (16, rom.FONT_16)}
# By BH, what 1130h tells: where, or None for a vector's.
POINTERS = {
    0: pixels.FONT_HIGH,
    1: pixels.FONT_LOW,
    2: rom.FONT_14,
    3: rom.FONT_8,
    4: rom.FONT_8_HIGH,
    5: rom.FONT_14,
    6: rom.FONT_16,
    7: rom.FONT_16,
}


def fonts(video: Video, task: Task) -> None:
    """11: text fonts of the ROM (0x, and 1x which sets the rows), graphics fonts (2x), and 30:
    information. A program's own text fonts are not shown."""
    kind, which = task.al >> 4, task.al & 15
    if task.al == 0x30:
        _font_information(task)
    elif task.al in (0x20, 0x21):
        number = pixels.FONT_HIGH if task.al == 0x20 else pixels.FONT_LOW
        data.set_vector(task, number, task.es, task.bp)
    elif kind == 2 and which in FONTS:
        _set_fonts(task)
    elif kind == 1 and which in FONTS and which != 3 and not mode_of(task).bits:
        _set_rows(task, FONTS[which][0])
        output.show_cursor(task, video.adapter)


def _font_information(task: Task) -> None:
    """BH which. ES:BP where, CX bytes of a character on the screen, DL the last row."""
    pointer = POINTERS.get(task.bh)
    if pointer is None:
        return
    place = data.vector(task, pointer) if task.bh < 2 else (rom.SEGMENT, pointer)
    task.es, task.bp = place
    task.cx = word(task, data.CHARACTER_HEIGHT)
    task.dl = data.byte(task, data.LAST_ROW)


def alternate(video: Video, task: Task) -> None:
    """12: BL 10: what EGA it is; 31: whether setting a mode loads the palette."""
    if task.bl == 0x10:
        task.bx = 0x0003  # colour, 256 KiB
        task.cx = data.byte(task, data.VIDEO_SWITCHES)
    elif task.bl == 0x31 and task.al < 2:
        flags = data.byte(task, data.VGA_FLAGS) & ~NO_PALETTE
        data.set_byte(task, data.VGA_FLAGS, flags | (NO_PALETTE if task.al else 0))
        task.al = 0x12


def write_string(video: Video, task: Task) -> None:
    """13: ES:BP, CX characters, BH page, DH row, DL column, BL attribute; AL bit 0: the cursor
    moves, bit 1: each character is followed by its attribute."""
    if task.al > 3:
        return
    page = output.page_of(task, task.bh)
    before = output.cursor(task, page)
    output.set_cursor(task, video.adapter, page, task.dh, task.dl)
    pairs = bool(task.al & 2)
    for k in range(min(task.cx, LONGEST)):
        code = data.byte(task, linear(task.es, task.bp + k * (1 + pairs)))
        attribute = data.byte(task, linear(task.es, task.bp + 2 * k + 1)) if pairs else task.bl
        _type(video, task, page, code, attribute)
    if not task.al & 1:
        output.set_cursor(task, video.adapter, page, *before)


def display_code(video: Video, task: Task) -> None:
    """1A: AL 0: BL the active display, BH the other: none."""
    if task.al <= 1:
        if task.al == 0:
            task.bx = VGA_COLOUR
        task.al = 0x1A


def abilities(video: Video, task: Task) -> None:
    """1B: BX 0: what can be done and what is set, as 64 bytes at ES:DI."""
    if task.bx:
        return
    mode = mode_of(task)
    table = bytearray(64)
    table[0:4] = bytes((*rom.VIDEO_ABILITIES.to_bytes(2, "little"), 0x00, rom.SEGMENT >> 8))
    table[4:0x22] = task.read(data.VIDEO_MODE, 0x1E)
    table[0x22] = rows_of(task)
    table[0x23:0x25] = task.read(data.CHARACTER_HEIGHT, 2)
    table[0x25] = VGA_COLOUR
    table[0x27:0x29] = (1 << mode.bits if mode.bits else 16).to_bytes(2, "little")
    table[0x29] = pages_of(task)
    table[0x2A] = 2 if mode.height == 400 else 0
    table[0x31] = 3  # 256 KiB
    task.write(linear(task.es, task.di), bytes(table))
    task.al = 0x1B


FUNCTIONS: dict[int, Service] = {
    0x00: set_mode,
    0x01: set_cursor_shape,
    0x02: set_cursor,
    0x03: cursor,
    0x04: light_pen,
    0x05: set_page,
    0x06: scroll_up,
    0x07: scroll_down,
    0x08: read_cell,
    0x09: write_cells,
    0x0A: write_characters,
    0x0B: cga_colours,
    0x0C: write_pixel,
    0x0D: read_pixel,
    0x0E: teletype,
    0x0F: state,
    0x10: vga_colours,
    0x11: fonts,
    0x12: alternate,
    0x13: write_string,
    0x1A: display_code,
    0x1B: abilities,
}


def interrupt(video: Video, task: Task) -> bool:
    """INT 10h: the function is in AH; an unknown one changes nothing."""
    function = FUNCTIONS.get(task.ah)
    if function is not None:
        function(video, task)
    return True
