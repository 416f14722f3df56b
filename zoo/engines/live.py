"""Translations of code that can change: which bytes each is made from, and if they still are.

The machine's stores look into its arena `code`, which has a 1 for every byte of translated code,
and report what they hit: a change is known to the byte, and data beside code cost nothing. All
this is the business of the thread that runs the guest, between its runs: native code may take
marks for constant while it runs.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict
from dataclasses import dataclass, field

from zoo.engines.kept import Record
from zoo.layout import Guest
from zoo.machine import Machine

Table = ctypes.Array[ctypes.c_int64]
BUSY = 64  # stores into a translation's bytes, after which the loop does better
NEVER = -1 << 62
FLAGS = "code"  # the arena


@dataclass(eq=False, slots=True)
class Watched:
    """A translation that can be entered. entries: what the table has for it."""

    record: Record
    hits: int = 0
    entries: dict[int, int] = field(default_factory=dict[int, int])


class Live:
    """All of one guest."""

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._memory = getattr(guest.state, machine.code)
        self._flags = getattr(guest.state, FLAGS)
        self._at: defaultdict[int, set[Watched]] = defaultdict(set)  # by the byte
        self._registers = guest.state.r
        self._lowest = machine.layout.registers[machine.lowest] if machine.lowest else None
        self._limit = 0 if self._lowest is None else self._registers[self._lowest]

    def enter(self, record: Record, address: int, table: Table, mask: int) -> bool:
        """Let a translation be entered from now on; False if its code does not lie in memory."""
        if not record.is_in(self._memory):
            return False
        watched = Watched(record)
        for byte in record.addresses():
            self._at[byte].add(watched)
            self._flags[byte] = 1
        self._limit_stores()
        for entry in record.entries:
            table[entry & mask] = watched.entries[entry & mask] = address
        return True

    def changed(self, place: int, table: Table, mask: int) -> list[Record]:
        """Drop what a store changed: at address `place` - 1, or anywhere if that is negative."""
        bytes_ = range(place - 1, place + 3) if place > 0 else [*self._at]
        hit = {watched for byte in bytes_ for watched in self._at.get(byte, ())}
        gone: list[Record] = []
        for watched in hit:
            watched.hits += 1
            busy = watched.hits > BUSY
            if busy or not watched.record.is_in(self._memory):
                for entry, address in watched.entries.items():
                    if table[entry] == address:
                        table[entry] = NEVER if busy else 0
                self._forget(watched)
                gone.append(watched.record)
        if place < 0:
            for byte in self._at:  # the marks may have been written over too
                self._flags[byte] = 1
        self._limit_stores()
        return gone

    def _forget(self, watched: Watched) -> None:
        for byte in watched.record.addresses():
            self._at[byte].discard(watched)
            if not self._at[byte]:
                del self._at[byte]
                self._flags[byte] = 0

    def _limit_stores(self) -> None:
        if self._lowest is not None:
            self._registers[self._lowest] = min((self._limit, *self._at))
