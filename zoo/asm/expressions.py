"""Expressions in source: folded at once where they can be, else when addresses are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lark import Token


class AssemblyError(ValueError):
    """The source can't be assembled. The text says where, why, and what to do."""

    def __init__(self, file: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{file}:{line}:{column}: {message}")


class Problem(ValueError):
    """An error at a token, before the file's name is known."""

    def __init__(self, token: Token, message: str) -> None:
        super().__init__(message)
        self.token = token


@dataclass
class Scope:
    """What expressions refer to: symbols, the machine's functions, and `$`, the address here.

    origin: what is added to a place in the image to make an address.  base: the address where the
    present part of the program begins.
    """

    symbols: dict[str, int] = field(default_factory=dict[str, int])
    functions: dict[str, Callable[[int], int]] = field(
        default_factory=dict[str, Callable[[int], int]]
    )
    here: int = 0
    origin: int = 0
    base: int = 0

    def at(self, place: int) -> None:
        """`$` is this place of the image from now on."""
        self.here = place + self.origin


@dataclass(frozen=True, slots=True)
class Expression:
    """A value that depends on symbols. token: where it stands."""

    token: Token
    evaluate: Callable[[Scope], int]


Value = int | Expression

# By precedence, as in C, but that the bitwise operators bind tighter than the comparisons.
OPERATORS: dict[str, tuple[int, Callable[[int, int], int]]] = {
    "||": (-2, lambda a, b: a != 0 or b != 0),
    "&&": (-1, lambda a, b: a != 0 and b != 0),
    "==": (0, lambda a, b: a == b),
    "!=": (0, lambda a, b: a != b),
    "<>": (0, lambda a, b: a != b),
    "<=": (0, lambda a, b: a <= b),
    ">=": (0, lambda a, b: a >= b),
    "<": (0, lambda a, b: a < b),
    ">": (0, lambda a, b: a > b),
    "|": (1, lambda a, b: a | b),
    "^": (2, lambda a, b: a ^ b),
    "&": (3, lambda a, b: a & b),
    "<<": (4, lambda a, b: a << b),
    ">>": (4, lambda a, b: a >> b),
    "+": (5, lambda a, b: a + b),
    "-": (5, lambda a, b: a - b),
    "*": (6, lambda a, b: a * b),
    "/": (6, lambda a, b: a // b),
    "%": (6, lambda a, b: a % b),
}
SIGNS: dict[str, Callable[[int], int]] = {
    "-": lambda a: -a,
    "+": lambda a: a,
    "~": lambda a: ~a,
    "!": lambda a: int(a == 0),
}
LARGEST_SHIFT = 64
LONGEST_VALUE = 4096  # bits


def value(of: Value, scope: Scope) -> int:
    """The value as a number; raises Problem."""
    return of if isinstance(of, int) else of.evaluate(scope)


def symbol(token: Token) -> Expression:
    """The value of a label or of an `.equ`."""

    def evaluate(scope: Scope) -> int:
        if token not in scope.symbols:
            raise Problem(
                token, f"{token} is not defined; a label `{token}:` or an equ would do it"
            )
        return scope.symbols[token]

    return Expression(token, evaluate)


def call(token: Token, argument: Value) -> Expression:
    """One of the machine's functions."""

    def evaluate(scope: Scope) -> int:
        if token not in scope.functions:
            known = ", ".join(sorted(scope.functions)) or "none"
            raise Problem(token, f"there is no function {token}; there are: {known}")
        return scope.functions[token](value(argument, scope))

    return Expression(token, evaluate)


def unary(token: Token, argument: Value) -> Value:
    """A sign before a term."""
    apply = SIGNS[token]
    if isinstance(argument, int):
        return apply(argument)
    return Expression(token, lambda scope: apply(value(argument, scope)))


def binary(token: Token, a: Value, b: Value) -> Value:
    """One operator between two values."""
    apply = OPERATORS[token][1]

    def evaluate(scope: Scope) -> int:
        x, y = value(a, scope), value(b, scope)
        if token in ("/", "%") and y == 0:
            raise Problem(token, "division by zero")
        if token in ("<<", ">>") and not 0 <= y <= LARGEST_SHIFT:
            raise Problem(token, f"a shift by {y} places; 0 to {LARGEST_SHIFT} can be had")
        found = apply(x, y) + 0  # a comparison's result, too, is a number
        if found.bit_length() > LONGEST_VALUE:
            raise Problem(token, f"the value has more than {LONGEST_VALUE} bits")
        return found

    if isinstance(a, int) and isinstance(b, int):
        return evaluate(Scope())
    return Expression(token, evaluate)


def chain(parts: Sequence[Any], apply: Callable[[Token, Any, Any], Any] = binary) -> Any:
    """Terms with operators between them, by precedence and from the left."""
    values: list[Any] = [parts[0]]
    waiting: list[Token] = []

    def reduce() -> None:
        right, left = values.pop(), values.pop()
        values.append(apply(waiting.pop(), left, right))

    for k in range(1, len(parts), 2):
        while waiting and OPERATORS[waiting[-1]][0] >= OPERATORS[parts[k]][0]:
            reduce()
        waiting.append(parts[k])
        values.append(parts[k + 1])
    while waiting:
        reduce()
    return values[0]
