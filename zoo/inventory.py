"""What lies in the cache folder, and what of it can go.

Only names that the zoo gives are looked at, because ZOO_CACHE can be any folder, with anything in
it. Symbolic links are not followed, and none is taken for a file of the zoo's.
"""

from __future__ import annotations

import os
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from zoo import cache, plugins

COMPILED = re.compile(r"(?P<machine>[\w-]+)-(?P<key>[0-9a-f]{24})\.(?:o|ir|lock)")
TRANSLATED = re.compile(r"(?P<machine>[\w-]+)-(?P<key>[0-9a-f]{24})-(?P<image>[0-9a-f]{24})\.o")
PLUGINS = re.compile(r"plugins-[0-9a-f]{24}\.json")
UNFINISHED = re.compile(r"tmp[a-z0-9_]{8}")  # what a kill -9 left behind
LONGEST = 3600  # seconds that a file can be in the writing: a long time

CODE = "compiled code"
TRANSLATIONS = "translations"
ENTRY_POINTS = "entry points"
REMAINS = "unfinished files"


@dataclass(frozen=True)
class File:
    """One file. made: when it was written; used: when it was last written or read."""

    path: Path
    size: int
    made: float
    used: float


@dataclass(frozen=True)
class Entry:
    """What belongs together: a machine's compiled code, the translations of one image, what is
    known of the installed entry points, or what was left behind in the writing.

    what: which of these.  current: whether this zoo, with its compilers and its processor, would
    use it.  machine, key: "" where it belongs to none.  image: the beginning of the image's hash.
    """

    what: str
    current: bool
    machine: str = ""
    key: str = ""
    image: str = ""
    files: tuple[File, ...] = ()

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
    found: defaultdict[Entry, list[File]] = defaultdict(list)
    for item in _scan(cache.folder()):
        for entry, file in _found(item, keys):
            found[entry].append(file)
    listed = [replace(entry, files=tuple(files)) for entry, files in found.items()]
    return sorted(listed, key=lambda e: (not e.machine, e.machine, not e.current, e.key, e.image))


def _found(item: os.DirEntry[str], keys: dict[str, str]) -> Iterator[tuple[Entry, File]]:
    """The files that an item of the cache's folder is or holds, each with its entry, which has no
    files yet."""
    if match := TRANSLATED.fullmatch(item.name):
        machine, key = match["machine"], match["key"]
        for file in _files([item], TRANSLATED):
            image, current = match["image"], keys.get(machine) == key
            yield Entry(TRANSLATIONS, current, machine, key, image), file
    elif match := COMPILED.fullmatch(item.name):
        machine, key = match["machine"], match["key"]
        for file in _files([item], COMPILED):
            yield Entry(CODE, keys.get(machine) == key, machine, key), file
    for file in _files([item], PLUGINS):
        data = cache.content(file.path)
        yield Entry(ENTRY_POINTS, data is not None and plugins.is_current(data)), file
    for file in _files([item], UNFINISHED):
        if _is_old(file) and _is_ours(file):
            yield Entry(REMAINS, current=False), file


def _is_old(file: File) -> bool:
    """Whether an unfinished file is too old for somebody to be at it."""
    return file.made < time.time() - LONGEST


def _is_ours(file: File) -> bool:
    """Whether the zoo wrote it: other programs name their temporary files so, too."""
    try:
        with file.path.open("rb") as data:
            return data.read(len(cache.MAGIC)) == cache.MAGIC
    except OSError:
        return False


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
    return count, size


def _scan(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What is in a folder; nothing if there is none."""
    with suppress(FileNotFoundError), os.scandir(folder) as items:
        yield from items


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
