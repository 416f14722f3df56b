"""Addresses in source: sums of registers and a displacement, and what they become in code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lark import Token

from vm86.asm.encode import BP, BX, DI, PAIRS, SI, SP
from vm86.asm.operands import GENERAL, Memory, Register
from zoo.asm.expressions import Problem, Value, binary


@dataclass(frozen=True)
class Sum:
    """Registers, each with its factor, and what else is added. token: where it begins."""

    registers: tuple[tuple[Register, int], ...]
    rest: Value
    token: Token


def linear(token: Token, a: Any, b: Any) -> Any:
    """One operator between two values, of which either may have registers in it."""
    if not isinstance(a, Sum) and not isinstance(b, Sum):
        return binary(token, a, b)
    if token == "*" and isinstance(a, Sum) and isinstance(b, int):
        return Sum(tuple((r, k * b) for r, k in a.registers), binary(token, a.rest, b), a.token)
    if token == "*" and isinstance(b, Sum) and isinstance(a, int):
        return linear(token, b, a)
    if token == "+" or (token == "-" and not isinstance(b, Sum)):
        first = a if isinstance(a, Sum) else Sum((), a, token)
        second = b if isinstance(b, Sum) else Sum((), b, token)
        rest = second.rest if first.rest == 0 and token == "+" else first.rest
        if (first.rest != 0 and second.rest != 0) or token == "-":
            rest = binary(token, first.rest, second.rest)
        return Sum(first.registers + second.registers, rest, first.token)
    raise Problem(token, "registers can only be added, and multiplied by a number")


def address(offset: Any, segment: int, width: int, nosplit: bool, size: int, far: bool) -> Memory:
    """The memory operand of an address. width: a size before it, in the brackets: it is of the
    displacement where there are registers, else of the address."""
    if not isinstance(offset, Sum) or not offset.registers:
        rest = offset.rest if isinstance(offset, Sum) else offset
        if width not in (0, 2, 4):
            raise Problem(Token("NAME", ""), "an address is a word or a dword")
        return Memory(displacement=rest, segment=segment, width=width, size=size, far=far)
    factors: dict[Register, int] = {}
    for register, factor in offset.registers:
        factors[register] = factors.get(register, 0) + factor
    sizes = {register.size for register in factors}
    general = all(register.kind == GENERAL for register in factors)
    if not general or len(sizes) > 1 or 1 in sizes:
        raise Problem(offset.token, "an address is made of registers of 16 or of 32 bits")
    (wide,) = sizes
    parts = [(register.number, factor) for register, factor in factors.items() if factor]
    base, index, scale = (
        _pair(offset.token, parts) if wide == 2 else _scaled(offset.token, parts, nosplit)
    )
    shift = width if width else -1
    if shift not in (-1, 1, wide):
        raise Problem(offset.token, f"the displacement has a byte, or {wide} bytes")
    return Memory(base, index, scale, offset.rest, segment, wide, shift, size, far)


def _pair(token: Token, parts: list[tuple[int, int]]) -> tuple[int, int, int]:
    """Base and index of a 16-bit address (table 17-2)."""
    numbers = [number for number, _ in parts]
    base = [number for number in numbers if number in (BX, BP)]
    index = [number for number in numbers if number in (SI, DI)]
    one, two = ([*base, *index, -1, -1])[:2]
    if any(factor != 1 for _, factor in parts) or len(numbers) != len(base + index):
        raise Problem(token, "a 16-bit address has bx or bp, and si or di, and no factors")
    if (one, two) not in PAIRS:
        raise Problem(token, "a 16-bit address has one of bx and bp, and one of si and di")
    return one, two, 1


def _scaled(token: Token, parts: list[tuple[int, int]], nosplit: bool) -> tuple[int, int, int]:
    """Base, index and scale of a 32-bit address (table 17-3): as short as can be."""
    base, index, scale = -1, -1, 1
    if len(parts) == 1:
        ((number, factor),) = parts
        if factor == 1:
            base = number
        elif factor == 2 and not nosplit:
            base = index = number
        elif factor in (3, 5, 9):
            base, index, scale = number, number, factor - 1
        else:
            index, scale = number, factor
    elif len(parts) == 2:
        (first, one), (second, two) = parts
        if one != 1 or (two == 1 and second == SP):
            (first, one), (second, two) = (second, two), (first, one)
        base, index, scale = first, second, two
        if one != 1:
            scale = 0
    if (base < 0 and index < 0) or index == SP or scale not in (1, 2, 4, 8):
        raise Problem(
            token, "a 32-bit address has a base, and an index (not esp) times 1, 2, 4 or 8"
        )
    return base, index, scale
