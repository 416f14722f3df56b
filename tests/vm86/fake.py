"""A task without a machine: registers and memory, for the services of DOS and the BIOS."""

from __future__ import annotations

from vm86.task import MEGABYTE

WORDS = ("ax", "bx", "cx", "dx", "si", "di", "bp", "sp", "ds", "es", "ss", "flags")
BYTES = {
    name + half: (name + "x", shift) for name in "abcd" for half, shift in (("l", 0), ("h", 8))
}


class FakeTask:
    """See vm86.task.Task. went: what `go` was called with. resumed: what `resume` was."""

    carry: bool

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

    def __init__(self, **registers: int) -> None:
        self.memory = bytearray(0x110000)
        self.words: dict[str, int] = dict.fromkeys(WORDS, 0)
        self.went: tuple[int, int, int, int] | None = None
        self.resumed: tuple[int, int] | None = None
        self.carry = False
        for name, value in registers.items():
            setattr(self, name, value)

    def read(self, address: int, size: int) -> bytes:
        start = address % MEGABYTE
        data = bytes(self.memory[start : min(start + size, MEGABYTE)])
        return data if len(data) == size else data + self.read(0, size - len(data))

    def write(self, address: int, data: bytes) -> None:
        start = address % MEGABYTE
        fits = min(len(data), MEGABYTE - start)
        self.memory[start : start + fits] = data[:fits]
        if fits < len(data):
            self.write(0, data[fits:])

    def caller(self) -> tuple[int, int]:
        at = (self.ss << 4) + self.sp
        ip, cs = (int.from_bytes(self.read(at + k, 2), "little") for k in (0, 2))
        return cs, ip

    def go(self, cs: int, ip: int, ss: int, sp: int) -> None:
        self.went = (cs, ip, ss, sp)

    def resume(self, ss: int, sp: int) -> None:
        self.resumed = (ss, sp)


def _word(name: str) -> property:
    def get(task: FakeTask) -> int:
        return task.words[name]

    def put(task: FakeTask, value: int) -> None:
        task.words[name] = value & 0xFFFF

    return property(get, put)


def _byte(name: str, shift: int) -> property:
    def get(task: FakeTask) -> int:
        return task.words[name] >> shift & 0xFF

    def put(task: FakeTask, value: int) -> None:
        kept = task.words[name] & ~(0xFF << shift)
        task.words[name] = kept | (value & 0xFF) << shift

    return property(get, put)


for _name in WORDS:
    setattr(FakeTask, _name, _word(_name))
for _name, _place in BYTES.items():
    setattr(FakeTask, _name, _byte(*_place))
