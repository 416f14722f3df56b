"""Drives: folders of the host, which no path leads out of."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vm86.dos import drives, mount, names
from vm86.dos.drives import Drives, Place, parse_mount
from vm86.dos.errors import DosError, Failure
from vm86.dos.mount import Mount


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """inside: a file, a directory with a file, links out of it; and beside it a secret."""
    inside = tmp_path / "inside"
    (inside / "sub" / "deep").mkdir(parents=True)
    (inside / "a.txt").write_bytes(b"inside")
    (inside / "sub" / "b.txt").write_bytes(b"deeper")
    (tmp_path / "SECRET").write_bytes(b"secret")
    (tmp_path / "OUT").mkdir()
    (inside / "LINK").symlink_to(tmp_path / "SECRET")
    (inside / "LINKDIR").symlink_to(tmp_path)
    (inside / "DANGLE").symlink_to(tmp_path / "NEW")
    os.mkfifo(inside / "PIPE")
    return inside


@pytest.fixture
def c(tree: Path) -> Iterator[Mount]:
    found = Mount("C", tree, writable=True)
    yield found
    found.close()


@pytest.fixture
def fixed(tree: Path) -> Iterator[Mount]:
    found = Mount("C", tree)
    yield found
    found.close()


def failure(error: pytest.ExceptionInfo[Failure]) -> DosError:
    return error.value.code


def read(place: Place) -> bytes:
    content = place.mount.open(place.path, reading=True, writing=False)
    try:
        return content.read(content.size(), 0)
    finally:
        content.close()


def test_mounts_from_text(tree: Path) -> None:
    for text, writable in ((f"d={tree}", False), (f"D={tree}:rw", True)):
        found = parse_mount(text)
        assert (found.letter, found.number, found.writable) == ("D", 3, writable)
        assert found.folder == tree
        found.close()


@pytest.mark.parametrize("text", ["", "C", "C=", "C=:rw", "1=/", "CC=/", "=/"])
def test_mounts_that_are_none(text: str) -> None:
    with pytest.raises(ValueError):
        parse_mount(text)


def test_a_mount_without_a_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        parse_mount(f"C={tmp_path / 'none'}")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("C:\\A.TXT", ("A.TXT",)),
        ("A.TXT", ("SUB", "A.TXT")),
        ("C:A.TXT", ("SUB", "A.TXT")),
        ("..\\A.TXT", ("A.TXT",)),
        ("/SUB/./B.TXT", ("SUB", "B.TXT")),
        ("\\", ()),
        ("C:", ("SUB",)),
        (".", ("SUB",)),
        ("\\SUB\\NONE\\..\\B.TXT", ("SUB", "B.TXT")),
        ("\\LONGDIRECTORY.NAME\\X", ("LONGDIRE.NAM", "X")),
    ],
)
def test_paths(c: Mount, text: str, path: tuple[str, ...]) -> None:
    all_drives = Drives([c])
    all_drives.change_directory(Place(c, ("SUB",)))
    assert all_drives.resolve(text) == Place(c, path)


@pytest.mark.parametrize("text", ["..", "\\..", "A\\..\\..", "A\\\\B", "A\\", "D:A", "1:A", "::"])
def test_paths_that_mean_nothing(c: Mount, text: str) -> None:
    with pytest.raises(Failure) as error:
        Drives([c]).resolve(text)
    assert failure(error) == DosError.PATH_NOT_FOUND


@pytest.mark.parametrize(
    ("text", "name"),
    [("CON", "CON"), ("C:\\X\\NUL.TXT", "NUL"), ("LPT1:", "LPT1"), ("C:AUX", "AUX"),
     ("CLOCK$", "CLOCK$"), ("CONS", None), ("CON\\A", None), ("", None), ("NUL .X", "NUL")],
)  # fmt: skip
def test_devices(text: str, name: str | None) -> None:
    assert drives.device(text) == name


def test_what_is_seen(c: Mount) -> None:
    assert [(e.name, e.is_directory) for e in c.entries(())] == [("A.TXT", False), ("SUB", True)]
    assert c.entry(("A.TXT",)).size == 6
    assert c.is_directory(("SUB", "DEEP"))
    assert not c.is_directory(("A.TXT",))
    assert not c.is_directory(("LINKDIR",))


def test_reading(c: Mount) -> None:
    assert read(Place(c, ("A.TXT",))) == b"inside"
    assert read(Place(c, ("SUB", "B.TXT"))) == b"deeper"


@pytest.mark.parametrize("name", ["LINK", "DANGLE", "PIPE", "NONE"])
def test_what_is_no_file_is_not_there(c: Mount, name: str) -> None:
    with pytest.raises(Failure) as error:
        c.open((name,), reading=True, writing=False)
    assert failure(error) == DosError.FILE_NOT_FOUND


@pytest.mark.parametrize("name", ["LINK", "DANGLE", "PIPE", "LINKDIR"])
def test_what_is_no_file_is_not_replaced(c: Mount, tree: Path, name: str) -> None:
    for change in (
        lambda: c.create((name,), 0),
        lambda: c.make_directory((name,)),
        lambda: c.rename(("A.TXT",), (name,)),
        lambda: c.delete((name,)),
    ):
        with pytest.raises(Failure):
            change()
    assert (tree.parent / "SECRET").read_bytes() == b"secret"
    assert not (tree.parent / "NEW").exists()
    assert (tree / name).lstat()


def test_a_folder_that_became_a_link_is_not_followed(
    c: Mount, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone exchanges the directory between looking and opening."""

    def before(folder: int) -> dict[str, str]:
        del folder
        return {"LINKDIR": "LINKDIR", "LINK": "LINK"}

    monkeypatch.setattr(mount, "_hosts", before)
    for path in (("LINKDIR", "SECRET"), ("LINK",)):
        with pytest.raises(Failure):
            c.open(path, reading=True, writing=False)


