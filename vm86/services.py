"""The host's part of the monitor: DOS, the BIOS and the devices of one task.

Time is counted in instructions, of which `speed` are a second. What a task waits for in vain makes
that time pass at once, so that nobody waits for it; with several tasks, or a person who watches,
`on_wait` is told instead, and `catch_up` says what time it has become.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from vm86 import registers as r
from vm86.bios import output
from vm86.bios.bios import AFTER, INTERRUPTS, Bios
from vm86.bios.cp437 import decode
from vm86.bios.data import BUFFER_HEAD, BUFFER_TAIL
from vm86.bios.disk import Image
from vm86.bios.keys import scan_codes
from vm86.devices.ports import Ports
from vm86.dos.diskmount import bios_drives
from vm86.dos.kernel import Dos
from vm86.dos.volume import Volume
from vm86.guesttask import GuestTask
from vm86.monitor.idle import Looks
from vm86.monitor.keyboard import Keyboard
from vm86.reset import reset_cpu, set_a20, start
from vm86.state import State
from vm86.supervise import supervise
from vm86.task import linear, word
from zoo.host import Host
from zoo.layout import Guest
from zoo.registers import CAUSE, DONE, REPLIED, REPLY

CLOCK = 1_193_182  # of the timer, ticks a second
PER_CLOCK = 10  # instructions
SPEED = CLOCK * PER_CLOCK
FAULTS = {r.SHUTDOWN: "no handler could be called: the processor has shut down"}
REQUESTS = {
    r.SERVE: "service",
    r.READ_PORT: "port read",
    r.WRITE_PORT: "port write",
    r.IDLE: "idle",
}
EPOCH = datetime.datetime(1990, 1, 1)
ROM = 0xF000
STUB = 8  # bytes of memory for each interrupt
IRET = 0xCF
JMP = 0xE9
SERVE = (0x63, 0xC0)
DEBUG_PORT = 0xE9  # where emulators take text from
BOOT = 0x7C00  # where the first sector of a disk is loaded
WAIT = 0x15  # INT 15h waits for a time, all others for a key
KEYBOARD = 0x16
TIMER = 1 << 0  # its bit in an interrupt controller
MOST_LATE = 100  # ticks that a task gets later: those beyond are lost
# Exceptions of which none returns, where the program has no handler of its own. None of their
# numbers is that of a device's interrupt here.
UNHANDLED = {
    0x00: "a division by zero or with too large a quotient",
    0x06: "an invalid opcode",
    0x0C: "an access beyond the stack segment",
    0x0D: "an access beyond a segment",
}
SLOWEST = SPEED // 100  # instructions that a program may take to fetch a key from port 60h
KEYS = {"\r": "enter", "\n": "enter", "\t": "tab", "\x1b": "escape", "\x08": "backspace"}


class Console:
    """Standard input and output, a byte at a time; what is written is on the task's screen, too."""

    typed = True  # what comes is typed on the keyboard, too, for those who read that

    def __init__(self, host: Host, show: Callable[[bytes], object]) -> None:
        self._host = host
        self._show = show
        self._next: int | None = None
        self._ended = False

    def written(self, data: bytes) -> None:
        """What is on the screen already."""
        self._host.show([("bytes", data)])

    def write(self, data: bytes) -> None:
        self.written(data)
        self._show(data)

    def _look(self) -> int | None:
        if self._next is None and not self._ended:
            self._next = self._host.ask("byte")
            self._ended = self._next is None
        return self._next

    def key(self) -> int | None:
        byte = self._look()
        self._next = None
        return byte

    def ready(self) -> bool:
        return self._look() is not None

    def at_end(self) -> bool:
        return self._look() is None

    def forget(self) -> None:
        """Input that is no keyboard's is not forgotten."""


class Services:
    """Answers a task's requests. `boot` gives it DOS; without, nothing is behind its interrupts.

    speed, epoch (the time of day at the beginning) and console may be set before `boot`. failure:
    the exception that the program had no handler for, and where it was. post_port: what is written
    there is shown as "post".
    """

    def __init__(
        self,
        guest: Guest,
        host: Host,
        drives: Mapping[int, Image] | None = None,
        extended: int = 0,
    ) -> None:
        """drives: disks' images by their numbers. extended: KiB of memory above 1 MiB."""
        self.guest = guest
        m = self._m = cast(State, guest.state)
        self._host = host
        self.task = GuestTask(self._m)
        self.ports = Ports(self, extended=extended, a20=lambda on: set_a20(m, on))
        self.console: Console | Keyboard = Console(host, self.teletype)
        self.bios = Bios(self.ports, self, extended=extended, drives=drives)
        self.dos: Dos | None = None
        self.speed = SPEED
        self.epoch = EPOCH
        self.failure: str | None = None
        self.post_port: int | None = None
        self.on_wait = self._skip
        self._handlers: dict[int, Callable[[GuestTask], bool]] = {}
        self._skipped = 0  # instructions' worth of time in which nothing was done
        self._told = 0  # timer clocks that the devices know of
        self._typed = 0  # until when the last key is on its way
        self._looks = Looks()
        self._late = 0  # ticks of the timer that the task has still to get

    @property
    def debug_port(self) -> int:
        """What is written there is shown as "debug"; -1 for none. A task of DOS has none."""
        return self._m.r[r.DEBUG_PORT]

    @debug_port.setter
    def debug_port(self, port: int) -> None:
        self._m.r[r.DEBUG_PORT] = port

    # Time

    def now(self) -> datetime.datetime:
        return self.epoch + datetime.timedelta(microseconds=self.microseconds())

    def microseconds(self) -> int:
        return self._clocks() * 1_000_000 // CLOCK

    def _clocks(self) -> int:
        return self.passed() * CLOCK // self.speed

    def passed(self) -> int:
        """Instructions' worth of time since the beginning."""
        return self._m.r[DONE] + self._skipped

    def due(self) -> int:
        """Instructions until a device may want something."""
        clocks = self.ports.until_request()
        if clocks is None:
            return self.speed
        return max(1, -(-(self._told + clocks) * self.speed // CLOCK) - self.passed())

    def _pass(self) -> None:
        """Let the devices know how late it is, and interrupt the task if one wants to."""
        clocks = self._clocks()
        self.ports.advance(clocks - self._told)
        self._told = clocks
        pic = self.ports.pic
        if self._late and not pic.master.irr & TIMER:
            self._late -= 1
            pic.master.irr |= TIMER
        m = self._m
        if m.r[r.INTERRUPT] < 0 and pic.pending() is not None:
            m.r[r.INTERRUPT] = pic.acknowledge()
            m.r[r.END] = -1

    def catch_up(self, passed: int) -> None:
        """It has become so late without the task, which gets the timer's ticks one by one."""
        self._skipped += max(0, passed - self.passed())
        pic, pit = self.ports.pic.master, self.ports.pit
        for _ in range(MOST_LATE):
            left = self._clocks() - self._told
            step = min(left, pit.until_tick() or left)
            if step <= 0:
                break
            waiting = pic.irr & TIMER
            pic.irr &= ~TIMER
            self.ports.advance(step)
            self._told += step
            if waiting:
                self._late = min(self._late + (pic.irr & TIMER), MOST_LATE)
                pic.irr |= TIMER
        self._pass()

    def _skip(self) -> None:
        """Go to the moment when a device wants something."""
        self._skipped += self.due()
        self._pass()

    def _in_vain(self) -> bool:
        """Whether nothing will interrupt, and nobody is there to press a key."""
        return (
            self.on_wait == self._skip
            and self._m.r[r.INTERRUPT] < 0
            and not self.ports.will_interrupt()
        )

    # Starting

    def boot(self, mounts: Sequence[Volume], version: tuple[int, int] = (3, 30)) -> Dos:
        """Start DOS in a virtual-8086 task. version: what it says it is."""
        supervise(self._m)
        self._make_vectors()
        self.bios.disks.drives.update(bios_drives(mounts))
        self.bios.power_on(self.task)
        dos = self.dos = Dos(self.task, mounts, self.console, self, version)
        self._handlers |= {
            0x20: dos.int20,
            0x21: dos.int21,
            0x25: dos.int25,
            0x26: dos.int26,
            0x27: dos.int27,
            0x29: dos.int29,
            0x2E: dos.int2e,
            0x2F: dos.int2f,
        }
        self._make_handlers()
        return dos

    def boot_disk(self, number: int) -> None:
        """Start what is in the first sector of a disk, in real mode, as a PC does."""
        self._m.r[r.HOSTED] = 1
        self.debug_port = DEBUG_PORT
        self._make_vectors()
        self.bios.power_on(self.task)
        self._make_handlers()
        self.task.write(BOOT, self.bios.disks.drives[number].read(0))
        self.task.dl = number
        start(self._m, 0, BOOT)

    def boot_rom(self) -> None:
        """Start where a 386 does after a reset, 16 bytes below the end of its memory."""
        self.debug_port = DEBUG_PORT
        self.ports.power_on()
        reset_cpu(self._m)

    def _make_vectors(self) -> None:
        """The table of vectors, and behind each a handler, which only returns."""
        for number in range(256):
            self.task.write((ROM << 4) + STUB * number, bytes([IRET]))
            self.task.write(4 * number, (ROM << 16 | STUB * number).to_bytes(4, "little"))

    def _make_handlers(self) -> None:
        """The handlers that ask the host."""
        for number in INTERRUPTS:
            self._handlers[number] = self._bios(number)
        for number in UNHANDLED:
            self._handlers[number] = self._unhandled(number)
        for number in self._handlers:
            self.task.write((ROM << 4) + STUB * number, bytes([*SERVE, IRET]))
        free = STUB * 256
        for number, code in AFTER.items():
            jump = (free - (STUB * number + 5)).to_bytes(2, "little")
            self.task.write((ROM << 4) + STUB * number, bytes([*SERVE, JMP]) + jump)
            self.task.write((ROM << 4) + free, code)
            free += len(code)

    def _bios(self, number: int) -> Callable[[GuestTask], bool]:
        return lambda task: self.bios.serve(number, task)

    def _unhandled(self, number: int) -> Callable[[GuestTask], bool]:
        def fail(task: GuestTask) -> bool:
            self.failure = f"{UNHANDLED[number]} at {{:04X}}:{{:04X}}".format(*task.caller())
            return False

        return fail

    # What zoo.session asks for

    def flush(self) -> None:
        self._take_output()
        self._pass()

    def _take_output(self) -> None:
        """What has been printed without the host (vm86.console): DOS's is on the screen already."""
        m = self._m
        count = m.r[r.OUT]
        if not count:
            return
        data = bytes([*m.out[:count]])
        m.r[r.OUT] = 0
        if self.dos is None:
            self._host.show([("debug", data)])
        else:
            self.dos.screen.note(data)
            self.console.written(data)
            output.show_cursor(self.task, self.ports.adapter)

    def _note_console(self) -> None:
        """Let vm86.console know where standard output goes."""
        m = self._m
        number = None if self.dos is None else self.dos.console_output()
        m.r[r.CONSOLE_PSP] = -1
        if self.dos is not None and number is not None:
            m.r[r.CONSOLE_PSP] = linear(self.dos.psp, 0)
            m.r[r.CONSOLE_FILE] = number

    def serve(self) -> bool:
        self._take_output()
        try:
            return self._serve()
        finally:
            self._note_console()

    def _serve(self) -> bool:
        m = self._m
        cause = m.r[CAUSE]
        if cause == r.READ_PORT:
            m.r[REPLY] = self.ports.read(m.r[r.PORT], m.r[r.PORT_SIZE])
        elif cause == r.WRITE_PORT:
            self._out(m.r[r.PORT], m.r[r.PORT_SIZE], m.r[r.VALUE])
        elif cause == r.IDLE:
            self.on_wait()
            return bool(m.r[r.FLAGS] & r.IF) and not self._in_vain()
        else:
            return self._interrupt(m.r[r.SERVICE])
        m.r[REPLIED] = 1
        self._pass()
        return True

    def _type(self) -> None:
        """Type the next byte of the input, if the program has taken all that was typed before."""
        head, tail = (word(self.task, place) for place in (BUFFER_HEAD, BUFFER_TAIL))
        if head == tail and self._typed <= self.passed() and (byte := self.console.key()):
            character = chr(byte) if byte < 32 else decode(bytes([byte]))
            self.ports.keyboard.press(scan_codes(KEYS.get(character, character)))
            self._typed = self.passed() + SLOWEST
            self._pass()

    def teletype(self, data: bytes) -> None:
        """Show bytes on the task's screen, as DOS does."""
        page = output.active_page(self.task)
        self.bios.video.bells += output.write(self.task, self.ports.adapter, page, data, None)

    def _out(self, port: int, size: int, value: int) -> None:
        if port == self.debug_port:
            self._host.show([("debug", bytes([value & 0xFF]))])
        elif port == self.post_port:
            self._host.show([("post", bytes([value & 0xFF]))])
        self.ports.write(port, size, value)

    def _interrupt(self, number: int) -> bool:
        """Serve an interrupt; False when there is nothing more to be done."""
        m = self._m
        self.task.went = False
        if number == KEYBOARD and self.console.typed:
            self._type()
        handler, function = self._handlers.get(number), self.task.ax
        if handler is not None and not handler(self.task):
            if self.failure is not None:
                return False
            if number != WAIT and self.console.at_end() and self._typed <= self.passed():
                return False
            m.r[r.FLAGS] |= r.IF
            self.on_wait()
            return True
        if self.dos is not None and self.dos.exit_code is not None:
            return False
        if not self.task.went:
            m.r[REPLIED] = 1
            if not self.console.typed and self._looks.idle(number, function, self.task, m.r[DONE]):
                self.on_wait()
        return True
