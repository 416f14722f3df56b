"""The pair of 8259A interrupt controllers, as the data sheet and the AT's wiring have them.

Requests are edges, priorities are fixed (0 the highest): a command to rotate them ends an interrupt
and rotates nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from vm86.devices.device import Device, load_parts

CASCADE = 2  # the master's input to which the slave is wired

# OCW2 bits 7-5
EOI = 1
SPECIFIC_EOI = 3
ROTATE_EOI = 5
ROTATE_SPECIFIC_EOI = 7


class Pic(Device):
    """One 8259A; `port` & 1 is its A0 line. A fresh one is as the AT's BIOS leaves it.

    step: the ICW which the next write to A0 = 1 is, 0 when initialisation is over.
    """

    KEPT = (
        *("irr", "isr", "imr", "base", "step", "icw1", "auto_eoi"),
        *("reads_isr", "polled", "special_mask"),
    )

    def __init__(self, base: int, imr: int) -> None:
        self.irr = 0
        self.isr = 0
        self.imr = imr
        self.base = base
        self.step = 0
        self.icw1 = 0x11
        self.auto_eoi = 0
        self.reads_isr = 0
        self.polled = 0
        self.special_mask = 0

    def request(self, extra: int = 0) -> int | None:
        """The input to serve next, if any. extra: inputs raised by level beside the latched."""
        if self.step:
            return None
        waiting = (self.irr | extra) & ~self.imr & 0xFF
        # In special mask mode only the masked ones in service do not hold back others.
        serving = self.isr & ~self.imr if self.special_mask else self.isr
        for level in range(8):
            if serving >> level & 1:
                return None
            if waiting >> level & 1 and not self.isr >> level & 1:
                return level
        return None

    def acknowledge(self, level: int) -> int:
        """What INTA does for an input: it is in service. The vector."""
        self.irr &= ~(1 << level)
        if not self.auto_eoi:
            self.isr |= 1 << level
        return (self.base & 0xF8) | level

    def read(self, port: int) -> int:
        if self.polled:
            self.polled = 0
            return self._poll()
        if port & 1:
            return self.imr
        return self.isr if self.reads_isr else self.irr

    def _poll(self) -> int:
        level = self.request()
        if level is None:
            return 0
        self.acknowledge(level)
        return 0x80 | level

    def write(self, port: int, value: int) -> None:
        if port & 1:
            if self.step:
                self._icw(value)
            else:
                self.imr = value  # OCW1
        elif value & 0x10:
            self._begin(value)
        elif value & 0x08:
            self._ocw3(value)
        else:
            self._ocw2(value)

    def _begin(self, icw1: int) -> None:
        """ICW1: everything but the vector is cleared."""
        self.irr = self.isr = self.imr = 0
        self.auto_eoi = self.reads_isr = self.polled = self.special_mask = 0
        self.icw1 = icw1
        self.step = 2

    def _icw(self, value: int) -> None:
        single = self.icw1 & 0x02
        has_icw4 = self.icw1 & 0x01
        if self.step == 2:
            self.base = value & 0xF8
            self.step = (4 if has_icw4 else 0) if single else 3
        elif self.step == 3:  # who is wired to whom is fixed
            self.step = 4 if has_icw4 else 0
        else:
            self.auto_eoi = value >> 1 & 1
            self.step = 0

    def _ocw2(self, value: int) -> None:
        command = value >> 5
        if command in (EOI, ROTATE_EOI):
            self.isr &= self.isr - 1  # the highest priority is the lowest bit
        elif command in (SPECIFIC_EOI, ROTATE_SPECIFIC_EOI):
            self.isr &= ~(1 << (value & 7))

    def _ocw3(self, value: int) -> None:
        if value & 0x04:
            self.polled = 1
        if value & 0x02:
            self.reads_isr = value & 1
        if value & 0x40:
            self.special_mask = value >> 5 & 1


class PicPair(Device):
    """Master at ports 20h and 21h, slave at A0h and A1h behind the master's input 2."""

    def __init__(self) -> None:
        # Unmasked: timer, keyboard, cascade, diskette; fixed disk, coprocessor (IBM AT reference).
        self.master = Pic(0x08, 0xB8)
        self.slave = Pic(0x70, 0x8F)

    def power_on(self) -> None:
        """Before a BIOS has programmed them, no request comes through."""
        self.master.imr = self.slave.imr = 0xFF

    def raise_irq(self, number: int) -> None:
        """An edge on IRQ 0-15. There is no IRQ 2: it is the slave's."""
        if number >= 8:
            self.slave.irr |= 1 << (number & 7)
        elif number != CASCADE:
            self.master.irr |= 1 << number

    def _requests(self) -> tuple[int | None, int | None]:
        behind = self.slave.request()
        return self.master.request(0 if behind is None else 1 << CASCADE), behind

    def lets_through(self, number: int) -> bool:
        """Whether an edge on IRQ 0-7 would be served."""
        return self.master.request(1 << number) is not None

    def pending(self) -> int | None:
        """The vector that `acknowledge` would give, or None."""
        level, behind = self._requests()
        if level is None:
            return None
        if level == CASCADE and behind is not None:
            return (self.slave.base & 0xF8) | behind
        return (self.master.base & 0xF8) | level

    def acknowledge(self) -> int:
        """The vector to deliver, now in service. With none pending the spurious one, IRQ 7's, which
        is not in service."""
        level, behind = self._requests()
        if level is None:
            return (self.master.base & 0xF8) | 7
        vector = self.master.acknowledge(level)
        if level == CASCADE and behind is not None:
            return self.slave.acknowledge(behind)
        return vector

    def _at(self, port: int) -> Pic:
        return self.slave if port & 0x80 else self.master

    def read(self, port: int) -> int:
        # A polled master sees the slave's request; only the master's own answer depends on it.
        if port & 0x80 == 0 and self.master.polled and self._requests()[0] == CASCADE:
            self.master.polled = 0
            self.master.acknowledge(CASCADE)
            return 0x80 | CASCADE
        return self._at(port).read(port)

    def write(self, port: int, value: int) -> None:
        self._at(port).write(port, value)

    def state(self) -> dict[str, object]:
        return {"master": self.master.state(), "slave": self.slave.state()}

    def load(self, state: Mapping[str, object]) -> None:
        load_parts(state, {"master": self.master, "slave": self.slave})
