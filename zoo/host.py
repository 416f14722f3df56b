"""The host's side of a guest: one small interface, and a log of it that can be replayed.

A guest sees the world through two doors. `ask` brings something in: a line, a key, the time, a
file, a random seed. `show` takes something out. What came in is all that a run depends on beside
its image, so the log of the answers replays the run on every engine, to the byte.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from typing import IO, Any

Event = tuple[Any, ...]


class Host:
    """The world as a guest sees it. A subclass has a method `on_KIND` for each kind asked for."""

    def ask(self, kind: str, **details: Any) -> Any:
        """The answer: None (there is no more), or a bool, int, str, bytes, or a list of these."""
        return getattr(self, f"on_{kind}")(**details)

    def show(self, events: Sequence[Event]) -> None:
        """Take what the guest prints, as events of its machine."""


class Recorder(Host):
    """Hands everything to another host, and writes its answers to a file, a JSON line each."""

    def __init__(self, host: Host, file: IO[str]) -> None:
        self._host = host
        self._file = file

    def ask(self, kind: str, **details: Any) -> Any:
        answer = self._host.ask(kind, **details)
        self._file.write(json.dumps([kind, _packed(answer)]) + "\n")
        self._file.flush()  # nothing is lost on kill -9
        return answer

    def show(self, events: Sequence[Event]) -> None:
        self._host.show(events)


class ReplayError(ValueError):
    """The log does not fit the run."""


class Replayer(Host):
    """Answers from a log; what the guest prints goes to another host."""

    def __init__(self, host: Host, lines: Iterator[str]) -> None:
        self._host = host
        self._lines = lines
        self._number = 0

    def ask(self, kind: str, **details: Any) -> Any:
        self._number += 1
        try:
            logged, answer = json.loads(next(self._lines))
        except StopIteration:
            return None
        except (ValueError, TypeError) as error:
            raise ReplayError(f"line {self._number} of the log is damaged: {error}") from error
        if logged != kind:
            raise ReplayError(
                f"line {self._number} of the log answers a {logged!r}, and the guest asks for a "
                f"{kind!r}: it was recorded with another image or other options"
            )
        return _unpacked(answer)

    def show(self, events: Sequence[Event]) -> None:
        self._host.show(events)


def _packed(answer: Any) -> Any:
    return {"bytes": base64.b64encode(answer).decode()} if isinstance(answer, bytes) else answer


def _unpacked(answer: Any) -> Any:
    if isinstance(answer, dict):
        return base64.b64decode(answer["bytes"])  # type: ignore[reportUnknownArgumentType]
    return answer
