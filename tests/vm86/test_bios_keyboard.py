"""Keys from the host to INT 16h."""

from __future__ import annotations

import pytest
from pc import Pc

from vm86.bios import data, keyboard
from vm86.bios.keyboard import Outcome
from vm86.bios.keys import scan_codes
from vm86.task import ZERO, set_word


def press(pc: Pc, *names: str) -> None:
    """Keys through the controller, the interrupt and its handler."""
    pc.ports.write(0x21, 1, 0xFD)  # the keyboard alone
    for name in names:
        for code in scan_codes(name):
            pc.ports.keyboard.press([code])
            assert pc.ports.pic.acknowledge() == 0x09
            assert pc.call(0x09)
            pc.ports.advance(2000)


def typed(pc: Pc, function: int = 0x10) -> list[int]:
    """The words that INT 16h gives."""
    words: list[int] = []
    while pc.call(0x16, ax=function << 8):
        words.append(pc.task.ax)
    return words


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("a", 0x1E61),
        ("A", 0x1E41),
        ("1", 0x0231),
        ("!", 0x0221),
        ("~", 0x297E),
        (" ", 0x3920),
        ("-", 0x0C2D),
        ("ctrl-c", 0x2E03),
        ("\x03", 0x2E03),
        ("alt-x", 0x2D00),
        ("alt-1", 0x7800),
        ("enter", 0x1C0D),
        ("\r", 0x1C0D),
        ("ctrl-enter", 0x1C0A),
        ("escape", 0x011B),
        ("backspace", 0x0E08),
        ("ctrl-backspace", 0x0E7F),
        ("tab", 0x0F09),
        ("shift-tab", 0x0F00),
        ("f1", 0x3B00),
        ("shift-f1", 0x5400),
        ("ctrl-f10", 0x6700),
        ("alt-f10", 0x7100),
        ("f11", 0x8500),
        ("up", 0x48E0),
        ("ctrl-left", 0x73E0),
        ("alt-delete", 0xA300),
        ("insert", 0x52E0),
        ("ctrl-printscreen", 0x7200),
        ("é", 0x0082),
        ("█", 0x00DB),
    ],
)
def test_keys_become_words(name: str, word: int) -> None:
    pc = Pc()
    press(pc, name)
    assert typed(pc) == [word]


@pytest.mark.parametrize("name", ["", "日", "nothing", "ctrl-", "super-x", "ctrl-nothing"])
def test_what_no_key_gives_sends_nothing(name: str) -> None:
    assert scan_codes(name) == b""


def test_the_older_functions_know_the_older_keys() -> None:
    pc = Pc()
    press(pc, "f11", "up", "alt-delete", "a")
    pc.call(0x16, ax=0x0100)
    assert (pc.task.ax, pc.task.flags & ZERO) == (0x4800, 0)
    assert typed(pc, 0) == [0x4800, 0x1E61]
    press(pc, "f12")
    pc.call(0x16, ax=0x0100)
    assert pc.task.flags & ZERO
    for word, older in ((0xE00D, 0x1C0D), (0xE02F, 0x352F), (0x00E0, 0x00E0), (0x1E61, 0x1E61)):
        assert keyboard.older(word) == older


def test_reading_waits_and_changes_nothing() -> None:
    pc = Pc()
    assert not pc.call(0x16, ax=0x0000)
    assert pc.task.ax == 0
    assert pc.call(0x16, ax=0x0100)
    assert (pc.task.ax, pc.task.flags & ZERO) == (0x0100, ZERO)
    assert pc.call(0x16, ax=0x1100)
    assert pc.task.flags & ZERO


def test_the_buffer_holds_fifteen_keys() -> None:
    pc = Pc()
    press(pc, *"abcdefghijklmnopqrst")
    words = typed(pc)
    assert "".join(chr(word & 0xFF) for word in words) == "abcdefghijklmno"
    press(pc, *"xyz")
    assert len(typed(pc)) == 3


def test_a_program_may_store_keys() -> None:
    pc = Pc()
    for count in range(16):
        pc.call(0x16, ax=0x0500, cx=0x1E61)
        assert pc.task.al == int(count == 15)
    assert typed(pc) == [0x1E61] * 15


def test_shifts_are_noted_while_held() -> None:
    pc = Pc()
    for code, flags in ((0x2A, 0x02), (0x36, 0x03), (0x1D, 0x07), (0x38, 0x0F)):
        keyboard.key_event(pc.task, code)
        pc.call(0x16, ax=0x0200)
        assert pc.task.al == flags
    for code in (0xAA, 0xB6, 0x9D):
        keyboard.key_event(pc.task, code)
    for code in (0xE0, 0x1D):
        keyboard.key_event(pc.task, code)
    pc.call(0x16, ax=0x1200)
    assert (pc.task.al, pc.task.ah) == (0x0C, 0x06)


def test_locks_change_letters_and_the_keypad() -> None:
    pc = Pc()
    press(pc, "capslock", "a", "A", "1", "numlock")
    for code in (0x47, 0xC7, 0x2A, 0x47, 0xC7, 0xAA):
        keyboard.key_event(pc.task, code)
    assert typed(pc) == [0x1E41, 0x1E61, 0x0231, 0x4737, 0x4700]
    press(pc, "capslock", "a")
    assert typed(pc) == [0x1E61]
    for _ in range(3):  # a held key does not toggle again
        keyboard.key_event(pc.task, 0x3A)
    assert data.byte(pc.task, data.SHIFT_FLAGS) & 0x40


def test_break_is_noted_and_goes_on_with_its_interrupt() -> None:
    pc = Pc()
    data.set_vector(pc.task, 0x1B, 0x0070, 0x0010)
    press(pc, "x", "break")
    assert data.byte(pc.task, data.BREAK_FLAG) == 0x80
    assert pc.task.went == (0x0070, 0x0010, pc.task.ss, pc.task.sp)
    assert typed(pc) == [0x0000]
    assert keyboard.key_event(pc.task, 0x46) is Outcome.NOTHING


def test_print_screen_goes_on_with_its_interrupt() -> None:
    pc = Pc()
    data.set_vector(pc.task, 0x05, 0x0070, 0x0020)
    press(pc, "printscreen")
    assert pc.task.went == (0x0070, 0x0020, pc.task.ss, pc.task.sp)


def test_pause_and_reset_do_nothing() -> None:
    pc = Pc()
    for code in bytes.fromhex("E1 1D 45 E1 9D C5"):
        keyboard.key_event(pc.task, code)
    press(pc, "ctrl-alt-delete")
    assert typed(pc) == []
    assert data.byte(pc.task, data.SHIFT_FLAGS) == 0
    assert pc.task.went is None


@pytest.mark.parametrize("head", [0, 1, 0x1D, 0xFFFE, 0xFFFF])
@pytest.mark.parametrize("end", [0, 0x3F, 0xFFFF])
def test_a_spoiled_buffer_harms_nobody(head: int, end: int) -> None:
    pc = Pc()
    set_word(pc.task, data.BUFFER_HEAD, head)
    set_word(pc.task, data.BUFFER_END, end)
    for code in range(256):
        keyboard.key_event(pc.task, code)
    for function in (0x00, 0x01, 0x10, 0x11):
        pc.call(0x16, ax=function << 8)
