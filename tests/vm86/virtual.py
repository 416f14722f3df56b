"""Generated programs: what all have in common, and those in real and virtual-8086 mode."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from blocks import (
    FAR_4,
    FAR_6,
    PRIVILEGED,
    SELECTORS,
    TABLES,
    TABLES_END,
    UNRECOGNISED,
    Setting,
    Writer,
    plausible,
)
from memory_map import (
    CODE,
    CODE_SIZE,
    GDT,
    GDT_LIMIT,
    REAL_IDT_LIMIT,
    RETURNING,
    SIZE,
    dwords,
    pseudo_descriptor,
)

from vm86 import registers as r

BLOCKS = 6


class Place(NamedTuple):
    """A block, or an instruction in it: the bits and the level that it was written for, and its
    linear address."""

    bits: int
    address: int
    ring: int


class Entry(NamedTuple):
    """stack, frame: where the monitor's IRET finds what.  segments: DS, ES, FS, GS.  general: EAX,
    ECX, EDX, EBX, EBP, ESI, EDI."""

    stack: tuple[int, int]
    frame: tuple[int, ...]
    segments: tuple[int, ...]
    general: tuple[int, ...]

    def packed(self) -> bytes:
        frame = (*self.frame, *[0] * (9 - len(self.frame)))
        return dwords(*self.stack, len(self.frame), *frame, *self.segments, *self.general, 0)


class Program(ABC):
    """What all kinds have in common. tables: what LGDT and LIDT find."""

    tables = pseudo_descriptor(GDT, GDT_LIMIT) + pseudo_descriptor(0, REAL_IDT_LIMIT)

    def __init__(self, random: Random) -> None:
        self.random = random
        self.places = [self._place(n) for n in range(BLOCKS)]
        self.starts = [*self.places]  # of instructions, when there are some

    def bits(self, n: int) -> int:
        """Of block number `n`."""
        return 16

    def _place(self, n: int) -> Place:
        """Some lie across two pages."""
        address = CODE + (0x800 * n + 0x200 if n else 0) + self.random.randrange(0x200)
        if n and n % 2 == 0 and self.random.random() < 0.6:
            address = CODE + 0x800 * n - self.random.randrange(60)
        return Place(self.bits(n), address, self.ring())

    def ring(self) -> int:
        return 3

    @abstractmethod
    def setting(self, ring: int) -> Setting:
        """What code at a level may be written for."""

    @abstractmethod
    def entry(self) -> Entry:
        """Some registers with which the code can be entered."""

    def code(self) -> bytes:
        """All blocks; between them there is nothing but breakpoints."""
        found = bytearray(b"\xcc" * CODE_SIZE)
        for bits, address, ring in self.places:
            alike = [place.address for place in self.places if place.bits == bits]
            writer = Writer(self.random, self.setting(ring), bits)
            made, starts = writer.block(
                address, self.random.randrange(10, 40), self.random.choice(alike)
            )
            self.starts += [Place(bits, start, ring) for start in starts]
            found[address - CODE : address - CODE + len(made)] = made
        return bytes(found)

    def skips(self) -> bytes:
        """What is at SKIPS."""
        found = [0] * CODE_SIZE
        after = 0
        for at in sorted({one.address - CODE for one in self.starts}, reverse=True):
            for k in range(at, min(at + 16, after)):
                found[k] = after
            after = at
        return b"".join(word.to_bytes(2, "little") for word in found)

    def data(self) -> bytes:
        """What operands in memory are; of the beginning, blocks.py says what is there."""
        random, setting = self.random, self.setting(3)
        found = bytearray(random.randbytes(SIZE))
        for n in range(0, SIZE, 4):
            if random.random() < 0.5:
                found[n : n + 4] = dwords(random.choice((0, 1, -1, plausible(random))))
        for n in range(SELECTORS, FAR_6, 2):
            found[n : n + 2] = dwords(random.choice(setting.selectors))[:2]
        for n in range(FAR_6, FAR_4, 8):
            selector, offset = self._pointer(setting)
            found[n : n + 8] = dwords(offset, selector)
        for n in range(FAR_4, TABLES, 4):
            selector, offset = self._pointer(setting)
            found[n : n + 4] = dwords(offset & 0xFFFF | selector << 16)
        for n in range(TABLES, TABLES_END, 16):
            found[n : n + 16] = self.tables
        return bytes(found)

    def _pointer(self, setting: Setting) -> tuple[int, int]:
        """Into code, for JMP and CALL, or to data, for LDS and the like."""
        if self.random.random() < 0.5:
            return self.random.choice(setting.targets)
        return self.random.choice(setting.selectors), plausible(self.random)

    def flags(self) -> int:
        chance = self.random.random
        value = self.random.getrandbits(12) & 0x8D5 | 2
        value |= r.IF if chance() < 0.85 else 0
        value |= r.DF if chance() < 0.2 else 0
        value |= r.TF if chance() < 0.04 else 0
        value |= r.RF if chance() < 0.05 else 0
        return value | self.random.choice((0, 0, r.IOPL))

    def stack_pointer(self) -> int:
        if self.random.random() < 0.1:
            return self.random.choice((0, 1, 2, 6, 0xFFFF, 0xFFFE, 0x2003, 0x10004, 0x1FFFE))
        return self.random.randrange(0x400, 0xFFFC) & ~1

    def general(self) -> tuple[int, ...]:
        return tuple(plausible(self.random) for _ in range(7))


VIRTUAL_SEGMENTS = (0x2000, 0x2000, 0x1000, 0x2001)  # DS, ES, FS, GS


def virtual_targets(places: Sequence[Place]) -> list[tuple[int, int]]:
    every = [one.address for one in places if one.bits == 16]
    return [*((CODE >> 4, a - CODE) for a in every), *((a >> 4, a & 15) for a in every)]


class Virtual(Program):
    """In real or in virtual-8086 mode."""

    def setting(self, ring: int) -> Setting:
        return Setting(
            targets=virtual_targets(self.places),
            selectors=(*VIRTUAL_SEGMENTS, 0x3000, 0xFFFF, self.random.getrandbits(16)),
            stacks=(0x3000, 0x3000, 0x2FF0, self.random.getrandbits(16)),
            vectors=(3, 4, RETURNING, RETURNING, self.random.getrandbits(8)),
            seldom=(*UNRECOGNISED, *PRIVILEGED),
        )

    def entry(self) -> Entry:
        selector, offset = self.random.choice(virtual_targets(self.starts))
        frame = (offset, selector, self.flags())
        return Entry(
            (self.stack_pointer() & 0xFFFE, 0x3000), frame, VIRTUAL_SEGMENTS, self.general()
        )
