"""`zoo run`'s standard input and output: files for DOS, keys for who reads the keyboard."""

from __future__ import annotations

import os
import pty
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from programs import PRINT
from test_programs import zoo

from vm86.dos.errors import Failure, Wait
from vm86.monitor.streams import Input
from zoo.host import Host

Assemble = Callable[[str, str], Path]

# Prints bytes that it gets by `GET`, in hexadecimal, until that goes to `done` or it gets a 26.
PRINTS = """
more:   GET
        push ax
        call print
        pop ax
        cmp al, 26
        jne more
done:   mov ax, 0x4C00
        int 0x21
""" + PRINT + """
ready:  mov dl, al
        mov ah, 2
        int 0x21
        ret
buffer  db 0
"""  # fmt: skip
HANDLE = "mov ah, 0x3F\nmov bx, 0\nmov cx, 1\nmov dx, buffer\nint 0x21\nor ax, ax\njz done\n"


def prints(get: str) -> str:
    return PRINTS.replace("GET", get)


def character(function: int) -> str:
    return f"mov ah, {function}\nint 0x21"


EXIT = "mov ah, 0x4C\nint 0x21"
TEXT = b"ab\ncd\r\n\te"
ENDED = b"waits for a key, and standard input has ended"


@pytest.mark.parametrize(
    ("get", "printed"),
    [
        (character(1), b"a61b62\r0Dc63d64\r0D\n0A\t09e65\x1a1A"),
        (character(7), b"61620D63640D0A09651A"),
        (character(8), b"61620D63640D0A09651A"),
        ("\nlook: mov dl, 0xFF\nmov ah, 6\nint 0x21\njz look", b"61620D63640D0A0965"),
        ("\nlook: mov ah, 11\nint 0x21\nor al, al\njz look\nmov ah, 8\nint 0x21",
         b"61620D63640D0A0965"),
        (f"{HANDLE}mov al, [buffer]", b"61620A63640D0A0965"),
        ("mov ah, 0\nint 0x16", b"61620D63640D0965"),
        ("\nlook: mov ah, 1\nint 0x16\njz look\nmov ah, 0\nint 0x16", b"61620D63640D0965"),
        # Looked for by the BIOS, taken by DOS: none is lost.
        ("mov ah, 1\nint 0x16\nmov ah, 8\nint 0x21", b"61620D63640D0A09651A"),
        (f"mov ah, 1\nint 0x16\n{HANDLE}mov al, [buffer]", b"61620A63640D0A0965"),
    ],
    ids=["01", "07", "08", "06", "0B", "3F", "16", "16-1", "16+08", "16+3F"],
)  # fmt: skip
def test_who_reads_what(assemble: Assemble, get: str, printed: bytes) -> None:
    done = zoo("--engine", "interp", assemble("reads", prints(get)), input=TEXT)
    assert (done.stdout.partition(b"1A")[0], done.returncode) == (printed.partition(b"1A")[0], 0)
    # DOS's functions give the end as Ctrl-Z, a handle as no bytes; the keyboard knows no end.
    at_an_end = printed.endswith(b"1A") or "0x3F" in get
    assert (ENDED in done.stderr) == (not at_an_end)
    assert at_an_end or b"[reads.com waits" in done.stderr


def test_lines(assemble: Assemble) -> None:
    """0Ah takes lines that end with return, line feed or both."""
    source = """
next:   mov ah, 10
        mov dx, buffer
        int 0x21
        movzx bx, byte [buffer + 1]
        or bx, bx
        jz done
        mov dword [buffer + 2 + bx], '[$'
        mov dx, buffer + 2
        mov ah, 9
        int 0x21
        jmp next
done:   mov ax, 0x4C00
        int 0x21
buffer  db 20, 0
"""
    done = zoo("--engine", "interp", assemble("lines", source), input=b"one\ntwo\r\nthree\rfour")
    assert done.stdout == b"one\rone[two\rtwo[three\rthree[fourfour["
    assert (done.stderr, done.returncode) == (b"", 0)


@pytest.mark.parametrize("function", [1, 8, 10, 0x3F])
def test_reading_on_past_the_end_ends(assemble: Assemble, function: int) -> None:
    source = f"mov dx, 0x200\nmov byte [0x200], 9\nnext: mov ah, {function}\nint 0x21\njmp next"
    done = zoo("--engine", "interp", assemble("on", f"mov bx, 0\nmov cx, 9\n{source}"), input=b"x")
    assert done.returncode == 0 and ENDED in done.stderr


KINDS = """
        mov bx, 0
next:   mov ax, 0x4400
        int 0x21
        and dl, 0x80
        shr dl, 7
        add dl, '0'
        mov ah, 2
        int 0x21
        inc bx
        cmp bx, 3
        jne next
        mov ax, 0x4C00
        int 0x21
"""


