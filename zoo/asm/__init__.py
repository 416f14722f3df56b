"""Assembly languages: what they share is here, what is a machine's own it brings itself.

The languages are found through the entry-point group `zoo.assemblers`, by the machine's name. What
a machine's disassembler writes, its assembler turns back into the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zoo.asm.assembler import Assembler
from zoo.asm.listing import Line
from zoo.plugins import plugins

GROUP = "zoo.assemblers"


@dataclass(frozen=True)
class Language:
    """A machine's assembly language.

    assembler: `assembler(file, given, folders)` makes an assembler for one source; `file` is for
        its messages, the others are as in Assembler.
    disassemble: `disassemble(data, file)` gives an image's lines, from its first byte to its last;
        raises zoo.machine.ImageError.
    suffix: of a source's file, when the source itself does not name the machine.
    options: which of `bits`, `origin` and `entry` disassemble also takes, for code that says
        nothing of itself.
    loaded: what is added to a line's address where the machine has loaded the image.
    """

    assembler: Callable[[str, Mapping[str, str], Sequence[Path]], Assembler]
    disassemble: Callable[..., Iterator[Line]]
    suffix: str = ""
    options: tuple[str, ...] = ()
    loaded: int = 0


def languages() -> list[str]:
    """The machines whose assembly language is installed."""
    return list(plugins(GROUP))


def written_in(suffix: str) -> str | None:
    """The machine whose sources have files with this suffix, None if it is nobody's."""
    for name in languages():
        found = language(name)
        if suffix and found and found.suffix == suffix:
            return name
    return None


def language(name: str) -> Language | None:
    """The assembly language of the machine called `name`, None if it has none."""
    point = plugins(GROUP).get(name)
    return point.load() if point else None
