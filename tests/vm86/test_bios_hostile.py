"""Whatever a program asks: nothing raises, and nothing takes long."""

from __future__ import annotations

import io
import random

import pytest
from fake import WORDS
from pc import Pc

from vm86.bios import data, disk
from vm86.bios.bios import INTERRUPTS
from vm86.bios.modes import MODES

EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFF00, 0xFFF0, 0xFFFF)


def machine() -> Pc:
    return Pc(drives={0: disk.diskette(io.BytesIO(bytes(1024 * 360)))})


@pytest.mark.parametrize("spoiled", [False, True])
@pytest.mark.parametrize("number", INTERRUPTS)
def test_no_function_raises(number: int, spoiled: bool) -> None:
    chance = random.Random(number)
    pc = machine()
    for function in range(256):
        for _ in range(4):
            if spoiled:
                pc.task.memory[0x400:0x500] = chance.randbytes(0x100)
            data.set_byte(pc.task, data.VIDEO_MODE, chance.choice([*MODES]))
            for name in WORDS:
                setattr(pc.task, name, chance.choice([*EDGES, chance.randrange(0x10000)]))
            pc.task.ah = function
            before = {name: getattr(pc.task, name) for name in WORDS}
            if not pc.call(number):
                assert before == {name: getattr(pc.task, name) for name in WORDS}
    assert len(pc.task.memory) == 0x110000


@pytest.mark.parametrize("function", [0x10, 0x11, 0x12])
def test_no_function_of_functions_raises(function: int) -> None:
    chance = random.Random(function)
    pc = machine()
    for which in range(256):
        for name in WORDS:
            setattr(pc.task, name, chance.choice(EDGES))
        assert pc.call(0x10, ax=function << 8 | which)


@pytest.mark.parametrize("number", MODES)
def test_a_string_of_line_feeds_ends_soon(number: int) -> None:
    pc = machine()
    pc.call(0x10, ax=number)
    pc.task.memory[0x10000:0x20000] = b"\n" * 0x10000
    pc.call(0x10, ax=0x1301, bx=0, cx=0xFFFF, dx=0xFFFF, es=0x1000, bp=0)


def test_other_interrupts_do_nothing() -> None:
    pc = machine()
    assert pc.call(0xFF)
