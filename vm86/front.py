"""The 386 on the command line. What is heavy is imported when a program runs."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo.front import Request, read

if TYPE_CHECKING:
    from vm86.dos.diskmount import Images
    from vm86.dos.volume import Volume
    from vm86.monitor.tasks import Disk, Program
    from zoo.facts import Section

OPTIONS = (
    click.Option(
        ["--mount"],
        multiple=True,
        metavar="X=DIR[:rw]",
        help="A folder, or a disk's image, as drive X. With :rw programs can write to the folder, "
        "and what they write to the disk is kept. By default a program's own folder is C.",
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
    click.Option(
        ["--rom"],
        metavar="FILE@ADDRESS",
        help="run: instead of IMAGE, a ROM at a linear address, as F0000h, which the processor "
        "starts after a reset.",
    ),
    click.Option(
        ["--debug-port"],
        metavar="PORT",
        help="run, of a disk or a ROM: what is written to this port is text for standard output; "
        "E9h otherwise.",
    ),
    click.Option(
        ["--post-port"],
        metavar="PORT",
        help="run, of a disk or a ROM: what is written to this port is the code of a test, which "
        "is told on standard error; the last is to be FFh, or the exit code is 3.",
    ),
    click.Option(
        ["--dos"],
        default="3.30",
        metavar="VERSION",
        help="The version that DOS tells programs, some of which want their own: 2.0, say.",
    ),
)
JUMPS = (0xE9, 0xEB)
MOST_SHARES = 1000
SECTOR = 512
DISKETTES = (160, 180, 320, 360, 720, 1200, 1440, 2880)  # KiB
SIGNATURE = b"\x55\xaa"  # at the end of a disk's first sector


class Vm86Front:
    """Runs and plays DOS programs, disks that boot, and folders: those with the shell."""

    takes_folders = True
    options: Sequence[click.Option] = OPTIONS
    suffixes: Sequence[str] = (".com", ".exe", ".bat")

    def recognises(self, data: bytes) -> bool:
        """An .EXE says so itself, and a disk of whole sectors; a .COM may be anything, but mostly
        it begins with a jump."""
        is_disk = len(data) % SECTOR == 0 and (boots(data) or holds_files(data))
        if is_disk or data[:2] in (b"MZ", b"ZM"):
            return True
        return data[:1] != b"" and data[0] in JUMPS

    def run(self, request: Request, **options: Any) -> int:
        from vm86.monitor.running import run

        for name in ("speed", "png"):
            if options[name] is not None:
                raise click.UsageError(f"--{name} is for zoo play; zoo run has --screen")
        if options["rom"] is not None and request.path != self.image(options):
            raise click.UsageError(f"--rom is instead of an image, and there is {request.path}")
        if options["rom"] is not None or boots(request.data):
            return _bare(request, options)
        return run(request, programs(request, options), options["screen"])

    def image(self, options: Mapping[str, Any]) -> Path | None:
        """The ROM's file."""
        given = options["rom"]
        return None if given is None else Path(given.rpartition("@")[0] or given)

    def play(self, request: Request, **options: Any) -> int:
        from vm86.monitor.playing import play

        if options["screen"] != "none":
            raise click.UsageError("--screen is for zoo run; zoo play has --png")
        for name in ("rom", "debug_port", "post_port"):
            if options[name] is not None:
                raise click.UsageError(f"--{name.replace('_', '-')} is for zoo run")
        images = [_disk(request, options)] if boots(request.data) else programs(request, options)
        return play(request, images, options["speed"], options["png"])

    def describe(self, path: Path, data: bytes) -> Sequence[Section]:
        """The header of an .EXE (`zoo info`)."""
        from vm86.info import sections

        return sections(data)


FRONT = Vm86Front()


def boots(data: bytes) -> bool:
    """Whether these are sectors, the first of which can be booted, and no program."""
    return len(data) > SECTOR and data[:2] != b"MZ" and data[SECTOR - 2 : SECTOR] == SIGNATURE


