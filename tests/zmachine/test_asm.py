"""The Z-machine's assembler and disassembler: whole stories come back to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stories import story
from zmachine.assembler import ZAssembler
from zmachine.disassembler import Disassembler, disassemble
from zmachine.machine import MACHINE
from zmachine.story import Story, load
from zmachine.ztext import Codec
from zoo.asm.expressions import AssemblyError
from zoo.asm.listing import text
from zoo.machine import ImageError

SUITE = """
    crashme.z5 czech.z3 czech.z4 czech.z5 czech.z8 etude.z5 evalstream.z5 gntests.z5 praxix.z5
    random.z5 scriptbit.z5 strictz.z3 strictz.z5 unicode.z5
"""
GAMES = """
    905.z5 acorncourt.z5 advent.z5 adventureland.z5 afflicted.z8 anchor.z8 balances.z5 curses.z5
    detective.z5 dragon.z5 enter.z5 gold.z5 inhumane.z5 karn.z5 library.z5 lostpig.z8 murdac.z5
    night.z5 omniquest.z5 partyfoul.z8 pentari.z5 spirit.z5 temple.z5 tryst205.z5 yomomma.z8
    zork1-r119.z3
"""
SMALL = {"905.z5", "zork1-r119.z3"}
FILES = [f"suite/{name}" for name in SUITE.split()] + [
    pytest.param(f"games/{name}", marks=() if name in SMALL else pytest.mark.slow)
    for name in GAMES.split()
]


def assembled(body: str, version: int = 5) -> bytes:
    return ZAssembler("a.zasm").assemble(f".version {version}\n{body}")


@pytest.mark.parametrize("name", FILES)
def test_a_story_comes_back(corpus: Path, name: str) -> None:
    data = (corpus / "zmachine" / name).read_bytes()
    lines = list(disassemble(data, name))
    assert b"".join(line.code for line in lines) == data
    source = "\n".join(text(lines))
    assert ZAssembler(name).assemble(source) == data


@pytest.mark.parametrize("name", ["suite/czech.z3", "suite/praxix.z5", "games/905.z5"])
def test_the_decoder_reads_the_same_code(corpus: Path, name: str) -> None:
    data = (corpus / "zmachine" / name).read_bytes()
    m = load(data).state
    count = 0
    for routine in Disassembler(Story(data)).routines:
        for one in routine.code:
            arm, pc, _, n, *first, _, s, t = MACHINE.decode(m, one.address)
            assert one.op in MACHINE.arms[arm].ops
            assert (pc, n, s) == (one.end, len(one.operands), one.store)
            assert first[:n] == [value for _, value in one.operands[:4]]
            if one.offset is not None:
                assert t == 2 * one.offset + one.sense
            count += 1
    assert count > 1000


def test_the_code_of_a_story_is_found(corpus: Path) -> None:
    found = Disassembler(Story((corpus / "zmachine/games/zork1-r119.z3").read_bytes()))
    code = sum(routine.end - routine.address for routine in found.routines)
    assert code > 48_000
    listing = "\n".join(text(found.lines()))
    assert "West of House" in listing or "leaflet" in listing


DAMAGE = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=8)), max_size=30
)


@settings(max_examples=30)
@given(st.sampled_from([1, 2, 3, 4, 5, 7, 8]), st.binary(max_size=200), DAMAGE)
def test_a_damaged_story_comes_back(
    version: int, code: bytes, damage: list[tuple[int, bytes]]
) -> None:
    data = bytearray(
        story("call_vs routine(r) -> sp\nquit\n.align 8\nr: .routine 2\nrtrue", version)
    )
    data += code
    for place, change in damage:
        place %= len(data)
        data[place : place + len(change)] = change
    data[0] = version
    try:
        lines = list(disassemble(bytes(data)))
    except ImageError:
        return  # the header says what cannot be
    assert ZAssembler().assemble("\n".join(text(lines))) == data


# One instruction at a time: source, and the bytes of the manual's section 4.
@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("add 1, 2 -> sp", "14010200"),
        ("add local0, g00 -> local1", "74011002"),
        ("add 1, 256 -> sp", "d44f01010000"),
        ("add.var 1, 2 -> sp", "d45f010200"),
        ("add large(1), 2 -> sp", "d41f00010200"),
        ("je local0, 1, 2, 3 ?rtrue", "c195010102 03c1"),
        ("je local0, 1 ?~rfalse", "41010140"),
        ("je.far local0, 1 ?~rfalse", "4101010000"),
        ("jz sp ?$ + 1", "a000c3"),
        ("inc local0", "9501"),
        ("inc [local0]", "a501"),
        ("store sp, 5", "0d0005"),
        ("load [sp] -> gef", "ae00ff"),
        ("jump l\nl: quit", "8c0002ba"),
        ("ret -1", "8bffff"),
        ("rtrue", "b0"),
        ('print "ab"', "b298e5"),
        ("print 0x98e5", "b298e5"),
        ("call_vs 1 -> sp", "e07f0100"),
        ("call_vn2 1, 2, 3, 4, 5", "fa557f0102030405"),
        ("save -> sp", "be00ff00"),
        ("set_font 4 -> sp", "be047f0400"),
    ],
)
def test_instructions(source: str, code: str) -> None:
    assert assembled(source) == bytes.fromhex(code)


def test_branches_are_as_long_as_they_must_be() -> None:
    near = assembled("jz 0 ?l\n.space 61\nl: quit")
    assert near[:3] == bytes.fromhex("9000ff")
    far = assembled("jz 0 ?l\n.space 62\nl: quit")
    assert far[:4] == bytes.fromhex("90008040")
    # A branch that becomes long pushes the first one's target out of its reach.
    both = assembled("jz 0 ?a\njz 0 ?b\n.space 58\na: .space 20\nb: quit")
    assert both[:8] == bytes.fromhex("90008040" + "90008050")
    back = assembled("l: quit\njz 0 ?~l")
    assert back[1:] == bytes.fromhex("90003ffd")


@pytest.mark.parametrize(("version", "align"), [(3, 2), (4, 4), (5, 4), (7, 4), (8, 8)])
def test_routines_and_strings_are_packed(version: int, align: int) -> None:
    source = (
        f'.space 8\nr: .routine 1\nrtrue\n.align {align}\ns: .text "x"\n.word routine(r), string(s)'
    )
    code = assembled(source, version)
    place = code.rindex(b"\xb0") // align * align + align
    assert code[-4:] == (8 // align).to_bytes(2, "big") + (place // align).to_bytes(2, "big")


def test_offsets_of_version_7() -> None:
    source = ".offsets 1, 2\n.space 24\na: .word routine(a), string(a)"
    assert assembled(source, 7)[24:] == bytes([0, 4, 0, 2])


def test_the_locals_of_a_routine() -> None:
    assert assembled(".routine 3, 1, 0x203", 3) == bytes([3, 0, 1, 2, 3, 0, 0])
    assert assembled(".routine 3", 5) == bytes([3])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("fly", "a.zasm:2:1: version 5 has no instruction fly; `zoo show isa zmachine`"),
        ("pop", "a.zasm:2:1: version 5 has no instruction pop"),
        ("add 1, 2", "a.zasm:2:1: add has a result: add `-> variable`"),
        ("rtrue -> sp", "a.zasm:2:1: rtrue has no result: drop the `->`"),
        ("jz 0", "a.zasm:2:1: jz branches: add `?label`"),
        ("nop ?rtrue", "a.zasm:2:1: nop does not branch: drop the `?`"),
        ("inc.near sp", "a.zasm:2:1: there is no suffix .near; there are .var and .far"),
        ("inc 1, 2", "a.zasm:2:1: inc takes 1 operand, not 2"),
        ("rtrue 1", "a.zasm:2:1: rtrue takes at most 0 operands, not 1"),
        ("print_num 65536", "a.zasm:2:1: the operand 65536 does not fit; it goes from -32768"),
        ("print_num small(300)", "a.zasm:2:1: the operand 300 does not fit; it goes from 0 to 255"),
        ("print_num [sp]", "a.zasm:2:1: brackets are for operands that name a variable"),
        ('print_num "x"', "a.zasm:2:11: a string can't be an operand here"),
        ("print local0", "a.zasm:2:1: a text is one string"),
        ('print "☺"', "a.zasm:2:7: '☺' is no character of this story; .unicode can add it"),
        ('print "\\{96}"', "a.zasm:2:7: the escape \\{96} is out of range"),
        ("jz 0 ?l\n.space 9000\nl: quit", "a.zasm:2:1: a branch by 9000 bytes cannot be written"),
        ("jz 0 ?nowhere", "a.zasm:2:7: nowhere is not defined"),
        ("quit\nr: .routine 0", "a.zasm:3:4: a routine can't be called at 0x1; put `.align 4`"),
        (".routine 16", "a.zasm:2:1: a routine has 0 to 15 locals"),
        (".routine 1, 5", "a.zasm:2:1: from version 5 locals begin as 0: drop the values"),
        (".version 6", "a.zasm:2:1: the version is one of 1, 2, 3, 4, 5, 7, 8"),
        (".offsets a, 1", "a.zasm:2:1: .offsets takes numbers from 0 to 65535"),
        (".unicode 65536", "a.zasm:2:1: .unicode takes numbers from 0 to 65535"),
        ('.alphabet "00"', "a.zasm:2:1: the alphabets are 78 codes"),
        ("add local0 local1", "a.zasm:2:12: `local1` was not expected here; what can stand here"),
    ],
)
def test_errors_say_what_to_do(source: str, message: str) -> None:
    with pytest.raises(AssemblyError) as caught:
        assembled(source)
    assert message in str(caught.value)


# Text

words = st.lists(st.integers(0, 0x7FFF), max_size=12).flatmap(
    lambda some: st.integers(0x8000, 0xFFFF).map(
        lambda last: b"".join(w.to_bytes(2, "big") for w in [*some, last])
    )
)


@given(words, st.sampled_from([1, 2, 3, 5]))
def test_any_text_comes_back_from_its_source(code: bytes, version: int) -> None:
    codec = Codec(version)
    source = codec.source(code)
    if source is None:
        assert version < 3  # only where an alphabet can be locked
    else:
        assert codec.encode(source) == code


@given(st.text(st.sampled_from("abcXYZ 019.,!?'\"\\\näß€"), max_size=30))
def test_any_characters_can_be_written(characters: str) -> None:
    codec = Codec(5, unicode={155: ord("ä"), 156: ord("ß"), 157: ord("€")})
    escaped = characters.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert codec.source(codec.encode(escaped)) == escaped


def test_texts_that_no_source_gives_stand_as_words() -> None:
    code = bytes([2]) + bytes(63) + bytes.fromhex("b2108594a5ba")  # a locked alphabet
    data = bytearray(code)
    data[0x04:0x08] = data[0x0E:0x10] + b"\0\x40"
    data[0x0E:0x10] = b"\0\x40"
    names = [line.source for line in disassemble(bytes(data))]
    assert "print 0x1085, 0x94a5" in names


def test_alphabets_and_characters_of_a_story() -> None:
    head = story("quit")
    letters = (
        bytes(range(97, 123)) + bytes(range(65, 91)) + b" \r" + b"0123456789.,!?_#'\"/\\-:()"[:24]
    )
    swapped = letters[26:52] + letters[:26] + letters[52:]
    table = len(head)
    data = bytearray(head + swapped + bytes([0, 3, 0, 0, 0, 0, 0, 0, 1, 3, 0xB1]))
    data[0x34:0x36] = table.to_bytes(2, "big")
    extension = table + 78 + 1
    data[0x36:0x38] = extension.to_bytes(2, "big")
    data[extension : extension + 2] = b"\0\3"
    data[extension + 6 : extension + 8] = (extension + 8).to_bytes(2, "big")
    data[extension + 8 :] = bytes([1, 3, 0xB1])
    source = "\n".join(text(disassemble(bytes(data))))
    assert ".unicode 0x3b1" in source
    assert f'.alphabet "{swapped.hex()}"' in source
    assert ZAssembler().assemble(source) == bytes(data)
    both = ZAssembler().assemble(
        f'.version 5\n.unicode 0x3b1\n.alphabet "{swapped.hex()}"\n.text "Aα"'
    )
    assert both == Codec(5, (swapped[:26], swapped[26:52], swapped[52:]), {155: 0x3B1}).encode("Aα")
