"""How the 386's rows become arms of the dispatch loop, and entries of its decoder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vm86 import decode, flow
from vm86.registers import ORIGIN
from vm86.state import OPCODES, State, ones
from vm86.table import TABLE, Op
from zoo.table import LEAVE, TRAP, Arm, Group, Onward

# Hot and small: a call would cost more than they do.
INLINE = frozenset(
    {
        *("ones", "signed", "get", "put", "load", "save", "place", "target", "read", "write"),
        *("read_e", "target_e", "get_e", "put_e", "result", "logical", "sum_", "difference"),
        *("condition", "parity", "go", "push", "pop", "pointer", "decode", "segment", "base16"),
        *("jmp", "jcc", "call", "call_to", "ret", "loop", "back", "counted", "less", "unsettled"),
        *("mov", "add", "sub", "cmp", "and_", "or_", "xor", "test", "inc", "dec"),
        *("cli", "sti", "pushf", "popf", "denied", "flags_denied", "visible_flags", "eflags"),
        *("status", "set_status", "load_flags", "advance", "again"),
    }
)
ADDRESS = "off = (m.r[b] + (m.r[x] << k) + d) & am"
FAULTED = "if m.r[EXCEPTION]:"


def width(operands: Sequence[str], n: int) -> str:
    """The size of an operand, as source: `o`, unless it differs from that of the first."""
    if n == 0 or operands[n][1:] == operands[0][1:] or operands[n][1:] not in ("b", "w"):
        return "o"
    return "1" if operands[n][1:] == "b" else "2"


def value(operands: Sequence[str], n: int) -> str:
    """An expression for an operand's value; memory at `q` where it is to be written."""
    kind, size = operands[n][0], width(operands, n)
    return {
        "G": f"get(m, g, {size})",
        "Z": f"get(m, g, {size})",
        "A": f"get(m, 0, {size})",
        "C": "get(m, 1, 1)",
        "I": "i & ones(o)",
        "1": "1",
        "E": f"read_e(m, e, s, off, {size})",
        "O": f"read(m, s, off, {size})",
        "M": "0",
    }[kind]


def lines(op: Op) -> tuple[str, ...]:
    """Fetch the operands, call the function, and use its result."""
    operands = [] if op.own else [one for one in op.form.split(",") if one and one[0].isupper()]
    operands += [one for one in op.form.split(",") if one == "1" and not op.own]
    before: list[str] = []
    if "off" in op.parameters or any(one[0] in "EO" for one in operands):
        before.append(ADDRESS)
    given: dict[str, str] = {"n": str(op.number)}
    stored = op.stores and operands[0][0] in "EO"
    if stored:
        where = "e" if operands[0][0] == "E" else "-1"
        before.append(f"q = target_e(m, {where}, s, off, o)")
    # The function takes the last of them.
    names = [name for name in "uvw" if name in op.parameters]
    for n, name in enumerate(names, len(operands) - len(names)):
        given[name] = "get_e(m, e, q, o)" if stored and n == 0 else value(operands, n)
    call = (
        f"{op.function.__name__}({', '.join(['m', *(_argument(p, given) for p in op.parameters)])})"
    )
    values = [f"{name} = {source}" for name, source in given.items() if name in "uvw"]
    if stored:
        # The place is known: what is read of it cannot fail.
        body = [*values, f"r = {call}"]
        body.append("put_e(m, e, q, o, r)" if operands[0][0] == "E" else "save(m, q, o, r)")
        return (*before, "if q < 0:", f"    {TRAP}", "else:", *_indented(body), *_tail(op))
    inner = _carried_out(op, operands, call)
    first = len(operands) - len(names)
    for n, name in enumerate(names, first):
        if operands[n][0] in "EO":
            inner = [f"if {name} < 0:", f"    {TRAP}", "else:", *_indented(inner)]
    return (*before, *values, *inner, *_tail(op))


def _argument(parameter: str, given: dict[str, str]) -> str:
    return given["n"] if parameter == "n" else parameter


def _carried_out(op: Op, operands: Sequence[str], call: str) -> list[str]:
    """The call and its result, when the operands are there."""
    if op.flow or op.host:
        return [f"pc = {call}" if op.flow else call, FAULTED, f"    {TRAP}"]
    if op.stores:
        register = {"A": "0", "G": "g", "Z": "g"}[operands[0][0]]
        call = f"put(m, {register}, o, {call})"
    return [f"if {call} < 0:", f"    {TRAP}"] if op.stops else [call]


