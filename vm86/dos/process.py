"""Programs' prefixes, and every way to end (00h, 31h, 4Ch, INT 20h, INT 27h).

Who started a program is in its prefix, and where the parent goes on is in the parent's: SS:SP at
its INT 21h. So a program that makes and enters prefixes of its own, a debugger say, works.
"""

from __future__ import annotations

from contextlib import suppress
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from vm86.dos import access, prefix
from vm86.dos.access import CLOSED
from vm86.dos.errors import Failure
from vm86.task import CARRY, Task, linear, set_word, word

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_REGISTERS = ("bx", "cx", "dx", "si", "di", "bp", "ds", "es")


class Ending(IntEnum):
    """How a program ended, which 4Dh gives in AH."""

    NORMAL = 0
    CONTROL_C = 1
    CRITICAL_ERROR = 2
    RESIDENT = 3


class Caller(NamedTuple):
    """What a program that started another gets back: its registers, and its transfer area."""

    ss: int
    sp: int
    registers: tuple[int, ...]
    dta: tuple[int, int]


def caller(dos: Dos, task: Task) -> Caller:
    """What the program that now calls is to get back."""
    registers = tuple(getattr(task, name) for name in _REGISTERS)
    return Caller(task.ss, task.sp, registers, dos.dta)


# Prefixes


def create_prefix(dos: Dos, task: Task) -> None:
    """26h: at DX, a copy of the current prefix, with the vectors that there are now. The arguments
    in it are from where the caller's CS is: DOS takes that for a prefix, and the COMMAND.COM of DOS
    1 puts them there."""
    copy = bytearray(task.read(linear(dos.psp, 0), prefix.SIZE))
    segment, _ = task.caller()
    copy[prefix.FCB1 :] = task.read(linear(segment, prefix.FCB1), prefix.SIZE - prefix.FCB1)
    vectors = task.read(prefix.VECTORS, prefix.VECTORS_SIZE)
    copy[access.PSP_VECTORS : access.PSP_VECTORS + prefix.VECTORS_SIZE] = vectors
    task.write(linear(task.dx, 0), bytes(copy))
    set_word(task, linear(task.dx, access.PSP_PARENT), dos.psp)
    prefix.own_table(task, task.dx)
    inherit(dos, task, task.dx)


def create_child(dos: Dos, task: Task) -> None:
    """55h: at DX, a prefix for a child of the current program, which has its handles; SI is the end
    of its memory. It becomes the current one."""
    env = word(task, linear(dos.psp, access.PSP_ENVIRONMENT))
    prefix.build(task, task.dx, parent=dos.psp, end=task.si, environment=env)
    inherit(dos, task, task.dx)
    dos.psp = task.dx


def inherit(dos: Dos, task: Task, child: int) -> None:
    """Give a child the current program's handles, but not those it keeps for itself."""
    address, size = access.table(dos, task)
    own = task.read(address, min(size, access.HANDLES))
    task.write(linear(child, access.PSP_HANDLES), bytes(_shared(dos, n) for n in own))


def _shared(dos: Dos, number: int) -> int:
    try:
        if not dos.files.get(number).inherited:
            return CLOSED
        dos.files.share(number)
    except Failure:
        return CLOSED
    return number


def set_prefix(dos: Dos, task: Task) -> None:
    dos.psp = task.bx


def get_prefix(dos: Dos, task: Task) -> None:
    task.bx = dos.psp


# Ending


def terminate(dos: Dos, task: Task) -> None:
    """00h and INT 20h: the program whose prefix is where its CS is, if there is one."""
    segment, _ = task.caller()
    if prefix.is_at(task, segment):
        dos.psp = segment
    end(dos, task, 0, Ending.NORMAL)


def exit_program(dos: Dos, task: Task, code: int) -> None:
    """End the current program of itself."""
    end(dos, task, code, Ending.NORMAL)


def exit_(dos: Dos, task: Task) -> None:
    """4Ch."""
    exit_program(dos, task, task.al)


def keep(dos: Dos, task: Task) -> None:
    """31h: end, but keep DX paragraphs."""
    _keep(dos, task, max(task.dx, 6), task.al)


def keep_bytes(dos: Dos, task: Task) -> None:
    """INT 27h: end, but keep DX bytes."""
    _keep(dos, task, max(-(-task.dx // 16), 6), 0)


def _keep(dos: Dos, task: Task, paragraphs: int, code: int) -> None:
    with suppress(Failure):  # it keeps what it has
        dos.memory.resize(dos.psp, paragraphs)
    end(dos, task, code, Ending.RESIDENT)


def end(dos: Dos, task: Task, code: int, ending: Ending) -> None:
    """End the current program; its parent goes on, or nobody."""
    dos.return_code = ending << 8 | code
    dos.shells.pop(dos.psp, None)
    dos.forget_input()
    if ending != Ending.RESIDENT:
        _close_files(dos, task)
    own = linear(dos.psp, 0)
    vectors = task.read(own + access.PSP_VECTORS, prefix.VECTORS_SIZE)
    task.write(prefix.VECTORS, vectors)
    parent = word(task, own + access.PSP_PARENT)
    if ending != Ending.RESIDENT and parent != dos.psp:
        _free(dos)
    if dos.psp == dos.first or parent == dos.psp:
        dos.exit_code = code
        return
    dos.psp = parent
    _resume(dos, task, vectors[:4])


def _close_files(dos: Dos, task: Task) -> None:
    address, size = access.table(dos, task)
    size = min(size, dos.files.MOST)
    for number in task.read(address, size):
        try:
            dos.files.release(number)
        except Failure:
            continue
    task.write(address, bytes([CLOSED]) * size)
    dos.fcb_files.close_all(dos.psp)


def _free(dos: Dos) -> None:
    try:
        dos.memory.release(dos.psp)
    except Failure:  # the chain is broken: the parent will see that when it wants memory
        return


def _resume(dos: Dos, task: Task, terminate_address: bytes) -> None:
    """Return from the parent's last INT 21h, to the address of INT 22h."""
    segment, offset = access.far_pointer(task, linear(dos.psp, access.PSP_STACK))
    back = dos.callers.pop(dos.psp, None)
    if back is not None and (back.ss, back.sp) == (segment, offset):
        for name, value in zip(_REGISTERS, back.registers, strict=True):
            setattr(task, name, value)
        dos.dta = back.dta
    else:
        task.ds = task.es = dos.psp
        dos.dta = (dos.psp, prefix.TAIL)
    frame = linear(segment, offset)
    task.write(frame, terminate_address)
    set_word(task, frame + 4, word(task, frame + 4) & ~CARRY)
    task.resume(segment, offset)


def return_code(dos: Dos, task: Task) -> None:
    """4Dh: once only."""
    task.ax = dos.return_code
    dos.return_code = 0
