"""Ports, and what only system software uses."""

from __future__ import annotations

from vm86.registers import ECX, EDI, EDX, ES, ESI, OUT, PORT, PORT_SIZE, READ_PORT, WRITE_PORT
from vm86.state import OUTPUT_MASK, State, get, load, ones, place, put, save, target
from vm86.strings import advance, again, step
from zoo.registers import CAUSE, HOST, REPLIED, REPLY, RETRY, STOP


def ask_port(m: State, port: int, o: int, request: int) -> int:
    """Stop for the host to read or write a port; the instruction runs again with its answer."""
    m.r[PORT] = port & 0xFFFF
    m.r[PORT_SIZE] = o
    m.r[STOP] = HOST
    m.r[CAUSE] = request
    m.r[RETRY] = 1
    return 0


def read_port(m: State, port: int, o: int) -> int:
    """-1 while the host has not answered."""
    if m.r[REPLIED]:
        m.r[REPLIED] = 0
        return m.r[REPLY] & ones(o)
    ask_port(m, port, o, READ_PORT)
    return -1


def write_port(m: State, port: int, o: int, value: int) -> int:
    if m.r[REPLIED]:
        m.r[REPLIED] = 0
        return 0
    m.r[OUT] = 1
    m.out[0 & OUTPUT_MASK] = value & ones(o)
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


def wait(m: State) -> int:
    return 0


def esc(m: State) -> int:
    """There is no coprocessor: with CR0.EM clear an ESC instruction does nothing."""
    return 0
