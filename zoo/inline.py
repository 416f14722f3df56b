"""Write small functions out where they are called, for the interpreter.

A call costs CPython more than most instructions do. A function that is a single expression, or a
few assignments, can stand in the caller's place: this is what LLVM does for the compiled loop, and
it changes as little of the meaning. Anything larger stays a call.
"""

from __future__ import annotations

import ast
import copy
import inspect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType


class Inliner(ast.NodeTransformer):
    """Knows the small functions of some modules, and writes them out in lines of source."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self._expressions: dict[str, tuple[list[str], ast.expr]] = {}
        self._statements: dict[str, tuple[list[str], list[ast.stmt]]] = {}
        self._names: Mapping[str, str] = {}
        for module in modules:
            for node in ast.parse(inspect.getsource(module)).body:
                if isinstance(node, ast.FunctionDef):
                    self._learn(node)

    def _learn(self, node: ast.FunctionDef) -> None:
        parameters = [argument.arg for argument in node.args.args]
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        *rest, last = body
        if not isinstance(last, ast.Return) or last.value is None:
            return
        if not rest:
            self._expressions[node.name] = parameters, last.value
        elif isinstance(last.value, ast.Constant) and all(_is_simple(line) for line in rest):
            self._statements[node.name] = parameters, rest

    def lines(self, source: Iterable[str], names: Mapping[str, str]) -> list[str]:
        """The lines with every small function written out, and some functions for others."""
        self._names = names
        tree = ast.parse("\n".join(source))
        return ast.unparse(self.visit(tree)).splitlines()

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        known = None
        if isinstance(node.func, ast.Name):
            node.func.id = self._names.get(node.func.id, node.func.id)
            known = self._expressions.get(node.func.id)
        if known is None:
            return node
        parameters, expression = known
        if not _fits(parameters, node.args, [expression]):
            return node
        values = dict(zip(parameters, node.args, strict=True))
        return self.visit(_Replace(values).visit(copy.deepcopy(expression)))

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        # What is called here may itself come down to the call of a function of statements.
        call = node.value = self.visit(node.value)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            parameters, body = self._statements.get(call.func.id, ([], []))
            if body and _fits(parameters, call.args, body):
                values = dict(zip(parameters, call.args, strict=True))
                return [self.visit(_Replace(values).visit(copy.deepcopy(s))) for s in body]
        return node


class _Replace(ast.NodeTransformer):
    """Put arguments where the parameters are."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self._values.get(node.id, node))


def _fits(parameters: list[str], arguments: list[ast.expr], body: Sequence[ast.AST]) -> bool:
    """Whether the arguments can stand where the parameters do: what is used twice would be
    computed twice, and what does something must be done once, and first."""
    names = (n.id for part in body for n in ast.walk(part) if isinstance(n, ast.Name))
    uses = Counter(names)
    return all(
        _is_plain(argument) or (uses[parameter] == 1 and not _acts(argument))
        for parameter, argument in zip(parameters, arguments, strict=True)
    )


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Constant)


def _acts(node: ast.expr) -> bool:
    return any(isinstance(n, ast.Call) for n in ast.walk(node))


def _is_simple(line: ast.stmt) -> bool:
    """An assignment to an element: it binds no name that the caller could have too."""
    return isinstance(line, ast.Assign) and all(isinstance(t, ast.Subscript) for t in line.targets)
