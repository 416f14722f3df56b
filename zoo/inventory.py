"""What lies in the cache folder, and what of it can go.

Only names that the zoo gives are looked at, because ZOO_CACHE can be any folder, with anything in
it. Symbolic links are not followed, and none is taken for a file of the zoo's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from zoo import cache

COMPILED = re.compile(r"(?P<machine>[\w-]+)-(?P<key>[0-9a-f]{24})\.(?:o|bc|lock)")
TRANSLATED = re.compile(r"(?P<machine>[\w-]+)-(?P<key>[0-9a-f]{24})-(?P<image>[0-9a-f]{24})")
BATCH = re.compile(r"[0-9a-f]{16}\.o|tmp[a-z0-9_]{8}")  # a tmp... is what a kill -9 left behind


@dataclass(frozen=True)
class File:
    """One file. made: when it was written; used: when it was last written or read."""

    path: Path
    size: int
    made: float
    used: float


@dataclass(frozen=True)
class Entry:
    """What belongs together: a machine's compiled code, or the translations of one image.

    image: the beginning of the image's hash, "" for a machine's compiled code.  current: whether
    this zoo, with its compilers and its processor, would use it.
    """

    machine: str
    key: str
    image: str
    current: bool
    files: tuple[File, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def made(self) -> float:
        return max(file.made for file in self.files)

    @property
    def used(self) -> float:
        return max(file.used for file in self.files)


def current_keys() -> dict[str, str]:
    """The key under which each installed machine's code is kept now."""
    from zoo.engines import jit
    from zoo.machine import machines

    return {name: jit.key(machine) for name, machine in machines().items()}


def entries(keys: dict[str, str]) -> list[Entry]:
    """What is in the cache, by machine, what is current first; `keys` is current_keys()."""
    found: dict[tuple[str, str, str], list[File]] = {}
    for item in _scan(cache.folder()):
        if match := COMPILED.fullmatch(item.name):
            files = _files([item], COMPILED)
        elif match := TRANSLATED.fullmatch(item.name):
            files = _files(_scan(Path(item.path)) if _is_folder(item) else [], BATCH)
        else:
            continue
        names = match.groupdict()
        key = (names["machine"], names["key"], names.get("image", ""))
        found.setdefault(key, []).extend(files)
    listed = [
        Entry(machine, key, image, keys.get(machine) == key, tuple(files))
        for (machine, key, image), files in found.items()
        if files
    ]
    return sorted(listed, key=lambda e: (e.machine, not e.current, e.key, e.image))


def remove(chosen: Iterable[Entry], say: Callable[[OSError], None]) -> tuple[int, int]:
    """Delete the files of entries; how many files and bytes went. What has vanished already is no
    error; `say` is told of those that are."""
    count = size = 0
    for entry in chosen:
        for file in entry.files:
            try:
                file.path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                say(error)
                continue
            count += 1
            size += file.size
        if entry.image:
            with suppress(OSError):  # somebody put something else there, or has just kept more
                entry.files[0].path.parent.rmdir()
    return count, size


def _scan(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What is in a folder; nothing if there is none."""
    with suppress(FileNotFoundError), os.scandir(folder) as items:
        yield from items


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _files(items: Iterable[os.DirEntry[str]], names: re.Pattern[str]) -> list[File]:
    """The plain files among items that have one of the names, as far as they are still there."""
    files: list[File] = []
    for item in items:
        with suppress(FileNotFoundError):
            if names.fullmatch(item.name) and item.is_file(follow_symlinks=False):
                seen = item.stat(follow_symlinks=False)
                used = max(seen.st_atime, seen.st_mtime)
                files.append(File(Path(item.path), seen.st_size, seen.st_mtime, used))
    return files
