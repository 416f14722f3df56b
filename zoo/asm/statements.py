"""What the lines of a source become: statements, which take up room and turn into bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from lark import Token

from zoo.asm.expressions import Problem, Scope, Value, value

LARGEST = 1 << 26  # bytes of an image: a slip in an expression must not fill the memory


class Statement(Protocol):
    """What takes up room in the image."""

    def end(self, at: int, scope: Scope) -> int:
        """The address after it, when it begins at `at`; it may only grow from pass to pass."""
        ...

    def encode(self, at: int, scope: Scope) -> bytes:
        """Its bytes."""
        ...


class Data:
    """Bytes that are known when they are read."""

    __slots__ = ("code",)

    def __init__(self, code: bytes) -> None:
        self.code = code

    def end(self, at: int, scope: Scope) -> int:
        return at + len(self.code)

    def encode(self, at: int, scope: Scope) -> bytes:
        return self.code


class Numbers:
    """Numbers of `size` bytes each."""

    def __init__(self, token: Token, size: int, order: Any, values: Sequence[Value]) -> None:
        self.token, self.size, self.order, self.values = token, size, order, values

    def end(self, at: int, scope: Scope) -> int:
        return at + self.size * len(self.values)

    def encode(self, at: int, scope: Scope) -> bytes:
        scope.at(at)
        limit = 1 << 8 * self.size
        code = bytearray()
        for one in self.values:
            number = value(one, scope)
            if not -limit // 2 <= number < limit:
                raise Problem(self.token, f"{number} does not fit in {self.size} byte(s)")
            code += (number % limit).to_bytes(self.size, self.order)
        return bytes(code)


class Fill:
    """Room up to an address: `.org`, `.align`, `.space`."""

    def __init__(self, token: Token, end: Callable[[int, Scope], int], byte: int = 0) -> None:
        self.token, self.until, self.byte = token, end, byte

    def end(self, at: int, scope: Scope) -> int:
        try:
            return self._end(at, scope)
        except Problem:
            return at  # a label further on: no room until it is known

    def _end(self, at: int, scope: Scope) -> int:
        scope.at(at)
        end = self.until(at, scope)
        if not at <= end <= LARGEST:
            raise Problem(
                self.token, f"{self.token} leads to {end:#x}, and this is {at:#x}; only forwards"
            )
        return end

    def encode(self, at: int, scope: Scope) -> bytes:
        return bytes([self.byte]) * (self._end(at, scope) - at)


class Label:
    """A name for an address; or, by `.equ`, for a value."""

    def __init__(self, token: Token, name: str, of: Value | None = None) -> None:
        self.token, self.name, self.of = token, name, of

    def end(self, at: int, scope: Scope) -> int:
        return at

    def encode(self, at: int, scope: Scope) -> bytes:
        scope.at(at)
        if self.of is not None:
            value(self.of, scope)
        return b""

    def value(self, at: int, scope: Scope) -> int | None:
        """What the name stands for; None while that depends on what is not known yet."""
        scope.at(at)
        if self.of is None:
            return scope.here
        try:
            return value(self.of, scope)
        except Problem:
            return None
