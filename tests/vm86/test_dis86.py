"""The 386's disassembler: programs come back to the byte, and another disassembler agrees."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import iced_x86
import pytest
from click.testing import CliRunner
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lines import lines
from vectors import vectors

from vm86.asm import forms
from vm86.asm.assembler import Assembler86
from vm86.asm.disassembler import Disassembler, disassemble
from vm86.asm.read import Reader, texts
from zoo.asm.listing import text
from zoo.commands.dis import dis
from zoo.machine import ImageError

PROGRAMS = {
    "msdos-1.25": """BASIC.COM BASICA.COM CHKDSK.COM COMMAND.COM COMP.COM DEBUG.COM DISKCOMP.COM
        DISKCOPY.COM EDLIN.COM EXE2BIN.EXE FORMAT.COM LINK.EXE MODE.COM SETCLOCK.COM SYS.COM""",
    "msdos-2.0": """CHKDSK.COM COMMAND.COM CREF.EXE DEBUG.COM DISKCOPY.COM EDLIN.COM EXE2BIN.EXE
        FC.EXE FIND.EXE LINK.EXE MASM.EXE MORE.COM PRINT.COM PROHST.EXE RECOVER.COM SORT.EXE
        SYS.COM""",
}
LARGE = ("BASICA.COM", "LINK.EXE", "CREF.EXE", "MASM.EXE", "PROHST.EXE")


def again(data: bytes, **raw: int) -> bytes:
    """What the assembler makes of a file's listing, which has every byte of the file."""
    found = list(disassemble(data, **raw))
    assert b"".join(line.code for line in found) == data
    return Assembler86("a.asm").assemble("\n".join(text(found)))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(f"{folder}/{name}", marks=pytest.mark.slow if name in LARGE else ())
        for folder, names in PROGRAMS.items()
        for name in names.split()
    ],
)
def test_a_program_comes_back(corpus86: Path, name: str) -> None:
    data = (corpus86 / name).read_bytes()
    assert again(data) == data


def test_a_boot_sector_comes_back(corpus86: Path) -> None:
    data = (corpus86 / "v86probe" / "v86probe.bin").read_bytes()
    assert again(data, origin=0x7C00) == data


def test_the_code_of_a_program_is_found(corpus86: Path) -> None:
    data = (corpus86 / "msdos-2.0" / "DEBUG.COM").read_bytes()
    found = Disassembler(data, 16, 0x100, 0x100)
    assert sum(one.end - one.at for one in found.scan.code.values()) > 7000
    listing = list(found.lines())
    assert sum(line.code == b"\xcd\x21" and line.comment != "" for line in listing) > 10
    assert not any("." in line.name for line in listing)  # nothing that has to be forced


# Against iced-x86

HERE = 0x1000
CONDITIONS = {alias.lower(): name.lower() for name, every in forms.SAME.items() for alias in every}
OTHERWISE = {"sal": "shl", "retd": "ret", "retfd": "retf", "retfw": "retf", "retw": "ret"}
SIZES = {"byte", "word", "dword"}
NUMBER = re.compile(r"[+-]?(0x[0-9a-f]+|[0-9]+)$")


def name_of(shown: str) -> str:
    """A name without prefixes and the opcode behind it; of the conditions' names always one."""
    name = shown.split(" ")[-1].partition(".")[0]
    for stem in ("j", "set"):
        if name.startswith(stem) and name.removeprefix(stem) in CONDITIONS:
            return stem + CONDITIONS[name.removeprefix(stem)]
    return OTHERWISE.get(name, name)


def parts_of(shown: str) -> tuple[list[str], int]:
    """An operand's words and registers, and the number in it. Overrides are left out, and what is
    said only where the size of a displacement or a constant is not the shortest."""
    shown = re.sub(r"\b[c-gs]s:|(?<=\[)(byte|word|dword) |strict (word|dword) |nosplit ", "", shown)
    shown = re.sub(r"\b(short|near) |^(word|dword) (?=[0-9-])", "", shown)
    words = re.findall(r"[+-]?0x[0-9a-f]+|[+-]?\b[0-9]+\b(?!\*)|\*[0-9]|[a-z0-9]+|[\[:]", shown)
    numbers = [int(word, 0) for word in words if NUMBER.match(word)]
    names = [word for word in words if not NUMBER.match(word) and word != "*1"]
    return sorted(names), sum(n << 32 * k for k, n in enumerate(numbers))


