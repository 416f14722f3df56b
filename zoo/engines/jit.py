"""The compiled loop: native code of the module that `zoo.generate` writes.

It is compiled once, by Numba and LLVM, and kept; a warm start imports neither of them.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path

from zoo import cache as store
from zoo import registers
from zoo.engines.code import Code, load
from zoo.engines.image import unpacked
from zoo.engines.processor import processor
from zoo.layout import Guest
from zoo.machine import Machine
from zoo.registers import PC, RETRY, RUNNING, STOP


def mask(machine: Machine) -> int:
    """Of an address of code: the highest power of two, less 1, that the arena has room for."""
    return (1 << machine.layout[machine.code].size.bit_length() - 1) - 1


# run(address of the guest's buffer, budget, table, mask) -> budget left
RUN = ctypes.CFUNCTYPE(
    ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64
)


@cache
def key(machine: Machine) -> str:
    """A hash of everything that the machine's compiled code depends on."""
    own = Path(__file__).parent
    modules = (registers, *machine.modules, sys.modules[machine.onward.__module__])
    files = [
        own.with_name("generate.py"),
        own.with_name("held.py"),
        *(own / name for name in COMPILERS),
    ]
    files += [Path(module.__file__) for module in modules if module.__file__]
    return store.key(
        *(file.read_text(encoding="utf-8") for file in files),
        repr([(a.name, a.loads, a.tail, a.lines) for a in machine.arms]),
        repr([(g.condition, g.lines, [a.number for a in g.arms]) for g in machine.groups]),
        repr((machine.first, machine.fields, machine.layout.arenas)),
        repr((sorted(machine.inline), sorted(machine.shared), machine.held)),
        processor(),
    )


COMPILERS = (
    "native.py",
    "callconv.py",
    "frontend.py",
    "backend.py",
    "compiler.py",
    "library.py",
    "constants.py",
    "units.py",
    "translate.py",
    "holding.py",
    "elf.py",
    "flatten.py",
    "image.py",
    "kept.py",
)
# What the loop is given as a table has an entry for every `pc & mask`: the address of a translation
# or, up to MOST, how often control went there. Then come the count that is hot, and a word for the
# recompiler.
MOST = 0xFFFF
NEVER = 1 << 62  # a limit that no count reaches


def object_path(machine: Machine) -> Path:
    """Where a machine's loop belongs in the cache."""
    return store.folder() / f"{machine.name}-{key(machine)}.o"


def is_ready(machine: Machine) -> bool:
    """Whether compiled code lies in the cache, whole."""
    return store.kept(object_path(machine)) is not None


@cache
def loaded(machine: Machine) -> Code:
    """The machine's loop in this process: "run", "drive", and what translations call.

    It comes from the cache, or is compiled and kept there. Where the cache can't be written it is
    compiled for this process alone.
    """
    path = object_path(machine)
    data = store.kept(path)
    if data is None:
        from zoo.engines.compiler import Compiler

        data = Compiler(machine).loop()
        store.keep(path, data)
    ((image, _),) = unpacked(data)
    return load([image], {})[0]


class Jit:
    """Runs one guest in native code."""

    name = "jit"

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._machine = machine
        self._m = guest.state
        self._address = guest.address
        self._run = RUN(loaded(machine).addresses["run"])  # ctypes lets other threads run
        self._table = (ctypes.c_int64 * 2)(0, NEVER)
        self._changed = machine.layout.registers[machine.changed]

    def run(self, budget: int) -> int:
        """As Interp.run."""
        self._m.r[self._changed] = 0  # here nothing is translated
        left = self._run(self._address, budget, self._table, 0)
        if self._m.r[STOP] != RUNNING and self._m.r[RETRY]:
            self._machine.restart(self._m, self._m.r[PC])
        return left

    def figures(self) -> dict[str, float]:
        return {}
