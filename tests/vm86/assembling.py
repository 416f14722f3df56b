"""The assembler sources of `sources`, and what MASM, LINK, CREF and EXE2BIN make of them.

Run as a program it runs the job in DOSBox again and writes down what that leaves:

    python tests/vm86/assembling.py CORPUS/vm86
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
REFERENCE = HERE / "references" / "assembling.json"
PROGRAMS = ("MASM.EXE", "LINK.EXE", "CREF.EXE", "EXE2BIN.EXE")
JOB = "JOB.BAT"
DOSBOX = """[sdl]
output=surface
[cpu]
cycles=max
[autoexec]
mount c {}
c:
call job.bat
exit
"""


def prepare(corpus86: Path, folder: Path) -> None:
    """The programs and the sources, whose lines get DOS's ends."""
    for name in PROGRAMS:
        shutil.copy(corpus86 / "msdos-2.0" / name, folder / name)
    for source in SOURCES.iterdir():
        (folder / source.name).write_bytes(source.read_bytes().replace(b"\n", b"\r\n"))


def made(folder: Path) -> dict[str, str]:
    """A hash of each file that the job has made, without the date that listings begin with."""
    given = {*PROGRAMS, *(source.name for source in SOURCES.iterdir())}
    hashes: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.name not in given:
            text = re.sub(rb"(Assembler +)\d\d-\d\d-.\d", rb"\1", path.read_bytes())
            hashes[path.name] = hashlib.sha256(text).hexdigest()
    return hashes


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "c")
        folder.mkdir()
        prepare(Path(sys.argv[1]), folder)
        conf = Path(name, "dosbox.conf")
        conf.write_text(DOSBOX.format(folder))
        headless = {**os.environ, "SDL_VIDEODRIVER": "dummy"}
        subprocess.run(["dosbox", "-conf", conf], env=headless, check=True, timeout=300)
        REFERENCE.write_text(json.dumps(made(folder), indent=1) + "\n")


if __name__ == "__main__":
    main()
