"""What the host does for a story: show what it prints, read lines and keys, save and restore.

Kinds of questions to the host (zoo.host), with their details and answers:

line: longest (characters), present (what is typed already), tenths (0: no limit), terminators
    (ZSCII codes that end the line beside Return): [text, terminator], terminator 0 when the time
    is over.
key: tenths: a ZSCII code, 0 when the time is over.
save: data, name (a suggestion): whether it was kept.    restore: name: bytes, or None.
save_table, restore_table: the same for a story's own files.
None as the answer to a line or a key ends the run: there is no more input.

Events: ("text", str) and those of EVENTS below, each with its arguments as integers.
"""

from __future__ import annotations

import sys
from typing import cast

from zmachine import quetzal
from zmachine import registers as r
from zmachine.decode import branch_data
from zmachine.flow import branch, call
from zmachine.printing import zscii_of
from zmachine.state import KEYS, MASK, STACK, State, poke, store
from zoo.host import Event, Host, ReplayError
from zoo.layout import Guest
from zoo.registers import CAUSE, FAULT, PC, REPLIED, REPLY, STOP
from zoo.session import FOREVER

# Event words: name, number of arguments.
EVENTS = {
    r.SET_WINDOW: ("window", 1),
    r.SPLIT: ("split", 1),
    r.ERASE_WINDOW: ("erase_window", 1),
    r.ERASE_LINE: ("erase_line", 1),
    r.SET_CURSOR: ("cursor", 2),
    r.STYLE: ("style", 1),
    r.SET_FONT: ("font", 1),
    r.COLOUR: ("colour", 2),
    r.TRUE_COLOUR: ("true_colour", 2),
    r.BUFFER: ("buffer", 1),
    r.SOUND: ("sound", 4),
    r.STREAM: ("stream", 1),
    r.FLAGS: ("flags", 1),
    r.STATUS: ("status", 0),
    r.STATUS_END: ("status_end", 3),
    r.WARNING: ("warning", 2),
    r.INPUT_STREAM: ("input_stream", 1),
}
REQUESTS = {
    r.FLUSH: "flush",
    r.READ_LINE: "line",
    r.READ_KEY: "key",
    r.SAVE: "save",
    r.RESTORE: "restore",
    r.SAVE_TABLE: "save table",
    r.RESTORE_TABLE: "restore table",
}
NOTICES = {
    r.OBJECT_ZERO: "object 0 was used as an object",
    r.BAD_OBJECT: "there is no such object",
    r.BAD_ATTRIBUTE: "there is no such attribute",
    r.NO_PROPERTY: "the object has no such property",
    r.WRITE_STATIC: "a write to memory that may not be written was left out",
    r.LONG_PROPERTY: "a property longer than two bytes was read as a word",
    r.BAD_STREAM: "there is no such output stream",
    r.BAD_RANGE: "a number is out of range",
    r.BAD_JUMP: "a jump leads out of the story",
    r.BAD_SHIFT: "a shift by more than 15 places",
    r.BAD_CURSOR: "the cursor was put outside the screen",
}
FAULTS = {
    r.STACK_UNDERFLOW: "the stack is empty",
    r.STACK_OVERFLOW: "the stack is full",
    r.ILLEGAL_OPCODE: "there is no such instruction",
    r.DIVISION_BY_ZERO: "division by zero",
    r.NOT_A_ROUTINE: "a call of what is no routine",
    r.RETURN_FROM_MAIN: "a return from the main program",
    r.BAD_FRAME: "a throw to a frame that is not there",
    r.STREAM_NESTING: "more than 16 open memory streams",
} | {r.NOTICE + number: text for number, text in NOTICES.items()}


def _line(answer: object) -> tuple[str, int]:
    """The answer to a line; a log may hold anything."""
    match answer:
        case [str(text), int(terminator)]:
            return text, terminator
        case _:
            raise ReplayError("the log has something else than a line where the story wants one")


def _characters(codes: list[int]) -> str:
    try:
        return bytes(codes).decode("latin-1")  # many times as fast, and good for nearly all
    except ValueError:
        return "".join(map(chr, codes))


SIGN = 7 if sys.byteorder == "little" else 0


