"""The console: what DOS needs of a keyboard and a screen, and how it writes on the screen."""

from __future__ import annotations

from typing import Protocol

BELL, BACKSPACE, TAB, LINE_FEED, RETURN = 7, 8, 9, 10, 13
CONTROL_C, CONTROL_S, END_OF_FILE = 3, 19, 26
_TAB_STOPS = 8


class Console(Protocol):
    def send(self, data: bytes) -> None:
        """Give these bytes, which were shown, to the host: characters of code page 437, and BEL,
        BS, LF, CR."""
        ...

    def show(self, data: bytes) -> None:
        """Show them on the task's screen."""
        ...

    def clear(self) -> None:
        """Clear the screen."""
        ...

    def key(self) -> int | None:
        """The next byte of input, 0..255, if there is one now. A key that is no character gives 0
        and then its scan code; Enter gives 13."""
        ...

    def ready(self) -> bool:
        """Whether `key` would give a byte."""
        ...

    def at_end(self) -> bool:
        """Whether input has ended: `key` gave its last byte, and no other can come."""
        ...

    def peek(self) -> int | None:
        """The character of the next key on the keyboard, which `key` then gives; None where there
        is none, or input does not come from there."""
        ...

    def forget(self) -> None:
        """Drop the keys that were typed ahead. Input that comes from a file stays."""
        ...


class Screen:
    """Writing in the way of the device CON: a tab becomes spaces up to the next of its columns."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.column = 0

    def write(self, data: bytes) -> None:
        self.write_raw(b"".join(map(self._shown, data)))

    def show(self, data: bytes) -> None:
        """Of what is given to the host otherwise."""
        self._console.show(b"".join(map(self._shown, data)))

    def note(self, data: bytes) -> None:
        """What has been shown without this: of control characters, line feeds and returns only."""
        _, returned, line = data.rpartition(bytes([RETURN]))
        column = 0 if returned else self.column
        self.column = column + len(line) - line.count(LINE_FEED)

    def clear(self) -> None:
        self.column = 0
        self._console.clear()

    def write_raw(self, data: bytes) -> None:
        if data:
            self._console.send(data)
            self._console.show(data)

    def _shown(self, byte: int) -> bytes:
        if byte == TAB:
            width = _TAB_STOPS - self.column % _TAB_STOPS
            self.column += width
            return b" " * width
        if byte == RETURN:
            self.column = 0
        elif byte == BACKSPACE:
            self.column = max(self.column - 1, 0)
        elif byte >= 32:
            self.column += 1
        return bytes([byte])
