"""A story file as source: what `zoo dis` prints, and what the assembler makes the same file of."""

from __future__ import annotations

from collections.abc import Iterator

from zmachine import opcodes
from zmachine.opcodes import LARGE, SMALL, VARIABLE
from zmachine.scan import Instruction, Reader, Routine, routines
from zmachine.story import A0, A1, A2, A2_VERSION_1, Story
from zmachine.ztext import Codec, abbreviations, expanded, read_words
from zoo.asm.listing import Line

WIDTH = 16  # bytes in a line of data
RUN = 32  # zeros that are worth a line of their own


def disassemble(data: bytes, file: str = "the file") -> Iterator[Line]:
    """The lines of a story file's source, in order; raises ImageError."""
    return Disassembler(Story(data, file)).lines()


class Disassembler:
    """Turns one story into lines."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.reader = Reader(story)
        self.codec = Codec.of(story)
        self.abbreviations = abbreviations(story, self.codec)
        self.routines = routines(self.reader)
        self._starts = {routine.address for routine in self.routines}
        end = self.routines[-1].end if self.routines else len(story.data)
        self.texts = dict(self._texts(end))

    def lines(self) -> Iterator[Line]:
        yield from self._preface()
        at = 0
        for routine in self.routines:
            yield from self._data(at, routine.address)
            yield from self._routine(routine)
            at = routine.end
        for address, words in self.texts.items():
            yield from self._data(at, address)
            yield self._text(address, words)
            at = address + len(words)
        yield from self._data(at, len(self.story.data))

    def _preface(self) -> Iterator[Line]:
        story = self.story
        yield Line(0, b"", ".machine", ("zmachine",))
        yield Line(0, b"", ".version", (str(story.version),))
        if story.version == 7:
            offsets = (str(story.word(0x28)), str(story.word(0x2A)))
            yield Line(0, b"", ".offsets", offsets)
        if story.extension(3):
            points = tuple(f"0x{point:x}" for point in story.unicode.values())
            yield Line(0, b"", ".unicode", points)
        a2 = A2_VERSION_1 if story.version == 1 else A2
        if story.alphabets != (A0.encode(), A1.encode(), a2.encode()):
            yield Line(0, b"", ".alphabet", (f'"{b"".join(story.alphabets).hex()}"',))

    # Data and texts

    def _data(self, start: int, end: int) -> Iterator[Line]:
        """Bytes that are neither code nor text."""
        data, align = self.story.data, self.reader.align
        if 0 < end - start < align and end % align == 0 and not any(data[start:end]):
            yield Line(start, data[start:end], ".align", (str(align),))
            return
        while start < end:
            zeros = _zeros(data, start, end)
            if zeros >= RUN or zeros == end - start:
                yield Line(start, bytes(zeros), ".space", (str(zeros),))
                start += zeros
                continue
            part = data[start : min(end, start + WIDTH)]
            shown = "".join(chr(b) if 32 <= b < 127 else "." for b in part)
            yield Line(start, part, ".hex", (f'"{part.hex(" ", 2)}"',), comment=shown)
            start += len(part)

    def _texts(self, at: int) -> Iterator[tuple[int, bytes]]:
        """The texts after the code, which stand one after the other to the end of the file."""
        data, align = self.story.data, self.reader.align
        while True:
            at = -(-at // align) * align
            if _zeros(data, at, len(data)) == len(data) - at:
                return
            words = read_words(data, at)
            if words is None:
                return
            yield at, words
            at += len(words)

    def _text(self, address: int, words: bytes) -> Line:
        operands, comment = self._string(words)
        return Line(address, words, ".text", operands, label=f"s{address:05x}", comment=comment)

    def _string(self, words: bytes) -> tuple[tuple[str, ...], str]:
        """A text as operands, and as it reads with its abbreviations."""
        source = self.codec.source(words)
        if source is None:
            pairs = range(0, len(words), 2)
            return tuple(f"0x{words[k : k + 2].hex()}" for k in pairs), ""
        quoted = f'"{source}"'
        if "\\{" not in source:
            return (quoted,), ""
        full = expanded(source, self.abbreviations)
        return (quoted,), f'"{full}"' if full != source else ""

    # Code

    def _routine(self, routine: Routine) -> Iterator[Line]:
        label = f"r{routine.address:05x}"
        if routine.locals is None:
            label = f"main{routine.address:05x}"
        else:
            initial = routine.initial
            while initial and initial[-1] == 0:
                initial = initial[:-1]
            operands = (str(routine.locals), *map(str, initial))
            head = self.story.data[routine.address : routine.code[0].address]
            yield Line(routine.address, head, ".routine", operands, label=label)
            label = ""
        targets = {one.target for one in routine.code}
        far = _far(routine.code)
        for one in routine.code:
            if not label and one.address in targets:
                label = f"l{one.address:05x}"
            yield self._instruction(one, label, targets, far)
            label = ""

    def _instruction(
        self, one: Instruction, label: str, targets: set[int | None], far: set[int]
    ) -> Line:
        code = self.story.data[one.address : one.end]
        op = one.op
        jump = opcodes.OFFSET in opcodes.meanings(op)
        if not one.plain or (jump and one.operands[0][0] == SMALL):
            # No source makes these bytes.
            raw = (f'"{code.hex()}"',)
            return Line(one.address, code, ".hex", raw, label=label, comment=op.name)
        name, comment = op.name, ""
        if one.text >= 0:
            operands, comment = self._string(self.story.data[one.text : one.end])
        else:
            operands = tuple(self._operands(one))
        if one.variable and op.form == "2OP" and len(one.operands) == 2:
            name += ".var" if all(kind != LARGE for kind, _ in one.operands) else ""
        name += ".far" if one.address in far else ""
        result = f"-> {opcodes.variable_name(one.store)}" if op.stores else ""
        branch = ""
        if one.offset is not None:
            branch = "?" if one.sense else "?~"
            branch += ("rfalse", "rtrue")[one.offset] if one.offset in (0, 1) else ""
            branch += _place(one.target) if one.target is not None else ""
        return Line(one.address, code, name, operands, result, branch, label, comment)

    def _operands(self, one: Instruction) -> Iterator[str]:
        meanings = opcodes.meanings(one.op)
        for k, (kind, number) in enumerate(one.operands):
            meaning = meanings[k] if k < len(meanings) else ""
            if kind == VARIABLE:
                name = opcodes.variable_name(number)
                yield f"[{name}]" if meaning == opcodes.REFERENCE else name
            elif kind == SMALL:
                refers = meaning == opcodes.REFERENCE
                yield opcodes.variable_name(number) if refers else str(number)
            elif meaning == opcodes.OFFSET:
                yield _place(one.target or 0)
            elif meaning == opcodes.ROUTINE and self.reader.routine_address(number) in self._starts:
                yield f"routine(r{self.reader.routine_address(number):05x})"
            elif meaning == opcodes.STRING and self.reader.string_address(number) in self.texts:
                yield f"string(s{self.reader.string_address(number):05x})"
            else:
                yield _large(number)


def _place(target: int) -> str:
    return f"l{target:05x}"


def _large(number: int) -> str:
    """A constant of two bytes: negative numbers as such, and small ones marked."""
    if number >= 0xFF00:
        return str(number - 0x10000)
    return f"large({number})" if number < 256 else str(number)


def _zeros(data: bytes, start: int, end: int) -> int:
    """How many bytes from `start` on are zero."""
    if data[start : start + 1] != b"\0":
        return 0
    rest = data[start:end]
    return len(rest) - len(rest.lstrip(b"\0"))


def _far(code: list[Instruction]) -> set[int]:
    """The instructions whose branch has two bytes and might do with one.

    Branches within reach of each other could all be short, or all be long. So one is marked also
    if it is long only because of long ones that it leads over.
    """
    marked: set[int] = set()
    for k, one in enumerate(code):
        if not one.far or one.offset is None or one.offset < 0:
            continue
        excess = one.offset - 63
        if excess > 0:
            target = one.target or 0
            for other in code[k + 1 :]:
                if excess <= 0 or other.address >= target:
                    break
                excess -= other.far
        if excess <= 0:
            marked.add(one.address)
    return marked
