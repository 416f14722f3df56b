"""Run the programs of this folder on Bochs and QEMU, and write down what they print.

    python tests/vm86/system/record.py [NAME ...]

makes NAME.bochs.log, NAME.qemu.log and NAME.log, what a 386 prints: the lines of Bochs,
corrected as NAME.386 says (see README.md). It needs nasm, bochs, bochsbios, seabios and
qemu-system-x86, as Debian 12 has them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

HERE = Path(__file__).resolve().parent
FLOPPY = 1_474_560  # bytes
PATIENCE = 60.0  # seconds
END = b"END\n"
WILD = {"limits"}  # QEMU does not check limits, and does not come to the end of these
BOCHS = """\
romimage: file=/usr/share/bochs/BIOS-bochs-legacy
vgaromimage: file=/usr/share/seabios/vgabios-isavga.bin
megs: 8
cpu: model=pentium, ips=50000000, reset_on_triple_fault=0
floppya: 1_44={image}, status=inserted
boot: floppy
display_library: rfb, options="timeout=0"
plugin_ctrl: speaker=0
log: {log}
port_e9_hack: enabled=1
panic: action=fatal
"""


def assemble(name: str, folder: Path) -> Path:
    """A floppy with a program of this folder."""
    image = folder / f"{name}.img"
    command = ["nasm", "-f", "bin", "-i", f"{HERE}/", "-o", str(image), str(HERE / f"{name}.asm")]
    subprocess.run(command, check=True)
    with image.open("r+b") as file:
        file.truncate(FLOPPY)
    return image


def printed(command: Sequence[str], typed: bytes = b"") -> str:
    """What a program prints until a line says END; then it is ended."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(typed)
        child.stdin.flush()
        os.set_blocking(child.stdout.fileno(), False)
        text, begun = b"", time.monotonic()
        while not text.endswith(END):
            more = child.stdout.read()
            if more:
                text += more
            elif child.poll() is not None or time.monotonic() - begun > PATIENCE:
                print(f"{command[0]} did not come to the end", file=sys.stderr)
                break
            else:
                time.sleep(0.05)
        child.kill()
    return text.decode("ascii", "replace")


def bochs(image: Path) -> str:
    settings = image.with_suffix(".bochsrc")
    settings.write_text(BOCHS.format(image=image, log=image.with_suffix(".out")))
    # Debian's has the debugger in it: it waits to be told to go on.
    text = printed(["bochs", "-q", "-f", str(settings)], b"c\n")
    return cases(text)


def qemu(image: Path) -> str:
    drive = f"if=floppy,format=raw,file={image}"
    machine = ["qemu-system-i386", "-cpu", "486", "-m", "8", "-display", "none", "-no-reboot"]
    return cases(printed([*machine, "-debugcon", "stdio", "-drive", drive]))


def cases(text: str) -> str:
    """The lines that come from a program: what Bochs says of itself is left out."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if " v=" in line or line == END.decode())


def corrected(name: str, text: str) -> str:
    """What a 386 prints: NAME.386 has lines of "case | field=value ... | why", for what Bochs does
    differently."""
    path = HERE / f"{name}.386"
    for entry in path.read_text().splitlines() if path.is_file() else ():
        if entry and not entry.startswith("#"):
            case, fields, _ = (part.strip() for part in entry.split("|"))
            text = replaced(text, case, fields.split())
    return text


def replaced(text: str, case: str, fields: Sequence[str]) -> str:
    """The text with other fields in the line of a case: KEY=VALUE, or the first address."""
    lines = text.splitlines(keepends=True)
    at = [n for n, line in enumerate(lines) if line.partition(" v=")[0].rstrip() == case]
    if len(at) != 1:
        raise SystemExit(f"{len(at)} lines of the case {case!r}")
    for field in fields:
        key, equals, _ = field.partition("=")
        old = rf"(?<= ){key}=\S+" if equals else r"(?<= )\w{4}:\w{8}"
        lines[at[0]] = re.sub(old, field, lines[at[0]], count=1)
    return "".join(lines)


def main(names: Sequence[str]) -> None:
    for name in names or sorted(path.stem for path in HERE.glob("*.asm")):
        with tempfile.TemporaryDirectory() as folder:
            image = assemble(name, Path(folder))
            right, other = bochs(image), "" if name in WILD else qemu(image)
        (HERE / f"{name}.bochs.log").write_text(right)
        if other:
            (HERE / f"{name}.qemu.log").write_text(other)
        (HERE / f"{name}.log").write_text(corrected(name, right))
        both = list(zip_longest(right.splitlines(), other.splitlines()))
        differ = sum(one != two for one, two in both)
        print(f"{name}: {len(both) - 1} cases, {differ} different in QEMU")


if __name__ == "__main__":
    main(sys.argv[1:])
