"""Dictionaries: encoding words, looking them up, taking a line apart (sections 3.7 and 13)."""

from __future__ import annotations

from zmachine.printing import begin
from zmachine.registers import DICTIONARY, VERSION, WORK
from zmachine.state import ENCODING, MASK, State, poke, poke_word, signed, stopped, word

PAD = 5
SPACE = 32


def encode(m: State, address: int, length: int) -> int:
    """The dictionary form of the ZSCII text at `address`: 6 Z-characters in versions 1 to 3
    (32 bits), 9 later (48 bits)."""
    resolution = 6 if m.r[VERSION] < 4 else 9
    coded = 0
    count = 0
    k = 0
    while count < resolution:
        if k >= length:
            coded = coded << 5 | PAD
            count += 1
            continue
        code = m.mem[(address + k) & MASK]
        k += 1
        place = m.zscii[ENCODING + code]
        if code == SPACE or place:
            alphabet = place >> 5
            if alphabet:
                # Versions 1 and 2 shift with Z-characters 2 and 3, later ones with 4 and 5.
                coded = coded << 5 | alphabet + (1 if m.r[VERSION] < 3 else 3)
                count += 1
            if count < resolution:
                coded = coded << 5 | place & 31
                count += 1
            continue
        # A character of no alphabet: 5, 6, and its 10 bits (3.4).
        for part in (5 if m.r[VERSION] > 2 else 3, 6, code >> 5, code & 31):
            if count < resolution:
                coded = coded << 5 | part
                count += 1
    return pack_word(coded, resolution)


def pack_word(coded: int, resolution: int) -> int:
    """Three Z-characters to a 16-bit word, the last word marked by its top bit (3.2)."""
    packed = 0
    for k in range(resolution // 3):
        three = coded >> (5 * (resolution - 3 - 3 * k)) & 0x7FFF
        packed = packed << 16 | three
    return packed | 0x8000


def entry_key(m: State, address: int, size: int) -> int:
    """The first `size` bytes of a dictionary entry as one number."""
    key = 0
    for k in range(size):
        key = key << 8 | m.mem[(address + k) & MASK]
    return key


def look_up(m: State, dictionary: int, key: int) -> int:
    """The address of the entry that begins with `key`, or 0.

    A dictionary of the story's own may be unsorted, which a negative count says (13.6). The others
    are searched by halves, with the middle rounded down: some published games have unsorted
    dictionaries whose words are found by just these steps.
    """
    size = 4 if m.r[VERSION] < 4 else 6
    table = dictionary + 1 + m.mem[dictionary & MASK]
    length = m.mem[table & MASK]
    count = signed(word(m, table + 1))
    first = table + 3
    if count < 0:
        m.r[WORK] -= count
        for k in range(-count):
            if entry_key(m, first + k * length, size) == key:
                return first + k * length
        return 0
    low = 0
    high = count - 1
    while low <= high:
        middle = (low + high) // 2
        address = first + middle * length
        found = entry_key(m, address, size)
        if found == key:
            return address
        if found < key:
            low = middle + 1
        else:
            high = middle - 1
    return 0


def is_separator(m: State, dictionary: int, code: int) -> int:
    for k in range(m.mem[dictionary & MASK]):
        if m.mem[(dictionary + 1 + k) & MASK] == code:
            return 1
    return 0


def token(m: State, start: int, end: int, text: int, parse: int, dictionary: int, keep: int) -> int:
    """Look the word from `start` to `end` up and enter it into the parse buffer.

    keep: 1 leaves the entries of unknown words as they are (tokenise's flag).
    """
    count = m.mem[(parse + 1) & MASK]
    if count >= m.mem[parse & MASK]:
        return 0
    found = look_up(m, dictionary, encode(m, start, end - start))
    entry = parse + 2 + 4 * count
    poke(m, parse + 1, count + 1)
    if found or keep == 0:
        poke_word(m, entry, found)
        poke(m, entry + 2, end - start)
        poke(m, entry + 3, start - text)
    return 0


def split_line(m: State, text: int, parse: int, dictionary: int, keep: int) -> int:
    """Take the line in a text buffer apart into words (13.6.1)."""
    if m.r[VERSION] < 5:
        start = text + 1
        end = start
        while m.mem[end & MASK] and end < start + 255:
            end += 1
    else:
        start = text + 2
        end = start + m.mem[(text + 1) & MASK]
    poke(m, parse + 1, 0)
    begun = start
    for at in range(start, end):
        code = m.mem[at & MASK]
        if code == SPACE:
            if at > begun:
                token(m, begun, at, text, parse, dictionary, keep)
            begun = at + 1
        elif is_separator(m, dictionary, code):
            if at > begun:
                token(m, begun, at, text, parse, dictionary, keep)
            token(m, at, at + 1, text, parse, dictionary, keep)
            begun = at + 1
    if end > begun:
        token(m, begun, end, text, parse, dictionary, keep)
    return 0


def tokenise(m: State, n: int, text: int, parse: int, dictionary: int, flag: int) -> int:
    if begin(m):
        return 1
    if n < 3 or dictionary == 0:
        dictionary = m.r[DICTIONARY]
    split_line(m, text, parse, dictionary, 1 if n > 3 and flag else 0)
    return stopped(m)


def encode_text(m: State, text: int, length: int, start: int, coded: int) -> int:
    key = encode(m, text + start, length)
    poke_word(m, coded, key >> 32)
    poke_word(m, coded + 2, key >> 16 & 0xFFFF)
    poke_word(m, coded + 4, key & 0xFFFF)
    return stopped(m)