class Services:
    """Answers one guest's requests, by asking a host."""

    def __init__(self, guest: Guest, host: Host) -> None:
        self._m = cast(State, guest.state)
        self._host = host
        self._original = bytes(self._m.image)  # type: ignore[arg-type]
        self._typed = ""  # what a timed-out line had so far

    def due(self) -> int:
        return FOREVER  # time is nothing to a story

    def flush(self) -> None:
        """Show what is in the output arena."""
        m = self._m
        waiting = cast(memoryview, m.out)[: m.r[r.OUT]]
        words = waiting.tolist()
        signs = bytes(waiting)[SIGN :: waiting.itemsize]  # of each word the byte with its sign
        m.r[r.OUT] = 0
        m.r[r.WORK] = 0
        events: list[Event] = []
        k = 0
        while k < len(words):
            code = words[k]
            if code >= 0:
                end = signs.find(0xFF, k)
                end = len(words) if end < 0 else end
                events.append(("text", _characters(words[k:end])))
                k = end
            else:
                name, count = EVENTS[code]
                events.append((name, *words[k + 1 : k + 1 + count]))
                k += 1 + count
        if events:
            self._host.show(events)

    def serve(self) -> bool:
        """Answer the request; False when there is no more input."""
        self.flush()
        request = self._m.r[CAUSE]
        if request == r.FLUSH:
            return True
        return {
            r.READ_LINE: self._line,
            r.READ_KEY: self._key,
            r.SAVE: self._save,
            r.RESTORE: self._restore,
            r.SAVE_TABLE: self._save_table,
            r.RESTORE_TABLE: self._restore_table,
        }[request]()

    def _reply(self, value: int) -> bool:
        self._m.r[REPLY] = value & 0xFFFF
        self._m.r[REPLIED] = 1
        return True

    def _line(self) -> bool:
        m = self._m
        longest = min(m.r[r.ASK_A], KEYS)
        present = self._typed if m.r[r.TIMER] else self._text(m.r[r.ASK_D])
        m.r[r.TIMER] = 0
        answer = self._host.ask(
            "line",
            longest=longest,
            present=present,
            tenths=m.r[r.ASK_B],
            terminators=self.terminators(),
        )
        if answer is None:
            return False
        text, terminator = _line(answer)
        codes = self._zscii(text[:longest])
        m.keys[: len(codes)] = codes
        m.r[r.TYPED] = len(codes)
        if terminator == 0 and m.r[r.ASK_C]:
            self._typed = text
            self._interrupt(m.r[r.ASK_C])
            return True
        return self._reply(terminator)

    def _key(self) -> bool:
        m = self._m
        m.r[r.TIMER] = 0
        answer = self._host.ask("key", tenths=m.r[r.ASK_B])
        if answer is None:
            return False
        if not isinstance(answer, int):
            raise ReplayError("the log has something else than a key where the story wants one")
        if answer == 0 and m.r[r.ASK_C]:
            self._interrupt(m.r[r.ASK_C])
            return True
        return self._reply(answer)

    def _interrupt(self, routine: int) -> None:
        """Call a timed-out routine; on its return the reading instruction runs again."""
        m = self._m
        m.r[r.TIMER] = 1
        pc = call(m, m.r[PC], 0, 1, 0, r.INTERRUPT, routine, 0, 0, 0)
        if m.r[STOP] == FAULT:
            m.r[r.TIMER] = 2  # what can't be called ends the reading
        else:
            m.r[PC] = pc

    def terminators(self) -> list[int]:
        """The ZSCII codes that end a line beside Return (10.7): function keys, or 255 for all."""
        m = self._m
        if m.r[r.VERSION] < 5:
            return []
        table = m.mem[0x2E] << 8 | m.mem[0x2F]
        codes: list[int] = []
        while table and m.mem[table & MASK] and len(codes) < 256:
            codes.append(m.mem[table & MASK])
            table += 1
        if 255 in codes:
            return [*range(129, 155), *range(252, 255)]
        return [c for c in codes if 129 <= c <= 154 or 252 <= c <= 254]

    def _zscii(self, text: str) -> bytes:
        if text.isascii() and text.isprintable():
            return text.encode()  # they are the same there (3.8.3)
        return bytes(zscii_of(self._m, ord(c)) or ord("?") for c in text)

    def _text(self, length: int) -> str:
        """The first characters of the arena `keys`."""
        m = self._m
        points = (m.zscii[m.keys[k]] for k in range(length))
        return "".join(chr(point) for point in points if point)

    # Saving

    def saved(self) -> quetzal.Saved:
        """The guest at a save instruction, as Quetzal has it."""
        m = self._m
        header = bytes(m.mem[:64])  # type: ignore[arg-type]
        frames: list[quetzal.Frame] = []
        fp, end = m.r[r.FP], m.r[r.SP]
        for _ in range(m.r[r.DEPTH]):
            shape = m.stack[fp]
            count = shape >> 4
            variable = m.stack[fp - 1]
            first = fp == 3
            frames.append(
                quetzal.Frame(
                    0 if first else m.stack[fp - 3],
                    0 if first else None if variable < 0 else variable,
                    shape & 15,
                    tuple(m.stack[fp + 1 : fp + 1 + count]),
                    tuple(m.stack[fp + 1 + count : end]),
                )
            )
            end, fp = fp - 3, m.stack[fp - 2]
        return quetzal.Saved(
            release=header[2] << 8 | header[3],
            serial=header[0x12:0x18],
            checksum=header[0x1C] << 8 | header[0x1D],
            pc=self._result_place(),
            memory=bytes(m.mem[: m.r[r.STATIC]]),  # type: ignore[arg-type]
            frames=tuple(reversed(frames)),
        )

    def _result_place(self) -> int:
        """The address of the result's variable, or of the branch: what follows the operands."""
        m = self._m
        pc = m.r[PC]
        if m.r[r.VERSION] < 5:
            return pc + 1
        return pc + 3  # an extended instruction without operands

    def _save(self) -> bool:
        try:
            data = quetzal.write(self.saved(), self._original[: self._m.r[r.STATIC]])
        except quetzal.QuetzalError:
            return self._reply(0)
        return self._reply(1 if self._host.ask("save", data=data) else 0)

    def _restore(self) -> bool:
        data = self._host.ask("restore")
        if not isinstance(data, bytes):
            return self._reply(0)
        try:
            self.restore(data)
        except quetzal.QuetzalError as error:
            self._host.show([("problem", str(error))])
            return self._reply(0)
        return True

    def restore(self, data: bytes) -> None:
        """Put the guest where a Quetzal file says; on QuetzalError nothing has changed."""
        m = self._m
        size = m.r[r.STATIC]
        saved = quetzal.read(data, self._original[:size])
        quetzal.check(saved, self._original[:64])
        words = sum(4 + len(f.locals) + len(f.stack) for f in saved.frames)
        if words + 64 > STACK or not all(0 <= f.return_pc < m.r[r.LENGTH] for f in saved.frames):
            raise quetzal.QuetzalError("the saved stack does not fit this story")
        if not 0 < saved.pc < m.r[r.LENGTH]:
            raise quetzal.QuetzalError("the saved place is outside this story")
        flags = m.mem[0x11] & 3
        header = bytes(m.mem[:64])  # type: ignore[arg-type]
        m.mem[:size] = saved.memory
        if any(m.code[:size]):
            m.r[r.CHANGED] = -1
        # The screen may be another than the one the game was saved on (6.1.2.2, 11.1).
        for address in (0x01, 0x1E, 0x1F, *range(0x20, 0x28), 0x2C, 0x2D, 0x32, 0x33):
            m.mem[address] = header[address]
        m.mem[0x11] = m.mem[0x11] & ~3 & 0xFF | flags
        sp = fp = 0
        for k, frame in enumerate(saved.frames):
            caller, fp = fp, sp + 3
            variable = r.DISCARD if k == 0 or frame.store is None else frame.store
            shape = frame.arguments + 16 * len(frame.locals)
            values = [frame.return_pc, caller if k else 3, variable, shape]
            values += [*frame.locals, *frame.stack]
            for value in values:
                m.stack[sp] = value
                sp += 1
        last = saved.frames[-1]
        m.r[r.SP] = sp
        m.r[r.FP] = fp
        m.r[r.BASE] = fp + 1 + len(last.locals)
        m.r[r.DEPTH] = len(saved.frames)
        m.r[r.TIMER] = 0
        pc = saved.pc
        if m.r[r.VERSION] < 4:
            t, pc = branch_data(m, pc)
            m.r[PC] = branch(m, pc, t, 1)
        else:
            store(m, m.mem[pc & MASK], 2)
            m.r[PC] = pc + 1

    def _name(self) -> str:
        """A story's own file name: its length, then its characters."""
        m = self._m
        at = m.r[r.ASK_C]
        points = (m.zscii[m.mem[(at + 1 + k) & MASK]] for k in range(m.mem[at & MASK]))
        return "".join(chr(point) for point in points if point) if at else ""

    def _save_table(self) -> bool:
        m = self._m
        start, size = m.r[r.ASK_A], m.r[r.ASK_B]
        data = bytes(m.mem[(start + k) & MASK] for k in range(size))
        return self._reply(1 if self._host.ask("save_table", data=data, name=self._name()) else 0)

    def _restore_table(self) -> bool:
        m = self._m
        data = self._host.ask("restore_table", name=self._name())
        if not isinstance(data, bytes):
            return self._reply(0)
        start = m.r[r.ASK_A]
        count = min(len(data), m.r[r.ASK_B])
        for k in range(count):
            if start + k < m.r[r.STATIC]:
                poke(m, start + k, data[k])
        return self._reply(count)
