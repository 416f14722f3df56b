"""`zoo show translation`: what the recompiler makes of guest code, and of what it made it."""

from __future__ import annotations

import io
import itertools
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from llvmlite import binding as llvm
from rich.console import Console
from toy import TOY, boot, program

from zmachine.disassembler import disassemble
from zmachine.machine import MACHINE
from zoo import cache as store
from zoo import warm
from zoo.asm.listing import Line
from zoo.commands import beside
from zoo.commands.show import show
from zoo.engines import backend, recompile, translate
from zoo.engines.constants import Constants
from zoo.engines.hostcode import Row, _Bytes, _rows
from zoo.engines.library import unpacked
from zoo.engines.shown import Translation, translation
from zoo.engines.units import Unit, frozen, unit

MUSEUM = Path(__file__).parents[1] / "stories" / "museum.z5"


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(show, ["translation", *map(str, arguments)], standalone_mode=False)


def refused(*arguments: object) -> str:
    done = CliRunner().invoke(show, ["translation", *map(str, arguments)])
    assert done.exit_code == 2
    return done.output


@cache
def whole(address: int) -> Unit:
    """The unit from an address in the museum."""
    return unit(MACHINE, frozen(MACHINE, MACHINE.load(MUSEUM.read_bytes())), address)


@cache
def routine() -> tuple[Line, ...]:
    """The museum's shortest routine that adds 1, compares with zero, and is one unit: its head and
    its code."""
    found: list[list[Line]] = []
    for line in disassemble(MUSEUM.read_bytes()):
        if line.name == ".routine":
            found.append([])
        if found and (line.name == ".routine" or not line.name.startswith(".")):
            found[-1].append(line)
    fits = [
        r
        for r in found
        if "jz" in {line.name for line in r}
        and "1" in next((line.operands for line in r if line.name == "add"), ())
    ]
    return next(
        tuple(found)
        for found in sorted(fits, key=len)
        if whole(found[1].address).instructions == len(found) - 1
    )


@cache
def shown() -> dict[str, Any]:
    done = invoke(MUSEUM, hex(routine()[1].address), "--json")
    assert done.return_value == 0
    return json.loads(done.stdout)


@cache
def library(name: str) -> bytes:
    machine = {"toy": TOY, "zmachine": MACHINE}[name]
    warm.fill(machine)
    data = store.kept(recompile.library_path(machine))
    assert data is not None
    return data


@cache
def toy() -> Translation:
    code = ("set", 7), ("store", 0x80), ("put", 0), ("jz", 2), ("jump", 2)
    found = translation(TOY, library("toy"), boot(program(*code)), 0, {})
    assert found is not None
    return found


def lines(kind: str, address: int | None = None) -> list[dict[str, Any]]:
    """The lines of IR or of the host's code, all or those from one guest instruction."""
    parts = [shown()["enter"], *shown()["blocks"], shown()["leave"]]
    every = [line for part in parts for line in part[kind]]
    return [line for line in every if address in (None, line["guest"])]


def guest(name: str) -> Line:
    """The routine's only instruction of a name."""
    (line,) = [line for line in routine() if line.name == name]
    return line


def test_it_shows_the_unit_and_how_the_machine_writes_it() -> None:
    found = [one for block in shown()["blocks"] for one in block["guest"]]
    expected = whole(routine()[1].address)
    assert shown()["address"] == routine()[1].address
    assert [block["address"] for block in shown()["blocks"]] == list(expected.blocks)
    assert {one["address"] for one in found} == {
        one.address for block in expected.blocks.values() for one in block
    }
    assert shown()["instructions"] == len(found)
    written = {(line.address, line.source, line.code.hex()) for line in routine()[1:]}
    assert {(one["address"], one["text"], one["bytes"]) for one in found} == written
    functions = {one["text"].split()[0]: one["function"] for one in found}
    assert functions["add"] == "zmachine.flow.add"


def test_every_host_instruction_is_there_once() -> None:
    host = sorted(lines("host"), key=lambda line: line["address"])
    at = 0
    for line in host:
        assert line["address"] == at
        assert not line["text"].startswith("."), "not decoded"
        at += len(line["bytes"]) // 2
    assert at == shown()["host_bytes"]
    assert len(host) == shown()["host_instructions"]


def test_most_of_the_code_comes_from_a_guest_instruction() -> None:
    addresses = {line.address for line in routine()[1:]}
    for kind in ("ir", "host"):
        known = [line["guest"] for line in lines(kind) if line["guest"] is not None]
        # A jump, for one, may leave nothing.
        assert set(known) <= addresses and len(set(known)) > 0.9 * len(addresses)
        assert len(known) > 0.5 * len(lines(kind))
    assert len(lines("ir")) == shown()["ir_lines"]


def test_what_an_instruction_does_is_found_beside_it() -> None:
    add = lines("ir", guest("add").address)
    assert any(re.search(r"= add .*, 1$", line["text"]) for line in add)
    assert "r[SP]" in {line.get("note") for line in lines("ir")}
    in_host = lines("host", guest("add").address)
    assert any(re.fullmatch(r"mem\[0x\w+\]", line.get("note") or "") for line in add)
    assert any(re.fullmatch(r"mem\[0x\w+\]", line.get("note") or "") for line in in_host)
    jz = lines("ir", guest("jz").address)
    assert any(re.search(r"icmp (eq|ne) i\d+ .*, 0$", line["text"]) for line in jz)


def test_the_ways_in_and_out_come_from_no_instruction() -> None:
    assert shown()["enter"]["ir"][0]["text"].startswith(
        f"define {translate.RESULT} @at_{shown()['address']:x}("
    )
    assert shown()["leave"]["ir"][-1]["text"] == "}"
    budget = [line for line in shown()["blocks"][0]["ir"] if line["part"] == "budget"]
    assert any("%budget" in line["text"] for line in budget)
    assert all(line["guest"] is None for line in budget)


