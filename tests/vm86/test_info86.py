"""What `zoo info` says of a DOS program."""

from __future__ import annotations

import json
import random
from pathlib import Path

from click.testing import CliRunner

from vm86.info import entropy
from zoo.commands.info import info


def header(**words: int) -> bytes:
    """An .EXE's header of 32 bytes, with words at places: `at_6=1`."""
    made = bytearray(b"MZ".ljust(32, b"\0"))
    for name, value in {"at_8": 2, **words}.items():
        place = int(name.removeprefix("at_"))
        made[place : place + 2] = value.to_bytes(2, "little")
    return bytes(made)


def described(data: bytes, path: Path) -> dict[str, dict[str, object]]:
    path.write_bytes(data)
    done = CliRunner().invoke(info, ["--machine", "vm86", "--json", str(path)])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_an_exe(tmp_path: Path) -> None:
    image = header(at_2=40, at_4=1, at_6=3, at_20=0x10, at_22=0x20) + b"\x90" * 50
    found = described(image, tmp_path / "a.exe")
    program = found["program"]
    assert (program["kind"], program["size"], program["loaded"]) == ("exe", 82, 40)
    assert (program["relocations"], program["start"]) == (3, "0020:0010")
    assert found["code"]["entropy"] == 0.0


def test_a_com(tmp_path: Path) -> None:
    found = described(b"\xe9\x00\x00", tmp_path / "a.com")
    assert found["program"] == {"kind": "com", "size": 3}


def test_entropy() -> None:
    assert entropy(b"") == 0
    assert entropy(bytes(range(256)) * 4) == 8
    assert entropy(random.Random(1).randbytes(10_000)) > 7.9
