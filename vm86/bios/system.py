"""INT 15h, and the small ones: 11h, 12h, 14h, 17h (Ralf Brown's list)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, cast

from vm86.bios import data, rom
from vm86.devices.gate import A20
from vm86.task import CARRY, MEGABYTE, ZERO, Task, linear, word

UNSUPPORTED = 0x86
EXCEPTION = 0x02  # of the block move
MOST_WORDS = 0x8000

SOURCE, TARGET = 0x10, 0x18  # descriptors in the block move's table

MOST_WAITS = 8


class Elapsed(Protocol):
    def microseconds(self) -> int:
        """How long the machine has run, in its own time. It never goes back."""
        ...


class System:
    """extended: memory above 1 MiB, in KiB, as INT 15h 88h tells it.

    waits: of those who wait with INT 15h 86h, SS, SP and until when. An interrupt's handler may
    wait within another's wait.
    """

    def __init__(self, a20: A20, elapsed: Elapsed, extended: int = 0) -> None:
        self.a20 = a20
        self.elapsed = elapsed
        self.extended = extended
        self.waits: list[list[int]] = []

    def state(self) -> dict[str, object]:
        """Plain data for JSON."""
        return {"waits": [list(wait) for wait in self.waits]}

    def load(self, state: Mapping[str, object]) -> None:
        """Put back what `state` gave. ValueError where it is of another shape."""
        waits = state.get("waits")
        if not isinstance(waits, list) or not all(map(_is_wait, cast(list[object], waits))):
            raise ValueError("the saved state has no good waits")
        self.waits = [list(wait) for wait in cast(list[list[int]], waits)]


def _is_wait(value: object) -> bool:
    if not isinstance(value, list):
        return False
    parts = cast(list[object], value)
    return len(parts) == 3 and all(type(part) is int for part in parts)


Service = Callable[[System, Task], bool]


def _fail(task: Task, code: int) -> bool:
    task.ah = code
    task.flags |= CARRY
    return True


def _succeed(task: Task) -> bool:
    task.ah = 0
    task.flags &= ~CARRY
    return True


def unsupported(system: System, task: Task) -> bool:
    return _fail(task, UNSUPPORTED)


def a20_gate(system: System, task: Task) -> bool:
    """24: AL 0 close, 1 open, 2 AL: whether it is open, 3 BX: by which ways it can be."""
    if task.al > 3:
        return _fail(task, UNSUPPORTED)
    if task.al == 2:
        task.al = system.a20.enabled & 1
    elif task.al == 3:
        task.bx = 3  # by the keyboard controller and by port 92h
    else:
        system.a20.set(task.al)
    return _succeed(task)


def keyboard_intercept(system: System, task: Task) -> bool:
    """4F: CF: the scan code in AL is to be used as it is."""
    task.flags |= CARRY
    return True


def wait(system: System, task: Task) -> bool:
    """86: CX:DX microseconds."""
    now = system.elapsed.microseconds()
    place = [task.ss, task.sp]
    until = next((entry[2] for entry in system.waits if entry[:2] == place), None)
    if until is None:
        until = now + (task.cx << 16 | task.dx)
        # The oldest are of programs that have ended while they waited.
        system.waits = [*system.waits[1 - MOST_WAITS :], [*place, until]]
    if now < until:
        return False
    system.waits = [entry for entry in system.waits if entry[:2] != place]
    return _succeed(task)


def move_block(system: System, task: Task) -> bool:
    """87: CX words, by the descriptors in the table at ES:SI; AH 2 where one is not within the
    memory below 1 MiB or is too short."""
    table = linear(task.es, task.si)
    size = 2 * task.cx
    places = [_base(task, table + descriptor, size) for descriptor in (SOURCE, TARGET)]
    source, target = places
    if source is None or target is None or task.cx > MOST_WORDS:
        task.flags &= ~ZERO
        return _fail(task, EXCEPTION)
    task.write(target, task.read(source, size))
    task.flags |= ZERO
    return _succeed(task)


def _base(task: Task, descriptor: int, size: int) -> int | None:
    """Where a segment begins, if it has so many bytes."""
    limit = word(task, descriptor)
    content = task.read(descriptor, 8)
    base = int.from_bytes((*content[2:5], content[7]), "little")
    return base if size <= limit + 1 and base + size <= MEGABYTE else None


def extended_memory(system: System, task: Task) -> bool:
    """88: AX KiB."""
    task.ax = system.extended
    task.flags &= ~CARRY
    return True


def device_event(system: System, task: Task) -> bool:
    """90, 91: for an operating system of several tasks, which there is none of."""
    return _succeed(task)


def configuration(system: System, task: Task) -> bool:
    """C0: ES:BX."""
    task.es, task.bx = rom.SEGMENT, rom.CONFIGURATION
    return _succeed(task)


FUNCTIONS: dict[int, Service] = {
    0x24: a20_gate,
    0x4F: keyboard_intercept,
    0x86: wait,
    0x87: move_block,
    0x88: extended_memory,
    0x90: device_event,
    0x91: device_event,
    0xC0: configuration,
}


def interrupt(system: System, task: Task) -> bool:
    """INT 15h: the function is in AH; an unknown one gives CF and AH 86h."""
    return FUNCTIONS.get(task.ah, unsupported)(system, task)


def equipment(task: Task) -> bool:
    """INT 11h: AX."""
    task.ax = word(task, data.EQUIPMENT)
    return True


def memory_size(task: Task) -> bool:
    """INT 12h: AX KiB."""
    task.ax = word(task, data.MEMORY_SIZE)
    return True


def serial(task: Task) -> bool:
    """INT 14h: there is no port: AH bit 7, it took too long."""
    if task.ah <= 3:
        task.ah = 0x80
    return True


def printer(task: Task) -> bool:
    """INT 17h: there is none: AH bits 0 and 3, it took too long and failed."""
    if task.ah <= 2:
        task.ah = 0x09
    return True
