"""Saving, restoring, undoing and restarting: with dfrotz, to the byte, and without any harm."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from play import FROTZ, Script, dfrotz_text, play, squeezed, state_of

from zmachine import quetzal
from zmachine import registers as r
from zmachine.machine import MACHINE
from zmachine.reading import begin_program
from zmachine.saves import LARGEST_FILE, Saves
from zmachine.services import Services
from zmachine.state import STACK, State
from zmachine.story import load
from zmachine.undo import restore_undo, save_undo
from zoo.layout import Guest
from zoo.registers import PC
from zoo.session import Session


@dataclass(frozen=True)
class Game:
    """A game, what to do before it is saved, and a command whose answer shows what was done."""

    rom: str
    moves: Sequence[str]
    probe: str


GAMES = [
    Game("zork1-r119.z3", ["open mailbox", "take leaflet", "south"], "inventory"),
    Game("905.z5", ["answer phone", "stand up", "take wallet"], "inventory"),
    Game("lostpig.z8", ["listen", "drop torch", "northeast"], "inventory"),
]
EACH_GAME = pytest.mark.parametrize("game", GAMES, ids=lambda game: game.rom)


@pytest.fixture
def games(corpus: Path) -> Path:
    return corpus / "zmachine" / "games"


def saved_by_us(game: Game, games: Path, folder: Path, engine: str) -> tuple[bytes, str]:
    """The saved game, and what the probe prints when we go on."""
    lines = [*game.moves, "save", "ours", game.probe]
    run = play(games / game.rom, lines, folder, engine)
    return (folder / "ours.qzl").read_bytes(), squeezed(run.steps[-1])


@EACH_GAME
@pytest.mark.parametrize("compressed", [True, False], ids=["CMem", "UMem"])
def test_dfrotz_restores_ours(
    game: Game, compressed: bool, games: Path, engine: str, dfrotz: str, tmp_path: Path
) -> None:
    story = games / game.rom
    data, wanted = saved_by_us(game, games, tmp_path, engine)
    if not compressed:
        original = dynamic_memory(story)
        data = quetzal.write(quetzal.read(data, original), original, compressed=False)
        (tmp_path / "ours.qzl").write_bytes(data)
    assert (b"CMem" in data, b"UMem" in data) == (compressed, not compressed)
    printed = dfrotz_text(dfrotz, story, ["restore", "ours.qzl", game.probe], tmp_path)
    assert wanted in squeezed(printed)
    # The answer shows that something was done.
    assert wanted not in squeezed(dfrotz_text(dfrotz, story, [game.probe], tmp_path))


@EACH_GAME
@pytest.mark.parametrize("compressed", [True, False], ids=["CMem", "UMem"])
def test_we_restore_dfrotz_s(
    game: Game, compressed: bool, games: Path, engine: str, dfrotz: str, tmp_path: Path
) -> None:
    story = games / game.rom
    _, wanted = saved_by_us(game, games, tmp_path, engine)
    dfrotz_text(dfrotz, story, [*game.moves, "save", "theirs.qzl"], tmp_path)
    file = tmp_path / "theirs.qzl"
    if not compressed:
        original = dynamic_memory(story)
        saved = quetzal.read(file.read_bytes(), original)
        file.write_bytes(quetzal.write(saved, original, compressed=False))
    run = play(story, ["restore", "theirs", game.probe], tmp_path, engine)
    assert squeezed(run.steps[-1]) == wanted
    assert squeezed(play(story, [game.probe], tmp_path, engine).steps[-1]) != wanted


def dynamic_memory(story: Path) -> bytes:
    data = story.read_bytes()
    return data[: int.from_bytes(data[0x0E:0x10], "big")]


# To the byte

# Where the program is: its place, its stack.
PLACE = (PC, r.SP, r.FP, r.BASE, r.DEPTH)


def picture(guest: Guest) -> tuple[bytes, list[int], list[int]]:
    """The whole memory, the stack in use, and the registers of PLACE."""
    m = state_of(guest)
    return bytes(m.mem), list(m.stack[: m.r[r.SP]]), [m.r[name] for name in PLACE]  # type: ignore[arg-type]


class Watching(Script):
    """Takes a picture of its guest when it is asked to save."""

    guest: Guest
    picture: tuple[bytes, list[int], list[int]]
    data: bytes

    def on_save(self, data: bytes) -> bool:
        self.picture = picture(self.guest)
        self.data = data
        return True


@EACH_GAME
def test_restoring_is_as_if_one_had_never_left(game: Game, games: Path, tmp_path: Path) -> None:
    """What differs from the moment of saving: save's result, 2, and the place behind it."""
    story = (games / game.rom).read_bytes()
    host = Watching([*game.moves, "save"], tmp_path)
    host.guest = load(story, FROTZ)
    Session(MACHINE, host.guest, Services(host.guest, host), "interp").run()
    memory, stack, place = host.picture

    guest = load(story, FROTZ)
    Services(guest, host).restore(host.data)
    restored, restored_stack, restored_place = picture(guest)
    m = state_of(guest)
    if m.r[r.VERSION] >= 4:
        result = memory[m.r[PC] - 1]  # save's store byte
        assert 0 < result < 16, "these games keep the result in a local variable"
        local = m.r[r.FP] + result
        assert restored_stack[local] == 2
        restored_stack[local] = stack[local]
    assert restored == memory
    assert restored_stack == stack
    assert restored_place[1:] == place[1:]
    assert place[0] < restored_place[0] < place[0] + 100


