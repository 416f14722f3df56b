"""One unit of guest code, with the LLVM IR and the host's code that came of it.

What came from where is what LLVM says itself: `zoo.engines.translate` gives every line a debug
location with the guest's address, which goes through inlining and optimising into the IR's
metadata and the object code's line table. It does not change the code that is made.
"""

from __future__ import annotations

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false
import re
import time
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from zoo import registers
from zoo.engines import backend, hostcode, translate
from zoo.engines.constants import Constants
from zoo.engines.kept import context
from zoo.engines.library import unpacked
from zoo.engines.translate import Part
from zoo.engines.units import Instruction, Unit, frozen, name, unit
from zoo.layout import Guest, Layout
from zoo.machine import Machine


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line came from: a guest instruction, or what stands around some."""

    guest: int
    part: Part


@dataclass(frozen=True, slots=True)
class GuestLine:
    """A guest instruction. function: the machine's own that says what it means."""

    address: int
    code: bytes
    text: str
    function: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of IR or of the host's code. note: what it refers to, in the machine's names.

    place: None for what several guest instructions share.  address, code: the host's.
    """

    text: str
    note: str
    place: Place | None
    address: int = -1
    code: bytes = b""


@dataclass(slots=True)
class Piece:
    """What came of one guest instruction, or of what stands around some."""

    place: Place
    guest: GuestLine | None = None
    ir: list[Line] = field(default_factory=list[Line])
    host: list[Line] = field(default_factory=list[Line])


@dataclass(frozen=True, slots=True)
class Translation:
    """enter, leave: the ways in and out, which the blocks share.  blocks: each with its piece for
    the budget first."""

    entry: int
    instructions: int
    guest_bytes: int
    enter: Piece
    blocks: dict[int, list[Piece]]
    leave: Piece
    seconds: float

    @property
    def pieces(self) -> list[Piece]:
        inner = [piece for block in self.blocks.values() for piece in block]
        return [self.enter, *inner, self.leave]

    @property
    def ir_lines(self) -> int:
        return sum(len(piece.ir) for piece in self.pieces)

    @property
    def host_instructions(self) -> int:
        return sum(len(piece.host) for piece in self.pieces)

    @property
    def host_bytes(self) -> int:
        return sum(len(line.code) for piece in self.pieces for line in piece.host)


def translation(
    machine: Machine, library: bytes, guest: Guest, entry: int, texts: Mapping[int, str]
) -> Translation | None:
    """What the recompiler makes of the code from `entry`; None if nothing can be translated.

    texts: instructions as the machine's disassembler writes them, where it knows them.
    """
    state = frozen(machine, guest)
    found = unit(machine, state, entry, context(machine, guest))
    if not found.blocks:
        return None
    constants = Constants(machine, guest)
    begun = time.perf_counter()
    module = translate.module(machine, unpacked(library), constants, [found], debug=True)
    ir = str(module)  # here, because making object code changes it
    data = backend.object_code(module)
    seconds = time.perf_counter() - begun
    code = getattr(state, machine.code)
    pieces = _pieces(machine, found, code, texts)
    addresses = frozenset(i.address for block in found.blocks.values() for i in block)
    _attach(pieces, _ir(ir, found, machine.layout, addresses), "ir")
    _attach(pieces, _host(data, found, machine.layout), "host")
    enter, leave = Place(entry, Part.ENTER), Place(entry, Part.LEAVE)
    return Translation(
        entry=entry,
        instructions=found.instructions,
        guest_bytes=sum(map(len, found.spans())),
        enter=pieces[enter],
        blocks={
            start: [
                pieces[Place(start, Part.BUDGET)],
                *(pieces[Place(one.address, Part.OWN)] for one in block),
            ]
            for start, block in found.blocks.items()
        },
        leave=pieces[leave],
        seconds=seconds,
    )


def _pieces(
    machine: Machine, found: Unit, code: bytes, texts: Mapping[int, str]
) -> dict[Place, Piece]:
    """The pieces of a unit, in order, without what came of them."""
    places = [Place(found.entry, Part.ENTER)]
    guests: dict[Place, GuestLine] = {}
    for start, block in found.blocks.items():
        places.append(Place(start, Part.BUDGET))
        for one in block:
            place = Place(one.address, Part.OWN)
            places.append(place)
            guests[place] = _guest(machine, one, code, texts)
    places.append(Place(found.entry, Part.LEAVE))
    return {place: Piece(place, guests.get(place)) for place in places}


def _guest(machine: Machine, one: Instruction, code: bytes, texts: Mapping[int, str]) -> GuestLine:
    op = one.arm.ops[0]
    named = zip(machine.fields[2:], one.found[1:], strict=True)
    plain = " ".join([op.name, *(f"{name}={value}" for name, value in named)])
    function = f"{op.function.__module__}.{op.function.__name__}"
    bytes_ = bytes(code[one.address : one.end])
    return GuestLine(one.address, bytes_, texts.get(one.address, plain), function)


def _attach(pieces: Mapping[Place, Piece], lines: Iterable[Line], kind: str) -> None:
    """Put each line to its piece. What came from no single one goes with what stands before it."""
    current = next(iter(pieces.values()))
    for line in lines:
        if line.place is not None:
            part = Part.OWN if line.place.part == Part.AFTER else line.place.part
            current = pieces[Place(line.place.guest, part)]
        (current.ir if kind == "ir" else current.host).append(line)


def _place(line: int, column: int) -> Place | None:
    """From a debug location, which has no line or no column where LLVM has joined some."""
    return Place(line - 1, Part(column)) if line and column else None


# The IR

LOCATION = re.compile(
    r"^!(\d+) = (?:distinct )?!DILocation\(line: (\d+)(?:, column: (\d+))?", re.MULTILINE
)
DEBUG = re.compile(r", !dbg !(\d+)")
METADATA = re.compile(r"(, ![\w.]+ !\d+)+$")
ELEMENT = re.compile(
    r"(%[\w.$-]+) = getelementptr (?:\w+ )*?i(8|64), ptr (%[\w.$-]+), i64 (%[\w.$-]+|-?\d+)"
)
POINTER = re.compile(r"ptr (?:[\w()]+ )*?(%[\w.$-]+)")
NUMBER = re.compile(r"(?<![\w.%])\d{3,}(?![\w.])")


def _ir(module: str, found: Unit, layout: Layout, addresses: frozenset[int]) -> Iterator[Line]:
    """The lines of the unit's function."""
    locations = {
        int(number): _place(int(line), int(column or 0))
        for number, line, column in LOCATION.findall(module)
    }
    _, _, rest = module.partition(f"@{name(found.entry)}(")
    head, body = rest[: rest.index("\n")], rest[rest.index("\n") + 1 : rest.index("\n}")]
    places = _Places(layout)
    head = re.sub(r" !dbg !\d+", "", head)
    text = f"define {translate.RESULT} @{name(found.entry)}({head}"
    yield Line(text, "", Place(found.entry, Part.ENTER))
    for lines in _statements(body):
        found_in = [_located(line, locations) for line in lines]
        for line, place in zip(lines, found_in, strict=True):
            text = METADATA.sub("", line)
            notes = [places.note(text)] if line.startswith("  ") else []
            notes += [hex(n) for n in map(int, NUMBER.findall(text)) if n in addresses]
            note = ", ".join(filter(None, dict.fromkeys(notes)))
            yield Line(text, note, place or found_in[-1])
    yield Line("}", "", Place(found.entry, Part.LEAVE))


