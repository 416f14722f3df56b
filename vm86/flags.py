"""The flags, and what arithmetic does to them (Appendix C of the manual)."""

from __future__ import annotations

from vm86.registers import (
    AF,
    CF,
    CPL,
    DF,
    FLAGS,
    IF,
    IOPL,
    MODE,
    MONITORED,
    NT,
    OF,
    PR,
    RF,
    SF,
    TF,
    VM,
    ZR,
)
from vm86.state import State, ones

# The status flags in EFLAGS
CARRY = 0x001
ALWAYS = 0x002
PARITY = 0x004
ADJUST = 0x010
ZERO_FLAG = 0x040
SIGN = 0x080


def parity(m: State) -> int:
    x = m.r[PR]
    x ^= x >> 4
    return 0x9669 >> (x & 15) & 1


def result(m: State, r: int, o: int) -> int:
    """Set SF, ZF and PF as a result of `o` bytes demands."""
    m.r[ZR] = r
    m.r[PR] = r
    m.r[SF] = r >> 8 * o - 1 & 1
    return r


def logical(m: State, r: int, o: int) -> int:
    m.r[CF] = 0
    m.r[OF] = 0
    m.r[AF] = 0
    return result(m, r, o)


def sum_(m: State, a: int, b: int, carry: int, o: int) -> int:
    t = a + b + carry
    r = t & ones(o)
    m.r[CF] = t >> 8 * o
    m.r[AF] = (a ^ b ^ r) >> 4 & 1
    m.r[OF] = ((a ^ r) & (b ^ r)) >> 8 * o - 1 & 1
    return result(m, r, o)


def difference(m: State, a: int, b: int, borrow: int, o: int) -> int:
    t = a - b - borrow
    r = t & ones(o)
    m.r[CF] = t >> 8 * o & 1
    m.r[AF] = (a ^ b ^ r) >> 4 & 1
    m.r[OF] = ((a ^ b) & (a ^ r)) >> 8 * o - 1 & 1
    return result(m, r, o)


def status(m: State) -> int:
    """The status flags as EFLAGS has them."""
    flags = m.r[CF] | parity(m) << 2 | m.r[AF] << 4 | m.r[SF] << 7 | m.r[OF] << 11
    return flags | (ZERO_FLAG if m.r[ZR] == 0 else 0)


def set_status(m: State, flags: int) -> int:
    m.r[CF] = flags & 1
    m.r[PR] = 0 if flags & PARITY else 1
    m.r[AF] = flags >> 4 & 1
    m.r[ZR] = 0 if flags & ZERO_FLAG else 1
    m.r[SF] = flags >> 7 & 1
    m.r[OF] = flags >> 11 & 1
    return 0


def eflags(m: State) -> int:
    return m.r[FLAGS] | status(m) | ALWAYS


def set_eflags(m: State, value: int) -> int:
    """All of them, as the processor itself does."""
    set_status(m, value)
    m.r[FLAGS] = value & (TF | IF | DF | IOPL | NT | RF | VM)
    return 0


def load_flags(m: State, value: int, more: int) -> int:
    """Those that the present level may change, as POPF and IRET do; `more`: RF, for IRETD.

    Under the host's monitor IF is the virtual one: the real one is always 1, and never seen.
    """
    settable = TF | DF | NT | more
    if m.r[CPL] == 0:
        settable |= IOPL
    if m.r[CPL] <= m.r[FLAGS] >> 12 & 3 or m.r[MODE] & MONITORED:
        settable |= IF
    set_status(m, value)
    m.r[FLAGS] = m.r[FLAGS] & ~settable | value & settable
    return 0


def condition(m: State, n: int) -> int:
    """Condition `n` of Jcc, SETcc: 1 if it holds."""
    k = n >> 1
    if k == 0:
        holds = m.r[OF]
    elif k == 1:
        holds = m.r[CF]
    elif k == 2:
        holds = 1 if m.r[ZR] == 0 else 0
    elif k == 3:
        holds = m.r[CF] | (1 if m.r[ZR] == 0 else 0)
    elif k == 4:
        holds = m.r[SF]
    elif k == 5:
        holds = parity(m)
    elif k == 6:
        holds = m.r[SF] ^ m.r[OF]
    else:
        holds = m.r[SF] ^ m.r[OF] | (1 if m.r[ZR] == 0 else 0)
    return holds ^ n & 1
