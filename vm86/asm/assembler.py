"""The 386's assembler: instructions and directives in NASM's syntax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from lark import Token
from lark.exceptions import UnexpectedInput

from vm86.asm import encode
from vm86.asm.addresses import Sum, address, linear
from vm86.asm.encode import Prefixes, encodings
from vm86.asm.forms import FORMS
from vm86.asm.operands import REGISTERS, SEGMENT, SIZES, Far, Immediate, Memory, Operand
from vm86.asm.preprocessor import Line, Preprocessor, fail, find
from vm86.asm.statements import Instruction, Section, Times
from zoo.asm import expressions
from zoo.asm.assembler import Assembler, counted, string, unescaped
from zoo.asm.expressions import Expression, Problem, Value, value
from zoo.asm.statements import LARGEST, Data, Fill, Numbers, Statement

PREFIXES = {
    **{"rep": 0xF3, "repe": 0xF3, "repz": 0xF3, "repne": 0xF2, "repnz": 0xF2},
    **{"lock": 0xF0, "o16": 2, "o32": 4, "a16": 2, "a32": 4},
}
UNITS = {"b": 1, "w": 2, "d": 4, "q": 8}
SECTIONS = ("start", "vstart", "align")
EMPTY = ".bss"
NOP = 0x90
LARGEST_IMAGE = 1 << 24


class Inside(NamedTuple):
    """What stands before brackets, words in them, and the one or two expressions."""

    before: Any
    words: list[str]
    parts: list[Any]


class Equal:
    """What stands behind `equ`."""

    def __init__(self, of: Value) -> None:
        self.of = of


class Assembler86(Assembler):
    """Assembles programs for DOS, and raw code."""

    order = "little"

    def __init__(
        self,
        file: str = "source",
        given: Mapping[str, str] | None = None,
        folders: Sequence[Path] = (),
    ) -> None:
        super().__init__(file, given, folders)
        self.bits = 16
        self.direction = 0
        self._origin: int | None = None
        self._parent = self._before = ""
        self._lines: list[Line] = []
        self._first = Section(Token("NAME", ".text"))
        self._sections: dict[str, list[Statement]] = {".text": [self._first]}
        self.statements = self._sections[".text"]
        self._parser: Any = None
        self._known: dict[encode.Line, Data] = {}

    # The frame's hooks

    @property
    def grammar(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        text = files("vm86.asm").joinpath("nasm.lark").read_text(encoding="utf-8")
        directives = [name[3:] for name in vars(Assembler86) if name.startswith("on_")]
        prefixes = [*PREFIXES, "es", "cs", "ss", "ds", "fs", "gs"]
        reserved = [*directives, *prefixes, *FORMS, "times"]
        for name, words in {
            "%directives%": directives,
            "%prefixes%": prefixes,
            "%registers%": list(REGISTERS),
            "%reserved%": reserved,
        }.items():
            # The longer ones first: an alternation takes the first that matches.
            text = text.replace(name, "|".join(sorted(words, key=len, reverse=True)))
        return text

    def parser(self) -> Any:
        if self._parser is None:
            self._parser = super().parser()
        return self._parser

    def prepare(self, source: str) -> str:
        folders = [Path(self.file).parent, *self.folders]
        self._lines = Preprocessor(self._evaluate, folders, self.given).run(source, self.file)
        return "\n".join(line.text for line in self._lines)

    def place(self, line: int) -> tuple[str, int]:
        if 0 < line <= len(self._lines):
            return self._lines[line - 1].file, self._lines[line - 1].number
        return self.file, line

    def _evaluate(self, line: Line, text: str) -> int:
        """An expression of the preprocessor's: no label is known yet."""
        try:
            found: Value = self.parser().parse(text, start="expression")
            if isinstance(found, int):
                return found
        except UnexpectedInput:
            fail(line, f"`{text.strip()}` is no expression")
        except Problem as problem:
            fail(line, str(problem))
        fail(line, f"`{text.strip()}` is not known yet; only numbers and %assign, %define are")

    def _lay_out(self) -> None:
        every = dict(self._sections)
        last = every.pop(EMPTY, [])
        self._first.origin = self._origin or 0
        self.statements = [one for section in every.values() for one in section] + last
        for one in self.statements:
            if isinstance(one, Section):
                one.origin = self._origin or 0
        super()._lay_out()

    def finish(self, image: bytearray) -> bytes:
        """What is in .bss is not in the file."""
        empty = 0
        for one in self._sections.get(EMPTY, ()):
            assert not isinstance(one, Section) or one.empty
            empty += 1
        if empty:
            del image[self._end_of_file() :]
        return bytes(image)

    def _end_of_file(self) -> int:
        at = 0
        self.scope.origin = self.scope.base = 0
        for one in self.statements:
            if isinstance(one, Section) and one.empty:
                break
            at = one.end(at, self.scope)
        return at

    # Names

    def LABEL(self, token: Token) -> Token:
        name = token.rstrip(":")
        if name.startswith(".") and not name.startswith(".."):
            name = self._parent + name
        elif not name.startswith(".."):
            self._before, self._parent = self._parent, name
        return Token.new_borrow_pos(token.type, name, token)

    def LOCAL(self, token: Token) -> Token:
        whole = str(token) if token.startswith("..") else self._parent + token
        return Token.new_borrow_pos("NAME", whole, token)

    def DIRECTIVE(self, token: Token) -> Token:
        if token.lower() == "equ":
            self._parent = self._before  # a constant has no local labels
        return token

    def line(self, children: list[Any]) -> None:
        label = children[0] if isinstance(children[0], Token) else None
        made = children[-1] if children[-1] is not label else None
        if isinstance(made, Equal):
            if label is None:
                raise Problem(Token("NAME", "equ"), "equ gives a name a value: NAME equ VALUE")
            self.define(label, str(label), made.of)
            return
        if label is not None:
            # It belongs to the section in which it stands.
            self.define(label, str(label))
        if made is not None:
            self.statements.append(made)

    def directive(self, children: list[Any]) -> Any:
        token: Token = children[0]
        values = [child for child in children[1:] if child is not None]
        return getattr(self, "on_" + token.lower())(token, values)

    # Numbers

    def NUMBER(self, token: Token) -> int:
        if len(token) > 100:
            raise Problem(token, "the number is too long")
        return number(token)

    def CHARACTER(self, token: Token) -> int:
        code = characters(token)
        if len(code) > 8:
            raise Problem(token, "a string of more than 8 characters is no number")
        return int.from_bytes(code, "little")

    def here(self, children: list[Any]) -> Value:
        token: Token = children[0]
        if token == "$$":
            return Expression(token, lambda scope: scope.base)
        return super().here(children)

    def expression(self, children: list[Any]) -> Any:
        return expressions.chain(children, linear)

    def register(self, children: list[Token]) -> Sum:
        return Sum(((REGISTERS[children[0].lower()], 1),), 0, children[0])

    def unary(self, children: list[Any]) -> Any:
        if isinstance(children[1], Sum):
            raise Problem(children[0], "a register can't have a sign")
        return super().unary(children)

    # Operands

    def size(self, children: list[Token]) -> str:
        return children[0].lower()

    def where(self, children: list[Any]) -> Any:
        return children

    def memory(self, children: list[Any]) -> Inside:
        *sizes, inside = children[1:]
        return Inside(children[0], sizes, inside)

    def operand(self, children: list[Any]) -> Operand:
        words: list[str] = children[:-1]
        what = children[-1]
        size = next((SIZES[word] for word in words if word in SIZES), 0)
        if isinstance(what, Inside):
            return self._memory(what, size, "far" in words)
        first, second = what
        if second is not None:
            if isinstance(first, Sum) or isinstance(second, Sum):
                token = first.token if isinstance(first, Sum) else second.token
                raise Problem(token, "memory stands in brackets: [es:bx]")
            return Far(first, second, size)
        if isinstance(first, Sum):
            if len(first.registers) != 1 or first.rest != 0 or first.registers[0][1] != 1:
                raise Problem(first.token, "memory stands in brackets: [bx+4]")
            return first.registers[0][0]
        distance = next((word for word in words if word in ("short", "near")), "")
        return Immediate(first, size, "strict" in words, distance)

    def _memory(self, what: Inside, size: int, far: bool) -> Memory:
        outside, words, (first, second) = what
        segment = -1
        for given in (outside, first if second is not None else None):
            if given is None:
                continue
            register = given.registers[0][0] if isinstance(given, Sum) else None
            if register is None or register.kind != SEGMENT or len(given.registers) > 1:
                token = given.token if isinstance(given, Sum) else Token("NAME", "")
                raise Problem(token, "before the colon in an address stands a segment register")
            segment = register.number
        offset = first if second is None else second
        width = next((SIZES[word] for word in words if word in SIZES), 0)
        return address(offset, segment, width, "nosplit" in words, size, far)

    # Instructions

    def prefix(self, children: list[Token]) -> Token:
        return children[0]

    def instruction(self, children: list[Any]) -> Statement:
        given = [one for one in children if one is not None]
        words = [one for one in given if isinstance(one, Token) and one.type == "PREFIX"]
        rest = given[len(words) :]
        if not rest:
            return Data(bytes(_byte(word, self.bits) for word in words))
        token, *operands = rest
        name, _, code = token.lower().partition(".")
        if name not in FORMS:
            raise Problem(
                token,
                f"there is no instruction {name}; `zoo show isa vm86` lists them, and a label "
                "ends with a colon",
            )
        line = encode.Line(
            name,
            _usual(name, operands),
            _prefixes(words),
            self.bits,
            int(code, 16) if code else -1,
            self.direction,
        )
        try:
            known = self._known.get(line)
        except TypeError:
            known = None  # it has labels
        if known is not None:
            return known
        found = encodings(line)
        if not found:
            raise Problem(token, _refusal(line))
        made = Instruction(token, found)
        if not made.known:
            return made
        self._known[line] = Data(made.encode(0, self.scope))
        return self._known[line]

    def times(self, children: list[Any]) -> Statement:
        token, count, statement = children
        if not isinstance(statement, Data | Numbers | Fill | Instruction):
            raise Problem(token, "this can't be repeated")
        if isinstance(count, Sum):
            raise Problem(count.token, "a register is no number")
        return Times(token, count, statement)

    # Directives

    def section(self, children: list[Any]) -> Statement | None:
        token: Token = children[0]
        name = token.split(None, 1)[1].lower()
        values: dict[str, int] = {}
        for key, of in zip(children[1::2], children[2::2], strict=True):
            if key.lower() not in SECTIONS or not isinstance(of, int):
                known = ", ".join(SECTIONS)
                raise Problem(key, f"a section has {known}, and their values are numbers")
            values[key.lower()] = of
        known = self._sections.get(name)
        if known is None:
            known = self._sections[name] = []
            align = values.pop("align", 4)
            if align < 1:
                raise Problem(token, "how far to align must be a number of 1 or more")
            known.append(Section(token, **values, align=align, empty=name == EMPTY))
        self.statements = known
        return None

    def on_org(self, token: Token, values: list[Any]) -> None:
        (origin,) = counted(token, values, 1, 1)
        if not isinstance(origin, int) or not 0 <= origin < 1 << 32 or self._origin is not None:
            raise Problem(token, "there is one org, and its address is a number")
        self._origin = origin

    def on_bits(self, token: Token, values: list[Any]) -> None:
        if counted(token, values, 1, 1)[0] not in (16, 32):
            raise Problem(token, "code is of 16 or of 32 bits")
        self.bits = values[0]

    def on_cpu(self, token: Token, values: list[Any]) -> None:
        """`cpu 386`: it is always one."""

    def on_direction(self, token: Token, values: list[Any]) -> None:
        """`direction 1`: instructions between two registers have the bit d set. NASM clears it."""
        if counted(token, values, 1, 1)[0] not in (0, 1):
            raise Problem(token, "the direction bit is 0 or 1")
        self.direction = values[0]

    def on_equ(self, token: Token, values: list[Any]) -> Equal:
        (of,) = counted(token, values, 1, 1)
        return Equal(_plain(token, of))

    def on_db(self, token: Token, values: list[Any]) -> Statement:
        return self._data(token, values)

    def on_dw(self, token: Token, values: list[Any]) -> Statement:
        return self._data(token, values)

    def on_dd(self, token: Token, values: list[Any]) -> Statement:
        return self._data(token, values)

    def on_dq(self, token: Token, values: list[Any]) -> Statement:
        return self._data(token, values)

    def _data(self, token: Token, values: list[Any]) -> Statement:
        if not values:
            raise Problem(token, f"{token} takes values: {token} 1, 'text'")
        size = UNITS[token[1].lower()]
        numbers: list[Value] = []
        for given in values:
            if isinstance(given, Token):
                code = characters(given)
                code += bytes(-len(code) % size)
                parts = range(0, len(code), size)
                numbers += [int.from_bytes(code[k : k + size], "little") for k in parts]
            else:
                numbers.append(_plain(token, given))
        made = Numbers(token, size, "little", numbers)
        return Data(made.encode(0, self.scope)) if all(map(_is_number, numbers)) else made

    def on_resb(self, token: Token, values: list[Any]) -> Statement:
        return self._reserve(token, values)

    def on_resw(self, token: Token, values: list[Any]) -> Statement:
        return self._reserve(token, values)

    def on_resd(self, token: Token, values: list[Any]) -> Statement:
        return self._reserve(token, values)

    def on_resq(self, token: Token, values: list[Any]) -> Statement:
        return self._reserve(token, values)

    def _reserve(self, token: Token, values: list[Any]) -> Statement:
        (count,) = counted(token, values, 1, 1)
        count, size = _plain(token, count), UNITS[token[3].lower()]
        return Fill(token, lambda at, scope: at + value(count, scope) * size)

    def on_align(self, token: Token, values: list[Any]) -> Statement:
        return self._align(token, values, NOP)

    def on_alignb(self, token: Token, values: list[Any]) -> Statement:
        return self._align(token, values, 0)

    def aligned(self, children: list[Any]) -> Statement:
        """`align 16, db 0`"""
        token, size, filler = children
        if not isinstance(filler, Data) or len(filler.code) != 1:
            raise Problem(token, "what fills the space must be one byte: align 16, db 0")
        return self._align(token, [size], filler.code[0])

    def _align(self, token: Token, values: list[Any], byte: int) -> Statement:
        (size,) = counted(token, values, 1, 1)
        if not isinstance(size, int) or not 1 <= size <= LARGEST:
            raise Problem(token, "how far to align must be a number of 1 or more")
        # Counted from the section's beginning
        return Fill(
            token, lambda at, scope: at + -int(at - (scope.base - scope.origin)) % size, byte
        )

    def on_incbin(self, token: Token, values: list[Any]) -> Statement:
        name = string(token, values[0]) if values else ""
        begin, *length = counted(token, values[1:], 0, 2) or [0]
        if not isinstance(begin, int) or not all(map(_is_number, length)) or len(name) < 3:
            raise Problem(token, 'incbin takes a file and two numbers: incbin "a.bin", 0, 16')
        file, number = self.place(token.line or 0)
        here = Line("", file, number)
        path = find(here, name[1:-1], [Path(self.file).parent, *self.folders])
        try:
            data = path.read_bytes()[max(begin, 0) :]
        except OSError as error:
            raise Problem(token, f"{path} can't be read: {error.strerror}") from error
        return Data(data[: max(length[0], 0)] if length else data)


