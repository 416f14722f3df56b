"""What the tests of the 386 share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def corpus86(corpus: Path) -> Path:
    """The corpus's part for this machine."""
    return corpus / "vm86"
