"""`zoo run`: run an image without a terminal."""

from __future__ import annotations

from typing import Any

import click

from zoo.front import image_options, request


def _run(**values: Any) -> int:
    front, wanted, options = request(values)
    return front.run(wanted, **options)


run = click.Command(
    "run",
    callback=_run,
    params=image_options(),
    help="""Run IMAGE without a terminal: input from standard input, output to standard output.

    Exit codes: 0, 2 for a file that is not an image or a bad option, 3 when the guest faulted, 4
    when --budget ran out, 130 on Ctrl-C.""",
)
