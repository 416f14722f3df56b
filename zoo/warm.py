"""Fill the cache for one machine: `python -m zoo.warm MACHINE`, what a run's child process does."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys

from zoo.machine import Machine, machine


def fill(wanted: Machine) -> None:
    """Compile what is not in the cache yet, and only once however many processes ask for it."""
    from zoo.engines import jit, recompile

    path = jit.object_path(wanted).with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_ready(wanted):
            return
        from zoo import cache
        from zoo.engines.compiler import Compiler

        compiler = Compiler(wanted)
        cache.keep(jit.object_path(wanted), compiler.loop())
        cache.keep(recompile.library_path(wanted), compiler.library())


def has_loop(wanted: Machine) -> bool:
    """Whether the machine's loop lies in the cache: enough to begin with."""
    from zoo.engines import jit

    return jit.is_ready(wanted)


def is_ready(wanted: Machine) -> bool:
    """Whether all that can be compiled ahead lies in the cache."""
    from zoo import cache
    from zoo.engines import recompile

    return has_loop(wanted) and cache.kept(recompile.library_path(wanted)) is not None


def start(name: str) -> subprocess.Popen[bytes]:
    """A child process that fills the cache, behind what people are doing."""
    return subprocess.Popen(
        [sys.executable, "-m", "zoo.warm", name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    os.nice(10)
    fill(machine(sys.argv[1]))
