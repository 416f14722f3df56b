"""What the fronts of machines have in common: running a session to its end, and logs of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from zoo.cli import EXIT_BUDGET, EXIT_FAULT, EXIT_INTERRUPTED
from zoo.front import Request

if TYPE_CHECKING:
    from zoo.host import Host
    from zoo.session import Session, Stop


def finish(
    session: Session, request: Request, ended: Callable[[Stop], int] = lambda stop: 0
) -> int:
    """Run the session to its end, and say how it ended; the exit code. ended: gives it for a guest
    that neither failed nor was interrupted."""
    from zoo.sampling import Sampler

    sampler = None if request.sample is None else Sampler(session, request.sample)
    stop: Stop | None = None
    try:
        stop = session.run(request.budget)
    except KeyboardInterrupt:
        click.echo(err=True)
    if sampler is None:
        return report(session, request, stop, ended)
    sampler.finish()
    return report(session, request, stop, ended, samples=sampler.samples)


def report(
    session: Session,
    request: Request,
    stop: Stop | None,
    ended: Callable[[Stop], int] = lambda stop: 0,
    **more: Any,
) -> int:
    """Say how a session ended, None: by Ctrl-C; the exit code. more: for the statistics."""
    from zoo import registers as r

    if stop is None:
        click.echo("[interrupted]", err=True)
        code = EXIT_INTERRUPTED
    elif stop.reason == r.FAULT:
        click.echo(f"\n[the {session.machine.noun} failed at {stop.pc:#x}: {stop.text}]", err=True)
        code = EXIT_FAULT
    else:
        code = EXIT_BUDGET if stop.reason == r.BUDGET else ended(stop)
    if request.stats:
        click.echo(json.dumps({**session.stats.as_json(), **more}), err=True)
    return code


def recorded(stack: ExitStack, host: Host, request: Request) -> tuple[Host, IO[str] | None]:
    """The host, with --record between it and the guest; and the file that it is recorded in."""
    from zoo.host import Recorder

    if not request.record:
        return host, None
    try:
        file = stack.enter_context(request.record.open("x", encoding="utf-8"))
    except FileExistsError as error:
        raise click.UsageError(f"{request.record} exists: it is not overwritten") from error
    except OSError as error:
        raise click.UsageError(f"{request.record}: {error.strerror}") from error
    return Recorder(host, file), file


def logged(stack: ExitStack, host: Host, request: Request) -> Host:
    """The host, with --record and --replay between it and the guest."""
    from zoo.host import Replayer

    if request.replay:
        host = Replayer(host, iter(stack.enter_context(request.replay.open(encoding="utf-8"))))
    return recorded(stack, host, request)[0]


def new_file(path: Path | None, stack: ExitStack) -> IO[str] | None:
    """A file to write to; one that exists is only replaced when the person says so."""
    if path is None:
        return None
    if path.exists() and not (
        sys.stdin.isatty() and click.confirm(f"{path} exists. Replace it?", err=True)
    ):
        raise click.UsageError(f"{path} exists: it is not overwritten")
    try:
        return stack.enter_context(path.open("w", encoding="utf-8"))
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from error
