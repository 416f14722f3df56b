"""Tasks: each a guest of its own, with its own megabyte, devices, BIOS and DOS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click

from vm86 import registers as r
from vm86.boot import disk_services
from vm86.dos import batch
from vm86.dos.batch import Batch
from vm86.dos.errors import DosError, Failure
from vm86.dos.shell import PROMPT, Orders
from vm86.dos.volume import Volume
from vm86.front import holds_files
from vm86.machine import MACHINE
from vm86.reset import power_on
from vm86.services import Services
from zoo import registers as z
from zoo.host import Host
from zoo.machine import ImageError
from zoo.session import Session

UNLOADABLE = {
    DosError.INVALID_FORMAT: "the header of its .EXE is damaged, or the file is cut short",
    DosError.INSUFFICIENT_MEMORY: "it is too large, or wants more memory than there is",
}


class Image(Protocol):
    """What a task is to run."""

    @property
    def path(self) -> Path:
        """The file's, on the host."""
        ...

    @property
    def share(self) -> int:
        """How many slices it gets for each of a task whose share is 1."""
        ...

    def services(self, host: Host) -> Services:
        """Those of a new guest, which is not started yet."""
        ...

    def start(self, services: Services) -> None:
        """Start it there. Raises UsageError: it is not what it should be."""
        ...


@dataclass(frozen=True)
class Program:
    """A program with DOS, or the shell: with a batch file, or if `path` is a folder's or a
    diskette's. arguments: the program's, or else a command. mounts: the drives. version: DOS's."""

    path: Path
    data: bytes
    arguments: str
    mounts: Sequence[Volume]
    share: int = 1
    version: tuple[int, int] = (3, 30)

    def services(self, host: Host) -> Services:
        return Services(power_on(self.data), host)

    def start(self, services: Services) -> None:
        dos = services.boot(self.mounts, self.version)
        try:
            if self.path.is_dir() or holds_files(self.data):
                command = self.arguments
                dos.start_shell(Orders(command, alone=True) if command else PROMPT)
            elif self.path.suffix.lower() == ".bat":
                words = [self.path.stem, *batch.arguments(self.arguments)]
                dos.start_shell(Orders(batch=Batch(self.data, words), alone=True))
            else:
                arguments = self.arguments.encode("cp437", "replace")
                dos.load(self.data, dos_path(self.path), arguments)
        except Failure as failure:
            dos.close()
            why = UNLOADABLE.get(failure.code, str(failure))
            raise click.UsageError(
                f"{self.path} can't be loaded: {why}; is it a DOS program?"
            ) from failure


@dataclass(frozen=True)
class Disk:
    """A diskette that is booted, without a DOS of ours."""

    path: Path
    data: bytes
    share: int = 1

    def services(self, host: Host) -> Services:
        try:
            return disk_services(self.data, host)
        except ImageError as error:
            raise click.UsageError(f"{self.path}: {error}") from error

    def start(self, services: Services) -> None:
        services.boot_disk(0)


class Task:
    """A program that runs, stretch by stretch.

    waiting: until it is a key's or a device's turn, at the latest `wakes`. ended: it has, with
    `exit_code`, and where it failed, `failure` says why. last: what its last stretch executed.
    remarks: what is to be said of its drives when it is closed.
    """

    def __init__(self, name: str, image: Image, services: Services, engine: str) -> None:
        """name: what it is called for a person. services: the image's, not started yet."""
        self.name = name
        self.share = image.share
        self.services = services
        self.waiting = False
        self.wakes = 0
        self.last = 0
        self.ended = False
        self.failure: str | None = None
        self.remarks: list[str] = []
        image.start(services)
        services.on_wait = self._wait
        self.session = Session(MACHINE, services.guest, services, engine)

    @property
    def exit_code(self) -> int:
        """The program's, 0 if it has given none."""
        dos = self.services.dos
        return dos.exit_code or 0 if dos is not None else 0

    def ready(self, now: int) -> bool:
        return not self.ended and (not self.waiting or now >= self.wakes)

    def run(self, budget: int, now: int) -> None:
        """Execute at most so many instructions. now: what time it is, in instructions' worth."""
        self.services.catch_up(now)
        self.waiting = False
        before = self.session.stats.instructions
        stop = self.session.run(budget, until=lambda: self.waiting)
        self.last = self.session.stats.instructions - before
        if stop.reason == z.FAULT:
            m = self.services.guest.state
            place = m.r[r.SELECTOR + r.CS], m.r[z.PC] - m.r[r.ORIGIN] & 0xFFFF
            self.failure = "{2} at {0:04X}:{1:04X}".format(*place, stop.text)
        elif self.services.failure is not None:
            self.failure = self.services.failure
        if self.failure is not None or (stop.reason in (z.HOST, z.HALT) and not self.waiting):
            self.end()

    def end(self) -> None:
        """It runs no more."""
        self.ended = True
        self.close()

    def close(self) -> None:
        """Close its files and mounts."""
        dos = self.services.dos
        if dos is None:
            if any(disk.written for disk in self.services.bios.disks.drives.values()):
                self.remarks = [f"What was written to {self.name} is forgotten."]
            return
        remarks = [mount.remark for mount in dos.drives.mounts.values()]
        self.remarks += [remark for remark in remarks if remark is not None]
        try:
            dos.close()
        except OSError as error:
            raise click.UsageError(f"what was written to a disk can't be kept: {error}") from error

    def _wait(self) -> None:
        self.waiting = True
        self.wakes = self.services.passed() + self.services.due()


def dos_path(path: Path) -> str:
    """Where a program that is given by its host's name is with DOS: C:\\NAME.EXT."""
    stem = "".join(c for c in path.stem.upper() if c.isalnum() or c in "_-")[:8] or "PROGRAM"
    suffix = ".EXE" if path.suffix.lower() == ".exe" else ".COM"
    return f"C:\\{stem}{suffix}"


def names(images: Sequence[Image]) -> list[str]:
    """What the tasks are called: by their files, numbered where two have the same."""
    files = [image.path.resolve().name for image in images]
    return [
        name if files.count(name) == 1 else f"{name}#{files[:k].count(name) + 1}"
        for k, name in enumerate(files)
    ]
