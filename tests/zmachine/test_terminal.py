"""`zoo play` of a story in a pseudo-terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pseudoterminal
import pytest

MUSEUM = Path(__file__).parent.parent.parent / "stories" / "museum.z5"

# As in any terminal, and Ctrl-C comes at a moment when Python drops the exception.
SWALLOWED = """
import os, signal
from zmachine.editor import Editor
class Swallow:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(100):
            pass
make = Editor.__init__
def made(*a):
    Swallow()
    make(*a)
Editor.__init__ = made
from zoo.cli import main
main()
"""
# The same under a shell, of a kind that lets a suspended job go on at once.
UNDER_SHELL = """
import fcntl, os, signal, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    from zoo.cli import main
    main()
while True:
    status = os.waitpid(child, os.WUNTRACED)[1]
    if not os.WIFSTOPPED(status):
        sys.exit(os.waitstatus_to_exitcode(status))
    print("[suspended %d]" % (termios.tcgetattr(0)[3] & termios.ECHO), flush=True)
    os.kill(child, signal.SIGCONT)
"""


class Terminal(pseudoterminal.Terminal):
    """A terminal with a story in it."""

    def __init__(self, folder: Path, *options: str, story: Path = MUSEUM, **how: Any) -> None:
        super().__init__(folder, "--seed", "1", *options, story, **how)

    @property
    def prompt(self) -> str:
        """The line that the cursor is in."""
        return (self.lines[self.screen.cursor.y :] or [""])[0]

    def prompts(self, text: str) -> None:
        """Wait for an empty or filled prompt under the cursor."""
        self.until(lambda: self.prompt == text)

    def do(self, command: str) -> None:
        """Type a command, and wait for the next prompt, through all [MORE]s."""
        self.prompts(">")
        self.type(command)
        self.prompts(">" + command)
        self.type("\r")
        self.until(lambda: self.prompt != ">" + command)
        self.more()

    def more(self) -> None:
        while True:
            self.until(lambda: self.prompt in (">", "[MORE]"))
            if self.prompt == ">":
                return
            page = self.lines
            self.type(" ")
            self.until(lambda page=page: self.lines != page)


Play = Callable[..., Terminal]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """Starts the museum in a terminal, and waits for its first prompt."""
    opened: list[Terminal] = []

    def begin(*options: str, wait: bool = True, **how: Any) -> Terminal:
        terminal = Terminal(tmp_path, *options, **how)
        opened.append(terminal)
        if wait:
            terminal.more()
        return terminal

    yield begin
    for terminal in opened:
        terminal.close()


def saves(tmp_path: Path) -> Path:
    (folder,) = (tmp_path / "zoo" / "saves").iterdir()
    return folder


def test_the_status_line_is_on_top_and_reversed(play: Play) -> None:
    terminal = play()
    terminal.until(lambda: terminal.lines[0].startswith(" Front Steps"))
    assert terminal.lines[0].endswith("Moves: 0") or "Moves" in terminal.lines[0]
    assert all(terminal.screen.buffer[0][x].reverse for x in range(80))
    assert not terminal.screen.buffer[1][0].reverse


def test_ctrl_c_leaves_the_terminal_as_it_was(play: Play) -> None:
    terminal = play()
    terminal.type("loo\x03")
    assert terminal.ends() == 130
    assert termios.tcgetattr(terminal._slave) == terminal.mode
    for opened, closed in ((b"?1049h", b"?1049l"), (b"?1000h", b"?1000l"), (b"?25l", b"?25h")):
        assert terminal.sent.rindex(closed) > terminal.sent.rindex(opened)


def test_ctrl_c_is_not_lost_where_python_drops_it(play: Play) -> None:
    terminal = play(start=SWALLOWED, wait=False)
    assert terminal.ends() == 130
    assert b"Exception ignored" in terminal.sent


def test_a_termination_leaves_the_terminal_as_it_was(play: Play) -> None:
    terminal = play()
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ends() == 128 + signal.SIGTERM
    assert termios.tcgetattr(terminal._slave) == terminal.mode


def test_ctrl_d_quits_at_an_empty_prompt_only(play: Play) -> None:
    terminal = play()
    terminal.type("x\x04")
    terminal.prompts(">x")
    terminal.type("\x7f")
    terminal.prompts(">")
    terminal.type("\x04")
    assert terminal.ends() == 0


def test_ctrl_z_suspends_and_goes_on(play: Play) -> None:
    terminal = play(start=UNDER_SHELL)
    terminal.type("\x1a")
    terminal.until(lambda: terminal.sent.count(b"?1049h") == 2)
    assert b"[suspended 8]" in terminal.sent  # with the echo on, and so its own mode
    terminal.do("look")
    terminal.type("\x03")
    assert terminal.ends() == 130


def test_a_resize_wraps_anew_and_tells_the_story(play: Play) -> None:
    terminal = play()
    terminal.do("look")
    terminal.size(40, 20)
    terminal.prompts(">")
    terminal.do("look")
    terminal.until(lambda: terminal.lines[0].startswith(" Front Steps"))
    assert all(terminal.screen.buffer[0][x].reverse for x in range(40))
    terminal.size(100, 30)
    terminal.do("look")
    terminal.until(lambda: all(terminal.screen.buffer[0][x].reverse for x in range(100)))


def test_more_waits_after_every_screenful(play: Play) -> None:
    terminal = play(rows=8, wait=False)
    terminal.prompts("[MORE]")
    first = terminal.lines
    terminal.type(" ")
    terminal.until(lambda: terminal.lines != first)
    terminal.more()
    assert terminal.prompt == ">"


def test_page_up_and_the_wheel_scroll_back(play: Play) -> None:
    terminal = play(rows=10)
    for _ in range(3):
        terminal.do("look")
    bottom = terminal.lines
    for back, forth in (("\x1b[5~", "\x1b[6~"), ("\x1b[<64;5;5M", "\x1b[<65;5;5M")):
        terminal.type(back)
        terminal.until(lambda: terminal.lines != bottom)
        terminal.type(forth)
        terminal.until(lambda: terminal.lines == bottom)
    terminal.type("\x1b[5~")
    terminal.until(lambda: terminal.lines != bottom)
    terminal.type("z")
    terminal.prompts(">z")


def test_lines_are_edited_completed_and_remembered(play: Play) -> None:
    terminal = play()
    terminal.type("xinvento\x1b[H\x1b[3~\x05\t")
    terminal.until(lambda: terminal.prompt in (">inventor", ">inventory"))
    terminal.type("\x15/stat\t")
    terminal.prompts(">/status")
    terminal.type("\x15")
    terminal.do("look")
    terminal.type("\x1b[A")
    terminal.prompts(">look")
    terminal.type("\x15")
    terminal.prompts(">")
    terminal.type("/quit\r")
    assert terminal.ends() == 0
    again = play()
    again.type("\x1b[A\x1b[A")
    again.prompts(">look")


def test_commands_undo_save_and_restore(play: Play, tmp_path: Path) -> None:
    terminal = play()
    terminal.do("look")
    terminal.do("/save here")
    terminal.sees("Saved as here.")
    terminal.do("look")
    terminal.do("/undo")
    terminal.sees("[back at turn 1]")
    terminal.do("/rewind 0")
    terminal.sees("[back at turn 0]")
    terminal.do("/restore")
    terminal.sees("Saved with /save: here.")
    terminal.do("/restore here")
    terminal.sees("[back at turn 1]")
    terminal.do("/frobnicate")
    terminal.sees("no command of the zoo's")
    assert (saves(tmp_path) / "here.zoo").exists()


def test_a_story_saves_and_restores(play: Play, tmp_path: Path) -> None:
    terminal = play()
    terminal.do("look")
    for answer in ("one\r", "one\ryes\r"):
        terminal.prompts(">")
        terminal.type("save\r")
        terminal.sees("Save as [museum]:")
        terminal.type(answer)
        terminal.more()
    assert (saves(tmp_path) / "one.qzl").read_bytes()[:4] == b"FORM"
    terminal.type("restore\r")
    terminal.sees("Restore [one]:")
    terminal.type("\r")
    terminal.more()
    terminal.do("look")


def test_a_kill_loses_nothing_that_was_shown(play: Play, tmp_path: Path) -> None:
    log, text, cast = (tmp_path / name for name in ("log", "text", "cast"))
    options = ("--record", str(log), "--transcript", str(text), "--cast", str(cast))
    terminal = play(*options)
    terminal.do("look")
    terminal.do("/undo")
    terminal.do("inventory")
    terminal.process.kill()
    terminal.ends()
    answers = [json.loads(line) for line in log.read_text().splitlines()]
    assert answers[0] == ["seed", 1]
    assert [answer for kind, answer in answers if kind == "line"] == [["inventory", 13]]
    assert ">look\n" in text.read_text()
    assert text.read_text().rstrip().endswith(">")
    header, *events = [json.loads(line) for line in cast.read_text().splitlines()]
    assert (header["version"], header["width"], header["height"]) == (2, 80, 24)
    assert [t for t, _, _ in events] == sorted(t for t, _, _ in events)
    shown = "".join(data for _, kind, data in events if kind == "o")
    assert shown.encode() == terminal.sent[: len(shown.encode())].replace(b"\r\n", b"\n")


def test_a_log_is_replayed_and_gone_on_from(play: Play, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('["seed", 1]\n["line", ["inventory", 13]]\n')
    terminal = play("--replay", str(log))
    terminal.sees(">inventory")
    terminal.do("look")


def test_an_existing_file_is_replaced_only_when_asked(play: Play, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("precious")
    terminal = play("--transcript", str(path), wait=False)
    terminal.sees("[y/N]")
    terminal.type("n\n")
    assert terminal.ends() == 2
    assert path.read_text() == "precious"


def test_without_a_terminal_it_says_what_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zoo", "play", str(MUSEUM)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 2
    assert "--plain" in done.stderr
    assert "zoo run" in done.stderr


def test_plain_play_has_the_commands(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zoo", "play", "--plain", "--engine", "interp", str(MUSEUM)]
    done = subprocess.run(
        command,
        input="look\n/undo\n/status\n/quit\n",
        capture_output=True,
        text=True,
        env=os.environ | {"XDG_DATA_HOME": str(tmp_path)},
    )
    assert done.returncode == 0
    assert "[back at turn 0]" in done.stdout


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}, {"TERM": "vt100"}])
def test_colours_only_where_they_are_wanted(
    play: Play, corpus: Path, variables: dict[str, str]
) -> None:
    terminal = play(story=corpus / "zmachine/suite/etude.z5", wait=False, **variables)
    terminal.prompts("[MORE]")
    terminal.type(" ")
    terminal.prompts(">")
    terminal.type("5\r")
    terminal.sees("White" if not variables else "colored text")
    terminal.prompts(">")
    assert (b";41" in terminal.sent) == (not variables)


def test_a_timed_line_keeps_what_was_typed(play: Play, corpus: Path) -> None:
    terminal = play(story=corpus / "zmachine/suite/etude.z5", wait=False)
    terminal.prompts("[MORE]")
    terminal.type(" ")
    terminal.prompts(">")
    terminal.type("11\r")
    terminal.prompts("TimedString>")
    terminal.type("x\r")
    terminal.until(lambda: terminal.lines.count("TimedString>") == 2)
    terminal.type("ab")
    terminal.sees("[Every three seconds....]")
    terminal.prompts("TimedString> ab")
    terminal.type("c\r")
    terminal.sees('You just typed "abc"')


def test_keys_reach_the_story(play: Play, corpus: Path) -> None:
    terminal = play(story=corpus / "zmachine/suite/etude.z5", wait=False)
    terminal.prompts("[MORE]")
    terminal.type(" ")
    terminal.prompts(">")
    terminal.type("8\r")
    keys = {"\x1b[A": 129, "\x1b[B": 130, "\x1bOP": 133, "\x1b[24~": 144, "\xe9": 170, "\x1b": 27}
    for key, code in keys.items():
        terminal.prompts("AccentedInput>")
        terminal.type(key)
        terminal.sees(f"code={code}:")
