"""The Z-machine's assembler: what it adds to the shared one is instructions, routines and texts.

An instruction is written in its shortest form. Where a story has it otherwise, the source says so:
`.var` after the name is the variable form, `.far` a branch of two bytes, and `large(5)` an operand
of two bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from lark import Token

from zmachine import opcodes
from zmachine.opcodes import LARGE, OMITTED, SMALL, VARIABLE
from zmachine.statements import Branch, Header, Instruction, Operand, Routine
from zmachine.story import VERSIONS
from zmachine.ztext import Codec, TextError
from zoo.asm.assembler import Assembler, counted, string
from zoo.asm.expressions import Problem, Value
from zoo.asm.statements import Data, Statement
from zoo.table import Op

SIZES = {"large": LARGE, "small": SMALL}


class ZAssembler(Assembler):
    """Assembles story files."""

    grammar = files("zmachine").joinpath("assembly.lark").read_text(encoding="utf-8")

    def __init__(
        self,
        file: str = "source",
        given: Mapping[str, str] | None = None,
        folders: Sequence[Path] = (),
    ) -> None:
        super().__init__(file, given, folders)
        self._header = False
        self._offsets = {"routine": 0, "string": 0}
        self._set_version(5)

    def _set_version(self, version: int) -> None:
        self.version = version
        self.codec = Codec(version)
        self._ops = opcodes.by_name(version)
        for name in self._offsets:
            self.scope.functions[name] = self._packer(name)

    def _packer(self, name: str) -> Callable[[int], int]:
        def packed(address: int) -> int:
            return (address - self._offsets[name]) >> opcodes.shift(self.version)

        return packed

    def finish(self, image: bytearray) -> bytes:
        """With `.header`: the file's length and checksum (11.1.6)."""
        if self._header:
            scale = 2 if self.version < 4 else 4 if self.version < 6 else 8
            image += bytes(-len(image) % scale)
            image[0x1A:0x1C] = (len(image) // scale & 0xFFFF).to_bytes(2, "big")
            image[0x1C:0x1E] = (sum(image[64:]) & 0xFFFF).to_bytes(2, "big")
        return bytes(image)

    # Operands

    def variable(self, children: list[Token]) -> Operand:
        return Operand(VARIABLE, opcodes.variable_number(children[0]))

    def indirect(self, children: list[Token]) -> Operand:
        return Operand(VARIABLE, opcodes.variable_number(children[0]), indirect=True)

    def string(self, children: list[Token]) -> Token:
        return children[0]

    def operands(self, children: list[Any]) -> list[Any]:
        return [child for child in children if child is not None]

    def store(self, children: list[Token]) -> int:
        return opcodes.variable_number(children[0])

    def branch(self, children: list[Any]) -> Branch:
        return Branch(0 if children[0] == "?~" else 1, children[1])

    def sized(self, children: list[Any]) -> Operand:
        return Operand(SIZES[children[0]], children[1])

    def instruction(self, children: list[Any]) -> Statement:
        token, given, store, branch = children
        name, *suffixes = token.split(".")
        op = self._ops.get(name)
        if op is None:
            raise Problem(
                token,
                f"version {self.version} has no instruction {name}; `zoo show isa zmachine` lists "
                "those of all versions",
            )
        if unknown := set(suffixes) - {"var", "far"}:
            raise Problem(token, f"there is no suffix .{unknown.pop()}; there are .var and .far")
        self._check_rest(token, op, store, branch)
        if op.text:
            return Data(opcodes.extended_bytes(op) + self._text(token, given))
        meanings = opcodes.meanings(op)
        operands = [
            _typed(token, one, meanings[k] if k < len(meanings) else "")
            for k, one in enumerate(given)
        ]
        head = _head(token, op, operands, "var" in suffixes)
        jump = opcodes.OFFSET in meanings
        return Instruction(token, head, operands, store, branch, "far" in suffixes, jump)

    def _check_rest(self, token: Token, op: Op, store: int | None, branch: Branch | None) -> None:
        if op.stores != (store is not None):
            what = (
                "has a result: add `-> variable`" if op.stores else "has no result: drop the `->`"
            )
            raise Problem(token, f"{op.name} {what}")
        if op.branches != (branch is not None):
            what = "branches: add `?label`" if op.branches else "does not branch: drop the `?`"
            raise Problem(token, f"{op.name} {what}")

    def _text(self, token: Token, given: Sequence[Any]) -> bytes:
        if len(given) == 1 and isinstance(given[0], Token):
            try:
                return self.codec.encode(given[0][1:-1])
            except TextError as error:
                raise Problem(given[0], str(error)) from error
        if given and all(isinstance(word, int) and 0 <= word < 65536 for word in given):
            return b"".join(word.to_bytes(2, "big") for word in given)
        raise Problem(token, 'a text is one string in "", or words as numbers')

    # Directives

    def on_version(self, token: Token, values: list[Any]) -> None:
        (version,) = counted(token, values, 1, 1)
        if version not in VERSIONS:
            raise Problem(token, f"the version is one of {', '.join(map(str, VERSIONS))}")
        self._set_version(version)

    def on_offsets(self, token: Token, values: list[Any]) -> None:
        """`.offsets ROUTINES, STRINGS`: version 7's, in units of 8 bytes as in its header."""
        routines, strings = _plain(token, counted(token, values, 2, 2))
        self._offsets.update(routine=8 * routines, string=8 * strings)

    def on_alphabet(self, token: Token, values: list[Any]) -> None:
        """`.alphabet "HEX"`: 78 ZSCII codes."""
        try:
            codes = bytes.fromhex(string(token, values[0])[1:-1] if values else "")
        except ValueError:
            codes = b""
        if len(codes) != 78:
            raise Problem(token, "the alphabets are 78 codes, each of two hexadecimal digits")
        self.codec.alphabets = (codes[:26], codes[26:52], codes[52:])
        self.codec = Codec(self.version, self.codec.alphabets, self._unicode)

    def on_unicode(self, token: Token, values: list[Any]) -> None:
        """`.unicode POINT, ...`: the characters from ZSCII 155 on."""
        points = _plain(token, counted(token, values, 1, 97))
        self._unicode = {155 + k: point for k, point in enumerate(points)}
        self.codec = Codec(self.version, self.codec.alphabets, self._unicode)

    _unicode: dict[int, int] | None = None

    def on_text(self, token: Token, values: list[Any]) -> Statement:
        """`.text "..."`: a string (section 3)."""
        return Data(self._text(token, values))

    def on_routine(self, token: Token, values: list[Any]) -> Statement:
        """`.routine LOCALS [, VALUE ...]`: the header of a routine (5.2)."""
        count, *initial = counted(token, values, 1, 16)
        if not isinstance(count, int) or not 0 <= count <= 15 or len(initial) > count:
            raise Problem(token, "a routine has 0 to 15 locals, and as many values at most")
        if self.version > 4 and initial:
            raise Problem(token, "from version 5 locals begin as 0: drop the values")
        if self.version < 5:
            initial += [0] * (count - len(initial))
        return Routine(token, count, initial, 1 << opcodes.shift(self.version))

    def on_header(self, token: Token, values: list[Any]) -> Statement:
        """`.header START, HIGH, DICTIONARY, OBJECTS, GLOBALS, STATIC [, ABBREVIATIONS]`"""
        self._header = True
        return Header(token, self.version, counted(token, values, 6, 7))


def _plain(token: Token, values: Sequence[Value]) -> list[int]:
    """The values, if they are numbers of 16 bits and no labels."""
    found = [given for given in values if isinstance(given, int) and 0 <= given < 65536]
    if len(found) < len(values):
        raise Problem(token, f"{token} takes numbers from 0 to 65535")
    return found


def _typed(token: Token, given: Any, meaning: str) -> Operand:
    """An operand with its type: as short as it can be, and long where a label is in it."""
    if isinstance(given, Token):
        raise Problem(given, "a string can't be an operand here; print and print_ret take strings")
    if isinstance(given, Operand):
        if given.type == VARIABLE and meaning == opcodes.REFERENCE and not given.indirect:
            return Operand(SMALL, given.value)
        if given.indirect and meaning != opcodes.REFERENCE:
            raise Problem(token, "brackets are for operands that name a variable, as inc's")
        return given
    if isinstance(given, int) and 0 <= given < 256 and meaning != opcodes.OFFSET:
        return Operand(SMALL, given)
    return Operand(LARGE, given)


def _head(token: Token, op: Op, operands: Sequence[Operand], variable: bool) -> bytes:
    """The bytes before the operands: the opcode, and their types."""
    types = [operand.type for operand in operands]
    most = opcodes.most_operands(op)
    if len(types) > most or (op.form == "1OP" and not types):
        wanted = "1 operand" if op.form == "1OP" else f"at most {most} operands"
        raise Problem(token, f"{op.name} takes {wanted}, not {len(types)}")
    if op.form == "0OP":
        return opcodes.extended_bytes(op)
    if op.form == "1OP":
        return bytes([0x80 | types[0] << 4 | op.code])
    if op.form == "2OP" and len(types) == 2 and LARGE not in types and not variable:
        return bytes([(types[0] == VARIABLE) << 6 | (types[1] == VARIABLE) << 5 | op.code])
    size = 8 if op.name in opcodes.LONGER else 4
    packed = 0
    for kind in types + [OMITTED] * (size - len(types)):
        packed = packed << 2 | kind
    return opcodes.extended_bytes(op) + packed.to_bytes(size // 4, "big")
