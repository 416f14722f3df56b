"""What the machine's functions do with the registers that translations hold (`Machine.held`).

Within a translation such a register is a value of LLVM's, and not in the state. Whatever is called
there, and might touch one, needs them in the state while it runs: which functions those are, their
source says. A row of registers is indexed from its first one, `m.r[BASE + s]`, and such an index
stays within the row; an index without a register's name may be any.
"""

from __future__ import annotations

import ast
import inspect

from zoo.machine import Machine


def touched(machine: Machine) -> dict[str, frozenset[str]]:
    """For every function, those that it may touch, itself or in what it calls."""
    functions = _functions(machine)
    found = {
        name: frozenset[str]().union(*(_registers(node, machine) for node in ast.walk(function)))
        for name, function in functions.items()
    }
    calls = {name: _names(function) & found.keys() for name, function in functions.items()}
    while True:
        more = {name: found[name].union(*(found[f] for f in calls[name])) for name in found}
        if more == found:
            return found
        found = more


def sweeping(machine: Machine) -> frozenset[str]:
    """The functions with loops over such registers: what they touch does not stand in their code,
    so that a translation must not have them within itself."""
    touching = {name for name, registers in touched(machine).items() if registers}
    return frozenset(
        name
        for name, function in _functions(machine).items()
        for loop in ast.walk(function)
        if isinstance(loop, ast.For)
        and any(
            _names(loop.target) & _names(node)
            for node in ast.walk(loop)
            if _registers(node, machine) or (isinstance(node, ast.Call) and _names(node) & touching)
        )
    )


def _functions(machine: Machine) -> dict[str, ast.FunctionDef]:
    trees = (ast.parse(inspect.getsource(module)) for module in machine.modules)
    return {node.name: node for t in trees for node in t.body if isinstance(node, ast.FunctionDef)}


def _registers(node: ast.AST, machine: Machine) -> frozenset[str]:
    """Those of which an expression may be one."""
    held = frozenset(machine.held)
    if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute)):
        return frozenset()
    if node.value.attr != "r":
        return frozenset()
    names = _names(node.slice) & machine.layout.registers.keys()
    if isinstance(node.slice, ast.Name):
        return held & names if names else held
    return held if not names or names & held else frozenset()


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