def _is_number(given: Any) -> bool:
    return isinstance(given, int)


def _plain(token: Token, given: Any) -> Value:
    if isinstance(given, Sum):
        raise Problem(given.token, f"a register is no value for {token}")
    return given


def _byte(word: Token, bits: int) -> int:
    """A prefix that stands alone."""
    name = word.lower()
    if name in REGISTERS:
        return encode.SEGMENTS[REGISTERS[name].number]
    if name[0] in "oa" and name[1:].isdigit():
        if int(name[1:]) == bits:
            raise Problem(word, f"{name} is nothing in code of {bits} bits")
        return encode.OPERAND_SIZE if name[0] == "o" else encode.ADDRESS_SIZE
    return PREFIXES[name]


def _prefixes(words: Sequence[Token]) -> Prefixes:
    found: dict[str, int] = {}
    for word in words:
        name = word.lower()
        if name in REGISTERS:
            kind, of = "segment", REGISTERS[name].number
        elif name == "lock":
            kind, of = "lock", 1
        elif name.startswith("rep"):
            kind, of = "repeat", PREFIXES[name]
        else:
            kind, of = name[0], PREFIXES[name]
        if kind in found:
            raise Problem(word, f"two prefixes of the same kind; {word} is one too many")
        found[kind] = of
    return Prefixes(
        found.get("repeat", 0),
        "lock" in found,
        found.get("segment", -1),
        found.get("o", 0),
        found.get("a", 0),
    )


