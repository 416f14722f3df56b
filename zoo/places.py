"""The folders of the user's that the zoo keeps things in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NAME = "zoo"


def cache_folder() -> Path:
    """For what can be made again."""
    if sys.platform == "linux":
        return _xdg("XDG_CACHE_HOME", ".cache")
    import platformdirs

    return Path(platformdirs.user_cache_dir(NAME, appauthor=False))


def data_folder() -> Path:
    """For what can't."""
    if sys.platform == "linux":
        return _xdg("XDG_DATA_HOME", ".local/share")
    import platformdirs

    return Path(platformdirs.user_data_dir(NAME, appauthor=False))


def _xdg(variable: str, default: str) -> Path:
    """As platformdirs does it by the XDG Base Directory Specification; to import that takes as long
    as all of a small game's text."""
    given = os.environ.get(variable, "").strip()
    return (Path(given) if os.path.isabs(given) else Path.home() / default) / NAME
