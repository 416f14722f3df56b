"""What translations are made of: a machine's arms as LLVM's IR, of which each takes what it needs.

The IR is kept as text, since text can be taken apart: to read all arms for the sake of a few would
take longer than all that is done with those.
"""

from __future__ import annotations

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportMissingTypeStubs=false
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from llvmlite import binding as llvm

_NAME = re.compile(r"@([\w.]+)\(")


def packed(module: llvm.ModuleRef, touched: Mapping[str, Iterable[str]]) -> bytes:
    """A module, to be kept; touched: the registers that its functions may touch (zoo.held)."""
    names = {name: sorted(registers) for name, registers in touched.items()}
    return zlib.compress(f"{json.dumps(names)}\n{module}".encode())


@lru_cache(maxsize=2)
def unpacked(data: bytes) -> Library:
    """What `packed` made, shared by all who ask for the same."""
    names, ir = zlib.decompress(data).decode().split("\n", 1)
    return Library(ir, json.loads(names))


class Library:
    """ir: of a module whose functions can be taken out of it.  touched: as `packed` was given."""

    def __init__(self, ir: str, touched: Mapping[str, Sequence[str]]) -> None:
        self.touched = touched
        self._functions: dict[str, str] = {}
        rest: list[str] = []
        lines = iter(ir.splitlines())
        for line in lines:
            if line.startswith("define"):
                (name,) = _NAME.findall(line)
                self._functions[name] = "\n".join([line, *_body(lines)])
            else:
                rest.append(line)
        self._rest = "\n".join(rest)

    def module(self, names: Iterable[str]) -> llvm.ModuleRef:
        """A module with the functions of these names, and with those that they call."""
        found: dict[str, str] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in self._functions and name not in found:
                found[name] = self._functions[name]
                waiting += _NAME.findall(found[name])
        return llvm.parse_assembly("\n".join([self._rest, *found.values()]))


def _body(lines: Iterator[str]) -> Iterator[str]:
    """The lines as far as a function's end."""
    for line in lines:
        yield line
        if line == "}":
            return
