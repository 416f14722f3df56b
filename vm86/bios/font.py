"""The zoo's own character font: cells of 8 by 8 pixels, and of 8 by 14 and 8 by 16 made of them."""

from __future__ import annotations

import unicodedata
from functools import cache

from vm86.bios.cp437 import CHARACTERS

# A character, and its rows from the top; each is five pixels wide.
LETTERS = """
! 04 04 04 04 04 00 04
" 0A 0A 0A
# 0A 0A 1F 0A 1F 0A 0A
$ 04 0F 14 0E 05 1E 04
% 18 19 02 04 08 13 03
& 0C 12 14 08 15 12 0D
' 04 04 08
( 02 04 08 08 08 04 02
) 08 04 02 02 02 04 08
* 00 04 15 0E 15 04
+ 00 04 04 1F 04 04
, 00 00 00 00 00 0C 04 08
- 00 00 00 1F
. 00 00 00 00 00 0C 0C
/ 00 01 02 04 08 10
0 0E 11 13 15 19 11 0E
1 04 0C 04 04 04 04 0E
2 0E 11 01 02 04 08 1F
3 1F 02 04 02 01 11 0E
4 02 06 0A 12 1F 02 02
5 1F 10 1E 01 01 11 0E
6 06 08 10 1E 11 11 0E
7 1F 01 02 04 08 08 08
8 0E 11 11 0E 11 11 0E
9 0E 11 11 0F 01 02 0C
: 00 0C 0C 00 0C 0C
; 00 0C 0C 00 0C 04 08
< 02 04 08 10 08 04 02
= 00 00 1F 00 1F
> 08 04 02 01 02 04 08
? 0E 11 01 02 04 00 04
@ 0E 11 01 0D 15 15 0E
A 0E 11 11 1F 11 11 11
B 1E 11 11 1E 11 11 1E
C 0E 11 10 10 10 11 0E
D 1C 12 11 11 11 12 1C
E 1F 10 10 1E 10 10 1F
F 1F 10 10 1E 10 10 10
G 0E 11 10 17 11 11 0F
H 11 11 11 1F 11 11 11
I 0E 04 04 04 04 04 0E
J 07 02 02 02 02 12 0C
K 11 12 14 18 14 12 11
L 10 10 10 10 10 10 1F
M 11 1B 15 15 11 11 11
N 11 11 19 15 13 11 11
O 0E 11 11 11 11 11 0E
P 1E 11 11 1E 10 10 10
Q 0E 11 11 11 15 12 0D
R 1E 11 11 1E 14 12 11
S 0F 10 10 0E 01 01 1E
T 1F 04 04 04 04 04 04
U 11 11 11 11 11 11 0E
V 11 11 11 11 11 0A 04
W 11 11 11 15 15 15 0A
X 11 11 0A 04 0A 11 11
Y 11 11 0A 04 04 04 04
Z 1F 01 02 04 08 10 1F
[ 0E 08 08 08 08 08 0E
\\ 00 10 08 04 02 01
] 0E 02 02 02 02 02 0E
^ 04 0A 11
_ 00 00 00 00 00 00 00 1F
` 08 04 02
a 00 00 0E 01 0F 11 0F
b 10 10 16 19 11 11 1E
c 00 00 0E 10 10 11 0E
d 01 01 0D 13 11 11 0F
e 00 00 0E 11 1F 10 0E
f 06 09 08 1C 08 08 08
g 00 00 0F 11 11 0F 01 0E
h 10 10 16 19 11 11 11
i 04 00 0C 04 04 04 0E
j 02 00 06 02 02 02 12 0C
k 10 10 12 14 18 14 12
l 0C 04 04 04 04 04 0E
m 00 00 1A 15 15 11 11
n 00 00 16 19 11 11 11
o 00 00 0E 11 11 11 0E
p 00 00 1E 11 11 1E 10 10
q 00 00 0F 11 11 0F 01 01
r 00 00 16 19 10 10 10
s 00 00 0E 10 0E 01 1E
t 08 08 1C 08 08 09 06
u 00 00 11 11 11 13 0D
v 00 00 11 11 11 0A 04
w 00 00 11 11 15 15 0A
x 00 00 11 0A 04 0A 11
y 00 00 11 11 11 0F 01 0E
z 00 00 1F 02 04 08 1F
{ 02 04 04 08 04 04 02
| 04 04 04 04 04 04 04
} 08 04 04 02 04 04 08
~ 00 00 08 15 02
⌂ 00 04 0A 11 11 1F
æ 00 00 1A 05 1F 14 0B
Æ 0F 14 14 1F 14 14 17
¢ 04 0E 15 14 15 0E 04
£ 06 09 08 1C 08 08 1F
¥ 11 0A 1F 04 1F 04 04
₧ 18 14 1A 17 12 12 01
ƒ 02 05 04 0E 04 14 08
ª 0E 01 0F 11 0F 00 1F
º 0E 11 11 0E 00 1F
¿ 04 00 04 08 10 11 0E
⌐ 00 00 1F 10 10
¬ 00 00 1F 01 01
½ 10 12 14 08 16 01 07
¼ 10 12 14 09 13 07 01
¡ 04 00 04 04 04 04 04
« 00 05 0A 14 0A 05
» 00 14 0A 05 0A 14
α 00 00 0D 12 12 12 0D
ß 0C 12 12 1C 12 11 16
Γ 1F 10 10 10 10 10 10
π 00 00 1F 0A 0A 0A 0A
Σ 1F 10 08 04 08 10 1F
σ 00 00 0F 12 12 12 0C
µ 00 00 12 12 12 1D 10 10
τ 00 00 1F 04 04 04 02
Φ 0E 04 0E 15 0E 04 0E
Θ 0E 11 11 1F 11 11 0E
Ω 0E 11 11 11 0A 0A 1B
δ 07 08 06 0F 11 11 0E
∞ 00 00 0A 15 15 0A
φ 00 01 0E 15 15 0E 10
ε 00 00 0F 10 0E 10 0F
∩ 0E 11 11 11 11 11 11
≡ 00 1F 00 1F 00 1F
± 04 04 1F 04 04 00 1F
≥ 08 04 02 04 08 00 1F
≤ 02 04 08 04 02 00 1F
⌠ 02 05 04 04 04 04 04 04
⌡ 04 04 04 04 04 14 08
÷ 00 04 00 1F 00 04
≈ 00 08 15 02 08 15 02
° 04 0A 04
∙ 00 00 00 0C 0C
· 00 00 00 04
√ 01 01 02 02 14 0C 04
ⁿ 16 19 11 11
² 0C 12 04 08 1E
■ 00 00 1E 1E 1E 1E
"""
# Likewise, eight pixels wide.
SYMBOLS = """
☺ 3C 42 A5 81 A5 99 42 3C
☻ 3C 7E DB FF DB E7 7E 3C
♥ 00 66 FF FF 7E 3C 18
♦ 00 18 3C 7E 7E 3C 18
♣ 18 3C 18 66 FF 66 18 3C
♠ 18 3C 7E FF FF 5A 18 3C
• 00 00 18 3C 3C 18
◘ FF FF E7 C3 C3 E7 FF FF
○ 00 3C 66 42 42 66 3C
◙ FF C3 99 BD BD 99 C3 FF
♂ 0E 06 0A 70 88 88 70
♀ 38 44 44 38 10 7C 10
♪ 08 0C 0A 08 38 78 30
♫ 3E 22 3E 22 22 66 66
☼ 10 54 38 EE 38 54 10
► 40 60 78 7E 78 60 40
◄ 02 06 1E 7E 1E 06 02
↕ 10 38 7C 10 7C 38 10
‼ 66 66 66 66 66 00 66
¶ 3E 7A 7A 3A 0A 0A 0A
§ 38 40 38 44 38 04 38
▬ 00 00 00 00 7E 7E 7E
↨ 10 38 7C 10 7C 38 10 7C
↑ 10 38 54 10 10 10 10
↓ 10 10 10 10 54 38 10
→ 00 08 04 7E 04 08
← 00 10 20 7E 20 10
∟ 00 00 40 40 40 7E
↔ 00 24 42 FF 42 24
▲ 00 10 38 38 7C FE
▼ 00 FE 7C 38 38 10
░ 22 88 22 88 22 88 22 88
▒ 55 AA 55 AA 55 AA 55 AA
▓ DD 77 DD 77 DD 77 DD 77
█ FF FF FF FF FF FF FF FF
▄ 00 00 00 00 FF FF FF FF
▌ F0 F0 F0 F0 F0 F0 F0 F0
▐ 0F 0F 0F 0F 0F 0F 0F 0F
▀ FF FF FF FF
"""
# Accents by their combining characters: above a small letter's two free rows, above a capital,
# below.
ACCENTS = {
    "\u0300": ((0x08, 0x04), 0x08, 0),  # grave
    "\u0301": ((0x02, 0x04), 0x02, 0),  # acute
    "\u0302": ((0x04, 0x0A), 0x0E, 0),  # circumflex
    "\u0303": ((0x0D, 0x16), 0x0E, 0),  # tilde
    "\u0308": ((0x0A, 0x00), 0x0A, 0),  # diaeresis
    "\u030a": ((0x0E, 0x0E), 0x04, 0),  # ring
    "\u0327": ((0x00, 0x00), 0x00, 0x0C),  # cedilla
}
# The lines of the box characters from B3h on: up, down, left, right; 1 is single, 2 double.
BOXES = """
1100 1110 1120 2210 0210 0120 2220 2200 0220 2020 2010 1020 0110
1001 1011 0111 1101 0011 1111 1102 2201 2002 0202 2022 0222 2202 0022 2222
1022 2011 0122 0211 2001 1002 0102 0201 2211 1122 1010 0101
"""
FIRST_BOX = 0xB3
ABSENT = bytes((0x7E, 0x42, 0x42, 0x42, 0x42, 0x42, 0x7E, 0x00))
BLANK = (0x00, 0xFF)


