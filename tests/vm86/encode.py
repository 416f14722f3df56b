"""Instructions for tests, made of the table's rows: each with random operands."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from vm86.table import Op

OPERAND = 0x66
ADDRESS = 0x67
LOCK = 0xF0
OVERRIDES = (0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65)
STRINGS = ("MOVS", "CMPS", "STOS", "LODS", "SCAS")


@dataclass(frozen=True)
class Instruction:
    """op: the row.  code: its bytes.  size: of an operand that the row does not fix, in bytes.
    immediate: the last of it, or 0.  repeated: REP stands before it."""

    op: Op
    code: bytes
    size: int
    immediate: int
    repeated: bool

    def __str__(self) -> str:
        return f"{self.op.name} {self.op.form} ({self.code.hex(' ')})"


def encode(op: Op, random: Random, bits: int = 16) -> Instruction:
    """An instruction of a row, in code of 16 or 32 bits."""
    prefixes: list[int] = []
    wide = far = bits == 32
    forms = [one for one in op.form.split(",") if one]
    if random.random() < 0.4:
        prefixes.append(OPERAND)
        wide = not wide
    if random.random() < 0.2:
        prefixes.append(ADDRESS)
        far = not far
    if random.random() < 0.2:
        prefixes.append(random.choice(OVERRIDES))
    repeated = op.name in STRINGS and random.random() < 0.5
    if repeated:
        prefixes.append(random.choice((0xF2, 0xF3)))
    size = 4 if wide else 2
    body, in_memory = b"", False
    if op.digit >= 0 or any(one[0] in "EGMSR" for one in forms):
        middle = op.digit if op.digit >= 0 else random.randrange(6 if "S" in forms else 8)
        body, in_memory = _modrm(middle, op.memory, far, random)
    if op.lock and in_memory and random.random() < 0.2:
        prefixes.append(LOCK)
    random.shuffle(prefixes)
    opcode = bytes([0x0F, op.code & 0xFF]) if op.code > 0xFF else bytes([op.code])
    immediate = 0
    for one in forms:
        length = _follows(one, size, far)
        if "b" in forms and one in ("Iz", "Is"):
            length = 1
        if length:
            immediate = _number(length, random)
            body += immediate.to_bytes(length, "little")
    return Instruction(op, bytes(prefixes) + opcode + body, size, immediate, repeated)


def _follows(form: str, size: int, far: bool) -> int:
    """The bytes of an operand that lies in the code."""
    if form[0] == "O":
        return 4 if far else 2
    if form[0] not in "IJA" or len(form) != 2:
        return 0
    if form[0] == "A":
        return size + 2 if form == "Ap" else 0
    return {"b": 1, "s": 1, "w": 2, "z": size}[form[1]]


def _modrm(middle: int, memory: bool, far: bool, random: Random) -> tuple[bytes, bool]:
    """A ModRM byte with what follows it, and whether it names memory."""
    mod = random.randrange(3 if memory or random.random() < 0.5 else 4)
    low = random.randrange(8)
    body = bytes([mod << 6 | middle << 3 | low])
    if mod == 3:
        return body, False
    size = 0 if mod == 0 else 1
    if far:
        base = low
        if low == 4:
            sib = random.randrange(256)
            if sib >> 3 & 7 == 4:
                sib &= 0x3F  # a scale without an index is not defined
            body += bytes([sib])
            base = sib & 7
        if mod == 2 or (mod == 0 and base == 5):
            return body + random.randrange(0x4000).to_bytes(4, "little"), True
    elif mod == 2 or (mod == 0 and low == 6):
        size = 2
    return body + random.randbytes(size), True


EDGES = (0, 1, 2, 7, 8, 15, 16, 17, 31, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0x7FFFFFFF, 0x80000000)


def _number(length: int, random: Random) -> int:
    value = random.choice(EDGES) if random.random() < 0.3 else random.getrandbits(8 * length)
    return value & (1 << 8 * length) - 1
