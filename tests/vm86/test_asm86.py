"""The 386's assembler against NASM: the same bytes of whole programs and of single lines."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from lines import lines

from vm86.asm.assembler import Assembler86
from zoo.asm.expressions import AssemblyError


def assembled(source: str, bits: int = 16) -> bytes:
    return Assembler86("a.asm").assemble(f"bits {bits}\n{source}")


def by_nasm(nasm: str, folder: Path, source: str, *options: str) -> bytes:
    """What NASM makes of a source."""
    file, out = folder / "nasm.asm", folder / "nasm.bin"
    file.write_text(source)
    command = [nasm, "-w-all", "-f", "bin", *options, file.name, "-o", out.name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()


# Whole programs

BENCHMARKS = ("crcbit", "crctab", "dhry", "iflag", "int21", "mandel", "sieve")


@pytest.mark.parametrize(
    ("name", "image", "given"),
    [
        *(
            (name, name, {})
            for name in ["crcbit", "crctab", "dhry", "iflag", "int21", "mandel", "sieve"]
        ),
        ("dhry", "dhryfar", {"FAR": ""}),
        ("mandel", "mandelfar", {"FAR": ""}),
    ],
)
def test_benchmarks(corpus: Path, name: str, image: str, given: dict[str, str]) -> None:
    source = corpus.parent / "bench" / "vm86" / f"{name}.asm"
    if not source.exists():
        pytest.skip(f"no {source}")
    made = Assembler86(str(source), given).assemble(source.read_text())
    assert made == source.with_name(f"{image}.com").read_bytes()


def test_a_boot_sector_with_macros_and_sections(corpus86: Path) -> None:
    source = corpus86 / "v86probe" / "v86probe.asm"
    made = Assembler86(str(source)).assemble(source.read_text())
    assert made == source.with_suffix(".bin").read_bytes()


def test_a_monitor_that_includes_a_program(corpus86: Path, nasm: str, tmp_path: Path) -> None:
    source = shutil.copy(corpus86 / "v86mon" / "v86mon.asm", tmp_path)
    (tmp_path / "x.com").write_bytes(bytes(range(200)))
    made = Assembler86(str(source), {"COM": '"x.com"'}).assemble(Path(source).read_text())
    assert made == by_nasm(nasm, tmp_path, Path(source).read_text(), '-DCOM="x.com"')


# Every row of the table


@settings(max_examples=6, phases=[Phase.generate])
@given(seed=st.integers(0, 1 << 32), bits=st.sampled_from([16, 32]))
def test_every_form_of_every_instruction(
    nasm: str, tmp_path_factory: pytest.TempPathFactory, seed: int, bits: int
) -> None:
    made = lines(seed, bits, 2)
    source = f"bits {bits}\n" + "\n".join(made)
    theirs = by_nasm(nasm, tmp_path_factory.mktemp("nasm"), source)
    if assembled("\n".join(made), bits) != theirs:
        # Find the line: NASM makes the bytes of each at a place of its own.
        apart = "".join(f"times 32-($-$$-{32 * k}) db 0\n{one}\n" for k, one in enumerate(made))
        theirs = by_nasm(nasm, tmp_path_factory.mktemp("nasm"), f"bits {bits}\n{apart}")
        for k, one in enumerate(made):
            code = assembled(one, bits)
            assert (one, code) == (one, theirs[32 * k + 32 :][: len(code)])


# What NASM understands besides

SOURCES = Path(__file__).with_name("nasm.txt").read_text().split("\n----\n")


@pytest.mark.parametrize("source", SOURCES, ids=range(len(SOURCES)))
def test_sources(nasm: str, tmp_path: Path, source: str) -> None:
    assert assembled(source).hex() == by_nasm(nasm, tmp_path, f"bits 16\n{source}\n").hex()


def test_forms_that_are_not_the_usual_ones() -> None:
    assert assembled("mov ax,bx\nmov.8b ax,bx\nadd.05 ax,5\nadd.82 al,5").hex() == (
        "89d88bc305050082c005"
    )
    assert assembled("direction 1\nmov ax,bx\nxor.31 ax,ax\nxchg bx,cx").hex() == "8bc331c087d9"


# Errors


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("fly ax", "a.asm:2:1: there is no instruction fly; `zoo show isa vm86` lists them"),
        (
            "mov ax,bl",
            "a.asm:2:1: mov has no form for these operands; in the opcode map's notation",
        ),
        ("mov.99 ax,bx", "mov with the opcode 99 has no form for these operands"),
        ("mov [bx],5", "how wide the operand is must be said: write byte, word or dword before it"),
        ("mov ax,[bx+cx]", "a 16-bit address has bx or bp, and si or di, and no factors"),
        ("mov ax,[bx+bp]", "a 16-bit address has one of bx and bp, and one of si and di"),
        (
            "mov ax,[esp*2]",
            "a 32-bit address has a base, and an index (not esp) times 1, 2, 4 or 8",
        ),
        ("mov ax,[eax+bx]", "an address is made of registers of 16 or of 32 bits"),
        ("mov ax,[eax*ebx]", "registers can only be added, and multiplied by a number"),
        ("mov ax,bx+1", "a.asm:2:8: memory stands in brackets: [bx+4]"),
        ("mov ax,[5:bx]", "before the colon in an address stands a segment register"),
        ("mov ax,-bx", "a register can't have a sign"),
        ("dw ax", "a register is no value for dw"),
        ("mov al,300", "300 does not fit in 1 byte(s)"),
        ("jmp short x\ntimes 200 db 0\nx:", "the jump leads 200 bytes on, too far for a short one"),
        ("jmp y", "a.asm:2:5: y is not defined; a label `y:`"),
        ("a: nop\na: nop", "a.asm:3:1: a is there already, in line 2"),
        ("rep repne movsb", "two prefixes of the same kind; repne is one too many"),
        ("bits 64", "code is of 16 or of 32 bits"),
        ("org 5\norg 6", "there is one org, and its address is a number"),
        ("direction 2", "the direction bit is 0 or 1"),
        ("equ 5", "equ gives a name a value: NAME equ VALUE"),
        ("db", "db takes values: db 1, 'text'"),
        ("db 'abc", "`'abc` was not expected here; what can stand here: "),
        ("times -1 nop", "-1 times; it can be 0 to"),
        ("section a x=5", "a section has start, vstart, align, and their values are numbers"),
        (
            "section a start=9\ndb 1\nsection b start=2",
            "the section begins at 0x2, and what is before",
        ),
        ("align 0", "how far to align must be a number of 1 or more"),
        ("align 4, db 1,2", "what fills the space must be one byte"),
        ("incbin 5", "incbin takes a string"),
        ('incbin "/etc/passwd"', "no file '/etc/passwd' in the folders that were given"),
        ('%include "../../etc/passwd"', "-I DIR adds one"),
        ("%include x", 'the name of a file stands in quotation marks: %include "common.inc"'),
        ("%if x\n%endif", "`x` is not known yet; only numbers and %assign, %define are"),
        ("%if 1", "this condition has no %endif"),
        ("%endif", "%endif without %if"),
        ("%rep 5", "this %rep has no %endrep"),
        ("%macro 5\n%endmacro", "a macro begins with its name and how many parameters"),
        ("%macro m 1\n%endmacro\nm", "the macro m does not take 0 argument(s)"),
        ("%define f(a) a\ndb f(1,2)", "f takes 1 argument(s)"),
        ("%error no way", "a.asm:2:1: the source says: no way"),
        ("%foo", "there is no %foo here; there are: assign, define"),
        ("%macro m 0\nnop\nfly\n%endmacro\nm", "a.asm:4:1: there is no instruction fly"),
    ],
)
def test_errors_say_where_and_what_to_do(source: str, message: str) -> None:
    with pytest.raises(AssemblyError) as caught:
        assembled(source)
    assert message in str(caught.value)


def test_an_error_in_an_included_file_names_it(tmp_path: Path) -> None:
    (tmp_path / "b.inc").write_text("nop\nfly\n")
    with pytest.raises(AssemblyError, match=r"b\.inc:2:1: there is no instruction fly"):
        Assembler86(str(tmp_path / "a.asm")).assemble('nop\n%include "b.inc"\n')


def nested(first: str, heading: str, last: str) -> str:
    """Sixty definitions, each of which stands for two of the next."""
    return "".join(heading.format(k, k + 1) for k in range(60)) + last + first


@pytest.mark.parametrize(
    "source",
    [
        "times 1<<60 db 0",
        "times 1<<26 db 0\n" * 3,
        "times 1<<24 jmp $",
        "resb 1<<60",
        "%rep 1000000000\nnop\n%endrep",
        "%rep 1000\n%rep 1000\n%rep 1000\n%endrep\n%endrep\n%endrep",
        "%macro m 0\nm\n%endmacro\nm",
        nested("m0", "%macro m{0} 0\nm{1}\nm{1}\n%endmacro\n", "%macro m60 0\n%endmacro\n"),
        nested("db d0", "%define d{0} d{1} d{1}\n", "%define d60 1\n"),
        nested("db d0", "%define d{0} d{1} d{1}\n", "%define d60\n"),
        nested("db d0", "d{0} equ d{1}*d{1}\n", "d60 equ 99999999\n"),
        "%assign a 3\n" + "%assign a a*a\n" * 60,
        '%include "a.asm"',
        "db " + "-" * 50_000 + "x\nx:",
        "x: dw " + "x-" * 20_000 + "x",
        "x: times 100-y db 0\ny: times 100-x db 0",
    ],
    ids=range(16),
)
def test_hostile_sources_are_refused_soon(tmp_path: Path, source: str) -> None:
    file = tmp_path / "a.asm"
    file.write_text(source)
    with pytest.raises(AssemblyError):
        Assembler86(str(file)).assemble(source)


WORDS = st.sampled_from(
    """mov add jmp ax bx eax [ ] [bx +4] , : ; ' " ` $ $$ ( ) * 5 0x 1h 'a' .x x x: equ db dw times
    section .text align %if %endif %rep %endrep %macro %endmacro %define %1 %% rep lock byte far
    short""".split()  # noqa: SIM905
    + ["\n"] * 5
)


@settings(max_examples=200)
@given(st.one_of(st.lists(WORDS, max_size=40).map(" ".join), st.text(max_size=60)))
def test_any_text_is_assembled_or_refused(source: str) -> None:
    try:
        assert isinstance(assembled(source), bytes)
    except AssemblyError as error:
        assert str(error).startswith("a.asm:")
