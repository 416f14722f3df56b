"""Where code is, and what has to be seen to between two instructions."""

from __future__ import annotations

from vm86.paging import PAGE, in_memory, translated, unwatched, walk
from vm86.registers import (
    BASE,
    BROKEN,
    BS,
    CS,
    DB,
    DR,
    END,
    EXCEPTION,
    FETCHED,
    FLAGS,
    GP,
    IF,
    INTERRUPT,
    LIMIT,
    ORIGIN,
    OUTSIDE,
    PLAIN,
    RETURN,
    RF,
    RING,
    SAVED,
    SHADOW,
    START,
    STEP,
    TF,
)
from vm86.state import BOUNCE, DWORD, MASK, WINDOW, State, fault

LONGEST = 15
FOREVER = 1 << 40


def enter_code(m: State, eip: int) -> int:
    """Find the code at `eip` of the code segment: its address in `mem`, -1 after a fault.

    START and END become the addresses where an instruction may simply begin.
    """
    m.r[FETCHED] = FOREVER
    limit = m.r[LIMIT + CS]
    if eip > limit:
        return fault(m, GP, 0)
    linear = m.r[BASE + CS] + eip & DWORD
    if linear < m.r[PLAIN]:
        a = linear
        start = 0
        last = m.r[PLAIN] - 1
    else:
        a = unwatched(m, linear, 1, m.r[RING])
        if a < 0:
            # It is the instruction there that meets the fault, no longer the one that led to it.
            m.r[RETURN] = eip
            m.r[FLAGS] |= RF
            return -1
        if a == BOUNCE:
            return patch(m, eip)
        start = a & ~PAGE
        last = a | PAGE
    # As far as the segment and memory go, less what the longest instruction needs.
    m.r[ORIGIN] = a - eip
    m.r[START] = max(start, a - eip)
    last = min(last, a - eip + limit)
    m.r[END] = last - LONGEST if quiet(m) else -1
    return a if a + LONGEST <= last else patch(m, eip)


def quiet(m: State) -> int:
    """Whether nothing has to be seen to between two instructions: 1 or 0."""
    if m.r[FLAGS] & (TF | RF) or m.r[INTERRUPT] >= 0 or m.r[BROKEN] or m.r[STEP]:
        return 0
    return 0 if m.r[DR + 7] & 0xFF else 1


def byte_at(m: State, linear: int) -> int:
    """A byte of code, all ones where there is no memory; -1 where there is no page."""
    if linear >= m.r[PLAIN]:
        linear = walk(m, linear, m.r[RING])
        if linear < 0:
            return -1
    q = in_memory(m, linear)
    return m.mem[q & MASK] if q >= 0 else 0xFF


def patch(m: State, eip: int) -> int:
    """Put the instruction at the end of what can simply be fetched together at WINDOW."""
    size = max(0, min(LONGEST + 1, m.r[LIMIT + CS] - eip + 1))
    for k in range(size):
        byte = byte_at(m, m.r[BASE + CS] + eip + k & DWORD)
        if byte < 0:
            size = min(size, k)
        m.mem[WINDOW + k] = byte & 0xFF
    m.r[ORIGIN] = WINDOW - eip
    m.r[START] = WINDOW
    m.r[END] = -1
    m.r[FETCHED] = WINDOW + size
    return WINDOW


def cut_off(m: State, at: int) -> int:
    """The instruction's bytes end before it does: with the segment, or with a page."""
    size = m.r[FETCHED] - at
    eip = at - m.r[ORIGIN]
    if size <= LONGEST and eip + size <= m.r[LIMIT + CS]:
        translated(m, m.r[BASE + CS] + eip + size & DWORD, m.r[RING])
    return -1 if m.r[EXCEPTION] else fault(m, GP, 0)


def go(m: State, eip: int) -> int:
    """Near: go to `eip`."""
    a = m.r[ORIGIN] + eip
    if m.r[START] <= a and a <= m.r[END]:
        return a
    return enter_code(m, eip)


def onwards(m: State, pc: int) -> int:
    """Between two instructions, where something may have to be seen to first."""
    eip = pc - m.r[ORIGIN]
    m.r[RETURN] = eip
    shadow = m.r[SHADOW]
    m.r[SHADOW] = 0
    if shadow == 0:
        broken = m.r[BROKEN] | (BS if m.r[STEP] else 0)
        if broken:
            m.r[BROKEN] = 0
            m.r[STEP] = 0
            m.r[DR + 6] |= broken
            return fault(m, DB, -1)
        if m.r[INTERRUPT] >= 0 and m.r[FLAGS] & IF:
            vector = m.r[INTERRUPT]
            m.r[INTERRUPT] = -1
            return fault(m, vector | OUTSIDE, -1)
        broken = breakpoints(m, m.r[BASE + CS] + eip & DWORD)
        if broken and m.r[FLAGS] & RF == 0:
            m.r[DR + 6] |= broken
            return fault(m, DB, -1)
    m.r[FLAGS] &= ~RF
    m.r[STEP] = 1 if m.r[FLAGS] & TF else 0
    m.r[RETURN] = -1
    # Beyond the segment's end it is the next instruction that cannot be fetched.
    return enter_code(m, eip) if eip <= m.r[LIMIT + CS] else patch(m, eip)


def breakpoints(m: State, linear: int) -> int:
    """The breakpoints at an instruction's first byte, as bits of DR6 (section 12.2)."""
    found = 0
    if m.r[DR + 7] & 0xFF:
        for n in range(4):
            enabled = m.r[DR + 7] >> 2 * n & 3
            if enabled and m.r[DR + 7] >> 16 + 4 * n & 3 == 0 and m.r[DR + n] == linear:
                found |= 1 << n
    return found


def arrive(m: State, eip: int) -> int:
    """The end of a transfer that can no longer fail: go to `eip` of the new code segment."""
    m.r[SAVED] = 0
    return enter_code(m, eip)
