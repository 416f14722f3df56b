"""Environments: NAME=VALUE strings, and behind them the path of the program that has them."""

from __future__ import annotations

from collections.abc import Mapping

from vm86.dos import names
from vm86.dos.errors import DosError, Failure
from vm86.task import Task, linear

LARGEST = 0x8000  # bytes of strings (DOS 3.3 technical reference, function 4Bh)


def strings(variables: Mapping[str, str]) -> bytes:
    """An environment's bytes, without the program's path."""
    lines = (
        f"{name}={value}".encode(names.CODE_PAGE, "replace") for name, value in variables.items()
    )
    return b"".join(line.replace(b"\0", b"") + b"\0" for line in lines) + b"\0"


def variables(block: bytes) -> dict[str, str]:
    """The reverse, of strings that have an equals sign."""
    lines = block.decode(names.CODE_PAGE).split("\0")
    pairs = (line.partition("=") for line in lines)
    return {name: value for name, equals, value in pairs if name and equals}


def read(task: Task, segment: int) -> bytes:
    """The strings of the environment at `segment`, the zeros at their end included; segment 0 is
    none. Raises Failure: they do not end."""
    if not segment:
        return b"\0"
    raw = task.read(linear(segment, 0), LARGEST)
    if raw.startswith(b"\0"):
        return b"\0"
    end = raw.find(b"\0\0")
    if end < 0:
        raise Failure(DosError.INVALID_ENVIRONMENT)
    return raw[: end + 2]


def with_path(variables: bytes, path: str) -> bytes:
    """The whole block. An environment without strings still has two zeros."""
    ending = b"\1\0" + path.encode(names.CODE_PAGE, "replace") + b"\0"
    return (variables if len(variables) > 1 else b"\0\0") + ending
