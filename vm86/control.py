"""Instructions for operating systems: tables, control registers, descriptors' rights (chapter 10).

Most need level 0. Of a function that takes E without more, memory is read only as it needs it.
"""

from __future__ import annotations

from vm86.fetch import enter_code
from vm86.memory import get_e, place, put_e, read_e, target, target_e, write
from vm86.paging import flush
from vm86.registers import (
    ACCESS,
    BASE,
    BD,
    CODE_BIT,
    CPL,
    CR0,
    CR2,
    CR3,
    DB,
    DR,
    EM,
    ET,
    GDT_BASE,
    GDT_LIMIT,
    GP,
    HIGH,
    IDT_BASE,
    IDT_LIMIT,
    LDTR,
    LIMIT,
    LOW,
    MODE,
    MP,
    ORIGIN,
    PE,
    PG,
    PROTECTED,
    SEGMENT_BIT,
    SELECTOR,
    TR,
    TR6,
    TS,
    UD,
    VIRTUAL,
    WRITABLE_BIT,
    ZR,
)
from vm86.segments import (
    LOCAL,
    NULL,
    RPL,
    dpl_of,
    is_code,
    is_conforming,
    limit_of,
    read_descriptor,
    set_mode,
    set_plain,
)
from vm86.state import DWORD, State, fault, get, load, put
from vm86.tasks import load_local, load_task

GD = 0x2000  # in DR7: the debug registers are guarded


def privileged(m: State) -> int:
    """1, with a fault, outside level 0."""
    if m.r[CPL]:
        fault(m, GP, 0)
        return 1
    return 0


def unrecognised(m: State) -> int:
    """1, with a fault, where there are no descriptors: in real and in virtual-8086 mode."""
    if m.r[MODE] & (PROTECTED | VIRTUAL) != PROTECTED:
        fault(m, UD, -1)
        return 1
    return 0


def store_word(m: State, o: int, e: int, s: int, off: int, value: int) -> int:
    """A register gets as many bytes as the operand has; memory always two."""
    return put(m, e, o, value) if e >= 0 else write(m, s, off, 2, value)


# Group 6


def sldt(m: State, o: int, e: int, s: int, off: int) -> int:
    return -1 if unrecognised(m) else store_word(m, o, e, s, off, m.r[SELECTOR + LDTR])


def str_(m: State, o: int, e: int, s: int, off: int) -> int:
    return -1 if unrecognised(m) else store_word(m, o, e, s, off, m.r[SELECTOR + TR])


def lldt(m: State, e: int, s: int, off: int) -> int:
    if unrecognised(m) or privileged(m):
        return -1
    selector = read_e(m, e, s, off, 2)
    return load_local(m, selector, GP) if selector >= 0 else -1


def ltr(m: State, e: int, s: int, off: int) -> int:
    if unrecognised(m) or privileged(m):
        return -1
    selector = read_e(m, e, s, off, 2)
    return load_task(m, selector) if selector >= 0 else -1


def visible(m: State, selector: int) -> int:
    """1, with the descriptor in LOW and HIGH, if its table has it; -1 after a page fault."""
    at = selector & 0xFFF8
    local = selector & LOCAL
    limit = m.r[LIMIT + LDTR] if local else m.r[GDT_LIMIT]
    if selector & NULL == 0 or at + 7 > limit or (local and m.r[ACCESS + LDTR] == 0):
        return 0
    base = m.r[BASE + LDTR] if local else m.r[GDT_BASE]
    return 1 if read_descriptor(m, base + at & DWORD) >= 0 else -1


def reachable(m: State, selector: int) -> int:
    """Whether the present level may know of the descriptor in HIGH: of conforming code all may."""
    high = m.r[HIGH]
    if is_code(high) and is_conforming(high):
        return 1
    return 1 if dpl_of(high) >= max(m.r[CPL], selector & RPL) else 0


