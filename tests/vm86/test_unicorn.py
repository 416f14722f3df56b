"""Random instructions do in real mode what they do in Unicorn, the processor of QEMU 5.

Unicorn has no segment limits, and keeps what it has translated of code that changes under it; the
flags that an instruction leaves undefined are not compared (Appendix C of the manual).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, cast

import pytest
from encode import LOCK, Instruction, encode
from unicorn import UC_ARCH_X86, UC_HOOK_INTR, UC_MODE_16, Uc, UcError
from unicorn import x86_const as x86
from unicorn.unicorn_const import UC_ERR_INSN_INVALID

from vm86 import registers as r
from vm86.fetch import enter_code
from vm86.flags import eflags, load_flags
from vm86.machine import MACHINE
from vm86.reset import power_on, set_a20
from vm86.segments import load_segment
from vm86.state import State
from vm86.table import TABLE, Op
from zoo import registers as z
from zoo.session import make_engine

MEMORY = 0x110000
CODE, HANDLERS = 0x1000, 0xF000  # segments
IP = 0x0100
GENERAL = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi")
SEGMENTS = ("es", "cs", "ss", "ds", "fs", "gs")
DATA = {"es": 0x2000, "cs": CODE, "ss": 0x3000, "ds": 0x4000, "fs": 0x5000, "gs": 0x6000}
NUMBERS = {name: getattr(x86, f"UC_X86_REG_{name.upper()}") for name in (*GENERAL, *SEGMENTS)}
TURNS = 64  # of a repeated instruction

C, P, A, Z, S, O = 0x001, 0x004, 0x010, 0x040, 0x080, 0x800  # noqa: E741
STATUS = C | P | A | Z | S | O
COMPARED = STATUS | r.IF | r.DF | r.IOPL | r.NT
LOGIC = ("AND", "OR", "XOR", "TEST")
ROTATIONS = ("ROL", "ROR", "RCL", "RCR")
SHIFTS = ("SHL", "SHR", "SAR", "SHLD", "SHRD")
UNDEFINED = {
    **dict.fromkeys(LOGIC, A),
    **dict.fromkeys(("MUL", "IMUL"), S | Z | A | P),
    **dict.fromkeys(("DIV", "IDIV"), STATUS),
    **dict.fromkeys(("BT", "BTS", "BTR", "BTC"), O | S | Z | A | P),
    **dict.fromkeys(("BSF", "BSR"), C | O | S | A | P),
    **dict.fromkeys(("AAA", "AAS"), O | S | Z | P),
    **dict.fromkeys(("DAA", "DAS"), O),
    **dict.fromkeys(("AAM", "AAD"), O | A | C),
    **dict.fromkeys(ROTATIONS, O),
    **dict.fromkeys(SHIFTS, O | A),
}


def taken(op: Op) -> bool:
    """Whether a row can be tried so."""
    if op.code < 0 or op.name in ("IN", "OUT", "INS", "OUTS"):  # there are no devices
        return False
    if op.name in ("HLT", "WAIT", "ESC"):
        return False
    if 0x0F00 <= op.code < 0x0F30 or op.code == 0x63:  # tests/vm86/system has them
        return False
    # Unicorn takes F6 /1 for no instruction.
    return not (op.code in (0xF6, 0xF7) and op.digit == 1)


ROWS = tuple(op for op in TABLE if taken(op))


@dataclass(frozen=True)
class Outcome:
    """vector: of the exception or the interrupt, -1 for none.  Then what the registers are; IP, CS,
    SP and the flags are those of the instruction if there was one."""

    vector: int
    registers: dict[str, int]
    flags: int
    memory: bytes


class Zoo:
    """A 386 in real mode. The handler of interrupt n is at F000:(16 n)."""

    def __init__(self, engine: str, memory: bytes) -> None:
        self._guest = power_on(b"")
        self.m = cast(State, self._guest.state)
        self._engine = make_engine(engine, MACHINE, self._guest)
        set_a20(self.m, True)
        self.m.mem[:MEMORY] = memory  # type: ignore[index]

    def run(self, case: Instruction, registers: dict[str, int], flags: int) -> Outcome:
        m = self.m
        a = (CODE << 4) + IP
        m.mem[a : a + len(case.code)] = case.code  # type: ignore[index]
        for n, name in enumerate(GENERAL):
            m.r[r.EAX + n] = registers[name]
        for n, name in enumerate(SEGMENTS):
            load_segment(m, n, registers[name])
        load_flags(m, flags, 0)
        m.r[r.SHADOW] = m.r[r.STEP] = 0
        m.r[z.STOP] = z.RUNNING
        m.r[z.PC] = enter_code(m, IP)
        self._engine.run(1)
        found = {name: m.r[r.EAX + n] for n, name in enumerate(GENERAL)}
        found |= {name: m.r[r.SELECTOR + n] for n, name in enumerate(SEGMENTS)}
        found["ip"] = m.r[z.PC] - m.r[r.ORIGIN]
        vector = -1
        if found["cs"] == HANDLERS:
            vector = found["ip"] >> 4
            top = (found["ss"] << 4) + (found["esp"] & 0xFFFF)
            frame = [int.from_bytes(m.mem[top + k : top + k + 2], "little") for k in (0, 2, 4)]
            found["ip"], found["cs"], flags = frame
            found["esp"] = found["esp"] & ~0xFFFF | found["esp"] + 6 & 0xFFFF
        else:
            flags = eflags(m)
        return Outcome(vector, found, flags, bytes(m.mem[:MEMORY]))


class Peer:
    """Unicorn with the same."""

    def __init__(self, memory: bytes) -> None:
        self._uc = Uc(UC_ARCH_X86, UC_MODE_16)
        self._uc.mem_map(0, MEMORY)
        self._uc.mem_write(0, memory)
        self._vector = -1
        self._uc.hook_add(UC_HOOK_INTR, self._interrupt)
        self._fresh = self._uc.context_save()

    def _interrupt(self, uc: Any, number: int, _: object) -> None:
        self._vector = number
        uc.emu_stop()

    def run(self, case: Instruction, registers: dict[str, int], flags: int) -> Outcome:
        uc = self._uc
        uc.context_restore(self._fresh)  # or a second exception is a double fault
        a = (CODE << 4) + IP
        uc.mem_write(a, case.code)
        uc.ctl_remove_cache(a & ~0xFFF, (a & ~0xFFF) + 0x2000)
        for name, number in NUMBERS.items():
            uc.reg_write(number, registers[name])
        uc.reg_write(x86.UC_X86_REG_EFLAGS, flags)
        self._vector = -1
        try:
            uc.emu_start(a, a + len(case.code), count=TURNS if case.repeated else 1)
        except UcError as error:
            if error.errno != UC_ERR_INSN_INVALID:
                raise
            self._vector = r.UD
        found = {name: uc.reg_read(number) for name, number in NUMBERS.items()}
        found["ip"] = uc.reg_read(x86.UC_X86_REG_EIP)
        flags = uc.reg_read(x86.UC_X86_REG_EFLAGS)
        return Outcome(self._vector, found, flags, bytes(uc.mem_read(0, MEMORY)))

    def write(self, address: int, data: bytes) -> None:
        self._uc.mem_write(address, data)


def count(case: Instruction, registers: dict[str, int]) -> int:
    """By how much a shift shifts."""
    if case.op.form.endswith(",1"):
        return 1
    return (case.immediate if case.op.form.endswith("Ib") else registers["ecx"]) & 31


def defined(case: Instruction, registers: dict[str, int]) -> int:
    """The flags that can be compared."""
    mask = COMPARED & ~UNDEFINED.get(case.op.name, 0)
    if case.op.name in ROTATIONS or case.op.name in SHIFTS:
        by = count(case, registers)
        if by <= 1:
            mask |= O if case.op.name not in ("SHLD", "SHRD") else 0
        size = 8 if "b" in case.op.form.split(",")[0] else 8 * case.size
        if case.op.name in SHIFTS and by >= size:
            mask &= ~C
    return mask


def comparable(case: Instruction, registers: dict[str, int]) -> bool:
    """Whether the result is defined, and what Unicorn makes of it known to be right."""
    if case.op.name in ("SHLD", "SHRD"):
        return count(case, registers) <= 8 * case.size
    if case.op.name == "ENTER" and case.size == 4:
        return False  # Unicorn leaves the upper half of EBP, and a 386 loads ESP's
    if case.op.name == "PUSH" and case.op.form == "" and case.size == 4:
        return False  # of a segment register Unicorn writes four bytes, and a 386 two
    # Unicorn's LOCK NEG leaves flags of the operand's old value.
    return not (case.op.name == "NEG" and LOCK in case.code[:4])


def some_registers(random: Random) -> dict[str, int]:
    values = {name: random.getrandbits(32) for name in GENERAL}
    for name in GENERAL:
        if random.random() < 0.7:
            values[name] = random.getrandbits(random.choice((4, 8, 13, 15)))
    values["esp"] = random.randrange(0x1000, 0xF000)
    return {**values, **DATA}


class Pair:
    """The two, with the same memory."""

    def __init__(self, engine: str, random: Random) -> None:
        memory = bytearray(random.randbytes(MEMORY))
        for vector in range(256):
            address = (HANDLERS << 16 | vector << 4).to_bytes(4, "little")
            memory[4 * vector : 4 * vector + 4] = address
        self._zoo, self._peer = Zoo(engine, bytes(memory)), Peer(bytes(memory))
        self._random = random
        self.compared = 0

    def try_(self, op: Op) -> str:
        """What is different after an instruction of this row."""
        case = encode(op, self._random)
        registers = some_registers(self._random)
        if case.repeated:
            registers["ecx"] = self._random.randrange(TURNS // 2)
        flags = self._random.getrandbits(12) & (STATUS | r.IF | r.DF) | 2
        found = self._zoo.run(case, registers, flags)
        wrong: list[str] = []
        if found.vector in (r.STACK_FAULT, r.GP):  # at the segment's end
            self._peer.write(0, found.memory)
            return ""
        try:
            wanted = self._peer.run(case, registers, flags)
        except UcError as error:
            return f"{case} with {registers}: Unicorn says {error}"
        written = found.memory != wanted.memory
        if comparable(case, registers) and not changes_itself(case, found.memory):
            wrong = differences(case, registers, found, wanted)
            self.compared += 1
        if written:
            self._peer.write(0, found.memory)
        return f"{case} with {registers}: {', '.join(wrong)}" if wrong else ""


def changes_itself(case: Instruction, memory: bytes) -> bool:
    """Whether an instruction has written to itself."""
    a = (CODE << 4) + IP
    return memory[a : a + len(case.code)] != case.code


def differences(
    case: Instruction, registers: dict[str, int], found: Outcome, wanted: Outcome
) -> list[str]:
    wrong: list[str] = []
    if found.vector != wanted.vector:
        wrong.append(f"vector {found.vector} not {wanted.vector}")
    wrong += [
        f"{name} {value:x} not {wanted.registers[name]:x}"
        for name, value in found.registers.items()
        if value != wanted.registers[name]
    ]
    mask = defined(case, registers)
    if (found.flags ^ wanted.flags) & mask:
        wrong.append(f"flags {found.flags & mask:x} not {wanted.flags & mask:x}")
    ours, theirs = bytearray(found.memory), wanted.memory
    if found.vector >= 0:  # Unicorn calls no handler, and pushes nothing
        top = (registers["ss"] << 4) + found.registers["esp"] - 6
        ours[top : top + 6] = theirs[top : top + 6]
    if ours != theirs:
        at = next(k for k in range(MEMORY) if ours[k] != theirs[k])
        wrong.append(f"[{at:x}] {ours[at : at + 4].hex()} not {theirs[at : at + 4].hex()}")
    return wrong


def compare(engine: str, seed: int, rounds: int) -> None:
    pair = Pair(engine, Random(seed))
    wrong = [text for _ in range(rounds) for op in ROWS if (text := pair.try_(op))]
    assert not wrong, f"{len(wrong)} of {pair.compared}:\n" + "\n".join(wrong[:20])
    assert pair.compared > 0.8 * rounds * len(ROWS)


@pytest.mark.parametrize("name", ["interp", "jit"])
def test_instructions_do_what_they_do_in_unicorn(name: str) -> None:
    compare(name, seed=386, rounds=3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_many_instructions_do_what_they_do_in_unicorn(seed: int) -> None:
    compare("jit", seed, rounds=30)
