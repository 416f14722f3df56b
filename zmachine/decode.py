"""From bytes to an instruction (section 4): one function for every engine and every tool.

It reads code and changes nothing, so its answer for a fixed address never changes.
"""

from __future__ import annotations

from zmachine.registers import SP, VERSION
from zmachine.state import MASK, OPCODES_MASK, State

# An entry of the arena `ops`: the arm's number, and what follows the operands.
ARM = 0xFF
STORES = 0x100
BRANCHES = 0x200
TEXT = 0x400

# Where in `ops` the extended opcodes are; before them stand those of one byte.
EXTENDED = 256
# The forms (4.3). LONGER is the variable form with two bytes of operand types (4.4.3.1).
LONG = 0
SHORT = 1
NONE = 2
VARIABLE = 3
LONGER = 4

# More bytes than any instruction has before its text.
LONGEST_INSTRUCTION = 32

# What the decoder tells the arms.
FIELDS = ("arm", "pc", "v", "n", "a", "b", "c", "d", "x", "s", "t")


def operands(m: State, pc: int, form: int) -> tuple[int, int, int, int, int, int, int, int]:
    """The operands of the instruction at `pc`: pc, v, n, a, b, c, d, x as `decode` says.

    For an extended opcode `pc` is the address of its second byte.
    """
    op = m.mem[pc & MASK]
    v = n = a = b = c = d = x = 0
    if form == LONG:  # two operands, each a small constant or a variable
        v = op >> 6 & 1 | op >> 4 & 2
        n = 2
        a = m.mem[(pc + 1) & MASK]
        b = m.mem[(pc + 2) & MASK]
        pc += 3
    elif form == SHORT:  # one operand
        n = 1
        a = m.mem[(pc + 1) & MASK]
        if op & 0x30:
            v = op >> 5 & 1
            pc += 2
        else:
            a = a << 8 | m.mem[(pc + 2) & MASK]
            pc += 3
    elif form == NONE:
        pc += 1
    else:
        types = m.mem[(pc + 1) & MASK] << 8 | 0xFF
        pc += 2
        if form == LONGER:
            types = types & 0xFF00 | m.mem[pc & MASK]
            pc += 1
        while types & 0xC000 != 0xC000:
            value = m.mem[pc & MASK]
            pc += 1
            if types & 0xC000 == 0:
                value = value << 8 | m.mem[pc & MASK]
                pc += 1
                if n > 3:
                    v |= 0x100 << n  # only the operands that are read later need it
            elif types & 0x8000:
                v |= 1 << n
            if n == 0:
                a = value
            elif n == 1:
                b = value
            elif n == 2:
                c = value
            elif n == 3:
                d = value
                x = pc
            n += 1
            types = types << 2 & 0xFFFF | 3
    return pc, v, n, a, b, c, d, x


def branch_data(m: State, pc: int) -> tuple[int, int]:
    """The branch at `pc` (4.7) as 2 * offset + sense, and the address after it."""
    t = m.mem[pc & MASK]
    if t & 0x40:
        return (t & 0x3F) << 1 | t >> 7, pc + 1
    offset = (((t & 0x3F) << 8 | m.mem[(pc + 1) & MASK]) ^ 0x2000) - 0x2000
    return offset << 1 | t >> 7, pc + 2


def text_end(m: State, pc: int) -> int:
    """The address after the text at `pc`: its last word has the top bit set (3.2)."""
    while m.mem[pc & MASK] < 0x80 and pc < MASK:
        pc += 2
    return pc + 2


def decode(m: State, pc: int) -> tuple[int, int, int, int, int, int, int, int, int, int, int]:
    """The instruction at `pc`, as FIELDS:

    arm: which arm carries it out.     pc: the address after it.
    v: bit k is set when operand k is a variable; bit 8+k when it is one of operands 5 to 8 and a
        large constant.     n: how many operands there are.
    a, b, c, d: the first four as they stand in the code: a constant, or a variable's number.
    x: the address of operands 5 to 8, or of the text.
    s: the variable for the result, or -1.
    t: the branch: 2 * offset, plus 1 if it is taken on true.
    """
    op = m.mem[pc & MASK]
    form = VARIABLE
    if op < 0x80:
        form = LONG
    elif op < 0xB0:
        form = SHORT
    elif op == 0xBE and m.r[VERSION] >= 5:
        pc += 1
        op = EXTENDED + m.mem[pc & MASK]
    elif op < 0xC0:
        form = NONE
    elif op == 0xEC or op == 0xFA:
        form = LONGER
    entry = m.ops[op & OPCODES_MASK]
    pc, v, n, a, b, c, d, x = operands(m, pc, form)
    s = -1
    t = 0
    if entry & STORES:
        s = m.mem[pc & MASK]
        pc += 1
    if entry & BRANCHES:
        t, pc = branch_data(m, pc)
    if entry & TEXT:
        x = pc
        pc = text_end(m, pc)
    return entry & ARM, pc, v, n, a, b, c, d, x, s, t


def restart(m: State, pc: int) -> int:
    """Put back what fetching the operands of the instruction at `pc` popped.

    Every popped operand moved SP, also one that was not there, so that it is enough to count them.
    """
    _, _, v, _, a, b, c, d, _, _, _ = decode(m, pc)
    if v & 1 and a == 0:
        m.r[SP] += 1
    if v & 2 and b == 0:
        m.r[SP] += 1
    if v & 4 and c == 0:
        m.r[SP] += 1
    if v & 8 and d == 0:
        m.r[SP] += 1
    return 0
