"""`zoo dis`: an image as assembly source."""

from __future__ import annotations

import json
from pathlib import Path

import click


class Address(click.ParamType):  # pyright: ignore[reportMissingTypeArgument]
    """A number in decimal or, with 0x before it, in hexadecimal."""

    name = "address"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        try:
            return value if isinstance(value, int) else int(str(value), 0)
        except ValueError:
            self.fail(f"{value!r} is no address; it looks like 0x4f05 or 20229", param, ctx)


@click.command()
@click.argument("image", type=click.Path(path_type=Path))
@click.option("--machine", metavar="NAME", help="The machine, if it can't be guessed.")
@click.option("--from", "start", type=Address(), metavar="A", default=0, help="The first address.")
@click.option("--to", "end", type=Address(), metavar="B", help="The address after the last.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: the lines and their parts.")
def dis(image: Path, machine: str | None, start: int, end: int | None, as_json: bool) -> int:
    """Print IMAGE as assembly source, of which `zoo asm` makes the same image again."""
    from zoo.asm import language, languages
    from zoo.asm.listing import text
    from zoo.front import choose, read
    from zoo.machine import ImageError

    data = read(image)
    name = machine or choose(None, image, data)[0]
    found = language(name)
    if found is None:
        known = ", ".join(languages())
        raise click.UsageError(
            f"there is no disassembler for {name!r}; there are some for: {known}"
        )
    limit = 1 << 62 if end is None else end
    try:
        every = found.disassemble(data, str(image))
        lines = [line for line in every if start <= line.address < limit]
    except ImageError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        members = {"machine": name, "image": str(image), "lines": [x.as_json() for x in lines]}
        click.echo(json.dumps(members))
    else:
        click.echo("\n".join(text(lines)))
    return 0
