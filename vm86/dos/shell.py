"""A command interpreter in the place of COMMAND.COM: prompt, batch files, redirection, programs.

It is a program of its own in the task, a loop around INT 2Eh, which calls `Shell.step`; it opens
files, prints and starts programs as they do. As the first program it lies in DOS's memory, so that
programs begin where they would without it; as another's child in memory of its own. Its commands
are in vm86.dos.commands, and what it says is worded as MS-DOS 3.3 does.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from vm86.dos import access, batch, characters, commands, drives, execute, names
from vm86.dos.access import CLOSED
from vm86.dos.batch import Batch
from vm86.dos.devices import BOTH, READ, OpenFile
from vm86.dos.errors import Break, DosError, Failure, Wait
from vm86.dos.files import create_place, open_file
from vm86.dos.lines import LineEditor
from vm86.dos.process import Ending, exit_program
from vm86.dos.redirection import INPUT, OUTPUT, Pipe, Redirection, parts, redirections
from vm86.task import Task

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

# What `step` gives: whether INT 2Eh is done, to be called again, or waits.
DONE, WAITING = True, False
Steps = Generator[bool, None, None]

_LINE = 127  # characters
_RETURN, _LINE_FEED, _END_OF_FILE = 13, 10, 26
_MOST_BATCH = 1 << 20  # bytes of a batch file
_DEEPEST = 16  # batch files that CALL each other
_MOST_NESTED = 32  # commands within commands, as in FOR and IF
_ENDS_NAME = ' \t/,;=+"<>|'
PROGRAMS = (".COM", ".EXE", ".BAT")
BAD_COMMAND = "Bad command or file name"
Words = tuple[str, str]  # a command's name, and all that follows it


class Orders(NamedTuple):
    """What a shell begins with: a batch file, or a line. alone: it ends after that."""

    line: str = ""
    batch: Batch | None = None
    alone: bool = False


PROMPT = Orders()


def orders(tail: str, switch: str = "/") -> Orders:
    """From a command's tail: /C and a line, which may have options before it that mean nothing
    here. switch: what options begin with."""
    found = re.search(re.escape(switch) + "C(.*)", tail, re.IGNORECASE)
    return Orders(found[1].strip(), alone=True) if found else PROMPT


class Shell:
    """variables: the environment. echo: whether prompts, and the commands of batch files, are
    shown. level: what the last program ended with."""

    def __init__(
        self, dos: Dos, task: Task, variables: Mapping[str, str], begin: Orders = PROMPT
    ) -> None:
        self.dos = dos
        self.task = task
        self.variables = dict(variables)
        self.batches: list[Batch] = []
        self.echo = True
        self.level = 0
        self._alone = begin.alone
        self._last = b""  # the last line, for the editing keys
        self._after_return = False  # whether a line feed now belongs to the last line
        self._nested = 0
        self._life = self._live(begin)

    def step(self) -> bool:
        """What INT 2Eh does."""
        self.dos.note_stack(self.task)
        try:
            return next(self._life)
        except StopIteration:
            exit_program(self.dos, self.task, self.level)
            return DONE

    def _live(self, begin: Orders) -> Steps:
        if begin.batch is not None:
            self.batches.append(begin.batch)
        line: str | None = begin.line
        while True:
            try:
                if line and (yield from self.run(line)):
                    return
                line = ""
                if self.batches:
                    if (yield from self._batch_line()):
                        return
                    yield DONE  # it may be a loop without end: Ctrl-C and the budget end it
                    continue
                if self._alone:
                    return
                if self.echo:
                    self.say("\r\n" + self.prompt())
                line = yield from self.read_line()
                if line is None:
                    return
                self.say("\n")  # the return was echoed
            except Break:
                line = ""
                self.stop_batches()
                self._show("^C\r\n")

    # Lines

    def say(self, text: str) -> None:
        """Raises Break."""
        self.dos.check_break()
        self._show(text)

    def _show(self, text: str) -> None:
        data = text.encode(names.CODE_PAGE, "replace")
        with suppress(Failure):  # standard output may be for reading
            characters.put(self.dos, self.task, data)

    def complain(self, text: str) -> None:
        self.say(f"{text}\r\n")

    def prompt(self) -> str:
        """What PROMPT says: $p is the current directory, $g a > and so on."""
        now = self.dos.clock.now()
        number = self.dos.drives.default
        mount = self.dos.drives.mounts[number]
        meanings = {
            "P": commands.current(self.dos, mount),
            "N": mount.letter,
            "D": commands.date(now),
            "T": commands.time(now),
            "V": commands.VERSION.format(*self.dos.version),
            **{"G": ">", "L": "<", "B": "|", "Q": "=", "$": "$"},
            **{"_": "\r\n", "E": "\x1b", "H": "\b"},
        }
        wanted = self.variables.get("PROMPT", "$P$G")
        return re.sub(r"\$(.?)", lambda found: meanings.get(found[1].upper(), ""), wanted)

    def read_line(self) -> Generator[bool, None, str | None]:
        """A line of standard input; None at its end. A line may end with return, line feed, or
        both."""
        source = characters.standard(self.dos, self.task, INPUT)
        console = source.is_console
        put = characters.standard(self.dos, self.task, OUTPUT).put if console else _nowhere
        editor = LineEditor(_LINE, self._last, put, self.dos.screen.column)
        while True:
            byte = yield from self.read_byte(source)
            if byte is None or byte == _END_OF_FILE:
                if not editor.text:
                    return None
                byte = _RETURN
            if byte == _LINE_FEED:
                if self._after_return:
                    self._after_return = False
                    continue
                byte = _RETURN
                self._after_return = False
            else:
                self._after_return = byte == _RETURN
            if editor.key(byte):
                self._last = bytes(editor.text) or self._last
                return bytes(editor.text).decode(names.CODE_PAGE)

    def read_key(self) -> Steps:
        yield from self.read_byte(characters.standard(self.dos, self.task, INPUT))

    def read_byte(self, file: OpenFile) -> Generator[bool, None, int | None]:
        data = yield from self.read(file, 1, raw=True)
        if data == b"\3" and file.is_console:
            raise Break
        return data[0] if data else None

    def read(self, file: OpenFile, size: int, *, raw: bool = False) -> Generator[bool, None, bytes]:
        """Wait until the file gives something. Raises Failure, Break."""
        while True:
            try:
                if raw:
                    byte = file.byte()
                    return b"" if byte is None else bytes([byte])
                return file.read(size)
            except Wait:
                yield WAITING

    def _batch_line(self) -> Generator[bool, None, bool]:
        """Carry out the next line of the batch file; whether it ends the shell."""
        text = self.batches[-1].line(self.variables)
        if text is None:
            self.batches.pop()
            self.echo = self.echo or not self.batches
            return False
        if not text or text.startswith(":"):
            return False
        if self.echo and not text.startswith("@"):
            self.complain("\r\n" + self.prompt() + text)
        return (yield from self.run(text))

    # Commands

    def stop_batches(self) -> None:
        self.echo = self.echo or bool(self.batches)
        self.batches.clear()

    def run(self, line: str) -> Generator[bool, None, bool]:
        """Carry out a line; whether it ends the shell."""
        text = line.strip().lstrip("@").lstrip()
        if _split(text)[0] == "REM":
            return False
        if self._nested == _MOST_NESTED:
            self.complain("Out of memory")
            return False
        self._nested += 1
        try:
            return (yield from self._pipeline(parts(text)))
        finally:
            self._nested -= 1

    def _pipeline(self, texts: list[str]) -> Generator[bool, None, bool]:
        if len(texts) > 1 and not all(texts):
            self.complain("Syntax error")
            return False
        ends = False
        written: Pipe | None = None
        for k, text in enumerate(texts):
            streams = Streams(self.dos, self.task)
            try:
                if written is not None:
                    streams[INPUT] = self._end(written)
                if k < len(texts) - 1:
                    written = Pipe()
                    streams[OUTPUT] = self._end(written)
                ends |= yield from self._redirected(text, streams)
            finally:
                streams.restore()
        return ends

    def _end(self, pipe: Pipe) -> OpenFile:
        mounts = self.dos.drives.mounts
        return self.dos.files.disk_file(pipe, mounts[self.dos.drives.default], BOTH)

    def _redirected(self, text: str, streams: Streams) -> Generator[bool, None, bool]:
        """Carry out a command, with what it starts if its output goes elsewhere."""
        text, wanted = redirections(text)
        try:
            for redirection in wanted:
                streams[redirection.handle] = self._open(redirection)
            known = self.batches[-1:]
            ends = yield from self._carry_out(text)
            if streams and self.batches[-1:] != known:
                ends |= yield from self._whole_batch()
            return ends
        except Failure as failure:
            self.complain(commands.WORDS.get(failure.code, "File not found"))
            return False

    def _whole_batch(self) -> Generator[bool, None, bool]:
        """Carry out the batch file that was started to its end: its output goes elsewhere. (With
        COMMAND.COM it doesn't.)"""
        depth = len(self.batches)
        while len(self.batches) >= depth > 0:
            if (yield from self._batch_line()):
                return True
            yield DONE
        return False

    def _open(self, redirection: Redirection) -> OpenFile:
        """Raises Failure."""
        text = names.upper(redirection.name)
        if redirection.sign == "<":
            return open_file(self.dos, text, READ)
        if drives.device(text):
            return open_file(self.dos, text, BOTH)
        place = self.dos.drives.resolve(text)
        if redirection.sign == ">":
            return create_place(self.dos, place, 0)
        try:
            file = open_file(self.dos, text, BOTH)
        except Failure as failure:
            if failure.code != DosError.FILE_NOT_FOUND:
                raise
            return create_place(self.dos, place, 0)
        file.seek(max(file.size() - 1, 0))
        if file.byte() == _END_OF_FILE:  # what ended the text would be in the midst of it
            file.seek(file.size() - 1)
        return file

    def _carry_out(self, text: str) -> Generator[bool, None, bool]:
        if not text:
            return False
        if len(text) == 2 and text[1] == ":" and text[0].isalpha():
            self._change_drive(text[0].upper())
            return False
        word, rest = _split(text)
        if word == "EXIT":
            return True
        command = commands.COMMANDS.get(word)
        if command is not None:
            return bool((yield from command(self, rest)))
        name, arguments = _program(text)
        yield from self.start(name, arguments)
        return False

    def _change_drive(self, letter: str) -> None:
        number = ord(letter) - ord("A")
        if number not in self.dos.drives.mounts:
            self.complain("Invalid drive specification")
        self.dos.drives.select(number)

    def start(self, name: str, arguments: str, *, call: bool = False) -> Steps:
        """Run a program or a batch file. `call`: that which is running goes on afterwards."""
        path = self._find(name)
        if path is None:
            self.complain(BAD_COMMAND)
        elif path.endswith(".BAT"):
            self._start_batch(path, name, arguments, call=call)
        else:
            yield from self._start_program(path, arguments)

    def _find(self, name: str) -> str | None:
        """The whole path of the program, which is in the current directory or one of PATH's."""
        name = names.upper(name)
        folders = [""]
        if not any(c in name for c in "\\:/"):
            known = self.variables.get("PATH", "").split(";")
            folders += [folder.rstrip("\\") + "\\" for folder in known if folder]
        stem, dot, _ = name.rpartition("\\")[2].partition(".")
        ends = ("",) if dot else PROGRAMS
        if not stem or (dot and not name.endswith(PROGRAMS)):
            return None
        for folder in folders:
            for end in ends:
                try:
                    place = self.dos.drives.resolve(folder + name + end)
                    path = drives.written(place)
                    if path == self.dos.shell_path:
                        return path
                    if not place.mount.entry(place.path).is_directory:
                        return path
                except Failure:
                    continue
        return None

    def _start_batch(self, path: str, name: str, arguments: str, *, call: bool) -> None:
        file = open_file(self.dos, path, READ)
        try:
            data = file.read(_MOST_BATCH)
        finally:
            file.close()
        if not call:
            del self.batches[-1:]
        if len(self.batches) < _DEEPEST:
            self.batches.append(Batch(data, [name, *batch.arguments(arguments)]))

    def _start_program(self, path: str, arguments: str) -> Steps:
        tail = arguments.encode(names.CODE_PAGE, "replace")
        execute.run(self.dos, self.task, path, tail, self.variables)
        yield DONE  # and on when the program has ended
        self.level = self.dos.return_code & 0xFF
        if self.dos.return_code >> 8 == Ending.CONTROL_C:
            self.stop_batches()


class Streams:
    """Handles of the shell's that mean other files for a while."""

    def __init__(self, dos: Dos, task: Task) -> None:
        self._dos = dos
        self._task = task
        self._before: dict[int, int] = {}  # what the handles meant, by their numbers

    def __bool__(self) -> bool:
        return bool(self._before)

    def __setitem__(self, handle: int, file: OpenFile) -> None:
        old = self._change(handle, self._dos.files.add(file))
        if handle not in self._before:
            self._before[handle] = old
        else:
            self._release(old)

    def restore(self) -> None:
        for handle, number in self._before.items():
            self._release(self._change(handle, number))

    def _change(self, handle: int, number: int) -> int:
        """What the handle meant before."""
        address, _ = access.table(self._dos, self._task)
        old = self._task.read(address + handle, 1)[0]
        access.set_handle(self._dos, self._task, handle, number)
        return old

    def _release(self, number: int) -> None:
        with suppress(Failure):  # the table lies in memory that any program can change
            if number != CLOSED:
                self._dos.files.release(number)


def _nowhere(data: bytes) -> None:
    del data


def _split(text: str) -> Words:
    """An internal command's name, which ends where a letter does not follow: CD.., DIR/W."""
    end = next((k for k, c in enumerate(text) if not c.isalpha()), len(text))
    return names.upper(text[:end]), text[end:]


def _program(text: str) -> Words:
    """A program's name, and its arguments with the blank before them."""
    end = next((k for k, c in enumerate(text) if c in _ENDS_NAME), len(text))
    return text[:end], text[end:]
