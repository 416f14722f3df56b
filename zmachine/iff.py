"""IFF, the Interchange File Format of Electronic Arts (EA IFF 85, 1985): one FORM of chunks.

A FORM is `"FORM" length kind chunk...` and a chunk is `id length data`, with a pad byte of zero
after data of odd length; lengths are big-endian words of 4 bytes that leave out their own 8 bytes
of header and the pad.  Saved games (Quetzal) and resource files (Blorb) are both FORMs.
"""

from collections.abc import Iterable
from typing import NamedTuple

MAX_CHUNKS = 65536
"""More chunks than this are refused, so that a damaged file cannot ask for unbounded memory."""

_HEADER = 8  # a chunk's ID and length


class IFFError(ValueError):
    """The data is not a well-formed FORM of the kind asked for."""


class Chunk(NamedTuple):
    """One chunk: its 4-byte ID, its data without the pad, and where its ID stands in the file.

    `offset` counts bytes from the start of the file; it means nothing in writing.
    """

    id: bytes
    data: bytes
    offset: int = 0


def chunks(data: bytes, form: bytes) -> list[Chunk]:
    """Read the chunks, in file order, of the FORM of kind `form` (4 bytes) that `data` begins with.

    Bytes after the FORM's end are ignored, and so is a missing pad byte at the very end: writers
    of both kinds are common.  Raises IFFError.  Source: EA IFF 85, "Chunks" and "FORM".
    """
    if len(data) < _HEADER + 4 or data[:4] != b"FORM":
        raise IFFError("not an IFF file: no FORM")
    if data[8:12] != form:
        raise IFFError(f"an IFF file of kind {name(data[8:12])}, not {name(form)}")
    end = _HEADER + int.from_bytes(data[4:8], "big")
    if end > len(data):
        raise IFFError(f"the file is cut short: the FORM has {end} bytes, the file {len(data)}")
    found: list[Chunk] = []
    at = _HEADER + 4
    while at < end:
        if len(found) == MAX_CHUNKS:
            raise IFFError(f"more than {MAX_CHUNKS} chunks")
        chunk = _chunk(data, at, end)
        found.append(chunk)
        at += _HEADER + len(chunk.data) + len(chunk.data) % 2
    return found


def form(kind: bytes, chunks: Iterable[Chunk]) -> bytes:
    """Write a FORM of `kind` (4 bytes) holding `chunks` in their order; offsets are not used.

    Raises IFFError for a kind or a chunk ID that is not 4 printable ASCII characters.
    """
    body = bytearray(_id(kind))
    for chunk in chunks:
        body += _id(chunk.id) + len(chunk.data).to_bytes(4, "big") + chunk.data
        body += bytes(len(chunk.data) % 2)
    return b"FORM" + len(body).to_bytes(4, "big") + bytes(body)


def name(id: bytes) -> str:
    """An ID as text for a message: what is not printable ASCII becomes "?"."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in id)


def _chunk(data: bytes, at: int, end: int) -> Chunk:
    start = at + _HEADER
    if start > end:
        raise IFFError(f"the chunk at byte {at} is cut short")
    id = _id(data[at : at + 4])
    length = int.from_bytes(data[at + 4 : start], "big")
    if start + length > end:
        raise IFFError(f"chunk {name(id)} at byte {at} has {length} bytes: {end - start} are left")
    return Chunk(id, data[start : start + length], at)


def _id(id: bytes) -> bytes:
    """Check an ID: EA IFF 85 allows 4 characters from space to tilde."""
    if len(id) != 4 or not all(0x20 <= byte <= 0x7E for byte in id):
        raise IFFError(f"not an IFF ID: {name(id)}")
    return id
