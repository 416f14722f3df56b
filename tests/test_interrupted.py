"""What an interruption leaves in the cache: damage, kill -9, Ctrl-C, a full disk.

Whatever happened, the next run is right, and uses what is whole. It may be slower, never wrong.
"""

from __future__ import annotations

import errno
import functools
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from toy import TOY, Services, boot, program, state

from zoo import cache, inventory, plugins, warm
from zoo.cli import commands
from zoo.engines import jit, recompile
from zoo.engines import kept as store
from zoo.host import Event, Host
from zoo.machine import Machine, machine
from zoo.session import Session

HERE = Path(__file__).parent
MUSEUM = HERE.parent / "stories" / "museum.z5"
ZOO = (sys.executable, "-m", "zoo", "run")
ORDINARY = os.environ.get("ZOO_CACHE")
# Counts from 100 down to 0.
LOOP = program(("set", 100), ("sub", 200), ("jz", 8), ("jump", 2), ("halt", 0), at_200=1)


class Nobody(Host):
    """Has nothing to say, and doesn't look."""

    def show(self, events: Sequence[Event]) -> None:
        pass


def session(engine: str = "recompile", toy: Machine = TOY) -> Session:
    guest = boot(LOOP)
    return Session(toy, guest, Services(guest, Nobody()), engine)


def figures(engine: str = "recompile", toy: Machine = TOY) -> dict[str, float]:
    """Run the loop; its end is right. The engine's figures."""
    right, run = session("interp"), session(engine, toy)
    assert right.run() == run.run()
    assert state(right.guest) == state(run.guest)
    assert right.stats.instructions == run.stats.instructions
    return run.stats.details


eager = pytest.mark.usefixtures("eager")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with nothing in it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("ZOO_CACHE", str(folder))
    return folder


# Damage


def flip(data: bytes) -> bytes:
    half = len(data) // 2
    return data[:half] + bytes([data[half] ^ 4]) + data[half + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut in its head": lambda data: data[:20],
    "only a head": lambda data: data[:40],
    "cut": lambda data: data[:-1],
    "longer": lambda data: data + b"\0",
    "a bit": flip,
    "something else": lambda data: b"\x7fELF" + data[4:],
}
EACH_DAMAGE = pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
SOME_DAMAGE = pytest.mark.parametrize("damage", [DAMAGE["cut"], flip], ids=["cut", "a bit"])


def harm(path: Path, damage: Callable[[bytes], bytes]) -> None:
    path.write_bytes(damage(path.read_bytes()))
    assert cache.content(path) is None


@eager
@EACH_DAMAGE
def test_a_damaged_translation_is_made_anew(
    damage: Callable[[bytes], bytes], translations: Path
) -> None:
    made = figures()["translations"]
    assert made > 0
    paths = set(translations.rglob("*.o"))
    for path in paths:
        harm(path, damage)
    assert figures()["translations"] == made
    assert set(translations.rglob("*.o")) == paths
    assert all(cache.content(path) for path in paths)
    kept = figures()
    assert kept["translations"] == 0 < kept["translated_instructions"]


@eager
@SOME_DAMAGE
@pytest.mark.parametrize("suffix", [".o", ".ir"])
@pytest.mark.parametrize("ahead", [True, False], ids=["zoo warm", "zoo run"])
def test_damaged_compiled_code_is_compiled_again(
    damage: Callable[[bytes], bytes], suffix: str, ahead: bool, empty: Path
) -> None:
    # Each a machine of its own, as in another process.
    one, other = replace(TOY), replace(TOY)
    warm.fill(one)
    paths = jit.object_path(one), recompile.library_path(one)
    (path,) = [path for path in paths if path.suffix == suffix]
    harm(path, damage)
    assert not warm.is_ready(one)
    assert not path.exists()
    if ahead:
        warm.fill(one)
    assert figures(toy=other)["translated_instructions"] > 0
    assert warm.is_ready(other)


@EACH_DAMAGE
def test_damaged_entry_points_are_looked_for_again(
    damage: Callable[[bytes], bytes], empty: Path
) -> None:
    found = plugins._all.__wrapped__()
    (path,) = empty.iterdir()
    harm(path, damage)
    assert plugins._all.__wrapped__() == found
    assert cache.content(path)


# A cache that can't be written


