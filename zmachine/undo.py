"""Undo inside the machine (15, save_undo): a ring of records in the arena `undo`.

A record is its length (4 bytes), the registers, the stack in words of 4 bytes, then dynamic memory
as what differs from the story as loaded: a byte of the exclusive or, and after a 0 byte how many
more zeros follow; then its length again, so that the ring can be left at both ends.
"""

from __future__ import annotations

from zmachine.registers import (
    BASE,
    DEPTH,
    FP,
    SP,
    STATIC,
    UNDO_COUNT,
    UNDO_HEAD,
    UNDO_LIMIT,
    UNDO_TAIL,
    WORK,
)
from zmachine.state import (
    IMAGE_MASK,
    MASK,
    STACK_MASK,
    UNDO,
    UNDO_MASK,
    State,
    change,
    store,
)


def put4(m: State, at: int, value: int) -> int:
    for k in range(4):
        m.undo[(at + k) & UNDO_MASK] = value >> (8 * k) & 0xFF
    return at + 4


def get4(m: State, at: int) -> int:
    value = 0
    for k in range(4):
        value |= m.undo[(at + k) & UNDO_MASK] << (8 * k)
    return (value ^ 0x80000000) - 0x80000000


def put_zeros(m: State, at: int, count: int) -> int:
    """Put down that so many bytes do not differ; where it goes on, and nothing for none."""
    while count > 0:
        m.undo[at & UNDO_MASK] = 0
        m.undo[(at + 1) & UNDO_MASK] = min(count, 256) - 1
        at += 2
        count -= 256
    return at


def eight_now(m: State, k: int) -> int:
    """Eight bytes of memory as one number, which is one load; they must be there."""
    k &= IMAGE_MASK
    low = m.mem[k] | m.mem[k + 1] << 8 | m.mem[k + 2] << 16 | m.mem[k + 3] << 24
    high = m.mem[k + 4] | m.mem[k + 5] << 8 | m.mem[k + 6] << 16 | m.mem[k + 7] << 24
    return low | high << 32


def eight_then(m: State, k: int) -> int:
    """The same of dynamic memory as it was loaded."""
    k &= IMAGE_MASK
    low = m.image[k] | m.image[k + 1] << 8 | m.image[k + 2] << 16 | m.image[k + 3] << 24
    high = m.image[k + 4] | m.image[k + 5] << 8 | m.image[k + 6] << 16 | m.image[k + 7] << 24
    return low | high << 32


def forget_oldest(m: State) -> int:
    length = get4(m, m.r[UNDO_TAIL])
    m.r[UNDO_TAIL] += length
    m.r[UNDO_COUNT] -= 1
    if length <= 0 or m.r[UNDO_HEAD] - m.r[UNDO_TAIL] > UNDO:
        m.r[UNDO_TAIL] = m.r[UNDO_HEAD]  # a damaged ring is emptied
        m.r[UNDO_COUNT] = 0
    return 0


def save_undo(m: State, pc: int, s: int) -> int:
    """Keep the present state; 1, or 0 if none can be kept. `pc` and `s` are where to go on and
    where restore_undo puts its 2."""
    if m.r[UNDO_LIMIT] <= 0:
        return 0
    size = m.r[STATIC] & IMAGE_MASK
    words = m.r[SP] & STACK_MASK
    most = 64 + 4 * words + 2 * size
    while m.r[UNDO_COUNT] > 0 and (
        m.r[UNDO_COUNT] >= m.r[UNDO_LIMIT] or m.r[UNDO_HEAD] + most - m.r[UNDO_TAIL] > UNDO
    ):
        forget_oldest(m)
    start = m.r[UNDO_HEAD]
    at = put4(m, start + 4, pc)
    at = put4(m, at, s)
    at = put4(m, at, words)
    at = put4(m, at, m.r[FP])
    at = put4(m, at, m.r[BASE])
    at = put4(m, at, m.r[DEPTH])
    for k in range(words):
        at = put4(m, at, m.stack[k & STACK_MASK])
    k = 0
    while k < size:
        same = k
        # Most of memory is as it was, and eight bytes are looked at in the time of one.
        while k + 8 <= size and eight_now(m, k) == eight_then(m, k):
            k += 8
        while k < size and m.mem[k & MASK] == m.image[k & IMAGE_MASK]:
            k += 1
        at = put_zeros(m, at, k - same)
        if k < size:
            m.undo[at & UNDO_MASK] = m.mem[k & MASK] ^ m.image[k & IMAGE_MASK]
            at += 1
            k += 1
    at += 4
    put4(m, start, at - start)
    put4(m, at - 4, at - start)
    m.r[UNDO_HEAD] = at
    m.r[UNDO_COUNT] += 1
    m.r[WORK] += size
    return 1


def restore_undo(m: State, pc: int, s: int) -> int:
    """Go back to the newest record and on from there, with 2 as save_undo's second result.

    Returns the pc; with no record 0 is stored at `s`.
    """
    if m.r[UNDO_COUNT] == 0:
        store(m, s, 0)
        return pc
    flags = m.mem[0x11] & 3  # survive, as through a restart (6.1.2.2)
    start = m.r[UNDO_HEAD] - get4(m, m.r[UNDO_HEAD] - 4)
    back = get4(m, start + 4)
    variable = get4(m, start + 8)
    words = get4(m, start + 12) & STACK_MASK
    m.r[SP] = words
    m.r[FP] = get4(m, start + 16)
    m.r[BASE] = get4(m, start + 20)
    m.r[DEPTH] = get4(m, start + 24)
    at = start + 28
    for k in range(words):
        m.stack[k & STACK_MASK] = get4(m, at)
        at += 4
    size = m.r[STATIC] & IMAGE_MASK
    k = 0
    while k < size:
        different = m.undo[at & UNDO_MASK] if at < m.r[UNDO_HEAD] - 4 else 0
        at += 1
        m.mem[k & MASK] = m.image[k & IMAGE_MASK] ^ different
        if m.code[k & MASK]:
            change(m, k)
        k += 1
        if different == 0:
            zeros = m.undo[at & UNDO_MASK] if at < m.r[UNDO_HEAD] - 4 else 255
            at += 1
            for _ in range(zeros):
                if k < size:
                    m.mem[k & MASK] = m.image[k & IMAGE_MASK]
                    if m.code[k & MASK]:
                        change(m, k)
                    k += 1
    m.r[UNDO_HEAD] = start
    m.r[UNDO_COUNT] -= 1
    m.r[WORK] += size
    m.mem[0x11] = m.mem[0x11] & ~3 & 0xFF | flags
    store(m, variable, 2)
    return back
