"""The Z-machine's state: its arenas, and the functions that reach variables and memory.

Every index into an arena is masked by the arena's size: that one rule keeps a guest inside.
"""

from __future__ import annotations

from zmachine import registers
from zmachine.registers import (
    BASE,
    CHANGED,
    FATAL,
    FP,
    GLOBALS,
    IGNORE,
    NOTICE,
    NOTICED,
    OUT,
    REPORT,
    SP,
    STACK_OVERFLOW,
    STACK_UNDERFLOW,
    STATIC,
    STRICT,
    WARNING,
    WRITE_STATIC,
)
from zoo import layout
from zoo.layout import Bytes, Ints, Layout, arena
from zoo.registers import CAUSE, FAULT, HOST, PC, RETRY, STOP

SIZE = 1 << 19  # the largest story, version 8
MASK = SIZE - 1
STACK = 1 << 16
STACK_MASK = STACK - 1
STACK_LIMIT = STACK - 32
OUTPUT = 1 << 14
OUTPUT_MASK = OUTPUT - 1
OUTPUT_LIMIT = OUTPUT - 64
KEYS = 1 << 10
KEYS_MASK = KEYS - 1
UNDO = 1 << 22
UNDO_MASK = UNDO - 1
IMAGE = 1 << 16
IMAGE_MASK = IMAGE - 1
OPCODES = 512
OPCODES_MASK = OPCODES - 1

# The arena `zscii` holds four tables, filled when a story is loaded.
UNICODE_OF = 0  # 256: the code point of each ZSCII character, 0 where it has none (3.8)
ENCODING = 256  # 256: alphabet * 32 + Z-character, or 0 (3.5)
LOWER_CASE = 512  # 256: each ZSCII character in lower case
ALPHABET = 768  # 96: ZSCII characters by alphabet * 32 + Z-character


class State(layout.State):
    """What a semantic function sees. code: for every byte of memory, whether it has been translated
    as code that the story may write."""

    mem: Bytes = arena(SIZE)
    code: Bytes = arena(SIZE)
    stack: Ints = arena(STACK)
    ops: Ints = arena(OPCODES)  # what `decode` needs to know of each opcode, from the table
    zscii: Ints = arena(1024)
    out: Ints = arena(OUTPUT)  # characters and events on their way to the screen
    keys: Bytes = arena(KEYS)  # a line from the keyboard, ZSCII
    image: Bytes = arena(IMAGE)  # dynamic memory as it was loaded
    undo: Bytes = arena(UNDO)


LAYOUT = Layout(State, registers)


def stop(m: State, reason: int, cause: int) -> int:
    """End the run before the present instruction, which will run again. Returns 1."""
    m.r[STOP] = reason
    m.r[CAUSE] = cause
    m.r[RETRY] = 1
    return 1


def fault(m: State, cause: int) -> int:
    return stop(m, FAULT, cause)


def ask(m: State, request: int) -> int:
    return stop(m, HOST, request)


def notice(m: State, number: int) -> int:
    """Take note of something illegal that real stories do; how strictly is the host's choice."""
    count = m.r[NOTICED + number]
    m.r[NOTICED + number] = count + 1
    strict = m.r[STRICT]
    if strict == FATAL:
        return fault(m, NOTICE + number)
    if strict == IGNORE or (strict != REPORT and count > 0):
        return 0
    out = m.r[OUT]
    if out < OUTPUT_LIMIT:
        m.out[out & OUTPUT_MASK] = WARNING
        m.out[(out + 1) & OUTPUT_MASK] = number
        m.out[(out + 2) & OUTPUT_MASK] = m.r[PC]
        m.r[OUT] = out + 3
    return 0


def stopped(m: State) -> int:
    """1 if this instruction has ended the run: what an instruction without a result returns."""
    return 1 if m.r[STOP] else 0


def word(m: State, address: int) -> int:
    return m.mem[address & MASK] << 8 | m.mem[(address + 1) & MASK]


def change(m: State, address: int) -> int:
    """A store went into translated code: CHANGED is its address + 1, or -1 for several."""
    m.r[CHANGED] = address + 1 if m.r[CHANGED] == 0 else -1
    return 0


