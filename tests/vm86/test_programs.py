"""DOS programs: those of MS-DOS 2.0 do their work as in DOSBox, to the byte."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from vm86.dos.diskmount import DiskMount, open_image
from vm86.dos.volume import HIDDEN, LABEL, SYSTEM

JOBS = ("debug", "edlin", "fc", "find", "more", "sort")


def zoo(*arguments: str | Path, **options: bytes) -> subprocess.CompletedProcess[bytes]:
    """`zoo run --machine vm86` in a process of its own."""
    command = [sys.executable, "-m", "zoo", "run", "--machine", "vm86", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=300, check=False, **options)


def comparable(name: str, data: bytes) -> bytes:
    """What DOS has printed, without what is DOS's own affair."""
    if name == "debug":
        # Where DOS loads a program, and how much memory it finds there, is DOS's own affair.
        segment = re.search(rb"([0-9A-F]{4}):0100", data)
        if segment is None:
            return data
        return re.sub(rb"SP=....", b"SP=", data.replace(segment[1], b"SEGM"))
    # DOS shows the Ctrl-Z of a line as two characters, DOSBox as one.
    return data.replace(b"^Z", b"\x1a") if name == "edlin" else data


@pytest.mark.parametrize("name", JOBS)
def test_jobs(name: str, corpus86: Path, tmp_path: Path) -> None:
    job = corpus86 / "jobs" / name
    plan = json.loads((job / "job.json").read_text())
    programs = [p for p in (corpus86 / plan["programs"]).iterdir() if p.suffix in (".COM", ".EXE")]
    for file in [*programs, *(job / "in").iterdir()]:
        shutil.copy(file, tmp_path)
    shell = tmp_path / "COMMAND.COM"
    mount = f"C={tmp_path}:rw"
    for command in plan["commands"]:
        done = zoo("--engine", "jit", "--mount", mount, shell, "/C", command, input=b"")
        assert (done.returncode, done.stderr) == (0, b"")
    for wanted in (job / "out").iterdir():
        if (name, wanted.name) == ("find", "O4.TXT"):
            # DOSBox has no pipes, and left what TYPE printed.
            lines = wanted.read_bytes().splitlines(keepends=True)
            expected = b"".join(line for line in lines if b"lima" in line)
        else:
            expected = wanted.read_bytes()
        found = (tmp_path / wanted.name).read_bytes()
        assert comparable(name, found) == comparable(name, expected), wanted.name


def program(*code: str) -> bytes:
    """A .COM from hexadecimal digits."""
    return bytes.fromhex("".join(code))


HELLO = program("B409 BA0C01 CD21 B8074C CD21", b"Hi!$".hex())


def test_a_program_prints_and_gives_its_exit_code(tmp_path: Path) -> None:
    path = tmp_path / "hello.com"
    path.write_bytes(HELLO)
    done = zoo("--engine", "interp", path)
    assert (done.stdout, done.returncode) == (b"Hi!", 7)


def test_arguments_reach_the_program(tmp_path: Path) -> None:
    # Print the command tail: DX = 81h, CX = its length, function 40h on handle 1.
    path = tmp_path / "tail.com"
    path.write_bytes(program("B440 BB0100 8A0E8000 B500 BA8100 CD21 B8004C CD21"))
    done = zoo("--engine", "interp", path, "a", "b c")
    assert done.stdout == b" a b c"


def test_input_is_the_host_s(tmp_path: Path) -> None:
    # Read a character without echo until there is none (then it is Ctrl-Z), print the next one.
    path = tmp_path / "next.com"
    path.write_bytes(program("B408 CD21 3C1A 7409 40 88C2 B402 CD21 EBEF B8004C CD21"))
    done = zoo("--engine", "interp", path, input=b"HAL")
    assert done.stdout == b"IBM"
    assert done.returncode == 0


def test_a_budget_ends_an_endless_loop(tmp_path: Path) -> None:
    path = tmp_path / "loop.com"
    path.write_bytes(program("EBFE"))
    assert zoo("--engine", "interp", "--budget", "10000", path).returncode == 4


def test_what_is_no_program(tmp_path: Path) -> None:
    path = tmp_path / "bad.exe"
    path.write_bytes(b"MZ" + bytes(20))
    done = zoo("--engine", "interp", path)
    assert done.returncode == 2
    assert b"bad.exe can't be loaded: the header of its .EXE is damaged" in done.stderr
    path = tmp_path / "large.com"
    path.write_bytes(bytes(70_000))
    done = zoo("--engine", "interp", path)
    assert done.returncode == 2 and b"too large" in done.stderr


# Take INT 1Ch; STI; wait with HLT until its handler has counted three ticks; exit code 5.
WAITS = program("B81C25 BA1601 CD21 FB F4 803E1C0103 72F8 B8054C CD21 2EFE061C01 CF 00")


def test_time_passes(tmp_path: Path) -> None:
    """The timer interrupts, also a program that sleeps: then it passes at once."""
    path = tmp_path / "waits.com"
    path.write_bytes(WAITS)
    done = zoo("--engine", "interp", "--budget", "5000", path)
    assert done.returncode == 5


# INT 16h: wait for a key; INT 10h: show it; exit code 6.
ECHOES = program("B400 CD16 B40E CD10 B8064C CD21")


