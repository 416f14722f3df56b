"""What the screen of section 8 is made of: the lower window, the upper window, the status line.

The lower window is kept as paragraphs, so that it can be wrapped anew for any width and scrolled
back; the upper one is a grid.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from zmachine.cells import NOTE_STYLE, PLAIN, Cell, Row, Style, cell, cells_of, put, shown, wrap

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
