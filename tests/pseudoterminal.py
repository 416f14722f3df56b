"""`zoo play` in a pseudo-terminal, seen as a terminal would show it. Nothing waits for a time:
every step waits for what it expects to see."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pyte = pytest.importorskip("pyte")

PATIENCE = 60  # seconds: a slow machine may take its time

# The child makes the terminal its own, so that Ctrl-C and resizes reach it as signals.
MAKE_OWN = """
import fcntl, os, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from zoo.cli import main
main()
"""


class Terminal:
    """A terminal of `columns` by `rows`, and `zoo play` in it.

    folder: the home of who plays. start: the Python that is run.
    """

    def __init__(
        self,
        folder: Path,
        *arguments: str | Path,
        columns: int = 80,
        rows: int = 24,
        start: str = MAKE_OWN,
        **variables: str,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.sent = b""
        self.fd, slave = pty.openpty()
        self.size(columns, rows)
        self.mode = termios.tcgetattr(slave)
        self._slave = slave
        environment = os.environ | {
            "TERM": "xterm-256color",
            "PYTHONUNBUFFERED": "1",
            "PYTHONFAULTHANDLER": "1",
            "XDG_DATA_HOME": str(folder),
            "HOME": str(folder),
        }
        environment = {k: v for k, v in environment.items() if k not in ("NO_COLOR", "COLORTERM")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", start, "play", "--engine", "interp", *map(str, arguments)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment | variables,
        )

    def size(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def read(self) -> bool:
        """Take what has been sent; whether there was something."""
        if not select.select([self.fd], [], [], 0.05)[0]:
            return False
        data = os.read(self.fd, 65536)
        self.sent += data
        self._stream.feed(data)
        return True

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    def until(self, expected: Callable[[], bool]) -> None:
        """Wait until the screen is as expected."""
        end = time.monotonic() + PATIENCE
        while not expected():
            if time.monotonic() > end:
                pytest.fail("the screen never was as expected:\n" + "\n".join(self.lines))
            self.read()

    def sees(self, text: str) -> None:
        self.until(lambda: any(text in line for line in self.lines))

    def ends(self) -> int:
        """The exit code, once the program has ended."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if time.monotonic() > end:
                before = self.sent[-200:]
                self.process.send_signal(signal.SIGABRT)  # it shows where it is
                while self.read():
                    pass
                pytest.fail(f"it does not end: {before!r}\n" + "\n".join(self.lines))
            self.read()
        while self.read():
            pass
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.fd)
        os.close(self._slave)
