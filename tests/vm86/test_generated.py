"""Generated programs leave the same on every engine: registers, memory, the number of instructions
and why they stopped. They are in real and in protected mode, with and without pages, in
virtual-8086 mode, and change between these; see worlds.py and blocks.py.

A difference is reported with the instruction that made it. To look at it again: `run` with the same
kind, seed and count.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, cast

import pytest
from memory_map import (
    CODE,
    ENTRIES,
    ENTRIES_COUNT,
    FLAT,
    FLAT_CODE,
    KERNEL_STACK,
    PAGE,
    PAGES,
    WATCHDOG,
    dwords,
)
from virtual import Entry
from worlds import KINDS, make

from vm86 import registers as r
from vm86.asm.assembler import Assembler86
from vm86.machine import MACHINE
from vm86.state import LAYOUT, State
from zoo import registers as z
from zoo.engines import recompile
from zoo.layout import Guest
from zoo.session import make_engine

COUNT = 2500  # instructions of a program
OFTEN = 401  # instructions between two interrupts
KNOWN = LAYOUT["code"]  # what the recompiler knows, and no other engine
# Registers' numbers; the constants of the same module come after them
NUMBERS = sorted({LAYOUT.registers[name]: name for name in reversed(LAYOUT.registers)}.items())


class End(NamedTuple):
    """state: the whole buffer, but for what only the recompiler knows."""

    executed: int
    state: bytes


def run(guest: Guest, engine: str, count: int, size: int = OFTEN) -> int:
    """Run `count` instructions, fewer after a shutdown, at most `size` at a time; how many they
    were. Ports are all ones; interrupts come at fixed times."""
    m = cast(State, guest.state)
    made = make_engine(engine, MACHINE, guest)
    done = 0
    while done < count:
        part = min(size, OFTEN - done % OFTEN, count - done)
        done += part - made.run(part)
        if m.r[z.STOP] == z.FAULT:
            break
        if m.r[z.STOP] and m.r[z.CAUSE] != r.IDLE:
            m.r[z.REPLY], m.r[z.REPLIED] = -1, 1
        m.r[z.STOP] = z.RUNNING
        if done % OFTEN == 0 and m.r[r.INTERRUPT] < 0:
            m.r[r.INTERRUPT], m.r[r.END] = WATCHDOG, -1
    return done


def end(guest: Guest, engine: str, count: int, size: int = OFTEN) -> End:
    executed = run(guest, engine, count, size)
    state = bytearray(guest.buffer[:])
    state[KNOWN.offset : KNOWN.offset + KNOWN.nbytes] = bytes(KNOWN.nbytes)
    return End(executed, bytes(state))


def ended(kind: str, seed: int, engine: str, count: int, size: int = OFTEN) -> End:
    return end(make(kind, seed), engine, count, size)


def compare(kind: str, seed: int, engine: str, count: int = COUNT, size: int = OFTEN) -> None:
    """The loop, and another engine or other slices of the budget. What is different is reported,
    with the first instruction after which it is."""
    if ended(kind, seed, "jit", count) == ended(kind, seed, engine, count, size):
        return
    same, different = 0, count
    while different - same > 1:
        middle = (same + different) // 2
        if ended(kind, seed, "jit", middle) == ended(kind, seed, engine, middle, size):
            same = middle
        else:
            different = middle
    raise AssertionError(difference(kind, seed, engine, different, size))


def name(n: int) -> str:
    """Of register number `n`, which may be one of a row of them."""
    first, found = max(one for one in NUMBERS if one[0] <= n)
    return found if n == first else f"{found} + {n - first}"


def difference(kind: str, seed: int, engine: str, count: int, size: int) -> str:
    """What is different after `count` instructions."""
    guest = make(kind, seed)
    run(guest, "jit", count - 1)
    m = cast(State, guest.state)
    pc = m.r[z.PC]
    arm, after, *_ = MACHINE.decode(m, pc)
    names = "/".join(dict.fromkeys(op.name for op in MACHINE.arms[arm].ops))
    code = bytes(m.mem[pc:after]).hex(" ")
    where = f"{m.r[r.SELECTOR + r.CS]:04x}:{pc - m.r[r.ORIGIN]:x}, {code}"
    one, other = (make(kind, seed) for _ in range(2))
    done = run(one, "jit", count), run(other, engine, count, size)
    lines = [f"{kind} {seed} on {engine}: instruction {count} is {names} at {where}"]
    lines += [f"executed {done[1]} not {done[0]}"] if done[0] != done[1] else []
    a, b = cast(State, one.state), cast(State, other.state)
    for n in range(512):
        if a.r[n] != b.r[n]:
            lines.append(f"{name(n)} {b.r[n]:x} not {a.r[n]:x}")
    for place in LAYOUT.arenas:
        if place.name not in ("r", "code"):
            x, y = getattr(a, place.name), getattr(b, place.name)
            if bytes(x) != bytes(y):
                at = next(k for k in range(place.size) if x[k] != y[k])
                lines.append(f"{place.name}[{at:x}] {y[at]:x} not {x[at]:x}")
    return "\n".join(lines)


@pytest.fixture
def together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eager: None) -> None:
    """Whatever runs twice is translated, and kept for the programs that come after."""
    monkeypatch.setattr(recompile, "translations_path", lambda *_: tmp_path / "translations.o")


@pytest.mark.parametrize("kind", KINDS)
def test_the_interpreter_does_what_the_loop_does(kind: str) -> None:
    for seed in range(5):
        compare(kind, seed, "interp", 1500)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 7, 97])
def test_slices_are_exact(kind: str, size: int) -> None:
    for seed in range(3):
        compare(kind, seed, "jit", size=size)


@pytest.mark.parametrize("kind", ["monitored", "paged"])
@pytest.mark.usefixtures("together")
def test_translations_do_what_the_loop_does(kind: str) -> None:
    compare(kind, 0, "recompile", 1000)


# Page 10h is also page 0. `on` jumps back with an operand of two bytes: EIP is cut to that of page
# 0, which the CALL shows.
CUT = """
bits 32
org 0x10000
again:  nop
        jmp short on
back:   call next
next:   pop eax
        add ebx, eax
        mov edx, again
        jmp edx
on:     db 0x66, 0xEB, back - ($ + 3)
"""


@pytest.mark.usefixtures("together")
def test_a_page_of_code_at_two_addresses() -> None:
    code = Assembler86("cut.asm").assemble(CUT)
    entry = Entry((KERNEL_STACK, FLAT), (CODE, FLAT_CODE, 2), (FLAT,) * 4, (0,) * 7)
    ends: list[End] = []
    for engine in ("jit", "recompile"):
        guest = make("paged", 0)
        m = cast(State, guest.state)
        for address, data in {
            CODE: code,
            PAGES: dwords(CODE | 7),
            PAGES + 4 * CODE // PAGE: dwords(CODE | 7),
            ENTRIES: entry.packed() * ENTRIES_COUNT,
        }.items():
            m.mem[address : address + len(data)] = data  # type: ignore[index]
        ends.append(end(guest, engine, 350))
        assert 0 < m.r[r.EBX] < CODE
    assert ends[0] == ends[1]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_interpreter_does_it_for_long(kind: str) -> None:
    for seed in range(100, 200):
        compare(kind, seed, "interp")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [OFTEN, 13])
@pytest.mark.usefixtures("together")
def test_translations_do_it_for_long(kind: str, size: int) -> None:
    for seed in range(100, 110):
        compare(kind, seed, "recompile", 5000, size)
