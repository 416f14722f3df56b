"""Commands that every story has: typed at a prompt, they begin with a slash.

They are a host before the host: lines come through here, and what is a command of the zoo's own
never reaches the story, nor the log that --record makes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from zmachine import registers as r
from zmachine.quetzal import QuetzalError
from zmachine.saves import Saves
from zmachine.services import NOTICES
from zmachine.story import STRICTNESS
from zmachine.where import Where
from zoo.host import Event, Host
from zoo.registers import DONE
from zoo.session import Session
from zoo.snapshot import Snapshot, SnapshotError

MOST_TURNS = 1000
NO = "no"
# Events that say how the text after them looks.
LOOKS = ("style", "colour", "true_colour", "buffer", "font")


class Elsewhere(Exception):
    """The guest has been put at another moment: run on from there."""


@dataclass
class Turn:
    """A prompt of the story. number: from 0; events: what the lower window got before it; screen:
    the rest of the screen; mark: how long the log of --record was."""

    number: int
    snapshot: Snapshot
    events: list[Event]
    screen: object
    mark: int


@dataclass
class Log:
    """The file of --record, which is cut back when turns are: it always leads to the present."""

    file: IO[str] | None = None

    def mark(self) -> int:
        return self.file.tell() if self.file else 0

    def cut(self, mark: int) -> None:
        if self.file:
            self.file.seek(mark)
            self.file.truncate()


@dataclass
class Player(Host):
    """Stands before the host that a person plays on.

    keep: what of the host's screen is to come back with a turn, as the event ("screen", it).
    """

    inner: Host
    saves: Saves
    keep: Callable[[], object] = lambda: None
    log: Log = field(default_factory=Log)
    session: Session | None = None
    turns: list[Turn] = field(default_factory=list[Turn])
    transcript_file: IO[str] | None = None

    def __post_init__(self) -> None:
        self._lower = LowerText()
        self._warnings: list[str] = []
        self._seed = "the log's seed"  # unless it is asked for here
        self._scripting = False  # the story itself has asked for the transcript
        self._begun = False  # this prompt has its turn already

    # What a host does

    def show(self, events: Sequence[Event]) -> None:
        # A warning in the middle of the text is for who asked for it; others find it with /strict.
        warnings = [event for event in events if event[0] == "warning"]
        if warnings and self._session_now.guest.state.r[r.STRICT] != r.REPORT:
            self._warnings += [f"{NOTICES[notice]} (before {pc:#x})" for _, notice, pc in warnings]
            events = [event for event in events if event[0] != "warning"]
        self.inner.show(events)
        text = self._lower.feed(events)
        for event in events:
            if event[0] == "flags":
                self._script(bool(event[1] & 1))
        self._write(text)

    def ask(self, kind: str, **details: Any) -> Any:
        if kind != "line":
            answer = self.inner.ask(kind, **details)
            if kind == "key":
                self._begun = False
            elif kind == "seed":
                self._seed = f"seed {answer}"
            return answer
        self._begin_turn()
        while True:
            answer = self.inner.ask(kind, **details)
            if answer is None or answer[1] == 0:  # the end, or the end of a time
                return answer
            line = answer[0]
            command, _, argument = line.strip().partition(" ")
            action = COMMANDS.get(command)
            if command == "/quit":
                return None
            if action is None:
                if command.startswith("/"):
                    self._note(
                        f"{command} is no command of the zoo's (see /help): it goes to the story"
                    )
                self._begun = False
                self._lower.clear()
                self._write(line + "\n")
                return answer
            note = action(self, argument.strip())
            prompt = self._lower.prompt
            self._note(note)
            self.inner.show([("text", prompt)])

    def _note(self, text: str) -> None:
        self.inner.show([("note", text)])

    # Turns

    @property
    def _session_now(self) -> Session:
        assert self.session is not None  # whoever made this host sets it before the run begins
        return self.session

    def _begin_turn(self) -> None:
        if self._begun:
            return
        self._begun = True
        last = self.turns[-1] if self.turns else None
        snapshot = Snapshot.take(self._session_now.guest, last.snapshot if last else None)
        number = last.number + 1 if last else 0
        events = self._lower.events[:]
        self.turns.append(Turn(number, snapshot, events, self.keep(), self.log.mark()))
        del self.turns[:-MOST_TURNS]

    def _go(self, turn: Turn) -> None:
        """Back to a turn that was."""
        del self.turns[self.turns.index(turn) + 1 :]
        guest = self._session_now.guest
        turn.snapshot.restore(guest)
        guest.state.r[r.CHANGED] = -1  # code that was translated may be other code now
        self.log.cut(turn.mark)
        self._lower.events = turn.events[:]
        self._begun = True
        where = f"[back at turn {turn.number}]\n\n"
        text = "".join(e[1] for e in turn.events if e[0] == "text")
        self._write("\n" + where + text)
        start: list[Event] = [("window", 0), ("style", 0), ("text", where)]
        self.inner.show([*start, *turn.events, ("screen", turn.screen)])
        raise Elsewhere

    # The transcript

    def _write(self, text: str) -> None:
        if self.transcript_file and text:
            self.transcript_file.write(text)
            self.transcript_file.flush()  # nothing that was shown is lost

    def _script(self, wanted: bool) -> None:
        """The story's own SCRIPT and UNSCRIPT commands (7.4)."""
        if wanted and self.transcript_file is None:
            self._scripting = True
            self._note(self._start_transcript(self._free_name()))
        elif not wanted and self._scripting:
            self._scripting = False
            self._stop_transcript()

    def _free_name(self) -> Path:
        names = (self.saves.folder / f"{self.saves.default}-{k}.txt" for k in range(1, 10_000))
        return next(name for name in names if not name.exists())

    def _start_transcript(self, path: Path) -> str:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.transcript_file = path.open("x", encoding="utf-8")
        except FileExistsError:
            return f"{path} exists: it is not overwritten"
        except OSError as error:
            return f"{path}: {error.strerror}"
        return f"The transcript goes to {path}"

    def _stop_transcript(self) -> str:
        if self.transcript_file:
            self.transcript_file.close()
            self.transcript_file = None
        return "The transcript has ended."

    # Commands: each is given what was typed after it, and returns what to tell the person.

    def help(self, argument: str) -> str:
        return HELP

    def undo(self, argument: str) -> str:
        count = int(argument) if argument.isdigit() else 1
        if not 0 < count < len(self.turns):
            return f"There are {len(self.turns) - 1} turns to take back."
        self._go(self.turns[-1 - count])
        return ""

    def rewind(self, argument: str) -> str:
        for turn in self.turns:
            if argument == str(turn.number) and turn is not self.turns[-1]:
                self._go(turn)
        first, last = self.turns[0].number, self.turns[-1].number
        if first == last:
            return f"This is turn {last}, the first."
        return f"/rewind N goes back to turn N, {first} to {last - 1}; this is turn {last}."

    def save(self, name: str) -> str:
        path = self._snapshot_path(name or self.saves.default)
        if path.exists() and not self._may_replace(path):
            return "It is not saved."
        try:
            self.turns[-1].snapshot.save(path)
        except OSError as error:
            return f"{path}: {error.strerror}"
        return f"Saved as {path.stem}."

    def _may_replace(self, path: Path) -> bool:
        self.inner.show([("text", f"{path.stem} exists. Replace it? [{NO}]: ")])
        answer = self.inner.ask(
            "line", longest=80, present="", tenths=0, terminators=[], question=True
        )
        return answer is not None and answer[0].strip().lower().startswith("y")

    def restore(self, name: str) -> str:
        if not name:
            return self.list_saves("")
        if self.log.file:
            return "A run that --record logs can't go on from a saved game."
        path = self._snapshot_path(name)
        if not path.exists() and self.saves.exists(name):
            return self._restore_quetzal(name)
        guest = self._session_now.guest
        try:
            snapshot = Snapshot.load(path, guest)
            snapshot.restore(guest)
        except SnapshotError as error:
            return f"{path.stem} can't be restored: {error}."
        number = self.turns[-1].number + 1
        self.turns.append(Turn(number, snapshot, self._prompt_event(), self.keep(), 0))
        self._go(self.turns[-1])
        return ""

    def _prompt_event(self) -> list[Event]:
        return [("text", self._lower.prompt)]

    def _restore_quetzal(self, name: str) -> str:
        data = self.saves.read(name)
        try:
            if data is None:
                return f"{name} can't be read."
            self._session_now.services.restore(data)  # type: ignore[attr-defined]
        except QuetzalError as error:
            return f"{name} can't be restored: {error}."
        self._begun = False
        raise Elsewhere

    def list_saves(self, argument: str) -> str:
        own = sorted(path.stem for path in self.saves.folder.glob("*.zoo"))
        lines = [f"Saved with /save: {', '.join(own) or 'none'}."]
        if names := self.saves.names():
            lines.append(f"Saved by the story: {', '.join(names)}.")
        return "\n".join([*lines, "/restore NAME goes on from one."])

    def _snapshot_path(self, name: str) -> Path:
        return self.saves.path(name, ".zoo")

    def transcript(self, argument: str) -> str:
        if self.transcript_file:
            return self._stop_transcript()
        return self._start_transcript(
            Path(argument).expanduser() if argument else self._free_name()
        )

    def status(self, argument: str) -> str:
        session = self._session_now
        m = session.guest.state
        return (
            f"Turn {self.turns[-1].number}; {m.r[DONE]:,} instructions so far; "
            f"engine {session.engine.name}; {self._seed}."
        )

    def strict(self, argument: str) -> str:
        if argument not in STRICTNESS:
            lines = [f"The story has done what it may not: {w}." for w in self._warnings]
            return "\n".join([*lines, f"/strict takes one of: {', '.join(STRICTNESS)}."])
        self._session_now.guest.state.r[r.STRICT] = STRICTNESS[argument]
        return f"What is illegal: {argument}."


