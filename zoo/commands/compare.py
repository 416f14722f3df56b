"""`zoo compare`: the same work on every engine, side by side.

A first run writes down what comes in (--record), and the runs that count take it from there
(--replay): the random seed is the same for all, whatever the machine. Each of them is a process of
its own, so that its start-up is an honest one. The first run also fills the cache of compiled code.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.cli import EXIT_BUDGET, EXIT_FAULT
from zoo.session import ENGINES

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_DIFFER = 1  # the engines did not do the same
ENDED = (0, EXIT_FAULT, EXIT_BUDGET)


@dataclass
class Runs:
    """What one engine did: the figures of every run, and what must be the same in all."""

    engine: str
    seconds: list[float] = field(default_factory=list[float])
    startup: list[float] = field(default_factory=list[float])
    outcomes: list[tuple[int, int, bytes]] = field(default_factory=list[tuple[int, int, bytes]])

    @property
    def instructions(self) -> int:
        return self.outcomes[0][1]

    @property
    def rate(self) -> float:
        """Instructions a second, of the run in the middle."""
        return self.instructions / max(statistics.median(self.seconds), 1e-9)

    def as_json(self, slowest: float) -> dict[str, Any]:
        """The figures as a JSON object's members; `slowest` is the lowest rate of all engines."""
        return {
            "engine": self.engine,
            "exit": self.outcomes[0][0],
            "instructions": self.instructions,
            "seconds": statistics.median(self.seconds),
            "instructions_per_second": self.rate,
            "startup_seconds": statistics.median(self.startup),
            "ratio": self.rate / max(slowest, 1e-9),
            "runs": [
                {"seconds": a, "startup_seconds": b}
                for a, b in zip(self.seconds, self.startup, strict=True)
            ],
        }


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
    "--engines", callback=_engines, default="interp,jit", show_default=True, metavar="NAMES"
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

    Exit code 1: the engines did not execute the same, or did not print the same.
    """
    draw = _plotter(plot) if plot else None
    command = [sys.executable, "-m", "zoo", "run", "--stats", str(image), *options]
    if budget is not None:
        command += ["--budget", str(budget)]
    every = [Runs(engine) for engine in engines]
    with tempfile.TemporaryDirectory(prefix="zoo-") as folder, _progress() as step:
        log = str(Path(folder, "log"))
        step("writing down what comes in", 1 + repeat * len(every))
        _run([*command, "--engine", engines[-1], "--record", log], typed)
        for k in range(repeat):
            for runs in every:
                step(f"{runs.engine}, run {k + 1} of {repeat}")
                _measure(runs, [*command, "--engine", runs.engine, "--replay", log])
    slowest = min(runs.rate for runs in every)
    differences = list(_differences(every))
    rows = [runs.as_json(slowest) for runs in every]
    if for_programs:
        click.echo(json.dumps({"image": str(image), "engines": rows, "differences": differences}))
    else:
        _show(rows)
        same = f"Every engine executed {every[0].instructions:,} instructions and printed the same."
        click.echo("\n".join(differences) or same)
    if draw is not None:
        draw(rows, image.name)
    return EXIT_DIFFER if differences else 0


def _run(command: list[str], typed: Path | None = None) -> tuple[int, dict[str, Any], bytes]:
    """Run `zoo run`: its exit code, its statistics and what it printed."""
    with open(typed or os.devnull, "rb") as source:
        done = subprocess.run(command, stdin=source, capture_output=True, check=False)
    errors = done.stderr.decode(errors="replace").strip()
    if done.returncode not in ENDED:
        raise click.UsageError(errors.rpartition("Error: ")[2] or f"exit code {done.returncode}")
    return done.returncode, json.loads(errors.splitlines()[-1]), done.stdout


def _measure(runs: Runs, command: list[str]) -> None:
    begun = time.perf_counter()
    code, stats, printed = _run(command)
    whole = time.perf_counter() - begun
    runs.seconds.append(stats["seconds"])
    runs.startup.append(whole - stats["seconds"])
    runs.outcomes.append((code, stats["instructions"], printed))


def _differences(every: list[Runs]) -> Iterator[str]:
    """Where the engines differ, in words: all runs must be like the first."""
    code, count, printed = every[0].outcomes[0]
    first = every[0].engine
    for runs in every:
        for other in dict.fromkeys(runs.outcomes):
            if other[0] != code:
                yield f"{runs.engine} ended with exit code {other[0]}, {first} with {code}"
            if other[1] != count:
                yield f"{runs.engine} executed {other[1]:,} instructions, {first} {count:,}"
            if other[2] != printed:
                pairs = zip(printed, other[2], strict=False)
                at = next((k for k, (a, b) in enumerate(pairs) if a != b), None)
                place = min(len(printed), len(other[2])) if at is None else at
                yield f"{runs.engine} printed something else than {first}, from byte {place:,} on"


@contextmanager
def _progress() -> Generator[Callable[..., None]]:
    """A bar on a terminal; `step` says what is done next, and at first how much there is."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), *Progress.get_default_columns()[:2], TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)
        begun = False

        def step(text: str, total: int | None = None) -> None:
            nonlocal begun
            if total is not None:
                bar.update(task, total=total)
            bar.update(task, description=text, advance=int(begun))
            begun = True

        yield step


def _show(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("engine", style="cyan")
    for title in ("instructions", "seconds", "a second", "start-up", "ratio"):
        table.add_column(title, justify="right")
    for row in rows:
        table.add_row(
            row["engine"],
            f"{row['instructions']:,}",
            f"{row['seconds']:.3f}",
            short(row["instructions_per_second"]),
            f"{row['startup_seconds']:.2f} s",
            f"{row['ratio']:.1f}",
        )
    Console(highlight=False).print(table)


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
