"""The drives: what they are, their current directories, and what a path means."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from vm86.dos import names
from vm86.dos.diskmount import Images, open_image
from vm86.dos.errors import DosError, Failure
from vm86.dos.mount import Mount
from vm86.dos.volume import DosPath, Volume

LONGEST_PATH = 128  # bytes of a path that a program gives, the zero at its end included
LONGEST_DIRECTORY = 64  # bytes of a directory's path, by what 47h has room for
_FEWEST = 5  # drives that DOS says there are, A to E, whether or not they are


class Place(NamedTuple):
    """A path on a drive. Its last name may have wildcards, and nothing need be there."""

    mount: Volume
    path: DosPath


def parse_mount(text: str, known: Images | None = None) -> Volume:
    """ "C=DIR" or "C=IMAGE": the folder DIR, or the disk whose image the file is, as drive C.

    Behind it, ":rw" lets programs change the folder; of an image, which they can write to without
    its file being changed, it keeps what they wrote. known: see `open_image`. Raises ValueError for
    any other text or file, OSError if there is no such folder or file.
    """
    letter, equals, name = text.partition("=")
    writable = name.endswith(":rw")
    path = Path(name.removesuffix(":rw"))
    if not equals or not name.removesuffix(":rw"):
        raise ValueError("that is no mount")
    if path.is_file():
        return open_image(letter, path, keep=writable, known=known)
    return Mount(letter, path, writable=writable)


class Drives:
    """Numbers are DOS's: 0 for A."""

    def __init__(self, mounts: Iterable[Volume]) -> None:
        self.mounts = {mount.number: mount for mount in mounts}
        self.default = min(self.mounts, key=lambda n: (n < 2, n), default=2)  # C, if there is one
        self._current: dict[int, DosPath] = {}

    @property
    def count(self) -> int:
        return max([_FEWEST, *(number + 1 for number in self.mounts)])

    def mount(self, drive: int) -> Volume:
        """`drive` as in most functions: 0 for the default drive, 1 for A. Raises Failure."""
        mount = self.mounts.get(self.default if drive == 0 else drive - 1)
        if mount is None:
            raise Failure(DosError.INVALID_DRIVE)
        return mount

    def select(self, number: int) -> None:
        if number in self.mounts:
            self.default = number

    def current(self, mount: Volume) -> DosPath:
        return self._current.get(mount.number, ())

    def is_current(self, place: Place) -> bool:
        return self.current(place.mount) == place.path

    def change_directory(self, place: Place) -> None:
        if not place.mount.is_directory(place.path):
            raise Failure(DosError.PATH_NOT_FOUND)
        if len("\\".join(place.path)) >= LONGEST_DIRECTORY:
            raise Failure(DosError.PATH_NOT_FOUND)
        self._current[place.mount.number] = place.path

    def resolve(self, text: str) -> Place:
        """What a path in capitals means now. Raises Failure: it can mean nothing."""
        mount, text = self._drive(text.replace("/", "\\"))
        if text.startswith("\\"):
            path: DosPath = ()
            text = text[1:]
        else:
            path = self.current(mount)
        parents, _, last = text.rpartition("\\")
        for part in parents.split("\\") if parents else ():
            path = _step(path, part, DosError.PATH_NOT_FOUND)
        if text:
            path = _step(path, last, DosError.FILE_NOT_FOUND)
        return Place(mount, path)

    def _drive(self, text: str) -> tuple[Volume, str]:
        """The path's drive, and what follows its letter."""
        if text[1:2] != ":":
            return self._existing(self.default), text
        return self._existing(ord(text[0]) - ord("A")), text[2:]

    def _existing(self, number: int) -> Volume:
        mount = self.mounts.get(number)
        if mount is None:
            raise Failure(DosError.PATH_NOT_FOUND)
        return mount


def _step(path: DosPath, part: str, error: DosError) -> DosPath:
    """A part of a path further. error: what it is if it can be no name."""
    if part == ".":
        return path
    if part == "..":
        if not path:
            raise Failure(DosError.PATH_NOT_FOUND)
        return path[:-1]
    if not part:
        raise Failure(DosError.PATH_NOT_FOUND)
    name = names.component(part)
    if name is None:
        raise Failure(error)
    return (*path, name)


def device(text: str) -> str | None:
    """The device that a path in capitals names, in whatever directory: "CON", or None."""
    last = text.replace("/", "\\").rpartition("\\")[2]
    name = last.partition(":")[2] if last[1:2] == ":" else last
    stem = name.removesuffix(":").partition(".")[0].rstrip(" ")
    return stem if stem in names.DEVICES else None


def written(place: Place) -> str:
    """The whole path, as 60h gives it: "C:\\DIR\\FILE.TXT"."""
    return f"{place.mount.letter}:\\" + "\\".join(place.path)
