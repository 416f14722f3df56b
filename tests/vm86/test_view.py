"""What a terminal is sent of a task's screen, and the keyboard that a person types on."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pc import Pc

from vm86.bios import data, keyboard, keys
from vm86.bios.modes import MODES
from vm86.bios.png import Picture
from vm86.dos.console import CONTROL_C
from vm86.monitor.idle import MANY, Looks
from vm86.monitor.keyboard import Keyboard, Typist, pc_key
from vm86.monitor.view import Style, attributes, frame, scaled, with_lines
from zoo.console import Abilities


@given(
    st.integers(),
    st.sampled_from([*MODES, 0x12, 0xFF]),
    st.integers(0, 255),
    st.integers(1, 200),
    st.integers(1, 70),
)
def test_any_memory_fits_any_terminal(
    seed: int, number: int, rows: int, width: int, height: int
) -> None:
    pc = Pc()
    chance = random.Random(seed)
    pc.task.memory[:0x500] = chance.randbytes(0x500)
    pc.task.memory[0xA0000:0xC0000] = chance.randbytes(0x100) * 0x200
    for _ in range(50):
        pc.ports.write(chance.randrange(0x3B0, 0x3E0), 2, chance.randrange(0x10000))
    data.set_byte(pc.task, data.VIDEO_MODE, number)
    data.set_byte(pc.task, data.LAST_ROW, rows)
    for shown in (
        frame(pc.task, pc.video.adapter, width, height),
        with_lines(frame(pc.task, pc.video.adapter, width, height), ["menu", "of two lines"]),
    ):
        assert len(shown.rows) == height
        assert {len(row) for row in shown.rows} == {width}
        assert all(
            (len(char) == 1 and char.isprintable()) or char == "\xa0"
            for row in shown.rows
            for char, _ in row
        )
        if shown.cursor is not None:
            row, column = shown.cursor
            assert 0 <= row < height and 0 <= column < width


def test_monochrome_is_underlined() -> None:
    pc = Pc()
    pc.call(0x10, ax=0x0007)
    pc.task.write(0xB0000, b"a\x01b\x07c\x70d\x81")
    first = frame(pc.task, pc.video.adapter, 80, 25).rows[0]
    grey, black = (170, 170, 170), (0, 0, 0)
    assert [style for _, style in first[:4]] == [
        *(Style(grey, black, False, True), Style(grey, black), Style(black, grey)),
        Style(grey, black, True, True),
    ]


@pytest.mark.parametrize("colours", [True, False])
def test_without_colours_a_bright_background_is_reversed(colours: bool) -> None:
    abilities = cast(Abilities, SimpleNamespace(colours=colours))
    grey, black, blue = (170, 170, 170), (0, 0, 0), (0, 0, 170)
    seen = [attributes(abilities, Style(*pair)) for pair in ((grey, black), (black, grey))]
    assert [one.reverse for one in seen] == [False, not colours]
    assert attributes(abilities, Style(grey, blue)).bgcolor == "0000aa"
    assert attributes(abilities, Style()).color == ""


def test_pixels_are_the_mean_of_those_they_stand_for() -> None:
    picture = Picture(4, 2, bytes([0, 0, 0, 100, 0, 0, 9, 9, 9, 9, 9, 9] * 2))
    assert scaled(picture, 2, 1) == [[(50, 0, 0), (9, 9, 9)]]
    assert scaled(picture, 8, 2)[1][:4] == [(0, 0, 0), (0, 0, 0), (100, 0, 0), (100, 0, 0)]


def typed(pc: Pc, typist: Typist, seconds: int) -> None:
    """Let time pass, in thousandths of a second, in which the BIOS takes what comes."""
    for passed in range(1000 * seconds):
        typist.go_on(passed, 1000)
        pc.ports.advance(1200)
        if pc.ports.keyboard.full:
            pc.bios.key(pc.task)


def test_dos_reads_what_is_typed() -> None:
    pc = Pc()
    typist = Typist(pc.task, pc.ports.keyboard)
    console = Keyboard(pc.task, lambda byte: None)
    assert not console.ready() and console.key() is None and not console.at_end()
    for key in ("a", "f1", "é", "ctrl-c", "break"):
        typist.type(key)
    typed(pc, typist, 1)
    found = []
    while console.ready():
        found.append(console.key())
    assert found == [CONTROL_C]  # Ctrl-Break forgets what was typed before
    for key in ("a", "f1", "é", "ctrl-c"):
        typist.type(key)
    typed(pc, typist, 1)
    found = [console.key() for _ in range(6)]
    assert found == [ord("a"), 0, 0x3B, 0x82, CONTROL_C, None]
    assert not data.byte(pc.task, data.SHIFT_FLAGS)  # all keys are released


def test_nothing_that_is_typed_is_lost() -> None:
    pc = Pc()
    typist = Typist(pc.task, pc.ports.keyboard)
    console = Keyboard(pc.task, lambda byte: None)
    for char in "Hello, world! " * 10:
        typist.type(char)
    found = b""
    for _ in range(20):
        typed(pc, typist, 1)
        while (byte := console.key()) is not None:
            found += bytes([byte])
    assert found == b"Hello, world! " * 10


def test_a_key_is_held_for_a_while() -> None:
    pc = Pc()
    typist = Typist(pc.task, pc.ports.keyboard)
    typist.type("shift-f1")
    assert typist.go_on(0, 1000)
    typist.type("shift-f1")
    seen: list[tuple[int, int]] = []
    for passed in range(300):
        typist.go_on(passed, 1000)
        pc.ports.advance(1200)
        if pc.ports.keyboard.full:
            seen.append((passed, pc.ports.read(0x60)))
    codes = [code for _, code in seen]
    assert codes == [0x2A, 0x3B, 0x2A, 0x3B, 0xBB, 0xAA]  # repeated, then released once
    assert seen[4][0] - seen[1][0] >= 99
    assert keyboard.peek(pc.task) is None


@given(st.text(max_size=8))
def test_any_name_of_a_key_gives_scan_codes(name: str) -> None:
    assert isinstance(keys.scan_codes(pc_key(name)), bytes)


def test_names_of_keys() -> None:
    expected = {
        "x": "x",
        "X": "X",
        "c-m": "enter",
        "a-x": "alt-x",
        "a-c-m": "alt-enter",
        "c-c": "ctrl-c",
        "c-_": "ctrl--",
        "s-tab": "shift-tab",
        "c-s-left": "ctrl-shift-left",
        "f14": "shift-f2",
        "c-f13": "ctrl-shift-f1",
        "a-f4": "alt-f4",
        "-": "-",
        "a--": "alt--",
    }
    assert {name: pc_key(name) for name in expected} == expected
    assert all(keys.scan_codes(name) for name in expected.values())


def test_who_looks_and_looks_is_idle() -> None:
    pc = Pc()
    looks = Looks()

    def idle(executed: int) -> bool:
        pc.call(0x16, ax=0x0100)
        return looks.told(0x16, 0x0100, pc.task, executed)

    assert not any(idle(10 * k) for k in range(MANY - 1))
    assert idle(10 * MANY)
    assert not idle(1_000_000)  # it did something in between
    keyboard.put(pc.task, 0x1E61)
    assert not any(idle(1_000_000 + 10 * k) for k in range(100))
    assert looks.told(0x2F, 0x1680, pc.task, 0)
