"""A DOS program, or raw code, as source of which the assembler makes the same file."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import pairwise

from vm86.asm.forms import NOT_WRITTEN
from vm86.asm.read import Read, Reader, number, texts
from vm86.asm.scan import SEGMENT, Scan, strings
from vm86.dos.errors import Failure
from vm86.dos.programs import LARGEST_COM, parse
from vm86.dos.table import FUNCTIONS
from vm86.registers import CS, DS, ZERO
from zoo.asm.listing import Line

COM = 0x100  # where a .COM program begins
WIDTH = 8  # bytes in a line of data
TEXT_WIDTH = 60  # characters in a line of text
SAME = 16  # equal bytes that are worth a line of their own
HEADER = (
    *("bytes in the last page", "pages of 512 bytes", "relocations", "paragraphs of header"),
    *("paragraphs wanted behind it, at least", "at most", "SS, from the image on", "SP"),
    *("checksum", "IP", "CS, from the image on", "where the relocations are", "overlay"),
)
PRINTABLE = re.compile(rb"[\x20-\x7e]+")


def disassemble(
    data: bytes,
    file: str = "the file",
    bits: int = 0,
    origin: int | None = None,
    entry: int | None = None,
) -> Iterator[Line]:
    """The lines of a program's source, in order.

    bits, origin or entry make it raw code: 16 or 32 bits, the address of its first byte, where
    control begins. Otherwise it is an .EXE, if it says so, or a .COM.
    """
    if bits or origin is not None or entry is not None:
        first = origin or 0
        start = 0 if first + len(data) <= SEGMENT else None
        entry = first if entry is None else entry
        return Disassembler(data, bits or 16, first, entry, start).lines()
    if data[:2] in (b"MZ", b"ZM"):
        return _exe(data)
    origin = COM if len(data) <= LARGEST_COM else 0
    return Disassembler(data, 16, origin, origin).lines()


def _exe(data: bytes) -> Iterator[Line]:
    """The header as data, then the image, whose first byte has the address 0."""
    try:
        program = parse(data)
    except Failure:
        yield Line(0, b"", ";", comment="the header is damaged: DOS would not load this")
        yield from Disassembler(data, 16, 0, None).lines()
        return
    size = 16 * struct.unpack_from("<H", data, 8)[0]
    yield Line(-size, b"", "bits", ("16",))
    yield from _header(data, size)
    yield Line(0, b"", f"section image start=0x{size:x} vstart=0")
    places = frozenset(place.address for place in program.relocations)
    entry = 16 * program.cs + program.ip & 0xFFFFF  # a segment before the image wraps
    yield from Disassembler(data[size:], 16, 0, entry, entry - program.ip, places).body()


def _header(data: bytes, size: int) -> Iterator[Line]:
    yield Line(-size, data[:2], "db", (_quoted(data[:2]),), comment="an .EXE program's header")
    for k, meaning in enumerate(HEADER, 1):
        yield _words(data, 2 * k, 2 * k + 2, size, meaning)
    count, table = struct.unpack_from("<H", data, 6)[0], struct.unpack_from("<H", data, 0x18)[0]
    at = 2 * len(HEADER) + 2
    if at <= table <= size:
        yield from _plain(data[:size], at, table, -size)
        at = table
        while at + 4 <= min(table + 4 * count, size):
            offset, segment = struct.unpack_from("<HH", data, at)
            yield _words(data, at, at + 4, size, f"relocation of {16 * segment + offset:05x}")
            at += 4
    yield from _plain(data[:size], at, size, -size)


def _words(data: bytes, at: int, end: int, size: int, comment: str) -> Line:
    words = struct.unpack_from(f"<{(end - at) // 2}H", data, at)
    return Line(at - size, data[at:end], "dw", tuple(map(number, words)), comment=comment)


class Disassembler:
    """Turns one piece of code into lines.

    origin: the address of its first byte.  entry: that where control begins, None for nowhere.
    start: that of the segment in which it is, None if that is not known.  relocations: offsets of
    words that name segments.
    """

    def __init__(
        self,
        data: bytes,
        bits: int,
        origin: int,
        entry: int | None,
        start: int | None = 0,
        relocations: frozenset[int] = frozenset(),
    ) -> None:
        self.data, self.bits, self.origin = data, bits, origin
        self.relocations = relocations
        self.reader = Reader(data, bits)
        self.scan = Scan(self.reader, relocations)
        self.single = not relocations  # one segment for code and data, as far as is known
        if entry is not None:
            self.scan.follow(entry - origin, None if start is None else start - origin)
        self.direction = self._direction()
        self._targets = self.scan.targets()
        self._data = self._referred()

    def lines(self) -> Iterator[Line]:
        yield Line(self.origin, b"", "bits", (str(self.bits),))
        yield Line(self.origin, b"", "org", (number(self.origin),))
        yield from self.body()

    def body(self) -> Iterator[Line]:
        if self.direction:
            yield Line(self.origin, b"", "direction", ("1",))
        at = 0
        for place in sorted(self.scan.code):
            one = self.scan.code[place]
            yield from self._between(at, place)
            yield self._instruction(one)
            at = one.end
        yield from self._between(at, len(self.data))

    def _direction(self) -> int:
        """The direction bit that most instructions between two registers have."""
        ones = zeros = 0
        for one in self.scan.code.values():
            if one.op.form in ("Gb,Eb", "Gv,Ev", "Eb,Gb", "Ev,Gv") and one.found["e"] >= 0:
                ones += one.op.form[0] == "G" and one.op.code < 0x100
                zeros += one.op.form[0] == "E" and one.op.code < 0x84
                zeros += one.op.code in (0x88, 0x89)
        return int(ones > zeros)

    # Names

    def _name(self, place: int) -> str:
        """The label of an offset."""
        if place in self._targets:
            letter = "f" if place in self.scan.calls else "l"
        else:
            letter = "d"
        return f"{letter}{self.origin + place:04x}"

    def _label(self, place: int) -> str:
        return self._name(place) if place in self._targets or place in self._data else ""

    def _referred(self) -> set[int]:
        """Offsets of data that instructions name by their address."""
        found: set[int] = set()
        inside = {place for one in self.scan.code.values() for place in range(one.at + 1, one.end)}
        for one in self.scan.code.values():
            place = self._direct(one)
            if place is not None and place not in inside:
                found.add(place)
        return found

    def _direct(self, one: Read) -> int | None:
        """The offset of the memory that an instruction names, if the name is its address."""
        found = one.found
        kinds = [operand[:1] for operand in one.op.form.split(",")]
        memory = "O" in kinds or (found["e"] < 0 and ("E" in kinds or "M" in kinds))
        if not memory or found["b"] != ZERO or found["x"] != ZERO:
            return None
        if found["s"] == CS:
            near = self.scan.starts[one.at] == -self.origin
        else:
            near = self.single and found["s"] == DS
        place = (found["d"] & found["am"]) - self.origin
        return place if near and 0 <= place < len(self.data) else None

    # Code

    def _instruction(self, one: Read) -> Line:
        code = self.data[one.at : one.end]
        address = self.origin + one.at
        label = self._label(one.at)
        where = None if one.target is None else self.origin + one.target
        line = None
        if one.op.name not in NOT_WRITTEN:
            line = self.reader.line(one, self.direction, where)
        comment = self._comment(one)
        if line is None:
            # No source makes these bytes.
            bytes_ = tuple(f"0x{byte:02x}" for byte in code)
            note = f"{one.op.name.lower()}  {comment}".rstrip()
            return Line(address, code, "db", bytes_, label=label, comment=note)
        target = ""
        if one.target in self._targets and one.op.form != "Ap":
            target = self._name(one.target or 0)
        place = self._direct(one)
        memory = self._name(place) if place is not None and self._label(place) else ""
        name, operands = texts(line, target, memory)
        return Line(address, code, name, operands, label=label, comment=comment)

    def _comment(self, one: Read) -> str:
        op, found = one.op, one.found
        if not self.relocations.isdisjoint(range(one.at, one.end)):
            return "a segment" + (f", {self._name(one.target)}" if one.target is not None else "")
        if op.name == "INT" and found["i"] == 0x21 and one.service in FUNCTIONS:
            return FUNCTIONS[one.service].__name__.strip("_").replace("_", " ")
        if op.name == "CMP" and op.form.endswith("Ib") and 32 < found["i"] < 127:
            return repr(chr(found["i"]))
        if op.name == "MOV" and op.form == "Zv,Iz" and self.single:
            place = found["i"] - self.origin
            if 0 <= place < len(self.data) and place not in self.scan.code:
                text = PRINTABLE.match(self.data, place)
                if text and text.end() - text.start() >= 4:
                    shown = text[0].decode()
                    return f'"{shown if len(shown) < 30 else shown[:29] + "…"}"'
        return ""

    # Data

    def _between(self, at: int, end: int) -> Iterator[Line]:
        """What is not code, each label at the beginning of a line."""
        if at == end:
            return
        tables = self.scan.tables
        cuts = {place for place in self._data if at < place < end}
        cuts |= {place for place in tables if at <= place < end}
        cuts |= {place + 2 for place in tables if at <= place < end - 2}
        for begin, stop in pairwise(sorted({at, *cuts, end})):
            label = self._label(begin)
            target = tables.get(begin)
            near = target in self._targets and self.scan.starts[target] == -self.origin
            if target is not None and near and stop - begin == 2:
                code = self.data[begin:stop]
                yield Line(self.origin + begin, code, "dw", (self._name(target),), label=label)
                continue
            for line in _plain(self.data, begin, stop, self.origin):
                yield Line(
                    line.address, line.code, line.name, line.operands, "", "", label, line.comment
                )
                label = ""


def _plain(data: bytes, at: int, end: int, origin: int) -> Iterator[Line]:
    """Bytes as data: text, runs of equal bytes, and others."""
    for begin, stop in [*strings(data, at, end), (end, end)]:
        yield from _bytes(data, at, begin, origin)
        while begin < stop:
            part = data[begin : min(stop, begin + TEXT_WIDTH)]
            yield Line(origin + begin, part, "db", (_quoted(part),))
            begin += len(part)
        at = stop


def _bytes(data: bytes, at: int, end: int, origin: int) -> Iterator[Line]:
    held = at
    while held < end or at < end:
        same = _same(data, held, end) if held < end else 0
        if held < end and same < SAME:
            held += same
            continue
        while at < held:
            part = data[at : min(held, at + WIDTH)]
            operands = tuple(f"0x{byte:02x}" for byte in part)
            yield Line(origin + at, part, "db", operands)
            at += len(part)
        if same >= SAME:
            code = data[held : held + same]
            yield Line(origin + held, code, f"times {same} db", (number(code[0]),))
            held = at = held + same


def _same(data: bytes, at: int, end: int) -> int:
    """How many bytes from `at` on are equal."""
    byte = data[at : at + 1]
    rest = data[at:end]
    return len(rest) - len(rest.lstrip(byte))


def _quoted(text: bytes) -> str:
    """Bytes as operands: strings, and numbers for what does not print."""
    parts: list[str] = []
    at = 0
    for match in PRINTABLE.finditer(text):
        parts += [number(byte) for byte in text[at : match.start()]]
        shown = match[0].decode()
        if "'" in shown and '"' in shown:
            pieces = re.split("(')", shown)
            parts += [f'"{one}"' if one == "'" else f"'{one}'" for one in pieces if one]
        else:
            mark = '"' if "'" in shown else "'"
            parts.append(f"{mark}{shown}{mark}")
        at = match.end()
    return ", ".join([*parts, *(number(byte) for byte in text[at:])])
