"""What of a guest can never change: it goes into translations as it is."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Mapping

from zoo.layout import Guest
from zoo.machine import Machine

# LLVM's IR as it is after `zoo.engines.backend.simplify`: an address in the state, whose pointer is
# %m or, in a shared function, %arg.m, and a load.
_ADDRESS = re.compile(
    r"  (%\S+) = getelementptr (?:inbounds |nuw |nusw )*i8, ptr %(?:arg\.)?m, i64 (\d+)"
)
_NAME = re.compile(r"@([\w.]+)\(")
_LOAD = re.compile(r"  (%\S+) = load i(8|16|32|64), ptr ([^\s,]+),")


class Constants:
    """The fixed code of a guest, and the registers that belong to its image.

    code: the addresses of the code that cannot change.
    """

    def __init__(self, machine: Machine, guest: Guest) -> None:
        layout = machine.layout
        self.code = machine.fixed_code(guest)
        memory = layout[machine.code].offset
        self._memory = range(memory + self.code.start, memory + self.code.stop)
        self._buffer = guest.buffer
        self._image = guest.image_hash
        first = layout["r"].offset
        self._registers = frozenset(first + 8 * layout.registers[r] for r in machine.constants)

    def hash(self) -> str:
        """Of all their values, and of the image: translations are good where these are the same."""
        digest = hashlib.sha256(repr(self._memory).encode() + self._image)
        digest.update(self._buffer[self._memory.start : self._memory.stop])
        for place in sorted(self._registers):
            digest.update(self._buffer[place : place + 8])
        return digest.hexdigest()[:24]

    def value(self, place: int, size: int) -> int | None:
        """What lies at a place in the guest's buffer, if it is constant; size: in bytes."""
        register = size == 8 and place in self._registers
        if register or (place in self._memory and place + size <= self._memory.stop):
            return int.from_bytes(self._buffer[place : place + size], sys.byteorder)
        return None

    def put_into(self, ir: str, contexts: Mapping[str, Mapping[int, int]] = {}) -> str:
        """The IR of units with constants in place of the loads that would find them.

        contexts: for functions, by name, what else is known: places and the numbers there.
        """
        places: dict[str, int] = {}
        context: Mapping[int, int] = {}
        lines = ir.split("\n")
        for k, line in enumerate(lines):
            if line.startswith("define"):
                name = _NAME.search(line)
                context = contexts.get(name[1], {}) if name else {}
            elif address := _ADDRESS.match(line):
                places[address[1]] = int(address[2])
            elif (load := _LOAD.match(line)) and load[3] in places:
                place = places[load[3]]
                value = context.get(place)
                if value is None:
                    value = self.value(place, int(load[2]) // 8)
                if value is not None:
                    lines[k] = f"  {load[1]} = add i{load[2]} {value}, 0"
        return "\n".join(lines)
