"""`zoo cache`: what it lists, and that it deletes what it should and nothing else."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from zoo import cache, inventory, plugins
from zoo.cli import commands
from zoo.commands.cache import age, amount

DAY = 86400
NOW, OLD = "0" * 24, "f" * 24  # keys
IMAGE, OTHER = "a" * 24, "b" * 24
# Made by the zoo, with how many bytes: what this version uses, and what is left over.
CURRENT = {
    f"one-{NOW}.o": 1000,
    f"one-{NOW}.ir": 2000,
    f"one-{NOW}.lock": 0,
    f"one-{NOW}-{IMAGE}.o": 340,
}
LEFT_OVER = {
    f"one-{OLD}.o": 500,
    f"one-{OLD}-{OTHER}.o": 67,
    f"no-more-{NOW}.o": 5,
}
# Not made by the zoo, though some of it looks like it.
FOREIGN = {
    "letter.txt": 10,
    f"one-{OLD}.o.bak": 10,
    f"one-{OLD[:-1]}.o": 10,
    f"One of these-{OLD}.o": 10,
    f"folder/one-{OLD}.o": 10,
    f"one-{OLD}-{IMAGE}x.o": 10,
    f"folder/one-{OLD}-{OTHER}.o": 10,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder, which is not there yet."""
    place = tmp_path / "cache"
    plugins.plugins("zoo.commands")  # which keeps what it finds
    monkeypatch.setenv("ZOO_CACHE", str(place))
    monkeypatch.setattr(inventory, "current_keys", lambda: {"one": NOW})
    return place


