"""What NASM does with lines before it reads them: definitions, macros, conditions, repetitions.

The result is lines that have none of these, each with the place that it came from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NoReturn

from zoo.asm.expressions import AssemblyError

MOST_LINES = 100_000  # that macros, repetitions and included files may come to
MOST_REPLACEMENTS = 2_000_000  # of names by what they stand for
DEEPEST = 60  # macros and files within each other
LONGEST = 1 << 16  # characters of a line
LARGEST_FILE = 1 << 24

DIRECTIVE = re.compile(r"\s*%\s*([a-z]+)\b[ \t]*(.*)")
DEFINITION = re.compile(r"([A-Za-z_.?@][\w.$#@~?]*)(?:\(([^)]*)\))?\s*(.*)")
HEADING = re.compile(r"([A-Za-z_?@][\w.$#@~?]*)\s+(\d+)(?:-(\d+|\*))?(\+?)(?:\s+(.*))?$")
CALL = re.compile(r"(\s*(?:[A-Za-z_.?@][\w.$#@~?]*:)?\s*)([A-Za-z_?@][\w.$#@~?]*)[ \t]*(.*)")
BRACKETS = re.compile(r"\s*\[\s*((?:bits|org|cpu|section|segment)\b[^\]]*)\]\s*(?:;.*)?$", re.I)
STRING = r"'[^']*'|\"[^\"]*\"|`(?:\\.|[^`\\])*`"
TOKEN = re.compile(
    rf"(?P<string>{STRING})|(?P<comment>;.*)|%%(?P<local>\w+)|%\{{?(?P<parameter>\d+)\}}?"
    r"|(?P<number>\$?\d[\w.]*)|(?P<name>[A-Za-z_.?@][\w.$#@~?]*)"
)
IFS = ("if", "ifdef", "ifndef", "ifidn", "ifnidn", "ifempty")
ENDS = {"macro": "endmacro", "rep": "endrep"}


class Line(NamedTuple):
    """A line, and where it stands."""

    text: str
    file: str
    number: int


class Definition(NamedTuple):
    """parameters: None for a name that takes none."""

    parameters: tuple[str, ...] | None
    body: str


class Macro(NamedTuple):
    """least, most: parameters.  greedy: the last takes the rest of the line.  defaults: of those
    that need not be given."""

    least: int
    most: int
    greedy: bool
    defaults: list[str]
    body: list[Line]


@dataclass
class Frame:
    """A macro that is being expanded."""

    number: int
    parameters: list[str]


@dataclass
class Preprocessor:
    """evaluate: the value of an expression.  folders: where included files are looked for."""

    evaluate: Callable[[Line, str], int]
    folders: Sequence[Path] = ()
    given: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.definitions = {name: Definition(None, body) for name, body in self.given.items()}
        self.macros: dict[str, list[Macro]] = {}
        self.out: list[Line] = []
        self._count = 0
        self._made = 0
        self._replacements = 0
        self._depth = 0

    def run(self, text: str, file: str) -> list[Line]:
        """The lines that are left; raises AssemblyError."""
        self._process(_lines(text, file), None)
        return self.out

    # Lines

    def _process(self, lines: Sequence[Line], frame: Frame | None) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            fail(lines[0], f"more than {DEEPEST} macros or files within each other")
        at = 0
        conditions: list[tuple[Line, bool, bool]] = []  # where, true now, was true already
        while at < len(lines):
            line = lines[at]
            at += 1
            if frame and "%" in line.text:
                line = line._replace(text=self._with_parameters(line, frame))
            found = DIRECTIVE.match(line.text) if "%" in line.text else None
            word = found[1] if found else ""
            rest = found[2] if found else ""
            if word in IFS or word in ("elif", "else", "endif"):
                self._condition(line, word, rest, conditions)
            elif conditions and not all(now for _, now, _ in conditions):
                continue
            elif word in ENDS:
                end = _end(lines, at, word, line)
                self._block(line, word, rest, lines[at:end], frame)
                at = end + 1
            elif word == "rotate" and frame:
                self._rotate(line, rest, frame)
            elif word:
                self._directive(line, word, rest)
            else:
                self._plain(line)
        if conditions:
            fail(conditions[-1][0], "this condition has no %endif")
        self._depth -= 1

    def _plain(self, line: Line) -> None:
        """A line of source, or a macro's name with its arguments."""
        if self._depth > 1:
            self._spend(line)
        if self.macros and (call := CALL.match(line.text)) and call[2] in self.macros:
            if call[1].strip():
                self._plain(line._replace(text=call[1]))
            self._call(line, call[2], self._expand(line, _uncommented(call[3])))
            return
        text = self._expand(line, line.text) if self.definitions else line.text
        if "[" in text and (bare := BRACKETS.match(text)):
            text = bare[1]
        self.out.append(line._replace(text=text))

    def _spend(self, line: Line) -> None:
        self._made += 1
        if self._made > MOST_LINES:
            fail(line, f"macros and %rep come to more than {MOST_LINES} lines")

    def _call(self, line: Line, name: str, rest: str) -> None:
        self._spend(line)
        arguments = _split(rest) if rest.strip() else []
        for macro in self.macros[name]:
            if macro.greedy and len(arguments) > macro.most:
                last = ",".join(arguments[macro.most - 1 :])
                arguments = [*arguments[: macro.most - 1], last]
            if macro.least <= len(arguments) <= macro.most:
                self._count += 1
                arguments += macro.defaults[len(arguments) - macro.least :]
                if macro.body:
                    self._process(macro.body, Frame(self._count, arguments))
                return
        fail(line, f"the macro {name} does not take {len(arguments)} argument(s)")

    def _rotate(self, line: Line, rest: str, frame: Frame) -> None:
        if frame.parameters:
            by = self._number(line, rest) % len(frame.parameters)
            frame.parameters = frame.parameters[by:] + frame.parameters[:by]

    def _with_parameters(self, line: Line, frame: Frame) -> str:
        def replaced(match: re.Match[str]) -> str:
            if match["local"]:
                return f"..@{frame.number}.{match['local']}"
            if match["parameter"]:
                n = int(match["parameter"][:6])
                if n == 0:
                    return str(len(frame.parameters))
                return frame.parameters[n - 1] if n <= len(frame.parameters) else ""
            return match[0]

        return _bounded(line, TOKEN.sub(replaced, line.text))

    def _expand(self, line: Line, text: str, within: frozenset[str] = frozenset()) -> str:
        """The line with all defined names replaced."""
        pieces: list[str] = []
        at = 0
        for match in TOKEN.finditer(text):
            if match.start() < at:
                continue  # within the arguments of the one before
            name = match["name"]
            definition = self.definitions.get(name) if name and name not in within else None
            if definition is None:
                continue
            self._replacements += 1
            if self._replacements > MOST_REPLACEMENTS or len(within) > DEEPEST:
                fail(line, f"{name} stands for too much: definitions within definitions")
            end, body = match.end(), definition.body
            if definition.parameters is not None:
                if text[end : end + 1] != "(":
                    continue
                close = _closing(text, end)
                values = _split(text[end + 1 : close]) if close > end + 1 else []
                if len(values) != len(definition.parameters):
                    fail(line, f"{name} takes {len(definition.parameters)} argument(s)")
                body = _replaced(body, dict(zip(definition.parameters, values, strict=True)))
                end = close + 1
            pieces += [text[at : match.start()], self._expand(line, body, within | {name})]
            at = end
            if sum(map(len, pieces)) > LONGEST:
                _bounded(line, "".join(pieces))
        return _bounded(line, "".join([*pieces, text[at:]])) if pieces else text

    # What begins with %

    def _condition(
        self, line: Line, word: str, rest: str, conditions: list[tuple[Line, bool, bool]]
    ) -> None:
        if word in IFS:
            outer = all(now for _, now, _ in conditions)
            now = outer and self._holds(line, word, rest)
            conditions.append((line, now, now or not outer))
            return
        if not conditions:
            fail(line, f"%{word} without %if")
        where, _, done = conditions.pop()
        if word == "endif":
            return
        now = not done and (word == "else" or self._holds(line, "if", rest))
        conditions.append((where, now, done or now))

    def _holds(self, line: Line, word: str, rest: str) -> bool:
        rest = _uncommented(rest)
        if word in ("ifdef", "ifndef"):
            return (rest.split(None, 1)[0] in self.definitions if rest else False) == (
                word == "ifdef"
            )
        if word == "ifempty":
            return not self._expand(line, rest).strip()
        if word in ("ifidn", "ifnidn"):
            parts = _split(self._expand(line, rest))
            if len(parts) != 2:
                fail(line, f"%{word} compares two texts with a comma between them")
            return (parts[0] == parts[1]) == (word == "ifidn")
        return self._number(line, rest) != 0

    def _number(self, line: Line, text: str) -> int:
        return self.evaluate(line, self._expand(line, _uncommented(text)))

    def _block(
        self, line: Line, word: str, rest: str, body: Sequence[Line], frame: Frame | None
    ) -> None:
        if word == "rep":
            for _ in range(min(max(self._number(line, rest), 0), MOST_LINES + 1)):
                self._spend(line)
                if body:
                    self._process(body, frame)
            return
        heading = HEADING.match(_uncommented(rest))
        if heading is None:
            fail(line, "a macro begins with its name and how many parameters: %macro NAME 1-3")
        least = int(heading[2][:6])
        most = int(heading[3][:6]) if heading[3] and heading[3] != "*" else least
        most = MOST_LINES if heading[3] == "*" else most
        defaults = _split(heading[5]) if heading[5] else []
        made = Macro(least, most, bool(heading[4]), defaults, list(body))
        self.macros.setdefault(heading[1], []).insert(0, made)

    def _directive(self, line: Line, word: str, rest: str) -> None:
        method = getattr(self, "do_" + word, None)
        if method is None:
            every = [name[3:] for name in dir(self) if name.startswith("do_")]
            known = ", ".join(sorted([*every, *IFS, *ENDS, "rotate"]))
            fail(line, f"there is no %{word} here; there are: {known}")
        method(line, _uncommented(rest))

    def _name(self, line: Line, word: str, rest: str) -> re.Match[str]:
        found = DEFINITION.match(rest)
        if found is None:
            fail(line, f"%{word} begins with a name: %{word} NAME ...")
        return found

    def do_define(self, line: Line, rest: str) -> None:
        found = self._name(line, "define", rest)
        parameters = None if found[2] is None else tuple(_split(found[2]))
        self.definitions[found[1]] = Definition(parameters, found[3])

    def do_xdefine(self, line: Line, rest: str) -> None:
        found = self._name(line, "xdefine", rest)
        self.definitions[found[1]] = Definition(None, self._expand(line, found[3]))

    def do_assign(self, line: Line, rest: str) -> None:
        found = self._name(line, "assign", rest)
        self.definitions[found[1]] = Definition(None, str(self._number(line, found[3])))

    def do_undef(self, line: Line, rest: str) -> None:
        self.definitions.pop(rest.strip(), None)

    def do_error(self, line: Line, rest: str) -> NoReturn:
        fail(line, f"the source says: {rest}")

    def do_pragma(self, line: Line, rest: str) -> None:
        """For other assemblers."""

    def do_include(self, line: Line, rest: str) -> None:
        name = self._expand(line, rest).strip()
        if len(name) < 2 or name[0] not in "\"'`" or name[-1] != name[0]:
            fail(line, 'the name of a file stands in quotation marks: %include "common.inc"')
        path = find(line, name[1:-1], self.folders)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            fail(line, f"{path} can't be read: {error}")
        self._process(_lines(text, str(path)), None)


