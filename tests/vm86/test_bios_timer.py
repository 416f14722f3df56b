"""INT 08h, 1Ah, 15h and the small ones."""

from __future__ import annotations

import datetime
import json

import pytest
from pc import NOON, Pc

from vm86.bios import data, rom, timer
from vm86.task import CARRY


def test_power_on_takes_the_time_from_the_clock() -> None:
    pc = Pc()
    pc.call(0x1A, ax=0)
    ticks = pc.task.cx << 16 | pc.task.dx
    assert ticks == pytest.approx(12 * 3600 * 18.2065, abs=2)
    assert pc.task.al == 0


def test_ticks_are_counted_over_midnight() -> None:
    pc = Pc()
    pc.call(0x1A, ax=0x0100, cx=0x18, dx=0x00AE)
    pc.call(0x08)
    pc.call(0x1A, ax=0)
    assert (pc.task.cx, pc.task.dx, pc.task.al) == (0x18, 0x00AF, 0)
    pc.call(0x08)
    pc.call(0x1A, ax=0)
    assert (pc.task.cx, pc.task.dx, pc.task.al) == (0, 0, 1)
    pc.call(0x1A, ax=0)
    assert pc.task.al == 0


def test_the_motors_stop() -> None:
    pc = Pc()
    pc.task.write(data.MOTOR_STATUS, bytes((0x81, 2)))
    pc.call(0x08)
    assert data.byte(pc.task, data.MOTOR_STATUS) == 0x81
    pc.call(0x08)
    assert data.byte(pc.task, data.MOTOR_STATUS) == 0x80


def test_the_clock_is_read_and_set() -> None:
    pc = Pc()
    pc.call(0x1A, ax=0x0200)
    assert (pc.task.cx, pc.task.dx, pc.task.flags & CARRY) == (0x1200, 0, 0)
    pc.call(0x1A, ax=0x0400)
    assert (pc.task.cx, pc.task.dx) == (0x1993, 0x1210)
    pc.call(0x1A, ax=0x0300, cx=0x2359, dx=0x5800)
    pc.call(0x1A, ax=0x0500, cx=0x1980, dx=0x0229)
    pc.time.time += datetime.timedelta(seconds=3)
    pc.call(0x1A, ax=0x0200)
    assert (pc.task.cx, pc.task.dx) == (0x0000, 0x0100)
    pc.call(0x1A, ax=0x0400)
    assert (pc.task.cx, pc.task.dx) == (0x1980, 0x0301)


@pytest.mark.parametrize(
    ("function", "cx", "dx"),
    [(3, 0x2400, 0), (3, 0xFFFF, 0xFFFF), (5, 0x1993, 0x0230), (5, 0xFFFF, 0xFFFF), (5, 0, 0)],
)
def test_a_time_that_is_none_is_refused(function: int, cx: int, dx: int) -> None:
    pc = Pc()
    pc.call(0x1A, ax=function << 8, cx=cx, dx=dx)
    assert pc.task.flags & CARRY
    assert pc.ports.cmos.now() == NOON


def test_there_are_no_alarms() -> None:
    pc = Pc()
    pc.call(0x1A, ax=0x0600)
    assert pc.task.flags & CARRY
    pc.call(0x1A, ax=0x0700)
    assert not pc.task.flags & CARRY


def test_a_wait_takes_the_machines_time() -> None:
    pc = Pc()
    assert not pc.call(0x15, ax=0x8600, cx=1, dx=0)
    pc.time.passed = 65535
    assert not pc.call(0x15)
    # A handler waits meanwhile, on the same stack.
    pc.task.sp -= 20
    assert not pc.call(0x15, cx=0, dx=100)
    pc.time.passed += 100
    assert pc.call(0x15)
    pc.task.sp += 20
    assert pc.call(0x15, ax=0x8600, cx=1, dx=0)
    assert (pc.task.ah, pc.task.flags & CARRY) == (0, 0)
    assert not pc.call(0x15, ax=0x8600, cx=1, dx=0)


