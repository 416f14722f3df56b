"""`zoo play` of DOS programs, or of a disk: one at a time has the terminal, and all go on."""

from __future__ import annotations

import datetime
import json
import sys
import textwrap
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vm86.bios import screen
from vm86.monitor.keyboard import Keyboard, Typist, pc_key
from vm86.monitor.running import exit_code, picture, report, statistics
from vm86.monitor.scheduler import Scheduler
from vm86.monitor.tasks import Image, Task, names
from vm86.services import SPEED
from zoo.cli import EXIT_INTERRUPTED
from zoo.front import Request
from zoo.host import Host
from zoo.running import new_file

if TYPE_CHECKING:
    from vm86.monitor.view import Style
    from zoo.console import Console

PREFIX = "c-]"
MENU = " n next  x end it  q quit  p picture  b Ctrl-Break  ] Ctrl-]"
UNTHROTTLED = 1_000_000_000  # instructions a second: no host executes as many
SLOWEST, FASTEST = 1000, UNTHROTTLED  # what --speed may say
SHORTEST = 100  # instructions of a slice
STRETCH = 0.008  # seconds that a round of all tasks takes
BEHIND = 0.1  # seconds that tasks may make up for; later they have lost them
WORK = 0.016  # seconds between looks at the keyboard
FRAME = 1 / 30  # seconds between two frames


def play(request: Request, images: Sequence[Image], speed: str | None, png: Path | None) -> int:
    """Play the programs; the exit code. speed: what --speed says."""
    if request.record or request.replay:
        raise click.UsageError(
            "what is played here goes by the clock on the wall, so that what comes in is not all "
            "that it depends on: --record and --replay are for zoo run"
        )
    rate = _speed(speed)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("zoo play needs a terminal; in a script, `zoo run` does without one")
    try:
        from vm86.monitor.view import attributes
        from zoo.console import Abilities, Console
    except ImportError as error:  # Windows has neither termios nor curses
        raise click.UsageError("there is no screen on this system yet; `zoo run` works") from error
    abilities = Abilities()
    if not abilities.full_screen:
        raise click.UsageError("this terminal can't place its cursor (see TERM); `zoo run` works")
    if png is not None and png.exists():
        raise click.UsageError(f"{png} exists: it is not overwritten")
    with ExitStack() as stack:
        tasks: list[Task] = []
        for name, image in zip(names(images), images, strict=True):
            services = image.services(Host())
            services.speed = rate
            services.epoch = datetime.datetime.now()
            services.console = Keyboard(services.task, services)
            task = Task(name, image, services, request.engine)
            stack.callback(task.close)
            tasks.append(task)
        console = Console(
            abilities,
            partial(attributes, abilities),
            new_file(request.cast, stack),
            signals=False,  # Ctrl-C is the program's
            wheel=False,
        )
        scheduler = Scheduler(tasks, request.budget)
        player = Player(console, scheduler, rate, Pictures(png))
        interrupted = False
        with console.opened():
            try:
                player.run()
            except KeyboardInterrupt:  # a signal from elsewhere
                interrupted = True
        for line in player.pictures.notes:
            click.echo(line, err=True)
        report(tasks)
        if request.stats:
            for task in tasks:
                click.echo(json.dumps(statistics(task)), err=True)
    return EXIT_INTERRUPTED if interrupted else exit_code(tasks, scheduler.left == 0)


def _speed(given: str | None) -> int:
    if given is None:
        return SPEED
    if given == "max":
        return UNTHROTTLED
    if not given.isdecimal() or not SLOWEST <= int(given) <= FASTEST:
        raise click.BadParameter(
            f"--speed {given}: it is instructions a second, from {SLOWEST} to {FASTEST}, or max"
        )
    return int(given)