def test_what_is_a_terminal_is_a_device(assemble: Assemble) -> None:
    """By function 4400h, as a C library's isatty() asks."""
    program = assemble("kinds", KINDS)
    assert zoo("--engine", "interp", program, input=b"").stdout == b"001"
    near, far = pty.openpty()
    command = [sys.executable, "-m", "zoo", "run", "--engine", "interp", str(program)]
    subprocess.run(command, stdin=far, stdout=far, check=True, timeout=60)
    os.close(far)
    assert os.read(near, 100) == b"111"
    os.close(near)


def test_bytes_go_through_as_they_are(assemble: Assemble, tmp_path: Path) -> None:
    source = """
next:   mov ah, 0x3F
        mov bx, 0
        mov cx, 1000
        mov dx, buffer
        int 0x21
        mov cx, ax
        jcxz done
        mov ah, 0x40
        mov bx, 1
        int 0x21
        jmp next
done:   mov ax, 0x4C00
        int 0x21
buffer:
"""
    data = random.Random(1).randbytes(20_000)
    done = zoo("--engine", "interp", assemble("cat", source), input=data)
    assert (done.stdout, done.stderr) == (data, b"")


def test_what_is_for_the_screen_goes_to_standard_error(assemble: Assemble) -> None:
    source = """
        mov cx, 3
        mov dx, text
        mov bx, 2
next:   mov ah, 0x40
        int 0x21
        dec bx
        jnz next
        mov al, '!'
        int 0x29
        mov dl, 9
        mov ah, 2
        int 0x21
        mov ah, 0x45            ; standard output is the console from now on
        mov bx, 2
        int 0x21
        mov ah, 0x46
        mov cx, 1
        int 0x21
        mov dl, 'x'
        mov ah, 2
        int 0x21
        mov ax, 0x4C00
        int 0x21
text    db "abc"
"""
    done = zoo("--engine", "interp", "--screen", "text", assemble("both", source))
    assert done.stdout == b"abc\tabcabc!  x\n"
    assert done.stderr == b"abc!x"


def test_seeking_in_standard_input(assemble: Assemble) -> None:
    source = """
        mov ax, 0x4202          ; how long it is
        mov bx, 0
        mov cx, 0
        mov dx, 0
        int 0x21
        call print
        mov ax, 0x4200
        mov cx, 0
        mov dx, 3
        int 0x21
        mov ah, 8
        int 0x21
        call print
        mov ax, 0x4C00
        int 0x21
""" + PRINTS.partition("done:")[2].partition("int 0x21")[2]  # fmt: skip
    assert zoo("--engine", "interp", assemble("s", source), input=b"abcdef").stdout == b"0664"


@pytest.mark.parametrize(
    ("program", "arguments", "job", "wanted"),
    [
        ("SORT.EXE", (), "sort", "O1.TXT"),
        ("SORT.EXE", ("/+12",), "sort", "O3.TXT"),
        ("FIND.EXE", ('/c "kilo"',), "find", "O2.TXT"),
        ("MORE.COM", (), "more", "O1.TXT"),
    ],
)
def test_filters_of_msdos(
    corpus86: Path, program: str, arguments: tuple[str, ...], job: str, wanted: str
) -> None:
    """As with a file that DOS redirects, which is what DOSBox's results are of."""
    folder = corpus86 / "jobs" / job
    data = (folder / "in" / "IN.TXT").read_bytes()
    done = zoo("--engine", "jit", corpus86 / "msdos-2.0" / program, *arguments, input=data)
    expected = (folder / "out" / wanted).read_bytes()
    if program == "FIND.EXE":  # it has named the file
        expected = expected.rpartition(b": ")[2]
    assert done.stdout.strip() == expected.strip()


def test_a_filter_of_more_than_it_has_room_for(corpus86: Path) -> None:
    """FIND seeks back to where a line has begun."""
    data = b"".join(b"line %d\r\n" % k for k in range(3000))
    done = zoo("--engine", "jit", corpus86 / "msdos-2.0" / "FIND.EXE", '/c "7"', input=data)
    assert int(done.stdout) == sum("7" in str(k) for k in range(3000))


# Counts what its own handler of the keyboard's interrupt gets, and prints the scan codes of four
# keys that are pressed; of each it has seen from the outside that it was down.
HOOKS = """
        mov ax, 0x2509
        mov dx, handler
        int 0x21
        mov bp, 4
next:   mov al, [down]
        or al, al
        jz next
        push ax
        call print
        pop ax
held:   cmp [down], al
        je held
        dec bp
        jnz next
done:   mov ax, 0x4C00
        int 0x21
handler:
        push ax
        in al, 0x60
        test al, 0x80
        jz store
        mov al, 0
store:  mov [cs:down], al
        mov al, 0x20
        out 0x20, al
        pop ax
        iret
down    db 0
""" + PRINTS.partition("int 0x21\n")[2]  # fmt: skip


