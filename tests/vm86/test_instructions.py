"""What a 386 has that its forerunners have not, one by one; and that no row is left out.

Each case: the code, registers before, and what is different after; flags by their letters. What
the recorded vectors have (test_vectors.py) is not repeated here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import pytest

from vm86 import registers as r
from vm86.fetch import enter_code
from vm86.flags import eflags, set_status
from vm86.machine import MACHINE
from vm86.reset import power_on
from vm86.segments import load_segment
from vm86.state import State
from vm86.table import CONDITIONS, TABLE
from zoo import registers as z
from zoo.session import make_engine

GENERAL = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi")
SEGMENTS = ("es", "cs", "ss", "ds", "fs", "gs")
FLAGS = {"c": 0x001, "p": 0x004, "a": 0x010, "z": 0x040, "s": 0x080, "o": 0x800}
DATA = 0x2000  # the data segment
CODE = 0x1000
IP = 0x100


class Case(NamedTuple):
    """before, after: registers, `m` for the dword at DS:0040, and flags that are set or, after a
    minus, clear."""

    code: str
    before: dict[str, int]
    after: dict[str, int]
    flags: str = ""
    ip: int = 0  # where it goes on, from the instruction's end


def case(code: str, before: str, after: str, flags: str = "", ip: int = 0) -> Case:
    """Registers as "eax=1 ecx=2", in hexadecimal."""
    return Case(code, _numbers(before), _numbers(after), flags, ip)


def _numbers(text: str) -> dict[str, int]:
    pairs = (word.split("=") for word in text.split())
    return {name: int(number, 16) for name, number in pairs}


CASES = (
    # Operands of 32 bits
    case("66 01 D8", "eax=ffffffff ebx=1", "eax=0", "c z a p -s -o"),
    case("66 29 D8", "eax=80000000 ebx=1", "eax=7fffffff", "o a p -c -z -s"),
    case("66 40", "eax=7fffffff", "eax=80000000", "o s a p"),
    case("66 F7 E3", "eax=ffffffff ebx=ffffffff", "eax=1 edx=fffffffe", "c o"),
    case("66 F7 EB", "eax=ffffffff ebx=ffffffff", "eax=1 edx=0", "-c -o"),
    case("66 F7 F3", "eax=5 edx=2 ebx=10", "eax=20000000 edx=5"),
    case("66 F7 FB", "eax=fffffff9 edx=ffffffff ebx=2", "eax=fffffffd edx=ffffffff"),
    case("66 C1 E0 1F", "eax=3", "eax=80000000", "c s"),
    case("66 D3 F8", "eax=80000000 ecx=3f", "eax=ffffffff", "s -c"),
    case("66 D3 D0", "eax=80000001 ecx=1f", "eax=a0000000"),
    case("66 99", "eax=80000000", "edx=ffffffff"),
    case("66 98", "eax=12348000", "eax=ffff8000"),
    case("66 C7 06 40 00 78 56 34 12", "m=0", "m=12345678"),
    case("66 50", "eax=12345678 esp=1000", "esp=ffc"),
    case("66 06", "es=1234 esp=44 m=ffffffff", "esp=40 m=ffff1234"),
    case("66 0F A0", "fs=1234 esp=44 m=ffffffff", "esp=40 m=ffff1234"),
    # Addresses of 32 bits
    case("67 8B 04 8D 00 00 00 00", "eax=0 ecx=10 m=1234", "eax=1234"),
    case("67 8B 44 24 04", "eax=0 esp=3c", "eax=0"),
    case("67 66 8D 84 CB 00 00 01 00", "eax=0 ebx=100 ecx=3", "eax=10118"),
    case("67 66 8D 04 63", "eax=0 ebx=100", "eax=200"),  # no index: the base is scaled
    # What the manual leaves undefined
    case("37", "eax=7b", "eax=101", "c a s o p -z"),
    case("37", "eax=5", "eax=5", "-c -a -s -o -z p"),
    case("3F", "eax=28a", "eax=104", "c a s p -o -z"),
    case("D5 0A", "eax=9a6", "eax=0", "c a z p -o -s"),
    case("D5 0A", "eax=c08", "eax=80", "o s a -c -z -p"),
    case("D4 0A", "eax=3f", "eax=603", "-c -a -o -z p"),
    case("27", "eax=7f", "eax=85", "o s a -c -p"),
    case("2F", "eax=9a", "eax=34", "o c a -s"),
    case("C0 E8 10", "eax=80", "eax=0", "c z p a -o -s"),
    case("C0 E8 09", "eax=ff", "eax=0", "-c z a"),
    case("C1 E8 02", "eax=c", "eax=3", "a -o -c p"),
    case("C0 E0 18", "eax=1", "eax=0", "c o z p a"),
    case("D1 F8", "eax=4", "eax=2", "a -c"),
    case("C0 D8 09", "eax=40", "", "o -c"),
    case("C0 D0 09", "eax=80", "", "o -c"),
    case("0F BA E0 01", "eax=1", "", "-c o"),
    case("0F BA E0 03", "eax=1", "", "-c -o"),
    case("0F A3 C8", "eax=8000 ecx=0", "", "-c o"),
    # What begins with 0F
    case("0F B6 C1", "eax=1234 ecx=80", "eax=80"),
    case("66 0F B6 C5", "eax=ffffffff ecx=8001", "eax=80"),
    case("66 0F B7 C1", "eax=ffffffff ecx=1234fedc", "eax=fedc"),
    case("0F BE C1", "eax=0 ecx=80", "eax=ff80"),
    case("66 0F BF C1", "eax=0 ecx=8000", "eax=ffff8000"),
    case("0F A4 D8 04", "eax=1234 ebx=abcd", "eax=234a", "c"),
    case("66 0F A5 D8", "eax=12345678 ebx=abcdef01 ecx=8", "eax=345678ab"),
    case("0F AC D8 04", "eax=1234 ebx=abcd", "eax=d123", "-c s"),
    case("66 0F AD D8", "eax=12345678 ebx=abcdef01 ecx=8", "eax=1123456"),
    case("0F AF C3", "eax=100 ebx=100", "eax=0", "c o"),
    case("66 0F AF C3", "eax=fffffffe ebx=3", "eax=fffffffa", "-c -o"),
    case("66 6B C3 FE", "eax=0 ebx=5", "eax=fffffff6", "-c -o"),
    case("0F A3 C8", "eax=8 ecx=3", "", "c"),
    case("0F AB C8", "eax=0 ecx=14", "eax=10", "-c"),
    case("0F B3 C8", "eax=ffff ecx=0", "eax=fffe", "c"),
    case("0F BB C8", "eax=1 ecx=0", "eax=0", "c"),
    case("0F AB 0E 3C 00", "ecx=21 m=0", "m=2", "-c"),
    case("0F A3 0E 42 00", "ecx=fff0 m=1", "", "c"),
    case("0F BA E0 03", "eax=8", "", "c"),
    case("0F BA E8 13", "eax=0", "eax=8", "-c"),
    case("0F BA F0 03", "eax=8", "eax=0", "c"),
    case("0F BA 3E 40 00 00", "m=1", "m=0", "c"),
    case("0F BC C3", "eax=ffff ebx=8000", "eax=f", "-z"),
    case("0F BC C3", "eax=ffff ebx=0", "", "z"),
    case("66 0F BD C3", "eax=0 ebx=12345678", "eax=1c", "-z"),
    case("0F A0", "fs=1234 esp=1000", "esp=ffe"),
    case("0F A8", "gs=1234 esp=1000", "esp=ffe"),
    case("0F A1", "esp=40 m=4321", "fs=4321 esp=42"),
    case("0F A9", "esp=40 m=4321", "gs=4321 esp=42"),
    case("0F B2 1E 40 00", "ebx=0 m=12345678", "ebx=5678 ss=1234"),
    case("0F B4 1E 40 00", "ebx=0 m=12345678", "ebx=5678 fs=1234"),
    case("0F B5 1E 40 00", "ebx=0 m=12345678", "ebx=5678 gs=1234"),
    case("64 A1 40 00", "eax=0 fs=2000 ds=0 m=1234", "eax=1234"),
    *(
        case(f"0F {0x80 + n:02X} 20 00", "", "", flags, ip=0x20 if holds else 0)
        for n in range(16)
        for flags, holds in ((("c z s o p", n in (0, 2, 4, 6, 8, 10, 13, 14)),))
    ),
    *(
        case(f"0F {0x90 + n:02X} C0", "eax=ff", f"eax={holds:x}")
        for n in range(16)
        for holds in (n & 1,)
    ),
)


def names(case: Case) -> str:
    return case.code.replace(" ", "")


class Chip:
    """A 386 with a case's registers."""

    def __init__(self, case: Case) -> None:
        self.guest = power_on(b"")
        self.m = cast(State, self.guest.state)
        code = bytes.fromhex(case.code)
        self.end = IP + len(code)
        start = (CODE << 4) + IP
        self.m.mem[start : start + len(code)] = code
        for name in ("ds", "ss"):
            load_segment(self.m, SEGMENTS.index(name), DATA)
        self.set(case.before)
        load_segment(self.m, r.CS, CODE)
        self.m.r[z.PC] = enter_code(self.m, IP)

    def set(self, values: dict[str, int]) -> None:
        for name, value in values.items():
            if name == "m":
                self.m.mem[(DATA << 4) + 0x40 : (DATA << 4) + 0x44] = value.to_bytes(4, "little")
            elif name in SEGMENTS:
                load_segment(self.m, SEGMENTS.index(name), value)
            else:
                self.m.r[r.EAX + GENERAL.index(name)] = value

    def all(self) -> dict[str, int]:
        found = {name: self.m.r[r.EAX + n] for n, name in enumerate(GENERAL)}
        found |= {name: self.m.r[r.SELECTOR + n] for n, name in enumerate(SEGMENTS)}
        memory = bytes(self.m.mem[(DATA << 4) + 0x40 : (DATA << 4) + 0x44])
        return {**found, "m": int.from_bytes(memory, "little")}


