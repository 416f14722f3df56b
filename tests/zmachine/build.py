"""Small stories made for a test: a valid header, objects, a dictionary, and the code given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zoo.table import Op

ABBREVIATIONS = 0x40  # 96 words
OBJECTS = 0x100
GLOBALS = 0x300  # 240 words
TEXT = 0x500  # a text buffer, and a parse buffer
PARSE = 0x600
CODE = 0x700  # code in dynamic memory, which may change itself
STATIC = 0x800
DICTIONARY = 0x800
STRING = 0x900  # "hello world", for the abbreviations and print_addr
ROUTINE = 0xA00  # with two locals; what a call reaches
FIXED = 0xB00  # code that cannot change
SIZE = 0x2000


def story(version: int, code: bytes, routine: bytes = b"\xb0", fixed: bool = True) -> bytes:
    """A story that begins with `code`, in fixed memory or in dynamic memory, and ends with `quit`.

    routine: the code of its one routine, by default `rtrue`.
    """
    at = FIXED if fixed else CODE
    data = bytearray(SIZE)

    def put(address: int, values: bytes) -> None:
        data[address : address + len(values)] = values

    def word(address: int, value: int) -> None:
        put(address, value.to_bytes(2, "big"))

    data[0] = version
    for address, value in (
        *((0x04, at), (0x06, at), (0x08, DICTIONARY), (0x0A, OBJECTS), (0x0C, GLOBALS)),
        *((0x0E, STATIC), (0x18, ABBREVIATIONS)),
        (0x1A, SIZE // (2 if version < 4 else 4 if version < 6 else 8)),
    ):
        word(address, value)
    put(0x12, b"260101")
    for k in range(96):
        word(ABBREVIATIONS + 2 * k, STRING // 2)
    put(STRING, text("hello world"))
    put(OBJECTS, objects(version))
    put(TEXT, b"\x50\x04look")
    put(PARSE, b"\x08")
    put(DICTIONARY, dictionary(version))
    put(ROUTINE, b"\x02" + (bytes(4) if version < 5 else b"") + routine)
    put(at, code + b"\xba")
    word(0x1C, sum(data[0x40:]) & 0xFFFF)
    return bytes(data)


def text(words: str, length: int = 0) -> bytes:
    """Lower-case letters and spaces as `length` Z-characters or more (3.5)."""
    codes = [0 if c == " " else ord(c) - ord("a") + 6 for c in words]
    codes += [5] * max(length - len(codes), -len(codes) % 3)
    triples = [codes[k : k + 3] for k in range(0, len(codes), 3)]
    packed = [a << 10 | b << 5 | c for a, b, c in triples]
    packed[-1] |= 0x8000
    return b"".join(value.to_bytes(2, "big") for value in packed)


def objects(version: int) -> bytes:
    """Six objects in a tree, 1 > (2 > 3, 4) and 5 > 6, with two properties each (12)."""
    small = version < 4
    count, size = (31, 9) if small else (63, 14)
    tree = {1: (0, 0, 2), 2: (1, 4, 3), 3: (2, 0, 0), 4: (1, 0, 0), 5: (0, 0, 6), 6: (5, 0, 0)}
    defaults = b"".join(k.to_bytes(2, "big") for k in range(count))
    # Their common property table: a name, property 20 of two bytes, property 3 of one, the end.
    sizes = (0x20 | 20, 3) if small else (0x40 | 20, 3)
    name = text("thing")
    table = bytes([len(name) // 2, *name, sizes[0], 0x12, 0x34, sizes[1], 0x56, 0])
    place = OBJECTS + len(defaults) + len(tree) * size
    rows = b""
    for family in tree.values():
        if small:
            rows += bytes(4) + bytes(family) + place.to_bytes(2, "big")
        else:
            rows += bytes(6) + b"".join(k.to_bytes(2, "big") for k in (*family, place))
    return defaults + rows + table


def dictionary(version: int) -> bytes:
    """Three words, with the separators , and . (13)."""
    entries = [text(word, 6 if version < 4 else 9) + bytes(3) for word in ("hello", "look", "take")]
    head = b"\x02,." + bytes([len(entries[0])]) + len(entries).to_bytes(2, "big")
    return head + b"".join(entries)


# Instructions

LARGE, SMALL, VARIABLE, OMITTED = range(4)  # the types of operands (4.2)


@dataclass(frozen=True)
class Instruction:
    """An instruction to encode: its row, its operands as (type, value), and what follows them."""

    op: Op
    operands: Sequence[tuple[int, int]]
    store: int = 0
    branch: int = 0  # two bytes: the sense, and a 14-bit offset
    text: bytes = b"\x94\xa5"


def encode(instruction: Instruction) -> bytes:
    """The bytes of an instruction (4.3)."""
    op = instruction.op
    operands = [
        (kind, value & (0xFFFF if kind == LARGE else 0xFF)) for kind, value in instruction.operands
    ]
    values = b"".join(value.to_bytes(1 if kind else 2, "big") for kind, value in operands)
    kinds = [kind for kind, _ in operands]
    if op.form == "0OP":
        head = bytes([0xB0 | op.code])
        values = b""
    elif op.form == "1OP":
        head = bytes([0x80 | kinds[0] << 4 | op.code])
        values = values[: 2 if kinds[0] == LARGE else 1]
    elif op.form == "2OP" and len(kinds) == 2 and LARGE not in kinds:
        bits = (kinds[0] == VARIABLE) << 6 | (kinds[1] == VARIABLE) << 5
        head = bytes([bits | op.code])
    else:
        first = {"2OP": 0xC0, "VAR": 0xE0, "EXT": 0}[op.form] + op.code
        long = op.name in ("call_vs2", "call_vn2")
        most = 8 if long else 4
        kinds, operands = kinds[:most], operands[:most]
        values = b"".join(value.to_bytes(1 if kind else 2, "big") for kind, value in operands)
        kinds += [OMITTED] * (most - len(kinds))
        types = bytes(
            kinds[k] << 6 | kinds[k + 1] << 4 | kinds[k + 2] << 2 | kinds[k + 3]
            for k in range(0, most, 4)
        )
        head = (b"\xbe" if op.form == "EXT" else b"") + bytes([first]) + types
    tail = bytes([instruction.store]) if op.stores else b""
    tail += (instruction.branch & 0xBFFF).to_bytes(2, "big") if op.branches else b""
    return head + values + tail + (instruction.text if op.text else b"")
