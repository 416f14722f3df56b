"""Translations that are kept for the next run: one file for each image, a batch after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from zoo import cache as store
from zoo.engines.image import Image, packed, unpacked
from zoo.layout import Guest
from zoo.machine import Machine

MOST_BYTES = 16 << 20  # in a file: beyond this the oldest batches go


class Record(NamedTuple):
    """What is known of a translation, besides its native code.

    symbol: its function's name in the image.  entries: the addresses at which it may be entered.
    context: the registers on which its code's meaning depends.  code: the bytes that it was made
    of, by the address of the first.
    """

    symbol: str
    entries: Sequence[int]
    context: Mapping[str, int]
    code: Mapping[int, bytes]

    def addresses(self) -> Iterator[int]:
        """Those of all its bytes."""
        for start, code in self.code.items():
            yield from range(start, start + len(code))

    def is_in(self, memory: Sequence[int]) -> bool:
        """Whether the code lies in memory as it did."""
        return all(memory[start : start + len(code)] == code for start, code in self.code.items())


class Batch(NamedTuple):
    """Translations that were made at a time."""

    image: Image
    records: Sequence[Record]


def context(machine: Machine, guest: Guest) -> dict[str, int]:
    """The values of the registers on which it now depends what code means."""
    return {name: guest.state.r[machine.layout.registers[name]] for name in machine.context}


def batches(path: Path) -> list[Batch]:
    """What is kept in a file, the oldest first."""
    return [
        Batch(image, [_record(*one) for one in more["records"]])
        for image, more in unpacked(store.kept(path) or b"")
    ]


def add(path: Path, batch: Batch) -> None:
    """Keep one more batch, unless what was made is there already."""
    known = batches(path)
    if any(one.records == batch.records for one in known):
        return
    parts = [_packed(one) for one in (*known, batch)]
    while len(parts) > 1 and sum(map(len, parts)) > MOST_BYTES:
        parts.pop(0)
    store.keep(path, b"".join(parts))


def _packed(batch: Batch) -> bytes:
    records = [
        (r.symbol, r.entries, r.context, {start: code.hex() for start, code in r.code.items()})
        for r in batch.records
    ]
    return packed(batch.image, records=records)


def _record(
    symbol: str, entries: list[int], context: dict[str, int], code: dict[str, str]
) -> Record:
    return Record(
        symbol, entries, context, {int(k): bytes.fromhex(text) for k, text in code.items()}
    )
