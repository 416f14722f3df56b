"""Translated code does what the interpreter does: a whole game, and programs made to be hard.

The game's turns are short, so that the recompiler is made keen here, and the game waits for it. Of
the programs everything that is run twice is translated.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from play import state_bytes, state_of

from stories import Shown
from zmachine import registers as r
from zmachine.assembler import ZAssembler
from zmachine.machine import MACHINE
from zmachine.plain import Plain
from zmachine.saves import Saves
from zmachine.services import Services
from zmachine.state import STACK_LIMIT
from zmachine.story import Options, load
from zoo.engines import recompile, translate
from zoo.engines.jit import MOST
from zoo.generate import fixed_registers
from zoo.layout import PAGE, Guest
from zoo.registers import BUDGET, DONE, FAULT, HALT, PC
from zoo.session import Session, Stop

STORIES = Path(__file__).parents[2] / "stories"
ENGINES = ("interp", "jit", "recompile")


# A game


def walk(engine: str, saves: Path) -> tuple[Session, str]:
    """The session, and what the game printed."""
    guest = load((STORIES / "museum.z5").read_bytes(), Options(seed=1))
    printed = io.StringIO()
    typed = io.StringIO((STORIES / "museum.walkthrough").read_text(encoding="utf-8"))
    host = Plain(Saves(saves, "museum"), typed, printed, seed=1)
    session = Session(MACHINE, guest, Services(guest, host), engine)
    session.run()
    return session, printed.getvalue()


def test_the_museum_is_the_same_in_translations(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recompile, "HOT", 100)
    monkeypatch.setattr(recompile, "WAIT", True)
    loop, expected = walk("jit", tmp_path)
    for _ in range(2):  # the second finds the translations of the first
        session, printed = walk("recompile", tmp_path)
        assert printed == expected
        assert session.stats.instructions == loop.stats.instructions
        assert state_bytes(session.guest) == state_bytes(loop.guest)
        assert session.stats.details["translated_instructions"] > 50_000
    assert session.stats.details["translations"] < 20


# Programs

# `dynamic` is in memory that the program may change, `fixed` is not. It begins at `start`.
TEMPLATE = """
.version 5
.header start, start, dictionary, objects, globals, static, 0
globals: .space 480
table: .space 64
objects: .space 126
.space 14  ; object 1
name: .byte 0, 0
.align 4
{dynamic}
static:
dictionary: .byte 0, 6
.word 0
.align 4
{fixed}
"""
LONG = 100_000  # more instructions than the programs have


def program(fixed: str, dynamic: str = "") -> bytes:
    return ZAssembler("program").assemble(TEMPLATE.format(dynamic=dynamic, fixed=fixed))


@dataclass(frozen=True)
class End:
    """How a run ended. details: the engine's figures."""

    stop: Stop
    instructions: int
    guest: Guest
    text: str
    details: dict[str, float]

    def value(self, number: int) -> int:
        """A global variable."""
        m = state_of(self.guest)
        place = m.r[r.GLOBALS] + 2 * number
        return m.mem[place] << 8 | m.mem[place + 1]

    @property
    def pc(self) -> int:
        return self.guest.state.r[PC]


def run(
    image: bytes,
    parts: Iterable[tuple[str, int]],
    typed: Sequence[Any] = (),
    strict: str = "ignore",
) -> End:
    """Run a program in parts: an engine, and for how many instructions at most."""
    guest = load(image, Options(seed=1, strict=strict))
    host = Shown(typed)
    services = Services(guest, host)
    sessions: dict[str, Session] = {}
    stop = Stop(BUDGET, 0, 0)
    for engine, budget in parts:
        if engine not in sessions:
            sessions[engine] = Session(MACHINE, guest, services, engine)
        stop = sessions[engine].run(budget)
        if stop.reason != BUDGET:
            break
    total = sum(session.stats.instructions for session in sessions.values())
    details = sessions["recompile"].stats.details if "recompile" in sessions else {}
    return End(stop, total, guest, host.text, details)


def same(one: End, other: End) -> None:
    assert (one.stop, one.instructions, one.text) == (other.stop, other.instructions, other.text)
    # Not compared as they stand: pytest would write millions of bytes of a difference.
    assert [*differing(one.guest, other.guest)] == []


