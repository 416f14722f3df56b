"""`zoo run` of what needs no DOS of ours: a disk that is booted, or a ROM."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack

import click

from vm86.boot import boot, start_rom
from vm86.monitor.running import WAITS_IN_VAIN, Stream, shown
from vm86.services import Services
from zoo.front import Request
from zoo.host import Event
from zoo.machine import ImageError
from zoo.running import finish, logged

DEBUG_PORT = 0xE9


class Bench(Stream):
    """Standard output has what is written to the port for debugging, standard error the codes of
    the power-on test, a line each."""

    def show(self, events: Sequence[Event]) -> None:
        super().show(events)
        for kind, data in events:
            if kind == "debug":
                self.write(data)
            elif kind == "post":
                click.echo(f"POST {data[0]:02X}", err=True)
        self._sink.flush()


def run_bare(
    request: Request, rom: int | None, debug: int | None, post: int | None, screen: str
) -> int:
    """Boot the disk, or start the ROM that lies at address `rom`; the exit code. debug, post: the
    ports for text and for codes. screen: what --screen says."""
    show = shown(screen)
    with ExitStack() as stack:
        host = logged(stack, Bench(sys.stdin.buffer, sys.stdout.buffer), request)
        try:
            if rom is None:
                session = boot(request.data, host, request.engine)
            else:
                session = start_rom(request.data, rom, host, request.engine)
        except ImageError as error:
            raise click.UsageError(f"{request.path}: {error}") from error
        services = session.services
        assert isinstance(services, Services)
        services.debug_port = DEBUG_PORT if debug is None else debug
        services.post_port = post
        code = finish(session, request)
        name = request.path.name
        if services.waits_in_vain:
            click.echo(f"\n[{name} {WAITS_IN_VAIN}]", err=True)
        if any(disk.written for disk in services.bios.disks.drives.values()):
            click.echo(f"\n[What was written to {name} is forgotten.]", err=True)
        show(services, request.path.name, None)
    return code
