"""Conformance suites that others wrote: what they say of themselves, and what dfrotz prints."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from play import Script, dfrotz_text, play, squeezed

from zmachine.story import Options
from zoo import registers as r
from zoo.host import Event


@pytest.fixture
def suite(corpus: Path) -> Path:
    return corpus / "zmachine" / "suite"


def expected(suite: Path, name: str) -> str:
    return squeezed((suite / "expected" / f"{name}.txt").read_text())


@pytest.mark.parametrize(
    ("name", "passed"), [("czech.z3", 349), ("czech.z4", 367), ("czech.z5", 406), ("czech.z8", 406)]
)
def test_czech(name: str, passed: int, suite: Path, engine: str, tmp_path: Path) -> None:
    run = play(suite / name, [], tmp_path, engine)
    assert f"Passed: {passed}, Failed: 0, Print tests: 19" in run.text
    assert run.stop.reason == r.HALT
    assert squeezed(run.text) == expected(suite, name)


def test_czech_with_our_own_header(suite: Path, engine: str, tmp_path: Path) -> None:
    """As we play it otherwise only what the header says differs: colours, styles, the machine."""
    run = play(suite / "czech.z5", [], tmp_path, engine, Options())
    ours = run.text.splitlines()
    theirs = play(suite / "czech.z5", [], tmp_path, engine).text.splitlines()
    differing = {b.split(":")[0].strip() for a, b in zip(ours, theirs, strict=True) if a != b}
    assert differing == {"interpreter 1 F (DECSystem-20)", "Flags on", "Flags off", "Default color"}


def test_praxix(suite: Path, engine: str, tmp_path: Path) -> None:
    run = play(suite / "praxix.z5", ["all", "quit"], tmp_path, engine)
    assert "All tests passed." in run.text
    # frotz left out its name, which is in bold.
    assert squeezed(run.text) == "Praxix" + expected(suite, "praxix.z5")


def test_strictz_5(suite: Path, engine: str, tmp_path: Path) -> None:
    run = play(suite / "strictz.z5", ["n"], tmp_path, engine)
    results = [line for line in run.text.splitlines() if "=>" in line]
    assert len(results) == 28 and all(line.endswith("(correct)") for line in results)
    assert squeezed(run.text).startswith(expected(suite, "strictz.z5"))


def test_strictz_3(suite: Path, engine: str, tmp_path: Path) -> None:
    run = play(suite / "strictz.z3", [""] * 20, tmp_path, engine)
    results = [line for line in run.text.splitlines() if "=>" in line]
    assert len(results) == 28 and all(line.endswith("(correct)") for line in results)
    assert "Test completed!" in run.text


def test_strictz_warns(suite: Path, engine: str, tmp_path: Path) -> None:
    """Every illegal instruction is noticed when it is to be reported, and once otherwise."""

    def warnings(strict: str) -> int:
        options = Options(strict=strict)
        run = play(suite / "strictz.z5", ["n"], tmp_path, engine, options)
        return sum(event[0] == "warning" for event in run.events)

    assert [warnings("ignore"), warnings("once")] == [0, 1]
    assert warnings("report") == 17
    run = play(suite / "strictz.z5", ["n"], tmp_path, engine, Options(strict="fatal"))
    assert run.stop.reason == r.FAULT and run.stop.text == "object 0 was used as an object"


# Scripts whose whole text dfrotz prints too.
AS_DFROTZ = {
    "etude.z5": [
        *(["1", "."], ["2", "."], ["3", "."], ["5", "", "."], ["6", "."], ["7", "."]),
        *(["8", "a", "Z", "~", ".", "."], ["9", "Hello, World", "", "."], ["12", " more", "."]),
        *(["13", "y", "y", "."], ["14", "x"]),
    ],
    "gntests.z5": [["2", "", "0"], ["4", "", "0"], ["5", "", "0"]],
    "evalstream.z5": [[""]],
    "strictz.z5": [["n", ""]],
    "strictz.z3": [[""] * 20],
    "praxix.z5": [["help", "undo", "multiundo", "tables", "."]],
}


@pytest.mark.parametrize(
    ("name", "script"),
    [
        pytest.param(name, script, id=f"{name}-{script[0]}")
        for name, scripts in AS_DFROTZ.items()
        for script in scripts
    ],
)
def test_prints_what_dfrotz_prints(
    name: str, script: Sequence[str], suite: Path, engine: str, dfrotz: str, tmp_path: Path
) -> None:
    ours = squeezed(play(suite / name, script, tmp_path, engine).text)
    theirs = squeezed(dfrotz_text(dfrotz, suite / name, script, tmp_path))
    # Where its input ends dfrotz says so, and it leaves bold text out: here only Praxix's name.
    assert ours.removeprefix("Praxix") == theirs.removesuffix("EOT")


def test_etude_judges(suite: Path, engine: str, tmp_path: Path) -> None:
    script = ["6", "13", "y", "y", ".", "."]
    text = play(suite / "etude.z5", script, tmp_path, engine).text
    assert text.count("(ok)") == 12 and "ERROR" not in text
    assert text.count("appears to behave according to spec.") == 2
    assert "In fact, it supports multiple" in text


class Timed(Script):
    """Lets the time run out a few times before anything is typed."""

    times = 7

    def on_key(self, tenths: int = 0, **details: Any) -> int | None:
        if tenths and self.times:
            self.times -= 1
            return 0
        return super().on_key(**details)

    def on_line(self, tenths: int = 0, present: str = "", **details: Any) -> list[Any] | None:
        if tenths and self.times:
            self.times -= 1
            return [present + "x", 0]
        return super().on_line(present=present, **details)


def test_etude_timed_key(suite: Path, engine: str, tmp_path: Path) -> None:
    host = Timed(["10", "a", ".", ".", "."], tmp_path)
    text = play(suite / "etude.z5", [], tmp_path, engine, host=host).text
    assert "* * * * * * * \n" in text
    assert "interrupt function with no arguments. This aspect" in text


def test_etude_timed_line(suite: Path, engine: str, tmp_path: Path) -> None:
    """What was typed before an interrupt is still there after it."""
    host = Timed(["11", "a", " and more", ".", "."], tmp_path)
    text = play(suite / "etude.z5", [], tmp_path, engine, host=host).text
    assert text.count("[Every three seconds....]") == 2
    assert 'You just typed "xxxxxxx and more".' in text


def test_unicode(suite: Path, engine: str, dfrotz: str, tmp_path: Path) -> None:
    """Every line of the tables holds 32 characters in order, as far as dfrotz has them too."""
    run = play(suite / "unicode.z5", ["", "q", "~"], tmp_path, engine)
    assert "Euro, copyright and trademark symbols € © ™" in run.text
    rows = re.findall(r"^([0-9a-f]{4}) : (.{32})$", run.text, re.MULTILINE)
    assert len(rows) == 31
    for start, characters in rows:
        wanted = [chr(int(start, 16) + k) for k in range(32)]
        # 127 is no character to print.
        assert list(characters) == [c if c != "\x7f" else characters[31] for c in wanted]
    assert "ZSCII $000d = return" in run.text and "ZSCII $0071" in run.text
    theirs = dfrotz_text(dfrotz, suite / "unicode.z5", ["", "q", "~"], tmp_path)
    assert squeezed(run.text) == squeezed(theirs).removesuffix("EOT")


def test_random(suite: Path, engine: str, dfrotz: str, tmp_path: Path) -> None:
    """With frotz's generator the graph of 150 numbers is that which dfrotz draws."""
    script = ["2", "", "", "q"]
    run = play(suite / "random.z5", script, tmp_path, engine)
    theirs = dfrotz_text(dfrotz, suite / "random.z5", script, tmp_path).splitlines()
    graph = screen(run.events)[1:]
    assert sum(row.count("#") for row in graph) > 500
    assert graph == theirs[-len(graph) :]


