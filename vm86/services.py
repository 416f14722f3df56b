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
from vm86.bios import keyboard, output
from vm86.bios.bios import AFTER, INTERRUPTS, Bios
from vm86.bios.cp437 import decode
from vm86.bios.disk import Image
from vm86.bios.keys import scan_codes
from vm86.devices.ports import Ports
from vm86.dos.diskmount import bios_drives
from vm86.dos.kernel import Dos
from vm86.dos.volume import Volume
from vm86.guesttask import GuestTask
from vm86.monitor.idle import Looks
from vm86.monitor.keyboard import Keyboard, Typist
from vm86.monitor.streams import Console, InputFile, OutputFile
from vm86.reset import reset_cpu, set_a20, start
from vm86.state import State
from vm86.supervise import supervise
from vm86.task import linear, word
from zoo.host import Host
from zoo.layout import Guest
from zoo.registers import CAUSE, DONE, PC, REPLIED, REPLY

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
TICK, KEYBOARD_INTERRUPT = 0x08, 0x09
KEYBOARD = 0x16
KEYBOARD_PORT = 0x60
MOST_IDLE = 600  # seconds of a program that only waits, when no key will come
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


class Services:
    """Answers a task's requests. `boot` gives it DOS; without, nothing is behind its interrupts.

    speed, epoch (the time of day at the beginning) and console may be set before `boot`. failure:
    why the program cannot go on, and where it was. waits_in_vain: it was ended because it waits for
    a key, and the input has ended. post_port: what is written there is shown as "post".
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
        self.console: Console | Keyboard = Console(host, self.task, self)
        self.bios = Bios(self.ports, self, extended=extended, drives=drives)
        self.dos: Dos | None = None
        self.speed = SPEED
        self.epoch = EPOCH
        self.failure: str | None = None
        self.waits_in_vain = False
        self.post_port: int | None = None
        self.on_wait = self._skip
        self._handlers: dict[int, Callable[[GuestTask], bool]] = {}
        self._skipped = 0  # instructions' worth of time in which nothing was done
        self._told = 0  # timer clocks that the devices know of
        self._typed = 0  # until when the last key is on its way
        self._typist = Typist(self.task, self.ports.keyboard)
        self._port_read = False  # the program has read the keyboard's port since the last key
        self._busy = 0  # when it last called DOS or the BIOS
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
            self.console.streams
            and self._m.r[r.INTERRUPT] < 0
            and not self.ports.will_interrupt()
            and not self._typist.busy(self.passed())
        )

    # Starting

    def boot(self, mounts: Sequence[Volume], version: tuple[int, int] = (3, 30)) -> Dos:
        """Start DOS in a virtual-8086 task. version: what it says it is."""
        supervise(self._m)
        self._make_vectors()
        self.bios.disks.drives.update(bios_drives(mounts))
        self.bios.power_on(self.task)
        dos = self.dos = Dos(self.task, mounts, self.console, self, version)
        if isinstance(self.console, Console):
            self.console.start()
            into, out = self.console.redirected
            if into:
                dos.files.redirect(0, InputFile(self.console))
            if out:
                dos.files.redirect(1, OutputFile(self.console, dos.screen))
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
            place = "{:04X}:{:04X}".format(*task.caller())
            self.failure = f"{UNHANDLED[number]} at {place}, and the program has no handler for it"
            return False

        return fail

    # What zoo.session asks for

    def flush(self) -> None:
        self._take_output()
        self._feed()
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
            self.dos.files.get(m.r[r.CONSOLE_FILE]).shown(data)
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
            if m.r[r.PORT] == KEYBOARD_PORT and self._waits_at_port():
                return self._give_up()
        elif cause == r.WRITE_PORT:
            self._out(m.r[r.PORT], m.r[r.PORT_SIZE], m.r[r.VALUE])
        elif cause == r.IDLE:
            return self._halt()
        else:
            return self._interrupt(m.r[r.SERVICE])
        m.r[REPLIED] = 1
        self._pass()
        return True

    def _halt(self) -> bool:
        """HLT: wait for an interrupt. Where none can come the machine has stopped, which is the way
        of ending of programs that have it for themselves."""
        m = self._m
        if m.r[r.FLAGS] & r.IF:
            if self.console.ended and self.passed() - self._busy > MOST_IDLE * self.speed:
                return self._give_up()
            self._feed()
            if not self._in_vain():
                self.on_wait()
                return True
        if self.dos is not None:
            place = f"{m.r[r.SELECTOR + r.CS]:04X}:{m.r[PC] - 1 - m.r[r.ORIGIN] & 0xFFFF:04X}"
            self.failure = f"HLT at {place}, which no interrupt can end"
        return False

    def _type(self) -> None:
        """Type the next byte of the input, if the program has taken all that was typed before."""
        console = self.console
        if not isinstance(console, Console):
            return
        console.keys.asked = True
        if not keyboard.is_empty(self.task):
            self._typed = 0  # it has come
        elif self._typed <= self.passed() and (key := console.input.key()):
            self.ports.keyboard.press(scan_codes(_named(key)))
            self._typed = self.passed() + SLOWEST
            self._pass()

    def _feed(self) -> None:
        """Type the input for a program that has a handler of its own for the keyboard's interrupt,
        or reads the port: it may look which keys are down."""
        console = self.console
        if not isinstance(console, Console) or not console.redirected[0]:
            return  # nobody may be there who types
        if not self._port_read and word(self.task, 4 * KEYBOARD_INTERRUPT + 2) == ROM:
            return
        if not console.keys.asked:  # what the BIOS made of them is not wanted
            keyboard.forget(self.task)
        free = keyboard.is_empty(self.task) and not self._typist.busy(self.passed())
        if free and (key := console.input.key()) is not None:
            self._typist.type(_named(key))
            self._port_read = False
        if self._typist.go_on(self.passed(), self.speed):
            self._pass()

    def _waits_in_vain(self) -> bool:
        """Whether the program has looked for a key again and again, and none will ever come."""
        return self._looks.endless and self.console.ended

    def _waits_at_port(self) -> bool:
        """Likewise for one that has now read the keyboard's port."""
        self._port_read = True
        self._feed()
        self._looks.note(True, self._m.r[DONE])
        if self._waits_in_vain():
            return True
        if self._looks.idle:
            self.on_wait()
        return False

    def _give_up(self) -> bool:
        self.waits_in_vain = True
        return False

    def teletype(self, data: bytes) -> None:
        """Show bytes on the task's screen, as DOS does."""
        page = output.active_page(self.task)
        self.bios.video.bells += output.write(self.task, self.ports.adapter, page, data, None)

    def clear(self) -> None:
        """Clear the task's screen."""
        output.clear_page(self.task, self.ports.adapter)

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
        if number == KEYBOARD:
            self._type()
        handler, function = self._handlers.get(number), self.task.ax
        if handler is not None and not handler(self.task):
            if self.failure is not None:
                return False
            if number != WAIT and self.console.ended and self._typed <= self.passed():
                return self._give_up()
            m.r[r.FLAGS] |= r.IF
            self.on_wait()
            return True
        if self.dos is not None and self.dos.exit_code is not None:
            return False
        if number != TICK:
            self._busy = self.passed()
        if not self.task.went:
            m.r[REPLIED] = 1
            waits = self._looks.told(number, function, self.task, m.r[DONE])
            if waits and not self.console.streams:
                self.on_wait()
            elif waits and self._waits_in_vain():
                return self._give_up()
        return True


def _named(byte: int) -> str:
    """The key that gives a byte of the input (vm86.bios.keys)."""
    character = chr(byte) if byte < 32 else decode(bytes([byte]))
    return KEYS.get(character, character)
