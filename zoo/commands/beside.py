"""A translation to look at: in columns for people, in lines for grep, as an object for programs."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from zoo.engines.shown import GuestLine, Line, Piece, Place, Translation
from zoo.engines.translate import Part

# Of about the same lightness, so that they can be read on black and on white.
COLOURS = ("#268bd2", "#859900", "#d33682", "#2aa198", "#cb4b16", "#8c7ae6")
GLUE = "dim"
NARROW = 120  # a terminal with fewer columns has no room for three of text
NO_ADDRESS = "-----"
NOTE = "  ; "
GAP = 2  # between columns

LEGEND = (
    "Each colour is one guest instruction, and what LLVM says it became. Dim is what holds them"
    " together: the way in and out, counting the budget, looking whether the run has stopped."
)
PLAIN_LEGEND = (
    "A line begins with the guest instruction that it came from; ~ marks what holds these"
    f" together, and {NO_ADDRESS} what several share."
)


def figures(made: Translation) -> str:
    """What became of what, and how long it took."""
    blocks = _many(len(made.blocks), "block")
    return (
        f"{_many(made.instructions, 'guest instruction')} in {blocks}, {made.guest_bytes} bytes"
        f" → {made.ir_lines} lines of LLVM IR → {made.host_instructions} instructions of"
        f" {platform.machine()}, {made.host_bytes} bytes, in {made.seconds:.2f} s"
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _caption(made: Translation, piece: Piece) -> str:
    """What the code does that came of no guest instruction."""
    if piece.place.part == Part.ENTER:
        return "go to the block where PC is"
    if piece.place.part == Part.BUDGET:
        block = made.blocks[piece.place.guest]
        return f"take {_many(len(block) - 1, 'instruction')} off the budget, or leave"
    return "set PC, return what is left of the budget"


def _sections(made: Translation) -> Iterator[tuple[str, list[Piece]]]:
    yield "the way in", [made.enter]
    for start, block in made.blocks.items():
        yield f"block {start:05x}", block
    yield "the way out", [made.leave]


# For programs


def as_json(made: Translation, machine: str, image: Path) -> dict[str, object]:
    return {
        "machine": machine,
        "image": str(image),
        "address": made.entry,
        "instructions": made.instructions,
        "guest_bytes": made.guest_bytes,
        "ir_lines": made.ir_lines,
        "host_instructions": made.host_instructions,
        "host_bytes": made.host_bytes,
        "processor": platform.machine(),
        "seconds": made.seconds,
        "enter": _lines([made.enter]),
        "blocks": [
            {
                "address": start,
                "guest": [_guest(piece.guest) for piece in block if piece.guest],
                **_lines(block),
            }
            for start, block in made.blocks.items()
        ],
        "leave": _lines([made.leave]),
    }


def _guest(line: GuestLine) -> dict[str, object]:
    return {
        "address": line.address,
        "bytes": line.code.hex(),
        "text": line.text,
        "function": line.function,
    }


def _lines(pieces: list[Piece]) -> dict[str, object]:
    host = sorted((line for piece in pieces for line in piece.host), key=lambda x: x.address)
    return {
        "ir": [_line(line) for piece in pieces for line in piece.ir],
        "host": [
            {**_line(line), "address": line.address, "bytes": line.code.hex()} for line in host
        ],
    }


def _line(line: Line) -> dict[str, object]:
    """guest is there for what an instruction does and what follows it; null for what is shared."""
    place = line.place
    members: dict[str, object] = {
        "guest": place.guest if place and place.part in (Part.OWN, Part.AFTER) else None,
        "part": place.part.name.lower() if place else "shared",
        "text": line.text.strip(),
    }
    return {**members, "note": line.note} if line.note else members


# In lines


def plain(made: Translation, title: str) -> Iterator[str]:
    """A line for each line, each with the address of what it came from."""
    return (line for line, _ in _styled(made, title))


def _styled(made: Translation, title: str) -> Iterator[tuple[str, str]]:
    """These lines, each with its style."""
    yield from ((f"; {line}", GLUE) for line in (title, figures(made), PLAIN_LEGEND))
    colours = _colours(made)
    for heading, pieces in _sections(made):
        yield "", ""
        for piece in pieces:
            colour = colours.get(piece.place, "")
            if piece.guest:
                yield _plain_guest(piece.guest), f"bold {colour}"
            else:
                yield f"; {heading}: {_caption(made, piece)}", GLUE
            for line in piece.ir:
                yield f"{_prefix(line)} ir    {_noted(line)}", _style(line, colour)
            for line in piece.host:
                code = f"{line.address:04x}  {line.code.hex(' '):29}  {_noted(line)}"
                yield f"{_prefix(line)} host  {code}", _style(line, colour)


def _plain_guest(guest: GuestLine) -> str:
    return f"{guest.address:05x}  guest {guest.text}{NOTE}{guest.code.hex(' ')}  {guest.function}"


def _prefix(line: Line) -> str:
    if line.place is None:
        return f"{NO_ADDRESS} "
    return f"{line.place.guest:05x}{' ' if line.place.part == Part.OWN else '~'}"


def _noted(line: Line) -> str:
    return f"{line.text}{NOTE}{line.note}" if line.note else line.text


# In colours


def _colours(made: Translation) -> dict[Place, str]:
    places = (piece.place for piece in made.pieces if piece.guest)
    return {place: COLOURS[k % len(COLOURS)] for k, place in enumerate(places)}


def _style(line: Line, colour: str) -> str:
    return colour if line.place and line.place.part == Part.OWN else GLUE


def show(made: Translation, title: str, console: Console) -> None:
    """Print it for a person, in three columns if there is room for them."""
    if console.width < NARROW:
        for line, style in _styled(made, title):
            console.print(Text(line, style))
        return
    console.print(Text(title, "bold"), Text(figures(made)), Text(LEGEND, GLUE), "", sep="\n")
    headings = ("guest code", "LLVM IR", f"{platform.machine()} code")
    table = _table(console)
    table.add_row(*(Text(heading, "bold") for heading in headings))
    console.print(table)
    colours = _colours(made)
    for heading, pieces in _sections(made):
        console.print(Rule(Text(heading, "bold"), align="left", style=GLUE))
        table = _table(console)
        for piece in pieces:
            cells = _cells(made, piece, colours.get(piece.place, ""))
            table.add_row(*map(_joined, cells, _widths(console)))
            table.add_row()
        console.print(table)


def _widths(console: Console) -> tuple[int, int, int]:
    """Of the columns: half of the room is the IR's."""
    room = console.width - 2 * GAP
    first = min(44, room // 4)
    middle = (room - first) * 6 // 11
    return first, middle, room - first - middle


def _table(console: Console) -> Table:
    table = Table.grid(padding=(0, GAP, 0, 0))
    for width in _widths(console):
        table.add_column(width=width)
    return table


def _cells(made: Translation, piece: Piece, colour: str) -> tuple[list[Text], ...]:
    ir = [_bar(line, colour) + _text(line, colour) for line in piece.ir]
    host = [
        _bar(line, colour) + Text.assemble((f"{line.address:04x} ", GLUE)) + _text(line, colour)
        for line in piece.host
    ]
    return _first(made, piece, colour), ir, host


def _first(made: Translation, piece: Piece, colour: str) -> list[Text]:
    """The guest's instruction, its bytes, and the function that says what it means."""
    if piece.guest is None:
        return [Text.assemble("  ", (_caption(made, piece), f"{GLUE} italic"))]
    guest = piece.guest
    text, _, comment = guest.text.partition(NOTE)
    bar = ("▌ ", colour)
    first = Text.assemble(bar, (f"{guest.address:05x} ", GLUE), (text, f"bold {colour}"))
    gone = "" if piece.ir or piece.host else "nothing is left of it"
    about = (comment, guest.code.hex(" "), guest.function, gone)
    return [first, *(Text.assemble(bar, (f"      {more}", GLUE)) for more in about if more)]


def _bar(line: Line, colour: str) -> Text:
    own = line.place is not None and line.place.part == Part.OWN
    return Text.assemble(("▌ " if own else "┊ ", _style(line, colour)))


def _text(line: Line, colour: str) -> Text:
    text, mark, comment = _noted(line).partition(NOTE)
    return Text.assemble((text, _style(line, colour)), (mark + comment, GLUE))


def _joined(lines: list[Text], width: int) -> Text:
    """The lines; those that are too long for the column go on under themselves."""
    return Text("\n").join(part for line in lines for part in _folded(line, width))


def _folded(line: Text, width: int) -> Iterator[Text]:
    """A line in parts, cut before its note or at a space, each with the bar it begins with."""
    bar, rest = line[:2], line[2:]
    indent = len(rest.plain) - len(rest.plain.lstrip()) + 4
    room = width - len(bar)
    while len(rest) > room:
        note = rest.plain.find(NOTE, room // 2, room)
        end = note + 2 if note >= 0 else rest.plain.rfind(" ", room // 2, room) + 1 or room
        yield bar + rest[:end]
        rest = Text(" " * indent) + rest[end:]
    yield bar + rest
