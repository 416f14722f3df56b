"""Jumps, calls, loops, interrupts and exceptions.

Functions that go somewhere return an address in `mem`, or anything with EXCEPTION set.
"""

from __future__ import annotations

from vm86.console import display
from vm86.control import adjust_rpl
from vm86.data import pointer, pop, push
from vm86.fetch import cut_off, enter_code, go, onwards
from vm86.flags import condition, eflags, load_flags
from vm86.gates import far_protected, finished, iret_protected, ret_protected, through_idt
from vm86.memory import keep, place, target
from vm86.paging import system_load
from vm86.registers import (
    BIG,
    BP,
    CPL,
    CS,
    DE,
    DF,
    DOUBLE,
    ECX,
    END,
    ERROR,
    ESP,
    EXCEPTION,
    EXIT_CLI,
    EXIT_EXCEPTION,
    EXIT_HLT,
    EXIT_INT,
    EXIT_INTERRUPT,
    EXIT_IRET,
    EXIT_POPF,
    EXIT_PUSHF,
    EXIT_SERVICE,
    EXIT_STI,
    EXITS,
    FLAGS,
    GP,
    HOSTED,
    IDLE,
    IDT_BASE,
    IDT_LIMIT,
    IF,
    INTERRUPT,
    INVALID_TSS,
    IOPL,
    LIMIT,
    MODE,
    MONITORED,
    OF,
    ORIGIN,
    OUTSIDE,
    OVERFLOW,
    PF,
    PROTECTED,
    RETURN,
    RF,
    ROM_END,
    SELECTOR,
    SERVE,
    SERVICE,
    SHADOW,
    SHUTDOWN,
    SS,
    STACK,
    STEP,
    TF,
    UD,
    VIRTUAL,
    VM,
    ZR,
)
from vm86.segments import load_plain, set_mode
from vm86.state import DWORD, State, fault, load, ones
from zoo.registers import CAUSE, FAULT, HALT, HOST, REPLIED, RETRY, STOP

ROM = 0xF000  # the segment of the BIOS
DOS_CALL = 0x21
LOOK_AGAIN = 0x400  # no exception: the instruction is done, and where code may begin has changed


# Near jumps; the displacement counts from the next instruction


def jmp(m: State, pc: int, o: int, i: int) -> int:
    return go(m, pc - m.r[ORIGIN] + i & ones(o))


def jcc(m: State, pc: int, o: int, i: int, n: int) -> int:
    return go(m, pc - m.r[ORIGIN] + i & ones(o)) if condition(m, n) else pc


def jmp_e(m: State, u: int) -> int:
    return go(m, u)


def back(m: State, pc: int, o: int, i: int, taken: int) -> int:
    return go(m, pc - m.r[ORIGIN] + i & ones(o)) if taken else pc


def less(m: State, am: int) -> int:
    """What CX or ECX is when it has been decremented."""
    return (m.r[ECX] & am) - 1 & am


def counted(m: State, pc: int, o: int, i: int, am: int, taken: int) -> int:
    """Decrement it and go back, or on; not where that is beyond the code segment."""
    x = less(m, am)
    to = back(m, pc, o, i, taken)
    if m.r[EXCEPTION] == 0 or m.r[RETURN] >= 0:
        m.r[ECX] = m.r[ECX] & ~am & DWORD | x
    return to


def loop(m: State, pc: int, o: int, i: int, am: int) -> int:
    return counted(m, pc, o, i, am, 1 if less(m, am) else 0)


def loope(m: State, pc: int, o: int, i: int, am: int) -> int:
    return counted(m, pc, o, i, am, 1 if less(m, am) and m.r[ZR] == 0 else 0)


def loopne(m: State, pc: int, o: int, i: int, am: int) -> int:
    return counted(m, pc, o, i, am, 1 if less(m, am) and m.r[ZR] else 0)


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


# Far jumps, calls and returns


