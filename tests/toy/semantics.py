"""The toy machine: 256 bytes of memory, an accumulator, instructions of two bytes.

Code and data share the memory, so that a program can change itself. The second byte of an
instruction is `a`: a number or an address.
"""

from __future__ import annotations

from zoo import layout
from zoo.layout import Bytes, Ints, arena
from zoo.registers import CAUSE, FAULT, FIRST, HALT, HOST, REPLIED, REPLY, RETRY, STOP

ACC = FIRST + 0  # the accumulator
OUT = FIRST + 1  # characters waiting in the arena `out`
CHANGED = FIRST + 2  # where a store went into translated code: its address + 1, -1 for several

MASK = 255
OUT_SIZE = 64
OUT_MASK = OUT_SIZE - 1
INSTRUCTIONS = 11  # a higher opcode is illegal

# Requests
FLUSH = 1
READ_KEY = 2
# Faults
ILLEGAL = 1
DIVISION_BY_ZERO = 2


class State(layout.State):
    mem: Bytes = arena(MASK + 1)
    code: Bytes = arena(MASK + 1)  # for every byte of memory, whether it has been translated
    out: Ints = arena(OUT_SIZE)


def decode(m: State, pc: int) -> tuple[int, int, int]:
    """The arm, the next instruction's address, and `a`."""
    op = m.mem[pc & MASK]
    return op if op < INSTRUCTIONS else INSTRUCTIONS, (pc + 2) & MASK, m.mem[(pc + 1) & MASK]


def restart(m: State, pc: int) -> int:
    return 0  # decoding takes nothing


def stop(m: State, reason: int, cause: int) -> int:
    m.r[STOP] = reason
    m.r[CAUSE] = cause
    m.r[RETRY] = 1
    return 0


def halt(m: State) -> int:
    stop(m, HALT, 0)
    m.r[RETRY] = 0
    return 0


def set_(m: State, a: int) -> int:
    return a


def load(m: State, a: int) -> int:
    return m.mem[a & MASK]


def store(m: State, a: int) -> int:
    m.mem[a & MASK] = m.r[ACC]
    if m.code[a & MASK]:
        m.r[CHANGED] = a + 1 if m.r[CHANGED] == 0 else -1
    return 0


def add(m: State, a: int) -> int:
    return m.r[ACC] + m.mem[a & MASK]


def sub(m: State, a: int) -> int:
    return m.r[ACC] - m.mem[a & MASK]


def div(m: State, a: int) -> int:
    if m.mem[a & MASK] == 0:
        return stop(m, FAULT, DIVISION_BY_ZERO)
    return m.r[ACC] // m.mem[a & MASK]


def jump(m: State, a: int) -> int:
    return a


def jz(m: State) -> int:
    return 1 if m.r[ACC] == 0 else 0


def put(m: State) -> int:
    """Print a character. When there is no room, the host empties `out` and this runs again."""
    out = m.r[OUT]
    if out >= OUT_SIZE:
        return stop(m, HOST, FLUSH)
    m.out[out & OUT_MASK] = m.r[ACC]
    m.r[OUT] = out + 1
    return 0


def get(m: State) -> int:
    """Read a key. It runs twice: to ask, and when the host has answered."""
    if m.r[REPLIED]:
        m.r[REPLIED] = 0
        return m.r[REPLY]
    return stop(m, HOST, READ_KEY)


def illegal(m: State) -> int:
    return stop(m, FAULT, ILLEGAL)
