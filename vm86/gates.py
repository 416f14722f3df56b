"""Control transfers in protected mode: through gates, to other levels, and back (chapters 6, 9)."""

from __future__ import annotations

from vm86.data import pointer, push
from vm86.fetch import arrive
from vm86.flags import eflags, load_flags, set_eflags
from vm86.memory import keep, place, put_back
from vm86.paging import system_load
from vm86.registers import (
    ACCESS,
    BASE,
    CPL,
    CS,
    DS,
    ES,
    ESP,
    EXCEPTION,
    FLAGS,
    FS,
    GP,
    GS,
    HIGH,
    IDT_BASE,
    IDT_LIMIT,
    IF,
    INVALID_TSS,
    LIMIT,
    LOW,
    MODE,
    NP,
    NT,
    PARAMETERS,
    PRESENT,
    RF,
    SAVED,
    SEGMENT_BIT,
    SELECTOR,
    SS,
    STACK,
    TF,
    TR,
    TYPE,
    VIRTUAL,
    VM,
)
from vm86.segments import (
    NULL,
    RPL,
    dpl_of,
    is_code,
    is_conforming,
    limit_of,
    load_code,
    load_stack,
    load_virtual,
    look_up,
    read_descriptor,
    set_mode,
    set_ring,
    unload,
)
from vm86.state import State, fault, load
from vm86.tasks import BUSY, JUMP, NEST, RESUME, WIDE, locate, switch_task

# Types of gates: with WIDE (0x800) a 386's
CALL_GATE = 0x400
TASK_GATE = 0x500
INTERRUPT_GATE = 0x600
TRAP_GATE = 0x700
TSS = 0x100
GATE = 0x10000  # with a selector: it comes from a call gate


def finished(m: State, to: int) -> int:
    """The end of a transfer that began with `keep`: where it goes, -1 after a fault."""
    if m.r[EXCEPTION]:
        put_back(m)
        return -1
    m.r[SAVED] = 0
    return to


def task(m: State, selector: int, how: int, eip: int, outside: int) -> int:
    """Go to a task by its TSS, which a gate names or the instruction itself."""
    at = locate(m, selector, GP, outside)
    if at < 0:
        return -1
    high = m.r[HIGH]
    if high & SEGMENT_BIT or high & (TYPE & ~WIDE) != TSS:
        return fault(m, GP, selector & NULL | outside)
    if high & PRESENT == 0:
        return fault(m, NP, selector & NULL | outside)
    return switch_task(m, selector, at, how, eip)


# JMP and CALL


def far_protected(m: State, back: int, o: int, selector: int, eip: int, calls: int) -> int:
    """JMP or CALL to another segment; `back` is where a CALL returns to. Its address in `mem`."""
    keep(m)
    return finished(m, transfer(m, back, o, selector, eip, calls))


def transfer(m: State, back: int, o: int, selector: int, eip: int, calls: int) -> int:
    if selector & NULL == 0:
        return fault(m, GP, 0)
    at = look_up(m, selector, GP, 0)
    if at < 0:
        return -1
    high = m.r[HIGH]
    code = selector & NULL
    if high & SEGMENT_BIT:
        if not is_code(high) or (is_conforming(high) == 0 and selector & RPL > m.r[CPL]):
            return fault(m, GP, code)
        return to_code(m, back, o, selector, eip, calls)
    if dpl_of(high) < max(m.r[CPL], selector & RPL):
        return fault(m, GP, code)
    kind = high & TYPE & ~WIDE
    how = NEST if calls else JUMP
    if kind == TSS:
        return task(m, selector, how, back, 0)
    if kind != CALL_GATE and high & TYPE != TASK_GATE:
        return fault(m, GP, code)
    if high & PRESENT == 0:
        return fault(m, NP, code)
    low = m.r[LOW]
    if kind != CALL_GATE:
        return task(m, low >> 16, how, back, 0)
    wide = high & WIDE
    eip = low & 0xFFFF | (high & 0xFFFF0000 if wide else 0)
    count = (high & 31) << 1 | (1 if calls else 0)
    return to_code(m, back, 4 if wide else 2, low >> 16 | GATE, eip, count)


