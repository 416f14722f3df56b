"""Programs: the first one, 4Bh, and every way to end (00h, 31h, 4Ch, INT 20h, INT 27h).

Who started a program is in its prefix, and where the parent goes on is in the parent's: SS:SP at
its INT 21h. So a program that makes and enters prefixes of its own, a debugger say, works.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from vm86.dos import access, drives, environment, fcbnames, prefix, programs
from vm86.dos.access import CLOSED
from vm86.dos.errors import DosError, Failure
from vm86.dos.openfiles import READ, DiskFile
from vm86.dos.programs import LARGEST_PROGRAM, PREFIX, Program
from vm86.task import CARRY, Task, linear, set_word, word

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_RUN, _LOAD, _OVERLAY = 0, 1, 3
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


class Entry(NamedTuple):
    """Where a loaded program begins."""

    segment: int
    cs: int
    ip: int
    ss: int
    sp: int


# Prefixes


def create_prefix(dos: Dos, task: Task) -> None:
    """26h: at DX, a copy of the current prefix, with the vectors that there are now."""
    copy = bytearray(task.read(linear(dos.psp, 0), prefix.SIZE))
    vectors = task.read(prefix.VECTORS, prefix.VECTORS_SIZE)
    copy[access.PSP_VECTORS : access.PSP_VECTORS + prefix.VECTORS_SIZE] = vectors
    task.write(linear(task.dx, 0), bytes(copy))
    prefix.own_table(task, task.dx)


def create_child(dos: Dos, task: Task) -> None:
    """55h: at DX, a prefix for a child of the current program, which has its handles; SI is the end
    of its memory. It becomes the current one."""
    env = word(task, linear(dos.psp, access.PSP_ENVIRONMENT))
    prefix.build(task, task.dx, parent=dos.psp, end=task.si, environment=env)
    _inherit(dos, task, task.dx)
    dos.psp = task.dx


def _inherit(dos: Dos, task: Task, child: int) -> None:
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


# Loading


def start(dos: Dos, task: Task, data: bytes, path: str, tail: bytes) -> None:
    """Start the first program, its own parent. `path`: what its environment says. Raises
    Failure."""
    entry = _load(dos, task, programs.parse(data), path, dos.environment)
    own = linear(entry.segment, 0)
    set_word(task, own + access.PSP_PARENT, entry.segment)
    console, auxiliary, printer = dos.files.CON, dos.files.AUX, dos.files.PRN
    handles = bytes([console, console, console, auxiliary, printer])
    task.write(own + access.PSP_HANDLES, handles)
    for number in handles:
        dos.files.share(number)
    task.ax = _set_arguments(dos, task, entry.segment, tail)
    dos.first = entry.segment
    _enter(dos, task, entry)


def _set_arguments(dos: Dos, task: Task, segment: int, tail: bytes) -> int:
    """Tail and blocks from a command line's arguments; what AX is at the program's begin."""
    prefix.set_tail(task, segment, tail)
    first = fcbnames.parse(tail, skip_separator=True)
    second = fcbnames.parse(tail[first.end :], skip_separator=True)
    task.write(linear(segment, prefix.FCB1), fcbnames.field(first))
    task.write(linear(segment, prefix.FCB2), fcbnames.field(second))
    return _valid_drives(dos, task, segment)


def _valid_drives(dos: Dos, task: Task, segment: int) -> int:
    """AL and AH: FF where the first or second block's drive does not exist."""
    value = 0
    for shift, block in ((0, prefix.FCB1), (8, prefix.FCB2)):
        drive = task.read(linear(segment, block), 1)[0]
        if drive and drive - 1 not in dos.drives.mounts:
            value |= 0xFF << shift
    return value


def _enter(dos: Dos, task: Task, entry: Entry) -> None:
    """Go to a loaded program. AX is set already."""
    dos.psp = entry.segment
    dos.dta = (entry.segment, prefix.TAIL)
    task.bx, task.cx, task.dx = 0, 0xFF, entry.segment
    task.si, task.di, task.bp = entry.ip, entry.sp, 0
    task.ds = task.es = entry.segment
    task.go(entry.cs, entry.ip, entry.ss, entry.sp)


def read_program(dos: Dos, text: str) -> tuple[bytes, str]:
    """A program file's bytes and its whole path, by its path in capitals. Raises Failure."""
    if drives.device(text):
        raise Failure(DosError.ACCESS_DENIED)
    place = dos.drives.resolve(text)
    file = DiskFile(place.mount.open(place.path, reading=True, writing=False), place.mount, READ,
                    dos.clock)  # fmt: skip
    try:
        if file.size() > LARGEST_PROGRAM:
            raise Failure(DosError.INSUFFICIENT_MEMORY)
        return file.read(LARGEST_PROGRAM), drives.written(place)
    finally:
        file.close()


