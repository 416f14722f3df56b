"""`zoo play`: play an image in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from zoo.front import image_options, request

CAST = click.Option(
    ["--cast"],
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Record an asciicast v2 of the terminal.",
)


def _play(**values: Any) -> int:
    front, wanted, options = request(values, folders=True)
    return front.play(wanted, **options)


play = click.Command(
    "play",
    callback=_play,
    params=[*image_options(), CAST],
    help="""Play IMAGE in the terminal.

    In a story, /help tells what can be done besides playing; in a DOS program, Ctrl-] does. Of a
    folder, the DOS shell is played.""",
)
