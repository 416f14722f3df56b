"""The MC146818 clock and its CMOS memory: ports 70h and 71h."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Protocol

from vm86.devices.device import Device, bcd

SIZE = 64

# Registers (IBM AT reference)
STATUS_A, STATUS_B, STATUS_C, STATUS_D = 0x0A, 0x0B, 0x0C, 0x0D
DISKETTES = 0x10
EQUIPMENT = 0x14
BASE_MEMORY = 0x15
EXTENDED_MEMORY = 0x17
CHECKED = range(0x10, 0x2E)
CHECKSUM = 0x2E
EXTENDED_FOUND = 0x30
CENTURY = 0x32

# Status B
BINARY = 0x04
HOURS_24 = 0x02

UPDATING = 0x80  # status A


class Clock(Protocol):
    def now(self) -> datetime.datetime:
        """The time of day where the machine is thought to stand."""
        ...


class Cmos(Device):
    """The time is the clock's, moved by what a program has set it to with INT 1Ah. Writes to the
    time's registers do nothing, and there are no alarms: nothing asks for IRQ 8.

    Sizes are in KiB. shift: seconds (and ahead: whether they are added) between the two times.
    """

    KEPT = ("index", "memory", "shift", "ahead", "updating")

    def __init__(
        self,
        clock: Clock,
        equipment: int = 0,
        base: int = 640,
        extended: int = 0,
        diskettes: int = 0,
    ) -> None:
        self._clock = clock
        self.index = 0
        self.shift = 0
        self.ahead = 1
        self.updating = 0
        self.memory = [0] * SIZE
        self.memory[STATUS_A] = 0x26  # 32.768 kHz, 1024 Hz
        self.memory[STATUS_B] = HOURS_24
        self.memory[STATUS_D] = 0x80  # the battery is good
        self.memory[DISKETTES] = diskettes & 0xFF
        self.memory[EQUIPMENT] = equipment & 0xFF
        for place, size in (
            (BASE_MEMORY, base),
            (EXTENDED_MEMORY, extended),
            (EXTENDED_FOUND, extended),
        ):
            self.memory[place : place + 2] = size.to_bytes(2, "little")
        total = sum(self.memory[k] for k in CHECKED)
        self.memory[CHECKSUM : CHECKSUM + 2] = total.to_bytes(2, "big")

    def now(self) -> datetime.datetime:
        """The time as the machine has it. Years beyond 1 to 9999 stay at the clock's own time."""
        now = self._clock.now()
        shift = self.shift if self.ahead else -self.shift
        try:
            return now + datetime.timedelta(seconds=shift)
        except OverflowError:
            return now

    def set(self, time: datetime.datetime) -> None:
        """Let it be this time, which goes on with the clock."""
        shift = round((time - self._clock.now()).total_seconds())
        self.shift = abs(shift)
        self.ahead = int(shift >= 0)

    def read(self, port: int) -> int:
        if not port & 1:
            return self.index  # port 70h can't be read on an AT; some chip sets let it
        if self.index == STATUS_A:
            # Programs wait for an update to begin, or to be over; both come soon.
            self.updating ^= UPDATING
            return self.memory[STATUS_A] & 0x7F | self.updating & UPDATING
        if self.index == STATUS_C:
            return 0
        time = self._time().get(self.index)
        if time is None:
            return self.memory[self.index & (SIZE - 1)] & 0xFF
        return time if self.memory[STATUS_B] & BINARY else bcd(time)

    def _time(self) -> Mapping[int, int]:
        """What changes with time, in its registers, as numbers."""
        now = self.now()
        hour = now.hour
        afternoon = hour >= 12 and not self.memory[STATUS_B] & HOURS_24
        if not self.memory[STATUS_B] & HOURS_24:
            hour = (hour + 11) % 12 + 1
        if afternoon:  # bit 7; in BCD that is the digit 8
            hour += 0x80 if self.memory[STATUS_B] & BINARY else 80
        return {
            0: now.second,
            2: now.minute,
            4: hour,
            6: now.isoweekday() % 7 + 1,
            7: now.day,
            8: now.month,
            9: now.year % 100,
            CENTURY: now.year // 100,
        }

    def write(self, port: int, value: int) -> None:
        if not port & 1:
            self.index = value & (SIZE - 1)  # bit 7 masks the NMI, which nothing raises
        elif self.index not in (STATUS_C, STATUS_D):
            self.memory[self.index & (SIZE - 1)] = value
