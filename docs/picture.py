"""Draw docs/museum.svg, the picture in the README: a session of the project's own story.

python docs/picture.py
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from zmachine.machine import MACHINE
from zmachine.services import Services
from zmachine.story import Options, load
from zoo.host import Event, Host
from zoo.session import Session

HERE = Path(__file__).parent
COMMANDS = ("unlock door with staff key", "north", "ask trapp about tea")
WIDTH = 84
STYLES = {1: "reverse", 2: "bold", 4: "italic"}  # the bits of a ("style", bits) event
BLACK, RED, GREEN, YELLOW = (24, 26, 31), (224, 108, 117), (152, 195, 121), (229, 192, 123)
BLUE, MAGENTA, CYAN, WHITE = (97, 175, 239), (198, 120, 221), (86, 182, 194), (214, 217, 224)
THEME = TerminalTheme(BLACK, WHITE, [BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE])


class Camera(Host):
    """Answers with the commands, and keeps what is shown: the lower window and the status line."""

    def __init__(self) -> None:
        self.text = Text()
        self.status: dict[int, str] = {}
        self._commands = iter(COMMANDS)
        self._style = ""
        self._window = 0
        self._column = 1

    def on_line(self, **_: Any) -> list[Any] | None:
        command = next(self._commands, None)
        if command is None:
            return None
        self.text.append(command + "\n", style="bold green")
        return [command, 13]

    def show(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case ("text", text) if self._window:
                    for character in text:
                        self.status[self._column] = character
                        self._column += 1
                case ("text", text):
                    self.text.append(text, style=self._style)
                case ("style", bits):
                    self._style = " ".join(name for bit, name in STYLES.items() if bits & bit)
                case ("window", window):
                    self._window, self._column = window, 1
                case ("cursor", _, column):
                    self._column = column
                case _:
                    pass


def main() -> None:
    guest = load((HERE.parent / "stories" / "museum.z5").read_bytes(), Options(seed=1, width=WIDTH))
    camera = Camera()
    Session(MACHINE, guest, Services(guest, camera), "interp").run()
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    status = "".join(camera.status.get(column, " ") for column in range(1, WIDTH + 1))
    console.print(Text(status, style="reverse"))
    text = camera.text
    text.rstrip()
    lines = text.split("\n")
    while not lines[0].plain.strip():
        lines.pop(0)
    for line in lines:
        console.print(line)
    picture = console.export_svg(title="zoo play stories/museum.z5", theme=THEME, unique_id="zoo")
    (HERE / "museum.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
