"""The engines do the same with the same 386, to the byte."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vm86 import registers as r
from vm86.machine import MACHINE, load
from vm86.state import LAYOUT, State
from zoo import registers as z
from zoo.layout import Guest
from zoo.session import make_engine

CODE = LAYOUT["code"]  # what the recompiler knows, and no other engine
IRET_STUB = bytes.fromhex("80FC4C7401CFF4")  # INT 21h: AH = 4Ch halts, all else returns


def boot(program: bytes) -> Guest:
    guest = load(program)
    m = cast(State, guest.state)
    m.mem[0xF0100 : 0xF0100 + len(IRET_STUB)] = IRET_STUB
    for vector in range(256):
        m.mem[4 * vector : 4 * vector + 4] = bytes([0x00, 0x01, 0x00, 0xF0])
    return guest


def ran(guest: Guest, engine: str, budget: int) -> int:
    """Run until the budget is used or the guest halts; ports are written to in vain and read as
    all ones. The instructions that were executed."""
    m = guest.state
    made = make_engine(engine, MACHINE, guest)
    left = budget
    while left > 0:
        left = made.run(left)
        if m.r[z.STOP] != z.HOST:
            break
        m.r[z.REPLY] = -1
        m.r[z.REPLIED] = 1
        m.r[z.STOP] = z.RUNNING
    return budget - left


def state(guest: Guest) -> bytes:
    data = bytearray(guest.buffer[:])
    data[CODE.offset : CODE.offset + CODE.nbytes] = bytes(CODE.nbytes)
    return bytes(data)


@settings(max_examples=150)
@given(code=st.binary(min_size=1, max_size=60), budget=st.integers(1, 400))
def test_random_bytes(code: bytes, budget: int) -> None:
    ends: list[tuple[int, bytes]] = []
    for engine in ("interp", "jit"):
        guest = boot(code)
        ends.append((ran(guest, engine, budget), state(guest)))
    assert ends[0] == ends[1]


COUNTDOWN = bytes.fromhex("B9E803 BE0003 AC 01C3 AA 49 75F9 B44C CD21")
# MOV CX,2000; INC byte [the ADD's immediate operand]; ADD AX,1; LOOP; MOV AH,4C; INT 21
CHANGES_ITSELF = bytes.fromhex("B9D007 FE060801 050100 E2F7 B44C CD21")
CALLS = bytes.fromhex("B9D007 E80600 E2FB B44C CD21 50 01C8 58 40 C3")
# What is called returns by IRET, with TF set: PUSH 102h; PUSH CS; CALL f; INC AX; INC AX; JMP on;
# f: IRET; on: PUSH 2; POPF; LOOP
RETURNS_OTHERWISE = bytes.fromhex("B93200 680201 0E E80400 40 40 EB01 CF 6A02 9D E2EF B44C CD21")


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(
    "program",
    [COUNTDOWN, CHANGES_ITSELF, CALLS, RETURNS_OTHERWISE],
    ids=["loop", "changes", "calls", "returns otherwise"],
)
@pytest.mark.parametrize("budget", [*range(1, 30, 2), 997, 100_000])
def test_translations_are_exact(program: bytes, budget: int) -> None:
    expected, found = boot(program), boot(program)
    assert ran(expected, "jit", budget) == ran(found, "recompile", budget)
    assert state(expected) == state(found)


@pytest.mark.usefixtures("eager")
def test_a_loop_is_translated() -> None:
    guest = boot(CALLS)
    made = make_engine("recompile", MACHINE, guest)
    made.run(10_000)
    assert made.figures()["translated_instructions"] > 8_000


@pytest.mark.usefixtures("eager")
def test_code_that_changes_at_every_turn_is_left_to_the_loop() -> None:
    guest = boot(CHANGES_ITSELF)
    made = make_engine("recompile", MACHINE, guest)
    made.run(100_000)
    assert guest.state.r[z.STOP] == z.HALT
    assert made.figures()["translations"] < 20
    assert guest.state.r[r.CHANGED] == 0


# Instructions between the marks, and what is printed behind them: ../shared/bench/vm86/README.md
COUNTS = {"crcbit": (28681, 135244), "crctab": (123914, 147462), "mandel": (7, 1221873)}


def benchmark(name: str) -> bytes:
    root = Path(os.environ.get("ZOO_BENCH") or Path(__file__).parents[3] / "shared" / "bench")
    path = root / "vm86" / f"{name}.com"
    if not path.is_file():
        assert not os.environ.get("CI"), f"no benchmark at {path}"
        pytest.skip(f"no benchmark at {path}")
    return path.read_bytes()


RUNS = [(name, engine) for name in COUNTS for engine in ("interp", "jit", "recompile")]
RUNS.remove(("mandel", "interp"))  # a repetition is a million instructions


@pytest.mark.parametrize(("name", "engine"), RUNS)
def test_the_benchmarks_execute_what_they_should(name: str, engine: str) -> None:
    image = bytearray(benchmark(name))
    times = 1 if engine == "interp" else 60
    image[3:5] = times.to_bytes(2, "little")
    guest = boot(bytes(image))
    m = cast(State, guest.state)
    made = make_engine(engine, MACHINE, guest)
    executed, marks, left = 0, list[int](), 1 << 40
    while m.r[z.STOP] != z.HALT:
        before, left = left, made.run(left)
        executed += before - left
        if m.r[z.STOP] == z.HOST:
            if m.r[r.PORT] == 0xE9:
                marks.append(executed)
            m.r[z.REPLIED], m.r[z.STOP] = 1, z.RUNNING
    base, each = COUNTS[name]
    assert marks[1] - marks[0] == base + each * times


def test_translations_are_kept_for_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of its code could change, and lies in memory as it did."""
    monkeypatch.setattr("zoo.engines.recompile.WAIT", True)
    image = bytearray(benchmark("sieve"))
    image[3:5] = (20).to_bytes(2, "little")
    figures: list[dict[str, float]] = []
    for _ in range(2):
        guest = boot(bytes(image))
        made = make_engine("recompile", MACHINE, guest)
        while guest.state.r[z.STOP] != z.HALT:
            made.run(1 << 40)
            guest.state.r[z.REPLIED] = 1
            if guest.state.r[z.STOP] == z.HOST:
                guest.state.r[z.STOP] = z.RUNNING
        figures.append(made.figures())
    first, second = figures
    assert first["translations"] > 0 == second["translations"]
    assert second["translated_instructions"] > 0.9 * second["loop_instructions"]
    assert second["translated_instructions"] >= first["translated_instructions"]


def test_translations_that_are_made_beside_the_run_are_entered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody waits for them, and meanwhile what they are for goes on being counted."""
    monkeypatch.setattr("zoo.engines.recompile.DELAY", 0.0)
    image = bytearray(benchmark("sieve"))
    image[3:5] = (0xFFFF).to_bytes(2, "little")
    guest = boot(bytes(image))
    made = make_engine("recompile", MACHINE, guest)
    for _ in range(3000):
        made.run(1 << 20)
        if made.figures()["translated_instructions"] > 1 << 20:
            break
        if guest.state.r[z.STOP] == z.HOST:
            guest.state.r[z.REPLIED], guest.state.r[z.STOP] = 1, z.RUNNING
    assert made.figures()["translated_instructions"] > 1 << 20