def protected(m: State) -> int:
    """Whether segments have descriptors: in protected mode, but for virtual-8086 mode."""
    return 1 if m.r[MODE] & (PROTECTED | VIRTUAL) == PROTECTED else 0


def far(m: State, selector: int, eip: int) -> int:
    """Go to another code segment as the 8086 does; a fault leaves the present one."""
    if eip > m.r[LIMIT + CS]:
        return fault(m, GP, 0)
    load_plain(m, CS, selector)
    if m.r[MODE] & BIG:
        set_mode(m)
    return enter_code(m, eip)


def jmp_far_to(m: State, pc: int, o: int, selector: int, eip: int) -> int:
    if protected(m):
        return far_protected(m, pc - m.r[ORIGIN], o, selector, eip, 0)
    return far(m, selector, eip)


def call_far_to(m: State, pc: int, o: int, selector: int, eip: int) -> int:
    back_to = pc - m.r[ORIGIN]
    if protected(m):
        return far_protected(m, back_to, o, selector, eip, 1)
    if eip > m.r[LIMIT + CS]:
        return fault(m, GP, 0)
    if target(m, SS, m.r[ESP] - 2 * o & m.r[STACK], o) < 0:
        return pc
    if push(m, o, m.r[SELECTOR + CS]) < 0:
        return pc
    push(m, o, back_to)
    return far(m, selector, eip)


def jmp_far(m: State, pc: int, o: int, i: int, j: int) -> int:
    return jmp_far_to(m, pc, o, j, i)


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
    return jmp_far_to(m, pc, o, to >> 32, to & DWORD) if to >= 0 else pc


def call_far_m(m: State, pc: int, o: int, s: int, off: int, am: int) -> int:
    to = far_operand(m, o, s, off, am)
    return call_far_to(m, pc, o, to >> 32, to & DWORD) if to >= 0 else pc


def ret_far(m: State, pc: int, o: int, i: int) -> int:
    if protected(m):
        return ret_protected(m, o, i)
    sp = m.r[ESP]
    a = place(m, SS, sp + o & m.r[STACK], o)
    if a < 0:
        return pc
    selector = load(m, a, 2)
    a = place(m, SS, sp & m.r[STACK], o)
    if a < 0:
        return pc
    eip = load(m, a, o)
    if eip <= m.r[LIMIT + CS]:
        m.r[ESP] = pointer(m, sp + 2 * o + i)
    return far(m, selector, eip)


# What is sensitive to IOPL


def denied(m: State, reason: int) -> int:
    """1, with a fault, where a virtual-8086 task may not do it itself (section 15.3.2).

    The host's monitor does it for the task, and counts that.
    """
    if m.r[MODE] & VIRTUAL and m.r[FLAGS] & IOPL != IOPL:
        if m.r[MODE] & MONITORED == 0:
            fault(m, GP, 0)
            return 1
        m.r[EXITS + reason] += 1
    return 0


def flags_denied(m: State, reason: int) -> int:
    """Likewise for CLI and STI, which protected mode guards, too."""
    if m.r[MODE] & VIRTUAL:
        return denied(m, reason)
    if m.r[CPL] > m.r[FLAGS] >> 12 & 3:
        fault(m, GP, 0)
        return 1
    return 0


def visible_flags(m: State) -> int:
    """EFLAGS as a program sees them."""
    flags = eflags(m) & ~(VM | RF)
    # Under a monitor IOPL reads as 3, so that nobody takes the processor for something else.
    return flags | IOPL if m.r[MODE] & MONITORED else flags


def pushf(m: State, o: int) -> int:
    return -1 if denied(m, EXIT_PUSHF) else push(m, o, visible_flags(m))


def popf(m: State, pc: int, o: int) -> int:
    if denied(m, EXIT_POPF):
        return -1
    value = pop(m, o)
    if value < 0:
        return -1
    load_flags(m, value, 0)
    if m.r[FLAGS] & TF:
        # From the next instruction on each has to be looked at.
        m.r[RETURN] = pc - m.r[ORIGIN]
        return fault(m, LOOK_AGAIN, -1)
    return 0


