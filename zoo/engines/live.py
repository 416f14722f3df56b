"""Translations of code that can change: which bytes each is made from, and if they still are.

The machine's stores look into its arena `code`, which has a 1 for every byte of translated code,
and report what they hit: a change is known to the byte, and data beside code cost nothing.
"""

from __future__ import annotations

import ctypes
import threading
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
    """A translation whose code is watched. entries: what the table has for it, once it is there."""

    record: Record
    hits: int = 0
    entries: dict[int, int] = field(default_factory=dict[int, int])


class Live:
    """All of one guest."""

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._lock = threading.Lock()  # held while translations come and go
        self._memory = getattr(guest.state, machine.code)
        self._flags = getattr(guest.state, FLAGS)
        self._at: defaultdict[int, set[Watched]] = defaultdict(set)  # by the byte

    def watch(self, record: Record) -> Watched | None:
        """Have stores into a translation's code reported from now on; None if that code does not
        lie in memory now."""
        watched = Watched(record)
        with self._lock:
            self._mark(watched)
            if not record.is_in(self._memory):
                self._unmark(watched)
                return None
        return watched

    def enter(self, watched: Watched, address: int, table: Table, mask: int) -> bool:
        """Put it into the table; False if its code has changed meanwhile."""
        with self._lock:
            if not watched.record.is_in(self._memory):
                self._unmark(watched)
                return False
            # A change from now on is reported before the guest can come here.
            for entry in watched.record.entries:
                table[entry & mask] = watched.entries[entry & mask] = address
        return True

    def changed(self, place: int, table: Table, mask: int) -> list[Record]:
        """Drop what a store changed: at address `place` - 1, or anywhere if that is negative."""
        with self._lock:
            bytes_ = range(place - 1, place + 3) if place > 0 else [*self._at]
            hit = {watched for byte in bytes_ for watched in self._at.get(byte, ())}
            gone: list[Record] = []
            for watched in hit:
                watched.hits += 1
                busy = watched.hits > BUSY
                if watched.entries and (busy or not watched.record.is_in(self._memory)):
                    for entry, address in watched.entries.items():
                        if table[entry] == address:
                            table[entry] = NEVER if busy else 0
                    self._unmark(watched)
                    gone.append(watched.record)
            return gone

    def _mark(self, watched: Watched) -> None:
        for byte in watched.record.addresses():
            self._at[byte].add(watched)
            self._flags[byte] = 1

    def _unmark(self, watched: Watched) -> None:
        for byte in watched.record.addresses():
            self._at[byte].discard(watched)
            if not self._at[byte]:
                del self._at[byte]
                self._flags[byte] = 0
