"""The VGA's registers, with the CGA's mode control and colour select, at ports 3B0h to 3DFh.

They are kept, and what the screen shows depends on: the DAC, the attribute controller's palette and
blinking, the CRTC's start address and cursor. There are no planes.
"""

from __future__ import annotations

from vm86.devices.device import FLOATING, Device
from vm86.devices.palette import SIXTEEN, text_colours, vga_colours

# CRTC registers (6845)
CURSOR_START, CURSOR_END = 0x0A, 0x0B
START_HIGH, START_LOW = 0x0C, 0x0D
CURSOR_HIGH, CURSOR_LOW = 0x0E, 0x0F
NO_CURSOR = 0x20  # in CURSOR_START

# Attribute controller registers after the 16 of the palette
MODE = 0x10
OVERSCAN = 0x11
BLINK = 0x08  # in MODE: attribute bit 7 blinks, else it is a bright background

# CGA mode control, port 3D8h
GRAPHICS = 0x02
MONOCHROME = 0x04
HIGH_RESOLUTION = 0x10
BLINKS = 0x20

# CGA colour select, port 3D9h
BRIGHT = 0x10
SECOND = 0x20


class Adapter(Device):
    """dac: 256 colours of red, green and blue, 0 to 63. crtc: the registers by their numbers."""

    KEPT = (
        *("crtc", "sequencer", "graphics", "attribute", "dac", "mask", "misc"),
        *("crtc_index", "sequencer_index", "graphics_index", "attribute_index", "awaits_data"),
        *("read_at", "write_at", "dac_reads", "mode_control", "colour_select", "looks"),
    )

    def __init__(self) -> None:
        self.crtc = [0] * 32
        self.sequencer = [0] * 8
        self.graphics = [0] * 16
        self.attribute = [0] * 32
        self.dac = text_colours()
        self.mask = 0xFF
        self.misc = 0x67  # CRTC at 3D4h
        self.crtc_index = self.sequencer_index = self.graphics_index = self.attribute_index = 0
        self.awaits_data = 0  # the attribute controller's flip-flop
        self.read_at = self.write_at = 0  # in dac, in bytes
        self.dac_reads = 0
        self.mode_control = 0
        self.colour_select = 0
        self.looks = 0  # how often the status was read
        self.set_mode(0x29, 0, False)

    def set_mode(self, control: int, select: int, vga: bool, keep_dac: bool = False) -> None:
        """The registers for a mode: the CGA's mode control and colour select, and whether it is one
        of the VGA's 256 colours."""
        self.crtc = [0] * 32
        self.attribute = [*range(16), *[0] * 16] if vga else [*SIXTEEN, *[0] * 16]
        self.mask = 0xFF
        if not keep_dac:
            self.dac = vga_colours() if vga else text_colours()
        self._mode_control(control)
        self._colour_select(select)

    # What the screen needs

    def colour(self, number: int) -> tuple[int, int, int]:
        """A colour of the DAC as red, green and blue, 0 to 255."""
        at = 3 * (number & self.mask & 0xFF)
        red, green, blue = ((part & 63) * 255 // 63 for part in self.dac[at : at + 3])
        return red, green, blue

    def palette(self, number: int) -> tuple[int, int, int]:
        """A colour of the 16 that the attribute controller has chosen."""
        return self.colour(self.attribute[number & 15] & 63)

    @property
    def start(self) -> int:
        """The start address, in the CRTC's units: characters, or two bytes of graphics."""
        return (self.crtc[START_HIGH] & 0xFF) << 8 | self.crtc[START_LOW] & 0xFF

    @property
    def cursor(self) -> int:
        """The cursor's place in the video memory, in characters."""
        return (self.crtc[CURSOR_HIGH] & 0xFF) << 8 | self.crtc[CURSOR_LOW] & 0xFF

    @property
    def blinks(self) -> bool:
        return bool(self.attribute[MODE] & BLINK)

    def set_pair(self, high: int, value: int) -> None:
        """Set two CRTC registers, of which `high` is the first."""
        self.crtc[high : high + 2] = [value >> 8 & 0xFF, value & 0xFF]

    # Ports

    def read(self, port: int) -> int:
        return self._read(port) & 0xFF

    def _read(self, port: int) -> int:
        match port:
            case 0x3BA | 0x3DA:
                return self._status()
            case 0x3B4 | 0x3D4:
                return self.crtc_index
            case 0x3B5 | 0x3D5:
                return self.crtc[self.crtc_index & 31]
            case 0x3C0:
                return self.attribute_index
            case 0x3C1:
                return self.attribute[self.attribute_index & 31]
            case 0x3C4:
                return self.sequencer_index
            case 0x3C5:
                return self.sequencer[self.sequencer_index & 7]
            case 0x3CE:
                return self.graphics_index
            case 0x3CF:
                return self.graphics[self.graphics_index & 15]
            case 0x3C6:
                return self.mask
            case 0x3C7:
                return 3 if self.dac_reads else 0
            case 0x3C8:
                return self.write_at // 3
            case 0x3C9:
                self.read_at = (self.read_at + 1) % len(self.dac)
                return self.dac[self.read_at - 1] & 63
            case 0x3CC:
                return self.misc
            case _:
                return FLOATING

    def _status(self) -> int:
        """Of eight looks, every second is in a horizontal retrace and two are in the vertical one:
        programs wait for both, to begin and to be over."""
        self.awaits_data = 0
        self.looks = (self.looks + 1) & 7
        return 0x09 if self.looks >= 6 else self.looks & 1

    def write(self, port: int, value: int) -> None:
        match port:
            case 0x3B4 | 0x3D4:
                self.crtc_index = value & 31
            case 0x3B5 | 0x3D5:
                self.crtc[self.crtc_index & 31] = value
            case 0x3C0:
                self._attribute(value)
            case 0x3C2:
                self.misc = value
            case 0x3C4:
                self.sequencer_index = value & 7
            case 0x3C5:
                self.sequencer[self.sequencer_index & 7] = value
            case 0x3CE:
                self.graphics_index = value & 15
            case 0x3CF:
                self.graphics[self.graphics_index & 15] = value
            case 0x3C6:
                self.mask = value
            case 0x3C7:
                self.read_at = 3 * value
                self.dac_reads = 1
            case 0x3C8:
                self.write_at = 3 * value
                self.dac_reads = 0
            case 0x3C9:
                self.dac[self.write_at % len(self.dac)] = value & 63
                self.write_at = (self.write_at + 1) % len(self.dac)
            case 0x3D8:
                self._mode_control(value)
            case 0x3D9:
                self._colour_select(value)
            case _:
                pass

    def _attribute(self, value: int) -> None:
        if self.awaits_data:
            self.attribute[self.attribute_index & 31] = value
        else:
            self.attribute_index = value & 31
        self.awaits_data ^= 1

    def _mode_control(self, value: int) -> None:
        self.mode_control = value
        self.attribute[MODE] &= ~BLINK
        self.attribute[MODE] |= BLINK if value & BLINKS else 0

    def _colour_select(self, value: int) -> None:
        """In graphics the palette, in text the border (IBM CGA technical reference)."""
        self.colour_select = value
        chosen = SIXTEEN[value & 15]
        if not self.mode_control & GRAPHICS:
            self.attribute[OVERSCAN] = chosen
        elif self.mode_control & HIGH_RESOLUTION:
            self.attribute[:2] = [0, chosen]
        else:
            bright = 8 if value & BRIGHT else 0
            if self.mode_control & MONOCHROME:
                three = (3, 4, 7)  # mode 5: cyan, red, white
            else:
                three = (3, 5, 7) if value & SECOND else (2, 4, 6)
            self.attribute[:4] = [chosen, *(SIXTEEN[k + bright] for k in three)]
