"""Where saved games are kept: one folder of the user's, which no name leads out of."""

from __future__ import annotations

import re
from pathlib import Path

from zoo.files import write_whole
from zoo.places import data_folder

LONGEST_NAME = 64
LARGEST_FILE = 1 << 22


class Saves:
    """The saved games of one story, in `folder`.

    A name that a person or a story gives is reduced to letters, digits and . _ - and gets an
    ending, so that it can only ever be a file of this folder.
    """

    def __init__(self, folder: Path, default: str) -> None:
        self.folder = folder
        self.default = default

    def path(self, name: str, ending: str = ".qzl") -> Path:
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(name).name).strip(".-")[:LONGEST_NAME]
        if not plain.lower().endswith(ending):
            plain = (plain or "saved") + ending
        return self.folder / plain

    def names(self) -> list[str]:
        """The saved games, the newest first."""
        try:
            files = [f for f in self.folder.glob("*.qzl") if f.is_file()]
        except OSError:
            return []
        return [f.stem for f in sorted(files, key=lambda f: -f.stat().st_mtime)]

    def exists(self, name: str) -> bool:
        return self.path(name).exists()

    def write(self, name: str, data: bytes) -> bool:
        return _write(self.path(name), data)

    def read(self, name: str) -> bytes | None:
        return _read(self.path(name))

    def write_table(self, name: str, data: bytes) -> bool:
        """A file of the story's own. It never replaces anything but such a file."""
        return _write(self.path(name, ".aux"), data)

    def read_table(self, name: str) -> bytes | None:
        return _read(self.path(name, ".aux"))


def _write(path: Path, data: bytes) -> bool:
    try:
        write_whole(path, data)
    except OSError:
        return False
    return True


def _read(path: Path) -> bytes | None:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_FILE:
            return None
        return path.read_bytes()
    except OSError:
        return None


def default_folder(ident: str) -> Path:
    """Where the games saved in the story with this IFID are kept."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", ident).strip(".-") or "unknown"
    return data_folder() / "saves" / safe
