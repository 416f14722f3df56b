"""DOS on a task without a machine, as the tests use it."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from fake import FakeTask

from vm86.dos.kernel import Dos
from vm86.dos.mount import Mount
from vm86.task import CARRY, linear, set_word, word

NOW = datetime.datetime(1987, 4, 2, 13, 14, 16)
DATA = 0x5000  # the segment of what the tests put into memory
STUB = 0xF000


class Clock:
    def now(self) -> datetime.datetime:
        return NOW


class Keys:
    """A console: what is typed, whether no more will come, and what was shown."""

    def __init__(self, typed: Iterable[int] = b"", *, ended: bool = False) -> None:
        self.typed = deque(typed)
        self.ended = ended
        self.shown = bytearray()
        self.forgotten = 0

    def send(self, data: bytes) -> None:
        self.shown += data

    def show(self, data: bytes) -> None:
        """What was sent is all that is kept."""

    def clear(self) -> None:
        self.shown += b"[clear]"

    def key(self) -> int | None:
        return self.typed.popleft() if self.typed else None

    def ready(self) -> bool:
        return bool(self.typed)

    def at_end(self) -> bool:
        return self.ended and not self.typed

    def peek(self) -> int | None:
        return self.typed[0] if self.typed else None

    def forget(self) -> None:
        self.forgotten += 1
        self.typed.clear()


class Guest:
    """A program that runs, in the folder as drive C, and calls DOS."""

    def __init__(
        self,
        folder: Path,
        *,
        writable: bool = True,
        arguments: bytes = b"",
        program: bytes = b"\xcd\x20",
        more: Iterable[Mount] = (),
    ) -> None:
        self.task = FakeTask()
        for number in range(256):
            set_word(self.task, number * 4, number)
            set_word(self.task, number * 4 + 2, STUB)
        self.keys = Keys()
        mounts = [Mount("C", folder, writable=writable), *more]
        self.dos = Dos(self.task, mounts, self.keys, Clock())
        self.dos.load(program, "C:\\TEST.COM", arguments)
        self.enter()

    def enter(self) -> None:
        """Go where DOS has last sent the program, and call from there."""
        assert self.task.went is not None
        cs, ip, ss, sp = self.task.went
        self.task.ss, self.task.sp = ss, (sp - 6) & 0xFFFF
        frame = linear(ss, self.task.sp)
        for place, value in ((0, ip), (2, cs), (4, 0x0202)):
            set_word(self.task, frame + place, value)

    def start(self, function: int, **registers: int) -> bool:
        """Call INT 21h; whether it is done. `function`: AH, or AX where it has more digits."""
        self.task.ax = function if function > 0xFF else function << 8
        self.task.flags &= ~CARRY
        for name, value in registers.items():
            setattr(self.task, name, value)
        return self.dos.int21(self.task)

    def call(self, function: int, **registers: int) -> int:
        """Call INT 21h, which is to be done and to succeed; AX afterwards."""
        assert self.start(function, **registers)
        assert not self.carry, f"error {self.task.ax}"
        return self.task.ax

    def fail(self, function: int, **registers: int) -> int:
        """Call INT 21h, which is to fail; the error's code."""
        assert self.start(function, **registers)
        assert self.carry, f"AX={self.task.ax:04X}"
        return self.task.ax

    @property
    def carry(self) -> bool:
        return bool(self.task.flags & CARRY)

    def put(self, data: bytes, offset: int = 0x100) -> int:
        """Put bytes into the data segment, which DS and ES name afterwards; their offset."""
        self.task.write(linear(DATA, offset), data)
        self.task.ds = self.task.es = DATA
        return offset

    def path(self, text: str, offset: int = 0x100) -> int:
        return self.put(text.encode("cp437") + b"\0", offset)

    def get(self, offset: int, size: int) -> bytes:
        return self.task.read(linear(DATA, offset), size)

    def word(self, segment: int, offset: int) -> int:
        return word(self.task, linear(segment, offset))

    def open(self, text: str, way: int = 0) -> int:
        return self.call(0x3D00 | way, dx=self.path(text))

    def read(self, handle: int, size: int) -> bytes:
        self.task.ds = DATA
        count = self.call(0x3F, bx=handle, cx=size, dx=0x4000)
        return self.get(0x4000, count)

    def write(self, handle: int, data: bytes) -> int:
        return self.call(0x40, bx=handle, cx=len(data), dx=self.put(data, 0x4000))
