"""What is installed for the zoo: entry points.

They lie in files of every installed package, and the library that reads those takes longer to
import than a short run lasts. So what it found is kept in the cache, until a folder that Python
imports from has changed.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
from functools import cache
from typing import Any, NamedTuple, cast

from zoo import cache as store

PREFIX = "zoo."  # of the groups


class Plugin(NamedTuple):
    """An entry point. value: "module:attribute"."""

    name: str
    value: str

    def load(self) -> Any:
        module, _, attribute = self.value.partition(":")
        return getattr(importlib.import_module(module), attribute)


def plugins(group: str) -> dict[str, Plugin]:
    """The entry points of a group, by name in alphabetical order."""
    return {name: Plugin(name, value) for name, value in sorted(_all().get(group, {}).items())}


@cache
def _all() -> dict[str, dict[str, str]]:
    where = hashlib.sha256("\0".join(sys.path).encode()).hexdigest()[:24]
    path = store.folder() / f"plugins-{where}.json"
    folders = [[folder, _changed(folder)] for folder in sys.path]
    try:
        kept = json.loads(store.kept(path) or b"{}")
        if kept["folders"] == folders:
            return kept["groups"]
    except (ValueError, KeyError, TypeError):
        pass
    groups = _read()
    store.keep(path, json.dumps({"folders": folders, "groups": groups}).encode())
    return groups


def is_current(data: bytes) -> bool:
    """Whether what was kept is still so: no folder that it was found in has changed."""
    try:
        folders = cast("list[tuple[str, int]]", json.loads(data)["folders"])
        return all(_changed(folder) == changed for folder, changed in folders)
    except (ValueError, KeyError, TypeError):
        return False


def _changed(folder: str) -> int:
    try:
        return os.stat(folder or ".").st_mtime_ns
    except OSError:
        return 0


def _read() -> dict[str, dict[str, str]]:
    from importlib.metadata import EntryPoints, entry_points

    found = cast(EntryPoints, entry_points())  # from 3.12 on nothing else
    return {
        group: {point.name: point.value for point in found.select(group=group)}
        for group in found.groups
        if group.startswith(PREFIX)
    }