def fail(line: Line, message: str) -> NoReturn:
    raise AssemblyError(line.file, line.number, 1, message)


def find(line: Line, name: str, folders: Sequence[Path]) -> Path:
    """A file that a source names, in or below one of the folders."""
    for folder in folders:
        path = folder / name
        try:
            if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
                if path.stat().st_size > LARGEST_FILE:
                    fail(line, f"{path} is too large: over {LARGEST_FILE} bytes")
                return path
        except (OSError, ValueError):
            continue
    where = ", ".join(str(folder) for folder in folders) or "nowhere"
    fail(line, f"no file {name!r} in the folders that were given ({where}); -I DIR adds one")


def _lines(text: str, file: str) -> list[Line]:
    """A line that ends with a backslash goes on in the next."""
    found: list[Line] = []
    begun, first = "", 0
    for number, one in enumerate(text.split("\n"), 1):
        one = one.rstrip("\r")
        if one.endswith("\\") and len(begun) < LONGEST:
            begun, first = begun + one[:-1], first or number
            continue
        found.append(Line(begun + one, file, first or number))
        begun, first = "", 0
    if begun:
        found.append(Line(begun, file, first))
    return found


def _end(lines: Sequence[Line], at: int, word: str, line: Line) -> int:
    """Where the block that began before `at` ends."""
    depth = 1
    for k in range(at, len(lines)):
        found = DIRECTIVE.match(lines[k].text)
        if found and found[1] == word:
            depth += 1
        elif found and found[1] == ENDS[word]:
            depth -= 1
            if not depth:
                return k
    fail(line, f"this %{word} has no %{ENDS[word]}")


def _bounded(line: Line, text: str) -> str:
    if len(text) > LONGEST:
        fail(line, f"the line grows beyond {LONGEST} characters")
    return text


def _uncommented(text: str) -> str:
    for match in TOKEN.finditer(text):
        if match["comment"]:
            return text[: match.start()].rstrip()
    return text.rstrip()


def _closing(text: str, at: int) -> int:
    """The parenthesis that closes the one at `at`, or the end."""
    depth = 0
    for k in range(at, len(text)):
        depth += (text[k] == "(") - (text[k] == ")")
        if not depth:
            return k
    return len(text)


def _split(text: str) -> list[str]:
    """Arguments: at the commas that are not in strings or parentheses."""
    parts, depth, begun = [""], 0, 0
    for match in re.finditer(rf"{STRING}|[(),{{}}]", text):
        if match[0] in ("(", "{"):
            depth += 1
        elif match[0] in (")", "}"):
            depth -= 1
        elif match[0] == "," and not depth:
            parts[-1] = text[begun : match.start()]
            parts.append("")
            begun = match.end()
    parts[-1] = text[begun:]
    return [part.strip() for part in parts]


def _replaced(body: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return values.get(match[0], match[0])

    return TOKEN.sub(value, body)
