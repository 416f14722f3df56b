"""The 386 on the command line. What is heavy is imported when a program runs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.front import Request, read

if TYPE_CHECKING:
    from vm86.dos.mount import Mount
    from vm86.monitor.tasks import Program
    from zoo.facts import Section

OPTIONS = (
    click.Option(
        ["--mount"],
        multiple=True,
        metavar="X=DIR[:rw]",
        help="A folder as drive X, to read; with :rw to write, too. By default a program's own "
        "folder is C.",
    ),
    click.Option(
        ["--also"],
        multiple=True,
        metavar='"PROGRAM ARGUMENTS"',
        help="Another DOS program, as a task of its own beside IMAGE; it may be given again.",
    ),
    click.Option(
        ["--share"],
        metavar="N:N...",
        help="How the processor's time is shared, for IMAGE and each --also; otherwise equally.",
    ),
    click.Option(
        ["--screen"],
        default="none",
        metavar="text|png:FILE|none",
        help="run: at the end, print what is on each program's screen, or make a picture of it.",
    ),
    click.Option(
        ["--speed"],
        metavar="N|max",
        help="play: instructions a second, for all programs together; about 12 million otherwise.",
    ),
    click.Option(
        ["--png"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="play: a picture of the screen, at the end and whenever Ctrl-] p is typed.",
    ),
)
JUMPS = (0xE9, 0xEB)
MOST_SHARES = 1000


class Vm86Front:
    """Runs and plays DOS programs."""

    options: Sequence[click.Option] = OPTIONS

    def recognises(self, data: bytes) -> bool:
        """An .EXE says so itself; a .COM may be anything, but mostly it begins with a jump."""
        return data[:2] in (b"MZ", b"ZM") or (data[:1] != b"" and data[0] in JUMPS)

    def run(self, request: Request, **options: Any) -> int:
        from vm86.monitor.running import run

        for name in ("speed", "png"):
            if options[name] is not None:
                raise click.UsageError(f"--{name} is for zoo play; zoo run has --screen")
        return run(request, programs(request, options), options["screen"])

    def play(self, request: Request, **options: Any) -> int:
        from vm86.monitor.playing import play

        if options["screen"] != "none":
            raise click.UsageError("--screen is for zoo run; zoo play has --png")
        return play(request, programs(request, options), options["speed"], options["png"])

    def describe(self, path: Path, data: bytes) -> Sequence[Section]:
        """The header of an .EXE (`zoo info`)."""
        from vm86.info import sections

        return sections(data)


FRONT = Vm86Front()


def programs(request: Request, options: dict[str, Any]) -> list[Program]:
    """The program that was given, and those of --also, with their drives and shares."""
    from vm86.monitor.tasks import Program

    given = [(request.path, request.data, " ".join(request.arguments))]
    given += [_also(one) for one in options["also"]]
    shares = _shares(options["share"], len(given))
    return [
        Program(path, data, arguments, mounts(options["mount"], path), share)
        for (path, data, arguments), share in zip(given, shares, strict=True)
    ]


def _also(given: str) -> tuple[Path, bytes, str]:
    """A program's file and its arguments. Quotes keep spaces; a backslash is DOS's own."""
    words = shlex.shlex(given, posix=True, punctuation_chars=False)
    words.whitespace_split, words.escape, words.commenters = True, "", ""
    try:
        name, *arguments = words
    except ValueError as error:
        raise click.BadParameter(
            f'--also {given!r}: it is a program and its arguments, as in --also "prog.com A B"'
        ) from error
    path = Path(name)
    return path, read(path), " ".join(arguments)


def _shares(given: str | None, count: int) -> list[int]:
    if given is None:
        return [1] * count
    parts = given.split(":")
    if not all(part.isdecimal() and 0 < int(part) <= MOST_SHARES for part in parts):
        raise click.BadParameter(f"--share {given}: it is numbers from 1 to {MOST_SHARES}, as 3:1")
    if len(parts) != count:
        raise click.BadParameter(
            f"--share {given}: that is for {len(parts)} programs, and there are {count}; each "
            "program but the first is given with --also"
        )
    return [int(part) for part in parts]


def mounts(given: Sequence[str], program: Path) -> list[Mount]:
    """The drives that --mount gives; the program's folder as C, if it gives no C."""
    from vm86.dos.mount import Mount

    found: dict[str, Mount] = {}
    for one in given:
        letter, equals, folder = one.partition("=")
        writable = folder.endswith(":rw")
        try:
            mount = Mount(letter, folder.removesuffix(":rw"), writable=writable)
        except (OSError, ValueError) as error:
            raise click.BadParameter(
                f"--mount {one}: {error}; it is given as C=DIR or C=DIR:rw"
            ) from error
        if not equals or mount.letter in found:
            raise click.BadParameter(f"--mount {one}: a drive is given once, as C=DIR or C=DIR:rw")
        found[mount.letter] = mount
    if "C" not in found:
        found["C"] = Mount("C", program.resolve().parent)
    return list(found.values())
