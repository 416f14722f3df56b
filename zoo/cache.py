"""The user's cache folder: compiled code, under a hash of everything that it depends on."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import platformdirs


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
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
        os.replace(file.name, path)
    except OSError:
        return False
    return True