def test_restoring_in_the_middle_of_a_game(games: Path, engine: str, tmp_path: Path) -> None:
    """In version 3 save and restore go the same way on, so that nothing at all differs."""
    story = games / "zork1-r119.z3"
    before = ["open mailbox", "take leaflet", "save", "here"]
    stayed = play(story, before, tmp_path, engine)
    left = play(story, [*before[:-2], "read leaflet", "north", "restore", "here"], tmp_path, engine)
    assert picture(left.guest) == picture(stayed.guest)


@EACH_GAME
def test_restart_is_a_fresh_start(game: Game, games: Path, engine: str, tmp_path: Path) -> None:
    """At the first prompt again nothing differs but the bits of Flags 2 that survive, unchanged."""
    story = games / game.rom
    fresh = play(story, [], tmp_path, engine)
    again = play(story, [*game.moves, "restart", "yes"], tmp_path, engine)
    assert again.stats.instructions > 2 * fresh.stats.instructions
    assert picture(again.guest) == picture(fresh.guest)


# Undo

MEMORY = 0x800


def machine(strict_undo: int = 100) -> tuple[Guest, State]:
    from build import story

    guest = load(story(5, b""), FROTZ)
    m = state_of(guest)
    m.r[PC] = begin_program(m)
    m.r[r.UNDO_LIMIT] = strict_undo
    return guest, m


CHANGES = st.lists(
    st.tuples(st.integers(64, MEMORY - 1), st.integers(0, 255)), max_size=30
) | st.integers(0, 255).map(lambda value: [(k, value) for k in range(64, MEMORY, 3)])


@settings(max_examples=40)
@given(st.lists(st.tuples(CHANGES, st.integers(0, 50)), min_size=1, max_size=8))
def test_undo_is_exact_at_every_level(turns: list[tuple[list[tuple[int, int]], int]]) -> None:
    """What is restored is what was saved; only the result's variable is 2."""
    guest, m = machine()
    kept: list[tuple[Any, ...]] = []
    for number, (changes, pushes) in enumerate(turns):
        assert save_undo(m, 0x900 + number, 16) == 1
        kept.append(picture(guest))
        for address, value in changes:
            m.mem[address] = value
        for value in range(pushes):
            m.stack[m.r[r.SP]] = value
            m.r[r.SP] += 1
    for number in reversed(range(len(turns))):
        assert restore_undo(m, 1, 16) == 0x900 + number
        memory, stack, place = picture(guest)
        at = m.r[r.GLOBALS]
        assert memory[at : at + 2] == b"\0\2"
        wanted, wanted_stack, wanted_place = kept[number]
        assert memory[:at] + memory[at + 2 :] == wanted[:at] + wanted[at + 2 :]
        assert (stack, place) == (wanted_stack, wanted_place)
    assert restore_undo(m, 1, 16) == 1  # there is no more
    assert bytes(m.mem[m.r[r.GLOBALS] : m.r[r.GLOBALS] + 2]) == b"\0\0"  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [1, 3])
def test_the_oldest_are_forgotten(limit: int) -> None:
    _, m = machine(limit)
    for number in range(5):
        assert save_undo(m, 0x900 + number, 16) == 1
    back = [restore_undo(m, 1, 16) for _ in range(limit + 1)]
    assert back == [0x904 - k for k in range(limit)] + [1]


