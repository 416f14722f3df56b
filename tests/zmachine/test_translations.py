"""A game in translations: the museum from its first room to its last, equal to the loop's run.

Its turns are short, so that the recompiler is made keen here, and the game waits for it.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from play import state_bytes

from zmachine.machine import MACHINE
from zmachine.plain import Plain
from zmachine.saves import Saves
from zmachine.services import Services
from zmachine.story import Options, load
from zoo.engines import recompile
from zoo.session import Session

STORIES = Path(__file__).parents[2] / "stories"


def walk(engine: str, saves: Path) -> tuple[Session, str]:
    """The session, and what the game printed."""
    guest = load((STORIES / "museum.z5").read_bytes(), Options(seed=1))
    printed = io.StringIO()
    typed = io.StringIO((STORIES / "museum.walkthrough").read_text(encoding="utf-8"))
    host = Plain(Saves(saves, "museum"), typed, printed, seed=1)
    session = Session(MACHINE, guest, Services(guest, host), engine)
    session.run()
    return session, printed.getvalue()


def test_the_museum_is_the_same_in_translations(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recompile, "HOT", 100)
    monkeypatch.setattr(recompile, "WAIT", True)
    loop, expected = walk("jit", tmp_path)
    for _ in range(2):  # the second finds the translations of the first
        session, printed = walk("recompile", tmp_path)
        assert printed == expected
        assert session.stats.instructions == loop.stats.instructions
        assert state_bytes(session.guest) == state_bytes(loop.guest)
        assert session.stats.details["translated_instructions"] > 50_000
    assert session.stats.details["translations"] < 20
