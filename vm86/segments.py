"""Segment registers and descriptors (chapters 5 and 6 of the manual)."""

from __future__ import annotations

from vm86.paging import USER, flush, system_load, system_save
from vm86.registers import (
    ACCESS,
    ACCESSED,
    BASE,
    BIG,
    BIG_BIT,
    CODE_BIT,
    CPL,
    CR0,
    CS,
    DOWN,
    DR,
    EXCEPTION,
    FLAGS,
    GDT_BASE,
    GDT_LIMIT,
    GP,
    GRANULAR,
    HIGH,
    LDTR,
    LIMIT,
    LOW,
    MODE,
    MONITOR,
    MONITORED,
    NP,
    PE,
    PG,
    PLAIN,
    PRESENT,
    PROTECTED,
    READABLE,
    REAL_ACCESS,
    RING,
    ROM_END,
    ROM_START,
    SEGMENT_BIT,
    SELECTOR,
    SS,
    STACK,
    STACK_FAULT,
    VIRTUAL,
    VIRTUAL_ACCESS,
    VM,
    WATCHED,
    WRAP,
    WRITABLE,
    WRITABLE_BIT,
)
from vm86.state import DWORD, MEGABYTE, RAM, State, fault

NULL = 0xFFFC  # of a selector: what must not be 0
LOCAL = 4  # the table indicator
RPL = 3


# The mode


def set_mode(m: State) -> int:
    """MODE and CPL, after CR0.PE, EFLAGS.VM or the code segment have changed."""
    mode = BIG if m.r[ACCESS + CS] & BIG_BIT else 0
    if m.r[CR0] & PE == 0:
        set_ring(m, 0)
    elif m.r[FLAGS] & VM:
        mode = PROTECTED | VIRTUAL | (MONITORED if m.r[MONITOR] else 0)
        set_ring(m, 3)
    else:
        mode |= PROTECTED
    m.r[MODE] = mode
    return 0


def set_ring(m: State, ring: int) -> int:
    m.r[CPL] = ring
    m.r[RING] = USER if ring == 3 else 0
    return 0


def set_plain(m: State) -> int:
    """Where linear addresses are what they seem, after CR0.PG, DR7 or address line 20 changed.

    The host's monitor maps a task's first megabyte as it is.
    """
    flush(m)
    m.r[WATCHED] = 0
    for n in range(4):
        if m.r[DR + 7] >> 2 * n & 3 and m.r[DR + 7] >> 16 + 4 * n & 3:
            m.r[WATCHED] = 1
    m.r[PLAIN] = RAM if m.r[WRAP] & MEGABYTE else MEGABYTE
    if m.r[ROM_END]:
        m.r[PLAIN] = min(m.r[PLAIN], m.r[ROM_START])
    if m.r[WATCHED] or (m.r[CR0] & PG and m.r[MODE] & MONITORED == 0):
        m.r[PLAIN] = 0
    elif m.r[MODE] & MONITORED:
        m.r[PLAIN] = min(m.r[PLAIN], MEGABYTE)
    return 0


# Loading


def set_access(m: State, n: int, access: int) -> int:
    """What may be done with segment `n`, whose limit is known."""
    m.r[ACCESS + n] = access
    readable = access & PRESENT and access & SEGMENT_BIT
    if access & CODE_BIT:
        writable = 0
        readable = readable and access & WRITABLE_BIT
    else:
        readable = 0 if access & DOWN else readable
        writable = readable and access & WRITABLE_BIT
    m.r[READABLE + n] = m.r[LIMIT + n] if readable else -1
    m.r[WRITABLE + n] = m.r[LIMIT + n] if writable else -1
    if n == SS:
        m.r[STACK] = DWORD if access & BIG_BIT else 0xFFFF
    return 0


def load_plain(m: State, n: int, selector: int) -> int:
    """Load segment register `n` as the 8086 does. The limit stays in real mode (section 14.4)."""
    m.r[SELECTOR + n] = selector & 0xFFFF
    m.r[BASE + n] = (selector & 0xFFFF) << 4
    access = VIRTUAL_ACCESS if m.r[MODE] & VIRTUAL else REAL_ACCESS
    if m.r[ACCESS + n] != access:
        set_access(m, n, access)
    return 0


def load_virtual(m: State, n: int, selector: int) -> int:
    """Load it on entering virtual-8086 mode, or after a reset."""
    m.r[LIMIT + n] = 0xFFFF
    m.r[ACCESS + n] = 0
    return load_plain(m, n, selector)


