"""Batch files."""

from __future__ import annotations

from collections.abc import Mapping

from vm86.dos import names

_END_OF_FILE = "\x1a"
_MOST_EXPANDED = 1024  # characters of a line whose variables have been put in


class Batch:
    """A batch file that is being carried out. arguments: of which the first, %0, is its name."""

    def __init__(self, data: bytes, arguments: list[str]) -> None:
        text = data.decode(names.CODE_PAGE).partition(_END_OF_FILE)[0]
        self._lines = text.replace("\r", "").split("\n")
        self._next = 0  # the number of its next line
        self.arguments = arguments

    def line(self, variables: Mapping[str, str]) -> str | None:
        """The next line, with its variables put in; None at the end."""
        if self._next >= len(self._lines):
            return None
        self._next += 1
        return expand(self._lines[self._next - 1].strip(), self.arguments, variables)

    def goto(self, label: str) -> bool:
        """Go on behind the label, of which eight characters count; whether there is one."""
        for number, line in enumerate(self._lines, 1):
            colon, words = line.lstrip()[:1], line.lstrip()[1:].split()
            if colon == ":" and words and words[0].upper()[:8] == label.upper()[:8]:
                self._next = number
                return True
        return False


def arguments(text: str) -> list[str]:
    """The words after a batch file's name."""
    return text.replace(",", " ").replace(";", " ").replace("=", " ").split()


def expand(line: str, arguments: list[str], variables: Mapping[str, str]) -> str:
    """%1 and %NAME% become what they mean, %% one percent sign, one that is alone nothing."""
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
                text += variables.get(names.upper(name), "")
                line = rest
    return text[:_MOST_EXPANDED]
