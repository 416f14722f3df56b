"""Characters and lines, from the keyboard and from files."""

from pathlib import Path

import pytest
from dosguest import STUB, Guest
from hypothesis import given
from hypothesis import strategies as st

from vm86.dos.lines import LineEditor
from vm86.task import ZERO, linear, set_word


@pytest.fixture
def guest(tmp_path: Path) -> Guest:
    return Guest(tmp_path)


def type_(guest: Guest, *keys: bytes | int) -> None:
    for key in keys:
        guest.keys.typed.extend([key] if isinstance(key, int) else key)


def redirect(guest: Guest, data: bytes) -> None:
    """Standard input comes from a file from now on."""
    handle = guest.call(0x3C, cx=0, dx=guest.path("INPUT"))
    guest.write(handle, data)
    guest.call(0x4200, bx=handle, cx=0, dx=0)
    guest.call(0x46, bx=handle, cx=0)


def test_reading_waits_and_changes_nothing(guest: Guest) -> None:
    for function in (0x01, 0x07, 0x08, 0x0A, 0x0C08, 0x3F):
        guest.put(b"\x10\0")
        before = dict(guest.task.words)
        assert not guest.start(function, bx=0, cx=5, dx=0x100)
        after = dict(guest.task.words)
        changed = {name for name in after if after[name] != before[name]}
        assert changed <= {"ax", "bx", "cx", "dx"}
        assert guest.task.ax == (function if function > 0xFF else function << 8)
        assert (guest.task.bx, guest.task.cx, guest.task.dx) == (0, 5, 0x100)
        guest.dos.forget_input()


def test_reading_characters(guest: Guest) -> None:
    type_(guest, b"ab\x03", 0, 59)
    assert guest.call(0x01) & 0xFF == ord("a")
    assert guest.call(0x08) & 0xFF == ord("b")
    assert guest.keys.shown == b"a"
    assert [guest.call(0x07) & 0xFF for _ in range(3)] == [3, 0, 59]


def test_the_end_of_input(guest: Guest) -> None:
    guest.keys.ended = True
    assert guest.call(0x08) & 0xFF == 26
    guest.put(b"\x10\0")
    guest.call(0x0A, dx=0x100)
    assert guest.get(0x101, 2) == b"\0\r"
    assert guest.read(0, 10) == b""


def test_direct_input_and_output(guest: Guest) -> None:
    guest.start(0x06, dx=0xFF)
    assert guest.task.flags & ZERO
    assert guest.task.al == 0
    type_(guest, b"x")
    guest.start(0x06, dx=0xFF)
    assert not guest.task.flags & ZERO
    assert guest.task.al == ord("x")
    guest.call(0x06, dx=ord("y"))
    assert guest.keys.shown == b"y"


def test_status(guest: Guest) -> None:
    assert guest.call(0x0B) & 0xFF == 0
    type_(guest, b"x")
    assert guest.call(0x0B) & 0xFF == 0xFF


def test_strings(guest: Guest) -> None:
    guest.call(0x09, dx=guest.put(b"hello\ta\r\n\x1a\tb$"))
    assert guest.keys.shown == b"hello   a\r\n\x1a        b"
    guest.keys.shown.clear()
    guest.task.write(linear(guest.task.ds, 0), b"c$")
    guest.call(0x09, dx=guest.put(b"ab", 0xFFFE))
    assert guest.keys.shown == b"abc"


def test_a_string_without_an_end(guest: Guest) -> None:
    guest.task.ds = 0x6000
    guest.call(0x09, dx=0x1234)
    assert len(guest.keys.shown) == 0x10000


def line(guest: Guest, size: int = 20, template: bytes = b"") -> bytes:
    """Function 0Ah; the line."""
    guest.put(bytes([size, len(template)]) + template + b"\r")
    assert guest.start(0x0A, dx=0x100)
    length = guest.get(0x101, 1)[0]
    data = guest.get(0x102, length + 1)
    assert data.endswith(b"\r")
    return data[:-1]


def test_lines(guest: Guest) -> None:
    type_(guest, b"ab\x08c\x01\td\ne\r")
    assert line(guest) == b"ac\x01\tde"
    assert guest.keys.shown == b"ab\x08 \x08c^A    d\r\ne\r"


def test_a_full_line_beeps(guest: Guest) -> None:
    type_(guest, b"abcdef\r")
    assert line(guest, size=4) == b"abc"
    assert guest.keys.shown == b"abc\x07\x07\x07\r"


