"""Assembly languages: what they share is here, what is a machine's own it brings itself.

The languages are found through the entry-point group `zoo.assemblers`, by the machine's name. What
a machine's disassembler writes, its assembler turns back into the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from zoo.asm.assembler import Assembler
from zoo.asm.listing import Line
from zoo.plugins import plugins

GROUP = "zoo.assemblers"


@dataclass(frozen=True)
class Language:
    """A machine's assembly language.

    assembler: `assembler(file)` makes an assembler for one source; `file` is for its messages.
    disassemble: `disassemble(data, file)` gives an image's lines, from its first byte to its last;
        raises zoo.machine.ImageError.
    """

    assembler: Callable[[str], Assembler]
    disassemble: Callable[[bytes, str], Iterator[Line]]


def languages() -> list[str]:
    """The machines whose assembly language is installed."""
    return list(plugins(GROUP))


def language(name: str) -> Language | None:
    """The assembly language of the machine called `name`, None if it has none."""
    point = plugins(GROUP).get(name)
    return point.load() if point else None
