"""The screen of section 8 as a model: two windows fed with events, read as rows of cells.

It knows nothing of terminals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zmachine.cells import (
    DEFAULT,
    INPUT_STYLE,
    PLAIN,
    STATUS_STYLE,
    Cell,
    Row,
    Style,
    cell,
    cells_of,
)
from zmachine.panes import MOST_COLUMNS, Lower, Paragraph, Status, Upper
from zoo.host import Event


@dataclass(frozen=True)
class Frame:
    """What a terminal shows: `height` rows of `width` cells, and where the cursor is."""

    rows: list[Row]
    cursor: tuple[int, int]


@dataclass
class Kept:
    """What `Screen.keep` remembers: all but the lower window's text."""

    upper: Upper
    status: Status
    style: Style
    window: int


class Screen:
    """The screen of one story. hidden: how many of the last rows are scrolled out of sight."""

    def __init__(self, version: int, width: int, height: int) -> None:
        self.version = version
        self.width = width
        self.height = height
        self.lower = Lower()
        self.upper = Upper()
        self.status = Status()
        self.style = PLAIN
        self.window = 0
        self.hidden = 0
        self._paper = PLAIN
        self._muted = False
        self._place: list[str] | None = None

    # Events

    def feed(self, events: Iterable[Event]) -> None:
        """Take what the story, or the zoo ("typed", "note", "screen"), shows."""
        for event in events:
            match event:
                case ("text", str(text)):
                    self._text(text)
                case ("window", window):
                    self.window = 1 if window == 1 else 0
                    if self.window:
                        self.upper.home()  # 8.7.2
                case ("split", lines):
                    self._split(lines)
                case ("erase_window", window):
                    self._erase(window)
                case ("erase_line", *_) if self.window:
                    self.upper.erase_line(self.style)
                case ("cursor", row, column) if self.window:
                    self.upper.row = min(row, MOST_COLUMNS) - 1
                    self.upper.column = min(column, MOST_COLUMNS) - 1
                case ("style", bits):
                    # Styles add up until Roman ends them all (15, set_text_style).
                    self.style = self.style._replace(bits=self.style.bits | bits if bits else 0)
                case ("colour", foreground, background):
                    self._colour(_standard(foreground), _standard(background))
                case ("true_colour", foreground, background):
                    self._colour(_true(foreground), _true(background))
                case ("buffer", flag):
                    self.style = self.style._replace(buffered=bool(flag))
                case ("stream", 1 | -1 as stream):
                    self._muted = stream < 0
                case ("status",):
                    self._place = []
                case ("status_end", first, second, is_time):
                    self.status = Status("".join(self._place or ()), first, second, bool(is_time))
                    self._place = None
                case ("typed", str(text), terminator):
                    self.echo(text, terminator == 13)
                    self.see()
                case ("note" | "problem", str(text)):
                    self.lower.note(f"[{text}]" if event[0] == "problem" else text)
                case ("screen", Kept() as kept):
                    self._put_back(kept)
                case _:
                    pass

    def _text(self, text: str) -> None:
        if self._place is not None:
            self._place.append(text)
        elif self._muted:
            pass
        elif self.window:
            self.upper.put(text, self.style, self.width, self.height)
        else:
            self.lower.put(text, self.style)

    def _split(self, lines: int) -> None:
        self.upper.split = min(lines, self.height)
        if self.version == 3:
            self.upper.erase(PLAIN)  # 8.6.1.1.2
        elif self.upper.row >= self.upper.split:
            self.upper.home()  # 8.7.2.2

    def _erase(self, window: int) -> None:
        if window == -1:
            self.upper.split = 0
            self.window = 0
        if window in (1, -1, -2):
            self.upper.erase(self.style)
        if window in (0, -1, -2):
            self._paper = PLAIN._replace(background=self.style.background)
            self.lower.erase()

    def _colour(self, foreground: int | None, background: int | None) -> None:
        style = self.style
        self.style = style._replace(
            foreground=style.foreground if foreground is None else foreground,
            background=style.background if background is None else background,
        )

    # The person

    def echo(self, text: str, ended: bool) -> None:
        """What was typed stays on the screen; with `ended`, and a new line."""
        style = self.style._replace(bits=self.style.bits | INPUT_STYLE.bits)
        if self.window:
            self.upper.put(text, style, self.width, self.height)
        else:
            self.lower.put(text + "\n" * ended, style)

    def take(self, text: str) -> None:
        """Take back the end of the prompt, if it is this text: the person is going to edit it."""
        count = len(cells_of(text, PLAIN))
        cells = self.lower.last
        if not self.window and text and "".join(char for char, _ in cells[-count:]) == text:
            del cells[-count:]
        elif self.window:
            self.upper.column = max(self.upper.column - count, 0)

    def see(self) -> None:
        """The person has answered, and so has seen all that is there."""
        self.lower.see()
        self.upper.see()

    def resize(self, width: int, height: int) -> None:
        """The terminal has another size. The lower window is wrapped anew."""
        self.width, self.height = max(width, 1), max(height, 1)

    def keep(self) -> Kept:
        """All but the lower window's text, to be put back by the event "screen"."""
        return Kept(self.upper.copy(), self.status, self.style, self.window)

    def _put_back(self, kept: Kept) -> None:
        self.upper = kept.upper.copy()
        self.status, self.style, self.window = kept.status, kept.style, kept.window

    # What is seen

    @property
    def _bar(self) -> int:
        """Rows of the status line."""
        return 1 if self.version < 4 else 0

    def _rows(self, room: int) -> tuple[list[Row], int]:
        """The lower window in so many rows, and how many of them from the first have text.

        Versions up to 4 begin at the bottom (8.6.3.2, 8.7.3.2).
        """
        rows = self.lower.rows(self.width, room, self.hidden)
        blank = _empty(room - len(rows))
        if self.version < 5 or self.hidden:
            return blank + rows, room
        return rows + blank, len(rows)

    @property
    def top(self) -> int:
        """The first row of the lower window.

        A box that outgrew the upper window lies over the lower one, as long as it hides nothing
        that the person has not read, nor the prompt; otherwise the lower window begins below it.
        """
        top = min(self._bar + self.upper.split, self.height)
        box = self.upper.drawn - self.upper.split
        if box > 0 and not self.window:
            rows, end = self._rows(self.height - top)
            news = end - 1 - self.lower.unread(self.width)
            hides = any(char != " " for row in rows[max(news, 0) : box] for char, _ in row)
            if hides or end <= box:
                top = min(top + box, self.height)
        return top - 1 if top == self.height and self._has_text else top

    @property
    def _has_text(self) -> bool:
        return self.lower.page < len(self.lower.paragraphs) - 1 or bool(self.lower.last)

    @property
    def room(self) -> int:
        """The rows of the lower window."""
        return max(self.height - self.top, 0)

    @property
    def overflow(self) -> int:
        """How many unread rows do not fit below the last one that was read."""
        return max(self.lower.unread(self.width) + 1 - self.room, 0) if self.room > 1 else 0

    def scroll(self, rows: int) -> None:
        """Look `rows` further back, or forth."""
        most = max(self.lower.count(self.width) - self.room, 0)
        self.hidden = max(0, min(self.hidden + rows, most))

    def frame(self, typed: str = "", cursor: int = 0) -> Frame:
        """The screen with a line being typed at the prompt, its cursor at `cursor`."""
        style = self.style._replace(bits=self.style.bits | INPUT_STYLE.bits)
        cells, at = cells_of(typed, style), len(cells_of(typed[:cursor], style))
        if self.window:
            rows, _ = self._layout()
            y = min(self.upper.row + self._bar, self.height - 1)
            x = min(self.upper.column, self.width - 1)
            rows[y][x:] = (cells + rows[y][x + len(cells) :])[: self.width - x]
            return Frame(rows, (y, min(x + at, self.width - 1)))
        prompt = self.lower.paragraphs[-1]
        line = self.lower.paragraphs[-1] = Paragraph(prompt.cells + cells)
        rows, end = self._layout()
        self.lower.paragraphs[-1] = prompt
        at += len(prompt.cells)
        spans = line.rows(self.width)
        index = max((k for k, (start, _) in enumerate(spans) if start <= at), default=0)
        y = end - len(spans) + index
        return Frame(
            rows, (max(0, min(y, self.height - 1)), min(at - spans[index][0], self.width - 1))
        )

    def _layout(self) -> tuple[list[Row], int]:
        """All rows, and the row after the lower window's text."""
        top = self.top
        rows, end = self._rows(self.height - top)
        paper = cell(" ", self._paper)
        whole: list[Row] = [[] for _ in range(top)]
        whole += [_padded(row, self.width, paper) for row in rows]
        if self._bar:
            whole[0] = cells_of(self.status.line(self.width), STATUS_STYLE)
        blank = cell(" ", PLAIN)
        for k in range(min(max(self.upper.rows, top - self._bar), self.height - self._bar)):
            row = self.upper.grid[k] if k < len(self.upper.grid) else []
            if row or k < top - self._bar:
                whole[k + self._bar] = _padded(row, self.width, blank)
        whole[0] = whole[0][: self.width]
        return whole, top + end


def _empty(count: int) -> list[Row]:
    return [[] for _ in range(count)]


def _padded(row: Row, width: int, blank: Cell) -> Row:
    return row[:width] + [blank] * (width - len(row))


def _standard(number: int) -> int | None:
    """A colour of 8.3.1; None where it stays as it is."""
    return -number if 1 <= number <= 12 else None


def _true(number: int) -> int | None:
    """A true colour (15, set_true_colour)."""
    return number if number >= 0 else DEFAULT if number == -1 else None
