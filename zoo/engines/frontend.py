"""Numba as a front end: typed Python functions become LLVM IR, and nothing else happens to them.

Left to itself Numba optimises and loads every function, and once more within each of its callers,
which is most of its time. Here each function is lowered once; `zoo.engines.backend` does the rest.
"""

from __future__ import annotations

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false
# pyright: reportUnknownArgumentType=false, reportPrivateUsage=false, reportMissingTypeStubs=false
# pyright: reportUnknownLambdaType=false, reportAttributeAccessIssue=false
import linecache
import types
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from numba.core.codegen import CPUCodeLibrary
from numba.core.cpu import CPUContext
from numba.core.dispatcher import Dispatcher
from numba.core.runtime.nrt import rtsys

from zoo.engines.callconv import Plain


@dataclass(frozen=True)
class Lowered:
    """One function: its name in Python, its symbol, and the IR of the module that defines it."""

    name: str
    symbol: str
    ir: str


class Frontend:
    """Lowers sources one after the other; each sees the functions of those before it."""

    def __init__(self, name: str) -> None:
        self._module = types.ModuleType(name)
        self._seen: dict[int, Any] = {}

    def lower(self, source: str) -> list[Lowered]:
        """The functions that a source defines, after those of Numba's own that they use."""
        names = vars(self._module)
        file = f"<{self._module.__name__} {len(self._seen)}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        with _no_code():
            exec(compile(source, file, "exec"), names)
        found: list[Lowered] = []
        for function in list(names.values()):
            if isinstance(function, Dispatcher):
                (result,) = function.overloads.values()
                for library in _used(result.library, self._seen):
                    found.append(_lowered("", library, library.name))
                if id(result.library) not in self._seen:
                    self._seen[id(result.library)] = result.library
                    name = function.py_func.__name__
                    found.append(_lowered(name, result.library, result.fndesc.llvm_func_name))
        return found


def _lowered(name: str, library: Any, symbol: str) -> Lowered:
    return Lowered(name, symbol, str(library._final_module))


def _used(library: Any, seen: dict[int, Any]) -> Iterator[Any]:
    """The libraries that one needs, and that were not met before."""
    for needed in library._linking_libraries:
        if id(needed) not in seen:
            seen[id(needed)] = needed
            yield from _used(needed, seen)
            yield needed


@contextmanager
def _no_code() -> Generator[None]:
    """Numba neither wraps, nor links, nor optimises, nor loads what it lowers."""

    def finalize(library: Any) -> None:
        library._finalized = True

    with ExitStack() as stack:

        def instead(owner: Any, **others: Any) -> None:
            for name, other in others.items():
                stack.enter_context(patch.object(owner, name, other))

        instead(CPUCodeLibrary, finalize=finalize)
        instead(CPUContext, call_conv=property(Plain))
        # Numba asks for something to call, which nobody will; nor are there wrappers.
        nothing = lambda *_, **__: None  # noqa: E731
        instead(CPUContext, get_executable=lambda *_: [].append)
        instead(CPUContext, create_cpython_wrapper=nothing, create_cfunc_wrapper=nothing)
        # And nothing needs its runtime, which allocates.
        instead(CPUContext, post_lowering=nothing)
        instead(rtsys, initialize=nothing)
        yield
