"""Several tasks at once: what each gets of the processor, and that none reaches another."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import programs
import pytest
from test_programs import zoo

from vm86.bios import data, screen
from vm86.dos.mount import Mount
from vm86.monitor.running import Stream
from vm86.monitor.scheduler import Scheduler
from vm86.monitor.tasks import Program, Task

Assemble = Callable[[str, str], Path]
Start = Callable[..., Task]

SLICE = 2000  # instructions
SPEED = 200_000  # a second
TICKS = 18.2065  # a second


@pytest.fixture
def start(assemble: Assemble, engine: str) -> Iterator[Start]:
    """Starts a task, without input, from its source."""
    started: list[Task] = []

    def begin(source: str, share: int = 1) -> Task:
        path = assemble(f"t{zlib.crc32(source.encode()):x}"[:8], source)
        program = Program(path, path.read_bytes(), "", [Mount("C", path.parent)], share)
        stream = Stream(None, io.BytesIO())
        services = program.services(stream)
        services.speed = SPEED
        task = Task(path.name, program, services, engine)
        started.append(task)
        return task

    yield begin
    for task in started:
        task.close()


def schedule(tasks: list[Task], budget: int) -> Scheduler:
    """Run tasks for so many instructions."""
    scheduler = Scheduler(tasks, budget)
    scheduler.slice = SLICE
    scheduler.run()
    return scheduler


def counted(task: Task) -> int:
    """What is on the screen of COUNTS."""
    text = screen.text(task.services.task, task.services.ports.adapter)
    return int(text[:8], 16)


def executed(task: Task) -> int:
    return task.session.stats.instructions


def test_shares_are_kept_to_the_instruction(start: Start) -> None:
    tasks = [start(programs.COUNTS, 3), start(programs.COUNTS, 1)]
    scheduler = schedule(tasks, 20 * SLICE)
    assert [executed(task) for task in tasks] == [15 * SLICE, 5 * SLICE]
    three, one = (counted(task) for task in tasks)
    assert one > 100
    assert three / one == pytest.approx(3, rel=0.05)  # handlers of ticks count, too
    assert scheduler.now == 20 * SLICE  # there is one time for both
    assert scheduler.left == 0 and not any(task.ended for task in tasks)


def test_a_task_fails_and_the_other_goes_on(start: Start) -> None:
    bad, good = start(programs.FAILS), start(programs.COUNTS)
    schedule([bad, good], 20 * SLICE)
    assert bad.ended and not good.ended
    assert bad.failure is not None
    assert "an invalid opcode at " in bad.failure and ":010C" in bad.failure
    assert executed(bad) + executed(good) == 20 * SLICE
    assert counted(good) > 100


def test_a_stack_that_is_none_shuts_one_task_down(start: Start) -> None:
    bad, good = start("mov sp, 1\npush ax"), start(programs.COUNTS)
    schedule([bad, good], 3 * SLICE)
    assert bad.failure is not None and ":0103" in bad.failure and "shut down" in bad.failure
    assert good.failure is None and counted(good) > 30


@pytest.mark.parametrize("before", ["cli", "mov al, -1\nout 0x21, al"], ids=["cli", "masked"])
def test_a_halt_for_ever_ends_the_program(start: Start, before: str) -> None:
    task = start(f"{before}\nhlt\njmp $")
    schedule([task], SLICE)
    assert task.failure is not None and "which no interrupt can end" in task.failure
    assert "HLT at 0" in task.failure and ":010" in task.failure and executed(task) < 10


@pytest.mark.parametrize("source", ["xor cx, cx\ndiv cx", "mov ax, [0xFFFF]"], ids=["0", "13"])
def test_exceptions_that_nobody_handles_end_the_program(start: Start, source: str) -> None:
    task = start(source)
    schedule([task], SLICE)
    assert task.failure is not None and "has no handler" in task.failure
    assert executed(task) < 10


def test_tasks_that_wait_give_their_time_away(start: Start) -> None:
    sleeper, counter = start(programs.SLEEPS), start(programs.COUNTS)
    scheduler = schedule([sleeper, counter], 54 * SLICE)
    assert executed(sleeper) < SLICE / 2
    ticks = sleeper.services.task.read(0xB8000, 1)[0]
    expected = scheduler.now * TICKS / SPEED
    assert abs(ticks - expected) < 1
    assert ticks == sleeper.services.task.read(data.TICKS, 1)[0]  # they began at midnight


def test_ticks_in_others_time_are_not_lost(start: Start) -> None:
    # Each turn of the other is longer than two ticks.
    counts = "mov ax, 0xB800\nmov es, ax\nmov word [es:0], 0x0700\n" + programs.SLEEPS.replace(
        "sleep:  hlt", "sti\nsleep:"
    )
    ticking, other = start(counts), start(programs.COUNTS, 14)
    scheduler = schedule([ticking, other], 91 * SLICE)
    ticks = ticking.services.task.read(0xB8000, 1)[0]
    assert abs(ticks - scheduler.now * TICKS / SPEED) < 3


def test_when_all_wait_time_passes_at_once(start: Start) -> None:
    sleepers = [start(programs.SLEEPS), start(programs.SLEEPS)]
    scheduler = schedule(sleepers, 10_000)
    assert scheduler.now > 20 * 10_000
    ticks = {task.services.task.read(0xB8000, 1)[0] for task in sleepers}
    assert len(ticks) == 1


def test_runs_are_the_same(start: Start) -> None:
    ends: list[list[bytes]] = []
    for _ in range(2):
        sources = (programs.COUNTS, programs.SLEEPS, programs.FAILS, programs.COUNTS)
        tasks = [start(source, share) for share, source in enumerate(sources, 1)]
        schedule(tasks, 10 * SLICE + 123)
        ends.append([task.services.task.read(0, 1 << 20) for task in tasks])
    assert ends[0] == ends[1]


def test_no_task_reaches_another(start: Start) -> None:
    """Two tasks write their own byte over all vectors, the BIOS's data and its ROM, the screen and
    to all ports; each finds only its own there, and a third goes on as if it were alone."""
    spoilers = {fill: start(f"FILL equ {fill:#x}\n{programs.SPOILS}") for fill in (0xA5, 0x3C)}
    counts = f"cli\n{programs.COUNTS}"  # ticks, which come when they are due, do not reach it
    watcher, alone = start(counts), start(counts)
    schedule([*spoilers.values(), watcher], 12 * SLICE)
    schedule([alone], executed(watcher))
    for fill, task in spoilers.items():
        memory = task.services.task.read(0, 1 << 20)
        assert memory[:0x500] == bytes([fill]) * 0x500
        assert memory[0x20000:] == bytes([fill]) * 0xE0000
        assert task.services.ports.adapter.mask == fill
    assert counted(watcher) > 50
    watched, expected = (task.services.task.read(0, 1 << 20) for task in (watcher, alone))
    assert watched == expected
    watched, expected = (task.services.ports.adapter.state() for task in (watcher, alone))
    assert watched == expected


# The command line


def test_programs_are_given_with_also(assemble: Assemble) -> None:
    tail = """
        mov ah, 0x40
        mov bx, 1
        mov cl, [0x80]
        mov ch, 0
        mov dx, 0x81
        int 0x21
        mov ax, 0x4C07
        int 0x21
    """
    one, two = assemble("one", tail), assemble("two", tail)
    done = zoo("--engine", "interp", "--also", f"'{two}' 'a  b' C:\\X", one, "x", "y")
    assert done.stdout.split(b"\r\n") == [b"one.com|  x y", b"two.com|  a  b C:\\X", b""]
    assert (done.stderr, done.returncode) == (b"", 7)


def test_input_is_the_first_task_s(assemble: Assemble) -> None:
    reads = "mov ah, 1\nint 0x21\nmov ah, 0x4C\nint 0x21"
    one, two = assemble("one", reads), assemble("two", reads)
    done = zoo("--engine", "interp", "--also", two, one, input=b"AB")
    assert done.stdout.splitlines() == [b"one.com| A", b"two.com| \x1a"]
    assert done.returncode == ord("A")


def test_each_task_has_its_screen_and_its_figures(assemble: Assemble, tmp_path: Path) -> None:
    count, bad = assemble("count", programs.COUNTS), assemble("bad", programs.FAILS)
    options = ("--engine", "interp", "--stats", "--share", "3:1:2", "--budget", "600000")
    command = (*options, count, "--also", bad, "--also", count)
    done = zoo(*command, "--screen", "text")
    shown = done.stdout.decode().splitlines()
    assert shown[0] == "bad.com    | about to fail"
    assert [line for line in shown if line.startswith("---")] == [
        *("--- count.com#1 ---", "--- bad.com ---", "--- count.com#2 ---")
    ]
    assert done.returncode == 3
    message, *figures = [line for line in done.stderr.decode().splitlines() if line]
    assert message.startswith("[bad.com failed: an invalid opcode at ")
    read = [json.loads(line) for line in figures]
    assert [one["program"] for one in read] == ["count.com#1", "bad.com", "count.com#2"]
    assert sum(one["instructions"] for one in read) == 600_000
    picture = tmp_path / "screen.png"
    assert zoo(*command, "--screen", f"png:{picture}").returncode == 3
    pictures = [picture.with_stem(f"screen-{k}").read_bytes() for k in (1, 2, 3)]
    assert len(set(pictures)) == 3 and not picture.exists()


def test_the_exit_code_of_several(assemble: Assemble) -> None:
    ends = "mov ax, 0x4C00 + CODE\nint 0x21"
    six, seven = (assemble(f"e{k}", f"CODE equ {k}\n{ends}") for k in (6, 7))
    count = assemble("count", programs.COUNTS)
    for others, code in (([seven, six], 7), ([six, seven], 6), ([six, count], 4)):
        first, second = others
        done = zoo("--engine", "interp", "--budget", "300000", first, "--also", second)
        assert done.returncode == code


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--share", "3"), "there are 2"),
        (("--share", "3:0"), "numbers from 1"),
        (("--share", "x:1"), "numbers from 1"),
        (("--also", ""), "a program and its arguments"),
        (("--also", "'a"), "a program and its arguments"),
        (("--also", "no.com"), "no.com can't be read"),
        (("--speed", "5"), "for zoo play"),
        (("--seed", "5"), "--seed is not for the machine vm86"),
    ],
)
def test_bad_options(assemble: Assemble, options: tuple[str, str], text: str) -> None:
    path = assemble("wait", programs.WAITS)
    done = zoo(*options, path, "--also", path)
    assert done.returncode == 2
    assert text in " ".join(done.stderr.decode().split()) and b"Traceback" not in done.stderr
