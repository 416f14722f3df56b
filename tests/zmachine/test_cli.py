"""`zoo run` as a process: what comes out, and its exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from build import SMALL, Instruction, encode, story

from zmachine.table import TABLE

ZOO = [sys.executable, "-m", "zoo"]
OPS = {op.name: op for op in TABLE if 5 in op.versions}
FOR_EVER = b"\x8c\xff\xff"  # jump to itself
KEY = encode(Instruction(OPS["read_char"], [(SMALL, 1)], store=16))
HELLO = encode(Instruction(OPS["print_num"], [(SMALL, 42)])) + KEY


def zoo(*arguments: str | Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*ZOO, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | environment,
    )


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A place for a story."""
    return tmp_path / "story.z5"


def test_help_lists_the_commands() -> None:
    shown = zoo("--help")
    assert shown.returncode == 0
    listed = {line.split()[0] for line in shown.stdout.split("Commands:")[1].splitlines() if line}
    installed = {point.name for point in entry_points(group="zoo.commands")}
    assert listed == installed >= {"play", "run", "warm"}


def test_a_story_that_ends(image: Path, engine: str) -> None:
    image.write_bytes(story(5, HELLO))
    done = zoo("run", image, "--engine", engine, stdin="\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "42", "")


def test_the_end_of_the_input(image: Path, engine: str) -> None:
    image.write_bytes(story(5, HELLO))
    done = zoo("run", image, "--engine", engine, "--stats")
    assert (done.returncode, done.stdout) == (0, "42")
    # The instruction that asked counts: it had begun.
    assert json.loads(done.stderr)["instructions"] == 2


V6 = b"\6" + bytes(99)
DAMAGED = bytearray(story(5, b""))
DAMAGED[0x0E] = 0xFF


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "--machine NAME makes one try"),
        (b"A text. " * 20, "--machine NAME makes one try"),
        (V6, "graphical stories are not supported; if there is a version 5 or 8"),
        (bytes(DAMAGED), "is damaged: static memory begins at 0xff00"),
        (story(5, b"")[:0x900], "outside the file; try another copy"),
        (b"FORM\0\0\0\4IFRS", "resource index"),
        (None, "can't be read: No such file"),
    ],
    ids=["empty", "text", "version 6", "damaged", "cut short", "blorb", "missing"],
)
def test_what_is_no_story(data: bytes | None, says: str, image: Path) -> None:
    """One message, which names the file and says what can be done."""
    if data is not None:
        image.write_bytes(data)
    done = zoo("run", image)
    assert (done.returncode, done.stdout) == (2, "")
    assert str(image) in done.stderr and says in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) <= 4


@pytest.mark.parametrize(
    "options",
    [
        *(["--engine", "warp"], ["--budget", "-1"], ["--budget", "x"], ["--seed", "-1"]),
        *(["--nonsense"], ["--machine", "pdp11"], ["--replay", "nowhere"], ["--width", "3"]),
    ],
)
def test_bad_options(options: list[str], image: Path) -> None:
    image.write_bytes(story(5, b""))
    done = zoo("run", image, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert options[0].lstrip("-") in done.stderr and "Traceback" not in done.stderr


def test_a_fault(image: Path, engine: str) -> None:
    image.write_bytes(story(5, HELLO + b"\x00"))
    done = zoo("run", image, "--engine", engine, stdin="\n")
    assert (done.returncode, done.stdout) == (3, "42")
    assert done.stderr == "\n[the story failed at 0xb07: there is no such instruction]\n"


@pytest.mark.parametrize("budget", [0, 1, 123_456])
def test_the_budget_is_exact(budget: int, image: Path, engine: str) -> None:
    image.write_bytes(story(5, FOR_EVER))
    done = zoo("run", image, "--engine", engine, "--budget", str(budget), "--stats")
    stats = json.loads(done.stderr)
    assert (done.returncode, stats["instructions"], stats["stops"]) == (4, budget, {"budget": 1})
    assert (stats["machine"], stats["engine"]) == ("zmachine", engine)


@pytest.mark.parametrize("engine", ["interp", "jit", "auto"])
def test_ctrl_c(engine: str, image: Path) -> None:
    image.write_bytes(story(5, HELLO + FOR_EVER))
    command = [*ZOO, "run", str(image), "--engine", engine, "--stats"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        assert process.stdout.read(2) == "42"  # it runs
        process.stdin.write("\n")
        process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)  # for ever
        process.send_signal(signal.SIGINT)
        errors = process.stderr.read()
        assert process.wait(30) == 130
    assert "[interrupted]" in errors and "Traceback" not in errors


ENGINES = pytest.mark.parametrize("engines", [("interp", "jit"), ("jit", "interp")])


@ENGINES
def test_replay_on_another_engine(engines: tuple[str, str], corpus: Path, tmp_path: Path) -> None:
    """The log alone gives the same output: the lines, and the random seed that nobody chose."""
    game, log = corpus / "zmachine/games/zork1-r119.z3", tmp_path / "log"
    one, other = engines
    commands = "open mailbox\nread leaflet\nsouth\neast\nopen window\nenter\nwait\nwait\nquit\ny\n"
    run = ("run", game, "--no-echo", "--engine")
    recorded = zoo(*run, one, "--record", log, stdin=commands)
    replayed = zoo(*run, other, "--replay", log)
    assert "Behind House" in recorded.stdout and recorded.returncode == replayed.returncode == 0
    assert recorded.stdout == replayed.stdout
    again = zoo(*run, one, "--record", log, stdin=commands)
    assert again.returncode == 2 and "is not overwritten" in again.stderr


@pytest.mark.parametrize(
    "line", [b'["line", ["x", 13]]', b"not JSON", b"5", b"[1]", b"\xff\xfe"], ids=repr
)
def test_a_log_that_does_not_fit(line: bytes, image: Path, tmp_path: Path) -> None:
    image.write_bytes(story(5, HELLO))
    log = tmp_path / "log"
    log.write_bytes(b'["seed", 1]\n' + line + b"\n")
    done = zoo("run", image, "--replay", log)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "of the log" in done.stderr


@pytest.mark.slow
def test_without_a_cache(image: Path, tmp_path: Path) -> None:
    """A cache folder that can't be made, and one that is not there yet; each time it compiles."""
    image.write_bytes(story(5, HELLO))
    blocked, absent = tmp_path / "file" / "cache", tmp_path / "new" / "cache"
    (tmp_path / "file").write_text("no folder")
    for cache in (blocked, absent):
        done = zoo("run", image, "--engine", "jit", stdin="\n", ZOO_CACHE=str(cache))
        assert (done.returncode, done.stdout, done.stderr) == (0, "42", "")
    assert list(absent.rglob("*"))
