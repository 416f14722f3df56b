"""Handlers of programs' own that DOS calls: INT 23h for Ctrl-C, INT 24h for critical errors.

DOS calls them in the midst of an INT 21h, and they come back to its entry, on the stack that they
were given: that is how a return is told from a call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vm86.dos import lowmemory, process
from vm86.dos.errors import DiskFailure, DosError
from vm86.dos.process import Ending
from vm86.task import Task, linear, set_word, word

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_FRAME = 6  # bytes that an interrupt pushes: IP, CS, FLAGS
# What INT 24h's handler finds above its own frame, and below that of INT 21h, from low to high.
_SAVED = ("ax", "bx", "cx", "dx", "si", "di", "bp", "ds", "es")
_ALLOWED = 0x3E  # AH: it may ignore, retry or fail; a disk's data. Bit 0: it was written to
_IGNORE, _RETRY, _FAIL = 0, 1, 3  # its answers in AL; others abort


class _Critical(NamedTuple):
    """An error that the handler judges. It comes back to ss:sp."""

    ss: int
    sp: int
    registers: dict[str, int]
    code: DosError


class Handlers:
    def __init__(self, dos: Dos) -> None:
        self._dos = dos
        self._entry = 0, 0
        self._breaking: tuple[int, int, bytes] | None = None  # a call that Ctrl-C has stopped
        self._critical: _Critical | None = None

    @property
    def breaking(self) -> bool:
        return self._breaking is not None

    def note_entry(self, task: Task) -> None:
        """Where INT 21h leads, before programs put in their own."""
        self._entry = _vector(task, 0x21)

    def returned(self, task: Task) -> bool:
        """Whether this is no call, and no call that is begun again, but a handler come back with
        which all is done."""
        if self._breaks_off(task):
            process.end(self._dos, task, 0, Ending.CONTROL_C)
            return True
        known = self._critical
        return known is not None and (task.ss, task.sp) == known[:2] and self._judged(task, known)

    # Ctrl-C. The handler returns with IRET, or with a far return, which leaves FLAGS on the stack,
    # and carry clear: then the function is begun again. With carry set the program ends.

    def control_c(self, task: Task) -> None:
        dos = self._dos
        dos.flushed = dos.paused = False
        dos.screen.write(b"^C\r\n")
        handler = _vector(task, 0x23)
        if handler in (lowmemory.break_vector(dos.base), (0, 0)):
            process.end(dos, task, 0, Ending.CONTROL_C)
            return
        self._breaking = task.ss, task.sp, task.read(linear(task.ss, task.sp), _FRAME)
        self._call(task, handler, task.sp, task.flags)

    def _breaks_off(self, task: Task) -> bool:
        """Whether INT 23h's handler has come back to end the program."""
        if self._breaking is None:
            return False
        ss, sp, frame = self._breaking
        if task.ss != ss or task.sp not in (sp, (sp - 2) & 0xFFFF):
            return False  # the handler itself calls
        self._breaking = None
        if task.sp == sp or task.read(linear(ss, sp), _FRAME) != frame:
            return False
        task.sp = sp
        return task.carry

    # Critical errors. The handler says with AL what is to be done, and returns with IRET; or it
    # takes the program's registers from the stack, and goes there itself.

    def critical_error(self, task: Task, failure: DiskFailure) -> bool:
        """Ask the handler; False: there is none but DOS's own, which lets functions fail, or it is
        the handler's own call that has failed."""
        dos = self._dos
        handler = _vector(task, 0x24)
        none = lowmemory.critical_vector(dos.base), (0, 0)
        if handler in none or self._critical is not None:
            return False
        dos.remember(failure.code)
        registers = {name: getattr(task, name) for name in _SAVED}
        flags = task.flags
        sp = (task.sp - 2 * len(_SAVED)) & 0xFFFF
        for k, value in enumerate(registers.values()):
            set_word(task, linear(task.ss, sp + 2 * k), value)
        self._critical = _Critical(task.ss, sp, registers, failure.code)
        task.ah, task.al = _ALLOWED | int(failure.writing), failure.drive
        task.di = failure.code - DosError.WRITE_PROTECTED
        task.bp, task.si = lowmemory.null_device(dos.base)
        self._call(task, handler, sp, flags)
        return True

    def forget_error(self) -> None:
        """The program has gone on without coming back."""
        self._critical = None

    def _judged(self, task: Task, error: _Critical) -> bool:
        """Do what the handler has said; False: the function is to be begun again."""
        self._critical = None
        answer = task.al
        task.sp = error.sp + 2 * len(_SAVED)
        for name, value in error.registers.items():
            setattr(task, name, value)
        if answer == _RETRY:
            return False
        if answer == _FAIL:
            self._dos.fail(task, task.ah, DosError.FAILED_BY_HANDLER)
            self._dos.remember(error.code)
        elif answer == _IGNORE:
            self._dos.succeed(task, task.ah)
        else:
            process.end(self._dos, task, 0, Ending.CRITICAL_ERROR)
        return True

    def _call(self, task: Task, handler: tuple[int, int], sp: int, flags: int) -> None:
        segment, offset = self._entry
        sp = (sp - _FRAME) & 0xFFFF
        for place, value in ((0, offset), (2, segment), (4, flags)):
            set_word(task, linear(task.ss, sp + place), value)
        task.go(*handler, task.ss, sp)


def _vector(task: Task, number: int) -> tuple[int, int]:
    """Segment and offset of an interrupt's handler."""
    return word(task, number * 4 + 2), word(task, number * 4)
