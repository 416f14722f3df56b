"""The shell: its commands, batch files, redirection, and programs that it runs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from dosguest import Clock, Keys
from fake import FakeTask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_programs import kept, zoo

from vm86.dos.errors import Failure
from vm86.dos.kernel import Dos
from vm86.dos.mount import Mount
from vm86.dos.redirection import Pipe, parts, redirections
from vm86.dos.shell import PROGRAMS
from vm86.dos.volume import Volume
from vm86.task import linear, set_word

Assemble = Callable[[str, str], Path]


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
    assert redirections('find "<" <a >>b') == ('find "<"', [(0, "<", "a"), (1, ">>", "b")])
    shell.say("echo x >one.txt >two.txt")
    assert not (tmp_path / "ONE.TXT").exists() and (tmp_path / "TWO.TXT").exists()


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


def test_conditions(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "A.TXT").touch()
    (tmp_path / ".hidden").touch()
    (tmp_path / "SUB").mkdir()
    for condition, holds in (
        ("a==a", True),
        ("a == b", False),
        ("not a==b", True),
        ("exist a.txt", True),
        ("exist *.txt", True),
        ("exist hidden~1", True),
        ("exist sub", False),
        ("exist sub\\nul", True),
        ("exist none\\nul", False),
        ("not exist none", True),
        ("errorlevel 0", True),
        ("errorlevel=1", False),
        ("not errorlevel 1 if exist a.txt", True),
    ):
        assert shell.say(f"if {condition} echo yes") == (["yes"] if holds else []), condition
    assert shell.say("if a echo", "for x") == ["Syntax error"] * 2
    assert shell.say("for %f in (sub\\..\\*.txt) do echo %f") == ["sub\\..\\A.TXT"]
    (tmp_path / "DEEP.BAT").write_bytes(b"@" + b"if a==a " * 40 + b"echo deep")
    assert shell.say("deep") == ["Out of memory"]


def test_exit_in_a_batch_file_ends_the_shell(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "E.BAT").write_bytes(b"@exit\necho never\n")
    assert "never" not in shell("e", "echo never")
    assert shell.dos.exit_code == 0


def test_no_prompts_without_echo(shell: Typed) -> None:
    shown = shell("echo off", "ver", "echo on")
    assert shown.count("C:\\>") == 2 and shown.endswith("echo on\r\n\r\nC:\\>")


def test_settings_and_the_clock(shell: Typed) -> None:
    assert shell.say("break", "break on", "break", "verify", "verify maybe") == [
        "BREAK is off",
        "BREAK is on",
        "VERIFY is off",
        "Must specify ON or OFF",
    ]
    assert shell.dos.break_check == 1
    shown = shell.say("date", "31-31-87", "9-1-1987", "date 2-3-88", "time 1:2", "time", "")
    assert shown[:3] == [
        "Current date is Thu  4-02-1987",
        "Enter new date (mm-dd-yy): 31-31-87",
        "Invalid date",
    ]
    assert shown[-2:] == ["Current time is  1:02:00.00", "Enter new time:"]
    assert str(shell.dos.clock.now()) == "1988-02-03 01:02:00"


def test_a_listing_by_pages_and_a_clear_screen(shell: Typed, tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"F{number:02}").touch()
    shown = shell("dir/p", " ", "cls")
    assert shown.index("Strike a key") < shown.index("F23") and "[clear]" in shown


def test_the_last_line_comes_back_with_f3(shell: Typed) -> None:
    assert shell.say("ver", "\0=")[-1] == "Zoo DOS Version 3.30"


def test_autoexec(tmp_path: Path) -> None:
    (tmp_path / "AUTOEXEC.BAT").write_bytes(b"@echo off\r\nset who=me\r\npath c:\\bin\r\n")
    assert Typed(tmp_path).say("set") == [
        *("COMSPEC=C:\\COMMAND.COM", "PATH=C:\\BIN", "WHO=me"),
    ]


def test_a_batch_file_that_calls_itself(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "DEEP.BAT").write_bytes(b"@echo off\ncall deep\necho back\n")
    assert shell.say("deep").count("back") == 16


def test_ctrl_c_ends_a_line_and_a_batch_file(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "WAIT.BAT").write_bytes(b"@pause\necho never\n")
    assert "never" not in shell("wait", "\x03", "rem")


def test_a_batch_file_that_redirects_itself(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "DEEP.BAT").write_bytes(b"@deep >x\n")
    shell("deep")
    assert (tmp_path / "X").exists() and len(shell.dos.files._files) == 3


def test_a_batch_file_s_output_goes_where_it_is_sent(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "A.BAT").write_bytes(b"@echo off\necho a\ncall b >>y\necho z\n")
    (tmp_path / "B.BAT").write_bytes(b"echo b\n@c\n")
    (tmp_path / "C.BAT").write_bytes(b"@echo c\n")
    assert shell.say("a >x", "type x", "type y") == ["a", "z", "b", "c"]


def test_syntax_of_pipes(shell: Typed) -> None:
    assert shell.say("ver |", "| ver", "ver || ver", "rem a | b > c") == ["Syntax error"] * 3
    assert shell.say('echo "a|b"') == ['"a|b"']
    assert parts('a "b|c" | d|e') == ['a "b|c"', "d", "e"]


def test_appending_goes_before_the_mark_of_the_end(shell: Typed, tmp_path: Path) -> None:
    (tmp_path / "F.TXT").write_bytes(b"one\r\n\x1a")
    shell("echo two>>f.txt")
    assert (tmp_path / "F.TXT").read_bytes() == b"one\r\ntwo\r\n"


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


def test_a_diskette_that_does_not_boot_is_drive_a(tmp_path: Path) -> None:
    disk = kept(tmp_path / "disk.img")
    disk.create(("HELLO.COM",), 0).write(HELLO, 0)
    disk.close()
    done = zoo("--engine", "interp", tmp_path / "disk.img", input=b"set\nhello\n")
    assert b"COMSPEC=A:\\COMMAND.COM" in done.stdout and b"A:\\>" in done.stdout
    assert b"Hi!" in done.stdout and done.returncode == 7


# Copies standard input to standard output, in capitals, and ends with 5.
CAPITALS = """
next:   mov ah, 0x3F
        mov bx, 0
        mov cx, 100
        mov dx, buffer
        int 0x21
        mov cx, ax
        jcxz done
        mov si, buffer
