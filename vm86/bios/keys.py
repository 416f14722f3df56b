"""The enhanced keyboard of the US: its keys, their scan codes of set 1, and what INT 16h gives."""

from __future__ import annotations

from typing import NamedTuple

from vm86.bios.cp437 import CODES

NOTHING = -1
EXTENDED = 0xE0  # before the scan code of a key that the older keyboards lack
RELEASED = 0x80

SHIFT, CONTROL, ALT = 0x2A, 0x1D, 0x38
MODIFIERS = {"shift": SHIFT, "ctrl": CONTROL, "alt": ALT}

NUM_LOCK, SCROLL_LOCK, CAPS_LOCK, INSERT, DELETE = 0x45, 0x46, 0x3A, 0x52, 0x53
PRINT_SCREEN = 0x37  # extended; else the keypad's asterisk


class Key(NamedTuple):
    """plain, shift, control, alt: words for the buffer, scan code above character, or NOTHING."""

    scan: int
    plain: int
    shift: int
    control: int
    alt: int


def _letters() -> list[Key]:
    rows = ((0x10, "qwertyuiop"), (0x1E, "asdfghjkl"), (0x2C, "zxcvbnm"))
    return [
        Key(
            *(scan, scan << 8 | ord(char), scan << 8 | ord(char.upper())),
            *(scan << 8 | ord(char) & 0x1F, scan << 8),
        )
        for first, chars in rows
        for scan, char in enumerate(chars, first)
    ]


# Scan code, the two characters, with Ctrl, with Alt.
CHARACTERS = (
    (0x02, "1!", NOTHING, 0x7800),
    (0x03, "2@", 0x0300, 0x7900),
    (0x04, "3#", NOTHING, 0x7A00),
    (0x05, "4$", NOTHING, 0x7B00),
    (0x06, "5%", NOTHING, 0x7C00),
    (0x07, "6^", 0x071E, 0x7D00),
    (0x08, "7&", NOTHING, 0x7E00),
    (0x09, "8*", NOTHING, 0x7F00),
    (0x0A, "9(", NOTHING, 0x8000),
    (0x0B, "0)", NOTHING, 0x8100),
    (0x0C, "-_", 0x0C1F, 0x8200),
    (0x0D, "=+", NOTHING, 0x8300),
    (0x1A, "[{", 0x1A1B, 0x1A00),
    (0x1B, "]}", 0x1B1D, 0x1B00),
    (0x27, ";:", NOTHING, 0x2700),
    (0x28, "'\"", NOTHING, 0x2800),
    (0x29, "`~", NOTHING, 0x2900),
    (0x2B, "\\|", 0x2B1C, 0x2B00),
    (0x33, ",<", NOTHING, 0x3300),
    (0x34, ".>", NOTHING, 0x3400),
    (0x35, "/?", NOTHING, 0x3500),
    (0x39, "  ", 0x3920, 0x3920),
)
OTHERS = (
    Key(0x01, 0x011B, 0x011B, 0x011B, 0x0100),  # Esc
    Key(0x0E, 0x0E08, 0x0E08, 0x0E7F, 0x0E00),  # Backspace
    Key(0x0F, 0x0F09, 0x0F00, 0x9400, 0xA500),  # Tab
    Key(0x1C, 0x1C0D, 0x1C0D, 0x1C0A, 0x1C00),  # Enter
    Key(0x37, 0x372A, 0x372A, 0x9600, 0x3700),  # the keypad's
    Key(0x4A, 0x4A2D, 0x4A2D, 0x8E00, 0x4A00),
    Key(0x4E, 0x4E2B, 0x4E2B, 0x9000, 0x4E00),
    Key(0x57, 0x8500, 0x8700, 0x8900, 0x8B00),  # F11, F12
    Key(0x58, 0x8600, 0x8800, 0x8A00, 0x8C00),
    *(
        Key(0x3B + k, 0x3B + k << 8, 0x54 + k << 8, 0x5E + k << 8, 0x68 + k << 8)
        for k in range(10)  # F1 to F10
    ),
)
# The keypad's keys with a digit, which is what Shift or Num Lock gives; an Alt number is typed
# here.
KEYPAD = (
    Key(0x47, 0x4700, 0x4737, 0x7700, NOTHING),
    Key(0x48, 0x4800, 0x4838, 0x8D00, NOTHING),
    Key(0x49, 0x4900, 0x4939, 0x8400, NOTHING),
    Key(0x4B, 0x4B00, 0x4B34, 0x7300, NOTHING),
    Key(0x4C, 0x4C00, 0x4C35, 0x8F00, NOTHING),
    Key(0x4D, 0x4D00, 0x4D36, 0x7400, NOTHING),
    Key(0x4F, 0x4F00, 0x4F31, 0x7500, NOTHING),
    Key(0x50, 0x5000, 0x5032, 0x9100, NOTHING),
    Key(0x51, 0x5100, 0x5133, 0x7600, NOTHING),
    Key(0x52, 0x5200, 0x5230, 0x9200, NOTHING),
    Key(0x53, 0x5300, 0x532E, 0x9300, NOTHING),
)
# The keys that only the enhanced keyboard has, of extended scan codes.
GREY = (
    Key(0x1C, 0xE00D, 0xE00D, 0xE00A, 0xA600),
    Key(0x35, 0xE02F, 0xE02F, 0x9500, 0xA400),
    *(
        Key(key.scan, key.plain | 0xE0, key.plain | 0xE0, key.control | 0xE0, key.plain + 0x5000)
        for key in KEYPAD
        if key.scan != 0x4C
    ),
)