def screen(events: Sequence[Event]) -> list[str]:
    """The rows of the upper window, as far as something was drawn at a cursor in it."""
    cells: dict[tuple[int, int], str] = {}
    window, row, column = 0, 1, 1
    for event in events:
        match event:
            case ("window", number):
                window, row, column = number, 1, 1
            case ("erase_window", _):
                cells.clear()
            case ("cursor", row, column):
                pass
            case ("text", text) if window == 1:
                for character in text:
                    cells[row, column] = character
                    column += 1
            case _:
                pass
    last = max(row for row, _ in cells)
    return [
        "".join(cells.get((row, column), " ") for column in range(1, 81)).rstrip()
        for row in range(1, last + 1)
    ]


def test_scriptbit(suite: Path, engine: str, tmp_path: Path) -> None:
    """The transcript has just what is printed while the story's bit is set, input or none."""
    run = play(suite / "scriptbit.z5", [""] * 4, tmp_path, engine)
    on = False
    transcript = ""
    for event in run.events:
        if event[0] == "flags":
            on = bool(event[1] & 1)
        elif event[0] == "text" and on:
            transcript += event[1]
    once, again = squeezed(transcript).split("Nowtryingagain,butwithoutthesafetyofinputrequests.")
    assert once == again == "BBBBAboveshouldappear'AAAABBBB'."
    assert run.text.count("AAAABBBB") == 4


@pytest.mark.parametrize("seed", range(4))
def test_crashme(seed: int, suite: Path, engine: str, tmp_path: Path) -> None:
    """Random bytes as code: the host survives, within the budget."""
    options = Options(rng="frotz", profile="frotz", seed=seed)
    run = play(suite / "crashme.z5", ["a"] * 50, tmp_path, engine, options, budget=300_000)
    assert run.stats.instructions <= 300_000
    assert run.stop.reason in (r.BUDGET, r.FAULT, r.HALT, r.HOST)
