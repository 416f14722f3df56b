"""Tasks: each a guest of its own, with its own megabyte, devices, BIOS and DOS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from vm86 import registers as r
from vm86.dos.errors import Failure
from vm86.dos.volume import Volume
from vm86.machine import MACHINE
from vm86.reset import power_on
from vm86.services import Services
from zoo import registers as z
from zoo.host import Host
from zoo.session import Session


@dataclass(frozen=True)
class Program:
    """What a task is to run. path: the file's, on the host, or a folder's for the shell. mounts:
    its drives. share: how many slices it gets for each of a task whose share is 1. version: DOS's.
    """

    path: Path
    data: bytes
    arguments: str
    mounts: Sequence[Volume]
    share: int = 1
    version: tuple[int, int] = (3, 30)


class Task:
    """A program that runs, stretch by stretch.

    waiting: until it is a key's or a device's turn, at the latest `wakes`. ended: it has, with
    `exit_code`, and where it failed, `failure` says why. last: what its last stretch executed.
    """

    def __init__(self, name: str, program: Program, services: Services, engine: str) -> None:
        """name: what it is called for a person. services: of a guest that is not booted yet."""
        self.name = name
        self.share = program.share
        self.services = services
        self.waiting = False
        self.wakes = 0
        self.last = 0
        self.ended = False
        self.failure: str | None = None
        self._dos = services.boot(program.mounts, program.version)
        services.on_wait = self._wait
        arguments = program.arguments.encode("cp437", "replace")
        try:
            if program.path.is_dir():
                self._dos.start_shell()
            else:
                self._dos.load(program.data, dos_path(program.path), arguments)
        except Failure as failure:
            self.close()
            raise click.UsageError(
                f"{program.path} can't be loaded: {failure}; is it a DOS program?"
            ) from failure
        self.session = Session(MACHINE, services.guest, services, engine)

    @property
    def exit_code(self) -> int:
        """The program's, 0 if it has given none."""
        return self._dos.exit_code or 0

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
            self.failure = f"{self.services.failure}, and the program has no handler for it"
        if self.failure is not None or (stop.reason in (z.HOST, z.HALT) and not self.waiting):
            self.end()

    def end(self) -> None:
        """It runs no more."""
        self.ended = True
        self.close()

    def close(self) -> None:
        """Close its files and mounts. What was written to disks is kept or forgotten now."""
        for mount in self._dos.drives.mounts.values():
            if mount.remark is not None:
                click.echo(f"\n[{mount.remark}]", err=True)
        try:
            self._dos.close()
        except OSError as error:
            raise click.UsageError(f"what was written to a disk can't be kept: {error}") from error

    def _wait(self) -> None:
        self.waiting = True
        self.wakes = self.services.passed() + self.services.due()


def new_services(program: Program, host: Host) -> Services:
    """The services of a new guest for a program."""
    return Services(power_on(program.data), host)


def dos_path(path: Path) -> str:
    """Where a program that is given by its host's name is with DOS: C:\\NAME.EXT."""
    stem = "".join(c for c in path.stem.upper() if c.isalnum() or c in "_-")[:8] or "PROGRAM"
    suffix = ".EXE" if path.suffix.lower() == ".exe" else ".COM"
    return f"C:\\{stem}{suffix}"


def names(programs: Sequence[Program]) -> list[str]:
    """What the tasks are called: by their files, numbered where two have the same."""
    files = [program.path.name for program in programs]
    return [
        name if files.count(name) == 1 else f"{name}#{files[:k].count(name) + 1}"
        for k, name in enumerate(files)
    ]
