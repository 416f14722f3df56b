"""Blorb, the resource collection format (Andrew Plotkin, version 2.0.4): an IFF FORM IFRS.

A Blorb file holds a story with its pictures, sounds and bibliographic record.  Its first chunk,
RIdx, indexes the others by usage and number.  The record (IFmd) is iFiction XML, as laid down by
the Treaty of Babel, which also says what a story's IFID is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from zmachine import iff
from zmachine.iff import Chunk, IFFError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_METADATA = 1 << 20
"""Bytes of XML that are looked at; real records have a few thousand."""


class BlorbError(ValueError):
    """The file is not a Blorb file, is damaged, or does not hold what was asked for."""


class Resource(NamedTuple):
    """One entry of the resource index.

    usage: "Pict", "Snd ", "Data" or "Exec".
    number: the number the story knows the resource by.
    type: the chunk's ID, such as "PNG ", "OGGV", "ZCOD"; "FORM" is an AIFF sound.
    length: bytes of the chunk's data.
    """

    usage: str
    number: int
    type: str
    length: int


class Metadata(NamedTuple):
    """What the iFiction record says of the story; "" where it is silent.

    White space is reduced to single spaces; newlines separate the paragraphs of `description`.
    The text is the file's: a program that prints it must expect any character.
    """

    ifids: tuple[str, ...]
    title: str
    author: str
    headline: str
    firstpublished: str
    genre: str
    description: str
    language: str


def is_blorb(data: bytes) -> bool:
    """Whether the file `data` begins as a Blorb file does."""
    return data[:4] == b"FORM" and data[8:12] == b"IFRS"


def story(data: bytes) -> bytes:
    """The Z-code story file inside the Blorb file `data`: its resource Exec 0.

    Raises BlorbError if there is none, or one for another machine.
    Source: Blorb, "Executable Resource Chunks".
    """
    for usage, number, chunk in _index(_chunks(data)):
        if (usage, number) == (b"Exec", 0):
            if chunk.id == b"GLUL":
                raise BlorbError("holds a Glulx story (GLUL), not a Z-code one")
            if chunk.id != b"ZCOD":
                raise BlorbError(f"holds a story of type {iff.name(chunk.id)}, not Z-code")
            return chunk.data
    raise BlorbError("holds no story, only resources for one")


def resources(data: bytes) -> list[Resource]:
    """The resources of the Blorb file `data`, in the index's order.  Raises BlorbError."""
    return [
        Resource(iff.name(usage), number, iff.name(chunk.id), len(chunk.data))
        for usage, number, chunk in _index(_chunks(data))
    ]


def frontispiece(data: bytes) -> int | None:
    """The number of the picture that is the cover (Fspc), or None.  Raises BlorbError."""
    chunk = _first(_chunks(data), b"Fspc")
    if chunk is None:
        return None
    if len(chunk.data) != 4:
        raise BlorbError(f"chunk Fspc has {len(chunk.data)} bytes, not 4")
    return int.from_bytes(chunk.data, "big")


def metadata(data: bytes) -> Metadata | None:
    """The bibliographic record (IFmd) of the Blorb file `data`, or None if it has none.

    Raises BlorbError, also for a record that is too big or has a document type declaration.
    Source: Treaty of Babel, "The iFiction format".
    """
    chunk = _first(_chunks(data), b"IFmd")
    if chunk is None:
        return None
    root = _xml(chunk.data)

    # Records of before version 1.0 have no namespace, and {*} matches with any and with none.
    def find(tag: str) -> str:
        return _text(root.find("{*}story/{*}bibliographic/{*}" + tag))

    ifids = [_text(ifid) for ifid in root.findall("{*}story/{*}identification/{*}ifid")]
    return Metadata(
        ifids=tuple(ifid for ifid in ifids if ifid),
        title=find("title"),
        author=find("author"),
        headline=find("headline"),
        firstpublished=find("firstpublished"),
        genre=find("genre"),
        description=find("description"),
        language=find("language"),
    )


