"""Moving data: MOV and its like, the stack, pointers, translation."""

from __future__ import annotations

from vm86.fetch import enter_code
from vm86.flags import set_status, status
from vm86.memory import place, read_e, target, write
from vm86.registers import (
    BR,
    EBP,
    END,
    ESP,
    EXCEPTION,
    GS,
    OF,
    ORIGIN,
    PARAMETERS,
    SELECTOR,
    SHADOW,
    SS,
    STACK,
    UD,
)
from vm86.segments import load_segment
from vm86.state import MASK, State, fault, get, load, ones, put, signed


def mov(m: State, v: int) -> int:
    return v


def movzx(m: State, v: int) -> int:
    return v


def movsx_byte(m: State, v: int) -> int:
    return signed(v, 1)


def movsx_word(m: State, v: int) -> int:
    return signed(v, 2)


def lea(m: State, off: int) -> int:
    return off


def xchg(m: State, o: int, g: int, u: int) -> int:
    """XCHG with register `g`; the other operand has been found writable."""
    other = get(m, g, o)
    put(m, g, o, u)
    return other


# The stack. Its pointer is ESP, or SP where the stack segment is not big.


def pointer(m: State, value: int) -> int:
    """ESP with another value; where it is SP, its upper half stays."""
    return m.r[ESP] & ~m.r[STACK] | value & m.r[STACK]


def push(m: State, o: int, u: int) -> int:
    """-1 after a fault."""
    return push_part(m, o, o, u)


def push_part(m: State, o: int, size: int, u: int) -> int:
    """Push `o` bytes of which only the first `size` are written; -1 after a fault."""
    sp = m.r[ESP] - o & m.r[STACK]
    if write(m, SS, sp, size, u) < 0:
        return -1
    m.r[ESP] = pointer(m, sp)
    return 0


def pop(m: State, o: int) -> int:
    """What is on the stack's top, -1 after a fault."""
    sp = m.r[ESP] & m.r[STACK]
    a = place(m, SS, sp, o)
    if a < 0:
        return -1
    m.r[ESP] = pointer(m, sp + o)
    return load(m, a, o)


def pop_register(m: State, o: int, g: int) -> int:
    value = pop(m, o)
    return put(m, g, o, value) if value >= 0 else -1


def push_segment(m: State, o: int, n: int) -> int:
    """Of 32 bits on the stack the upper word stays as it was: the IA-32 manual's PUSH leaves that
    to the processor, and a 386 writes two bytes."""
    return push_part(m, o, 2, m.r[SELECTOR + n])


def pop_e(m: State, o: int, e: int, s: int, b: int, x: int, k: int, d: int, am: int) -> int:
    """POP r/m: an address with ESP in it uses its value after the pop."""
    sp = m.r[ESP]
    value = pop(m, o)
    if value < 0:
        return -1
    if e >= 0:
        return put(m, e, o, value)
    off = m.r[b] + (m.r[x] << k) + d & am
    if write(m, s, off, o, value) < 0:
        m.r[ESP] = sp
        return -1
    return 0


def pusha(m: State, o: int) -> int:
    # The stack pointer moves when all eight have been written.
    sp = m.r[ESP] & m.r[STACK]
    for n in range(8):
        if write(m, SS, sp - o * (n + 1) & m.r[STACK], o, get(m, n, o)) < 0:
            return -1
    m.r[ESP] = pointer(m, sp - 8 * o)
    return 0


def popa(m: State, o: int) -> int:
    sp = m.r[ESP] & m.r[STACK]
    # No register changes before all eight have been read.
    for n in range(8):
        a = place(m, SS, sp + o * n & m.r[STACK], o)
        if a < 0:
            return -1
        m.r[PARAMETERS + n] = load(m, a, o)
    for n in range(8):
        if n != 3:  # what was pushed as the stack pointer is thrown away
            put(m, 7 - n, o, m.r[PARAMETERS + n])
    m.r[ESP] = pointer(m, sp + 8 * o)
    return 0


