"""Where everything lies in the machines of generated programs, and the monitors' code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from blocks import CODE

from vm86.asm.assembler import Assembler86

ENTRIES_COUNT = 12

# Linear addresses. From GDT to TABLES_STOP, and some pages' entries, the monitor restores.
GDT, LDT = 0x1000, 0x1200
TSS, DOUBLE_TSS, OTHER_TSS, OLD_TSS, TABLES_STOP = 0x1240, 0x12E0, 0x1360, 0x13E0, 0x1440
IDT = 0x1800
DIRECTORY, PAGES = 0x2000, 0x3000
VARIABLES = 0x4000
NEXT, ENTRIES_END, LOG_NEXT, COUNTED, FIRST_CR0, FIRST_CR3 = range(VARIABLES, VARIABLES + 24, 4)
VECTOR, ERROR_CODE, OLD_EIP, OLD_EAX, OLD_DS = range(VARIABLES + 0x20, VARIABLES + 0x34, 4)
TO_GDT, TO_IDT = VARIABLES + 0x40, VARIABLES + 0x48
TABLES_COPY, PAGES_COPY = VARIABLES + 0x100, VARIABLES + 0x600
MONITOR = 0x6000
LOG = 0x8000
KERNEL_STACK, DOUBLE_STACK = 0xA000, 0xA400
INNER_STACKS = (0xA800, 0xAC00)
ENTRIES, ENTRY = 0xC000, 96
ALIAS, DATA, STACK, END = 0x18000, 0x20000, 0x30000, 0x40000
SKIPS = 0x50000  # for each byte of code where the next instruction begins; 0 for no code
PAGE, SIZE, HIGHEST = 0x1000, 0x10000, 0x110000
CODE_SIZE = ALIAS - CODE
CODE_PAGES = range(CODE // PAGE, ALIAS // PAGE)
VOLATILE = range(DATA // PAGE, END // PAGE)  # pages that may be absent and the like

# The monitor's code begins with places for handlers and the like, SPACING apart
SPACING = 16
VECTORS = 0x31  # those with handlers that go to the next entry
FIRST_HANDLER = MONITOR + SPACING
RETURNS = FIRST_HANDLER + SPACING * VECTORS
RETURNS_286, DOUBLE_FAULT = RETURNS + SPACING, RETURNS + 2 * SPACING
FLAT_CODE, FLAT, MAIN, DOUBLE, OTHER, OLD, LOCAL = range(8, 64, 8)
RETURNING = 0x31
WATCHDOG = 0x30  # the vector of an interrupt

GDT_LIMIT, IDT_LIMIT = LDT - GDT - 1, 0x1FF
REAL_IDT_LIMIT = 0x3FF


@cache
def monitor(name: str) -> bytes:
    """The code at MONITOR."""
    path = Path(__file__).parent / "generated" / f"{name}.asm"
    names = {k: v for k, v in globals().items() if k.isupper() and isinstance(v, int)}
    names |= {"TABLES": GDT, "TABLES_SIZE": TABLES_STOP - GDT}
    names |= {"PAGES": PAGES + 4 * VOLATILE.start, "PAGES_SIZE": 4 * len(VOLATILE)}
    given = {name: str(value) for name, value in names.items()}
    return Assembler86(str(path), given).assemble(path.read_text())


def dwords(*words: int) -> bytes:
    return b"".join((word & 0xFFFFFFFF).to_bytes(4, "little") for word in words)


def pseudo_descriptor(base: int, limit: int) -> bytes:
    """What LGDT and LIDT load, and two bytes more."""
    return limit.to_bytes(2, "little") + dwords(base) + b"\0\0"
