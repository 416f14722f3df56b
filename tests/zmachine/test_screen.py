"""The model of the screen: section 8 of the Standard, without a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zmachine.cells import BOLD, ITALIC, PLAIN, REVERSE, Row, Style, cells_of, shown, wrap
from zmachine.panes import Lower, Status
from zmachine.screen import Screen


def text_of(row: Row) -> str:
    return "".join(char for char, _ in row)


def lines(screen: Screen, typed: str = "") -> list[str]:
    """The rows of the screen, without the spaces at their ends."""
    return [text_of(row).rstrip() for row in screen.frame(typed, len(typed)).rows]


def screen(
    *events: tuple[object, ...], version: int = 5, width: int = 20, height: int = 6
) -> Screen:
    made = Screen(version, width, height)
    made.feed(events)
    return made


# Wrapping


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [""]),
        ("one two", ["one two"]),
        ("one two three", ["one two", "three"]),
        ("12345678 90", ["12345678", "90"]),
        ("1234567   90", ["1234567 ", "90"]),
        ("1234567890", ["12345678", "90"]),
        ("  indented text", [" ", "indented", "text"]),
    ],
)
def test_words_are_kept_whole(text: str, rows: list[str]) -> None:
    cells = cells_of(text, PLAIN)
    assert [text_of(cells[a:b]) for a, b in wrap(cells, 8)] == rows


def test_unbuffered_text_breaks_anywhere() -> None:
    cells = cells_of("one two three", Style(buffered=False))
    assert [text_of(cells[a:b]) for a, b in wrap(cells, 8)] == ["one two ", "three"]


@given(st.text(st.sampled_from("ab 日"), max_size=60), st.integers(1, 12))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    cells = cells_of(text, PLAIN)
    rows = wrap(cells, width)
    assert all(0 <= end - start <= width for start, end in rows)
    assert "".join(text_of(cells[a:b]) for a, b in rows).replace(" ", "") == text.replace(" ", "")


# Hostile text


@given(st.characters())
def test_nothing_that_steers_a_terminal_is_shown(char: str) -> None:
    seen, width = shown(char)
    assert seen.isprintable() or seen == " " or seen == "\xa0" or width == 0 or seen == char
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in seen)


def test_an_escape_sequence_is_seen_and_not_obeyed() -> None:
    assert lines(screen(("text", "a\x1b[2Jb\x9b1m\x07")))[0] == "a�[2Jb�1m�"
    boxed = screen(("split", 1), ("window", 1), ("text", "\x1b]0;x\x07"))
    assert lines(boxed)[0] == "�]0;x�"
    status = screen(("status",), ("text", "\x1b[m"), ("status_end", 0, 0, 0), version=3)
    assert "\x1b" not in lines(status)[0]


def test_wide_characters_and_accents_take_their_columns() -> None:
    made = screen(("text", "日e\u0301x"), width=4)
    assert [char for char, _ in made.frame().rows[0]] == ["日", "", "e\u0301", "x"]
    assert made.frame().cursor == (0, 3)


# The lower window


def test_text_begins_at_the_top_from_version_5() -> None:
    assert lines(screen(("text", "a\n>")), "go") == ["a", ">go", "", "", "", ""]


def test_text_begins_at_the_bottom_before_version_5() -> None:
    assert lines(screen(("text", "a\n>"), version=4), "go") == ["", "", "", "", "a", ">go"]


def test_the_cursor_follows_what_is_typed() -> None:
    made = screen(("text", ">"))
    assert made.frame("north", 2).cursor == (0, 3)
    assert made.frame("take the very long sword", 24).cursor == (1, 5)


def test_styles_add_up_until_roman() -> None:
    made = screen(("style", 2), ("style", 4), ("text", "a"), ("style", 0), ("text", "b"))
    first, second = (style for _, style in made.frame().rows[0][:2])
    assert first.bits == BOLD | ITALIC
    assert second.bits == 0


def test_colours_and_true_colours() -> None:
    made = screen(("colour", 3, 6), ("text", "a"), ("colour", 0, 1), ("text", "b"))
    made.feed([("true_colour", 0x7C1F, -2), ("text", "c"), ("true_colour", -1, 0), ("text", "d")])
    found = [(s.foreground, s.background) for _, s in made.frame().rows[0][:4]]
    assert found == [(-3, -6), (-3, -1), (0x7C1F, -1), (-1, 0)]


def test_erasing_takes_the_background() -> None:
    made = screen(("colour", 9, 6), ("erase_window", -1))
    assert {style.background for row in made.frame().rows for _, style in row} == {-6}


def test_stream_1_off_shows_nothing() -> None:
    made = screen(("stream", -1), ("text", "no"), ("stream", 1), ("text", "yes"))
    assert lines(made)[0] == "yes"


def test_erasing_begins_a_page_and_keeps_the_history() -> None:
    made = screen(("text", "old\n"), ("erase_window", -1), ("text", "new"))
    assert lines(made)[0] == "new"
    made.resize(20, 1)
    made.scroll(1)
    assert lines(made)[0] == "old"
    made.scroll(-5)
    assert lines(made)[0] == "new"


def test_a_resize_wraps_anew() -> None:
    made = screen(("text", "one two three four"), width=20, height=3)
    assert lines(made) == ["one two three four", "", ""]
    made.resize(8, 3)
    assert lines(made) == ["one two", "three", "four"]
    made.resize(1, 1)
    assert lines(made) == ["r"]


def test_history_is_bounded() -> None:
    lower = Lower()
    for _ in range(25_000):
        lower.put("x\n", PLAIN)
    assert len(lower.paragraphs) <= 10_001
    assert lower.unread(80) <= 10_001


# Reading page by page


def test_what_does_not_fit_is_counted() -> None:
    made = screen(("text", ">"))
    made.echo("look", ended=True)
    made.see()
    made.feed([("text", "1\n2\n3\n4\n5\n")])
    assert made.overflow == 0  # the first new row takes the prompt's place at the top
    made.feed([("text", "6\n7\n>")])
    assert made.overflow == 2
    made.hidden = made.overflow
    assert lines(made) == ["1", "2", "3", "4", "5", "6"]
    made.hidden = 0
    made.lower.see_rows(20, 4)
    assert made.overflow == 0
    made.see()
    assert made.lower.unread(20) == 0


def test_a_note_stands_above_the_prompt() -> None:
    made = screen(("text", "a\n>"), ("note", "two\nlines"), ("problem", "bad"))
    assert lines(made) == ["a", "two", "lines", "[bad]", ">", ""]


def test_preloaded_input_is_taken_back() -> None:
    made = screen(("text", "> north"))
    made.take("north")
    assert lines(made, "nor") == ["> nor", "", "", "", "", ""]
    made.take("elsewhere")
    assert made.lower.text == "> "


# The upper window


def test_the_upper_window_is_a_grid() -> None:
    made = screen(("split", 3), ("window", 1), ("cursor", 2, 3), ("text", "ab\ncd"))
    made.feed([("cursor", 1, 18), ("text", "clipped"), ("window", 0), ("text", "lower")])
    assert lines(made) == ["                 cli", "  ab", "cd", "lower", "", ""]


def test_selecting_the_upper_window_goes_home() -> None:
    made = screen(("split", 1), ("window", 1), ("text", "ab"), ("window", 0), ("window", 1))
    made.feed([("text", "c")])
    assert lines(made)[0] == "cb"


def test_erase_line_clears_to_the_right() -> None:
    made = screen(("split", 1), ("window", 1), ("text", "abcdef"), ("cursor", 1, 3))
    made.feed([("erase_line",)])
    assert lines(made)[0] == "ab"


def test_erasing_all_unsplits() -> None:
    made = screen(("split", 2), ("window", 1), ("text", "ab"), ("erase_window", -1))
    made.feed([("text", "c")])
    assert lines(made)[0] == "c"
    made = screen(("split", 2), ("window", 1), ("text", "ab"), ("erase_window", -2))
    assert made.upper.split == 2
    assert lines(made)[0] == ""


def test_version_3_clears_the_upper_window_when_it_splits() -> None:
    made = screen(("split", 1), ("window", 1), ("text", "ab"), ("split", 2), version=3)
    assert lines(made)[1] == ""


BOX = (
    *(("split", 3), ("window", 1), ("cursor", 2, 4), ("text", "a box"), ("cursor", 3, 4)),
    *(("text", "of two"), ("window", 0), ("split", 1)),
)


def test_a_box_stays_until_the_person_answers() -> None:
    made = screen(("text", "\n\n\n\ntitle"), *BOX)
    assert lines(made) == ["", "   a box", "   of two", "", "", "title"]
    made.see()
    assert lines(made) == ["", "", "", "", "", "title"]


def test_a_box_does_not_hide_what_is_new() -> None:
    made = screen(("text", "new\nand\n>"), *BOX)
    assert lines(made) == ["", "   a box", "   of two", "new", "and", ">"]
    assert made.frame().cursor == (5, 1)


def test_a_line_can_be_typed_in_the_upper_window() -> None:
    made = screen(("split", 2), ("window", 1), ("cursor", 2, 3), ("text", "Name: "))
    assert lines(made, "Ann")[1] == "  Name: Ann"
    assert made.frame("Ann", 3).cursor == (1, 11)
    made.echo("Ann", ended=True)
    assert lines(made)[1] == "  Name: Ann"


# The status line


@pytest.mark.parametrize(
    ("status", "width", "line"),
    [
        (Status("Cellar", 5, 12), 40, " Cellar             Score: 5  Moves: 12 "),
        (Status("Cellar", -5, 12), 20, " Cellar       -5/12 "),
        (Status("Cellar", 0, 5, True), 30, " Cellar        Time: 12:05 am "),
        (Status("Cellar", 13, 30, True), 20, " Cellar     1:30 pm "),
        (Status("A very long name of a place", 5, 12), 20, " A very long … 5/12 "),
        (Status("Cellar"), 4, " Ce…"),
    ],
)
def test_the_status_line(status: Status, width: int, line: str) -> None:
    assert status.line(width) == line


def test_the_status_line_is_above_the_windows() -> None:
    made = screen(("status",), ("text", "Cellar"), ("status_end", 1, 2, 0), version=3)
    made.feed([("split", 1), ("window", 1), ("text", "up"), ("window", 0), ("text", ">")])
    frame = made.frame()
    assert lines(made) == [" Cellar         1/2", "up", "", "", "", ">"]
    assert frame.rows[0][0][1].bits == REVERSE
    assert frame.cursor == (5, 1)


def test_a_kept_screen_comes_back() -> None:
    made = screen(("split", 1), ("window", 1), ("text", "one"), ("window", 0), ("style", 2))
    kept = made.keep()
    made.feed([("window", 1), ("text", "two"), ("split", 3), ("style", 0), ("screen", kept)])
    assert lines(made)[0] == "one"
    assert (made.upper.split, made.window, made.style.bits) == (1, 0, BOLD)


EVENTS = st.one_of(
    st.tuples(st.just("text"), st.text(max_size=40)),
    st.tuples(st.sampled_from(["window", "buffer", "style"]), st.integers(0, 15)),
    st.tuples(st.just("split"), st.integers(0, 300)),
    st.tuples(st.just("erase_window"), st.integers(-2, 1)),
    st.tuples(st.just("erase_line"), st.just(1)),
    st.tuples(st.just("cursor"), st.integers(1, 32767), st.integers(1, 32767)),
    st.tuples(st.sampled_from(["colour"]), st.integers(0, 255), st.integers(0, 255)),
    st.tuples(st.just("true_colour"), st.integers(-4, 32767), st.integers(-4, 32767)),
    st.tuples(st.just("stream"), st.sampled_from([1, -1, 2, -2, 4])),
    st.tuples(st.just("status")),
    st.tuples(st.just("status_end"), *[st.integers(-32768, 32767)] * 2, st.integers(0, 1)),
    st.tuples(st.just("note"), st.text(max_size=20)),
)


@given(
    st.lists(EVENTS, max_size=30),
    st.sampled_from([1, 3, 4, 5, 8]),
    st.integers(1, 40),
    st.integers(1, 12),
    st.text(max_size=50),
)
def test_any_events_give_a_whole_frame(
    events: list[tuple[object, ...]], version: int, width: int, height: int, typed: str
) -> None:
    made = Screen(version, width, height)
    made.feed(events)
    for hidden in (0, 3):
        made.scroll(hidden)
        assert made.overflow >= 0
        frame = made.frame(typed, len(typed) // 2)
        assert [len(row) for row in frame.rows] == [width] * height
        assert 0 <= frame.cursor[0] < height
        assert 0 <= frame.cursor[1] < width
