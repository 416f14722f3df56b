"""Play a story to the end of a list of commands, and keep what happened."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from zmachine import registers as r
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
    """The host for pipes, with a list of lines; remembers what was printed before each of them.

    one_key: a line answers but one key, not as many as it has characters.
    """

    def __init__(self, lines: Iterable[str], saves: Path, one_key: bool = False) -> None:
        self._text = io.StringIO()
        super().__init__(Saves(saves, "game"), self, self._text)  # type: ignore[arg-type]
        self._lines: Iterator[str] = iter(lines)
        self._one_key = one_key
        self._seen = 0
        self.steps: list[str] = []  # the lower window's text before each line, and after the last
        self.uppers: list[str] = []  # the same for the upper window
        self.after_key: list[bool] = [True]  # whether a key was asked for before it, or nothing yet
        self._upper: list[str] = []
        self.events: list[Event] = []

    def readline(self) -> str:
        """The next line, as of a file."""
        line = next(self._lines, None)
        if line is None:
            return ""
        self.cut()
        return line + "\n"

    def cut(self) -> None:
        text = self._text.getvalue()
        self.steps.append(text[self._seen :])
        self._seen = len(text)
        self.uppers.append(" ".join(self._upper))
        self._upper = []

    def on_line(self, **details: Any) -> list[Any] | None:
        line = super().on_line(**details)
        self.after_key += [False] * (line is not None)
        return line

    def on_key(self, **details: Any) -> int | None:
        pieces = len(self.steps)
        key = super().on_key(**details)
        self.after_key += [True] * (len(self.steps) - pieces)
        if self._one_key:
            self._keys = ""
        return key

    def show(self, events: Sequence[Event]) -> None:
        self.events += events
        for event in events:
            super().show([event])
            if event[0] == "text" and self._where.window == 1:
                self._upper.append(event[1])

    @property
    def text(self) -> str:
        return self._text.getvalue()


@dataclass(frozen=True)
class Played:
    """How a story was played.

    steps, uppers: what the lower and the upper window got before each line, and after the last.
    after_key: whether a step began at the beginning or at a key.
    """

    text: str
    steps: list[str]
    uppers: list[str]
    after_key: list[bool]
    events: list[Event]
    stats: Stats
    stop: Stop
    guest: Guest

    @property
    def upper(self) -> str:
        """All that was printed in the upper window."""
        return " ".join(self.uppers)


def play(
    story: Path | bytes,
    lines: Iterable[str],
    saves: Path,
    engine: str = "interp",
    options: Options = FROTZ,
    budget: int | None = None,
    host: Script | None = None,
) -> Played:
    """Play a story with these lines of input, or with a host that has other answers.

    `saves` is the folder for its saved games.
    """
    data = story.read_bytes() if isinstance(story, Path) else story
    guest = load(data, options)
    host = host or Script(lines, saves)
    session = Session(MACHINE, guest, Services(guest, host), engine)
    stop = session.run(budget)
    host.cut()
    return Played(
        host.text, host.steps, host.uppers, host.after_key, host.events, session.stats, stop, guest
    )


def dfrotz_text(dfrotz: str, story: Path, lines: Iterable[str], folder: Path, seed: int = 0) -> str:
    """What dfrotz prints of a story with these lines of input, 80 columns wide, in `folder`."""
    command = [dfrotz, "-m", "-q", "-p", "-Z0", f"-s{seed}", "-w80", "-h24", str(story)]
    text = "".join(line + "\n" for line in lines).encode("latin-1")
    done = subprocess.run(command, input=text, capture_output=True, cwd=folder, timeout=60)
    return done.stdout.decode("utf-8", "replace")


def state_of(guest: Guest) -> State:
    return cast(State, guest.state)


def state_bytes(guest: Guest) -> bytes:
    """The whole state but for its header page, and for what only the recompiler knows: where code
    lies that it has translated, and whether that was changed."""
    data = bytearray(guest.buffer[:])
    code = guest.layout["code"]
    data[code.offset : code.offset + code.nbytes] = bytes(code.nbytes)
    for number in (r.CHANGED, r.OPEN):
        place = guest.layout["r"].offset + 8 * number
        data[place : place + 8] = bytes(8)
    return bytes(data[PAGE:])


def squeezed(text: str) -> str:
    """The text without white space, which differs between interpreters that wrap lines."""
    return "".join(text.split())