STRINGS = ("MOVS", "CMPS", "STOS", "LODS", "SCAS")
NEAR = (
    *(flow.jmp, flow.jmp_e, flow.jcc, flow.loop, flow.loope, flow.loopne, flow.jcxz),
    *(flow.call, flow.call_e, flow.ret),
)


def _tail(op: Op) -> list[str]:
    """What comes between two instructions."""
    stopped = ["if m.r[STOP]:", f"    {LEAVE}"] if op.host else []
    # Whatever else directs the flow of control may also change the mode.
    changes = op.flow and op.function not in NEAR and op.name not in STRINGS
    question = "if unsettled(m, pc):" if changes else "if pc > m.r[END]:"
    between = [question, "    pc = onwards(m, pc)", f"    {FAULTED}", f"        {TRAP}"]
    return [*stopped, *between]


def _indented(body: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in body]


def onward(m: State, arm: Arm, found: Sequence[int]) -> Onward:
    """Where a decoded instruction may lead. A jump with an operand of two bytes leads to the first
    64 KiB of the segment, and so perhaps to another page."""
    op = arm.ops[0]
    pc, _, o = found[:3]
    i = found[11]
    if op.function in (flow.jmp, flow.jcc, flow.loop, flow.loope, flow.loopne, flow.jcxz):
        to = m.r[ORIGIN] + (pc - m.r[ORIGIN] + i & ones(o))
        return Onward((to,) if op.function is flow.jmp else (pc, to))
    if op.function in (flow.call, flow.call_e):
        return Onward((pc,), calls=True)
    if op.flow:
        return Onward((pc,) if op.name in STRINGS else (), elsewhere=True)
    return Onward((pc,))


IMMEDIATES = {
    "Ib": decode.IB,
    "Is": decode.SIGNED,
    "Jb": decode.SIGNED,
    "Iw": decode.IW,
    "Iz": decode.IZ,
    "Jz": decode.IZ,
    "Ob": decode.OFFSET,
    "Ov": decode.OFFSET,
    "Ap": decode.FAR,
    "Iw,Ib": decode.ENTER,
}


def _arms() -> tuple[Arm, ...]:
    alike: dict[tuple[str, ...], list[Op]] = {}
    for op in TABLE:
        alike.setdefault((*lines(op), f"# {op.flow} {op.alone}"), []).append(op)
    return tuple(Arm(n, (), (), key[:-1], tuple(ops)) for n, (key, ops) in enumerate(alike.items()))


ARMS = _arms()
GROUPS = (Group("True", (f"{', '.join(decode.FIELDS)} = decode(m, pc)",), ARMS),)


def entry(op: Op, arm: int) -> int:
    """What the decoder needs to know of a row."""
    operands = op.form.split(",")
    found = arm
    if any(one[:1] in ("E", "G", "M", "R", "S") for one in operands) or op.digit >= 0:
        found |= decode.MODRM
    if (
        operands[0][1:] == "b" and operands[0][0] != "I" and operands[0][0] != "J"
    ) or "b" in operands:
        found |= decode.BYTE
    if operands[0][1:] == "w" and operands[0][0] == "E":
        found |= decode.WORD
    kinds = [IMMEDIATES[one] for one in operands if one in IMMEDIATES]
    kind = IMMEDIATES.get(op.form, kinds[-1] if kinds else decode.NONE)
    found |= kind << decode.IMMEDIATE
    if any(one[:1] == "R" for one in operands):
        found |= decode.REGISTER
    return found | decode.MEMORY * op.memory | decode.LOCKABLE * op.lock


def entries() -> list[int]:
    """The arena `ops`."""
    number = {id(op): arm.number for arm in ARMS for op in arm.ops}
    illegal, too_long, cut_off = (entry(op, number[id(op)]) for op in TABLE[-3:])
    table = [illegal] * OPCODES
    table[decode.ILLEGAL], table[decode.TOO_LONG], table[decode.CUT_OFF] = (
        illegal,
        too_long,
        cut_off,
    )
    for c in (0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3):
        table[c] = decode.PREFIX
    groups: dict[int, int] = {}
    for op in TABLE[:-3]:
        place = op.code if op.code < 0x100 else decode.SECOND + (op.code & 0xFF)
        made = entry(op, number[id(op)])
        if op.digit < 0:
            table[place] = made
            continue
        first = groups.setdefault(place, 8 * len(groups))
        table[place] = first | decode.GROUP | decode.MODRM
        table[decode.GROUPS + first + op.digit] = made
    return table
