"""What all devices have in common: registers that can be saved and put back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, cast

FLOATING = 0xFF  # what a read of a port gives where nothing drives the bus

MOST = 1 << 63


class Device:
    """A device of byte-wide ports.

    KEPT: the names of its registers: integers, and lists of them. QUEUES: lists of any length.
    """

    KEPT: ClassVar[tuple[str, ...]] = ()
    QUEUES: ClassVar[tuple[str, ...]] = ()

    def read(self, port: int) -> int:
        return FLOATING

    def write(self, port: int, value: int) -> None:
        pass

    def state(self) -> dict[str, object]:
        """The registers as plain data for JSON."""
        return {name: _copy(getattr(self, name)) for name in (*self.KEPT, *self.QUEUES)}

    def load(self, state: Mapping[str, object]) -> None:
        """Put back what `state` gave. ValueError where it is of another shape."""
        for name in (*self.KEPT, *self.QUEUES):
            setattr(self, name, self._checked(name, state.get(name)))

    def _checked(self, name: str, value: object) -> object:
        """A register's new value, if it is of the kind the present one is."""
        present: object = getattr(self, name)
        if not isinstance(present, list):
            good = _is_number(value)
        elif isinstance(value, list):
            numbers = cast(list[object], value)
            sized = name in self.QUEUES or len(numbers) == len(cast(list[int], present))
            good = sized and all(map(_is_number, numbers))
        else:
            good = False
        if good:
            return _copy(cast(object, value))
        raise ValueError(f"the saved state has no good {name}")


def load_parts(state: Mapping[str, object], parts: Mapping[str, Device]) -> None:
    """Load devices from the states under their names. ValueError where one is missing."""
    for name, part in parts.items():
        saved = state.get(name)
        if not isinstance(saved, dict):
            raise ValueError(f"the saved state has no {name}")
        part.load(cast(dict[str, object], saved))


def bcd(value: int) -> int:
    """Decimal digits in nibbles."""
    return int(str(value), 16)


def unbcd(value: int) -> int:
    """Likewise back; a nibble above 9 counts as what it is."""
    total, unit = 0, 1
    while value:
        total += (value & 15) * unit
        value >>= 4
        unit *= 10
    return total


def _copy(value: object) -> object:
    return list(cast(list[int], value)) if isinstance(value, list) else value


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value < MOST
