"""Programs that wait for a key by looking again and again whether there is one."""

from __future__ import annotations

from vm86.task import ZERO, Task

MANY = 16  # looks one after the other
CLOSE = 2000  # instructions between two looks of a program that does nothing else
RELEASE = 0x1680  # INT 2Fh: "release the current virtual machine's time slice"


class Looks:
    """Counts looks in vain."""

    def __init__(self) -> None:
        self._count = 0
        self._last = 0

    def idle(self, number: int, function: int, task: Task, executed: int) -> bool:
        """Told of each interrupt that was served, and of AX before. Whether the program does
        nothing but wait, so that it may be kept waiting until something happens."""
        if (number, function) == (0x2F, RELEASE):
            return True
        vain = in_vain(number, function >> 8, task)
        self._count = self._count + 1 if vain and executed - self._last < CLOSE else 0
        self._last = executed
        return self._count >= MANY


def in_vain(number: int, ah: int, task: Task) -> bool:
    """Whether a service has looked for a key, and there was none."""
    if number == 0x16:
        return ah in (0x01, 0x11) and bool(task.flags & ZERO)
    if number == 0x21:
        return (ah == 0x0B and not task.al) or (ah == 0x06 and bool(task.flags & ZERO))
    return False
