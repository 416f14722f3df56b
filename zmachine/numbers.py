"""Random numbers (section 2.4): the zoo's generator, and frotz's to the bit.

Both are linear congruential: A = multiplier * A + increment. The zoo's is that of the POSIX
function drand48, 48 bits wide; frotz's has 32 bits and gives 15 of them.
"""

from __future__ import annotations

from zmachine.registers import COUNTER, GENERATOR, INTERVAL, RANDOM, SEED
from zmachine.state import State, signed

OWN = 0
FROTZ = 1
BITS48 = (1 << 48) - 1


def seed(m: State, value: int) -> int:
    """0: unpredictable (the host's seed); below 1000: counts 1, 2, ... value; else that series."""
    m.r[INTERVAL] = 0
    if value == 0:
        # Each call goes on in a series of its own, and all depend on the host's seed alone.
        m.r[RANDOM] = m.r[SEED]
        if m.r[GENERATOR] == OWN:
            m.r[SEED] = (0x5DEECE66D * m.r[SEED] + 11) & BITS48
    elif value < 1000:
        m.r[COUNTER] = 0
        m.r[INTERVAL] = value
    else:
        m.r[RANDOM] = value
    return 0


def draw(m: State) -> int:
    """The next number of the series, at least 15 bits."""
    if m.r[INTERVAL]:
        count = m.r[COUNTER]
        m.r[COUNTER] = count + 1 if count + 1 < m.r[INTERVAL] else 0
        return count
    if m.r[GENERATOR] == FROTZ:
        m.r[RANDOM] = (0x015A4E35 * m.r[RANDOM] + 1) & 0xFFFFFFFF
        return m.r[RANDOM] >> 16 & 0x7FFF
    m.r[RANDOM] = (0x5DEECE66D * m.r[RANDOM] + 11) & BITS48
    return m.r[RANDOM] >> 17


def random(m: State, limit: int) -> int:
    bound = signed(limit)
    if bound <= 0:
        seed(m, -bound)
        return 0
    return draw(m) % bound + 1
