"""`zoo show`: what is derived from a machine's table, for people to read."""

from __future__ import annotations

import inspect
import json
import sys

import click

from zoo.commands.translation import translation
from zoo.machine import Machine
from zoo.table import Op


@click.group()
def show() -> None:
    """Show what a machine is made of, and what becomes of guest code."""


show.add_command(translation)


def _machine(name: str) -> Machine:
    from zoo.machine import ImageError, machine

    try:
        return machine(name)
    except ImageError as error:
        raise click.UsageError(str(error)) from error


def _doc(op: Op) -> str:
    """The first line of what the row, or else its function, says of itself."""
    text = op.doc or inspect.getdoc(op.function) or ""
    return text.partition("\n")[0]


def _row(op: Op) -> dict[str, object]:
    return {
        "form": op.form,
        "code": op.code,
        "name": op.name,
        "function": f"{op.function.__module__}.{op.function.__name__}",
        "parameters": list(op.parameters),
        "stores": op.stores,
        "branches": op.branches,
        "flow": op.flow,
        "stops": op.stops,
        "text": op.text,
        "versions": sorted(op.versions),
        "doc": _doc(op),
    }


def _flags(op: Op) -> str:
    names = ("stores", "branches", "flow", "stops", "text")
    return " ".join(name for name in names if getattr(op, name))


@show.command()
@click.argument("machine")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def isa(machine: str, as_json: bool) -> int:
    """Print the instructions of MACHINE, a row each."""
    found = _machine(machine)
    if as_json:
        rows = [_row(op) for op in found.table]
        click.echo(json.dumps({"machine": found.name, "title": found.title, "instructions": rows}))
        return 0
    from rich import box
    from rich.console import Console
    from rich.table import Table

    terminal = sys.stdout.isatty()
    # In a pipe nobody can widen the window: no line is cut there.
    console = Console(width=None if terminal else 500)
    table = Table(title=found.title if terminal else None, box=box.SIMPLE if terminal else None)
    for heading in ("form", "code", "name", "operands", "", "versions", "meaning"):
        table.add_column(heading, no_wrap=heading in ("form", "name"))
    for op in found.table:
        versions = " ".join(map(str, sorted(op.versions)))
        operands = ", ".join(op.parameters)
        table.add_row(op.form, f"{op.code:#04x}", op.name, operands, _flags(op), versions, _doc(op))
    console.print(table)
    return 0


@show.command()
@click.argument("machine")
@click.option(
    "--engine",
    type=click.Choice(["interp", "jit"]),
    default="jit",
    help="jit: the module that is compiled; interp: the interpreter's functions.",
)
def dispatch(machine: str, engine: str) -> int:
    """Print the source that is generated from MACHINE's table."""
    from zoo.generate import arm_functions, dispatch_module

    found = _machine(machine)
    source = arm_functions(found) if engine == "interp" else dispatch_module(found)
    if not sys.stdout.isatty():
        click.echo(source, nl=False)
        return 0
    from rich.console import Console
    from rich.syntax import Syntax

    Console().print(Syntax(source, "python", background_color="default"))
    return 0
