"""`zoo warm`: compile ahead, so that no run has to."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo.cache import folder
from zoo.front import Rehearses, Request, choose, read

if TYPE_CHECKING:
    from zoo.machine import Machine
    from zoo.rehearsal import Outcome
    from zoo.session import Session

BUDGET = 50_000_000
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("names", nargs=-1, metavar="[MACHINE]...")
@click.option(
    "--story",
    "stories",
    type=FILE,
    multiple=True,
    metavar="FILE",
    help="Also translate what is hot in this image; several times for several images.",
)
@click.option(
    "--input",
    "typed",
    type=FILE,
    metavar="FILE",
    help="What is typed in the story, line by line; without it, nothing.",
)
@click.option(
    "--budget",
    type=click.IntRange(min=1),
    default=BUDGET,
    show_default=True,
    metavar="N",
    help="Instructions that a story runs at most.",
)
def warm(names: tuple[str, ...], stories: tuple[Path, ...], typed: Path | None, budget: int) -> int:
    """Compile what machines need into the cache (all machines, if nothing is named).

    A story is run until it wants more input than there is. It sees no files of yours, and leaves
    none behind: what it saves is forgotten.
    """
    if typed and len(stories) != 1:
        raise click.UsageError("--input is what is typed in one story: give one --story FILE")
    fronts = [_rehearsing(path) for path in stories]
    chosen = dict.fromkeys((*names, *(name for name, _ in fronts)))
    for one in _machines(tuple(chosen)):
        _compile(one)
    for (_, front), path in zip(fronts, stories, strict=True):
        _translate(front, path, typed, budget)
    return 0


def _machines(names: tuple[str, ...]) -> list[Machine]:
    from zoo.machine import ImageError, machine, machines

    try:
        return [machine(name) for name in names] or list(machines().values())
    except ImageError as error:
        raise click.UsageError(str(error)) from error


def _compile(one: Machine) -> None:
    """Fill the cache for a machine, and say how long that took."""
    from zoo import warm as warming

    if warming.is_ready(one):
        click.echo(f"{one.name}: ready")
        return
    click.echo(f"{one.name}: compiling, about half a minute ...", nl=False)
    begun = time.perf_counter()
    try:
        warming.fill(one)
    except OSError as error:
        click.echo()
        raise _unwritable(error.strerror or str(error)) from error
    click.echo(f" {time.perf_counter() - begun:.1f} s")
    if not warming.is_ready(one):
        raise _unwritable("what was compiled could not be kept")


def _unwritable(reason: str) -> click.UsageError:
    return click.UsageError(
        f"{folder()}: {reason}; make room there or let it be written, or name another folder in "
        "ZOO_CACHE"
    )


def _rehearsing(path: Path) -> tuple[str, Rehearses]:
    """The machine of an image and its front, if that can run it without a person."""
    name, front = choose(None, path, read(path))
    if not isinstance(front, Rehearses):
        raise click.UsageError(f"{path}: the machine {name} can't run it without a person")
    return name, front


def _translate(front: Rehearses, path: Path, typed: Path | None, budget: int) -> None:
    """Run a story for the sake of its translations, and say how many there are now."""
    from zoo.commands.progress import progress
    from zoo.rehearsal import rehearse

    text = read(typed).decode(errors="replace") if typed else ""
    session = front.rehearsal(Request(path, read(path), "recompile"), io.StringIO(text))
    with progress() as bar:
        task = bar.add_task(f"translating {path.name}", total=budget)
        outcome = rehearse(session, budget, lambda done: bar.update(task, completed=done))
    if outcome.error is not None:
        raise click.UsageError(f"{path}: translating failed: {outcome.error}") from outcome.error
    size = _kept_bytes(session)
    if outcome.made and not size:
        raise _unwritable("the translations could not be kept")
    click.echo(_words(path.name, outcome, size))


def _words(name: str, outcome: Outcome, size: int) -> str:
    from zoo.commands.cache import amount

    ended = f"{outcome.instructions:,} instructions run, until the {outcome.reason}"
    if not outcome.kept:
        hint = "nothing ran often enough to be translated; --input FILE gives it commands"
        return f"{name}: {hint} ({ended})"
    counts = f"{outcome.made} translations made, {outcome.kept} in use now"
    return f"{name}: {counts}, {amount(size)} kept ({ended})"


def _kept_bytes(session: Session) -> int:
    """How much is kept of a session's image."""
    from zoo.engines import recompile

    path = recompile.translations_path(session.machine, session.guest)
    return path.stat().st_size if path.exists() else 0
