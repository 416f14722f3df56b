"""The Z-machine on the command line. What is heavy is imported when a story runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from zoo.front import Request
from zoo.running import finish, logged

if TYPE_CHECKING:
    from zoo.facts import Section
    from zoo.host import Host
    from zoo.session import Session

# The options' defaults are those of zmachine.story.Options.
OPTIONS = (
    click.Option(
        ["--rng"],
        type=click.Choice(["zoo", "frotz"]),
        default="zoo",
        help="Which generator of random numbers.",
    ),
    click.Option(
        ["--seed"],
        type=click.IntRange(0, (1 << 48) - 1),
        metavar="N",
        help="The random seed; without it every run differs.",
    ),
    click.Option(
        ["--profile"],
        type=click.Choice(["zoo", "frotz"]),
        default="zoo",
        help="Whose header fields the story sees; frotz is dfrotz 2.54.",
    ),
    click.Option(
        ["--strict"],
        type=click.Choice(["ignore", "once", "report", "fatal"]),
        default="once",
        help="What to do when a story does something illegal.",
    ),
    click.Option(
        ["--undo"], type=click.IntRange(0, 10000), default=100, help="How many turns can be undone."
    ),
    click.Option(["--width"], type=click.IntRange(20, 255), metavar="N", help="Columns."),
    click.Option(["--height"], type=click.IntRange(3, 255), metavar="N", help="Lines."),
    click.Option(
        ["--saves"],
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Where saved games are kept; by default in your data folder, by story.",
    ),
    click.Option(["--plain"], is_flag=True, help="play: one stream of text, no screen."),
    click.Option(
        ["--echo/--no-echo"], default=True, help="run: print the commands as they are read."
    ),
    click.Option(
        ["--transcript"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="play: a transcript.",
    ),
)


class ZMachineFront:
    """Runs and plays story files."""

    options: Sequence[click.Option] = OPTIONS
    suffixes = ()

    def recognises(self, data: bytes) -> bool:
        known = len(data) >= 64 and 1 <= data[0] <= 8
        return known or (data[:4] == b"FORM" and data[8:12] == b"IFRS")

    def run(self, request: Request, **options: Any) -> int:
        from zmachine.commandfile import CommandFile
        from zmachine.plain import Plain
        from zmachine.saves import Saves

        source = sys.stdin
        echo = options["echo"] and not source.isatty()
        saves = Saves(options["saves"] or saves_folder(request), request.path.stem)
        seed = a_seed(options["seed"])
        with ExitStack() as stack:
            plain = Plain(saves, source, sys.stdout, seed=seed, echo=echo)
            host: Host = CommandFile(plain, saves)
            session = self.session(request, logged(stack, host, request), options)
            return finish(session, request)

    def play(self, request: Request, **options: Any) -> int:
        from zmachine.playing import play

        return play(self, request, options)

    def describe(self, path: Path, data: bytes) -> Sequence[Section]:
        """What the header says, and what a Blorb brings with it (`zoo info`)."""
        from zmachine.info import sections
        from zoo.machine import ImageError

        try:
            return sections(data, str(path))
        except ImageError as error:
            raise click.UsageError(str(error)) from error

    def rehearsal(self, request: Request, source: IO[str]) -> Session:
        """A session that takes its commands from `source`, shows nothing and leaves no files."""
        from zmachine.unattended import session
        from zoo.machine import ImageError

        try:
            return session(request, source)
        except ImageError as error:
            raise click.UsageError(str(error)) from error

    def session(self, request: Request, host: Host, options: dict[str, Any]) -> Session:
        """A session of the story, as the options say; raises UsageError if it is not one."""
        from zmachine.machine import MACHINE
        from zmachine.services import Services
        from zmachine.story import Options, load
        from zoo.machine import ImageError
        from zoo.session import Session

        chosen = Options(
            profile=options["profile"],
            rng=options["rng"],
            seed=_whole(host.ask("seed")),
            strict=options["strict"],
            undo=options["undo"],
            width=options["width"] or 80,
            height=options["height"] or 24,
            colours=options.get("colours", True),
        )
        try:
            guest = load(request.data, chosen, str(request.path))
        except ImageError as error:
            raise click.UsageError(str(error)) from error
        return Session(MACHINE, guest, Services(guest, host), request.engine)


FRONT = ZMachineFront()


def a_seed(given: int | None) -> int:
    return int.from_bytes(os.urandom(6), "big") if given is None else given


def _whole(answer: object) -> int:
    """The answer to a seed; a log may hold anything."""
    from zoo.host import ReplayError

    if not isinstance(answer, int):
        raise ReplayError("the log does not begin with a random seed")
    return answer


def saves_folder(request: Request) -> Path:
    from zmachine import blorb
    from zmachine.saves import default_folder

    try:
        data = blorb.story(request.data) if blorb.is_blorb(request.data) else request.data
        return default_folder(blorb.ifid(data))
    except blorb.BlorbError as error:
        raise click.UsageError(
            f"{request.path} is not a story file: {error}; zoo info tells what is in a file"
        ) from error