LETTERS = {key.scan: key for key in _letters()}
KEYS = {key.scan: key for key in (*LETTERS.values(), *OTHERS)} | {
    scan: Key(scan, scan << 8 | ord(chars[0]), scan << 8 | ord(chars[1]), control, alt)
    for scan, chars, control, alt in CHARACTERS
}
DIGITS = {key.scan: key for key in KEYPAD}
EXTENDED_KEYS = {key.scan: key for key in GREY}

# Keys by the names a host has for them: the codes that pressing one sends.
NAMED = {
    "escape": b"\x01",
    "backspace": b"\x0e",
    "tab": b"\x0f",
    "enter": b"\x1c",
    "space": b"\x39",
    "home": b"\xe0\x47",
    "up": b"\xe0\x48",
    "pageup": b"\xe0\x49",
    "left": b"\xe0\x4b",
    "right": b"\xe0\x4d",
    "end": b"\xe0\x4f",
    "down": b"\xe0\x50",
    "pagedown": b"\xe0\x51",
    "insert": b"\xe0\x52",
    "delete": b"\xe0\x53",
    "printscreen": b"\xe0\x37",
    "break": b"\xe0\x46",
    "capslock": bytes([CAPS_LOCK]),
    "numlock": bytes([NUM_LOCK]),
    "scrolllock": bytes([SCROLL_LOCK]),
    **{f"f{k}": bytes([0x3A + k]) for k in range(1, 11)},
    "f11": b"\x57",
    "f12": b"\x58",
}
# Characters by the scan code and whether Shift is held; and the control characters with a key.
TYPED = {
    chr(word & 0xFF): (scan, shifted)
    for scan, key in KEYS.items()
    for shifted, word in ((True, key.shift), (False, key.plain))
    if 0x20 <= word & 0xFF < 0x7F and scan not in (0x37, 0x4A, 0x4E)
}
CONTROLS = {
    "\r": "enter",
    "\n": "enter",
    "\t": "tab",
    "\x08": "backspace",
    "\x7f": "backspace",
    "\x1b": "escape",
}
KEYPAD_DIGITS = (0x52, 0x4F, 0x50, 0x51, 0x4B, 0x4C, 0x4D, 0x47, 0x48, 0x49)  # 0 to 9


def scan_codes(key: str) -> bytes:
    """What port 60h gives when a key is pressed and released; see `strokes`."""
    return b"".join(strokes(key))


def strokes(key: str) -> tuple[bytes, bytes]:
    """What port 60h gives when a key is pressed, and when it is released; nothing for what no key
    gives.

    key: a character, or a name of NAMED, or either after "shift-", "ctrl-", "alt-" in any number. A
    character of code page 437 that has no key is typed as its number while Alt is held.
    """
    *held, last = key.split("-") if len(key) > 1 and not key.endswith("-") else _minus(key)
    if any(name not in MODIFIERS for name in held):
        return b"", b""
    modifiers = [MODIFIERS[name] for name in held]
    if len(last) == 1 and last not in CONTROLS:
        if "\x01" <= last <= "\x1a":  # Ctrl and a letter
            modifiers.append(CONTROL)
            last = chr(ord(last) + 0x60)
        if last not in TYPED:
            return _by_number(last), b""
        scan, shifted = TYPED[last]
        if shifted:
            modifiers.append(SHIFT)
        pressed = bytes([scan])
    else:
        pressed = NAMED.get(CONTROLS.get(last, last), b"")
        if last == "break":
            modifiers.append(CONTROL)
    if not pressed:
        return b"", b""
    modifiers = list(dict.fromkeys(modifiers))
    return bytes(modifiers) + pressed, _released(pressed) + _up(modifiers)


def _minus(key: str) -> list[str]:
    """The parts of a key of which the last is the minus sign, or that is one character."""
    return [*key[:-2].split("-"), "-"] if len(key) > 2 else [key]


def _released(pressed: bytes) -> bytes:
    return pressed[:-1] + bytes([pressed[-1] | RELEASED])


def _up(modifiers: list[int]) -> bytes:
    return bytes(scan | RELEASED for scan in reversed(modifiers))


def _by_number(char: str) -> bytes:
    """A character's number on the keypad while Alt is held."""
    code = CODES.get(char)
    if not code:
        return b""
    digits = bytes(KEYPAD_DIGITS[int(digit)] for digit in str(code))
    typed = b"".join(bytes((scan, scan | RELEASED)) for scan in digits)
    return bytes([ALT]) + typed + _up([ALT])
