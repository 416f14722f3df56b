"""`zoo info`, `objects` and `dict`: of stories, of Blorbs, of damaged files, of no stories."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from zmachine.contents import Contents, Thing, tree
from zmachine.info import sections
from zmachine.objects import (
    CHILD,
    PARENT,
    SIBLING,
    first_property,
    next_property,
    set_relative,
)
from zmachine.story import Story
from zoo.cli import commands
from zoo.facts import as_json
from zoo.machine import ImageError

MUSEUM = Path(__file__).parents[2] / "stories" / "museum.z5"


@cache
def museum() -> bytes:
    return MUSEUM.read_bytes()


def zoo(*arguments: object) -> Any:
    return CliRunner().invoke(commands, [str(a) for a in arguments])


def chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "big") + data + b"\0" * (len(data) % 2)


def blorb_file(story: bytes, metadata: bytes = b"", cover: bytes = b"a picture") -> bytes:
    """A Blorb with a story, a cover and perhaps a bibliographic record."""
    at = 12 + 8 + 4 + 24  # after the form's header and the index
    picture = at + len(chunk(b"ZCOD", story))
    index = b"".join(
        (
            (2).to_bytes(4, "big"),
            b"Exec" + bytes(4) + at.to_bytes(4, "big"),
            b"Pict" + (7).to_bytes(4, "big") + picture.to_bytes(4, "big"),
        )
    )
    body = chunk(b"RIdx", index) + chunk(b"ZCOD", story) + chunk(b"PNG ", cover)
    body += chunk(b"Fspc", (7).to_bytes(4, "big"))
    if metadata:
        body += chunk(b"IFmd", metadata)
    return chunk(b"FORM", b"IFRS" + body)


RECORD = b"""<ifindex><story><identification><ifid>ZCODE-1-2</ifid></identification>
<bibliographic><title>A \x1b[31mnight</title><author>Nobody</author>
</bibliographic></story></ifindex>"""


def test_the_header_in_words():
    result = zoo("info", MUSEUM)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert "version 5" in lines
    assert "serial 261122" in lines
    assert "compiler Inform 6.41" in lines
    assert "would use undo, colours" in lines
    assert any(line.startswith("checksum") and line.endswith("which is right") for line in lines)


def test_the_header_for_programs():
    told = json.loads(zoo("info", "--json", MUSEUM).output)
    story = Story(museum())
    assert told["story"]["checksum"] == {
        "given": story.checksum,
        "computed": story.sum,
        "right": True,
    }
    assert told["story"]["length"]["file"] == len(museum())
    memory = told["memory"]
    assert memory["dynamic"] == {"begin": 0, "end": story.static}
    assert memory["static"]["begin"] == story.static
    assert memory["high"]["end"] == len(museum())
    assert told["tables"]["dictionary"] == story.dictionary


def test_a_wrong_checksum_is_computed():
    data = bytearray(museum())
    data[-1] ^= 1
    told = json.loads(as_json(sections(bytes(data), "x")))
    assert told["story"]["checksum"]["right"] is False
    assert abs(told["story"]["checksum"]["computed"] - told["story"]["checksum"]["given"]) == 1


def test_a_blorb_tells_what_it_brings(tmp_path: Path):
    path = tmp_path / "museum.zblorb"
    path.write_bytes(blorb_file(museum(), RECORD.replace(b"\x1b", b"")))
    told = json.loads(zoo("info", "--json", path).output)
    assert told["bibliography"] == {
        "IFIDs": ["ZCODE-1-2"],
        "title": "A [31mnight",
        "author": "Nobody",
    }
    assert told["resources"]["Pict 7"] == {"type": "PNG", "length": 9, "cover": True}
    assert told["resources"]["Exec 0"]["length"] == len(museum())
    assert "the cover" in zoo("info", path).output


def test_a_blorb_with_a_damaged_record_is_still_described(tmp_path: Path):
    path = tmp_path / "museum.zblorb"
    path.write_bytes(blorb_file(museum(), RECORD))  # escape characters are not XML
    result = zoo("info", path)
    assert result.exit_code == 0
    assert "not well-formed" in result.output
    assert "Exec 0" in result.output


def test_no_image_drives_the_terminal():
    data = bytearray(museum())
    data[0x12:0x18] = b"\x1b[31m\x07"
    path_text = " ".join(fact.words for part in sections(bytes(data), "x") for fact in part.facts)
    assert path_text.isprintable()


@pytest.mark.parametrize("command", ["info", "objects", "dict"])
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no story", "none of the machines|not a story"),
        (b"\x06" + bytes(99), "version 6"),
        (b"\x05" + bytes(99), "damaged"),
        (b"FORM\0\0\0\4IFRS", "RIdx"),
    ],
)
def test_what_is_no_story_is_an_error_of_usage(
    tmp_path: Path, command: str, data: bytes, reason: str
):
    path = tmp_path / "file"
    path.write_bytes(data)
    result = zoo(command, path)
    assert result.exit_code == 2
    assert any(part in result.output for part in reason.split("|"))


# Objects


def named(things: list[Thing], name: str) -> Thing:
    return next(thing for thing in things if thing.name == name)


def test_the_objects_of_the_museum():
    contents = Contents(museum())
    things = contents.things()
    assert contents.problems == []
    assert [thing.number for thing in things] == [*range(1, len(things) + 1)]
    letter = named(things, "letter")
    assert things[letter.parent - 1].name == "yourself"
    assert [number for number, _ in letter.properties] == [8, 5, 4, 1]
    assert named(things, "yourself").attributes == (0, 2, 20)
    words = {entry.address: entry.word for entry in Contents(museum()).entries()}
    last = dict(letter.properties)[1]  # the object's names, which are words of the dictionary
    assert words[int.from_bytes(last[:2], "big")] == "letter"


def test_the_tree_has_every_object_once_and_where_it_is():
    things = Contents(museum()).things()
    drawn = list(tree(things))
    assert sorted(thing.number for thing, _ in drawn) == [thing.number for thing in things]
    above: list[Thing] = []
    for thing, levels in drawn:
        above[len(levels) :] = [thing]
        parent = above[len(levels) - 1].number if levels else 0
        assert thing.parent == parent


def test_the_tree_on_paper():
    result = zoo("objects", "--names", MUSEUM)
    lines = result.output.splitlines()
    at = next(k for k, line in enumerate(lines) if line.endswith(" yourself"))
    assert [line[:2] for line in lines[at + 1 : at + 3]] == ["├─", "└─"]
    assert lines[at + 1].endswith("letter")


def test_the_objects_for_programs():
    told = json.loads(zoo("objects", "--json", MUSEUM).output)
    letter = next(one for one in told["objects"] if one["name"] == "letter")
    assert letter["properties"][0] == {"number": 8, "data": "1834"}
    assert told["problems"] == []


def test_a_damaged_list_of_properties_is_cut():
    contents = Contents(museum())
    first = first_property(contents.m, 17)
    contents.m.mem[next_property(contents.m, first)] |= 63  # now it is not in descending order
    assert [number for number, _ in contents.things()[16].properties] == [8]
    assert contents.problems == ["object 17 has a damaged list of properties"]


def damaged(*links: tuple[int, int, int]) -> Contents:
    """The museum, with some of the tree's links changed: object, which, to which object."""
    contents = Contents(museum())
    for link in links:
        set_relative(contents.m, *link)
    return contents


@pytest.mark.parametrize(
    "links",
    [
        [(17, SIBLING, 17)],
        [(17, CHILD, 8), (8, PARENT, 17)],
        [(8, CHILD, 8), (8, PARENT, 8)],
        [(17, SIBLING, 65535), (8, CHILD, 60000)],
    ],
    ids=["own sibling", "ring", "in itself", "no such object"],
)
def test_a_damaged_tree_is_drawn_whole(links: list[tuple[int, int, int]]):
    things = damaged(*links).things()
    drawn = [thing.number for thing, _ in tree(things)]
    assert sorted(drawn) == [thing.number for thing in things]


def test_a_deep_tree_is_drawn_too():
    things = [Thing(n, "x", n - 1, 0, n + 1 if n < 4000 else 0, (), ()) for n in range(1, 4001)]
    assert [len(levels) for _, levels in tree(things)] == [*range(4000)]


def test_names_without_an_end_are_not_waited_for():
    """Every abbreviation runs on to the end of the file, and every name is made of them."""
    data = bytearray(museum())
    story = Story(museum())
    data[story.static :] = b"\x10\x84" * ((len(data) - story.static) // 2)  # Z-characters 4
    table = story.abbreviations
    data[table : table + 192] = (0x4000).to_bytes(2, "big") * 96
    things = Contents(museum()).things()
    for thing in things:
        entry = story.objects + 126 + 14 * (thing.number - 1) + 12
        place = int.from_bytes(data[entry : entry + 2], "big")
        size = 2 * data[place]
        if size:
            data[place + 1 : place + 1 + size] = b"\x04\x21" * (size // 2 - 1) + b"\x84\x21"
    contents = Contents(bytes(data), patience=0.5)
    begun = time.monotonic()
    assert len(contents.things()) == len(things)
    assert time.monotonic() - begun < 20
    assert any("too long" in problem for problem in contents.problems)


# The dictionary


def test_the_dictionary_of_the_museum():
    contents = Contents(museum())
    entries = contents.entries()
    words = [entry.word for entry in entries]
    assert contents.separators() == '.,"'
    assert contents.problems == []
    assert len(words) == 736
    assert {"take", "letter", "9-pin", "hypervisor"[:9]} <= {*words}
    assert all(len(entry.data) == 3 for entry in entries)


def test_the_dictionary_for_programs():
    told = json.loads(zoo("dict", "--json", MUSEUM).output)
    assert told["separators"] == '.,"'
    assert {"address": 0x3086, "word": "00c", "data": "800000"} in told["words"]
    assert "736 words" in zoo("dict", MUSEUM).output


def test_a_dictionary_that_claims_too_much():
    data = bytearray(museum())
    at = Story(museum()).dictionary
    at += 1 + data[at]
    data[at + 1 : at + 3] = b"\x7f\xff"
    contents = Contents(bytes(data))
    assert len(contents.entries()) < 0x7FFF
    assert "room" in contents.problems[0]
    data[at] = 3
    contents = Contents(bytes(data))
    assert contents.entries() == []
    assert "at least 6" in contents.problems[0]


# Others' stories


def test_published_games_are_read_without_a_complaint(corpus: Path) -> None:
    counts: dict[str, tuple[int, int]] = {}
    for path in sorted((corpus / "zmachine" / "games").glob("*.z?")):
        contents = Contents(path.read_bytes(), path.name)
        things = contents.things()
        counts[path.stem] = len(things), len(contents.entries())
        assert contents.problems == [], path.name
        assert len(list(tree(things))) == len(things)
        assert json.loads(as_json(sections(contents.data, "x")))["story"]["checksum"]["right"]
    assert len(counts) == 26
    assert counts["zork1-r119"] == (250, 684)


# Damage


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.one_of(
                st.integers(0, 0x2800),  # the header, the tables: where it hurts
                st.integers(0x3000, 0x3100),
                st.integers(0, len(museum()) - 1),
            ),
            st.integers(0, 255),
        ),
        max_size=60,
    ),
    st.one_of(st.none(), st.integers(0, len(museum()))),
)
def test_damage_never_breaks_the_reader(changes: list[tuple[int, int]], end: int | None):
    data = bytearray(museum())
    for at, byte in changes:
        data[at] = byte
    whole = bytes(data[:end])
    with suppress(ImageError):
        json.loads(as_json(sections(whole, "x")))
    with suppress(ImageError):
        contents = Contents(whole, patience=0.5)
        things = contents.things()
        assert len(list(tree(things))) == len(things)
        contents.entries()
        contents.separators()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=20))
def test_a_damaged_blorb_never_breaks_the_reader(changes: list[tuple[int, int]]):
    data = bytearray(blorb_file(museum()[:2000], RECORD))
    for at, byte in changes:
        data[at] = byte
    with suppress(ImageError):
        json.loads(as_json(sections(bytes(data), "x")))
