"""What DOS keeps in the task's own memory, below the first program: data that programs look at.

Offsets are in DOS's segment. (DOS 3.3 technical reference; Ralf Brown's interrupt list, 21/52.)
"""

from __future__ import annotations

from collections.abc import Iterable

from vm86.dos import names
from vm86.dos.volume import SECTOR, DosPath, Shape, Volume
from vm86.task import Task, linear, set_word

# Code: handlers that DOS has for interrupts until programs put in their own.
_CODE = 0x0000
_IRET = 0x0000  # IRET
_CRITICAL_ERROR = 0x0001  # MOV AL,3 (fail the call); IRET
_BREAK = 0x0004  # STC; RETF: end the program
_TERMINATE = 0x0006  # INT 20h
CASE_MAP = 0x0008  # RETF: the letter in AL stays as it is
_CALL_5 = 0x0010
_CODE_BYTES = bytes.fromhex("cf b003cf f9cb cd20 cb") + bytes(7)
# CP/M's way to call: the function is in CL, at most 24h. The stack has the far return address of
# the prefix's call and under it the near one of the program's: PUSH BP; MOV BP,SP; PUSH AX;
# MOV AX,[BP+6]; MOV [BP+2],AX; POP AX; POP BP; CMP CL,24h; JA +6; MOV AH,CL; INT 21h; JMP +2;
# MOV AL,0; RETF 2.
_CALL_5_BYTES = bytes.fromhex(
    "55 89e5 50 8b4606 894602 58 5d 80f924 7706 88cc cd21 eb02 b000 ca0200"
)

LISTS = 0x0044  # the list of lists; the word before it is the first memory control block
_NUL_DEVICE = LISTS + 0x22
# The swappable data area: what who calls DOS from an interrupt saves, and puts back. It begins with
# the flag of critical errors. (Ralf Brown's list, 21/5D06.)
SWAPPED = 0x008F
SWAPPED_SIZE = 0x18
IN_DOS = SWAPPED + 0x01
TRANSFER_AREA = SWAPPED + 0x0C
PREFIX = SWAPPED + 0x10
_DRIVE = SWAPPED + 0x16
UPPER_CASE = 0x0100  # the table of 65h: a word with its size, and the capitals of 80h to FFh
DBCS = 0x0190  # likewise: no leading bytes of double ones
FILE_NAME_CHARACTERS = 0x01A0
COLLATING = 0x01C0
_PARAMETERS = 0x0300  # drive parameter blocks
_PARAMETERS_SIZE = 0x60
MEDIA = 0x16  # in a drive parameter block: the byte that tells the kind of disk
_NEXT = 0x18
_CURRENT = 0x1C
FREE_CLUSTERS = 0x1E
# With blocks for 26 drives. Much of it stays empty, so that programs begin at segment 0192h, as
# with DOSBox: the runtime of Microsoft's Pascal (MASM 1, LINK 2) takes for its stack what is left
# above its data modulo 64 KiB, which is next to nothing just below 014Ch, and LINK writes one of
# its segments into the files it makes.
SIZE = 0x11D0
SHELL = 0x0F00  # its prefix, code and stack
SHELL_SIZE = SIZE - SHELL

_NONE = 0xFFFFFFFF


def parameters(drive: int) -> int:
    """The offset of a drive's parameter block."""
    return _PARAMETERS + drive * _PARAMETERS_SIZE


def write(task: Task, base: int, first_block: int, mounts: Iterable[Volume]) -> None:
    """Write it all, and point the vectors of interrupts at DOS's handlers."""
    task.write(linear(base, 0), bytes(SIZE))
    task.write(linear(base, _CODE), _CODE_BYTES)
    task.write(linear(base, _CALL_5), _CALL_5_BYTES)
    _write_vectors(task, base)
    _write_tables(task, base)
    drives = sorted(mounts, key=lambda mount: mount.number)
    blocks = [mount.number for mount in drives]
    for mount, after in zip(drives, [*blocks[1:], None], strict=True):
        after_it = _NONE.to_bytes(4, "little") if after is None else _far(base, parameters(after))
        block = _parameter_block(base, mount.number, mount.shape, after_it)
        task.write(linear(base, parameters(mount.number)), block)
    _write_lists(task, base, first_block, blocks)


def break_vector(base: int) -> tuple[int, int]:
    """Segment and offset of DOS's own handler for Ctrl-C."""
    return base, _BREAK