def to_code(m: State, back: int, o: int, selector: int, eip: int, calls: int) -> int:
    """To a code segment; `calls`: bit 0 for CALL, above it how many parameters a gate passes."""
    gate = selector & GATE
    selector &= 0xFFFF
    code = selector & NULL
    if code == 0:
        return fault(m, GP, 0)
    at = look_up(m, selector, GP, 0)
    if at < 0:
        return -1
    low, high = m.r[LOW], m.r[HIGH]
    limit = limit_of(low, high)
    cpl = m.r[CPL]
    dpl = dpl_of(high)
    inner = gate and calls & 1 and is_conforming(high) == 0 and dpl < cpl
    if not is_code(high) or dpl > cpl or (dpl != cpl and not is_conforming(high) and not inner):
        return fault(m, GP, code)
    if high & PRESENT == 0:
        return fault(m, NP, code)
    if eip > limit:
        return fault(m, GP, 0)
    ring = cpl
    if inner:
        ring = dpl
        if call_inwards(m, o, ring, calls >> 1) < 0:
            return -1
    if calls & 1 and (push(m, o, m.r[SELECTOR + CS]) < 0 or push(m, o, back) < 0):
        return -1
    m.r[LOW], m.r[HIGH] = low, high
    if load_code(m, selector, at, ring) < 0:
        return -1
    return arrive(m, eip)


def call_inwards(m: State, o: int, ring: int, count: int) -> int:
    """Change to the stack of an inner level, and take `count` parameters with us; -1 on a fault."""
    ss = m.r[SELECTOR + SS]
    esp = m.r[ESP]
    for n in range(count):
        a = place(m, SS, esp + o * n & m.r[STACK], o)
        if a < 0:
            return -1
        m.r[PARAMETERS + n] = load(m, a, o)
    if inner_stack(m, ring, 0) < 0 or push(m, o, ss) < 0 or push(m, o, esp) < 0:
        return -1
    for n in range(count):
        if push(m, o, m.r[PARAMETERS + count - 1 - n]) < 0:
            return -1
    return 0


def inner_stack(m: State, ring: int, outside: int) -> int:
    """Load SS:ESP for a level from the TSS; -1 after a fault."""
    base = m.r[BASE + TR]
    code = m.r[SELECTOR + TR] & NULL | outside
    if m.r[ACCESS + TR] & WIDE:
        off = 4 + 8 * ring
        if off + 5 > m.r[LIMIT + TR]:
            return fault(m, INVALID_TSS, code)
        esp = system_load(m, base + off, 4)
        ss = system_load(m, base + off + 4, 2)
    else:
        off = 2 + 4 * ring
        if off + 3 > m.r[LIMIT + TR]:
            return fault(m, INVALID_TSS, code)
        esp = system_load(m, base + off, 2)
        ss = system_load(m, base + off + 2, 2)
    if m.r[EXCEPTION]:
        return -1
    set_ring(m, ring)
    m.r[ESP] = esp
    return load_stack(m, ss, ring, INVALID_TSS, outside)


# Interrupts and exceptions


def through_idt(m: State, vector: int, eip: int, code: int, soft: int, outside: int) -> int:
    """Call the handler of an interrupt or an exception: its address in `mem`, -1 after a fault.

    code: the error code, -1 for none.  soft: by an instruction INT n.  outside: the EXT bit.
    """
    at = 8 * vector
    which = at | 2 | outside
    if at + 7 > m.r[IDT_LIMIT]:
        return fault(m, GP, which)
    if read_descriptor(m, m.r[IDT_BASE] + at & 0xFFFFFFFF) < 0:
        return -1
    low, high = m.r[LOW], m.r[HIGH]
    kind = high & TYPE
    type_ = kind & ~WIDE
    if high & SEGMENT_BIT or (kind != TASK_GATE and type_ != INTERRUPT_GATE and type_ != TRAP_GATE):
        return fault(m, GP, which)
    if soft and dpl_of(high) < m.r[CPL]:
        return fault(m, GP, which)
    if high & PRESENT == 0:
        return fault(m, NP, which)
    if kind == TASK_GATE:
        to = task(m, low >> 16, NEST, eip, outside)
        if to >= 0 and code >= 0:
            push(m, 4 if m.r[ACCESS + TR] & WIDE else 2, code)
        return to
    return to_handler(m, low, high, eip, code, outside)


