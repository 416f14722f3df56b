"""A story that runs by itself: commands come from a file, and nothing of it is left behind."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from zmachine.machine import MACHINE
from zmachine.plain import Plain
from zmachine.saves import Saves
from zmachine.services import Services
from zmachine.story import Options, load
from zoo.host import Event
from zoo.session import Session

if TYPE_CHECKING:
    from zoo.front import Request


class InMemory(Saves):
    """Saved games that end with the process: a story can save and restore, and writes no file."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"), "story")
        self._files: dict[Path, bytes] = {}

    def exists(self, name: str) -> bool:
        return self.path(name) in self._files

    def write(self, name: str, data: bytes) -> bool:
        self._files[self.path(name)] = data
        return True

    def read(self, name: str) -> bytes | None:
        return self._files.get(self.path(name))

    def write_table(self, name: str, data: bytes) -> bool:
        self._files[self.path(name, ".aux")] = data
        return True

    def read_table(self, name: str) -> bytes | None:
        return self._files.get(self.path(name, ".aux"))


class Unseen(Plain):
    """As from a pipe, and what is printed goes nowhere, warnings too.

    There is no CommandFile before it: a story that keeps its commands writes no file.
    """

    def show(self, events: Sequence[Event]) -> None:
        pass


def session(request: Request, source: IO[str]) -> Session:
    """A session with commands from `source`; raises ImageError if it is not a story."""
    guest = load(request.data, Options(), str(request.path))
    host = Unseen(InMemory(), source, io.StringIO())
    return Session(MACHINE, guest, Services(guest, host), request.engine)
