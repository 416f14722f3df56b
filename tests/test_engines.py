"""What every engine must do alike, shown on the toy machine, and so on all that engines see."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from semantics import ACC
from toy import CODES, TABLE, TOY, Services, boot, program, state

from zoo.engines.interp import Interp
from zoo.engines.recompile import Recompile
from zoo.host import Event, Host, Recorder, Replayer, ReplayError
from zoo.layout import PAGE, Guest
from zoo.machine import ImageError, machines
from zoo.registers import (
    BREAK,
    BUDGET,
    CAUSE,
    DONE,
    FAULT,
    HALT,
    HOST,
    PC,
    RETRY,
    RUNNING,
    STOP,
)
from zoo.session import FOREVER, Engine, Session, make_engine

# Reads a key, prints all characters from it down to 1, by way of an instruction that it changes.
COUNTDOWN = program(
    ("get", 0),
    ("store", 200),
    ("load", 200),  # 4
    ("jz", 20),
    ("put", 0),
    ("store", 13),
    ("set", 0),  # 12: its operand is at 13
    ("sub", 201),
    ("store", 200),
    ("jump", 4),
    ("load", 202),  # 20
    ("div", 203),
    ("add", 201),
    ("put", 0),
    ("halt", 0),
    at_201=1,
    at_202=130,
    at_203=2,
)
LENGTH = 2 + 8 * 100 + 2 + 5  # instructions, when the key is 100
ENDS = program(("set", 1), ("div", 200))
BAD = program(("set", 1), ("illegal", 0))


class Keys(Host):
    """Presses keys, and keeps what is printed."""

    def __init__(self, keys: Sequence[int] = ()) -> None:
        self._keys: Iterator[int] = iter(keys)
        self.text = ""

    def on_key(self) -> int | None:
        return next(self._keys, None)

    def show(self, events: Sequence[Event]) -> None:
        self.text += "".join(event[1] for event in events)


def advance(engine: Engine, guest: Guest, services: Services, budget: int) -> None:
    """Run as a session does, but show nothing at the end of the budget."""
    r = guest.state.r
    while budget:
        r[STOP] = RUNNING
        left = engine.run(budget)
        r[DONE] += budget - left
        budget = left
        if r[STOP] != HOST or not services.serve():
            break


def states(
    image: bytes, keys: Sequence[int], sizes: Iterator[int], engines: Iterator[str]
) -> bytes:
    """The state at the end of a run in pieces, each in the next of the engines."""
    guest = boot(image)
    services = Services(guest, Keys(keys))
    made = {name: make_engine(name, TOY, guest) for name in ("interp", "jit", "recompile")}
    for size in sizes:
        advance(made[next(engines)], guest, services, size)
        if guest.state.r[STOP] != RUNNING:
            break
    return state(guest)


def test_a_program_runs_to_its_end(engine: str) -> None:
    host = Keys([100])
    guest = boot(COUNTDOWN)
    stop = Session(TOY, guest, Services(guest, host), engine).run()
    assert (stop.reason, stop.pc) == (HALT, 30)
    assert host.text == "".join(map(chr, range(100, 0, -1))) + "B"


def test_instructions_are_counted_exactly(engine: str) -> None:
    guest = boot(COUNTDOWN)
    session = Session(TOY, guest, Services(guest, Keys([100])), engine)
    session.run()
    assert session.stats.instructions == guest.state.r[DONE] == LENGTH
    assert session.stats.stops == {"key": 1, "flush": 1, "halt": 1}


@pytest.mark.parametrize("size", [1, 2, 7, 100, LENGTH - 1, LENGTH])
def test_any_split_of_the_budget_gives_the_same_state(engine: str, size: int) -> None:
    whole = states(COUNTDOWN, [100], iter([LENGTH]), cycle([engine]))
    pieces = [size] * (LENGTH // size) + [LENGTH % size]
    assert states(COUNTDOWN, [100], iter(pieces), cycle([engine])) == whole


@pytest.mark.parametrize("budget", [0, 1, 3, 500])
def test_the_budget_is_exact(engine: str, budget: int) -> None:
    guest = boot(COUNTDOWN)
    stop = Session(TOY, guest, Services(guest, Keys([100])), engine).run(budget)
    assert stop.reason == BUDGET
    assert guest.state.r[DONE] == budget
    exact = boot(COUNTDOWN)
    steps = Session(TOY, exact, Services(exact, Keys([100])), "interp")
    for _ in range(budget):
        steps.run(1)
    assert guest.state.r[PC] == exact.state.r[PC]


def test_engines_can_change_in_mid_run() -> None:
    alone = states(COUNTDOWN, [100], iter([LENGTH]), cycle(["interp"]))
    every = ("interp", "jit", "recompile")
    mixed = states(COUNTDOWN, [100], cycle([5, 1, 30, 40]), cycle(every))
    assert mixed == alone


def test_a_request_stops_before_its_instruction(engine: str) -> None:
    guest = boot(COUNTDOWN)
    r = guest.state.r
    left = make_engine(engine, TOY, guest).run(10)
    assert (r[STOP], r[RETRY], r[PC], left) == (HOST, 1, 0, 10)


def test_a_halt_stops_after_its_instruction(engine: str) -> None:
    guest = boot(program(("halt", 0)))
    r = guest.state.r
    left = make_engine(engine, TOY, guest).run(10)
    assert (r[STOP], r[RETRY], r[PC], left) == (HALT, 0, 2, 9)


def test_the_end_of_input_ends_the_run(engine: str) -> None:
    guest = boot(COUNTDOWN)
    stop = Session(TOY, guest, Services(guest, Keys()), engine).run()
    assert (stop.reason, stop.pc) == (HOST, 0)


@pytest.mark.parametrize(("image", "text"), [(ENDS, "division by 0"), (BAD, "no such instruction")])
def test_a_fault_leaves_the_state_before_the_instruction(
    engine: str, image: bytes, text: str
) -> None:
    guest = boot(image)
    session = Session(TOY, guest, Services(guest, Keys()), engine)
    assert session.run(1).reason == BUDGET
    before = state(guest)
    stop = session.run()
    assert (stop.reason, stop.text, stop.pc) == (FAULT, text, 2)
    assert session.stats.instructions == 1
    for register in (STOP, CAUSE, RETRY):
        guest.state.r[register] = 0
    assert state(guest) == before
    assert session.run().reason == FAULT  # and again


def test_a_program_may_change_itself(engine: str) -> None:
    image = program(("set", CODES["put"]), ("store", 4), ("halt", 0), ("halt", 0))
    guest = boot(image)
    host = Keys()
    stop = Session(TOY, guest, Services(guest, host), engine).run()
    assert (stop.pc, host.text) == (8, chr(CODES["put"]))


def test_a_log_replays_on_every_engine(engine: str) -> None:
    log = io.StringIO()
    first = boot(COUNTDOWN)
    printed = Keys([100])
    Session(TOY, first, Services(first, Recorder(printed, log)), "interp").run()
    log.seek(0)
    assert log.read() == '["key", 100]\n'
    log.seek(0)
    again = boot(COUNTDOWN)
    shown = Keys()
    Session(TOY, again, Services(again, Replayer(shown, log)), engine).run()
    assert (shown.text, state(again)) == (printed.text, state(first))


def test_a_log_of_another_program_is_refused() -> None:
    guest = boot(COUNTDOWN)
    host = Replayer(Keys(), iter(['["line", "north"]\n']))
    with pytest.raises(ReplayError, match="line 1 of the log answers a 'line'"):
        Session(TOY, guest, Services(guest, host), "interp").run()


def test_auto_runs_a_program_to_its_end() -> None:
    guest = boot(COUNTDOWN)
    host = Keys([100])
    stop = Session(TOY, guest, Services(guest, host), "auto").run()
    assert (stop.reason, host.text[-1]) == (HALT, "B")


def test_an_image_that_is_too_long_is_refused() -> None:
    with pytest.raises(ImageError, match="too many"):
        boot(bytes(257))


# Random programs: mostly real instructions, at random places.
instruction = st.tuples(st.integers(0, len(TABLE)), st.integers(0, 255))
images = st.builds(
    lambda code, fill: b"".join(map(bytes, code)).ljust(256, bytes([fill]))[:256],
    st.lists(instruction, min_size=1, max_size=128),
    st.integers(0, 255),
)


KEYS = st.lists(st.integers(0, 255), max_size=5)


def alike(native: str, image: bytes, keys: list[int], size: int) -> None:
    """A native engine does what the interpreter does, alone and by turns with it."""
    alone = states(image, keys, iter([600]), cycle(["interp"]))
    assert states(image, keys, iter([600]), cycle([native])) == alone
    mixed = states(image, keys, iter([size, 600 - size]), cycle([native, "interp"]))
    assert mixed == alone


@settings(max_examples=300)
@given(images, KEYS, st.integers(1, 400))
def test_random_programs_run_alike(image: bytes, keys: list[int], size: int) -> None:
    alike("jit", image, keys, size)


def test_random_programs_run_alike_in_translations(eager: None) -> None:
    settings(max_examples=300)(
        given(images, KEYS, st.integers(1, 400))(
            lambda image, keys, size: alike("recompile", image, keys, size)
        )
    )()


def test_short_turns_are_translated_too(eager: None) -> None:
    """The guest asks for a key every few instructions, and each time the run stops."""
    guest = boot(program(("get", 0), ("store", 200), ("jump", 0)))
    session = Session(TOY, guest, Services(guest, Keys([1] * 200)), "recompile")
    session.run()
    assert session.stats.details["translations"] > 0
    assert session.stats.details["translated_instructions"] > 0


def test_translations_of_a_run_before_are_used_and_not_made_again(eager: None) -> None:
    made: list[dict[str, float]] = []
    for _ in range(2):
        guest = boot(program(("set", 1), ("add", 0), ("jump", 0)))
        session = Session(TOY, guest, Services(guest, Keys()), "recompile")
        session.run(2000)
        made.append(session.stats.details)
    assert made[0]["translations"] > 0 == made[1]["translations"]
    assert made[1]["translated_instructions"] > 1990


def test_every_instruction_is_run() -> None:
    executed: set[int] = set()
    for image in (COUNTDOWN, ENDS, BAD):
        guest = boot(image)
        services = Services(guest, Keys([3]))
        engine = Interp(TOY, guest)
        while guest.state.r[STOP] in (RUNNING, HOST):
            executed.add(TOY.decode(guest.state, guest.state.r[PC])[0])
            advance(engine, guest, services, 1)
    assert executed == {arm.number for arm in TOY.arms}


def test_every_machine_has_tests_of_its_instructions() -> None:
    """Each shows by itself that it has one for every row; this is the toy's."""
    for name in machines():
        assert (Path(__file__).parent / name / "test_instructions.py").exists()


