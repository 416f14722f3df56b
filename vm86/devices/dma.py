"""The 8237 DMA controllers and their page registers, whose registers are kept: nothing is moved.

Ports 0h-Fh (and C0h-DEh, at each second) and 80h-8Fh, of which 80h shows what the power-on test
does.
"""

from __future__ import annotations

from vm86.devices.device import Device

CLEAR_FLIP_FLOP, MASTER_CLEAR, CLEAR_MASK, MASK = 0x0C, 0x0D, 0x0E, 0x0F


class Dma(Device):
    """One controller. registers: of each channel its address and its count; stride: the distance of
    its ports, 1 or 2."""

    KEPT = ("registers", "high", "mask")

    def __init__(self, first: int, stride: int) -> None:
        self._first = first
        self._stride = stride
        self.registers = [0] * 8
        self.high = 0  # the flip-flop: which byte comes next
        self.mask = 0x0F

    def _number(self, port: int) -> int:
        return (port - self._first) // self._stride

    def read(self, port: int) -> int:
        number = self._number(port)
        if number < 8:
            shift = 8 * (self.high & 1)
            self.high ^= 1
            return self.registers[number] >> shift & 0xFF
        return self.mask & 0x0F if number == MASK else 0  # status: no channel asks or is done

    def write(self, port: int, value: int) -> None:
        number = self._number(port)
        if number < 8:
            kept = self.registers[number]
            self.registers[number] = (
                kept & 0xFF | value << 8 if self.high else kept & 0xFF00 | value
            )
            self.high ^= 1
        elif number == CLEAR_FLIP_FLOP:
            self.high = 0
        elif number == MASTER_CLEAR:
            self.high = 0
            self.mask = 0x0F
        elif number == CLEAR_MASK:
            self.mask = 0
        elif number == MASK:
            self.mask = value & 0x0F


class Pages(Device):
    """Ports that give what was written to them."""

    KEPT = ("registers",)

    def __init__(self, first: int, count: int) -> None:
        self._first = first
        self.registers = [0] * count

    def read(self, port: int) -> int:
        return self.registers[port - self._first] & 0xFF

    def write(self, port: int, value: int) -> None:
        self.registers[port - self._first] = value
