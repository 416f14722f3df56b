"""Story files: their header (section 11), and a guest made of one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from zmachine import blorb
from zmachine import registers as r
from zmachine.dispatch import entries
from zmachine.numbers import BITS48, FROTZ, OWN
from zmachine.printing import printable
from zmachine.reading import begin_program
from zmachine.state import (
    ALPHABET,
    ENCODING,
    IMAGE,
    LAYOUT,
    LOWER_CASE,
    SIZE,
    UNICODE_OF,
    State,
)
from zoo.layout import Guest
from zoo.machine import ImageError
from zoo.registers import PC

VERSIONS = (1, 2, 3, 4, 5, 7, 8)
PROFILES = ("zoo", "frotz")
GENERATORS = {"zoo": OWN, "frotz": FROTZ}
STRICTNESS = {"ignore": r.IGNORE, "once": r.ONCE, "report": r.REPORT, "fatal": r.FATAL}

# The default alphabets (3.5.3), from Z-character 6; version 1 has no new line in its last (3.5.4).
# The escape, A2's first, is never printed.
A0 = "abcdefghijklmnopqrstuvwxyz"
A1 = A0.upper()
A2 = " \r0123456789.,!?_#'\"/\\-:()"
A2_VERSION_1 = " 0123456789.,!?_#'\"/\\<-:()"
# ZSCII 155 to 223 (3.8.5.3)
EXTRA_CHARACTERS = "äöüÄÖÜß»«ëïÿËÏáéíóúýÁÉÍÓÚÝàèìòùÀÈÌÒÙâêîôûÂÊÎÔÛåÅøØãñõÃÑÕæÆçÇþðÞÐ£œŒ¡¿"

# What to do about a file that is no story, or not a whole one.
GIVE_A_STORY = "; story files are called .z1 to .z8 or .zblorb as a rule"
ANOTHER_COPY = "; try another copy of it"


@dataclass(frozen=True)
class Options:
    """How a story is run. seed: 0 to 2**48-1. width, height: of the screen, in characters."""

    profile: str = "zoo"
    rng: str = "zoo"
    seed: int = 0
    strict: str = "once"
    undo: int = 100
    width: int = 80
    height: int = 24
    colours: bool = True


class Story:
    """The bytes of a story file, and what its header says.

    Raises ImageError when they are not those of a story that can be run.
    """

    def __init__(self, data: bytes, name: str = "the file") -> None:
        if blorb.is_blorb(data):
            try:
                data = blorb.story(data)
            except blorb.BlorbError as error:
                raise ImageError(f"{name}: {error}{ANOTHER_COPY}") from error
        if len(data) < 64:
            raise ImageError(
                f"{name} is not a story file: it has {len(data)} bytes, a header 64{GIVE_A_STORY}"
            )
        self.data = data
        self.version = data[0]
        if self.version == 6:
            raise ImageError(
                f"{name} is a version 6 story: graphical stories are not supported; "
                "if there is a version 5 or 8 of it, play that"
            )
        if self.version not in VERSIONS:
            raise ImageError(
                f"{name} is not a story file: its first byte, the version, is {self.version}"
                f"{GIVE_A_STORY}"
            )
        if len(data) > SIZE:
            raise ImageError(
                f"{name} is too long for a story: {len(data)} bytes, at most {SIZE}{GIVE_A_STORY}"
            )
        if not 64 <= self.static <= len(data):
            raise ImageError(
                f"{name} is damaged: static memory begins at {self.static:#x}, "
                f"and the file has {len(data):#x} bytes{ANOTHER_COPY}"
            )
        if not 0 < self.start < len(data):
            raise ImageError(
                f"{name} is damaged: it starts at {self.start:#x}, outside the file{ANOTHER_COPY}"
            )

    def word(self, address: int) -> int:
        return int.from_bytes(self.data[address : address + 2], "big")

    @property
    def start(self) -> int:
        return self.word(0x06)

    @property
    def dictionary(self) -> int:
        return self.word(0x08)

    @property
    def objects(self) -> int:
        return self.word(0x0A)

    @property
    def globals(self) -> int:
        return self.word(0x0C)

    @property
    def static(self) -> int:
        return self.word(0x0E)

    @property
    def release(self) -> int:
        return self.word(0x02)

    @property
    def serial(self) -> bytes:
        return self.data[0x12:0x18]

    @property
    def checksum(self) -> int:
        """As the header gives it."""
        return self.word(0x1C)

    @cached_property
    def length(self) -> int:
        """In bytes: the header's, or the file's where the header is silent (11.1.6)."""
        scale = 2 if self.version < 4 else 4 if self.version < 6 else 8
        given = self.word(0x1A) * scale
        return given if 64 <= given <= len(self.data) else len(self.data)

    @cached_property
    def sum(self) -> int:
        """The checksum of the bytes (15, verify)."""
        return sum(self.data[64 : self.length]) & 0xFFFF

    @property
    def abbreviations(self) -> int:
        return self.word(0x18) if self.version > 1 else 0

    def extension(self, number: int) -> int:
        """Word `number` of the header extension, 0 where it has none (11.1.7)."""
        table = self.word(0x36) if self.version > 4 else 0
        if not table or number > self.word(table):
            return 0
        return self.word(table + 2 * number)

    @cached_property
    def hash(self) -> bytes:
        return hashlib.sha256(self.data).digest()

    @cached_property
    def unicode(self) -> dict[int, int]:
        """The code point of each ZSCII character above 154 (3.8.5)."""
        table = self.extension(3)
        if table:
            count = min(self.data[table] if table < len(self.data) else 0, 97)
            points = [self.word(table + 1 + 2 * k) for k in range(count)]
            # Control characters and surrogates are no characters to print.
            points = [p if printable(p) else 0 for p in points]
        else:
            points = [ord(c) for c in EXTRA_CHARACTERS]
        return {155 + k: point for k, point in enumerate(points)}

    @cached_property
    def alphabets(self) -> tuple[bytes, bytes, bytes]:
        """The three alphabets in ZSCII, from Z-character 6."""
        table = self.word(0x34) if self.version > 4 else 0
        if table:
            whole = self.data[table : table + 78].ljust(78, b"?")
            # The escape and the new line of A2 stay what they are (3.5.5.1).
            return whole[:26], whole[26:52], b" \r" + whole[54:78]
        last = A2_VERSION_1 if self.version == 1 else A2
        return A0.encode(), A1.encode(), last.encode()


def load(data: bytes, options: Options | None = None, name: str = "the file") -> Guest:
    """A guest of a story file's bytes (or a Blorb's), ready to run; raises ImageError."""
    options = options or Options()
    story = Story(data, name)
    guest = Guest(LAYOUT, "zmachine", story.hash)
    m = cast(State, guest.state)
    m.mem[: len(story.data)] = story.data
    m.r[r.VERSION] = story.version
    m.r[r.STATIC] = m.r[r.OPEN] = story.static
    m.r[r.LENGTH] = len(story.data)
    m.r[r.GLOBALS] = story.globals
    m.r[r.OBJECTS] = story.objects
    m.r[r.DICTIONARY] = story.dictionary
    m.r[r.ABBREVIATIONS] = story.abbreviations
    m.r[r.PACK] = 1 if story.version < 4 else 3 if story.version == 8 else 2
    if story.version == 7:
        m.r[r.ROUTINES] = 8 * story.word(0x28)
        m.r[r.STRINGS] = 8 * story.word(0x2A)
    m.r[r.START] = story.start
    m.r[r.VERIFIED] = int(story.sum == story.checksum)
    m.r[r.GENERATOR] = GENERATORS[options.rng]
    m.r[r.SEED] = options.seed & BITS48
    m.r[r.STRICT] = STRICTNESS[options.strict]
    m.r[r.UNDO_LIMIT] = options.undo
    m.r[r.FONT] = 1
    m.r[r.FONTS] = 0b00010 if options.profile == "frotz" else 0b10010
    write_header(m, options)
    m.image[: min(IMAGE, len(story.data))] = m.mem[: min(IMAGE, len(story.data))]
    _fill(m.ops, 0, entries(story.version))
    _fill_zscii(m, story)
    m.r[PC] = begin_program(m)
    return guest


def _fill(arena: object, at: int, values: Sequence[int]) -> None:
    view = cast("list[int]", arena)
    for k, value in enumerate(values):
        view[at + k] = value


def _fill_zscii(m: State, story: Story) -> None:
    for code in (*range(32, 127), 13):
        m.zscii[UNICODE_OF + code] = code if code != 13 else 10
    for code, point in story.unicode.items():
        m.zscii[UNICODE_OF + code] = point
    codes = {m.zscii[UNICODE_OF + code]: code for code in range(255, 31, -1)}
    for code in range(256):
        lower = chr(m.zscii[UNICODE_OF + code]).lower()
        found = codes.get(ord(lower)) if len(lower) == 1 else None
        m.zscii[LOWER_CASE + code] = found if found and code >= 32 else code
    for alphabet in (2, 1, 0):  # of a character in several alphabets the first counts
        for k, code in enumerate(story.alphabets[alphabet]):
            m.zscii[ALPHABET + 32 * alphabet + 6 + k] = code
            if alphabet < 2 or k > 0:
                m.zscii[ENCODING + code] = 32 * alphabet + 6 + k


def write_header(m: State, options: Options) -> None:
    """Set what the header says of the interpreter (11.1): the zoo, or dfrotz 2.54."""
    h = m.mem
    version = h[0]
    m.r[r.WIDTH] = options.width
    m.r[r.HEIGHT] = options.height
    frotz = options.profile == "frotz"
    if version < 4:
        h[1] = h[1] | 0x20 if frotz else h[1] & ~0x50 | 0x20
    else:
        h[1] |= 0x80 if frotz else 0x9C | options.colours
        h[0x1E], h[0x1F] = (1, ord("F")) if frotz else (6, ord("Z"))
        h[0x20], h[0x21] = min(options.height, 255), min(options.width, 255)
    if version >= 5:
        h[0x10] &= 0xFE  # no menus
        h[0x11] &= 0x5F if frotz else 0x57  # no mouse, no sounds, no pictures
        h[0x22], h[0x23] = options.width >> 8 & 0xFF, options.width & 0xFF
        h[0x24], h[0x25] = options.height >> 8 & 0xFF, options.height & 0xFF
        h[0x26] = h[0x27] = 1
        if not frotz:
            h[0x2C], h[0x2D] = 2, 9  # black, white
    h[0x32], h[0x33] = 1, 1  # the Standard's revision