def _usual(name: str, operands: Sequence[Operand]) -> tuple[Operand, ...]:
    """The operands, those that go without saying among them."""
    if name in ("aam", "aad") and not operands:
        return (Immediate(10),)
    if name == "imul" and len(operands) == 2 and isinstance(operands[1], Immediate):
        return (operands[0], *operands)
    return tuple(operands)


def _refusal(line: encode.Line) -> str:
    """Why nothing fits."""
    forms = FORMS[line.name]
    if encode.unsized(line) and any(len(one.operands) == len(line.operands) for one in forms):
        return "how wide the operand is must be said: write byte, word or dword before it"
    every = dict.fromkeys(", ".join(one.operands) or "none" for one in forms)
    code = f" with the opcode {line.opcode:02x}" if line.opcode >= 0 else ""
    return (
        f"{line.name}{code} has no form for these operands; in the opcode map's notation it takes: "
        + "; ".join(every)
    )


NUMBERS: tuple[tuple[str, str, int], ...] = (
    ("0x", "", 16),
    ("0h", "", 16),
    ("", "h", 16),
    ("0b", "", 2),
    ("0y", "", 2),
    ("", "b", 2),
    ("", "y", 2),
    ("0o", "", 8),
    ("0q", "", 8),
    ("", "o", 8),
    ("", "q", 8),
    ("", "d", 10),
    ("", "", 10),
)


def number(text: str) -> int:
    """A number in one of NASM's notations."""
    plain = text.lower().replace("_", "")
    for before, behind, base in NUMBERS:
        if plain.startswith(before) and plain.endswith(behind):
            try:
                return int(plain[len(before) : len(plain) - len(behind)], base)
            except ValueError:
                continue
    raise ValueError(text)


def characters(literal: str) -> bytes:
    """The bytes of a string; only in backquotes does a backslash mean more."""
    text = unescaped(literal) if literal[0] == "`" else literal[1:-1]
    return text.encode("utf-8") if literal[0] != "`" else text.encode("latin-1", "replace")
