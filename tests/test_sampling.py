"""`zoo run --sample`: how far a run was over time, and that nobody notices."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest
from toy import TOY, Services, boot, program

from zoo.host import Event, Host
from zoo.sampling import Sampler
from zoo.session import Session

MUSEUM = Path(__file__).parents[1] / "stories" / "museum.z5"
# Reads keys and prints each, until there are no more.
ECHO = program(("get", 0), ("put", 0), ("jump", 0))
KEYS = b"a short text"


class Keys(Host):
    """Presses keys, and keeps what is printed."""

    def __init__(self) -> None:
        self._keys = iter(KEYS)
        self.shown: list[Event] = []

    def on_key(self) -> int | None:
        return next(self._keys, None)

    def show(self, events: Sequence[Event]) -> None:
        self.shown.extend(events)


def run(sampled: bool, budget: int | None) -> tuple[object, ...]:
    """All that a run leaves behind."""
    guest, host = boot(ECHO), Keys()
    session = Session(TOY, guest, Services(guest, host), "interp")
    if sampled:
        Sampler(session, 0)
    stop = session.run(budget)
    return stop, session.stats.instructions, session.stats.stops, host.shown, guest.buffer[:]


@pytest.mark.parametrize("budget", [None, 0, 7, 1000])
def test_a_run_is_the_same_with_samples(
    budget: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoo.session.LOOK", 2)
    assert run(True, budget) == run(False, budget)


def test_samples_are_so_far_apart_and_the_last_is_the_end() -> None:
    guest = boot(ECHO)
    session = Session(TOY, guest, Services(guest, Keys()), "interp")
    ticks = count()
    sampler = Sampler(session, 3, clock=lambda: next(ticks))
    session.run(20)
    sampler.finish()
    assert sampler.samples[0] == (0, 0)
    assert [seconds for seconds, _ in sampler.samples[1:-1]] == [3, 6]
    done = [instructions for _, instructions in sampler.samples]
    assert done == sorted(done) and done[-1] == 20
    sampler.finish()
    assert len(sampler.samples) == 4  # nothing has happened since


def test_samples_are_in_the_statistics_when_they_are_wanted() -> None:
    def zoo(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "zoo", "run", "--engine", "interp", *options, str(MUSEUM)]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)

    plain, sampled = zoo("--stats"), zoo("--stats", "--sample", "0")
    assert plain.stdout == sampled.stdout
    one, two = json.loads(plain.stderr), json.loads(sampled.stderr)
    samples = two.pop("samples")
    assert samples[0] == [0, 0] and samples[-1][1] <= two["instructions"] == one["instructions"]
    assert "samples" not in one and one["stops"] == two["stops"]
    refused = zoo("--sample", "1")
    assert refused.returncode == 2 and "it needs --stats too" in refused.stderr