def differing(one: Guest, other: Guest) -> Iterable[str]:
    """Where two states differ first, in each arena."""
    whole, others = state_bytes(one), state_bytes(other)
    for place in one.layout.arenas:
        part = slice(place.offset - PAGE, place.offset - PAGE + place.nbytes)
        if whole[part] != others[part]:
            a, b = getattr(one.state, place.name), getattr(other.state, place.name)
            at = next(k for k in range(place.size) if a[k] != b[k])
            yield f"{place.name}[{at:#x}] is {a[at]} and {b[at]}"


def alike(image: bytes, typed: Sequence[Any] = (), strict: str = "ignore") -> End:
    """The recompiler does what the interpreter does; again, with the translations it has made."""
    one = run(image, [("interp", LONG)], typed, strict)
    same(one, run(image, [("recompile", LONG)], typed, strict))
    again = run(image, [("recompile", LONG)], typed, strict)
    same(one, again)
    assert again.details["translated_instructions"] > 0
    return again


eager = pytest.mark.usefixtures("eager")


def explore(count: int, strategy: st.SearchStrategy[Any], body: Callable[[Any], None]) -> None:
    """Call `body` with that many examples."""
    checked = settings(max_examples=count, suppress_health_check=list(HealthCheck))
    checked(given(strategy)(lambda example: body(example)))()


# Jumps into the middle

# `add g00, 0x95 -> g00` has `inc g00` within it.
OVERLAPPING = ".byte 0x54, 0x10, 0x95, 0x10"


@eager
def test_a_jump_into_the_middle_of_an_instruction() -> None:
    end = alike(
        program(f"""
start: test g01, 1 ?odd
jump whole
odd: jump whole + 2
whole: {OVERLAPPING}
inc g01
jl g01, 100 ?start
quit
""")
    )
    assert end.value(0) == 50 * 0x95 + 50
    assert end.details["translated_instructions"] > 0.9 * end.instructions


@eager
@pytest.mark.parametrize("within", ["middle", "middle + 2"])
def test_a_jump_into_the_middle_of_a_routine_with_a_translation(within: str) -> None:
    """It comes from another routine, and so returns from that one, with the other's locals."""
    end = alike(
        program(f"""
start: call_vs routine(one), 7 -> g03
call_vs routine(one), 7 -> g03
loop: call_vs routine(other), 3, 5 -> g02
add g03, g02 -> g03
inc g01
jl g01, 50 ?loop
quit
.align 4
one: .routine 1
inc g05
middle: {OVERLAPPING}
add g00, local0 -> g00
ret local0
.align 4
other: .routine 2
inc local0
jump {within}
""")
    )
    added = {"middle": 0x95, "middle + 2": 1}[within]
    assert end.value(0) == 2 * (0x95 + 7) + 50 * (added + 4)
    assert (end.value(3), end.value(5)) == (7 + 50 * 4, 2)


@eager
@pytest.mark.parametrize("offset", range(30))
def test_a_jump_to_every_byte_of_a_translation(offset: int) -> None:
    """Whatever the bytes mean from there; it comes when the routine has a translation, by turns
    with jumps to the first of them."""
    image = program(f"""
start: store g00, 9
loop: store g01, 0
jg g00, 4 ?on
mod g00, 2 -> sp
mul sp, {offset} -> g01
on: call_vs routine(victim), g01 -> g04
dec_chk g00, 0 ?~loop
quit
.align 4
victim: .routine 2
add local0, 2 -> local0
jump local0
add g05, 0x1234 -> g05
mul local1, 0xe5 -> g06
je g05, g06, 0x9405 ?~past
storeb table, 3, g05
past: sub g06, 0x95 -> local1
nop
nop
inc g02
ret g02
""")
    alike(image)


# Code that changes


@eager
@pytest.mark.parametrize("where", ["main", "itself"])
def test_a_routine_whose_operand_is_changed(where: str) -> None:
    """Between its calls, or by the routine before it comes to it."""
    change = "storeb constant, 0, g01"
    end = alike(
        program(
            f"""
start: inc g01
{change if where == "main" else "nop"}
call_vs routine(victim) -> g02
jl g01, 100 ?start
quit
""",
            f"""
victim: .routine 0
{change if where == "itself" else "nop"}
.byte 0x54, 0x10  ; add g00, ... -> g00
constant: .byte 0, 0x10
ret g00
""",
        )
    )
    assert (end.stop.reason, end.value(0)) == (HALT, sum(range(1, 101)))


