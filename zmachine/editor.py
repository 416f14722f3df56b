"""Editing one line: what keys do to a text, with a history of lines and completion."""

from __future__ import annotations

from collections.abc import Callable, Sequence

MOST_LINES = 1000


class Editor:
    """A line being typed, at most `longest` characters of it, and the cursor in it.

    complete: what a text may be completed to, each a whole text.
    """

    def __init__(
        self,
        history: list[str],
        complete: Callable[[str], Sequence[str]],
        longest: int = 255,
        text: str = "",
    ) -> None:
        self._lines = [*history, text]
        self._at = len(history)
        self._complete = complete
        self._longest = longest
        self._choices: list[str] = []
        self._choice = 0
        self.text = text[:longest]
        self.cursor = len(self.text)

    def insert(self, text: str) -> None:
        text = text[: self._longest - len(self.text)]
        self._set(
            self.text[: self.cursor] + text + self.text[self.cursor :], self.cursor + len(text)
        )

    def press(self, key: str) -> bool:
        """Do what a key says, by its name in prompt_toolkit; False if it says nothing here."""
        action = ACTIONS.get(key)
        if action is None:
            return False
        if key not in ("c-i", "s-tab"):
            self._choices = []
        action(self)
        return True

    def _set(self, text: str, cursor: int) -> None:
        self.text = text
        self.cursor = max(0, min(cursor, len(text)))
        self._choices = []

    def left(self) -> None:
        self.cursor = max(self.cursor - 1, 0)

    def right(self) -> None:
        self.cursor = min(self.cursor + 1, len(self.text))

    def home(self) -> None:
        self.cursor = 0

    def end(self) -> None:
        self.cursor = len(self.text)

    def word_left(self) -> None:
        before = self.text[: self.cursor].rstrip()
        self.cursor = before.rfind(" ") + 1

    def word_right(self) -> None:
        after = self.text[self.cursor :]
        words = after.lstrip()
        end = words.find(" ")
        self.cursor += len(after) - len(words) + (end if end >= 0 else len(words))

    def backspace(self) -> None:
        if self.cursor:
            self._set(self.text[: self.cursor - 1] + self.text[self.cursor :], self.cursor - 1)

    def delete(self) -> None:
        self._set(self.text[: self.cursor] + self.text[self.cursor + 1 :], self.cursor)

    def delete_word(self) -> None:
        end = self.cursor
        self.word_left()
        self._set(self.text[: self.cursor] + self.text[end:], self.cursor)

    def delete_before(self) -> None:
        self._set(self.text[self.cursor :], 0)

    def delete_after(self) -> None:
        self._set(self.text[: self.cursor], self.cursor)

    def older(self) -> None:
        self._turn(-1)

    def newer(self) -> None:
        self._turn(1)

    def _turn(self, step: int) -> None:
        """Go to another line; what was typed at this one is kept as long as the editor lives."""
        at = self._at + step
        if 0 <= at < len(self._lines):
            self._lines[self._at] = self.text
            self._at = at
            self._set(self._lines[at][: self._longest], self._longest)

    def complete(self) -> None:
        self._next(1)

    def complete_back(self) -> None:
        self._next(-1)

    def _next(self, step: int) -> None:
        """The next of what the text before the cursor may be completed to, and at last itself."""
        choices, choice = self._choices, self._choice
        if not choices:
            before = self.text[: self.cursor]
            found = [c for c in self._complete(before) if len(c) <= self._longest and c != before]
            if not found:
                return
            choices, choice = [before, *found], 0
        after = self.text[self.cursor :]
        choice = (choice + step) % len(choices)
        new = choices[choice]
        self._set((new + after)[: self._longest], len(new))
        # A single choice is final: the next Tab completes what follows it.
        self._choices, self._choice = (choices if len(choices) > 2 else []), choice


ACTIONS: dict[str, Callable[[Editor], None]] = {
    "left": Editor.left,
    "c-b": Editor.left,
    "right": Editor.right,
    "c-f": Editor.right,
    "home": Editor.home,
    "c-a": Editor.home,
    "end": Editor.end,
    "c-e": Editor.end,
    "c-left": Editor.word_left,
    "c-right": Editor.word_right,
    "c-h": Editor.backspace,
    "delete": Editor.delete,
    "c-w": Editor.delete_word,
    "c-u": Editor.delete_before,
    "c-k": Editor.delete_after,
    "up": Editor.older,
    "c-p": Editor.older,
    "down": Editor.newer,
    "c-n": Editor.newer,
    "c-i": Editor.complete,
    "s-tab": Editor.complete_back,
}