def fill(folder: Path, *groups: dict[str, int]) -> None:
    for name, size in ((n, s) for group in groups for n, s in group.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def zoo(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["cache", *map(str, arguments)], standalone_mode=False)


def told(result: Result) -> Any:
    assert result.exception is None
    return json.loads(result.stdout)


def test_what_is_listed(folder: Path) -> None:
    fill(folder, CURRENT, LEFT_OVER, FOREIGN)
    result = told(zoo("--json"))
    assert result["folder"] == str(folder)
    assert result["bytes"] == sum(CURRENT.values()) + sum(LEFT_OVER.values())
    assert result["current_bytes"] == sum(CURRENT.values())
    rows = [
        (e["machine"], e["key"], e["image"], e["current"], e["files"], e["bytes"])
        for e in result["entries"]
    ]
    assert {e["what"] for e in result["entries"]} == {"compiled code", "translations"}
    assert rows == [
        ("no-more", NOW, None, False, 1, 5),
        ("one", NOW, None, True, 3, 3000),
        ("one", NOW, IMAGE, True, 1, 340),
        ("one", OLD, None, False, 1, 500),
        ("one", OLD, OTHER, False, 1, 67),
    ]


def test_lines_in_a_pipe(folder: Path) -> None:
    fill(folder, CURRENT, LEFT_OVER)
    heads, *rows, total = zoo().stdout.splitlines()
    assert heads.split("\t")[:4] == ["machine", "version", "what", "state"]
    cells = [row.split("\t") for row in rows]
    assert ["one", NOW[:8], "compiled code", "current", "3", "3.0 kB", "now", "now"] in cells
    assert ["one", OLD[:8], f"image {OTHER[:8]}", "left over", "1", "67 B", "now", "now"] in cells
    assert total == f"{folder}: 3.9 kB, of which 572 B left over: zoo cache prune deletes it"


def test_prune_deletes_what_no_current_version_uses(folder: Path) -> None:
    fill(folder, CURRENT, LEFT_OVER, FOREIGN)
    result = zoo("prune")
    assert result.stdout == f"{folder}: 3 files deleted, 572 B freed\n"
    assert names(folder) == CURRENT.keys() | FOREIGN.keys()
    assert zoo("prune").stdout == f"{folder}: 0 files deleted, 0 B freed\n"


def test_prune_all_deletes_nothing_of_others(folder: Path) -> None:
    fill(folder, CURRENT, LEFT_OVER, FOREIGN)
    assert "7 files deleted, 3.9 kB freed" in zoo("prune", "--all").stdout
    assert names(folder) == FOREIGN.keys()
    assert told(zoo("--json"))["entries"] == []


def test_prune_by_age_goes_by_the_newest_use_of_what_belongs_together(folder: Path) -> None:
    fill(folder, CURRENT, LEFT_OVER)
    old = time.time() - 10 * DAY
    for name in names(folder):
        os.utime(folder / name, (old, old))
    read = folder / f"one-{NOW}-{IMAGE}.o"
    os.utime(read, (old + 5 * DAY, old))  # read 5 days after it was made
    assert "0 files" in zoo("prune", "--older-than", 11).stdout
    zoo("prune", "--older-than", 7)
    assert names(folder) == {n for n in CURRENT if IMAGE in n}
    zoo("prune", "--older-than", 4.5)
    assert names(folder) == set()


def entry_points(folder: Path) -> Path:
    """The file in which a new process keeps what it finds of what is installed."""
    before = names(folder)
    assert plugins._all.__wrapped__() == plugins._all()
    (made,) = names(folder) - before
    return folder / made


def test_what_is_known_of_entry_points(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is current as long as no folder has changed that Python imports from."""
    here, there = tmp_path / "here", tmp_path / "there"
    made: dict[Path, Path] = {}
    for place in (here, there):
        place.mkdir()
        with monkeypatch.context() as patch:
            patch.syspath_prepend(place)
            made[place] = entry_points(folder)
    (entry,) = told(zoo("--json"))["entries"]
    shown = (entry["what"], entry["machine"], entry["key"], entry["current"], entry["files"])
    assert shown == ("entry points", None, None, True, 2)
    assert "0 files deleted" in zoo("prune").stdout

    (here / "new").mkdir()
    size = made[here].stat().st_size
    assert [e["current"] for e in told(zoo("--json"))["entries"]] == [True, False]
    assert f"-\t-\tentry points\tleft over\t1\t{amount(size)}" in zoo().stdout
    assert "1 file deleted" in zoo("prune").stdout
    assert names(folder) == {made[there].name}
    zoo("prune", "--all")
    assert names(folder) == set()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"folders": 5}', b'{"folders": [6]}'])
def test_damaged_entry_points_are_not_current(folder: Path, content: bytes) -> None:
    path = entry_points(folder)
    path.write_bytes(path.read_bytes()[:-1])
    assert [e["current"] for e in told(zoo("--json"))["entries"]] == [False]
    assert path.exists()  # to list is to change nothing
    assert cache.keep(path, content)
    assert [e["current"] for e in told(zoo("--json"))["entries"]] == [False]


def unfinished(folder: Path, name: str, content: bytes, age: float) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age,) * 2)


def test_unfinished_files_go_when_nobody_can_be_at_them(folder: Path) -> None:
    """Where each is known to be the zoo's, by what it begins with."""
    fill(folder, CURRENT)
    old, young = 2 * inventory.LONGEST, 60
    unfinished(folder, "tmpaaaaaaaa", cache.MAGIC + b"half", old)
    unfinished(folder, "tmpbbbbbbbb", cache.MAGIC + b"half", young)
    unfinished(folder, "tmpcccccccc", b"of another program", old)
    unfinished(folder, "tmp-ddddddd", cache.MAGIC, old)
    shown = {e["what"]: (e["current"], e["files"]) for e in told(zoo("--json"))["entries"]}
    assert shown == {
        "compiled code": (True, 3),
        "translations": (True, 1),
        "unfinished files": (False, 1),
    }
    assert "1 file deleted" in zoo("prune").stdout
    kept = {"tmpbbbbbbbb", "tmpcccccccc", "tmp-ddddddd"}
    assert names(folder) == CURRENT.keys() | kept


def test_symbolic_links_are_neither_followed_nor_deleted(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    fill(elsewhere, {"translations.o": 9, "target.o": 9})
    folder.mkdir()
    (folder / f"one-{OLD}-{IMAGE}.o").symlink_to(elsewhere / "translations.o")
    (folder / f"one-{OLD}.o").symlink_to(elsewhere / "target.o")
    (folder / f"one-{OLD}.ir").mkdir()  # a folder with a file's name
    (folder / f"one-{OLD}-{OTHER}.o").mkdir()
    assert told(zoo("--json"))["entries"] == []
    assert "0 files deleted" in zoo("prune", "--all").stdout
    assert len(names(elsewhere)) == 2
    assert len(list(folder.iterdir())) == 4


def test_files_may_vanish_meanwhile(folder: Path) -> None:
    fill(folder, LEFT_OVER)
    entries = inventory.entries({})
    (folder / f"one-{OLD}.o").unlink()
    assert inventory.remove(entries, pytest.fail) == (2, 72)
    assert inventory.remove(entries, pytest.fail) == (0, 0)
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_not_there(folder: Path) -> None:
    assert zoo().stdout == f"{folder}: nothing is kept\n"
    assert told(zoo("--json"))["entries"] == []
    assert zoo("prune", "--all").stdout == f"{folder}: 0 files deleted, 0 B freed\n"
    assert not folder.exists()


def test_a_folder_that_can_t_be_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(folder, LEFT_OVER)

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    result = zoo("prune")
    assert result.stdout == f"{folder}: 0 files deleted, 0 B freed\n"
    assert isinstance(result.exception, click.UsageError)
    for part in (str(folder), "Permission denied", "3 files", "writable"):
        assert part in str(result.exception)


def test_errors_of_usage(folder: Path) -> None:
    folder.write_text("no folder")
    for arguments, reason in (
        ((), "Not a directory; ZOO_CACHE names another"),
        (("prune",), "Not a directory"),
        (("prune", "--all", "--older-than", 3), "leave out --older-than"),
        (("prune", "--older-than", -1), "not in the range"),
        (("--json", "prune"), "--json is for the list"),
    ):
        result = zoo(*arguments)
        assert isinstance(result.exception, click.UsageError)
        assert reason in str(result.exception)


def test_the_installed_machines_have_keys() -> None:
    from zoo.machine import machines

    keys = inventory.current_keys()
    assert keys.keys() == machines().keys()
    for key in keys.values():
        assert inventory.COMPILED.fullmatch(f"a-machine-{key}.o")


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9960, "10 kB"), (999_600, "1.0 MB")],
)
def test_amounts(size: int, text: str) -> None:
    assert amount(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "now"), (300, "5 min"), (7200, "2 h"), (DAY, "24 h"), (3 * DAY, "3 days")],
)
def test_ages(seconds: float, text: str) -> None:
    assert age(seconds) == text
