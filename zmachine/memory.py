"""Arrays and tables in memory (section 15)."""

from __future__ import annotations

from zmachine.printing import begin
from zmachine.registers import STATIC, WORK
from zmachine.state import MASK, State, change, poke, poke_word, signed, stopped, word


def loadw(m: State, array: int, index: int) -> int:
    address = (array + 2 * index) & 0xFFFF
    return m.mem[address & MASK] << 8 | m.mem[(address + 1) & MASK]


def loadb(m: State, array: int, index: int) -> int:
    return m.mem[(array + index) & 0xFFFF]


def storew(m: State, array: int, index: int, value: int) -> int:
    address = (array + 2 * index) & 0xFFFF
    if address + 1 < m.r[STATIC]:
        m.mem[address & MASK] = value >> 8
        m.mem[(address + 1) & MASK] = value & 0xFF
        if m.code[address & MASK] | m.code[(address + 1) & MASK]:
            change(m, address)
        return 0
    return poke_word(m, address, value)


def storeb(m: State, array: int, index: int, value: int) -> int:
    address = (array + index) & 0xFFFF
    if address < m.r[STATIC]:
        m.mem[address & MASK] = value & 0xFF
        if m.code[address & MASK]:
            change(m, address)
        return 0
    return poke(m, address, value)


def scan_table(m: State, n: int, wanted: int, table: int, length: int, form: int) -> int:
    """The address of the first field that is `wanted`, or 0. `form`: bit 7 words, then a width."""
    if begin(m):
        return 1
    if n < 4:
        form = 0x82
    m.r[WORK] += length
    address = table
    for _ in range(length):
        if (word(m, address) if form & 0x80 else m.mem[address & MASK]) == wanted:
            return address
        address = (address + (form & 0x7F)) & 0xFFFF
    return 0


def copy_table(m: State, first: int, second: int, size: int) -> int:
    """Copy, or clear the first if the second is 0; a negative size copies forwards anyhow."""
    if begin(m):
        return 1
    length = signed(size)
    count = abs(length)
    m.r[WORK] += count
    if second == 0:
        for k in range(count):
            poke(m, (first + k) & 0xFFFF, 0)
    elif length < 0 or first > second:
        for k in range(count):
            poke(m, (second + k) & 0xFFFF, m.mem[(first + k) & 0xFFFF])
    else:
        for k in range(count - 1, -1, -1):
            poke(m, (second + k) & 0xFFFF, m.mem[(first + k) & 0xFFFF])
    return stopped(m)
