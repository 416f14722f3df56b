"""A command interpreter in the place of COMMAND.COM: prompt, batch files, redirection, programs.

It is a program of its own in the task, a loop around INT 2Eh, which calls `Shell.step`; it opens
files, prints and starts programs as they do. Its commands are in vm86.dos.commands, and what it
says is worded as MS-DOS 3.3 does. It lies in DOS's memory, so that programs begin where they would
without it.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING

from vm86.dos import access, characters, commands, drives, execute, lowmemory, names
from vm86.dos.access import CLOSED
from vm86.dos.devices import BOTH, READ, OpenFile
from vm86.dos.errors import Break, DosError, Failure, Wait
from vm86.dos.files import create_place, open_file
from vm86.dos.lines import LineEditor
from vm86.dos.process import Ending, exit_program
from vm86.task import Task

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

# What `step` gives: whether INT 2Eh is done, to be called again, or waits.
DONE, WAITING = True, False
Steps = Generator[bool, None, None]

_LOOP = bytes.fromhex("cd2e ebfc")  # INT 2Eh; JMP back to it
_LINE = 127  # characters
_RETURN, _LINE_FEED, _END_OF_FILE = 13, 10, 26
_INPUT, _OUTPUT = 0, 1
_MOST_BATCH = 1 << 20  # bytes of a batch file
_DEEPEST = 16  # batch files that CALL each other
_MOST_EXPANDED = 1024  # characters of a line whose variables have been put in
_ENDS_NAME = ' \t/,;=+"<>|'
PROGRAMS = (".COM", ".EXE", ".BAT")
BAD_COMMAND = "Bad command or file name"
Words = tuple[str, str]  # a command's name, and all that follows it


class Batch:
    """A batch file that is being carried out."""

    def __init__(self, text: str, arguments: list[str]) -> None:
        self.lines = text.partition(chr(_END_OF_FILE))[0].replace("\r", "").split("\n")
        self.arguments = arguments  # %0 is its name
        self.next = 0  # the number of its next line

    def goto(self, label: str) -> bool:
        """Go on behind the label, of which eight characters count; whether there is one."""
        for number, line in enumerate(self.lines, 1):
            colon, words = line.lstrip()[:1], line.lstrip()[1:].split()
            if colon == ":" and words and words[0].upper()[:8] == label.upper()[:8]:
                self.next = number
                return True
        return False


class Shell:
    """variables: the environment. echo: whether the commands of batch files are shown. level: what
    the last program ended with."""

    def __init__(self, dos: Dos, task: Task, variables: Mapping[str, str]) -> None:
        self.dos = dos
        self.task = task
        self.variables = dict(variables)
        self.batches: list[Batch] = []
        self.echo = True
        self.level = 0
        self._life = self._live()
        self.psp = dos.base + lowmemory.SHELL // 16
        execute.enter_shell(dos, task, self.psp, _LOOP)

    def step(self, task: Task) -> bool:
        """What INT 2Eh does. Another program that calls it gets nothing."""
        if self.dos.psp != self.psp:
            return DONE
        self.dos.note_stack(task)
        try:
            return next(self._life)
        except StopIteration:
            exit_program(self.dos, task, self.level)
            return DONE

    def _live(self) -> Steps:
        while True:
            try:
                if self.batches:
                    yield from self._batch_line()
                    yield DONE  # it may be a loop without end: Ctrl-C and the budget end it
                    continue
                self.say("\r\n" + self.prompt())
                line = yield from self.read_line()
                if line is None:
                    return
                self.say("\n")  # the return was echoed
                if (yield from self.run(line)):
                    return
            except Break:
                self.say("^C\r\n")
                self.batches.clear()

    # Lines

    def say(self, text: str) -> None:
        data = text.encode(names.CODE_PAGE, "replace")
        try:
            characters.put(self.dos, self.task, data)
        except Failure:
            return  # standard output is for reading

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
        source = characters.standard(self.dos, self.task, _INPUT)
        console = source.is_console
        put = characters.standard(self.dos, self.task, _OUTPUT).put if console else _nowhere
        editor = LineEditor(_LINE, b"", put, self.dos.screen.column)
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
                return bytes(editor.text).decode(names.CODE_PAGE)

    _after_return = False  # whether a line feed now belongs to the last line

    def read_key(self) -> Steps:
        yield from self.read_byte(characters.standard(self.dos, self.task, _INPUT))

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

    def _batch_line(self) -> Steps:
        batch = self.batches[-1]
        if batch.next >= len(batch.lines):
            self.batches.pop()
            self.echo = self.echo or not self.batches
            return
        line = batch.lines[batch.next]
        batch.next += 1
        text = self.expand(line.strip(), batch.arguments)
        if not text or text.startswith(":"):
            return
        quiet = text.startswith("@")
        if self.echo and not quiet:
            self.complain("\r\n" + self.prompt() + text)
        if (yield from self.run(text)):
            self.batches.clear()

    def expand(self, line: str, arguments: list[str]) -> str:
        """%1 and %NAME% become what they mean, %% one percent sign."""
        text = ""
        while line:
            before, percent, line = line.partition("%")
            text += before
            if not percent:
                break
            if line[:1].isdecimal():
                number = int(line[0])
                text += arguments[number] if number < len(arguments) else ""
                line = line[1:]
            elif line.startswith("%"):
                text += "%"
                line = line[1:]
            else:
                name, closing, rest = line.partition("%")
                if closing:
                    text += self.variables.get(name.upper(), "")
                    line = rest
        return text[:_MOST_EXPANDED]

    # Commands

    def run(self, line: str) -> Generator[bool, None, bool]:
        """Carry out a line; whether it ends the shell."""
        text, redirections = _redirections(line.strip().lstrip("@").lstrip())
        saved: list[tuple[int, int]] = []
        try:
            for handle, sign, name in redirections:
                saved.append((handle, self._redirect(handle, sign, name)))
            return (yield from self._carry_out(text))
        except Failure as failure:
            self.complain(commands.WORDS.get(failure.code, "File not found"))
            return False
        finally:
            for handle, number in reversed(saved):
                self._restore(handle, number)

    def _redirect(self, handle: int, sign: str, name: str) -> int:
        """Let the handle mean the file; the number of what it meant. Raises Failure."""
        text = names.upper(name)
        if sign == "<":
            file = open_file(self.dos, text, READ)
        elif drives.device(text):
            file = open_file(self.dos, text, BOTH)
        else:
            place = self.dos.drives.resolve(text)
            try:
                if sign == ">":
                    raise Failure(DosError.FILE_NOT_FOUND)
                file = open_file(self.dos, text, BOTH)
            except Failure as failure:
                if failure.code != DosError.FILE_NOT_FOUND:
                    raise
                file = create_place(self.dos, place, 0)
            file.seek(file.size())
        address, _ = access.table(self.dos, self.task)
        old = self.task.read(address + handle, 1)[0]
        access.set_handle(self.dos, self.task, handle, self.dos.files.add(file))
        return old

    def _restore(self, handle: int, number: int) -> None:
        address, _ = access.table(self.dos, self.task)
        new = self.task.read(address + handle, 1)[0]
        access.set_handle(self.dos, self.task, handle, number)
        if new != CLOSED:
            self.dos.files.release(new)

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
                    if not place.mount.entry(place.path).is_directory:
                        return drives.written(place)
                except Failure:
                    continue
        return None

    def _start_batch(self, path: str, name: str, arguments: str, *, call: bool) -> None:
        file = open_file(self.dos, path, READ)
        try:
            text = file.read(_MOST_BATCH).decode(names.CODE_PAGE)
        finally:
            file.close()
        if not call:
            del self.batches[-1:]
        if len(self.batches) < _DEEPEST:
            words = arguments.replace(",", " ").replace(";", " ").replace("=", " ").split()
            self.batches.append(Batch(text, [name, *words]))

    def _start_program(self, path: str, arguments: str) -> Steps:
        tail = arguments.encode(names.CODE_PAGE, "replace")
        execute.run(self.dos, self.task, path, tail, self.variables)
        yield DONE  # and on when the program has ended
        self.level = self.dos.return_code & 0xFF
        if self.dos.return_code >> 8 == Ending.CONTROL_C:
            self.batches.clear()


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


def _redirections(text: str) -> tuple[str, list[tuple[int, str, str]]]:
    """The text without its redirections, and them: handle, sign, name of a file."""
    kept, quoted, k = "", False, 0
    found: list[tuple[int, str, str]] = []
    while k < len(text):
        c = text[k]
        if c == '"':
            quoted = not quoted
        if c not in "<>" or quoted:
            kept += c
            k += 1
            continue
        sign = ">>" if text[k : k + 2] == ">>" else c
        rest = text[k + len(sign) :].lstrip()
        end = next((n for n, c in enumerate(rest) if c in " \t<>|"), len(rest))
        found.append((_INPUT if c == "<" else _OUTPUT, sign, rest[:end]))
        k = len(text) - len(rest) + end
    return kept.strip() if found else kept, found