def test_changes(c: Mount, tree: Path) -> None:
    c.create(("NEW.TXT",), 0).close()
    c.rename(("NEW.TXT",), ("SUB", "OLD.TXT"))
    assert (tree / "sub" / "OLD.TXT").read_bytes() == b""
    c.delete(("SUB", "OLD.TXT"))
    c.make_directory(("DIR",))
    c.rename(("DIR",), ("DIR2",))
    c.remove_directory(("DIR2",))
    c.create(("A.TXT",), 0).close()
    assert (tree / "a.txt").read_bytes() == b""
    assert sorted(os.listdir(tree)) == ["DANGLE", "LINK", "LINKDIR", "PIPE", "a.txt", "sub"]


def test_read_only_mounts_deny_every_change(fixed: Mount, tree: Path) -> None:
    before = sorted(str(p) for p in tree.rglob("*"))
    fixed.open(("A.TXT",), reading=True, writing=False).close()
    assert fixed.remark is None
    for change in (
        lambda: fixed.create(("NEW",), 0),
        lambda: fixed.create(("A.TXT",), 0),
        lambda: fixed.open(("A.TXT",), reading=True, writing=True),
        lambda: fixed.open(("A.TXT",), reading=False, writing=True),
        lambda: fixed.delete(("A.TXT",)),
        lambda: fixed.rename(("A.TXT",), ("B",)),
        lambda: fixed.make_directory(("NEW",)),
        lambda: fixed.remove_directory(("SUB",)),
        lambda: fixed.set_attributes(("A.TXT",), 1),
    ):
        with pytest.raises(Failure) as error:
            change()
        assert failure(error) == DosError.ACCESS_DENIED
    assert sorted(str(p) for p in tree.rglob("*")) == before
    assert fixed.free_clusters() == 0
    assert f"--mount {fixed.letter}=DIR:rw" in (fixed.remark or "")


