"""The task state segment, and switching tasks (chapter 7 of the manual)."""

from __future__ import annotations

from vm86.fetch import arrive
from vm86.flags import eflags, set_eflags
from vm86.paging import WRITE, flush, system_load, system_place, system_save
from vm86.registers import (
    ACCESS,
    BASE,
    BROKEN,
    BT,
    CODE_BIT,
    CR0,
    CR3,
    CS,
    DR,
    EAX,
    ES,
    EXCEPTION,
    FLAGS,
    GDT_BASE,
    GP,
    GS,
    HIGH,
    INVALID_TSS,
    LDTR,
    LIMIT,
    LOW,
    NP,
    NT,
    PG,
    PRESENT,
    RETURN,
    SAVED,
    SEGMENT_BIT,
    SELECTOR,
    SS,
    TR,
    TS,
    TYPE,
    VM,
)
from vm86.segments import (
    LOCAL,
    NULL,
    RPL,
    dpl_of,
    is_code,
    is_conforming,
    limit_of,
    load_code,
    load_data,
    load_stack,
    load_virtual,
    look_up,
    set_mode,
    set_plain,
    set_ring,
    unload,
)
from vm86.state import State, fault

# How a task is entered
JUMP = 0
NEST = 1  # by a call or an interrupt
RESUME = 2  # by IRET

WIDE = CODE_BIT  # in a descriptor of a TSS: a 386's
BUSY = 0x200
LDT_TYPE = 0x200


def locate(m: State, selector: int, vector: int, outside: int) -> int:
    """Find the descriptor of a task's TSS in the GDT: its address, -1 after a fault."""
    if selector & NULL == 0 or selector & LOCAL:
        return fault(m, vector, selector & NULL | outside)
    return look_up(m, selector, vector, outside)


def switch_task(m: State, selector: int, at: int, how: int, eip: int) -> int:
    """Go to the task whose TSS has the descriptor in LOW and HIGH, from address `at`; `eip` is
    where the present one goes on. Where the new one does: its address in `mem`, -1 after a fault.
    """
    low, high = m.r[LOW], m.r[HIGH]
    limit = limit_of(low, high)
    if limit < (0x67 if high & WIDE else 0x2B):
        return fault(m, INVALID_TSS, selector & NULL)
    new = high & 0xFF000000 | (high & 0xFF) << 16 | low >> 16
    old = m.r[BASE + TR]
    # What can't be reached is found out while nothing has changed.
    last = 0x5C if m.r[ACCESS + TR] & WIDE else 0x28
    if system_place(m, old, 2, WRITE) < 0 or system_place(m, old + last, 2, WRITE) < 0:
        return -1
    last = 0x64 if high & WIDE else 0x2A
    first = system_place(m, new, 2, WRITE if how == NEST else 0)
    if first < 0 or system_place(m, new + last, 2, 0) < 0:
        return -1
    save_task(m, old, eip, eflags(m) & ~(NT if how == RESUME else 0))
    if how != NEST:
        set_type(m, m.r[SELECTOR + TR], m.r[ACCESS + TR] & ~BUSY)
    else:
        system_save(m, new, 2, m.r[SELECTOR + TR])
    if how != RESUME:
        system_save(m, at + 5, 1, (high | BUSY) >> 8)
    m.r[SELECTOR + TR] = selector & 0xFFFF
    m.r[BASE + TR] = new
    m.r[LIMIT + TR] = limit
    m.r[ACCESS + TR] = high & 0xF0FF00 | BUSY
    m.r[CR0] |= TS
    m.r[SAVED] = 0  # from here on a fault is one of the new task
    return restore_task(m, new, high & WIDE, NT if how == NEST else 0)


def set_type(m: State, selector: int, access: int) -> int:
    """Write a descriptor's type."""
    return system_save(m, m.r[GDT_BASE] + (selector & 0xFFF8) + 5, 1, access >> 8)


def save_task(m: State, base: int, eip: int, flags: int) -> int:
    """Write the registers into the present task's TSS."""
    if m.r[ACCESS + TR] & WIDE:
        system_save(m, base + 0x20, 4, eip)
        system_save(m, base + 0x24, 4, flags)
        for n in range(8):
            system_save(m, base + 0x28 + 4 * n, 4, m.r[EAX + n])
        for n in range(6):
            system_save(m, base + 0x48 + 4 * n, 2, m.r[SELECTOR + n])
        return 0
    system_save(m, base + 0x0E, 2, eip)
    system_save(m, base + 0x10, 2, flags)
    for n in range(8):
        system_save(m, base + 0x12 + 2 * n, 2, m.r[EAX + n])
    for n in range(4):
        system_save(m, base + 0x22 + 2 * n, 2, m.r[SELECTOR + n])
    return 0


