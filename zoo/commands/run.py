"""`zoo run`: run an image without a terminal."""

from __future__ import annotations

from typing import Any

import click

from zoo.front import image_options, request

SAMPLE = click.Option(
    ["--sample"],
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help='With --stats: how far the run was after every so many seconds, as "samples".',
)


def _run(**values: Any) -> int:
    if values["sample"] is not None and not values["stats"]:
        raise click.UsageError("--sample is for the statistics: it needs --stats too")
    front, wanted, options = request(values, folders=True)
    return front.run(wanted, **options)


run = click.Command(
    "run",
    callback=_run,
    params=[*image_options(), SAMPLE],
    help="""Run IMAGE without a terminal: input from standard input, output to standard output.

    Exit codes: 0, 2 for a file that is not an image or a bad option, 3 when the guest faulted, 4
    when --budget ran out, 130 on Ctrl-C.""",
)
