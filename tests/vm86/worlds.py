"""Machines in which generated programs run.

A program is blocks of code (blocks.py), and *entries* (virtual.py, protected.py): registers with
which the monitor (generated/*.asm) enters the code, at the next one when it has had enough of the
faults there. So a program survives them.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import cast

from memory_map import (
    ALIAS,
    CODE,
    DATA,
    DIRECTORY,
    ENTRIES,
    ENTRIES_COUNT,
    FIRST_CR0,
    FIRST_HANDLER,
    GDT,
    GDT_LIMIT,
    HIGHEST,
    IDT,
    IDT_LIMIT,
    LOG,
    MAIN,
    MONITOR,
    PAGES,
    PAGES_COPY,
    SKIPS,
    SPACING,
    STACK,
    TABLES_COPY,
    TO_GDT,
    TSS,
    VARIABLES,
    VOLATILE,
    dwords,
    monitor,
)
from protected import Protected
from virtual import Virtual

from vm86 import registers as r
from vm86.reset import power_on, set_a20, start
from vm86.segments import set_mode
from vm86.state import State
from vm86.supervise import supervise
from vm86.tasks import load_task, restore_task
from zoo.layout import Guest
from zoo.registers import PC

KINDS = ("real", "monitored", "protected", "paged")


def make(kind: str, seed: int) -> Guest:
    """A guest that is about to run the program of a kind and a seed."""
    random = Random(f"{kind} {seed}")
    guest = power_on(f"{kind} {seed}".encode())
    m = cast(State, guest.state)
    protected = kind in ("protected", "paged")
    program = Protected(random) if protected else Virtual(random)

    def put(address: int, data: bytes) -> None:
        m.mem[address : address + len(data)] = data  # type: ignore[index]

    put(0, b"\xcc" * HIGHEST)  # breakpoints, where nothing else is
    found = program.code()
    entries = b"".join(program.entry().packed() for _ in range(ENTRIES_COUNT))
    put(CODE, found)
    put(ALIAS, found)
    put(DATA, program.data())
    put(STACK, program.data())
    put(SKIPS, program.skips())
    put(ENTRIES, entries)
    put(MONITOR, monitor("protected" if protected else "real"))
    put(VARIABLES, dwords(ENTRIES, ENTRIES + len(entries), LOG, 0, r.PE | r.ET, DIRECTORY))
    if random.random() < 0.3:
        m.r[r.ROM_START], m.r[r.ROM_END] = DATA + 0x6000, DATA + 0x8000
    if isinstance(program, Protected):
        _protect(m, program, kind == "paged", put)
        return guest
    if kind == "monitored":
        supervise(m)
    m.r[r.HOSTED] = 1
    set_a20(m, random.random() < 0.5)
    put(0, dwords(*(FIRST_HANDLER + SPACING * n for n in range(256))))
    start(m, 0, MONITOR)
    return guest


def _protect(m: State, program: Protected, paged: bool, put: Callable[[int, bytes], None]) -> None:
    """Begin in protected mode: the monitor is a task."""
    tables, pages = program.restored(), program.pages()
    put(GDT, tables)
    put(TABLES_COPY, tables)
    put(IDT, program.idt())
    put(DIRECTORY, dwords(PAGES | 7))
    put(PAGES, pages)
    put(PAGES_COPY, pages[4 * VOLATILE.start : 4 * VOLATILE.stop])
    put(TO_GDT, program.tables)
    cr0 = r.PE | r.ET | (r.PG if paged else 0)
    put(FIRST_CR0, dwords(cr0))
    m.r[r.HOSTED] = 1
    m.r[r.CR0], m.r[r.CR3] = cr0, DIRECTORY
    m.r[r.GDT_BASE], m.r[r.GDT_LIMIT] = GDT, GDT_LIMIT
    m.r[r.IDT_BASE], m.r[r.IDT_LIMIT] = IDT, IDT_LIMIT
    set_a20(m, True)
    set_mode(m)
    load_task(m, MAIN)
    m.r[PC] = restore_task(m, TSS, 1, 0)
