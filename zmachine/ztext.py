r"""Z-encoded text (section 3) as text in source, and back.

Text in source stands as it is printed. What cannot be said so has an escape: `\n` a new line, `\"`
and `\\`, `\{12}` abbreviation 12, `\{c9}` the ZSCII character 9 in its ten-bit form, `\{z5}` a
single Z-character. `source` writes only what `encode` turns into the same words again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from zmachine.story import A0, A1, A2, A2_VERSION_1, EXTRA_CHARACTERS, Story

ESCAPE = re.compile(r"\\(?:\{([cz]?)(\d{1,4})\}|(.))|(.)", re.DOTALL)
ABBREVIATION = re.compile(r"\\\{(\d+)\}")
PAD = 5
ESCAPE_CODE = 6  # in alphabet 2: a ten-bit code follows (3.4)
NEWLINE = 13


class TextError(ValueError):
    """The text has something that cannot be encoded; says what."""


class Codec:
    """How one story writes text: its version, alphabets and extra characters."""

    def __init__(
        self,
        version: int,
        alphabets: Sequence[bytes] | None = None,
        unicode: dict[int, int] | None = None,
    ) -> None:
        self.version = version
        a2 = A2_VERSION_1 if version == 1 else A2
        self.alphabets = alphabets or (A0.encode(), A1.encode(), a2.encode())
        if unicode is None:
            unicode = {155 + k: ord(c) for k, c in enumerate(EXTRA_CHARACTERS)}
        # The Z-characters that stand for a shift into alphabets 1 and 2 (3.2.2, 3.2.3).
        self.shifts = (2, 3) if version < 3 else (4, 5)
        self._characters = {code: chr(code) for code in range(32, 127)}
        self._characters[NEWLINE] = "\n"
        self._characters.update((code, chr(point)) for code, point in unicode.items())
        self._codes: dict[str, int] = {}
        for code, character in self._characters.items():
            self._codes.setdefault(character, code)
        self._encoded = dict(self._ways())
        self._decoded = {way: self._shown(c) for c, way in self._encoded.items()}

    @classmethod
    def of(cls, story: Story) -> Codec:
        return cls(story.version, story.alphabets, story.unicode)

    def _ways(self) -> Iterator[tuple[str, bytes]]:
        """Each character with its shortest Z-characters."""
        found: set[str] = {" "}
        yield " ", b"\0"
        if self.version == 1:
            found.add("\n")
            yield "\n", b"\1"
        for k, alphabet in enumerate(self.alphabets):
            for z, code in enumerate(alphabet, 6):
                character = self._characters.get(code)
                if character is None or character in found or (k == 2 and z == ESCAPE_CODE):
                    continue
                found.add(character)
                yield character, bytes([z]) if k == 0 else bytes([self.shifts[k - 1], z])
        for character, code in self._codes.items():
            if character not in found:
                yield character, self._ten_bits(code)

    def _ten_bits(self, code: int) -> bytes:
        return bytes([self.shifts[1], ESCAPE_CODE, code >> 5, code & 31])

    def _shown(self, character: str) -> str:
        if character == "\n":
            return "\\n"
        if character in '"\\':
            return "\\" + character
        if character.isprintable():
            return character
        return "\\{c%d}" % self._codes[character]  # an escape is spelled `\{...}` # noqa: UP031

    def encode(self, source: str) -> bytes:
        """The words of the text between a string's quotation marks; raises TextError."""
        encoded = self._encoded
        z = bytearray()
        for kind, number, escaped, plain in ESCAPE.findall(source):
            character = "\n" if escaped == "n" else escaped or plain
            if not character:
                z += self._numbered(kind, int(number))
            elif character in encoded:
                z += encoded[character]
            else:
                raise TextError(
                    f"{character!r} is no character of this story; .unicode can add it to them"
                )
        z += bytes([PAD]) * (-len(z) % 3 or (0 if z else 3))
        words = bytearray()
        for k in range(0, len(z), 3):
            words += (z[k] << 10 | z[k + 1] << 5 | z[k + 2]).to_bytes(2, "big")
        words[-2] |= 0x80
        return bytes(words)

    def _numbered(self, kind: str, number: int) -> bytes:
        if kind == "c" and number < 1024:
            return self._ten_bits(number)
        if kind == "z" and number < 32:
            return bytes([number])
        if not kind and number < (0, 0, 32, 96, 96, 96, 96, 96, 96)[self.version]:
            return bytes([1 + number // 32, number % 32])
        raise TextError(
            f"the escape \\{{{kind}{number}}} is out of range: abbreviations go to 95 "
            "(31 in version 2), \\{c...} to 1023 and \\{z...} to 31"
        )

    def source(self, words: bytes) -> str | None:
        """The text of whole words, the last one marked; None where this can't be written."""
        pairs = zip(words[::2], words[1::2], strict=True)
        z = bytes(c for a, b in pairs for c in (a >> 2 & 31, (a << 3 | b >> 5) & 31, b & 31))
        end = len(z)
        if self.version < 3 and any(c in (4, 5) for c in z.rstrip(b"\5")):
            return None  # a locked alphabet would have to be followed
        decoded, (first, second) = self._decoded, self.shifts
        parts: list[str] = []
        k = 0
        while k < end:
            c = z[k]
            size = 2 if c in (first, second) else 1
            if c == second and z[k + 1 : k + 2] == b"\6":
                size = 4
            shown = decoded.get(z[k : k + size])
            if shown is not None:
                parts.append(shown)
            elif size == 4 and k + 4 <= end:
                parts.append(f"\\{{c{z[k + 2] << 5 | z[k + 3]}}}")
            elif 1 <= c <= (0, 0, 1, 3, 3, 3, 3, 3, 3)[self.version] and k + 1 < end:
                parts.append(f"\\{{{32 * (c - 1) + z[k + 1]}}}")
                size = 2
            elif c == PAD and z.count(PAD, k) == end - k and (end - k < 3 or end == 3):
                break
            else:
                parts.append(f"\\{{z{c}}}")
                size = 1
            k += size
        text = "".join(parts)
        # Two ways to the same character are the usual reason for a difference.
        return text if self.encode(text) == words else None


def read_words(data: bytes, address: int) -> bytes | None:
    """The words of the text at an address, None if the data end before it."""
    end = address
    size = len(data) - 1
    while end < size:
        end += 2
        if data[end - 2] & 0x80:
            return data[address:end]
    return None


def expanded(source: str, abbreviations: Sequence[str]) -> str:
    """The source of a text with its abbreviations written out, for people to read."""
    return ABBREVIATION.sub(lambda match: abbreviations[int(match[1])], source)


def abbreviations(story: Story, codec: Codec) -> list[str]:
    """The source of every abbreviation (3.3), "" where there is none."""
    found: list[str] = []
    for k in range(96):
        address = 2 * story.word(story.abbreviations + 2 * k) if story.abbreviations else 0
        words = read_words(story.data, address) if address else None
        found.append((words and codec.source(words)) or "")
    return found
