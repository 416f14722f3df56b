"""The documents: links lead somewhere, and what they name exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from zmachine.front import OPTIONS
from zoo.cli import commands
from zoo.plugins import plugins

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
EACH = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """The names by which the headings of a document can be linked to."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@EACH
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        place, _, anchor = target.partition("#")
        path = (document.parent / place).resolve() if place else document
        assert path.is_relative_to(ROOT) and path.exists(), target
        assert not anchor or anchor in anchors(path), target


@EACH
def test_modules_that_are_named_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"(?<![\w/])((?:zoo|zmachine|tests|docs|bench|stories)/[\w/.-]+\.\w+)", text)
    for name in named:
        assert (ROOT / name).exists(), name


@EACH
def test_commands_that_are_named_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    quoted = re.findall(r"`([^`\n]+)`|^    (\S.*)$", text, re.MULTILINE)
    for line in (a or b for a, b in quoted):
        words = line.removeprefix(".venv/bin/").split()
        if len(words) < 2 or words[0] != "zoo" or not re.fullmatch(r"[a-z]+", words[1]):
            continue
        assert words[1] in plugins("zoo.commands"), line


def options_of(command: str) -> set[str]:
    found = commands.get_command(click.Context(commands), command)
    assert found is not None
    return {name for parameter in found.params for name in parameter.opts}


def test_options_that_the_readme_names_exist() -> None:
    known = {name for command in plugins("zoo.commands") for name in options_of(command)}
    known |= {name for option in OPTIONS for name in option.opts} | {"--help"}
    named = set(re.findall(r"`[^`\n]*?(--[a-z]+(?:-[a-z]+)*)", README))
    assert named and named <= known


def test_every_exit_code_is_in_the_readme() -> None:
    from zoo import cli
    from zoo.commands import compare

    codes = {
        value
        for module in (cli, compare)
        for name, value in vars(module).items()
        if name.startswith("EXIT_")
    }
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert listed == codes | {0}


def test_make_has_the_targets_that_are_named() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^    make (\w+)", README, re.MULTILINE))
    assert {"play", "test"} <= named <= targets
    assert {"lint", "bench", "warm", "clean"} <= targets


def test_every_machine_is_in_the_readme() -> None:
    for name in plugins("zoo.machines"):
        assert f"| `{name}` |" in README