def test_the_buffer_begins_with_what_it_is() -> None:
    header = state(boot(ENDS))[:PAGE]
    assert header.startswith(b"ZOOSTATE")
    assert TOY.layout.hash in header


def test_a_run_can_be_interrupted_and_goes_on(engine: str) -> None:
    """From another thread: the guest stops between two instructions, and nothing is lost."""
    guest = boot(program(("jump", 0)))
    session = Session(TOY, guest, Services(guest, Keys()), engine)
    threading.Timer(0.05, session.interrupt).start()
    stop = session.run(FOREVER)
    assert (stop.reason, stop.pc, session.stats.stops) == (BREAK, 0, {"break": 1})
    done = session.stats.instructions
    assert done > 0 and guest.state.r[DONE] == done
    assert session.run(10).reason == BUDGET
    assert session.stats.instructions == done + 10


def test_kept_translations_are_used_where_the_code_is_the_same(eager: None) -> None:
    """Code that can change is compared with what they were made of, before they are entered."""
    made: list[float] = []
    for number in (3, 4, 3, 4):
        # The loop is the same image each time; the program writes its operand first.
        guest = boot(program(("get", 0), ("store", 5), ("set", 0), ("add", 200), ("jump", 4)))
        session = Session(TOY, guest, Services(guest, Keys([number])), "recompile")
        session.run(1000)
        made.append(session.stats.details["translations"])
        assert session.stats.details["translated_instructions"] > 900
        assert guest.state.r[ACC] == number
    assert made[0] > 0 < made[1]
    assert made[2:] == [0, 0]


