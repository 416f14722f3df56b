"""The statements of the Z-machine's assembler: instructions and headers, and their bytes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from lark import Token

from zmachine.opcodes import LARGE
from zoo.asm.expressions import Expression, Problem, Scope, Value, value
from zoo.asm.statements import Numbers

RETURNS = {"rfalse": 0, "rtrue": 1}  # branches that return (4.7.1)
# Where the addresses that `.header` takes stand (11.1).
PLACES = (0x06, 0x04, 0x08, 0x0A, 0x0C, 0x0E, 0x18)


@dataclass(frozen=True, slots=True)
class Operand:
    """type: as in the code (4.2).    indirect: it was written in brackets."""

    type: int
    value: Value
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    sense: int
    target: Value


class Instruction:
    """One instruction: the bytes up to the last operand, and what follows them."""

    __slots__ = ("after", "branch", "far", "head", "jump", "operands", "size", "store", "token")

    def __init__(
        self,
        token: Token,
        head: bytes,
        operands: Sequence[Operand],
        store: int | None,
        branch: Branch | None,
        far: bool,
        jump: bool,
    ) -> None:
        self.token, self.head, self.operands = token, head, operands
        self.store, self.branch, self.far, self.jump = store, branch, far, jump
        self.size = len(head) + sum(1 if o.type else 2 for o in operands) + (store is not None)
        self.after = -1  # where a short branch ended in the pass before

    def end(self, at: int, scope: Scope) -> int:
        at += self.size
        if self.branch is None:
            return at
        if not self.far and self.after >= 0:
            # A label further on has its address from the pass before: this must be from there too.
            with suppress(Problem):  # encoding will say what is wrong
                self.far = not 0 <= self._offset(self.after, scope) < 64
        self.after = at + 1
        return at + 1 + self.far

    def _offset(self, after: int, scope: Scope) -> int:
        assert self.branch is not None
        target = self.branch.target
        if isinstance(target, Expression) and target.token in RETURNS:
            return RETURNS[target.token]
        scope.here = after
        return value(target, scope) - after + 2

    def encode(self, at: int, scope: Scope) -> bytes:
        scope.here = at
        after = self.end(at, scope)
        code = bytearray(self.head)
        for operand in self.operands:
            number = value(operand.value, scope)
            if self.jump and operand.type == LARGE:
                number += 2 - after
            low, high = (-0x8000, 0xFFFF) if operand.type == LARGE else (0, 0xFF)
            if not low <= number <= high:
                raise Problem(
                    self.token, f"the operand {number} does not fit; it goes from {low} to {high}"
                )
            if operand.type == LARGE:
                code.append(number >> 8 & 0xFF)
            code.append(number & 0xFF)
        if self.store is not None:
            code.append(self.store)
        if self.branch is not None:
            offset = self._offset(after, scope)
            returns = (
                isinstance(self.branch.target, Expression) and self.branch.target.token in RETURNS
            )
            if not -0x2000 <= offset < 0x2000 or (offset in (0, 1) and not returns):
                raise Problem(
                    self.token,
                    f"a branch by {offset - 2} bytes cannot be written; a jump can go that far",
                )
            top = self.branch.sense << 7
            if self.far:
                code += bytes([top | offset >> 8 & 0x3F, offset & 0xFF])
            else:
                code.append(top | 0x40 | offset)
        return bytes(code)


class Header:
    """`.header start=...`: the 64 bytes that a story begins with."""

    def __init__(self, token: Token, version: int, values: Sequence[Value]) -> None:
        self.version = version
        self.addresses = Numbers(token, 2, "big", values)

    def end(self, at: int, scope: Scope) -> int:
        return at + 64

    def encode(self, at: int, scope: Scope) -> bytes:
        code = bytearray(64)
        code[0] = self.version
        code[0x12:0x18] = b"000000"
        words = self.addresses.encode(at, scope)
        for k, place in enumerate(PLACES[: len(words) // 2]):
            code[place : place + 2] = words[2 * k : 2 * k + 2]
        return bytes(code)


class Routine(Numbers):
    """A routine's header, at an address that can be packed."""

    def __init__(self, token: Token, count: int, initial: Sequence[Value], align: int) -> None:
        super().__init__(token, 2, "big", initial)
        self.count, self.align = count, align

    def end(self, at: int, scope: Scope) -> int:
        return super().end(at, scope) + 1

    def encode(self, at: int, scope: Scope) -> bytes:
        if at % self.align:
            raise Problem(
                self.token,
                f"a routine can't be called at {at:#x}; put `.align {self.align}` before its label",
            )
        return bytes([self.count]) + super().encode(at, scope)