def test_keys_and_the_screen(tmp_path: Path) -> None:
    path = tmp_path / "key.com"
    path.write_bytes(ECHOES)
    done = zoo("--engine", "interp", "--screen", "text", path, input=b"q")
    assert (done.stdout, done.returncode) == (b"q\n", 6)
    picture = tmp_path / "screen.png"
    done = zoo("--engine", "interp", "--screen", f"png:{picture}", path, input=b"q")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert zoo("--engine", "interp", path, input=b"").returncode == 0  # no key will come


def test_a_bad_screen_or_mount_is_an_option_s_error(tmp_path: Path) -> None:
    path = tmp_path / "key.com"
    path.write_bytes(ECHOES)
    for option, value in (("--screen", "tv"), ("--mount", "C"), ("--mount", f"Q={tmp_path}/no")):
        done = zoo(option, value, path)
        assert done.returncode == 2
        assert value.encode() in done.stderr and b"Traceback" not in done.stderr


CHECKED = """\
Volume ZOO DISK    created Jan 1, 1990 12:00a

Directory A:
      A:\\ZOODISK
Directory A:\\SUB
      A:\\SUB\\X.BIN
      A:\\HI.TXT

   362496 bytes total disk space
     1024 bytes in 2 hidden files
     1024 bytes in 1 directories
     5120 bytes in 1 user files
   355328 bytes available on disk

   655344 bytes total memory
   648896 bytes free
"""


def test_chkdsk(corpus86: Path, tmp_path: Path) -> None:
    """Its figures are those of mdir for the same files: 355,328 bytes are free."""
    disk = kept(tmp_path / "disk.img")
    disk.create(("ZOO DISK",), LABEL).set_stamp(10 << 9 | 1 << 5 | 1, 0)
    disk.make_directory(("SUB",))
    disk.create(("SUB", "X.BIN"), 0).write(bytes(5000), 0)
    disk.create(("HI.TXT",), HIDDEN).write(b"hi\n", 0)
    disk.close()
    program = corpus86 / "msdos-2.0" / "CHKDSK.COM"
    mount = f"A={tmp_path / 'disk.img'}"
    done = zoo("--engine", "jit", "--dos", "2.0", "--mount", mount, program, "a:/v")
    assert done.stdout.replace(b"\r\n", b"\n").decode().strip("\n") == CHECKED.strip("\n")
    # A folder has no sectors that could be checked.
    done = zoo("--engine", "jit", "--dos", "2.0", program)
    assert done.stdout == b"Invalid drive specification"


def kept(path: Path) -> DiskMount:
    """A new diskette in this file, as a drive that can be written to."""
    path.write_bytes(blank_360k())
    return open_image("A", path, keep=True)


def test_diskcopy_and_diskcomp(corpus86: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "source.img", tmp_path / "target.img"
    data = bytearray(blank_360k()[: 180 * 1024])
    data[19:22] = struct.pack("<HB", 360, 0xFC)
    data[26:28] = struct.pack("<H", 1)
    data[30_000:31_000] = b"some file " * 100
    source.write_bytes(data)
    drives = ("--mount", f"A={source}", "--mount", f"B={target}:rw")
    for name, version, answers, said in (
        ("DISKCOPY.COM", "2.0", b"\rN\r", b"Copy complete"),
        ("DISKCOPY.COM", "1.25", b"\rN\r", b"Copy complete"),
        ("DISKCOMP.COM", "1.25", b"\rN\r", b"Diskettes compare ok"),
    ):
        if name == "DISKCOPY.COM":
            target.write_bytes(bytes(180 * 1024))
        program = corpus86 / f"msdos-{version}" / name
        arguments = ("--engine", "jit", "--dos", version, *drives, program, "a:", "b:")
        done = zoo(*arguments, input=answers)
        assert said in done.stdout, done.stdout
        assert target.read_bytes() == data == source.read_bytes()


def test_sys(corpus86: Path, tmp_path: Path) -> None:
    """It copies files that are hidden, as the first of a disk."""
    source, target = tmp_path / "source.img", tmp_path / "target.img"
    disk = kept(source)
    program = (corpus86 / "msdos-2.0" / "SYS.COM").read_bytes()
    files = {"IO.SYS": b"io" * 900, "MSDOS.SYS": b"msdos" * 900, "SYS.COM": program}
    for name, content in files.items():
        disk.create((name,), 0 if name == "SYS.COM" else HIDDEN | SYSTEM).write(content, 0)
    disk.close()
    target.write_bytes(blank_360k())
    drives = ("--mount", f"A={source}", "--mount", f"B={target}:rw")
    lines = b"a:\nsys b:\n"
    done = zoo("--engine", "jit", "--dos", "2.0", *drives, tmp_path, input=lines)
    assert b"System transferred" in done.stdout
    copied = open_image("A", target, keep=False)
    for name in ("IO.SYS", "MSDOS.SYS"):
        entry = copied.entry((name,))
        assert entry.attributes & (HIDDEN | SYSTEM) == HIDDEN | SYSTEM
        found = copied.open((name,), reading=True, writing=False)
        assert found.read(9999, 0) == files[name]


def blank_360k() -> bytes:
    """A formatted diskette of 360 KiB."""
    data = bytearray(360 * 1024)
    data[11:24] = struct.pack("<HBHBHHBH", 512, 2, 1, 2, 112, 720, 0xFD, 2)
    data[512:515] = data[1536:1539] = b"\xfd\xff\xff"
    return bytes(data)
