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
from zoo.commands.compare import Done, Runs, short

MUSEUM = Path(__file__).parents[1] / "stories" / "museum.z5"


def zoo(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["compare", *map(str, arguments)], standalone_mode=False)


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few commands."""
    path = tmp_path_factory.mktemp("typed") / "commands"
    path.write_text("read letter\nlook\ninventory\n")
    return path


def test_all_engines_do_the_same(typed: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "picture.svg"
    result = zoo(MUSEUM, "--input", typed, "--json", "--plot", picture)
    assert result.return_value == 0
    told = json.loads(result.stdout)
    assert told["differences"] == []
    rows = told["engines"]
    assert [row["engine"] for row in rows] == ["interp", "jit", "recompile"]
    assert len({row["instructions"] for row in rows}) == 1
    assert rows[0]["instructions"] > 1000
    for row in rows:
        assert row["startup_seconds"] > 0
        assert row["instructions_per_second"] == row["instructions"] / row["seconds"]
        assert sum(row["tiers"].values()) == pytest.approx(1, abs=0.01)
        assert not row["again"]  # so few instructions aren't translated
        assert row["samples"][0] == [0, 0]
        assert row["samples"][-1][1] <= row["instructions"]
    assert [rows[0]["tiers"]["interpreted"], rows[1]["tiers"]["loop"]] == [1, 1]
    assert min(row["ratio"] for row in rows) == 1
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


def done(
    code: int = 0, count: int = 100, printed: bytes = b"abc", seconds: float = 1.0, **more: Any
) -> Done:
    """What `zoo run` may have done."""
    stats = {"machine": "zmachine", "instructions": count, "seconds": seconds, **more}
    return Done(code, stats, printed, seconds + 0.5)


class Fake:
    """`zoo run` as one that only says what it did: `ran` by engine, once for each run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **ran: list[Done]) -> None:
        self._ran = ran
        self.caches: list[Path] = []
        monkeypatch.setattr(module, "_run", self.run)
        monkeypatch.setattr(module, "_compiled", lambda name: [MUSEUM])  # any file

    def run(self, command: Sequence[str], typed: Path | None = None, cache: Any = None) -> Done:
        if "--record" in command:
            return done()
        self.caches.append(cache)
        assert [path.name for path in cache.iterdir() if path.is_file()] == [MUSEUM.name]
        return self._ran[command[command.index("--engine") + 1]].pop(0)


def test_a_difference_is_told_and_gives_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two engines count one instruction more, and one of them prints another letter."""
    for options in ((), ("--json",)):
        Fake(
            monkeypatch,
            interp=[done(seconds=0.5)],
            jit=[done(count=101, printed=b"abd", seconds=0.1)],
            recompile=[done(count=101, seconds=0.1)],
        )
        result = zoo(MUSEUM, *options)
        assert result.return_value == 1
        if not options:
            assert "jit and recompile executed 101 instructions, interp 100\n" in result.stdout
            assert "jit printed something else than interp, from byte 2 on" in result.stdout
            continue
        told = json.loads(result.stdout)
        assert len(told["differences"]) == 2
        assert told["engines"][1]["ratio"] == pytest.approx(101 / 0.1 / (100 / 0.5))


def test_an_engine_that_translated_runs_again_on_the_same_cache(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cold = {
        "loop_instructions": 60,
        "translated_instructions": 40,
        "translations": 7,
        "translation_bytes": 4200,
        "translating_seconds": 1.25,
    }
    hot = cold | {"loop_instructions": 1, "translated_instructions": 99, "translations": 0}
    for options in (("--json",), ()):
        fake = Fake(
            monkeypatch,
            jit=[done(details={})] * 2,
            recompile=[done(details=cold), done(details=hot, seconds=0.25)] * 2,
        )
        result = zoo(MUSEUM, "--engines", "jit,recompile", "--repeat", 2, *options)
        assert result.return_value == 0
        # Each of the two rounds has one cache for jit, and one for the two runs of recompile.
        a, b, c, d, e, f = fake.caches
        assert b == c and e == f and len({a, b, d, e}) == 4
        if not options:
            assert [" ".join(line.split()) for line in result.stdout.splitlines()[5:-2]] == [
                "engine interpreted loop translated translations",
                "jit 100%",
                "recompile 60% 40% 7 made in 1.25 s, 4.2 kB",
                "recompile again 1.0% 99% kept before, 4.2 kB",
            ]
            continue
        jit, first, second = json.loads(result.stdout)["engines"]
        assert [jit["again"], first["again"], second["again"]] == [False, False, True]
        assert first["tiers"] == {"interpreted": 0, "loop": 0.6, "translated": 0.4}
        assert (first["translations"], first["translating_seconds"]) == (7, 1.25)
        assert (second["translations"], second["translation_bytes"]) == (0, 4200)
        assert jit["translations"] == 0
        assert second["ratio"] == 4


def test_rows_that_differ_are_named_together() -> None:
    rows = [
        Runs("interp", False, [done()]),
        Runs("jit", False, [done(), done(code=3, printed=b"ab")]),
        Runs("recompile", False, [done(code=3)]),
        Runs("recompile", True, [done(code=3), done(code=3)]),
    ]
    assert list(module._differences(rows)) == [
        "jit, recompile and recompile again ended with exit code 3, interp with 0",
        "jit printed something else than interp, from byte 2 on",
    ]


def test_the_run_in_the_middle_gives_the_figures() -> None:
    runs = Runs("jit", False, [done(seconds=s, k=s) for s in (3.0, 1.0, 2.0)])
    assert (runs.seconds, runs.middle.stats["k"]) == (2, 2)


def test_steps_of_the_picture() -> None:
    pytest.importorskip("matplotlib")
    from zoo.commands.plot import steps

    # The third sample is drawn with the fourth: it is no further than a line is wide.
    edges, rates = steps([(0, 0), (1, 100), (1.01, 101), (2, 300), (2.01, 302)])
    assert edges == [0, 1, 2.01]
    assert rates == pytest.approx([100, 202 / 1.01])


def test_a_picture_of_a_run_without_instructions(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "picture.svg"
    result = zoo(MUSEUM, "--engines", "interp", "--budget", 0, "--plot", picture)
    assert result.return_value == 0
    assert picture.exists()


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
