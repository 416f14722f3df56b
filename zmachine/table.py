"""Every instruction of versions 1 to 5, 7 and 8, in the order of the manual's section 14.

A row says in which of the manual's tables the opcode stands (form), its number there, its name,
the function that carries it out, and what follows its operands in the code.
"""

from __future__ import annotations

from zmachine import flow, memory, numbers, objects, printing, reading, undo, windows, words
from zoo.table import Op

ALL = frozenset((1, 2, 3, 4, 5, 7, 8))
V1_2 = frozenset((1, 2))
V1_3 = frozenset((1, 2, 3))
V1_4 = frozenset((1, 2, 3, 4))
V3 = frozenset((3,))
V3_UP = ALL - V1_2
V4 = frozenset((4,))
V4_UP = ALL - V1_3
V5_UP = ALL - V1_4

# fmt: off
TABLE = (
    # Two operands (14, "2OP")
    Op(1, "je", flow.je, "2OP", branches=True, versions=ALL),
    Op(2, "jl", flow.jl, "2OP", branches=True, versions=ALL),
    Op(3, "jg", flow.jg, "2OP", branches=True, versions=ALL),
    Op(4, "dec_chk", flow.dec_chk, "2OP", branches=True, stops=True, versions=ALL),
    Op(5, "inc_chk", flow.inc_chk, "2OP", branches=True, stops=True, versions=ALL),
    Op(6, "jin", objects.jin, "2OP", branches=True, stops=True, versions=ALL),
    Op(7, "test", flow.test, "2OP", branches=True, versions=ALL),
    Op(8, "or", flow.or_, "2OP", stores=True, versions=ALL),
    Op(9, "and", flow.and_, "2OP", stores=True, versions=ALL),
    Op(10, "test_attr", objects.test_attr, "2OP", branches=True, stops=True, versions=ALL),
    Op(11, "set_attr", objects.set_attr, "2OP", stops=True, versions=ALL),
    Op(12, "clear_attr", objects.clear_attr, "2OP", stops=True, versions=ALL),
    Op(13, "store", flow.store_, "2OP", stops=True, versions=ALL),
    Op(14, "insert_obj", objects.insert_obj, "2OP", stops=True, versions=ALL),
    Op(15, "loadw", memory.loadw, "2OP", stores=True, versions=ALL),
    Op(16, "loadb", memory.loadb, "2OP", stores=True, versions=ALL),
    Op(17, "get_prop", objects.get_prop, "2OP", stores=True, stops=True, versions=ALL),
    Op(18, "get_prop_addr", objects.get_prop_addr, "2OP", stores=True, stops=True, versions=ALL),
    Op(19, "get_next_prop", objects.get_next_prop, "2OP", stores=True, stops=True, versions=ALL),
    Op(20, "add", flow.add, "2OP", stores=True, versions=ALL),
    Op(21, "sub", flow.sub, "2OP", stores=True, versions=ALL),
    Op(22, "mul", flow.mul, "2OP", stores=True, versions=ALL),
    Op(23, "div", flow.div, "2OP", stores=True, stops=True, versions=ALL),
    Op(24, "mod", flow.mod, "2OP", stores=True, stops=True, versions=ALL),
    Op(25, "call_2s", flow.call, "2OP", stores=True, flow=True, stops=True, versions=V4_UP),
    Op(26, "call_2n", flow.call, "2OP", flow=True, stops=True, versions=V5_UP),
    Op(27, "set_colour", windows.set_colour, "2OP", stops=True, versions=V5_UP),
    Op(28, "throw", flow.throw, "2OP", flow=True, stops=True, versions=V5_UP),
    # One operand
    Op(0, "jz", flow.jz, "1OP", branches=True, versions=ALL),
    Op(1, "get_sibling", objects.get_sibling, "1OP", stores=True, branches=True, stops=True,
       versions=ALL),
    Op(2, "get_child", objects.get_child, "1OP", stores=True, branches=True, stops=True,
       versions=ALL),
    Op(3, "get_parent", objects.get_parent, "1OP", stores=True, stops=True, versions=ALL),
    Op(4, "get_prop_len", objects.get_prop_len, "1OP", stores=True, versions=ALL),
    Op(5, "inc", flow.inc, "1OP", stops=True, versions=ALL),
    Op(6, "dec", flow.dec, "1OP", stops=True, versions=ALL),
    Op(7, "print_addr", printing.print_addr, "1OP", stops=True, versions=ALL),
    Op(8, "call_1s", flow.call, "1OP", stores=True, flow=True, stops=True, versions=V4_UP),
    Op(9, "remove_obj", objects.remove_obj, "1OP", stops=True, versions=ALL),
    Op(10, "print_obj", printing.print_obj, "1OP", stops=True, versions=ALL),
    Op(11, "ret", flow.ret, "1OP", flow=True, stops=True, versions=ALL),
    Op(12, "jump", flow.jump, "1OP", flow=True, stops=True, versions=ALL),
    Op(13, "print_paddr", printing.print_paddr, "1OP", stops=True, versions=ALL),
    Op(14, "load", flow.load_, "1OP", stores=True, stops=True, versions=ALL),
    Op(15, "not", flow.not_, "1OP", stores=True, versions=V1_4),
    Op(15, "call_1n", flow.call, "1OP", flow=True, stops=True, versions=V5_UP),
    # No operands
    Op(0, "rtrue", flow.rtrue, "0OP", flow=True, stops=True, versions=ALL),
    Op(1, "rfalse", flow.rfalse, "0OP", flow=True, stops=True, versions=ALL),
    Op(2, "print", printing.print_, "0OP", text=True, stops=True, versions=ALL),
    Op(3, "print_ret", printing.print_ret, "0OP", text=True, flow=True, stops=True, versions=ALL),
    Op(4, "nop", flow.nop, "0OP", versions=ALL),
    Op(5, "save", reading.save, "0OP", branches=True, stops=True, versions=V1_3),
    Op(5, "save", reading.save, "0OP", stores=True, stops=True, versions=V4),
    Op(6, "restore", reading.restore, "0OP", branches=True, stops=True, versions=V1_3),
    Op(6, "restore", reading.restore, "0OP", stores=True, stops=True, versions=V4),
    Op(7, "restart", reading.restart_, "0OP", flow=True, stops=True, versions=ALL),
    Op(8, "ret_popped", flow.ret_popped, "0OP", flow=True, stops=True, versions=ALL),
    Op(9, "pop", flow.pop_, "0OP", stops=True, versions=V1_4),
    Op(9, "catch", flow.catch, "0OP", stores=True, versions=V5_UP),
    Op(10, "quit", flow.quit_, "0OP", stops=True, versions=ALL),
    Op(11, "new_line", printing.new_line, "0OP", stops=True, versions=ALL),
    Op(12, "show_status", printing.show_status, "0OP", stops=True, versions=ALL),
    Op(13, "verify", flow.verify, "0OP", branches=True, versions=V3_UP),
    Op(15, "piracy", flow.piracy, "0OP", branches=True, versions=V5_UP),
    # Any number of operands
    Op(0, "call_vs", flow.call, "VAR", stores=True, flow=True, stops=True, versions=ALL),
    Op(1, "storew", memory.storew, "VAR", stops=True, versions=ALL),
    Op(2, "storeb", memory.storeb, "VAR", stops=True, versions=ALL),
    Op(3, "put_prop", objects.put_prop, "VAR", stops=True, versions=ALL),
    Op(4, "sread", reading.sread, "VAR", stops=True, versions=V1_4),
    Op(4, "aread", reading.read, "VAR", stores=True, stops=True, versions=V5_UP),
    Op(5, "print_char", printing.print_char, "VAR", stops=True, versions=ALL),
    Op(6, "print_num", printing.print_num, "VAR", stops=True, versions=ALL),
    Op(7, "random", numbers.random, "VAR", stores=True, versions=ALL),
    Op(8, "push", flow.push_, "VAR", stops=True, versions=ALL),
    Op(9, "pull", flow.pull, "VAR", stops=True, versions=ALL),
    Op(10, "split_window", windows.split_window, "VAR", stops=True, versions=V3_UP),
    Op(11, "set_window", windows.set_window, "VAR", stops=True, versions=V3_UP),
    Op(12, "call_vs2", flow.call, "VAR", stores=True, flow=True, stops=True, versions=V4_UP),
    Op(13, "erase_window", windows.erase_window, "VAR", stops=True, versions=V4_UP),
    Op(14, "erase_line", windows.erase_line, "VAR", stops=True, versions=V4_UP),
    Op(15, "set_cursor", windows.set_cursor, "VAR", stops=True, versions=V4_UP),
    Op(16, "get_cursor", windows.get_cursor, "VAR", stops=True, versions=V4_UP),
    Op(17, "set_text_style", windows.set_text_style, "VAR", stops=True, versions=V4_UP),
    Op(18, "buffer_mode", windows.buffer_mode, "VAR", stops=True, versions=V4_UP),
    Op(19, "output_stream", printing.output_stream, "VAR", stops=True, versions=V3_UP),
    Op(20, "input_stream", windows.input_stream, "VAR", stops=True, versions=V3_UP),
    Op(21, "sound_effect", windows.sound_effect, "VAR", stops=True, versions=V3_UP),
    Op(22, "read_char", reading.read_char, "VAR", stores=True, stops=True, versions=V4_UP),
    Op(23, "scan_table", memory.scan_table, "VAR", stores=True, branches=True, stops=True,
       versions=V4_UP),
    Op(24, "not", flow.not_, "VAR", stores=True, versions=V5_UP),
    Op(25, "call_vn", flow.call, "VAR", flow=True, stops=True, versions=V5_UP),
    Op(26, "call_vn2", flow.call, "VAR", flow=True, stops=True, versions=V5_UP),
    Op(27, "tokenise", words.tokenise, "VAR", stops=True, versions=V5_UP),
    Op(28, "encode_text", words.encode_text, "VAR", stops=True, versions=V5_UP),
    Op(29, "copy_table", memory.copy_table, "VAR", stops=True, versions=V5_UP),
    Op(30, "print_table", printing.print_table, "VAR", stops=True, versions=V5_UP),
    Op(31, "check_arg_count", flow.check_arg_count, "VAR", branches=True, versions=V5_UP),
    # Extended
    Op(0, "save", reading.save, "EXT", stores=True, stops=True, versions=V5_UP),
    Op(1, "restore", reading.restore, "EXT", stores=True, stops=True, versions=V5_UP),
    Op(2, "log_shift", flow.log_shift, "EXT", stores=True, stops=True, versions=V5_UP),
    Op(3, "art_shift", flow.art_shift, "EXT", stores=True, stops=True, versions=V5_UP),
    Op(4, "set_font", windows.set_font, "EXT", stores=True, stops=True, versions=V5_UP),
    Op(9, "save_undo", undo.save_undo, "EXT", stores=True, versions=V5_UP),
    Op(10, "restore_undo", undo.restore_undo, "EXT", stores=True, flow=True, stops=True,
       versions=V5_UP),
    Op(11, "print_unicode", printing.print_unicode, "EXT", stops=True, versions=V5_UP),
    Op(12, "check_unicode", printing.check_unicode, "EXT", stores=True, versions=V5_UP),
    Op(13, "set_true_colour", windows.set_true_colour, "EXT", stops=True, versions=V5_UP),
    # Whatever the version has no instruction for
    Op(0, "illegal", flow.illegal, "", stops=True, versions=ALL),
)
# fmt: on
