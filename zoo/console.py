"""The terminal as rows of cells and keys: the one place that writes to it.

Built on prompt_toolkit's input parser and output. Where the terminal's own signals stay on, Ctrl-C
and Ctrl-Z work whatever the program is doing; what they need is put back before they act.
"""

from __future__ import annotations

import contextlib
import curses
import json
import os
import select
import signal
import sys
import termios
import time
from collections.abc import Callable, Generator, Sequence
from typing import IO, TYPE_CHECKING, Any, Generic, TextIO, TypeVar, cast

from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.output.color_depth import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import Attrs

if TYPE_CHECKING:
    from types import FrameType

S = TypeVar("S")  # how a character looks
Row = Sequence[tuple[str, S]]  # a character two columns wide is followed by a cell of none

RESIZED = "resize"
CLOSED = "closed"
ESCAPE_DELAY = 0.1  # seconds after which an Esc is a key and not the beginning of one
WHEEL = {64: "wheel-up", 65: "wheel-down"}
MOST_STYLES = 1 << 15  # that are kept at once
# What prompt_toolkit lacks: function keys with Alt, as xterm sends them.
FUNCTION_KEYS = (*"PQRS", *(f"{k}~" for k in (15, 17, 18, 19, 20, 21, 23, 24)))
for _k, _end in enumerate(FUNCTION_KEYS, 1):
    _name = f"[1;3{_end}" if _k <= 4 else f"[{_end[:-1]};3~"
    ANSI_SEQUENCES.setdefault(f"\x1b{_name}", (Keys.Escape, Keys(f"f{_k}")))


class Abilities:
    """What the terminal can do, by its terminfo entry and the environment."""

    def __init__(self) -> None:
        colours, self.full_screen, self.italic = 8, True, True
        try:
            curses.setupterm()
            colours = curses.tigetnum("colors")
            self.full_screen = bool(curses.tigetstr("cup"))
            self.italic = bool(curses.tigetstr("sitm"))
        except curses.error:  # no such entry
            self.full_screen = os.environ.get("TERM", "dumb") not in ("dumb", "unknown", "")
        self.colours = colours >= 8 and not os.environ.get("NO_COLOR")
        if not self.colours:
            self.depth = ColorDepth.DEPTH_1_BIT
        elif os.environ.get("COLORTERM") in ("truecolor", "24bit"):
            self.depth = ColorDepth.DEPTH_24_BIT
        else:
            self.depth = ColorDepth.DEPTH_8_BIT if colours >= 256 else ColorDepth.DEPTH_4_BIT


class Cast:
    """An asciicast, version 2: what the terminal was sent, and when. A line is never half there."""

    def __init__(self, file: IO[str], columns: int, rows: int) -> None:
        self._file = file
        self._begun = time.monotonic()
        term = os.environ.get("TERM", "")
        self._line(
            {
                "version": 2,
                "width": columns,
                "height": rows,
                "timestamp": int(time.time()),
                "env": {"TERM": term},
            }
        )

    def event(self, kind: str, data: str) -> None:
        """kind: "o" for output, "r" for another size."""
        self._line([round(time.monotonic() - self._begun, 6), kind, data])

    def _line(self, value: Any) -> None:
        self._file.write(json.dumps(value) + "\n")
        self._file.flush()


class _Sink:
    """Standard output, and the asciicast beside it."""

    encoding = "utf-8"

    def __init__(self, file: TextIO, cast: Cast | None) -> None:
        self._file = file
        self._cast = cast

    def write(self, data: str) -> None:
        self._file.write(data)
        if self._cast:
            self._cast.event("o", data)

    def flush(self) -> None:
        self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()


