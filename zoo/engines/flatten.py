"""Object files become images, if what the compiler wrote is understood here."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from zoo.engines.elf import ALLOCATED, NOTHING, WRITABLE, X86_64, Object, Section, Unreadable
from zoo.engines.image import ALIGNMENT, Image

PC32, PLT32 = 2, 4  # relocations: the distance from here, to a symbol or to a way to it
STUB = b"\xff\x25\x02\0\0\0\x90\x90"  # jmp [rip + 2], and the address follows it
UNWINDING = ".eh_frame"  # nothing here throws


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