def _load(dos: Dos, task: Task, program: Program, path: str, variables: bytes) -> Entry:
    """Put a program and its environment into memory of their own."""
    block = environment.with_path(variables, path)
    env = dos.memory.allocate(-(-len(block) // 16), dos.psp)
    try:
        size = _wanted(dos, program)
        segment = dos.memory.allocate(size, dos.psp)
    except Failure:
        dos.memory.free(env)
        raise
    task.write(linear(env, 0), block)
    dos.memory.give(env, segment)
    dos.memory.give(segment, segment)
    prefix.build(task, segment, parent=dos.psp, end=segment + size, environment=env)
    return _place(task, program, segment, size)


def _wanted(dos: Dos, program: Program) -> int:
    """Paragraphs for the prefix, the program, and what it wants behind it. Raises Failure."""
    least = PREFIX + program.paragraphs + program.minimum
    largest = dos.memory.largest()
    if least > largest:
        raise Failure(DosError.INSUFFICIENT_MEMORY)
    if program.minimum == program.maximum == 0:
        return largest
    return min(largest, PREFIX + program.paragraphs + max(program.maximum, program.minimum))


def _place(task: Task, program: Program, segment: int, size: int) -> Entry:
    """Write the image; where the program begins."""
    load = segment + PREFIX
    if program.is_exe and program.minimum == program.maximum == 0:
        load = segment + size - program.paragraphs
    task.write(linear(load, 0), programs.relocated(program, load))
    cs, ss = (load + program.cs) & 0xFFFF, (load + program.ss) & 0xFFFF
    if program.is_exe:
        return Entry(segment, cs, program.ip, ss, program.sp)
    sp = min(size * 16, 0x10000) - 2
    set_word(task, linear(ss, sp), 0)  # so that a near return goes to the prefix's INT 20h
    return Entry(segment, cs, program.ip, ss, sp)


# 4Bh


def execute(dos: Dos, task: Task) -> None:
    if task.al not in (_RUN, _LOAD, _OVERLAY):
        raise Failure(DosError.INVALID_FUNCTION)
    data, path = read_program(dos, access.string(task, task.ds, task.dx))
    program = programs.parse(data)
    parameters = linear(task.es, task.bx)
    if task.al == _OVERLAY:
        _load_overlay(task, program, parameters)
        task.flags &= ~CARRY
        return
    env = word(task, parameters) or word(task, linear(dos.psp, access.PSP_ENVIRONMENT))
    entry = _load(dos, task, program, path, environment.read(task, env))
    _inherit(dos, task, entry.segment)
    _copy_arguments(task, parameters, entry.segment)
    ax = _valid_drives(dos, task, entry.segment)
    caller_cs, caller_ip = task.caller()
    exit_to = linear(entry.segment, access.PSP_VECTORS)  # the parent, behind its INT 21h
    set_word(task, exit_to, caller_ip)
    set_word(task, exit_to + 2, caller_cs)
    if task.al == _LOAD:
        _loaded(dos, task, parameters, entry, ax)
        return
    task.write(prefix.VECTORS, task.read(exit_to, 4))
    dos.callers[dos.psp] = Caller(task.ss, task.sp, _registers(task), dos.dta)
    task.ax = ax
    _enter(dos, task, entry)


def _registers(task: Task) -> tuple[int, ...]:
    return tuple(getattr(task, name) for name in _REGISTERS)


def _load_overlay(task: Task, program: Program, parameters: int) -> None:
    """AL=3: the image to a segment that the caller has, with a factor for its segments."""
    segment, factor = word(task, parameters), word(task, parameters + 2)
    task.write(linear(segment, 0), programs.relocated(program, factor))


def _copy_arguments(task: Task, parameters: int, segment: int) -> None:
    """Tail and blocks from where the parameter block points."""
    tail = linear(*access.far_pointer(task, parameters + 2))
    task.write(linear(segment, prefix.TAIL), task.read(tail, 128))
    for offset, block in ((6, prefix.FCB1), (10, prefix.FCB2)):
        source = linear(*access.far_pointer(task, parameters + offset))
        task.write(linear(segment, block), task.read(source, 16))


def _loaded(dos: Dos, task: Task, parameters: int, entry: Entry, ax: int) -> None:
    """AL=1: the caller, a debugger, is told where the program begins, and is to enter it. AX for
    the program's begin is on its stack."""
    sp = (entry.sp - 2) & 0xFFFF
    set_word(task, linear(entry.ss, sp), ax)
    for offset, value in ((0x0E, sp), (0x10, entry.ss), (0x12, entry.ip), (0x14, entry.cs)):
        set_word(task, parameters + offset, value)
    dos.psp = entry.segment
    dos.dta = (entry.segment, prefix.TAIL)
    task.flags &= ~CARRY


# Ending


def terminate(dos: Dos, task: Task) -> None:
    """00h and INT 20h."""
    end(dos, task, 0, Ending.NORMAL)


def exit_(dos: Dos, task: Task) -> None:
    """4Ch."""
    end(dos, task, task.al, Ending.NORMAL)


def keep(dos: Dos, task: Task) -> None:
    """31h: end, but keep DX paragraphs."""
    _keep(dos, task, max(task.dx, 6), task.al)


def keep_bytes(dos: Dos, task: Task) -> None:
    """INT 27h: end, but keep DX bytes."""
    _keep(dos, task, max(-(-task.dx // 16), 6), 0)


def _keep(dos: Dos, task: Task, paragraphs: int, code: int) -> None:
    try:
        dos.memory.resize(dos.psp, paragraphs)
    except Failure:  # it keeps what it has
        pass
    end(dos, task, code, Ending.RESIDENT)


def end(dos: Dos, task: Task, code: int, ending: Ending) -> None:
    """End the current program; its parent goes on, or nobody."""
    dos.return_code = ending << 8 | code
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
    caller = dos.callers.pop(dos.psp, None)
    if caller is not None and (caller.ss, caller.sp) == (segment, offset):
        for name, value in zip(_REGISTERS, caller.registers, strict=True):
            setattr(task, name, value)
        dos.dta = caller.dta
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


