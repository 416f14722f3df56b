"""Line input as function 0Ah does it: echo, backspace, and the keys that edit the last line.

The last line is the template. F1 takes its next character, F2 and a character those before it, F3
the rest; Del skips one, F4 and a character those before it; Ins lets typed characters not use
the template up; Esc starts again, F5 with what is typed as the template; F6 is Ctrl-Z. (MS-DOS 3.3
user's reference, chapter on editing keys.)
"""

from __future__ import annotations

from collections.abc import Callable

from vm86.dos.console import BACKSPACE, BELL, END_OF_FILE, LINE_FEED, RETURN, TAB

_ESCAPE = 27
_F1, _F2, _F3, _F4, _F5, _F6 = range(0x3B, 0x41)
_LEFT, _RIGHT, _INSERT, _DELETE = 0x4B, 0x4D, 0x52, 0x53
_TAB_STOPS = 8


class LineEditor:
    """A line that is being typed. `size`: characters that it can have, without the return.

    echo: writes bytes where what is typed shows. column: where on the screen the line begins.
    """

    def __init__(
        self, size: int, template: bytes, echo: Callable[[bytes], None], column: int = 0
    ) -> None:
        self.text = bytearray()
        self._size = size
        self._template = template
        self._echo = echo
        self._column = column
        self._position = 0  # in the template
        self._insert = False
        self._pending: Callable[[int], None] | None = None  # takes the next byte

    def key(self, byte: int) -> bool:
        """Take one byte of input. True: it was the return, and the line is done."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending(byte)
        elif byte == 0:
            self._pending = self._function_key
        elif byte == RETURN:
            self._echo(b"\r")
            return True
        elif byte == LINE_FEED:  # a new line on the screen only
            self._echo(b"\r\n")
        elif byte in (BACKSPACE, 127):
            self._backspace()
        elif byte == _ESCAPE:
            self._echo(b"\\\r\n")
            self._restart()
        else:
            self._typed(byte)
        return False

    def _function_key(self, code: int) -> None:
        if code in (_F1, _RIGHT):
            self._copy(self._position + 1)
        elif code == _F2:
            self._pending = lambda byte: self._copy(self._find(byte))
        elif code == _F3:
            self._copy(len(self._template))
        elif code == _F4:
            self._pending = self._skip_to
        elif code == _F5:
            self._template = bytes(self.text)
            self._echo(b"@\r\n")
            self._restart()
        elif code == _F6:
            self._typed(END_OF_FILE)
        elif code == _LEFT:
            self._backspace()
        elif code == _INSERT:
            self._insert = not self._insert
        elif code == _DELETE:
            self._position = min(self._position + 1, len(self._template))

    def _find(self, byte: int) -> int:
        """Where in the template this is next; not there: the present position."""
        place = self._template.find(byte, self._position + 1)
        return self._position if place < 0 else place

    def _skip_to(self, byte: int) -> None:
        self._position = self._find(byte)

    def _copy(self, end: int) -> None:
        """Take the template's characters before `end`."""
        for byte in self._template[self._position : end]:
            if self._add(byte):
                self._position += 1

    def _typed(self, byte: int) -> None:
        if self._add(byte) and not self._insert:
            self._position = min(self._position + 1, len(self._template))

    def _add(self, byte: int) -> bool:
        if len(self.text) >= self._size:
            self._echo(bytes([BELL]))
            return False
        self._echo(self._shown(byte, self._end()))
        self.text.append(byte)
        return True

    def _backspace(self) -> None:
        if not self.text:
            return
        byte = self.text.pop()
        self._position = max(self._position - 1, 0)
        self._echo(b"\b \b" * len(self._shown(byte, self._end())))

    def _restart(self) -> None:
        self.text.clear()
        self._position = 0
        self._insert = False
        self._column = 0

    def _end(self) -> int:
        """The column at which the line's text ends."""
        column = self._column
        for byte in self.text:
            column += len(self._shown(byte, column))
        return column

    def _shown(self, byte: int, column: int) -> bytes:
        if byte == TAB:
            return b" " * (_TAB_STOPS - column % _TAB_STOPS)
        if byte < 32:
            return bytes([ord("^"), byte + 64])
        return bytes([byte])