def told_of(m: State, e: int, s: int, off: int) -> int:
    """1, with the descriptor that E selects in LOW and HIGH, if the present level may know of it;
    -1 after a fault."""
    if unrecognised(m):
        return -1
    selector = read_e(m, e, s, off, 2)
    if selector < 0:
        return -1
    found = visible(m, selector)
    return reachable(m, selector) if found > 0 else found


def verify(m: State, e: int, s: int, off: int, writing: int) -> int:
    """VERR and VERW: ZF says whether a segment can be read, or written."""
    found = told_of(m, e, s, off)
    if found < 0:
        return -1
    high = m.r[HIGH]
    good = found and high & SEGMENT_BIT
    if writing:
        good = good and high & (CODE_BIT | WRITABLE_BIT) == WRITABLE_BIT
    else:
        good = good and high & (CODE_BIT | WRITABLE_BIT) != CODE_BIT
    m.r[ZR] = 0 if good else 1
    return 0


def verr(m: State, e: int, s: int, off: int) -> int:
    return verify(m, e, s, off, 0)


def verw(m: State, e: int, s: int, off: int) -> int:
    return verify(m, e, s, off, 1)


# Types of system descriptors, a bit each, of which LAR and LSL tell: available and busy TSS, LDT,
# and for LAR alone gates
HAVE_RIGHTS = 0x1A3E
HAVE_LIMIT = 0x0A0E


def inspect(m: State, e: int, s: int, off: int, kinds: int) -> int:
    """Find the descriptor that E selects: 1 if it may be told of, ZF likewise; -1 after a fault."""
    found = told_of(m, e, s, off)
    if found < 0:
        return -1
    high = m.r[HIGH]
    good = 1 if found and (high & SEGMENT_BIT or kinds >> (high >> 8 & 15) & 1) else 0
    m.r[ZR] = 1 - good
    return good


def lar(m: State, o: int, g: int, e: int, s: int, off: int) -> int:
    good = inspect(m, e, s, off, HAVE_RIGHTS)
    return put(m, g, o, m.r[HIGH] & 0xF0FF00) if good > 0 else good


def lsl(m: State, o: int, g: int, e: int, s: int, off: int) -> int:
    good = inspect(m, e, s, off, HAVE_LIMIT)
    return put(m, g, o, limit_of(m.r[LOW], m.r[HIGH])) if good > 0 else good


def adjust_rpl(m: State, g: int, e: int, s: int, off: int) -> int:
    """ARPL: raise the RPL of E to that of G. Only where there is a result has it to be writable."""
    q = place(m, s, off, 2) if e < 0 else 0
    if q < 0:
        return -1
    selector = get_e(m, e, q, 2)
    rpl = get(m, g, 2) & RPL
    if selector & RPL >= rpl:
        m.r[ZR] = 1
        return 0
    q = target_e(m, e, s, off, 2)
    if q < 0:
        return -1
    m.r[ZR] = 0
    return put_e(m, e, q, 2, selector & ~RPL | rpl)


# Group 7


def store_table(m: State, s: int, off: int, am: int, base: int, limit: int) -> int:
    """A limit of two bytes and a base of four, of which a 386 writes all."""
    if target(m, s, off, 2) < 0 or target(m, s, off + 2 & am, 4) < 0:
        return -1
    write(m, s, off, 2, limit)
    return write(m, s, off + 2 & am, 4, base)


def sgdt(m: State, s: int, off: int, am: int) -> int:
    return store_table(m, s, off, am, m.r[GDT_BASE], m.r[GDT_LIMIT])


def sidt(m: State, s: int, off: int, am: int) -> int:
    return store_table(m, s, off, am, m.r[IDT_BASE], m.r[IDT_LIMIT])


def load_table_from(m: State, o: int, s: int, off: int, am: int, n: int) -> int:
    """LGDT and LIDT: with operands of two bytes, the base has three."""
    if privileged(m):
        return -1
    a = place(m, s, off, 2)
    if a < 0:
        return -1
    limit = load(m, a, 2)
    a = place(m, s, off + 2 & am, 4)
    if a < 0:
        return -1
    base = load(m, a, 4)
    m.r[n] = base & 0xFFFFFF if o == 2 else base
    m.r[n + 1] = limit
    return 0


