"""Fill the cache for one machine: `python -m zoo.warm MACHINE`, what a run's child process does."""

import fcntl
import os
import sys

from zoo.engines import jit
from zoo.machine import machine


def main(name: str) -> None:
    """Compile, behind what people are doing, and only once however many runs ask for it."""
    os.nice(10)
    wanted = machine(name)
    path = jit.module_path(wanted)[0].with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jit.is_ready(wanted):
            jit.compiled(wanted)


if __name__ == "__main__":
    main(sys.argv[1])
