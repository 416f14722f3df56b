"""`zoo cache`: what is kept of compiled code, and the room that it takes."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from zoo.cache import folder

if TYPE_CHECKING:
    from zoo.inventory import Entry

DAY = 86400.0
SHORTEST = 8  # characters of a hash that people are shown


@click.group(invoke_without_command=True)
@click.option("--json", "for_programs", is_flag=True, help="One JSON object.")
@click.pass_context
def cache(context: click.Context, for_programs: bool) -> int:
    """List the compiled code that is kept, or delete it.

    A machine has compiled code for each version of it that was run here, and an image, known by
    its hash, the translations of its hot code. "entry points" is what is known of the installed
    machines and commands. "current" is what this version uses. "used" is when a file was last
    written or read, as the file system tells: most note that once a day, some (mounted with
    noatime) never.
    """
    if context.invoked_subcommand:
        if for_programs:
            raise click.UsageError(f"--json is for the list, not for {context.invoked_subcommand}")
        return 0
    entries = _entries()
    if for_programs:
        click.echo(json.dumps(_as_json(entries), indent=2))
    else:
        _show(entries)
    return 0


@cache.command()
@click.option("--all", "everything", is_flag=True, help="Also what this version uses.")
@click.option(
    "--older-than",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="Instead, what was not used for so long, whichever version uses it.",
)
def prune(everything: bool, older_than: float | None) -> int:
    """Delete what this version doesn't use. What is needed again is compiled again."""
    from zoo import inventory

    if everything and older_than is not None:
        raise click.UsageError("--all deletes everything: leave out --older-than, or --all")
    entries = _entries()
    if older_than is not None:
        latest = time.time() - older_than * DAY
        chosen = [entry for entry in entries if entry.used <= latest]
    else:
        chosen = [entry for entry in entries if everything or not entry.current]
    errors: list[OSError] = []
    count, size = inventory.remove(chosen, errors.append)
    click.echo(f"{folder()}: {_count(count, 'file')} deleted, {amount(size)} freed")
    if errors:
        raise click.UsageError(
            f"{errors[0].filename}: {errors[0].strerror}; {_count(len(errors), 'file')} could not "
            "be deleted: the folder must be writable for you"
        )
    return 0


def _entries() -> list[Entry]:
    from zoo import inventory

    try:
        return inventory.entries(inventory.current_keys())
    except OSError as error:
        raise click.UsageError(
            f"{folder()} can't be read: {error.strerror}; ZOO_CACHE names another folder"
        ) from error


def _as_json(entries: list[Entry]) -> dict[str, Any]:
    """Times are in seconds since 1970."""
    return {
        "folder": str(folder()),
        "bytes": sum(entry.size for entry in entries),
        "current_bytes": sum(entry.size for entry in entries if entry.current),
        "entries": [
            {
                "what": entry.what,
                "machine": entry.machine or None,
                "key": entry.key or None,
                "image": entry.image or None,
                "current": entry.current,
                "files": len(entry.files),
                "bytes": entry.size,
                "made": entry.made,
                "used": entry.used,
            }
            for entry in entries
        ],
    }


def _show(entries: list[Entry]) -> None:
    """A table; in a pipe the same rows, without colours and never cut to a width."""
    if not entries:
        click.echo(f"{folder()}: nothing is kept")
        return
    rows = [_row(entry, time.time()) for entry in entries]
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if not console.is_terminal:
        for row in (HEADS, *rows):
            click.echo("\t".join(row))
    else:
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        for head in HEADS:
            table.add_column(head, justify="right" if head in NUMBERS else "left", no_wrap=True)
        for entry, row in zip(entries, rows, strict=True):
            table.add_row(*row, style="" if entry.current else "dim")
        console.print(table)
    total = sum(entry.size for entry in entries)
    left_over = sum(entry.size for entry in entries if not entry.current)
    hint = ": zoo cache prune deletes it" if left_over else ""
    click.echo(f"{folder()}: {amount(total)}, of which {amount(left_over)} left over{hint}")


HEADS = ("machine", "version", "what", "state", "files", "size", "made", "used")
NUMBERS = ("files", "size", "made", "used")


def _row(entry: Entry, now: float) -> tuple[str, ...]:
    return (
        entry.machine or "-",
        entry.key[:SHORTEST] or "-",
        f"image {entry.image[:SHORTEST]}" if entry.image else entry.what,
        "current" if entry.current else "left over",
        str(len(entry.files)),
        amount(entry.size),
        age(now - entry.made),
        age(now - entry.used),
    )


def amount(size: int) -> str:
    """Bytes, in the unit that fits: 86 B, 4.2 kB, 12 MB."""
    number = float(size)
    for unit in ("B", "kB", "MB"):
        if number < 999.5:
            return f"{number:.{1 if number < 9.95 and unit != 'B' else 0}f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def age(seconds: float) -> str:
    """How long ago: 5 min, 3 h, 12 days."""
    if seconds < 90:
        return "now"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    if seconds < 2 * DAY:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / DAY:.0f} days"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
