"""The part of an assembler that every machine shares: directives, labels, layout.

A machine's assembler is a subclass: it adds a grammar, a callback for every rule in it, and its own
directives, each a method `on_NAME`. Lark calls the callbacks while it parses, so that statements
are made in the order of the source and no tree is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from zoo.asm import expressions
from zoo.asm.expressions import AssemblyError, Expression, Problem, Scope, Value, value
from zoo.asm.statements import LARGEST, Data, Fill, Label, Numbers, Statement

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))")
PASSES = 100
LONGEST_NUMBER = 100  # characters


class Assembler(Transformer[Token, None]):
    """Assembles one source.

    grammar: the machine's part of the grammar.    order: of the bytes in a word.
    given: values of names, from the command line.    folders: for files that the source names.
    """

    grammar = ""
    order = "big"

    def __init__(
        self,
        file: str = "source",
        given: Mapping[str, str] | None = None,
        folders: Sequence[Path] = (),
    ) -> None:
        super().__init__()
        self.file, self.given, self.folders = file, given or {}, folders
        self.scope = Scope()
        self.statements: list[Statement] = []
        self._names: dict[str, Token] = {}

    def assemble(self, source: str) -> bytes:
        """The image; raises AssemblyError."""
        try:
            source = self.prepare(source)
            self.parser().parse(source + "\n", start="start")
            self._lay_out()
            return self.finish(self._encode())
        except UnexpectedInput as error:
            raise self._syntax_error(error, source) from error
        except Problem as problem:
            line, column = problem.token.line or 0, problem.token.column or 0
            raise AssemblyError(*self.place(line), column, str(problem)) from problem
        except RecursionError as error:
            raise AssemblyError(self.file, 0, 0, "an expression is too deeply nested") from error

    def parser(self) -> Any:
        """Of sources and, with start="expression", of single expressions."""
        shared = files("zoo.asm").joinpath("grammar.lark").read_text(encoding="utf-8")
        starts = ["start", "expression"]
        return Lark(shared + self.grammar, parser="lalr", transformer=self, start=starts)

    def prepare(self, source: str) -> str:
        """What the parser is to read for the source; names that were given have their values."""
        for name, text in self.given.items():
            token = Token("NAME", name)
            try:
                self.define(token, name, int(text or "1", 0))
            except ValueError as error:
                raise Problem(token, f"{name} is given as {text!r}, which is no number") from error
        return source

    def place(self, line: int) -> tuple[str, int]:
        """The file and the line where a line of what `prepare` returned stands."""
        return self.file, line

    def finish(self, image: bytearray) -> bytes:
        """What a machine still has to do when all bytes are there."""
        return bytes(image)

    def _syntax_error(self, error: UnexpectedInput, source: str) -> AssemblyError:
        lines = source.split("\n")
        line = lines[error.line - 1] if 0 < error.line <= len(lines) else ""
        here = line[error.column - 1 :].strip() if error.column > 0 else ""
        found = f"`{here[:20]}` was not expected here" if here else "the line ends too early"
        wanted: set[str] = set()
        if isinstance(error, UnexpectedToken):
            wanted = set(error.accepts or error.expected)
        elif isinstance(error, UnexpectedCharacters):
            wanted = set(error.allowed)
        names = sorted({WORDS.get(name, name.lower()) for name in wanted})
        message = f"{found}; what can stand here: {', '.join(names)}"
        return AssemblyError(*self.place(error.line), error.column, message)

    def _lay_out(self) -> None:
        """Give every label its address. Statements that grow move labels, until none moves."""
        scope = self.scope
        size = -1
        for _ in range(PASSES):
            scope.origin = scope.base = 0
            at, moved = 0, False
            for statement in self.statements:
                if isinstance(statement, Label):
                    now = statement.value(at, scope)
                    if now is not None and scope.symbols.get(statement.name) != now:
                        scope.symbols[statement.name] = now
                        moved = True
                else:
                    at = statement.end(at, scope)
            if at > LARGEST:
                raise Problem(Token("NAME", ""), f"the image has more than {LARGEST} bytes")
            if not moved and at == size:
                return
            size = at
        token = next(iter(self._names.values()), Token("NAME", ""))
        raise Problem(token, "the labels never settle; an .equ or .org depends on itself")

    def _encode(self) -> bytearray:
        image = bytearray()
        self.scope.origin = self.scope.base = 0
        for statement in self.statements:
            image += statement.encode(len(image), self.scope)
        return image

    # What the shared grammar calls

    def line(self, children: list[Any]) -> None:
        if isinstance(children[0], Token):
            label = children[0]
            self.define(label, label[:-1])
        if isinstance(children[-1], Token) or children[-1] is None:
            return
        self.statements.append(children[-1])

    def define(self, token: Token, name: str, of: Value | None = None) -> None:
        """Give a value, or the address here, a name."""
        if name in self._names:
            file, line = self.place(self._names[name].line or 0)
            where = f"line {line}" if file == self.file else f"{file}, line {line}"
            raise Problem(token, f"{name} is there already, in {where}; choose another name")
        self._names[name] = token
        self.statements.append(Label(token, name, of))

    def directive(self, children: list[Any]) -> Statement | None:
        token: Token = children[0]
        method = getattr(self, "on_" + token[1:], None)
        if method is None:
            known = sorted("." + name[3:] for name in dir(self) if name.startswith("on_"))
            raise Problem(token, f"there is no directive {token}; there are: {', '.join(known)}")
        return method(token, [child for child in children[1:] if child is not None])

    def NUMBER(self, token: Token) -> int:
        base = {"0x": 16, "0b": 2}.get(token[:2], 10)
        if len(token) > LONGEST_NUMBER:
            raise Problem(token, "the number is too long")
        return int(token if base == 10 else token[2:], base)

    def CHARACTER(self, token: Token) -> int:
        return ord(unescaped(token))

    def expression(self, children: list[Any]) -> Value:
        return expressions.chain(children)

    def symbol(self, children: list[Any]) -> Value:
        return expressions.symbol(children[0])

    def call(self, children: list[Any]) -> Value:
        return expressions.call(children[0], children[1])

    def unary(self, children: list[Any]) -> Value:
        return expressions.unary(children[0], children[1])

    def here(self, children: list[Any]) -> Value:
        return Expression(children[0], lambda scope: scope.here)

    # Directives

    def on_machine(self, token: Token, values: list[Any]) -> None:
        """`.machine NAME` says whose language this is; `zoo asm` has read it before."""

    def on_byte(self, token: Token, values: list[Any]) -> Statement:
        return self._numbers(token, 1, values)

    def on_word(self, token: Token, values: list[Any]) -> Statement:
        return self._numbers(token, 2, values)

    def _numbers(self, token: Token, size: int, values: list[Any]) -> Statement:
        for given in values:
            if isinstance(given, Token):
                raise Problem(given, f"a string in {token}; .ascii takes strings")
        return Numbers(token, size, self.order, values)

    def on_ascii(self, token: Token, values: list[Any]) -> Statement:
        parts = [unescaped(string(token, given)) for given in values]
        try:
            return Data("".join(parts).encode("latin-1"))
        except UnicodeEncodeError as error:
            raise Problem(token, "a character beyond 255; write it as .byte or .word") from error

    def on_hex(self, token: Token, values: list[Any]) -> Statement:
        try:
            return Data(bytes.fromhex("".join(string(token, given)[1:-1] for given in values)))
        except ValueError as error:
            raise Problem(token, 'bytes are pairs of hexadecimal digits: .hex "0a ff"') from error

    def on_org(self, token: Token, values: list[Any]) -> Statement | None:
        (to,) = counted(token, values, 1, 1)
        return Fill(token, lambda at, scope: value(to, scope))

    def on_align(self, token: Token, values: list[Any]) -> Statement:
        (size,) = counted(token, values, 1, 1)
        if not isinstance(size, int) or size < 1:
            raise Problem(token, "how far to align must be a number of 1 or more")
        return Fill(token, lambda at, scope: -(-at // size) * size)

    def on_space(self, token: Token, values: list[Any]) -> Statement:
        """`.space COUNT [, BYTE]`"""
        count, *byte = counted(token, values, 1, 2)
        filler = byte[0] if byte else 0
        if not isinstance(filler, int) or not 0 <= filler < 256:
            raise Problem(token, "what fills the space must be a number from 0 to 255")
        return Fill(token, lambda at, scope: at + value(count, scope), filler)

    def on_equ(self, token: Token, values: list[Any]) -> Any:
        """`.equ NAME, VALUE`"""
        name, of = counted(token, values, 2, 2)
        if not isinstance(name, Expression) or name.token.type != "NAME":
            raise Problem(token, "the first argument is the name: .equ NAME, VALUE")
        self.define(name.token, str(name.token), of)


WORDS = {
    "_NL": "the end of the line",
    "$END": "the end of the file",
    "COMMA": "`,`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "HERE": "`$`",
    "SIGN": "a sign",
    "NAME": "a name",
    "LABEL": "a label",
    "OPERATOR": "an operator",
    "DIRECTIVE": "a directive",
    "MNEMONIC": "an instruction",
    "REGISTER": "a register",
    "LOCAL": "a local label",
    "SIZE": "a size",
    "PREFIX": "a prefix",
    "NUMBER": "a number",
    "CHARACTER": "a character in ''",
    "STRING": 'a string in ""',
}


def counted(token: Token, values: list[Any], least: int, most: int) -> list[Any]:
    """The arguments, if there are as many as there must be, and no strings among them."""
    if not least <= len(values) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        raise Problem(token, f"{token} takes {wanted} argument(s), not {len(values)}")
    for given in values:
        if isinstance(given, Token):
            raise Problem(given, f"{token} takes no string")
    return values


def string(token: Token, given: Any) -> str:
    """The argument, if it is a string, in its quotation marks."""
    if not isinstance(given, Token):
        raise Problem(token, f'{token} takes a string in ""')
    return given


def unescaped(literal: str) -> str:
    """What stands between the marks of a string or character."""

    def replaced(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return ESCAPES.get(match[2], match[2])

    return ESCAPE.sub(replaced, literal[1:-1])
