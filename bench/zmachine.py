"""Time the Z-machine against dfrotz, alternating, and print a table in Markdown.

    python bench/zmachine.py [--rounds 5] [--output FILE]

The stories are beside the project or in the folder that ZOO_BENCH names: bench-s200.z5 and
bench-s4.z5, which compute without asking for anything. What a machine shares with others makes
every figure wander, so each round runs everything once, one after the other, and a ratio is that
of two runs of the same round. Times are the processor's, user and system, but for two that say so.
"""

from __future__ import annotations

import argparse
import io
import json
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ZOO = (sys.executable, "-m", "zoo")
FROTZ = ("/usr/games/dfrotz", "-m", "-q", "-p", "-w", "80", "-h", "24")
LONG, LONGER, SHORT = "bench-s200.z5", "bench-s2000.z5", "bench-s4.z5"
PLAYED = "zork1-r119.z3"
GAMES = ("afflicted", "gold", "spirit", "lostpig", "anchor")
INSTRUCTIONS = 88_704_412  # of LONG, also in dfrotz, which counts none itself


def story(name: str) -> Path | None:
    """Where a story is, if it is anywhere."""
    shared = ROOT.parent / "shared"
    given = os.environ.get("ZOO_BENCH")
    places = [Path(given)] if given else []
    corpus = shared / "corpus" / "zmachine"
    places += [shared / "bench" / "zmachine", corpus / "games", corpus / "walkthroughs"]
    return next((place / name for place in places if (place / name).is_file()), None)


