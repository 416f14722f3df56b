"""The 386's record, which the zoo finds through an entry point."""

from __future__ import annotations

from vm86 import (
    alu,
    bits,
    console,
    control,
    data,
    decode,
    fetch,
    flags,
    flow,
    gates,
    memory,
    paging,
    registers,
    segments,
    state,
    strings,
    system,
    tasks,
)
from vm86.dispatch import ARMS, GROUPS, INLINE, onward
from vm86.reset import power_on, start
from vm86.services import FAULTS, REQUESTS, Services
from zoo.layout import Guest
from zoo.machine import ImageError, Machine


def load(image: bytes) -> Guest:
    """A guest that runs the bytes of a .COM program at 1000:0100, with nothing else in memory."""
    if len(image) > 0xFE00:
        raise ImageError(f"{len(image)} bytes are too many for a .COM program")
    guest = power_on(image)
    m = guest.state
    m.mem[0x10100 : 0x10100 + len(image)] = image  # type: ignore[attr-defined]
    for n in (registers.DS, registers.ES, registers.SS):
        segments.load_segment(m, n, 0x1000)  # type: ignore[arg-type]
    m.r[registers.ESP] = 0xFFFE
    start(m, 0x1000, 0x100)  # type: ignore[arg-type]
    return guest


def restart(m: state.State, pc: int) -> int:
    """An instruction that the host has to serve has done nothing yet."""
    return 0


MACHINE = Machine(
    name="vm86",
    title="A 386 in virtual-8086 mode",
    arms=ARMS,
    first="0",
    groups=GROUPS,
    inline=INLINE,
    shared=frozenset({"unsettled"}),
    layout=state.LAYOUT,
    modules=(
        *(registers, state, paging, memory, flags, segments, fetch, alu, bits, data, strings),
        *(console, system, tasks, gates, control, flow, decode),
    ),
    decode=decode.decode,
    fields=decode.FIELDS,
    restart=restart,
    load=load,
    code="mem",
    onward=onward,
    fixed_code=lambda guest: range(0),
    trap="exception",
    held=(
        *("EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"),
        *("CF", "PR", "AF", "ZR", "SF", "OF", "FLAGS"),
    ),
    clear=("EXCEPTION",),
    context=("ORIGIN", "START", "END", "MODE", "PLAIN", "STACK"),
    reach=lambda m: range(m.r[registers.START], m.r[registers.END] + 1),
    changed="CHANGED",
    services=Services,
    faults=FAULTS,
    requests=REQUESTS,
)
