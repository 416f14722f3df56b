"""Pictures, and their files in the PNG format (W3C, Portable Network Graphics)."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"


class Picture(NamedTuple):
    """pixels: rows from the top, of three bytes for each pixel: red, green, blue."""

    width: int
    height: int
    pixels: bytes


def png(picture: Picture) -> bytes:
    """The file of a picture."""
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    size = 3 * picture.width
    rows = (picture.pixels[k : k + size] for k in range(0, len(picture.pixels), size))
    filtered = b"".join(b"\0" + row for row in rows)  # filter 0: none
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
