"""What all tests share: the corpus of foreign images, and the engines."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from zoo.engines import recompile
from zoo.engines.constants import Constants
from zoo.layout import Guest
from zoo.machine import Machine

# A shell's background jobs begin with Ctrl-C ignored, and hand that on: the tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes depends on what else the machine is doing.
settings.register_profile("zoo", deadline=None)
settings.load_profile("zoo")

BESIDE = Path(__file__).parents[2] / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of images that others made: ZOO_CORPUS, or shared/corpus beside the repository.

    Without it a test that needs it is skipped; where CI is set, it fails.
    """
    folder = Path(os.environ.get("ZOO_CORPUS") or BESIDE)
    if not folder.is_dir():
        reason = f"no corpus at {folder}: set ZOO_CORPUS to its folder"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(autouse=True)
def translations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where tests keep translations: not in the user's cache, and none of another test."""
    folder = tmp_path / "translations"

    def place(machine: Machine, guest: Guest) -> Path:
        return folder / f"{machine.name}-{Constants(machine, guest).hash()}.o"

    monkeypatch.setattr(recompile, "translations_path", place)
    return folder


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recompiler translates all that is run twice, and the guest waits for it."""
    monkeypatch.setattr(recompile, "HOT", 1)
    monkeypatch.setattr(recompile, "WAIT", True)


@pytest.fixture(params=["interp", "jit", "recompile"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


def program(name: str) -> str:
    """The path of an installed program; without it skip, or, where CI is set, fail."""
    found = shutil.which(name) or shutil.which(name, path="/usr/games:/usr/sbin")
    if found is None:
        reason = f"{name} is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def installed() -> Callable[[str], str]:
    """See `program`."""
    return program


@pytest.fixture(scope="session")
def dfrotz() -> str:
    return program("dfrotz")


@pytest.fixture(scope="session")
def nasm() -> str:
    return program("nasm")
