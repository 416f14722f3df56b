"""A story in the terminal: its screen drawn, its lines and keys read, its saved games kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from zmachine.cells import PLAIN, REVERSE, Style, cells_of
from zmachine.editor import MOST_LINES, Editor
from zmachine.saves import Saves
from zmachine.screen import Screen
from zmachine.services import NOTICES
from zmachine.story import Story
from zmachine.vocabulary import Completion
from zoo.console import CLOSED, Console
from zoo.host import Event, Host

RETURN = 13
ENTER = ("c-m", "c-j")
WHEEL_ROWS = 3
MORE = "[MORE]"
# Keys in ZSCII (3.8): delete, return, escape, and the cursor and function keys (10.7).
ZSCII_KEYS = {
    "c-h": 8,
    "delete": 8,
    "c-m": 13,
    "c-j": 13,
    "escape": 27,
    "up": 129,
    "down": 130,
    "left": 131,
    "right": 132,
} | {f"f{k}": 132 + k for k in range(1, 13)}


class Terminal(Host):
    """Plays one story on a console.

    resized: told the new columns and rows. commands: the names of commands that are no story's
    own, for completion.
    """

    def __init__(
        self,
        console: Console[Style],
        story: Story,
        saves: Saves,
        *,
        seed: int,
        resized: Callable[[int, int], None],
        commands: Sequence[str] = (),
    ) -> None:
        self._console = console
        self._saves = saves
        self._seed = seed
        self._resized = resized
        self._commands = commands
        self._words = Completion(story)
        self._codes = {chr(point): code for code, point in story.unicode.items()}
        self._codes |= {chr(code): code for code in range(32, 127)}
        self._history = History(saves.folder / "history")
        self._unfinished: Editor | None = None  # of a line whose time was over
        self.screen = Screen(story.version, *console.size)

    # Showing

    def show(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case ("erase_window", window) if window != 1:
                    self._page()
                case ("text", str(text)):
                    self._words.see(text)
                case ("sound", 1 | 2, *_):
                    self._console.bell()
                case ("warning", notice, pc):
                    event = ("problem", f"warning: {NOTICES[notice]} (before {pc:#x})")
                case _:
                    pass
            self.screen.feed([event])
        self._page()
        self._draw()

    def _draw(self, editor: Editor | None = None) -> None:
        screen = self.screen
        frame = screen.frame(editor.text, editor.cursor) if editor else screen.frame()
        self._console.draw(frame.rows, None if screen.hidden else frame.cursor)

    def _draw_more(self) -> None:
        screen = self.screen
        frame = screen.frame()
        more = cells_of(MORE.ljust(screen.width), PLAIN)
        more[: len(MORE)] = cells_of(MORE, PLAIN._replace(bits=REVERSE))
        rows = [*frame.rows[:-1], more[: screen.width]]
        self._console.draw(rows, (len(rows) - 1, min(len(MORE), screen.width - 1)))

    def _page(self) -> None:
        """Wait after every screenful, as long as the person has not typed ahead."""
        screen = self.screen
        while (floor := screen.overflow) and not self._console.pending:
            screen.hidden = floor
            key = self._key(self._draw_more, None, floor)
            if key == CLOSED:
                break
            screen.lower.see_rows(screen.width, max(screen.room - 2, 1))
        screen.hidden = 0

    def _key(self, draw: Callable[[], None], end: float | None, floor: int = 0) -> str | None:
        """A key that is not about the view of the text; None when the time `end` has come."""
        screen = self.screen
        while True:
            draw()
            left = None if end is None else max(end - time.monotonic(), 0)
            match self._console.key(left):
                case "resize":
                    width, height = self._console.size
                    screen.resize(width, height)
                    self._resized(width, height)
                    self._console.forget()
                    screen.hidden = floor = screen.overflow if floor else 0
                case "c-l":
                    self._console.forget()
                case "pageup" | "wheel-up" as key:
                    screen.scroll(screen.room - 1 if key == "pageup" else WHEEL_ROWS)
                case "pagedown" | "wheel-down" as key if screen.hidden > floor:
                    back = screen.room - 1 if key == "pagedown" else WHEEL_ROWS
                    screen.scroll(max(-back, floor - screen.hidden))
                case "wheel-down":
                    pass
                case None:
                    return None
                case key:
                    screen.hidden = floor
                    return key

    # Asking

    def on_seed(self) -> int:
        return self._seed

    def on_line(
        self,
        longest: int,
        present: str,
        tenths: int = 0,
        terminators: Sequence[int] = (),
        question: bool = False,
    ) -> list[Any] | None:
        """question: the zoo asks, and not the story."""
        editor, self._unfinished = self._unfinished, None
        if editor is None or editor.text != present:
            self.screen.take(present)
            lines = [] if question else self._history.lines
            editor = Editor(lines, self._complete, longest, present)
        end = time.monotonic() + tenths / 10 if tenths else None
        while True:
            key = self._key(lambda: self._draw(editor), end)
            if key is None:
                self._unfinished = editor
                return [editor.text, 0]
            if key == CLOSED or (key == "c-d" and not editor.text):
                return None
            if key in ENTER or ZSCII_KEYS.get(key) in terminators:
                break
            if len(key) == 1 and key in self._codes:
                editor.insert(key)
            elif not editor.press("delete" if key == "c-d" else key) and len(key) == 1:
                self._console.bell()
        terminator = ZSCII_KEYS[key]
        self.screen.echo(editor.text, ended=terminator == RETURN)
        self.screen.see()
        if not question:
            self._history.add(editor.text)
        self._draw()
        return [editor.text, terminator]

    def on_key(self, tenths: int = 0) -> int | None:
        self._unfinished = None
        end = time.monotonic() + tenths / 10 if tenths else None
        while True:
            key = self._key(self._draw, end)
            if key is None:
                return 0
            if key in (CLOSED, "c-d"):
                return None
            code = ZSCII_KEYS.get(key) or self._codes.get(key)
            if code:
                self.screen.see()
                return code

    def wait(self, text: str) -> None:
        """Show a last text until a key is pressed."""
        self.screen.feed([("window", 0), ("style", 0)])
        start = "\n" if self.screen.lower.last else ""
        self.show([("text", f"{start}[{text}; press any key to leave]")])
        self._key(self._draw, None)

    def _complete(self, text: str) -> list[str]:
        name, space, argument = text.partition(" ")
        if not name.startswith("/"):
            return self._words(text)
        if not space:
            return [command + " " for command in self._commands if command.startswith(name)]
        files = self._saves.folder.glob("*.zoo") if name in ("/save", "/restore") else ()
        names = [f.stem for f in files] + (self._saves.names() if name == "/restore" else [])
        return [f"{name} {file}" for file in sorted(set(names)) if file.startswith(argument)]

    # Files

    def on_save(self, data: bytes) -> bool:
        name = self._ask("Save as", self._saves.default)
        if name is None:
            return False
        if self._saves.exists(name):
            answer = self._ask("There is such a file. Replace it?", "no")
            if not (answer or "").lower().startswith("y"):
                return False
        kept = self._saves.write(name, data)
        if not kept:
            self.show([("problem", f"{self._saves.path(name)} could not be written")])
        return kept

    def on_restore(self) -> bytes | None:
        names = self._saves.names()
        if names:
            self.show([("note", "Saved games: " + ", ".join(names))])
        name = self._ask("Restore", names[0] if names else self._saves.default)
        if name is None:
            return None
        data = self._saves.read(name)
        if data is None:
            self.show([("problem", f"there is no saved game {name!r}")])
        return data

    def _ask(self, question: str, default: str) -> str | None:
        """A line for the zoo; None if the person would rather not."""
        window, self.screen.window = self.screen.window, 0
        self.show([("text", f"{question} [{default}]: ")])
        answer = self.on_line(255, "", question=True)
        self.screen.window = window
        return None if answer is None else answer[0].strip() or default

    def on_save_table(self, data: bytes, name: str) -> bool:
        return self._saves.write_table(name, data)

    def on_restore_table(self, name: str) -> bytes | None:
        return self._saves.read_table(name)


class History:
    """The lines typed in a story, in this run and before, in a file of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        self.lines = [line for line in lines[-MOST_LINES:] if line.isprintable()]

    def add(self, line: str) -> None:
        line = re.sub(r"\s+", " ", line).strip()
        if not line or self.lines[-1:] == [line]:
            return
        self.lines.append(line)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError:
            pass  # it is a convenience
