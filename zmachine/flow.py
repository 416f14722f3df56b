"""Arithmetic, comparisons, jumps, variables and routines (sections 2, 4.7, 5, 6, 15)."""

from __future__ import annotations

from zmachine.registers import (
    BAD_FRAME,
    BAD_JUMP,
    BAD_SHIFT,
    BASE,
    DEPTH,
    DIVISION_BY_ZERO,
    EXTRA,
    FP,
    ILLEGAL_OPCODE,
    INTERRUPT,
    LENGTH,
    NOT_A_ROUTINE,
    PACK,
    RETURN_FROM_MAIN,
    ROUTINES,
    SP,
    STACK_OVERFLOW,
    STACK_UNDERFLOW,
    TIMER,
    VERIFIED,
    VERSION,
)
from zmachine.state import (
    MASK,
    STACK,
    STACK_LIMIT,
    STACK_MASK,
    State,
    fault,
    load,
    notice,
    peek,
    pop,
    push,
    replace,
    signed,
    stop,
    store,
)
from zoo.registers import HALT, RETRY, STOP


def add(m: State, a: int, b: int) -> int:
    return a + b


def sub(m: State, a: int, b: int) -> int:
    return a - b


def mul(m: State, a: int, b: int) -> int:
    return a * b


def div(m: State, a: int, b: int) -> int:
    if b == 0:
        return fault(m, DIVISION_BY_ZERO)
    x = signed(a)
    y = signed(b)
    quotient = abs(x) // abs(y)  # towards zero (2.4.3)
    return quotient if x ^ y >= 0 else -quotient


def mod(m: State, a: int, b: int) -> int:
    if b == 0:
        return fault(m, DIVISION_BY_ZERO)
    x = signed(a)
    remainder = abs(x) % abs(signed(b))  # has the sign of the dividend
    return remainder if x >= 0 else -remainder


def or_(m: State, a: int, b: int) -> int:
    return a | b


def and_(m: State, a: int, b: int) -> int:
    return a & b


def not_(m: State, a: int) -> int:
    return ~a


def log_shift(m: State, number: int, places: int) -> int:
    k = signed(places)
    if k > 15 or k < -15:
        notice(m, BAD_SHIFT)
        return 0
    return number << (k & 15) if k >= 0 else number >> (-k & 15)


def art_shift(m: State, number: int, places: int) -> int:
    k = signed(places)
    x = signed(number)
    if k > 15:
        notice(m, BAD_SHIFT)
        return 0
    if k < -15:
        notice(m, BAD_SHIFT)
        return -1 if x < 0 else 0
    return x << (k & 15) if k >= 0 else x >> (-k & 15)


def je(m: State, n: int, a: int, b: int, c: int, d: int) -> int:
    if n > 1 and a == b:
        return 1
    if n > 2 and a == c:
        return 1
    return 1 if n > 3 and a == d else 0


def jl(m: State, a: int, b: int) -> int:
    return 1 if signed(a) < signed(b) else 0


def jg(m: State, a: int, b: int) -> int:
    return 1 if signed(a) > signed(b) else 0


def jz(m: State, a: int) -> int:
    return 1 if a == 0 else 0


def test(m: State, bitmap: int, flags: int) -> int:
    return 1 if bitmap & flags == flags else 0


def inc(m: State, variable: int) -> int:
    return replace(m, variable, peek(m, variable) + 1)


def dec(m: State, variable: int) -> int:
    return replace(m, variable, peek(m, variable) - 1)


def inc_chk(m: State, variable: int, value: int) -> int:
    x = peek(m, variable) + 1 & 0xFFFF
    replace(m, variable, x)
    return 1 if signed(x) > signed(value) else 0


def dec_chk(m: State, variable: int, value: int) -> int:
    x = peek(m, variable) - 1 & 0xFFFF
    replace(m, variable, x)
    return 1 if signed(x) < signed(value) else 0


def load_(m: State, variable: int) -> int:
    return peek(m, variable)


def store_(m: State, variable: int, value: int) -> int:
    return replace(m, variable, value)


def push_(m: State, value: int) -> int:
    return push(m, value)


def pull(m: State, variable: int) -> int:
    # `pull sp` replaces what is then the top (6.3.4): there must be one.
    if m.r[SP] - (1 if variable & 0xFF else 2) < m.r[BASE]:
        return fault(m, STACK_UNDERFLOW)
    return replace(m, variable, pop(m))


def pop_(m: State) -> int:
    if m.r[SP] <= m.r[BASE]:
        return fault(m, STACK_UNDERFLOW)
    pop(m)
    return 0


def jump(m: State, pc: int, offset: int) -> int:
    target = pc + signed(offset) - 2
    if target < 0 or target >= m.r[LENGTH]:
        notice(m, BAD_JUMP)
        return target & MASK
    return target


def branch(m: State, pc: int, t: int, condition: int) -> int:
    """Where to go on (4.7): `t` is the decoder's, 2 * offset + sense."""
    if (t & 1) != (condition != 0):
        return pc
    offset = t >> 1
    if offset == 0 or offset == 1:
        return ret(m, pc, offset)
    return (pc + offset - 2) & MASK