@eager
def test_a_routine_that_is_changed_now_and_then() -> None:
    """It is translated anew, but not for ever."""
    end = alike(
        program(
            """
start: mod g01, 40 -> sp
jz sp ?~on
inc g03
storeb constant, 0, g03
on: call_vs routine(victim) -> g02
inc g01
jl g01, 400 ?start
quit
""",
            """
victim: .routine 0
.byte 0x54, 0x10  ; add g00, ... -> g00
constant: .byte 0, 0x10
ret g00
""",
        )
    )
    assert end.value(0) == 40 * sum(range(1, 11))


@eager
def test_a_routine_changes_its_caller_while_it_is_called() -> None:
    """What comes after the call is new code when the call returns."""
    end = alike(
        program(
            """
start: call_vs routine(caller) -> g02
inc g01
jl g01, 100 ?start
quit
.align 4
changer: .routine 0
storeb constant, 0, g01
rtrue
""",
            """
caller: .routine 0
call_vs routine(changer) -> g03
.byte 0x54, 0x10  ; add g00, ... -> g00
constant: .byte 0, 0x10
ret g00
""",
        )
    )
    assert end.value(0) == sum(range(100))


CHANGES = {
    "copied": "copy_table new, victim, 9",
    "copied forwards": "copy_table new, victim, 0 - 9",
    "printed": 'output_stream 3, victim + 4\nprint "T A "\noutput_stream 0 - 3',
}


@eager
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_code_that_is_written_by_the_table(change: str) -> None:
    """By instructions that write many bytes; those of the code are letters."""
    end = alike(
        program(
            f"""
start: inc g01
je g01, 20 ?~on
{change}
on: call_vs routine(victim) -> g02
jl g01, 50 ?start
quit
""",
            """
victim: .routine 0
jump code
.byte 0, 0
code: .byte 0x54, 0x20, 1, 0x20  ; add g10, 1 -> g10
ret g10
.align 4
new: .routine 0
jump begin
.byte 0, 0
begin: .byte 0x54, 0x20, 0x41, 0x20
""",
        )
    )
    assert (end.stop.reason, end.value(16)) == (HALT, 19 + 31 * 0x41)


VICTIM = """
victim: .routine 0
.byte 0x54, 0x10  ; add g00, ... -> g00
constant: .byte 1, 0x10
ret g00
"""


@eager
@pytest.mark.parametrize(("keep", "back"), [("save_undo", "restore_undo"), ("save", "restore")])
def test_code_that_comes_back_with_the_memory(keep: str, back: str) -> None:
    """All memory is as it was kept, and so is what the routine adds."""
    end = alike(
        program(
            f"""
start: inc g01
storeb constant, 0, g01
call_vs routine(victim) -> g02
{keep} -> g03
je g03, 1 ?~after
storeb constant, 0, 77
call_vs routine(victim) -> g02
call_vs routine(victim) -> g02
{back} -> g04
quit
after: call_vs routine(victim) -> g02
jl g01, 20 ?start
quit
""",
            VICTIM,
        )
    )
    assert end.value(0) == 2 * sum(range(1, 21))


@eager
def test_code_after_a_restart() -> None:
    end = alike(
        program(
            """
start: call_vs routine(victim) -> g02
read_char 1 -> g01
storeb constant, 0, g01
call_vs routine(victim) -> g02
jl g02, 50 ?~end
restart
end: quit
""",
            VICTIM,
        ),
        typed=[*range(1, 40), 60],
    )
    assert (end.stop.reason, end.value(0)) == (HALT, 61)


# Patches of a routine: mostly into other instructions, operands and variables.
BYTES = st.one_of(
    st.sampled_from([0x14, 0x15, 0x34, 0x54, 0x55, 0x74, 0x56, 0x16, 0x4F, 0x05, 0x43, 0x41]),
    st.sampled_from([0x95, 0x96, 0xA0, 0x8C, 0xB4, 0xB0, 0xB8, 0xE8, 0xE9, 0x0D, 0x2D]),
    st.sampled_from([0, 1, 2, 16, 17, 18, 0x45, 0xC5, 0x80, 0xBF]),
    st.integers(0, 255),
)
PATCHES = st.lists(st.tuples(st.integers(1, 31), BYTES), min_size=1, max_size=20)


