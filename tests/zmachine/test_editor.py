"""Line editing and completion, without a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zmachine.editor import ACTIONS, Editor
from zmachine.story import Story
from zmachine.vocabulary import Completion, vocabulary

MUSEUM = Path(__file__).parent.parent.parent / "stories" / "museum.z5"
WORDS = ["lamp", "lantern", "leaflet"]


def complete(text: str) -> list[str]:
    head, space, start = text.rpartition(" ")
    return [head + space + word for word in WORDS if word.startswith(start)] if start else []


def edit(text: str, *keys: str, longest: int = 20) -> Editor:
    editor = Editor(["first", "second"], complete, longest, text)
    for key in keys:
        if len(key) == 1:
            editor.insert(key)
        else:
            assert editor.press(key)
    return editor


@pytest.mark.parametrize(
    ("keys", "text", "cursor"),
    [
        ([], "take the", 8),
        (["left", "c-b", "x"], "take txhe", 7),
        (["home", "x"], "xtake the", 1),
        (["c-a", "right", "c-f", "end"], "take the", 8),
        (["c-left", "x"], "take xthe", 6),
        (["home", "c-right", "x"], "takex the", 5),
        (["c-h", "c-h"], "take t", 6),
        (["home", "c-h", "delete"], "ake the", 0),
        (["c-w"], "take ", 5),
        (["c-left", "c-u"], "the", 0),
        (["c-left", "c-k"], "take ", 5),
        (["up"], "second", 6),
        (["up", "c-p", "c-p"], "first", 5),
        (["up", "x", "down"], "take the", 8),
        (["up", "x", "up", "c-n"], "secondx", 7),
    ],
)
def test_keys(keys: list[str], text: str, cursor: int) -> None:
    editor = edit("take the", *keys)
    assert (editor.text, editor.cursor) == (text, cursor)


def test_what_is_no_key_is_said_so() -> None:
    assert not edit("").press("f5")


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["c-i"], "get lamp"),
        (["c-i", "c-i", "c-i"], "get leaflet"),
        (["c-i"] * 4, "get l"),
        (["s-tab"], "get leaflet"),
        (["e", "c-i", "c-i"], "get leaflet"),
        (["x", "c-i"], "get lx"),
        (["c-i", "left", "c-i"], "get lampp"),
    ],
)
def test_tab_goes_through_what_fits(keys: list[str], text: str) -> None:
    assert edit("get l", *keys).text == text


@given(st.lists(st.one_of(st.sampled_from([*ACTIONS, *"ab l"])), max_size=40), st.integers(0, 12))
def test_a_line_is_never_too_long(keys: list[str], longest: int) -> None:
    editor = edit("lamp oil", *keys, longest=longest)
    assert len(editor.text) <= longest
    assert 0 <= editor.cursor <= len(editor.text)


def test_the_dictionary_gives_its_words() -> None:
    words = vocabulary(Story(MUSEUM.read_bytes()))
    assert {"inventory", "north", "look"} & set(words)
    assert all(word == word.lower() and len(word) <= 9 for word in words)


def test_a_word_that_was_printed_is_completed_in_full() -> None:
    story = Story(MUSEUM.read_bytes())
    completion = Completion(story)
    word = next(w for w in vocabulary(story) if len(w) == 9)
    completion.see(f"Here is the {word.title()}xyz!")
    assert f"take {word}xyz" in completion(f"take {word[:8]}")
    assert completion(f"take {word}xy") == [f"take {word}xyz"]
    assert completion("take ") == []


@given(st.binary(min_size=64, max_size=400))
def test_any_dictionary_can_be_read(tail: bytes) -> None:
    header = bytearray(64)
    header[0] = 5
    header[6:16] = bytes([0, 64, 0, 64, 0, 64, 0, 64, 0, 64])
    for word in vocabulary(Story(bytes(header) + tail)):
        assert len(word) > 1