def _located(line: str, locations: Mapping[int, Place | None]) -> Place | None:
    debug = DEBUG.search(line)
    return locations[int(debug[1])] if debug else None


def _statements(body: str) -> Iterator[list[str]]:
    """The lines of each statement of a function, and before it the label and the phis, which come
    of no instruction but belong to where they stand."""
    waiting: list[str] = []
    for line in filter(None, body.splitlines()):
        waiting.append(re.sub(r" +; ", "  ; ", line))
        inside = line.startswith("    ") or line.endswith("[") or " = phi " in line
        if line.startswith("  ") and not inside:
            yield waiting
            waiting = []


class _Places:
    """Names for what the IR's pointers point to, by following how they are computed.

    A pointer is the state's beginning (%m) and some bytes; it is not exact if something is added
    that only a run tells.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._known = {"%m": (0, True)}

    def note(self, line: str) -> str:
        """What the line's first known pointer points to."""
        element = ELEMENT.search(line)
        if element:
            name, bits, base, index = element.groups()
            if base not in self._known:
                return ""
            offset, exact = self._known[base]
            moves = index.startswith("%")
            offset += 0 if moves else int(index) * int(bits) // 8
            self._known[name] = offset, exact and not moves
            what = where(self._layout, *self._known[name])
            return f"&{what}" if what else ""
        used = (name for name in POINTER.findall(line) if name in self._known)
        return next((where(self._layout, *self._known[name]) for name in used), "")


def where(layout: Layout, offset: int, exact: bool) -> str:
    """What lies so many bytes from the state's beginning, in the machine's names."""
    for arena in layout.arenas:
        index = (offset - arena.offset) // (arena.nbytes // arena.size)
        if 0 <= index < arena.size:
            if not exact:
                return f"{arena.name}[…]"
            name = _register(layout, index) if arena.name == "r" else f"{index:#x}"
            return f"{arena.name}[{name}]"
    return ""


def _register(layout: Layout, number: int) -> str:
    """A register's name: those of all machines stand before FIRST, the machine's own behind it."""
    if number < registers.FIRST:
        source = vars(registers)
    else:
        source = {name: n for name, n in layout.registers.items() if name != "FIRST"}
    return next((k for k, n in source.items() if k.isupper() and n == number), str(number))


# The host's code

# A register, perhaps an index, and a number of bytes.
MEMORY = re.compile(r"\[(\w+)(,? [^\]]*)?(?:, #| \+ )(0x[0-9a-f]+)\]")


def _host(data: bytes, found: Unit, layout: Layout) -> Iterator[Line]:
    code = [*hostcode.instructions(data, name(found.entry))]
    state = {m[1] for one in code if (m := MEMORY.search(one.text)) and _is_register(m, layout)}
    for one in code:
        note = one.symbol or _host_note(one.text, layout, state)
        place = _place(one.line, one.column)
        yield Line(one.text, note, place, one.address, one.code)


def _is_register(memory: re.Match[str], layout: Layout) -> bool:
    """Whether it is so many bytes from one of the host's registers as the guest's are from the
    state's beginning: then that one points to the state."""
    return where(layout, int(memory[3], 16), not memory[2]).startswith("r[")


def _host_note(text: str, layout: Layout, state: Container[str]) -> str:
    """What an instruction reads or writes in the state."""
    memory = MEMORY.search(text)
    if memory is None or memory[1] not in state:
        return ""
    return where(layout, int(memory[3], 16), not memory[2])