class LowerText:
    """What the lower window has got since the last line was read."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._where = Where()

    def feed(self, events: Sequence[Event]) -> str:
        """Take events; the lower window's text in them, that off the screen (7.1) included."""
        text: list[str] = []
        for event in events:
            self._where.follow(event)
            match event:
                case ("text", part) if self._where.lower:
                    text.append(part)
                    if self._where.shown:
                        self.events.append(event)
                case ("erase_window", window) if window != 1:
                    self.clear()
                case _ if event[0] in LOOKS:
                    self.events.append(event)
                case _:
                    pass
        return "".join(text)

    def clear(self) -> None:
        self.events = []

    @property
    def prompt(self) -> str:
        """The unfinished line."""
        return "".join(e[1] for e in self.events if e[0] == "text").rpartition("\n")[2]


COMMANDS: dict[str, Callable[[Player, str], str]] = {
    "/help": Player.help,
    "/undo": Player.undo,
    "/rewind": Player.rewind,
    "/save": Player.save,
    "/restore": Player.restore,
    "/saves": Player.list_saves,
    "/transcript": Player.transcript,
    "/status": Player.status,
    "/strict": Player.strict,
}
NAMES = sorted([*COMMANDS, "/quit"])

HELP = """\
/undo [N]           take back the last turn, or the last N
/rewind N           go back to turn N
/save [NAME]        keep this very moment
/restore [NAME]     go on from there; without a name, list what there is
/saves              the same list
/transcript [FILE]  begin or end a transcript
/status             which turn this is, the engine, the random seed
/strict [HOW]       on a story's mistakes: ignore, once, report or fatal
/quit               leave; Ctrl-C leaves at any time
Tab completes words and commands; the arrows find earlier lines; PgUp, PgDn
and the wheel scroll. The story's own SAVE, RESTORE and UNDO work as ever."""