def test_a_line_typed_in_pieces(guest: Guest) -> None:
    guest.put(b"\x14\0")
    for key in b"abc":
        type_(guest, key)
        assert not guest.start(0x0A, dx=0x100)
    type_(guest, b"\r")
    guest.call(0x0A, dx=0x100)
    assert guest.get(0x100, 6) == b"\x14\x03abc\r"


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        ([0, 0x3D, 13], b"template"),
        ([0, 0x3B, 0, 0x4D, b"X", 0, 0x3D, 13], b"teXplate"),
        ([0, 0x3C, b"l", b"X\r"], b"tempX"),
        ([0, 0x3E, b"l", 0, 0x3D, 13], b"late"),
        ([0, 0x53, 0, 0x53, 0, 0x3D, 13], b"mplate"),
        ([0, 0x52, b"XX", 0, 0x3D, 13], b"XXtemplate"),
        ([0, 0x3D, 0, 0x4B, 8, 13], b"templa"),
        ([b"abc", 27, 0, 0x3D, 13], b"template"),
        ([b"abc", 0, 0x3F, 0, 0x3D, b"d\r"], b"abcd"),
        ([b"a", 0, 0x40, 13], b"a\x1a"),
        ([0, 0x3C, b"z\r"], b""),
        ([0, 0x99, b"z\r"], b"z"),
    ],
)
def test_the_editing_keys(guest: Guest, keys: list[bytes | int], result: bytes) -> None:
    type_(guest, *keys)
    assert line(guest, template=b"template") == result


def test_a_template_needs_its_return(guest: Guest) -> None:
    type_(guest, 0, 0x3D, b"\r")
    guest.put(b"\x10\x03abcd\r")
    guest.call(0x0A, dx=0x100)
    assert guest.get(0x101, 2) == b"\0\r"


@given(st.integers(0, 254), st.binary(max_size=300), st.binary(max_size=600))
def test_no_keys_overflow_a_line(size: int, template: bytes, keys: bytes) -> None:
    shown = bytearray()
    editor = LineEditor(size, template, shown.extend)
    for key in keys:
        editor.key(key)
        assert len(editor.text) <= size


def test_lines_from_a_file(guest: Guest) -> None:
    redirect(guest, b"one\rtwo\rlast")
    assert [line(guest) for _ in range(4)] == [b"one", b"two", b"last", b""]
    assert guest.keys.shown == b"one\rtwo\rlast"
    assert guest.call(0x01) & 0xFF == 26


def test_a_file_without_returns(guest: Guest) -> None:
    redirect(guest, bytes(50000))
    assert line(guest, size=4) == b""
    assert guest.call(0x01) & 0xFF == 0


def test_flushing(guest: Guest) -> None:
    type_(guest, b"old")
    assert not guest.start(0x0C07)
    assert guest.keys.forgotten == 1
    type_(guest, b"n")
    assert guest.call(0x0C07) & 0xFF == ord("n")
    assert guest.keys.forgotten == 1
    assert guest.call(0x0C00) & 0xFF == 0
    assert guest.keys.forgotten == 2


def test_reading_the_console_by_lines(guest: Guest) -> None:
    type_(guest, b"hello\r")
    assert guest.read(0, 3) == b"hel"
    assert guest.read(0, 9) == b"lo\r\n"
    assert guest.keys.shown == b"hello\r\n"
    type_(guest, 0, 0x3D, b"\x1aafter\r")
    assert guest.read(0, 99) == b"hello"
    type_(guest, b"\x1a\r")
    assert guest.read(0, 99) == b""


def test_reading_the_console_raw(guest: Guest) -> None:
    guest.call(0x4401, bx=0, dx=0x00F3)
    type_(guest, b"a\r")
    assert not guest.start(0x3F, bx=0, cx=4, dx=0x4000)
    type_(guest, b"\x1ab")
    assert guest.read(0, 4) == b"a\r\x1ab"
    guest.write(1, b"\t\x1a")
    assert guest.keys.shown == b"\t\x1a"


def test_auxiliary_and_printer(guest: Guest) -> None:
    assert guest.call(0x03) & 0xFF == 26
    guest.call(0x04, dx=65)
    guest.call(0x05, dx=65)
    assert not guest.keys.shown


def test_closed_standard_handles_are_like_nul(guest: Guest) -> None:
    guest.call(0x3E, bx=0)
    guest.call(0x3E, bx=1)
    assert guest.call(0x08) & 0xFF == 26
    guest.call(0x02, dx=65)
    assert not guest.keys.shown


