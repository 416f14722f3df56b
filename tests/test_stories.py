"""The project's own story: it is what its source says, and it can be won, everywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

STORIES = Path(__file__).parents[1] / "stories"
MUSEUM = STORIES / "museum.z5"
WALKTHROUGH = STORIES / "museum.walkthrough"


@pytest.fixture
def inform() -> str:
    """The compiler; without it a test is skipped, or, where CI is set, fails."""
    found = shutil.which("inform")
    if found is None:
        reason = "Debian's inform6-compiler is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def test_the_source_makes_the_same_bytes(inform: str, tmp_path: Path) -> None:
    built = tmp_path / "museum.z5"
    done = subprocess.run(
        [inform, "museum.inf", str(built)], cwd=STORIES, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert built.read_bytes() == MUSEUM.read_bytes()


WON = "You have 100 of a possible 100 points"


def test_the_walkthrough_wins_on_every_engine(engine: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zoo", "run", "--engine", engine, "--saves", str(tmp_path)]
    with WALKTHROUGH.open("rb") as typed:
        done = subprocess.run(
            [*command, "--seed", "1", str(MUSEUM)], stdin=typed, capture_output=True, check=False
        )
    assert done.returncode == 0, done.stderr.decode()
    assert WON in done.stdout.decode()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_that_wins_depends_on_chance(seed: int, dfrotz: str, tmp_path: Path) -> None:
    command = [dfrotz, "-m", "-q", "-p", "-s", str(seed), "-w", "80", "-h", "24", str(MUSEUM)]
    with WALKTHROUGH.open("rb") as typed:
        done = subprocess.run(command, stdin=typed, cwd=tmp_path, capture_output=True, check=True)
    assert WON in " ".join(done.stdout.decode("latin-1").split())
