"""`zoo compare`: the same work on every engine, side by side.

A first run writes down what comes in (--record), and the runs that count take it from there
(--replay): the random seed is the same for all, whatever the machine. Each of them is a process of
its own, so that its start-up is an honest one.

The runs that count have a cache of their own. The machine's compiled code is there from the
beginning, as in any run but a person's first one; translations are not, whatever the person's own
cache has. An engine that has made some runs again, on the same cache, and gets a second row.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli import EXIT_BUDGET, EXIT_FAULT
from zoo.commands.cache import amount
from zoo.commands.progress import progress
from zoo.session import ENGINES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EXIT_DIFFER = 1  # the engines did not do the same
ENDED = (0, EXIT_FAULT, EXIT_BUDGET)
SAMPLE = 0.005  # seconds; the picture needs some in the first tenth of a second
TIERS = ("interpreted", "loop", "translated")
ONLY_TIER = {"interp": "interpreted", "jit": "loop"}


@dataclass(frozen=True)
class Done:
    """What one process did, and how long it took in all."""

    code: int
    stats: dict[str, Any]
    printed: bytes
    whole: float

    @property
    def seconds(self) -> float:
        return self.stats["seconds"]

    @property
    def instructions(self) -> int:
        return self.stats["instructions"]

    @property
    def details(self) -> dict[str, float]:
        return self.stats.get("details", {})


@dataclass
class Runs:
    """The runs of one row. again: those that begin with the translations of a run before."""

    engine: str
    again: bool = False
    runs: list[Done] = field(default_factory=list[Done])

    @property
    def label(self) -> str:
        return f"{self.engine} again" if self.again else self.engine

    @property
    def middle(self) -> Done:
        """The run in the middle of all, by the time that it ran."""
        return sorted(self.runs, key=lambda run: run.seconds)[(len(self.runs) - 1) // 2]

    @property
    def rate(self) -> float:
        """Instructions a second."""
        return self.middle.instructions / max(self.seconds, 1e-9)

    @property
    def seconds(self) -> float:
        return statistics.median(run.seconds for run in self.runs)

    @property
    def tiers(self) -> dict[str, float]:
        """The shares of the instructions that were run in each tier."""
        details, count = self.middle.details, self.middle.instructions
        if self.engine in ONLY_TIER:
            return {tier: float(tier == ONLY_TIER[self.engine]) for tier in TIERS}
        ran = [details.get(f"{tier}_instructions", 0) for tier in TIERS]
        return {t: n / max(count, 1) for t, n in zip(TIERS, ran, strict=True)}

    def as_json(self, slowest: float) -> dict[str, Any]:
        """The figures as a JSON object's members; `slowest` is the lowest rate of all rows."""
        middle = self.middle
        row: dict[str, Any] = {
            "engine": self.engine,
            "again": self.again,
            "exit": middle.code,
            "instructions": middle.instructions,
            "seconds": self.seconds,
            "instructions_per_second": self.rate,
            "startup_seconds": statistics.median(run.whole - run.seconds for run in self.runs),
            "ratio": self.rate / max(slowest, 1e-9),
            "tiers": self.tiers,
            "translations": int(middle.details.get("translations", 0)),
            "translation_bytes": int(middle.details.get("translation_bytes", 0)),
            "translating_seconds": middle.details.get("translating_seconds", 0.0),
            "runs": [
                {"seconds": run.seconds, "startup_seconds": run.whole - run.seconds}
                for run in self.runs
            ],
        }
        if "samples" in middle.stats:
            row["samples"] = middle.stats["samples"]
        return row


def _engines(_: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",")))
    for name in names:
        if name not in ENGINES:
            raise click.BadParameter(f"{name!r} is none of {', '.join(ENGINES)}", param=parameter)
    return names


