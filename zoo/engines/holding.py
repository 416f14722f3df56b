"""Guest registers in the processor's: a pass over the IR of translations.

In a translation the registers of `Machine.held` are LLVM's values. They are loaded when it is
entered, and stored when it is left; around a call of what may touch them, too. What lies between is
then LLVM's to arrange: a flag that only a fault would show is computed where the fault is.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from itertools import count

# As `zoo.engines.backend.simplify` leaves them: the address of a register, any value, and a call of
# a function by its name or through a pointer.
_ADDRESS = re.compile(r"  (%\S+) = getelementptr (?:inbounds |nuw |nusw )*i8, ptr %m, i64 (\d+)")
_VALUE = re.compile(r"%[\w.]+")
_CALL = re.compile(r"(?:=|tail) call .*?([@%])([\w.]+)\(")
_LABEL = re.compile(r"\S+:")
SIZE = 8


def hold(ir: str, places: Mapping[int, str], touched: Mapping[str, Container[str]]) -> str:
    """The IR of units whose registers are held.

    places: the registers, by the bytes from the state's pointer.  touched: the registers that a
    function may touch; if it is not known, that may be any.
    """
    lines = iter(ir.split("\n"))
    found: list[str] = []
    for line in lines:
        found.append(line)
        if line.startswith("define"):
            body: list[str] = []
            while (line := next(lines)) != "}":
                body.append(line)
            found += [*_held(body, places, touched), "}"]
    return "\n".join(found)


def _held(
    body: list[str], places: Mapping[int, str], touched: Mapping[str, Container[str]]
) -> Iterator[str]:
    """A function's lines."""
    pointers: dict[str, int] = {}  # the registers to which they point
    written: set[int] = set()
    for line in body:
        if address := _ADDRESS.match(line):
            place = int(address[2]) & -SIZE
            if place in places:
                pointers[address[1]] = place
        elif " = load " not in line:  # all else may store
            written.update(pointers[value] for value in _VALUE.findall(line) if value in pointers)
    used = {place: places[place] for place in sorted(set(pointers.values()))}
    every = used.values()
    numbers = count()

    def moved(
        source: str, target: str, which: Container[int], names: Container[str]
    ) -> Iterator[str]:
        for place, name in used.items():
            if place in which and name in names:
                value = f"%moved.{next(numbers)}"
                yield f"  {value} = load i64, ptr %{source}.{name}"
                yield f"  store i64 {value}, ptr %{target}.{name}"

    start = 1 if _LABEL.match(body[0]) else 0
    yield from body[:start]
    for place, name in used.items():
        yield f"  %held.{name} = alloca i64"
        yield f"  %state.{name} = getelementptr i8, ptr %m, i64 {place}"
    yield from moved("state", "held", used, every)
    for line in body[start:]:
        address = _ADDRESS.match(line)
        call = _CALL.search(line)
        if address and address[1] in pointers:
            within = int(address[2]) % SIZE
            name = used[pointers[address[1]]]
            yield f"  {address[1]} = getelementptr i8, ptr %held.{name}, i64 {within}"
        elif call and not call[2].startswith("llvm."):
            names = touched.get(call[2], every) if call[1] == "@" else every
            yield from moved("held", "state", written, names)
            yield line
            yield from moved("state", "held", used, names)
        else:
            if line.startswith("  ret "):
                yield from moved("held", "state", written, every)
            yield line
