"""Operands in memory, and how an instruction that fails is undone.

An operand is found in two steps. `place` checks the segment and says where in the arena `mem` the
operand lies; -1 means that EXCEPTION is set, and that the instruction must change nothing. Then
`load` and `save` move the bytes. What does not lie there in one piece, or not in memory, is put
together at BOUNCE.
"""

from __future__ import annotations

from vm86.paging import WRITE, paged
from vm86.registers import (
    ACCESS,
    BASE,
    BEFORE,
    BIG_BIT,
    CODE_BIT,
    COUNT,
    DOWN,
    EAX,
    GP,
    LIMIT,
    PLAIN,
    PRESENT,
    READABLE,
    RING,
    SAVED,
    SS,
    STACK_FAULT,
    WRITABLE,
    WRITABLE_BIT,
)
from vm86.state import DWORD, State, fault, get, load, put, save


def place(m: State, s: int, off: int, o: int) -> int:
    """Where `o` bytes at offset `off` of segment `s` can be read."""
    if off + o - 1 <= m.r[READABLE + s]:
        a = m.r[BASE + s] + off & DWORD
        if a + o <= m.r[PLAIN]:
            return a
    return elsewhere(m, s, off, o, 0)


def target(m: State, s: int, off: int, o: int) -> int:
    """Where they can be written (and read)."""
    if off + o - 1 <= m.r[WRITABLE + s]:
        a = m.r[BASE + s] + off & DWORD
        if a + o <= m.r[PLAIN]:
            return a
    return elsewhere(m, s, off, o, WRITE)


def elsewhere(m: State, s: int, off: int, o: int, kind: int) -> int:
    """In a page; in a segment that expands down; or not at all (sections 6.3.1 and 14.7)."""
    if off + o - 1 <= m.r[(WRITABLE if kind else READABLE) + s]:
        return paged(m, m.r[BASE + s] + off & DWORD, o, m.r[RING] + kind)
    access = m.r[ACCESS + s]
    last = DWORD if access & BIG_BIT else 0xFFFF
    down = access & PRESENT and access & (CODE_BIT | DOWN) == DOWN
    if not down or (kind and access & WRITABLE_BIT == 0) or off <= m.r[LIMIT + s]:
        return fault(m, STACK_FAULT if s == SS else GP, 0)
    if off + o - 1 > last:
        return fault(m, STACK_FAULT if s == SS else GP, 0)
    return paged(m, m.r[BASE + s] + off & DWORD, o, m.r[RING] + kind)


def read(m: State, s: int, off: int, o: int) -> int:
    """An operand in memory; -1 after a fault."""
    a = place(m, s, off, o)
    return load(m, a, o) if a >= 0 else -1


def write(m: State, s: int, off: int, o: int, value: int) -> int:
    """Write it; -1 after a fault."""
    a = target(m, s, off, o)
    if a < 0:
        return -1
    return save(m, a, o, value)


def read_e(m: State, e: int, s: int, off: int, o: int) -> int:
    """The operand E of the opcode map: register `e`, or memory where `e` is negative."""
    return get(m, e, o) if e >= 0 else read(m, s, off, o)


def target_e(m: State, e: int, s: int, off: int, o: int) -> int:
    """Where E can be written: its address, 0 for a register, -1 after a fault."""
    return 0 if e >= 0 else target(m, s, off, o)


def get_e(m: State, e: int, q: int, o: int) -> int:
    """E, when `target_e` has said where it is."""
    return get(m, e, o) if e >= 0 else load(m, q, o)


def put_e(m: State, e: int, q: int, o: int, value: int) -> int:
    return put(m, e, o, value) if e >= 0 else save(m, q, o, value)


def keep(m: State) -> int:
    """Before an instruction of many steps: remember the registers, for `put_back`."""
    for k in range(COUNT):
        m.r[BEFORE + k] = m.r[EAX + k]
    m.r[SAVED] = 1
    return 0


def put_back(m: State) -> int:
    """After it has met a fault: it has not happened."""
    if m.r[SAVED]:
        for k in range(COUNT):
            m.r[EAX + k] = m.r[BEFORE + k]
        m.r[SAVED] = 0
    return 0
