"""The BIOS as a whole: what is there after power-on, and its interrupts by their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from vm86.bios import data, disk, keyboard, rom, system, timer, video
from vm86.bios.disk import HARD, Disks, Image
from vm86.bios.keyboard import Outcome
from vm86.bios.system import Elapsed, System
from vm86.bios.video import Video
from vm86.devices.ports import Ports
from vm86.task import Task

END_OF_INTERRUPT = 0x20
BREAK, PRINT_SCREEN = 0x1B, 0x05

# What the stub of an interrupt's handler does after it has called the host, where not only IRET.
AFTER = {0x08: timer.AFTER_TICK}


class Bios:
    """Serves the interrupts of INTERRUPTS.

    memory, extended: KiB below and above 1 MiB. drives: images by their numbers, see Disks.
    """

    def __init__(
        self,
        ports: Ports,
        elapsed: Elapsed,
        memory: int = 640,
        extended: int = 0,
        drives: Mapping[int, Image] | None = None,
    ) -> None:
        self.ports = ports
        self.memory = memory
        self.video = Video(ports.adapter)
        self.system = System(ports.a20, elapsed, extended)
        self.disks = Disks(drives)

    def power_on(self, task: Task) -> None:
        """The data area, the ROM's tables, video mode 3 and the time; and the vectors of tables.
        The vectors of INTERRUPTS and their stubs are the caller's to make."""
        for address, content in rom.rom():
            task.write(address, content)
        data.initialise(task, self.memory, self.disks.count(0), self.disks.count(HARD))
        data.set_vector(task, rom.DISKETTE_VECTOR, rom.SEGMENT, rom.DISKETTE_PARAMETERS)
        video.power_on(self.video, task)
        timer.set_ticks(task, self.ports.cmos.now())

    def serve(self, number: int, task: Task) -> bool:
        """One of INTERRUPTS; another does nothing. False: call again, it waits."""
        service = INTERRUPTS.get(number)
        return True if service is None else service(self, task)

    def key(self, task: Task) -> bool:
        """INT 09h: takes the scan code from port 60h. A Ctrl-Break goes on with INT 1Bh, a print of
        the screen with INT 05h, whose IRET returns to the program."""
        outcome = keyboard.key_event(task, self.ports.read(0x60))
        self.ports.write(0x20, 1, END_OF_INTERRUPT)
        if outcome is not Outcome.NOTHING:
            number = BREAK if outcome is Outcome.BREAK else PRINT_SCREEN
            segment, offset = data.vector(task, number)
            if segment or offset:
                task.go(segment, offset, task.ss, task.sp)
        return True

    def state(self) -> dict[str, object]:
        """What is not in the task's memory or the devices, as plain data for JSON."""
        return {"system": self.system.state(), "disks": self.disks.state()}

    def load(self, state: Mapping[str, object]) -> None:
        """Put back what `state` gave. ValueError where it is of another shape."""
        for name, part in (("system", self.system), ("disks", self.disks)):
            saved = state.get(name)
            if not isinstance(saved, dict):
                raise ValueError(f"the saved state has no {name}")
            part.load(cast(dict[str, object], saved))


INTERRUPTS: dict[int, Callable[[Bios, Task], bool]] = {
    0x08: lambda bios, task: timer.tick(task),
    0x09: Bios.key,
    0x10: lambda bios, task: video.interrupt(bios.video, task),
    0x11: lambda bios, task: system.equipment(task),
    0x12: lambda bios, task: system.memory_size(task),
    0x13: lambda bios, task: disk.interrupt(task, bios.disks),
    0x14: lambda bios, task: system.serial(task),
    0x15: lambda bios, task: system.interrupt(bios.system, task),
    0x16: lambda bios, task: keyboard.interrupt(task),
    0x17: lambda bios, task: system.printer(task),
    0x1A: lambda bios, task: timer.interrupt(task, bios.ports.cmos),
}
