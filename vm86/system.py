"""Ports, and what only system software uses."""

from __future__ import annotations

from vm86.console import debugged
from vm86.memory import place, target
from vm86.paging import system_load
from vm86.registers import (
    ACCESS,
    BASE,
    CPL,
    CR0,
    DEBUG_PORT,
    ECX,
    EDI,
    EDX,
    EM,
    ES,
    ESI,
    EXCEPTION,
    EXIT_PORT,
    EXITS,
    FLAGS,
    GP,
    LIMIT,
    MODE,
    MONITORED,
    MP,
    NM,
    PORT,
    PORT_SIZE,
    PROTECTED,
    READ_PORT,
    TR,
    TS,
    VALUE,
    VIRTUAL,
    WRITE_PORT,
)
from vm86.state import State, fault, get, load, ones, put, save
from vm86.strings import advance, again, step
from zoo.registers import CAUSE, HOST, REPLIED, REPLY, RETRY, STOP

IO_MAP = 0x66  # in a TSS: where the I/O permission bitmap begins
WIDE_TSS = 0x800


def permitted(m: State, port: int, o: int) -> int:
    """Whether the I/O permission bitmap lets `o` ports through (section 8.3); 0 after a fault."""
    if m.r[ACCESS + TR] & WIDE_TSS == 0 or m.r[LIMIT + TR] < IO_MAP + 1:
        return 0
    base = m.r[BASE + TR]
    at = system_load(m, base + IO_MAP, 2) + (port >> 3)
    # It always looks at two bytes.
    if at + 1 > m.r[LIMIT + TR]:
        return 0
    bits = system_load(m, base + at, 2) >> (port & 7)
    return 1 if bits & (1 << o) - 1 == 0 and m.r[EXCEPTION] == 0 else 0


def refused(m: State, port: int, o: int) -> int:
    """1, with a fault, where the present level may not use a port. The host's monitor does it for
    the task, and counts that."""
    mode = m.r[MODE]
    if mode & PROTECTED == 0 or (mode & VIRTUAL == 0 and m.r[CPL] <= m.r[FLAGS] >> 12 & 3):
        return 0
    if permitted(m, port & 0xFFFF, o):
        return 0
    if mode & MONITORED:
        m.r[EXITS + EXIT_PORT] += 1
        return 0
    if m.r[EXCEPTION] == 0:
        fault(m, GP, 0)
    return 1


def ask_port(m: State, port: int, o: int, request: int) -> int:
    """Stop for the host to read or write a port; the instruction runs again with its answer."""
    m.r[PORT] = port & 0xFFFF
    m.r[PORT_SIZE] = o
    m.r[STOP] = HOST
    m.r[CAUSE] = request
    m.r[RETRY] = 1
    return 0


def read_port(m: State, port: int, o: int) -> int:
    """-1 while the host has not answered, and after a fault."""
    if m.r[REPLIED]:
        m.r[REPLIED] = 0
        return m.r[REPLY] & ones(o)
    if refused(m, port, o):
        return -1
    ask_port(m, port, o, READ_PORT)
    return -1


def write_port(m: State, port: int, o: int, value: int) -> int:
    if m.r[REPLIED]:
        m.r[REPLIED] = 0
        return 0
    if refused(m, port, o):
        return -1
    if port & 0xFFFF == m.r[DEBUG_PORT] and debugged(m, value & 0xFF):
        return 0
    m.r[VALUE] = value & ones(o)
    ask_port(m, port, o, WRITE_PORT)
    return -1


def in_i(m: State, o: int, i: int) -> int:
    value = read_port(m, i & 0xFF, o)
    return put(m, 0, o, value) if value >= 0 else 0


def in_dx(m: State, o: int) -> int:
    value = read_port(m, m.r[EDX], o)
    return put(m, 0, o, value) if value >= 0 else 0


def out_i(m: State, o: int, i: int) -> int:
    return write_port(m, i & 0xFF, o, get(m, 0, o))


def out_dx(m: State, o: int) -> int:
    return write_port(m, m.r[EDX], o, get(m, 0, o))


def ins(m: State, pc: int, at: int, o: int, am: int, p: int) -> int:
    """One element each time: the host is asked for every one."""
    if p and m.r[ECX] & am == 0:
        return pc
    q = target(m, ES, m.r[EDI] & am, o)
    if q < 0:
        return pc
    value = read_port(m, m.r[EDX], o)
    if value < 0:
        return pc
    save(m, q, o, value)
    advance(m, EDI, step(m, o), am)
    if p:
        advance(m, ECX, -1, am)
    return again(m, pc, at, p, am)


def outs(m: State, pc: int, at: int, o: int, s: int, am: int, p: int) -> int:
    if p and m.r[ECX] & am == 0:
        return pc
    a = place(m, s, m.r[ESI] & am, o)
    if a < 0:
        return pc
    if write_port(m, m.r[EDX], o, load(m, a, o)) < 0:
        return pc
    advance(m, ESI, step(m, o), am)
    if p:
        advance(m, ECX, -1, am)
    return again(m, pc, at, p, am)


# There is no coprocessor: what a program hands to it does nothing.


def wait(m: State) -> int:
    return fault(m, NM, -1) if m.r[CR0] & (MP | TS) == MP | TS else 0


def esc(m: State) -> int:
    return fault(m, NM, -1) if m.r[CR0] & (EM | TS) else 0
