"""8.3 names: what fits, what becomes of the others, and patterns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm86.dos import names

HOSTS = st.sets(
    st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=14)
    | st.text("aAbB.~1 +é", min_size=1, max_size=12)
)


@pytest.mark.parametrize("name", ["A", "README.TXT", "12345678.123", "~!#$%&'.()@", "ÄÖ.É"])
def test_names_that_fit(name: str) -> None:
    assert names.is_name(name)
    assert names.short_names([name]) == {name: name}


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a", "A.", ".A", "123456789", "A.1234", "A.B.C", "A B", "A+B", "CON", "NUL.TXT",
     "COM4", "LPT3.X", "CLOCK$", "A\\B", "A/B", "A:", "A*", "A?", "Ł", "A\x01", "é"],
)  # fmt: skip
def test_names_that_do_not_fit(name: str) -> None:
    assert not names.is_name(name)


def test_aliases() -> None:
    hosts = ["long name.text", "long name.txt", "a.txt", "A.TXT", "con.c", ".git", "x.tar.gz", "+"]
    assert names.short_names(hosts) == {
        "A.TXT": "A.TXT",
        "A~1.TXT": "a.txt",
        "CON~1.C": "con.c",
        "GIT~1": ".git",
        "LONGNA~1.TEX": "long name.text",
        "LONGNA~1.TXT": "long name.txt",
        "XTAR~1.GZ": "x.tar.gz",
        "FILE~1": "+",
    }


def test_aliases_never_take_a_name_that_fits() -> None:
    assert names.short_names(["a long name", "ALONGN~1"]) == {
        "ALONGN~1": "ALONGN~1",
        "ALONGN~2": "a long name",
    }


def test_many_aliases_keep_within_eight_characters() -> None:
    found = names.short_names(f"long name {n}" for n in range(1200))
    assert len(found) == 1200
    assert "LON~1200" in found


@given(HOSTS)
def test_each_host_name_has_a_name_of_its_own(hosts: set[str]) -> None:
    found = names.short_names(hosts)
    assert sorted(found.values()) == sorted(hosts)
    assert all(names.is_name(name) for name in found)
    assert names.short_names(reversed(sorted(hosts))) == found


@given(st.binary(max_size=20))
def test_the_case_of_what_programs_write_does_not_matter(raw: bytes) -> None:
    assert names.from_task(raw) == names.from_task(raw.lower()) == names.upper(names.from_task(raw))
    assert len(names.from_task(raw).encode("cp437")) == len(raw)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.*", ["A", "AB.C", "ABC.TXT", "."]),
        ("*", ["A", "."]),
        ("A?.*", ["A", "AB.C"]),
        ("*.TXT", ["ABC.TXT"]),
        ("A*.?", ["A", "AB.C"]),
        ("?.", ["A", "."]),
    ],
)
def test_patterns(pattern: str, found: list[str]) -> None:
    everything = ["A", "AB.C", "ABC.TXT", "."]
    assert [n for n in everything if names.matches(names.to_field(pattern), n)] == found


def test_fields() -> None:
    assert names.to_field("README.TX") == "README  TX "
    assert names.from_field("README  TX ") == "README.TX"
    assert names.to_field("AB*.C?") == "AB??????C? "
    assert names.renamed("????X???BAK", "AB.TXT") == "AB  X.BAK"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("LONGFILENAME.TEXT", "LONGFILE.TEX"),
        ("A.", "A"),
        ("A .B ", "A.B"),
        ("A?.*", "A?.*"),
        ("A B.C", "A B.C"),
        *((text, None) for text in ("A.B.C", "A..", ".A", "...", " .A", "A=B", "A\x03", "A.B:")),
    ],
)
def test_components(text: str, name: str | None) -> None:
    assert names.component(text) == name
