"""A guest as its DOS and its BIOS see it: see vm86.task."""

from __future__ import annotations

from vm86 import registers as r
from vm86.fetch import enter_code
from vm86.segments import load_plain
from vm86.state import State, get, notice, put
from vm86.task import MEGABYTE, linear
from zoo.registers import PC


class GuestTask:
    """The registers and the memory of a guest that waits for a service.

    went: whether it is to go on elsewhere than behind the service.
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

    def __init__(self, m: State) -> None:
        self.m = m
        self.went = False

    @property
    def carry(self) -> bool:
        return bool(self.m.r[r.CF])

    def read(self, address: int, size: int) -> bytes:
        start = address % MEGABYTE
        data = bytes(self.m.mem[start : min(start + size, MEGABYTE)])
        return data if len(data) == size else data + self.read(0, size - len(data))

    def write(self, address: int, data: bytes) -> None:
        start = address % MEGABYTE
        fits = min(len(data), MEGABYTE - start)
        self.m.mem[start : start + fits] = data[:fits]
        if bytes(self.m.code[start : start + fits]).count(0) < fits:
            notice(self.m, start)
            notice(self.m, start)  # twice: it may be anywhere
        if fits < len(data):
            self.write(0, data[fits:])

    def caller(self) -> tuple[int, int]:
        frame = self.read(linear(self.ss, self.sp), 4)
        return int.from_bytes(frame[2:], "little"), int.from_bytes(frame[:2], "little")

    def go(self, cs: int, ip: int, ss: int, sp: int) -> None:
        self.ss, self.sp = ss, sp
        load_plain(self.m, r.CS, cs)
        self.m.r[r.FLAGS] |= r.IF
        self.m.r[r.CF] = 0
        self.m.r[PC] = enter_code(self.m, ip)
        self.went = True

    def resume(self, ss: int, sp: int) -> None:
        self.ss, self.sp = ss, sp


def _general(n: int, size: int) -> property:
    def read(task: GuestTask) -> int:
        return get(task.m, n, size)

    def write(task: GuestTask, value: int) -> None:
        put(task.m, n, size, value)

    return property(read, write)


def _segment(n: int) -> property:
    def read(task: GuestTask) -> int:
        return task.m.r[r.SELECTOR + n]

    def write(task: GuestTask, value: int) -> None:
        load_plain(task.m, n, value)

    return property(read, write)


def _flags() -> property:
    def read(task: GuestTask) -> int:
        return int.from_bytes(task.read(linear(task.ss, task.sp + 4), 2), "little")

    def write(task: GuestTask, value: int) -> None:
        task.write(linear(task.ss, task.sp + 4), (value & 0xFFFF).to_bytes(2, "little"))

    return property(read, write)


for _n, _name in enumerate(("ax", "cx", "dx", "bx", "sp", "bp", "si", "di")):
    setattr(GuestTask, _name, _general(_n, 2))
for _n, _name in enumerate(("al", "cl", "dl", "bl", "ah", "ch", "dh", "bh")):
    setattr(GuestTask, _name, _general(_n, 1))
for _n, _name in ((r.ES, "es"), (r.SS, "ss"), (r.DS, "ds")):
    setattr(GuestTask, _name, _segment(_n))
setattr(GuestTask, "flags", _flags())  # noqa: B010
