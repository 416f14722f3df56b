"""Arithmetic, logic, shifts, and decimal adjustment (chapter 17 of the manual).

`u` and `v` are the first and the second operand, `o` how many bytes each has.
"""

from __future__ import annotations

from vm86.flags import condition, difference, logical, result, sum_
from vm86.registers import AF, CF, DE, EAX, EDX, OF
from vm86.state import State, fault, get, ones, put, signed


def add(m: State, o: int, u: int, v: int) -> int:
    return sum_(m, u, v, 0, o)


def adc(m: State, o: int, u: int, v: int) -> int:
    return sum_(m, u, v, m.r[CF], o)


def sub(m: State, o: int, u: int, v: int) -> int:
    return difference(m, u, v, 0, o)


def sbb(m: State, o: int, u: int, v: int) -> int:
    return difference(m, u, v, m.r[CF], o)


def cmp(m: State, o: int, u: int, v: int) -> int:
    return difference(m, u, v, 0, o)


def and_(m: State, o: int, u: int, v: int) -> int:
    return logical(m, u & v, o)


def or_(m: State, o: int, u: int, v: int) -> int:
    return logical(m, u | v, o)


def xor(m: State, o: int, u: int, v: int) -> int:
    return logical(m, u ^ v, o)


def test(m: State, o: int, u: int, v: int) -> int:
    return logical(m, u & v, o)


def inc(m: State, o: int, u: int) -> int:
    carry = m.r[CF]
    r = sum_(m, u, 1, 0, o)
    m.r[CF] = carry
    return r


def dec(m: State, o: int, u: int) -> int:
    carry = m.r[CF]
    r = difference(m, u, 1, 0, o)
    m.r[CF] = carry
    return r


def neg(m: State, o: int, u: int) -> int:
    return difference(m, 0, u, 0, o)


def not_(m: State, o: int, u: int) -> int:
    return ~u & ones(o)


def double(m: State, o: int) -> int:
    """AX, DX:AX or EDX:EAX: what a multiplication makes and a division takes."""
    if o == 1:
        return get(m, 0, 2)
    return get(m, 2, o) << 8 * o | get(m, 0, o)


def set_double(m: State, o: int, low: int, high: int) -> int:
    if o == 1:
        return put(m, 0, 2, (high & 0xFF) << 8 | low & 0xFF)
    put(m, 0, o, low)
    return put(m, 2, o, high)


def mul(m: State, o: int, u: int) -> int:
    a = get(m, 0, o)
    if o == 4:
        # The product of two numbers of 32 bits can be too long for a signed one of 64.
        low = a * (u & 0xFFFF)
        high = a * (u >> 16)
        low += (high & 0xFFFF) << 16
        high = (high >> 16) + (low >> 32)
        low &= 0xFFFFFFFF
    else:
        product = a * u
        low = product & ones(o)
        high = product >> 8 * o
    set_double(m, o, low, high)
    m.r[CF] = 1 if high else 0
    m.r[OF] = m.r[CF]
    return 0


def imul(m: State, o: int, u: int) -> int:
    product = signed(get(m, 0, o), o) * signed(u, o)
    set_double(m, o, product & ones(o), product >> 8 * o)
    m.r[CF] = 1 if signed(product, o) != product else 0
    m.r[OF] = m.r[CF]
    return 0


def imul2(m: State, o: int, u: int, v: int) -> int:
    """IMUL with two and with three operands."""
    product = signed(u, o) * signed(v, o)
    m.r[CF] = 1 if signed(product, o) != product else 0
    m.r[OF] = m.r[CF]
    return product & ones(o)