@pytest.mark.parametrize("name", ["interp", "jit"])
@pytest.mark.parametrize("case", CASES, ids=names)
def test_an_instruction(case: Case, name: str) -> None:
    chip = Chip(case)
    jumps = case.code.startswith("0F 8")
    set_status(chip.m, sum(FLAGS[f] for f in case.flags.split()) if jumps else 0)
    expected = {**chip.all(), **case.after}
    assert make_engine(name, MACHINE, chip.guest).run(1) == 0
    found = chip.all()
    pushed = "esp" in case.after and "m" not in case.after and case.after["esp"] != 0x42
    assert {k: v for k, v in found.items() if k != "m" or not pushed} == {
        k: v for k, v in expected.items() if k != "m" or not pushed
    }
    assert chip.m.r[z.PC] - chip.m.r[r.ORIGIN] == chip.end + case.ip
    for flag in [] if jumps else case.flags.split():
        clear = flag.startswith("-")
        assert bool(eflags(chip.m) & FLAGS[flag[-1]]) != clear, flag


def test_conditions_have_their_names() -> None:
    assert CONDITIONS[4] == "Z" and CONDITIONS[15] == "NLE"


def test_every_row_has_a_test(corpus86: Path) -> None:
    covered = {case.code.replace("66 ", "").replace("67 ", "") for case in CASES}
    forms: set[str] = set()
    for chip in ("8086", "80286"):
        file = np.load(corpus86 / "vectors" / f"{chip}-sample-open.npz")
        forms |= {str(form) for form in file["forms"]}
    # What operating systems use is tried by the programs of tests/vm86/system.
    sources = Path(__file__).with_name("system").glob("*.asm")
    tried = {word for source in sources for word in re.findall(r"\w+", source.read_text().lower())}
    missing: list[str] = []
    for op in TABLE:
        if op.code < 0:
            continue
        if op.code < 0x100:
            name = f"{op.code:02X}" if op.digit < 0 else f"{op.code:02X}.{op.digit}"
            found = name in forms or f"{op.code:02X}" in forms
        else:
            start = f"0F {op.code & 0xFF:02X}"
            found = any(code.startswith(start) for code in covered)
            found = found or (op.code < 0x0F30 and op.name.lower() in tried)
        if not found:
            missing.append(f"{op.name} {op.code:02X} /{op.digit}")
    assert missing == []
