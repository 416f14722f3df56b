"""The state of a 386 after a reset, and as it is when a monitor starts a task."""

from __future__ import annotations

import hashlib
from typing import cast

from vm86 import registers as r
from vm86.control import DR6_FIXED, DR7_FIXED
from vm86.dispatch import entries
from vm86.fetch import enter_code
from vm86.segments import load_plain, load_virtual, set_mode, set_plain
from vm86.state import BOUNCE, LAYOUT, MEGABYTE, State
from vm86.supervise import set_task_a20
from zoo.layout import Guest
from zoo.registers import PC

STEPPING = 0x308  # in DX after a reset: a 386, a late one
VECTORS = 0x3FF  # the limit of real mode's table of interrupt vectors


def power_on(image: bytes) -> Guest:
    """A guest in real mode with empty memory; `image` is what it is going to run."""
    guest = Guest(LAYOUT, "vm86", hashlib.sha256(image).digest())
    m = cast(State, guest.state)
    for place, entry in enumerate(entries()):
        m.ops[place] = entry
    for byte in range(BOUNCE, BOUNCE + 4):
        m.code[byte] = 1
    m.r[r.INTERRUPT] = -1
    m.r[r.RETURN] = -1
    m.r[r.CONSOLE_PSP] = -1
    m.r[r.DEBUG_PORT] = -1
    m.r[r.ZR] = 1
    m.r[r.CR0] = r.ET
    m.r[r.DR + 6] = DR6_FIXED
    m.r[r.DR + 7] = DR7_FIXED
    m.r[r.GDT_LIMIT] = 0xFFFF
    m.r[r.IDT_LIMIT] = VECTORS
    set_mode(m)
    for n in range(6):
        load_virtual(m, n, 0)
    set_a20(m, False)
    return guest


def set_a20(m: State, on: bool) -> None:
    """Let address line 20 through, or not: then addresses wrap at 1 MiB."""
    if m.r[r.MONITOR]:
        set_task_a20(m, on)
        return
    m.r[r.WRAP] = 0xFFFFFFFF if on else 0xFFFFFFFF & ~MEGABYTE
    set_plain(m)


def reset_cpu(m: State) -> None:
    """As after the RESET signal (section 10.1): at FFFFFFF0h, where a ROM is to be seen."""
    set_a20(m, True)
    m.r[r.EDX] = STEPPING
    load_plain(m, r.CS, 0xF000)
    m.r[r.BASE + r.CS] = 0xFFFF0000
    m.r[PC] = enter_code(m, 0xFFF0)


def start(m: State, cs: int, ip: int) -> None:
    """Let the guest go on at CS:IP, of real or virtual-8086 mode."""
    load_plain(m, r.CS, cs)
    m.r[PC] = enter_code(m, ip)
