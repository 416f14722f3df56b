"""The 8254 timer and the speaker's port 61h, counted in its clocks (1193182 a second).

Modes 0, 2 and 3 are as the data sheet has them, but for the one clock which loads a count. Modes 1,
4 and 5, whose triggers a PC does not give to channel 0, count like mode 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vm86.devices.device import FLOATING, Device, bcd, load_parts, unbcd

CLOCKS = 1193182  # a second
LATCH, LOW, HIGH, BOTH = range(4)  # control word bits 5-4
REPEATING = (2, 3)


class Channel(Device):
    """One counter.

    count: what it counts down from, 1 to 65536. position: clocks since it was loaded, in modes 2
    and 3 within the period. waiting: a new count for the next period, or 0. null: a count is not
    loaded. latched: bytes to read before the count, lowest first. half: the low byte that waits for
    the high.
    """

    KEPT = (
        *("mode", "access", "decimal", "count", "position", "waiting", "null", "gate"),
        *("status", "has_status", "half", "has_half", "reads_high"),
    )
    QUEUES = ("latched",)

    def __init__(self) -> None:
        self.mode = 3
        self.access = BOTH
        self.decimal = 0
        self.count = 0x10000
        self.position = 0
        self.waiting = 0
        self.null = 0
        self.gate = 1
        self.latched: list[int] = []
        self.status = 0
        self.has_status = 0
        self.half = 0
        self.has_half = 0
        self.reads_high = 0

    # Time

    def advance(self, clocks: int) -> int:
        """How many times the output rose."""
        if self.null or not self.gate:
            return 0
        if self.mode not in REPEATING:
            before, after = self.position, self.position + clocks
            over = after - self._size  # from 0 it counts on with FFFFh
            self.position = self._size + over % 0x10000 if over > 0 else after
            return int(before < self._size <= after)
        rises = 0
        if self.waiting and clocks >= self._boundary() - self.position:
            clocks -= self._boundary() - self.position
            rises = self._reload()
        position = self.position + clocks
        self.position = position % self._size
        return rises + position // self._size

    def until_rise(self) -> int | None:
        """Clocks until the output rises, or None when it does not; with a new count waiting, until
        that is loaded."""
        if self.null or not self.gate:
            return None
        if self.mode in REPEATING:
            return (self._boundary() if self.waiting else self._size) - self.position
        return self._size - self.position if self.position < self._size else None

    @property
    def _size(self) -> int:
        return max(1, self.count)

    def _boundary(self) -> int:
        """The position at which a waiting count is loaded: the end of the period or, in mode 3, of
        the half of it."""
        high = (self._size + 1) // 2
        return high if self.mode == 3 and self.position < high else self._size

    def _reload(self) -> int:
        """Go on with the waiting count; how many times the output rose."""
        ends = self._boundary() == self._size
        self.count = self.waiting
        self.waiting = 0
        self.position = 0 if ends else (self._size + 1) // 2 % self._size
        return int(ends)

    def output(self) -> int:
        if self.null:
            return int(self.mode != 0)
        if self.mode == 2:
            return int(self.position < self._size - 1 or not self.gate)
        if self.mode == 3:
            return int(self.position < (self._size + 1) // 2 or not self.gate)
        return int(self.position >= self._size)

    def value(self) -> int:
        """The count as it is read."""
        if self.mode == 3:  # it counts down by 2, once in each half
            high = (self._size + 1) // 2
            value = (self._size & ~1) - 2 * (self.position % high)
        else:
            value = self._size - self.position
        return bcd(value % 10000) if self.decimal else value & 0xFFFF

    def set_gate(self, level: int) -> None:
        if level and not self.gate and self.mode in REPEATING:
            self.count = self.waiting or self.count
            self.waiting = 0
            self.position = 0
        self.gate = level

    # Registers

    def control(self, value: int) -> None:
        """A control word's bits 5-0."""
        access = value >> 4 & 3
        if access == LATCH:
            self.latch()
            return
        self.access = access
        mode = value >> 1 & 7
        self.mode = mode & 3 if mode in (6, 7) else mode  # 6 and 7 are 2 and 3 (data sheet)
        self.decimal = value & 1
        self.null = 1
        self.waiting = 0
        self.latched = []
        self.has_status = self.has_half = self.reads_high = 0

    def latch(self) -> None:
        """Keep the count to be read, unless one is kept already."""
        if not self.latched:
            value = self.value()
            both = [value & 0xFF, value >> 8]
            self.latched = {LOW: both[:1], HIGH: both[1:]}.get(self.access, both)
            self.reads_high = 0

    def latch_status(self) -> None:
        if not self.has_status:
            self.has_status = 1
            self.status = (
                self.output() << 7
                | (self.null or int(self.waiting > 0)) << 6
                | self.access << 4
                | self.mode << 1
                | self.decimal
            )

    def read(self, port: int = 0) -> int:
        if self.has_status:
            self.has_status = 0
            return self.status & 0xFF
        if self.latched:
            return self.latched.pop(0) & 0xFF
        value = self.value()
        high = self.reads_high if self.access == BOTH else self.access == HIGH
        self.reads_high ^= int(self.access == BOTH)
        return value >> 8 if high else value & 0xFF

    def write(self, port: int, value: int) -> None:
        if self.access == BOTH:
            if not self.has_half:
                self.half, self.has_half = value, 1
                return
            self.has_half = 0
            self._set_count(value << 8 | self.half)
        else:
            self._set_count(value << 8 if self.access == HIGH else value)

    def _set_count(self, value: int) -> None:
        if self.decimal:
            value = unbcd(value) or 10000
        value = value or 0x10000
        if self.mode in REPEATING and not self.null:
            self.waiting = value
        else:
            self.count = value
            self.position = 0
            self.null = 0


