"""Translations of code that can change: which bytes each is made from, and if they still are.

The machine's stores look into its arena `code`, which has a 1 for every byte of translated code,
and report what they hit: a change is known to the byte, and data beside code cost nothing.
"""

from __future__ import annotations

import ctypes
import threading
from collections import defaultdict
from dataclasses import dataclass, field

from zoo.engines.units import Unit
from zoo.layout import Guest, State
from zoo.machine import Machine

Table = ctypes.Array[ctypes.c_int64]
BUSY = 64  # stores into a translation's bytes, after which the loop does better
NEVER = -1 << 62
FLAGS = "code"  # the arena


@dataclass(eq=False, slots=True)
class Watched:
    """A unit, and the code that it was made from."""

    unit: Unit
    code: dict[range, bytes]
    hits: int = 0
    entries: dict[int, int] = field(default_factory=dict[int, int])  # what the table has for it


class Live:
    """All of one guest. lock: held while translations come and go."""

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self.lock = threading.Lock()
        self._name = machine.code
        self._memory = getattr(guest.state, machine.code)
        self._flags = getattr(guest.state, FLAGS)
        self._waiting: dict[int, Watched] = {}
        self._at: defaultdict[int, set[Watched]] = defaultdict(set)  # by the byte

    def watch(self, unit: Unit, state: State) -> bool:
        """Have stores into a unit's code reported from now on; False if it has changed already.

        state: what the unit was found in.
        """
        before: bytes = getattr(state, self._name)
        code = {span: bytes(before[span.start : span.stop]) for span in unit.spans()}
        watched = Watched(unit, code)
        with self.lock:
            self._mark(watched)
            if not self._same(watched):
                self._unmark(watched)
                return False
            self._waiting[id(unit)] = watched
        return True

    def add(self, units: list[Unit], table: Table, mask: int) -> None:
        """They have been installed; those whose code has changed meanwhile go again."""
        for unit in units:
            watched = self._waiting.pop(id(unit))
            watched.entries = {entry & mask: table[entry & mask] for entry in unit.entries}
            if not self._same(watched):
                self._drop(watched, table, 0)

    def changed(self, place: int, table: Table, mask: int) -> list[Unit]:
        """Drop what a store changed: at address `place` - 1, or anywhere if that is negative."""
        with self.lock:
            bytes_ = range(place - 1, place + 3) if place > 0 else [*self._at]
            hit = {watched for byte in bytes_ for watched in self._at.get(byte, ())}
            gone: list[Unit] = []
            for watched in hit:
                watched.hits += 1
                if watched.entries and (watched.hits > BUSY or not self._same(watched)):
                    self._drop(watched, table, NEVER if watched.hits > BUSY else 0)
                    gone.append(watched.unit)
            return gone

    def _same(self, watched: Watched) -> bool:
        return all(
            self._memory[span.start : span.stop] == code for span, code in watched.code.items()
        )

    def _drop(self, watched: Watched, table: Table, count: int) -> None:
        for entry, address in watched.entries.items():
            if table[entry] == address:
                table[entry] = count
        self._unmark(watched)

    def _mark(self, watched: Watched) -> None:
        for span in watched.code:
            for byte in span:
                self._at[byte].add(watched)
                self._flags[byte] = 1

    def _unmark(self, watched: Watched) -> None:
        for span in watched.code:
            for byte in span:
                self._at[byte].discard(watched)
                if not self._at[byte]:
                    del self._at[byte]
                    self._flags[byte] = 0