def div(m: State, o: int, u: int) -> int:
    if u == 0:
        return fault(m, DE, -1)
    if o == 4:
        high = m.r[EDX]
        if high >= u:
            return fault(m, DE, -1)
        low = m.r[EAX]
        # 64 bits by 32, a bit at a time: Python and a processor agree only on signed numbers.
        quotient = 0
        for k in range(32):
            high = high << 1 | low >> 31 - k & 1
            quotient <<= 1
            if high >= u:
                high -= u
                quotient |= 1
        return set_double(m, o, quotient, high)
    a = double(m, o)
    quotient = a // u
    if quotient > ones(o):
        return fault(m, DE, -1)
    return set_double(m, o, quotient, a % u)


def idiv(m: State, o: int, u: int) -> int:
    b = signed(u, o)
    if b == 0:
        return fault(m, DE, -1)
    if o == 4:
        a = signed(m.r[EDX], 4) << 32 | m.r[EAX]
    else:
        a = signed(double(m, o), 2 * o)
    if a == -1 << 63:
        return fault(m, DE, -1)
    quotient = abs(a) // abs(b)
    if a ^ b < 0:
        quotient = -quotient
    if signed(quotient, o) != quotient:
        return fault(m, DE, -1)
    return set_double(m, o, quotient & ones(o), a - quotient * b & ones(o))


def rol(m: State, o: int, u: int, v: int) -> int:
    count = v & 31
    if count == 0:
        return u
    bits = 8 * o
    k = count % bits
    r = (u << k | u >> bits - k) & ones(o)
    m.r[CF] = r & 1
    m.r[OF] = (r >> bits - 1 ^ r) & 1
    return r


def ror(m: State, o: int, u: int, v: int) -> int:
    count = v & 31
    if count == 0:
        return u
    bits = 8 * o
    k = count % bits
    r = (u >> k | u << bits - k) & ones(o)
    m.r[CF] = r >> bits - 1 & 1
    m.r[OF] = (r >> bits - 1 ^ r >> bits - 2) & 1
    return r


def rcl(m: State, o: int, u: int, v: int) -> int:
    count = v & 31
    if count == 0:
        return u
    bits = 8 * o
    k = count % (bits + 1)
    whole = m.r[CF] << bits | u
    whole = (whole & (1 << bits + 1 - k) - 1) << k | whole >> bits + 1 - k
    m.r[CF] = whole >> bits & 1
    r = whole & ones(o)
    m.r[OF] = m.r[CF] ^ r >> bits - 1
    return r


def rcr(m: State, o: int, u: int, v: int) -> int:
    count = v & 31
    if count == 0:
        return u
    bits = 8 * o
    k = count % (bits + 1)
    whole = m.r[CF] << bits | u
    whole = whole >> k | (whole & (1 << k) - 1) << bits + 1 - k
    m.r[CF] = whole >> bits & 1
    r = whole & ones(o)
    m.r[OF] = (r >> bits - 1 ^ r >> bits - 2) & 1
    return r


def shl(m: State, o: int, u: int, v: int) -> int:
    count = v & 31
    if count == 0:
        return u
    bits = 8 * o
    whole = u << count
    m.r[CF] = whole >> bits & 1 if count & bits - 1 else u & 1
    r = whole & ones(o)
    m.r[OF] = m.r[CF] ^ r >> bits - 1
    m.r[AF] = 1
    return result(m, r, o)


def shr(m: State, o: int, u: int, v: int) -> int:
    count = v & 31
    if count == 0:
        return u
    bits = 8 * o
    r = u >> count
    m.r[CF] = u >> count - 1 & 1 if count & bits - 1 else u >> bits - 1
    m.r[OF] = r >> bits - 2
    m.r[AF] = 1
    return result(m, r, o)


def sar(m: State, o: int, u: int, v: int) -> int:
    count = v & 31
    if count == 0:
        return u
    x = signed(u, o)
    m.r[CF] = x >> count - 1 & 1
    m.r[OF] = 0
    m.r[AF] = 1
    return result(m, x >> count & ones(o), o)