def holds_files(data: bytes) -> bool:
    """Whether these seem to be a diskette's sectors, with a file allocation table in the second: it
    begins with the byte that tells the kind of disk, and two of FFh."""
    is_size = len(data) % 1024 == 0 and len(data) // 1024 in DISKETTES
    return is_size and data[SECTOR] >= 0xF0 and data[SECTOR + 1 : SECTOR + 3] == b"\xff\xff"


def _disk(request: Request, options: Mapping[str, Any]) -> Disk:
    from vm86.monitor.tasks import Disk

    _refuse_dos(request, options)
    return Disk(request.path, request.data)


def _refuse_dos(request: Request, options: Mapping[str, Any]) -> None:
    """Options that a machine without our DOS has no use for."""
    for name in ("mount", "also", "share"):
        if options[name]:
            raise click.UsageError(f"--{name} is for DOS programs, and {request.path} is none")


def _bare(request: Request, options: Mapping[str, Any]) -> int:
    from vm86.monitor.bare import run_bare

    _refuse_dos(request, options)
    rom = options["rom"]
    return run_bare(
        request,
        None if rom is None else _number("--rom", rom.rpartition("@")[2], 1 << 20),
        _number("--debug-port", options["debug_port"], 1 << 16),
        _number("--post-port", options["post_port"], 1 << 16),
        options["screen"],
    )


def _number(option: str, text: str | None, end: int) -> int | None:
    """A number in hexadecimal, as Intel writes it, less than `end`."""
    if text is None:
        return None
    try:
        number = int(text.lower().removesuffix("h").removeprefix("0x"), 16)
    except ValueError:
        number = -1
    if not 0 <= number < end:
        example = "FILE@F0000h" if option == "--rom" else "E9h"
        raise click.BadParameter(f"{option} {text}: it is hexadecimal, as in {example}")
    return number


def programs(request: Request, options: dict[str, Any]) -> list[Program]:
    """The program that was given, and those of --also, with their drives and shares."""
    from vm86.monitor.tasks import Program

    given = [(request.path, request.data, " ".join(request.arguments))]
    given += [_also(one) for one in options["also"]]
    shares = _shares(options["share"], len(given))
    dos = version(options["dos"])
    known: Images = {}
    return [
        Program(path, data, arguments, _drives(options["mount"], path, data, known), share, dos)
        for (path, data, arguments), share in zip(given, shares, strict=True)
    ]


def _drives(given: Sequence[str], path: Path, data: bytes, known: Images) -> list[Volume]:
    """Those of a program, or of the shell in a folder (C) or on a diskette (A)."""
    if holds_files(data):
        return mounts([f"A={path}", *given], None, known)
    folder = path.resolve()
    return mounts(given, folder if folder.is_dir() else folder.parent, known)


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
    return path, b"" if path.is_dir() else read(path), " ".join(arguments)


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


def version(text: str) -> tuple[int, int]:
    """Of DOS, its major and its minor number as 30h gives them: "3.3" is 3.30."""
    major, _, minor = text.partition(".")
    if not (major + minor).isdecimal() or not 1 <= int(major) <= 9 or len(minor) > 2:
        raise click.BadParameter(f"--dos {text}: a version is given as 3.30")
    return int(major), int(minor.ljust(2, "0"))


def mounts(given: Sequence[str], folder: Path | None, known: Images) -> list[Volume]:
    """The drives that --mount gives; the folder as C, if it gives no C. known: images that are open
    already (vm86.dos.diskmount.open_image)."""
    from vm86.dos.drives import parse_mount
    from vm86.dos.mount import Mount

    found: dict[str, Volume] = {}
    for one in given:
        try:
            mount = parse_mount(one, known)
        except OSError as error:
            raise click.BadParameter(f"--mount {one}: {error.strerror or error}") from error
        except ValueError as error:
            raise click.BadParameter(
                f"--mount {one}: {error}; it is given as C=DIR or C=DIR:rw, or with a disk's image"
            ) from error
        if mount.letter in found:
            raise click.BadParameter(f"--mount {one}: a drive is given once")
        found[mount.letter] = mount
    if folder is not None and "C" not in found:
        found["C"] = Mount("C", folder)
    return list(found.values())
