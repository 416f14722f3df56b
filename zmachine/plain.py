"""A story as one stream of text: for pipes, programs and screen readers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import IO, Any

from zmachine.saves import Saves
from zmachine.services import NOTICES
from zmachine.where import Where
from zoo.host import Event, Host

RETURN = 13


class Plain(Host):
    """Reads lines from a stream and prints the lower window to another.

    Keys are read from lines too: each character of a line is a key, and an empty line is Return;
    what a line has left is forgotten when a line is asked for (as dfrotz does it).
    echo: whether commands are printed as they are read, as from a pipe they have to be.
    """

    def __init__(
        self, saves: Saves, source: IO[str], sink: IO[str], *, seed: int = 0, echo: bool = False
    ) -> None:
        self._saves = saves
        self._source = source
        self._sink = sink
        self._seed = seed
        self._echo = echo
        self._keys = ""
        self._where = Where()

    def show(self, events: Sequence[Event]) -> None:
        for event in events:
            match event[0]:
                case "text":
                    if self._where.lower and self._where.shown:
                        self._sink.write(event[1])
                case "warning":
                    self._note(f"warning: {NOTICES[event[1]]} (before {event[2]:#x})")
                case "problem":
                    self._note(event[1])
                case _:
                    self._where.follow(event)
        self._sink.flush()

    def _note(self, text: str) -> None:
        self._sink.flush()
        print(f"[{text}]", file=sys.stderr)

    def _read(self) -> str | None:
        line = self._source.readline()
        return line.rstrip("\r\n") if line else None

    def on_seed(self) -> int:
        return self._seed

    def on_line(self, longest: int, present: str, **_: Any) -> list[Any] | None:
        self._keys = ""
        line = self._read()
        if line is None:
            return None
        if self._echo:
            self._sink.write(line + "\n")
        return [(present + line)[:longest], RETURN]

    def on_key(self, **_: Any) -> int | None:
        if not self._keys:
            line = self._read()
            if line is None:
                return None
            self._keys = line or "\r"
        key, self._keys = self._keys[0], self._keys[1:]
        return ord(key) if ord(key) < 127 else ord("?")

    def on_save(self, data: bytes) -> bool:
        name = self._ask_name()
        if name is None:
            return False
        if self._saves.exists(name):
            self._sink.write("Overwrite existing file? ")
            if not (self._read() or "").lower().startswith("y"):
                return False
        return self._saves.write(name, data)

    def on_restore(self) -> bytes | None:
        name = self._ask_name()
        return None if name is None else self._saves.read(name)

    def _ask_name(self) -> str | None:
        self._sink.write(f"Please enter a filename [{self._saves.default}]: ")
        self._sink.flush()
        line = self._read()
        return None if line is None else line.strip() or self._saves.default

    def on_save_table(self, data: bytes, name: str) -> bool:
        return self._saves.write_table(name, data)

    def on_restore_table(self, name: str) -> bytes | None:
        return self._saves.read_table(name)