@eager
def test_whatever_a_program_makes_of_its_routine() -> None:
    """Each patch is followed by two calls. The programs are alike but for what can change, so that
    each also meets the translations of those before it."""
    fixed = """
start: loadb patches, g01 -> g02
jz g02 ?~on
quit
on: inc g01
loadb patches, g01 -> g03
inc g01
storeb victim, g02, g03
call_vs routine(victim), 3 -> g04
call_vs routine(victim), 4 -> g04
jump start
"""
    dynamic = """
patches: .byte {patches}
.space 41 - {length}
.align 4
victim: .routine 2
add g05, 7 -> g05
inc local0
again: mul local0, 3 -> local1
sub g05, local1 -> g06
push g06
dec_chk local0, 2 ?~again
and sp, 0x7f -> g07
ret g07
"""

    def body(patches: list[tuple[int, int]]) -> None:
        flat = [byte for patch in patches for byte in patch] + [0]
        image = program(fixed, dynamic.format(patches=", ".join(map(str, flat)), length=len(flat)))
        same(run(image, [("interp", 2000)]), run(image, [("recompile", 2000)]))

    explore(30, PATCHES, body)


# Depth


@eager
@pytest.mark.parametrize("depth", [translate.DEPTH - 1, translate.DEPTH + 1, 3 * translate.DEPTH])
def test_a_recursion_that_comes_back(depth: int) -> None:
    """Also where it is deeper than calls go within translated code."""
    end = alike(
        program(f"""
start: call_vs routine(sum), {depth} -> g00
call_vs routine(sum), {depth} -> g00
call_vs routine(even), {depth} -> g01
call_vs routine(even), {depth} -> g01
quit
.align 4
sum: .routine 2
jz local0 ?rfalse
sub local0, 1 -> local1
call_vs routine(sum), local1 -> sp
add sp, local0 -> sp
ret_popped
.align 4
even: .routine 1
jz local0 ?rtrue
dec local0
call_vs routine(odd), local0 -> sp
ret_popped
.align 4
odd: .routine 1
jz local0 ?rfalse
dec local0
call_vs routine(even), local0 -> sp
ret_popped
""")
    )
    assert end.value(0) == sum(range(depth + 1)) & 0xFFFF
    assert end.value(1) == (depth % 2 == 0)


@eager
@pytest.mark.parametrize("local", [0, 15])
def test_a_recursion_until_the_stack_is_full(local: int) -> None:
    end = alike(
        program(f"""
start: call_vs routine(deeper), 1 -> g00
quit
.align 4
deeper: .routine {local}
inc g00
call_vs routine(deeper), g00, g00 -> sp
ret_popped
""")
    )
    m = state_of(end.guest)
    assert (end.stop.reason, end.stop.cause) == (FAULT, r.STACK_OVERFLOW)
    assert m.r[r.DEPTH] == end.value(0) + 1 > 10 * translate.DEPTH
    assert m.r[r.SP] > STACK_LIMIT - 40


@eager
def test_pushes_until_the_stack_is_full() -> None:
    end = alike(program("start: inc g00\n" + "push g00\n" * 8 + "jump start\n"))
    assert (end.stop.reason, end.stop.cause) == (FAULT, r.STACK_OVERFLOW)


@eager
def test_a_throw_over_many_calls() -> None:
    """What was called in translated code does not come back where it was called."""
    end = alike(
        program("""
start: call_vs routine(catcher) -> g01
inc g02
jl g02, 20 ?start
quit
.align 4
catcher: .routine 0
catch -> g03
call_vs routine(down), 30 -> g04
inc g05
rtrue
.align 4
down: .routine 1
dec_chk local0, 0 ?~on
throw 99, g03
on: call_vs routine(down), local0 -> g04
inc g05
rtrue
""")
    )
    assert (end.stop.reason, end.value(1), end.value(5)) == (HALT, 99, 0)


# Faults: the routine is called with 6, 5, ... and at last with 0, when it faults.

