"""The state of a 386 after a reset, and as it is when a monitor starts a task."""

from __future__ import annotations

import hashlib
from typing import cast

from vm86 import registers as r
from vm86.data import load_segment, real_limits
from vm86.dispatch import entries
from vm86.flow import enter_code
from vm86.state import LAYOUT, RAM, State
from zoo.layout import Guest
from zoo.registers import PC

MEGABYTE = 1 << 20


def power_on(image: bytes) -> Guest:
    """A guest in real mode with empty memory; `image` is what it is going to run."""
    guest = Guest(LAYOUT, "vm86", hashlib.sha256(image).digest())
    m = cast(State, guest.state)
    for place, entry in enumerate(entries()):
        m.ops[place] = entry
    for n in range(6):
        load_segment(m, n, 0)
        real_limits(m, n)
    m.r[r.INTERRUPT] = -1
    m.r[r.RETURN] = -1
    m.r[r.ZR] = 1
    set_a20(m, False)
    return guest


def set_a20(m: State, on: bool) -> None:
    """Let address line 20 through, or not: then addresses wrap at 1 MiB."""
    m.r[r.WRAP] = 0xFFFFFFFF if on else 0xFFEFFFFF
    m.r[r.PLAIN] = RAM if on else MEGABYTE


def start(m: State, cs: int, ip: int) -> None:
    """Let the guest go on at CS:IP."""
    load_segment(m, r.CS, cs)
    m.r[PC] = enter_code(m, ip)
