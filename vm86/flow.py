"""Jumps, calls, loops, interrupts and exceptions.

Functions that go somewhere return an address in `mem`, or anything with EXCEPTION set.
"""

from __future__ import annotations

from vm86.data import load_segment, pointer, pop, push
from vm86.flags import condition, eflags, set_status
from vm86.registers import (
    BASE,
    BP,
    CS,
    DB,
    ECX,
    END,
    ESP,
    EXCEPTION,
    FETCHED,
    FLAGS,
    GP,
    HOSTED,
    IDLE,
    IF,
    INTERRUPT,
    IOPL,
    LIMIT,
    NT,
    OF,
    ORIGIN,
    OVERFLOW,
    PLAIN,
    RETURN,
    SELECTOR,
    SERVICE,
    SHADOW,
    SHUTDOWN,
    SS,
    START,
    TF,
    UD,
    VM,
    ZR,
)
from vm86.registers import SERVE as SERVE_REQUEST
from vm86.state import (
    DWORD,
    MASK,
    WINDOW,
    State,
    fault,
    load,
    ones,
    physical,
    place,
    target,
)
from zoo.registers import CAUSE, FAULT, HALT, HOST, REPLIED, RETRY, STOP

LONGEST = 15
FOREVER = 1 << 40


def enter_code(m: State, eip: int) -> int:
    """Find the code at `eip` of the code segment: its address in `mem`, -1 after a fault.

    START and END become the addresses where an instruction may simply begin.
    """
    m.r[FETCHED] = FOREVER
    limit = m.r[LIMIT + CS]
    if eip > limit:
        return fault(m, GP, 0)
    linear = m.r[BASE + CS] + eip & DWORD
    a = physical(m, linear)
    if a < 0:
        return fault(m, GP, 0)
    # As far as the segment and plain memory go, less what the longest instruction needs.
    m.r[ORIGIN] = a - eip
    if linear < m.r[PLAIN]:
        m.r[START] = max(a - eip, 0)
        end = min(a - eip + limit, m.r[PLAIN] - 1) - LONGEST
    else:
        m.r[START] = a
        end = -1
    if m.r[FLAGS] & TF or m.r[INTERRUPT] >= 0:
        end = -1
    m.r[END] = end
    if a + LONGEST > min(m.r[ORIGIN] + limit, m.r[PLAIN] - 1) or linear >= m.r[PLAIN]:
        return patch(m, eip)
    return a


def patch(m: State, eip: int) -> int:
    """Put the instruction at the end of what can simply be fetched together at WINDOW."""
    size = max(0, min(LONGEST + 1, m.r[LIMIT + CS] - eip + 1))
    for k in range(size):
        a = physical(m, m.r[BASE + CS] + eip + k & DWORD)
        m.mem[WINDOW + k] = m.mem[a & MASK] if a >= 0 else 0xFF
    m.r[ORIGIN] = WINDOW - eip
    m.r[START] = WINDOW
    m.r[END] = -1
    m.r[FETCHED] = WINDOW + size
    return WINDOW


def go(m: State, eip: int) -> int:
    """Near: go to `eip`."""
    a = m.r[ORIGIN] + eip
    if m.r[START] <= a and a <= m.r[END]:
        return a
    return enter_code(m, eip)


def onwards(m: State, pc: int) -> int:
    """Between two instructions, where something may have to be seen to first."""
    eip = pc - m.r[ORIGIN]
    m.r[RETURN] = eip
    if m.r[FLAGS] & TF and m.r[SHADOW] == 0:
        return fault(m, DB, -1)
    if m.r[INTERRUPT] >= 0 and m.r[FLAGS] & IF and m.r[SHADOW] == 0:
        vector = m.r[INTERRUPT]
        m.r[INTERRUPT] = -1
        return fault(m, vector, -1)
    m.r[SHADOW] = 0
    m.r[RETURN] = -1
    # Beyond the segment's end it is the next instruction that cannot be fetched.
    return enter_code(m, eip) if eip <= m.r[LIMIT + CS] else patch(m, eip)


# Near jumps; the displacement counts from the next instruction


def jmp(m: State, pc: int, o: int, i: int) -> int:
    return go(m, pc - m.r[ORIGIN] + i & ones(o))


def jcc(m: State, pc: int, o: int, i: int, n: int) -> int:
    return go(m, pc - m.r[ORIGIN] + i & ones(o)) if condition(m, n) else pc


def jmp_e(m: State, u: int) -> int:
    return go(m, u)


def counted(m: State, am: int) -> int:
    """Decrement CX or ECX, and what it is then."""
    x = (m.r[ECX] & am) - 1 & am
    m.r[ECX] = m.r[ECX] & ~am & DWORD | x
    return x


def back(m: State, pc: int, o: int, i: int, taken: int) -> int:
    return go(m, pc - m.r[ORIGIN] + i & ones(o)) if taken else pc


