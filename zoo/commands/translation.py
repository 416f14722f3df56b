"""`zoo show translation`: guest code, LLVM IR and the host's code beside each other."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo.commands.dis import Address
from zoo.layout import Guest
from zoo.machine import ImageError, Machine

if TYPE_CHECKING:
    from zoo.asm.listing import Line as Source
    from zoo.engines.shown import Translation

START = "start"


@click.command()
@click.argument("image", metavar="STORY", type=click.Path(path_type=Path))
@click.argument("address")
@click.option("--machine", "name", metavar="NAME", help="The machine, if it can't be guessed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def translation(image: Path, address: str, name: str | None, as_json: bool) -> int:
    """Print what the recompiler makes of the code of STORY from ADDRESS.

    ADDRESS is a number, 0x4f05 or 20229, or `start`. Guest code, LLVM's IR and the host's code
    stand side by side, and what came of one instruction has one colour. In a pipe every line
    begins with the address of the instruction that it came from. Nothing of STORY is run.
    """
    from zoo.commands import beside
    from zoo.front import choose, read
    from zoo.machine import machine

    data = read(image)
    try:
        found = machine(choose(name, image, data)[0])
        source = _source(found.name, data, image)  # first, as it names the file in errors
        guest = found.load(data)
    except ImageError as error:
        raise click.UsageError(str(error)) from error
    entry = _entry(address, found, guest)
    _check(entry, source)
    made = _translation(found, guest, entry, source)
    if as_json:
        click.echo(json.dumps(beside.as_json(made, found.name, image)))
        return 0
    title = f"{found.title}: {image} from {entry:#x}"
    if not sys.stdout.isatty():
        click.echo("\n".join(beside.plain(made, title)))
        return 0
    from rich.console import Console

    beside.show(made, title, Console(highlight=False))
    return 0


# What is asked for


def _entry(address: str, machine: Machine, guest: Guest) -> int:
    from zoo.registers import PC

    if address == START:
        return guest.state.r[PC]
    entry = Address().convert(address, None, None)
    size = machine.layout[machine.code].size
    if not 0 <= entry < size:
        raise click.UsageError(f"{address} is outside the memory, which ends at {size - 1:#x}")
    return entry


def _source(name: str, data: bytes, image: Path) -> list[Source]:
    """The image as the machine's disassembler sees it, if there is one."""
    from zoo.asm import language

    found = language(name)
    if found is None:
        return []
    lines = found.disassemble(data, str(image))
    return [replace(line, address=line.address + found.loaded) for line in lines]


def _is_code(line: Source) -> bool:
    return bool(line.code) and not line.name.startswith((".", "db", "dw", "times"))


def _check(entry: int, source: list[Source]) -> None:
    """A routine's address is not that of its code, and most of the memory is no code at all."""
    k = next((k for k, x in enumerate(source) if entry < x.address + len(x.code)), None)
    if k is None:
        if source:
            click.echo(f"Note: {entry:#x} is behind the end of the image.", err=True)
        return
    line, after = source[k], source[min(k + 1, len(source) - 1)]
    what = f"`{line.source if len(line.source) < 40 else line.source[:39] + '…'}`"
    if not _is_code(line) and line.label and _is_code(after):
        raise click.UsageError(
            f"{entry:#x} is no code but {what}; its code begins at {after.address:#x}"
        )
    if not _is_code(line):
        click.echo(f"Note: {entry:#x} seems to be no code but {what}.", err=True)
    elif entry != line.address:
        where = f"which begins at {line.address:#x}"
        click.echo(f"Note: {entry:#x} lies within {what}, {where}.", err=True)


def _library(machine: Machine) -> bytes:
    """What translations are made of: from the cache, or compiled."""
    from zoo import cache, warm
    from zoo.engines import recompile

    path = recompile.library_path(machine)
    data = cache.kept(path)
    if data is None:
        click.echo(f"{machine.name}: compiling, about half a minute, once ...", err=True)
        with suppress(OSError):
            warm.fill(machine)
        data = cache.kept(path)
    if data is None:  # the cache can't be written
        from zoo.engines.compiler import Compiler

        data = Compiler(machine).library()
    return data


def _translation(machine: Machine, guest: Guest, entry: int, source: list[Source]) -> Translation:
    from zoo.engines.hostcode import Unreadable
    from zoo.engines.shown import translation

    texts = {line.address: _text(line) for line in source if _is_code(line)}
    try:
        made = translation(machine, _library(machine), guest, entry, texts)
    except Unreadable as error:
        raise click.UsageError(str(error)) from error
    if made is None:
        raise click.UsageError(f"nothing can be translated from {entry:#x}: no code fits there")
    return made


def _text(line: Source) -> str:
    return f"{line.source}  ; {line.comment}" if line.comment else line.source
