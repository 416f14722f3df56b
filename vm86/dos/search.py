"""Searching directories: which entries a pattern finds, and where each search has come to.

A program's search is remembered by two words in its own memory, which it may copy: the search's
number and how far it is. The entries are those that there were when it began, so that a program
can delete what it finds.
"""

from __future__ import annotations

from vm86.dos import names
from vm86.dos.drives import Place, device
from vm86.dos.errors import DosError, Failure
from vm86.dos.volume import DIRECTORY, HIDDEN, LABEL, SYSTEM, Entry

_MOST_SEARCHES = 256  # the oldest are forgotten: they find no more files
_MOST_ENTRIES = 1 << 18
_DEVICE = 0x40  # the attribute that a device's name is found with


class Searches:
    def __init__(self) -> None:
        self._found: dict[int, list[Entry]] = {}
        self._last = 0

    def begin(self, entries: list[Entry]) -> int:
        """The number of a new search, 1..0xFFFF."""
        self._last = self._last % 0xFFFF + 1
        self._found[self._last] = entries
        while len(self._found) > 1 and self._is_full():
            del self._found[next(iter(self._found))]
        return self._last

    def entry(self, number: int, index: int) -> Entry:
        """Raises Failure: there are no more."""
        entries = self._found.get(number, [])
        if index >= len(entries):
            raise Failure(DosError.NO_MORE_FILES)
        return entries[index]

    def _is_full(self) -> bool:
        entries = sum(len(entries) for entries in self._found.values())
        return len(self._found) > _MOST_SEARCHES or entries > _MOST_ENTRIES


def find(place: Place, attributes: int) -> list[Entry]:
    """The entries that the path, whose last name may have wildcards, finds. Raises Failure.

    attributes: 2, 4, 8 and 16 find hidden and system files, labels and directories too; 8 alone
    only a label.
    """
    if not place.path:
        return []
    folder = place.path[:-1]
    named = device(place.path[-1])
    if named and place.mount.is_directory(folder):
        return [Entry(named, "", _DEVICE, 0, 0, 0)]
    template = names.to_field(place.path[-1])
    entries = place.mount.entries(folder)
    entries = _dots(place, folder) + entries
    return [
        e
        for e in entries
        if names.matches(template, e.name) and _is_wanted(e.attributes, attributes)
    ]


def _dots(place: Place, folder: tuple[str, ...]) -> list[Entry]:
    """The entries for itself and its parent that every directory but the root has."""
    if not folder:
        return []
    own = place.mount.entry(folder)._replace(attributes=DIRECTORY)
    parent = place.mount.entry(folder[:-1]).cluster if folder[:-1] else 0
    return [own._replace(name="."), own._replace(name="..", cluster=parent)]


def _is_wanted(own: int, wanted: int) -> bool:
    if wanted == LABEL:
        return bool(own & LABEL)
    return not own & (HIDDEN | SYSTEM | DIRECTORY | LABEL) & ~wanted
