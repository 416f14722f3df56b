"""Input (section 10), saving and restarting: the instructions that need the host.

Such an instruction runs twice. The first time it stops with a request; the host answers in REPLY,
sets REPLIED, and lets it run again.
"""

from __future__ import annotations

from zmachine.numbers import seed
from zmachine.printing import begin, event, finish, status_line
from zmachine.registers import (
    ASK_A,
    ASK_B,
    ASK_C,
    ASK_D,
    BASE,
    COLUMN,
    DEPTH,
    DICTIONARY,
    DISCARD,
    ERASE_WINDOW,
    FP,
    LOWER_COLUMN,
    MEMORY,
    READ_KEY,
    READ_LINE,
    RESTORE,
    RESTORE_TABLE,
    ROW,
    SAVE,
    SAVE_TABLE,
    SCREEN,
    SP,
    START,
    STATIC,
    TIMER,
    TYPED,
    UPPER,
    VERSION,
    WINDOW,
    WORK,
)
from zmachine.state import (
    IMAGE_MASK,
    KEYS_MASK,
    LOWER_CASE,
    MASK,
    State,
    ask,
    change,
    poke,
    stopped,
)
from zmachine.words import split_line
from zoo.registers import REPLIED, REPLY


def reply(m: State) -> int:
    """Take the host's answer."""
    m.r[REPLIED] = 0
    return m.r[REPLY]


def read(m: State, n: int, text: int, parse: int, time: int, routine: int) -> int:
    """Read a line into a text buffer and take it apart: the terminating character.

    The request: ASK_A is how long the line may be, ASK_B a time in tenths of a second and ASK_C
    the routine to call then (0: none), ASK_D how many characters are there already, in `keys`.
    """
    version = m.r[VERSION]
    if m.r[REPLIED] == 0 and m.r[TIMER] != 2:
        if begin(m):
            return 0
        if version < 4:
            status_line(m)
        if finish(m):
            return 0
        longest = m.mem[text & MASK]
        m.r[ASK_A] = longest - 1 if version < 5 and longest else longest
        m.r[ASK_B] = time if n > 3 and version > 3 and routine else 0
        m.r[ASK_C] = routine
        present = m.mem[(text + 1) & MASK] if version > 4 else 0
        m.r[ASK_D] = present
        for k in range(present):
            m.keys[k & KEYS_MASK] = m.mem[(text + 2 + k) & MASK]
        return ask(m, READ_LINE)
    terminator = reply(m) if m.r[REPLIED] else 0
    m.r[TIMER] = 0
    m.r[LOWER_COLUMN] = 1
    start = text + 1 if version < 5 else text + 2
    count = min(m.r[TYPED], m.mem[text & MASK])
    for k in range(count):
        poke(m, start + k, m.zscii[LOWER_CASE + m.keys[k & KEYS_MASK]])
    if version < 5:
        poke(m, start + count, 0)
    else:
        poke(m, text + 1, count)
    if terminator and (parse or version < 5):
        split_line(m, text, parse, m.r[DICTIONARY], 0)
    return terminator


def sread(m: State, n: int, text: int, parse: int, time: int, routine: int) -> int:
    """read in versions 1 to 4, where it has no result."""
    read(m, n, text, parse, time, routine)
    return stopped(m)


def read_char(m: State, n: int, one: int, time: int, routine: int) -> int:
    """Read one key, in ZSCII. The request is in ASK_B and ASK_C, as read's."""
    if m.r[REPLIED] == 0 and m.r[TIMER] != 2:
        if begin(m):
            return 1
        m.r[ASK_B] = time if n > 2 and routine else 0
        m.r[ASK_C] = routine
        return ask(m, READ_KEY)
    code = reply(m) if m.r[REPLIED] else 0
    m.r[TIMER] = 0
    return code


def table_request(m: State, request: int, table: int, size: int, name: int) -> int:
    m.r[ASK_A] = table
    m.r[ASK_B] = size
    m.r[ASK_C] = name
    return ask(m, request)


def save(m: State, n: int, table: int, size: int, name: int) -> int:
    """Save the whole game, or `size` bytes of a table (15, save): 0 if it failed."""
    if m.r[REPLIED]:
        return reply(m)
    return table_request(m, SAVE_TABLE, table, size, name) if n else ask(m, SAVE)


def restore(m: State, n: int, table: int, size: int, name: int) -> int:
    """Restore a table (how many bytes), or a game: then only a failure, 0, comes back here."""
    if m.r[REPLIED]:
        return reply(m)
    return table_request(m, RESTORE_TABLE, table, size, name) if n else ask(m, RESTORE)


def begin_program(m: State) -> int:
    """The registers as a program begins (5.5), and its first instruction's address."""
    m.r[FP] = 3
    m.r[BASE] = 4
    m.r[SP] = 4
    m.r[DEPTH] = 1
    m.stack[0] = 0
    m.stack[1] = 3
    m.stack[2] = DISCARD
    m.stack[3] = 0
    m.r[MEMORY] = 0
    m.r[SCREEN] = 1
    m.r[WINDOW] = 0
    m.r[UPPER] = 0
    m.r[ROW] = 1
    m.r[COLUMN] = 1
    m.r[LOWER_COLUMN] = 1
    seed(m, 0)
    return m.r[START]


def restart_(m: State, pc: int) -> int:
    """The story from its beginning; two bits of Flags 2 survive (6.1.2.2)."""
    if begin(m):
        return pc
    flags = m.mem[0x11] & 3
    size = m.r[STATIC] & IMAGE_MASK
    for k in range(size):
        m.mem[k & MASK] = m.image[k & IMAGE_MASK]
        if m.code[k & MASK]:
            change(m, k)
    m.r[WORK] += size
    m.mem[0x11] = m.mem[0x11] & ~3 & 0xFF | flags
    event(m, ERASE_WINDOW, -1)
    return begin_program(m)
