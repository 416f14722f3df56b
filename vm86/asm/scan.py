"""Find the code in a program, which says only where it begins.

Control is followed from there. Then, as much is called through tables, what lies behind code is
looked at: if it makes sense to its end it is taken for code, too. Taking too little or too much
changes what a listing looks like, and never its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vm86.asm.read import Read, Reader
from vm86.registers import CS, ZERO

# After these the next instruction is not carried out.
ENDS = ("JMP", "RET", "RETF", "IRET")
EXITS = (0x00, 0x31, 0x4C)  # functions of INT 21h that don't return
# What compilers and people seldom write, and what text looks like when it is read as code
SELDOM = (
    *("INS", "OUTS", "BOUND", "ARPL", "AAA", "AAS", "DAA", "DAS", "SALC", "ESC", "INTO"),
    *("HLT", "WAIT", "PUSHA", "POPA"),
)
SELDOM_PREFIXES = (0x64, 0x65, 0x67, 0xF0)
SEGMENT = 0x10000  # bytes
LONGEST_BODY = 4000  # instructions
MOST_ENTRIES = 256  # of a table of addresses
PADDING = re.compile(rb"(?:\x90|\0)*")


class Scan:
    """What has been found of a program.

    code: instructions by offset.  calls: offsets that are called.  tables: offsets of words that
    are addresses of code, and which offsets they mean.
    """

    def __init__(self, reader: Reader, relocations: frozenset[int] = frozenset()) -> None:
        self.reader = reader
        self.size = len(reader.data)
        self.relocations = relocations
        self.code: dict[int, Read] = {}
        self.calls: set[int] = set()
        self.tables: dict[int, int] = {}
        self.starts: dict[int, int | None] = {}  # where the segment begins that it is in
        self._taken = bytearray(self.size)
        self._waiting: list[tuple[int, int | None]] = []

    def follow(self, at: int, start: int | None) -> None:
        """Find what can be reached from an offset in the segment that begins at `start`, None if
        that is not known."""
        self._waiting.append((at, start))
        self._walk()
        count = 0
        while count != len(self.code):
            count = len(self.code)
            self._look_behind()

    def targets(self) -> set[int]:
        """Offsets of instructions that something leads to."""
        found = {one.target for one in self.code.values() if one.target is not None}
        found |= set(self.tables.values()) | self.calls
        return {target for target in found if target in self.code}

    def _walk(self) -> None:
        while self._waiting:
            at, start = self._waiting.pop()
            ah = -1
            last = self.size if start is None or self.reader.bits == 32 else start + SEGMENT
            while 0 <= at < min(self.size, last) and not self._taken[at]:
                one = self.reader.read(at, start)
                if one is None or any(self._taken[at : one.end]):
                    break
                self.code[at] = one
                self.starts[at] = start
                self._taken[at : one.end] = b"\1" * (one.end - at)
                if one.op.name == "INT":
                    one.service = ah
                ah = _ah(one, ah)
                self._leads(one, start)
                if ends(one):
                    break
                at = one.end

    def _leads(self, one: Read, start: int | None) -> None:
        """Note where else an instruction leads."""
        found = one.found
        if one.op.form == "Ap" and one.end - 2 in self.relocations:
            start = 16 * found["j"]
            one.target = start + found["i"]
        if one.target is not None:
            self._waiting.append((one.target, start))
            if one.op.name == "CALL":
                self.calls.add(one.target)
        elif one.op.name in ("JMP", "CALL") and one.op.form == "Ev" and start is not None:
            table = self._table(one, start)
            for place, target in table.items():
                self.tables[place] = target
                self._taken[place : place + 2] = b"\1\1"
                self._waiting.append((target, start))
                if one.op.name == "CALL":
                    self.calls.add(target)

    def _table(self, one: Read, start: int) -> dict[int, int]:
        """The table of addresses through which an instruction jumps."""
        found = one.found
        own = found["s"] == CS or not self.relocations
        if (
            not own
            or found["e"] >= 0
            or found["o"] != 2
            or (found["b"] == ZERO and found["x"] == ZERO)
        ):
            return {}
        at = start + (found["d"] & 0xFFFF)
        table: dict[int, int] = {}
        data = self.reader.data
        while len(table) < MOST_ENTRIES and 0 <= at <= self.size - 2 and not self._taken[at]:
            target = start + int.from_bytes(data[at : at + 2], "little")
            if target not in self.code and not self._plausible(target, start):
                break
            if at in table.values() or at + 1 in table.values():
                break  # the code that it leads to begins here
            table[at] = target
            at += 2
        return table

    def _look_behind(self) -> None:
        """Look at what lies behind code, and where it could go on."""
        for at in sorted(self.code):
            one = self.code[at]
            if not ends(one) or (one.end < self.size and self._taken[one.end]):
                continue
            padding = PADDING.match(self.reader.data, one.end)
            places = {one.end, padding.end() if padding else one.end}
            for place in sorted(places):
                if self._plausible(place, self.starts[at]):
                    self._waiting.append((place, self.starts[at]))
                    self._walk()

    def _plausible(self, at: int, start: int | None) -> bool:
        """Whether what begins at an offset makes sense as code to its end."""
        if not 0 <= at < self.size or self._taken[at]:
            return False
        first, count = at, 0
        targets: list[int] = []
        while count < LONGEST_BODY:
            if at in self.code:
                break
            one = self.reader.read(at, start) if 0 <= at < self.size else None
            if one is None or any(self._taken[at : one.end]) or self._odd(one):
                return False
            if one.target is not None:
                targets.append(one.target)
            count += 1
            at = one.end
            if ends(one) and not any(target == at for target in targets):
                break
        body = self.reader.data[first:at]
        printable = sum(32 <= byte < 127 for byte in body)
        return printable < 0.7 * len(body) and all(
            target in self.code or (0 <= target < self.size and not self._taken[target])
            for target in targets
        )

    def _odd(self, one: Read) -> bool:
        data = self.reader.data
        return (
            one.op.name in SELDOM
            or data[one.at] in SELDOM_PREFIXES
            or data[one.at : one.end] == b"\0\0"
            or (one.end - one.at > 1 and len(set(data[one.at : one.end])) == 1)
        )


def ends(one: Read) -> bool:
    """Whether control does not go on behind the instruction."""
    if one.op.name in ("INT", "INT3"):
        number = one.found["i"] if one.op.name == "INT" else 3
        return number in (0x20, 0x27) or (number == 0x21 and one.service in EXITS)
    return one.op.name in ENDS


def _ah(one: Read, before: int) -> int:
    """What AH holds after an instruction, -1 if that is not known."""
    op, found = one.op, one.found
    if op.name == "MOV" and op.form == "Zb,Ib":
        return found["i"] if found["g"] == 4 else before
    if op.name == "MOV" and op.form == "Zv,Iz":
        return found["i"] >> 8 & 0xFF if found["g"] == 0 else before
    if op.name == "XOR" and found["e"] == found["g"] == 0 and found["o"] > 1:
        return 0
    if not op.stores and op.name not in ("CALL", "INT", "POP", "POPA", "LAHF", "CBW", "MUL", "DIV"):
        return before
    first = op.form[:2]
    if (first in ("Gv", "Zv") and found["g"] != 0) or (first == "Ev" and found["e"] != 0):
        return before
    if (first in ("Gb", "Zb") and found["g"] != 4) or (first == "Eb" and found["e"] != 4):
        return before
    if first == "Ab":
        return before
    return -1


def strings(data: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Where in data there is text: beginning and end."""
    for match in TEXT.finditer(data, at, end):
        yield match.start(), match.end()


# Four characters or more, with what ends lines and texts
TEXT = re.compile(rb"(?:[\x20-\x7e]{4,}(?:[\r\n\t\x07\x1b]{1,4}\$?|\0)?)+")
