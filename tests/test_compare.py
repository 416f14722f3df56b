"""`zoo compare`: the figures, what must be the same, and the picture."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from zoo.cli import commands
from zoo.commands import compare as module
from zoo.commands.compare import Runs, short

MUSEUM = Path(__file__).parents[1] / "stories" / "museum.z5"


def zoo(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["compare", *map(str, arguments)], standalone_mode=False)


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few commands."""
    path = tmp_path_factory.mktemp("typed") / "commands"
    path.write_text("read letter\nlook\ninventory\n")
    return path


def test_interp_and_jit_do_the_same(typed: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "picture.svg"
    result = zoo(MUSEUM, "--input", typed, "--json", "--plot", picture)
    assert result.return_value == 0
    told = json.loads(result.stdout)
    assert told["differences"] == []
    interp, jit = told["engines"]
    assert (interp["engine"], jit["engine"]) == ("interp", "jit")
    assert interp["instructions"] == jit["instructions"] > 1000
    for row in told["engines"]:
        assert row["startup_seconds"] > 0
        assert row["instructions_per_second"] == row["instructions"] / row["seconds"]
    assert min(interp["ratio"], jit["ratio"]) == 1
    drawing = picture.read_text()
    assert drawing.startswith("<?xml") and "</svg>" in drawing


def test_every_run_counts_and_sees_the_same_seed(typed: Path) -> None:
    result = zoo(MUSEUM, "--input", typed, "--engines", "interp", "--repeat", 3, "--json")
    [row] = json.loads(result.stdout)["engines"]
    times = sorted(run["seconds"] for run in row["runs"])
    assert len(times) == 3
    assert row["seconds"] == times[1]
    assert result.return_value == 0  # 3 runs without a --seed, and they are alike


def test_the_table(typed: Path) -> None:
    result = zoo(MUSEUM, "--input", typed, "--engines", "interp")
    title, row, verdict = result.stdout.splitlines()
    assert title.split()[:2] == ["engine", "instructions"]
    assert row.split()[0] == "interp"
    assert row.split()[1] in verdict
    assert "printed the same" in verdict


def test_the_budget_and_the_machine_s_own_options_are_handed_on(typed: Path) -> None:
    plain = ("--engines", "interp", "--json", "--input", typed, MUSEUM)
    [row] = json.loads(zoo("--budget", 500, *plain).stdout)["engines"]
    assert (row["instructions"], row["exit"]) == (500, 4)
    result = CliRunner().invoke(
        commands, ["compare", *map(str, plain), "--", "--no-such-option"], standalone_mode=False
    )
    assert isinstance(result.exception, click.UsageError)
    assert "--no-such-option" in str(result.exception)


def test_a_difference_is_told_and_gives_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """One engine counts one instruction more and prints another letter."""

    def fake(command: Sequence[str], typed: Path | None = None) -> tuple[int, Any, bytes]:
        jit = command[command.index("--engine") + 1] == "jit"
        return 0, {"instructions": 100 + jit, "seconds": 0.5 - 0.4 * jit}, b"abd" if jit else b"abc"

    monkeypatch.setattr(module, "_run", fake)
    result = zoo(MUSEUM)
    assert result.return_value == 1
    assert "jit executed 101 instructions, interp 100" in result.stdout
    assert "jit printed something else than interp, from byte 2 on" in result.stdout
    told = json.loads(zoo(MUSEUM, "--json").stdout)
    assert len(told["differences"]) == 2
    assert told["engines"][1]["ratio"] == pytest.approx(101 / 0.1 / (100 / 0.5))


def test_a_shorter_text_and_another_exit_code_are_differences() -> None:
    one = Runs("interp", [1.0], [1.0], [(0, 5, b"abc")])
    two = Runs("jit", [1.0, 1.0], [1.0, 1.0], [(0, 5, b"abc"), (3, 5, b"ab")])
    assert list(module._differences([one, two])) == [
        "jit ended with exit code 3, interp with 0",
        "jit printed something else than interp, from byte 2 on",
    ]


def test_errors_of_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_image = tmp_path / "letter.txt"
    no_image.write_text("Dear reader")
    for arguments, reason in (
        ((no_image,), "none of the machines"),
        ((tmp_path / "nothing",), "does not exist"),
        ((MUSEUM, "--engines", "interp,warp"), "'warp' is none of"),
        ((MUSEUM, "--plot", tmp_path / "picture.doc"), ".svg, .png or .pdf"),
    ):
        result = zoo(*arguments)
        assert isinstance(result.exception, click.UsageError)
        assert reason in str(result.exception)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.delitem(sys.modules, "zoo.commands.plot", raising=False)
    monkeypatch.delattr("zoo.commands.plot", raising=False)
    result = zoo(MUSEUM, "--plot", tmp_path / "picture.png")
    assert "pip install 'zoo[plot]'" in str(result.exception)


@pytest.mark.parametrize(
    ("number", "text"), [(7, "7"), (628_000, "628 k"), (43_123_456, "43.1 M"), (2e9, "2 G")]
)
def test_large_numbers_are_short(number: float, text: str) -> None:
    assert short(number) == text