class Other:
    """The other disassembler."""

    def __init__(self) -> None:
        self.formatter = iced_x86.Formatter(iced_x86.FormatterSyntax.NASM)
        self.formatter.hex_prefix, self.formatter.hex_suffix = "0x", ""
        self.formatter.uppercase_hex = False
        self.formatter.leading_zeros = self.formatter.branch_leading_zeros = False

    def compare(self, code: bytes, bits: int) -> bool:
        """Fails if it reads something else. Returns whether there was anything to compare."""
        reader = Reader(code, bits)
        one = reader.read(0, 0x10000 - HERE if bits == 32 else -HERE)
        theirs = iced_x86.Decoder(bits, code, iced_x86.DecoderOptions.MOV_TR, HERE).decode()
        if one is None or theirs.is_invalid or one.op.name in forms.NOT_WRITTEN:
            return False
        assert one.end == theirs.len, code.hex()
        line = reader.line(one, 0, None if one.target is None else one.target + HERE)
        if line is None:
            return False  # it is written as bytes
        name, operands = texts(line)
        if one.op.name == "NOP":
            return True  # which is also XCHG EAX,EAX
        show = self.formatter
        count = show.operand_count(theirs)
        other = [show.format_operand(theirs, k) for k in range(count)]
        if operands[:1] and operands[0] in ("es", "cs", "ss", "ds", "fs", "gs"):
            other = [one.removeprefix("e") if one != "es" else one for one in other]  # MOV DS,EAX
        both = (code.hex(), name, operands, show.format(theirs))
        assert name_of(name) == name_of(show.format_mnemonic(theirs)), both
        assert len(operands) == count, both
        for ours, his in zip(operands, other, strict=True):
            (words, number), (his_words, his_number) = parts_of(ours), parts_of(his)
            if SIZES.isdisjoint(words) or SIZES.isdisjoint(his_words):  # only one says it
                words, his_words = ([w for w in x if w not in SIZES] for x in (words, his_words))
            assert words == his_words, both
            assert abs(number - his_number) in (0, 1 << 16, 1 << 32), both
        return True


def codes(folder: Path) -> Iterator[bytes]:
    """Forty instructions of every form that was recorded."""
    for chip in ("8086", "80286"):
        seen: dict[str, int] = {}
        for vector in vectors(folder, chip):
            seen[vector.form] = seen.get(vector.form, 0) + 1
            if seen[vector.form] <= 40:
                yield vector.code


def test_iced_reads_the_same_in_recorded_instructions(corpus86: Path) -> None:
    other = Other()
    assert sum(other.compare(code, 16) for code in codes(corpus86 / "vectors")) > 15_000


@pytest.mark.parametrize(
    "name", ["msdos-2.0/DEBUG.COM", "msdos-2.0/FC.EXE", "msdos-1.25/EDLIN.COM"]
)
def test_iced_reads_the_same_in_programs(corpus86: Path, name: str) -> None:
    other, data = Other(), (corpus86 / name).read_bytes()
    found = [line for line in disassemble(data) if line.name not in ("db", "dw")]
    compared = sum(other.compare(line.code, 16) for line in found if len(line.code) < 16)
    assert compared > 400


@settings(max_examples=4, phases=[Phase.generate])
@given(st.integers(0, 1 << 32), st.sampled_from([16, 32]))
def test_iced_reads_the_same_in_every_form(seed: int, bits: int) -> None:
    source = "\n".join(lines(seed, bits, 2))
    data = Assembler86().assemble(f"bits {bits}\n{source}")
    other, reader, at = Other(), Reader(data, bits), 0
    compared = count = 0
    while at < len(data):
        one = reader.read(at, None)
        assert one is not None, data[at : at + 16].hex()
        compared += other.compare(data[at : one.end], bits)
        count += 1
        at = one.end
    assert compared == count


# What is no program


@settings(max_examples=100)
@given(
    st.one_of(st.binary(max_size=300), st.binary(max_size=200).map(lambda data: b"MZ" + data)),
    st.sampled_from([{}, {"bits": 16, "origin": 0xFFF0}, {"bits": 32, "origin": 0x12345}]),
)
def test_any_bytes_come_back(data: bytes, raw: dict[str, int]) -> None:
    assert again(data, **raw) == data