def loop(m: State, pc: int, o: int, i: int, am: int) -> int:
    return back(m, pc, o, i, 1 if counted(m, am) else 0)


def loope(m: State, pc: int, o: int, i: int, am: int) -> int:
    return back(m, pc, o, i, 1 if counted(m, am) and m.r[ZR] == 0 else 0)


def loopne(m: State, pc: int, o: int, i: int, am: int) -> int:
    return back(m, pc, o, i, 1 if counted(m, am) and m.r[ZR] else 0)


def jcxz(m: State, pc: int, o: int, i: int, am: int) -> int:
    return back(m, pc, o, i, 1 if m.r[ECX] & am == 0 else 0)


# Near calls and returns


def call_to(m: State, pc: int, o: int, eip: int) -> int:
    if eip > m.r[LIMIT + CS]:
        return fault(m, GP, 0)
    if push(m, o, pc - m.r[ORIGIN]) < 0:
        return pc
    return go(m, eip)


def call(m: State, pc: int, o: int, i: int) -> int:
    return call_to(m, pc, o, pc - m.r[ORIGIN] + i & ones(o))


def call_e(m: State, pc: int, o: int, u: int) -> int:
    return call_to(m, pc, o, u)


def ret(m: State, pc: int, o: int, i: int) -> int:
    sp = m.r[ESP]
    eip = pop(m, o)
    if eip < 0:
        return pc
    if eip > m.r[LIMIT + CS]:
        m.r[ESP] = sp
        return fault(m, GP, 0)
    m.r[ESP] = pointer(m, m.r[ESP] + i)
    return go(m, eip)


# Far jumps, calls and returns, as in real mode


def far(m: State, selector: int, eip: int) -> int:
    """Go to another code segment; a fault leaves the present one."""
    if eip > m.r[LIMIT + CS]:
        return fault(m, GP, 0)
    load_segment(m, CS, selector)
    return enter_code(m, eip)


def jmp_far(m: State, i: int, j: int) -> int:
    return far(m, j, i)


def call_far_to(m: State, pc: int, o: int, selector: int, eip: int) -> int:
    if eip > m.r[LIMIT + CS]:
        return fault(m, GP, 0)
    sp = m.r[ESP]
    back_to = pc - m.r[ORIGIN]
    if target(m, SS, (sp & 0xFFFF) - 2 * o & 0xFFFF, o) < 0:
        return pc
    if push(m, o, m.r[SELECTOR + CS]) < 0:
        return pc
    push(m, o, back_to)
    return far(m, selector, eip)


def call_far(m: State, pc: int, o: int, i: int, j: int) -> int:
    return call_far_to(m, pc, o, j, i)


def far_operand(m: State, o: int, s: int, off: int, am: int) -> int:
    """The selector of a far pointer in memory, above its offset: selector << 32 | offset; -1 after
    a fault."""
    a = place(m, s, off, o)
    if a < 0:
        return -1
    offset = load(m, a, o)
    a = place(m, s, off + o & am, 2)
    if a < 0:
        return -1
    return load(m, a, 2) << 32 | offset


def jmp_far_m(m: State, pc: int, o: int, s: int, off: int, am: int) -> int:
    to = far_operand(m, o, s, off, am)
    return far(m, to >> 32, to & DWORD) if to >= 0 else pc


def call_far_m(m: State, pc: int, o: int, s: int, off: int, am: int) -> int:
    to = far_operand(m, o, s, off, am)
    return call_far_to(m, pc, o, to >> 32, to & DWORD) if to >= 0 else pc


def ret_far(m: State, pc: int, o: int, i: int) -> int:
    sp = m.r[ESP]
    a = place(m, SS, (sp & 0xFFFF) + o & 0xFFFF, o)
    if a < 0:
        return pc
    selector = load(m, a, 2)
    eip = pop(m, o)
    if eip < 0:
        return pc
    m.r[ESP] = pointer(m, sp + 2 * o + i)
    to = far(m, selector, eip)
    if m.r[EXCEPTION]:
        m.r[ESP] = sp
    return to


# The flags register


def virtual_flags(m: State) -> int:
    """FLAGS as a program sees them."""
    flags = eflags(m) & ~(VM | 0x10000)
    # Under a monitor IOPL reads as 3, so that nobody takes the processor for something else.
    return flags | IOPL if m.r[HOSTED] else flags


def load_flags(m: State, value: int, o: int) -> int:
    """Set the flags as POPF and IRET do in real mode."""
    set_status(m, value)
    settable = TF | IF | 0x400 | IOPL | NT
    m.r[FLAGS] = m.r[FLAGS] & ~settable | value & settable
    return 0


def pushf(m: State, o: int) -> int:
    return push(m, o, virtual_flags(m))


