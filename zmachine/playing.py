"""`zoo play` of a story: the terminal, or a stream of text, put together with everything around."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, cast

import click

from zmachine import registers as r
from zmachine.commandfile import CommandFile
from zmachine.front import a_seed, saves_folder
from zmachine.metacommands import NAMES, Elsewhere, Player
from zmachine.plain import Plain
from zmachine.saves import Saves
from zmachine.state import State
from zoo.front import Request
from zoo.host import Event, Host, Replayer
from zoo.registers import BUDGET, FAULT, HALT
from zoo.running import new_file, recorded, report

if TYPE_CHECKING:
    from zmachine.front import ZMachineFront
    from zoo.session import Session, Stop

ENDS = {
    HALT: "The story has ended",
    FAULT: "The story has failed",
    BUDGET: "The budget is used up",
}


def play(front: ZMachineFront, request: Request, options: dict[str, Any]) -> int:
    """Play a story; the exit code."""
    saves = Saves(options["saves"] or saves_folder(request), request.path.stem)
    seed = a_seed(options["seed"])
    with ExitStack() as stack:
        if options["plain"]:
            return _play_plain(front, request, options, saves, seed, stack)
        return _play_screen(front, request, options, saves, seed, stack)


def _play_plain(
    front: ZMachineFront,
    request: Request,
    options: dict[str, Any],
    saves: Saves,
    seed: int,
    stack: ExitStack,
) -> int:
    from zmachine.plain import Plain

    plain = Plain(saves, sys.stdin, sys.stdout, seed=seed)
    player = Player(plain, saves)
    session = _session(front, request, options, player, stack)
    try:
        stop = _run(session, request)
    except KeyboardInterrupt:
        click.echo(err=True)
        stop = None
    return report(session, request, stop)


def _play_screen(
    front: ZMachineFront,
    request: Request,
    options: dict[str, Any],
    saves: Saves,
    seed: int,
    stack: ExitStack,
) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError(
            "zoo play needs a terminal; use --plain for a stream of text, or `zoo run` in a script"
        )
    try:
        from zmachine.console import console as make_console
        from zoo.console import Abilities
    except ImportError as error:  # Windows has neither termios nor curses
        raise click.UsageError("there is no screen on this system yet; use --plain") from error
    from zmachine.story import Story
    from zmachine.terminal import Terminal
    from zoo.machine import ImageError

    abilities = Abilities()
    if not abilities.full_screen:
        raise click.UsageError("this terminal can't place its cursor (see TERM); use --plain")
    try:
        story = Story(request.data, str(request.path))
    except ImageError as error:
        raise click.UsageError(str(error)) from error
    console = make_console(abilities, new_file(request.cast, stack))
    # A log must not depend on the terminal: with one, a story sees 80 x 24 or what it is told to.
    fixed = request.record is not None or request.replay is not None
    columns, rows = (80, 24) if fixed else console.size
    options = {
        **options,
        "width": options["width"] or columns,
        "height": options["height"] or rows,
        "colours": fixed or abilities.colours,
    }

    def resized(width: int, height: int) -> None:
        if not fixed:
            resize(cast(State, session.guest.state), width, height)

    terminal = Terminal(console, story, saves, seed=seed, resized=resized, commands=NAMES)
    player = Player(terminal, saves, terminal.screen.keep)
    session = _session(front, request, options, player, stack)
    with console.opened():
        try:
            stop = _run(session, request)
            if stop.reason in ENDS:
                terminal.wait(ENDS[stop.reason])
        except KeyboardInterrupt:
            stop = None
    return report(session, request, stop)


def _session(
    front: ZMachineFront,
    request: Request,
    options: dict[str, Any],
    player: Player,
    stack: ExitStack,
) -> Session:
    player.transcript_file = new_file(options["transcript"], stack)
    host: Host = CommandFile(player, player.saves)
    if request.replay:
        host = Watched(host, iter(stack.enter_context(request.replay.open(encoding="utf-8"))))
    host, player.log.file = recorded(stack, host, request)
    player.session = front.session(request, host, options)
    return player.session


def _run(session: Session, request: Request) -> Stop:
    """Run to the end, from wherever the person goes."""
    while True:
        budget = request.budget
        try:
            left = None if budget is None else max(budget - session.stats.instructions, 0)
            return session.run(left)
        except Elsewhere:
            pass


class PlainPlay(Plain):
    """The story and the zoo's own notes as one stream of text."""

    def show(self, events: Sequence[Event]) -> None:
        for event in events:
            if event[0] == "note":
                self._sink.write(f"{event[1]}\n")
        super().show(events)


class Watched(Replayer):
    """A log that is replayed on a screen, with what was typed; the person goes on from its end."""

    def __init__(self, host: Host, lines: Iterator[str]) -> None:
        super().__init__(host, lines)
        self._live = False

    def ask(self, kind: str, **details: Any) -> Any:
        answer = None if self._live else super().ask(kind, **details)
        if kind in ("line", "key") and answer is None:
            self._live = True
        if self._live:
            return self._host.ask(kind, **details)
        if kind == "line" and answer is not None:
            self._host.show([("typed", *answer)])
        return answer


def resize(m: State, width: int, height: int) -> None:
    """Tell the story of another screen (8.4): in characters and, where a unit is one, in units."""
    m.r[r.WIDTH], m.r[r.HEIGHT] = width, height
    if m.r[r.VERSION] >= 4:
        m.mem[0x20], m.mem[0x21] = min(height, 255), min(width, 255)
    if m.r[r.VERSION] >= 5:
        m.mem[0x22], m.mem[0x23] = width >> 8 & 0xFF, width & 0xFF
        m.mem[0x24], m.mem[0x25] = height >> 8 & 0xFF, height & 0xFF
    if any(m.code[0x20:0x26]):
        m.r[r.CHANGED] = -1
