"""The host as the monitor of a virtual-8086 task (chapter 15 of the manual).

The task runs at level 3 with IOPL 0, in pages that show it its own first megabyte and, from there
to 10FFEFh, either memory or the first 64 KiB again, as address line 20 has it. Page tables and the
TSS, whose I/O bitmap forbids every port, lie above what the task can reach. What is sensitive comes
to the monitor; it is carried out within the engines (vm86.flow, vm86.system) and counted there.
"""

from __future__ import annotations

from vm86 import registers as r
from vm86.paging import PAGE_PRESENT, PAGE_USER, PAGE_WRITABLE
from vm86.segments import load_virtual, set_mode, set_plain
from vm86.state import MEGABYTE, State, save

PAGES = 0x110000  # the page directory, the only page table, the TSS
TABLE = PAGES + 0x1000
TASK_STATE = PAGES + 0x2000
MONITOR_END = PAGES + 0x5000
IO_MAP = 0x68
PORTS = 1 << 16
USABLE = PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER
HIGH_PAGES = 16  # those beyond the first megabyte that FFFF:FFFF reaches
TSS_386 = 0x8B00  # present, busy

EXITS = {
    "cli": r.EXIT_CLI,
    "sti": r.EXIT_STI,
    "pushf": r.EXIT_PUSHF,
    "popf": r.EXIT_POPF,
    "int": r.EXIT_INT,
    "iret": r.EXIT_IRET,
    "port": r.EXIT_PORT,
    "hlt": r.EXIT_HLT,
    "service": r.EXIT_SERVICE,
    "exception": r.EXIT_EXCEPTION,
    "interrupt": r.EXIT_INTERRUPT,
}


def supervise(m: State) -> None:
    """Make a guest that was just powered on such a task, at 0000:0000 with interrupts disabled."""
    save(m, PAGES, 4, TABLE | USABLE)
    for page in range(256):
        save(m, TABLE + 4 * page, 4, page << 12 | USABLE)
    for page in range(PAGES >> 12, MONITOR_END >> 12):
        save(m, TABLE + 4 * page, 4, page << 12 | PAGE_PRESENT | PAGE_WRITABLE)
    for byte in range(PORTS // 8 + 1):
        save(m, TASK_STATE + IO_MAP + byte, 1, 0xFF)
    save(m, TASK_STATE + IO_MAP - 2, 2, IO_MAP)
    m.r[r.BASE + r.TR] = TASK_STATE
    m.r[r.LIMIT + r.TR] = IO_MAP + PORTS // 8
    m.r[r.ACCESS + r.TR] = TSS_386
    m.r[r.HOSTED] = m.r[r.MONITOR] = 1
    m.r[r.WRAP] = 0xFFFFFFFF
    m.r[r.CR3] = PAGES
    m.r[r.CR0] = r.PG | r.PE | r.ET
    m.r[r.FLAGS] = r.VM
    set_mode(m)
    for n in range(6):
        load_virtual(m, n, 0)
    set_task_a20(m, False)


def set_task_a20(m: State, on: bool) -> None:
    """What the task sees above its first megabyte."""
    for page in range(HIGH_PAGES):
        frame = (MEGABYTE if on else 0) + (page << 12)
        save(m, TABLE + 4 * (256 + page), 4, frame | USABLE)
    set_plain(m)


def exits(m: State) -> dict[str, int]:
    """How often the task came to the monitor, by reason."""
    return {name: m.r[r.EXITS + n] for name, n in EXITS.items()}
