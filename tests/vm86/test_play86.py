"""`zoo play` of DOS programs in a pseudo-terminal."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import programs
import pytest
from pseudoterminal import Terminal

Assemble = Callable[[str, str], Path]
Play = Callable[..., Terminal]

MENU = "\x1d"  # Ctrl-]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    opened: list[Terminal] = []

    def begin(*arguments: str | Path, **how: Any) -> Terminal:
        how = {"rows": 25, "COLORTERM": "truecolor", **how}
        terminal = Terminal(tmp_path, "--machine", "vm86", *arguments, **how)
        opened.append(terminal)
        return terminal

    yield begin
    for terminal in opened:
        terminal.close()


def colours(terminal: Terminal, row: int, column: int) -> tuple[str, str]:
    cell = terminal.screen.buffer[row][column]
    return cell.fg, cell.bg


def restored(terminal: Terminal) -> bool:
    modes = ((b"?1049h", b"?1049l"), (b"?25l", b"?25h"))
    return termios.tcgetattr(terminal._slave) == terminal.mode and all(
        terminal.sent.rindex(closed) > terminal.sent.rindex(opened) for opened, closed in modes
    )


def test_what_is_written_into_video_memory_is_shown(play: Play, assemble: Assemble) -> None:
    terminal = play(assemble("colours", programs.COLOURS))
    terminal.until(lambda: terminal.lines[2] == "    Colour")
    assert colours(terminal, 2, 4) == ("ffff55", "0000aa")
    assert colours(terminal, 2, 10) == ("aaaaaa", "000000")
    terminal.type("\x1b")
    terminal.sees("colours.com has ended, exit code 5; press any key")
    terminal.type("x")
    assert terminal.ends() == 5
    assert restored(terminal)


KEYS = (
    ("a", "1E61"),
    ("A", "1E41"),
    ("\r", "1C0D"),
    ("\x7f", "0E08"),
    ("\x03", "2E03"),  # Ctrl-C is the program's
    ("\x1a", "2C1A"),
    ("\x1c", "2B1C"),
    ("\x1b[A", "4800"),
    ("\x1bOP", "3B00"),
    ("\x1b[15;5~", "6200"),  # Ctrl-F5
    ("\x1b[1;2P", "5400"),  # Shift-F1
    ("\x1b[1;3S", "6B00"),  # Alt-F4
    ("\x1bx", "2D00"),
    ("\x1b[1;5D", "7300"),  # Ctrl-Left
    ("\x1b[5~", "4900"),
    ("\x1b[Z", "0F00"),
    ("é", "0082"),
    (MENU + "]", "1B1D"),
)


def test_keys_reach_the_program(play: Play, assemble: Assemble) -> None:
    """Each as INT 16h gives it: the scan code and the character."""
    terminal = play(assemble("keys", programs.COLOURS))
    terminal.sees("Colour")
    for typed, word in KEYS:
        before = terminal.lines[0]
        terminal.type(typed)
        printed = word[2:] + word[:2]
        terminal.until(
            lambda before=before, printed=printed: (
                terminal.lines[0] == (before + printed)[: len(before) + 4]
            )
        )
    terminal.type("abcdefgh" * 10)  # faster than it takes them, and more than its buffer holds
    terminal.until(lambda: "".join(terminal.lines).count("6823") == 10)
    terminal.type(MENU + "q")
    assert terminal.ends() == 0
    assert restored(terminal)


def test_graphics_are_half_blocks_and_40_columns(play: Play, assemble: Assemble) -> None:
    terminal = play(assemble("picture", programs.PICTURE))
    terminal.until(lambda: colours(terminal, 12, 60) == ("00aa00", "00aa00"))
    assert colours(terminal, 12, 20) == ("aa0000", "aa0000")
    assert terminal.screen.buffer[12][20].data == "▀"
    assert terminal.lines[0].strip("▀ ") == ""
    left, right = (
        next(k for k in order if terminal.screen.buffer[0][k].data == "▀")
        for order in (range(80), range(79, -1, -1))
    )
    assert (left, right) == (7, 72)  # 4:3, in cells twice as high as wide
    terminal.size(40, 20)
    terminal.until(lambda: colours(terminal, 10, 30) == ("00aa00", "00aa00"))
    terminal.type(" ")
    terminal.until(lambda: terminal.lines[0] == "forty")
    terminal.size(30, 10)
    terminal.until(lambda: terminal.lines[0] == "forty")
    terminal.type(MENU + "x")
    assert terminal.ends() == 0


def test_a_small_terminal_shows_what_is_around_the_cursor(play: Play, assemble: Assemble) -> None:
    ends_below = "mov ax, 0x0200\nmov bh, 0\nmov dx, 0x184F\nint 0x10\nmov ax, 0x0E00 + '*'\n"
    source = ends_below + "mov dl, 70\nmov ax, 0x0200\nint 0x10\nmov ax, 0x0E2A\nint 0x10\n"
    terminal = play(assemble("below", source + programs.WAITS), columns=40, rows=10)
    terminal.until(lambda: (terminal.lines[9][38:39], terminal.screen.cursor.y) == ("*", 9))


def test_tasks_are_switched(play: Play, assemble: Assemble, tmp_path: Path) -> None:
    count, keys = assemble("count", programs.COUNTS), assemble("keys", programs.COLOURS)
    bad = assemble("bad", programs.FAILS)
    terminal = play(keys, "--also", count, "--also", bad, "--share", "1:3:1", "--stats")
    terminal.sees("Colour")
    terminal.type(MENU)
    terminal.sees("1 keys.com*  2 count.com  3 bad.com (failed)")
    terminal.sees("n next")
    terminal.type("2")
    terminal.until(lambda: terminal.lines[0][:4] == "0000" and not terminal.lines[24])
    begun = int(terminal.lines[0], 16)
    terminal.until(lambda: len(terminal.lines[0]) == 8 and int(terminal.lines[0], 16) > begun + 9)
    assert colours(terminal, 0, 0) == ("ffffff", "00aa00")
    terminal.type(MENU + "n")
    terminal.sees("about to fail")
    terminal.sees("bad.com failed: an invalid opcode at ")
    terminal.type(" ")  # it is left; the first task is next
    terminal.sees("Colour")
    terminal.type("z")
    terminal.until(lambda: terminal.lines[0] == "7A2C")
    terminal.type(MENU + "2")
    terminal.until(lambda: terminal.lines[0][:4] == "0000")
    assert int(terminal.lines[0], 16) > begun  # it went on
    terminal.type(MENU + "x")
    terminal.sees("Colour")
    terminal.type(MENU + "x")
    assert terminal.ends() == 3
    text = terminal.sent.decode()
    assert "[bad.com failed: an invalid opcode at " in text
    figures = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert [one["program"] for one in figures] == ["keys.com", "count.com", "bad.com"]


def test_command_com_is_played(play: Play, corpus86: Path, tmp_path: Path) -> None:
    shell = shutil.copy(corpus86 / "msdos-2.0" / "COMMAND.COM", tmp_path)
    (tmp_path / "LETTER.TXT").write_bytes(b"Dear all\r\n")
    terminal = play(shell)
    terminal.until(lambda: terminal.lines[terminal.screen.cursor.y] == "C>")
    terminal.type("dir\r")
    terminal.sees("LETTER   TXT       10")
    terminal.until(lambda: terminal.lines[terminal.screen.cursor.y] == "C>")
    terminal.type("date\r")
    terminal.sees("Enter new date:")
    terminal.type("\x03")
    terminal.sees("Enter new date: ^C")
    terminal.until(lambda: terminal.lines[terminal.screen.cursor.y] == "C>")
    terminal.type("type letter.txx\x7ft\r")
    terminal.sees("Dear all")
    terminal.type("exit\r" + MENU + "q")
    assert terminal.ends() == 0


def test_the_shell_is_played_in_a_folder(play: Play, tmp_path: Path) -> None:
    folder, picture = tmp_path / "games", tmp_path / "shot.png"
    folder.mkdir()
    (folder / "letter.txt").write_bytes(b"Dear all\r\n")
    # Wait for a key with INT 16h; exit code 9.
    (folder / "key.com").write_bytes(bytes.fromhex("B400 CD16 B8094C CD21"))
    terminal = play("--png", picture, folder)
    terminal.until(lambda: terminal.lines[terminal.screen.cursor.y] == "C:\\>")
    terminal.type("type letter.txx\x7ft\r")
    terminal.sees("Dear all")
    terminal.type("\x03key\r")
    terminal.sees("C:\\>^C")
    terminal.sees("C:\\>key")
    terminal.type("x")
    terminal.until(lambda: terminal.lines[terminal.screen.cursor.y] == "C:\\>")
    terminal.type("exit\r")
    terminal.sees("games has ended, exit code 9; press any key")
    terminal.type("x")
    assert terminal.ends() == 9
    assert restored(terminal)
    assert picture.read_bytes().startswith(b"\x89PNG")


# Prints by FUNCTION for ever; after a Ctrl-C the next letter, after the fifth it ends.
TALKS = """
        mov ax, 0x2523
        mov dx, handler
        int 0x21
        mov cx, 1
        mov bx, 1