def _table(text: str, shift: int) -> dict[str, bytes]:
    glyphs: dict[str, bytes] = {}
    for line in text.split("\n")[1:-1]:
        rows = bytes(row << shift for row in bytes.fromhex(line[2:]))
        glyphs[line[0]] = rows.ljust(8, b"\0")
    return glyphs


def _accented(char: str, glyphs: dict[str, bytes]) -> bytes:
    """A letter with its accent, or a hollow box for what has no parts."""
    base, *accents = unicodedata.normalize("NFD", char)
    if base not in glyphs or len(accents) != 1 or accents[0] not in ACCENTS:
        return ABSENT
    small, capital, below = ACCENTS[accents[0]]
    rows = list(glyphs[base])
    if below:
        rows[7] |= below << 2
    elif base.isupper():
        rows[:3] = [capital << 2, *rows[:2]]  # the second and third row are alike in most
    else:
        rows[:2] = [row << 2 for row in small]
    return bytes(rows)


def _box(arms: str) -> bytes:
    """Bands to the middle, hollow where a line is double."""
    up, down, left, right = (int(arm) for arm in arms)
    columns = (2, 6) if 2 in (up, down) else (3, 5)
    rows = (2, 5) if 2 in (left, right) else (3, 4)
    pixels = [[False] * 8 for _ in range(8)]

    def fill(ys: range, xs: range, value: bool) -> None:
        for y in ys:
            for x in xs:
                pixels[y][x] = value

    # How far a band reaches past the middle, and a hollow towards it.
    if up:
        fill(range(0, rows[1]), range(*columns), True)
    if down:
        fill(range(rows[0], 8), range(*columns), True)
    if left:
        fill(range(*rows), range(0, columns[1]), True)
    if right:
        fill(range(*rows), range(columns[0], 8), True)
    across = 2 in (left, right)
    middle = bool(left or right) and not across  # a single line stays whole
    if up == 2:
        fill(range(0, 3 if middle else 4), range(3, 5), False)
    if down == 2:
        fill(range(4 if middle else 3, 8), range(3, 5), False)
    upright = 2 in (up, down)
    middle = bool(up or down) and not upright
    if left == 2:
        fill(range(3, 4), range(0, 3 if middle else 5), False)
    if right == 2:
        fill(range(3, 4), range(5 if middle else 3, 8), False)
    return bytes(sum(bit << 7 - x for x, bit in enumerate(row)) for row in pixels)


@cache
def font8() -> bytes:
    """256 glyphs of 8 bytes, one for each row of 8 pixels, the leftmost in bit 7."""
    glyphs = _table(LETTERS, 2) | _table(SYMBOLS, 0)
    for k, arms in enumerate(BOXES.split()):
        glyphs[CHARACTERS[FIRST_BOX + k]] = _box(arms)
    return b"".join(
        bytes(8)
        if code in BLANK or char == " "
        else glyphs[char]
        if char in glyphs
        else _accented(char, glyphs)
        for code, char in enumerate(CHARACTERS)
    )


@cache
def font14() -> bytes:
    """256 glyphs of 14 bytes: the middle rows are doubled."""
    return _stretched((1, 2, 2, 2, 2, 2, 2, 1))


@cache
def font16() -> bytes:
    """256 glyphs of 16 bytes: every row is doubled."""
    return _stretched((2,) * 8)


def _stretched(times: tuple[int, ...]) -> bytes:
    return b"".join(bytes([row]) * times[k & 7] for k, row in enumerate(font8()))
