"""Time the Z-machine against dfrotz, alternating, and print a table in Markdown.

    python bench/zmachine.py [--rounds 5] [--output FILE]

The stories are beside the project or in the folder that ZOO_BENCH names: bench-s200.z5 and
bench-s4.z5, which compute without asking for anything. What a machine shares with others makes
every figure wander, so each round runs everything once, one after the other, and a ratio is that
of two runs of the same round. Times are the processor's, user and system, but for two that say so.
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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ZOO = (sys.executable, "-m", "zoo")
FROTZ = ("/usr/games/dfrotz", "-m", "-q", "-p", "-w", "80", "-h", "24")
LONG, SHORT, PLAYED = "bench-s200.z5", "bench-s4.z5", "zork1-r119.z3"
INSTRUCTIONS = 88_704_412  # of LONG, also in dfrotz, which counts none itself
Figures = dict[str, float]


def story(name: str) -> Path | None:
    """Where a story is, if it is anywhere."""
    shared = ROOT.parent / "shared"
    given = os.environ.get("ZOO_BENCH")
    places = [Path(given)] if given else []
    places += [shared / "bench" / "zmachine", shared / "corpus" / "zmachine" / "games"]
    return next((place / name for place in places if (place / name).is_file()), None)


def processor_time(command: Sequence[str], cache: Path) -> tuple[float, str]:
    """The seconds of the processor that a command needs in all, and what it prints."""
    with subprocess.Popen(
        command,
        env=environment(cache),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        assert child.stdout is not None
        printed = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed with exit code {child.returncode}")
    return usage.ru_utime + usage.ru_stime, printed


def inside(engine: str, path: Path) -> None:
    """Run a story in this process, and print its instructions and the processor's seconds."""
    from zmachine.machine import MACHINE
    from zmachine.services import Services
    from zmachine.story import load
    from zoo.host import Host
    from zoo.session import Session

    class Silence(Host):
        def on_line(self, **_: Any) -> None:
            return None

    guest = load(path.read_bytes())
    session = Session(MACHINE, guest, Services(guest, Silence()), engine)
    begun = time.process_time()
    session.run()
    print(session.stats.instructions, time.process_time() - begun)


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


def engine_run(name: str, engine: str, path: Path, cache: Path) -> Figures:
    """What one engine makes of a story: instructions a second, and the seconds beside them."""
    # -P: this file has the name of the package that it measures.
    itself = (sys.executable, "-P", __file__, "--inside", engine, str(path))
    whole, printed = processor_time(itself, cache)
    count, seconds = (float(word) for word in printed.split())
    if path.name == LONG and count != INSTRUCTIONS:
        raise SystemExit(f"{engine} executed {count:,.0f} instructions of {path}")
    return {
        f"{name}, running": count / seconds,
        f"{name}, whole process": count / whole,
        f"{name}, start-up": whole - seconds,
    }


def one_round(warm: Path, cold: Path) -> Figures:
    """Everything once, one after the other."""
    figures: Figures = {}
    long, short, played = story(LONG), story(SHORT), story(PLAYED)
    if long and Path(FROTZ[0]).is_file():
        figures["dfrotz"] = INSTRUCTIONS / processor_time((*FROTZ, str(long)), warm)[0]
    if long:
        figures |= engine_run("jit", "jit", long, warm)
        figures |= engine_run("recompile", "recompile", long, warm)
    if short:
        figures |= engine_run("interp", "interp", short, warm)
    if played:
        shutil.rmtree(cold, ignore_errors=True)
        command = (*ZOO, "run", "--no-echo", str(played))
        figures["first prompt of zork1, cold cache (wall)"] = time_to_prompt(command, cold)
    figures["zoo --help (wall)"] = wall_time((*ZOO, "--help"), warm)
    return figures


def table(rounds: Sequence[Figures]) -> Iterator[str]:
    """The rows: the best round, the one in the middle, the ratio to dfrotz in the same round."""
    yield "| what | best | median | × dfrotz, median of rounds |"
    yield "|---|---|---|---|"
    for name in rounds[0]:
        found = [one[name] for one in rounds]
        middle = statistics.median(found)
        if found[0] < 10_000:  # seconds
            yield f"| {name} | {min(found):.2f} s | {middle:.2f} s | |"
            continue
        frotz = [one["dfrotz"] for one in rounds if "dfrotz" in one]
        ratios = [a / b for a, b in zip(found, frotz, strict=False)]
        ratio = f"{statistics.median(ratios):.3f}" if ratios else ""
        yield f"| {name} | {max(found) / 1e6:.2f} M/s | {middle / 1e6:.2f} M/s | {ratio} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, help="where the table goes; by default, printed")
    parser.add_argument("--inside", nargs=2, metavar=("ENGINE", "STORY"), help="one run, in here")
    wanted = parser.parse_args()
    if wanted.inside:
        inside(wanted.inside[0], Path(wanted.inside[1]))
        return
    with tempfile.TemporaryDirectory(prefix="zoo-bench-") as folder:
        warm, cold = Path(folder, "warm"), Path(folder, "cold")
        if story(LONG) is None:
            print("the benchmark stories are not there (ZOO_BENCH): no rates", file=sys.stderr)
        print("compiling ...", file=sys.stderr)
        chosen = story(LONG)
        wall_time((*ZOO, "warm", *(("--story", str(chosen)) if chosen else ())), warm)
        rounds: list[Figures] = []
        for k in range(wanted.rounds):
            print(f"round {k + 1} of {wanted.rounds} ...", file=sys.stderr)
            rounds.append(one_round(warm, cold))
    kind = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    lines = [f"{wanted.rounds} rounds; {kind}", "", *table(rounds)]
    if wanted.output:
        wanted.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