def processor_time(
    command: Sequence[str], cache: Path, typed: Path = Path(os.devnull)
) -> tuple[float, str]:
    """The seconds of the processor that a command needs in all, and what it prints."""
    with (
        typed.open("rb") as source,
        subprocess.Popen(
            command,
            env=environment(cache),
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as child,
    ):
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


def rehearsed(name: str) -> None:
    """Play a game in this process until there is nothing left to translate: one translation can
    have another entered more often."""
    from zmachine.machine import MACHINE
    from zmachine.services import Services
    from zmachine.story import Options, load
    from zmachine.unattended import InMemory, Unseen
    from zoo.rehearsal import rehearse
    from zoo.session import Session

    played = game(name)
    made = played is not None
    while played and made:
        options = Options(profile="frotz", rng="frotz", seed=played.seed)
        guest = load(played.image.read_bytes(), options)
        with played.typed.open() as typed:
            host = Unseen(InMemory(), typed, io.StringIO(), seed=played.seed)
            session = Session(MACHINE, guest, Services(guest, host), "recompile")
            made = rehearse(session, None).made > 0


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
    """Without what changes how Python starts: modules that are not kept compiled, for one."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**ours, "ZOO_CACHE": str(cache)}


@dataclass(frozen=True)
class Figure:
    """One measurement. ratio: to what dfrotz made of the same work in the same round."""

    value: float
    unit: str
    ratio: float | None = None


Round = dict[str, Figure]


def engine_run(engine: str, path: Path, cache: Path, frotz: float | None, name: str) -> Round:
    """What one engine makes of a story that only computes; frotz: the seconds that dfrotz took."""
    # -P: this file has the name of the package that it measures.
    itself = (sys.executable, "-P", __file__, "--inside", engine, str(path))
    whole, printed = processor_time(itself, cache)
    count, seconds = (float(word) for word in printed.split())
    if path.name == LONG and count != INSTRUCTIONS:
        raise SystemExit(f"{engine} executed {count:,.0f} instructions of {path}")
    return {
        f"{name}, running": _rate(count, seconds, frotz),
        f"{name}, whole process": _rate(count, whole, frotz),
        f"{name}, start-up": Figure(whole - seconds, "s"),
        **({f"dfrotz, {path.stem}": _rate(count, frotz, frotz)} if frotz else {}),
    }


def _rate(count: float, seconds: float, frotz: float | None) -> Figure:
    return Figure(count / seconds / 1e6, "M/s", frotz / seconds if frotz else None)


@dataclass(frozen=True)
class Game:
    """A story, the file of its walkthrough, and the random seed that this is for."""

    image: Path
    typed: Path
    seed: int


def game(name: str) -> Game | None:
    described, typed = story(f"{name}.json"), story(f"{name}.in")
    if described is None or typed is None:
        return None
    told = json.loads(described.read_text(encoding="utf-8"))
    image = story(told["rom"])
    return Game(image, typed, told["seed"]) if image else None


def walkthrough(name: str, cache: Path) -> Round:
    """A whole game, from the first command to the last, with what dfrotz needs for it."""
    played = game(name)
    if played is None or not Path(FROTZ[0]).is_file():
        return {}
    image, typed, seed = str(played.image), played.typed, str(played.seed)
    command = (*ZOO, "run", "--engine", "recompile", "--rng", "frotz", "--profile", "frotz")
    ours = processor_time((*command, "--seed", seed, image), cache, typed)[0]
    frotz = processor_time((*FROTZ, "-s", seed, image), cache, typed)[0]
    return {
        f"{name}, dfrotz": Figure(frotz, "s", 1.0),
        f"{name}, recompile": Figure(ours, "s", ours / frotz),
    }


def one_round(warm: Path, cold: Path) -> Round:
    """Everything once, one after the other."""
    figures: Round = {}
    for name in (LONG, LONGER):
        path = story(name)
        if path is None:
            continue
        frotz = None
        if Path(FROTZ[0]).is_file():
            frotz = processor_time((*FROTZ, str(path)), warm)[0]
        engines = ("jit", "recompile") if name == LONG else ("recompile",)
        for engine in engines:
            figures |= engine_run(engine, path, warm, frotz, f"{engine}, {path.stem}")
    if short := story(SHORT):
        figures |= engine_run("interp", short, warm, None, f"interp, {short.stem}")
    for name in GAMES:
        figures |= walkthrough(name, warm)
    if played := story(PLAYED):
        shutil.rmtree(cold, ignore_errors=True)
        command = (*ZOO, "run", "--no-echo", str(played))
        figures["first prompt of zork1, cold cache (wall)"] = Figure(
            time_to_prompt(command, cold), "s"
        )
        figures["first prompt of zork1 (wall)"] = Figure(time_to_prompt(command, warm), "s")
    figures["zoo --help (wall)"] = Figure(wall_time((*ZOO, "--help"), warm), "s")
    return figures


def table(rounds: Sequence[Round]) -> Iterator[str]:
    yield "| what | best | median | × dfrotz, median of rounds |"
    yield "|---|---|---|---|"
    for name, first in rounds[0].items():
        values = [one[name].value for one in rounds]
        best = max(values) if first.unit == "M/s" else min(values)
        ratios = [one[name].ratio for one in rounds]
        known = [ratio for ratio in ratios if ratio is not None]
        ratio = f"{statistics.median(known):.3f}" if known else ""
        middle = statistics.median(values)
        yield f"| {name} | {best:.2f} {first.unit} | {middle:.2f} {first.unit} | {ratio} |"


def fill(cache: Path) -> None:
    """Compile the machine, and translate what is going to be run."""
    wall_time((*ZOO, "warm", "zmachine"), cache)
    for name in (LONG, LONGER):
        if path := story(name):
            wall_time((*ZOO, "warm", "--story", str(path)), cache)
    for name in GAMES:
        wall_time((sys.executable, "-P", __file__, "--rehearse", name), cache)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, help="where the table goes; by default, printed")
    parser.add_argument("--inside", nargs=2, metavar=("ENGINE", "STORY"), help="one run, in here")
    parser.add_argument("--rehearse", choices=GAMES, help="translate what a game needs")
    wanted = parser.parse_args()
    if wanted.rehearse:
        rehearsed(wanted.rehearse)
        return
    if wanted.inside:
        inside(wanted.inside[0], Path(wanted.inside[1]))
        return
    with tempfile.TemporaryDirectory(prefix="zoo-bench-") as folder:
        warm, cold = Path(folder, "warm"), Path(folder, "cold")
        if story(LONG) is None:
            print("the benchmark stories are not there (ZOO_BENCH): no rates", file=sys.stderr)
        print("compiling ...", file=sys.stderr)
        fill(warm)
        rounds: list[Round] = []
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
