"""Programs that wait for a key by looking again and again whether there is one."""

from __future__ import annotations

from vm86.task import ZERO, Task

MANY = 16  # looks one after the other
CLOSE = 2000  # instructions between two looks of a program that does nothing else
TIGHT = 200  # likewise, where it can hardly do anything else
# Looks after which it may be taken for granted that it goes on like this.
FOREVER, FOREVER_TIGHT = 100_000, 10_000
DEVICES = (0x08, 0x09)  # interrupts that come while a program looks
RELEASE = 0x1680  # INT 2Fh: "release the current virtual machine's time slice"


class Looks:
    """Counts looks in vain, one after the other."""

    def __init__(self) -> None:
        self._count = self._tight = 0
        self._last = 0

    @property
    def idle(self) -> bool:
        return self._count >= MANY

    @property
    def endless(self) -> bool:
        """Whether the program does nothing else any more."""
        return self._count >= FOREVER or self._tight >= FOREVER_TIGHT

    def told(self, number: int, function: int, task: Task, executed: int) -> bool:
        """Told of each interrupt that was served, and of AX before. Whether the program does
        nothing but wait, so that it may be kept waiting until something happens."""
        if (number, function) == (0x2F, RELEASE):
            return True
        if number in DEVICES:
            return False
        self.note(in_vain(number, function >> 8, task), executed)
        return self.idle

    def note(self, vain: bool, executed: int) -> None:
        """Something was asked for; whether it was a key, and there was none."""
        passed = executed - self._last
        self._count = self._count + 1 if vain and passed < CLOSE else 0
        self._tight = self._tight + 1 if vain and passed < TIGHT else 0
        self._last = executed


def in_vain(number: int, ah: int, task: Task) -> bool:
    """Whether a service has looked for a key, and there was none."""
    if number == 0x16:
        return ah in (0x01, 0x11) and bool(task.flags & ZERO)
    if number == 0x21:
        return (ah == 0x0B and not task.al) or (ah == 0x06 and bool(task.flags & ZERO))
    return False
