"""The shell: its commands, batch files, redirection, and programs that it runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from dosguest import Clock, Keys
from fake import FakeTask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_programs import zoo

from vm86.dos.kernel import Dos
from vm86.dos.mount import Mount
from vm86.dos.shell import PROGRAMS, _redirections
from vm86.dos.volume import Volume
from vm86.task import linear, set_word


class Typed:
    """The shell in a folder, whose lines are typed; no program can be run."""

    def __init__(self, folder: Path, more: Iterable[Volume] = ()) -> None:
        self.task = FakeTask()
        self.keys = Keys()
        self.dos = Dos(self.task, [Mount("C", folder, writable=True), *more], self.keys, Clock())
        self.dos.start_shell()
        assert self.task.went is not None
        cs, ip, ss, sp = self.task.went
        self.task.ss, self.task.sp = ss, sp - 6
        for place, value in ((0, ip), (2, cs), (4, 0x0202)):
            set_word(self.task, linear(ss, self.task.sp + place), value)

    def __call__(self, *lines: str) -> str:
        """What is shown after these lines, without prompts and without the lines themselves."""
        self.keys.typed.extend("".join(f"{line}\r" for line in lines).encode("cp437"))
        self.keys.shown.clear()
        for _ in range(3000):  # a batch file may be a loop
            if not self.dos.int2e(self.task) and not self.keys.typed:
                break
        text = ">" + self.keys.shown.decode("cp437")
        for line in lines:
            text = text.replace(f">{line}\r\n", ">", 1)
        return text

    def say(self, *lines: str) -> list[str]:
        """Likewise, but lines that are neither empty nor a prompt."""
        parts = (re.sub(r"^(C:[^>]*)?>", "", line) for line in self(*lines).split("\r\n"))
        return [part.rstrip() for part in parts if part.strip()]


@pytest.fixture
def shell(tmp_path: Path) -> Typed:
    return Typed(tmp_path)


def test_directories(shell: Typed, tmp_path: Path) -> None:
    assert shell.say("md a", "cd a", "cd", "mkdir b", "cd b", "cd") == ["C:\\A", "C:\\A\\B"]
    assert shell.say("cd ..", "cd\\", "cd", "rd a\\b", "cd a\\b") == ["C:\\", "Invalid directory"]
    assert (tmp_path / "A").is_dir() and not (tmp_path / "A" / "B").exists()
    assert shell.say("md a") == ["Unable to create directory"]
    assert shell.say("rd nope") == ["Invalid path, not directory,", "or directory not empty"]
    assert shell.say("md") == ["Invalid number of parameters"]
    assert shell.say("q:") == ["Invalid drive specification"]


def test_files(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "A.TXT").write_bytes(b"first\r\n")
    (tmp_path / "B.TXT").write_bytes(b"second\r\n\x1agarbage")
    assert shell.say("type a.txt", "type b.txt") == ["first", "second"]
    assert shell.say("type no", "del no", "copy no x") == ["File not found"] * 2 + [
        "NO",
        "File not found",
    ]
    assert shell.say("copy a.txt c.txt", "copy *.txt *.bak") == [
        "        1 File(s) copied",
        "        3 File(s) copied",
    ]
    assert (tmp_path / "C.BAK").read_bytes() == b"first\r\n"
    assert shell.say("copy a.txt+c.txt d.txt", "type d.txt")[1:] == ["first", "first"]
    assert shell.say("copy a.txt a.txt")[0] == "File cannot be copied onto itself"
    assert shell.say("ren *.bak *.old", "ren a.txt c.txt") == [
        "Duplicate file name or File not found"
    ]
    assert sorted(p.name for p in tmp_path.glob("*.OLD")) == ["A.OLD", "B.OLD", "C.OLD"]
    assert shell.say("del *.old", "md sub", "copy ?.txt sub")[0].strip() == "4 File(s) copied"
    assert len(list((tmp_path / "SUB").iterdir())) == 4
    shell("del sub", "n")
    assert len(list((tmp_path / "SUB").iterdir())) == 4
    shell("del sub", "y")
    assert not list((tmp_path / "SUB").iterdir())


def test_from_the_console_to_a_file(shell: Typed, tmp_path: Path) -> None:
    shell("copy con new.txt", "one", "two", "\x1a")
    assert (tmp_path / "NEW.TXT").read_bytes() == b"one\r\ntwo\r\n"


def test_listings(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "LONG.TXT").write_bytes(bytes(1234))
    (tmp_path / "SUB").mkdir()
    shown = shell.say("dir")
    assert shown[:2] == [" Volume in drive C has no label", " Directory of  C:\\"]
    assert shown[2].startswith("LONG     TXT      1234  ")
    assert shown[3].startswith("SUB          <DIR>      ")
    assert shown[4].startswith("        2 File(s) ")
    assert shell.say("dir *.com")[-1] == "File not found"
    assert len(shell.say("dir/w")) == 4
    assert shell.say("dir sub")[2].startswith(".            <DIR>")


def test_the_environment_and_the_prompt(shell: Typed) -> None:
    assert shell.say("set x=1 2", "set y=3", "set y=", "set") == [
        "COMSPEC=C:\\COMMAND.COM",
        "PATH=C:\\",
        "X=1 2",
    ]
    assert shell.say("path", "path ;", "path") == ["PATH=C:\\", "No Path"]
    assert shell.say("ver")[-1] == "Zoo DOS Version 3.30"
    assert shell("prompt [$p]$$ $_$n$g", "rem").endswith("\r\n[C:\\]$ \r\nC>")
    shell("prompt")
    assert shell.say("nonsense here", "foo.txt", "\\no\\way") == ["Bad command or file name"] * 3


def test_redirection(shell: Typed, tmp_path: Path) -> None:
    assert shell.say("echo one >f.txt", "echo two>>f.txt", ">>f.txt echo three") == []
    assert (tmp_path / "F.TXT").read_bytes() == b"one\r\ntwo\r\nthree\r\n"
    assert shell.say("echo hidden >nul", "type <no.txt f.txt") == ["File not found"]
    assert shell.say("echo back") == ["back"]
    assert len(shell.dos.files._files) == 3  # none is left open
    assert _redirections('find "<" <a >>b') == ('find "<"', [(0, "<", "a"), (1, ">>", "b")])


BATCH = """@echo off
if "%1"=="" goto none
if not exist %1 echo %1 is not there
:again
echo %0 %1 %2 100%% %WHO%
shift
if not "%1"=="" goto again
for %%f in (*.dat two) do echo - %%f
call other sub
if errorlevel 1 echo never
goto end
:none
echo none
:end
"""


def test_batch_files(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "RUN.BAT").write_bytes(BATCH.replace("\n", "\r\n").encode())
    (tmp_path / "OTHER.BAT").write_bytes(b"echo other %1\r\n\x1aecho never")
    (tmp_path / "ONE.DAT").touch()
    assert shell.say("run") == ["none"]
    assert shell.say("set who=me", "run a b") == [
        "a is not there",
        "run a b 100% me",
        "a b  100% me",
        "- ONE.DAT",
        "- two",
        "other sub",
    ]
    (tmp_path / "LOUD.BAT").write_bytes(b"echo shown\ngoto nowhere\necho never\n")
    assert shell.say("loud") == ["echo shown", "shown", "goto nowhere", "Label not found"]


def test_a_batch_file_that_calls_itself(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "DEEP.BAT").write_bytes(b"@echo off\ncall deep\necho back\n")
    assert shell.say("deep").count("back") == 16


def test_ctrl_c_ends_a_line_and_a_batch_file(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "WAIT.BAT").write_bytes(b"@pause\necho never\n")
    assert "never" not in shell("wait", "\x03", "rem")


def test_the_end(shell: Typed) -> None:
    shell("exit")
    assert shell.dos.exit_code == 0


ANY_LINE = st.text(
    st.sampled_from('abxyz.*?\\/:<>|%="+ ,;@~-1')
    | st.characters(codec="cp437", exclude_categories=["Cc"]),
    max_size=60,
)
KNOWN = st.sampled_from(
    ["dir", "cd", "md", "rd", "copy", "del", "ren", "type", "set", "if", "for", "call", "goto", "x"]
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(KNOWN, ANY_LINE), max_size=6))
def test_any_lines(tmp_path: Path, lines: list[tuple[str, str]]) -> None:
    """The shell takes whatever is typed; outside its folder nothing is touched."""
    folder = tmp_path / "inside"
    folder.mkdir(exist_ok=True)
    canary = tmp_path / "CANARY.TXT"
    canary.write_bytes(b"alive")
    (folder / "X.BAT").write_bytes("\r\n".join(line for _, line in lines).encode("cp437"))
    (folder / "A").mkdir(exist_ok=True)
    shell = Typed(folder)
    shell(*(f"{known} {line}" for known, line in lines), "x a b", "y", "y")
    shell.dos.close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["CANARY.TXT", "inside"]
    assert canary.read_bytes() == b"alive"


# In a process of its own


HELLO = bytes.fromhex("B409 BA0C01 CD21 B8074C CD21") + b"Hi!$"
# Print the command tail: DX = 81h, CX = its length, function 40h on handle 1.
TAIL = bytes.fromhex("B440 BB0100 8A0E8000 B500 BA8100 CD21 B8004C CD21")


def test_programs(tmp_path: Path) -> None:
    (tmp_path / "hello.com").write_bytes(HELLO)
    (tmp_path / "tail.com").write_bytes(TAIL)
    (tmp_path / "bad.exe").write_bytes(b"MZ" + bytes(30))
    (tmp_path / "go.bat").write_bytes(
        b"@echo off\r\nhello >out.txt\r\nif errorlevel 7 tail /x y\r\nif errorlevel 1 echo no\r\n"
    )
    lines = b"go\ntype out.txt\nbad\nhello\nexit\n"
    mount = f"C={tmp_path}:rw"
    done = zoo("--engine", "interp", "--mount", mount, tmp_path, input=lines)
    assert done.returncode == 7  # the last program's
    assert b" /x y" in done.stdout and b"no\r\n" not in done.stdout
    assert b"Error in EXE file" in done.stdout
    assert done.stdout.count(b"Hi!") == 2
    assert (tmp_path / "OUT.TXT").read_bytes() == b"Hi!"


def test_a_folder_is_for_reading_unless_asked(tmp_path: Path) -> None:
    done = zoo("--engine", "interp", tmp_path, input=b"echo x >y\r\nmd z\r\n")
    assert done.returncode == 0
    assert b"Access denied" in done.stdout and b"Unable to create directory" in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_program_is_known_by_its_name(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "hello.com"
    path.write_bytes(HELLO)
    command = [sys.executable, "-m", "zoo", "run", "--engine", "interp", str(path)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (done.stdout, done.returncode) == (b"Hi!", 7)
    assert PROGRAMS[0].lower() == path.suffix
