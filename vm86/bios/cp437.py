"""Code page 437, the PC's characters, as Unicode."""

from __future__ import annotations

CONTROLS = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼"  # what 00h to 1Fh look like

CHARACTERS = (
    CONTROLS + bytes(range(0x20, 0x7F)).decode() + "⌂" + bytes(range(128, 256)).decode("cp437")
)

CODES = {char: code for code, char in reversed(list(enumerate(CHARACTERS)))}


def decode(data: bytes) -> str:
    """What the screen shows for each byte."""
    return "".join(CHARACTERS[code] for code in data)
