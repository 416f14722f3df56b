"""What the machine's functions do with the registers that translations hold (`Machine.held`).

Within a translation such a register is a value of LLVM's, and not in the state. Whatever is called
there, and might touch one, needs them in the state while it runs: which functions those are, their
source says. A row of registers is indexed from its first one, `m.r[BASE + s]`, and such an index
stays within the row; an index without a register's name may be any.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

from zoo.machine import Machine


def apart(machine: Machine) -> frozenset[str]:
    """The functions that touch none, nor call what does."""
    functions = _functions(machine)
    return frozenset(functions) - _touching(machine, functions)


def sweeping(machine: Machine) -> frozenset[str]:
    """The functions with loops over such registers: what they touch does not stand in their code,
    so that a translation must not have them within itself."""
    functions = _functions(machine)
    touching = _touching(machine, functions)
    return frozenset(
        name
        for name, function in functions.items()
        for loop in ast.walk(function)
        if isinstance(loop, ast.For)
        and any(
            _names(loop.target) & _names(node)
            for node in ast.walk(loop)
            if _touches(node, machine) or (isinstance(node, ast.Call) and _names(node) & touching)
        )
    )


def _functions(machine: Machine) -> dict[str, ast.FunctionDef]:
    trees = (ast.parse(inspect.getsource(module)) for module in machine.modules)
    return {node.name: node for t in trees for node in t.body if isinstance(node, ast.FunctionDef)}


def _touching(machine: Machine, functions: dict[str, ast.FunctionDef]) -> set[str]:
    """The functions that touch one, or call what does."""
    uses = {name: _names(function) for name, function in functions.items()}
    found = {
        name
        for name, function in functions.items()
        if any(_touches(node, machine) for node in ast.walk(function))
    }
    while more := {name for name, names in uses.items() if names & found} - found:
        found |= more
    return found


def _touches(node: ast.AST, machine: Machine) -> bool:
    """Whether an expression is a register that may be a held one."""
    if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute)):
        return False
    names = _names(node.slice) & machine.layout.registers.keys()
    return node.value.attr == "r" and (not names or not names.isdisjoint(machine.held))


def _names(node: ast.AST) -> set[str]:
    return set(_each_name(node))


def _each_name(node: ast.AST) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