ONE_OR_ZERO = "jz local0 ?zero\nstore local0, 1\nzero: "
FAULTS = {
    "div": (r.DIVISION_BY_ZERO, "div 100, local0 -> g02"),
    "mod": (r.DIVISION_BY_ZERO, "mod 100, local0 -> g02"),
    "pop an operand": (r.STACK_UNDERFLOW, "jz local0 ?none\npush 1\nnone: add sp, 1 -> g02"),
    "pop two": (r.STACK_UNDERFLOW, "push 1\njz local0 ?none\npush 2\nnone: sub sp, sp -> g02"),
    "pop to print": (r.STACK_UNDERFLOW, "jz local0 ?none\npush 1\nnone: print_num sp"),
    "pop to store": (
        r.STACK_UNDERFLOW,
        "push 1\npush 2\njz local0 ?none\npush 3\nnone: storew sp, sp, sp",
    ),
    "pull": (r.STACK_UNDERFLOW, "jz local0 ?none\npush 1\nnone: pull g02"),
    "inc the top": (r.STACK_UNDERFLOW, "jz local0 ?none\npush 1\nnone: inc sp"),
    "return the top": (r.STACK_UNDERFLOW, "jz local0 ?none\npush 1\nnone: ret_popped"),
    "branch on the top": (r.STACK_UNDERFLOW, "jz local0 ?none\npush 1\nnone: jz sp ?rtrue"),
    "call": (
        r.NOT_A_ROUTINE,
        "store g02, 0xffff\njz local0 ?none\nstore g02, routine(nothing)\n"
        "none: call_vs g02, 1, 2 -> g02",
    ),
    "call with many": (
        r.STACK_UNDERFLOW,
        "push 1\njz local0 ?none\npush 2\nnone: call_vs2 routine(nothing), 1, 2, 3, sp, sp -> g02",
    ),
    "throw": (r.BAD_FRAME, "catch -> g02\njz local0 ?~on\nstore g02, 0\non: throw 1, g02"),
    "illegal": (r.ILLEGAL_OPCODE, "jz local0 ?none\njump on\nnone: .byte 0\non: nop"),
    "object 0": (r.NOTICE + r.OBJECT_ZERO, f"{ONE_OR_ZERO} get_parent local0 -> g02"),
    "attribute": (r.NOTICE + r.OBJECT_ZERO, f"{ONE_OR_ZERO} test_attr local0, 1 ?on\non: nop"),
    "static memory": (
        r.NOTICE + r.WRITE_STATIC,
        "store g02, table\njz local0 ?~on\nstore g02, static\non: storew g02, 0, 99",
    ),
    "shift": (
        r.NOTICE + r.BAD_SHIFT,
        "store g02, 3\njz local0 ?~on\nstore g02, 33\non: art_shift g01, g02 -> g03",
    ),
}


@eager
@pytest.mark.parametrize(("cause", "code"), FAULTS.values(), ids=FAULTS)
def test_faults(cause: int, code: str) -> None:
    end = alike(
        program(f"""
start: store g00, 6
loop: inc g05
call_vs routine(victim), g00 -> sp
pull g06
dec_chk g00, 0 ?~loop
quit
.align 4
victim: .routine 1
inc g07
{code}
ret 9
.align 4
nothing: .routine 0
rtrue
"""),
        strict="fatal",
    )
    assert (end.stop.reason, end.stop.cause) == (FAULT, cause)
    assert (end.value(0), end.value(7)) == (0, 7)


@eager
def test_the_main_program_returns() -> None:
    end = alike(program("start: store g00, 9\nloop: dec g00\njz g00 ?rtrue\njump loop\n"))
    assert (end.stop.reason, end.stop.cause) == (FAULT, r.RETURN_FROM_MAIN)


# Budgets, and changes of engine

# Loops, calls, a recursion, code that changes, and now and then a stop for the host.
BUSY = program(
    """
start: inc g01
mod g01, 5 -> sp
storeb constant, 0, sp
call_vs routine(victim) -> g02
call_vs routine(sum), 6 -> g03
add g03, g02 -> g04
mod g01, 4 -> sp
jz sp ?~on
read_char 1 -> g06
on: jl g01, 12 ?start
quit
.align 4
sum: .routine 2
jz local0 ?rfalse
sub local0, 1 -> local1
call_vs routine(sum), local1 -> sp
add sp, local0 -> sp
ret_popped
""",
    VICTIM,
)
KEYS = [65, 66, 67]


