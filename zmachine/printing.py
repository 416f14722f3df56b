"""Text and output (sections 3 and 7): from Z-characters to the screen's arena or to memory.

The arena `out` may fill in the middle of an instruction. Then the run stops, the host empties it,
and the instruction runs again, leaving out as many characters as were printed before (SKIP).
"""

from __future__ import annotations

from zmachine.flow import ret
from zmachine.objects import properties
from zmachine.registers import (
    ABBREVIATIONS,
    ASK_A,
    BAD_STREAM,
    COLUMN,
    FLAGS,
    FLAGS2,
    FLUSH,
    GLOBALS,
    LOWER_COLUMN,
    MEMORY,
    OBJECT_ZERO,
    OUT,
    PACK,
    PRINTED,
    ROW,
    SCREEN,
    SET_CURSOR,
    SKIP,
    STATUS,
    STATUS_END,
    STREAM,
    STREAM_NESTING,
    STRINGS,
    TABLES,
    VERSION,
    WINDOW,
    WORK,
)
from zmachine.state import (
    ALPHABET,
    MASK,
    OUTPUT_LIMIT,
    OUTPUT_MASK,
    UNICODE_OF,
    State,
    ask,
    fault,
    notice,
    poke,
    poke_word,
    signed,
    word,
)
from zoo.registers import STOP

NEWLINE = 13
QUESTION_MARK = 63
# Z-characters in one text, abbreviations counted as they are written out: a text without an end
# is cut there.
LONGEST_TEXT = 1 << 17
# Bytes that long instructions may work through before the host has a look.
WORK_LIMIT = 1 << 24


def begin(m: State) -> int:
    """What every printing or long instruction does first: 1 if it must not go on now."""
    if m.r[OUT] >= OUTPUT_LIMIT or m.r[WORK] > WORK_LIMIT:
        return ask(m, FLUSH)
    m.r[PRINTED] = 0
    flags = m.mem[0x11] & 3
    if flags != m.r[FLAGS2]:
        m.r[FLAGS2] = flags
        event(m, FLAGS, flags)
    return 0


def finish(m: State) -> int:
    """What a printing instruction does last: whether it was stopped."""
    if m.r[STOP]:
        return 1
    m.r[SKIP] = 0
    m.r[WORK] += m.r[PRINTED]
    return 0


def event(m: State, code: int, a: int) -> int:
    """Tell the host of something else than a character, with one argument."""
    out = m.r[OUT]
    m.out[out & OUTPUT_MASK] = code
    m.out[(out + 1) & OUTPUT_MASK] = a
    m.r[OUT] = out + 2
    return 0


def more(m: State, a: int) -> int:
    """One more argument of the event."""
    out = m.r[OUT]
    m.out[out & OUTPUT_MASK] = a
    m.r[OUT] = out + 1
    return 0


def admit(m: State) -> int:
    """Whether the next character of this instruction is to be printed now."""
    if m.r[STOP]:
        return 0
    count = m.r[PRINTED]
    if count >= m.r[SKIP] and m.r[OUT] >= OUTPUT_LIMIT:
        m.r[SKIP] = count
        ask(m, FLUSH)
        return 0
    m.r[PRINTED] = count + 1
    return 1 if count >= m.r[SKIP] else 0


def put(m: State, code: int) -> int:
    """Print one character, a Unicode code point or 10 for a new line, on the screen."""
    if admit(m) == 0:
        return 0
    out = m.r[OUT]
    m.out[out & OUTPUT_MASK] = code
    m.r[OUT] = out + 1
    if m.r[WINDOW] == 1:
        if code == 10:
            m.r[ROW] += 1
            m.r[COLUMN] = 1
        else:
            m.r[COLUMN] += 1
    else:
        m.r[LOWER_COLUMN] = 1 if code == 10 else m.r[LOWER_COLUMN] + 1
    return 0


def print_zscii(m: State, code: int) -> int:
    """Print one ZSCII character (3.8) to the selected streams."""
    if m.r[MEMORY]:
        pair = TABLES + 2 * ((m.r[MEMORY] - 1) & 15)
        if code:
            poke(m, m.r[pair] + 2 + m.r[pair + 1], code)
            m.r[pair + 1] += 1
    elif 32 <= code < 127:
        put(m, code)
    elif code == NEWLINE:
        put(m, 10)
    elif code:
        point = m.zscii[UNICODE_OF + code] if code < 256 else 0
        put(m, point if point else QUESTION_MARK)
    return 0


