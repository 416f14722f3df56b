"""`zoo warm --story`: a run without a person, for its translations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from toy import TOY, Services, boot, program, state

from zoo import cache
from zoo import warm as warming
from zoo.cli import commands
from zoo.engines import recompile
from zoo.host import Event, Host
from zoo.rehearsal import rehearse
from zoo.session import Session

MUSEUM = Path(__file__).parents[1] / "stories" / "museum.z5"
# Counts from 100 down to 0.
LOOP = program(("set", 100), ("sub", 200), ("jz", 8), ("jump", 2), ("halt", 0), at_200=1)
LENGTH = 1 + 3 * 100 - 1 + 1


class Nobody(Host):
    """Has nothing to say, and doesn't look."""

    def on_key(self) -> None:
        return None

    def show(self, events: Sequence[Event]) -> None:
        pass


def session(image: bytes, engine: str = "recompile") -> Session:
    guest = boot(image)
    return Session(TOY, guest, Services(guest, Nobody()), engine)


def zoo(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["warm", *map(str, arguments)], standalone_mode=False)


@pytest.mark.usefixtures("eager")
def test_a_rehearsal_leaves_translations(
    translations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    first = rehearse(session(LOOP), None, seen.append)
    assert (first.reason, first.instructions, seen) == ("halt", LENGTH, [LENGTH])
    assert first.made >= first.kept > 0
    assert first.error is None
    assert list(translations.rglob("*.o"))
    kept = rehearse(session(LOOP), None)
    assert (kept.made, kept.kept) == (0, first.kept)


@pytest.mark.usefixtures("eager")
def test_slices_and_budgets_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo.rehearsal.SLICE", 7)
    for budget, reason in ((50, "budget"), (49, "budget"), (LENGTH + 1, "halt")):
        sliced, plain = session(LOOP), session(LOOP, "interp")
        seen: list[int] = []
        outcome = rehearse(sliced, budget, seen.append)
        plain.run(budget)
        assert outcome.reason == reason
        assert outcome.instructions == plain.stats.instructions == seen[-1]
        assert seen[0] == 7
        assert state(sliced.guest) == state(plain.guest)


def test_why_a_rehearsal_ended() -> None:
    assert rehearse(session(program(("get", 0))), 10).reason == "end of input"
    fault = rehearse(session(program(("set", 1), ("div", 200))), 10)
    assert fault.reason == "fault at 0x2: division by 0"


def test_a_story_is_played_and_nothing_of_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, translations: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("ZOO_CACHE", str(cache.folder()))  # Not in the home that is watched
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    monkeypatch.chdir(home)
    monkeypatch.setattr(recompile, "HOT", 20)
    typed = tmp_path / "typed"
    typed.write_text("look\nsave\nmine\nlook\nrestore\nmine\n" + "look\n" * 20)
    result = zoo("--story", MUSEUM, "--input", typed)
    assert result.exception is None
    ready, said = result.stdout.splitlines()
    assert ready.startswith("zmachine: ")
    assert "translations made" in said and "until the end of input" in said
    assert list(translations.rglob("*.o"))
    assert list(home.iterdir()) == []


def test_a_story_that_waits_for_input_at_once() -> None:
    result = zoo("--story", MUSEUM)
    assert "--input FILE gives it commands" in result.stdout
    assert "until the end of input" in result.stdout


def test_what_a_story_saves_can_be_restored_in_the_run() -> None:
    from zmachine.unattended import InMemory

    saves = InMemory()
    assert saves.read("a") is None and not saves.exists("a")
    assert saves.write("a", b"1") and saves.write_table("a", b"2")
    assert saves.exists("A/../a") and saves.read("a") == b"1" and saves.read_table("a") == b"2"
    assert not saves.folder.exists()


def test_errors_of_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reader")
    broken = tmp_path / "broken.z5"
    broken.write_bytes(b"\5" + bytes(100))
    for arguments, reason in (
        (("no-machine",), "there are: "),
        (("--input", letter), "give one --story FILE"),
        (("--story", MUSEUM, "--story", MUSEUM, "--input", letter), "give one --story FILE"),
        (("--story", letter), "none of the machines"),
        (("--story", broken), "broken.z5"),
    ):
        result = zoo(*arguments)
        assert isinstance(result.exception, click.UsageError)
        assert reason in str(result.exception)


def test_a_cache_that_can_t_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "file" / "cache"))
    (tmp_path / "file").write_text("in the way")
    result = zoo("zmachine")
    assert isinstance(result.exception, click.UsageError)
    for part in (str(cache.folder()), "Not a directory", "ZOO_CACHE"):
        assert part in str(result.exception)
    monkeypatch.setattr(warming, "fill", lambda machine: None)  # as on a full disk
    assert "could not be kept" in str(zoo("zmachine").exception)