def test_int_29(guest: Guest) -> None:
    guest.task.al = 65
    assert guest.dos.int29(guest.task)
    assert guest.keys.shown == b"A"


# Ctrl-C


def handler(guest: Guest) -> None:
    set_word(guest.task, 0x23 * 4, 0x1111)
    set_word(guest.task, 0x23 * 4 + 2, 0x2222)


@pytest.mark.parametrize("function", [0x01, 0x08, 0x0A, 0x3F])
def test_control_c_ends_a_program(guest: Guest, function: int) -> None:
    type_(guest, b"\x03")
    guest.put(b"\x10\0")
    assert guest.start(function, bx=0, cx=1, dx=0x100)
    assert guest.keys.shown == b"^C\r\n"
    assert guest.dos.exit_code == 0
    assert guest.dos.return_code == 0x0100


def test_a_handler_that_returns_begins_the_call_again(guest: Guest) -> None:
    handler(guest)
    type_(guest, b"\x03")
    sp = guest.task.sp
    guest.start(0x08)
    assert guest.task.went == (0x2222, 0x1111, guest.task.ss, sp - 6)
    assert (guest.word(guest.task.ss, sp - 6), guest.word(guest.task.ss, sp - 4)) == (0x21, STUB)
    guest.task.sp = sp - 20  # the handler itself may call
    guest.call(0x02, dx=65)
    guest.task.sp = sp
    type_(guest, b"x")
    assert guest.call(0x08) & 0xFF == ord("x")
    guest.task.sp = sp - 2  # from now on that is nothing but a call
    guest.call(0x19)
    assert guest.dos.exit_code is None


def test_a_handler_that_returns_far_ends_the_program(guest: Guest) -> None:
    handler(guest)
    type_(guest, b"\x03")
    guest.start(0x08)
    guest.task.sp -= 2
    guest.task.carry = True
    assert guest.start(0x08)
    assert guest.dos.exit_code == 0


def test_a_far_return_with_carry_clear_begins_the_call_again(guest: Guest) -> None:
    handler(guest)
    type_(guest, b"\x03")
    sp = guest.task.sp
    guest.start(0x08)
    guest.task.sp = sp - 2
    type_(guest, b"y")
    assert guest.call(0x08) & 0xFF == ord("y")
    assert guest.task.sp == sp and guest.dos.exit_code is None


def test_output_looks_for_control_c(guest: Guest) -> None:
    """So do all functions of characters but the raw ones; the others with BREAK ON."""
    handler(guest)
    guest.put(b"text$")

    def breaks(function: int, **registers: int) -> bool:
        type_(guest, b"\x03")
        guest.task.went = None
        guest.start(function, dx=0x100, **registers)
        broken = guest.task.went is not None
        guest.keys.typed.clear()
        guest.dos.handlers._breaking = None
        return broken

    writes = {"bx": 1, "cx": 1}
    assert all(breaks(function) for function in (0x02, 0x04, 0x05, 0x09, 0x0B))
    assert breaks(0x40, **writes)
    assert not any(breaks(function) for function in (0x06, 0x0D, 0x19, 0x2A, 0x30, 0x33, 0x51))
    handle = guest.call(0x3C, cx=0, dx=guest.path("F"))
    assert not breaks(0x40, bx=handle, cx=1)
    guest.call(0x3301, dx=1)
    assert all(breaks(function) for function in (0x02, 0x0D, 0x19, 0x2A, 0x30))
    assert breaks(0x40, bx=handle, cx=1)
    assert not any(breaks(function) for function in (0x06, 0x3300, 0x51, 0x62))
    type_(guest, b"a\x03")  # it is not the next key
    guest.call(0x02, dx=65)
    assert guest.keys.typed


def test_control_s_pauses_output_until_a_key_comes(guest: Guest) -> None:
    type_(guest, b"\x13")
    assert not guest.start(0x02, dx=65)
    assert not guest.start(0x02, dx=65) and not guest.keys.shown
    type_(guest, b"xy")
    guest.call(0x02, dx=65)
    assert guest.keys.shown == b"A" and guest.call(0x07) & 0xFF == ord("y")
    type_(guest, b"\x13\x03")
    assert not guest.start(0x02, dx=65)
    guest.start(0x02, dx=65)
    assert guest.dos.return_code == 0x0100


def test_a_raw_function_gives_control_s_and_control_c(guest: Guest) -> None:
    type_(guest, b"\x13\x03")
    assert [guest.call(0x07) & 0xFF for _ in range(2)] == [0x13, 3]
