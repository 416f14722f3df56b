"""Functions on DOS itself: drives, dates, vectors, memory, settings, errors."""

from __future__ import annotations

import datetime
import struct
from typing import TYPE_CHECKING

from vm86.dos import lowmemory, memory
from vm86.dos.clock import Clock
from vm86.dos.errors import DosError, Failure, extended
from vm86.dos.volume import SECTOR, Shape, Volume
from vm86.task import Task, linear, set_word, word

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

_INVALID = 0xFF
_COMMIT, _SWAPPED, _SET_ERROR = 0x01, 0x06, 0x0A  # of 5Dh
YEARS = range(1980, 2100)


class SetClock:
    """The host's clock, as the program has set it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = datetime.timedelta()

    def now(self) -> datetime.datetime:
        return self._clock.now().replace(tzinfo=None) + self._ahead

    def set(self, moment: datetime.datetime) -> None:
        self._ahead += moment - self.now()


# Drives


def reset_disks(dos: Dos, task: Task) -> None:
    """0Dh: nothing is buffered that has to be written."""
    del dos, task


def select_drive(dos: Dos, task: Task) -> None:
    dos.drives.select(task.dl)
    task.al = dos.drives.count


def current_drive(dos: Dos, task: Task) -> None:
    task.al = dos.drives.default


def _describe(dos: Dos, task: Task, mount: Volume) -> None:
    shape = mount.shape
    dos.describe(mount)
    task.al = shape.per_cluster
    task.cx = SECTOR
    task.dx = shape.clusters
    task.ds, task.bx = dos.base, lowmemory.parameters(mount.number) + lowmemory.MEDIA


def default_allocation(dos: Dos, task: Task) -> None:
    _describe(dos, task, dos.drives.mount(0))


def allocation(dos: Dos, task: Task) -> None:
    _describe(dos, task, dos.drives.mount(task.dl))


def default_parameters(dos: Dos, task: Task) -> None:
    _point_at_parameters(dos, task, 0)


def drive_parameters(dos: Dos, task: Task) -> None:
    _point_at_parameters(dos, task, task.dl)


def _point_at_parameters(dos: Dos, task: Task, drive: int) -> None:
    mount = dos.drives.mount(drive)
    if mount.sectors is None:  # as for a drive of a network: it has nothing to do with sectors
        raise Failure(DosError.INVALID_DRIVE)
    dos.describe(mount)
    task.ds, task.bx = dos.base, lowmemory.parameters(mount.number)
    task.al = 0


def free_space(dos: Dos, task: Task) -> None:
    """36h: AX is FFFFh where there is no such drive."""
    try:
        mount = dos.drives.mount(task.dl)
        shape, free = mount.shape, mount.free_clusters()
    except Failure:
        task.ax = 0xFFFF
        return
    task.ax, task.bx, task.cx, task.dx = shape.per_cluster, free, SECTOR, shape.clusters


# Date and time


def get_date(dos: Dos, task: Task) -> None:
    now = dos.clock.now()
    task.cx, task.dh, task.dl = now.year, now.month, now.day
    task.al = now.isoweekday() % 7


def set_date(dos: Dos, task: Task) -> None:
    try:
        moment = dos.clock.now().replace(year=task.cx, month=task.dh, day=task.dl)
    except ValueError:
        task.al = _INVALID
        return
    if task.cx not in YEARS:
        task.al = _INVALID
        return
    dos.clock.set(moment)
    task.al = 0


def get_time(dos: Dos, task: Task) -> None:
    now = dos.clock.now()
    task.ch, task.cl, task.dh, task.dl = now.hour, now.minute, now.second, now.microsecond // 10000


def set_time(dos: Dos, task: Task) -> None:
    try:
        moment = dos.clock.now().replace(
            hour=task.ch, minute=task.cl, second=task.dh, microsecond=task.dl * 10000
        )
    except ValueError:
        task.al = _INVALID
        return
    dos.clock.set(moment)
    task.al = 0


# Vectors and memory


def set_vector(dos: Dos, task: Task) -> None:
    del dos
    set_word(task, task.al * 4, task.dx)
    set_word(task, task.al * 4 + 2, task.ds)


def get_vector(dos: Dos, task: Task) -> None:
    del dos
    number = task.al
    task.bx, task.es = word(task, number * 4), word(task, number * 4 + 2)


def allocate(dos: Dos, task: Task) -> None:
    try:
        task.ax = dos.memory.allocate(task.bx, dos.psp)
    except memory.Shortage as shortage:
        task.bx = shortage.largest
        raise


def free(dos: Dos, task: Task) -> None:
    dos.memory.free(task.es)


def resize(dos: Dos, task: Task) -> None:
    try:
        dos.memory.resize(task.es, task.bx)
    except memory.Shortage as shortage:
        task.bx = shortage.largest
        raise
    task.ax = task.es  # undocumented


def strategy(dos: Dos, task: Task) -> None:
    if task.al == 0:
        task.ax = dos.memory.strategy
    elif task.al == 1:
        dos.memory.strategy = min(task.bl, memory.LAST_FIT)
    else:
        raise Failure(DosError.INVALID_FUNCTION)


# Settings


def version(dos: Dos, task: Task) -> None:
    task.al, task.ah = dos.version
    task.bx = task.cx = 0  # IBM's, without a serial number


def break_check(dos: Dos, task: Task) -> None:
    """33h: whether DOS looks for Ctrl-C in all functions. It is kept, but makes no difference: a
    Ctrl-C is seen when it is read."""
    if task.al == 0:
        task.dl = dos.break_check
    elif task.al == 1:
        dos.break_check = task.dl & 1
    elif task.al == 2:
        task.dl, dos.break_check = dos.break_check, task.dl & 1
    else:
        task.al = _INVALID


def set_verify(dos: Dos, task: Task) -> None:
    """2Eh: kept for 54h; whether disks are read again is the host's affair."""
    dos.verify = task.al & 1