def restore_task(m: State, base: int, wide: int, nested: int) -> int:
    """Load the registers from the new task's TSS."""
    if wide:
        directory = system_load(m, base + 0x1C, 4)
        eip = system_load(m, base + 0x20, 4)
        flags = system_load(m, base + 0x24, 4)
        for n in range(8):
            m.r[EAX + n] = system_load(m, base + 0x28 + 4 * n, 4)
        for n in range(6):
            unload(m, n, system_load(m, base + 0x48 + 4 * n, 2))
        local = system_load(m, base + 0x60, 2)
        if system_load(m, base + 0x64, 2) & 1:
            m.r[BROKEN] |= BT
        if m.r[CR0] & PG:
            m.r[CR3] = directory
            flush(m)
    else:
        eip = system_load(m, base + 0x0E, 2)
        flags = system_load(m, base + 0x10, 2)
        for n in range(8):  # a 386 fills the upper words with ones
            m.r[EAX + n] = 0xFFFF0000 | system_load(m, base + 0x12 + 2 * n, 2)
        for n in range(6):
            unload(m, n, system_load(m, base + 0x22 + 2 * n, 2) if n < 4 else 0)
        local = system_load(m, base + 0x2A, 2)
    m.r[DR + 7] &= ~0x155  # the local breakpoints
    set_eflags(m, flags | nested)
    m.r[RETURN] = eip
    set_ring(m, m.r[SELECTOR + CS] & RPL)
    if load_local(m, local, INVALID_TSS) < 0 or enter_segments(m) < 0:
        return -1
    set_plain(m)
    to = arrive(m, eip)
    if m.r[EXCEPTION] == 0:
        m.r[RETURN] = -1
    return to


def enter_segments(m: State) -> int:
    """Load the segment registers' descriptors; the selectors are there."""
    set_mode(m)
    if m.r[FLAGS] & VM:
        for n in range(6):
            load_virtual(m, n, m.r[SELECTOR + n])
        return 0
    selector = m.r[SELECTOR + CS]
    code = selector & NULL
    if code == 0:
        return fault(m, INVALID_TSS, 0)
    at = look_up(m, selector, INVALID_TSS, 0)
    if at < 0:
        return -1
    high = m.r[HIGH]
    ring = selector & RPL
    fits = dpl_of(high) <= ring if is_conforming(high) else dpl_of(high) == ring
    if not is_code(high) or not fits:
        return fault(m, INVALID_TSS, code)
    if high & PRESENT == 0:
        return fault(m, NP, code)
    if load_code(m, selector, at, ring) < 0:
        return -1
    if load_stack(m, m.r[SELECTOR + SS], ring, INVALID_TSS, 0) < 0:
        return -1
    for n in range(ES, GS + 1):
        if n != CS and n != SS and load_data(m, n, m.r[SELECTOR + n], INVALID_TSS) < 0:
            return -1
    return 0


def load_local(m: State, selector: int, vector: int) -> int:
    """Load LDTR; -1 after a fault: `vector`, or #NP where it is LLDT's."""
    if selector & NULL == 0:
        m.r[SELECTOR + LDTR] = selector
        m.r[ACCESS + LDTR] = 0
        return 0
    at = locate(m, selector, vector, 0)
    if at < 0:
        return -1
    high = m.r[HIGH]
    if high & (SEGMENT_BIT | TYPE) != LDT_TYPE:
        return fault(m, vector, selector & NULL)
    if high & PRESENT == 0:
        return fault(m, vector if vector == INVALID_TSS else NP, selector & NULL)
    return load_table(m, LDTR, selector)


def load_table(m: State, n: int, selector: int) -> int:
    """Load LDTR or TR with the descriptor in LOW and HIGH."""
    low, high = m.r[LOW], m.r[HIGH]
    m.r[SELECTOR + n] = selector & 0xFFFF
    m.r[BASE + n] = high & 0xFF000000 | (high & 0xFF) << 16 | low >> 16
    m.r[LIMIT + n] = limit_of(low, high)
    m.r[ACCESS + n] = high & 0xF0FF00
    return 0


def load_task(m: State, selector: int) -> int:
    """LTR: -1 after a fault."""
    at = locate(m, selector, GP, 0)
    if at < 0:
        return -1
    high = m.r[HIGH]
    if high & SEGMENT_BIT or high & (TYPE & ~WIDE) != 0x100:
        return fault(m, GP, selector & NULL)
    if high & PRESENT == 0:
        return fault(m, NP, selector & NULL)
    load_table(m, TR, selector)
    m.r[ACCESS + TR] |= BUSY
    return -1 if system_save(m, at + 5, 1, (high | BUSY) >> 8) < 0 or m.r[EXCEPTION] else 0