next:   mov ah, FUNCTION
        mov dx, text
        %if FUNCTION < 9
        mov dl, [text]
        %endif
        int 0x21
        jmp next
text    db "a$"
handler:
        inc byte [cs:text]
        cmp byte [cs:text], 'f'
        je ends
        clc                     ; go on
        retf
ends:   stc
        retf
"""


@pytest.mark.parametrize("function", [2, 9, 0x40])
def test_control_c_while_a_program_only_writes(
    play: Play, assemble: Assemble, function: int
) -> None:
    terminal = play(assemble("talks", f"FUNCTION equ {function}\n{TALKS}"))
    terminal.until(lambda: terminal.lines[5][:4] == "aaaa")
    terminal.type("\x13")  # Ctrl-S: it pauses
    shown: list[list[str]] = []

    def stands() -> bool:
        shown.append(terminal.lines)
        return shown[-1] == shown[-10:][0] and len(shown) > 10

    terminal.until(stands)
    terminal.type(" ")
    for letter in "bcde":
        terminal.type("\x03")
        terminal.until(lambda letter=letter: terminal.lines[5][:4] == 4 * letter)
    terminal.type("\x03")
    terminal.sees("talks.com has ended, exit code 0")


def test_the_shell_s_commands_can_be_stopped(play: Play, tmp_path: Path) -> None:
    (tmp_path / "loop.bat").write_bytes(b"@echo off\n:a\necho on and on\ngoto a\n")
    terminal = play(tmp_path)
    terminal.sees("C:\\>")
    terminal.type("loop\r")
    terminal.until(lambda: terminal.lines[20:22] == ["on and on"] * 2)
    terminal.type("\x03")
    terminal.sees("^C")
    terminal.until(lambda: terminal.lines[terminal.screen.cursor.y] == "C:\\>")
    terminal.type("exit\r")
    terminal.sees("has ended, exit code 0")
    terminal.type(" ")
    assert terminal.ends() == 0


BOOTS = """
        mov si, 0x7C00 + text