def get_verify(dos: Dos, task: Task) -> None:
    task.al = dos.verify


def switch_character(dos: Dos, task: Task) -> None:
    """37h: what options of commands begin with."""
    if task.al == 0:
        task.dl = dos.switch_character
        task.al = 0
    elif task.al == 1:
        dos.switch_character = task.dl
        task.al = 0
    elif task.al == 2:
        task.dl = 0xFF  # devices need no \DEV before their names
    elif task.al != 3:
        task.al = _INVALID


def in_dos(dos: Dos, task: Task) -> None:
    """34h: the byte stays zero, as nothing is half done when another program can run."""
    task.es, task.bx = dos.base, lowmemory.IN_DOS


def lists(dos: Dos, task: Task) -> None:
    task.es, task.bx = dos.base, lowmemory.LISTS


def extended_error(dos: Dos, task: Task) -> None:
    """59h: of the last function that failed."""
    task.ax = dos.error
    if dos.told is not None:
        _, task.bx, task.cx, task.dx, task.si, task.di, task.ds, task.es = dos.told
    elif dos.error:
        about = extended(DosError(dos.error))
        task.bh, task.bl, task.ch = about.kind, about.action, about.locus
    else:
        task.bx, task.ch = 0, 0


def server(dos: Dos, task: Task) -> None:
    """5Dh: 01h writes all that is buffered, which nothing is; 06h tells where DOS has what it works
    on, to be saved by who calls DOS from an interrupt; 0Ah takes what 59h is to tell, at DS:DX. The
    others are for networks."""
    if task.al == _SWAPPED:
        lowmemory.tell_settings(task, dos.base, dos.drives.default, dos.break_check)
        task.ds, task.si = dos.base, lowmemory.SWAPPED
        task.cx = task.dx = lowmemory.SWAPPED_SIZE  # within DOS, and always
    elif task.al == _SET_ERROR:
        given = task.read(linear(task.ds, task.dx), 16)
        dos.tell(struct.unpack("<8H", given))
    elif task.al != _COMMIT:
        raise Failure(DosError.INVALID_FUNCTION)


def divide(dos: Dos, task: Task) -> None:
    """53h: a drive parameter block at ES:BP, from the BIOS's at DS:SI."""
    del dos
    block = task.read(linear(task.ds, task.si), 25)
    size, per_cluster, reserved, tables, root, total, media, table = struct.unpack_from(
        "<HBHBHHBH", block
    )
    per_cluster = max(per_cluster, 1)
    shape = Shape(per_cluster, reserved, tables, table, root, 0, media)
    shape = shape._replace(clusters=max(total - shape.first_data, 0) // per_cluster)
    place = linear(task.es, task.bp)
    task.write(place + 2, size.to_bytes(2, "little") + lowmemory.division(shape)[2:])
    task.write(place + lowmemory.MEDIA, bytes([media]))
    task.write(place + lowmemory.FREE_CLUSTERS - 2, b"\0\0\xff\xff")  # they are not counted yet


def no_network(dos: Dos, task: Task) -> None:
    """5Ch, 5Eh, 5Fh: file sharing and networks, which are not installed."""
    del dos, task
    raise Failure(DosError.INVALID_FUNCTION)


def printer_flag(dos: Dos, task: Task) -> None:
    """64h: DOS's own, told by PRINT; it gives nothing back."""
    del dos, task


def nothing(dos: Dos, task: Task) -> None:
    """18h, 1Dh, 1Eh, 20h, and all that DOS 3.3 does not know: AL is 0, and nothing is done."""
    del dos
    task.al = 0
