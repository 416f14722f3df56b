"""The compiled loop: Numba makes machine code of the module that `zoo.generate` writes.

This is the only module that imports numba, and it does so late: that alone takes half a second.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from zoo import cache as store
from zoo.generate import dispatch_module
from zoo.layout import Guest
from zoo.machine import Machine
from zoo.registers import PC, RETRY, RUNNING, STOP


def module_path(machine: Machine) -> tuple[Path, str]:
    """Where the generated module of a machine belongs in the cache, and its source."""
    source = dispatch_module(machine)
    native = Path(__file__).with_name("native.py").read_text(encoding="utf-8")
    return store.folder() / "jit" / f"{machine.name}_{store.key(source + native)}.py", source


def is_ready(machine: Machine) -> bool:
    """Whether compiled code lies in the cache."""
    return module_path(machine)[0].with_suffix(".ready").exists()


@cache
def compiled(machine: Machine) -> Callable[..., int]:
    """The machine's loop as native code: run(address of the buffer, budget) -> budget left.

    It comes from the cache, or is compiled and kept there. Where the cache can't be written it is
    compiled for this process alone.
    """
    path, source = module_path(machine)
    kept = path.exists() or store.keep(path, source.encode())
    if not kept:
        path = Path(_scratch().name) / path.name
        store.keep(path, source.encode())
    native: Any = None
    if path.with_suffix(".ready").exists():
        with suppress(Exception):  # the cache is damaged, or of another processor
            native = _imported(path, ready=True)
    native = native or _imported(path, ready=False)
    if kept:
        store.keep(path.with_suffix(".ready"), b"")
    # ctypes lets other threads run meanwhile.
    prototype = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64)
    function = prototype(native.address)
    function.keep = native  # type: ignore[attr-defined]
    return function


def _imported(path: Path, ready: bool) -> Any:
    """The function `run` of the module in a file; `ready`: it was compiled before."""
    spec = importlib.util.spec_from_file_location(f"zoo_jit_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module)["READY"] = ready
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return vars(module)["run"]


@cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes when the process does."""
    return tempfile.TemporaryDirectory(prefix="zoo-")


class Jit:
    """Runs one guest in native code."""

    name = "jit"

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._machine = machine
        self._m = guest.state
        self._address = guest.address
        self._run = compiled(machine)

    def run(self, budget: int) -> int:
        """As Interp.run."""
        left = self._run(self._address, budget)
        if self._m.r[STOP] != RUNNING and self._m.r[RETRY]:
            self._machine.restart(self._m, self._m.r[PC])
        return left
