"""INT 10h 0Bh and 10h: palettes, in the registers of the adapter, which keeps them."""

from __future__ import annotations

from collections.abc import Callable

from vm86.bios import data
from vm86.devices.adapter import BLINK, MODE, OVERSCAN, Adapter
from vm86.task import Task, linear

Service = Callable[[Task, Adapter], None]

DAC = 256
PALETTE = 16


def cga_colours(task: Task, adapter: Adapter) -> None:
    """0B: BH 0: BL the background or border; BH 1: BL which of the two palettes."""
    kept = data.byte(task, data.COLOUR_SELECT)
    if task.bh == 0:
        value = kept & 0xE0 | task.bl & 0x1F
    elif task.bh == 1:
        value = kept & ~0x20 | (task.bl & 1) << 5
    else:
        return
    data.set_byte(task, data.COLOUR_SELECT, value)
    adapter.write(0x3D9, value)


def _set_register(task: Task, adapter: Adapter) -> None:
    """BL: which, BH: what."""
    adapter.attribute[task.bl & 31] = task.bh


def _set_overscan(task: Task, adapter: Adapter) -> None:
    adapter.attribute[OVERSCAN] = task.bh


def _set_all(task: Task, adapter: Adapter) -> None:
    """ES:DX: 16 registers and the overscan."""
    values = task.read(linear(task.es, task.dx), PALETTE + 1)
    adapter.attribute[:PALETTE] = values[:PALETTE]
    adapter.attribute[OVERSCAN] = values[PALETTE]


def _set_blinking(task: Task, adapter: Adapter) -> None:
    adapter.attribute[MODE] &= ~BLINK
    adapter.attribute[MODE] |= BLINK if task.bl & 1 else 0


def _register(task: Task, adapter: Adapter) -> None:
    task.bh = adapter.attribute[task.bl & 31]


def _overscan(task: Task, adapter: Adapter) -> None:
    task.bh = adapter.attribute[OVERSCAN]


def _all(task: Task, adapter: Adapter) -> None:
    values = [*adapter.attribute[:PALETTE], adapter.attribute[OVERSCAN]]
    task.write(linear(task.es, task.dx), bytes(value & 0xFF for value in values))


def _set_colour(task: Task, adapter: Adapter) -> None:
    """BX: which; DH, CH, CL: red, green, blue."""
    at = 3 * (task.bx & 0xFF)
    adapter.dac[at : at + 3] = [task.dh & 63, task.ch & 63, task.cl & 63]


def _block(task: Task) -> tuple[int, int]:
    """Where in the DAC the CX colours from BX on begin and end, in registers."""
    first = min(task.bx, DAC)
    return 3 * first, 3 * min(first + task.cx, DAC)


def _set_colours(task: Task, adapter: Adapter) -> None:
    start, end = _block(task)
    values = task.read(linear(task.es, task.dx), end - start)
    adapter.dac[start:end] = [value & 63 for value in values]


def _colour(task: Task, adapter: Adapter) -> None:
    at = 3 * (task.bx & 0xFF)
    task.dh, task.ch, task.cl = (value & 63 for value in adapter.dac[at : at + 3])


def _colours(task: Task, adapter: Adapter) -> None:
    start, end = _block(task)
    values = bytes(value & 63 for value in adapter.dac[start:end])
    task.write(linear(task.es, task.dx), values)


def _set_mask(task: Task, adapter: Adapter) -> None:
    adapter.mask = task.bl


def _mask(task: Task, adapter: Adapter) -> None:
    task.bl = adapter.mask & 0xFF


def _paging(task: Task, adapter: Adapter) -> None:
    """One page of 256 colours in use, of four pages of 64."""
    task.bx = 0


def _sum_to_greys(task: Task, adapter: Adapter) -> None:
    """30% red, 59% green, 11% blue."""
    start, end = _block(task)
    for at in range(start, end, 3):
        red, green, blue = adapter.dac[at : at + 3]
        grey = min(63, (30 * red + 59 * green + 11 * blue) // 100)
        adapter.dac[at : at + 3] = [grey] * 3


FUNCTIONS: dict[int, Service] = {
    0x00: _set_register,
    0x01: _set_overscan,
    0x02: _set_all,
    0x03: _set_blinking,
    0x07: _register,
    0x08: _overscan,
    0x09: _all,
    0x10: _set_colour,
    0x12: _set_colours,
    0x15: _colour,
    0x17: _colours,
    0x18: _set_mask,
    0x19: _mask,
    0x1A: _paging,
    0x1B: _sum_to_greys,
}


def vga_colours(task: Task, adapter: Adapter) -> None:
    """10: the function is in AL."""
    function = FUNCTIONS.get(task.al)
    if function is not None:
        function(task, adapter)
