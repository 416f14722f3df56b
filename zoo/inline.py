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
from collections.abc import Iterable
from types import ModuleType


class Inliner(ast.NodeTransformer):
    """Knows the small functions of some modules, and writes them out in lines of source."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self._expressions: dict[str, tuple[list[str], ast.expr]] = {}
        self._statements: dict[str, tuple[list[str], list[ast.stmt]]] = {}
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

    def lines(self, source: Iterable[str]) -> list[str]:
        """The lines with every small function written out."""
        tree = ast.parse("\n".join(source))
        return ast.unparse(self.visit(tree)).splitlines()

    def visit_Call(self, node: ast.Call) -> ast.expr:
        known = self._expressions.get(node.func.id) if isinstance(node.func, ast.Name) else None
        self.generic_visit(node)
        if known is None:
            return node
        parameters, expression = known
        values = dict(zip(parameters, node.args, strict=True))
        uses = Counter(n.id for n in ast.walk(expression) if isinstance(n, ast.Name))
        # What is used twice would be computed twice; what does something must be done once, first.
        if any(not _is_plain(v) and (uses[p] != 1 or _acts(v)) for p, v in values.items()):
            return node
        return self.visit(_Replace(values).visit(copy.deepcopy(expression)))

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            known = self._statements.get(call.func.id)
            if known is not None and all(_is_plain(argument) for argument in call.args):
                values = dict(zip(known[0], call.args, strict=True))
                return [self.visit(_Replace(values).visit(copy.deepcopy(s))) for s in known[1]]
        self.generic_visit(node)
        return node


class _Replace(ast.NodeTransformer):
    """Put arguments where the parameters are."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self._values.get(node.id, node))


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Constant)


def _acts(node: ast.expr) -> bool:
    return any(isinstance(n, ast.Call) for n in ast.walk(node))


def _is_simple(line: ast.stmt) -> bool:
    """An assignment to an element: it binds no name that the caller could have too."""
    return isinstance(line, ast.Assign) and all(isinstance(t, ast.Subscript) for t in line.targets)
