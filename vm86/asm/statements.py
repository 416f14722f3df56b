"""Statements of this assembly language: instructions, repetitions, sections."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from lark import Token

from vm86.asm.encode import ABSENT, ONE, RELATIVE, Encoding, Field, Place, fits
from zoo.asm.expressions import Problem, Scope, Value, value
from zoo.asm.statements import LARGEST, Statement

MOST = 1 << 16  # times that an instruction is made anew, because its bytes depend on where it is


class Instruction:
    """An instruction in the first of its encodings that fits."""

    def __init__(self, token: Token, encodings: Sequence[Encoding]) -> None:
        self.token, self.encodings = token, encodings
        self.chosen = 0  # may only grow, so that labels settle

    @property
    def moves(self) -> bool:
        """Whether its bytes depend on where it is."""
        return any(field.kind == RELATIVE for field in self.encodings[0].fields)

    @property
    def known(self) -> bool:
        """Whether its bytes are known before any address is."""
        return not self.moves and all(
            isinstance(field.value, int) for one in self.encodings for field in one.fields
        )

    def end(self, at: int, scope: Scope) -> int:
        scope.at(at)
        return self.settle(at, scope)

    def settle(self, at: int, scope: Scope) -> int:
        """Choose, with `$` as it is; returns the address after the instruction."""
        encodings = self.encodings
        while True:
            one = encodings[self.chosen]
            end = at + one.size
            if self.chosen + 1 == len(encodings):
                return end
            with suppress(Problem):  # a label further on has no address yet
                if not all(_fits(field, end, scope) for field in one.fields):
                    self.chosen += 1
                    continue
            return end

    def encode(self, at: int, scope: Scope) -> bytes:
        scope.at(at)
        return self.bytes_at(at, scope)

    def bytes_at(self, at: int, scope: Scope) -> bytes:
        end = self.settle(at, scope)
        one = self.encodings[self.chosen]
        code = bytearray(one.head)
        for field in one.fields:
            number = amount(field, end, scope)
            if not fits(field, number):
                raise Problem(self.token, _unfit(field, number))
            code += (number % (1 << 8 * field.size)).to_bytes(field.size, "little")
        return bytes(code)


def amount(field: Field, end: int, scope: Scope) -> int:
    """What a field has to hold, if the instruction ends at `end`."""
    number = value(field.value, scope)
    return number - (end + scope.origin) if field.kind == RELATIVE else number


def _fits(field: Field, end: int, scope: Scope) -> bool:
    return fits(field, amount(field, end, scope))


def _unfit(field: Field, number: int) -> str:
    if field.kind == RELATIVE:
        where = "short" if field.size == 1 else "near"
        return f"the jump leads {number} bytes on, too far for a {where} one"
    if field.kind in (ABSENT, ONE):
        return f"{number} can't be the operand here"
    return f"{number} does not fit in {field.size} byte(s)"


class Times:
    """A statement, repeated. `$` is where the first begins, as with NASM."""

    def __init__(self, token: Token, count: Value, statement: Statement) -> None:
        self.token, self.count, self.statement = token, count, statement

    def _count(self, at: int, scope: Scope) -> int:
        scope.at(at)
        count = value(self.count, scope)
        if not 0 <= count <= LARGEST:
            raise Problem(self.token, f"{count} times; it can be 0 to {LARGEST}")
        return count

    def end(self, at: int, scope: Scope) -> int:
        try:
            count = self._count(at, scope)
        except Problem:
            return at  # a label further on
        size = self.statement.end(at, scope) - at
        if size * count > LARGEST or (self._moves and count > MOST):
            raise Problem(self.token, f"{count} times {size} bytes are too many")
        return at + count * size

    @property
    def _moves(self) -> bool:
        return isinstance(self.statement, Instruction) and self.statement.moves

    def encode(self, at: int, scope: Scope) -> bytes:
        count = self._count(at, scope)
        one = self.statement
        if not isinstance(one, Instruction) or not one.moves:
            return one.encode(at, scope) * count
        size = one.end(at, scope) - at
        return b"".join(one.bytes_at(at + k * size, scope) for k in range(count))


@dataclass
class Section:
    """Where a section begins: at `start` in the program, running as if it lay at `vstart`.

    origin: the address of the program's first byte.  empty: nothing of it is in the file.
    """

    token: Token
    start: int | None = None
    vstart: int | None = None
    align: int = 1
    empty: bool = False
    origin: int = 0

    def end(self, at: int, scope: Scope) -> int:
        if self.start is None:
            here = -(-at // self.align) * self.align
        else:
            here = self.start - self.origin
        if not at <= here <= LARGEST:
            raise Problem(
                self.token,
                f"the section begins at {self.start or 0:#x}, and what is before it ends at "
                f"{at + self.origin:#x}",
            )
        base = self.origin + here if self.vstart is None else self.vstart
        scope.base = Place(base)
        scope.origin = Place(base - here)
        return here

    def encode(self, at: int, scope: Scope) -> bytes:
        return bytes(self.end(at, scope) - at)
