"""What the tests of the 386 share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Assemble = Callable[[str, str], Path]


@pytest.fixture
def corpus86(corpus: Path) -> Path:
    """The corpus's part for this machine."""
    return corpus / "vm86"


@pytest.fixture
def assemble(nasm: str, tmp_path: Path) -> Assemble:
    """Makes a .COM of a name from what nasm calls its source."""

    def make(name: str, source: str) -> Path:
        written = tmp_path / f"{name}.asm"
        written.write_text(f"org 0x100\n{source}")
        path = tmp_path / f"{name}.com"
        subprocess.run([nasm, "-f", "bin", "-o", path, written], check=True, timeout=60)
        return path

    return make
