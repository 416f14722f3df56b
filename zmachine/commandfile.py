"""Output stream 4 and input stream 1 (7.1.2.5, 10.2): the commands a story keeps and reads again.

They are in one file of the story's own folder of saved games. A line of it is a command; a single
key is its ZSCII code in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from zmachine.saves import Saves
from zoo.host import Event, Host

FILE = "commands.txt"
RETURN = 13
KEY = re.compile(r"\[(\d{1,3})\]$")


class CommandFile(Host):
    """Stands before another host, and answers for it while the story reads from the file."""

    def __init__(self, host: Host, saves: Saves) -> None:
        self._host = host
        self._path: Path = saves.folder / FILE
        self._kept: IO[str] | None = None
        self._played: Iterator[str] = iter(())

    def show(self, events: Sequence[Event]) -> None:
        self._host.show(events)
        for event in events:
            if event[0] in ("stream", "input_stream"):
                self._follow(event)

    def _follow(self, event: Event) -> None:
        match event:
            case ("stream", 4):
                self._keep()
            case ("stream", -4) if self._kept:
                self._kept.close()
                self._kept = None
            case ("input_stream", 1):
                self._play()
            case ("input_stream", 0):
                self._played = iter(())
            case _:
                pass

    def _keep(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._kept = self._path.open("w", encoding="utf-8", buffering=1)
        except OSError as error:
            self._host.show(
                [("problem", f"commands can't be kept in {self._path}: {error.strerror}")]
            )

    def _play(self) -> None:
        try:
            self._played = iter(self._path.read_text(encoding="utf-8").splitlines())
        except (OSError, UnicodeDecodeError):
            self._host.show([("problem", f"there are no commands to read in {self._path}")])

    def ask(self, kind: str, **details: Any) -> Any:
        if kind not in ("line", "key"):
            return self._host.ask(kind, **details)
        answer = self._next(kind, **details)
        if answer is None:
            answer = self._host.ask(kind, **details)
        if self._kept and answer:
            text, end = answer if kind == "line" else ("", answer)
            code = f"[{end}]" if kind == "key" or end != RETURN else ""
            self._kept.write(f"{text}{code}\n")
        return answer

    def _next(self, kind: str, longest: int = 0, **_: Any) -> Any:
        line = next(self._played, None)
        if line is None:
            return None
        key = KEY.search(line)
        code = min(int(key[1]), 255) if key else RETURN
        if kind == "key":
            return code if key or not line else ord(line[0]) & 0x7F
        text = (line[: key.start()] if key else line)[:longest]
        self._host.show([("text", text + "\n")])
        return [text, code]