def enter(m: State, o: int, i: int, j: int) -> int:
    level = j & 31
    sp = m.r[ESP] & m.r[STACK]
    bp = m.r[EBP]
    frame = sp - o & m.r[STACK]
    if write(m, SS, frame, o, bp) < 0:
        return -1
    at = frame
    for n in range(1, level):
        a = place(m, SS, bp - o * n & m.r[STACK], o)
        if a < 0:
            return -1
        value = load(m, a, o)
        at = at - o & m.r[STACK]
        if write(m, SS, at, o, value) < 0:
            return -1
    if level:
        at = at - o & m.r[STACK]
        if write(m, SS, at, o, pointer(m, frame)) < 0:
            return -1
    # The new top must be writable, too.
    if target(m, SS, at - i & m.r[STACK], o) < 0:
        return -1
    put(m, 5, o, pointer(m, frame) & ones(o))
    m.r[ESP] = pointer(m, at - i)
    return 0


def leave(m: State, o: int) -> int:
    bp = m.r[EBP] & m.r[STACK]
    a = place(m, SS, bp, o)
    if a < 0:
        return -1
    put(m, 5, o, load(m, a, o))
    m.r[ESP] = pointer(m, bp + o)
    return 0


# Segment registers


def mov_to_segment(m: State, n: int, e: int, s: int, off: int) -> int:
    u = read_e(m, e, s, off, 2)
    return load_segment(m, n, u) if u >= 0 else -1


def pop_segment(m: State, o: int, n: int) -> int:
    sp = m.r[ESP]
    value = pop(m, o)
    if value < 0:
        return -1
    if load_segment(m, n, value) < 0:
        m.r[ESP] = sp
        return -1
    return 0


# After SS has been loaded no interrupt is taken for an instruction, and the code may mean another
# thing: it may work with SP or with ESP.


def shadowed(m: State, pc: int) -> int:
    if m.r[EXCEPTION]:
        return pc
    to = enter_code(m, pc - m.r[ORIGIN])
    if m.r[END] < 0:
        m.r[SHADOW] = 1
    return to


def mov_to_ss(m: State, pc: int, e: int, s: int, off: int) -> int:
    mov_to_segment(m, SS, e, s, off)
    return shadowed(m, pc)


def pop_ss(m: State, pc: int, o: int) -> int:
    sp = m.r[ESP]
    value = pop(m, o)
    if value < 0:
        return pc
    if load_segment(m, SS, value) < 0:
        m.r[ESP] = sp
    return shadowed(m, pc)


def mov_from_segment(m: State, o: int, g: int, e: int, s: int, off: int) -> int:
    """A register gets as many bytes as the operand has; memory always two."""
    if g > GS:
        return fault(m, UD, -1)
    if e >= 0:
        return put(m, e, o, m.r[SELECTOR + g])
    return write(m, s, off, 2, m.r[SELECTOR + g])


def load_pointer(m: State, o: int, g: int, s: int, off: int, am: int, n: int) -> int:
    """LDS and its like: an offset into register `g`, a selector into segment register `n`."""
    a = place(m, s, off, o)
    if a < 0:
        return -1
    offset = load(m, a, o)
    a = place(m, s, off + o & am, 2)
    if a < 0:
        return -1
    if load_segment(m, n, load(m, a, 2)) < 0:
        return -1
    return put(m, g, o, offset)


def lss(m: State, pc: int, o: int, g: int, s: int, off: int, am: int) -> int:
    load_pointer(m, o, g, s, off, am, SS)
    return pc if m.r[EXCEPTION] else enter_code(m, pc - m.r[ORIGIN])


def bound(m: State, o: int, g: int, s: int, off: int, am: int) -> int:
    a = place(m, s, off, o)
    if a < 0:
        return -1
    low = load(m, a, o)
    a = place(m, s, off + o & am, o)
    if a < 0:
        return -1
    x = signed(get(m, g, o), o)
    if x < signed(low, o) or x > signed(load(m, a, o), o):
        return fault(m, BR, -1)
    return 0


def xlat(m: State, s: int, am: int) -> int:
    off = get(m, 3, 4) + get(m, 0, 1) & am
    a = place(m, s, off, 1)
    if a < 0:
        return -1
    return put(m, 0, 1, m.mem[a & MASK])


def lahf(m: State) -> int:
    return put(m, 4, 1, status(m) & 0xFF | 2)


def sahf(m: State) -> int:
    return set_status(m, m.r[OF] << 11 | get(m, 4, 1))


def nop(m: State) -> int:
    return 0
