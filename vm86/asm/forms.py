"""The rows of the table as lines of source: by which names, and with which operands.

The operands are in the notation of the opcode map, as in the rows. To the map's letters come a few:
R is E as a register only; D is DX; # the segment register that belongs to the row; N the counter
of a loop, CX or ECX. p behind E or M says that memory holds a far pointer.
"""

from __future__ import annotations

from typing import NamedTuple

from vm86 import data
from vm86.table import CONDITIONS, TABLE, Op

# Rows whose form says only what their function is given; all spellings, the usual one first.
WRITTEN: dict[tuple[str, str], tuple[str, ...]] = {
    ("TEST", "Eb,Gb"): ("Eb,Gb", "Gb,Eb"),
    ("TEST", "Ev,Gv"): ("Ev,Gv", "Gv,Ev"),
    ("XCHG", "Eb"): ("Gb,Eb", "Eb,Gb"),
    ("XCHG", "Ev"): ("Gv,Ev", "Ev,Gv"),
    ("XCHG", "Av"): ("Zv,Av", "Av,Zv"),
    ("MOV", "M,S"): ("Rv,S", "Mw,S"),
    ("MOV", "Ew"): ("S,Ew", "S,Rd"),
    ("PUSH", ""): ("#",),
    ("POP", ""): ("#",),
    ("CALL", "M"): ("Mp",),
    ("JMP", "M"): ("Mp",),
    ("IN", "Ib,b"): ("Ab,Ib",),
    ("IN", "Ib"): ("Av,Ib",),
    ("IN", "b"): ("Ab,D",),
    ("IN", ""): ("Av,D",),
    ("OUT", "Ib,b"): ("Ib,Ab",),
    ("OUT", "Ib"): ("Ib,Av",),
    ("OUT", "b"): ("D,Ab",),
    ("OUT", ""): ("D,Av",),
    ("LOOP", "Jb"): ("Jb", "Jb,N"),
    ("LOOPE", "Jb"): ("Jb", "Jb,N"),
    ("LOOPNE", "Jb"): ("Jb", "Jb,N"),
    ("SLDT", "Ev"): ("Rv", "Mw"),
    ("STR", "Ev"): ("Rv", "Mw"),
    ("SMSW", "Ev"): ("Rv", "Mw"),
    ("LAR", "Gv,Ew"): ("Gv,Rv", "Gv,Ew"),
    ("LSL", "Gv,Ew"): ("Gv,Rv", "Gv,Ew"),
}
STRINGS = ("MOVS", "CMPS", "STOS", "LODS", "SCAS", "INS", "OUTS")
# Names that say how wide the operands are: two bytes, four
WIDE = {
    "CBW": ("cbw", "cwde"),
    "CWD": ("cwd", "cdq"),
    "PUSHA": ("pushaw", "pushad"),
    "POPA": ("popaw", "popad"),
    "PUSHF": ("pushfw", "pushfd"),
    "POPF": ("popfw", "popfd"),
    "IRET": ("iretw", "iretd"),
}
NEUTRAL = ("PUSHA", "POPA", "PUSHF", "POPF", "IRET")  # have also a name that does not
# And one that says how wide the address is
COUNTS = {"JCXZ": ("jcxz", "jecxz")}
ALIASES = {
    "JMP": (),
    "SHL": ("sal",),
    "LOOPE": ("loopz",),
    "LOOPNE": ("loopnz",),
    "RET": ("retn",),
    "WAIT": ("fwait",),
    "XLAT": ("xlatb",),
}
# Other names of conditions, and which of them are shown
SAME = {
    **{"B": ("C", "NAE"), "NB": ("AE", "NC"), "Z": ("E",), "NZ": ("NE",)},
    **{"BE": ("NA",), "NBE": ("A",), "P": ("PE",), "NP": ("PO",)},
    **{"L": ("NGE",), "NL": ("GE",), "LE": ("NG",), "NLE": ("G",)},
}
SHOWN = {"NB": "AE", "NBE": "A", "NL": "GE", "NLE": "G"}
# What the row calls a size that depends on the operand-size prefix
FREE = ("v", "z", "s", "p")
NOT_WRITTEN = ("ESC",)  # the coprocessor's instructions


class Form(NamedTuple):
    """One way to write a row.

    operands: in the map's notation.  o: the operands' size in bytes if the name says it, a: the
    address's; else 0.  free: the operand-size prefix belongs to the operands.  order: of the rows.
    """

    op: Op
    operands: tuple[str, ...]
    o: int
    a: int
    free: bool
    order: int


def conditional(op: Op) -> str:
    """The condition in a row's name, "" if there is none."""
    for prefix in ("J", "SET"):
        condition = op.name.removeprefix(prefix)
        if condition != op.name and condition in CONDITIONS:
            return condition
    return ""


def names(op: Op) -> dict[str, tuple[int, int]]:
    """A row's names, the shown one first for each size: what they say of the sizes o and a."""
    if op.name in STRINGS:
        if op.form == "b":
            return {op.name.lower() + "b": (1, 0)}
        return {op.name.lower() + "w": (2, 0), op.name.lower() + "d": (4, 0)}
    found: dict[str, tuple[int, int]] = {}
    if op.name in NEUTRAL:
        found[op.name.lower()] = (0, 0)
    if op.name in WIDE:
        short, long = WIDE[op.name]
        return {**found, short: (2, 0), long: (4, 0)}
    if op.name in COUNTS:
        short, long = COUNTS[op.name]
        return {short: (0, 2), long: (0, 4)}
    every = [op.name, *ALIASES.get(op.name, ())]
    if condition := conditional(op):
        prefix = op.name.removesuffix(condition)
        others = (condition, *SAME.get(condition, ()))
        shown = SHOWN.get(condition, condition)
        every = [prefix + shown, *(prefix + one for one in others if one != shown)]
    if op.name == "XLAT":
        every.reverse()
    return {name.lower(): (0, 0) for name in every}


def spellings(op: Op) -> tuple[tuple[str, ...], ...]:
    """A row's operands in every way that they are written."""
    if op.function is data.pop_register:
        written = ("Zv",)
    elif op.name in STRINGS or op.form == "b":
        written = ("",)
    else:
        written = (op.form,)
    written = WRITTEN.get((op.name, op.form), written) if written != ("Zv",) else written
    return tuple(tuple(one.split(",")) if one else () for one in written)


def _forms() -> dict[str, list[Form]]:
    found: dict[str, list[Form]] = {}
    for order, op in enumerate(TABLE):
        if op.code < 0 or op.name in NOT_WRITTEN:
            continue
        for name, (o, a) in names(op).items():
            for operands in spellings(op):
                free = op.name in NEUTRAL or any(
                    (one[1:] in FREE and one != "Ms") or one[0] == "J" for one in operands
                )
                found.setdefault(name, []).append(Form(op, operands, o, a, free, order))
        if op.name == "NOP":
            found.setdefault("xchg", []).append(Form(op, ("Av", "Zv"), 0, 0, True, order))
    return found


FORMS = _forms()
BY_CODE = {
    (op.code, op.digit): op for op in reversed(TABLE) if op.code >= 0
}  # digit -1: it has none


def row(code: int, digit: int) -> Op | None:
    """The row of an opcode. digit: the middle of the byte that follows."""
    return BY_CODE.get((code, -1)) or BY_CODE.get((code, digit))
