"""What all tests share: the corpus of foreign images, and the engines."""

import os
import shutil
import signal
from pathlib import Path

import pytest

# A shell's background jobs begin with Ctrl-C ignored, and hand that on: the tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

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


@pytest.fixture(params=["interp", "jit"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


def program(name: str) -> str:
    """The path of an installed program; without it skip, or, where CI is set, fail."""
    found = shutil.which(name) or shutil.which(name, path="/usr/games")
    if found is None:
        reason = f"{name} is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def dfrotz() -> str:
    return program("dfrotz")
