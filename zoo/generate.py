"""Derive the dispatch loops of a machine from its table.

Both loops come from the same lines (`zoo.table.Arm`): for the interpreter one small function per
arm, for the compiler one module with the semantic functions' own source and a `run` in which
every arm is a branch. An if/elif chain over small integers becomes a jump table in LLVM.

The compiler's module holds everything: `zoo.engines.frontend` lowers it as it stands.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from textwrap import indent

from zoo import registers
from zoo.machine import Machine
from zoo.table import LEAVE, TRAP, Arm, Group

# No exceptions (a division by zero is checked where it can be), and no reference counts.
FAST = {"error_model": "numpy", "_nrt": False}


def trapped(lines: Iterable[str], trap: str, translated: bool = False) -> Iterator[str]:
    """The lines with what TRAP stands for: it ends the instruction, and perhaps the run."""
    for line in lines:
        yield line.replace(TRAP, "return TRAPPED" if translated else f"return {trap}(m, at)")


def step_source(machine: Machine, name: str, lines: Iterable[str], translated: bool = False) -> str:
    """The Python function that carries out instructions: it returns the next pc.

    The parameters are the decoder's fields after the arm's number. A negative result says that
    the run stops, for the reason in the STOP register. translated: TRAPPED says that there is a
    fault, with which the guest has not yet been made to deal.
    """
    parameters = ", ".join(machine.fields[1:])
    lines = trapped(lines, machine.trap, translated)
    body = [line.replace(LEAVE, "return -1") for line in lines]
    return f"def {name}(m, {parameters}):\n{_block([*body, 'return pc'])}\n"


def arm_functions(machine: Machine) -> str:
    """All arms as Python functions, for any operands."""
    return "\n\n".join(step_source(machine, a.name, a.loads + a.lines) for a in machine.arms)


def dispatch_module(machine: Machine) -> str:
    """The source of all that Numba compiles for a machine's loop."""
    return f"{functions_module(machine)}\n\n{loop_module(machine)}"


def functions_module(machine: Machine) -> str:
    """The semantic functions, and the names that they use."""
    arenas = ", ".join(repr((a.name, a.format, a.offset)) for a in machine.layout.arenas)
    fixed = ", ".join(str(number) for number in fixed_registers(machine).values())
    options = ", ".join(f"{k}={v!r}" for k, v in FAST.items())
    parts = [
        f'"""The dispatch loop of {machine.name}, generated from its table."""',
        "from numba import int64, njit, types\n\n"
        "from zoo.engines.native import StateType, entry, note, state",
        f"STATE = StateType([{arenas}], frozenset([{fixed}]))\nFAST = dict({options})\n"
        "HOT = dict(FAST, forceinline=True)",
        "\n".join(f"{name} = {value}" for name, value in _constants(machine).items()),
        *_functions(machine),
    ]
    return "\n\n\n".join(parts) + "\n"


def loop_module(machine: Machine) -> str:
    """What comes after them: the loop, `run`.

    run(address of the guest's buffer, budget, table, mask) returns how much of the budget is left.
    The table has an entry for every `pc & mask`, and then a limit. Where control goes to an
    address, its entry counts one more, until it has reached the limit: then `run` returns.
    """
    parts = [
        *_parts(machine),
        "@njit(int64(int64, int64, int64, int64), **FAST)\n"
        "def run(address, budget, table, mask):\n"
        f"    m = state(address, STATE)\n{_block(_loop(machine))}",
    ]
    return "\n\n\n".join(parts) + "\n"


def arms_module(machine: Machine) -> str:
    """What comes after them for a recompiler: every arm as a function, typed as the others are."""
    takes = ", ".join(["STATE"] + ["int64"] * len(machine.fields[1:]))
    arms = (
        f"@njit(int64({takes}), **HOT)\n{step_source(machine, a.name, a.loads + a.lines, True)}"
        for a in machine.arms
    )
    return "\n\n".join(arms)


def _block(lines: Iterable[str]) -> str:
    return indent("\n".join(lines), "    ")


def _loop(machine: Machine) -> Iterator[str]:
    yield from ("left = budget", "at = pc = m.r[PC]", "while left > 0:")
    yield from ("    at = pc", "    goes = 0", f"    op = {machine.first}")
    for k, group in enumerate(machine.groups):
        yield f"    {_word(k)} {group.condition}:"
        for line in group.lines:
            yield f"        {line.replace(LEAVE, 'break')}"
        for n, arm in enumerate(group.arms):
            names = ", ".join(dict.fromkeys(op.name for op in arm.ops))
            yield f"        {_word(n)} arm == {arm.number}:  # {names}"
            yield f"            to = {_part(k, arm)}({', '.join(('m', *_needs(group, arm)))})"
            if any(op.flow for op in arm.ops):
                yield "            goes = 1"
            elif any(op.branches for op in arm.ops):
                yield "            goes = 1 if to <= at else 0"
            elif machine.trap:
                yield "            goes = 1 if to != pc else 0"
            yield "            pc = to"
    yield "    if pc < 0:"
    yield "        break"
    yield "    if goes:"
    yield from (f"        {line}" for line in GOES)
    yield from (
        "    left -= 1",
        "if m.r[STOP] != RUNNING:",
        "    pc = at",
        "    if m.r[RETRY] == 0:",
        "        pc = decode(m, at)[1]",
        "        left -= 1",
        "m.r[PC] = pc",
        "return left",
    )


