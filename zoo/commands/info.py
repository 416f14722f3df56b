"""`zoo info`: what an image says of itself."""

from __future__ import annotations

from pathlib import Path

import click

from zoo.facts import Describes, as_json, show
from zoo.front import choose, read


@click.command()
@click.argument("image", type=click.Path(path_type=Path))
@click.option("--machine", metavar="NAME", help="The machine, if it can't be guessed.")
@click.option("--json", "for_programs", is_flag=True, help="One JSON object.")
def info(image: Path, machine: str | None, for_programs: bool) -> int:
    """Say what is in IMAGE: its header, its memory, its checksum, what comes with it."""
    data = read(image)
    name, front = choose(machine, image, data)
    if not isinstance(front, Describes):
        raise click.UsageError(f"the machine {name} has nothing to say of its images")
    sections = front.describe(image, data)
    if for_programs:
        click.echo(as_json(sections))
        return 0
    from rich.console import Console

    show(sections, Console(highlight=False))
    return 0