next:   lodsb
        mov ah, 0x0E
        int 0x10
        or al, al
        jnz next
keys:   mov ah, 0
        int 0x16
        mov ah, 0x0E
        int 0x10
        cmp al, 'q'
        jne keys
        cli
        hlt
text    db "Booted ", 0
        times 510 - ($ - $$) db 0
        dw 0xAA55
        times 1536 db 0
"""


def test_a_disk_is_booted(play: Play, nasm: str, tmp_path: Path) -> None:
    source, disk = tmp_path / "disk.asm", tmp_path / "disk.img"
    source.write_text(f"cli\nsti\n{BOOTS}")  # it begins with no jump
    subprocess.run([nasm, "-f", "bin", "-o", disk, source], check=True)
    terminal = play(disk)
    terminal.until(lambda: terminal.lines[0].startswith("Booted"))
    terminal.type("xyz")
    terminal.until(lambda: terminal.lines[0].endswith("xyz"))
    terminal.type("q")
    terminal.sees("disk.img has ended, exit code 0; press any key")
    terminal.type("x")
    assert terminal.ends() == 0


def test_pictures_and_casts(play: Play, assemble: Assemble, tmp_path: Path) -> None:
    path, cast = tmp_path / "shot.png", tmp_path / "cast"
    keys = assemble("keys", programs.COLOURS)
    terminal = play("--png", path, "--cast", cast, keys)
    terminal.sees("Colour")
    terminal.type(MENU + "p")
    terminal.sees("keys.com")
    terminal.type("y")
    terminal.until(lambda: terminal.lines[0] == "7915")
    terminal.type(MENU + "q")
    assert terminal.ends() == 0
    first, last = path.read_bytes(), path.with_stem("shot-2").read_bytes()
    assert first.startswith(b"\x89PNG") and last.startswith(b"\x89PNG") and first != last
    header, *events = [json.loads(line) for line in cast.read_text().splitlines()]
    assert header["height"] == 25
    assert "Colour" in "".join(data for _, kind, data in events if kind == "o")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_the_terminal_as_it_was(
    play: Play, assemble: Assemble, number: signal.Signals
) -> None:
    terminal = play(assemble("count", programs.COUNTS))
    terminal.until(lambda: terminal.lines[0][:4] == "0000")
    terminal.process.send_signal(number)
    assert terminal.ends() == (130 if number == signal.SIGINT else 143)
    assert restored(terminal)


def test_a_budget_ends_it(play: Play, assemble: Assemble) -> None:
    terminal = play("--budget", "50000", "--speed", "1000000", assemble("c", programs.COUNTS))
    terminal.sees("the budget is used up; press any key")
    terminal.type(" ")
    assert terminal.ends() == 4


def processor_seconds(process: subprocess.Popen[bytes]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")
@pytest.mark.parametrize("polls", [False, True])
def test_who_waits_for_a_key_uses_no_processor(play: Play, assemble: Assemble, polls: bool) -> None:
    """Time passes by the clock on the wall: a program shows its ticks, and waits for a key."""
    waits = "look:  mov ah, 1\nint 0x16\njz look\n" if polls else programs.WAITS
    hook = programs.SLEEPS.replace("sleep:  hlt\n        jmp sleep", waits + "jmp $")
    terminal = play(assemble("waits", hook))
    seen = {""}

    def ticked(count: int) -> bool:
        seen.add(terminal.lines[0])
        return len(seen) > count

    terminal.until(lambda: ticked(5))
    begun = processor_seconds(terminal.process)
    terminal.until(lambda: ticked(23))  # a second
    assert processor_seconds(terminal.process) - begun < 0.5


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ((), "zoo play needs a terminal"),
        (("--record", "log"), "--record and --replay are for zoo run"),
        (("--screen", "text"), "--screen is for zoo run"),
        (("--speed", "fast"), "--speed fast: it is instructions a second"),
        (("--transcript", "file"), "--transcript is not for the machine vm86"),
        (("--mount", "A=no.img"), "--mount A=no.img: No such file or directory"),
    ],
)
def test_what_is_refused(assemble: Assemble, options: tuple[str, ...], text: str) -> None:
    path = assemble("wait", programs.WAITS)
    command = [sys.executable, "-m", "zoo", "play", "--machine", "vm86", *options, str(path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 2
    assert text in " ".join(done.stderr.split()) and "Traceback" not in done.stderr
