"""Lines of assembly source made of the table's rows: every row, every kind of operand."""

from __future__ import annotations

from random import Random

from vm86.asm.forms import FORMS, Form
from vm86.asm.operands import REGISTERS

NUMBERS = (0, 1, 5, 127, 128, 129, 255, 256, 4660, 32767, 32768, 65408, 65535)
LONG = (65536, 305419896, 2147483647, 0xFFFFFF80, 0xFFFFFFFF)
SIZE = {1: "byte", 2: "word", 4: "dword"}
PREFIXED = {
    "rep": ["movs", "stos", "lods", "ins", "outs"],
    "repne": ["scas", "cmps"],
    "repe": ["scas", "cmps"],
}


def registers(kind: str, size: int) -> list[str]:
    return [name for name, r in REGISTERS.items() if (r.kind, r.size) == (kind, size)]


class Maker:
    """Makes lines for code of `bits` bits."""

    def __init__(self, random: Random, bits: int) -> None:
        self.random, self.bits = random, bits
        self.near = False  # whether the present name has near jumps, too

    def line(self, name: str, form: Form) -> str:
        """An instruction with operands of the form."""
        choice = self.random.choice
        o = form.o or (choice((2, 4)) if form.free else self.bits // 8)
        if form.operands == ("Gv", "Ew") and name.startswith("mov"):
            o = 4  # NASM has no MOVZX between registers of the same size
        self.near = any(one.operands == ("Jz",) for one in FORMS[name])
        texts = [self.operand(slot, o, form) for slot in form.operands]
        sized = any(self._sizes(slot) for slot in form.operands)
        if any(slot[0] in "IJ" and slot[1:] in ("z", "s") for slot in form.operands) and not sized:
            texts[0] = f"{SIZE[o]} {texts[0]}" if name == "push" else texts[0]
        segment = not form.operands and form.op.name != "WAIT"  # which NASM takes for a prefix
        prefix = choice(("", "", "", "es ", "fs ")) if segment else ""
        for repeat, names in PREFIXED.items():
            if form.op.name.lower() in names and "rep" not in prefix and choice((False, True)):
                prefix = f"{repeat} {prefix}"
        if form.op.lock and texts[0].endswith("]") and choice((False, False, True)):
            prefix = "lock "
        return f"{prefix}{name} {', '.join(texts)}".rstrip()

    def _sizes(self, slot: str) -> bool:
        return slot[0] in "EGZARO" and slot[1:] in ("b", "v", "w", "d")

    def operand(self, slot: str, o: int, form: Form) -> str:
        kind, letter = slot[0], slot[1:]
        choice = self.random.choice
        width = {"b": 1, "w": 2, "d": 4}.get(letter, o)
        if slot in ("C", "D"):
            return {"C": "cl", "D": "dx"}[slot]
        if slot in ("S", "#"):
            segments = registers("segment", 2)
            one = slot == "#" or form.op.digit >= 0
            return segments[form.op.number] if one else choice(segments)
        if letter == "d" and kind in "CDT":
            special = {"C": "cr{}", "D": "dr{}", "T": "tr{}"}[kind]
            return special.format(choice({"C": (0, 2, 3), "D": (0, 3, 6, 7), "T": (6, 7)}[kind]))
        if slot == "N":
            return choice(("cx", "ecx"))
        if slot == "1":
            return "1"
        if kind == "E" and choice((False, True)):
            return choice(registers("general", width))
        if kind in "EM":
            far = "far " if letter == "p" else ""
            size = SIZE[width] + " " if kind == "E" or letter == "p" else ""
            return f"{size}{far}[{self.address()}]"
        if kind == "O":
            return f"[{choice(NUMBERS)}]"
        if kind in "GR":
            return choice(registers("general", width))
        if kind == "Z":
            return registers("general", width)[form.op.code & 7]
        if kind == "A":
            if letter == "p":
                size = "dword " if o == 4 else "word "
                return f"{size if o != self.bits // 8 else ''}{choice(NUMBERS)}:{choice(NUMBERS)}"
            return registers("general", width)[0]
        return self.number(slot, o)

    def number(self, slot: str, o: int) -> str:
        choice = self.random.choice
        if slot[0] == "J":
            if slot == "Jb":
                short = "short " if self.near else ""
                return f"{short}$+{choice((-120, 2, 100))}".replace("+-", "-")
            return f"near {SIZE[o] + ' ' if o != self.bits // 8 else ''}$+1000"
        size = {"b": 1, "w": 2}.get(slot[1:], o)
        numbers = [n for n in NUMBERS + LONG if n < 1 << 8 * size]
        if slot[1:] in ("z", "s"):
            numbers += [-1, -128, -129]
        return str(choice(numbers))

    def address(self) -> str:
        choice = self.random.choice
        segment = choice(("", "", "", "es:", "cs:", "gs:", "ds:", "ss:"))
        shift = choice(("", "", "+1", "-1", "+127", "-128", "+128", "+1000", "-1000"))
        if choice((False, True)):
            base = choice(["bx", "si", "di", "bp", "bx+si", "bx+di", "bp+si", "bp+di", ""])
        else:
            long = registers("general", 4)
            base = choice(long)
            if choice((False, True)):
                index = choice([one for one in long if one != "esp"])
                base = choice(
                    (f"{base}+{index}*{choice((1, 2, 4, 8))}", f"{index}*{choice((2, 4, 8))}")
                )
                if base.endswith("*2") and "+" not in base:
                    base = "nosplit " + base
                    segment = ""
        if not base:
            return f"{segment}{choice(NUMBERS)}"
        return f"{segment}{base}{shift}"


def lines(seed: int, bits: int, each: int) -> list[str]:
    """`each` lines for every form of every name."""
    maker = Maker(Random(seed), bits)
    return [
        maker.line(name, form)
        for name, forms in FORMS.items()
        for form in forms
        for _ in range(each)
    ]
