"""The Z-machine's record, which the zoo finds through an entry point."""

from __future__ import annotations

from zmachine import (
    decode,
    flow,
    memory,
    numbers,
    objects,
    printing,
    reading,
    registers,
    state,
    undo,
    windows,
    words,
)
from zmachine.dispatch import ARMS, GROUPS, INLINE, SHARED, onward, specialise
from zmachine.registers import CONSTANTS, STATIC
from zmachine.services import FAULTS, REQUESTS, Services
from zmachine.story import VERSIONS, load
from zoo.layout import Guest
from zoo.machine import Machine


def fixed_code(guest: Guest) -> range:
    """Static and high memory cannot be written (1.1); code at its very end runs on at its start."""
    return range(guest.state.r[STATIC], state.SIZE - decode.LONGEST_INSTRUCTION)


def recognises(data: bytes) -> bool:
    return (len(data) >= 64 and data[0] in (*VERSIONS, 6)) or data[:4] == b"FORM"


MACHINE = Machine(
    name="zmachine",
    title="Z-machine, versions 1 to 5, 7 and 8",
    arms=ARMS,
    first="m.mem[pc & MASK]",
    groups=GROUPS,
    inline=INLINE,
    specialise=specialise,
    layout=state.LAYOUT,
    modules=(
        registers,
        state,
        numbers,
        flow,
        objects,
        printing,
        windows,
        memory,
        words,
        undo,
        reading,
        decode,
    ),
    decode=decode.decode,
    fields=decode.FIELDS,
    restart=decode.restart,
    load=load,
    code="mem",
    onward=onward,
    fixed_code=fixed_code,
    changed="CHANGED",
    constants=CONSTANTS,
    shared=SHARED,
    noun="story",
    services=Services,
    faults=FAULTS,
    requests=REQUESTS,
    recognises=recognises,
)
