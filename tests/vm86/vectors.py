"""Single instructions, recorded from real chips: see the corpus's README."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

REGISTERS = ["ax", "bx", "cx", "dx", "cs", "ss", "ds", "es", "sp", "bp", "si", "di", "ip", "flags"]


@dataclass(frozen=True)
class Vector:
    """before, after: registers by name.  memory: before.  changed: the bytes that are different
    after.  exception: its number, or -1.  flags_at: where it has pushed FLAGS.  mask: of the flags
    that are defined after it."""

    form: str
    number: int
    code: bytes
    before: dict[str, int]
    after: dict[str, int]
    memory: dict[int, int]
    changed: dict[int, int]
    exception: int
    flags_at: int
    mask: int
    reason: str | None


def expectations(folder: Path) -> ModuleType:
    """The corpus's own account of where a 386 differs."""
    spec = importlib.util.spec_from_file_location("expect386", folder / "expect386.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def vectors(folder: Path, chip: str) -> Iterator[Vector]:
    """All of a chip, "8086" or "80286"."""
    file = np.load(folder / f"{chip}-sample-open.npz")
    data: dict[str, Any] = {name: file[name] for name in file.files}
    expect = expectations(folder)

    def parts(name: str) -> Any:
        return np.concatenate([[0], np.cumsum(data[f"{name}_off"].astype(np.int64))])

    code_at, before_at, after_at = parts("code"), parts("r0"), parts("r1")
    before = np.cumsum(data["r0_addr"].astype(np.int64))
    after = np.cumsum(data["r1_addr"].astype(np.int64))
    registers = data["regs0"].tolist(), (data["regs0"] ^ data["regs1"]).tolist()
    for n, form in enumerate(data["form"].tolist()):
        code = bytes(data["code"][code_at[n] : code_at[n + 1]])
        old, new = registers[0][n], registers[1][n]
        exception = int(data["exc"][n])
        name = str(data["forms"][form])
        first, last = before_at[n], before_at[n + 1]
        memory = _bytes(before, data["r0_val"], first, last)
        first, last = after_at[n], after_at[n + 1]
        changed = _bytes(after, data["r1_val"], first, last)
        yield Vector(
            form=name,
            number=n,
            code=code,
            before=dict(zip(REGISTERS, old, strict=True)),
            after=dict(zip(REGISTERS, new, strict=True)),
            memory=memory,
            changed=changed,
            exception=exception,
            flags_at=int(data["exc_flag_addr"][n]),
            mask=int(data["flags_mask"][form]) & 0x0FFF,
            reason=expect.reason(chip, name, code, old, new, exception),
        )


def _bytes(addresses: Any, values: Any, first: int, last: int) -> dict[int, int]:
    return dict(zip(addresses[first:last].tolist(), values[first:last].tolist(), strict=True))
