"""Descriptors for generated programs: segments of all kinds, and gates."""

from __future__ import annotations

from typing import NamedTuple

from memory_map import ALIAS, CODE, DATA, END, STACK, dwords

# Access bytes
PRESENT, S, CODE_BIT, DOWN, WRITE = 0x80, 0x10, 8, 4, 2
TSS_386, TSS_286, LDT_TYPE = 9, 1, 2
CALL_386, CALL_286, TASK_GATE, INT_386, INT_286, TRAP_386 = 12, 4, 5, 14, 6, 15
BIG, PAGED = 4, 8


class Descriptor(NamedTuple):
    """access: its byte; flags: G and B."""

    base: int
    limit: int
    access: int
    flags: int = 0

    @property
    def dpl(self) -> int:
        return self.access >> 5 & 3

    def packed(self) -> bytes:
        low = self.limit & 0xFFFF | (self.base & 0xFFFF) << 16
        high = self.base >> 16 & 0xFF | self.access << 8 | self.base & 0xFF000000
        return dwords(low, high | self.limit & 0xF0000 | self.flags << 20)


def gate(kind: int, selector: int, offset: int = 0, dpl: int = 3, count: int = 0) -> bytes:
    """count: of parameters."""
    access = kind | dpl << 5 | PRESENT
    return dwords(offset & 0xFFFF | selector << 16, offset & 0xFFFF0000 | access << 8 | count)


def code(
    bits: int, dpl: int, base: int = CODE, limit: int = 0xFFFF, kind: int = WRITE
) -> Descriptor:
    """kind: WRITE for what can be read, DOWN for what conforms."""
    access = PRESENT | S | CODE_BIT | kind | dpl << 5
    return Descriptor(base, limit, access, BIG if bits == 32 else 0)


def data(
    dpl: int, base: int = DATA, limit: int = 0xFFFF, kind: int = WRITE, flags: int = 0
) -> Descriptor:
    return Descriptor(base, limit, PRESENT | S | kind | dpl << 5, flags)


ALL = {"limit": 0xFFFFF, "flags": BIG | PAGED}  # four gigabytes
CODES = (
    *(code(bits, dpl, kind=kind) for bits in (16, 32) for dpl in (0, 3) for kind in (WRITE, DOWN)),
    *(code(bits, dpl, ALIAS) for bits in (16, 32) for dpl in (0, 3)),
    code(32, 3, kind=0),  # cannot be read
    code(32, 3, limit=0x400A),
    code(32, 1),
    code(32, 3, base=0)._replace(**ALL),
    code(32, 3)._replace(access=S | CODE_BIT),  # absent
)
STACKS = tuple(
    data(dpl, *more)
    for dpl in (0, 3)
    for more in (
        (STACK, 0xFFFF, WRITE, BIG),
        (STACK, 0xFFFF, WRITE, 0),
        (STACK, 0x0FFF, WRITE | DOWN, 0),
        (END, 0xFFFEF, WRITE | DOWN, BIG | PAGED),  # all that is not above itself
    )
)
DATAS = (
    *(data(0), data(3), data(3, base=0)._replace(**ALL)),
    *(data(3, kind=0), data(3, limit=0x63F), data(3, limit=3, flags=PAGED), data(3, STACK)),
    data(3, limit=0x0FFF, kind=WRITE | DOWN),
    data(3, STACK, 0xFFFEF, WRITE | DOWN, BIG | PAGED),
    data(3)._replace(access=S | WRITE),  # absent
)
GOOD = (*DATAS[:3], data(3, STACK))
CODE_DATA = data(3, CODE)
INNER = tuple(data(ring, base=0)._replace(**ALL) for ring in (1, 2))
