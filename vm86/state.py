"""The state of a 386: its arenas, its general registers, and bytes of its physical memory."""

from __future__ import annotations

from vm86 import registers
from vm86.registers import CHANGED, EAX, ERROR, EXCEPTION, SPLIT
from zoo import layout
from zoo.layout import Bytes, Ints, Layout, arena

SIZE = 1 << 22
MASK = SIZE - 1
RAM = SIZE - 0x4000  # bytes of memory
BOUNCE = RAM  # where an operand is put together
WINDOW = RAM + 0x1000  # where an instruction is that memory does not have in one piece
OPCODES = 1024  # entries: see vm86.decode
TLB = 1024
OUTPUT = 4096
OUTPUT_MASK = OUTPUT - 1
DWORD = 0xFFFFFFFF
MEGABYTE = 1 << 20


class State(layout.State):
    """code: for every byte of memory, whether code that lies there has been translated; 1 at
    BOUNCE, where a store has to be seen to as well.
    tlb: the translation cache, see vm86.paging."""

    # An operand may begin at the last address: the page behind it takes the rest.
    mem: Bytes = arena(SIZE + layout.PAGE)
    code: Bytes = arena(SIZE + layout.PAGE)
    ops: Ints = arena(OPCODES)
    tlb: Ints = arena(TLB)
    out: Ints = arena(OUTPUT)


LAYOUT = Layout(State, registers)


def fault(m: State, vector: int, code: int) -> int:
    """The present instruction cannot be done; code: the error code, -1 for none. Returns -1."""
    m.r[EXCEPTION] = vector + 1
    m.r[ERROR] = code
    return -1


def ones(o: int) -> int:
    """All ones of an operand of `o` bytes."""
    return (1 << 8 * o) - 1


def signed(value: int, o: int) -> int:
    """An operand of `o` bytes as a signed number."""
    half = 1 << 8 * o - 1
    return (value & ones(o) ^ half) - half


def get(m: State, n: int, o: int) -> int:
    """General register `n`, as an operand of `o` bytes: 4 to 7 are AH to BH for one byte."""
    if o == 1:
        return m.r[EAX + (n & 3)] >> ((n & 4) << 1) & 0xFF
    return m.r[EAX + (n & 7)] & ones(o)


def put(m: State, n: int, o: int, value: int) -> int:
    if o == 4:
        m.r[EAX + (n & 7)] = value & DWORD
    elif o == 2:
        m.r[EAX + (n & 7)] = m.r[EAX + (n & 7)] & 0xFFFF0000 | value & 0xFFFF
    else:
        k = (n & 4) << 1
        m.r[EAX + (n & 3)] = m.r[EAX + (n & 3)] & ~(0xFF << k) | (value & 0xFF) << k
    return 0


def load(m: State, a: int, o: int) -> int:
    """`o` bytes from address `a` of `mem` on, 1, 2 or 4."""
    a &= MASK
    if o == 1:
        return m.mem[a]
    if o == 2:
        return m.mem[a] | m.mem[a + 1] << 8
    return m.mem[a] | m.mem[a + 1] << 8 | m.mem[a + 2] << 16 | m.mem[a + 3] << 24


def notice(m: State, a: int) -> int:
    """A store at address `a` went into translated code: CHANGED is a + 1, or -1 for several."""
    m.r[CHANGED] = a + 1 if m.r[CHANGED] == 0 else -1
    return 0


def spread(m: State, a: int, o: int) -> int:
    """An operand at BOUNCE has been written: put its bytes where they belong."""
    for k in range(o):
        to = m.r[SPLIT + (a - BOUNCE + k & 3)]
        if to >= 0:
            m.mem[to & MASK] = m.mem[a + k]
            if m.code[to & MASK]:
                notice(m, to)
    return 0


def saved(m: State, a: int, o: int) -> int:
    """What is to be done after a store where `code` is not 0: into code, or at BOUNCE."""
    return spread(m, a, o) if a >= BOUNCE else notice(m, a)


def save(m: State, a: int, o: int, value: int) -> int:
    """Write `o` bytes."""
    a &= MASK
    if o == 1:
        m.mem[a] = value & 0xFF
        changed = m.code[a]
    elif o == 2:
        m.mem[a] = value & 0xFF
        m.mem[a + 1] = value >> 8 & 0xFF
        changed = m.code[a] | m.code[a + 1]
    else:
        m.mem[a] = value & 0xFF
        m.mem[a + 1] = value >> 8 & 0xFF
        m.mem[a + 2] = value >> 16 & 0xFF
        m.mem[a + 3] = value >> 24 & 0xFF
        changed = m.code[a] | m.code[a + 1] | m.code[a + 2] | m.code[a + 3]
    return saved(m, a, o) if changed else 0
