"""A machine's side of the command line: its options, and how it runs and plays an image.

Fronts are found through the entry-point group `zoo.fronts`, by the machine's name. A front's
module imports only what is light, because the help of every command shows every front's options.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, runtime_checkable

import click
from click.core import ParameterSource

from zoo.plugins import plugins
from zoo.session import ENGINES

if TYPE_CHECKING:
    from zoo.session import Session


@dataclass(frozen=True)
class Request:
    """What all machines are told of a run.

    budget: instructions, None for as many as it takes.  sample: the seconds between two samples of
    how far it is, for the statistics; None for no samples.  cast: where `zoo play` records what
    the terminal is sent.
    """

    path: Path
    data: bytes
    engine: str = "auto"
    budget: int | None = None
    stats: bool = False
    record: Path | None = None
    replay: Path | None = None
    sample: float | None = None
    cast: Path | None = None
    arguments: tuple[str, ...] = ()


class Front(Protocol):
    """What a machine brings to the commands."""

    options: Sequence[click.Option]
    suffixes: Sequence[str]  # of files that are images of this machine, whatever is in them

    def recognises(self, data: bytes) -> bool:
        """Whether the bytes look like an image of this machine."""
        ...

    def run(self, request: Request, **options: Any) -> int:
        """Run an image without a terminal; the exit code."""
        ...

    def play(self, request: Request, **options: Any) -> int:
        """Play an image in the terminal; the exit code."""
        ...


@runtime_checkable
class TakesFolders(Protocol):
    """A front that also runs and plays a folder alone: then `Request.data` is empty."""

    takes_folders: bool


@runtime_checkable
class Rehearses(Protocol):
    """A front that can also run an image without a person, for what the engines learn of it."""

    def rehearsal(self, request: Request, source: IO[str]) -> Session:
        """A session that takes its commands from `source`, shows nothing and leaves no files."""
        ...


@runtime_checkable
class RunsOptions(Protocol):
    """A front that can also run what one of its options names, instead of an image."""

    def image(self, options: Mapping[str, Any]) -> Path | None:
        """The file, if there is such an option."""
        ...


def fronts() -> dict[str, Front]:
    """The installed fronts by the name of their machine."""
    return {point.name: point.load() for point in plugins("zoo.fronts").values()}


def choose(name: str | None, path: Path, data: bytes) -> tuple[str, Front]:
    """The front for an image: the one named, or the first that recognises it, or its name."""
    installed = fronts()
    if name is not None:
        if name not in installed:
            known = ", ".join(sorted(installed))
            raise click.BadParameter(f"no machine is called {name!r}; there are: {known}")
        return name, installed[name]
    for known, front in installed.items():
        if front.recognises(data):
            return known, front
    for known, front in installed.items():
        if path.suffix.lower() in front.suffixes:
            return known, front
    raise click.UsageError(
        f"{path}: none of the machines ({', '.join(sorted(installed))}) knows this kind of file; "
        "--machine NAME makes one try"
    )


def _for_folders(name: str | None, path: Path) -> tuple[str, Front]:
    """The front for a folder: the one named, or the first that takes folders."""
    candidates = [choose(name, path, b"")] if name is not None else fronts().items()
    for known, front in candidates:
        if isinstance(front, TakesFolders):
            return known, front
    raise click.UsageError(f"{path} is a folder, and no image")


def read(path: Path) -> bytes:
    """The bytes of an image; an error of the command line if it can't be read."""
    try:
        if path.stat().st_size > 1 << 26:
            raise click.UsageError(f"{path} is too large to be an image: over 64 MiB")
        return path.read_bytes()
    except OSError as error:
        raise click.UsageError(f"{path} can't be read: {error.strerror}") from error


def image_options() -> list[click.Parameter]:
    """The parameters of every command that runs an image, and all the fronts' options."""
    common: list[click.Parameter] = [
        click.Argument(["image"], required=False, type=click.Path(path_type=Path)),
        click.Argument(["arguments"], nargs=-1),
        click.Option(["--machine"], metavar="NAME", help="The machine, if it can't be guessed."),
        click.Option(
            ["--engine"],
            type=click.Choice(ENGINES),
            default="auto",
            help="interp starts at once, jit is fast, auto changes from one to the other.",
        ),
        click.Option(
            ["--budget"],
            type=click.IntRange(min=0),
            metavar="N",
            help="Stop after N instructions, with exit code 4.",
        ),
        click.Option(["--stats"], is_flag=True, help="End with one JSON object on standard error."),
        click.Option(
            ["--record"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Keep what comes in (lines, keys, files, seeds) in FILE.",
        ),
        click.Option(
            ["--replay"],
            type=click.Path(path_type=Path, exists=True),
            metavar="FILE",
            help="Take what comes in from a FILE that --record made.",
        ),
    ]
    return [*common, *(option for front in fronts().values() for option in front.options)]


def request(
    values: dict[str, Any], *, folders: bool = False
) -> tuple[Front, Request, dict[str, Any]]:
    """From a command's parameters: the front, the request, and the front's own options. folders:
    the image may be a folder, for a front that TakesFolders."""
    path, machine = values.pop("image"), values.pop("machine")
    if path is None:
        owner, path = _by_option(values)
        machine = machine or owner
    if folders and path.is_dir():
        data = b""
        name, front = _for_folders(machine, path)
    else:
        data = read(path)
        name, front = choose(machine, path, data)
    names = ("engine", "budget", "stats", "record", "replay", "arguments")
    common = {name: values.pop(name) for name in names}
    common |= {name: values.get(name) for name in ("sample", "cast")}  # of one command each
    own = {option.name: values[option.name] for option in front.options if option.name}
    _refuse_others(name, own)
    return front, Request(path, data, **common), own


def _by_option(values: Mapping[str, Any]) -> tuple[str, Path]:
    """The machine whose option names a file, and that file."""
    for name, front in fronts().items():
        if isinstance(front, RunsOptions) and (path := front.image(values)):
            return name, path
    raise click.UsageError("Missing argument 'IMAGE'.")


def _refuse_others(machine: str, own: Container[str]) -> None:
    """Options of other machines' fronts are not passed over in silence."""
    context = click.get_current_context()
    for other in fronts().values():
        for option in other.options:
            if option.name and option.name not in own and _given(context, option.name):
                raise click.UsageError(f"{option.opts[0]} is not for the machine {machine}")


def _given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE
