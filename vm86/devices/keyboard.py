"""The 8042 keyboard controller of the AT and the keyboard behind it: ports 60h and 64h."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vm86.devices.device import Device
from vm86.devices.gate import A20

# Status register
FULL = 0x01  # a byte waits at port 60h
READY = 0x14  # the self-test is passed, the keyboard is not locked
COMMAND = 0x08  # the last write was to port 64h

# Command byte
INTERRUPTS = 0x01
DISABLED = 0x10

ACKNOWLEDGE, RESEND, PASSED, ECHO = 0xFA, 0xFE, 0xAA, 0xEE
QUEUE = 256  # scan codes of keys that the machine has not taken yet; the rest are lost
# A byte takes about a millisecond from the keyboard. Until then, port 60h keeps the one before,
# which more than one handler of interrupt 9 reads.
GAP = 1193  # timer clocks

TWO_BYTES = (0xED, 0xF0, 0xF3)  # keyboard commands with a parameter


class KeyboardController(Device):
    """request: called for IRQ 1.

    reset: 1 after a program has asked for the processor's reset. expects: the command whose data
    byte comes next at port 60h, 0 for none; the keyboard's commands are from EDh on.
    """

    KEPT = (
        *("output", "full", "command", "after_command", "expects", "reset", "delay"),
        "leds",
    )
    QUEUES = ("queue", "answers")

    def __init__(self, a20: A20, request: Callable[[], None]) -> None:
        self._a20 = a20
        self._request = request
        self.output = 0
        self.full = 0
        self.command = 0x45  # translating, with interrupts
        self.after_command = 0
        self.expects = 0
        self.reset = 0
        self.delay = 0
        self.leds = 0
        self.queue: list[int] = []
        self.answers: list[int] = []

    def press(self, codes: Iterable[int]) -> None:
        """Scan codes of set 1, as they are at port 60h, of keys pressed and released."""
        self.queue.extend(code & 0xFF for code in codes)
        del self.queue[QUEUE:]
        self._fill()

    def advance(self, clocks: int) -> None:
        """Let timer clocks pass."""
        self.delay = max(0, self.delay - clocks)
        self._fill()

    def until_byte(self) -> int | None:
        """Timer clocks until the next byte can come, or None when none waits for that."""
        return self.delay if self.queue and not self.full and self._enabled() else None

    def _enabled(self) -> bool:
        return not self.command & DISABLED

    def _fill(self) -> None:
        """Put the next byte at port 60h, if that is free."""
        if self.full:
            return
        if self.answers:
            self.output = self.answers.pop(0)
        elif self.queue and not self.delay and self._enabled():
            self.output = self.queue.pop(0)
        else:
            return
        self.full = 1
        if self.command & INTERRUPTS:
            self._request()

    def _answer(self, *codes: int) -> None:
        if len(self.answers) < QUEUE:
            self.answers.extend(codes)

    def read(self, port: int) -> int:
        if port == 0x64:
            self._fill()
            return READY | (FULL if self.full else 0) | (COMMAND if self.after_command else 0)
        if self.full:
            self.full = 0
            self.delay = GAP
        return self.output & 0xFF

    def write(self, port: int, value: int) -> None:
        self.after_command = int(port == 0x64)
        if port == 0x64:
            self._controller(value)
        else:
            self._data(value)
        self._fill()

    def _controller(self, value: int) -> None:
        self.expects = 0
        match value:
            case 0x20:
                self._answer(self.command)
            case 0x60 | 0xD1:
                self.expects = value
            case 0xAA:
                self._answer(0x55)
            case 0xAB:
                self._answer(0x00)
            case 0xAD:
                self.command |= DISABLED
            case 0xAE:
                self.command &= ~DISABLED
            case 0xC0:
                self._answer(0x80)  # input port: not locked
            case 0xD0:
                self._answer(0x01 | self._a20.enabled << 1 | 0x10)
            case 0xDD:
                self._a20.set(0)
            case 0xDF:
                self._a20.set(1)
            case _ if value >= 0xF0 and not value & 1:
                self.reset = 1  # a pulse on the line that resets the processor
            case _:
                pass

    def _data(self, value: int) -> None:
        expected, self.expects = self.expects, 0
        if expected == 0x60:
            self.command = value
        elif expected == 0xD1:
            self._a20.set(value >> 1 & 1)
            self.reset |= ~value & 1
        elif expected in TWO_BYTES:
            if expected == 0xED:
                self.leds = value & 7
            self._answer(ACKNOWLEDGE)
        else:
            self.command &= ~DISABLED  # data for the keyboard enables it (8042)
            self._keyboard(value)

    def _keyboard(self, value: int) -> None:
        if value in TWO_BYTES:
            self.expects = value
            self._answer(ACKNOWLEDGE)
        elif value == 0xEE:
            self._answer(ECHO)
        elif value == 0xF2:
            self._answer(
                ACKNOWLEDGE, 0xAB, 0x41
            )  # the identity of an enhanced keyboard, translated
        elif value == 0xFF:
            self._answer(ACKNOWLEDGE, PASSED)
        elif value >= 0xF4:
            self._answer(ACKNOWLEDGE)
        else:
            self._answer(RESEND)
