"""String instructions, with and without repetition.

A repeated one works on at most CHUNK elements; when there are more, it is executed again. Whatever
stops it, the registers say how far it has come.
"""

from __future__ import annotations

from vm86.flags import difference
from vm86.memory import place, target
from vm86.registers import DF, DR, ECX, EDI, END, ES, ESI, FLAGS, IF, INTERRUPT, STEP, ZR
from vm86.state import State, get, load, put, save

CHUNK = 1 << 16


def step(m: State, o: int) -> int:
    """How far an index moves for each element."""
    return -o if m.r[FLAGS] & DF else o


def advance(m: State, n: int, by: int, am: int) -> int:
    """Move an index register, or the counter."""
    if am == 0xFFFF:
        m.r[n] = m.r[n] & 0xFFFF0000 | m.r[n] + by & 0xFFFF
    else:
        m.r[n] = m.r[n] + by & 0xFFFFFFFF
    return 0


def elements(m: State, p: int, am: int) -> int:
    """How many elements to do now."""
    if p == 0:
        return 1
    # One, where after each an interrupt is taken, or a trap.
    waits = m.r[INTERRUPT] >= 0 and m.r[FLAGS] & IF
    if m.r[END] < 0 and (waits or m.r[STEP] or m.r[DR + 7] & 0xFF):
        return min(m.r[ECX] & am, 1)
    return min(m.r[ECX] & am, CHUNK)


def again(m: State, pc: int, at: int, p: int, am: int) -> int:
    """Where to go on: here, while there are elements left."""
    return at if p and m.r[ECX] & am else pc


def movs(m: State, pc: int, at: int, o: int, s: int, am: int, p: int) -> int:
    by = step(m, o)
    for _ in range(elements(m, p, am)):
        a = place(m, s, m.r[ESI] & am, o)
        if a < 0:
            return pc
        value = load(m, a, o)
        q = target(m, ES, m.r[EDI] & am, o)
        if q < 0:
            return pc
        save(m, q, o, value)
        advance(m, ESI, by, am)
        advance(m, EDI, by, am)
        if p:
            advance(m, ECX, -1, am)
    return again(m, pc, at, p, am)


def stos(m: State, pc: int, at: int, o: int, am: int, p: int) -> int:
    by = step(m, o)
    value = get(m, 0, o)
    for _ in range(elements(m, p, am)):
        q = target(m, ES, m.r[EDI] & am, o)
        if q < 0:
            return pc
        save(m, q, o, value)
        advance(m, EDI, by, am)
        if p:
            advance(m, ECX, -1, am)
    return again(m, pc, at, p, am)


def lods(m: State, pc: int, at: int, o: int, s: int, am: int, p: int) -> int:
    by = step(m, o)
    for _ in range(elements(m, p, am)):
        a = place(m, s, m.r[ESI] & am, o)
        if a < 0:
            return pc
        put(m, 0, o, load(m, a, o))
        advance(m, ESI, by, am)
        if p:
            advance(m, ECX, -1, am)
    return again(m, pc, at, p, am)


def differs(m: State, p: int) -> int:
    """1 if a comparison ends REPE or REPNE."""
    if p == 0:
        return 0
    return 1 if (m.r[ZR] == 0) != (p == 0xF3) else 0


def cmps(m: State, pc: int, at: int, o: int, s: int, am: int, p: int) -> int:
    by = step(m, o)
    for _ in range(elements(m, p, am)):
        a = place(m, s, m.r[ESI] & am, o)
        if a < 0:
            return pc
        value = load(m, a, o)
        q = place(m, ES, m.r[EDI] & am, o)
        if q < 0:
            return pc
        difference(m, value, load(m, q, o), 0, o)
        advance(m, ESI, by, am)
        advance(m, EDI, by, am)
        if p:
            advance(m, ECX, -1, am)
        if differs(m, p):
            return pc
    return again(m, pc, at, p, am)


def scas(m: State, pc: int, at: int, o: int, am: int, p: int) -> int:
    by = step(m, o)
    value = get(m, 0, o)
    for _ in range(elements(m, p, am)):
        q = place(m, ES, m.r[EDI] & am, o)
        if q < 0:
            return pc
        difference(m, value, load(m, q, o), 0, o)
        advance(m, EDI, by, am)
        if p:
            advance(m, ECX, -1, am)
        if differs(m, p):
            return pc
    return again(m, pc, at, p, am)
