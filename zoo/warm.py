"""Fill the cache for one machine: `python -m zoo.warm MACHINE`, what a run's child process does."""

import sys

from zoo.engines import jit
from zoo.machine import machine

if __name__ == "__main__":
    jit.compiled(machine(sys.argv[1]))