def ifid(story: bytes) -> str:
    """The IFID, the unique identifier, of a Z-code story file (not of a Blorb file).

    Raises BlorbError if the file is shorter than a header.
    Source: Treaty of Babel, section 2.2.2.1, "The IFID for a legacy Z-code story file".
    """
    if len(story) < 64:
        raise BlorbError(f"a story file of {len(story)} bytes has no header")
    serial = "".join(
        chr(byte) if chr(byte).isalnum() and byte < 0x80 else "-" for byte in story[0x12:0x18]
    )
    # No story of these years is branded, so that a UUID:// in one is part of its text.
    if not re.match("8|9|0[0-5]", serial):
        # Byte-accessible memory ends at $FFFF at the latest.
        brand = re.search(rb"UUID://([0-9A-Za-z-]{8,63})//", story[:0x10000])
        if brand:
            return brand[1].decode("ascii").upper()
    release = int.from_bytes(story[0x02:0x04], "big")
    name = f"ZCODE-{release}-{serial}"
    if serial[0] in "012345679" and serial not in ("000000", "999999"):
        name += f"-{story[0x1C]:02X}{story[0x1D]:02X}"
    return name


def _chunks(data: bytes) -> list[Chunk]:
    try:
        return iff.chunks(data, b"IFRS")
    except IFFError as error:
        raise BlorbError(f"not a Blorb file: {error}") from error


def _first(chunks: list[Chunk], id: bytes) -> Chunk | None:
    return next((chunk for chunk in chunks if chunk.id == id), None)


def _index(chunks: list[Chunk]) -> list[tuple[bytes, int, Chunk]]:
    """The index (RIdx): usage, number and chunk of each resource."""
    if not chunks or chunks[0].id != b"RIdx":
        raise BlorbError("the first chunk is not the resource index RIdx")
    data = chunks[0].data
    count = int.from_bytes(data[:4], "big")
    if len(data) != 4 + 12 * count:
        raise BlorbError(f"the index has {len(data)} bytes for {count} resources")
    # One chunk can serve many entries, so the number of chunks alone does not bound them.
    if count > iff.MAX_CHUNKS:
        raise BlorbError(f"{count} resources: at most {iff.MAX_CHUNKS} are allowed")
    by_offset = {chunk.offset: chunk for chunk in chunks}
    entries: list[tuple[bytes, int, Chunk]] = []
    for at in range(4, len(data), 12):
        usage = data[at : at + 4]
        number = int.from_bytes(data[at + 4 : at + 8], "big")
        start = int.from_bytes(data[at + 8 : at + 12], "big")
        if start not in by_offset:
            raise BlorbError(f"resource {iff.name(usage)} {number}: no chunk at byte {start}")
        entries.append((usage, number, by_offset[start]))
    return entries


def _xml(data: bytes) -> Element:
    from xml.etree import ElementTree

    if len(data) > MAX_METADATA:
        raise BlorbError(f"metadata of {len(data)} bytes: at most {MAX_METADATA} are read")
    try:
        # Decoded here (Blorb asks for UTF-8) so that what is searched is what the parser sees.
        text = data.decode("utf-8-sig")
        # Entities, with which a small file expands to a huge one, need a DTD to declare them.
        if "<!DOCTYPE" in text:
            raise BlorbError("metadata with a document type declaration is refused")
        return ElementTree.fromstring(text)
    except (UnicodeDecodeError, ElementTree.ParseError) as error:
        raise BlorbError(f"metadata is not well-formed: {error}") from error


def _text(element: Element | None) -> str:
    """An element's text; <br/>, the only tag there may be in it, breaks paragraphs."""
    if element is None:
        return ""
    parts = [element.text or "", *(child.tail or "" for child in element)]
    return "\n".join(" ".join(part.split()) for part in parts).strip()
