"""The toy machine's table, and its record: the example to copy for a new machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import cast

import semantics
from semantics import FLUSH, INSTRUCTIONS, OUT, READ_KEY, State

from zoo.host import Host
from zoo.layout import Guest, Layout
from zoo.machine import ImageError, Machine
from zoo.registers import CAUSE, REPLIED, REPLY
from zoo.session import FOREVER
from zoo.table import LEAVE, Arm, Group, Onward, Op

# A result goes to the accumulator; a condition decides whether to go to `a`.
TABLE = (
    Op(0, "halt", semantics.halt, stops=True),
    Op(1, "set", semantics.set_, stores=True),
    Op(2, "load", semantics.load, stores=True),
    Op(3, "store", semantics.store),
    Op(4, "add", semantics.add, stores=True),
    Op(5, "sub", semantics.sub, stores=True),
    Op(6, "div", semantics.div, stores=True, stops=True),
    Op(7, "jump", semantics.jump, flow=True),
    Op(8, "jz", semantics.jz, branches=True),
    Op(9, "put", semantics.put, stops=True),
    Op(10, "get", semantics.get, stores=True, stops=True),
    Op(INSTRUCTIONS, "illegal", semantics.illegal, stops=True),
)
LAYOUT = Layout(State, semantics)


def lines(op: Op) -> tuple[str, ...]:
    """Call the row's function, and use what it returns as the row says."""
    call = f"{op.function.__name__}({', '.join(('m', *op.parameters))})"
    if op.flow:
        return (f"pc = {call}",)
    if op.branches:
        return (f"if {call}:", "    pc = a")
    stopped = ("if m.r[STOP]:", f"    {LEAVE}") if op.stops else ()
    return (f"r = {call}", *stopped, *(("m.r[ACC] = r & MASK",) if op.stores else ()))


ARMS = tuple(Arm(op.code, (), (), lines(op), (op,)) for op in TABLE)


def boot(data: bytes) -> Guest:
    """A guest whose memory begins with `data`."""
    if len(data) > semantics.MASK + 1:
        raise ImageError(f"{len(data)} bytes are too many for a toy's memory of 256")
    guest = Guest(LAYOUT, "toy", hashlib.sha256(data).digest())
    cast(State, guest.state).mem[: len(data)] = data
    return guest


def state(guest: Guest) -> bytes:
    """The whole state, but for what only the recompiler knows: where code lies that it has
    translated, and whether that was changed."""
    data = bytearray(guest.buffer[:])
    code, changed = LAYOUT["code"], LAYOUT["r"].offset + 8 * semantics.CHANGED
    data[code.offset : code.offset + code.nbytes] = bytes(code.nbytes)
    data[changed : changed + 8] = bytes(8)
    return bytes(data)


def onward(m: State, arm: Arm, found: Sequence[int]) -> Onward:
    """Where a decoded instruction may lead."""
    pc, a = found
    op = arm.ops[0]
    return Onward((a,) if op.flow else (pc, a) if op.branches else (pc,))


class Services:
    """Answers a toy's requests. It asks for a "key" and shows ("text", str)."""

    def __init__(self, guest: Guest, host: Host) -> None:
        self._m = cast(State, guest.state)
        self._host = host

    def due(self) -> int:
        return FOREVER

    def flush(self) -> None:
        text = "".join(map(chr, self._m.out[: self._m.r[OUT]]))
        self._m.r[OUT] = 0
        if text:
            self._host.show([("text", text)])

    def serve(self) -> bool:
        self.flush()
        if self._m.r[CAUSE] == READ_KEY:
            key = self._host.ask("key")
            if key is None:
                return False
            self._m.r[REPLY] = key & 0xFF
            self._m.r[REPLIED] = 1
        return True


TOY = Machine(
    name="toy",
    title="A toy",
    arms=ARMS,
    first="m.mem[pc & MASK]",
    groups=(Group("True", ("arm, pc, a = decode(m, pc)",), ARMS),),
    inline=frozenset(("decode",)),
    layout=LAYOUT,
    modules=(semantics,),
    decode=semantics.decode,
    fields=("arm", "pc", "a"),
    restart=semantics.restart,
    load=boot,
    code="mem",
    onward=onward,
    fixed_code=lambda guest: range(0),
    changed="CHANGED",
    services=Services,
    faults={semantics.ILLEGAL: "no such instruction", semantics.DIVISION_BY_ZERO: "division by 0"},
    requests={FLUSH: "flush", READ_KEY: "key"},
)
CODES = {op.name: op.code for op in TABLE}


def program(*code: tuple[str, int], **data: int) -> bytes:
    """The image of instructions (name, a), and bytes at addresses: `at_200=1`."""
    image = bytearray(256)
    for k, (name, a) in enumerate(code):
        image[2 * k : 2 * k + 2] = CODES[name], a
    for place, byte in data.items():
        image[int(place.removeprefix("at_"))] = byte
    return bytes(image)
