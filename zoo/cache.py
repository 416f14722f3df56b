"""The user's cache folder: compiled code, under a hash of everything that it depends on."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import platformdirs

from zoo.files import write_whole


def folder() -> Path:
    """Where the zoo caches: ZOO_CACHE, or the user's cache folder. It may not exist."""
    given = os.environ.get("ZOO_CACHE")
    return Path(given) if given else Path(platformdirs.user_cache_dir("zoo", appauthor=False))


def key(source: str) -> str:
    """A hash of source text, of the compiler's versions and of the kind of processor."""
    parts = (source, sys.version, version("numba"), version("llvmlite"), platform.machine())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def keep(path: Path, data: bytes) -> bool:
    """Write a file into the cache, whole or not at all; False where that can't be done."""
    try:
        write_whole(path, data)
    except OSError:
        return False
    return True
