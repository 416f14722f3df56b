"""From linear addresses to memory: pages (section 5.2), address line 20, and where memory ends.

Translations are cached, for the user and for the supervisor, for reading and for writing: an entry
of the arena `tlb` is (page + 1) << 32 | where the page lies in `mem`. A page is there for writing
when its entry in the guest's table has been marked dirty; what is not memory is never there.
"""

from __future__ import annotations

from vm86.registers import (
    BROKEN,
    CR0,
    CR2,
    CR3,
    DR,
    PF,
    PG,
    PLAIN,
    ROM_END,
    ROM_START,
    SPLIT,
    WATCHED,
    WRAP,
)
from vm86.state import (
    BOUNCE,
    DWORD,
    MASK,
    RAM,
    TLB,
    State,
    fault,
    load,
    save,
)

PAGE = 0xFFF
ENTRIES = 255  # the mask of an entry's number
WRITE = 256  # kinds of access: where their entries begin
USER = 512
NOWHERE = -2
TOP = 0xFFFE0000  # from here on the last megabyte's ROMs are to be seen again

# Bits of an entry of a page table
PAGE_PRESENT = 1
PAGE_WRITABLE = 2
PAGE_USER = 4
PAGE_ACCESSED = 0x20
PAGE_DIRTY = 0x40


def flush(m: State) -> int:
    """Forget all translations."""
    for k in range(TLB):
        m.tlb[k] = 0
    return 0


def in_memory(m: State, a: int) -> int:
    """Where in `mem` a physical address is; NOWHERE if there is no memory."""
    a &= m.r[WRAP]
    if a >= TOP:
        a &= 0xFFFFF
    return a if a < RAM else NOWHERE


def entry_of(m: State, a: int) -> int:
    """An entry of a page table or of the directory; all ones where there is no memory."""
    q = in_memory(m, a)
    return load(m, q, 4) if q >= 0 else DWORD


def set_entry(m: State, a: int, entry: int) -> int:
    q = in_memory(m, a)
    return save(m, q, 4, entry) if q >= 0 else 0


def walk(m: State, a: int, kind: int) -> int:
    """The physical address of a linear one; -1 - the error code of a page fault."""
    if m.r[CR0] & PG == 0:
        return a
    code = kind >> 7  # bit 1: writing, bit 2: the user
    at = (m.r[CR3] & ~PAGE) + (a >> 20 & 0xFFC)
    directory = entry_of(m, at)
    if directory & PAGE_PRESENT == 0:
        return -1 - code
    to = (directory & ~PAGE) + (a >> 10 & 0xFFC)
    table = entry_of(m, to)
    if table & PAGE_PRESENT == 0:
        return -1 - code
    # Both levels must allow it. The supervisor writes wherever it reads: WP is a 486's.
    both = directory & table
    if kind & USER and (both & PAGE_USER == 0 or (kind & WRITE and both & PAGE_WRITABLE == 0)):
        return -1 - (code | 1)
    if directory & PAGE_ACCESSED == 0:
        set_entry(m, at, directory | PAGE_ACCESSED)
    used = table | PAGE_ACCESSED | (PAGE_DIRTY if kind & WRITE else 0)
    if used != table:
        set_entry(m, to, used)
    return table & ~PAGE | a & PAGE


def translated(m: State, a: int, kind: int) -> int:
    """Where in `mem` linear address `a` is: NOWHERE, or -1 after a page fault."""
    q = walk(m, a, kind)
    if q < 0:
        m.r[CR2] = a
        return fault(m, PF, -1 - q)
    q = in_memory(m, q)
    if q < 0 or (kind & WRITE and m.r[ROM_START] <= q and q < m.r[ROM_END]):
        return NOWHERE
    if m.r[WATCHED] == 0:
        m.tlb[kind + (a >> 12 & ENTRIES)] = ((a >> 12) + 1) << 32 | q & ~PAGE
    return q


def watch(m: State, a: int, o: int, kind: int) -> int:
    """Note which breakpoints on data an access meets (section 12.2)."""
    for n in range(4):
        control = m.r[DR + 7] >> 16 + 4 * n & 15
        size = (control >> 2) + 1
        enabled = m.r[DR + 7] >> 2 * n & 3 and control & 3 != 0
        if enabled and (control & 3 == 3 or (control & 3 == 1 and kind & WRITE)):
            first = m.r[DR + n] & ~(size - 1)
            if first < a + o and a < first + size:
                m.r[BROKEN] |= 1 << n
    return 0


def paged(m: State, a: int, o: int, kind: int) -> int:
    """Where `o` bytes at linear address `a` are, which may have to be put together; -1 after a
    page fault."""
    entry = m.tlb[kind + (a >> 12 & ENTRIES)]
    if entry >> 32 == (a >> 12) + 1 and (a & PAGE) + o <= PAGE + 1:
        return (entry & DWORD) + (a & PAGE)
    if m.r[WATCHED]:  # then nothing is cached
        watch(m, a, o, kind)
    return uncached(m, a, o, kind)


def unwatched(m: State, a: int, o: int, kind: int) -> int:
    """Likewise where no breakpoint on data is met: for code, and the processor's own tables."""
    entry = m.tlb[kind + (a >> 12 & ENTRIES)]
    if entry >> 32 == (a >> 12) + 1 and (a & PAGE) + o <= PAGE + 1:
        return (entry & DWORD) + (a & PAGE)
    return uncached(m, a, o, kind)


def uncached(m: State, a: int, o: int, kind: int) -> int:
    first = translated(m, a, kind)
    if first == -1 or (first >= 0 and (a & PAGE) + o <= PAGE + 1):
        return first
    m.r[SPLIT] = first
    m.mem[BOUNCE] = m.mem[first & MASK] if first >= 0 else 0xFF
    for k in range(1, o):
        q = translated(m, a + k & DWORD, kind)
        if q == -1:
            return -1
        m.r[SPLIT + k] = q
        m.mem[BOUNCE + k] = m.mem[q & MASK] if q >= 0 else 0xFF
    return BOUNCE


def system_place(m: State, a: int, o: int, kind: int) -> int:
    """Likewise in the processor's own tables, which it reads and writes as the supervisor."""
    a &= DWORD
    if a + o <= m.r[PLAIN]:
        return a
    return unwatched(m, a, o, kind)


def system_load(m: State, a: int, o: int) -> int:
    """`o` bytes of such a table; 0 after a page fault."""
    q = system_place(m, a, o, 0)
    return load(m, q, o) if q >= 0 else 0


def system_save(m: State, a: int, o: int, value: int) -> int:
    q = system_place(m, a, o, WRITE)
    return save(m, q, o, value) if q >= 0 else -1
