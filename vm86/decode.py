"""From bytes to an instruction (section 17.2): one function for every engine and every tool.

It reads code and changes nothing. An entry of the arena `ops` says for an opcode which arm carries
it out and what follows in the code; for a group of instructions, where the entries of its eight
are.
"""

from __future__ import annotations

from vm86.registers import BIG, DS, EAX, FETCHED, FS, GS, MODE, SS, ZERO
from vm86.state import DWORD, MASK, State, load, signed

# An entry: the arm's number, or the number of a group's first entry; what follows the opcode.
ARM = 0x3FF
PREFIX = 0x400
GROUP = 0x800
MODRM = 0x1000
BYTE = 0x2000  # operands of one byte; others are as wide as the mode and the prefixes say
WORD = 0x4000  # operands of two bytes
MEMORY = 0x8000  # the operand E must lie in memory
LOCKABLE = 0x10000
REGISTER = 0x20000  # the operand E is a register, whatever the ModRM byte says
IMMEDIATE = 20  # the shift of one of these:
NONE = 0
IB = 1  # a byte
SIGNED = 2  # a signed byte
IW = 3  # two bytes
IZ = 4  # as wide as the operand, but no wider than four bytes
OFFSET = 5  # of an operand in memory, as wide as an address
FAR = 6  # an offset and a selector
ENTER = 7  # two bytes and one byte

SECOND = 256  # where in `ops` the opcodes behind 0F are
GROUPS = 512
LONGEST = 15
ILLEGAL = 1008  # entries that stand for what is no instruction,
TOO_LONG = 1009  # what has more than 15 bytes,
CUT_OFF = 1010  # and what reaches beyond the code segment

# What the decoder tells the arms: the arm; the addresses in `mem` of the next instruction and of
# this one; the operands' size in bytes; the registers of the operands G and E (E: -1 for memory);
# the segment, base, index, scale and displacement of an address, and its mask; the immediate
# operands; the repeat prefix, 0 for none.
FIELDS = ("arm", "pc", "at", "o", "g", "e", "s", "b", "x", "k", "d", "am", "i", "j", "p")


def segment(c: int) -> int:
    """The segment register that a prefix names."""
    if c >= 0x64:
        return FS if c == 0x64 else GS
    return c >> 3 & 3


def base16(n: int) -> int:
    """The base register of a 16-bit address; [BX+SI] and its like have an index, too."""
    if n == 0 or n == 1 or n == 7:
        return EAX + 3
    if n == 2 or n == 3 or n == 6:
        return EAX + 5
    return EAX + 2 + n  # SI, DI


def decode(
    m: State, pc: int
) -> tuple[int, int, int, int, int, int, int, int, int, int, int, int, int, int, int]:
    """The instruction at address `pc` of `mem`: FIELDS."""
    at = pc
    big = m.r[MODE] & BIG
    o = 4 if big else 2
    wide = big
    s = -1
    p = 0
    lock = 0
    c = m.mem[pc & MASK]
    while m.ops[c] & PREFIX and pc - at < LONGEST:
        if c == 0x66:
            o = 2 if big else 4
        elif c == 0x67:
            wide = 1 - big
        elif c == 0xF0:
            lock = 1
        elif c >= 0xF2:
            p = c
        else:
            s = segment(c)
        pc += 1
        c = m.mem[pc & MASK]
    pc += 1
    if c == 0x0F:
        c = SECOND + m.mem[pc & MASK]
        pc += 1
    entry = m.ops[c]
    g = c & 7  # the register that some opcodes name
    e = -1
    b = ZERO
    x = ZERO
    k = 0
    d = 0
    am = DWORD if wide else 0xFFFF
    if entry & MODRM:
        c = m.mem[pc & MASK]
        pc += 1
        g = c >> 3 & 7
        if entry & GROUP:
            entry = m.ops[GROUPS + (entry & ARM & ~7) + g]
        mod = c >> 6
        n = c & 7
        if mod == 3 or entry & REGISTER:
            e = n
        else:
            size = mod if mod < 2 else 2 + 2 * wide
            if wide:
                if n == 4:
                    c = m.mem[pc & MASK]
                    pc += 1
                    n = c & 7
                    k = c >> 6
                    if c >> 3 & 7 != 4:
                        x = EAX + (c >> 3 & 7)
                if n == 5 and mod == 0:
                    size = 4
                else:
                    b = EAX + n
            elif n == 6 and mod == 0:
                size = 2
            else:
                b = base16(n)
                if n < 4:
                    x = EAX + 6 + (n & 1)
            if s < 0:
                s = SS if b == EAX + 5 or b == EAX + 4 else DS
            if k and x == ZERO:  # undefined (section 17.2.1): a 386 scales the base
                x = b
                b = ZERO
            if size:
                d = signed(load(m, pc, size), size)
                pc += size
    if s < 0:
        s = DS
    if entry & BYTE:
        o = 1
    elif entry & WORD:
        o = 2
    i = 0
    j = 0
    kind = entry >> IMMEDIATE
    if kind == IB:
        i = m.mem[pc & MASK]
        pc += 1
    elif kind == SIGNED:
        i = signed(m.mem[pc & MASK], 1)
        pc += 1
    elif kind == IW:
        i = load(m, pc, 2)
        pc += 2
    elif kind == IZ:
        i = load(m, pc, o)
        pc += o
    elif kind == OFFSET:
        d = load(m, pc, 2 + 2 * wide)
        pc += 2 + 2 * wide
    elif kind == FAR:
        i = load(m, pc, o)
        j = load(m, pc + o, 2)
        pc += o + 2
    elif kind == ENTER:
        i = load(m, pc, 2)
        j = m.mem[(pc + 2) & MASK]
        pc += 3
    arm = entry & ARM
    if (lock and (not entry & LOCKABLE or e >= 0)) or (entry & MEMORY and e >= 0):
        arm = m.ops[ILLEGAL]
    if pc - at > LONGEST:
        arm = m.ops[TOO_LONG]
    if pc > m.r[FETCHED]:
        arm = m.ops[CUT_OFF]
    return arm, pc, at, o, g, e, s, b, x, k, d, am, i, j, p
