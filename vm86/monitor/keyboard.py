"""A task's keyboard, as a person uses it: keys typed on it, and what DOS reads from it."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from vm86.bios import data, keyboard
from vm86.bios.keys import strokes
from vm86.devices.keyboard import KeyboardController
from vm86.dos.console import CONTROL_C
from vm86.task import Task, word

HELD = 10  # of a second: how long a key is down, for programs that look which are
MOST_TYPED = 4096  # keys waiting to be typed; the rest are lost

# Keys of a terminal that are others on a PC.
OTHERS = {
    "c-m": "enter",
    "c-i": "tab",
    "c-h": "backspace",
    "c-@": "ctrl-2",
    "c-^": "ctrl-6",
    "c-_": "ctrl--",
}
MODIFIERS = {"a-": "alt-", "c-": "ctrl-", "s-": "shift-"}


class Display(Protocol):
    """A task's screen, as DOS shows characters on it."""

    def teletype(self, data: bytes) -> None: ...

    def clear(self) -> None: ...


class KeyBuffer:
    """The BIOS's buffer, as DOS reads it: a key that is no character gives 0 and then its scan
    code. asked: whether somebody has looked for a key in it."""

    asked = False

    def __init__(self, task: Task) -> None:
        self._task = task
        self._scan = 0  # the second byte of a key

    def key(self) -> int | None:
        self.asked = True
        if self._scan:
            scan, self._scan = self._scan, 0
            return scan
        value = keyboard.next_older(self._task)
        if value is None:
            return None
        keyboard.drop(self._task)
        if value == 0:  # Ctrl-Break
            return CONTROL_C
        if not value & 0xFF:
            self._scan = value >> 8
        return value & 0xFF

    def ready(self) -> bool:
        self.asked = True
        return bool(self._scan) or keyboard.next_older(self._task) is not None

    def peek(self) -> int | None:
        """What `key` gives next."""
        value = keyboard.next_older(self._task)
        if self._scan or value is None:
            return self._scan or None
        return CONTROL_C if value == 0 else value & 0xFF

    def forget(self) -> None:
        self._scan = 0
        keyboard.forget(self._task)


class Keyboard(KeyBuffer):
    """DOS's console on the BIOS: keys from its buffer, output on the screen (vm86.dos.console)."""

    streams = False
    ended = False

    def __init__(self, task: Task, display: Display) -> None:
        super().__init__(task)
        self._display = display

    def send(self, data: bytes) -> None:
        """The host gets nothing but what it shows."""

    def show(self, data: bytes) -> None:
        self._display.teletype(data)

    def clear(self) -> None:
        self._display.clear()

    def at_end(self) -> bool:
        return False


class Typist:
    """Presses keys one after the other, when the program has taken those before.

    A terminal doesn't tell when a key is released: it is held for a while, or until the next.
    """

    def __init__(self, task: Task, controller: KeyboardController) -> None:
        self._task = task
        self._controller = controller
        self._keys: deque[str] = deque(maxlen=MOST_TYPED)
        self._held: tuple[bytes, bytes] = b"", b""  # of the key that is down
        self._until = 0
        self._free = 0  # when it has been up for a while

    def type(self, key: str) -> None:
        """key: see vm86.bios.keys.strokes."""
        if len(self._keys) < MOST_TYPED:
            self._keys.append(key)

    def busy(self, passed: int) -> bool:
        """Whether a key is down, or another was a moment ago."""
        return bool(self._keys) or passed < self._free

    def go_on(self, passed: int, speed: int) -> bool:
        """Press and release what the time has come for, in instructions' worth of it; whether there
        was anything."""
        controller = self._controller
        if controller.queue or self._full():
            return False
        down, up = self._held
        if self._keys:
            key = strokes(self._keys.popleft())
            controller.press(key[0] if key[0] == down else up + key[0])
            self._held = key
            self._until = passed + speed // HELD
            self._free = self._until + speed // HELD
            return True
        if up and passed >= self._until:
            controller.press(up)
            self._held = b"", b""
            return True
        return False

    def _full(self) -> bool:
        """Whether the BIOS's buffer has no room for another key."""
        tail = word(self._task, data.BUFFER_TAIL)
        return keyboard.next_place(self._task, tail) == word(self._task, data.BUFFER_HEAD)


def pc_key(key: str) -> str:
    """A key by the name that vm86.bios.keys has for it. key: see zoo.console.Console."""
    held = ""
    while key not in OTHERS and len(key) > 2 and key[:2] in MODIFIERS:
        held += MODIFIERS[key[:2]]
        key = key[2:]
    if key[:1] == "f" and key[1:].isdecimal() and int(key[1:]) > 12:  # as terminals send Shift-F1
        held, key = held + "shift-", f"f{int(key[1:]) - 12}"
    return held + OTHERS.get(key, key)
