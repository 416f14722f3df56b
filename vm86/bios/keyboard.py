"""INT 09h's work, and INT 16h, on the buffer and the flags in the data area (Ralf Brown's lists).

The buffer is where the data area says, so a program may have moved it, or spoiled it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from vm86.bios import data, keys
from vm86.task import ZERO, Task, linear, set_word, word

# Shift flags at 40:17
RIGHT_SHIFT, LEFT_SHIFT, CONTROL, ALT = 0x01, 0x02, 0x04, 0x08
SCROLL, NUM, CAPS, INSERT = 0x10, 0x20, 0x40, 0x80
SHIFT = RIGHT_SHIFT | LEFT_SHIFT

# At 40:18 the keys of SCROLL to INSERT while held, and:
LEFT_CONTROL, LEFT_ALT = 0x01, 0x02

# At 40:96
AFTER_E1, AFTER_E0, RIGHT_CONTROL, RIGHT_ALT = 0x01, 0x02, 0x04, 0x08

LOCKS = {
    keys.SCROLL_LOCK: SCROLL,
    keys.NUM_LOCK: NUM,
    keys.CAPS_LOCK: CAPS,
    keys.INSERT: INSERT,
}
ENHANCED = 0x85  # scan codes from here on are none of the older keyboards'
PRINT_KEY = 0x7200  # Ctrl-PrintScreen


class Outcome(Enum):
    """What else a scan code asks for: nothing, INT 1Bh, INT 05h."""

    NOTHING = 0
    BREAK = 1
    PRINT_SCREEN = 2


# INT 09h


def key_event(task: Task, code: int) -> Outcome:
    """Take a scan code of port 60h: note shift states, put a key into the buffer. Ctrl-Break sets
    40:71 and empties the buffer but for a word of 0; Ctrl-Alt-Del does nothing."""
    mode = data.byte(task, data.KEYBOARD_MODE)
    if code in (0xE0, 0xE1):
        _set(task, data.KEYBOARD_MODE, AFTER_E0 if code == 0xE0 else AFTER_E1, True)
        return Outcome.NOTHING
    if mode & AFTER_E1:  # Pause sends E1 1D 45 E1 9D C5: it does nothing
        _set(task, data.KEYBOARD_MODE, AFTER_E1, code & 0x7F == keys.CONTROL)
        return Outcome.NOTHING
    extended = bool(mode & AFTER_E0)
    _set(task, data.KEYBOARD_MODE, AFTER_E0, False)
    if code > 0xF0:  # the keyboard's answers to commands
        return Outcome.NOTHING
    scan, down = code & 0x7F, code < keys.RELEASED
    if scan in (keys.SHIFT, 0x36, keys.CONTROL, keys.ALT):
        _modifier(task, scan, down, extended)
        return Outcome.NOTHING
    if scan in LOCKS and _lock(task, scan, down):
        return Outcome.NOTHING
    return _pressed(task, scan, extended) if down else Outcome.NOTHING


def _set(task: Task, place: int, bits: int, value: bool) -> None:
    kept = data.byte(task, place) & ~bits
    data.set_byte(task, place, kept | (bits if value else 0))


def _modifier(task: Task, scan: int, down: bool, extended: bool) -> None:
    if scan == keys.SHIFT or scan == 0x36:
        if not extended:  # some keys send a shift of their own, which is meant for older BIOSes
            _set(task, data.SHIFT_FLAGS, LEFT_SHIFT if scan == keys.SHIFT else RIGHT_SHIFT, down)
        return
    control = scan == keys.CONTROL
    left, right = (LEFT_CONTROL, RIGHT_CONTROL) if control else (LEFT_ALT, RIGHT_ALT)
    if extended:
        _set(task, data.KEYBOARD_MODE, right, down)
    else:
        _set(task, data.SHIFT_FLAGS_2, left, down)
    held = data.byte(task, data.SHIFT_FLAGS_2) & left | data.byte(task, data.KEYBOARD_MODE) & right
    _set(task, data.SHIFT_FLAGS, CONTROL if control else ALT, bool(held))
    typed = data.byte(task, data.ALT_INPUT)
    if not control and not held and typed:  # a number was typed while Alt was held
        data.set_byte(task, data.ALT_INPUT, 0)
        put(task, typed)


def _lock(task: Task, scan: int, down: bool) -> bool:
    """A key that toggles a flag; whether it does nothing else."""
    flag = LOCKS[scan]
    flags = data.byte(task, data.SHIFT_FLAGS)
    held = data.byte(task, data.SHIFT_FLAGS_2) & flag
    if down and flags & (CONTROL | ALT):
        return scan not in (keys.SCROLL_LOCK, keys.INSERT)
    _set(task, data.SHIFT_FLAGS_2, flag, down)
    if down and not held:
        _set(task, data.SHIFT_FLAGS, flag, not flags & flag)
    return scan != keys.INSERT


def _pressed(task: Task, scan: int, extended: bool) -> Outcome:
    flags = data.byte(task, data.SHIFT_FLAGS)
    if scan == keys.SCROLL_LOCK:
        return _break(task) if flags & CONTROL else Outcome.NOTHING
    if scan == keys.DELETE and flags & CONTROL and flags & ALT:
        return Outcome.NOTHING
    if scan == keys.PRINT_SCREEN and extended:
        if not flags & CONTROL:
            return Outcome.PRINT_SCREEN
        put(task, PRINT_KEY)
        return Outcome.NOTHING
    if scan in keys.KEYPAD_DIGITS and not extended and flags & ALT:
        number = 10 * data.byte(task, data.ALT_INPUT) + keys.KEYPAD_DIGITS.index(scan)
        data.set_byte(task, data.ALT_INPUT, number)
        return Outcome.NOTHING
    value = _meaning(scan, extended, flags)
    if value != keys.NOTHING:
        put(task, value)
    return Outcome.NOTHING


def _break(task: Task) -> Outcome:
    data.set_byte(task, data.BREAK_FLAG, 0x80)
    forget(task)
    put(task, 0)
    return Outcome.BREAK


def _meaning(scan: int, extended: bool, flags: int) -> int:
    """The word for the buffer that a key gives."""
    if extended:
        key = keys.EXTENDED_KEYS.get(scan)
    else:
        key = keys.KEYS.get(scan) or keys.DIGITS.get(scan)
    if key is None:
        return keys.NOTHING
    shifted = bool(flags & SHIFT)
    if scan in keys.LETTERS and flags & CAPS:
        shifted = not shifted
    if scan in keys.DIGITS and flags & NUM:
        shifted = not shifted
    if flags & ALT:
        return key.alt
    if flags & CONTROL:
        return key.control
    return key.shift if shifted else key.plain


# The buffer


def next_place(task: Task, offset: int) -> int:
    """The offset of the word behind another in the buffer."""
    offset = (offset + 2) & 0xFFFF
    return word(task, data.BUFFER_START) if offset >= word(task, data.BUFFER_END) else offset


def put(task: Task, value: int) -> bool:
    """Put a word at the buffer's end; False when it is full."""
    tail = word(task, data.BUFFER_TAIL)
    after = next_place(task, tail)
    if after == word(task, data.BUFFER_HEAD):
        return False
    set_word(task, linear(data.SEGMENT, tail), value)
    set_word(task, data.BUFFER_TAIL, after)
    return True