def cli(m: State) -> int:
    if flags_denied(m, EXIT_CLI):
        return -1
    m.r[FLAGS] &= ~IF
    return 0


def sti(m: State) -> int:
    """The next instruction is executed before an interrupt is taken."""
    if flags_denied(m, EXIT_STI):
        return -1
    # It is between two instructions that is looked for one, so that only one that waits matters.
    if m.r[FLAGS] & IF == 0 and m.r[INTERRUPT] >= 0:
        m.r[SHADOW] = 1
    m.r[FLAGS] |= IF
    return 0


def cld(m: State) -> int:
    m.r[FLAGS] &= ~DF
    return 0


def std(m: State) -> int:
    m.r[FLAGS] |= DF
    return 0


# Interrupts and exceptions


def interrupt_plain(m: State, vector: int, eip: int, outside: int) -> int:
    """Call a handler as the 8086 does: in real mode, and for the host's monitor, which reflects
    interrupts to the task; `eip` is where it returns to."""
    if 4 * vector + 3 > m.r[IDT_LIMIT]:
        return fault(m, GP, 8 * vector | 2 | outside)
    sp = m.r[ESP]
    for k in range(3):
        if target(m, SS, sp - 2 * k - 2 & m.r[STACK], 2) < 0:
            return -1
    to = system_load(m, m.r[IDT_BASE] + 4 * vector, 4)
    push(m, 2, visible_flags(m))
    push(m, 2, m.r[SELECTOR + CS])
    push(m, 2, eip)
    m.r[FLAGS] &= ~(IF | TF | RF)
    load_plain(m, CS, to >> 16)
    return enter_code(m, to & 0xFFFF)


def deliver(m: State, vector: int, eip: int, code: int, soft: int, outside: int) -> int:
    """Call the handler of an interrupt or an exception: its address in `mem`, -1 after a fault."""
    m.r[STEP] = 0
    m.r[SHADOW] = 0
    if m.r[MODE] & (PROTECTED | MONITORED) != PROTECTED:
        return interrupt_plain(m, vector, eip, outside)
    keep(m)
    return finished(m, through_idt(m, vector, eip, code, soft, outside))


def is_contributory(vector: int) -> int:
    """Whether two of the kind make a double fault (section 9.8.8)."""
    return 1 if vector == DE or (vector >= INVALID_TSS and vector <= GP) else 0


def exception(m: State, at: int) -> int:
    """Deal with what the instruction at `at` has met, and with what comes before the next one: the
    next pc, -1 where the run stops."""
    a = handle(m, at)
    if m.r[STOP] == 0 and a > m.r[END]:
        a = onwards(m, a)
        if m.r[EXCEPTION]:
            a = handle(m, at)
    return -1 if m.r[STOP] else a


def unsettled(m: State, pc: int) -> int:
    """Whether something may have to be seen to before the next instruction. END may be another one
    than when this instruction began, so that this is no part of what is specialised."""
    return 1 if pc > m.r[END] else 0


