"""Moving data: MOV and its like, the stack, pointers, translation."""

from __future__ import annotations

from vm86.flags import set_status, status
from vm86.registers import (
    BASE,
    BR,
    CS,
    EBP,
    ES,
    ESP,
    EXCEPTION,
    GS,
    LIMIT,
    OF,
    READABLE,
    SELECTOR,
    SHADOW,
    SS,
    UD,
    WRITABLE,
)
from vm86.state import (
    MASK,
    State,
    fault,
    get,
    load,
    ones,
    place,
    put,
    read,
    read_e,
    signed,
    target,
    write,
)


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
    """SP with another value: the upper half stays."""
    return m.r[ESP] & 0xFFFF0000 | value & 0xFFFF


def push(m: State, o: int, u: int) -> int:
    """-1 after a fault."""
    sp = m.r[ESP] - o & 0xFFFF
    if write(m, SS, sp, o, u) < 0:
        return -1
    m.r[ESP] = pointer(m, sp)
    return 0


def pop(m: State, o: int) -> int:
    """What is on the stack's top, -1 after a fault."""
    sp = m.r[ESP] & 0xFFFF
    a = place(m, SS, sp, o)
    if a < 0:
        return -1
    m.r[ESP] = pointer(m, sp + o)
    return load(m, a, o)


def pop_register(m: State, o: int, g: int) -> int:
    value = pop(m, o)
    return put(m, g, o, value) if value >= 0 else -1


def push_segment(m: State, o: int, n: int) -> int:
    return push(m, o, m.r[SELECTOR + n])


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
    # All or nothing: the stack pointer moves when all eight have been written.
    sp = m.r[ESP] & 0xFFFF
    for n in range(8):
        if target(m, SS, sp - o * (n + 1) & 0xFFFF, o) < 0:
            return -1
    for n in range(8):
        write(m, SS, sp - o * (n + 1) & 0xFFFF, o, get(m, n, o))
    m.r[ESP] = pointer(m, sp - 8 * o)
    return 0


def popa(m: State, o: int) -> int:
    sp = m.r[ESP] & 0xFFFF
    for n in range(8):
        if place(m, SS, sp + o * n & 0xFFFF, o) < 0:
            return -1
    for n in range(8):
        if n != 3:  # what was pushed as the stack pointer is thrown away
            put(m, 7 - n, o, read(m, SS, sp + o * n & 0xFFFF, o))
    m.r[ESP] = pointer(m, sp + 8 * o)
    return 0


def enter(m: State, o: int, i: int, j: int) -> int:
    level = j & 31
    sp = m.r[ESP] & 0xFFFF
    bp = m.r[EBP]
    frame = sp - o & 0xFFFF
    if write(m, SS, frame, o, bp) < 0:
        return -1
    at = frame
    for n in range(1, level):
        a = place(m, SS, bp - o * n & 0xFFFF, o)
        if a < 0:
            return -1
        value = load(m, a, o)
        at = at - o & 0xFFFF
        if write(m, SS, at, o, value) < 0:
            return -1
    if level:
        at = at - o & 0xFFFF
        if write(m, SS, at, o, pointer(m, frame)) < 0:
            return -1
    # The new top must be writable, too.
    if target(m, SS, at - i & 0xFFFF, o) < 0:
        return -1
    put(m, 5, o, pointer(m, frame) & ones(o))
    m.r[ESP] = pointer(m, at - i)
    return 0


def leave(m: State, o: int) -> int:
    bp = m.r[EBP] & 0xFFFF
    a = place(m, SS, bp, o)
    if a < 0:
        return -1
    put(m, 5, o, load(m, a, o))
    m.r[ESP] = pointer(m, bp + o)
    return 0


# Segment registers


def load_segment(m: State, n: int, selector: int) -> int:
    """Load segment register `n` as the 8086 does; -1 after a fault."""
    m.r[SELECTOR + n] = selector & 0xFFFF
    m.r[BASE + n] = (selector & 0xFFFF) << 4
    return 0


def real_limits(m: State, n: int) -> int:
    """The limits of a segment of virtual-8086 mode, and of all after a reset."""
    m.r[LIMIT + n] = 0xFFFF
    m.r[READABLE + n] = 0xFFFF
    m.r[WRITABLE + n] = 0xFFFF
    return 0


def mov_to_segment(m: State, g: int, e: int, s: int, off: int) -> int:
    if g == CS or g > GS:
        return fault(m, UD, -1)
    u = read_e(m, e, s, off, 2)
    if m.r[EXCEPTION]:
        return -1
    if g == SS:
        m.r[SHADOW] = 1
    return load_segment(m, g, u)


def mov_from_segment(m: State, o: int, g: int, e: int, s: int, off: int) -> int:
    """A register gets as many bytes as the operand has; memory always two."""
    if g > GS:
        return fault(m, UD, -1)
    if e >= 0:
        return put(m, e, o, m.r[SELECTOR + g])
    return write(m, s, off, 2, m.r[SELECTOR + g])


def pop_segment(m: State, o: int, n: int) -> int:
    sp = m.r[ESP]
    value = pop(m, o)
    if value < 0:
        return -1
    if load_segment(m, n, value) < 0:
        m.r[ESP] = sp
        return -1
    if n == SS:
        m.r[SHADOW] = 1
    return 0


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


def les(m: State, o: int, g: int, s: int, off: int, am: int) -> int:
    return load_pointer(m, o, g, s, off, am, ES)


def lds(m: State, o: int, g: int, s: int, off: int, am: int) -> int:
    return load_pointer(m, o, g, s, off, am, 3)


def lss(m: State, o: int, g: int, s: int, off: int, am: int) -> int:
    return load_pointer(m, o, g, s, off, am, SS)


def lfs(m: State, o: int, g: int, s: int, off: int, am: int) -> int:
    return load_pointer(m, o, g, s, off, am, 4)


def lgs(m: State, o: int, g: int, s: int, off: int, am: int) -> int:
    return load_pointer(m, o, g, s, off, am, GS)


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
