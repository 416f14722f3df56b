"""DOS as a whole: its state, and the interrupts by which programs call it."""

from __future__ import annotations

from collections.abc import Iterable

from vm86.dos import (
    access,
    environment,
    execute,
    lowmemory,
    names,
    prefix,
    process,
    sectors,
    table,
)
from vm86.dos.batch import Batch
from vm86.dos.clock import Clock
from vm86.dos.console import CONTROL_C, CONTROL_S, Console, Screen
from vm86.dos.drives import Drives
from vm86.dos.errors import Break, DiskFailure, DosError, Failure, Wait
from vm86.dos.fcbfiles import FcbFiles
from vm86.dos.handlers import Handlers
from vm86.dos.memory import Arena
from vm86.dos.openfiles import FileTable
from vm86.dos.process import Caller
from vm86.dos.search import Searches
from vm86.dos.shell import PROMPT, Orders, Shell, orders
from vm86.dos.system import SetClock, nothing
from vm86.dos.volume import Volume
from vm86.task import CARRY, Task, linear, set_word, word


class Dos:
    """DOS for one task.

    Boots at once: before, the vectors of the interrupts that it serves (20h, 21h, 25h, 26h, 27h,
    29h, 2Fh) are to point at the stubs that call the host. Then `load` the first program.

    mounts: the drives; `close` closes them. base: the segment where DOS's own memory begins, of
    which it needs lowmemory.SIZE bytes. memory_top: the first segment past what programs can have.
    exit_code: the first program's, 0..255, as soon as it has ended. variables: the environment that
    this gets.
    """

    def __init__(
        self,
        task: Task,
        mounts: Iterable[Volume],
        console: Console,
        clock: Clock,
        version: tuple[int, int] = (3, 30),
        *,
        base: int = 0x0070,
        memory_top: int = 0x9FFF,
    ) -> None:
        self.version = version
        self.base = base
        self.shells: dict[int, Shell] = {}  # by their prefixes
        self.clock = SetClock(clock)
        self.console = console
        self.screen = Screen(console)
        self.drives = Drives(mounts)
        letter = chr(ord("A") + self.drives.default)
        self.variables = {"COMSPEC": f"{letter}:\\COMMAND.COM", "PATH": f"{letter}:\\"}
        for mount in self.drives.mounts.values():
            mount.times = self.clock
        self.files = FileTable(console, self.screen, self.clock)
        self.fcb_files = FcbFiles()
        self.searches = Searches()
        self.exit_code: int | None = None
        self.return_code = 0  # what 4Dh gives
        self.error = 0  # what 59h tells of
        self.told: tuple[int, ...] | None = None  # all that it gives, where a program has said so
        self.callers: dict[int, Caller] = {}  # by their prefixes: programs that started others
        self.break_check = self.verify = 0
        self.switch_character = ord("/")
        self.temporary = 0  # the last name of 5Ah, as a number
        self.flushed = False  # 0Ch has forgotten the keys, and now waits for one
        self.paused = False  # by Ctrl-S, until another key is typed
        self.handlers = Handlers(self)
        first_block = base + lowmemory.SIZE // 16
        lowmemory.write(task, base, first_block, self.drives.mounts.values())
        self._task = task
        self.psp = self.first = base
        self.dta = base, 0x80
        self.memory = Arena(task, first_block, memory_top)
        self.handlers.note_entry(task)

    # These two are in the task's memory, where programs that run in the midst of others put them
    # back.

    @property
    def psp(self) -> int:
        """The current program's prefix."""
        return word(self._task, linear(self.base, lowmemory.PREFIX))

    @psp.setter
    def psp(self, segment: int) -> None:
        set_word(self._task, linear(self.base, lowmemory.PREFIX), segment)

    @property
    def dta(self) -> tuple[int, int]:
        """Segment and offset of the transfer area."""
        return access.far_pointer(self._task, linear(self.base, lowmemory.TRANSFER_AREA))

    @dta.setter
    def dta(self, place: tuple[int, int]) -> None:
        segment, offset = place
        address = linear(self.base, lowmemory.TRANSFER_AREA)
        set_word(self._task, address, offset)
        set_word(self._task, address + 2, segment)

    def load(self, program: bytes | str, name: str = "", arguments: bytes = b"") -> None:
        """Load the first program and go to it.

        program: its file's bytes, or its path on a drive. name: its path for its environment, where
        it is given as bytes. arguments: what follows its name on a command line.
        Raises Failure: it is not there, damaged, or too large.
        """
        if isinstance(program, str):
            program, name = execute.read_program(self, names.upper(program))
        tail = b" " + arguments if arguments and not arguments.startswith(b" ") else arguments
        execute.start(self, self._task, program, name, tail)

    def start_shell(self, begin: Orders = PROMPT) -> None:
        """Go to the shell as the first program, instead of one that is loaded. One that is to ask
        for commands carries out AUTOEXEC.BAT before."""
        psp = self.base + lowmemory.SHELL // 16
        execute.enter_shell(self, self._task, psp)
        if begin == PROMPT:
            begin = self._autoexec()
        self.shells[psp] = Shell(self, self._task, self.variables, begin)

    def _autoexec(self) -> Orders:
        try:
            data, _ = execute.read_program(self, "\\AUTOEXEC.BAT")
        except Failure:
            return PROMPT
        return Orders(batch=Batch(data, ["AUTOEXEC"]))

    def add_shell(self, psp: int) -> None:
        """A program that now begins is a shell, with the variables and the orders that are given to
        it."""
        env = word(self._task, linear(psp, access.PSP_ENVIRONMENT))
        variables = environment.variables(environment.read(self._task, env))
        begin = orders(prefix.tail(self._task, psp), chr(self.switch_character))
        self.shells[psp] = Shell(self, self._task, variables, begin)

    @property
    def shell_path(self) -> str:
        """Where programs find the shell, whether or not there is a file."""
        return self.variables["COMSPEC"]

    def close(self) -> None:
        """Close all files and mounts."""
        self.fcb_files.close_all()
        self.files.close_all()
        for mount in self.drives.mounts.values():
            mount.close()

    # The interrupts. True: the service is done; False: call it again, it waits for a key.

    def int20(self, task: Task) -> bool:
        """End the program."""
        process.terminate(self, task)
        return True

    def int21(self, task: Task) -> bool:
        """The function in AH."""
        if self.handlers.returned(task):
            return True
        number = task.ah
        if number not in table.WITHIN_ERRORS:
            self.handlers.forget_error()
        if number not in table.WITHOUT_STACK:
            self.note_stack(task)
        try:
            self._check_keys(task, number)
            table.FUNCTIONS.get(number, nothing)(self, task)
        except Wait:
            return False
        except Break:
            self.handlers.control_c(task)
        except DiskFailure as failure:
            if not self.handlers.critical_error(task, failure):
                self.fail(task, number, failure.code)
        except Failure as failure:
            self.fail(task, number, failure.code)
        else:
            self.succeed(task, number)
        return True

    def int25(self, task: Task) -> bool:
        """Read sectors."""
        return sectors.read(self, task)

    def int26(self, task: Task) -> bool:
        """Write sectors."""
        return sectors.write(self, task)

    def int27(self, task: Task) -> bool:
        """End the program, but keep it."""
        process.keep_bytes(self, task)
        return True

    def int29(self, task: Task) -> bool:
        """Show the character in AL."""
        self.screen.write_raw(bytes([task.al]))
        return True

    def int2e(self, task: Task) -> bool:
        """The shell's next step. Another program that calls this gets nothing."""
        shell = self.shells.get(self.psp)
        return shell is None or shell.step()

    def int2f(self, task: Task) -> bool:
        """Programs that wait in the background: none answers, so that AL stays as it is."""
        del task
        return True

    # What services use

    def check_break(self) -> None:
        """Take a Ctrl-C that has been typed. Raises Break: it was one."""
        if self.console.peek() == CONTROL_C:
            self.console.key()
            raise Break

    def _check_keys(self, task: Task, number: int) -> None:
        """What the function does before all else about keys that have been typed. Raises Break,
        Wait."""
        if self.paused:
            self.check_break()
            if self.console.key() is None:
                raise Wait
            self.paused = False
        if number in table.CHECKED or (number == 0x40 and self._writes_console(task)):
            self.check_break()
            if self.console.peek() == CONTROL_S:
                self.console.key()
                self.paused = True
                raise Wait
        elif self.break_check and number in table.WITH_BREAK:
            self.check_break()

    def _writes_console(self, task: Task) -> bool:
        try:
            return access.file_of(self, task, task.bx).is_console
        except Failure:
            return False

    def note_stack(self, task: Task) -> None:
        """Where the program called: there it goes on when one that it now starts has ended."""
        stack = linear(self.psp, access.PSP_STACK)
        set_word(task, stack, task.sp)
        set_word(task, stack + 2, task.ss)

    def console_output(self) -> int | None:
        """The number in the table of files of the program's standard output, if that shows what is
        written, and nothing is in the works that its next output would have to do with."""
        try:
            number = access.number_of(self, self._task, 1)
        except Failure:
            return None
        waits = self.handlers.breaking or self.paused
        waits = waits or self.console.peek() in (CONTROL_C, CONTROL_S)
        return number if self.files.get(number).shows and not waits else None

    def remember(self, code: DosError) -> None:
        """For 59h."""
        self.error = code
        self.told = None

    def tell(self, registers: tuple[int, ...]) -> None:
        """What 59h is to give: AX, BX, CX, DX, SI, DI, DS, ES."""
        self.error = registers[0]
        self.told = registers

    def describe(self, mount: Volume) -> None:
        """Write the drive's parameters to where programs find them."""
        current = self.drives.current(mount) if self.version < (3, 0) else None
        lowmemory.describe(self._task, self.base, mount, current)

    def flush(self) -> None:
        """Forget the keys typed ahead."""
        self.console.forget()
        self.files.input.forget()
        self.flushed = True

    def forget_input(self) -> None:
        """The program that was reading is gone."""
        self.files.input.forget()
        self.flushed = False

    # Ways to end a service

    def succeed(self, task: Task, number: int) -> None:
        """Older functions, and those that there are not, leave carry as it was."""
        if number >= table.FIRST_WITH_CARRY and number in table.FUNCTIONS.keys() - table.LEAVES:
            task.flags &= ~CARRY

    def fail(self, task: Task, number: int, code: DosError) -> None:
        self.flushed = False
        self.remember(code)
        if number < table.FIRST_WITH_CARRY:
            task.al = 0xFF
        else:
            task.ax = code
            task.flags |= CARRY
