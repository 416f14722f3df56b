"""Functions 38h, 63h, 65h, 66h: how a country writes. There is one: the United States, with code
page 437."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vm86.dos import lowmemory
from vm86.dos.errors import DosError, Failure
from vm86.task import Task, linear

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_COUNTRY = 1
_CODE_PAGE = 437
_SET = 0xFFFF
_ANY = 0xFFFF
_TABLES = {
    2: lowmemory.UPPER_CASE,
    4: lowmemory.UPPER_CASE,  # for file names
    5: lowmemory.FILE_NAME_CHARACTERS,
    6: lowmemory.COLLATING,
    7: lowmemory.DBCS,
}


def _information(dos: Dos) -> bytes:
    """The 34 bytes of 38h."""
    return (
        bytes(2)  # dates: month, day, year
        + b"$\0\0\0\0"
        + b",\0.\0-\0:\0"  # between thousands, before decimals, in dates, in times
        + bytes([0, 2, 0])  # the dollar sign first, 2 decimals, 12 hours
        + lowmemory.CASE_MAP.to_bytes(2, "little")
        + dos.base.to_bytes(2, "little")
        + b",\0"  # between items
    ).ljust(34, b"\0")


def country(dos: Dos, task: Task) -> None:
    wanted = task.bx if task.al == 0xFF else task.al
    if wanted not in (0, _COUNTRY):
        raise Failure(DosError.FILE_NOT_FOUND)
    if task.dx == _SET:
        return
    task.write(linear(task.ds, task.dx), _information(dos))
    task.bx = task.ax = _COUNTRY


def lead_bytes(dos: Dos, task: Task) -> None:
    """63h: where the table of double bytes' first ones is, which is empty."""
    if task.al != 0:
        raise Failure(DosError.INVALID_FUNCTION)
    task.ds, task.si = dos.base, lowmemory.DBCS + 2
    task.al = 0


def extended(dos: Dos, task: Task) -> None:
    """65h: AL says what, CX how much ES:DI has room for."""
    if task.bx not in (_ANY, _CODE_PAGE) or task.dx not in (_ANY, _COUNTRY):
        raise Failure(DosError.FILE_NOT_FOUND)
    if task.cx < 5:
        raise Failure(DosError.INVALID_FUNCTION)
    if task.al == 1:
        known = _COUNTRY.to_bytes(2, "little") + _CODE_PAGE.to_bytes(2, "little")
        known += _information(dos)
        data = (b"\1" + len(known).to_bytes(2, "little") + known)[: task.cx]
    elif task.al in _TABLES:
        offset = _TABLES[task.al].to_bytes(2, "little")
        data = bytes([task.al]) + offset + dos.base.to_bytes(2, "little")
    else:
        raise Failure(DosError.INVALID_FUNCTION)
    task.write(linear(task.es, task.di), data)
    task.cx = len(data)


def code_page(dos: Dos, task: Task) -> None:
    del dos
    if task.al == 1:
        task.bx = task.dx = _CODE_PAGE
    elif task.al != 2:
        raise Failure(DosError.INVALID_FUNCTION)
    elif task.bx != _CODE_PAGE:
        raise Failure(DosError.FILE_NOT_FOUND)
