"""Machines in which generated programs run: tables, pages, a monitor, and what programs begin with.

A program is blocks of code (see blocks.py), and *entries*: registers with which the monitor enters
a block, the next one whenever something has come to it. So a program survives its faults.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple, cast

from blocks import (
    CODE,
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

from vm86 import registers as r
from vm86.asm.assembler import Assembler86
from vm86.paging import PAGE_USER, PAGE_WRITABLE
from vm86.reset import power_on, set_a20, start
from vm86.segments import set_mode
from vm86.state import State
from vm86.supervise import supervise
from vm86.tasks import load_task, restore_task
from zoo.layout import Guest
from zoo.registers import PC

KINDS = ("real", "monitored", "protected", "paged")
BLOCKS, ENTRIES_COUNT = 6, 12

# Linear addresses. From GDT to TABLES_STOP, and some pages' entries, the monitor restores.
GDT, LDT = 0x1000, 0x1200
TSS, DOUBLE_TSS, OTHER_TSS, OLD_TSS, TABLES_STOP = 0x1240, 0x12E0, 0x1360, 0x13E0, 0x1440
IDT = 0x1800
DIRECTORY, PAGES = 0x2000, 0x3000
VARIABLES = 0x4000
NEXT, ENTRIES_END, LOG_NEXT, COUNTED, FIRST_CR0, FIRST_CR3 = range(VARIABLES, VARIABLES + 24, 4)
VECTOR, ERROR_CODE, OLD_EIP, OLD_EAX, OLD_DS = range(VARIABLES + 0x20, VARIABLES + 0x34, 4)
TO_GDT, TO_IDT = VARIABLES + 0x40, VARIABLES + 0x48
TABLES_COPY, PAGES_COPY = VARIABLES + 0x100, VARIABLES + 0x600
MONITOR = 0x6000
LOG = 0x8000
KERNEL_STACK, DOUBLE_STACK = 0xA000, 0xA400
INNER_STACKS = (0xA800, 0xAC00)
ENTRIES, ENTRY = 0xC000, 96
ALIAS, DATA, STACK, END = 0x18000, 0x20000, 0x30000, 0x40000
SKIPS = 0x50000  # for each byte of code where the next instruction begins; 0 for no code
PAGE, SIZE, HIGHEST = 0x1000, 0x10000, 0x110000
CODE_SIZE = ALIAS - CODE
CODE_PAGES = range(CODE // PAGE, ALIAS // PAGE)
VOLATILE = range(DATA // PAGE, END // PAGE)  # pages that may be absent and the like

# The monitor's code begins with places for handlers and the like, SPACING apart
SPACING = 16
VECTORS = 0x31  # those with handlers that go to the next entry
FIRST_HANDLER = MONITOR + SPACING
RETURNS = FIRST_HANDLER + SPACING * VECTORS
RETURNS_286, DOUBLE_FAULT = RETURNS + SPACING, RETURNS + 2 * SPACING
FLAT_CODE, FLAT, MAIN, DOUBLE, OTHER, OLD, LOCAL = range(8, 64, 8)
RETURNING = 0x31
WATCHDOG = 0x30  # the vector of an interrupt

# Access bytes
PRESENT, S, CODE_BIT, DOWN, WRITE = 0x80, 0x10, 8, 4, 2
TSS_386, TSS_286, LDT_TYPE = 9, 1, 2
CALL_386, CALL_286, TASK_GATE, INT_386, INT_286, TRAP_386 = 12, 4, 5, 14, 6, 15
BIG, PAGED = 4, 8


@cache
def monitor(name: str) -> bytes:
    """The code at MONITOR."""
    path = Path(__file__).parent / "generated" / f"{name}.asm"
    names = {k: v for k, v in globals().items() if k.isupper() and isinstance(v, int)}
    names |= {"TABLES": GDT, "TABLES_SIZE": TABLES_STOP - GDT}
    names |= {"PAGES": PAGES + 4 * VOLATILE.start, "PAGES_SIZE": 4 * len(VOLATILE)}
    given = {name: str(value) for name, value in names.items()}
    return Assembler86(str(path), given).assemble(path.read_text())


def dwords(*words: int) -> bytes:
    return b"".join((word & 0xFFFFFFFF).to_bytes(4, "little") for word in words)


# Descriptors


class Descriptor(NamedTuple):
    """access: its byte; flags: G and B."""

    base: int
    limit: int
    access: int
    flags: int = 0

    @property
    def dpl(self) -> int:
        return self.access >> 5 & 3

    def packed(self) -> bytes:
        low = self.limit & 0xFFFF | (self.base & 0xFFFF) << 16
        high = self.base >> 16 & 0xFF | self.access << 8 | self.base & 0xFF000000
        return dwords(low, high | self.limit & 0xF0000 | self.flags << 20)


def gate(kind: int, selector: int, offset: int = 0, dpl: int = 3, count: int = 0) -> bytes:
    """count: of parameters."""
    access = kind | dpl << 5 | PRESENT
    return dwords(offset & 0xFFFF | selector << 16, offset & 0xFFFF0000 | access << 8 | count)


def code(
    bits: int, dpl: int, base: int = CODE, limit: int = 0xFFFF, kind: int = WRITE
) -> Descriptor:
    """kind: WRITE for what can be read, DOWN for what conforms."""
    access = PRESENT | S | CODE_BIT | kind | dpl << 5
    return Descriptor(base, limit, access, BIG if bits == 32 else 0)


def data(
    dpl: int, base: int = DATA, limit: int = 0xFFFF, kind: int = WRITE, flags: int = 0
) -> Descriptor:
    return Descriptor(base, limit, PRESENT | S | kind | dpl << 5, flags)


ALL = {"limit": 0xFFFFF, "flags": BIG | PAGED}  # four gigabytes
CODES = (
    *(code(bits, dpl, kind=kind) for bits in (16, 32) for dpl in (0, 3) for kind in (WRITE, DOWN)),
    *(code(bits, dpl, ALIAS) for bits in (16, 32) for dpl in (0, 3)),
    code(32, 3, kind=0),  # cannot be read
    code(32, 3, limit=0x400A),
    code(32, 1),
    code(32, 3, base=0)._replace(**ALL),
    code(32, 3)._replace(access=S | CODE_BIT),  # absent
)
STACKS = tuple(
    data(dpl, *more)
    for dpl in (0, 3)
    for more in (
        (STACK, 0xFFFF, WRITE, BIG),
        (STACK, 0xFFFF, WRITE, 0),
        (STACK, 0x0FFF, WRITE | DOWN, 0),
        (END, 0xFFFEF, WRITE | DOWN, BIG | PAGED),  # all that is not above itself
    )
)
DATAS = (
    *(data(0), data(3), data(3, base=0)._replace(**ALL)),
    *(data(3, kind=0), data(3, limit=0x63F), data(3, limit=3, flags=PAGED), data(3, STACK)),
    data(3, limit=0x0FFF, kind=WRITE | DOWN),
    data(3, STACK, 0xFFFEF, WRITE | DOWN, BIG | PAGED),
    data(3)._replace(access=S | WRITE),  # absent
)
GOOD = (*DATAS[:3], data(3, STACK))
CODE_DATA = data(3, CODE)
INNER = tuple(data(ring, base=0)._replace(**ALL) for ring in (1, 2))


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


class Program:
    """What all kinds have in common."""

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

    def setting(self, ring: int) -> Setting:
        raise NotImplementedError

    def entry(self) -> Entry:
        raise NotImplementedError

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
        """What operands in memory are: see vm86's tests' blocks.py for the beginning."""
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
            found[n : n + 16] = TO_TABLES
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


def _pseudo(base: int, limit: int) -> bytes:
    return limit.to_bytes(2, "little") + dwords(base) + b"\0\0"


GDT_LIMIT, IDT_LIMIT = LDT - GDT - 1, 0x1FF
TO_TABLES = _pseudo(GDT, GDT_LIMIT) + _pseudo(IDT, IDT_LIMIT)
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


class Protected(Program):
    """In protected mode; some entries are in virtual-8086 mode."""

    def __init__(self, random: Random) -> None:
        self.gdt: list[bytes] = [
            bytes(8),
            Descriptor(0, access=PRESENT | S | CODE_BIT | WRITE, **ALL).packed(),
            data(0, base=0)._replace(**ALL).packed(),
            Descriptor(TSS, 0x88, TSS_386 | PRESENT).packed(),
            Descriptor(DOUBLE_TSS, 0x67, TSS_386 | PRESENT).packed(),
            Descriptor(OTHER_TSS, 0x67, TSS_386 | PRESENT | 3 << 5).packed(),
            Descriptor(OLD_TSS, 0x2B, TSS_286 | PRESENT | 3 << 5).packed(),
            Descriptor(LDT, 0x3F, LDT_TYPE | PRESENT).packed(),
        ]
        self.ldt: list[bytes] = []
        super().__init__(random)
        self.of: dict[Descriptor, list[int]] = {}  # the selectors of descriptors
        for one in (*CODES, *STACKS, *DATAS, CODE_DATA, *INNER):
            self.of[one] = [self._add(self.gdt, one.packed())]
        for one in (random.choice(CODES[:8]), CODES[5], *random.sample(STACKS, 2), DATAS[1]):
            self.of[one].append(self._add(self.ldt, one.packed()) | 4)
        self.gates = [
            self._add(self.gdt, made)
            for made in (
                self._call(CALL_386, 4, 0),
                self._call(CALL_386, 4, 3),
                self._call(CALL_386, 5, 0),
                self._call(CALL_386, 6, 1),
                self._call(CALL_286, 0, 2),
                self._call(CALL_286, 2, 0),
                gate(TASK_GATE, OTHER),
            )
        ]
        self._add(self.ldt, self._call(CALL_386, 4, 2))
        assert 8 * len(self.gdt) <= LDT - GDT

    def _add(self, table: list[bytes], descriptor: bytes) -> int:
        table.append(descriptor)
        return 8 * (len(table) - 1)

    def _call(self, kind: int, n: int, count: int) -> bytes:
        """A gate to a block, by code segment CODES[n]."""
        bits = 32 if n >= 4 else 16
        address = self.random.choice([place.address for place in self.places if place.bits == bits])
        return gate(kind, self.of[CODES[n]][0], address - CODE, count=count)

    def ring(self) -> int:
        return self.random.choice((0, 3, 3))

    def bits(self, n: int) -> int:
        return self.random.choice((16, 32)) if n > 1 else (16, 32)[n]

    def _targets(self, ring: int) -> list[tuple[int, int]]:
        """Blocks by code segments, mostly those of a level that can be reached, and gates."""
        found: list[tuple[int, int]] = []
        for one in CODES:
            wide = 32 if one.flags & BIG else 16
            there = one.dpl == ring or one.access & DOWN or self.random.random() < 0.15
            for bits, address, _ in self.places if there else ():
                if bits == wide or self.random.random() < 0.05:
                    offset = address - (0 if one.base == 0 else CODE)
                    found += [(s | self.random.choice((ring, 3)), offset) for s in self.of[one]]
        for selector in (*self.gates, OTHER, OLD):
            found += [(selector | 3, 0)] * 4
        return found

    def setting(self, ring: int) -> Setting:
        usual = [self._some(GOOD, ring) for _ in range(40)]
        return Setting(
            targets=self._targets(ring),
            selectors=(
                *usual,
                *self._selectors((*DATAS, CODE_DATA, *CODES, *STACKS), ring),
                *(0, 3, *self.gates, OTHER, OLD, LOCAL, 0x1FC, 0x1F8, 0x47),
            ),
            stacks=(
                *self._selectors([one for one in STACKS if one.dpl == ring], ring) * 4,
                *self._selectors((*STACKS, *DATAS), ring),
                0,
            ),
            vectors=(3, 4, *range(RETURNING - 1, RETURNING + 8), *range(0, 0x80, 0x10)),
            seldom=PRIVILEGED if ring else (),
        )

    def _selectors(self, descriptors: Sequence[Descriptor], ring: int) -> list[int]:
        return [
            selector | self.random.choice((ring, ring, 0, 3))
            for one in descriptors
            for selector in self.of[one]
        ]

    def _some(self, descriptors: Sequence[Descriptor], ring: int) -> int:
        """A selector that the level can use."""
        fit = [one for one in descriptors if one.dpl >= ring]
        return self.random.choice(self.of[self.random.choice(fit)]) | ring

    def _data(self, ring: int) -> int:
        """Likewise, mostly with everything in it."""
        return self._some(GOOD if self.random.random() < 0.75 else DATAS, ring)

    def entry(self) -> Entry:
        random = self.random
        if random.random() < 0.15:
            return self._virtual_entry()
        bits, address, level = random.choice(self.starts)
        fit = [one for one in CODES if one.flags & BIG == (BIG if bits == 32 else 0)]
        one = random.choice(fit if random.random() < 0.95 else CODES)
        while not one.access & DOWN and one.dpl != level and random.random() < 0.8:
            one = random.choice(fit)
        ring = random.choice((one.dpl, level, 3)) if one.access & DOWN else one.dpl
        cs = random.choice(self.of[one]) | ring
        offset = address - (0 if one.base == 0 else CODE)
        code_data = self.of[CODE_DATA][0] | ring
        segments = (self._data(ring), self._data(ring), code_data, self._data(ring))
        frame = (offset, cs, self.flags())
        stacks = [one for one in STACKS if one.dpl == ring]
        if ring == 0:
            return Entry(
                (self.stack_pointer(), self._some(stacks, 0)), frame, segments, self.general()
            )
        if ring == 3:
            stack = (self.stack_pointer(), self._some(stacks, 3))
        else:
            stack = (INNER_STACKS[ring - 1], self.of[INNER[ring - 1]][0] | ring)
        return Entry((KERNEL_STACK, FLAT), (*frame, *stack), segments, self.general())

    def _virtual_entry(self) -> Entry:
        targets = virtual_targets(self.starts)
        random = self.random
        selector, offset = random.choice(targets)
        ds, es, fs, gs = VIRTUAL_SEGMENTS
        flags = self.flags() | r.VM | random.choice((0, r.IOPL))
        frame = (offset, selector, flags, self.stack_pointer(), 0x3000)
        return Entry((KERNEL_STACK, FLAT), (*frame, es, ds, fs, gs), (0, 0, 0, 0), self.general())

    # Tables

    def idt(self) -> bytes:
        """Faults, and what INT finds: handlers that return, one of them a 286's; a task; gates to
        blocks of different levels; nothing."""
        gates = [gate(INT_386, FLAT_CODE, FIRST_HANDLER + SPACING * n, 0) for n in range(VECTORS)]
        gates[0] = gate(TRAP_386, FLAT_CODE, FIRST_HANDLER, 0)
        gates[3] = gate(INT_386, FLAT_CODE, FIRST_HANDLER + SPACING * 3)
        gates[4] = gate(TRAP_386, FLAT_CODE, FIRST_HANDLER + SPACING * 4)
        gates[8] = gate(TASK_GATE, DOUBLE, dpl=0)
        gates[WATCHDOG] = gate(INT_386, FLAT_CODE, FIRST_HANDLER + SPACING * WATCHDOG)
        gates += [
            gate(TRAP_386, FLAT_CODE, RETURNS),
            gate(INT_286, FLAT_CODE, RETURNS_286),
            gate(TASK_GATE, OTHER),
            self._call(INT_386, 5, 0),
            self._call(INT_286, 0, 0),
            self._call(TRAP_386, 6, 0),
            bytes(8),
        ]
        return b"".join(gates)

    def task(self, entry: Entry) -> bytes:
        """A TSS whose task begins as an entry does."""
        eip, cs, flags, *more = entry.frame
        ds, es, fs, gs = entry.segments
        esp, ss = more[:2] if more else entry.stack
        if flags & r.VM:
            es, ds, fs, gs = more[2:]
        eax, ecx, edx, ebx, ebp, esi, edi = entry.general
        inner = zip(INNER_STACKS, self._inner(), strict=True)
        stacks = (KERNEL_STACK, FLAT, *(word for pair in inner for word in pair))
        general = (eax, ecx, edx, ebx, esp, ebp, esi, edi)
        ldt = self.random.choice((LOCAL, LOCAL, 0))
        return dwords(
            *(0, *stacks, DIRECTORY, eip, flags, *general, es, cs, ss, ds, fs, gs, ldt, 0x68 << 16)
        )

    def _inner(self) -> list[int]:
        return [self.of[one][0] | ring for ring, one in enumerate(INNER, 1)]

    def old_task(self) -> bytes:
        """A TSS of a 286."""
        words = [self.random.getrandbits(16) for _ in range(22)]
        words[:7] = [0, KERNEL_STACK, FLAT, 0, 0, 0, 0]
        words[7:9] = [self.places[0].address - CODE, self.flags() & 0xFFFF]
        words[17:22] = [FLAT, self.of[CODES[0]][0], FLAT, FLAT, LOCAL]
        return b"".join(word.to_bytes(2, "little") for word in words)

    def tables(self) -> bytes:
        """From GDT to TABLES_STOP."""
        monitor = ((KERNEL_STACK, FLAT), (MONITOR, FLAT_CODE, 2), (FLAT,) * 4, (0,) * 7)
        double = ((DOUBLE_STACK, FLAT), (DOUBLE_FAULT, FLAT_CODE, 2), (FLAT,) * 4, (0,) * 7)
        parts = {
            GDT: b"".join(self.gdt),
            LDT: b"".join(self.ldt),
            TSS: self.task(Entry(*monitor)) + self.random.randbytes(0x20) + b"\xff",
            DOUBLE_TSS: self.task(Entry(*double)),
            OTHER_TSS: self.task(self.entry()),
            OLD_TSS: self.old_task(),
        }
        found = bytearray(TABLES_STOP - GDT)
        for address, part in parts.items():
            found[address - GDT : address - GDT + len(part)] = part
        return bytes(found)

    def pages(self) -> bytes:
        """A page table for the first four megabytes."""
        random = self.random
        places = range(0, 1024 * PAGE, PAGE)
        entries = [place | 3 | (PAGE_USER if place >= CODE else 0) for place in places]
        for page in CODE_PAGES:
            entries[page] &= ~(PAGE_WRITABLE if random.random() < 0.15 else 0)
            alias = page + (ALIAS - CODE) // PAGE
            entries[alias] = page * PAGE | random.choice((*[7] * 8, 5, 3, 6))
        for page in VOLATILE:
            frame = random.choice(VOLATILE) if random.random() < 0.15 else page
            frame = 0xF0000 if random.random() < 0.03 else frame
            entries[page] = frame * PAGE | random.choice((*[7] * 10, 5, 3, 1, 6, 2))
        return dwords(*entries)


def make(kind: str, seed: int) -> Guest:
    """A guest that is about to run the program of a kind and a seed."""
    random = Random(f"{kind} {seed}")
    guest = power_on(f"{kind} {seed}".encode())
    m = cast(State, guest.state)
    protected = kind in ("protected", "paged")
    program = Protected(random) if protected else Virtual(random)

    def put(address: int, data: bytes) -> None:
        m.mem[address : address + len(data)] = data  # type: ignore[index]

    put(0, b"\xcc" * HIGHEST)  # breakpoints, where nothing else is
    found = program.code()
    entries = b"".join(program.entry().packed() for _ in range(ENTRIES_COUNT))
    put(CODE, found)
    put(ALIAS, found)
    put(DATA, program.data())
    put(STACK, program.data())
    put(SKIPS, program.skips())
    put(ENTRIES, entries)
    put(MONITOR, monitor("protected" if protected else "real"))
    put(VARIABLES, dwords(ENTRIES, ENTRIES + len(entries), LOG, 0, r.PE | r.ET, DIRECTORY))
    if random.random() < 0.3:
        m.r[r.ROM_START], m.r[r.ROM_END] = DATA + 0x6000, DATA + 0x8000
    if isinstance(program, Protected):
        _protect(m, program, kind == "paged", put)
        return guest
    if kind == "monitored":
        supervise(m)
    m.r[r.HOSTED] = 1
    set_a20(m, random.random() < 0.5)
    put(0, dwords(*(FIRST_HANDLER + SPACING * n for n in range(256))))
    start(m, 0, MONITOR)
    return guest


def _protect(m: State, program: Protected, paged: bool, put: Callable[[int, bytes], None]) -> None:
    """Begin in protected mode: the monitor is a task."""
    tables, pages = program.tables(), program.pages()
    put(GDT, tables)
    put(TABLES_COPY, tables)
    put(IDT, program.idt())
    put(DIRECTORY, dwords(PAGES | 7))
    put(PAGES, pages)
    put(PAGES_COPY, pages[4 * VOLATILE.start : 4 * VOLATILE.stop])
    put(TO_GDT, TO_TABLES)
    cr0 = r.PE | r.ET | (r.PG if paged else 0)
    put(FIRST_CR0, dwords(cr0))
    m.r[r.HOSTED] = 1
    m.r[r.CR0], m.r[r.CR3] = cr0, DIRECTORY
    m.r[r.GDT_BASE], m.r[r.GDT_LIMIT] = GDT, GDT_LIMIT
    m.r[r.IDT_BASE], m.r[r.IDT_LIMIT] = IDT, IDT_LIMIT
    set_a20(m, True)
    set_mode(m)
    load_task(m, MAIN)
    m.r[PC] = restore_task(m, TSS, 1, 0)