@pytest.mark.parametrize("source", [HOOKS, HOOKS.replace("next:   mov", "next: hlt\nmov")])
def test_keys_for_a_handler_of_the_program_s_own(assemble: Assemble, source: str) -> None:
    done = zoo("--engine", "jit", assemble("hooks", source), input=b"ab\n\x1bxyz")
    assert (done.stdout, done.stderr, done.returncode) == (b"1E301C01", b"", 0)


def test_keys_at_the_port(assemble: Assemble) -> None:
    """A program that looks for Esc at port 60h."""
    source = "next: in al, 0x60\ncmp al, 1\njne next\nmov ax, 0x4C07\nint 0x21"
    program = assemble("port", source)
    assert zoo("--engine", "interp", program, input=b"ab\x1b").returncode == 7
    done = zoo("--engine", "interp", program, input=b"ab")
    assert ENDED in done.stderr and done.returncode == 0


def test_a_program_that_sleeps_until_a_key_comes(assemble: Assemble) -> None:
    done = zoo(
        "--engine", "interp", assemble("h", HOOKS.replace("next:", "next: hlt\n")), input=b"a"
    )
    assert ENDED in done.stderr and done.stdout == b"1E"


def test_what_came_in_can_be_replayed(assemble: Assemble, tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = assemble("reads", prints(character(8)))
    first = zoo("--engine", "interp", "--record", log, program, input=b"abc")
    again = zoo("--engine", "interp", "--replay", log, program, input=b"something else")
    assert first.stdout == again.stdout == b"6162631A"


class Bytes(Host):
    def __init__(self, data: bytes) -> None:
        self.data = data

    def on_bytes(self, size: int) -> bytes:
        taken, self.data = self.data[:size], self.data[size:]
        return taken


def test_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vm86.monitor.streams._KEPT", 4)
    stream = Input(Bytes(b"0123456789abcdef"))
    assert stream.take(3) == b"012" and not stream.is_over()
    stream.seek(1)
    assert (stream.take(2), stream.position) == (b"12", 3)
    assert stream.take(10) == b"3456789abc"
    with pytest.raises(Failure):
        stream.seek(2)  # forgotten
    stream.seek(15)
    assert (stream.take(5), stream.is_over(), stream.size()) == (b"f", True, 16)
    stream.seek(20)
    assert stream.take(1) == b""
    for _ in range(24):
        stream.nothing()
    with pytest.raises(Wait):
        stream.nothing()


def test_streams_that_are_closed_or_full(assemble: Assemble) -> None:
    program = assemble("p", "mov dl, 'x'\nmov ah, 2\nint 0x21\nmov ah, 8\nint 0x21\n" + EXIT)
    run = f"{sys.executable} -m zoo run --engine interp {program}"

    def shell(command: str) -> tuple[int, str]:
        done = subprocess.run(
            ["sh", "-c", command], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60
        )
        return done.returncode, done.stderr.decode()

    assert shell(f"{run} <&- >/dev/null") == (26, "")
    assert shell(f"{run} >&-") == (26, "")
    code, errors = shell(f"{run} >/dev/full")
    assert code == 2 and errors.startswith("Error: standard output can't be written to: No space")


def test_tasks_have_their_names_before_what_is_for_the_screen_too(assemble: Assemble) -> None:
    says = "mov al, LETTER\nint 0x29\nmov dl, LETTER\nmov ah, 2\nint 0x21\nmov al, 0\n" + EXIT
    one, two = (assemble(f"p{k}", f"LETTER equ '{k}'\n{says}") for k in "12")
    done = zoo("--engine", "interp", "--also", two, one)
    assert done.stdout == b"p1.com| 1\r\np2.com| 2\r\n" == done.stderr


READY = "mov dx, ready\nmov ah, 9\nint 0x21\njmp next\nready db 'ready$'\nnext: "


@pytest.mark.parametrize(
    "source",
    [
        "jmp next",
        "hlt\njmp next",
        "mov ah, 8\nint 0x21\njmp next",
        "mov ah, 0\nint 0x16\njmp next",
        "mov dl, 'x'\nmov ah, 2\nint 0x21\njmp next",
        # A handler of its own for Ctrl-C, that comes back, is for what is typed.
        "mov ax, 0x2523\nmov dx, back\nint 0x21\nin al, 0x21\nor al, 2\nout 0x21, al\nback: iret",
    ],
    ids=["busy", "sleeps", "reads", "waits", "writes", "handles"],
)
@pytest.mark.parametrize("engine", ["interp", "auto"])
def test_ctrl_c_ends_the_run(assemble: Assemble, source: str, engine: str) -> None:
    program = assemble("runs", READY + source)
    command = [sys.executable, "-m", "zoo", "run", "--engine", engine, str(program)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.read(5) == b"ready"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.strip() == b"[interrupted]"
