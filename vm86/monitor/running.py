"""`zoo run` of DOS programs: one, or several at once, without a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

import click

from vm86.bios import png, screen
from vm86.monitor.scheduler import Scheduler
from vm86.monitor.tasks import Program, Task, names
from vm86.services import Services
from vm86.state import State
from vm86.supervise import exits
from zoo.cli import EXIT_BUDGET, EXIT_FAULT, EXIT_INTERRUPTED
from zoo.front import Request
from zoo.host import Event, Host
from zoo.running import logged
from zoo.sampling import Sampler

WAITS_IN_VAIN = "waits for a key, and standard input has ended"


class Stream(Host):
    """Standard input, a byte at a time, and standard output. source: None for no input."""

    def __init__(self, source: BinaryIO | None, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink

    def on_redirected(self) -> list[bool]:
        """Whether input and output are no terminal's."""
        terminals = [self._source is not None and self._source.isatty(), self._sink.isatty()]
        return [not terminal for terminal in terminals]

    def on_bytes(self, size: int) -> bytes:
        return b"" if self._source is None else self._source.read(size)

    def show(self, events: Sequence[Event]) -> None:
        for kind, data in events:
            if kind == "bytes":
                self.write(data)
            elif kind == "console":
                click.echo(data, nl=False, err=True)
        self._sink.flush()

    def write(self, data: bytes) -> None:
        self._sink.write(data)

    def finish(self) -> None:
        """No more will be shown."""


class Labelled(Stream):
    """Standard output that several tasks share: whole lines, each behind its task's name."""

    def __init__(self, source: BinaryIO | None, sink: BinaryIO, name: str) -> None:
        super().__init__(source, sink)
        self._label = f"{name}| ".encode()
        self._line = b""

    def write(self, data: bytes) -> None:
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            self._sink.write(self._label + line + b"\n")

    def finish(self) -> None:
        """Write the line that has not ended, too."""
        if self._line:
            self.write(b"\r\n")
            self._sink.flush()


def run(request: Request, programs: Sequence[Program], wanted: str) -> int:
    """Run the programs; the exit code. wanted: what --screen says."""
    show = shown(wanted)
    called = names(programs)
    width = max(map(len, called))
    sink = sys.stdout.buffer
    with ExitStack() as stack:
        tasks: list[Task] = []
        streams: list[Stream] = []
        for name, program in zip(called, programs, strict=True):
            source = None if tasks else sys.stdin.buffer
            if len(programs) == 1:
                stream = Stream(source, sink)
            else:
                stream = Labelled(source, sink, name.ljust(width))
            host = stream if tasks else logged(stack, stream, request)
            task = Task(name, program, program.services(host), request.engine)
            stack.callback(task.close)
            tasks.append(task)
            streams.append(stream)
        every = request.sample
        samplers = [] if every is None else [Sampler(task.session, every) for task in tasks]
        scheduler = Scheduler(tasks, request.budget)
        interrupted = False
        try:
            scheduler.run()
        except KeyboardInterrupt:
            interrupted = True
            click.echo("\n[interrupted]", err=True)
        for stream in streams:
            stream.finish()
        for sampler in samplers:
            sampler.finish()
        report(tasks)
        if request.stats:
            for k, task in enumerate(tasks):
                samples = {"samples": samplers[k].samples} if samplers else {}
                click.echo(json.dumps(statistics(task) | samples), err=True)
    for k, task in enumerate(tasks, 1):
        show(task.services, task.name, k if len(tasks) > 1 else None)
    return EXIT_INTERRUPTED if interrupted else exit_code(tasks, scheduler.left == 0)


def report(tasks: Sequence[Task]) -> None:
    """Close the tasks, and say which have failed, and why, and which would have waited for ever."""
    for task in tasks:
        task.close()
        for remark in task.remarks:
            click.echo(f"\n[{remark}]", err=True)
        if task.services.waits_in_vain:
            click.echo(f"\n[{task.name} {WAITS_IN_VAIN}]", err=True)
        if task.failure is not None:
            click.echo(f"\n[{task.name} failed: {task.failure}]", err=True)


def statistics(task: Task) -> dict[str, object]:
    """The figures of --stats; exits: how often the task came to the monitor, by reason."""
    return {
        **task.session.stats.as_json(),
        "program": task.name,
        "share": task.share,
        "exits": exits(cast(State, task.services.guest.state)),
    }


def exit_code(tasks: Sequence[Task], exhausted: bool) -> int:
    """Of all tasks together: that one has failed, that the budget is used up with one still
    running, or else the first program's."""
    if any(task.failure is not None for task in tasks):
        return EXIT_FAULT
    if exhausted and not all(task.ended for task in tasks):
        return EXIT_BUDGET
    return tasks[0].exit_code


def picture(services: Services) -> bytes:
    """A screen as a PNG file."""
    return png.png(screen.picture(services.task, services.ports.adapter))


def shown(wanted: str) -> Callable[[Services, str, int | None], None]:
    """What --screen does at the end, with each task's services, name and number; the number is None
    for one that is alone."""

    def text(services: Services, name: str, number: int | None) -> None:
        if number is not None:
            click.echo(f"--- {name} ---")
        click.echo(screen.text(services.task, services.ports.adapter).rstrip())

    def save(services: Services, name: str, number: int | None) -> None:
        path = Path(wanted.removeprefix("png:"))
        if number is not None:
            path = path.with_stem(f"{path.stem}-{number}")
        try:
            path.write_bytes(picture(services))
        except OSError as error:
            raise click.UsageError(f"--screen {wanted}: {error.strerror}") from error

    if wanted.startswith("png:") and wanted != "png:":
        return save
    if wanted == "text":
        return text
    if wanted != "none":
        raise click.BadParameter(f"--screen {wanted}: it is text, png:FILE or none")
    return lambda services, name, number: None