def test_translations_come_back_with_their_code(eager: None) -> None:
    """A program that writes two instructions by turns has each translated once."""
    loop = (("load", 201), ("store", 8), ("load", 202), ("store", 201), ("set", 0))
    swap = (("load", 8), ("store", 202), ("jump", 0))
    guest = boot(program(*loop, *swap, at_201=CODES["set"], at_202=CODES["load"]))
    session = Session(TOY, guest, Services(guest, Keys()), "recompile")
    session.run(400)
    some = session.stats.details["translations"]
    session.run(4000)
    assert session.stats.details["translations"] - some < 20
    plain = boot(program(*loop, *swap, at_201=CODES["set"], at_202=CODES["load"]))
    Session(TOY, plain, Services(plain, Keys()), "interp").run(400)
    Session(TOY, plain, Services(plain, Keys()), "interp").run(4000)
    assert state(guest) == state(plain)


def test_a_short_run_translates_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo.engines.recompile.HOT", 1)
    monkeypatch.setattr("zoo.engines.recompile.DELAY", 3600)
    guest = boot(program(("set", 1), ("add", 0), ("jump", 0)))
    session = Session(TOY, guest, Services(guest, Keys()), "recompile")
    session.run(20_000)
    assert session.stats.details["translations"] == 0
    engine = session.engine
    assert isinstance(engine, Recompile)
    engine.translator.finish()  # unless somebody wants it
    assert engine.figures()["translations"] > 0
