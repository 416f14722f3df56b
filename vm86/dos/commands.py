"""The shell's own commands. Each is a function of the shell and what follows its name."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from vm86.dos import clock, drives, names, search
from vm86.dos.devices import READ, OpenFile
from vm86.dos.drives import Place
from vm86.dos.errors import DosError, Failure
from vm86.dos.files import create_place, open_file
from vm86.dos.openfiles import DiskFile
from vm86.dos.system import YEARS
from vm86.dos.volume import DIRECTORY, HIDDEN, LABEL, SYSTEM, Entry, Volume

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos
    from vm86.dos.shell import Shell

Outcome = Generator[bool, None, bool | None]  # True: the shell ends
Command = Callable[["Shell", str], Outcome]

VERSION = "Zoo DOS Version {}.{:02}"
# What is said of errors that a command has no words of its own for.
WORDS = {
    DosError.FILE_NOT_FOUND: "File not found",
    DosError.PATH_NOT_FOUND: "Path not found",
    DosError.TOO_MANY_OPEN_FILES: "Too many open files",
    DosError.ACCESS_DENIED: "Access denied",
    DosError.INSUFFICIENT_MEMORY: "Program too big to fit in memory",
    DosError.INVALID_FORMAT: "Error in EXE file",
    DosError.INVALID_DRIVE: "Invalid drive specification",
    DosError.GENERAL_FAILURE: "General failure",
}
NO_FILE = "File not found"
NUMBER = "Invalid number of parameters"
ANY_KEY = "Strike a key when ready . . . "
_CHUNK, _TYPED = 0x8000, 0x400  # bytes that are copied, or shown, at once
_PAGE = 23  # lines of DIR /P
_WIDE = 5  # names in a line of DIR /W


def current(dos: Dos, mount: Volume) -> str:
    return drives.written(Place(mount, dos.drives.current(mount)))


def date(moment: datetime.datetime) -> str:
    return f"{moment:%a} {moment.month:2}-{moment:%d-%Y}"


def time(moment: datetime.datetime) -> str:
    return f"{moment.hour:2}:{moment:%M:%S}.{moment.microsecond // 10000:02}"


def _words(rest: str) -> tuple[list[str], list[str]]:
    """Paths in capitals, and options without their slash."""
    paths: list[str] = []
    options: list[str] = []
    for word in names.upper(rest).replace("/", " /").replace(",", " ").split():
        (options if word.startswith("/") else paths).append(word)
    return paths, [option[1:] for option in options]


def _place(shell: Shell, text: str) -> Place:
    """Where the files are that a path means: those in a directory, if it is one."""
    place = shell.dos.drives.resolve(text)
    if place.mount.is_directory(place.path):
        return Place(place.mount, (*place.path, "*.*"))
    return place


def _files(place: Place, attributes: int = 0) -> list[Entry]:
    return [e for e in search.find(place, attributes) if not e.attributes & LABEL]


# Directories


def dir_(shell: Shell, rest: str) -> Outcome:
    paths, options = _words(rest)
    place = _place(shell, paths[0] if paths else ".")
    if "." not in place.path[-1]:
        place = Place(place.mount, (*place.path[:-1], f"{place.path[-1]}.*"))
    labels = search.find(Place(place.mount, ("*.*",)), LABEL)
    named = f"is {labels[0].name.replace('.', '')}" if labels else "has no label"
    folder = drives.written(Place(place.mount, place.path[:-1]))
    shell.complain(f"\r\n Volume in drive {place.mount.letter} {named}")
    shell.complain(f" Directory of  {folder}\r\n")
    found = _files(place, DIRECTORY)
    if "W" in options:
        rows = [found[k : k + _WIDE] for k in range(0, len(found), _WIDE)]
        lines = ["   ".join(_name(entry) for entry in row) for row in rows]
    else:
        lines = [_line(entry) for entry in found]
    for number, line in enumerate(lines):
        if "P" in options and number and number % _PAGE == 0:
            yield from pause(shell, "")
        shell.complain(line)
    if not found:
        shell.complain(NO_FILE)
    else:
        free = place.mount.free_clusters() * place.mount.shape.cluster_size
        shell.complain(f"{len(found):9} File(s) {free:10} bytes free")
    return None


def _name(entry: Entry) -> str:
    if entry.name in (".", ".."):
        return f"{entry.name:12}"
    field = names.to_field(entry.name)
    return f"{field[:8]} {field[8:]}"


def _line(entry: Entry) -> str:
    size = "<DIR>    " if entry.is_directory else f"{entry.size:9}"
    try:
        moment = clock.unpack(entry.date, entry.time)
    except Failure:  # a date that is none
        return f"{_name(entry)} {size}"
    day = f"{moment.month:2}-{moment.day:02}-{moment:%y}"
    hour = f"{(moment.hour + 11) % 12 + 1:2}:{moment:%M}{'a' if moment.hour < 12 else 'p'}"
    return f"{_name(entry)} {size}  {day}  {hour}"


def cd(shell: Shell, rest: str) -> Outcome:
    paths, _ = _words(rest)
    yield from ()
    if not paths or (len(paths[0]) == 2 and paths[0].endswith(":")):
        place = shell.dos.drives.resolve(paths[0] if paths else ".")
        shell.complain(current(shell.dos, place.mount))
        return
    try:
        place = shell.dos.drives.resolve(paths[0])
        shell.dos.drives.change_directory(place)
        shell.dos.describe(place.mount)
    except Failure:
        shell.complain("Invalid directory")


def md(shell: Shell, rest: str) -> Outcome:
    paths, _ = _words(rest)
    yield from ()
    if len(paths) != 1:
        shell.complain(NUMBER)
        return
    try:
        place = shell.dos.drives.resolve(paths[0])
        place.mount.make_directory(place.path)
    except Failure:
        shell.complain("Unable to create directory")


def rd(shell: Shell, rest: str) -> Outcome:
    paths, _ = _words(rest)
    yield from ()
    if len(paths) != 1:
        shell.complain(NUMBER)
        return
    try:
        place = shell.dos.drives.resolve(paths[0])
        if shell.dos.drives.is_current(place):
            raise Failure(DosError.CURRENT_DIRECTORY)
        place.mount.remove_directory(place.path)
    except Failure:
        shell.complain("Invalid path, not directory,\r\nor directory not empty")


# Files


def type_(shell: Shell, rest: str) -> Outcome:
    paths, _ = _words(rest)
    if len(paths) != 1:
        shell.complain(NUMBER)
        return
    file = open_file(shell.dos, paths[0], READ)
    try:
        while data := (yield from shell.read(file, _TYPED)):
            text, end, _ = data.partition(b"\x1a")
            shell.say(text.decode(names.CODE_PAGE))
            if end:
                return
            yield True  # a Ctrl-C may come
    finally:
        file.close()


def copy(shell: Shell, rest: str) -> Outcome:
    """COPY A B, COPY *.C D:, COPY A+B C, COPY CON FILE."""
    paths, _ = _words(rest.replace("+", " + "))
    sources, paths = _sources(paths)
    if not sources or len(paths) > 1:
        shell.complain(NUMBER)
        return
    target = paths[0] if paths else "."
    joined = len(sources) > 1
    count = 0
    for source in sources:
        for name, place in _each(shell, source):
            goal = _goal(shell, target, sources[0] if joined and not paths else place, place)
            itself = not drives.device(goal) and shell.dos.drives.resolve(goal) == place
            if itself and not (joined and not count):
                shell.complain("File cannot be copied onto itself")
                continue
            if not itself:
                yield from _copy_one(shell, name, goal, append=joined and count > 0)
            count += 1
    shell.complain(f"{count if not joined else min(count, 1):9} File(s) copied")


def _sources(paths: list[str]) -> tuple[list[str], list[str]]:
    """The first path and those that a + joins to it, and the others."""
    sources, paths = paths[:1], paths[1:]
    while paths[:1] == ["+"]:
        sources += paths[1:2]
        paths = paths[2:]
    return sources, paths


def _each(shell: Shell, source: str) -> list[tuple[str, Place | None]]:
    """The files that a source means; None for a device. Raises Failure: there are none."""
    if drives.device(source):
        return [(source, None)]
    place = _place(shell, source)
    found = [Place(place.mount, (*place.path[:-1], e.name)) for e in _files(place)]
    if not found:
        shell.complain(source)
        raise Failure(DosError.FILE_NOT_FOUND)
    return [(drives.written(one), one) for one in found]


def _goal(shell: Shell, target: str, named: str | Place | None, source: Place | None) -> str:
    """Where a file is copied to: a directory takes it under its own name."""
    if drives.device(target):
        return target
    if isinstance(named, str) and target == ".":
        return named
    place = shell.dos.drives.resolve(target)
    own = source.path[-1] if source is not None else "CON"
    if place.mount.is_directory(place.path):
        return drives.written(Place(place.mount, (*place.path, own)))
    name = names.renamed(names.to_field(place.path[-1]), own)
    return drives.written(Place(place.mount, (*place.path[:-1], name)))


def _copy_one(shell: Shell, source: str, goal: str, *, append: bool) -> Generator[bool, None, None]:
    dos = shell.dos
    file = open_file(dos, source, READ)
    try:
        target: OpenFile
        if append or drives.device(goal):
            target = open_file(dos, goal, 2)
            target.seek(target.size())
        else:
            target = create_place(dos, dos.drives.resolve(goal), 0)
        try:
            while data := (yield from shell.read(file, _CHUNK)):
                if target.write(data) < len(data):
                    shell.complain("Insufficient disk space")
                    return
            if isinstance(file, DiskFile) and isinstance(target, DiskFile) and not append:
                target.set_stamp(*file.stamp())
        finally:
            target.close()
    finally:
        file.close()


def del_(shell: Shell, rest: str) -> Outcome:
    paths, _ = _words(rest)
    if len(paths) != 1:
        shell.complain(NUMBER)
        return
    place = _place(shell, paths[0])
    if names.to_field(place.path[-1]) == names.ANY and not (
        yield from _sure(shell, "Are you sure (Y/N)?")
    ):
        return
    found = _files(place)
    if not found:
        shell.complain(NO_FILE)
    for entry in found:
        place.mount.delete((*place.path[:-1], entry.name))


def _sure(shell: Shell, question: str) -> Generator[bool, None, bool]:
    shell.say(question)
    answer = yield from shell.read_line()
    shell.say("\n")
    return (answer or "N").strip().upper().startswith("Y")


def ren(shell: Shell, rest: str) -> Outcome:
    paths, _ = _words(rest)
    yield from ()
    if len(paths) != 2 or any(c in paths[1] for c in "\\:"):
        shell.complain("Invalid parameter" if len(paths) == 2 else NUMBER)
        return
    place = shell.dos.drives.resolve(paths[0])
    try:
        found = _files(place)
        if not found:
            raise Failure(DosError.FILE_NOT_FOUND)
        for entry in found:
            new = names.renamed(names.to_field(paths[1]), entry.name)
            place.mount.rename((*place.path[:-1], entry.name), (*place.path[:-1], new))
    except Failure:
        shell.complain("Duplicate file name or File not found")


# The shell itself


def ver(shell: Shell, rest: str) -> Outcome:
    del rest
    yield from ()
    shell.complain("\r\n" + VERSION.format(*shell.dos.version))


def vol(shell: Shell, rest: str) -> Outcome:
    paths, _ = _words(rest)
    yield from ()
    mount = shell.dos.drives.resolve((paths[0] if paths else "") + "\\").mount
    labels = search.find(Place(mount, ("*.*",)), LABEL)
    named = f"is {labels[0].name.replace('.', '')}" if labels else "has no label"
    shell.complain(f"\r\n Volume in drive {mount.letter} {named}")


def set_(shell: Shell, rest: str) -> Outcome:
    name, equals, value = rest.strip().partition("=")
    yield from ()
    if not name and not equals:
        for one in shell.variables.items():
            shell.complain("=".join(one))
    elif not equals:
        shell.complain("Syntax error")
    else:
        _assign(shell, names.upper(name.strip()), value)


def _assign(shell: Shell, name: str, value: str) -> None:
    if not value:
        shell.variables.pop(name, None)
    elif sum(len(n) + len(v) + 2 for n, v in shell.variables.items()) + len(value) > 4096:
        shell.complain("Out of environment space")
    else:
        shell.variables[name] = value


def path(shell: Shell, rest: str) -> Outcome:
    value = rest.strip().lstrip("=").strip()
    yield from ()
    if value:
        _assign(shell, "PATH", "" if value == ";" else names.upper(value))
    else:
        known = shell.variables.get("PATH")
        shell.complain(f"PATH={known}" if known else "No Path")


def prompt(shell: Shell, rest: str) -> Outcome:
    yield from ()
    _assign(shell, "PROMPT", rest.strip().lstrip("="))


def echo(shell: Shell, rest: str) -> Outcome:
    word = names.upper(rest.strip())
    yield from ()
    if word in ("ON", "OFF"):
        shell.echo = word == "ON"
    elif not word:
        shell.complain(f"ECHO is {'on' if shell.echo else 'off'}")
    else:
        shell.complain(rest[1:])


def cls(shell: Shell, rest: str) -> Outcome:
    del rest
    yield from ()
    shell.dos.screen.clear()


def date_(shell: Shell, rest: str) -> Outcome:
    if not rest.strip():
        shell.complain(f"Current date is {date(shell.dos.clock.now())}")
    yield from _set_clock(shell, rest, "date (mm-dd-yy): ", "Invalid date", _date)


def time_(shell: Shell, rest: str) -> Outcome:
    if not rest.strip():
        shell.complain(f"Current time is {time(shell.dos.clock.now())}")
    yield from _set_clock(shell, rest, "time: ", "Invalid time", _time)


def _set_clock(
    shell: Shell, given: str, wanted: str, wrong: str, meant: Callable[..., datetime.datetime]
) -> Generator[bool, None, None]:
    """Set the clock to what is given, or else typed, until it means something or is nothing."""
    text = given.strip()
    while True:
        if not text:
            shell.say(f"Enter new {wanted}")
            text = ((yield from shell.read_line()) or "").strip()
            shell.say("\n")
            if not text:
                return
        try:
            numbers = [int(part) for part in re.split("[-/.:]", text)]
            shell.dos.clock.set(meant(shell.dos.clock.now(), *numbers))
            return
        except (ValueError, TypeError):  # no numbers, or too many or few
            shell.complain(wrong)
            text = ""


def _date(now: datetime.datetime, month: int, day: int, year: int) -> datetime.datetime:
    year += 1900 if 80 <= year <= 99 else 0
    if year not in YEARS:
        raise ValueError
    return now.replace(year=year, month=month, day=day)


def _time(
    now: datetime.datetime, hour: int, minute: int = 0, second: int = 0, hundredth: int = 0
) -> datetime.datetime:
    return now.replace(hour=hour, minute=minute, second=second, microsecond=hundredth * 10_000)


def break_(shell: Shell, rest: str) -> Outcome:
    yield from ()
    shell.dos.break_check = _switch(shell, "BREAK", rest, shell.dos.break_check)


def verify(shell: Shell, rest: str) -> Outcome:
    yield from ()
    shell.dos.verify = _switch(shell, "VERIFY", rest, shell.dos.verify)


def _switch(shell: Shell, name: str, rest: str, now: int) -> int:
    """What a setting is after a command that says ON or OFF, or that asks."""
    word = names.upper(rest.strip().lstrip("=").strip())
    if word in ("ON", "OFF"):
        return int(word == "ON")
    shell.complain("Must specify ON or OFF" if word else f"{name} is {'on' if now else 'off'}")
    return now


# Batch files


def pause(shell: Shell, rest: str) -> Outcome:
    del rest
    shell.say(ANY_KEY)
    yield from shell.read_key()
    shell.say("\r\n")
    return None


def goto(shell: Shell, rest: str) -> Outcome:
    yield from ()
    label = rest.strip().lstrip(":").split(maxsplit=1)[:1]
    if shell.batches and not (label and shell.batches[-1].goto(label[0])):
        shell.complain("Label not found")
        shell.stop_batches()


def shift(shell: Shell, rest: str) -> Outcome:
    del rest
    yield from ()
    if shell.batches:
        del shell.batches[-1].arguments[:1]


def call(shell: Shell, rest: str) -> Outcome:
    name, _, arguments = rest.strip().partition(" ")
    if name:
        yield from shell.start(name, f" {arguments}" if arguments else "", call=True)
    return None


def if_(shell: Shell, rest: str) -> Outcome:
    """IF [NOT] EXIST FILE, ERRORLEVEL N or A==B, and a command."""
    wanted = True
    kind, after = _word(rest)
    if names.upper(kind) == "NOT":
        wanted, rest = False, after
        kind, after = _word(rest)
    if names.upper(kind) in ("EXIST", "ERRORLEVEL"):
        value, command = _word(after)
        if names.upper(kind) == "EXIST":
            holds = _exists(shell, value)
        else:
            holds = value.isdecimal() and shell.level >= int(value)
    else:
        left, equals, after = rest.partition("==")
        right, command = _word(after)
        holds = left.strip(_BETWEEN) == right
        if not equals:
            shell.complain("Syntax error")
            return None
    if holds == wanted and command.strip():
        return (yield from shell.run(command))
    return None


_BETWEEN = " \t,;="  # words


def _word(text: str) -> tuple[str, str]:
    """The first word, and what follows it."""
    text = text.lstrip(_BETWEEN)
    end = next((k for k, c in enumerate(text) if c in _BETWEEN), len(text))
    return text[:end], text[end:]


def _exists(shell: Shell, text: str) -> bool:
    """A file, hidden or not, or a device in a directory that there is."""
    try:
        place = shell.dos.drives.resolve(names.upper(text))
        return bool(_files(place, HIDDEN | SYSTEM))
    except Failure:
        return False


def for_(shell: Shell, rest: str) -> Outcome:
    """FOR %V IN (SET) DO COMMAND."""
    head, opening, tail = rest.partition("(")
    inside, closing, command = tail.partition(")")
    variable = head.split()[:1]
    words = command.split(maxsplit=1)
    is_for = bool(opening and closing and variable) and [w.upper() for w in words[:1]] == ["DO"]
    if not is_for or len(words) != 2:
        shell.complain("Syntax error")
        return None
    for word in inside.replace(",", " ").replace(";", " ").split():
        values = [word]
        if "*" in word or "?" in word:
            folder = word[: max(word.rfind("\\"), word.rfind(":")) + 1]
            found = _files(shell.dos.drives.resolve(names.upper(word)))
            values = [folder + entry.name for entry in found]
        for value in values:
            if (yield from shell.run(words[1].replace(variable[0], value))):
                return True
    return None


COMMANDS: dict[str, Command] = {
    "BREAK": break_,
    "CALL": call,
    "CD": cd,
    "CHDIR": cd,
    "CLS": cls,
    "COPY": copy,
    "DATE": date_,
    "DEL": del_,
    "DIR": dir_,
    "ECHO": echo,
    "ERASE": del_,
    "FOR": for_,
    "GOTO": goto,
    "IF": if_,
    "MD": md,
    "MKDIR": md,
    "PATH": path,
    "PAUSE": pause,
    "PROMPT": prompt,
    "RD": rd,
    "REN": ren,
    "RENAME": ren,
    "RMDIR": rd,
    "SET": set_,
    "SHIFT": shift,
    "TIME": time_,
    "TYPE": type_,
    "VER": ver,
    "VERIFY": verify,
    "VOL": vol,
}
