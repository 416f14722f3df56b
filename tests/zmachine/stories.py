"""Small stories for tests: assembled here, and run with a host that keeps what they show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from zmachine import opcodes
from zmachine.assembler import ZAssembler
from zmachine.decode import EXTENDED
from zmachine.machine import MACHINE
from zmachine.services import Services
from zmachine.story import Options, load
from zoo.host import Event, Host
from zoo.session import Session, Stop
from zoo.table import Op

# Object 1, a box, holds 2, a coin, and 3, a key. `table` and `text` are theirs who need them.
TEMPLATE = """
.version {version}
.header start, start, dictionary, objects, globals, static, abbreviations
globals: .space 480
abbreviations: .space 192
table: .word 11, 22, 33, 44
text: .space 64
parsed: .space 64
objects: .word 91, 92
.space {defaults} - 4
{entries}
box: .byte 1
.text "box"
{properties}
.byte 0
coin: .byte 2
.text "coin"
.byte 0
nameless: .byte 0, 0
static:
dictionary: .byte 1, '.', {size}
.word 2
.text "coin{pad}"
.text "key\\{{z5}}{pad}"
.align 8
start:
"""


@cache
def story(body: str, version: int = 5) -> bytes:
    """A story file: the body's code begins with the first instruction."""
    if version < 4:
        entry = ".byte {a}, 0, 0, 0, {p}, {s}, {c}\n.word {n}"
        properties = ".byte 32 + 18\n.word 0x1234\n.byte 5, 7, 96 + 4, 1, 2, 3, 4"
        shape = {"defaults": 62, "size": 4, "pad": ""}
    else:
        entry = ".byte {a}, 0, 0, 0, 0, 0\n.word {p}, {s}, {c}, {n}"
        properties = ".byte 64 + 18\n.word 0x1234\n.byte 5, 7, 0x80 + 4, 0x80 + 4, 1, 2, 3, 4"
        shape = {"defaults": 126, "size": 6, "pad": "\\{z5}\\{z5}\\{z5}"}
    entries = "\n".join(
        entry.format(a=a, p=p, s=s, c=c, n=n)
        for a, p, s, c, n in ((16, 0, 0, 2, "box"), (0, 1, 3, 0, "coin"), (0, 1, 0, 0, "nameless"))
    )
    head = TEMPLATE.format(version=version, entries=entries, properties=properties, **shape)
    return ZAssembler("story").assemble(head + body)


class Shown(Host):
    """Types lines and keys, keeps one file for one reading, and writes down what is shown."""

    def __init__(self, typed: Sequence[Any] = ()) -> None:
        self._typed: Iterator[Any] = iter(typed)
        self.text = ""
        self.saved: bytes | None = None

    def show(self, events: Sequence[Event]) -> None:
        for name, *arguments in events:
            self.text += (
                arguments[0] if name == "text" else f"<{' '.join(map(str, [name, *arguments]))}>"
            )

    def on_line(self, **_: Any) -> Any:
        line = next(self._typed, None)
        return None if line is None else [line, 13]

    def on_key(self, **_: Any) -> Any:
        return next(self._typed, None)

    def on_save(self, data: bytes) -> bool:
        self.saved = data
        return True

    def on_restore(self) -> bytes | None:
        data, self.saved = self.saved, None
        return data

    def on_save_table(self, data: bytes, name: str) -> bool:
        self.saved = data
        return True

    def on_restore_table(self, name: str) -> bytes | None:
        return self.saved


def run(image: bytes, engine: str, typed: Sequence[Any] = ()) -> tuple[str, Stop]:
    """What a story shows, events in angles, and how it ended."""
    guest = load(image, Options(seed=1, strict="fatal"))
    host = Shown(typed)
    stop = Session(MACHINE, guest, Services(guest, host), engine).run(1_000_000)
    return host.text, stop


def rows(image: bytes, typed: Sequence[Any] = ()) -> set[int]:
    """The rows of the table that a story's run carries out, by their identity."""
    executed: set[int] = set()
    ops: dict[int, Op] = opcodes.by_byte(image[0])
    illegal = MACHINE.table[-1]

    def decode(m: Any, pc: int) -> tuple[int, ...]:
        byte = m.mem[pc]
        if byte == 0xBE and image[0] > 4:
            byte = EXTENDED + m.mem[pc + 1]
        executed.add(id(ops.get(byte, illegal)))
        return MACHINE.decode(m, pc)

    guest = load(image, Options(seed=1, strict="fatal"))
    services = Services(guest, Shown(typed))
    Session(replace(MACHINE, decode=decode), guest, services, "interp").run(1_000_000)
    return executed