def shld(m: State, o: int, u: int, v: int, w: int) -> int:
    count = w & 31
    if count == 0:
        return u
    bits = 8 * o
    # With 16 bits and a count above 16 the manual leaves the result open: it goes on with `u`.
    if count <= bits:
        m.r[CF] = u >> bits - count & 1
        r = u << count | v >> bits - count
    else:
        m.r[CF] = v >> 2 * bits - count & 1
        r = v << count - bits | u >> 2 * bits - count
    r &= ones(o)
    m.r[OF] = (r ^ u) >> bits - 1 & 1
    return result(m, r, o)


def shrd(m: State, o: int, u: int, v: int, w: int) -> int:
    count = w & 31
    if count == 0:
        return u
    bits = 8 * o
    if count <= bits:
        m.r[CF] = u >> count - 1 & 1
        r = u >> count | v << bits - count
    else:
        m.r[CF] = v >> count - bits - 1 & 1
        r = v >> count - bits | u << 2 * bits - count
    r &= ones(o)
    m.r[OF] = (r >> bits - 1 ^ r >> bits - 2) & 1
    return result(m, r, o)


def daa(m: State) -> int:
    al = get(m, 0, 1)
    low = 1 if al & 15 > 9 or m.r[AF] else 0
    carry = 1 if al > 0x99 or m.r[CF] else 0
    put(m, 0, 1, sum_(m, al, 6 * low + 0x60 * carry, 0, 1))
    m.r[AF] = low
    m.r[CF] = carry
    return 0


def das(m: State) -> int:
    al = get(m, 0, 1)
    low = 1 if al & 15 > 9 or m.r[AF] else 0
    carry = 1 if al > 0x99 or m.r[CF] else 0
    put(m, 0, 1, difference(m, al, 6 * low + 0x60 * carry, 0, 1))
    m.r[AF] = low
    m.r[CF] = carry | (1 if low and al < 6 else 0)
    return 0


def aaa(m: State) -> int:
    ax = get(m, 0, 2)
    adjust = 1 if ax & 15 > 9 or m.r[AF] else 0
    sum_(m, ax & 0xFF, 6 * adjust, 0, 1)
    put(m, 0, 2, ax + 0x106 * adjust & 0xFF0F)
    m.r[AF] = adjust
    m.r[CF] = adjust
    return 0


def aas(m: State) -> int:
    ax = get(m, 0, 2)
    adjust = 1 if ax & 15 > 9 or m.r[AF] else 0
    difference(m, ax & 0xFF, 6 * adjust, 0, 1)
    put(m, 0, 2, ax - 0x106 * adjust & 0xFF0F)
    m.r[AF] = adjust
    m.r[CF] = adjust
    return 0


def aam(m: State, i: int) -> int:
    base = i & 0xFF
    if base == 0:
        return fault(m, DE, -1)
    al = get(m, 0, 1)
    put(m, 0, 2, (al // base) << 8 | al % base)
    logical(m, al % base, 1)
    return 0


def aad(m: State, i: int) -> int:
    ax = get(m, 0, 2)
    return put(m, 0, 2, sum_(m, ax & 0xFF, (ax >> 8) * (i & 0xFF) & 0xFF, 0, 1))


def cbw(m: State, o: int) -> int:
    """CBW, CWDE."""
    return put(m, 0, o, signed(get(m, 0, o >> 1), o >> 1) & ones(o))


def cwd(m: State, o: int) -> int:
    """CWD, CDQ."""
    return put(m, 2, o, signed(get(m, 0, o), o) >> 31 & ones(o))


def salc(m: State) -> int:
    """SALC, which Intel's manual has no line for: AL is all ones if CF is set."""
    return put(m, 0, 1, 0xFF if m.r[CF] else 0)


def setcc(m: State, n: int) -> int:
    return condition(m, n)


def clc(m: State) -> int:
    m.r[CF] = 0
    return 0


def stc(m: State) -> int:
    m.r[CF] = 1
    return 0


def cmc(m: State) -> int:
    m.r[CF] ^= 1
    return 0
