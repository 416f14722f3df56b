"""The 386's assembly language, which the zoo finds through an entry point."""

from __future__ import annotations

from vm86.asm.assembler import Assembler86
from vm86.asm.disassembler import disassemble
from zoo.asm import Language

LANGUAGE = Language(
    assembler=Assembler86,
    disassemble=disassemble,
    suffix=".asm",
    options=("bits", "origin", "entry"),
    loaded=0x10000,
)
