"""The Z-machine's assembly language, which the zoo finds through an entry point."""

from __future__ import annotations

from zmachine.assembler import ZAssembler
from zmachine.disassembler import disassemble
from zoo.asm import Language

LANGUAGE = Language(assembler=ZAssembler, disassemble=disassemble)
