"""All engines do the same, to the byte, whatever the story does.

Hypothesis makes the stories: random bytes as code, random instructions, and published stories with
damage. Nothing raises, whether a story makes sense or not. The recompiler translates all that is
run twice.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from build import (
    CODE,
    DICTIONARY,
    FIXED,
    GLOBALS,
    LARGE,
    OBJECTS,
    PARSE,
    ROUTINE,
    SIZE,
    SMALL,
    STATIC,
    STRING,
    TEXT,
    VARIABLE,
    Instruction,
    encode,
    story,
    text,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from play import state_bytes

from zmachine.machine import MACHINE
from zmachine.services import Services
from zmachine.story import Options, load
from zmachine.table import ALL, TABLE
from zoo import registers as r
from zoo.host import Event, Host
from zoo.layout import PAGE, Guest
from zoo.machine import ImageError
from zoo.session import Session, Stop


def few_and_many(**examples: tuple[int, int]) -> pytest.MarkDecorator:
    """How many examples to try with each native engine: few each time, and many now and then."""
    runs = [
        pytest.param(name, count, id=f"{name}-{size}", marks=[pytest.mark.slow] * (size == "many"))
        for name, counts in examples.items()
        for size, count in zip(("few", "many"), counts, strict=True)
    ]
    return pytest.mark.parametrize(("native", "examples"), runs)


NATIVE = pytest.mark.parametrize("native", ["jit", "recompile"])
pytestmark = pytest.mark.usefixtures("eager")


def explore(examples: int, strategy: st.SearchStrategy[Any], body: Callable[[Any], None]) -> None:
    """Call `body` with that many examples."""
    quick = settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    quick(given(strategy)(lambda example: body(example)))()


class Answers(Host):
    """Answers from a list, round and round, until it has given 40; keeps what was shown."""

    def __init__(self, answers: Sequence[str]) -> None:
        self._answers = answers
        self._given = 0
        self._saved: bytes | None = None
        self._tables: dict[str, bytes] = {}
        self.shown: list[Event] = []

    def _next(self) -> str | None:
        self._given += 1
        if self._given > 40 or not self._answers:
            return None
        return self._answers[self._given % len(self._answers)]

    def on_line(self, longest: int, present: str, tenths: int, **_: Any) -> list[Any] | None:
        text = self._next()
        if text is None:
            return None
        return [(present + text)[:longest], 0 if tenths and len(text) % 2 else 13]

    def on_key(self, tenths: int) -> int | None:
        text = self._next()
        return None if text is None else 0 if tenths and len(text) % 2 else ord((text + "\r")[0])

    def on_save(self, data: bytes) -> bool:
        self._saved = data
        return self._next() != ""

    def on_restore(self) -> bytes | None:
        return self._saved

    def on_save_table(self, data: bytes, name: str) -> bool:
        self._tables[name] = data
        return True

    def on_restore_table(self, name: str) -> bytes | None:
        return self._tables.get(name)

    def show(self, events: Sequence[Event]) -> None:
        for event in events:
            # Where the output was cut into pieces is no matter.
            if event[0] == "text" and self.shown and self.shown[-1][0] == "text":
                self.shown[-1] = ("text", self.shown[-1][1] + event[1])
            else:
                self.shown.append(event)


@dataclass(frozen=True)
class Case:
    """A story and how it is run. splits: after how many instructions another engine goes on."""

    data: bytes
    answers: tuple[str, ...] = ()
    budget: int = 1000
    splits: tuple[int, ...] = ()
    options: Options = field(default_factory=Options)


@dataclass(frozen=True)
class End:
    """How a run ended. translated: how many of its instructions ran in translations."""

    stop: Stop
    instructions: int
    translated: int
    shown: list[Event]
    guest: Guest


def run(case: Case, *engines: str) -> End:
    """Run a case in one engine, or in several by turns: a change of engine copies nothing."""
    guest = load(case.data, case.options)
    host = Answers(case.answers)
    services = Services(guest, host)
    sessions = [Session(MACHINE, guest, services, engine) for engine in engines]
    stop = Stop(r.BUDGET, 0, 0)
    left = case.budget
    parts = [*case.splits, case.budget] if len(engines) > 1 else [case.budget]
    for k, part in enumerate(parts):
        session = sessions[k % len(sessions)]
        before = session.stats.instructions
        stop = session.run(min(part, left))
        left -= session.stats.instructions - before
        if stop.reason != r.BUDGET or left <= 0:
            break
    stats = [s.stats for s in sessions]
    translated = sum(s.details.get("translated_instructions", 0) for s in stats)
    instructions = sum(s.instructions for s in stats)
    return End(stop, instructions, int(translated), host.shown, guest)


# Where a run that was cut into pieces may differ: output is taken away at every cut, and so what
# is left in its arena, and whether the last stop but one was for it.
PASSING = ("STOP", "CAUSE", "RETRY")


def lasting(guest: Guest) -> bytes:
    """The state but for what a cut leaves behind."""
    data = bytearray(state_bytes(guest))
    place = guest.layout["out"]
    data[place.offset - PAGE : place.offset - PAGE + place.nbytes] = bytes(place.nbytes)
    for name in PASSING:
        at = 8 * cast(int, getattr(r, name))
        data[at : at + 8] = bytes(8)
    return bytes(data)


BY_TURNS = {"jit": ("jit", "interp"), "recompile": ("recompile", "interp", "jit")}


def agree(case: Case, native: str) -> int:
    """A native engine does what the interpreter does, alone and by turns with others; how many
    instructions ran in translations."""
    one, other = run(case, "interp"), run(case, native)
    assert one.stop == other.stop
    assert one.instructions == other.instructions <= case.budget + 1
    assert one.shown == other.shown
    assert differences(one.guest, other.guest) == []
    if not case.splits:
        return other.translated
    cut = run(case, *BY_TURNS[native])
    assert (cut.stop.reason, cut.stop.pc) == (one.stop.reason, one.stop.pc)
    assert cut.instructions == one.instructions
    assert cut.shown == one.shown
    assert lasting(cut.guest) == lasting(one.guest)
    return other.translated + cut.translated


def differences(one: Guest, other: Guest) -> list[str]:
    """The arenas that differ, with the first place in each."""
    found: list[str] = []
    whole, others = state_bytes(one), state_bytes(other)
    for place in one.layout.arenas:
        part = slice(place.offset - PAGE, place.offset - PAGE + place.nbytes)
        a, b = whole[part], others[part]
        if a != b:
            at = next(k for k in range(len(a)) if a[k] != b[k])
            found.append(f"{place.name}[{at // (1 if place.format == 'B' else 8)}]")
    return found


# Strategies

VERSIONS = st.sampled_from([3, 5, 8, 4, 1, 2, 7])
ANSWERS = st.lists(st.text(max_size=6) | st.sampled_from(["look", "take x.", ""]), max_size=4)
SPLITS = st.lists(st.integers(0, 60), max_size=5)
OPTIONS = st.builds(
    Options,
    rng=st.sampled_from(["zoo", "frotz"]),
    seed=st.integers(0, (1 << 48) - 1),
    strict=st.sampled_from(["once", "ignore", "report", "fatal"]),
    undo=st.sampled_from([100, 0, 2]),
)
# Numbers that mean something to the small story, or lie at an edge.
NUMBERS = st.one_of(
    st.integers(0, 20),
    st.sampled_from(
        [CODE, DICTIONARY, FIXED, GLOBALS, OBJECTS, PARSE, ROUTINE, SIZE, STATIC, STRING, TEXT]
    ).flatmap(lambda near: st.integers(near - 3, near + 3)),
    st.sampled_from([0x7FFF, 0x8000, 0xFFFF, 0xFFFE, 0xFFFD, 255, 256, 1 << 12, ROUTINE // 4]),
    st.sampled_from([ROUTINE // 2, ROUTINE // 8, STRING // 2, STRING // 4, STRING // 8]),
    st.integers(0, 0xFFFF),
)
OPERANDS = st.one_of(
    st.tuples(st.sampled_from([LARGE, SMALL]), NUMBERS),
    st.tuples(st.just(VARIABLE), st.sampled_from([0, 0, 1, 2, 3, 15, 16, 17, 255])),
)


OPS = {version: [op for op in TABLE if version in op.versions and op.form] for version in ALL}
BRANCHES = st.one_of(st.integers(2, 30), st.integers(2, 30), st.integers(0, 0x3FFF))


def instruction(version: int) -> st.SearchStrategy[bytes]:
    """An instruction of a version, well formed, with operands that are often sensible."""
    return st.builds(
        Instruction,
        st.sampled_from(OPS[version]),
        st.lists(OPERANDS, min_size=2, max_size=8),
        store=st.sampled_from([0, 0, 1, 2, 15, 16, 17, 100, 255]),
        branch=st.builds(lambda offset, sense: offset | sense << 15, BRANCHES, st.integers(0, 1)),
        text=st.binary(max_size=3).map(lambda b: b + b[: len(b) & 1] + text("end")),
    ).map(encode)


def routine(version: int) -> st.SearchStrategy[bytes]:
    """Pushes, so that the stack is not soon empty, then instructions or any bytes."""
    push = next(op for op in OPS[version] if op.name == "push")
    pushes = b"".join(encode(Instruction(push, [(SMALL, value)])) for value in (1, 3, 2, 20, 5, 4))
    body = st.lists(instruction(version), min_size=1, max_size=24).map(b"".join)
    return (body | body | st.binary(max_size=120)).map(lambda code: pushes + code[:200] + b"\xb0")


def cases(version: int) -> st.SearchStrategy[Case]:
    """A program that calls a random routine for ever, and that may do as it likes."""
    ops = {op.name: op for op in OPS[version]}
    address = ROUTINE >> (1 if version < 4 else 3 if version == 8 else 2)
    loop = encode(Instruction(ops.get("call_vs"), [(LARGE, address), (SMALL, 7), (SMALL, 2)], 16))
    loop += encode(Instruction(ops["jump"], [(LARGE, -len(loop) - 1)]))
    return st.builds(
        lambda first, code, fixed, **rest: Case(story(version, first + loop, code, fixed), **rest),
        st.just(b"") | instruction(version),
        routine(version),
        st.booleans(),
        answers=ANSWERS.map(tuple),
        budget=st.sampled_from([300, 40, 5, 1]),
        splits=SPLITS.map(tuple),
        options=OPTIONS,
    )


@few_and_many(jit=(100, 1600), recompile=(100, 600))
def test_random_programs(native: str, examples: int, translations: Path) -> None:
    translated = 0

    def body(case: Case) -> None:
        nonlocal translated
        shutil.rmtree(translations, ignore_errors=True)
        translated += agree(case, native)

    explore(examples, VERSIONS.flatmap(cases), body)
    assert (translated > 0) == (native == "recompile")


# Addresses that the header gives (11.1), and one of version 5's extension table.
HEADER = (1, 0x04, 0x06, 0x08, 0x0A, 0x0C, 0x0E, 0x10, 0x18, 0x1A, 0x28, 0x2A, 0x2E, 0x34, 0x36)


@st.composite
def damaged(draw: st.DrawFn, stories: Sequence[bytes]) -> bytes:
    """A story with a few words of its header, or a few bytes anywhere, replaced."""
    data = bytearray(draw(st.sampled_from(stories)))
    for address in draw(st.lists(st.sampled_from(HEADER), max_size=3)):
        data[address : address + 2] = draw(NUMBERS).to_bytes(2, "big")
    if draw(st.integers(0, 9)) == 9:
        data[0] = draw(st.integers(0, 9))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(data) - 1) | st.integers(0, 0x1000))
        part = draw(st.binary(min_size=1, max_size=8))
        data[place % len(data) : place % len(data) + len(part)] = part
    length = draw(st.integers(0, len(data))) if draw(st.integers(0, 9)) == 9 else len(data)
    return bytes(data[:length])


@pytest.fixture(scope="session")
def stories(corpus: Path) -> list[bytes]:
    """Small published stories of versions 3, 4, 5 and 8, and a large one."""
    folder = corpus / "zmachine"
    paths = [*folder.glob("suite/*.z?"), folder / "games/zork1-r119.z3", folder / "games/905.z5"]
    return [path.read_bytes() for path in sorted(paths)]


@few_and_many(jit=(25, 400), recompile=(12, 150))
def test_damaged_stories(
    native: str, examples: int, stories: list[bytes], translations: Path
) -> None:
    def body(example: tuple[bytes, Sequence[str], Sequence[int], Options]) -> None:
        data, answers, splits, options = example
        try:
            load(data, options)
        except ImageError:
            return
        shutil.rmtree(translations, ignore_errors=True)
        agree(Case(data, tuple(answers), 1500, tuple(splits), options), native)

    explore(examples, st.tuples(damaged(stories), ANSWERS, SPLITS, OPTIONS), body)


@pytest.mark.parametrize(
    "examples", [50, pytest.param(800, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_any_bytes_load_or_are_refused(examples: int, stories: list[bytes]) -> None:
    def body(data: bytes) -> None:
        try:
            load(data)
        except ImageError as error:
            assert "the file" in str(error)

    blorbs = st.binary(max_size=80).map(lambda b: b"FORM" + b[:4] + b"IFRS" + b[4:])
    explore(examples, st.binary(max_size=200) | blorbs | damaged(stories), body)


@NATIVE
@pytest.mark.parametrize("seed", range(3))
def test_crashme(seed: int, native: str, corpus: Path) -> None:
    data = (corpus / "zmachine/suite/crashme.z5").read_bytes()
    options = Options(rng="frotz", seed=seed)
    agree(Case(data, ("a",), 200_000, (1000, 77_777, 5), options), native)


@NATIVE
def test_code_that_runs_over_the_end_of_memory(native: str) -> None:
    """It goes on at address 0, which can change, so that it is never taken for fixed code."""
    # Main calls for ever a routine of a few `nop` at the very end. The last byte is `inc`, whose
    # operand is the header's first byte: the version, here a local variable's number. The byte
    # behind it, Flags 1, returns; main then makes the version another number.
    call = b"\x8f\xff\xfe"  # call_1n
    renumber = encode(
        Instruction(
            next(op for op in OPS[8] if op.name == "storeb"), [(SMALL, 0), (SMALL, 0), (SMALL, 17)]
        )
    )
    back = b"\x8c" + (-len(call + renumber) - 1 & 0xFFFF).to_bytes(2, "big")
    data = bytearray(story(8, call + renumber + back).ljust(1 << 19, b"\xb4"))
    data[0x7FFF0] = 0
    data[-1] = 0x95
    data[1] = 0xB0  # rtrue, which frotz leaves as it is
    case = Case(bytes(data), (), 200, (50, 20), Options(profile="frotz"))
    agree(case, native)
    end = run(case, "interp")
    at = int.from_bytes(data[0x0C:0x0E], "big") + 2
    assert end.stop.reason == r.BUDGET
    assert int.from_bytes(bytes(end.guest.state.mem[at : at + 2]), "big") > 5  # type: ignore[attr-defined]
