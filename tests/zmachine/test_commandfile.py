"""The commands that a story keeps (output stream 4) and reads again (input stream 1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zmachine.commandfile import CommandFile
from zmachine.saves import Saves
from zoo.host import Event, Host


class Person(Host):
    """Answers from lists, and remembers what was shown."""

    def __init__(self, lines: list[list[Any]], keys: list[int]) -> None:
        self.lines, self.keys = lines, keys
        self.shown: list[Event] = []

    def on_line(self, **_: Any) -> list[Any] | None:
        return self.lines.pop(0) if self.lines else None

    def on_key(self, **_: Any) -> int | None:
        return self.keys.pop(0) if self.keys else None

    def show(self, events: Any) -> None:
        self.shown += events


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    host = CommandFile(Person([["look", 13], ["north", 129]], [27]), Saves(tmp_path, "game"))
    host.show([("stream", 4)])
    assert host.ask("line", longest=20) == ["look", 13]
    assert host.ask("key") == 27
    assert host.ask("line", longest=20) == ["north", 129]
    host.show([("stream", -4)])
    assert (tmp_path / "commands.txt").read_text() == "look\n[27]\nnorth[129]\n"

    person = Person([["wait", 13]], [])
    again = CommandFile(person, Saves(tmp_path, "game"))
    again.show([("input_stream", 1)])
    assert again.ask("line", longest=20) == ["look", 13]
    assert again.ask("key") == 27
    assert again.ask("line", longest=3) == ["nor", 129]
    assert ("text", "look\n") in person.shown
    assert again.ask("line", longest=20) == ["wait", 13]  # the file is at its end


def test_the_keyboard_can_be_taken_back(tmp_path: Path) -> None:
    (tmp_path / "commands.txt").write_text("one\ntwo\n")
    host = CommandFile(Person([["mine", 13]], []), Saves(tmp_path, "game"))
    host.show([("input_stream", 1)])
    assert host.ask("line", longest=20) == ["one", 13]
    host.show([("input_stream", 0)])
    assert host.ask("line", longest=20) == ["mine", 13]


def test_a_missing_file_is_said_and_the_person_asked(tmp_path: Path) -> None:
    person = Person([["mine", 13]], [])
    host = CommandFile(person, Saves(tmp_path / "none", "game"))
    host.show([("input_stream", 1)])
    assert host.ask("line", longest=20) == ["mine", 13]
    assert person.shown[-1][0] == "problem"
