"""Time the Z-machine against dfrotz, alternating, and print a table in Markdown.

    python bench/zmachine.py [--rounds 5] [--output FILE]

The stories are beside the project or in the folder that ZOO_BENCH names: bench-s200.z5 and
bench-s4.z5, which compute without asking for anything. What a machine shares with others makes
every figure wander, so each round runs everything once, one after the other, and a ratio is that
of two runs of the same round. Times are the processor's (user and system, the whole process).
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ZOO = (sys.executable, "-m", "zoo")
FROTZ = ("/usr/games/dfrotz", "-m", "-q", "-p", "-w", "80", "-h", "24")
LONG, SHORT, PLAYED = "bench-s200.z5", "bench-s4.z5", "zork1-r119.z3"
INSTRUCTIONS = {LONG: 88_704_412, SHORT: 1_774_100}


def story(name: str) -> Path | None:
    """Where a story is, if it is anywhere."""
    shared = ROOT.parent / "shared"
    given = os.environ.get("ZOO_BENCH")
    places = [Path(given)] if given else []
    places += [shared / "bench" / "zmachine", shared / "corpus" / "zmachine" / "games"]
    return next((place / name for place in places if (place / name).is_file()), None)


def processor_time(command: Sequence[str], cache: Path) -> float:
    """The seconds of the processor that a command needs, its own children's not counted."""
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]
    child = os.posix_spawn(command[0], command, environment(cache), file_actions=actions)
    os.close(null)
    _, status, usage = os.wait4(child, 0)
    if (code := os.waitstatus_to_exitcode(status)) not in (0, 4):  # 4: the budget was used up
        raise SystemExit(f"{' '.join(command)} failed with exit code {code}")
    return usage.ru_utime + usage.ru_stime


def wall_time(command: Sequence[str], cache: Path) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=environment(cache), capture_output=True, check=True)
    return time.perf_counter() - begun


def time_to_prompt(command: Sequence[str], cache: Path) -> float:
    """The seconds until a program that plays a story first prints a '>'."""
    begun = time.perf_counter()
    with subprocess.Popen(
        command,
        env=environment(cache),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        while b">" not in (text := child.stdout.read1(4096)):
            if not text:
                raise SystemExit(f"{' '.join(command)} ended without a prompt")
        seconds = time.perf_counter() - begun
        # With the compiler that it began in a child, which would disturb what comes next.
        os.killpg(child.pid, signal.SIGKILL)
    return seconds


def environment(cache: Path) -> Mapping[str, str]:
    return {**os.environ, "ZOO_CACHE": str(cache)}


def run(engine: str, path: Path) -> tuple[str, ...]:
    return (*ZOO, "run", "--engine", engine, str(path))


def measurements(warm: Path, cold: Path) -> Iterator[tuple[str, Callable[[], float]]]:
    """What there is to measure here, by name."""
    long, short, played = story(LONG), story(SHORT), story(PLAYED)
    frotz = Path(FROTZ[0]).is_file()
    if long:
        yield "jit", lambda: processor_time(run("jit", long), warm)
        if frotz:
            yield "dfrotz", lambda: processor_time((*FROTZ, str(long)), warm)
    if short:
        yield "jit, start", lambda: processor_time(run("jit", short), warm)
        if frotz:
            yield "dfrotz, start", lambda: processor_time((*FROTZ, str(short)), warm)
        yield "interp", lambda: processor_time(run("interp", short), warm)
        yield (
            "interp, start",
            lambda: processor_time((*run("interp", short), "--budget", "1"), warm),
        )
    if played:
        yield "prompt", lambda: _from_cold(cold, played)
    yield "help", lambda: wall_time((*ZOO, "--help"), warm)


def _from_cold(cold: Path, path: Path) -> float:
    shutil.rmtree(cold, ignore_errors=True)
    return time_to_prompt((*run("auto", path), "--no-echo"), cold)


def rates(rounds: Sequence[Mapping[str, float]], long: str, start: str, count: int) -> list[float]:
    """Instructions a second in each round, without what starting takes (a shorter run's time)."""
    return [count / max(one[long] - one[start], 1e-9) for one in rounds]


def table(rounds: Sequence[Mapping[str, float]]) -> Iterator[str]:
    """The rows: the best round, the one in the middle, the ratio to dfrotz in the same round."""
    yield "| what | best | median | × dfrotz, median of rounds |"
    yield "|---|---|---|---|"
    names = rounds[0]
    between = INSTRUCTIONS[LONG] - INSTRUCTIONS[SHORT]
    whole = INSTRUCTIONS[LONG]
    frotz = rates(rounds, "dfrotz", "dfrotz, start", between) if "dfrotz" in names else []
    if "jit" in names:
        jit = rates(rounds, "jit", "jit, start", between)
        yield _rate("jit, running", jit, frotz)
        yield _rate("jit, whole process", [whole / one["jit"] for one in rounds], _whole(rounds))
    if "interp" in names:
        yield _rate(
            "interp, running", rates(rounds, "interp", "interp, start", INSTRUCTIONS[SHORT]), frotz
        )
    if frotz:
        yield _rate("dfrotz, running", frotz, [])
    for name, text in (
        ("jit, start", "jit, a run of 1,774,100 instructions"),
        ("prompt", "first prompt of zork1, cold cache (wall)"),
        ("help", "zoo --help (wall)"),
    ):
        if name in names:
            seconds = [one[name] for one in rounds]
            yield f"| {text} | {min(seconds):.3f} s | {statistics.median(seconds):.3f} s | |"


def _whole(rounds: Sequence[Mapping[str, float]]) -> list[float]:
    return [INSTRUCTIONS[LONG] / one["dfrotz"] for one in rounds] if "dfrotz" in rounds[0] else []


def _rate(name: str, found: Sequence[float], frotz: Sequence[float]) -> str:
    ratios = [a / b for a, b in zip(found, frotz, strict=False)]
    ratio = f"{statistics.median(ratios):.3f}" if ratios else ""
    best, middle = max(found) / 1e6, statistics.median(found) / 1e6
    return f"| {name} | {best:.2f} M/s | {middle:.2f} M/s | {ratio} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, help="where the table goes; by default, printed")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zoo-bench-") as folder:
        warm, cold = Path(folder, "warm"), Path(folder, "cold")
        if story(LONG) is None:
            print("the benchmark stories are not there (ZOO_BENCH): no rates", file=sys.stderr)
        print("compiling ...", file=sys.stderr)
        wall_time((*ZOO, "warm"), warm)
        rounds: list[dict[str, float]] = []
        for k in range(wanted.rounds):
            print(f"round {k + 1} of {wanted.rounds} ...", file=sys.stderr)
            rounds.append({name: measure() for name, measure in measurements(warm, cold)})
    kind = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    lines = [f"{wanted.rounds} rounds; {kind}", "", *table(rounds)]
    if wanted.output:
        wanted.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