def look_up(m: State, selector: int, vector: int, outside: int) -> int:
    """Find a descriptor: its linear address; it is in LOW and HIGH then. -1 after a fault, which is
    `vector` if it lies beyond its table's limit. outside: the EXT bit of the error code."""
    at = selector & 0xFFF8
    if selector & LOCAL:
        base, limit = m.r[BASE + LDTR], m.r[LIMIT + LDTR]
        if m.r[ACCESS + LDTR] & PRESENT == 0:
            limit = -1
    else:
        base, limit = m.r[GDT_BASE], m.r[GDT_LIMIT]
    if at + 7 > limit:
        return fault(m, vector, selector & NULL | outside)
    return read_descriptor(m, base + at & DWORD)


def read_descriptor(m: State, a: int) -> int:
    """The eight bytes at a linear address, in LOW and HIGH; -1 after a page fault."""
    m.r[LOW] = system_load(m, a, 4)
    if m.r[EXCEPTION]:
        return -1
    m.r[HIGH] = system_load(m, a + 4, 4)
    return -1 if m.r[EXCEPTION] else a


def limit_of(low: int, high: int) -> int:
    limit = high & 0xF0000 | low & 0xFFFF
    return limit << 12 | 0xFFF if high & GRANULAR else limit


def dpl_of(high: int) -> int:
    return high >> 13 & 3


def install(m: State, n: int, selector: int, a: int) -> int:
    """Load segment register `n` with the descriptor in LOW and HIGH, which comes from address `a`;
    -1 after a page fault, when it cannot be marked as accessed."""
    low, high = m.r[LOW], m.r[HIGH]
    if high & SEGMENT_BIT and high & ACCESSED == 0:
        high |= ACCESSED
        if system_save(m, a + 5, 1, high >> 8) < 0:
            return -1
    m.r[SELECTOR + n] = selector & 0xFFFF
    m.r[BASE + n] = high & 0xFF000000 | (high & 0xFF) << 16 | low >> 16
    m.r[LIMIT + n] = limit_of(low, high)
    return set_access(m, n, high & 0xF0FF00)


def unload(m: State, n: int, selector: int) -> int:
    """A null selector: nothing can be done with the segment."""
    m.r[SELECTOR + n] = selector & 0xFFFF
    m.r[BASE + n] = 0
    m.r[LIMIT + n] = 0
    return set_access(m, n, 0)


def load_data(m: State, n: int, selector: int, vector: int) -> int:
    """Load DS, ES, FS or GS; -1 after a fault: `vector`, or #NP."""
    if selector & NULL == 0:
        return unload(m, n, selector)
    a = look_up(m, selector, vector, 0)
    if a < 0:
        return -1
    high = m.r[HIGH]
    code = selector & NULL
    if high & SEGMENT_BIT == 0 or high & (CODE_BIT | WRITABLE_BIT) == CODE_BIT:
        return fault(m, vector, code)
    conforming = high & (CODE_BIT | DOWN) == CODE_BIT | DOWN
    if not conforming and dpl_of(high) < max(m.r[CPL], selector & RPL):
        return fault(m, vector, code)
    if high & PRESENT == 0:
        return fault(m, NP, code)
    return install(m, n, selector, a)


def load_stack(m: State, selector: int, ring: int, vector: int, outside: int) -> int:
    """Load SS for privilege level `ring`; -1 after a fault: `vector`, or #SS."""
    if selector & NULL == 0:
        return fault(m, vector, outside)
    a = look_up(m, selector, vector, outside)
    if a < 0:
        return -1
    high = m.r[HIGH]
    code = selector & NULL | outside
    wanted = SEGMENT_BIT | WRITABLE_BIT
    if high & (SEGMENT_BIT | CODE_BIT | WRITABLE_BIT) != wanted:
        return fault(m, vector, code)
    if selector & RPL != ring or dpl_of(high) != ring:
        return fault(m, vector, code)
    if high & PRESENT == 0:
        return fault(m, STACK_FAULT, code)
    return install(m, SS, selector, a)


def load_segment(m: State, n: int, selector: int) -> int:
    """Load a segment register other than CS; -1 after a fault."""
    if m.r[MODE] & (PROTECTED | VIRTUAL) != PROTECTED:
        return load_plain(m, n, selector)
    if n == SS:
        return load_stack(m, selector, m.r[CPL], GP, 0)
    return load_data(m, n, selector, GP)


def load_code(m: State, selector: int, a: int, ring: int) -> int:
    """Load CS with the descriptor in LOW and HIGH, for privilege level `ring`."""
    if install(m, CS, selector & ~RPL | ring, a) < 0:
        return -1
    set_ring(m, ring)
    return set_mode(m)


def is_code(high: int) -> int:
    return 1 if high & (SEGMENT_BIT | CODE_BIT) == SEGMENT_BIT | CODE_BIT else 0


def is_conforming(high: int) -> int:
    return 1 if high & DOWN else 0