def is_empty(task: Task) -> bool:
    return word(task, data.BUFFER_HEAD) == word(task, data.BUFFER_TAIL)


def peek(task: Task) -> int | None:
    """The word that is next, or None."""
    if is_empty(task):
        return None
    return word(task, linear(data.SEGMENT, word(task, data.BUFFER_HEAD)))


def drop(task: Task) -> None:
    """Take the word that `peek` gives out of the buffer."""
    set_word(task, data.BUFFER_HEAD, next_place(task, word(task, data.BUFFER_HEAD)))


def forget(task: Task) -> None:
    """Empty the buffer."""
    start = word(task, data.BUFFER_START)
    set_word(task, data.BUFFER_HEAD, start)
    set_word(task, data.BUFFER_TAIL, start)


# INT 16h


def older(value: int) -> int | None:
    """A word as the older keyboards would give it, or None for a key which they lack."""
    scan, char = value >> 8, value & 0xFF
    if scan == keys.EXTENDED:
        return char | (0x3500 if char == ord("/") else 0x1C00)
    if scan >= ENHANCED or (char == 0xF0 and scan):
        return None
    return scan << 8 if char == keys.EXTENDED and scan else value


def next_older(task: Task) -> int | None:
    """The next key of the older keyboards; those before it are lost."""
    for _ in range(0x8000):  # not more words than a segment has, however the pointers are
        value = peek(task)
        if value is None:
            return None
        known = older(value)
        if known is not None:
            return known
        drop(task)
    return None


def _read(task: Task, value: int | None) -> bool:
    if value is None:
        return False
    drop(task)
    task.ax = value
    return True


def _check(task: Task, value: int | None) -> bool:
    if value is None:
        task.flags |= ZERO
    else:
        task.flags &= ~ZERO
        task.ax = value
    return True


def read(task: Task) -> bool:
    """00: AX the next key, for which it waits."""
    return _read(task, next_older(task))


def check(task: Task) -> bool:
    """01: AX the next key, which stays; ZF when there is none."""
    return _check(task, next_older(task))


def flags(task: Task) -> bool:
    """02: AL."""
    task.al = data.byte(task, data.SHIFT_FLAGS)
    return True


def typematic(task: Task) -> bool:
    """03: the host's keyboard repeats as that is set."""
    return True


def store(task: Task) -> bool:
    """05: CX into the buffer. AL 1 when it is full."""
    task.al = int(not put(task, task.cx))
    return True


def read_enhanced(task: Task) -> bool:
    """10."""
    return _read(task, peek(task))


def check_enhanced(task: Task) -> bool:
    """11."""
    return _check(task, peek(task))


def flags_enhanced(task: Task) -> bool:
    """12: AL as 02; AH the two keys of each kind, and the locks while held."""
    task.al = data.byte(task, data.SHIFT_FLAGS)
    held = data.byte(task, data.SHIFT_FLAGS_2)
    right = data.byte(task, data.KEYBOARD_MODE) & (RIGHT_CONTROL | RIGHT_ALT)
    task.ah = held & (CAPS | NUM | SCROLL | LEFT_CONTROL | LEFT_ALT) | right
    return True


FUNCTIONS: dict[int, Callable[[Task], bool]] = {
    0x00: read,
    0x01: check,
    0x02: flags,
    0x03: typematic,
    0x05: store,
    0x10: read_enhanced,
    0x11: check_enhanced,
    0x12: flags_enhanced,
}


def interrupt(task: Task) -> bool:
    """INT 16h: the function is in AH; an unknown one changes nothing."""
    function = FUNCTIONS.get(task.ah)
    return True if function is None else function(task)
