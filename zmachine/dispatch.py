"""How the Z-machine's rows become arms of the dispatch loop, and entries of its decoder."""

from __future__ import annotations

from collections.abc import Sequence

from zmachine import decode, flow
from zmachine.state import MASK, OPCODES, State
from zmachine.table import TABLE
from zoo.table import LEAVE, Arm, Group, Onward, Op, Special

# Parameters that the decoder gives by these names; any other is the next operand.
GIVEN = ("pc", "v", "n", "x", "s", "t")
ILLEGAL = TABLE[-1]
# Hot and small: a call would cost more than they do.
INLINE = frozenset(
    {
        *("load", "local", "global_", "pop", "peek", "store", "set_local", "set_global", "push"),
        *("replace", "signed", "word", "loadw", "loadb", "storew", "storeb"),
        *("branch", "call", "ret", "jump", "operands", "branch_data"),
    }
)

# Of these, a translation has one copy and not many: operands that are known make none simpler.
SHARED = frozenset({"ret"})


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
    call = _call(op, _operands(op))
    stopped = STOPPED if op.stops else []
    if op.flow:
        return (f"pc = {call}", *stopped)
    parts = ["m.r[PC] = pc"] if op.stops else []  # a notice says where
    if not op.stores and not op.branches:
        # Such a function returns whether it stopped, which saves a look at the register.
        return (*parts, f"if {call}:", f"    {LEAVE}") if op.stops else (call,)
    parts += [f"r = {call}", *stopped]
    if op.stores:
        parts += ["if store(m, s, r):", f"    {LEAVE}"]
    if op.branches:
        # Only a branch that returns can fail.
        parts += ["pc = branch(m, pc, t, r)", "if 0 <= t < 4 and m.r[STOP]:", f"    {LEAVE}"]
    return tuple(parts)


def specialise(arm: Arm, found: Sequence[int]) -> Special:
    """The lines for one decoded instruction.

    The interpreter saves itself every test whose outcome the decoder knows: what kind of variable
    each operand and the result is, and whether a branch returns. For these lines `t` is the
    address to which a branch leads, unless it returns.
    """
    op = arm.ops[0]
    pc, v, n, a, b, c, d, x, s, t = found
    used = _operands(op)
    kinds = [_kind(value) if v >> k & 1 else "c" for k, value in enumerate((a, b, c, d))]
    if v >> 4 or op is ILLEGAL or any(kind != "c" for kind in kinds[len(used) :]):
        return Special("", arm.loads + arm.lines, found)
    shape = "".join(kinds[: len(used)])
    values = {name: READ[kind].format(name) for name, kind in zip(used, kinds, strict=False)}
    before: list[str] = []
    if "s" in shape:
        # A popped operand may not have been there, which must be known before the call.
        before += [f"{name} = {value}" for name, value in values.items() if name != value]
        before += _unless_there(
            [name for name, kind in zip(used, kinds, strict=False) if kind == "s"]
        )
        values = {name: name for name in used}
    call = _call(op, list(values.values()))
    stops = op.stops
    names: dict[str, str] = {}
    if op.name in INDIRECT and kinds[0] == "c" and 0 < a < 256:
        # It names a variable that is known now, and only one on the stack can be missing.
        names = INDIRECT_NAMES[_kind(a)]
        shape += "_" + _kind(a)
        stops = _kind(a) == "g"
    stopped = STOPPED if stops else []
    if op.flow:
        return Special(shape, (*before, f"pc = {call}", *stopped), found)
    if stops:
        before.append("m.r[PC] = pc")
    if not op.stores and not op.branches:
        ending = [f"if {call}:", f"    {LEAVE}"] if stops else [call]
        return Special(shape, (*before, *ending), found, names)
    condition = call
    if op.stores or stops or 0 <= t < 4:
        before += [f"r = {call}", *stopped]
        condition = "r"
    if op.stores:
        kind = _kind(s)
        shape += f"_to_{kind}"
        before += WRITE[kind]
    if op.branches and 0 <= t < 4:
        shape += "_or_return"
        before += ["pc = branch(m, pc, t, r)", *STOPPED]
    elif op.branches:
        shape += "_if_true" if t & 1 else "_if_false"
        before.append(
            f"pc = t if {condition} else pc" if t & 1 else f"pc = pc if {condition} else t"
        )
        found = (pc, v, n, a, b, c, d, x, s, pc + (t >> 1) - 2 & MASK)
    return Special(shape, tuple(before), found, names)


def onward(m: State, arm: Arm, found: Sequence[int]) -> Onward:
    """Where a decoded instruction may lead: on, to its branch, or to a call and back."""
    op = arm.ops[0]
    pc, v, _, a, *_, t = found
    if op.function is flow.call:
        return Onward((pc,), calls=True)
    if op.function is flow.jump and not v & 1:
        return Onward((pc + flow.signed(a) - 2,))
    if op.flow or op is ILLEGAL:
        return Onward((), elsewhere=True)
    if op.branches and 0 <= t < 4:  # it returns
        return Onward((pc,), elsewhere=True)
    if op.branches:
        return Onward((pc, pc + (t >> 1) - 2 & MASK))
    return Onward((pc,))


# Instructions whose first operand names a variable, and what they come down to when it is known.
INDIRECT = ("inc", "dec", "load", "store")
INDIRECT_NAMES = {
    "l": {"peek": "local", "replace": "set_local"},
    "g": {"peek": "global_", "replace": "set_global"},
}
STOPPED = ["if m.r[STOP]:", f"    {LEAVE}"]
READ = {"c": "{}", "s": "pop(m)", "l": "local(m, {})", "g": "global_(m, {})"}
WRITE = {
    "s": ["if push(m, r & 0xFFFF):", f"    {LEAVE}"],
    "l": ["set_local(m, s, r)"],
    "g": ["if set_global(m, s, r):", f"    {LEAVE}"],
}


def _unless_there(operands: Sequence[str]) -> list[str]:
    """Leave if one of the operands was to be popped and was not there: it is negative."""
    return [f"if {' | '.join(operands)} < 0:", f"    {LEAVE}"]


def _kind(variable: int) -> str:
    """The stack, a local or a global variable."""
    return "s" if variable == 0 else "l" if variable < 16 else "g"


def _call(op: Op, values: Sequence[str]) -> str:
    """The call of the operation's function with these operands."""
    rest = iter(values)
    arguments = ["m", *(name if name in GIVEN else next(rest) for name in op.parameters)]
    return f"{op.function.__name__}({', '.join(arguments)})"


def _operands(op: Op) -> str:
    """The operands that the function takes one by one, as the decoder calls them."""
    return "abcd"[: sum(name not in GIVEN for name in op.parameters)]


def _arms() -> tuple[Arm, ...]:
    alike: dict[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], list[Op]] = {}
    for op in TABLE:
        alike.setdefault((loads(op), tail(op), lines(op)), []).append(op)
    return tuple(
        Arm(n, loads, tail, lines, tuple(ops))
        for n, ((loads, tail, lines), ops) in enumerate(alike.items())
    )


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
        found += [f"    {line}" for line in _unless_there(letters)]
    return Group(condition, tuple(found), arms)


def _of(*forms: str) -> tuple[Arm, ...]:
    return tuple(a for a in ARMS if any(op.form in forms or op is ILLEGAL for op in a.ops))


ARMS = _arms()
LONGER = tuple(
    a for a in ARMS if any(op.name in ("call_vs2", "call_vn2", "illegal") for op in a.ops)
)
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