def to_handler(m: State, low: int, high: int, eip: int, code: int, outside: int) -> int:
    """Through an interrupt or trap gate."""
    o = 4 if high & WIDE else 2
    trap = high & TYPE & ~WIDE == TRAP_GATE
    to = low & 0xFFFF | (high & 0xFFFF0000 if o == 4 else 0)
    selector = low >> 16
    if selector & NULL == 0:
        return fault(m, GP, outside)
    at = look_up(m, selector, GP, outside)
    if at < 0:
        return -1
    low, high = m.r[LOW], m.r[HIGH]
    limit = limit_of(low, high)
    conforming = is_conforming(high)
    dpl = dpl_of(high)
    virtual = m.r[MODE] & VIRTUAL
    bad = virtual and (conforming or dpl != 0)
    if not is_code(high) or dpl > m.r[CPL] or bad:
        return fault(m, GP, selector & NULL | outside)
    if high & PRESENT == 0:
        return fault(m, NP, selector & NULL | outside)
    if to > limit:
        return fault(m, GP, 0)
    ring = m.r[CPL] if conforming else dpl
    flags = eflags(m)
    if ring < m.r[CPL] and enter_inner(m, o, ring, virtual, outside) < 0:
        return -1
    if push(m, o, flags) < 0 or push(m, o, m.r[SELECTOR + CS]) < 0 or push(m, o, eip) < 0:
        return -1
    if code >= 0 and push(m, o, code) < 0:
        return -1
    m.r[FLAGS] &= ~(TF | NT | RF | (0 if trap else IF))
    if virtual:
        for n in range(ES, GS + 1):
            if n != CS and n != SS:
                unload(m, n, 0)
    m.r[LOW], m.r[HIGH] = low, high
    if load_code(m, selector, at, ring) < 0:
        return -1
    return arrive(m, to)


def enter_inner(m: State, o: int, ring: int, virtual: int, outside: int) -> int:
    """Change the stack for a handler; from virtual-8086 mode all segment registers are pushed."""
    ss = m.r[SELECTOR + SS]
    esp = m.r[ESP]
    m.r[FLAGS] &= ~VM
    set_mode(m)
    if inner_stack(m, ring, outside) < 0:
        return -1
    if virtual:
        for n in (GS, FS, DS, ES):
            if push(m, o, m.r[SELECTOR + n]) < 0:
                return -1
    if push(m, o, ss) < 0:
        return -1
    return push(m, o, esp)


# RETF and IRET


def ret_protected(m: State, o: int, more: int) -> int:
    """RETF, which drops `more` bytes of parameters."""
    keep(m)
    return finished(m, back_to(m, o, 0, 0, more))


def iret_protected(m: State, o: int, eip: int) -> int:
    """IRET; `eip` is behind it: there a task that it leaves goes on."""
    keep(m)
    if m.r[FLAGS] & NT:
        return finished(m, resume(m, eip))
    a = place(m, SS, m.r[ESP] + 2 * o & m.r[STACK], o)
    if a < 0:
        return finished(m, -1)
    flags = load(m, a, o)
    if o == 4 and flags & VM and m.r[CPL] == 0:
        return finished(m, to_virtual(m, flags))
    return finished(m, back_to(m, o, o, flags, 0))


