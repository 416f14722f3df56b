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
@click.option("--from", "start", type=Address(), metavar="A", help="The first address.")
@click.option("--to", "end", type=Address(), metavar="B", help="The address after the last.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: the lines and their parts.")
@click.option("--bits", type=click.Choice(["16", "32"]), help="Raw code, of this many bits.")
@click.option("--origin", type=Address(), metavar="A", help="Raw code, whose first byte is at A.")
@click.option(
    "--entry", type=Address(), metavar="A", help="Raw code, in which control begins at A."
)
def dis(
    image: Path,
    machine: str | None,
    start: int | None,
    end: int | None,
    as_json: bool,
    bits: str | None,
    origin: int | None,
    entry: int | None,
) -> int:
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
    raw = {"bits": int(bits) if bits else None, "origin": origin, "entry": entry}
    raw = {option: given for option, given in raw.items() if given is not None}
    if refused := set(raw) - set(found.options):
        raise click.UsageError(f"--{refused.pop()} is not for images of {name!r}")
    first, limit = -1 << 62 if start is None else start, 1 << 62 if end is None else end
    try:
        every = found.disassemble(data, str(image), **raw)
        lines = [line for line in every if first <= line.address < limit]
    except ImageError as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        members = {"machine": name, "image": str(image), "lines": [x.as_json() for x in lines]}
        click.echo(json.dumps(members))
    else:
        click.echo("\n".join(text(lines)))
    return 0