def test_the_ring_is_never_overrun() -> None:
    """Records as large as they get: a full stack, and memory with nothing in common."""
    guest, m = machine(10_000)
    m.r[r.STATIC] = 0xFFFF
    m.r[r.SP] = STACK - 64
    for turn in range(40):
        for address in range(0x2000, 0xFFFF):
            m.mem[address] = (turn + address) % 255 + 1
        assert save_undo(m, 0x900 + turn, -1) == 1
        kept = picture(guest)
    assert 4 < m.r[r.UNDO_COUNT] < 20
    m.mem[0x3000] = 0
    assert restore_undo(m, 1, -1) == 0x900 + 39
    assert picture(guest) == kept


def test_no_undo_when_none_is_wanted() -> None:
    _, m = machine(0)
    assert save_undo(m, 0x900, 16) == 0


# Files

NAMES = st.text(max_size=100) | st.sampled_from(
    ["..", ".", "/etc/passwd", "../../x", "a\0b", "C:\\x", "NUL", "con.txt", "x" * 500, "~", "-rf"]
)


@settings(max_examples=200)
@given(NAMES)
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    folder = Path("/saves")
    saves = Saves(folder, "game")
    for path in (saves.path(name), saves.path(name, ".aux")):
        assert path.parent == folder and path.suffix in (".qzl", ".aux")
        assert len(path.name) <= 70 and not path.name.startswith((".", "-"))
        assert path.name.isascii() and path.name.isprintable() and "/" not in path.name


@pytest.mark.parametrize("name", ["..", "/etc/passwd", "a\0b", "NUL", "x" * 500, "sub/dir/x", ""])
def test_a_file_of_any_name_can_be_written_and_read(name: str, tmp_path: Path) -> None:
    saves = Saves(tmp_path / "saves", "game")
    assert saves.write(name, b"data") and saves.write_table(name, b"table")
    assert (saves.read(name), saves.read_table(name)) == (b"data", b"table")
    assert len(list(saves.folder.iterdir())) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["saves"]


def test_what_is_no_plain_file_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    saves = Saves(tmp_path / "saves", "game")
    saves.folder.mkdir()
    (saves.folder / "link.qzl").symlink_to(secret)
    (saves.folder / "folder.qzl").mkdir()
    (saves.folder / "huge.qzl").write_bytes(bytes(LARGEST_FILE + 1))
    assert [saves.read(name) for name in ("link", "folder", "huge", "none")] == [None] * 4
    # Writing there replaces the link, and not what it leads to.
    assert saves.write("link", b"ours") and secret.read_bytes() == b"secret"
    assert not saves.write("folder", b"ours")


def test_nothing_is_overwritten_unasked(games: Path, engine: str, tmp_path: Path) -> None:
    story = games / "zork1-r119.z3"
    play(story, ["save", "game"], tmp_path, engine)
    kept = (tmp_path / "game.qzl").read_bytes()
    no = play(story, ["open mailbox", "save", "game", "n", "look"], tmp_path, engine)
    assert "Overwrite existing file?" in no.text and "Failed." in no.text
    assert (tmp_path / "game.qzl").read_bytes() == kept
    play(story, ["open mailbox", "save", "game", "yes"], tmp_path, engine)
    assert (tmp_path / "game.qzl").read_bytes() != kept


def test_a_story_file_is_never_written(games: Path, engine: str, tmp_path: Path) -> None:
    """Not even when a game is saved beside it and under its name."""
    story = tmp_path / "zork1.z3"
    story.write_bytes((games / "zork1-r119.z3").read_bytes())
    before = hashlib.sha256(story.read_bytes()).digest()
    play(story, ["open mailbox", "save", "zork1.z3", "restore", "zork1.z3"], tmp_path, engine)
    assert hashlib.sha256(story.read_bytes()).digest() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["zork1.z3", "zork1.z3.qzl"]


@pytest.mark.parametrize("damage", ["empty", "short", "other story", "pc", "noise"])
def test_a_bad_saved_game_changes_nothing(
    damage: str, games: Path, engine: str, tmp_path: Path
) -> None:
    story = games / "zork1-r119.z3"
    play(story, ["save", "game"], tmp_path, engine)
    file = tmp_path / "game.qzl"
    data = bytearray(file.read_bytes())
    at = data.index(b"IFhd") + 8
    match damage:
        case "empty":
            data.clear()
        case "short":
            del data[len(data) // 2 :]
        case "other story":
            data[at] ^= 1
        case "pc":
            data[at + 10 : at + 13] = b"\xff\xff\xff"
        case _:
            data[-40:] = bytes(range(100, 140))
    file.write_bytes(bytes(data))
    run = play(story, ["open mailbox", "restore", "game", "look"], tmp_path, engine)
    assert "Failed." in run.text and "The small mailbox contains" in run.steps[-1]
    assert any(event[0] == "problem" for event in run.events)
