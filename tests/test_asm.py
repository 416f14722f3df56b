"""The part of assembly that machines share, shown with a language of two instructions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from zoo.asm import Language, language, languages
from zoo.asm.assembler import Assembler
from zoo.asm.expressions import AssemblyError, Problem
from zoo.asm.listing import Line, text
from zoo.asm.statements import Numbers, Statement
from zoo.commands.asm import asm
from zoo.commands.dis import dis


class Little(Assembler):
    """`push VALUE` is 1 and a byte; `stop` is 0."""

    grammar = "\ninstruction: MNEMONIC [expression]\n"
    order = "little"

    def instruction(self, children: list[Any]) -> Statement:
        token, operand = children
        self.scope.functions["low"] = lambda number: number & 0xFF
        if token == "push" and operand is not None:
            return Numbers(token, 1, "little", [1, operand])
        if token == "stop" and operand is None:
            return Numbers(token, 1, "little", [0])
        raise Problem(token, f"no instruction {token}; there are push and stop")


def assembled(source: str) -> bytes:
    return Little("test.s").assemble(source)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 - 2 - 1", 4),
        ("-3 + 5", 2),
        ("~0 & 0x0f", 15),
        ("1 | 6 & 3 ^ 1", 3),
        ("1 << 2 + 1", 8),
        ("0b101 >> 1", 2),
        ("17 / 5 * 5 + 17 % 5", 17),
        ("'a' - 'A'", 32),
        (r"'\n'", 10),
        (r"'\''", 39),
        ("later - 2", 2),
        ("low(0x1234)", 0x34),
        ("low(later) + $", 4),
        ("named * 2", 6),
    ],
)
def test_expressions(expression: str, value: int) -> None:
    code = assembled(f".equ named, later - 1\npush {expression}\n.word 0\nlater:")
    assert code[:2] == bytes([1, value])


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (".byte 1, -1, 'x'", "01ff78"),
        (".word 1, 0x1234, -2", "01003412feff"),
        ('.ascii "a\\x00\\"b"', "61002262"),
        ('.hex "00ff 1a"', "00ff1a"),
        (".byte 1\n.align 4\n.byte 2", "0100000002"),
        (".byte 1\n.org 3\n.byte 2", "01000002"),
        (".space 2\n.space 1, 0xff", "0000ff"),
        ("here: .byte here, end\nend:", "0002"),
        ("; only a comment\n\n  stop ; and one here\n\t; and here", "00"),
        ("one:\ntwo: stop\n.byte one, two", "000000"),
        (".machine little\nstop", "00"),
        ("stop\r\nstop\r\n", "0000"),
        (".org end\nstop\n.equ end, 3", "00000000"),
        ("", ""),
    ],
)
def test_directives(source: str, code: str) -> None:
    assert assembled(source).hex() == code


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("stop\n  push nowhere", "test.s:2:8: nowhere is not defined; a label `nowhere:`"),
        ("push 300", "test.s:1:1: 300 does not fit in 1 byte"),
        ("a: stop\na: stop", "test.s:2:1: a is there already, in line 1; choose another name"),
        ("push 1 +", "test.s:1:9: the line ends too early; what can stand here: "),
        ("push 1 stop", "test.s:1:8: `stop` was not expected here; what can stand here: "),
        ("push !", "test.s:1:6: `!` was not expected here"),
        ("fly", "test.s:1:1: no instruction fly; there are push and stop"),
        (".bite 1", "test.s:1:1: there is no directive .bite; there are: .align, .ascii, .byte"),
        (".byte 1\n.org 0", "test.s:2:1: .org leads to 0x0, and this is 0x1; only forwards"),
        (".space 1 << 60", "test.s:1:1: .space leads to"),
        ("push 1 / 0", "test.s:1:8: division by zero"),
        ("push 1 << 99", "test.s:1:8: a shift by 99 places"),
        (".align 0", "test.s:1:1: how far to align must be a number of 1 or more"),
        (".align 1, 2", "test.s:1:1: .align takes 1 argument(s), not 2"),
        ('.org "a"', "test.s:1:6: .org takes no string"),
        ('.byte "a"', "test.s:1:7: a string in .byte; .ascii takes strings"),
        (".ascii 1", 'test.s:1:1: .ascii takes a string in ""'),
        ('.ascii "€"', "test.s:1:1: a character beyond 255"),
        ('.hex "0"', "test.s:1:1: bytes are pairs of hexadecimal digits"),
        (".space 1, 256", "test.s:1:1: what fills the space must be a number from 0 to 255"),
        (".equ 1, 2", "test.s:1:1: the first argument is the name: .equ NAME, VALUE"),
        (".equ a, a + 1\npush a", "is not defined"),
        ("push high(1)", "test.s:1:6: there is no function high; there are: low"),
        ("push " + "9" * 200, "test.s:1:6: the number is too long"),
        (".space end + 1\nend:", "the labels never settle"),
    ],
)
def test_errors_say_where_and_what_to_do(source: str, message: str) -> None:
    with pytest.raises(AssemblyError) as caught:
        assembled(source)
    assert message in str(caught.value)


def test_a_listing_has_labels_and_addresses() -> None:
    line = Line(16, b"\1\2", "add", ("1", "x"), "-> y", "?z", label="here", comment="why")
    assert list(text([line])) == ["here:", f"    {'add 1, x -> y ?z':47} ; 00010  why"]
    assert line.as_json() == {
        "address": 16,
        "code": "0102",
        "label": "here",
        "name": "add",
        "operands": ("1", "x"),
        "result": "-> y",
        "branch": "?z",
        "comment": "why",
    }


def test_the_language_of_a_machine_is_found_by_its_name() -> None:
    assert "zmachine" in languages()
    assert isinstance(language("zmachine"), Language)
    assert language("abacus") is None


# The commands

SOURCE = ".machine zmachine\n.version 5\n.header start, start, 0, 0, 0, start\nstart: quit\n"


@pytest.fixture
def story(tmp_path: Path) -> Path:
    source = tmp_path / "a.zasm"
    source.write_text(SOURCE)
    story = tmp_path / "a.z5"
    done = CliRunner().invoke(asm, [str(source), "-o", str(story)], standalone_mode=False)
    assert done.return_value == 0
    return story


def test_what_is_disassembled_is_assembled_again(story: Path, tmp_path: Path) -> None:
    listing = CliRunner().invoke(dis, [str(story)], standalone_mode=False)
    source = tmp_path / "b.zasm"
    source.write_text(listing.output)
    again = tmp_path / "b.z5"
    CliRunner().invoke(asm, [str(source), "-o", str(again)], standalone_mode=False)
    assert again.read_bytes() == story.read_bytes()
    assert story.read_bytes()[64] == 0xBA


def test_a_part_as_json(story: Path) -> None:
    arguments = [str(story), "--from", "0x40", "--to", "65", "--json"]
    listing = json.loads(CliRunner().invoke(dis, arguments, standalone_mode=False).output)
    assert listing["machine"] == "zmachine"
    assert [line["name"] for line in listing["lines"]] == ["quit"]
    assert listing["lines"][0]["address"] == 64


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("quit\n", "does not say for which machine it is; begin it with `.machine NAME`"),
        (
            ".machine abacus\n",
            "there is no assembler for 'abacus'; there are some for: vm86, zmachine",
        ),
        (".machine zmachine\nfly\n", ":2:1: version 5 has no instruction fly"),
    ],
)
def test_asm_refuses(tmp_path: Path, text: str, message: str) -> None:
    source = tmp_path / "a.zasm"
    source.write_text(text)
    out = tmp_path / "a.out"
    done = CliRunner().invoke(asm, [str(source), "-o", str(out)])
    assert done.exit_code != 0
    assert message in done.output
    assert not out.exists()


def test_the_name_of_a_source_can_say_the_machine(tmp_path: Path) -> None:
    source = tmp_path / "a.asm"
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.inc").write_text("db N, M\n")
    source.write_text('%include "b.inc"\n')
    out = tmp_path / "a.com"
    arguments = [str(source), "-o", str(out), "-D", "N=5", "-D", "M=7"]
    done = CliRunner().invoke(asm, arguments)
    assert "a.asm:1:1: no file 'b.inc' in the folders that were given" in done.output
    assert not out.exists()
    folder = ["-I", str(tmp_path / "more")]
    assert CliRunner().invoke(asm, arguments + folder, standalone_mode=False).return_value == 0
    assert out.read_bytes() == b"\5\7"


def test_names_for_a_source_with_its_own_directives(tmp_path: Path) -> None:
    source, out = tmp_path / "a.zasm", tmp_path / "a.z5"
    source.write_text(".machine zmachine\n.byte N\n")
    arguments = [str(source), "-o", str(out), "-D"]
    CliRunner().invoke(asm, [*arguments, "N=0x11"], standalone_mode=False)
    assert out.read_bytes() == b"\x11"
    done = CliRunner().invoke(asm, [*arguments, "N=x"])
    assert "N is given as 'x', which is no number" in done.output


def test_raw_code(tmp_path: Path) -> None:
    image = tmp_path / "a.bin"
    image.write_bytes(bytes.fromhex("ebfe8b03c3"))
    arguments = [str(image), "--machine", "vm86", "--bits", "32", "--origin", "0x7c00"]
    listing = CliRunner().invoke(dis, [*arguments, "--entry", "0x7c02", "--json"]).output
    lines = [(x["name"], x.get("operands")) for x in json.loads(listing)["lines"]]
    assert lines == [
        ("bits", ["32"]),
        ("org", ["0x7c00"]),
        ("db", ["0xeb", "0xfe"]),
        ("mov", ["eax", "[ebx]"]),
        ("ret", None),
    ]


def test_raw_code_is_not_for_every_machine(story: Path) -> None:
    done = CliRunner().invoke(dis, [str(story), "--bits", "32"])
    assert (done.exit_code, "--bits is not for images of 'zmachine'" in done.output) == (2, True)


def test_asm_refuses_what_is_no_text(tmp_path: Path) -> None:
    source = tmp_path / "a.zasm"
    source.write_bytes(b"\xff\xfe")
    done = CliRunner().invoke(asm, [str(source), "-o", str(tmp_path / "a.out")])
    assert (done.exit_code, "is not text in UTF-8" in done.output) == (2, True)


def test_dis_refuses(story: Path) -> None:
    done = CliRunner().invoke(dis, [str(story), "--machine", "abacus"])
    assert (
        "there is no disassembler for 'abacus'; there are some for: vm86, zmachine" in done.output
    )
    done = CliRunner().invoke(dis, [str(story), "--from", "here"])
    assert "'here' is no address; it looks like 0x4f05 or 20229" in done.output
    story.write_bytes(b"\5short")
    done = CliRunner().invoke(dis, [str(story), "--machine", "zmachine"])
    assert "is not a story file: it has 6 bytes, a header 64" in done.output
