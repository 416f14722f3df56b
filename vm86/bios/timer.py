"""INT 08h's work and INT 1Ah: the tick count and the clock (Ralf Brown's lists)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from vm86.bios import data
from vm86.devices.cmos import Cmos
from vm86.devices.device import bcd, unbcd
from vm86.devices.pit import CLOCKS
from vm86.task import CARRY, Task

DAY = 0x1800B0  # ticks
MOTORS = 0x0F  # in MOTOR_STATUS

# What the handler of INT 08h does after the tick, instead of IRET: INT 1Ch, then
# PUSH AX; MOV AL,20h; OUT 20h,AL; POP AX; IRET.
AFTER_TICK = bytes.fromhex("CD 1C 50 B0 20 E6 20 58 CF")


def tick(task: Task) -> bool:
    """INT 08h, but for AFTER_TICK."""
    ticks = data.double(task, data.TICKS) + 1
    if ticks >= DAY:
        ticks = 0
        data.set_byte(task, data.MIDNIGHT, 1)
    data.set_double(task, data.TICKS, ticks)
    count = (data.byte(task, data.MOTOR_COUNT) - 1) & 0xFF
    data.set_byte(task, data.MOTOR_COUNT, count)
    if not count:
        running = data.byte(task, data.MOTOR_STATUS)
        data.set_byte(task, data.MOTOR_STATUS, running & ~MOTORS)
    return True


def set_ticks(task: Task, time: datetime.datetime) -> None:
    """The tick count of a time of day, as the power-on test sets it."""
    seconds = time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6
    data.set_double(task, data.TICKS, min(int(seconds * CLOCKS / 0x10000), DAY - 1))


Service = Callable[[Task, Cmos], None]


def ticks(task: Task, cmos: Cmos) -> None:
    """00: CX:DX the ticks; AL whether midnight has passed since it was asked last."""
    count = data.double(task, data.TICKS)
    task.cx, task.dx = count >> 16, count & 0xFFFF
    task.al = data.byte(task, data.MIDNIGHT)
    data.set_byte(task, data.MIDNIGHT, 0)


def change_ticks(task: Task, cmos: Cmos) -> None:
    """01: CX:DX."""
    data.set_double(task, data.TICKS, task.cx << 16 | task.dx)
    data.set_byte(task, data.MIDNIGHT, 0)


def time(task: Task, cmos: Cmos) -> None:
    """02: CH, CL, DH: hours, minutes, seconds in BCD; DL 0: no summer time."""
    now = cmos.now()
    task.ch, task.cl, task.dh, task.dl = bcd(now.hour), bcd(now.minute), bcd(now.second), 0
    task.flags &= ~CARRY


def change_time(task: Task, cmos: Cmos) -> None:
    """03: likewise. CF where there is no such time."""
    hour, minute, second = (unbcd(value) for value in (task.ch, task.cl, task.dh))
    _change(task, cmos, lambda now: now.replace(hour=hour, minute=minute, second=second))


def date(task: Task, cmos: Cmos) -> None:
    """04: CH, CL, DH, DL: century, year, month, day in BCD."""
    now = cmos.now()
    task.ch, task.cl = bcd(now.year // 100), bcd(now.year % 100)
    task.dh, task.dl = bcd(now.month), bcd(now.day)
    task.flags &= ~CARRY


def change_date(task: Task, cmos: Cmos) -> None:
    """05: likewise. CF where there is no such date."""
    century, year, month, day = (unbcd(value) for value in (task.ch, task.cl, task.dh, task.dl))
    _change(task, cmos, lambda now: now.replace(year=100 * century + year, month=month, day=day))


def _change(
    task: Task, cmos: Cmos, changed: Callable[[datetime.datetime], datetime.datetime]
) -> None:
    try:
        cmos.set(changed(cmos.now()))
    except ValueError:
        task.flags |= CARRY
    else:
        task.flags &= ~CARRY


def set_alarm(task: Task, cmos: Cmos) -> None:
    """06: CF: none can be set."""
    task.flags |= CARRY


def reset_alarm(task: Task, cmos: Cmos) -> None:
    """07."""
    task.flags &= ~CARRY


FUNCTIONS: dict[int, Service] = {
    0x00: ticks,
    0x01: change_ticks,
    0x02: time,
    0x03: change_time,
    0x04: date,
    0x05: change_date,
    0x06: set_alarm,
    0x07: reset_alarm,
}


def interrupt(task: Task, cmos: Cmos) -> bool:
    """INT 1Ah: the function is in AH; an unknown one sets CF and changes nothing else."""
    function = FUNCTIONS.get(task.ah)
    if function is None:
        task.flags |= CARRY
    else:
        function(task, cmos)
    return True
