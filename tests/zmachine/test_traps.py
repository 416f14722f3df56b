"""What a random program meets too seldom: each trap once, on both engines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from build import (
    LARGE,
    ROUTINE,
    SMALL,
    STATIC,
    TEXT,
    VARIABLE,
    Instruction,
    encode,
    story,
)
from play import Played, Script, play, state_of

from zmachine import registers as r
from zmachine.story import Options
from zmachine.table import TABLE
from zoo.registers import FAULT, HALT, RETRY

OPS = {op.name: op for op in TABLE if 5 in op.versions}


def op(name: str, *operands: tuple[int, int], **rest: Any) -> bytes:
    return encode(Instruction(OPS[name], operands, **rest))


def word(run: Played, address: int) -> int:
    m = state_of(run.guest)
    return m.mem[address] << 8 | m.mem[address + 1]


def test_a_local_that_is_not_there(engine: str, tmp_path: Path) -> None:
    """It shows what a frame left on the stack, here -1 for "no result", as a 16-bit word."""
    code = op("call_vn", (LARGE, ROUTINE // 4))
    code += op("storew", (LARGE, TEXT), (SMALL, 0), (VARIABLE, 3))
    run = play(story(5, code), [], tmp_path, engine)
    assert (run.stop.reason, word(run, TEXT)) == (HALT, 0xFFFF)


def test_a_variable_named_by_a_number_above_255(engine: str, tmp_path: Path) -> None:
    """Only its low byte counts: 256 is the top of the stack, in its place."""
    code = op("push", (SMALL, 7)) + op("store", (LARGE, 16), (LARGE, 0x100))
    inc = Instruction(OPS["load"], [(LARGE, 0x100)], store=17)
    run = play(story(5, code + encode(inc)), [], tmp_path, engine)
    m = state_of(run.guest)
    assert (word(run, m.r[r.GLOBALS] + 2), m.r[r.SP]) == (7, 5)


class Late(Script):
    """The time is always over."""

    def on_key(self, **_: Any) -> int | None:
        return 0


def test_a_timed_routine_that_is_none(engine: str, tmp_path: Path) -> None:
    """It ends the reading, as one that returns true does."""
    code = op("read_char", (SMALL, 1), (SMALL, 10), (LARGE, 0xFFFF), store=16)
    run = play(story(5, code), [], tmp_path, engine, host=Late([], tmp_path), budget=100)
    assert (run.stop.reason, run.stats.instructions) == (HALT, 2)


@pytest.mark.parametrize("point", [0x1B, 0x7F, 0x9B, 0xD800, 0xDFFF])
def test_no_control_character_is_printed(point: int, engine: str, tmp_path: Path) -> None:
    """Neither through a story's own table of characters nor by print_unicode."""
    code = op("print_char", (SMALL, 155)) + op("print_unicode", (LARGE, point))
    data = bytearray(story(5, code))
    data[0x36:0x38] = TEXT.to_bytes(2, "big")  # the header's extension: three words
    data[TEXT : TEXT + 8] = bytes([0, 3, 0, 0, 0, 0, TEXT >> 8, 16])
    data[TEXT + 16 : TEXT + 19] = bytes([1, point >> 8, point & 255])
    assert play(bytes(data), [], tmp_path, engine).text == "??"


def test_the_largest_table_is_printed_in_time(engine: str, tmp_path: Path) -> None:
    """65535 lines of 65535 characters end with the memory that a story can address."""
    code = op("print_table", (LARGE, TEXT), (LARGE, 0xFFFF), (LARGE, 0xFFFF))
    run = play(story(5, code).ljust(0x30000, b"a"), [], tmp_path, engine)
    assert run.stop.reason == HALT and 50_000 < len(run.text) < 0x20000


@pytest.mark.parametrize("form", ["print_addr", "print_paddr"])
def test_a_text_without_an_end(form: str, engine: str, tmp_path: Path) -> None:
    """Abbreviations of zeros without an end: it is cut."""
    run = play(story(5, op(form, (LARGE, STATIC))), [], tmp_path, engine, budget=10)
    assert run.stop.reason == HALT


def test_a_global_in_static_memory(engine: str, tmp_path: Path) -> None:
    """Under --strict fatal the result that cannot be kept is a fault at once, in every form."""
    data = bytearray(story(5, op("add", (SMALL, 1), (SMALL, 2), store=255) + op("nop")))
    data[0x0C:0x0E] = (STATIC - 100).to_bytes(2, "big")
    lenient = play(bytes(data), [], tmp_path, engine, Options(strict="ignore"))
    assert lenient.stop.reason == HALT
    strict = play(bytes(data), [], tmp_path, engine, Options(strict="fatal"))
    assert (strict.stop.reason, strict.stats.instructions) == (FAULT, 0)
    assert strict.stop.pc == int.from_bytes(data[0x06:0x08], "big")


def test_a_faulting_call_leaves_the_stack(engine: str, tmp_path: Path) -> None:
    """Its operands, also those beyond the fourth, are there again: the state before it."""
    pushes = b"".join(op("push", (SMALL, value)) for value in range(6))
    operands: Sequence[tuple[int, int]] = [(LARGE, 0xFFFF), *[(VARIABLE, 0)] * 6]
    run = play(story(5, pushes + op("call_vs2", *operands, store=16)), [], tmp_path, engine)
    m = state_of(run.guest)
    assert (run.stop.reason, run.stop.cause, m.r[RETRY]) == (FAULT, r.NOT_A_ROUTINE, 1)
    assert list(m.stack[4 : m.r[r.SP]]) == list(range(6))
