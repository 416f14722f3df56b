"""Blorb files, their iFiction records, and the IFIDs of the Treaty of Babel's own examples."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zmachine import blorb, iff
from zmachine.blorb import BlorbError, Metadata, Resource
from zmachine.iff import Chunk

STORY = b"\5" + bytes(99)

IFICTION = """<?xml version="1.0" encoding="UTF-8"?>
<ifindex version="1.0" xmlns="http://babel.ifarchive.org/protocol/iFiction/">
  <story>
    <identification>
      <ifid>1974A053-7DB0-4103-93A1-767C1382C0B7</ifid>
      <ifid> ZCODE-8-040205-6630 </ifid>
      <ifid/>
      <format>zcode</format>
    </identification>
    <bibliographic>
      <title>The  Mus\u00e9e
        &amp; Zoo</title>
      <author>A. Keeper</author>
      <language>en-GB</language>
      <headline>An Interactive Visit</headline>
      <firstpublished>2006-04-01</firstpublished>
      <genre>Fiction</genre>
      <description>The gate
        is open.<br/>Nobody   is here.</description>
    </bibliographic>
    <cover><description>A gate.</description></cover>
  </story>
</ifindex>"""

METADATA = Metadata(
    ifids=("1974A053-7DB0-4103-93A1-767C1382C0B7", "ZCODE-8-040205-6630"),
    title="The Mus\u00e9e & Zoo",
    author="A. Keeper",
    headline="An Interactive Visit",
    firstpublished="2006-04-01",
    genre="Fiction",
    description="The gate is open.\nNobody is here.",
    language="en-GB",
)


def word(value: int) -> bytes:
    return value.to_bytes(4, "big")


def blorb_file(
    resources: list[tuple[bytes, int, Chunk]], others: list[Chunk] | None = None
) -> bytes:
    """A Blorb file with these resources and, after them, other chunks."""
    index = word(len(resources))
    start = 12 + 8 + 4 + 12 * len(resources)
    for usage, number, chunk in resources:
        index += usage + word(number) + word(start)
        start += 8 + len(chunk.data) + len(chunk.data) % 2
    chunks = [Chunk(b"RIdx", index), *(chunk for _, _, chunk in resources), *(others or [])]
    return iff.form(b"IFRS", chunks)


FULL = blorb_file(
    [
        (b"Pict", 1, Chunk(b"PNG ", b"picture")),
        (b"Exec", 0, Chunk(b"ZCOD", STORY)),
        (b"Snd ", 3, Chunk(b"FORM", b"AIFFsound")),
    ],
    [Chunk(b"Fspc", word(1)), Chunk(b"IFmd", IFICTION.encode())],
)


def with_metadata(xml: bytes) -> bytes:
    return blorb_file([], [Chunk(b"IFmd", xml)])


def test_a_full_file() -> None:
    assert blorb.is_blorb(FULL)
    assert blorb.story(FULL) == STORY
    assert blorb.resources(FULL) == [
        Resource("Pict", 1, "PNG ", 7),
        Resource("Exec", 0, "ZCOD", 100),
        Resource("Snd ", 3, "FORM", 9),
    ]
    assert blorb.frontispiece(FULL) == 1
    assert blorb.metadata(FULL) == METADATA


def test_an_empty_file() -> None:
    data = blorb_file([])
    assert blorb.is_blorb(data)
    assert blorb.resources(data) == []
    assert blorb.frontispiece(data) is None
    assert blorb.metadata(data) is None
    with pytest.raises(BlorbError, match="no story, only resources"):
        blorb.story(data)


@pytest.mark.parametrize("data", [b"", b"FORM", STORY, iff.form(b"IFZS", [])])
def test_other_files(data: bytes) -> None:
    assert not blorb.is_blorb(data)
    for function in (blorb.story, blorb.resources, blorb.frontispiece, blorb.metadata):
        with pytest.raises(BlorbError, match="not a Blorb file"):
            function(data)


@pytest.mark.parametrize(
    ("type", "message"), [(b"GLUL", "a Glulx story"), (b"TAD3", "type TAD3, not Z-code")]
)
def test_stories_for_other_machines(type: bytes, message: str) -> None:
    with pytest.raises(BlorbError, match=message):
        blorb.story(blorb_file([(b"Exec", 0, Chunk(type, b"Glul"))]))


def test_only_exec_0_is_the_story() -> None:
    with pytest.raises(BlorbError, match="no story"):
        blorb.story(blorb_file([(b"Exec", 1, Chunk(b"ZCOD", STORY))]))


def test_two_resources_may_share_a_chunk() -> None:
    index = word(2) + b"Pict" + word(1) + word(48) + b"Pict" + word(2) + word(48)
    data = iff.form(b"IFRS", [Chunk(b"RIdx", index), Chunk(b"PNG ", b"x")])
    assert blorb.resources(data) == [Resource("Pict", number, "PNG ", 1) for number in (1, 2)]


def test_a_resource_must_be_a_chunk() -> None:
    index = word(1) + b"Pict" + word(1) + word(37)
    data = iff.form(b"IFRS", [Chunk(b"RIdx", index), Chunk(b"PNG ", b"x")])
    with pytest.raises(BlorbError, match="resource Pict 1: no chunk at byte 37"):
        blorb.resources(data)


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        ([], "first chunk is not the resource index"),
        ([Chunk(b"ZCOD", STORY), Chunk(b"RIdx", word(0))], "first chunk is not the resource index"),
        ([Chunk(b"RIdx", b"")], "the index has 0 bytes for 0 resources"),
        ([Chunk(b"RIdx", word(1))], "the index has 4 bytes for 1 resources"),
        ([Chunk(b"RIdx", b"\xff" * 4)], "the index has 4 bytes for 4294967295 resources"),
        ([Chunk(b"RIdx", word(0) + bytes(12))], "the index has 16 bytes for 0 resources"),
        ([Chunk(b"RIdx", word(65537) + bytes(12 * 65537))], "at most 65536 are allowed"),
    ],
)
def test_damaged_index(chunks: list[Chunk], message: str) -> None:
    with pytest.raises(BlorbError, match=message):
        blorb.resources(iff.form(b"IFRS", chunks))


def test_damaged_frontispiece() -> None:
    with pytest.raises(BlorbError, match="Fspc has 2 bytes, not 4"):
        blorb.frontispiece(blorb_file([], [Chunk(b"Fspc", b"\0\1")]))


# Metadata


def test_metadata_with_a_byte_order_mark() -> None:
    assert blorb.metadata(with_metadata(IFICTION.encode("utf-8-sig"))) == METADATA


def test_metadata_without_a_namespace() -> None:
    xml = IFICTION.replace(' xmlns="http://babel.ifarchive.org/protocol/iFiction/"', "")
    assert blorb.metadata(with_metadata(xml.encode())) == METADATA


def test_metadata_that_is_silent() -> None:
    silent = Metadata((), "", "", "", "", "", "", "")
    assert blorb.metadata(with_metadata(b"<ifindex/>")) == silent


def test_the_declared_encoding_does_not_matter() -> None:
    for encoding in ("utf-16", "iso-8859-1", "no-such-encoding"):
        xml = IFICTION.replace("UTF-8", encoding).encode()
        assert blorb.metadata(with_metadata(xml)) == METADATA


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE ifindex [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE ifindex [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE ifindex SYSTEM "http://example.invalid/x.dtd">',
    ],
)
def test_document_type_declarations_are_refused(dtd: str) -> None:
    xml = IFICTION.replace("<ifindex", dtd + "<ifindex", 1)
    with pytest.raises(BlorbError, match="document type declaration is refused"):
        blorb.metadata(with_metadata(xml.encode()))
    # The parser would find the declaration in another encoding too, but that is refused first.
    with pytest.raises(BlorbError, match="not well-formed"):
        blorb.metadata(with_metadata(xml.encode("utf-16")))


@pytest.mark.parametrize(
    "xml",
    [b"", b"\0", b"<ifindex>", b"<a/><b/>", b"<a>&undefined;</a>", b"<a>\0</a>", b"\xff<a/>"],
)
def test_damaged_metadata(xml: bytes) -> None:
    with pytest.raises(BlorbError, match="not well-formed"):
        blorb.metadata(with_metadata(xml))


def test_big_metadata_is_refused() -> None:
    with pytest.raises(BlorbError, match="at most 1048576 are read"):
        blorb.metadata(with_metadata(b"<a>" + b" " * (1 << 20) + b"</a>"))


def test_deep_metadata_does_no_harm() -> None:
    depth = 140_000
    assert blorb.metadata(with_metadata(b"<a>" * depth + b"</a>" * depth)) is not None


# IFIDs


def story(release: int, serial: bytes, checksum: int, rest: bytes = b"") -> bytes:
    header = bytearray(64)
    header[0x02:0x04] = release.to_bytes(2, "big")
    header[0x12:0x18] = serial
    header[0x1C:0x1E] = checksum.to_bytes(2, "big")
    return bytes(header) + rest


BRAND = b"..UUID://1974A053-7DB0-4103-93A1-767C1382C0B7//.."


@pytest.mark.parametrize(
    ("release", "serial", "checksum", "expected"),
    [
        # The Treaty's examples, section 2.2.2.1.
        (11, b"860509", 0x1234, "ZCODE-11-860509"),
        (12, b"860926", 0x1234, "ZCODE-12-860926"),
        (2, b"AS000C", 0, "ZCODE-2-AS000C"),
        (15, b"UG3AU5", 0, "ZCODE-15-UG3AU5"),
        (7, b"UG3AU5", 0, "ZCODE-7-UG3AU5"),
        (5, bytes(6), 0, "ZCODE-5-------"),
        (15, b"\xff" * 6, 0, "ZCODE-15-------"),
        (15, b"999999", 0x1234, "ZCODE-15-999999"),
        (67, b"000000", 0x1234, "ZCODE-67-000000"),
        (8, b"040205", 0x6630, "ZCODE-8-040205-6630"),
        # A checksum keeps its zeros and is in capitals.
        (1, b"951024", 0x00AB, "ZCODE-1-951024-00AB"),
    ],
)
def test_legacy_ifids(release: int, serial: bytes, checksum: int, expected: str) -> None:
    assert blorb.ifid(story(release, serial, checksum)) == expected


def test_branded_ifids() -> None:
    assert blorb.ifid(story(1, b"060430", 1, BRAND)) == "1974A053-7DB0-4103-93A1-767C1382C0B7"
    # An IFID is in capitals (section 2.2).
    lower = BRAND.lower().replace(b"uuid", b"UUID")
    assert blorb.ifid(story(1, b"060430", 1, lower)) == "1974A053-7DB0-4103-93A1-767C1382C0B7"


@pytest.mark.parametrize(
    ("serial", "rest"),
    [
        (b"060430", b""),
        (b"060430", b"UUID://ABCDEFGH"),
        (b"060430", b"UUID://ABC DEFGH//"),
        (b"060430", b"UUID://SHORT//"),
        (b"060430", bytes(0x10000) + BRAND),
        (b"050430", BRAND),
        (b"990430", BRAND),
    ],
)
def test_stories_without_a_brand(serial: bytes, rest: bytes) -> None:
    assert blorb.ifid(story(1, serial, 1, rest)) == f"ZCODE-1-{serial.decode()}-0001"


def test_a_story_without_a_header() -> None:
    with pytest.raises(BlorbError, match="no header"):
        blorb.ifid(bytes(63))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("zork1-r119.z3", "ZCODE-119-880429"),
        ("curses.z5", "ZCODE-16-951024-4DE6"),
        ("advent.z5", "E9FD3D87-DD2F-4005-B332-23557780B64E"),
        # Branded with the legacy IFID of its first release.
        ("lostpig.z8", "ZCODE-1-070917-994E"),
    ],
)
def test_ifids_of_the_corpus(name: str, expected: str) -> None:
    corpus = Path(os.environ.get("ZOO_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
    path = corpus / "zmachine" / "games" / name
    if not path.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{path} is not there")
    assert blorb.ifid(path.read_bytes()) == expected


# Any contents and any damage

RESOURCES = st.lists(
    st.tuples(
        st.sampled_from([b"Pict", b"Snd ", b"Data", b"Exec"]),
        st.integers(0, 0xFFFFFFFF),
        st.builds(Chunk, st.sampled_from([b"PNG ", b"OGGV", b"ZCOD"]), st.binary(max_size=30)),
    ),
    max_size=6,
)


@given(RESOURCES)
def test_any_resources(resources: list[tuple[bytes, int, Chunk]]) -> None:
    assert blorb.resources(blorb_file(resources)) == [
        Resource(usage.decode(), number, chunk.id.decode(), len(chunk.data))
        for usage, number, chunk in resources
    ]


@given(st.data())
def test_random_damage(data: st.DataObject) -> None:
    damaged = bytearray(FULL)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.just(len(damaged)) | st.integers(0, len(damaged))) :]
    for function in (blorb.story, blorb.resources, blorb.frontispiece, blorb.metadata):
        with suppress(BlorbError):
            function(bytes(damaged))


@given(st.binary(max_size=100))
def test_random_metadata(xml: bytes) -> None:
    for text in (xml, b"<ifindex>" + xml + b"</ifindex>"):
        with suppress(BlorbError):
            blorb.metadata(with_metadata(text))


@given(st.binary(min_size=64, max_size=200))
def test_any_story_has_an_ifid(data: bytes) -> None:
    name = blorb.ifid(data)
    assert 8 <= len(name) <= 63
    assert name.isascii()
