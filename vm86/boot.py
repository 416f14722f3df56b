"""Machines without a DOS of the host's: what is on a disk is started, or what is in a ROM."""

from __future__ import annotations

from io import BytesIO
from typing import cast

from vm86 import registers as r
from vm86.bios.disk import diskette
from vm86.front import boots
from vm86.machine import MACHINE
from vm86.reset import power_on
from vm86.segments import set_plain
from vm86.services import Services
from vm86.state import MEGABYTE, RAM, State
from zoo.host import Host
from zoo.machine import ImageError
from zoo.session import Session

PAGE = 4096
EXTENDED = (RAM - MEGABYTE) >> 10  # KiB


def disk_services(image: bytes, host: Host) -> Services:
    """A machine with a diskette's image in its drive, the first sectors of which are enough;
    ImageError if that is not what it is. `boot_disk(0)` starts it."""
    if not boots(image):
        raise ImageError("its first sector does not end with 55 AA: nothing can be booted from it")
    sizes = [kib << 10 for kib in (160, 180, 320, 360, 720, 1200, 1440, 2880)]
    size = next((size for size in sizes if size >= max(len(image), 1440 << 10)), 0)
    if len(image) in sizes:
        size = len(image)
    if not size:
        raise ImageError(f"{len(image)} bytes are more than a diskette has")
    guest = power_on(image)
    drives = {0: diskette(BytesIO(image.ljust(size, b"\0")))}
    return Services(guest, host, drives=drives, extended=EXTENDED)


def boot(image: bytes, host: Host, engine: str) -> Session:
    """Boot a diskette's image. Raises ImageError."""
    services = disk_services(image, host)
    services.boot_disk(0)
    return Session(MACHINE, services.guest, services, engine)


def start_rom(image: bytes, address: int, host: Host, engine: str) -> Session:
    """Start a ROM image that lies at a linear address of the first megabyte, and again below the
    end of memory; ImageError where it cannot lie there."""
    end = address + len(image)
    if address % PAGE or not image or len(image) % PAGE or end > MEGABYTE:
        raise ImageError(
            f"{len(image)} bytes at {address:x}h: a ROM is whole pages of 4096 bytes below 100000h"
        )
    if end != MEGABYTE:
        raise ImageError(f"the processor starts at FFFF0h, and the ROM ends at {end:x}h")
    guest = power_on(image)
    m = cast(State, guest.state)
    m.mem[address:end] = image  # type: ignore[index]
    m.r[r.ROM_START], m.r[r.ROM_END] = address, end
    set_plain(m)
    services = Services(guest, host, extended=EXTENDED)
    services.boot_rom()
    return Session(MACHINE, guest, services, engine)