def test_waits_are_kept_with_the_state() -> None:
    pc, other = Pc(), Pc()
    pc.call(0x15, ax=0x8600, cx=0, dx=500)
    other.bios.load(json.loads(json.dumps(pc.bios.state())))
    other.time.passed = 500
    assert other.call(0x15, ax=0x8600, cx=1, dx=0)
    states: list[dict[str, object]] = [
        {},
        {"system": {}, "disks": {}},
        {"system": {"waits": [1]}, "disks": {}},
        {"system": {"waits": [[1]]}, "disks": {}},
    ]
    for bad in states:
        with pytest.raises(ValueError):
            pc.bios.load(bad)


def test_many_waits_are_forgotten() -> None:
    pc = Pc()
    for k in range(100):
        pc.call(0x15, ax=0x8600, cx=9, dx=0, sp=2 * k)
    assert len(pc.bios.system.waits) == 8


def test_the_gate_of_a20() -> None:
    pc = Pc()
    for function, enabled in ((0x2401, 1), (0x2400, 0), (0x2401, 1)):
        pc.call(0x15, ax=function)
        assert pc.ports.a20.enabled == enabled
    pc.call(0x15, ax=0x2402)
    assert (pc.task.al, pc.task.ah) == (1, 0)
    pc.call(0x15, ax=0x2403)
    assert pc.task.bx == 3
    pc.call(0x15, ax=0x2404)
    assert pc.task.ah == 0x86


def descriptor(base: int, limit: int) -> bytes:
    low, high = base & 0xFFFFFF, base >> 24
    return limit.to_bytes(2, "little") + low.to_bytes(3, "little") + bytes((0x93, 0, high))


@pytest.mark.parametrize(
    ("source", "target", "limit", "words", "status"),
    [
        (0x30000, 0x50000, 0xFFFF, 4, 0),
        (0x30000, 0xFFFF8, 7, 4, 0),
        (0x30000, 0x50000, 6, 4, 2),
        (0x30000, 0xFFFF9, 7, 4, 2),
        (0x100000, 0x50000, 0xFFFF, 4, 2),
        (0x30000, 0x50000, 0xFFFF, 0xFFFF, 2),
        (0xFF000000, 0x50000, 0xFFFF, 4, 2),
    ],
)
def test_blocks_are_moved_within_memory(
    source: int, target: int, limit: int, words: int, status: int
) -> None:
    pc = Pc()
    pc.task.write(0x30000, b"12345678")
    table = bytes(16) + descriptor(source, limit) + descriptor(target, limit)
    pc.task.write(0x40000, table)
    pc.call(0x15, ax=0x8700, cx=words, es=0x4000, si=0)
    assert (pc.task.ah, pc.task.flags & CARRY) == (status, int(status > 0))
    if not status:
        assert pc.task.read(target, 8) == b"12345678"


def test_the_machine_describes_itself() -> None:
    pc = Pc()
    pc.call(0x15, ax=0xC000)
    at = (pc.task.es << 4) + pc.task.bx
    assert pc.task.read(at, 3) == bytes((8, 0, rom.AT))
    pc.call(0x11)
    assert pc.task.ax == 0x0020
    pc.call(0x12)
    assert pc.task.ax == 640
    pc.call(0x15, ax=0x8800)
    assert pc.task.ax == 0
    for function in (0x83, 0x84, 0xC1, 0xFF):
        pc.call(0x15, ax=function << 8)
        assert (pc.task.ah, pc.task.flags & CARRY) == (0x86, CARRY)
    pc.task.flags = 0
    pc.call(0x15, ax=0x4F1E)
    assert (pc.task.ax, pc.task.flags & CARRY) == (0x4F1E, CARRY)


def test_there_are_no_ports_for_modems_and_printers() -> None:
    pc = Pc()
    pc.call(0x14, ax=0x0300)
    assert pc.task.ah == 0x80
    pc.call(0x17, ax=0x0200)
    assert pc.task.ah & 0x01


def test_a_tick_ends_with_its_interrupts() -> None:
    assert timer.AFTER_TICK == b"\xcd\x1c\x50\xb0\x20\xe6\x20\x58\xcf"
