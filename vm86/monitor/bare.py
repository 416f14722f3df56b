"""`zoo run` of what needs no DOS of ours: a disk that is booted, or a ROM."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import BinaryIO, cast

import click

from vm86 import registers as r
from vm86.boot import boot, start_rom
from vm86.monitor.running import WAITS_IN_VAIN, Stream, shown
from vm86.services import Services
from vm86.state import State
from zoo.cli import EXIT_FAULT
from zoo.front import Request
from zoo.host import Event
from zoo.machine import ImageError
from zoo.running import finish, logged
from zoo.session import Session, Stop

PASSED = 0xFF  # the code with which a test says that it is over


class Bench(Stream):
    """Standard output has what is written to the port for debugging, standard error the codes of
    the power-on test, a line each. code: the last of these."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        super().__init__(source, sink)
        self.code: int | None = None

    def show(self, events: Sequence[Event]) -> None:
        super().show([("bytes", data) for kind, data in events if kind in ("bytes", "debug")])
        for kind, data in events:
            if kind == "post":
                self.code = data[0]
                click.echo(f"POST {self.code:02X}", err=True)


def run_bare(
    request: Request, rom: int | None, debug: int | None, post: int | None, screen: str
) -> int:
    """Boot the disk, or start the ROM that lies at address `rom`; the exit code. debug, post: the
    ports for text and for codes. screen: what --screen says."""
    show = shown(screen)
    with ExitStack() as stack:
        bench = Bench(sys.stdin.buffer, sys.stdout.buffer)
        host = logged(stack, bench, request)
        try:
            if rom is None:
                session = boot(request.data, host, request.engine)
            else:
                session = start_rom(request.data, rom, host, request.engine)
        except ImageError as error:
            raise click.UsageError(f"{request.path}: {error}") from error
        services = session.services
        assert isinstance(services, Services)
        if debug is not None:
            services.debug_port = debug
        services.post_port = post

        def ended(stop: Stop) -> int:
            failed = post is not None and bench.code != PASSED
            if rom is not None or failed:
                code = "" if bench.code is None else f" after POST {bench.code:02X}"
                click.echo(f"[{_where(session, stop)}{code}]", err=True)
            return EXIT_FAULT if failed else 0

        code = finish(session, request, ended)
        name = request.path.name
        if services.waits_in_vain:
            click.echo(f"\n[{name} {WAITS_IN_VAIN}]", err=True)
        if any(disk.written for disk in services.bios.disks.drives.values()):
            click.echo(f"\n[What was written to {name} is forgotten.]", err=True)
        show(services, request.path.name, None)
    return code


def _where(session: Session, stop: Stop) -> str:
    """Where the processor has stopped for good."""
    m = cast(State, session.guest.state)
    offset = stop.pc - m.r[r.ORIGIN]
    if stop.cause == r.IDLE:
        return f"halted at {m.r[r.SELECTOR + r.CS]:04X}:{offset - 1:04X}"
    return f"at the end of the input at {m.r[r.SELECTOR + r.CS]:04X}:{offset:04X}"
