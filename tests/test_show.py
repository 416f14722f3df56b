"""`zoo show`: the table and the generated source."""

from __future__ import annotations

import ast
import json

import pytest
from click.testing import CliRunner

from zmachine.table import TABLE
from zoo.commands.show import show


def shown(*arguments: str) -> str:
    done = CliRunner().invoke(show, arguments, standalone_mode=False)
    assert done.return_value == 0
    return done.output


def test_isa_has_a_line_for_every_row() -> None:
    lines = shown("isa", "zmachine").splitlines()
    assert len(lines) == 1 + len(TABLE)
    (line,) = [line for line in lines if " throw " in line]
    assert " ".join(line.split()) == "2OP 0x1c throw pc, value, frame flow stops 5 7 8"


def test_isa_for_programs() -> None:
    found = json.loads(shown("isa", "zmachine", "--json"))
    assert found["machine"] == "zmachine"
    (row,) = [row for row in found["instructions"] if row["name"] == "scan_table"]
    assert row["parameters"][2:] == ["table", "length", "form"]
    assert (row["stores"], row["branches"], row["versions"]) == (True, True, [4, 5, 7, 8])
    assert row["doc"].startswith("The address of the first field that is ")


@pytest.mark.parametrize(
    ("engine", "functions"), [("jit", {"run", "add"}), ("interp", {"arm_0_je"})]
)
def test_dispatch_is_python(engine: str, functions: set[str]) -> None:
    tree = ast.parse(shown("dispatch", "zmachine", "--engine", engine))
    assert functions <= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("command", ["isa", "dispatch"])
def test_an_unknown_machine_is_refused(command: str) -> None:
    done = CliRunner().invoke(show, [command, "abacus"])
    assert done.exit_code == 2
    assert "no machine is called 'abacus'; there are: vm86, zmachine" in done.output