class Console(Generic[S]):
    """The whole terminal, between `with` and its end; it is then as it was before.

    attributes: what a cell's style is in prompt_toolkit's terms. signals: whether the terminal
    turns keys into signals (Ctrl-C, Ctrl-Z). wheel: whether the mouse's wheel gives keys.

    A key is a character, or a name of prompt_toolkit's longer than that ("up", "c-l", "f1"), or
    wheel-up, wheel-down, RESIZED or CLOSED. A key with Alt has "a-" before its name where signals
    are off; where they are on, it is Esc and the key.
    """

    def __init__(
        self,
        abilities: Abilities,
        attributes: Callable[[S], Attrs],
        cast_file: IO[str] | None = None,
        *,
        signals: bool = True,
        wheel: bool = True,
    ) -> None:
        self._abilities = abilities
        self._attributes = attributes
        self._signals = signals
        self._wheel = wheel
        self._fd = sys.stdin.fileno()
        self._keys: list[str] = []
        self._escape: float | None = None  # when what may be the beginning of a key is one
        self._rows: Sequence[Row[S]] = []
        self._resized = False
        self._interrupted = False
        self._attrs: dict[S, Attrs] = {}
        self._input = Vt100Input(sys.stdin)
        columns, rows = self.size
        self._cast = Cast(cast_file, columns, rows) if cast_file else None
        self._output = self._new_output()

    def _new_output(self) -> Vt100_Output:
        sink = _Sink(sys.stdout, self._cast)
        return Vt100_Output(cast(TextIO, sink), lambda: None, enable_cpr=False)  # type: ignore[arg-type, return-value]

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        try:
            size = os.get_terminal_size(self._fd)
        except OSError:
            return 80, 24
        return size.columns or 80, size.lines or 24

    @contextlib.contextmanager
    def opened(self) -> Generator[Console[S]]:
        """Take the terminal, and give it back at the end, whatever ends it."""
        cast(Any, sys.stdout).reconfigure(errors="replace")
        self._before = termios.tcgetattr(self._fd)
        wake, waker = os.pipe()
        self._wake = wake
        for end in (wake, waker):
            os.set_blocking(end, False)
        handlers: dict[int, Callable[[int, FrameType | None], None]] = {
            signal.SIGWINCH: self._on_resize,
            signal.SIGTSTP: self._on_suspend,
            signal.SIGTERM: _leave,
            signal.SIGHUP: _leave,
            signal.SIGINT: self._on_interrupt,
        }
        old = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        old_waker = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        try:
            self._take()
            yield self
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one comes too late
            self._give_back()
            signal.set_wakeup_fd(old_waker)
            for number, handler in old.items():
                signal.signal(number, handler)
            os.close(wake)
            os.close(waker)

    def _take(self) -> None:
        mode = termios.tcgetattr(self._fd)
        mode[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
        mode[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        if not self._signals:
            mode[3] &= ~termios.ISIG
        mode[6][termios.VMIN] = 1
        mode[6][termios.VTIME] = 0
        mode[6][termios.VQUIT] = b"\0"
        termios.tcsetattr(self._fd, termios.TCSADRAIN, mode)
        out = self._output
        out.enter_alternate_screen()
        out.disable_autowrap()
        if self._wheel:  # the mouse's buttons, of which the wheel is two
            out.write_raw("\x1b[?1000h\x1b[?1006h")
        out.flush()
        self._rows = []

    def _give_back(self) -> None:
        out = self._output
        if self._wheel:
            out.write_raw("\x1b[?1006l\x1b[?1000l")
        out.enable_autowrap()
        out.reset_attributes()
        out.quit_alternate_screen()
        out.write_raw("\x1b[?25h")  # show_cursor relies on what a signal may have kept from us
        with contextlib.suppress(OSError):  # who watched may have gone
            out.flush()
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)

    def _on_resize(self, number: int, frame: FrameType | None) -> None:
        self._resized = True

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        # What it meets may swallow the exception (a weak reference's callback does): the next
        # wait for a key raises it again.
        self._interrupted = True
        raise KeyboardInterrupt

    def _on_suspend(self, number: int, frame: FrameType | None) -> None:
        self._give_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        # Here the program goes on when the shell lets it.
        signal.signal(signal.SIGTSTP, self._on_suspend)
        self._take()
        self._resized = True

    # Keys

    @property
    def pending(self) -> bool:
        """Whether a key has been pressed that was not asked for yet."""
        if not self._keys and select.select([self._fd], [], [], 0)[0]:
            self._read()
        return bool(self._keys)

    def key(self, seconds: float | None) -> str | None:
        """The next key, None when so many seconds are over."""
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            if self._interrupted:
                raise KeyboardInterrupt
            if self._resized:
                self._resized = False
                if self._cast:
                    self._cast.event("r", "{}x{}".format(*self.size))
                return RESIZED
            if self._keys:
                return self._keys.pop(0)
            now = time.monotonic()
            if self._escape is not None and now >= self._escape:
                self._escape = None
                self._take_keys(self._input.flush_keys())
                continue
            ends = [max(until - now, 0) for until in (end, self._escape) if until is not None]
            ready = select.select([self._fd, self._wake], [], [], min(ends, default=None))[0]
            if self._fd in ready:
                self._read()
            elif self._wake in ready:
                os.read(self._wake, 1024)
            elif end is not None and time.monotonic() >= end:
                return None

    def _read(self) -> None:
        self._take_keys(self._input.read_keys())
        self._escape = time.monotonic() + ESCAPE_DELAY
        if self._input.closed:
            self._keys.append(CLOSED)

    def _take_keys(self, presses: list[KeyPress]) -> None:
        """What came at once: an Esc with another key behind it is Alt."""
        alt = False
        for press in presses:
            if press.key == Keys.Vt100MouseEvent:
                name = _wheel(press.data)
                self._keys += [name] if name else []
                continue
            name = press.key.value if isinstance(press.key, Keys) else press.key
            if alt:
                self._keys[-1] = f"a-{name}"
            else:
                self._keys.append(name)
            alt = not alt and name == "escape" and not self._signals

    # Drawing

    def forget(self) -> None:
        """Draw everything next time: something else has written on the screen."""
        self._rows = []

    def draw(self, rows: Sequence[Row[S]], cursor: tuple[int, int] | None) -> None:
        """Show rows of cells; only those that differ are sent. cursor: row and column, if seen."""
        if len(self._attrs) > MOST_STYLES:  # prompt_toolkit, too, keeps all that it was ever given
            self._attrs = {}
            self._output = self._new_output()
        out = self._output
        out.hide_cursor()
        if len(self._rows) != len(rows):
            out.reset_attributes()
            out.erase_screen()
            self._rows = []
        for y, row in enumerate(rows):
            if not self._rows or self._rows[y] != row:
                out.cursor_goto(y + 1, 1)
                self._row(row)
        self._rows = rows
        out.reset_attributes()
        if cursor is not None:
            out.cursor_goto(cursor[0] + 1, cursor[1] + 1)
            out.show_cursor()
        out.flush()

    def _row(self, row: Row[S]) -> None:
        style: S | None = None
        text: list[str] = []
        for char, own in row:
            if own is not style and own != style:
                self._output.write("".join(text))
                text = []
                style = own
                attrs = self._attrs.get(own)
                if attrs is None:
                    attrs = self._attrs[own] = self._attributes(own)
                self._output.set_attributes(attrs, self._abilities.depth)
            text.append(char)
        self._output.write("".join(text))

    def bell(self) -> None:
        self._output.bell()


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _wheel(data: str) -> str | None:
    """Which way the wheel turned, of a mouse's report (ESC [ < button ; column ; row M)."""
    button = data[3:].split(";")[0]
    return WHEEL.get(int(button)) if data[:3] == "\x1b[<" and button.isdigit() else None
