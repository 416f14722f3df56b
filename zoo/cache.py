"""The user's cache folder: compiled code, under a hash of everything that it depends on."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import platformdirs

from zoo.files import write_whole

MAGIC = b"ZOOCACHE"


def folder() -> Path:
    """Where the zoo caches: ZOO_CACHE, or the user's cache folder. It may not exist."""
    given = os.environ.get("ZOO_CACHE")
    return Path(given) if given else Path(platformdirs.user_cache_dir("zoo", appauthor=False))


def key(*parts: str) -> str:
    """A hash of what a file in the cache depends on, the compilers' versions among it."""
    parts = (*parts, sys.version, version("numba"), version("llvmlite"), platform.machine())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def keep(path: Path, data: bytes) -> bool:
    """Write a file into the cache, whole or not at all; False where that can't be done."""
    try:
        write_whole(path, MAGIC + hashlib.sha256(data).digest() + data)
    except OSError:
        return False
    return True


def kept(path: Path) -> bytes | None:
    """What was kept in a file, None if there is none. A damaged one is dropped."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    start = len(MAGIC) + hashlib.sha256().digest_size
    if data[:start] == MAGIC + hashlib.sha256(data[start:]).digest():
        return data[start:]
    with suppress(OSError):
        path.unlink()
    return None