def poke(m: State, address: int, value: int) -> int:
    """Write a byte where the story may: in dynamic memory."""
    if address < m.r[STATIC]:
        m.mem[address & MASK] = value & 0xFF
        if m.code[address & MASK]:
            change(m, address)
        return 0
    return notice(m, WRITE_STATIC)


def poke_word(m: State, address: int, value: int) -> int:
    return poke(m, address, value >> 8) | poke(m, address + 1, value)


def signed(x: int) -> int:
    """The 16-bit number `x` as a signed one (2.2)."""
    return (x ^ 0x8000) - 0x8000


def push(m: State, value: int) -> int:
    """Push a word; 1 if there is no room."""
    sp = m.r[SP]
    if sp >= STACK_LIMIT:
        return fault(m, STACK_OVERFLOW)
    m.stack[sp & STACK_MASK] = value
    m.r[SP] = sp + 1
    return 0


def pop(m: State) -> int:
    """The stack's top, or -1 if there is none: no word is negative.

    SP moves even then, so that `restart` can put it back.
    """
    sp = m.r[SP] - 1
    m.r[SP] = sp
    if sp < m.r[BASE]:
        fault(m, STACK_UNDERFLOW)
        return -1
    return m.stack[sp & STACK_MASK] & 0xFFFF


def local(m: State, variable: int) -> int:
    # A local that the routine does not have may be what is left of a frame: no 16-bit word.
    return m.stack[(m.r[FP] + variable) & STACK_MASK] & 0xFFFF


def global_(m: State, variable: int) -> int:
    address = m.r[GLOBALS] + 2 * variable - 32
    return m.mem[address & MASK] << 8 | m.mem[(address + 1) & MASK]


def load(m: State, variable: int) -> int:
    """The value of a variable as an operand: variable 0 pops the stack (4.2.2)."""
    if variable == 0:
        return pop(m)
    return local(m, variable) if variable < 16 else global_(m, variable)


def set_local(m: State, variable: int, value: int) -> int:
    m.stack[(m.r[FP] + variable) & STACK_MASK] = value & 0xFFFF
    return 0


def set_global(m: State, variable: int, value: int) -> int:
    address = m.r[GLOBALS] + 2 * variable - 32
    if address + 1 >= m.r[STATIC]:
        return poke_word(m, address, value & 0xFFFF)
    m.mem[address & MASK] = value >> 8 & 0xFF
    m.mem[(address + 1) & MASK] = value & 0xFF
    if m.code[address & MASK] | m.code[(address + 1) & MASK]:
        change(m, address)
    return 0


def store(m: State, variable: int, value: int) -> int:
    """Put a result into a variable: variable 0 pushes; a negative one discards it."""
    if variable > 0:
        return set_local(m, variable, value) if variable < 16 else set_global(m, variable, value)
    return push(m, value & 0xFFFF) if variable == 0 else 0


def discard(m: State, v: int, a: int, b: int, c: int, d: int) -> int:
    """Fetch, for what it does to the stack, operands that an instruction has no use for."""
    if v & 1:
        load(m, a)
    if v & 2:
        load(m, b)
    if v & 4:
        load(m, c)
    if v & 8:
        load(m, d)
    return 0


def peek(m: State, variable: int) -> int:
    """The value of a variable named by an operand: variable 0 is the top, left in place (6.3.4)."""
    variable &= 0xFF
    if variable == 0:
        if m.r[SP] <= m.r[BASE]:
            return fault(m, STACK_UNDERFLOW)
        return m.stack[(m.r[SP] - 1) & STACK_MASK]
    return load(m, variable)


def replace(m: State, variable: int, value: int) -> int:
    """Set a variable named by an operand: variable 0 is the top, replaced (6.3.4)."""
    variable &= 0xFF
    if variable == 0:
        if m.r[SP] <= m.r[BASE]:
            return fault(m, STACK_UNDERFLOW)
        m.stack[(m.r[SP] - 1) & STACK_MASK] = value & 0xFFFF
        return 0
    return store(m, variable, value)