def popf(m: State, pc: int, o: int) -> int:
    value = pop(m, o)
    if value < 0:
        return pc
    load_flags(m, value, o)
    # A trap comes after the next instruction: so it is looked at only then.
    m.r[SHADOW] = 1 if m.r[FLAGS] & TF else 0
    return enter_code(m, pc - m.r[ORIGIN])


def cli(m: State) -> int:
    m.r[FLAGS] &= ~IF
    return 0


def sti(m: State, pc: int) -> int:
    if m.r[FLAGS] & IF == 0:
        m.r[SHADOW] = 1
    m.r[FLAGS] |= IF
    return enter_code(m, pc - m.r[ORIGIN])


def cld(m: State) -> int:
    m.r[FLAGS] &= ~0x400
    return 0


def std(m: State) -> int:
    m.r[FLAGS] |= 0x400
    return 0


# Interrupts and exceptions


def interrupt(m: State, vector: int, eip: int) -> int:
    """Call an interrupt's handler as the 8086 does; `eip` is where it returns to."""
    sp = (m.r[ESP] & 0xFFFF) - 6 & 0xFFFF
    if target(m, SS, sp, 2) < 0 or target(m, SS, sp + 4 & 0xFFFF, 2) < 0:
        return -1
    if target(m, SS, sp + 2 & 0xFFFF, 2) < 0:
        return -1
    to = load(m, 4 * vector, 4)
    push(m, 2, virtual_flags(m))
    push(m, 2, m.r[SELECTOR + CS])
    push(m, 2, eip)
    m.r[FLAGS] &= ~(IF | TF)
    load_segment(m, CS, to >> 16)
    return enter_code(m, to & 0xFFFF)


def exception(m: State, at: int) -> int:
    """Call the handler of the fault that the instruction at `at` has met."""
    eip = m.r[RETURN]
    if eip < 0:
        eip = at - m.r[ORIGIN]
    m.r[RETURN] = -1
    vector = m.r[EXCEPTION] - 1
    m.r[EXCEPTION] = 0
    m.r[SHADOW] = 0
    a = interrupt(m, vector, eip & 0xFFFF)
    if a < 0:
        # The handler could not be called: nor could that of the double fault.
        m.r[EXCEPTION] = 0
        m.r[STOP] = FAULT
        m.r[CAUSE] = SHUTDOWN
        m.r[RETRY] = 1
        return at
    return a


def undo(m: State) -> int:
    """In a translation: leave the instruction, with its fault, to the loop."""
    m.r[EXCEPTION] = 0
    m.r[RETURN] = -1
    m.r[RETRY] = 1
    return -1


def int_(m: State, pc: int, i: int) -> int:
    a = interrupt(m, i, pc - m.r[ORIGIN] & 0xFFFF)
    return a if a >= 0 else pc


def int3(m: State, pc: int) -> int:
    return int_(m, pc, BP)


def into(m: State, pc: int) -> int:
    return int_(m, pc, OVERFLOW) if m.r[OF] else pc


def iret(m: State, pc: int, o: int) -> int:
    sp = m.r[ESP]
    # All three are there, or nothing happens.
    for k in range(3):
        if place(m, SS, (sp & 0xFFFF) + k * o & 0xFFFF, o) < 0:
            return pc
    eip = pop(m, o)
    selector = pop(m, o)
    flags = pop(m, o)
    if eip > m.r[LIMIT + CS]:
        m.r[ESP] = sp
        return fault(m, GP, 0)
    load_flags(m, flags, o)
    load_segment(m, CS, selector & 0xFFFF)
    return enter_code(m, eip)


def ud(m: State) -> int:
    return fault(m, UD, -1)


def too_long(m: State) -> int:
    return fault(m, GP, 0)


def service(m: State, pc: int, at: int) -> int:
    """ARPL, which virtual-8086 mode does not have: a monitor's breakpoint in its own handlers.

    The handler of interrupt n begins at F000:8n.
    """
    if m.r[INTERRUPT] >= 0 and m.r[FLAGS] & IF:
        return at  # whatever it waits for may come with the interrupt
    if m.r[HOSTED] == 0 or m.r[SELECTOR + CS] != 0xF000:
        return fault(m, UD, -1)
    if m.r[REPLIED]:
        m.r[REPLIED] = 0
        return pc
    m.r[SERVICE] = at - m.r[ORIGIN] >> 3 & 0xFF
    m.r[STOP] = HOST
    m.r[CAUSE] = SERVE_REQUEST
    m.r[RETRY] = 1
    return pc


def hlt(m: State) -> int:
    """Wait for an interrupt: the host knows when the next one comes, if any."""
    m.r[STOP] = HOST if m.r[HOSTED] else HALT
    m.r[CAUSE] = IDLE
    m.r[RETRY] = 0
    return 0
