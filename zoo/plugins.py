"""What is installed for the zoo: entry points, read once (they lie in files of every package)."""

from functools import cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import cast


@cache
def _all() -> EntryPoints:
    return cast(EntryPoints, entry_points())  # from 3.12 on nothing else


def plugins(group: str) -> dict[str, EntryPoint]:
    """The entry points of a group, by name in alphabetical order."""
    return {point.name: point for point in sorted(_all().select(group=group))}