each:   cmp byte [si], 'a'
        jb as_it_is
        sub byte [si], 32
as_it_is:
        inc si
        loop each
        mov cx, ax
        mov ah, 0x40
        mov bx, 1
        int 0x21
        jmp next
done:   mov ax, 0x4C05
        int 0x21
buffer:
"""
# What a C library's system() does: %COMSPEC% with /C and, here, this program's own arguments.
SYSTEM = """
        mov bx, 0x100
        mov ah, 0x4A
        int 0x21
        mov si, 0x81
        mov di, tail + 4
        movzx cx, byte [0x80]
        rep movsb
        mov byte [di], 13
        sub di, tail + 1
        mov ax, di
        mov [tail], al
        mov [block + 4], cs
        mov ax, 0x4B00
        mov bx, block
        mov dx, path
        int 0x21
        jc fail
        mov ah, 0x4D
        int 0x21
        add al, '0'
        mov [code], al
        mov dx, code
        mov ah, 9
        int 0x21
        mov ax, 0x4C00
        int 0x21
fail:   mov ax, 0x4CFF
        int 0x21
path    db "c:\\command.com", 0
code    db "? from the shell", 13, 10, "$"
block   dw 0, tail, 0, 0x5C, 0, 0x6C, 0
tail    db 0, " /c"
"""


def test_pipes_need_no_disk(assemble: Assemble, tmp_path: Path) -> None:
    assemble("upper", CAPITALS)
    (tmp_path / "A.TXT").write_bytes(b"some\r\nlines\r\n")
    (tmp_path / "TWICE.BAT").write_bytes(b"@echo off\r\ntype %1\r\ntype %1\r\n")
    before = sorted(p.name for p in tmp_path.iterdir())
    lines = b"type a.txt|upper|upper\nupper <a.txt\ntwice a.txt | upper\n"
    done = zoo("--engine", "interp", tmp_path, input=lines)
    assert done.stdout.count(b"SOME\r\nLINES\r\n") == 4 and done.returncode == 5
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_redirection_of_programs(assemble: Assemble, tmp_path: Path) -> None:
    assemble("upper", CAPITALS)
    lines = (
        b"echo one>a\necho two>>a\nupper<a>b\nupper <a | upper >>b\nupper >c <b\n"
        b"upper <none >d\nupper <nul >e\ntype a | upper >>c\nexit\n"
    )
    done = zoo("--engine", "interp", "--mount", f"C={tmp_path}:rw", tmp_path, input=lines)
    assert (done.stdout.count(b"File not found"), done.returncode) == (1, 5)
    one = b"ONE\r\nTWO\r\n"
    found = {name: (tmp_path / name).read_bytes() for name in "BCE"}
    assert found == {"B": 2 * one, "C": 3 * one, "E": b""}
    assert not (tmp_path / "D").exists()


def test_msdos_filters(corpus86: Path, tmp_path: Path) -> None:
    for name in ("SORT.EXE", "MORE.COM", "FIND.EXE"):
        shutil.copy(corpus86 / "msdos-2.0" / name, tmp_path)
    done = zoo("--engine", "jit", tmp_path, "dir", "|", "sort", "|", "more")
    listed = [line for line in done.stdout.decode().split("\r\n") if line.strip()]
    assert [line[:12] for line in listed[3:]] == ["FIND     EXE", "MORE     COM", "SORT     EXE"]
    assert listed[0].startswith("        3 File(s)")
    done = zoo("--engine", "jit", tmp_path, 'dir | find "COM"')
    assert done.stdout.decode().split()[:2] == ["MORE", "COM"]


def test_the_shell_is_where_comspec_says(assemble: Assemble, tmp_path: Path) -> None:
    program = assemble("system", SYSTEM)
    assemble("upper", CAPITALS)
    (tmp_path / "B.BAT").write_bytes(b"echo %1 %x%\r\n")

    def system(command: str) -> list[str]:
        done = zoo("--engine", "interp", program, command)
        assert done.returncode == 0
        return [line for line in done.stdout.decode().split("\r\n") if line]

    assert system("echo hello") == ["hello", "0 from the shell"]
    assert system("upper <b.bat") == ["ECHO %1 %X%", "5 from the shell"]
    assert system("echo a | upper") == ["A", "5 from the shell"]
    assert system("b y") == ["C:\\>echo y ", "y", "0 from the shell"]
    assert system("system.com echo deeper")[:2] == ["deeper", "0 from the shell"]
    assert system("none") == ["Bad command or file name", "0 from the shell"]


def test_a_shell_in_the_shell(tmp_path: Path) -> None:
    lines = b"set x=1\ncommand\nset x=2\nset\nexit\nset\ncommand /c set\n"
    done = zoo("--engine", "interp", tmp_path, input=lines)
    found = re.findall(rb"^X=(.)\r$", done.stdout, re.MULTILINE)
    assert found == [b"2", b"1", b"1"]


def test_one_command_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "hello.com").write_bytes(HELLO)
    done = zoo("--engine", "interp", tmp_path, "hello", input=b"ver\n")
    assert (done.stdout, done.returncode) == (b"Hi!", 7)


def test_a_batch_file_is_run(tmp_path: Path) -> None:
    (tmp_path / "hello.com").write_bytes(HELLO)
    (tmp_path / "do it.bat").write_bytes(
        b"@echo %0 %1 %2\n@hello\n@echo more\n@if errorlevel 7 exit"
    )
    done = zoo("--engine", "interp", tmp_path / "do it.bat", "x", "y")
    assert (done.stdout, done.returncode) == (b"do it x y\r\nHi!more\r\n", 7)


def test_a_pipe_has_an_end() -> None:
    pipe = Pipe()
    assert pipe.write(b"abc", (32 << 20) - 2) == 2
    assert pipe.size() == 32 << 20 and pipe.read(9, (32 << 20) - 3) == b"\0ab"
    assert pipe.write(b"abc", 1 << 31) == 0
    with pytest.raises(Failure):
        pipe.truncate((32 << 20) + 1)
    pipe.truncate(1)
    pipe.truncate(3)
    assert pipe.read(9, 0) == bytes(3)
