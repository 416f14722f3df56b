"""How the Z-machine's rows become arms of the dispatch loop, and entries of its decoder."""

from __future__ import annotations

from zmachine import decode
from zmachine.state import OPCODES
from zmachine.table import TABLE
from zoo.table import LEAVE, Arm, Group, Op

# Parameters that the decoder gives by these names; any other is the next operand.
GIVEN = ("pc", "v", "n", "x", "s", "t")
ILLEGAL = TABLE[-1]
# Hot and small: a call would cost more than they do.
INLINE = frozenset(
    "load store branch pop push signed call ret peek replace storew storeb loadw loadb word jump"
    " operands branch_data".split()
)


def loads(op: Op) -> tuple[str, ...]:
    """Fetch the first four operands, for an interpreter that has decoded them."""
    used = _operands(op)
    lines: list[str] = []
    for bit, name in enumerate(used):
        lines += [f"if v & {1 << bit}:", f"    {name} = load(m, {name})"]
    if unused := 15 & -1 << len(used):
        lines += [f"if v & {unused}:", f"    discard(m, v & {unused}, a, b, c, d)"]
    # A popped operand may not have been there.
    return (*lines, "if v & 15 and m.r[STOP]:", f"    {LEAVE}")


def tail(op: Op) -> tuple[str, ...]:
    """Decode what follows the operands."""
    lines: list[str] = []
    if op.stores:
        lines += ["s = m.mem[pc & MASK]", "pc += 1"]
    elif "s" in op.parameters:
        lines += ["s = -1"]
    if op.branches:
        lines += ["t, pc = branch_data(m, pc)"]
    if op.text:
        lines += ["x = pc", "pc = text_end(m, pc)"]
    return tuple(lines)


def lines(op: Op) -> tuple[str, ...]:
    """Call the function and use its result."""
    letters = iter(_operands(op))
    arguments = ["m", *(name if name in GIVEN else next(letters) for name in op.parameters)]
    call = f"{op.function.__name__}({', '.join(arguments)})"
    stopped = ("if m.r[STOP]:", f"    {LEAVE}") if op.stops else ()
    if op.flow:
        return (f"pc = {call}", *stopped)
    parts = ["m.r[PC] = pc"] if op.stops else []  # a notice says where
    parts += [f"r = {call}", *stopped]
    if op.stores:
        # Only a push can fail.
        parts += ["store(m, s, r)", "if s == 0 and m.r[STOP]:", f"    {LEAVE}"]
    if op.branches:
        # Only a branch that returns can fail.
        parts += ["pc = branch(m, pc, t, r)", "if 0 <= t < 4 and m.r[STOP]:", f"    {LEAVE}"]
    return tuple(parts)


def _operands(op: Op) -> str:
    """The operands that the function takes one by one, as the decoder calls them."""
    return "abcd"[: sum(name not in GIVEN for name in op.parameters)]


def _arms() -> tuple[Arm, ...]:
    alike: dict[tuple[tuple[str, ...], ...], list[Op]] = {}
    for op in TABLE:
        alike.setdefault((loads(op), tail(op), lines(op)), []).append(op)
    return tuple(Arm(n, *source, tuple(ops)) for n, (source, ops) in enumerate(alike.items()))


def _group(condition: str, form: str, letters: str, arms: tuple[Arm, ...], *before: str) -> Group:
    """The branch of the loop for a form: find the operands, and fetch those that are variables."""
    found = [
        *before,
        "arm = m.ops[op] & ARM",
        f"pc, v, n, a, b, c, d, x = operands(m, pc, {form})",
    ]
    if letters:
        found.append("if v & 15:")
        for bit, name in enumerate(letters):
            found += [f"    if v & {1 << bit}:", f"        {name} = load(m, {name})"]
        found += ["    if m.r[STOP]:", f"        {LEAVE}"]
    return Group(condition, tuple(found), arms)


def _of(*forms: str) -> tuple[Arm, ...]:
    return tuple(a for a in ARMS if any(op.form in forms or op is ILLEGAL for op in a.ops))


ARMS = _arms()
LONGER = tuple(a for a in ARMS if any(op.name in ("call_vs2", "call_vn2", "illegal") for op in a.ops))
GROUPS = (
    _group("op < 0x80", "LONG", "ab", _of("2OP")),
    _group("op < 0xB0", "SHORT", "a", _of("1OP")),
    _group("op < 0xC0 and (op != 0xBE or m.r[VERSION] < 5)", "NONE", "", _of("0OP")),
    _group("op == 0xEC or op == 0xFA", "LONGER", "abcd", LONGER),
    _group(
        "True",
        "VARIABLE",
        "abcd",
        _of("2OP", "VAR", "EXT"),
        "if op == 0xBE:",
        "    pc += 1",
        "    op = EXTENDED + m.mem[pc & MASK]",
    ),
)


def first_bytes(op: Op) -> range | tuple[int, ...]:
    """Where in the arena `ops` an instruction's entries stand."""
    if op.form == "2OP":
        return (*range(op.code, 0x80, 32), 0xC0 + op.code)
    if op.form == "1OP":
        return range(0x80 + op.code, 0xB0, 16)
    return ({"0OP": 0xB0, "VAR": 0xE0, "EXT": decode.EXTENDED}[op.form] + op.code,)


def entries(version: int) -> list[int]:
    """The arena `ops` for a version of the Z-machine: for every opcode, what `decode` needs."""
    number = {id(op): arm.number for arm in ARMS for op in arm.ops}
    table = [number[id(ILLEGAL)]] * OPCODES
    for op in TABLE:
        if version in op.versions and op is not ILLEGAL:
            entry = number[id(op)]
            entry |= decode.STORES if op.stores else 0
            entry |= decode.BRANCHES if op.branches else 0
            entry |= decode.TEXT if op.text else 0
            for byte in first_bytes(op):
                table[byte] = entry
    return table