@pytest.fixture
def busy(eager: None, monkeypatch: pytest.MonkeyPatch) -> int:
    """The program has translations, and gets no more; how many instructions it has."""
    end = alike(BUSY, KEYS)
    assert end.stop.reason == HALT
    monkeypatch.setattr(recompile, "HOT", MOST)
    return end.instructions


@pytest.mark.parametrize("engine", ["jit", "recompile"])
def test_every_budget(engine: str, busy: int) -> None:
    """For all budgets the state is that which the interpreter has then."""
    exact = load(BUSY, Options(seed=1, strict="ignore"))
    steps = Session(MACHINE, exact, Services(exact, Shown(KEYS)), "interp")
    translated = 0.0
    stop = Stop(BUDGET, 0, 0)
    for budget in range(1, busy + 1):
        stop = steps.run(1)
        end = run(BUSY, [(engine, budget)], KEYS)
        assert (end.instructions, end.pc) == (budget, exact.state.r[PC])
        assert [*differing(exact, end.guest)] == [], budget
        translated += end.details.get("translated_instructions", 0)
    assert stop.reason == HALT
    assert engine == "jit" or translated > 0.9 * sum(range(busy))


PARTS = st.lists(st.tuples(st.sampled_from(ENGINES), st.integers(0, 150)), max_size=12)


def test_changes_of_engine_at_any_time(busy: int) -> None:
    """Three engines by turns, and the interpreter alone with the same stops."""

    def body(parts: list[tuple[str, int]]) -> None:
        parts = [*parts, ("recompile", LONG)]
        mixed = run(BUSY, parts, KEYS)
        same(run(BUSY, [("interp", budget) for _, budget in parts], KEYS), mixed)
        assert mixed.guest.state.r[DONE] == mixed.instructions == busy

    explore(150, PARTS, body)


# What translations take for granted


def test_no_function_changes_the_registers_of_the_image() -> None:
    assert set(MACHINE.constants) <= fixed_registers(MACHINE).keys()


def constants(guest: Guest) -> dict[str, int]:
    return {name: guest.state.r[guest.layout.registers[name]] for name in MACHINE.constants}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_game_leaves_the_registers_of_its_image(engine: str, tmp_path: Path) -> None:
    """Played from its first room to its last, with all that replaces memory before it."""
    data = (STORIES / "museum.z5").read_bytes()
    guest = load(data, Options(seed=1))
    before = constants(guest)
    assert before["STATIC"] > 64 and before["VERIFIED"] == 1
    typed = "look\nsave\nmine\nlook\nundo\nrestore\nmine\nlook\nrestart\ny\n"
    typed += (STORIES / "museum.walkthrough").read_text(encoding="utf-8")
    host = Plain(Saves(tmp_path, "museum"), io.StringIO(typed), io.StringIO(), seed=1)
    services = Services(guest, host)
    session = Session(MACHINE, guest, services, engine)
    stop = session.run()
    stops = session.stats.stops
    assert (stop.reason, stops["save"], stops["restore"]) == (HALT, 1, 1)
    assert constants(guest) == before
    assert guest.state.r[DONE] == session.stats.instructions


@pytest.mark.parametrize("engine", ENGINES)
def test_a_program_that_writes_its_header_leaves_them(engine: str) -> None:
    """Also when it restarts, or restores a game that was saved with that header."""
    image = program("""
start: read_char 1 -> g00
storew 0, 3, 0x1234  ; the first instruction
storew 0, 4, 0x1234  ; the dictionary
storew 0, 5, 0x1234  ; the objects
storew 0, 6, 0x5678  ; the globals
storew 0, 7, 0xffff  ; static memory
storew 0, 12, 0x1234  ; the abbreviations
storew 0, 13, 0x100  ; the length
storeb 0, 0, 8  ; the version
store g01, 7
save_undo -> g02
restore_undo -> g02
save -> g02
je g02, 2 ?on
restore -> g02
on: je g00, 'q' ?end
restart
end: verify ?yes
yes: quit
""")
    before = constants(load(image))
    end = run(image, [(engine, LONG)], [*b"abcq"])
    assert end.stop.reason == HALT
    assert constants(end.guest) == before
    assert (end.value(0), end.value(1)) == (ord("q"), 7)
