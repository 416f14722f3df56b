"""The state of a 386: its memory, and how operands are read and written.

An operand in memory is found in two steps. `place` checks the segment and says where in the arena
`mem` the operand lies; -1 means that EXCEPTION is set, and that the instruction must change
nothing. Then `load` and `save` move the bytes. What does not lie there in one piece, or not in
memory, is put together at BOUNCE.
"""

from __future__ import annotations

from vm86 import registers
from vm86.registers import (
    BASE,
    CHANGED,
    EAX,
    ERROR,
    EXCEPTION,
    GP,
    LIMIT,
    PLAIN,
    READABLE,
    SPLIT,
    SPLIT_SIZE,
    SS,
    STACK,
    WRAP,
    WRITABLE,
)
from zoo import layout
from zoo.layout import Bytes, Ints, Layout, arena

SIZE = 1 << 22
MASK = SIZE - 1
RAM = SIZE - 0x4000  # bytes of memory
BOUNCE = RAM  # where an operand is put together
WINDOW = RAM + 0x1000  # where an instruction is that memory does not have in one piece
OPCODES = 1024  # entries: see vm86.decode
OUTPUT = 4096
OUTPUT_MASK = OUTPUT - 1
DWORD = 0xFFFFFFFF


class State(layout.State):
    """code: for every byte of memory, whether code that lies there has been translated."""

    # An operand may begin at the last address: the page behind it takes the rest.
    mem: Bytes = arena(SIZE + layout.PAGE)
    code: Bytes = arena(SIZE + layout.PAGE)
    ops: Ints = arena(OPCODES)
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
    if changed:
        notice(m, a)
    if a >= BOUNCE:
        return spread(m, a, o)
    return 0


def place(m: State, s: int, off: int, o: int) -> int:
    """Where `o` bytes at offset `off` of segment `s` can be read."""
    if off + o - 1 <= m.r[READABLE + s]:
        a = m.r[BASE + s] + off
        if a + o <= m.r[PLAIN]:
            return a
    return gather(m, s, off, o)


def target(m: State, s: int, off: int, o: int) -> int:
    """Where they can be written (and read)."""
    if off + o - 1 <= m.r[WRITABLE + s]:
        a = m.r[BASE + s] + off
        if a + o <= m.r[PLAIN]:
            return a
    return gather(m, s, off, o)


def physical(m: State, a: int) -> int:
    """The address in `mem` of a linear address; -1 where there is no memory."""
    a &= m.r[WRAP]
    return a if a < RAM else -1


def gather(m: State, s: int, off: int, o: int) -> int:
    """Put an operand together that does not lie in memory in one piece, or refuse it."""
    # The 8086 went on at the segment's beginning; a 386 does not (section 14.7).
    if off < 0 or off + o - 1 > m.r[LIMIT + s]:
        return fault(m, STACK if s == SS else GP, 0)
    base = m.r[BASE + s] + off
    first = physical(m, base & DWORD)
    whole = first >= 0
    for k in range(1, o):
        if physical(m, base + k & DWORD) != first + k:
            whole = False
    if whole:
        return first
    for k in range(o):
        a = physical(m, base + k & DWORD)
        m.r[SPLIT + k] = a
        m.mem[BOUNCE + k] = m.mem[a & MASK] if a >= 0 else 0xFF
    m.r[SPLIT_SIZE] = o
    return BOUNCE


def spread(m: State, a: int, o: int) -> int:
    """An operand at BOUNCE has been written: put its bytes where they belong."""
    for k in range(o):
        to = m.r[SPLIT + (a - BOUNCE + k & 3)]
        if to >= 0:
            m.mem[to & MASK] = m.mem[a + k]
            if m.code[to & MASK]:
                notice(m, to)
    return 0


def read(m: State, s: int, off: int, o: int) -> int:
    """An operand in memory; 0 after a fault."""
    a = place(m, s, off, o)
    return load(m, a, o) if a >= 0 else 0


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
