"""Bit test and bit scan. A bit's number may reach beyond the operand, if it lies in memory."""

from __future__ import annotations

from vm86.memory import place, target
from vm86.registers import CF, OF, ZR
from vm86.state import State, get, load, put, save, signed

TEST = 0
SET = 1
RESET = 2
COMPLEMENT = 3


def changed(u: int, k: int, what: int) -> int:
    """The operand with bit `k` as it is to be."""
    if what == SET:
        return u | 1 << k
    if what == RESET:
        return u & ~(1 << k)
    return u ^ 1 << k if what == COMPLEMENT else u


def known(m: State, o: int, u: int, v: int, what: int) -> int:
    """Bit number V of U goes to CF, and is changed: the operand as it is to be. A 386 turns the bit
    to the lowest place, and sets OF as a rotation does."""
    bits = 8 * o
    k = v & bits - 1
    m.r[CF] = u >> k & 1
    m.r[OF] = (u >> (k - 1 & bits - 1) ^ u >> (k - 2 & bits - 1)) & 1
    return changed(u, k, what)


def in_string(m: State, o: int, g: int, e: int, s: int, off: int, am: int, what: int) -> int:
    """Bit number G of E goes to CF, and is changed; -1 after a fault."""
    number = get(m, g, o)
    if e >= 0:
        return put(m, e, o, known(m, o, get(m, e, o), number, what))
    off = off + (signed(number, o) >> (4 if o == 2 else 5)) * o & am
    a = place(m, s, off, o) if what == TEST else target(m, s, off, o)
    if a < 0:
        return -1
    u = known(m, o, load(m, a, o), number, what)
    return 0 if what == TEST else save(m, a, o, u)


def bt(m: State, o: int, g: int, e: int, s: int, off: int, am: int) -> int:
    return in_string(m, o, g, e, s, off, am, TEST)


def bts(m: State, o: int, g: int, e: int, s: int, off: int, am: int) -> int:
    return in_string(m, o, g, e, s, off, am, SET)


def btr(m: State, o: int, g: int, e: int, s: int, off: int, am: int) -> int:
    return in_string(m, o, g, e, s, off, am, RESET)


def btc(m: State, o: int, g: int, e: int, s: int, off: int, am: int) -> int:
    return in_string(m, o, g, e, s, off, am, COMPLEMENT)


def bt_i(m: State, o: int, u: int, v: int) -> int:
    return known(m, o, u, v, TEST)


def bts_i(m: State, o: int, u: int, v: int) -> int:
    return known(m, o, u, v, SET)


def btr_i(m: State, o: int, u: int, v: int) -> int:
    return known(m, o, u, v, RESET)


def btc_i(m: State, o: int, u: int, v: int) -> int:
    return known(m, o, u, v, COMPLEMENT)


def bsf(m: State, u: int, v: int) -> int:
    """Without a bit that is set the destination stays as it is."""
    m.r[ZR] = v
    if v == 0:
        return u
    k = 0
    while k < 31 and v >> k & 1 == 0:
        k += 1
    return k


def bsr(m: State, u: int, v: int) -> int:
    m.r[ZR] = v
    if v == 0:
        return u
    k = 31
    while k > 0 and v >> k & 1 == 0:
        k -= 1
    return k