@pytest.fixture(params=["full disk", "a file", "too long a name"])
def useless(request: pytest.FixtureRequest, empty: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which nothing can be kept."""
    folder = empty
    if request.param == "a file":
        folder.write_text("in the way")
    elif request.param == "too long a name":
        folder = folder / ("x" * 300)
    else:
        folder.mkdir()

        def full(path: Path, data: bytes) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(cache, "write_whole", full)
    monkeypatch.setenv("ZOO_CACHE", str(folder))
    monkeypatch.setattr(recompile, "translations_path", lambda m, g: folder / "kept.o")
    return empty


@eager
def test_a_cache_that_keeps_nothing_is_no_error(useless: Path) -> None:
    toy = replace(TOY)
    for _ in range(2):
        run = session(toy=toy)
        run.run()
        assert run.engine.translator.error is None
        assert figures(toy=toy)["translations"] > 0
    assert not warm.is_ready(toy)
    assert not useless.is_dir() or list(useless.iterdir()) == []
    assert plugins._all.__wrapped__() == plugins._all()


# Threads


@eager
def test_a_translator_ends_with_its_engine() -> None:
    """Otherwise it would keep the guest, and wait, for as long as the process lasts."""
    run = session()
    run.run()
    thread = run.engine.translator._thread
    assert thread.is_alive()
    del run
    gc.collect()
    thread.join(30)
    assert not thread.is_alive()


@eager
def test_a_translator_ends_whenever_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when it is about to wait."""
    run = session()
    translator = run.engine.translator

    class Late(threading.Event):
        def clear(self) -> None:
            translator.end()
            super().clear()

    monkeypatch.setattr(translator, "_work", Late())
    run.run()
    translator._thread.join(30)
    assert not translator._thread.is_alive()


@eager
def test_what_is_asked_for_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for when the translator, with nothing to do, is about to wait."""
    monkeypatch.setattr(recompile, "WAIT", False)
    run = session()
    translator = run.engine.translator
    later = [4, 0]

    class Late(threading.Event):
        def clear(self) -> None:
            if later:
                translator.table[later[-1]] = recompile.HOT
                translator._want(later.pop())
            super().clear()

    monkeypatch.setattr(translator, "_work", Late())
    translator.table[2] = recompile.HOT
    translator._want(2)
    translator.finish()
    assert later == []
    assert translator.error is None and translator.units == 2  # 4 is within the first


# A process that is killed

# Kills itself with -9, in the translator's thread, at a moment: before the `times`-th call of a
# function, or after it. Then it is `zoo run`; the guest waits for every translation.
DRIVER = """
import os, signal, sys, threading
from zoo.cli import main
from zoo.engines import backend, recompile, translate

name, when, times, recompile.HOT = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
recompile.WAIT = True
calls = 0

def deadly(function):
    def call(*arguments):
        global calls
        beside = threading.current_thread() is not threading.main_thread()
        calls += beside
        end = beside and calls == times
        if end and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments)
        if end:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return call

for module in (os, backend, translate):
    if hasattr(module, name):
        setattr(module, name, deadly(getattr(module, name)))
sys.argv[1:5] = ["run"]
main()
"""
MOMENTS = [
    ("module", "before", 3),  # the guest's code is being translated
    ("object_code", "after", 3),
    ("fsync", "before", 3),  # written, perhaps not yet on the disk
    ("replace", "before", 1),  # written, without its name
    ("replace", "before", 3),
    ("replace", "after", 3),
]
HOT = 150
NEVER = 1 << 15  # a count that no address reaches here
LOOKS = "look\n" * 40


@pytest.fixture
def compiled(empty: Path) -> Path:
    """A cache with compiled code of the Z-machine, and no translations."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ZOO_CACHE")
        if ORDINARY is not None:
            patch.setenv("ZOO_CACHE", ORDINARY)
        zmachine = machine("zmachine")
        warm.fill(zmachine)
        paths = jit.object_path(zmachine), recompile.library_path(zmachine)
    empty.mkdir()
    for path in paths:
        shutil.copy(path, empty)
    return empty


def zoo(engine: str, typed: str = LOOKS, command: Sequence[str] = ZOO) -> Any:
    """Run the museum in a process of its own: what comes out, the number of instructions, and the
    engine's figures."""
    done = subprocess.run(
        [*command, str(MUSEUM), "--seed", "1", "--stats", "--engine", engine],
        input=typed,
        capture_output=True,
        text=True,
        timeout=300,
    )
    stats = json.loads(done.stderr) if done.stderr.startswith("{") else {}
    return done, stats.get("instructions"), stats.get("details", {})


@functools.cache
def as_interpreted() -> tuple[int, str, int]:
    """The exit code, what is printed, and the number of instructions."""
    done, count, _ = zoo("interp")
    return done.returncode, done.stdout, count