def print_string(m: State, address: int) -> int:
    """Print the Z-encoded text at a byte address."""
    version = m.r[VERSION]
    start = address
    # Where to go on after an abbreviation; they don't nest (3.3.1).
    inside = 0
    back = 0
    pair = word(m, address)
    back_pair = 0
    shift = 10
    back_shift = 0
    alphabet = 0
    locked = 0  # versions 1 and 2 can stay in an alphabet (3.2.2)
    bank = -1  # the abbreviation's bank is known, its number follows
    high = -1  # -2: the first half of a 10-bit code follows; 0..31: the second
    for _ in range(LONGEST_TEXT):
        z = pair >> shift & 31
        now = alphabet
        alphabet = locked
        if bank >= 0:
            entry = m.r[ABBREVIATIONS] + 2 * (32 * bank + z)
            bank = -1
            if inside == 0:
                inside = 1
                back = address
                back_pair = pair
                back_shift = shift
                address = 2 * word(m, entry) - 2  # a word address (1.2.2), taken up below
                pair = 0
                shift = 0
        elif high == -2:
            high = z
        elif high >= 0:
            print_zscii(m, high << 5 | z)
            high = -1
        elif z > 5:
            if now == 2 and z == 6:
                high = -2
            else:
                print_zscii(m, m.zscii[ALPHABET + 32 * now + z])
        elif z == 0:
            print_zscii(m, 32)
        elif version > 2:
            if z < 4:
                bank = z - 1
            else:
                alphabet = z - 3
        elif z == 1:
            if version == 2:
                bank = 0
            else:
                print_zscii(m, NEWLINE)
        else:
            alphabet = (now + (1 if z & 1 == 0 else 2)) % 3
            if z > 3:
                locked = alphabet
        # The next Z-character.
        while shift == 0 and pair & 0x8000:
            if inside == 0:
                m.r[WORK] += abs(address - start)
                return 0
            inside = 0
            address = back
            pair = back_pair
            shift = back_shift
            alphabet = locked
        if shift:
            shift -= 5
        else:
            address += 2
            if address > MASK:
                return 0
            pair = word(m, address)
            shift = 10
    return 0


