"""The commands that every story has, at the prompt of a real one."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from zmachine.front import FRONT, OPTIONS
from zmachine.metacommands import COMMANDS, HELP, NAMES, LowerText, Player
from zmachine.plain import Plain
from zmachine.playing import PlainPlay, _run, resize
from zmachine.registers import FATAL, STRICT
from zmachine.saves import Saves
from zoo.front import Request
from zoo.host import Recorder, Replayer
from zoo.session import Session
from zoo.snapshot import Snapshot

MUSEUM = Path(__file__).parent.parent.parent / "stories" / "museum.z5"


class Played:
    """A run of the museum with some commands."""

    def __init__(self, folder: Path, *commands: str, log: Path | None = None) -> None:
        self.out = io.StringIO()
        self.saves = Saves(folder, "museum")
        source = io.StringIO("".join(command + "\n" for command in commands))
        self.player = Player(PlainPlay(self.saves, source, self.out, seed=1), self.saves)
        options: dict[str, Any] = {option.name: option.default for option in OPTIONS}
        options |= {"width": 80, "height": 24}
        request = Request(MUSEUM, MUSEUM.read_bytes(), engine="interp")
        host: Any = self.player
        if log:
            self.player.log.file = log.open("x")
            host = Recorder(self.player, self.player.log.file)
        self.session: Session = FRONT.session(request, host, options)
        self.player.session = self.session
        self.stop = _run(self.session, request)

    @property
    def text(self) -> str:
        return self.out.getvalue()

    @property
    def state(self) -> Snapshot:
        """The guest as it was at its last prompt."""
        return self.player.turns[-1].snapshot


def test_undone_turns_leave_no_trace(tmp_path: Path) -> None:
    played = Played(tmp_path, "inventory", "look", "north", "/undo 2")
    assert played.state == Played(tmp_path, "inventory").state
    assert [turn.number for turn in played.player.turns] == [0, 1]
    assert "[back at turn 1]" in played.text


def test_rewind_goes_to_a_turn(tmp_path: Path) -> None:
    played = Played(tmp_path, "inventory", "look", "/rewind", "/rewind 0", "/rewind", "look")
    assert "/rewind N goes back to turn N, 0 to 1; this is turn 2." in played.text
    assert "This is turn 0, the first." in played.text
    assert played.state == Played(tmp_path, "look").state


def test_there_may_be_nothing_to_undo(tmp_path: Path) -> None:
    assert "There are 0 turns to take back." in Played(tmp_path, "/undo").text


def test_save_and_restore(tmp_path: Path) -> None:
    played = Played(tmp_path, "inventory", "/save a b", "look", "/restore a-b")
    assert played.state == Played(tmp_path / "x", "inventory").state
    later = Played(tmp_path, "/saves", "/restore a-b", "look", "/undo 2")
    assert "Saved with /save: a-b." in later.text
    assert later.state == Played(tmp_path / "x").state


def test_saving_asks_before_it_replaces(tmp_path: Path) -> None:
    played = Played(tmp_path, "/save", "look", "/save", "no", "/save", "yes")
    assert played.text.count("museum exists. Replace it?") == 2
    assert "It is not saved." in played.text
    loaded = Snapshot.load(tmp_path / "museum.zoo", played.session.guest)
    assert loaded == played.state


@pytest.mark.parametrize("name", ["nowhere", "../../etc/passwd", "damaged"])
def test_what_cannot_be_restored_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "damaged.zoo").write_bytes(b"ZOOSNAP\0 and so on")
    played = Played(tmp_path, f"/restore {name}", "look")
    assert "can't be restored: it" in played.text
    assert len(played.player.turns) == 2


def test_restore_takes_the_storys_own_files_too(tmp_path: Path) -> None:
    played = Played(tmp_path, "inventory", "save", "own", "look", "/restore own", "/saves")
    assert "Saved by the story: own." in played.text
    assert len(played.player.turns) == 5


def test_a_log_leads_to_the_present(tmp_path: Path) -> None:
    log = tmp_path / "log"
    played = Played(tmp_path, "look", "north", "/undo", "inventory", "/restore x", log=log)
    assert "can't go on" in played.text
    assert [json.loads(line)[0] for line in log.read_text().splitlines()] == ["seed"] + ["line"] * 3
    options: dict[str, Any] = {option.name: option.default for option in OPTIONS}
    options |= {"width": 80, "height": 24}
    request = Request(MUSEUM, MUSEUM.read_bytes(), engine="interp")
    plain = Plain(played.saves, io.StringIO(), io.StringIO())
    again = FRONT.session(request, Replayer(plain, iter(log.open())), options)
    again.run()
    assert Snapshot.take(again.guest) == Snapshot.take(played.session.guest)


def test_transcripts(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    Played(tmp_path, f"/transcript {path}", "inventory", "/transcript", "look")
    text = path.read_text()
    assert text.startswith("inventory\n")
    assert "look" not in text
    assert "it is not overwritten" in Played(tmp_path, f"/transcript {path}").text


def test_the_storys_own_transcript(tmp_path: Path) -> None:
    Played(tmp_path, "script", "inventory", "script off", "look")
    text = (tmp_path / "museum-1.txt").read_text()
    assert "inventory\n" in text
    assert ">look" not in text


def test_strict_and_status_and_help(tmp_path: Path) -> None:
    played = Played(tmp_path, "/strict", "/strict fatal", "/status", "/help", "/nonsense", "/quit")
    assert "ignore, once, report, fatal" in played.text
    assert played.session.guest.state.r[STRICT] == FATAL
    assert "Turn 0; " in played.text
    assert "seed 1." in played.text
    assert "/nonsense is no command" in played.text
    assert all(name in HELP for name in NAMES if name != "/help")
    assert {*COMMANDS, "/quit"} == set(NAMES)


def test_only_the_lower_window_is_transcribed() -> None:
    lower = LowerText()
    text = lower.feed(
        [
            *(("status",), ("text", "place"), ("status_end", 0, 0, 0), ("text", "one\n")),
            *(("window", 1), ("text", "up"), ("window", 0), ("stream", -1), ("text", "off")),
            *(("stream", 1), ("text", ">")),
        ]
    )
    assert text == "one\noff>"
    assert lower.prompt == ">"
    lower.feed([("erase_window", -1)])
    assert lower.prompt == ""


def test_a_resize_is_written_into_the_header(tmp_path: Path) -> None:
    state: Any = Played(tmp_path).session.guest.state
    resize(state, 300, 40)
    assert list(state.mem[0x20:0x26]) == [40, 255, 1, 300 - 256, 0, 40]