@click.command()
@click.argument("image", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--input",
    "typed",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="What is typed, line by line; without it, nothing.",
)
@click.option(
    "--budget", type=click.IntRange(min=0), metavar="N", help="Stop after N instructions."
)
@click.option(
    "--engines",
    callback=_engines,
    default="interp,jit,recompile",
    show_default=True,
    metavar="NAMES",
)
@click.option(
    "--repeat",
    type=click.IntRange(1, 1000),
    default=1,
    help="Runs of each engine: the middle one counts.",
)
@click.option("--json", "for_programs", is_flag=True, help="One JSON object.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw the result: an .svg, .png or .pdf.",
)
def compare(
    image: Path,
    options: tuple[str, ...],
    typed: Path | None,
    budget: int | None,
    engines: tuple[str, ...],
    repeat: int,
    for_programs: bool,
    plot: Path | None,
) -> int:
    """Run IMAGE on every engine, and show what each makes of it.

    OPTIONS are those of `zoo run`, after a --, such as: zoo compare STORY -- --seed 3

    "recompile again" is a second run, with the translations that the first one has made.

    Exit code 1: the engines did not execute the same, or did not print the same.
    """
    draw = _plotter(plot) if plot else None
    command = [sys.executable, "-m", "zoo", "run", "--stats", str(image), *options]
    if budget is not None:
        command += ["--budget", str(budget)]
    with tempfile.TemporaryDirectory(prefix="zoo-") as folder, progress() as bar:
        task = bar.add_task("writing down what comes in", total=1 + repeat * len(engines))
        log = Path(folder, "log")
        first = _record(command, engines, log, typed)
        command += ["--replay", str(log), *(["--sample", str(SAMPLE)] if draw else [])]
        compiled = _compiled(first.stats["machine"]) if engines != ("interp",) else []
        every = {(name, again): Runs(name, again) for name in engines for again in (False, True)}
        for k in range(repeat):
            for name in engines:
                bar.update(task, advance=1, description=f"{name}, run {k + 1} of {repeat}")
                own = Path(folder, f"{name}-{k}")
                for again, done in enumerate(_twice([*command, "--engine", name], own, compiled)):
                    every[name, bool(again)].runs.append(done)
    made = [runs for runs in every.values() if runs.runs]
    slowest = min(runs.rate for runs in made)
    differences = list(_differences(made))
    rows = [runs.as_json(slowest) for runs in made]
    if for_programs:
        click.echo(json.dumps({"image": str(image), "engines": rows, "differences": differences}))
    else:
        _show(rows)
        count = made[0].middle.instructions
        same = f"Every engine executed {count:,} instructions and printed the same."
        click.echo("\n".join(differences) or same)
    if draw is not None:
        draw(rows, image.name)
    return EXIT_DIFFER if differences else 0


def _run(command: list[str], typed: Path | None = None, cache: Path | None = None) -> Done:
    """Run `zoo run`, perhaps with a cache of its own."""
    environment = {**os.environ, "ZOO_CACHE": str(cache)} if cache else None
    begun = time.perf_counter()
    with open(typed or os.devnull, "rb") as source:
        done = subprocess.run(
            command, stdin=source, capture_output=True, check=False, env=environment
        )
    whole = time.perf_counter() - begun
    errors = done.stderr.decode(errors="replace").strip()
    if done.returncode not in ENDED:
        raise click.UsageError(errors.rpartition("Error: ")[2] or f"exit code {done.returncode}")
    return Done(done.returncode, json.loads(errors.splitlines()[-1]), done.stdout, whole)


def _record(command: list[str], engines: tuple[str, ...], log: Path, typed: Path | None) -> Done:
    """Write down what comes in. `jit` does it for all, and puts the loop into the cache."""
    engine = "interp" if engines == ("interp",) else "jit"
    return _run([*command, "--engine", engine, "--record", str(log)], typed)


