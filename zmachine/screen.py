"""The screen of section 8 as a model: two windows fed with events, read as rows of cells.

It knows nothing of terminals. The lower window is kept as paragraphs, so that it can be wrapped
anew for any width and scrolled back; the upper one is a grid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from zmachine.cells import (
    DEFAULT,
    INPUT_STYLE,
    NOTE_STYLE,
    PLAIN,
    STATUS_STYLE,
    Cell,
    Row,
    Style,
    cell,
    cells_of,
    put,
    shown,
    wrap,
)
from zoo.host import Event

MOST_PARAGRAPHS = 10_000
MOST_COLUMNS = 255


@dataclass
class Paragraph:
    """The cells between two new lines, and where they break at the width last asked for."""

    cells: Row = field(default_factory=list[Cell])
    _broken: tuple[int, int, list[tuple[int, int]]] = (0, -1, [])

    def rows(self, width: int) -> list[tuple[int, int]]:
        if self._broken[:2] != (width, len(self.cells)):
            self._broken = (width, len(self.cells), wrap(self.cells, width))
        return self._broken[2]


class Lower:
    """The lower window: all its text, of which the screen shows an end.

    page: the first paragraph since it was last erased. read: the paragraph and the cell up to
    which the person has seen it.
    """

    def __init__(self) -> None:
        self.paragraphs = [Paragraph()]
        self.page = 0
        self.read = (0, 0)

    @property
    def last(self) -> Row:
        return self.paragraphs[-1].cells

    @property
    def text(self) -> str:
        """The last, unfinished line: the prompt."""
        return "".join(char for char, _ in self.last)

    def put(self, text: str, style: Style) -> None:
        for char in text:
            if char == "\n":
                self._add(Paragraph(), len(self.paragraphs))
            else:
                put(self.last, char, style)

    def note(self, text: str) -> None:
        """Lines of the zoo's own, above the unfinished one."""
        for line in text.split("\n"):
            self._add(Paragraph(cells_of(line, NOTE_STYLE)), len(self.paragraphs) - 1)

    def _add(self, paragraph: Paragraph, at: int) -> None:
        self.paragraphs.insert(at, paragraph)
        if self.read[0] >= at:
            self.read = (at, 0)
        if len(self.paragraphs) > MOST_PARAGRAPHS:
            cut = MOST_PARAGRAPHS // 10
            del self.paragraphs[:cut]
            self.page = max(self.page - cut, 0)
            self.read = (self.read[0] - cut, self.read[1]) if self.read[0] >= cut else (0, 0)

    def erase(self) -> None:
        if self.last:
            self._add(Paragraph(), len(self.paragraphs))
        self.page = len(self.paragraphs) - 1
        self.see()

    def see(self) -> None:
        """All that is there has been read."""
        self.read = (len(self.paragraphs) - 1, len(self.last))

    def unread(self, width: int) -> int:
        """Rows after the one that was the last when it was read."""
        first, at = self.read
        rows = sum(len(p.rows(width)) for p in self.paragraphs[first:])
        before = sum(1 for start, _ in self.paragraphs[first].rows(width) if start <= at)
        return rows - max(before, 1)

    def see_rows(self, width: int, count: int) -> None:
        """`count` rows more have been read."""
        first, at = self.read
        spans = [(k, s) for k in range(first, len(self.paragraphs)) for s in self._starts(k, width)]
        now = max(sum(1 for k, s in spans if (k, s) <= (first, at)) - 1, 0)
        self.read = spans[min(now + count, len(spans) - 1)]

    def _starts(self, k: int, width: int) -> list[int]:
        return [start for start, _ in self.paragraphs[k].rows(width)]

    def rows(self, width: int, height: int, hidden: int) -> list[Row]:
        """The last `height` rows above the `hidden` last ones. Only where some are hidden, what
        was erased is shown, too."""
        found: list[Row] = []
        first = 0 if hidden else self.page
        for paragraph in reversed(self.paragraphs[first:]):
            cells = paragraph.cells
            found += [cells[start:end] for start, end in reversed(paragraph.rows(width))]
            if len(found) >= height + hidden:
                break
        return found[hidden : height + hidden][::-1]

    def count(self, width: int) -> int:
        """How many rows there are in all."""
        return sum(len(p.rows(width)) for p in self.paragraphs)


@dataclass
class Upper:
    """The upper window: a grid whose first `split` rows are the window.

    Rows below that, of a quotation box for which the window was made higher for a moment, stay in
    sight until the person has answered; `drawn` is how many rows have been drawn on since.
    """

    grid: list[Row] = field(default_factory=list[Row])
    split: int = 0
    row: int = 0
    column: int = 0
    drawn: int = 0

    def put(self, text: str, style: Style, width: int, height: int) -> None:
        for char in text:
            if char == "\n":
                self.row, self.column = self.row + 1, 0
                continue
            char, columns = shown(char)
            if self.row < height and columns and self.column + columns <= width:
                cells = self._row(self.row)
                cells += [cell(" ", PLAIN)] * (self.column + columns - len(cells))
                cells[self.column] = cell(char, style)
                if columns == 2:
                    cells[self.column + 1] = cell("", style)
                self.drawn = max(self.drawn, self.row + 1)
            self.column += columns

    def _row(self, number: int) -> Row:
        while len(self.grid) <= number:
            self.grid.append([])
        return self.grid[number]

    def home(self) -> None:
        self.row = self.column = 0

    def erase(self, style: Style) -> None:
        blank = cell(" ", style._replace(bits=0))
        plain = blank == cell(" ", PLAIN)
        self.grid = [] if plain else [[blank] * MOST_COLUMNS for _ in range(self.split)]
        self.drawn = 0
        self.home()

    def erase_line(self, style: Style) -> None:
        cells = self._row(self.row)
        blank = cell(" ", style._replace(bits=0))
        cells += [cell(" ", PLAIN)] * (self.column - len(cells))
        cells[self.column :] = [blank] * max(MOST_COLUMNS - self.column, 0)

    def see(self) -> None:
        self.drawn = 0
        del self.grid[self.split :]

    @property
    def rows(self) -> int:
        """How many rows of the screen it takes."""
        return max(self.split, self.drawn)

    def copy(self) -> Upper:
        return replace(self, grid=[row[:] for row in self.grid])


@dataclass(frozen=True)
class Status:
    """What versions 1 to 3 show in their top line (8.2)."""

    place: str = ""
    first: int = 0
    second: int = 0
    is_time: bool = False

    def line(self, width: int) -> str:
        """The line, `width` columns wide; what has no room is shortened or left out (8.2.3.1)."""
        a, b = self.first, self.second
        if self.is_time:
            clock = f"{(a + 11) % 12 + 1}:{b:02} {'am' if a % 24 < 12 else 'pm'}"
            rights = [f"Time: {clock}", clock]
        else:
            rights = [f"Score: {a}  Moves: {b}", f"{a}/{b}"]
        place = " " + "".join(shown(char)[0] for char in self.place)
        # The first whose numbers leave the place its room, or at least eight columns.
        fits = (len(place), 8)
        right = next(
            (f" {right} " for k, right in enumerate(rights) if width - len(right) - 2 >= fits[k]),
            "",
        )
        room = width - len(right)
        if len(place) > room:
            place = place[: max(room - 1, 0)] + "…"
        return (place.ljust(room) + right)[:width]


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
