"""One row per instruction: what the manual's line says, and the function that does it.

A row's function is written in the subset of Python that CPython and Numba run alike. Its
parameters say what it takes: first `m`, the state; then, by these names, what the decoder found
(each machine documents its own); every other parameter is the next operand, in order.
What it returns goes where the row says: to a result, to a branch, or, for a row that directs the
flow of control, to the program counter.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

LEAVE = "LEAVE"  # in an arm's lines: end the run
TRAP = "TRAP"  # likewise: the guest has its own way with a fault (zoo.machine.Machine.trap)


@dataclass(frozen=True)
class Op:
    """One instruction.

    code: the number in the manual's table; `form` says in which of its tables.
    function: its meaning.
    stores: has a result.  branches: its result is a condition.
    flow: returns the next program counter.
    stops: may stop the run (a fault, or a service of the host), always before any effect.
    alone: no translation has it; the loop carries it out.
    """

    code: int
    name: str
    function: Callable[..., int]
    form: str = ""
    stores: bool = False
    branches: bool = False
    flow: bool = False
    stops: bool = False
    alone: bool = False
    text: bool = False
    versions: frozenset[int] = frozenset()
    doc: str = ""

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of the function's parameters after the state."""
        return tuple(inspect.signature(self.function).parameters)[1:]


@dataclass(frozen=True)
class Arm:
    """One arm of the dispatch loop, for the rows that are carried out alike.

    loads: source lines that fetch the operands, when the decoder has said what they are.
    tail: source lines that decode what follows the operands in the code.
    lines: source lines that call the function and use what it returns; LEAVE stands where the
        run must stop.
    """

    number: int
    loads: tuple[str, ...]
    tail: tuple[str, ...]
    lines: tuple[str, ...]
    ops: tuple[Op, ...]

    @property
    def name(self) -> str:
        return f"arm_{self.number}_{self.ops[0].name}"


@dataclass(frozen=True)
class Group:
    """Instructions whose operands are found in the same way: one branch of the dispatch loop.

    condition: a Python expression over `op`, the first unit of the instruction's code.
    lines: source lines that set `arm` and find and fetch the operands.
    arms: those that the group may lead to.
    """

    condition: str
    lines: tuple[str, ...]
    arms: tuple[Arm, ...]


class Special(NamedTuple):
    """How the interpreter carries out one decoded instruction.

    name: the same for all instructions of an arm that have the same lines.
    found: the decoder's fields for the lines, after the arm's number.
    names: functions that may stand for others here, where the more general is called.
    """

    name: str
    lines: tuple[str, ...]
    found: Sequence[int]
    names: Mapping[str, str] = {}


class Onward(NamedTuple):
    """Where control may go after an instruction, as far as its code says.

    targets: addresses.
    elsewhere: or to where only its execution tells.
    calls: it goes elsewhere first, and to the one target when what it called has returned.
    """

    targets: tuple[int, ...]
    elsewhere: bool = False
    calls: bool = False