def handle(m: State, at: int) -> int:
    """Call the handler of what the instruction at `at` has met: a fault, or an interrupt after
    it."""
    if m.r[EXCEPTION] == LOOK_AGAIN + 1:
        m.r[EXCEPTION] = 0
        eip = m.r[RETURN]
        m.r[RETURN] = -1
        return enter_code(m, eip)
    outside = m.r[EXCEPTION] - 1 & OUTSIDE
    vector = m.r[EXCEPTION] - 1 & 0xFF
    code = m.r[ERROR]
    first = -1 if outside else vector
    a = -1
    while a < 0:
        eip = m.r[RETURN]
        if eip < 0:
            # A fault, and no trap: when it is tried again it meets no breakpoint.
            eip = at - m.r[ORIGIN]
            m.r[FLAGS] |= RF
        m.r[EXCEPTION] = 0
        if m.r[MODE] & MONITORED:
            m.r[EXITS + (EXIT_INTERRUPT if outside else EXIT_EXCEPTION)] += 1
        a = deliver(m, vector, eip, code, 0, 1)
        if m.r[EXCEPTION]:
            a = -1
            second = m.r[EXCEPTION] - 1
            code = m.r[ERROR]
            if first == DOUBLE:
                # Nor can the handler of the double fault be called.
                m.r[EXCEPTION] = 0
                m.r[STOP] = FAULT
                m.r[CAUSE] = SHUTDOWN
                m.r[RETRY] = 1
                return at
            serious = is_contributory(second) and (is_contributory(first) or first == PF)
            vector = DOUBLE if serious or (first == PF and second == PF) else second
            code = 0 if vector == DOUBLE else code
            first = vector
            outside = 0
    m.r[RETURN] = -1
    return a


def int_to(m: State, pc: int, vector: int) -> int:
    a = deliver(m, vector, pc - m.r[ORIGIN], -1, 1, 0)
    return a if a >= 0 else pc


def int_(m: State, pc: int, i: int) -> int:
    return pc if denied(m, EXIT_INT) else int_to(m, pc, i)


def int3(m: State, pc: int) -> int:
    return int_to(m, pc, BP)


def into(m: State, pc: int) -> int:
    return int_to(m, pc, OVERFLOW) if m.r[OF] else pc


def iret(m: State, pc: int, o: int) -> int:
    if protected(m):
        return iret_protected(m, o, pc - m.r[ORIGIN])
    if denied(m, EXIT_IRET):
        return pc
    sp = m.r[ESP]
    # All three are there, or nothing happens.
    for k in range(3):
        if place(m, SS, sp + k * o & m.r[STACK], o) < 0:
            return pc
    eip = pop(m, o)
    selector = pop(m, o)
    flags = pop(m, o)
    if eip > m.r[LIMIT + CS]:
        m.r[ESP] = sp
        return fault(m, GP, 0)
    load_flags(m, flags, RF if o == 4 else 0)
    return far(m, selector, eip)


def ud(m: State) -> int:
    return fault(m, UD, -1)


def too_long(m: State) -> int:
    return fault(m, GP, 0)


def beyond(m: State, at: int) -> int:
    """It reaches beyond what can be fetched."""
    return cut_off(m, at)


def service(m: State, pc: int, at: int) -> int:
    """ARPL where it is not recognised: a monitor's breakpoint in its own handlers.

    The handler of interrupt n begins at F000:8n.
    """
    if m.r[INTERRUPT] >= 0 and m.r[FLAGS] & IF:
        return at  # whatever it waits for may come with the interrupt
    if m.r[HOSTED] == 0 or m.r[SELECTOR + CS] != ROM:
        return fault(m, UD, -1)
    if m.r[REPLIED]:
        m.r[REPLIED] = 0
        return pc
    m.r[SERVICE] = at - m.r[ORIGIN] >> 3 & 0xFF
    if m.r[SERVICE] == DOS_CALL and display(m):
        return pc
    m.r[EXITS + EXIT_SERVICE] += 1
    m.r[STOP] = HOST
    m.r[CAUSE] = SERVE
    m.r[RETRY] = 1
    return pc


def arpl(m: State, pc: int, at: int, g: int, e: int, s: int, off: int) -> int:
    if not protected(m):
        return service(m, pc, at)
    adjust_rpl(m, g, e, s, off)
    return pc


def hlt(m: State) -> int:
    """Wait for an interrupt: the host knows when the next one comes, if any."""
    if m.r[CPL]:
        if m.r[MODE] & MONITORED == 0:
            return fault(m, GP, 0)
        m.r[EXITS + EXIT_HLT] += 1
    m.r[STOP] = HOST if m.r[HOSTED] or m.r[ROM_END] else HALT
    m.r[CAUSE] = IDLE
    m.r[RETRY] = 0
    return 0
