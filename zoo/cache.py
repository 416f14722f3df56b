"""The user's cache folder: compiled code, under a hash of everything that it depends on."""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from zoo.files import write_whole
from zoo.places import cache_folder

MAGIC = b"ZOOCACHE"


def folder() -> Path:
    """Where the zoo caches: ZOO_CACHE, or the user's cache folder. It may not exist."""
    given = os.environ.get("ZOO_CACHE")
    if given:
        return Path(given)
    return cache_folder()


def key(*parts: str) -> str:
    """A hash of what a file in the cache depends on, the compilers' versions among it."""
    parts = (*parts, sys.version, _version("numba"), _version("llvmlite"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _version(package: str) -> str:
    """What an installed package has in its module `_version`; importing it would take long."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed")
    return Path(spec.origin).with_name("_version.py").read_text(encoding="utf-8")


def keep(path: Path, data: bytes) -> bool:
    """Write a file into the cache, whole or not at all; False where that can't be done."""
    try:
        write_whole(path, MAGIC + hashlib.sha256(data).digest() + data)
    except OSError:
        return False
    return True


def kept(path: Path) -> bytes | None:
    """What was kept in a file, None if there is none. A damaged one is dropped."""
    found = content(path)
    if found is None:
        with suppress(OSError):
            path.unlink()
    return found


def content(path: Path) -> bytes | None:
    """What was kept in a file, None if there is none or if it is damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    start = len(MAGIC) + hashlib.sha256().digest_size
    whole = data[:start] == MAGIC + hashlib.sha256(data[start:]).digest()
    return data[start:] if whole else None
