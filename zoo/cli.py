"""`zoo`: the command line. Its commands are found through the entry-point group `zoo.commands`."""

# ruff: noqa: E402
from __future__ import annotations

import gc

gc.set_threshold(50_000)  # what is imported stays: to look for garbage among it takes time

import os
import sys
from contextlib import suppress
from typing import NoReturn

import click

from zoo import __version__
from zoo.host import ReplayError
from zoo.plugins import plugins

EXIT_USAGE = 2  # not an image, or a bad option
EXIT_FAULT = 3  # the guest faulted
EXIT_BUDGET = 4  # the budget was used up
EXIT_INTERRUPTED = 130  # Ctrl-C


class Commands(click.Group):
    """A group whose commands are loaded when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(plugins("zoo.commands"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        point = plugins("zoo.commands").get(cmd_name)
        return point.load() if point else None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="zoo")
def commands() -> None:
    """Historical virtual machines: play, run and study real old software."""


def main() -> NoReturn:
    """The entry point of the script `zoo`."""
    try:
        code = commands.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = EXIT_USAGE
    except ReplayError as error:
        click.echo(f"\nError: {error}", err=True)
        code = EXIT_USAGE
    except (KeyboardInterrupt, click.Abort):
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        # Who reads us has gone; the interpreter would complain when it flushes at the end.
        sys.stderr.close()
        code = 0
    _end(code if isinstance(code, int) else 0)


def _end(code: int) -> NoReturn:
    """End the process without taking the interpreter apart: that takes a tenth of a short run."""
    recompile = sys.modules.get("zoo.engines.recompile")
    if recompile is not None:
        recompile.close_all()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
