"""`zoo warm`: compile ahead, so that no run has to."""

from __future__ import annotations

import time

import click


@click.command()
@click.argument("names", nargs=-1, metavar="[MACHINE]...")
def warm(names: tuple[str, ...]) -> int:
    """Compile what machines need into the cache (all machines, if none is named)."""
    from zoo import warm as warming
    from zoo.machine import ImageError, machine, machines

    try:
        chosen = [machine(name) for name in names] or list(machines().values())
    except ImageError as error:
        raise click.UsageError(str(error)) from error
    for one in chosen:
        if warming.is_ready(one):
            click.echo(f"{one.name}: ready")
            continue
        click.echo(f"{one.name}: compiling, about half a minute ...", nl=False)
        begun = time.perf_counter()
        warming.fill(one)
        click.echo(f" {time.perf_counter() - begun:.1f} s")
    return 0