class Pictures:
    """Pictures of screens: the first in the file, others in files with a number."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.notes: list[str] = []

    def save(self, task: Task) -> str:
        """Save what the task shows; what to say of it."""
        if self._path is None:
            return "no picture is saved: zoo play has to be given --png FILE"
        path, number = self._path, 1
        while path.exists():
            number += 1
            path = self._path.with_stem(f"{self._path.stem}-{number}")
        try:
            path.write_bytes(picture(task.services))
        except OSError as error:
            note = f"{path}: {error.strerror}"
        else:
            note = f"{path} shows {task.name}"
        self.notes.append(f"[{note}]")
        return note

    def save_last(self, task: Task) -> None:
        """Save the last frame of a task, if pictures are wanted."""
        if self._path is not None:
            self.save(task)


class Player:
    """Gives the terminal to one task at a time, and time to all: that on the wall.

    speed: instructions a second.
    """

    def __init__(
        self, console: Console[Style], scheduler: Scheduler, speed: int, pictures: Pictures
    ) -> None:
        self._console = console
        self._scheduler = scheduler
        self._speed = speed
        self.pictures = pictures
        self._shares = sum(task.share for task in scheduler.tasks)
        self._tasks = list(scheduler.tasks)  # those that have not been left
        self._typists = {
            task: Typist(task.services.task, task.services.ports.keyboard) for task in self._tasks
        }
        self._front = self._tasks[0]
        self._menu = False  # Ctrl-] was typed
        self._note = ""
        self._drawn: object = None  # what the screen that is shown depends on
        self._frame_at = 0.0  # when the next frame may be drawn
        self._late = False  # one was not, because it was too early
        self._rung = dict.fromkeys(self._tasks, 0)
        self._begun = time.monotonic()
        scheduler.slice = SHORTEST

    def run(self) -> None:
        """Until all tasks have been left."""
        while self._tasks:
            self._work()
            self._draw()
            key = self._console.key(self._rest())
            while key is not None and self._tasks:
                self._press(key)
                key = self._console.key(0)

    # Time

    def _wall(self) -> int:
        """What time it is, in instructions' worth."""
        return int((time.monotonic() - self._begun) * self._speed)

    def _work(self) -> None:
        """Let the tasks run until they are where the clock is, or it is time to look up."""
        scheduler = self._scheduler
        end = time.monotonic() + WORK
        while scheduler.alive and time.monotonic() < end:
            wall = self._wall()
            if scheduler.now > wall:
                break
            scheduler.now = max(scheduler.now, wall - int(BEHIND * self._speed))
            for task, typist in self._typists.items():
                if typist.go_on(scheduler.now, self._speed):
                    task.waiting = False
            begun = time.perf_counter()
            task = scheduler.turn()
            if task is None:
                scheduler.now = max(scheduler.now, min(wall, scheduler.wakes()))
                if scheduler.now == wall:
                    break
                continue
            if task.ended:
                self.pictures.save_last(task)
            self._adapt(task, time.perf_counter() - begun)

    def _adapt(self, task: Task, seconds: float) -> None:
        """Make slices so long that a round of all tasks takes STRETCH. How long an instruction
        takes depends on the engine, and on whether it is a string's."""
        if not task.waiting or seconds > STRETCH:
            rate = min(task.last / max(seconds, 1e-6), self._speed)
            self._scheduler.slice = max(SHORTEST, int(rate * STRETCH) // self._shares)

    def _rest(self) -> float | None:
        """How many seconds there is nothing to do, unless a key is pressed."""
        scheduler = self._scheduler
        waits: list[float] = []
        if self._late:
            waits.append(self._frame_at - time.monotonic())
        if scheduler.alive:
            ready = any(task.ready(scheduler.now) for task in scheduler.tasks)
            until = scheduler.now if ready else scheduler.wakes()
            waits.append((until - self._wall()) / self._speed)
        return max(0, min(waits)) if waits else None

    # Keys

    def _press(self, key: str) -> None:
        from zoo.console import CLOSED, RESIZED

        self._drawn = None
        self._frame_at = 0
        self._note = ""
        if key == RESIZED:
            self._console.forget()
        elif key == CLOSED:
            self._tasks.clear()
        elif self._menu:
            self._menu = False
            self._choose(key)
        elif key == PREFIX:
            self._menu = True
        elif not self._scheduler.alive or self._front.ended:
            self._leave(self._front)
        else:
            self._typists[self._front].type(pc_key(key))

    def _choose(self, key: str) -> None:
        """A key after Ctrl-]."""
        if key.isdecimal() and 0 < int(key) <= len(self._tasks):
            self._front = self._tasks[int(key) - 1]
        elif key in ("n", "c-i"):
            self._front = self._tasks[(self._tasks.index(self._front) + 1) % len(self._tasks)]
        elif key == "x":
            self._end(self._front)
            self._leave(self._front)
        elif key == "q":
            for task in self._tasks:
                self._end(task)
            self._tasks.clear()
        elif key == "p":
            self._note = self.pictures.save(self._front)
        elif key == "b":
            self._typists[self._front].type("break")
        elif key in ("]", PREFIX):
            self._typists[self._front].type("ctrl-]")

    def _end(self, task: Task) -> None:
        if not task.ended:
            self.pictures.save_last(task)
            task.end()

    def _leave(self, task: Task) -> None:
        """Show it no more."""
        place = self._tasks.index(task)
        self._tasks.remove(task)
        if self._tasks:
            self._front = self._tasks[place % len(self._tasks)]

    # The screen

    def _draw(self) -> None:
        from vm86.monitor.view import frame, with_lines

        begun = time.monotonic()
        self._late = begun < self._frame_at
        if self._late:
            return
        services, lines = self._front.services, self._lines()
        if services.bios.video.bells != self._rung[self._front]:
            self._rung[self._front] = services.bios.video.bells
            self._console.bell()
        adapter = services.ports.adapter
        columns, rows = self._console.size
        state = (screen.shown(services.task, adapter), self._front, lines, columns, rows)
        if state == self._drawn:
            return
        self._drawn = state
        shown = frame(services.task, adapter, columns, rows)
        self._console.draw(*(with_lines(shown, lines) if lines else shown))
        now = time.monotonic()
        self._frame_at = now + max(FRAME, now - begun)  # drawing takes half of the time at most

    def _lines(self) -> list[str]:
        """What the monitor has to say, in the last rows."""
        task = self._front
        if self._menu:
            names = [f"{k} {_called(one, one is task)}" for k, one in enumerate(self._tasks, 1)]
            return [f" {'  '.join(names)}", MENU]
        return [
            f" {line}" for line in textwrap.wrap(self._message(), max(self._console.size[0] - 2, 1))
        ]

    def _message(self) -> str:
        task = self._front
        if self._note:
            return self._note
        if task.failure is not None:
            return f"{task.name} failed: {task.failure}; press any key"
        if task.ended:
            return f"{task.name} has ended, exit code {task.exit_code}; press any key"
        if not self._scheduler.alive:
            return "the budget is used up; press any key"
        return ""


def _called(task: Task, shown: bool) -> str:
    """A task in the menu."""
    state = " (failed)" if task.failure is not None else " (ended)" if task.ended else ""
    return f"{task.name}{'*' if shown else ''}{state}"