def lgdt(m: State, o: int, s: int, off: int, am: int) -> int:
    return load_table_from(m, o, s, off, am, GDT_BASE)


def lidt(m: State, o: int, s: int, off: int, am: int) -> int:
    return load_table_from(m, o, s, off, am, IDT_BASE)


def smsw(m: State, o: int, e: int, s: int, off: int) -> int:
    return store_word(m, o, e, s, off, m.r[CR0])


def lmsw(m: State, pc: int, e: int, s: int, off: int) -> int:
    """It sets PE, but does not clear it."""
    if privileged(m):
        return pc
    value = read_e(m, e, s, off, 2)
    if value < 0:
        return pc
    return set_cr0(m, pc, m.r[CR0] & ~(MP | EM | TS) | value & (PE | MP | EM | TS))


def clts(m: State) -> int:
    if privileged(m):
        return -1
    m.r[CR0] &= ~TS
    return 0


# Control, debug and test registers


def set_cr0(m: State, pc: int, value: int) -> int:
    """Another mode perhaps: where the next instruction is then."""
    if value & PG and value & PE == 0:
        return fault(m, GP, 0)
    m.r[CR0] = value & (PG | PE | MP | EM | TS) | ET
    set_mode(m)
    set_plain(m)
    return enter_code(m, pc - m.r[ORIGIN])


def mov_to_cr(m: State, pc: int, g: int, e: int) -> int:
    if g != 0 and g != 2 and g != 3:
        return fault(m, UD, -1)
    if privileged(m):
        return pc
    value = get(m, e, 4)
    if g == 0:
        return set_cr0(m, pc, value)
    if g == 2:
        m.r[CR2] = value
        return pc
    m.r[CR3] = value
    flush(m)
    return enter_code(m, pc - m.r[ORIGIN])


def mov_from_cr(m: State, g: int, e: int) -> int:
    if g != 0 and g != 2 and g != 3:
        return fault(m, UD, -1)
    if privileged(m):
        return -1
    return put(m, e, 4, m.r[CR0] if g == 0 else m.r[CR2] if g == 2 else m.r[CR3])


def guarded(m: State) -> int:
    """1, with a fault, where the debug registers can't be reached (section 12.2)."""
    if privileged(m):
        return 1
    if m.r[DR + 7] & GD:
        m.r[DR + 7] &= ~GD
        m.r[DR + 6] |= BD
        fault(m, DB, -1)
        return 1
    return 0


DR6_FIXED = 0xFFFF0FF0
DR7_FIXED = 0x400


def aliased(g: int) -> int:
    """DR4 and DR5 are DR6 and DR7."""
    return g | 2 if g == 4 or g == 5 else g


def mov_to_dr(m: State, pc: int, g: int, e: int) -> int:
    if guarded(m):
        return pc
    value = get(m, e, 4)
    g = aliased(g)
    if g == 6:
        value = value & 0xE00F | DR6_FIXED
    elif g == 7:
        value = value & 0xFFFF2BFF | DR7_FIXED
    m.r[DR + g] = value
    set_plain(m)
    return enter_code(m, pc - m.r[ORIGIN])


def mov_from_dr(m: State, g: int, e: int) -> int:
    return -1 if guarded(m) else put(m, e, 4, m.r[DR + aliased(g)])


def mov_to_tr(m: State, g: int, e: int) -> int:
    if g < 6:
        return fault(m, UD, -1)
    if privileged(m):
        return -1
    m.r[TR6 + g - 6] = get(m, e, 4)
    return 0


def mov_from_tr(m: State, g: int, e: int) -> int:
    if g < 6:
        return fault(m, UD, -1)
    return -1 if privileged(m) else put(m, e, 4, m.r[TR6 + g - 6])
