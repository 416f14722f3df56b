"""A BIOS with its devices and a fake task, just powered on, for tests."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from fake import FakeTask

from vm86.bios import video
from vm86.bios.bios import Bios
from vm86.bios.disk import Image
from vm86.devices import Ports

NOON = datetime.datetime(1993, 12, 10, 12, 0, 0)


@dataclass
class Time:
    """A clock and a stopwatch, which stand until a test moves them."""

    time: datetime.datetime = NOON
    passed: int = 0

    def now(self) -> datetime.datetime:
        return self.time

    def microseconds(self) -> int:
        return self.passed


@dataclass
class Pc:
    time: Time = field(default_factory=Time)
    task: FakeTask = field(default_factory=lambda: FakeTask(ss=0x2000, sp=0x100))
    drives: Mapping[int, Image] = field(default_factory=dict[int, Image])

    def __post_init__(self) -> None:
        self.ports = Ports(self.time)
        self.bios = Bios(self.ports, self.time, drives=self.drives)
        self.bios.power_on(self.task)

    @property
    def video(self) -> video.Video:
        return self.bios.video

    def call(self, number: int, **registers: int) -> bool:
        """An interrupt with these registers."""
        for name, value in registers.items():
            setattr(self.task, name, value)
        return self.bios.serve(number, self.task)

    def type(self, text: str, colour: int = 0) -> None:
        """Characters by INT 10h 0Eh."""
        for code in text.encode("cp437"):
            self.call(0x10, ax=0x0E00 | code, bx=colour)
