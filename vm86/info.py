"""What a DOS program's file says of itself."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from zoo.facts import Fact, Section

HEADER = 0x1C  # bytes
PARAGRAPH = 16
PAGE = 512
PACKED = 7.2  # bits a byte, above which code has probably been compressed


def sections(data: bytes) -> Sequence[Section]:
    """Of an .EXE its header; of both what can be guessed from the bytes."""
    if data[:2] in (b"MZ", b"ZM") and len(data) >= HEADER:
        size, code = size_in_file(data), data[PARAGRAPH * _word(data, 8) :]
        return [Section("program", list(_header(data, size))), Section("code", list(_code(code)))]
    kind = Fact("kind", "com", ".COM, a memory image that begins at offset 100h")
    size = Fact("size", len(data), f"{len(data):,} bytes")
    return [Section("program", [kind, size]), Section("code", list(_code(data)))]


def _word(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 2], "little")


def size_in_file(data: bytes) -> int:
    """How many bytes of the file the header speaks of; what follows is not loaded."""
    last, pages = _word(data, 2), _word(data, 4)
    return pages * PAGE - (PAGE - last if last else 0)


def _header(data: bytes, size: int) -> Iterator[Fact]:
    yield Fact("kind", "exe", ".EXE")
    yield Fact("size", len(data), f"{len(data):,} bytes")
    if size > len(data):
        text = f"{size:,} bytes: {size - len(data):,} of them are missing"
    else:
        text = f"{size:,} bytes, {len(data) - size:,} follow that are not loaded"
    yield Fact("loaded", size, text)
    yield Fact("relocations", _word(data, 6))
    least, most = (PARAGRAPH * _word(data, place) for place in (0x0A, 0x0C))
    yield Fact("more memory", [least, most], f"at least {least:,} bytes, at most {most:,}")
    for name, segment, offset in (("start", 0x16, 0x14), ("stack", 0x0E, 0x10)):
        place = f"{_word(data, segment):04X}:{_word(data, offset):04X}"
        yield Fact(name, place, f"{place}, counted from where it is loaded")
    yield Fact("overlay", _word(data, 0x1A))


def _code(code: bytes) -> Iterator[Fact]:
    bits = entropy(code)
    hint = "probably packed" if bits > PACKED else "not packed, by the look of it"
    yield Fact("entropy", round(bits, 2), f"{bits:.2f} bits a byte: {hint}")


def entropy(data: bytes) -> float:
    """How many bits of information a byte has (Shannon), 0 to 8."""
    counts = Counter(data).values()
    return sum(count / len(data) * math.log2(len(data) / count) for count in counts)
