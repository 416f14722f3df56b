"""What is known of an image, as facts with a value for programs and words for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Fact:
    """One line. value: what JSON can hold; text: the same for people, str(value) if it is empty."""

    name: str
    value: Any
    text: str = ""

    @property
    def words(self) -> str:
        return printable(self.text or str(self.value))


@dataclass(frozen=True)
class Section:
    """Facts that belong together, under a title."""

    title: str
    facts: Sequence[Fact]


@runtime_checkable
class Describes(Protocol):
    """A machine's front (zoo.front) that can also say what is in an image."""

    def describe(self, path: Path, data: bytes) -> Sequence[Section]:
        """What the image's bytes say of themselves; a click.UsageError if they are no image."""
        ...


def printable(text: str) -> str:
    """The text without characters that would drive the terminal: an image can hold any."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{MIDDLE DOT}" for c in text)


def as_json(sections: Sequence[Section]) -> str:
    """The sections as one JSON object, whose members are objects of names and values."""
    whole = {s.title: {fact.name: fact.value for fact in s.facts} for s in sections}
    return json.dumps(whole, indent=2)


def show(sections: Sequence[Section], console: Console) -> None:
    """Print the sections: in columns on a terminal, one fact to a line elsewhere."""
    from rich.table import Table
    from rich.text import Text

    width = max((len(fact.name) for s in sections for fact in s.facts), default=0)
    for k, section in enumerate(sections):
        if k:
            console.print()
        console.print(Text(section.title, style="bold"))
        if console.is_terminal:
            grid = Table.grid(padding=(0, 2))
            grid.add_column(min_width=width, style="cyan")
            grid.add_column()
            for fact in section.facts:
                grid.add_row(Text(printable(fact.name)), Text(fact.words))
            console.print(grid)
            continue
        for fact in section.facts:
            words = fact.words.replace("\n", " ")
            console.print(Text(f"{printable(fact.name):<{width}}  {words}"), soft_wrap=True)