def critical_vector(base: int) -> tuple[int, int]:
    """Likewise for critical errors."""
    return base, _CRITICAL_ERROR


def null_device(base: int) -> tuple[int, int]:
    """Segment and offset of the header of a device's driver."""
    return base, _NUL_DEVICE


def _write_vectors(task: Task, base: int) -> None:
    handlers = {0x22: _TERMINATE, 0x23: _BREAK, 0x24: _CRITICAL_ERROR, 0x28: _IRET, 0x2A: _IRET}
    for number, offset in handlers.items():
        set_word(task, number * 4, offset)
        set_word(task, number * 4 + 2, base)
    # 0000:00C0, where the prefix's far call leads: a far jump over the vectors of 30h and 31h.
    task.write(0x30 * 4, b"\xea" + _far(base, _CALL_5))


def _write_tables(task: Task, base: int) -> None:
    capitals = bytes(names.from_task(bytes([c])).encode(names.CODE_PAGE)[0] for c in range(256))
    characters = bytes([1, 0, 255, 0, 0, 32, 2, 14]) + b'."/\\[]:|<>+=;,'
    for offset, table in (
        (UPPER_CASE, capitals[128:]),
        (DBCS, b""),
        (FILE_NAME_CHARACTERS, characters),
        (COLLATING, capitals),
    ):
        task.write(linear(base, offset), len(table).to_bytes(2, "little") + table)


def describe(task: Task, base: int, mount: Volume, current: DosPath | None) -> None:
    """Write the drive's parameter block again: its disk may be another. current: the directory that
    DOS 2 has in it, by its first cluster and its path; None for a later DOS."""
    address = linear(base, parameters(mount.number))
    after = task.read(address + _NEXT, 4)
    block = _parameter_block(base, mount.number, mount.shape, after)
    if current is not None:
        cluster = max(mount.entry(current).cluster, 1) if current else 0
        path = "\\".join(current).encode(names.CODE_PAGE)
        block = block[:_CURRENT] + cluster.to_bytes(2, "little") + path.ljust(64, b"\0")
    task.write(address, block)


def tell_settings(task: Task, base: int, drive: int, breaks: int) -> None:
    """Write the current drive, and whether BREAK is on, into the swappable data area."""
    task.write(linear(base, _DRIVE), bytes([drive, breaks]))


def division(shape: Shape) -> bytes:
    """Of a drive parameter block, what tells how the volume is divided: from offset 2 on."""
    return (
        SECTOR.to_bytes(2, "little")
        + bytes([shape.per_cluster - 1, shape.per_cluster.bit_length() - 1])
        + shape.reserved.to_bytes(2, "little")
        + bytes([shape.tables])
        + shape.root.to_bytes(2, "little")
        + shape.first_data.to_bytes(2, "little")
        + (shape.clusters + 1).to_bytes(2, "little")
        + bytes([shape.table & 0xFF])
        + shape.first_root.to_bytes(2, "little")
    )


def _parameter_block(base: int, drive: int, shape: Shape, after: bytes) -> bytes:
    """`after`: where the next drive's is."""
    return (
        bytes([drive, drive])
        + division(shape)
        + _far(base, _NUL_DEVICE)
        + bytes([shape.media, 0])
        + after
        + bytes(2)
        + b"\xff\xff"  # free clusters: not counted yet
    )


def _write_lists(task: Task, base: int, first_block: int, blocks: list[int]) -> None:
    none = _NONE.to_bytes(4, "little")
    first = _far(base, parameters(blocks[0])) if blocks else none
    nul = _far(base, _NUL_DEVICE)
    data = (
        first_block.to_bytes(2, "little")
        + first
        + none  # system file table
        + nul  # CLOCK$'s driver
        + nul  # CON's driver
        + SECTOR.to_bytes(2, "little")
        + none  # disk buffers
        + none  # current directories
        + none  # system file table of control blocks
        + bytes(2)
        + bytes([len(blocks), max([5, *(drive + 1 for drive in blocks)])])
    )
    header = none + (0x8004).to_bytes(2, "little") + bytes(4) + b"NUL     "
    task.write(linear(base, LISTS - 2), data + header)


def _far(segment: int, offset: int) -> bytes:
    return offset.to_bytes(2, "little") + segment.to_bytes(2, "little")
