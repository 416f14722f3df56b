"""Every instruction of an 8086 and an 80286 in real mode, as the chips carried it out."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from vectors import Vector, vectors

from vm86 import registers as r
from vm86.fetch import enter_code
from vm86.flags import eflags, load_flags
from vm86.machine import MACHINE
from vm86.reset import power_on, set_a20
from vm86.segments import load_segment
from vm86.services import Services
from vm86.state import State
from zoo import registers as z
from zoo.host import Host
from zoo.session import make_engine

GENERAL = {"ax": 0, "cx": 1, "dx": 2, "bx": 3, "sp": 4, "bp": 5, "si": 6, "di": 7}
SEGMENTS = {"es": r.ES, "cs": r.CS, "ss": r.SS, "ds": r.DS}
MANY = 70_000  # elements of the longest string


class Chip:
    """A 386 in real mode, on which one instruction after the other is tried."""

    def __init__(self, engine: str, chip: str) -> None:
        self._guest = power_on(b"")
        self._m = cast(State, self._guest.state)
        self._engine = make_engine(engine, MACHINE, self._guest)
        self._services = Services(self._guest, Host())
        self._has_hlt = chip == "80286"
        set_a20(self._m, chip == "80286")

    def differences(self, vector: Vector) -> list[str]:
        """What is not as it was with the real chip."""
        self._set(vector)
        self._run(vector)
        return [*self._registers(vector), *self._memory(vector)]

    def _set(self, vector: Vector) -> None:
        m = self._m
        for address, byte in vector.memory.items():
            m.mem[address] = byte
        for name, n in GENERAL.items():
            m.r[r.EAX + n] = vector.before[name]
        for name, n in SEGMENTS.items():
            load_segment(m, n, vector.before[name])
        # A 386 cannot set what is always 1 in an 8086, and single-steps on TF.
        load_flags(m, vector.before["flags"] & 0x0FFF & ~r.TF, 0)
        m.r[r.SHADOW] = m.r[r.STEP] = 0
        m.r[z.PC] = enter_code(m, vector.before["ip"])
        m.r[z.STOP] = z.RUNNING

    def _run(self, vector: Vector) -> None:
        """The instruction; of a 286 also the HLT behind it or behind its handler's address."""
        m = self._m
        left = MANY if self._has_hlt else 1
        while left > 0:
            left = self._engine.run(left)
            if m.r[z.STOP] != z.HOST:
                break
            port_read = m.r[z.CAUSE] == r.READ_PORT
            m.r[z.REPLY] = -1 if port_read else 0
            m.r[z.REPLIED] = 1
            m.r[z.STOP] = z.RUNNING

    def _registers(self, vector: Vector) -> list[str]:
        m = self._m
        found = {name: m.r[r.EAX + n] for name, n in GENERAL.items()}
        found |= {name: m.r[r.SELECTOR + n] for name, n in SEGMENTS.items()}
        found["ip"] = m.r[z.PC] - m.r[r.ORIGIN] & 0xFFFF
        wanted = {**vector.after, "flags": vector.after["flags"] & vector.mask}
        found["flags"] = eflags(m) & vector.mask
        return [
            f"{name} {found[name]:x} not {value:x}"
            for name, value in wanted.items()
            if found[name] != value
        ]

    def _memory(self, vector: Vector) -> list[str]:
        m = self._m
        wanted = {**vector.memory, **vector.changed}
        masks = {}
        if vector.exception >= 0:
            masks = {vector.flags_at: vector.mask & 0xFF, vector.flags_at + 1: vector.mask >> 8}
        elif vector.form in PUSH_FLAGS:
            # The word's upper four bits are ones in an 8086 alone.
            top = (vector.before["ss"] << 4) + (vector.before["sp"] - 2 & 0xFFFF)
            masks = {top + 1 & 0xFFFFF: 0x0F}
        found = {address: m.mem[address] for address in wanted}
        for address in wanted:
            m.mem[address] = 0
        return [
            f"[{address:x}] {found[address]:x} not {value:x}"
            for address, value in wanted.items()
            if (found[address] ^ value) & masks.get(address, 0xFF)
        ]


PUSH_FLAGS = ("9C", "CC", "CD", "CE")


def divides_too_far(vector: Vector) -> bool:
    """An IDIV whose overflow a 286 lets pass; its quotient does not fit, as a 386 sees."""
    return vector.form in ("F6.7", "F7.7") and vector.exception < 0


def pops_by_another_digit(vector: Vector) -> bool:
    """8F /1 to /7, which an 8086 takes for POP; to a 286 and a 386 it is no instruction."""
    code = vector.code.lstrip(bytes([0x26, 0x2E, 0x36, 0x3E, 0xF0, 0xF1, 0xF2, 0xF3]))
    return vector.form == "8F" and code[1] >> 3 & 7 != 0


def shifts_too_far(vector: Vector) -> bool:
    """SHL or SHR of a byte by 16 or 24: what CF has then is undefined, the same as after a shift
    by 8 on a 386 and 0 on its forerunners."""
    form, _, digit = vector.form.partition(".")
    count = {"C0": vector.code[-2], "D2": vector.before["cx"]}.get(form, 0)
    return digit in ("4", "5", "6") and count & 31 in (16, 24)


@pytest.mark.parametrize("name", ["interp", "jit"])
@pytest.mark.parametrize("chip", ["8086", "80286"])
def test_every_vector_that_a_386_must_match(chip: str, name: str, corpus86: Path) -> None:
    tried = Chip(name, chip)
    wrong: list[str] = []
    passed = 0
    for vector in vectors(corpus86 / "vectors", chip):
        if vector.reason is not None or (chip == "8086" and pops_by_another_digit(vector)):
            continue
        found = tried.differences(vector)
        if not found:
            passed += 1
        elif not (shifts_too_far(vector) or (chip == "80286" and divides_too_far(vector))):
            wrong.append(f"{vector.form} {vector.code.hex()} ({vector.number}): {found}")
    assert not wrong, "\n".join(wrong[:20])
    assert passed > 53_000
