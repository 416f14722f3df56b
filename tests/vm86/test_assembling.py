"""MASM, LINK, CREF and EXE2BIN of MS-DOS 2.0 leave the same files as under DOSBox 0.74."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import assembling
import pytest
from test_programs import zoo

REFERENCE: dict[str, str] = json.loads(assembling.REFERENCE.read_text())


def test_the_job(corpus86: Path, tmp_path: Path) -> None:
    """Four sources as they should be, one with errors, one with many symbols: objects, listings,
    cross references, maps, programs, and what these print. The shell carries out the batch file."""
    assembling.prepare(corpus86, tmp_path)
    commands = b"job\nexit\n"
    done = zoo("--engine", "jit", "--mount", f"C={tmp_path}:rw", tmp_path, input=commands)
    assert done.returncode == 231  # what MANY ended with
    assert assembling.made(tmp_path) == REFERENCE
    assert (tmp_path / "R3.TXT").read_bytes() == b"144\r\n121\r\n100\r\n"  # by its overlay
    assert (tmp_path / "R2.TXT").read_bytes() == b"Made by EXE2BIN.\r\n" * 3
    # MASM tells of errors where `>` does not reach.
    assert b"Relative jump out of range" in done.stderr
    assert b"\r\n0       12\r\n" in done.stderr


def test_the_job_by_command_com(corpus86: Path, tmp_path: Path) -> None:
    """The same batch file, carried out by the COMMAND.COM of MS-DOS 2.0."""
    assembling.prepare(corpus86, tmp_path)
    shell = shutil.copy(corpus86 / "msdos-2.0" / "COMMAND.COM", tmp_path)
    done = zoo("--engine", "jit", "--mount", f"C={tmp_path}:rw", shell, "/C", "JOB", input=b"")
    assert done.returncode == 0
    Path(shell).unlink()
    made = assembling.made(tmp_path)
    assert made.keys() == REFERENCE.keys()
    # In an .EXE's header, behind what it is defined to have, LINK leaves a segment of its own.
    differ = {name for name in made if made[name] != REFERENCE[name]}
    assert differ <= {name for name in made if name.endswith(".EXE")}


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_answers_from_standard_input(corpus86: Path, tmp_path: Path, end: str) -> None:
    """What these ask for can be piped to them; LINK also takes a file of answers."""
    assembling.prepare(corpus86, tmp_path)
    (tmp_path / "TALLY.LNK").write_bytes(b"TALLY+PRINT\r\nTALLY\r\nTALLY\r\n\r\n")
    for program, arguments, answers in (
        ("MASM", [], ["TALLY", "", "TALLY", "TALLY"]),
        ("MASM", ["PRINT"], ["PRINT", "", "PRINT"]),
        ("MASM", ["HELLO,,HELLO;"], []),
        ("LINK", ["@TALLY.LNK"], []),
        ("LINK", [], ["HELLO", "", "HELLO", ""]),
        ("CREF", [], ["TALLY", ""]),
        ("CREF", ["PRINT;"], []),
    ):
        text = "".join(answer + end for answer in answers).encode()
        command = (tmp_path / f"{program}.EXE", *arguments)
        done = zoo("--engine", "jit", "--mount", f"C={tmp_path}:rw", *command, input=text)
        assert done.returncode == 0
    (tmp_path / "TALLY.LNK").unlink()
    made = assembling.made(tmp_path)
    assert {name: REFERENCE[name] for name in made} == made
    assert {"TALLY.OBJ", "TALLY.EXE", "TALLY.REF", "PRINT.CRF", "HELLO.MAP"} <= made.keys()


def test_a_folder_that_can_only_be_read(corpus86: Path, tmp_path: Path) -> None:
    """MASM says what it could not do, and the zoo what to do about it; nothing is written."""
    assembling.prepare(corpus86, tmp_path)
    before = sorted(tmp_path.iterdir())
    done = zoo("--engine", "jit", tmp_path / "MASM.EXE", "HELLO;")
    assert b"HELLO.OBJ, Create failed" in done.stderr
    assert b"Drive C can only be read; --mount C=DIR:rw" in done.stderr
    assert sorted(tmp_path.iterdir()) == before
