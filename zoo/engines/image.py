"""Native code as it is kept: images, which need only be put into memory to be run.

An image is position-independent, with all its references within it resolved when it is made. What
it calls elsewhere it calls through stubs at its end, each with room for an address. Where the
compiler's output is not understood, the object file stands in an image's place, for LLVM to load.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from zoo.engines.elf import ALLOCATED, NOTHING, WRITABLE, X86_64, Object, Section, Unreadable

PC32, PLT32 = 2, 4  # relocations: the distance from here, to a symbol or to a way to it
ALIGNMENT = 64
STUB = b"\xff\x25\x02\0\0\0\x90\x90"  # jmp [rip + 2], and the address follows it
UNWINDING = ".eh_frame"  # nothing here throws


class Image(NamedTuple):
    """exports: where its functions begin.  imports: where the addresses of those belong that it
    calls (8 bytes).  In an object file (not flat) only LLVM knows the places, and these are 0."""

    code: bytes
    exports: Mapping[str, int]
    imports: Mapping[str, int]
    flat: bool = True


def made_of(data: bytes, exports: Iterable[str], imports: Iterable[str]) -> Image:
    """The image of an object file that defines `exports` and needs `imports`."""
    try:
        return _flattened(Object(data))
    except Unreadable:
        return Image(data, dict.fromkeys(exports, 0), dict.fromkeys(imports, 0), flat=False)


def _flattened(found: Object) -> Image:
    if found.machine != X86_64:
        raise Unreadable("only the x86-64's relocations are known here")
    code = bytearray()
    places: dict[int, int] = {}  # of sections, by their number
    for number, section in enumerate(found.sections):
        if _is_loaded(section):
            places[number] = len(code) + -len(code) % section.alignment
            code += bytes(places[number] - len(code)) + section.data
    code += bytes(-len(code) % len(STUB))
    imports: dict[str, int] = {}
    for number, place in places.items():
        for one in found.relocations(found.sections[number].name):
            symbol = one.symbol
            if symbol.section in places and one.kind in (PC32, PLT32):
                target = places[symbol.section] + symbol.place
            elif symbol.section == 0 and one.kind == PLT32:
                if symbol.name not in imports:
                    imports[symbol.name] = len(code) + len(STUB)
                    code += STUB + bytes(8)
                target = imports[symbol.name] - len(STUB)
            else:
                raise Unreadable(f"a relocation of kind {one.kind} to {symbol.name}")
            here = place + one.place
            struct.pack_into("<i", code, here, target + one.addend - here)
    exports = {
        symbol.name: places[symbol.section] + symbol.place
        for symbol in found.symbols
        if symbol.is_function_for_others
    }
    return Image(bytes(code), exports, imports)


def _is_loaded(section: Section) -> bool:
    """Whether a section belongs into memory; raises Unreadable if it can't come there."""
    if not section.flags & ALLOCATED or not section.size or section.name == UNWINDING:
        return False
    if section.flags & WRITABLE or section.kind == NOTHING or section.alignment > ALIGNMENT:
        raise Unreadable(f"{section.name}: code and constants only")
    return True


def packed(image: Image, **more: Any) -> bytes:
    """An image as bytes for a file; `more` is kept with it."""
    members = {**image._asdict(), **more, "code": len(image.code)}
    return json.dumps(members).encode() + b"\n" + image.code


def unpacked(data: bytes) -> Iterator[tuple[Image, dict[str, Any]]]:
    """The images that follow each other in a file, and what was kept with each."""
    at = 0
    while at < len(data):
        start = data.index(b"\n", at) + 1
        more = json.loads(data[at:start])
        at = start + more.pop("code")
        image = Image(data[start:at], more.pop("exports"), more.pop("imports"), more.pop("flat"))
        yield image, more
