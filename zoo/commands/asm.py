"""`zoo asm`: assembly source as an image."""

from __future__ import annotations

import re
from pathlib import Path

import click

MACHINE = re.compile(r"^[ \t]*\.machine[ \t]+(\w+)", re.MULTILINE)


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="OUT")
@click.option("--machine", metavar="NAME", help="The machine, if the source doesn't say.")
@click.option("-D", "names", multiple=True, metavar="NAME[=VALUE]", help="Give a name a value.")
@click.option(
    "-I",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder for files that the source includes; its own is the first.",
)
def asm(
    source: Path,
    output: Path,
    machine: str | None,
    names: tuple[str, ...],
    folders: tuple[Path, ...],
) -> int:
    """Assemble SOURCE into the image OUT."""
    from zoo.asm import language, languages, written_in
    from zoo.asm.expressions import AssemblyError
    from zoo.front import read

    try:
        text = read(source).decode()
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{source} is not text in UTF-8: {error}") from error
    known = ", ".join(languages())
    said = MACHINE.search(text)
    name = machine or (said[1] if said else written_in(source.suffix.lower()))
    if name is None:
        raise click.UsageError(
            f"{source} does not say for which machine it is; begin it with `.machine NAME`, or use "
            f"--machine; there are assemblers for: {known}"
        )
    found = language(name)
    if found is None:
        raise click.UsageError(f"there is no assembler for {name!r}; there are some for: {known}")
    try:
        given = {key: value for key, _, value in (one.partition("=") for one in names)}
        image = found.assembler(str(source), given, folders).assemble(text)
    except AssemblyError as error:
        raise click.ClickException(str(error)) from error
    try:
        output.write_bytes(image)
    except OSError as error:
        raise click.UsageError(f"{output} can't be written: {error.strerror}") from error
    click.echo(f"{output}: {len(image)} bytes", err=True)
    return 0
