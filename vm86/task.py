"""A virtual-8086 task as its DOS and its BIOS see it.

They are host code: an interrupt's handler in the task's memory is a stub that calls the host and
then returns with IRET. So while the host serves, the program's IP, CS and FLAGS lie on its stack,
in this order from SS:SP on, and what it gets back is in the registers and in that image of FLAGS.
"""

from __future__ import annotations

from typing import Protocol

CARRY = 0x0001
ZERO = 0x0040
INTERRUPTS = 0x0200

MEGABYTE = 0x100000
HIGH = 0x10FFF0  # the end of what FFFF:FFFF can reach when address line 20 is not masked


class Task(Protocol):
    """Registers are unsigned, 16 or 8 bits wide. Setting masks.

    flags: the image of FLAGS on the stack, which the program gets when the service is done.
    carry: the processor's own carry flag, of who has come to a service by a far return.
    """

    ax: int
    bx: int
    cx: int
    dx: int
    si: int
    di: int
    bp: int
    sp: int
    ds: int
    es: int
    ss: int
    al: int
    ah: int
    bl: int
    bh: int
    cl: int
    ch: int
    dl: int
    dh: int
    flags: int

    @property
    def carry(self) -> bool: ...

    def read(self, address: int, size: int) -> bytes:
        """Bytes of the task's memory; addresses are linear and wrap at 1 MiB."""
        ...

    def write(self, address: int, data: bytes) -> None:
        """Likewise."""
        ...

    def caller(self) -> tuple[int, int]:
        """CS and IP to which the service will return."""
        ...

    def go(self, cs: int, ip: int, ss: int, sp: int) -> None:
        """Go on elsewhere instead, on another stack, with interrupts enabled and carry clear; the
        other registers are as they have been set."""
        ...

    def resume(self, ss: int, sp: int) -> None:
        """Return from a service that was called with this SS:SP, instead of from this one."""
        ...


def word(task: Task, address: int) -> int:
    return int.from_bytes(task.read(address, 2), "little")


def set_word(task: Task, address: int, value: int) -> None:
    task.write(address, (value & 0xFFFF).to_bytes(2, "little"))


def linear(segment: int, offset: int) -> int:
    """The address of segment:offset."""
    return (segment << 4) + (offset & 0xFFFF)