def _compiled(name: str) -> list[Path]:
    """The compiled code of a machine in the person's cache; it is compiled if it isn't there."""
    from zoo import warm
    from zoo.engines import jit, recompile
    from zoo.machine import machine

    one = machine(name)
    if not warm.is_ready(one):
        command = [sys.executable, "-m", "zoo", "warm", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise click.UsageError(done.stderr.rpartition("Error: ")[2].strip())
    return [jit.object_path(one), recompile.library_path(one)]


def _twice(command: list[str], own: Path, compiled: list[Path]) -> Iterator[Done]:
    """A run that finds compiled code in the cache `own`, and no translations; and if it has made
    some, another run that finds these."""
    own.mkdir()
    for path in compiled:
        shutil.copy2(path, own)
    done = _run(command, cache=own)
    yield done
    if done.details.get("translations"):
        yield _run(command, cache=own)


def _differences(every: list[Runs]) -> Iterator[str]:
    """Where rows differ, in words: all runs must be like the first. Rows that differ from it in
    the same way are named together."""
    who: dict[str, list[str]] = {}
    for runs in every:
        for run in runs.runs:
            for what in _unlike(every[0].runs[0], run, every[0].engine):
                names = who.setdefault(what, [])
                if runs.label not in names:
                    names.append(runs.label)
    for what, names in who.items():
        *others, last = names
        yield f"{', '.join(others)} and {last} {what}" if others else f"{last} {what}"


def _unlike(first: Done, other: Done, name: str) -> Iterator[str]:
    """How a run differs from the first, which was one of the engine `name`."""
    if other.code != first.code:
        yield f"ended with exit code {other.code}, {name} with {first.code}"
    if other.instructions != first.instructions:
        yield f"executed {other.instructions:,} instructions, {name} {first.instructions:,}"
    if other.printed != first.printed:
        pairs = enumerate(zip(first.printed, other.printed, strict=False))
        shorter = min(len(first.printed), len(other.printed))
        at = next((k for k, (a, b) in pairs if a != b), shorter)
        yield f"printed something else than {name}, from byte {at:,} on"


def _show(rows: list[dict[str, Any]]) -> None:
    """How fast each engine was; and, where one translates, what ran where and what that cost."""
    _table(
        ("instructions", "seconds", "a second", "start, end", "ratio"),
        {
            label(row): (
                f"{row['instructions']:,}",
                f"{row['seconds']:.3f}",
                short(row["instructions_per_second"]),
                f"{row['startup_seconds']:.2f} s",
                f"{row['ratio']:.1f}",
            )
            for row in rows
        },
    )
    if all(row["engine"] in ONLY_TIER for row in rows):
        return
    click.echo()
    _table(
        (*TIERS, "translations"),
        {label(row): (*map(share, row["tiers"].values()), _translating(row)) for row in rows},
    )
    click.echo()


def _table(heads: Sequence[str], rows: dict[str, Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("engine", style="cyan")
    for head in heads:
        table.add_column(head, justify="right")
    for name, row in rows.items():
        table.add_row(name, *row)
    Console(highlight=False).print(table)


def _translating(row: dict[str, Any]) -> str:
    """What translating cost, and the native code that there is of it; nothing if there is none."""
    size = amount(row["translation_bytes"])
    if row["translations"]:
        return f"{row['translations']} made in {row['translating_seconds']:.2f} s, {size}"
    return f"kept before, {size}" if row["translation_bytes"] else ""


def label(row: dict[str, Any]) -> str:
    """What a row is called."""
    return f"{row['engine']} again" if row["again"] else row["engine"]


def share(part: float) -> str:
    """A part of 1 as a percentage; nothing is left blank."""
    if not part:
        return ""
    if part < 0.0005:
        return "<0.1%"
    return f"{part:.1%}" if part < 0.0995 else f"{part:.0%}"


def short(number: float) -> str:
    """A large number with three digits: 43.1 M."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number:.3g}"


def _plotter(path: Path) -> Callable[[list[dict[str, Any]], str], None]:
    """What draws the result into `path`; a UsageError at once if that won't be possible."""
    if path.suffix not in (".svg", ".png", ".pdf"):
        raise click.UsageError(f"{path}: the name must end with .svg, .png or .pdf")
    try:
        from zoo.commands import plot
    except ImportError as error:
        raise click.UsageError("drawing needs matplotlib: pip install 'zoo[plot]'") from error
    return lambda rows, title: plot.draw(rows, title, path)