class Pit(Device):
    """Ports 40h to 43h, and 61h. tick: called when channel 0's output has risen."""

    KEPT = ("port61", "refresh")

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self.channels = [Channel(), Channel(), Channel()]
        self.channels[1].mode = 2  # memory refresh (IBM AT reference)
        self.channels[1].count = 18
        self.channels[2].gate = 0
        self.port61 = 0
        self.refresh = 0

    def power_on(self) -> None:
        """Before a BIOS has programmed them, the channels do not count."""
        for channel in self.channels:
            channel.null = 1

    def advance(self, clocks: int) -> None:
        """Let clocks pass. However often channel 0's output rises in them, there is one request: a
        caller that wants each takes no more at once than `until_tick` gives."""
        if self.channels[0].advance(clocks):
            self._tick()
        for channel in self.channels[1:]:
            channel.advance(clocks)

    def until_tick(self) -> int | None:
        """Clocks until channel 0's output may rise, or None when it will not."""
        return self.channels[0].until_rise()

    def frequency(self) -> float | None:
        """What the speaker sounds, in Hertz, or None when it is silent."""
        channel = self.channels[2]
        if self.port61 & 3 != 3 or channel.mode != 3 or channel.null:
            return None
        return CLOCKS / max(1, channel.count)

    def read(self, port: int) -> int:
        if port == 0x61:
            # Bit 4 is the refresh, which programs count to measure time; bit 5 channel 2's output.
            self.refresh ^= 0x10
            return self.port61 & 0x0F | self.refresh & 0x10 | self.channels[2].output() << 5
        if port == 0x43:
            return FLOATING
        return self.channels[port & 3].read()

    def write(self, port: int, value: int) -> None:
        if port == 0x61:
            self.port61 = value
            self.channels[2].set_gate(value & 1)
        elif port != 0x43:
            self.channels[port & 3].write(port, value)
        elif value >> 6 == 3:
            self._read_back(value)
        else:
            self.channels[value >> 6].control(value)

    def _read_back(self, value: int) -> None:
        for k, channel in enumerate(self.channels):
            if value >> (k + 1) & 1:
                if not value & 0x20:
                    channel.latch()
                if not value & 0x10:
                    channel.latch_status()

    def _parts(self) -> dict[str, Device]:
        return {f"channel{k}": channel for k, channel in enumerate(self.channels)}

    def state(self) -> dict[str, object]:
        parts = {name: part.state() for name, part in self._parts().items()}
        return {**super().state(), **parts}

    def load(self, state: Mapping[str, object]) -> None:
        super().load(state)
        load_parts(state, self._parts())
