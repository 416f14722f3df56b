"""Starting programs: the first one, and 4Bh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from vm86.dos import (
    access,
    drives,
    environment,
    fcbnames,
    lowmemory,
    prefix,
    process,
    programs,
)
from vm86.dos.devices import READ
from vm86.dos.errors import DosError, Failure
from vm86.dos.files import open_place
from vm86.dos.programs import LARGEST_PROGRAM, PREFIX, Program
from vm86.task import CARRY, Task, linear, set_word, word

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_RUN, _LOAD, _OVERLAY = 0, 1, 3
_LOOP = bytes.fromhex("cd2e ebfc")  # the shell: INT 2Eh; JMP back to it
_STACK = 32  # paragraphs that it has
SHELL = Program(_LOOP.ljust(16), (), 0, 0, 1, 16 * _STACK, _STACK, _STACK, True)


class Entry(NamedTuple):
    """Where a loaded program begins."""

    segment: int
    cs: int
    ip: int
    ss: int
    sp: int


def start(dos: Dos, task: Task, data: bytes, path: str, tail: bytes) -> None:
    """Start the first program, its own parent. `path`: what its environment says. Raises
    Failure."""
    entry = _load(dos, task, programs.parse(data), path, environment.strings(dos.variables))
    _make_first(dos, task, entry.segment)
    task.ax = _set_arguments(dos, task, entry.segment, tail)
    _enter(dos, task, entry)


def enter_shell(dos: Dos, task: Task, segment: int) -> None:
    """Start the shell, whose code goes to where DOS has memory for it, as the first program."""
    prefix.build(task, segment, parent=segment, end=dos.memory.end, environment=0)
    task.write(linear(segment, prefix.SIZE), _LOOP)
    _make_first(dos, task, segment)
    sp = lowmemory.SHELL_SIZE - 2
    _enter(dos, task, Entry(segment, segment, prefix.SIZE, segment, sp))


def _make_first(dos: Dos, task: Task, segment: int) -> None:
    """The program is its own parent, and has the standard handles."""
    own = linear(segment, 0)
    set_word(task, own + access.PSP_PARENT, segment)
    task.write(own + access.PSP_HANDLES, bytes(dos.files.standard))
    for number in dos.files.standard:
        dos.files.share(number)
    dos.first = segment


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
    file = open_place(dos, place, READ)
    try:
        if file.size() > LARGEST_PROGRAM:
            raise Failure(DosError.INSUFFICIENT_MEMORY)
        return file.read(LARGEST_PROGRAM), drives.written(place)
    finally:
        file.close()


def _find(dos: Dos, text: str, *, shell: bool) -> tuple[Program, str]:
    """A program and its whole path; with `shell` SHELL where that should be, and no file is. Raises
    Failure."""
    try:
        data, path = read_program(dos, text)
    except Failure as failure:
        if shell and failure.code in (DosError.FILE_NOT_FOUND, DosError.PATH_NOT_FOUND):
            path = dos.shell_path
            if drives.written(dos.drives.resolve(text)) == path:
                return SHELL, path
        raise
    return programs.parse(data), path


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


def execute(dos: Dos, task: Task) -> None:
    if task.al not in (_RUN, _LOAD, _OVERLAY):
        raise Failure(DosError.INVALID_FUNCTION)
    text = access.string(task, task.ds, task.dx)
    program, path = _find(dos, text, shell=task.al == _RUN)
    parameters = linear(task.es, task.bx)
    if task.al == _OVERLAY:
        _load_overlay(task, program, parameters)
        task.flags &= ~CARRY
        return
    env = word(task, parameters) or word(task, linear(dos.psp, access.PSP_ENVIRONMENT))
    entry = _load(dos, task, program, path, environment.read(task, env))
    process.inherit(dos, task, entry.segment)
    _copy_arguments(task, parameters, entry.segment)
    ax = _valid_drives(dos, task, entry.segment)
    _return_behind(task, entry)
    if task.al == _LOAD:
        _loaded(dos, task, parameters, entry, ax)
    else:
        _begin(dos, task, program, entry, ax)


def run(dos: Dos, task: Task, program: str, tail: bytes, variables: Mapping[str, str]) -> None:
    """Start a program for the shell: by its path, with a command's tail. Raises Failure."""
    found, path = _find(dos, program, shell=True)
    entry = _load(dos, task, found, path, environment.strings(variables))
    process.inherit(dos, task, entry.segment)
    ax = _set_arguments(dos, task, entry.segment, tail)
    _return_behind(task, entry)
    _begin(dos, task, found, entry, ax)


def _return_behind(task: Task, entry: Entry) -> None:
    """When the program ends, its parent goes on behind its interrupt."""
    caller_cs, caller_ip = task.caller()
    exit_to = linear(entry.segment, access.PSP_VECTORS)
    set_word(task, exit_to, caller_ip)
    set_word(task, exit_to + 2, caller_cs)


def _begin(dos: Dos, task: Task, program: Program, entry: Entry, ax: int) -> None:
    exit_to = linear(entry.segment, access.PSP_VECTORS)
    task.write(prefix.VECTORS, task.read(exit_to, 4))
    dos.callers[dos.psp] = process.caller(dos, task)
    task.ax = ax
    _enter(dos, task, entry)
    if program is SHELL:
        dos.add_shell(entry.segment)


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