def resume(m: State, eip: int) -> int:
    """Go back to the task that the present one was called from."""
    selector = system_load(m, m.r[BASE + TR], 2)
    if m.r[EXCEPTION]:
        return -1
    at = locate(m, selector, INVALID_TSS, 0)
    if at < 0:
        return -1
    high = m.r[HIGH]
    if high & SEGMENT_BIT or high & (TYPE & ~WIDE) != TSS | BUSY:
        return fault(m, INVALID_TSS, selector & NULL)
    if high & PRESENT == 0:
        return fault(m, NP, selector & NULL)
    return switch_task(m, selector, at, RESUME, eip)


def stacked(m: State, off: int, o: int) -> int:
    """What lies `off` bytes above the stack's top; 0 after a fault."""
    a = place(m, SS, m.r[ESP] + off & m.r[STACK], o)
    return load(m, a, o) if a >= 0 else 0


def to_virtual(m: State, flags: int) -> int:
    """IRETD to virtual-8086 mode (section 15.3.1)."""
    eip = stacked(m, 0, 4)
    cs = stacked(m, 4, 4)
    esp = stacked(m, 12, 4)
    ss = stacked(m, 16, 4)
    for n in range(4):
        m.r[PARAMETERS + n] = stacked(m, 20 + 4 * n, 4)
    if m.r[EXCEPTION]:
        return -1
    if eip > 0xFFFF:
        return fault(m, GP, 0)
    set_eflags(m, flags)
    set_mode(m)
    m.r[ESP] = esp
    load_virtual(m, SS, ss)
    load_virtual(m, ES, m.r[PARAMETERS])
    load_virtual(m, DS, m.r[PARAMETERS + 1])
    load_virtual(m, FS, m.r[PARAMETERS + 2])
    load_virtual(m, GS, m.r[PARAMETERS + 3])
    load_virtual(m, CS, cs)
    return arrive(m, eip)


def back_to(m: State, o: int, above: int, flags: int, more: int) -> int:
    """Return to the CS:EIP on the stack, perhaps to an outer level. `above`: how many bytes lie
    between it and the outer SS:ESP, for IRET its FLAGS, which are `flags`."""
    eip = stacked(m, 0, o)
    selector = stacked(m, o, o) & 0xFFFF
    if m.r[EXCEPTION]:
        return -1
    code = selector & NULL
    if code == 0:
        return fault(m, GP, 0)
    at = look_up(m, selector, GP, 0)
    if at < 0:
        return -1
    high = m.r[HIGH]
    limit = limit_of(m.r[LOW], high)
    ring = selector & RPL
    fits = dpl_of(high) <= ring if is_conforming(high) else dpl_of(high) == ring
    if not is_code(high) or ring < m.r[CPL] or not fits:
        return fault(m, GP, code)
    if high & PRESENT == 0:
        return fault(m, NP, code)
    outer = ring > m.r[CPL]
    esp, ss = 0, 0
    if outer:
        esp = stacked(m, 2 * o + above + more, o)
        ss = stacked(m, 3 * o + above + more, o) & 0xFFFF
        if m.r[EXCEPTION]:
            return -1
    if eip > limit:
        return fault(m, GP, 0)
    if above:
        load_flags(m, flags, RF if o == 4 else 0)
    if load_code(m, selector, at, ring) < 0:
        return -1
    if not outer:
        m.r[ESP] = pointer(m, m.r[ESP] + 2 * o + above + more)
        return arrive(m, eip)
    if load_stack(m, ss, ring, GP, 0) < 0:
        return -1
    m.r[ESP] = pointer(m, esp + more)
    for n in range(ES, GS + 1):
        if n != CS and n != SS:
            close(m, n, ring)
    return arrive(m, eip)


def close(m: State, n: int, ring: int) -> int:
    """Unload a segment register that an outer level may not use."""
    access = m.r[ACCESS + n]
    conforming = is_code(access) and is_conforming(access)
    if not conforming and dpl_of(access) < ring:
        return unload(m, n, 0)
    return 0