def test_code_of_every_kind_comes_back_together() -> None:
    for bits in (16, 32):
        source = "\n".join(lines(bits, bits, 1))
        data = Assembler86().assemble(f"bits {bits}\n{source}")
        assert again(data, bits=bits) == data


def exe(image: bytes, cs: int, ip: int, relocations: list[int]) -> bytes:
    """An .EXE with a header of 512 bytes."""
    size = 512 + len(image)
    header = struct.pack(
        "<2s13H",
        *(b"MZ", size % 512, -(-size // 512), len(relocations), 32, 0, 0xFFFF),
        *(0, 0x100, 0, ip, cs, 0x1C, 0),
    )
    header += b"".join(struct.pack("<2H", place, 0) for place in relocations)
    return header.ljust(512, b"\0") + image


def test_an_exe_has_its_header_its_segments_and_its_relocations() -> None:
    # At 0001:0000: a far call into segment 0, and the end.
    image = bytes.fromhex("b80100cb") + bytes(12) + bytes.fromhex("9a00000000b8004ccd21")
    data = exe(image, 1, 0, [0x13])
    listing = list(disassemble(data))
    assert again(data) == data
    lines = {line.address: line for line in listing if line.code}
    assert lines[-512].source == "db 'MZ'"
    assert lines[-0x1E4].comment == "relocation of 00013"
    assert (lines[0].label, lines[0].source) == ("f0000", "mov ax, 1")
    assert (lines[16].source, lines[16].comment) == ("call 0:0", "a segment, f0000")
    assert lines[24].comment == "exit"
    # A segment of -10h is that of a .COM program.
    assert again(exe(image, 0xFFF0, 0x100, [])) == exe(image, 0xFFF0, 0x100, [])


def test_what_a_listing_says() -> None:
    data = Assembler86().assemble(
        """
        org 100h
            mov dx, text
            mov ah, 9
            int 21h
            cmp byte [flag], 'x'
            jne near next
            shl bx, 1
            jmp [table+bx]
        next: int 20h
        table: dw one, two
        one: mov.8b ax, bx
            mov cx, dx
            mov dx, cx
            ret
        two: add bx, strict word 5
            mov al, [word bx+1]
            mov ax, [bx+1000h]
            ret
        flag: db 0
        text: db 'It',27h,'s "text"',13,10,'$'
            times 40 db 7
        """
    )
    listing = list(disassemble(data))
    code = [f"{line.label}: {line.source}" if line.label else line.source for line in listing]
    assert code == [
        "bits 16",
        "org 0x100",
        "mov dx, 0x131",
        "mov ah, 9",
        "int 0x21",
        "cmp byte [d0130], 0x78",
        "jnz near l0116",
        "shl bx, 1",
        "jmp word [bx+0x118]",
        "l0116: int 0x20",
        "dw l011c",
        "dw l0123",
        "l011c: mov.8b ax, bx",
        "mov cx, dx",
        "mov dx, cx",
        "ret",
        "l0123: add bx, strict word 5",
        "mov al, [word bx+1]",
        "mov ax, [bx+0x1000]",
        "ret",
        "d0130: db 0x00",
        """db 'It', "'", 's "text"', 0xd, 0xa, '$'""",
        "times 40 db 7",
    ]
    comments = [line.comment for line in listing if line.comment]
    assert comments == ['"It\'s "text""', "display string", "'x'"]
    assert again(data) == data


def test_a_program_is_known_by_its_name(tmp_path: Path) -> None:
    program = tmp_path / "A.COM"
    program.write_bytes(bytes.fromhex("b8004ccd21"))
    listing = CliRunner().invoke(dis, [str(program)]).output
    assert "    int 0x21                                        ; 00103  exit" in listing
    program = program.rename(tmp_path / "A.DAT")
    assert "--machine NAME makes one try" in CliRunner().invoke(dis, [str(program)]).output


@pytest.mark.parametrize(
    "code", ["c3", "90", "eb00", "e80000", "74fe", "26", "ffa70001", "7401c3", "40"]
)
def test_hostile_programs_are_read_soon(code: str) -> None:
    data = b"\xc3" + bytes.fromhex(code) * 2000
    assert b"".join(line.code for line in disassemble(data, bits=16)) == data


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(ImageError, match="program has 1048576 at most"):
        list(disassemble(bytes(1 << 21), "big.bin"))