def driven(name: str, when: str, times: int, hot: int) -> Any:
    command = (sys.executable, "-c", DRIVER, name, when, str(times), str(hot))
    return zoo("recompile", command=command)


def kept(folder: Path) -> set[tuple[str, ...]]:
    """The batches of translations in a cache, each by the names of its functions."""
    paths = (path for path in folder.iterdir() if inventory.TRANSLATED.fullmatch(path.name))
    batches = (batch for path in paths for batch in store.batches(path))
    return {tuple(record.symbol for record in batch.records) for batch in batches}


@pytest.mark.parametrize(("name", "when", "times"), MOMENTS)
def test_killed_while_it_translates(name: str, when: str, times: int, compiled: Path) -> None:
    killed, _, _ = driven(name, when, times, HOT)
    assert killed.returncode == -signal.SIGKILL
    survived = kept(compiled)
    assert len(survived) == times - ((name, when) != ("replace", "after"))
    remains = [path for path in compiled.iterdir() if path.name.startswith("tmp")]
    assert len(remains) == (when == "before" and name != "module")

    # What there is, is used; what is missing, is made.
    for hot in (NEVER, HOT):
        done, count, details = driven("nothing", "before", 0, hot)
        assert (done.returncode, done.stdout, count) == as_interpreted()
        assert (details["translated_instructions"] > 0) == (len(survived) > 0 or hot == HOT)
        assert (details["translations"] > 0) == (hot == HOT)
    assert kept(compiled) > survived

    for path in remains:
        os.utime(path, (time.time() - 2 * inventory.LONGEST,) * 2)
    pruned = CliRunner().invoke(commands, ["cache", "prune"])
    assert f": {len(remains)} file" in pruned.stdout
    assert kept(compiled) > survived
    assert not any(path.exists() for path in remains)


FILL = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from toy import TOY
from zoo import warm

left = int(sys.argv[2])
name = os.replace

def replace(*arguments):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    name(*arguments)

os.replace = replace
warm.fill(TOY)
"""


@pytest.mark.parametrize("times", [1, 2])
def test_killed_while_it_compiles(times: int, empty: Path) -> None:
    """The loop is not written yet, or the library is not."""
    done = subprocess.run([sys.executable, "-c", FILL, str(HERE / "toy"), str(times)], timeout=300)
    assert done.returncode == -signal.SIGKILL
    toy = replace(TOY)
    assert (warm.has_loop(toy), warm.is_ready(toy)) == (times == 2, False)
    warm.fill(toy)
    assert warm.is_ready(toy)
    assert figures(toy=toy)["loop_instructions"] > 0


# Interrupted from without, at whatever it is doing just then

MANY_LOOKS = 200_000  # more than anybody waits for


@pytest.mark.parametrize("batches", [0, 1, 2])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_interrupted_while_it_runs(
    how: signal.Signals, batches: int, compiled: Path, tmp_path: Path
) -> None:
    """When it has printed something, or has kept so many batches of translations."""
    typed, printed, said = (tmp_path / name for name in ("typed", "printed", "said"))
    typed.write_text("look\n" * MANY_LOOKS)
    command = [*ZOO, MUSEUM, "--engine", "recompile", "--seed", "1"]
    with typed.open() as source, printed.open("w") as out, said.open("w") as errors:
        process = subprocess.Popen(command, stdin=source, stdout=out, stderr=errors)
        while not printed.stat().st_size or len(kept(compiled)) < batches:
            assert process.poll() is None
            time.sleep(0.001)
        process.send_signal(how)
        code = process.wait(60)
    assert code == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert said.read_text() == ("\n[interrupted]\n" if how == signal.SIGINT else "")
    survived = kept(compiled)
    assert len(survived) >= batches

    looks = "look\n" * 500
    expected, instructions, _ = zoo("jit", typed=looks)
    done, count, details = zoo("recompile", typed=looks)
    assert (done.returncode, done.stdout, count) == (0, expected.stdout, instructions)
    assert (details["translated_instructions"] > 0) == (len(survived) > 0)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["recompile", "auto"])
def test_a_run_without_a_cache(engine: str, empty: Path) -> None:
    empty.write_text("in the way")
    done, count, _ = zoo(engine)
    assert (done.returncode, done.stdout, count) == as_interpreted()


def test_a_thread_that_ctrl_c_kept_from_starting_is_not_waited_for() -> None:
    engine = session().engine
    assert isinstance(engine, recompile.Recompile)
    engine.translator._thread = threading.Thread()
    engine.translator.end()
    engine.translator.join()
