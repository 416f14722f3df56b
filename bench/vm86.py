"""Time the 386 against DOSBox, QEMU, Bochs and Unicorn, alternating; print tables in Markdown.

    python bench/vm86.py [--rounds 3] [--peers zoo dosbox ...] [--programs sieve ...]

The programs are beside the project or in the folder that ZOO_BENCH names. Each runs with few and
with many repetitions, and the difference is what counts: neither starting nor translating is in
it. Times are the processor's, user and system. What a machine shares with others makes every
figure wander, so each round runs everything once, one after the other, and a ratio is that of two
runs of the same round. A peer that is not installed is left out.
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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
REPETITIONS = slice(3, 5)  # the word in a program that says how many
MOST = 0xFFFF
SECONDS = 0.5  # a measurement takes at least so long
LIMIT = 120.0  # and is given up after so long
FLOPPY = 1_474_560  # bytes
ENDED = b"!"
# Instructions of one repetition
PROGRAMS = {
    "sieve": 139_341,
    "crcbit": 135_244,
    "crctab": 147_462,
    "dhry": 404_006,
    "dhryfar": 404_006,
    "mandel": 1_221_873,
    "mandelfar": 1_221_873,
    "int21": 4_003,
    "iflag": 7_003,
}
CALLS = {"int21": 1000}  # of DOS, each repetition; what they take is the figure
DOSBOX = """\
[sdl]
fullscreen=false
[cpu]
core={core}
cycles=fixed 2000000
[mixer]
nosound=true
[autoexec]
mount c {folder}
c:
{program} > NUL
exit
"""
BOCHS = """\
romimage: file=/usr/share/bochs/BIOS-bochs-legacy
vgaromimage: file=/usr/share/seabios/vgabios-isavga.bin
megs: 8
cpu: model=pentium, ips=50000000
floppya: 1_44={image}, status=inserted
boot: floppy
display_library: rfb, options="timeout=0"
plugin_ctrl: speaker=0
log: {log}
port_e9_hack: enabled=1
panic: action=fatal
"""


@dataclass(frozen=True)
class Peer:
    """What runs a program. missing: what it lacks here, if anything. time: the processor's seconds
    for a .COM file; it may leave files beside it. settling: seconds until it has translated all."""

    name: str
    missing: str
    time: Callable[[Path], float]
    settling: float = 0.0


def processor_time(
    command: Sequence[str | Path],
    typed: bytes = b"",
    until: bytes = b"",
    more: Mapping[str, str] | None = None,
) -> float:
    """The seconds of the processor that a command needs, to its end or until it prints `until`."""
    with subprocess.Popen(
        command,
        env={**os.environ, **(more or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(typed)
        child.stdin.flush()
        signal.signal(signal.SIGALRM, lambda *_: child.kill())
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        found = b""
        while chunk := child.stdout.read1(1 << 16):
            found = found[-len(until) :] + chunk if until else b""
            if until and until in found:
                child.kill()
                break
        _, status, usage = os.wait4(child.pid, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if until not in found or (child.returncode and not until):
        raise SystemExit(f"{command[0]} did not come to its end: {' '.join(map(str, command))}")
    return usage.ru_utime + usage.ru_stime


def zoo(engine: str) -> Callable[[Path], float]:
    # -P: this file has the name of a package.
    return lambda path: processor_time([sys.executable, "-P", __file__, "--zoo", engine, path])


def run_in_zoo(engine: str, program: str) -> None:
    """`zoo run`, but that it waits for translations: so they are made at the same instructions in
    every run."""
    from zoo.cli import commands
    from zoo.engines import recompile

    recompile.WAIT = True
    commands.main(["run", "--engine", engine, program])


def dosbox(core: str) -> Callable[[Path], float]:
    def run(path: Path) -> float:
        settings = path.with_suffix(".conf")
        text = DOSBOX.format(core=core, folder=path.parent, program=path.name)
        settings.write_text(text)
        headless = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
        return processor_time(["dosbox", "-noconsole", "-conf", settings], more=headless)

    return run


def floppy(path: Path) -> Path:
    """An image that boots a program."""
    image = path.with_suffix(".img")
    source = ROOT / "bench" / "vm86boot.asm"
    subprocess.run(["nasm", "-f", "bin", "-o", image, source], check=True)
    image.write_bytes((image.read_bytes() + path.read_bytes()).ljust(FLOPPY, b"\0"))
    return image


def qemu(path: Path) -> float:
    drive = f"if=floppy,format=raw,file={floppy(path)}"
    machine = ["qemu-system-i386", "-accel", "tcg", "-m", "8", "-display", "none", "-no-reboot"]
    return processor_time([*machine, "-debugcon", "stdio", "-drive", drive], until=ENDED)


def bochs(path: Path) -> float:
    settings = path.with_suffix(".bochsrc")
    settings.write_text(BOCHS.format(image=floppy(path), log=path.with_suffix(".log")))
    # Debian's waits in its debugger to be told to go on, and ends its own lines with no '!'.
    return processor_time(["bochs", "-q", "-f", settings], typed=b"c\n", until=ENDED)


def unicorn(path: Path) -> float:
    return processor_time([sys.executable, "-P", __file__, "--unicorn", path])


def run_in_unicorn(image: bytes) -> None:
    """Run a .COM program in Unicorn, with as much of DOS as the benchmarks ask for."""
    from unicorn import UC_ARCH_X86, UC_HOOK_INTR, UC_MODE_16, Uc
    from unicorn import x86_const as x86

    machine = Uc(UC_ARCH_X86, UC_MODE_16)
    machine.mem_map(0, 0x110000)
    machine.mem_write(0x10100, image)
    for register in (x86.UC_X86_REG_CS, x86.UC_X86_REG_DS, x86.UC_X86_REG_ES, x86.UC_X86_REG_SS):
        machine.reg_write(register, 0x1000)
    machine.reg_write(x86.UC_X86_REG_SP, 0xFFFE)

    def interrupt(uc: Any, number: int, _: object) -> None:
        if number == 0x20 or uc.reg_read(x86.UC_X86_REG_AH) == 0x4C:
            uc.emu_stop()

    machine.hook_add(UC_HOOK_INTR, interrupt)
    machine.emu_start(0x10100, 0)


def lacks(*programs: str) -> str:
    return ", ".join(name for name in programs if shutil.which(name) is None)


def lacks_unicorn() -> str:
    try:
        import unicorn  # noqa: F401
    except ImportError:
        return "unicorn"
    return ""


def peers() -> tuple[Peer, ...]:
    return (
        Peer("zoo jit", "", zoo("jit")),
        Peer("zoo recompile", "", zoo("recompile"), settling=1.0),
        Peer("DOSBox dynamic", lacks("dosbox"), dosbox("dynamic")),
        Peer("DOSBox normal", lacks("dosbox"), dosbox("normal")),
        Peer("Unicorn", lacks_unicorn(), unicorn),
        Peer("QEMU TCG", lacks("qemu-system-i386", "nasm"), qemu),
        Peer("Bochs", lacks("bochs", "nasm"), bochs),
    )


def programs_folder() -> Path | None:
    given = os.environ.get("ZOO_BENCH")
    places = [Path(given)] if given else []
    places.append(ROOT.parent / "shared" / "bench")
    return next((place / "vm86" for place in places if (place / "vm86").is_dir()), None)


@dataclass(frozen=True)
class Work:
    """A program for a peer, in two versions: `few` and `many` repetitions."""

    peer: Peer
    program: str
    few: Path
    many: Path
    repetitions: int  # by how many they differ

    def measure(self) -> float:
        """Millions of instructions a second; for calls of DOS, how many microseconds each takes."""
        seconds = self.peer.time(self.many) - self.peer.time(self.few)
        seconds = max(seconds, 1e-3)
        if self.program in CALLS:
            return seconds / (self.repetitions * CALLS[self.program]) * 1e6
        return self.repetitions * PROGRAMS[self.program] / seconds / 1e6


def version(source: Path, repetitions: int, folder: Path) -> Path:
    """A program with so many repetitions, with a folder to itself."""
    image = bytearray(source.read_bytes())
    image[REPETITIONS] = repetitions.to_bytes(2, "little")
    place = folder / str(repetitions)
    place.mkdir(parents=True, exist_ok=True)
    path = place / "BENCH.COM"
    path.write_bytes(image)
    return path


def prepared(peer: Peer, source: Path, folder: Path) -> Work:
    """Find out how many repetitions take long enough to be measured."""

    def enough(seconds: float, fewest: int, most: int) -> int:
        """How many repetitions take so much longer than the fewest."""
        if seconds == 0.0:
            return fewest
        shortest = peer.time(version(source, fewest, folder))
        count = fewest + 64
        while count < most:
            taken = peer.time(version(source, count, folder)) - shortest
            if taken >= seconds:
                break
            factor = max(2.0, min(16.0, 1.2 * seconds / max(taken, 0.01)))
            count = min(most, fewest + int((count - fewest) * factor))
        return count

    few = enough(peer.settling, 1, MOST // 2)
    # How long translating takes differs from run to run: it must not matter.
    many = enough(SECONDS + 4 * peer.settling, few, MOST)
    return Work(
        peer,
        source.stem,
        version(source, few, folder),
        version(source, many, folder),
        many - few,
    )


Round = dict[tuple[str, str], float]


def one_round(works: Iterable[Work]) -> Round:
    return {(work.peer.name, work.program): work.measure() for work in works}


def rates(rounds: Sequence[Round], names: Sequence[str], programs: Sequence[str]) -> Iterator[str]:
    """Medians."""
    heads = [f"{name} (µs a call)" if name in CALLS else name for name in programs]
    yield from header("millions of instructions a second", heads)
    for peer in names:
        cells = [statistics.median(one[peer, program] for one in rounds) for program in programs]
        yield row(peer, [f"{cell:.2f}" if cell < 10 else f"{cell:.0f}" for cell in cells])


def ratios(
    rounds: Sequence[Round], ours: str, names: Sequence[str], programs: Sequence[str]
) -> Iterator[str]:
    """How many times as fast `ours` is as each other, medians of rounds."""
    yield from header(f"{ours} is faster, times", programs)
    for peer in names:
        cells: list[str] = []
        for program in programs:
            pairs = [(one[ours, program], one[peer, program]) for one in rounds]
            if program in CALLS:
                pairs = [(b, a) for a, b in pairs]
            cells.append(f"{statistics.median(a / b for a, b in pairs):.2f}")
        if peer != ours:
            yield row(peer, cells)


def header(title: str, columns: Sequence[str]) -> Iterator[str]:
    yield row(title, columns)
    yield "|---" * (len(columns) + 1) + "|"


def row(title: str, cells: Sequence[str]) -> str:
    return f"| {title} | {' | '.join(cells)} |"


def chosen(wanted: Sequence[str]) -> list[Peer]:
    """The peers that are there and whose names begin with what is wanted; a word for each other."""
    here: list[Peer] = []
    for peer in peers():
        if wanted and not any(peer.name.lower().startswith(word.lower()) for word in wanted):
            continue
        if peer.missing:
            print(f"{peer.name} is left out: {peer.missing} not installed", file=sys.stderr)
        else:
            here.append(peer)
    return here


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="*", default=[], help="how their names begin")
    parser.add_argument("--programs", nargs="*", default=list(PROGRAMS), choices=list(PROGRAMS))
    parser.add_argument("--output", type=Path, help="where the tables go; by default, printed")
    parser.add_argument("--zoo", nargs=2, metavar=("ENGINE", "PROGRAM"), help="one run, in here")
    parser.add_argument("--unicorn", type=Path, metavar="PROGRAM", help="one run, in here")
    wanted = parser.parse_args()
    if wanted.zoo:
        run_in_zoo(*wanted.zoo)
        return
    if wanted.unicorn:
        run_in_unicorn(wanted.unicorn.read_bytes())
        return
    sources = programs_folder()
    if sources is None:
        raise SystemExit("the benchmark programs are not there: set ZOO_BENCH to their folder")
    here = chosen(wanted.peers)
    if any(peer.name.startswith("zoo") for peer in here):
        print("compiling ...", file=sys.stderr)
        subprocess.run(
            [sys.executable, "-P", "-m", "zoo", "warm", "vm86"], stdout=sys.stderr, check=True
        )
    with tempfile.TemporaryDirectory(prefix="zoo-bench-") as name:
        works: list[Work] = []
        for number, peer in enumerate(here):
            print(f"preparing {peer.name} ...", file=sys.stderr)
            for program in wanted.programs:
                folder = Path(name, str(number), program)
                works.append(prepared(peer, sources / f"{program}.com", folder))
        rounds: list[Round] = []
        for k in range(wanted.rounds):
            print(f"round {k + 1} of {wanted.rounds} ...", file=sys.stderr)
            rounds.append(one_round(works))
    names = [peer.name for peer in here]
    kind = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    lines = [f"{wanted.rounds} rounds; {kind}", "", *rates(rounds, names, wanted.programs)]
    for ours in (name for name in names if name.startswith("zoo") and len(names) > 1):
        lines += ["", *ratios(rounds, ours, names, wanted.programs)]
    if wanted.output:
        wanted.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
