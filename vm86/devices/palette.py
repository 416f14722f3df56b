"""The colours of the CGA and of the VGA as it comes up: 6-bit red, green, blue."""

from __future__ import annotations

from collections.abc import Iterator

# The VGA's palette of 256 (IBM VGA technical reference): 16 colours, 16 greys, and nine rings of 24
# hues, three intensities by three saturations, each given by its five levels from lowest to
# highest.
GREYS = (0, 5, 8, 11, 14, 17, 20, 24, 28, 32, 36, 40, 45, 50, 56, 63)
RINGS = (
    (0, 16, 31, 47, 63),
    (31, 39, 47, 55, 63),
    (45, 49, 54, 58, 63),
    (0, 7, 14, 21, 28),
    (14, 17, 21, 24, 28),
    (20, 22, 24, 26, 28),
    (0, 4, 8, 12, 16),
    (8, 10, 12, 14, 16),
    (11, 12, 13, 15, 16),
)
# Of red, green and blue, what changes on each of a ring's six sides, and whether it rises.
BLUE, RED, GREEN = 2, 0, 1
SIDES = ((RED, True), (BLUE, False), (GREEN, True), (RED, False), (BLUE, True), (GREEN, False))

# Which of the EGA's 64 colours the 16 are: brown is darkened, the bright ones have both bits.
SIXTEEN = (0, 1, 2, 3, 4, 5, 0x14, 7, *range(0x38, 0x40))


def ega(number: int) -> tuple[int, int, int]:
    """One of the EGA's 64: bits 2-0 are two thirds of red, green and blue, bits 5-3 one third."""
    red, green, blue = (42 * (number >> k & 1) + 21 * (number >> k + 3 & 1) for k in (2, 1, 0))
    return red, green, blue


def _ring(levels: tuple[int, ...]) -> Iterator[int]:
    """24 colours from blue over red and green."""
    at = [0, 0, 4]
    for part, rises in SIDES:
        for _ in range(4):
            yield from (levels[k] for k in at)
            at[part] += 1 if rises else -1


def text_colours() -> list[int]:
    """The 768 registers of the DAC in text modes and the CGA's: the EGA's 64 colours."""
    return [part for number in range(64) for part in ega(number)] + [0] * (192 * 3)


def vga_colours() -> list[int]:
    """Likewise in mode 13h."""
    registers = [part for number in SIXTEEN for part in ega(number)]
    registers += [grey for grey in GREYS for _ in range(3)]
    registers += [part for levels in RINGS for part in _ring(levels)]
    return registers + [0] * (768 - len(registers))
