"""Play a story to the end of a list of commands, and keep what happened."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from zmachine.machine import MACHINE
from zmachine.plain import Plain
from zmachine.saves import Saves
from zmachine.services import Services
from zmachine.state import State
from zmachine.story import Options, load
from zoo.host import Event
from zoo.layout import PAGE, Guest
from zoo.session import Session, Stats, Stop

FROTZ = Options(profile="frotz", rng="frotz")  # plays as dfrotz 2.54 does


class Script(Plain):
    """The host for pipes, with a list of lines; remembers what was printed before each of them."""

    def __init__(self, lines: Iterable[str], saves: Path) -> None:
        self._text = io.StringIO()
        super().__init__(Saves(saves, "game"), self, self._text)  # type: ignore[arg-type]
        self._lines: Iterator[str] = iter(lines)
        self._seen = 0
        self.steps: list[str] = []  # the text before each line, then that after the last
        self.events: list[Event] = []

    def readline(self) -> str:
        """The next line, as of a file."""
        self.cut()
        line = next(self._lines, None)
        return "" if line is None else line + "\n"

    def cut(self) -> None:
        text = self._text.getvalue()
        self.steps.append(text[self._seen :])
        self._seen = len(text)

    def show(self, events: Sequence[Event]) -> None:
        self.events += events
        super().show(events)

    @property
    def text(self) -> str:
        return self._text.getvalue()


@dataclass(frozen=True)
class Played:
    """How a story was played. steps: the text before each line of input, and after the last."""

    text: str
    steps: list[str]
    events: list[Event]
    stats: Stats
    stop: Stop
    guest: Guest

    @property
    def upper(self) -> str:
        """All that was printed in the upper window."""
        parts: list[str] = []
        window = 0
        for event in self.events:
            if event[0] == "window":
                window = event[1]
            elif event[0] == "text" and window == 1:
                parts.append(event[1])
        return " ".join(parts)


def play(
    story: Path | bytes,
    lines: Iterable[str],
    saves: Path,
    engine: str = "interp",
    options: Options = FROTZ,
    budget: int | None = None,
) -> Played:
    """Play a story with these lines of input; `saves` is the folder for its saved games."""
    data = story.read_bytes() if isinstance(story, Path) else story
    guest = load(data, options)
    host = Script(lines, saves)
    session = Session(MACHINE, guest, Services(guest, host), engine)
    stop = session.run(budget)
    host.cut()
    return Played(host.text, host.steps, host.events, session.stats, stop, guest)


def state_of(guest: Guest) -> State:
    return cast(State, guest.state)


def state_bytes(guest: Guest) -> bytes:
    """The whole state but for its header page."""
    return guest.buffer[PAGE:]


def squeezed(text: str) -> str:
    """The text without white space, which differs between interpreters that wrap lines."""
    return "".join(text.split())
