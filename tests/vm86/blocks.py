"""Generated code: instructions of every row of the table, with operands for which they mostly do
something, in straight blocks that lead to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import cast

from encode import OPERAND, STRINGS, encode

from vm86 import control, data, flow
from vm86.decode import decode
from vm86.registers import EAX, ESP, FETCHED, MODE, SS, ZERO
from vm86.reset import power_on
from vm86.state import State
from vm86.system import esc, in_dx, in_i, ins, out_dx, out_i, outs, wait
from vm86.table import TABLE, Function, Op

# What lies at the beginning of the data segments: selectors, far pointers of six bytes and of four,
# and what LGDT and LIDT load
SELECTORS, FAR_6, FAR_4, TABLES, TABLES_END = 0x000, 0x200, 0x400, 0x600, 0x640
CODE = 0x10000  # the linear address of all code, and the base of most of its segments
PAGE = 0x1000
LONGEST = 0x1C0  # bytes of a block
FS_PREFIX = 0x64  # FS: a data segment that begins at CODE
MOV_IMMEDIATE, PUSH_IMMEDIATE, CALL_NEAR, JMP_NEAR, JMP_SHORT = 0xB8, 0x68, 0xE8, 0xE9, 0xEB
A, SP = 0, 4  # registers

BY_FUNCTION: dict[Function, list[Op]] = {}
for row in TABLE:
    if row.code >= 0:
        BY_FUNCTION.setdefault(row.function, []).append(row)
RELATIVE = (flow.jmp, flow.jcc, flow.loop, flow.loope, flow.loopne, flow.jcxz, flow.call)
# What faults at level 3, or stops the run
PRIVILEGED = (
    *(flow.hlt, flow.cli, flow.sti, in_i, in_dx, out_i, out_dx, ins, outs, esc, wait),
    *(control.lldt, control.ltr, control.lgdt, control.lidt, control.lmsw, control.clts),
    *(control.mov_to_cr, control.mov_from_cr, control.mov_to_dr, control.mov_from_dr),
    *(control.mov_to_tr, control.mov_from_tr),
)
# What is not recognised in real and in virtual-8086 mode
UNRECOGNISED = (
    *(control.sldt, control.str_, control.verr, control.verw, control.lar, control.lsl),
    *(control.lldt, control.ltr, flow.arpl),
)
# What matters most in protected mode
FAR = (
    *(flow.jmp_far, flow.call_far, flow.jmp_far_m, flow.call_far_m, flow.ret_far, flow.iret),
    *(flow.int_, flow.popf, data.mov_to_segment, data.mov_to_ss, data.pop_segment, data.pop_ss),
    *(data.load_pointer, data.lss, control.mov_to_cr, control.mov_to_dr),
)
# Those whose operand is a selector
OF_SELECTORS = (
    *(control.lldt, control.ltr, control.verr, control.verw, control.lar, control.lsl),
    *(data.mov_to_segment, data.mov_to_ss, flow.arpl),
)


@dataclass(frozen=True)
class Setting:
    """What code may refer to. targets: selectors and offsets of blocks and gates.  selectors: of
    segments.  stacks: likewise.  vectors: for INT.  seldom: functions that mostly fault here."""

    targets: Sequence[tuple[int, int]]
    selectors: Sequence[int]
    stacks: Sequence[int]
    vectors: Sequence[int]
    seldom: Sequence[Function] = ()


@dataclass(frozen=True)
class Piece:
    """An instruction. size: of the field behind its bytes that says where another one of the block
    is, from the next one on, or, absolute, as an offset; 0 if it has none."""

    code: bytes
    size: int = 0
    absolute: bool = False

    @property
    def length(self) -> int:
        return len(self.code) + self.size


def plausible(random: Random) -> int:
    """A number for a register: mostly one that is an offset of data."""
    kind = random.random()
    if kind < 0.5:
        return random.randrange(0x7000)
    if kind < 0.7:
        return random.randrange(1, 8) * PAGE - random.randrange(5)
    if kind < 0.8:
        return 0x20000 + random.randrange(0x20000)
    if kind < 0.9:
        return -random.randrange(0x8000) & 0xFFFFFFFF
    return random.getrandbits(32)


class Writer:
    """Writes a block of code. bits: of its segment."""

    def __init__(self, random: Random, setting: Setting, bits: int) -> None:
        self.random, self.setting, self.bits = random, setting, bits
        self._address = CODE
        self._scratch = cast(State, power_on(b"").state)
        self._scratch.r[MODE] = 1 if bits == 32 else 0
        self._scratch.r[FETCHED] = 1 << 40
        self._special: dict[Function, Callable[[Op], list[Piece]]] = {
            **dict.fromkeys(RELATIVE, self._relative),
            **dict.fromkeys((flow.jmp_e, flow.call_e), self._indirect),
            **dict.fromkeys((flow.jmp_far, flow.call_far), self._far),
            **dict.fromkeys((flow.jmp_far_m, flow.call_far_m), self._far_memory),
            **dict.fromkeys((data.load_pointer, data.lss), self._far_memory),
            **dict.fromkeys(OF_SELECTORS, self._selector),
            **dict.fromkeys((data.pop_segment, data.pop_ss), self._pop_segment),
            **dict.fromkeys((control.lgdt, control.lidt), self._table),
            **dict.fromkeys((control.mov_to_cr, control.lmsw), self._control),
            control.mov_to_dr: self._debug,
            flow.ret: self._ret,
            flow.ret_far: self._ret,
            flow.iret: self._ret,
            flow.popf: self._popf,
            flow.int_: self._int,
        }

    def block(self, address: int, count: int, next_: int) -> tuple[bytes, list[int]]:
        """The code of a block at a linear address, `count` instructions or so and a jump to the
        address `next_`, in a segment of the same kind; and where its instructions are."""
        self._address = address
        pieces: list[Piece] = []
        while len(pieces) < count:
            more = self._next()
            if sum(one.length for one in (*pieces, *more)) > LONGEST - 8:
                break
            pieces += more
        end = [Piece(bytes([JMP_NEAR]), self.bits // 8)]
        places = [address]
        for one in (*pieces, *end):
            places.append(places[-1] + one.length)
        made = b""
        for n, one in enumerate(pieces):
            made += one.code
            if one.size:
                made += self._field(one, places, n)
        away = next_ - places[-1]
        return made + end[0].code + _bytes(away, self.bits // 8), places[:-1]

    def _field(self, one: Piece, places: list[int], n: int) -> bytes:
        # Mostly forwards: a watchdog ends what goes on for ever, but the rest is not reached then.
        ahead = places[n + 1 : -1]
        targets = ahead if self.random.random() < 0.8 else places[:-1]
        if one.size == 1:
            targets = [t for t in targets if -128 <= t - places[n + 1] <= 127] or ahead[:1]
        to = self.random.choice(targets)
        value = to - (CODE if one.absolute else places[n + 1])
        return _bytes(value, one.size)

    # Instructions

    def _next(self) -> list[Piece]:
        """An instruction, with those that prepare it."""
        far = self.random.random() < 0.1
        function = self.random.choice(FAR if far else tuple(BY_FUNCTION))
        if function in self.setting.seldom and self.random.random() < 0.9:
            return self._next()
        if self.random.random() < 0.04:
            return [self._into_code()]
        op = self.random.choice(BY_FUNCTION[function])
        if function in self._special and self.random.random() < 0.95:
            return self._special[function](op)
        return self._usual(op)

    def _usual(self, op: Op) -> list[Piece]:
        while True:
            one = encode(op, self.random, self.bits)
            *_, g, e, _, b, _, _, d, am, _, _, _ = self._decoded(one.code)
            if SP not in (g, e) or self.random.random() < 0.2:  # the stack shall last
                break
        before: list[Piece] = []
        if one.repeated or (op.name in STRINGS and self.random.random() < 0.3):
            before.append(self._mov(1, self.random.randrange(40)))
        if op.name in STRINGS and self.random.random() < 0.3:
            before.append(self._mov(self.random.choice((6, 7)), plausible(self.random)))
        if e < 0 and am > 0xFFFF and b not in (ZERO, ESP) and self.random.random() < 0.7:
            before.append(self._mov(b - EAX, plausible(self.random) - d & 0xFFFFFFFF))
        return [*before, Piece(one.code)]

    def _decoded(self, code: bytes) -> tuple[int, ...]:
        m = self._scratch
        m.mem[: len(code)] = code  # type: ignore[index]
        return decode(m, 0)

    def _into_code(self) -> Piece:
        """A store into the block itself: XOR byte [FS:...], 1 or another bit."""
        offset = self._address + self.random.randrange(0x80) - CODE
        bit = 1 << self.random.randrange(8)
        return Piece(bytes([FS_PREFIX, 0x80]) + self._absolute(6, offset) + bytes([bit]))

    def _relative(self, op: Op) -> list[Piece]:
        if op.form == "Jb":
            return [Piece(self._opcode(op), 1)]
        size, prefix = self._size()
        return [Piece(prefix + self._opcode(op), size)]

    def _indirect(self, op: Op) -> list[Piece]:
        n = self.random.choice((0, 1, 2, 3, 5, 6, 7))
        size, prefix = self._size()
        register = bytes([MOV_IMMEDIATE + n])
        modrm = bytes([0xC0 | op.digit << 3 | n])
        return [
            Piece(prefix + register, size, absolute=True),
            Piece(prefix + self._opcode(op) + modrm),
        ]

    def _target(self) -> tuple[int, int]:
        return self.random.choice(self.setting.targets)

    def _far(self, op: Op) -> list[Piece]:
        size, prefix = self._size()
        selector, offset = self._target()
        return [Piece(prefix + self._opcode(op) + _bytes(offset, size) + _bytes(selector, 2))]

    def _far_memory(self, op: Op) -> list[Piece]:
        size, prefix = self._size()
        digit = op.digit if op.digit >= 0 else self.random.choice((0, 1, 2, 3, 5, 6, 7))
        first, step = (FAR_6, 8) if size == 4 else (FAR_4, 4)
        offset = first + step * self.random.randrange(0x40)
        return [Piece(prefix + self._opcode(op) + self._absolute(digit, offset))]

    def _ret(self, op: Op) -> list[Piece]:
        """Returns, with something to return to."""
        size, prefix = self._size()
        dropped = _bytes(2 * self.random.randrange(8), 2) if op.form == "Iw" else b""
        returns = prefix + self._opcode(op) + dropped
        pieces: list[Piece] = []
        if op.function is flow.iret:
            pieces.append(self._push(self._flags(), size))
        if op.function is flow.ret:
            pieces.append(Piece(prefix + bytes([PUSH_IMMEDIATE]), size, absolute=True))
            return [*pieces, Piece(returns)]
        selector, offset = self._target()
        pieces.append(self._push(selector, size))
        if size == self.bits // 8 and self.random.random() < 0.5:
            # To what follows a near CALL: JMP beyond the return, to which the CALL leads
            call = bytes([CALL_NEAR]) + _bytes(2, size)
            return [*pieces, Piece(call + bytes([JMP_SHORT, len(returns)]) + returns)]
        return [*pieces, self._push(offset, size), Piece(returns)]

    def _selector(self, op: Op) -> list[Piece]:
        if self.random.random() < 0.3:  # from memory
            digit = op.digit if op.digit >= 0 else self.random.randrange(8)
            offset = SELECTORS + 2 * self.random.randrange(0x100)
            return [Piece(self._opcode(op) + self._absolute(digit, offset))]
        g = op.digit if op.digit >= 0 else self.random.choice((0, 1, 2, 3, 5, 6, 7))
        modrm = bytes([0xC0 | g << 3 | A])
        _, prefix = self._size()
        return [self._mov(A, self._some(op)), Piece(prefix + self._opcode(op) + modrm)]

    def _some(self, op: Op) -> int:
        """A selector."""
        stack = op.number == SS and op.function in (data.mov_to_ss, data.pop_ss, data.lss)
        return self.random.choice(self.setting.stacks if stack else self.setting.selectors)

    def _pop_segment(self, op: Op) -> list[Piece]:
        size, prefix = self._size()
        return [self._push(self._some(op), size), Piece(prefix + self._opcode(op))]

    def _table(self, op: Op) -> list[Piece]:
        first = TABLES if op.function is control.lgdt else TABLES + 8
        offset = first + 16 * self.random.randrange(4)
        prefix = b"" if self.bits == 32 else bytes([OPERAND])
        return [Piece(prefix + self._opcode(op) + self._absolute(op.digit, offset))]

    def _control(self, op: Op) -> list[Piece]:
        """Load a control register with what it holds, or nearly so. Never clear PE."""
        if op.function is control.lmsw:
            bits = self.random.choice((0, 2, 4, 8))
            # SMSW AX; OR AL,...; LMSW AX
            return [Piece(b"\x0f\x01\xe0"), Piece(bytes([0x0C, bits])), Piece(b"\x0f\x01\xf0")]
        n = self.random.choice((0, 0, 2, 3, 3))
        change = self.random.choice((0, 2, 4, 8, 1 << 31)) if n == 0 else 0
        prefix = b"" if self.bits == 32 else bytes([OPERAND])
        return [
            Piece(bytes([0x0F, 0x20, 0xC0 | n << 3])),  # MOV EAX,CRn
            Piece(prefix + b"\x35" + _bytes(change, 4)),  # XOR EAX,...
            Piece(bytes([0x0F, 0x22, 0xC0 | n << 3])),
        ]

    def _debug(self, op: Op) -> list[Piece]:
        """A breakpoint, at code or at data, or which of them are enabled."""
        n = self.random.choice((0, 1, 2, 3, 7, 7, 7))
        value = CODE + self.random.randrange(0x40000)
        if n == 7:
            value = 1 << self.random.randrange(8) | self.random.getrandbits(16) << 16
        elif self.random.random() < 0.5:
            value = self._address + self.random.randrange(0x80)
        return [self._mov(A, value), Piece(self._opcode(op) + bytes([0xC0 | n << 3]))]

    def _popf(self, op: Op) -> list[Piece]:
        size, prefix = self._size()
        return [self._push(self._flags(), size), Piece(prefix + self._opcode(op))]

    def _flags(self) -> int:
        """TF and NT are seldom set."""
        value = self.random.getrandbits(18) & ~0x4100
        return value | self.random.choice((0, 0, 0, 0, 0, 0, 0x100, 0x4000))

    def _int(self, op: Op) -> list[Piece]:
        return [Piece(self._opcode(op) + bytes([self.random.choice(self.setting.vectors)]))]

    # Parts

    def _opcode(self, op: Op) -> bytes:
        return op.code.to_bytes(2 if op.code > 0xFF else 1, "big")

    def _size(self) -> tuple[int, bytes]:
        """An operand's size, mostly the segment's, and the prefix that it needs."""
        if self.random.random() < 0.8:
            return self.bits // 8, b""
        return 6 - self.bits // 8, bytes([OPERAND])

    def _mov(self, n: int, value: int) -> Piece:
        prefix = b"" if self.bits == 32 else bytes([OPERAND])
        return Piece(prefix + bytes([MOV_IMMEDIATE + n]) + _bytes(value, 4))

    def _push(self, value: int, size: int) -> Piece:
        prefix = b"" if size == self.bits // 8 else bytes([OPERAND])
        return Piece(prefix + bytes([PUSH_IMMEDIATE]) + _bytes(value, size))

    def _absolute(self, digit: int, offset: int) -> bytes:
        """ModRM and an address without registers."""
        if self.bits == 32:
            return bytes([digit << 3 | 5]) + _bytes(offset, 4)
        return bytes([digit << 3 | 6]) + _bytes(offset, 2)


def _bytes(value: int, size: int) -> bytes:
    return (value & (1 << 8 * size) - 1).to_bytes(size, "little")
