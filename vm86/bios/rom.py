"""What programs look for in the BIOS's ROM at F000:0, where the IBM AT has it if that has one."""

from __future__ import annotations

from vm86.bios.font import font8, font14, font16

SEGMENT = 0xF000

# Offsets in SEGMENT
FONT_8_HIGH = 0xA000  # characters 80h to FFh
FONT_14 = 0xA400
FONT_16 = 0xB200
VIDEO_ABILITIES = 0xC200
CONFIGURATION = 0xE6F5
DISKETTE_PARAMETERS = 0xEFC7
FONT_8 = 0xFA6E  # characters 0 to 7Fh
DATE = 0xFFF5
MODEL = 0xFFFE

AT = 0xFC

# INT 15h C0h: length, model, submodel, revision, features (bit 6 second interrupt controller, bit 5
# clock, bit 4 keyboard intercept: not there), and four bytes of none.
CONFIGURATION_TABLE = bytes((8, 0, AT, 1, 0, 0x60, 0, 0, 0, 0))

# INT 1Eh: a 1.44 MB drive (Ralf Brown's table 1264).
DISKETTE_VECTOR = 0x1E
FILL = 8  # the place in it of what sectors are filled with when they are formatted
DISKETTE_TABLE = bytes((0xDF, 0x02, 0x25, 2, 18, 0x1B, 0xFF, 0x6C, 0xF6, 0x0F, 0x08))

# INT 10h 1Bh: modes 0 to 7 and 13h; 200, 350 and 400 lines; character blocks; DAC, palette.
ABILITIES_TABLE = bytes((0xFF, 0, 0x08, 0, 0, 0, 0, 0x07, 1, 1, 0x0A, 0, 0, 0, 0, 0))


def rom() -> list[tuple[int, bytes]]:
    """Linear addresses, and what is to be there."""
    low, high = font8()[:0x400], font8()[0x400:]
    places = {
        FONT_8_HIGH: high,
        FONT_14: font14(),
        FONT_16: font16(),
        VIDEO_ABILITIES: ABILITIES_TABLE,
        CONFIGURATION: CONFIGURATION_TABLE,
        DISKETTE_PARAMETERS: DISKETTE_TABLE,
        FONT_8: low,
        DATE: b"01/10/86",
        MODEL: bytes([AT]),
    }
    return [((SEGMENT << 4) + offset, content) for offset, content in places.items()]