def call(
    m: State, pc: int, v: int, n: int, x: int, s: int, routine: int, a: int, b: int, c: int
) -> int:
    """Call a routine with n-1 arguments; its result goes to variable `s`."""
    before = m.r[SP]
    if n > 4:
        extra_operands(m, v, n, x)
        if m.r[STOP]:
            return pc
    if routine == 0:
        store(m, s, 0)
        return pc
    address = (routine << (m.r[PACK] & 7)) + m.r[ROUTINES]
    count = m.mem[address & MASK]
    if address >= m.r[LENGTH] or count > 15:
        m.r[SP] = before
        return fault(m, NOT_A_ROUTINE)
    sp = m.r[SP]
    if sp + 32 >= STACK_LIMIT:
        m.r[SP] = before
        return fault(m, STACK_OVERFLOW)
    fp = sp + 3
    m.stack[sp & STACK_MASK] = pc
    m.stack[(sp + 1) & STACK_MASK] = m.r[FP]
    m.stack[(sp + 2) & STACK_MASK] = s
    m.stack[fp & STACK_MASK] = n - 1 + 16 * count
    address += 1
    if m.r[VERSION] < 5:
        for k in range(1, count + 1):
            m.stack[(fp + k) & STACK_MASK] = (
                m.mem[address & MASK] << 8 | m.mem[(address + 1) & MASK]
            )
            address += 2
    else:
        for k in range(n, count + 1):
            m.stack[(fp + k) & STACK_MASK] = 0
    if n > 1:
        if count > 0:
            m.stack[(fp + 1) & STACK_MASK] = a
        if n > 2:
            if count > 1:
                m.stack[(fp + 2) & STACK_MASK] = b
            if n > 3:
                if count > 2:
                    m.stack[(fp + 3) & STACK_MASK] = c
                for k in range(4, n):
                    if k <= count:
                        m.stack[(fp + k) & STACK_MASK] = m.r[EXTRA + k - 4]
    m.r[FP] = fp
    m.r[BASE] = fp + count + 1
    m.r[SP] = fp + count + 1
    m.r[DEPTH] += 1
    return address


def extra_operands(m: State, v: int, n: int, x: int) -> int:
    """Read operands 5 to 8 into EXTRA; on underflow SP is as before."""
    sp = m.r[SP]
    address = x
    for k in range(4, n):
        value = m.mem[address & MASK]
        address += 1
        if v >> (8 + k) & 1:
            value = value << 8 | m.mem[address & MASK]
            address += 1
        elif v >> k & 1:
            value = load(m, value)
        m.r[EXTRA + k - 4] = value
    if m.r[STOP]:
        m.r[SP] = sp
    return 0


def ret(m: State, pc: int, value: int) -> int:
    """Return from the present routine: pc is the caller's."""
    fp = m.r[FP]
    if m.r[DEPTH] <= 1:
        fault(m, RETURN_FROM_MAIN)
        return pc
    back = m.stack[(fp - 3) & STACK_MASK]
    caller = m.stack[(fp - 2) & STACK_MASK]
    s = m.stack[(fp - 1) & STACK_MASK]
    m.r[SP] = fp - 3
    m.r[FP] = caller
    m.r[BASE] = caller + (m.stack[caller & STACK_MASK] >> 4) + 1
    m.r[DEPTH] -= 1
    if s >= 0:
        store(m, s, value)
    elif s == INTERRUPT:
        m.r[TIMER] = 2 if value else 1
    return back


def rtrue(m: State, pc: int) -> int:
    return ret(m, pc, 1)


def rfalse(m: State, pc: int) -> int:
    return ret(m, pc, 0)


def ret_popped(m: State, pc: int) -> int:
    if m.r[SP] <= m.r[BASE]:
        fault(m, STACK_UNDERFLOW)
        return pc
    return ret(m, pc, m.stack[(m.r[SP] - 1) & STACK_MASK])


def catch(m: State) -> int:
    """The present frame, as its depth: what Quetzal says it must be, so that it can be saved."""
    return m.r[DEPTH]


def throw(m: State, pc: int, value: int, frame: int) -> int:
    depth = m.r[DEPTH]
    if frame < 2 or frame > depth:
        fault(m, BAD_FRAME)
        return pc
    for _ in range(min(depth - frame, STACK)):
        fp = m.r[FP]
        m.r[FP] = m.stack[(fp - 2) & STACK_MASK]
        m.r[DEPTH] -= 1
    return ret(m, pc, value)


def check_arg_count(m: State, number: int) -> int:
    return 1 if number <= (m.stack[m.r[FP] & STACK_MASK] & 15) else 0


def nop(m: State) -> int:
    return 0


def quit_(m: State) -> int:
    stop(m, HALT, 0)
    m.r[RETRY] = 0
    return 1


def verify(m: State) -> int:
    return m.r[VERIFIED]


def piracy(m: State) -> int:
    return 1


def illegal(m: State) -> int:
    return fault(m, ILLEGAL_OPCODE)
