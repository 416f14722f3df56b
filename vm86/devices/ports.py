"""All devices of the machine, by their ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vm86.devices.adapter import Adapter
from vm86.devices.cmos import Clock, Cmos
from vm86.devices.device import FLOATING, Device, load_parts
from vm86.devices.dma import Dma, Pages
from vm86.devices.gate import A20
from vm86.devices.keyboard import KeyboardController
from vm86.devices.pic import PicPair
from vm86.devices.pit import Pit

TIMER, KEYBOARD = 0, 1  # IRQs

# First and last port, the device, and what it is. The rest is not there: it reads as FFh.
RANGES = (
    (0x00, 0x0F, "dma", "DMA controller, 8 bits"),
    (0x20, 0x21, "pic", "interrupt controller, master"),
    (0x40, 0x43, "pit", "timer"),
    (0x60, 0x60, "keyboard", "keyboard controller, data"),
    (0x61, 0x61, "pit", "speaker"),
    (0x64, 0x64, "keyboard", "keyboard controller, status and commands"),
    (0x70, 0x71, "cmos", "clock and CMOS memory"),
    (0x80, 0x8F, "pages", "power-on test, DMA pages"),
    (0x92, 0x92, "a20", "address line 20"),
    (0xA0, 0xA1, "pic", "interrupt controller, slave"),
    (0xC0, 0xDF, "dma16", "DMA controller, 16 bits"),
    (0x3B4, 0x3B5, "adapter", "CRTC of a monochrome mode"),
    (0x3BA, 0x3BA, "adapter", "video status of a monochrome mode"),
    (0x3C0, 0x3CF, "adapter", "VGA: attributes, sequencer, DAC, graphics"),
    (0x3D4, 0x3D5, "adapter", "CRTC"),
    (0x3D8, 0x3DA, "adapter", "CGA mode and colours, video status"),
)


class Ports:
    """What IN and OUT reach. Sizes are 1, 2 or 4 bytes, which go to as many ports, the lowest byte
    first, as they do on an 8-bit bus."""

    def __init__(
        self,
        clock: Clock,
        equipment: int = 0,
        base: int = 640,
        extended: int = 0,
        a20: Callable[[bool], None] = lambda _: None,
    ) -> None:
        """equipment: the BIOS's equipment byte. base, extended: memory in KiB. a20: called when
        address line 20 opens or closes."""
        self.pic = PicPair()
        self.pit = Pit(lambda: self.pic.raise_irq(TIMER))
        self.a20 = A20(a20)
        self.keyboard = KeyboardController(self.a20, lambda: self.pic.raise_irq(KEYBOARD))
        self.cmos = Cmos(clock, equipment, base, extended)
        self.dma = Dma(0x00, 1)
        self.dma16 = Dma(0xC0, 2)
        self.pages = Pages(0x80, 16)
        self.adapter = Adapter()
        self._at: dict[int, Device] = {
            port: getattr(self, name)
            for first, last, name, _ in RANGES
            for port in range(first, last + 1)
        }

    def power_on(self) -> None:
        """As a ROM finds them, before it sets them up: new ones are as a BIOS leaves them."""
        self.pic.power_on()
        self.pit.power_on()
        self.a20.set(1)

    def read(self, port: int, size: int = 1) -> int:
        if size == 1:
            device = self._at.get(port)
            return FLOATING if device is None else device.read(port)
        return sum(self.read((port + k) & 0xFFFF) << 8 * k for k in range(size))

    def write(self, port: int, size: int, value: int) -> None:
        for k in range(size):
            device = self._at.get((port + k) & 0xFFFF)
            if device is not None:
                device.write((port + k) & 0xFFFF, value >> 8 * k & 0xFF)

    def advance(self, clocks: int) -> None:
        """Let timer clocks (1193182 a second) pass; see Pit.advance."""
        self.pit.advance(clocks)
        self.keyboard.advance(clocks)

    def until_request(self) -> int | None:
        """Timer clocks until a device may request an interrupt by itself, or None."""
        waits = (self.pit.until_tick(), self.keyboard.until_byte())
        return min((wait for wait in waits if wait is not None), default=None)

    def will_interrupt(self) -> bool:
        """Whether a device will interrupt by itself, some time, and is not masked."""
        waits = {TIMER: self.pit.until_tick(), KEYBOARD: self.keyboard.until_byte()}
        return self.pic.pending() is not None or any(
            wait is not None and self.pic.lets_through(number) for number, wait in waits.items()
        )

    def _parts(self) -> dict[str, Device]:
        return {name: getattr(self, name) for _, _, name, _ in RANGES}

    def state(self) -> dict[str, object]:
        """All registers, as plain data for JSON."""
        return {name: device.state() for name, device in self._parts().items()}

    def load(self, state: Mapping[str, object]) -> None:
        """Put back what `state` gave. ValueError where it is of another shape; the devices are then
        in no order."""
        load_parts(state, self._parts())
