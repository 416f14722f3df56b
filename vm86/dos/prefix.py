"""The program segment prefix: 256 bytes before every program (DOS 3.3 technical reference).

00  INT 20h                     16  word: parent's prefix   50  INT 21h, RETF
02  word: end of memory         18  job file table          5C  first file control block
05  far call to DOS             2C  word: environment       6C  second
0A  vectors of INT 22h to 24h   2E  SS:SP at INT 21h        80  command tail, and default
                                32  size of the table,          disk transfer area
                                    and a pointer to it
"""

from __future__ import annotations

from vm86.dos import access, names
from vm86.dos.access import CLOSED, HANDLES
from vm86.task import Task, linear, set_word

SIZE = 256
FCB1, FCB2, TAIL = 0x5C, 0x6C, 0x80
LONGEST_TAIL = 126
_INT_20 = b"\xcd\x20"
_CALL = 0x05
_DISPATCH = 0x50
# A far call of CP/M's kind: its offset is also the bytes in the segment, and with its segment makes
# 0000:00C0 as addresses wrap at 1 MiB.
_CALL_DOS = bytes([0x9A, 0xF0, 0xFE, 0x1D, 0xF0])
VECTORS = linear(0, 0x22 * 4)  # of INT 22h, 23h and 24h in the interrupt vector table
VECTORS_SIZE = 12


def build(task: Task, segment: int, *, parent: int, end: int, environment: int) -> None:
    """Write a prefix with no handles, empty blocks and an empty tail."""
    data = bytearray(SIZE)
    data[0:2] = _INT_20
    data[2:4] = end.to_bytes(2, "little")
    data[_CALL : _CALL + 5] = _CALL_DOS
    data[access.PSP_VECTORS : access.PSP_VECTORS + VECTORS_SIZE] = task.read(VECTORS, VECTORS_SIZE)
    data[access.PSP_PARENT : access.PSP_PARENT + 2] = parent.to_bytes(2, "little")
    data[access.PSP_HANDLES : access.PSP_HANDLES + HANDLES] = bytes([CLOSED]) * HANDLES
    data[access.PSP_ENVIRONMENT : access.PSP_ENVIRONMENT + 2] = environment.to_bytes(2, "little")
    data[_DISPATCH : _DISPATCH + 3] = b"\xcd\x21\xcb"
    data[FCB1 : FCB1 + 12] = data[FCB2 : FCB2 + 12] = b"\0" + b" " * 11
    data[TAIL : TAIL + 2] = b"\0\r"
    task.write(linear(segment, 0), bytes(data))
    own_table(task, segment)
    set_word(task, linear(segment, 0x38), 0xFFFF)  # no previous prefix, for SHARE
    set_word(task, linear(segment, 0x3A), 0xFFFF)


def is_at(task: Task, segment: int) -> bool:
    """Whether a prefix seems to be there."""
    return task.read(linear(segment, 0), 2) == _INT_20


def own_table(task: Task, segment: int) -> None:
    """The job file table is the one in the prefix itself."""
    address = linear(segment, 0)
    set_word(task, address + access.PSP_HANDLE_COUNT, HANDLES)
    set_word(task, address + access.PSP_HANDLE_TABLE, access.PSP_HANDLES)
    set_word(task, address + access.PSP_HANDLE_TABLE + 2, segment)


def tail(task: Task, segment: int) -> str:
    """The command tail."""
    size, *text = task.read(linear(segment, TAIL), 1 + LONGEST_TAIL)
    return bytes(text[:size]).decode(names.CODE_PAGE).partition("\r")[0]


def set_tail(task: Task, segment: int, tail: bytes) -> None:
    """The command tail: its length, its text, a return."""
    tail = tail[:LONGEST_TAIL]
    task.write(linear(segment, TAIL), bytes([len(tail)]) + tail + b"\r")
