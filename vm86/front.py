"""The 386 on the command line. What is heavy is imported when a program runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from zoo.front import Request
from zoo.running import finish, logged

if TYPE_CHECKING:
    from vm86.dos.mount import Mount
    from vm86.services import Services
    from zoo.facts import Section
    from zoo.host import Event

OPTIONS = (
    click.Option(
        ["--mount"],
        multiple=True,
        metavar="X=DIR[:rw]",
        help="A folder as drive X, to read; with :rw to write, too. By default the program's own "
        "folder is C.",
    ),
    click.Option(
        ["--screen"],
        default="none",
        metavar="text|png:FILE|none",
        help="When the program has ended, print what is on its screen, or make a picture of it.",
    ),
)
JUMPS = (0xE9, 0xEB)


class Vm86Front:
    """Runs DOS programs."""

    options: Sequence[click.Option] = OPTIONS
    suffixes: Sequence[str] = (".com", ".exe")

    def recognises(self, data: bytes) -> bool:
        """An .EXE says so itself; a .COM may be anything, but mostly it begins with a jump."""
        return data[:2] in (b"MZ", b"ZM") or (data[:1] != b"" and data[0] in JUMPS)

    def run(self, request: Request, **options: Any) -> int:
        from vm86.dos.errors import Failure
        from vm86.machine import MACHINE
        from vm86.reset import power_on
        from vm86.services import Services
        from zoo.host import Host
        from zoo.session import Session

        class Streams(Host):
            def on_byte(self) -> int | None:
                return next(iter(source.read(1)), None)

            def show(self, events: Sequence[Event]) -> None:
                for event in events:
                    if event[0] == "bytes":
                        sink.write(event[1])
                sink.flush()

        source: BinaryIO = sys.stdin.buffer
        sink: BinaryIO = sys.stdout.buffer
        with ExitStack() as stack:
            guest = power_on(request.data)
            host = logged(stack, Streams(), request)
            services = Services(guest, host)
            dos = services.boot(mounts(options["mount"], request.path))
            stack.callback(dos.close)
            arguments = " ".join(request.arguments).encode("cp437", "replace")
            try:
                dos.load(request.data, dos_path(request.path), arguments)
            except Failure as failure:
                raise click.UsageError(
                    f"{request.path} can't be loaded: {failure}; is it a DOS program?"
                ) from failure
            screen = shown(options["screen"])
            session = Session(MACHINE, guest, services, request.engine)
            code = finish(session, request)
            screen(services)
        return code if dos.exit_code is None else dos.exit_code

    def play(self, request: Request, **options: Any) -> int:
        raise click.UsageError(
            "playing in the terminal is for stories yet; zoo run runs a DOS program"
        )

    def describe(self, path: Path, data: bytes) -> Sequence[Section]:
        """The header of an .EXE (`zoo info`)."""
        from vm86.info import sections

        return sections(data)


FRONT = Vm86Front()


def dos_path(path: Path) -> str:
    """Where a program that is given by its host's name is with DOS: C:\\NAME.EXT."""
    stem = "".join(c for c in path.stem.upper() if c.isalnum() or c in "_-")[:8] or "PROGRAM"
    suffix = ".EXE" if path.suffix.lower() == ".exe" else ".COM"
    return f"C:\\{stem}{suffix}"


def shown(wanted: str) -> Callable[[Services], None]:
    """What --screen does at the end."""
    from vm86.bios import png, screen

    def text(services: Services) -> None:
        click.echo(screen.text(services.task, services.ports.adapter).rstrip())

    def picture(services: Services) -> None:
        made = png.png(screen.picture(services.task, services.ports.adapter))
        try:
            Path(wanted.removeprefix("png:")).write_bytes(made)
        except OSError as error:
            raise click.UsageError(f"--screen {wanted}: {error.strerror}") from error

    if wanted.startswith("png:"):
        return picture
    if wanted == "text":
        return text
    if wanted != "none":
        raise click.BadParameter(f"--screen {wanted}: it is text, png:FILE or none")
    return lambda services: None


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
