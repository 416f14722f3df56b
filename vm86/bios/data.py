"""The BIOS data area at 0040:0000 (IBM AT technical reference; Ralf Brown's memory list)."""

from __future__ import annotations

from vm86.task import Task, set_word, word

SEGMENT = 0x40
AREA = 0x400  # its linear address, and those of its fields:

COM_PORTS = AREA + 0x00
LPT_PORTS = AREA + 0x08
EQUIPMENT = AREA + 0x10
MEMORY_SIZE = AREA + 0x13
SHIFT_FLAGS = AREA + 0x17
SHIFT_FLAGS_2 = AREA + 0x18
ALT_INPUT = AREA + 0x19
BUFFER_HEAD = AREA + 0x1A
BUFFER_TAIL = AREA + 0x1C
BUFFER = AREA + 0x1E
MOTOR_STATUS = AREA + 0x3F
MOTOR_COUNT = AREA + 0x40
DISKETTE_STATUS = AREA + 0x41
VIDEO_MODE = AREA + 0x49
COLUMNS = AREA + 0x4A
PAGE_SIZE = AREA + 0x4C
PAGE_START = AREA + 0x4E
CURSOR_POSITIONS = AREA + 0x50
CURSOR_SHAPE = AREA + 0x60
ACTIVE_PAGE = AREA + 0x62
CRTC_PORT = AREA + 0x63
MODE_CONTROL = AREA + 0x65
COLOUR_SELECT = AREA + 0x66
TICKS = AREA + 0x6C
MIDNIGHT = AREA + 0x70
BREAK_FLAG = AREA + 0x71
RESET_FLAG = AREA + 0x72
DISK_STATUS = AREA + 0x74
DISKS = AREA + 0x75
BUFFER_START = AREA + 0x80
BUFFER_END = AREA + 0x82
LAST_ROW = AREA + 0x84
CHARACTER_HEIGHT = AREA + 0x85
VIDEO_CONTROL = AREA + 0x87
VIDEO_SWITCHES = AREA + 0x88
VGA_FLAGS = AREA + 0x89
DISPLAY_CODE = AREA + 0x8A
KEYBOARD_MODE = AREA + 0x96
KEYBOARD_LEDS = AREA + 0x97

FIRST_KEY = 0x1E  # the keyboard buffer, as offsets in SEGMENT
PAST_LAST_KEY = 0x3E

# Equipment word
HAS_DISKETTES = 0x0001
HAS_MOUSE = 0x0004
COLOUR_80 = 0x0020  # the initial video mode: 80x25 in colour
MONOCHROME_80 = 0x0030

ENHANCED_KEYBOARD = 0x10  # in KEYBOARD_MODE


def equipment(diskettes: int) -> int:
    """The equipment word for a number of diskette drives: no serial or parallel ports."""
    if diskettes:
        return COLOUR_80 | HAS_DISKETTES | (min(diskettes, 4) - 1) << 6
    return COLOUR_80


def initialise(task: Task, memory: int = 640, diskettes: int = 0, disks: int = 0) -> None:
    """As the power-on test leaves it, but for the video's part, which setting a mode writes.

    memory: the base memory in KiB. diskettes, disks: how many drives there are.
    """
    task.write(AREA, bytes(0x100))
    for place, value in (
        (EQUIPMENT, equipment(diskettes)),
        (MEMORY_SIZE, memory),
        (BUFFER_HEAD, FIRST_KEY),
        (BUFFER_TAIL, FIRST_KEY),
        (BUFFER_START, FIRST_KEY),
        (BUFFER_END, PAST_LAST_KEY),
        (RESET_FLAG, 0x1234),  # a warm start, without a memory test
    ):
        set_word(task, place, value)
    set_byte(task, DISKS, disks)
    set_byte(task, KEYBOARD_MODE, ENHANCED_KEYBOARD)


def byte(task: Task, address: int) -> int:
    return task.read(address, 1)[0]


def set_byte(task: Task, address: int, value: int) -> None:
    task.write(address, bytes([value & 0xFF]))


def double(task: Task, address: int) -> int:
    return int.from_bytes(task.read(address, 4), "little")


def set_double(task: Task, address: int, value: int) -> None:
    task.write(address, (value & 0xFFFFFFFF).to_bytes(4, "little"))


def vector(task: Task, number: int) -> tuple[int, int]:
    """An interrupt's segment and offset."""
    return word(task, 4 * number + 2), word(task, 4 * number)


def set_vector(task: Task, number: int, segment: int, offset: int) -> None:
    set_word(task, 4 * number, offset)
    set_word(task, 4 * number + 2, segment)
