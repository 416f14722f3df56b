"""`zoo objects` and `zoo dict`: what a story holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from zmachine.contents import Contents, Thing

DEEPEST = 24  # levels of the tree that are drawn; real ones have fewer than ten


@click.command()
@click.argument("story", type=click.Path(path_type=Path))
@click.option("--names", is_flag=True, help="Leave the attributes and the properties out.")
@click.option("--json", "for_programs", is_flag=True, help="One JSON object.")
def objects(story: Path, names: bool, for_programs: bool) -> int:
    """Show the tree of STORY's objects, with their attributes and properties."""
    from zmachine.contents import tree

    contents = _open(story)
    things = contents.things()
    if for_programs:
        _as_json(contents, objects=[_members(thing) for thing in things])
        return 0
    from rich.console import Console
    from rich.text import Text

    from zoo.facts import printable

    console = Console(highlight=False)
    for thing, levels in tree(things):
        margin = _margin(levels)
        name = "(damaged)" if thing.name is None else thing.name
        line = Text(margin, style="dim")
        line.append(f"{thing.number} ", style="cyan")
        line.append(printable(name), style="bold")
        if thing.attributes and not names:
            line.append(f"  {' '.join(map(str, thing.attributes))}", style="green")
        console.print(line, soft_wrap=True)
        below = margin.replace("├─", "│ ").replace("└─", "  ")
        for number, data in () if names else thing.properties:
            console.print(
                Text(f"{below}     {number}: {data.hex(' ')}", style="dim"), soft_wrap=True
            )
    _complain(contents)
    return 0


@click.command("dict")
@click.argument("story", type=click.Path(path_type=Path))
@click.option("--json", "for_programs", is_flag=True, help="One JSON object.")
def dict_(story: Path, for_programs: bool) -> int:
    """Show the words of STORY's dictionary, with the bytes that the story keeps beside them."""
    contents = _open(story)
    separators = contents.separators()
    entries = contents.entries()
    if for_programs:
        words = [{"address": e.address, "word": e.word, "data": e.data.hex()} for e in entries]
        _as_json(contents, separators=separators, words=words)
        return 0
    from rich.console import Console
    from rich.text import Text

    from zoo.facts import printable

    console = Console(highlight=False)
    console.print(Text(f"{len(entries)} words; {' '.join(printable(separators))} separate them"))
    width = max((len(e.word or "") for e in entries), default=0)
    for entry in entries:
        line = Text(f"{entry.address:#07x}  ", style="dim")
        line.append(f"{printable('(damaged)' if entry.word is None else entry.word):<{width}}")
        line.append(f"  {entry.data.hex(' ')}", style="green")
        console.print(line, soft_wrap=True)
    _complain(contents)
    return 0


def _open(path: Path) -> Contents:
    from zmachine.contents import Contents
    from zoo.front import read
    from zoo.machine import ImageError

    try:
        return Contents(read(path), str(path))
    except ImageError as error:
        raise click.UsageError(str(error)) from error


def _as_json(contents: Contents, **members: Any) -> None:
    click.echo(json.dumps({**members, "problems": contents.problems}, indent=2))


def _complain(contents: Contents) -> None:
    for problem in contents.problems:
        click.echo(f"[{problem}]", err=True)


def _members(thing: Thing) -> dict[str, Any]:
    return {
        **vars(thing),
        "properties": [{"number": n, "data": data.hex()} for n, data in thing.properties],
    }


def _margin(levels: tuple[bool, ...]) -> str:
    """The lines of the tree before an object: `levels` says where it is the last of its row."""
    if len(levels) > DEEPEST:
        return f"{'… ':>{2 * DEEPEST}}{len(levels)} deep: "
    if not levels:
        return ""
    return "".join("  " if last else "│ " for last in levels[:-1]) + ("└─" if levels[-1] else "├─")
