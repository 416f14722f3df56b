"""Every instruction, in small stories: results, branches, and what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from stories import rows, run, story
from zmachine.table import ALL, TABLE, V1_3, V1_4, V3_UP, V4, V4_UP, V5_UP
from zoo.registers import FAULT, HALT

Versions = frozenset[int]

ROUTINES = """
.align 8
double: .routine 1
mul local0, 2 -> sp
ret_popped
.align 8
sum: .routine 7
add local0, local1 -> sp
add sp, local2 -> sp
add sp, local3 -> sp
add sp, local4 -> sp
add sp, local5 -> sp
add sp, local6 -> sp
ret sp
.align 8
show: .routine 2
print "<"
print_num local0
print ","
print_num local1
print ">"
rtrue
.align 8
false: .routine 0
rfalse
"""

# Instructions with a result: what it is.
RESULTS: tuple[tuple[Versions, str, int], ...] = (
    (ALL, "or 0x0ff0, 0x00ff", 0x0FFF),
    (ALL, "and 0x0ff0, 0x00ff", 0x00F0),
    (V1_4, "not 0x00ff", -256),
    (V5_UP, "not 0x00ff", -256),
    (ALL, "add 32767, 1", -32768),
    (ALL, "sub 3, 5", -2),
    (ALL, "mul 300, 300", 90000 - 65536),
    (ALL, "div -11, 2", -5),
    (ALL, "mod -13, -5", -3),
    (ALL, "loadw table, 1", 22),
    (ALL, "loadb table, 3", 22),
    (ALL, "load g10", 0),
    (ALL, "get_prop 1, 18", 0x1234),
    (ALL, "get_prop 1, 5", 7),
    (ALL, "get_prop 1, 2", 92),
    (ALL, "get_prop_addr 1, 6", 0),
    (ALL, "get_prop_len 0", 0),
    (ALL, "get_next_prop 1, 0", 18),
    (ALL, "get_next_prop 1, 18", 5),
    (ALL, "get_next_prop 1, 4", 0),
    (ALL, "get_parent 2", 1),
    (ALL, "random -3", 0),
    (ALL, "random 100", 1),
    (ALL, "random 100", 2),
    (ALL, "call_vs routine(double), 21", 42),
    (ALL, "call_vs 0", 0),
    (V4_UP, "call_1s routine(false)", 0),
    (V4_UP, "call_2s routine(double), 7", 14),
    (V4_UP, "call_vs2 routine(sum), 1, 2, 3, 4, 5, 6, 7", 28),
    (V5_UP, "log_shift 1, 15", -32768),
    (V5_UP, "log_shift 0x8000, -15", 1),
    (V5_UP, "art_shift -16, -2", -4),
    (V5_UP, "art_shift 5, 1", 10),
    (V5_UP, "catch", 1),
    (V5_UP, "check_unicode 'a'", 3),
    (V5_UP, "check_unicode 0x3b1", 1),
)

# Instructions with a condition: whether it holds.
BRANCHES: tuple[tuple[Versions, str, bool], ...] = (
    (ALL, "je 1, 2", False),
    (ALL, "je 1, 2, 3, 1", True),
    (ALL, "jl -1, 0", True),
    (ALL, "jl 0, 0", False),
    (ALL, "jg 0, -1", True),
    (ALL, "jg 0, 0", False),
    (ALL, "jz 0", True),
    (ALL, "jz 1", False),
    (ALL, "test 0b1011, 0b0011", True),
    (ALL, "test 0b1011, 0b0100", False),
    (ALL, "jin 2, 1", True),
    (ALL, "jin 1, 2", False),
    (ALL, "test_attr 1, 3", True),
    (ALL, "test_attr 1, 4", False),
    (ALL, "get_sibling 2 -> g00", True),
    (ALL, "get_sibling 3 -> g00", False),
    (ALL, "get_child 1 -> g00", True),
    (ALL, "get_child 2 -> g00", False),
    (V3_UP, "verify", True),
    (V4_UP, "scan_table 33, table, 4 -> g00", True),
    (V4_UP, "scan_table 34, table, 4 -> g00", False),
    (V5_UP, "scan_table 33, table, 8, 1 -> g00", True),
    (V5_UP, "piracy", True),
)

RESTARTED = "<flags 2><erase_window -1>."
# Stories: what is typed, the source, what is shown.
STORIES: tuple[tuple[Versions, Sequence[Any], str, str], ...] = (
    (
        ALL,
        (),
        "print \"Hello, World! 42\\n\"\nnew_line\nnop\nprint_char 'x'",
        "Hello, World! 42\n\nx",
    ),
    (ALL, (), "print_addr dictionary + 5\nprint_obj 1\nprint_num -32768", "coinbox-32768"),
    (
        ALL,
        (),
        'print_paddr string(far)\nquit\n.align 8\nfar: .text "far away"',
        "far away",
    ),
    (
        ALL,
        (),
        "call_vs routine(loud) -> g00\nprint_num g00\nquit\n.align 8\n"
        'loud: .routine 0\nprint_ret "loud"',
        "loud\n1",
    ),
    (ALL, (), "store g00, 7\ninc g00\nprint_num g00\ndec g00\ndec g00\nprint_num g00", "86"),
    (ALL, (), "store g00, 7\nstore g01, 0x10\nload [g01] -> sp\nprint_num sp", "7"),
    (
        ALL,
        (),
        'inc_chk g00, 0 ?a\nprint "no"\na: inc_chk g00, 5 ?b\nprint "2"\nb: print_num g00',
        "22",
    ),
    (
        ALL,
        (),
        'dec_chk g00, 0 ?a\nprint "no"\na: dec_chk g00, -5 ?b\nprint "2"\nb: print_num g00',
        "2-2",
    ),
    (ALL, (), 'jump over\nprint "no"\nover: print "yes"', "yes"),
    (
        ALL,
        (),
        'set_attr 2, 31\ntest_attr 2, 31 ?~a\nprint "set"\n'
        'a: clear_attr 2, 31\ntest_attr 2, 31 ?b\nprint " clear"\nb: nop',
        "set clear",
    ),
    (
        ALL,
        (),
        "insert_obj 3, 2\nget_parent 3 -> sp\nprint_num sp\nremove_obj 3\nget_parent 3 -> sp\n"
        "print_num sp\nget_child 2 -> sp ?a\na: print_num sp",
        "200",
    ),
    (
        ALL,
        (),
        "put_prop 1, 18, -2\nget_prop 1, 18 -> sp\nprint_num sp\nput_prop 1, 5, 0x109\n"
        "get_prop 1, 5 -> sp\nprint_num sp\nget_prop_addr 1, 4 -> sp\nget_prop_len sp -> sp\n"
        "print_num sp",
        "-294",
    ),
    (
        ALL,
        (),
        "storew text, 1, 0x1234\nloadb text, 2 -> sp\nprint_num sp\nstoreb text, 0, 0x1ff\n"
        "loadw text, 0 -> sp\nprint_num sp",
        "18-256",
    ),
    (ALL, (), "push 1\npush 2\npush 3\npull g00\npull sp\nprint_num sp\nprint_num g00", "23"),
    (V1_4, (), "push 1\npush 2\npop\nprint_num sp", "1"),
    (V3_UP, (), "output_stream -1\noutput_stream 1", "<stream -1><stream 1>"),
    (
        V1_3,
        (),
        "store g00, 1\nstore g01, -5\nstore g02, 9\nshow_status",
        "<status>box<status_end -5 9 0>",
    ),
    (V4_UP, (), "show_status", ""),
    (
        V1_3,
        ("Key. coin",),
        "storeb text, 0, 20\nstoreb parsed, 0, 4\nsread text, parsed\nloadb parsed, 1 -> sp\n"
        "print_num sp\nloadw parsed, 5 -> sp\nprint_addr sp",
        "<status><status_end 0 0 0>3coin",
    ),
    (
        V4,
        ("Key. coin",),
        "storeb text, 0, 20\nstoreb parsed, 0, 4\nsread text, parsed\nloadb parsed, 1 -> sp\n"
        "print_num sp\nloadw parsed, 5 -> sp\nprint_addr sp",
        "3coin",
    ),
    (
        V5_UP,
        ("Coin",),
        "storeb text, 0, 20\nstoreb parsed, 0, 4\naread text, 0 -> sp\nprint_num sp\n"
        "tokenise text, parsed\nloadw parsed, 1 -> sp\nprint_addr sp",
        "13coin",
    ),
    (V4_UP, (120,), "read_char 1 -> sp\nprint_char sp", "x"),
    (
        V1_3,
        (),
        'save ?a\nprint "no"\na: print "a"\nrestore ?a\nprint "b"',
        "aab",
    ),
    (V4, (), "save -> sp\nprint_num sp\nrestore -> sp\nprint_num sp", "120"),
    (
        V5_UP,
        (),
        "save text, 2, 0 -> sp\nprint_num sp\nstorew text, 0, 5\nrestore text, 2, 0 -> sp\n"
        "print_num sp\nloadw text, 0 -> sp\nprint_num sp",
        "120",
    ),
    (
        V5_UP,
        (),
        "save_undo -> g05\nprint_num g05\nje g05, 2 ?done\nrestore_undo -> sp\ndone: nop",
        "12",
    ),
    (
        ALL,
        (),
        'loadb 0x11, 0 -> sp\ntest sp, 2 ?a\nstoreb 0x11, 0, 2\nrestart\na: print "."',
        RESTARTED,
    ),
    (
        V5_UP,
        (),
        "call_1n routine(false)\ncall_2n routine(show), 1\ncall_vn routine(show), 1, 2\n"
        "call_vn2 routine(show), 3, 4, 5, 6, 7",
        "<1,0><1,2><3,4>",
    ),
    (
        V5_UP,
        (),
        "call_1s routine(outer) -> sp\nprint_num sp\nquit\n.align 8\nouter: .routine 1\n"
        "catch -> local0\ncall_2n routine(inner), local0\nret 1\n.align 8\ninner: .routine 1\n"
        "throw 9, local0",
        "9",
    ),
    (
        V5_UP,
        (),
        "call_2n routine(a), 5\nquit\n.align 8\na: .routine 2\ncheck_arg_count 1 ?~no\n"
        'check_arg_count 2 ?no\nprint "one"\nno: rtrue',
        "one",
    ),
    (
        V3_UP,
        (),
        'split_window 2\nset_window 1\nprint "up"\nset_window 0\nprint "down"',
        "<split 2><window 1>up<window 0>down",
    ),
    (V3_UP, (), "input_stream 1\nsound_effect 2, 3", "<input_stream 1><sound 2 3 0 0>"),
    (
        V4_UP,
        (),
        "split_window 3\nset_window 1\nset_cursor 2, 5\nget_cursor text\nloadw text, 1 -> sp\n"
        "erase_line 1\nset_window 0\nerase_window 1\nprint_num sp",
        "<split 3><window 1><cursor 2 5><erase_line 1><window 0><erase_window 1>5",
    ),
    (V4_UP, (), "set_text_style 2\nbuffer_mode 0", "<style 2><buffer 0>"),
    (
        V5_UP,
        (),
        "set_colour 3, 4\nset_true_colour 31, -1\nset_font 4 -> sp\nprint_num sp\n"
        "set_font 1 -> sp\nprint_num sp\nset_font 2 -> sp\nprint_num sp",
        "<colour 3 4><true_colour 31 -1><font 4>1<font 1>40",
    ),
    (V5_UP, (), "print_unicode 0x3b1", "α"),
    (
        V5_UP,
        (),
        'encode_text source, 3, 1, text\nprint_addr text\nquit\nsource: .ascii "xkeyx"',
        "key",
    ),
    (
        V5_UP,
        (),
        "copy_table table, text, 8\nloadw text, 3 -> sp\nprint_num sp\ncopy_table text, 0, 8\n"
        "loadw text, 3 -> sp\nprint_num sp",
        "440",
    ),
    (V5_UP, (), 'print_table source, 2, 2\nquit\nsource: .ascii "abcd"', "ab\ncd"),
    (
        V3_UP,
        (),
        'output_stream 3, text\nprint "ab"\noutput_stream -3\nloadw text, 0 -> sp\nprint_num sp\n'
        "loadb text, 3 -> sp\nprint_char sp",
        "2b",
    ),
)


def results(version: int) -> tuple[str, list[int]]:
    """A story that prints every result of a version, and what it should print."""
    chosen = [(source, result) for versions, source, result in RESULTS if version in versions]
    lines = [f'{source} -> sp\nprint_num sp\nprint " "' for source, _ in chosen]
    return "\n".join([*lines, "quit", ROUTINES]), [result for _, result in chosen]


def branches(version: int) -> tuple[str, list[bool]]:
    """The same for conditions, each used in both senses."""
    chosen = [(source, holds) for versions, source, holds in BRANCHES if version in versions]
    lines = [
        f'{source} ?y{k}\nprint "n"\ny{k}: {source} ?~n{k}\nprint "y"\nn{k}: print " "'
        for k, (source, _) in enumerate(chosen)
    ]
    return "\n".join([*lines, "quit"]), [holds for _, holds in chosen]


@pytest.mark.parametrize("version", sorted(ALL))
def test_results(version: int, engine: str) -> None:
    source, expected = results(version)
    text, stop = run(story(source, version), engine)
    assert stop.reason == HALT
    assert list(map(int, text.split())) == expected


@pytest.mark.parametrize("version", sorted(ALL))
def test_branches(version: int, engine: str) -> None:
    source, expected = branches(version)
    text, stop = run(story(source, version), engine)
    assert stop.reason == HALT
    assert text.split() == ["y" if holds else "n" for holds in expected]


def with_end(source: str) -> str:
    return f"{source}\nquit\n{ROUTINES}"


@pytest.mark.parametrize(
    ("version", "typed", "source", "shown"),
    [
        pytest.param(version, typed, source, shown, id=f"{k}-v{version}")
        for k, (versions, typed, source, shown) in enumerate(STORIES)
        for version in sorted(versions)
    ],
)
def test_stories(version: int, typed: Sequence[Any], source: str, shown: str, engine: str) -> None:
    text, stop = run(story(with_end(source), version), engine, typed)
    assert stop.reason == HALT, stop.text
    assert text == shown


def test_an_illegal_instruction_is_a_fault(engine: str) -> None:
    _, stop = run(story(".byte 0"), engine)
    assert (stop.reason, stop.text) == (FAULT, "there is no such instruction")


def test_every_row_is_run_by_a_story_here() -> None:
    executed = rows(story(".byte 0"))
    for version in ALL:
        executed |= rows(story(results(version)[0], version))
        executed |= rows(story(branches(version)[0], version))
    for versions, typed, source, _ in STORIES:
        executed |= rows(story(with_end(source), max(versions)), typed)
        executed |= rows(story(with_end(source), min(versions)), typed)
    missing = [f"{op.form} {op.name}" for op in TABLE if id(op) not in executed]
    assert missing == []
