"""MASM, LINK, CREF and EXE2BIN of MS-DOS 2.0 leave the same files as under DOSBox 0.74."""

from __future__ import annotations

import json
from pathlib import Path

import assembling
from test_programs import zoo


def test_the_job(corpus86: Path, tmp_path: Path) -> None:
    """Four sources as they should be, one with errors, one with many symbols: objects, listings,
    cross references, maps, programs, and what these print. The shell carries out the batch file."""
    assembling.prepare(corpus86, tmp_path)
    commands = b"job\nexit\n"
    done = zoo("--engine", "jit", "--mount", f"C={tmp_path}:rw", tmp_path, input=commands)
    assert (done.returncode, done.stderr) == (231, b"")  # what MANY ended with
    assert assembling.made(tmp_path) == json.loads(assembling.REFERENCE.read_text())
    assert (tmp_path / "R3.TXT").read_bytes() == b"144\r\n121\r\n100\r\n"  # by its overlay
    assert (tmp_path / "R2.TXT").read_bytes() == b"Made by EXE2BIN.\r\n" * 3
    # MASM tells of errors on the screen alone.
    assert b"Relative jump out of range" in done.stdout
    assert b"\r\n0       12\r\n" in done.stdout