def test_protected_files(c: Mount, tree: Path) -> None:
    c.set_attributes(("A.TXT",), mount.READ_ONLY)
    assert not (tree / "a.txt").stat().st_mode & stat.S_IWUSR
    assert c.entry(("A.TXT",)).attributes == mount.READ_ONLY | mount.ARCHIVE
    for change in (
        lambda: c.delete(("A.TXT",)),
        lambda: c.create(("A.TXT",), 0),
        lambda: c.open(("A.TXT",), reading=True, writing=True),
    ):
        with pytest.raises(Failure) as error:
            change()
        assert failure(error) == DosError.ACCESS_DENIED
    c.set_attributes(("A.TXT",), 0)
    c.delete(("A.TXT",))


def test_directories_that_cannot_be_removed(c: Mount) -> None:
    for path, code in (
        (("SUB",), DosError.ACCESS_DENIED),
        (("A.TXT",), DosError.PATH_NOT_FOUND),
        (("NONE",), DosError.PATH_NOT_FOUND),
        ((), DosError.ACCESS_DENIED),
    ):
        with pytest.raises(Failure) as error:
            c.remove_directory(path)
        assert failure(error) == code


def test_free_space_is_what_dos_can_tell(c: Mount) -> None:
    assert 0 <= c.free_clusters() <= mount.CLUSTERS


NAMES = st.sampled_from(
    ["..", ".", "", "LINK", "LINKDIR", "SECRET", "SUB", "DEEP", "A.TXT", "B.TXT", "OUT", "NUL",
     "inside", "/", "..\\..", "../..", "/etc", "C:", "D:", "con.x", "PIPE", "*.*", "\0", "DANGLE"]
) | st.text("./\\:*?~ AB\xe9\0", max_size=8)  # fmt: skip
PATHS = st.lists(NAMES, max_size=5).flatmap(
    lambda parts: st.sampled_from(["", "\\", "/", "C:", "C:\\", "\\\\"]).map(
        lambda start: start + "\\".join(parts)
    )
)
ACTIONS = st.sampled_from(
    ["open", "read", "create", "new", "delete", "mkdir", "rmdir", "chdir", "rename", "protect"]
)


def act(all_drives: Drives, action: str, path: str, other: str) -> None:
    place = all_drives.resolve(names.upper(path))
    target = all_drives.resolve(names.upper(other))
    c = place.mount
    if action == "open":
        with os.fdopen(c.open(place.path, reading=True, writing=True), "r+b") as file:
            assert b"secret" not in file.read()
            file.write(b"written")
    elif action == "read":
        assert b"secret" not in read(place)
    elif action in ("create", "new"):
        c.create(place.path, 0, new=action == "new").close()
    elif action == "chdir":
        all_drives.change_directory(place)
    elif action == "rename":
        c.rename(place.path, target.path)
    elif action == "protect":
        c.set_attributes(place.path, 0)
    else:
        changes = {"delete": c.delete, "mkdir": c.make_directory, "rmdir": c.remove_directory}
        changes[action](place.path)


@settings(max_examples=150)
@given(st.lists(st.tuples(ACTIONS, PATHS, PATHS), max_size=12))
def test_nothing_outside_is_reached(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, str, str]]
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    inside = outside / "inside"
    (inside / "sub" / "deep").mkdir(parents=True)
    (inside / "a.txt").write_bytes(b"inside")
    (outside / "SECRET").write_bytes(b"secret")
    (outside / "OUT").mkdir()
    (inside / "LINK").symlink_to(outside / "SECRET")
    (inside / "LINKDIR").symlink_to(outside)
    (inside / "sub" / "LINKDIR").symlink_to("../..")
    (inside / "DANGLE").symlink_to(outside / "NEW")
    c = Mount("C", inside, writable=True)
    all_drives = Drives([c])
    try:
        for action, path, other in actions:
            try:
                act(all_drives, action, path, other)
            except Failure:
                continue
    finally:
        c.close()
    assert sorted(os.listdir(outside)) == ["OUT", "SECRET", "inside"]
    assert (outside / "SECRET").read_bytes() == b"secret"
    assert not os.listdir(outside / "OUT")