@pytest.mark.parametrize("fixed", [True, False])
def test_the_code_is_what_the_recompiler_makes(fixed: bool) -> None:
    made = MACHINE.load(MUSEUM.read_bytes())
    machine = MACHINE if fixed else replace(MACHINE, fixed_code=lambda guest: range(0))
    constants = Constants(machine, made)
    arms = unpacked(library("zmachine"))
    found = whole(routine()[1].address)
    texts: list[bytes] = []
    for debug in (False, True):
        module = translate.module(MACHINE, arms, constants, [found], debug)
        sections = llvm.ObjectFileRef.from_data(backend.object_code(module)).sections()
        texts.append(next(bytes(s.data()) for s in sections if s.is_text() and s.size()))
    assert texts[0] == texts[1]


def test_in_a_pipe_every_line_begins_with_its_address() -> None:
    done = invoke(MUSEUM, hex(routine()[1].address))
    assert "\x1b" not in done.output
    found = done.stdout.splitlines()
    count = shown()["instructions"]
    assert found[1].startswith(f"; {count} guest instructions in ")
    body = [line for line in found if line and not line.startswith(";")]
    assert all(re.match(r"([0-9a-f]{5}[ ~]|----- ) (guest|ir   |host ) ", line) for line in body)
    assert len(body) == count + shown()["ir_lines"] + shown()["host_instructions"]
    (line,) = [line for line in body if line.startswith(f"{guest('add').address:05x}  guest ")]
    assert line.split("  ; ")[0].endswith(guest("add").source)


def painted(width: int) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=True, color_system="truecolor")
    beside.show(toy(), "a toy", console)
    return file.getvalue()


def colour(number: int) -> str:
    """How a terminal is told of a colour."""
    code = beside.COLOURS[number].removeprefix("#")
    return "38;2;" + ";".join(str(int(code[k : k + 2], 16)) for k in (0, 2, 4))


def test_a_terminal_has_three_columns_of_the_same_colours() -> None:
    rows = [line for line in painted(160).splitlines() if "r[ACC]" in line]
    assert any(line.count(colour(0)) >= 4 for line in rows)  # a bar and a text, twice
    bare = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in painted(160).splitlines()]
    assert max(map(len, bare)) <= 160
    (first,) = [line for line in bare if "set a=7" in line]
    assert first.count("▌") == 3


def test_a_narrow_terminal_has_one() -> None:
    assert "▌" not in painted(80)
    assert colour(1) in painted(80)


def test_a_machine_without_a_disassembler() -> None:
    found = [piece.guest for piece in toy().pieces if piece.guest]
    assert [g.text for g in found] == ["set a=7", "store a=128", "put a=0", "jz a=2", "jump a=2"]
    stored = [line for p in toy().pieces if p.guest and p.place.guest == 2 for line in p.ir]
    assert any(line.note == "mem[0x80]" for line in stored)


def test_start_is_where_the_story_begins() -> None:
    done = invoke(MUSEUM, "start", "--json")
    assert json.loads(done.stdout)["address"] == MACHINE.load(MUSEUM.read_bytes()).state.r[0]


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("somewhere", "'somewhere' is no address; it looks like 0x4f05 or 20229"),
        ("0x80000", "0x80000 is outside the memory, which ends at 0x7ffff"),
        ("0x7ffff", "nothing can be translated from 0x7ffff"),
    ],
)
def test_an_address_of_nothing_is_refused(address: str, text: str) -> None:
    assert text in refused(MUSEUM, address)


def test_a_routine_is_not_its_code() -> None:
    head, code, *_ = routine()
    text = f"{head.address:#x} is no code but `{head.source}`; its code begins at {code.address:#x}"
    assert text in refused(MUSEUM, head.address)


def test_other_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "story.z5"
    file.write_bytes(b"hello")
    assert "none of the machines" in refused(file, "start")
    file.write_bytes(MUSEUM.read_bytes()[:3000])
    assert "is damaged" in refused(file, "start")
    assert "can't be read" in refused(tmp_path / "none.z5", "start")


@pytest.mark.parametrize(("part", "what"), [(1, "lies within"), (-1, "behind the end")])
def test_an_odd_address_is_noted(part: int, what: str) -> None:
    address = routine()[1].address + part if part > 0 else 0x7FF00
    assert what in invoke(MUSEUM, address).stderr


def test_a_line_table_is_a_program() -> None:
    head = bytes(6) + (17).to_bytes(4, "little") + bytes([1, 1, 1, 0xFB, 14, 13]) + bytes(11)
    steps = [0, 9, 2, *bytes(8), 3, 0x80, 1, 5, 2, 1, 2, 3, 0xFB - 0xE8 + 13, 8, 9, 2, 0, 4, 1, 1]
    assert list(_rows(head + bytes(steps))) == [
        Row(0, 129, 2),
        Row(4, 129, 2),
        Row(23, 129, 2),
    ]
    assert _Bytes(b"\x7f", 0).number(signed=True) == -1
    assert _Bytes(b"\xe5\x8e\x26", 0).number() == 624485


def test_what_is_behind_a_branch_that_may_return_belongs_to_the_unit() -> None:
    lines = [line for line in disassemble(MUSEUM.read_bytes()) if not line.name.startswith(".")]
    behind = [
        (one.address, next_one.address)
        for one, next_one in itertools.pairwise(lines)
        if one.branch.lstrip("?~") in ("rtrue", "rfalse")
    ][:20]
    assert behind
    for branch, after in behind:
        assert after in whole(branch).blocks
