"""What the zoo knows of a machine: one frozen record, found through an entry point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from zoo.layout import Guest, Layout, State
from zoo.plugins import plugins
from zoo.table import Arm, Group, Onward, Op, Special

GROUP = "zoo.machines"


class ImageError(ValueError):
    """The file is not an image that the machine can run; the text says which and what to do."""


def as_they_are(arm: Arm, found: Sequence[int]) -> Special:
    """An arm's lines for any instruction that leads to it."""
    return Special("", arm.loads + arm.lines, found)


@dataclass(frozen=True, eq=False)
class Machine:
    """One kind of guest.

    modules: the modules of semantic functions, in the order in which they build on each other.
    decode: `decode(m, pc)` returns `fields`: the arm's number, the address of the next
        instruction, and whatever else the arms need; it reads code and changes nothing.
    arms: the source lines that carry out the operations, given what `decode` returned.
    first: the source of the expression for the first unit of code at `pc`.
    groups: the branches of the compiled loop, which decodes and fetches as it goes.
    inline: the names of the functions that are so hot and small that they must not be called.
    restart: `restart(m, pc)` puts back what fetching the operands of the instruction at `pc` took.
    load: makes a Guest of an image's bytes; raises ImageError.
    code: the name of the arena that holds the code.
    onward: `onward(m, arm, found)` says where control may go after a decoded instruction.
    fixed_code: the addresses where code that begins there can never change, in this guest.
    changed: the register that a store makes other than 0 if the arena `code` has another value than
        0 for an address that it writes: the address + 1, or -1 for several.
    lowest: a register that is kept at the lowest address for which `code` has another value than 0,
        or at what it was loaded with if that is lower: stores below it need not look.
    constants: the registers that belong to the image: once it is loaded, nothing changes them.
    shared: those functions of `inline` of which a translation has one copy at most.
    noun: what an image is called.
    trap: the function for which TRAP stands in the arms' lines: `trap(m, at)` makes the guest deal
        with a fault of the instruction at `at`; it returns the next pc, or -1 to stop.
    held: the registers that translations hold in the processor's (zoo.held).
    clear: registers that are 0 whenever an instruction begins.
    context: registers on which it depends what code means; only instructions that stand alone
        (zoo.table.Op.alone) or go elsewhere (zoo.table.Onward), and a trap, write them.
    reach: the addresses at which instructions may begin, as the context is; None for all.
    services: `services(guest, host)` makes what answers a guest's requests (zoo.session.Services).
    specialise: `specialise(arm, found)` gives the lines with which the interpreter carries out one
        decoded instruction.
    faults, requests: what the numbers in CAUSE mean, in words.
    recognises: whether a file's bytes look like an image of this machine.
    """

    name: str
    title: str
    arms: tuple[Arm, ...]
    layout: Layout
    modules: tuple[ModuleType, ...]
    decode: Callable[..., tuple[int, ...]]
    fields: tuple[str, ...]
    first: str
    groups: tuple[Group, ...]
    inline: frozenset[str]
    restart: Callable[..., int]
    load: Callable[..., Guest]
    code: str
    onward: Callable[..., Onward]
    fixed_code: Callable[[Guest], range]
    changed: str
    services: Callable[..., Any]
    faults: Mapping[int, str] = field(default_factory=dict[int, str])
    requests: Mapping[int, str] = field(default_factory=dict[int, str])
    constants: tuple[str, ...] = ()
    shared: frozenset[str] = frozenset()
    noun: str = "program"
    trap: str = ""
    held: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    reach: Callable[[State], range] | None = None
    lowest: str | None = None
    specialise: Callable[[Arm, Sequence[int]], Special] = as_they_are
    recognises: Callable[[bytes], bool] = lambda data: False

    @property
    def table(self) -> tuple[Op, ...]:
        """One row per instruction."""
        return tuple(op for arm in self.arms for op in arm.ops)


def machines() -> dict[str, Machine]:
    """The installed machines by name (entry-point group `zoo.machines`)."""
    return {name: point.load() for name, point in plugins(GROUP).items()}


def machine(name: str) -> Machine:
    """The machine called `name`; ImageError with the names that exist if there is none."""
    point = plugins(GROUP).get(name)
    if point is None:
        known = ", ".join(plugins(GROUP))
        raise ImageError(f"no machine is called {name!r}; there are: {known}")
    return point.load()
