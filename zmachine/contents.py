"""What a story holds, read with the machine's own functions: its objects and its dictionary.

Nothing here believes the story: a damaged one has rings in its tree, tables that lead out of the
file and texts without an end. What can't be read is left out, and `problems` says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from zmachine import registers as r
from zmachine.objects import (
    CHILD,
    MOST_PROPERTIES,
    PARENT,
    SIBLING,
    first_property,
    next_property,
    object_address,
    properties,
    property_data,
    property_length,
    property_number,
    relative,
    test_attr,
)
from zmachine.printing import print_string, print_zscii
from zmachine.state import MASK, State, signed, word
from zmachine.story import Options, load
from zoo.registers import RUNNING, STOP

# A name is at most 255 words of Z-characters, but each three of those can be abbreviations, and
# the abbreviations of a damaged story can be as long as itself: nobody waits longer than this.
PATIENCE = 10.0


@dataclass(frozen=True)
class Thing:
    """An object. name: None where the story's text is damaged. properties: number and data."""

    number: int
    name: str | None
    parent: int
    sibling: int
    child: int
    attributes: tuple[int, ...]
    properties: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class Entry:
    """A word of the dictionary, and the bytes that the story keeps with it."""

    address: int
    word: str | None
    data: bytes


@dataclass
class Contents:
    """Reads the story in `data`; raises ImageError if there is none."""

    data: bytes
    name: str = "the file"
    patience: float = PATIENCE
    problems: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        guest = load(self.data, Options(strict="ignore"), self.name)
        self.m = cast(State, guest.state)
        self.end = self.m.r[r.LENGTH]
        self._waits_until = time.monotonic() + self.patience

    # Text

    def _printed(self) -> str:
        m = self.m
        text = "".join(chr(code) for code in m.out[: m.r[r.OUT]])
        self._clear()
        return text

    def _clear(self) -> None:
        m = self.m
        for register in (r.OUT, r.PRINTED, r.SKIP, r.WORK, r.MEMORY, r.WINDOW):
            m.r[register] = 0
        m.r[STOP] = RUNNING

    def text(self, address: int, size: int) -> str | None:
        """The text at `address`, or None if it does not end within `size` bytes."""
        if address + size > self.end or not any(
            self.m.mem[address + k] & 0x80 for k in range(0, size, 2)
        ):
            return None
        if time.monotonic() > self._waits_until:
            self._problem("its texts take too long to read: the rest is left out")
            return None
        self._clear()
        print_string(self.m, address)
        return self._printed()

    def _problem(self, text: str) -> None:
        if text not in self.problems:
            self.problems.append(text)

    # Objects

    def things(self) -> list[Thing]:
        """All objects, in the order of their numbers."""
        return [self._thing(number) for number in range(1, self._count() + 1)]

    def _count(self) -> int:
        """How many objects there are. No header says it: the table ends at the latest where the
        first property table begins, and where memory that can be written ends."""
        m = self.m
        most = 255 if m.r[r.VERSION] < 4 else 65535
        end = m.r[r.STATIC]
        number = 0
        while number < most and object_address(m, number + 2) <= end:
            number += 1
            table = properties(m, number)
            if table > object_address(m, number):
                end = min(end, table)
        return number

    def _thing(self, number: int) -> Thing:
        m = self.m
        table = properties(m, number)
        size = 2 * m.mem[table & MASK]
        name = self.text(table + 1, size) if size else ""
        if name is None:
            self._problem(f"object {number} has a damaged name")
        attributes = range(32 if m.r[r.VERSION] < 4 else 48)
        return Thing(
            number=number,
            name=name,
            parent=relative(m, number, PARENT),
            sibling=relative(m, number, SIBLING),
            child=relative(m, number, CHILD),
            attributes=tuple(a for a in attributes if test_attr(m, number, a)),
            properties=tuple(self._properties(number)),
        )

    def _properties(self, number: int) -> Iterator[tuple[int, bytes]]:
        m = self.m
        address = first_property(m, number)
        before = MOST_PROPERTIES
        for _ in range(MOST_PROPERTIES):
            present = property_number(m, address)
            data = property_data(m, address)
            length = property_length(m, data)
            if present == 0:
                return
            # Some published games give an object the same property twice.
            if present > before or data + length > self.end:
                break
            yield present, bytes(m.mem[data + k] for k in range(length))
            before = present
            address = next_property(m, address)
        self._problem(f"object {number} has a damaged list of properties")

    # The dictionary

    def separators(self) -> str:
        """The characters that end a word and are words themselves (13.2)."""
        m = self.m
        address = m.r[r.DICTIONARY]
        self._clear()
        for k in range(m.mem[address & MASK]):
            print_zscii(m, m.mem[(address + 1 + k) & MASK])
        return self._printed()

    def entries(self) -> list[Entry]:
        """The words of the dictionary, in its order."""
        m = self.m
        size = 4 if m.r[r.VERSION] < 4 else 6
        table = m.r[r.DICTIONARY] + 1 + m.mem[m.r[r.DICTIONARY] & MASK]
        length = m.mem[table & MASK]
        count = abs(signed(word(m, table + 1)))
        first = table + 3
        if length < size:
            self._problem(f"the dictionary's entries have {length} bytes, at least {size} are due")
            return []
        room = max(0, self.end - first) // length
        if count > room:
            self._problem(f"the dictionary claims {count} words, and the file has room for {room}")
        return [self._entry(first + k * length, size, length) for k in range(min(count, room))]

    def _entry(self, address: int, size: int, length: int) -> Entry:
        name = self.text(address, size)
        if name is None:
            self._problem(f"the dictionary's entry at {address:#x} is damaged")
        return Entry(address, name, bytes(self.m.mem[address + k] for k in range(size, length)))


def tree(things: list[Thing]) -> Iterator[tuple[Thing, tuple[bool, ...]]]:
    """Every object once, each below what it is in, with whether it is the last at every level.

    The objects that only a ring leads to come last, at the top.
    """
    by_number = {thing.number: thing for thing in things}
    seen: set[int] = set()

    def row(number: int, parent: int) -> list[Thing]:
        """The unseen objects from `number` on, by their siblings, that say they are in `parent`."""
        found: list[Thing] = []
        while (thing := by_number.get(number)) and number not in seen and thing.parent == parent:
            seen.add(number)
            found.append(thing)
            number = thing.sibling
        return found

    tops = [thing for thing in things if thing.parent not in by_number]
    for top in (*tops, *things):
        if top.number in seen:
            continue
        seen.add(top.number)
        waiting: list[tuple[Thing, tuple[bool, ...]]] = [(top, ())]
        while waiting:
            thing, levels = waiting.pop()
            yield thing, levels
            inside = row(thing.child, thing.number)
            last = len(inside) - 1
            waiting += [(one, (*levels, k == last)) for k, one in reversed([*enumerate(inside)])]
