"""The state of one guest: a single contiguous, page-aligned buffer with a declared layout.

A machine declares its state as a class, one annotated line per arena::

    class State(zoo.layout.State):
        mem: Bytes = arena(1 << 19)
        stack: Ints = arena(1 << 16)

and its registers as constants in a module. `Layout` gives every arena its place. The buffer is

    header page | registers | arena | arena | ...

each part beginning on a page of its own, so that engines share one buffer: the interpreter sees
memoryviews of it, compiled code sees pointers into it, and changing engine copies nothing.
"""

from __future__ import annotations

import ctypes
import hashlib
import mmap
from collections.abc import Mapping, MutableSequence
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

PAGE = 4096
REGISTERS = 512  # one page of int64
MAGIC = b"ZOOSTATE"
VERSION = 1

Bytes = MutableSequence[int]  # an arena of unsigned bytes
Ints = MutableSequence[int]  # an arena of signed 64-bit integers


class State:
    """What a semantic function sees of a guest: its registers `r` and its arenas, by name."""

    r: Ints


@dataclass(frozen=True)
class Arena:
    """One named part of the buffer: `size` elements (a power of two where guests index it)."""

    name: str
    size: int
    format: str  # "B" unsigned bytes, "q" signed 64-bit integers
    offset: int = 0  # from the start of the buffer, in bytes

    @property
    def nbytes(self) -> int:
        return self.size * (1 if self.format == "B" else 8)


def arena(size: int) -> Any:
    """Declare an arena of `size` elements in a State class; the annotation gives the type."""
    return size


class Layout:
    """Where everything is in the buffer of one machine.

    `registers` is the module that numbers the machine's registers: upper-case integer constants.
    """

    def __init__(self, state: type[State], registers: ModuleType) -> None:
        self.state = state
        numbered = {k: v for k, v in vars(registers).items() if k.isupper() and isinstance(v, int)}
        self.registers: Mapping[str, int] = numbered
        places: list[Arena] = []
        offset = PAGE
        declared = [("r", "Ints", REGISTERS)]
        declared += [(n, t, vars(state)[n]) for n, t in state.__annotations__.items()]
        for name, kind, size in declared:
            place = Arena(name, size, "B" if kind == "Bytes" else "q", offset)
            places.append(place)
            offset += -(-place.nbytes // PAGE) * PAGE
        self.arenas = tuple(places)
        self.size = offset

    @cached_property
    def hash(self) -> bytes:
        """32 bytes that differ whenever the layout does."""
        words = [f"{a.name}:{a.format}{a.size}" for a in self.arenas]
        words += [f"{name}={number}" for name, number in sorted(self.registers.items())]
        return hashlib.sha256(" ".join(words).encode()).digest()

    def __getitem__(self, name: str) -> Arena:
        for place in self.arenas:
            if place.name == name:
                return place
        raise KeyError(name)


class Guest:
    """One guest: the buffer, and memoryviews of its arenas under `state`.

    `image_hash` is the SHA-256 of the image that was loaded; it binds snapshots to the image.
    """

    def __init__(self, layout: Layout, machine: str, image_hash: bytes) -> None:
        self.layout = layout
        self.machine = machine
        self.image_hash = image_hash
        self.buffer = mmap.mmap(-1, layout.size)
        header = MAGIC + VERSION.to_bytes(8, "little") + machine.encode().ljust(16, b"\0")
        self.buffer[:PAGE] = (header + layout.hash + image_hash).ljust(PAGE, b"\0")
        self.state: State = layout.state()
        whole = memoryview(self.buffer)
        for place in layout.arenas:
            part = whole[place.offset : place.offset + place.nbytes]
            view: Any = part if place.format == "B" else part.cast("q")
            setattr(self.state, place.name, view)

    @cached_property
    def address(self) -> int:
        """The host address of the buffer, for compiled code."""
        return ctypes.addressof(ctypes.c_char.from_buffer(self.buffer))
