"""A story's styles on the terminal."""

from __future__ import annotations

from typing import IO

from prompt_toolkit.styles import Attrs

from zmachine.cells import BOLD, ITALIC, REVERSE, Style
from zoo.console import Abilities, Console

# The colours of 8.3.1 as the terminal's own, from 2.
PALETTE = (
    "ansiblack",
    "ansired",
    "ansigreen",
    "ansiyellow",
    "ansiblue",
    "ansimagenta",
    "ansicyan",
    "ansiwhite",
    "ansigray",
    "ansibrightblack",
    "ansibrightblack",
)


def console(abilities: Abilities, cast_file: IO[str] | None = None) -> Console[Style]:
    """The terminal for a story."""

    def attributes(style: Style) -> Attrs:
        italic = bool(style.bits & ITALIC)
        return Attrs(
            color=_colour(style.foreground),
            bgcolor=_colour(style.background),
            bold=bool(style.bits & BOLD),
            underline=italic and not abilities.italic,
            strike=False,
            italic=italic and abilities.italic,
            blink=False,
            reverse=bool(style.bits & REVERSE),
            hidden=False,
            dim=False,
        )

    return Console(abilities, attributes, cast_file)


def _colour(colour: int) -> str:
    if colour >= 0:
        parts = (colour & 31, colour >> 5 & 31, colour >> 10 & 31)
        return "".join(f"{part * 255 // 31:02x}" for part in parts)
    return PALETTE[-colour - 2] if -12 <= colour <= -2 else ""
