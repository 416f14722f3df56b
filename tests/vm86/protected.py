"""Generated programs in protected mode, with their tables."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from blocks import PRIVILEGED, Setting
from descriptors import (
    ALL,
    BIG,
    CALL_286,
    CALL_386,
    CODE_BIT,
    CODE_DATA,
    CODES,
    DATAS,
    DOWN,
    GOOD,
    INNER,
    INT_286,
    INT_386,
    LDT_TYPE,
    PRESENT,
    STACKS,
    TASK_GATE,
    TRAP_386,
    TSS_286,
    TSS_386,
    WRITE,
    Descriptor,
    S,
    data,
    gate,
)
from memory_map import (
    ALIAS,
    CODE,
    CODE_PAGES,
    DIRECTORY,
    DOUBLE,
    DOUBLE_FAULT,
    DOUBLE_STACK,
    DOUBLE_TSS,
    FIRST_HANDLER,
    FLAT,
    FLAT_CODE,
    GDT,
    GDT_LIMIT,
    IDT,
    IDT_LIMIT,
    INNER_STACKS,
    KERNEL_STACK,
    LDT,
    LOCAL,
    MONITOR,
    OLD,
    OLD_TSS,
    OTHER,
    OTHER_TSS,
    PAGE,
    RETURNING,
    RETURNS,
    RETURNS_286,
    SPACING,
    TABLES_STOP,
    TSS,
    VECTORS,
    VOLATILE,
    WATCHDOG,
    dwords,
    pseudo_descriptor,
)
from virtual import VIRTUAL_SEGMENTS, Entry, Program, virtual_targets

from vm86 import registers as r
from vm86.paging import PAGE_USER, PAGE_WRITABLE

IO_MAP = 0x68  # in a TSS: behind all else


class Protected(Program):
    """In protected mode; some entries are in virtual-8086 mode."""

    tables = pseudo_descriptor(GDT, GDT_LIMIT) + pseudo_descriptor(IDT, IDT_LIMIT)

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
        ss1, ss2 = (self.of[one][0] | ring for ring, one in enumerate(INNER, 1))
        esp1, esp2 = INNER_STACKS
        return dwords(
            *(0, KERNEL_STACK, FLAT, esp1, ss1, esp2, ss2),
            *(DIRECTORY, eip, flags, eax, ecx, edx, ebx, esp, ebp, esi, edi),
            *(es, cs, ss, ds, fs, gs, self.random.choice((LOCAL, LOCAL, 0)), IO_MAP << 16),
        )

    def old_task(self) -> bytes:
        """A TSS of a 286."""
        words = [self.random.getrandbits(16) for _ in range(22)]
        words[:7] = [0, KERNEL_STACK, FLAT, 0, 0, 0, 0]
        words[7:9] = [self.places[0].address - CODE, self.flags() & 0xFFFF]
        words[17:22] = [FLAT, self.of[CODES[0]][0], FLAT, FLAT, LOCAL]
        return b"".join(word.to_bytes(2, "little") for word in words)

    def restored(self) -> bytes:
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
        entries = [page * PAGE | 3 for page in range(1024)]
        for page in range(CODE // PAGE, 1024):
            entries[page] |= PAGE_USER
        for page in CODE_PAGES:
            entries[page] &= ~(PAGE_WRITABLE if random.random() < 0.15 else 0)
            alias = page + (ALIAS - CODE) // PAGE
            entries[alias] = page * PAGE | random.choice((*[7] * 8, 5, 3, 6))
        for page in VOLATILE:
            frame = random.choice(VOLATILE) if random.random() < 0.15 else page
            frame = 0xF0000 if random.random() < 0.03 else frame
            entries[page] = frame * PAGE | random.choice((*[7] * 10, 5, 3, 1, 6, 2))
        return dwords(*entries)