def _parts(machine: Machine) -> Iterator[str]:
    """The arms of the loop, each a function that returns the next pc, or -1 for a stop: Numba takes
    very long over one long function."""
    for k, group in enumerate(machine.groups):
        for arm in group.arms:
            needs = _needs(group, arm)
            lines = trapped(arm.tail + arm.lines, machine.trap)
            body = [*(line.replace(LEAVE, "return -1") for line in lines), "return pc"]
            takes = ", ".join(["STATE"] + ["int64"] * len(needs))
            head = f"def {_part(k, arm)}({', '.join(('m', *needs))}):"
            yield f"@njit(int64({takes}), **HOT)\n{head}\n{_block(body)}"


def _part(group: int, arm: Arm) -> str:
    return f"in_{group}_{arm.name}"


def _needs(group: Group, arm: Arm) -> tuple[str, ...]:
    """What an arm of the loop is given: of what its group has found, the names that it uses."""
    found = [node.id for node in _names(group.lines) if isinstance(node.ctx, ast.Store)]
    used = {node.id for node in _names(arm.tail + arm.lines)} | {"pc"}
    return tuple(name for name in dict.fromkeys(("op", "pc", "at", *found)) if name in used)


def _names(lines: Iterable[str]) -> list[ast.Name]:
    source = "\n".join(lines).replace(TRAP, "at").replace(LEAVE, "pass")
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]


# After an instruction that directs the flow of control, or goes back: is what follows hot, or is
# there something better for it?
GOES = (
    "count = entry(table, pc & mask)",
    "if count >= entry(table, mask + 1):",
    "    left -= 1",
    "    break",
    "note(table, pc & mask, count + 1)",
)


def _word(k: int) -> str:
    return "elif" if k else "if"


def _constants(machine: Machine) -> dict[str, int]:
    found: dict[str, int] = {}
    for module in (registers, *machine.modules):
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, int) and found.setdefault(name, value) != value:
                raise ValueError(f"{name} is {found[name]} and, in {module.__name__}, {value}")
    return found


def fixed_registers(machine: Machine) -> dict[str, int]:
    """The registers that are constants during a run: those that the machine says are, of which
    nothing is done but to read them, by name.

    It has to say so, because others are written by their number, as part of a row of registers.
    """
    read: set[str] = set()
    other: set[str] = set()
    sources = [*map(inspect.getsource, machine.modules), arm_functions(machine)]
    for tree in map(ast.parse, sources):
        reads = [
            node.slice
            for node in ast.walk(tree)
            if isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Name)
            and isinstance(node.ctx, ast.Load)
        ]
        read.update(name.id for name in reads)
        loaded = {
            n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        }
        names = loaded - set(reads)
        other.update(name.id for name in names)
    said = {*machine.constants, machine.lowest} - {None}
    return {
        name: number
        for name, number in machine.layout.registers.items()
        if name in said & read - other
    }


def _functions(machine: Machine) -> Iterator[str]:
    """The semantic functions, each after those that it calls, with their types.

    The types are written out because Numba would otherwise compile a function again for every
    constant that it is called with.
    """
    nodes: dict[str, ast.FunctionDef] = {}
    for module in machine.modules:
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.FunctionDef):
                nodes[node.name] = node
    ordered: dict[str, ast.FunctionDef] = {}

    def visit(node: ast.FunctionDef, above: tuple[str, ...]) -> None:
        if node.name in above:
            raise ValueError(f"{node.name} calls itself: {' -> '.join(above)}")
        for name in ast.walk(node):
            if isinstance(name, ast.Name) and name.id in nodes and name.id not in ordered:
                visit(nodes[name.id], (*above, node.name))
        ordered[node.name] = node

    for node in nodes.values():
        if node.name not in ordered:
            visit(node, ())
    for node in ordered.values():
        yield _compiled(node, machine)


def _compiled(node: ast.FunctionDef, machine: Machine) -> str:
    returns = ast.unparse(node.returns) if node.returns else "int"
    result = "int64"
    if returns != "int":
        result = f"types.UniTuple(int64, {returns.count('int')})"
    takes = ", ".join("STATE" if a.arg == "m" else "int64" for a in node.args.args)
    # Annotations and docstrings would only be noise in what people read of the loop.
    node.returns = None
    for argument in node.args.args:
        argument.annotation = None
    if ast.get_docstring(node) is not None and len(node.body) > 1:
        node.body.pop(0)
    options = "HOT" if node.name in machine.inline else "FAST"
    source = ast.unparse(node)
    return f"@njit({result}({takes}), **{options})\n{source}"