def print_number(m: State, number: int) -> int:
    """Print a signed number in decimal."""
    x = signed(number)
    if x < 0:
        print_zscii(m, 45)
        x = -x
    power = 1
    while power * 10 <= x:
        power *= 10
    while power > 0:
        print_zscii(m, 48 + x // power % 10)
        power //= 10
    return 0


# The instructions. Each begins and finishes as above, so that it can be taken up again.


def print_(m: State, x: int) -> int:
    return print_at(m, x)


def print_at(m: State, address: int) -> int:
    if begin(m):
        return 1
    print_string(m, address)
    return finish(m)


def print_ret(m: State, pc: int, x: int) -> int:
    if begin(m):
        return pc
    print_string(m, x)
    print_zscii(m, NEWLINE)
    return pc if finish(m) else ret(m, pc, 1)


def print_addr(m: State, address: int) -> int:
    return print_at(m, address)


def print_paddr(m: State, packed: int) -> int:
    return print_at(m, (packed << (m.r[PACK] & 7)) + m.r[STRINGS])


def print_obj(m: State, number: int) -> int:
    if number == 0:
        return notice(m, OBJECT_ZERO)
    table = properties(m, number)
    # The name's first byte is its length in words: 0 is no name at all (12.4).
    return print_at(m, table + 1) if m.mem[table & MASK] else 0


def print_num(m: State, number: int) -> int:
    if begin(m):
        return 1
    print_number(m, number)
    return finish(m)


def print_char(m: State, code: int) -> int:
    if begin(m):
        return 1
    print_zscii(m, code & 1023)
    return finish(m)


def new_line(m: State) -> int:
    return print_char(m, NEWLINE)


def print_unicode(m: State, point: int) -> int:
    if begin(m):
        return 1
    if m.r[MEMORY]:
        code = zscii_of(m, point)
        print_zscii(m, code if code else QUESTION_MARK)
    else:
        put(m, point if printable(point) else QUESTION_MARK)
    return finish(m)


def printable(point: int) -> int:
    """Whether a code point is a character, and no control character or half of a pair."""
    return 1 if 32 <= point < 127 or 160 <= point < 0xD800 or point >= 0xE000 else 0


def zscii_of(m: State, point: int) -> int:
    """The ZSCII character of a Unicode code point, 0 if it has none."""
    if 32 <= point < 127:
        return point
    for code in range(155, 252):
        if m.zscii[UNICODE_OF + code] == point and point:
            return code
    return 0


def check_unicode(m: State, point: int) -> int:
    """Bit 0: it can be printed. Bit 1: it can be typed (15, check_unicode)."""
    if zscii_of(m, point):
        return 3
    return printable(point)


def print_table(m: State, n: int, address: int, width: int, height: int, skip: int) -> int:
    """A rectangle of text, whose lines begin below each other (15, print_table)."""
    if begin(m):
        return 1
    if m.r[SKIP] == 0:
        m.r[ASK_A] = m.r[COLUMN]  # an interrupted attempt left the cursor elsewhere
    for line in range(height if n > 2 else 1):
        if line:
            if m.r[MEMORY] or m.r[WINDOW] == 0:
                print_zscii(m, NEWLINE)
            elif admit(m):
                m.r[ROW] += 1
                m.r[COLUMN] = m.r[ASK_A]
                event(m, SET_CURSOR, m.r[ROW])
                more(m, m.r[COLUMN])
        for k in range(width):
            print_zscii(m, m.mem[(address + k) & MASK])
        address += width + (skip if n > 3 else 0)
        if address > 0xFFFF:
            break
        if m.r[STOP]:
            return 1
    return finish(m)


def output_stream(m: State, number: int, table: int) -> int:
    if begin(m):
        return 1
    stream = signed(number)
    if stream == 3:
        if m.r[MEMORY] >= 16:
            return fault(m, STREAM_NESTING)
        pair = TABLES + 2 * (m.r[MEMORY] & 15)
        m.r[MEMORY] += 1
        m.r[pair] = table
        m.r[pair + 1] = 0
        return poke_word(m, table, 0)
    if stream == -3:
        if m.r[MEMORY]:
            pair = TABLES + 2 * ((m.r[MEMORY] - 1) & 15)
            m.r[MEMORY] -= 1
            return poke_word(m, m.r[pair], m.r[pair + 1])
        return 0
    if stream == 1 or stream == -1:
        m.r[SCREEN] = 1 if stream > 0 else 0
    elif stream == 2 or stream == -2:
        # The transcript is also a bit of Flags 2, which the story may set by itself (7.3).
        poke(m, 0x11, m.mem[0x11] & ~1 | (1 if stream > 0 else 0))
        m.r[FLAGS2] = m.mem[0x11] & 3
        return event(m, FLAGS, m.r[FLAGS2])
    elif stream != 4 and stream != -4:
        return notice(m, BAD_STREAM) if stream else 0
    return event(m, STREAM, stream)


def show_status(m: State) -> int:
    """The status line of versions 1 to 3 (8.2): a name and two numbers, for the host to show."""
    if m.r[VERSION] > 3:
        return 0
    if begin(m):
        return 1
    status_line(m)
    return finish(m)


def status_line(m: State) -> int:
    memory = m.r[MEMORY]
    column = m.r[LOWER_COLUMN]
    window = m.r[WINDOW]
    m.r[MEMORY] = 0
    m.r[WINDOW] = 0
    if admit(m):
        more(m, STATUS)
    number = word(m, m.r[GLOBALS])
    if number:
        table = properties(m, number)
        if m.mem[table & MASK]:
            print_string(m, table + 1)
    if admit(m):
        event(m, STATUS_END, signed(word(m, m.r[GLOBALS] + 2)))
        more(m, signed(word(m, m.r[GLOBALS] + 4)))
        more(m, m.mem[1] >> 1 & 1)
    m.r[MEMORY] = memory
    m.r[LOWER_COLUMN] = column
    m.r[WINDOW] = window
    return 0
