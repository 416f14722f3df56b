"""`zoo play`: play an image in the terminal."""

from __future__ import annotations

from typing import Any

import click

from zoo.front import image_options, request


def _play(**values: Any) -> int:
    front, wanted, options = request(values)
    return front.play(wanted, **options)


play = click.Command(
    "play",
    callback=_play,
    params=image_options(),
    help="Play IMAGE in the terminal. /help there tells what can be done besides playing.",
)
