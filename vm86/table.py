"""The instructions of the 386, one row each, as the opcode map has them (Appendix A).

`form` names the operands as the map does: E a register or memory, G a register, both by the ModRM
byte; R a register, though the byte seems to say memory; S, C, D, T a segment, control, debug or
test register; Z a register by the opcode; A the accumulator; C alone the register CL; M memory; O
memory by an offset in the code; I, J immediate; b, v, w, d, p, s how wide they are. `number` is
what one of several alike is told apart by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import zoo.table
from vm86 import alu, bits, control, data, flow, strings, system
from vm86.registers import CS, DS, ES, FS, GS, SS

Function = Callable[..., int]


@dataclass(frozen=True)
class Op(zoo.table.Op):
    """digit: the middle of the ModRM byte, for an instruction of a group.  lock: LOCK may stand
    before it, if the operand E lies in memory.  memory: E must lie there.  own: it sees to its
    operands itself, and `form` only says what follows in the code.  host: it may be for the host to
    do something, and the run stops; what is only `stops` may meet a fault."""

    digit: int = -1
    number: int = 0
    lock: bool = False
    memory: bool = False
    own: bool = False
    host: bool = False


CONDITIONS = (
    *("O", "NO", "B", "NB", "Z", "NZ", "BE", "NBE"),
    *("S", "NS", "P", "NP", "L", "NL", "LE", "NLE"),
)


def binary(code: int, name: str, function: Function, stores: bool = True) -> tuple[Op, ...]:
    """The six forms that arithmetic has."""
    forms = ("Eb,Gb", "Ev,Gv", "Gb,Eb", "Gv,Ev", "Ab,Ib", "Av,Iz")
    return tuple(
        Op(code + k, name, function, form, stores=stores, lock=stores and k < 2)
        for k, form in enumerate(forms)
    )


def immediate(digit: int, name: str, function: Function, stores: bool = True) -> tuple[Op, ...]:
    """Group 1."""
    forms = ("Eb,Ib", "Ev,Iz", "Eb,Ib", "Ev,Is")
    return tuple(
        Op(0x80 + k, name, function, form, stores=stores, digit=digit, lock=stores)
        for k, form in enumerate(forms)
    )


def shift(digit: int, name: str, function: Function) -> tuple[Op, ...]:
    """Group 2."""
    forms = {
        0xC0: "Eb,Ib",
        0xC1: "Ev,Ib",
        0xD0: "Eb,1",
        0xD1: "Ev,1",
        0xD2: "Eb,C",
        0xD3: "Ev,C",
    }
    return tuple(
        Op(code, name, function, form, stores=True, digit=digit) for code, form in forms.items()
    )


def every(
    codes: range,
    name: str,
    function: Function,
    form: str,
    *,
    stores: bool = False,
    stops: bool = False,
    own: bool = False,
) -> tuple[Op, ...]:
    """An instruction whose opcode names a register."""
    return tuple(
        Op(code, name, function, form, stores=stores, stops=stops, own=own) for code in codes
    )


def far_pointer(code: int, name: str, segment: int) -> Op:
    """LDS and its like."""
    return Op(
        code, name, data.load_pointer, "Gv,M", own=True, stops=True, memory=True, number=segment
    )


def group(digit: int, name: str, function: Function, form: str, code: int = 0x0F00) -> Op:
    """Groups 6 and 7."""
    return Op(code, name, function, form, own=True, stops=True, digit=digit, memory=form[0] == "M")


TABLE: tuple[Op, ...] = (
    *binary(0x00, "ADD", alu.add),
    *binary(0x08, "OR", alu.or_),
    *binary(0x10, "ADC", alu.adc),
    *binary(0x18, "SBB", alu.sbb),
    *binary(0x20, "AND", alu.and_),
    *binary(0x28, "SUB", alu.sub),
    *binary(0x30, "XOR", alu.xor),
    *binary(0x38, "CMP", alu.cmp, stores=False),
    *immediate(0, "ADD", alu.add),
    *immediate(1, "OR", alu.or_),
    *immediate(2, "ADC", alu.adc),
    *immediate(3, "SBB", alu.sbb),
    *immediate(4, "AND", alu.and_),
    *immediate(5, "SUB", alu.sub),
    *immediate(6, "XOR", alu.xor),
    *immediate(7, "CMP", alu.cmp, stores=False),
    *(
        Op(code, "PUSH", data.push_segment, "", number=n, stops=True)
        for code, n in {0x06: ES, 0x0E: CS, 0x16: SS, 0x1E: DS, 0x0FA0: FS, 0x0FA8: GS}.items()
    ),
    *(
        Op(code, "POP", data.pop_segment, "", number=n, stops=True)
        for code, n in {0x07: ES, 0x1F: DS, 0x0FA1: FS, 0x0FA9: GS}.items()
    ),
    Op(0x17, "POP", data.pop_ss, number=SS, flow=True, stops=True),
    Op(0x27, "DAA", alu.daa),
    Op(0x2F, "DAS", alu.das),
    Op(0x37, "AAA", alu.aaa),
    Op(0x3F, "AAS", alu.aas),
    *every(range(0x40, 0x48), "INC", alu.inc, "Zv", stores=True),
    *every(range(0x48, 0x50), "DEC", alu.dec, "Zv", stores=True),
    *every(range(0x50, 0x58), "PUSH", data.push, "Zv", stops=True),
    *every(range(0x58, 0x60), "POP", data.pop_register, "", stops=True),
    Op(0x60, "PUSHA", data.pusha, stops=True),
    Op(0x61, "POPA", data.popa, stops=True),
    Op(0x62, "BOUND", data.bound, "Gv,M", own=True, stops=True, memory=True),
    Op(0x63, "ARPL", flow.arpl, "Ew,Gw", own=True, flow=True, stops=True, host=True),
    Op(0x68, "PUSH", data.push, "Iz", stops=True),
    Op(0x69, "IMUL", alu.imul2, "Gv,Ev,Iz", stores=True),
    Op(0x6A, "PUSH", data.push, "Is", stops=True),
    Op(0x6B, "IMUL", alu.imul2, "Gv,Ev,Is", stores=True),
    Op(0x6C, "INS", system.ins, "b", flow=True, stops=True, host=True, alone=True),
    Op(0x6D, "INS", system.ins, flow=True, stops=True, host=True, alone=True),
    Op(0x6E, "OUTS", system.outs, "b", flow=True, stops=True, host=True, alone=True),
    Op(0x6F, "OUTS", system.outs, flow=True, stops=True, host=True, alone=True),
    *(Op(0x70 + n, f"J{c}", flow.jcc, "Jb", number=n, flow=True) for n, c in enumerate(CONDITIONS)),
    *(
        Op(0x0F80 + n, f"J{c}", flow.jcc, "Jz", number=n, flow=True)
        for n, c in enumerate(CONDITIONS)
    ),
    *(
        Op(0x0F90 + n, f"SET{c}", alu.setcc, "Eb", number=n, stores=True)
        for n, c in enumerate(CONDITIONS)
    ),
    Op(0x84, "TEST", alu.test, "Eb,Gb"),
    Op(0x85, "TEST", alu.test, "Ev,Gv"),
    Op(0x86, "XCHG", data.xchg, "Eb", stores=True, lock=True),
    Op(0x87, "XCHG", data.xchg, "Ev", stores=True, lock=True),
    Op(0x88, "MOV", data.mov, "Eb,Gb", stores=True),
    Op(0x89, "MOV", data.mov, "Ev,Gv", stores=True),
    Op(0x8A, "MOV", data.mov, "Gb,Eb", stores=True),
    Op(0x8B, "MOV", data.mov, "Gv,Ev", stores=True),
    Op(0x8C, "MOV", data.mov_from_segment, "M,S", stops=True, own=True),
    Op(0x8D, "LEA", data.lea, "Gv,M", stores=True, memory=True),
    *(
        Op(0x8E, "MOV", data.mov_to_segment, "Ew", own=True, stops=True, digit=n, number=n)
        for n in (ES, DS, FS, GS)
    ),
    Op(0x8E, "MOV", data.mov_to_ss, "Ew", own=True, flow=True, stops=True, digit=SS, number=SS),
    Op(0x8F, "POP", data.pop_e, "Ev", own=True, stops=True, digit=0),
    Op(0x90, "NOP", data.nop),
    *every(range(0x91, 0x98), "XCHG", data.xchg, "Av", stores=True),
    Op(0x98, "CBW", alu.cbw),
    Op(0x99, "CWD", alu.cwd),
    Op(0x9A, "CALL", flow.call_far, "Ap", flow=True, stops=True),
    Op(0x9B, "WAIT", system.wait, stops=True),
    Op(0x9C, "PUSHF", flow.pushf, stops=True),
    Op(0x9D, "POPF", flow.popf, stops=True),
    Op(0x9E, "SAHF", data.sahf),
    Op(0x9F, "LAHF", data.lahf),
    Op(0xA0, "MOV", data.mov, "Ab,Ob", stores=True),
    Op(0xA1, "MOV", data.mov, "Av,Ov", stores=True),
    Op(0xA2, "MOV", data.mov, "Ob,Ab", stores=True),
    Op(0xA3, "MOV", data.mov, "Ov,Av", stores=True),
    Op(0xA4, "MOVS", strings.movs, "b", flow=True, stops=True),
    Op(0xA5, "MOVS", strings.movs, flow=True, stops=True),
    Op(0xA6, "CMPS", strings.cmps, "b", flow=True, stops=True),
    Op(0xA7, "CMPS", strings.cmps, flow=True, stops=True),
    Op(0xA8, "TEST", alu.test, "Ab,Ib"),
    Op(0xA9, "TEST", alu.test, "Av,Iz"),
    Op(0xAA, "STOS", strings.stos, "b", flow=True, stops=True),
    Op(0xAB, "STOS", strings.stos, flow=True, stops=True),
    Op(0xAC, "LODS", strings.lods, "b", flow=True, stops=True),
    Op(0xAD, "LODS", strings.lods, flow=True, stops=True),
    Op(0xAE, "SCAS", strings.scas, "b", flow=True, stops=True),
    Op(0xAF, "SCAS", strings.scas, flow=True, stops=True),
    *every(range(0xB0, 0xB8), "MOV", data.mov, "Zb,Ib", stores=True),
    *every(range(0xB8, 0xC0), "MOV", data.mov, "Zv,Iz", stores=True),
    *shift(0, "ROL", alu.rol),
    *shift(1, "ROR", alu.ror),
    *shift(2, "RCL", alu.rcl),
    *shift(3, "RCR", alu.rcr),
    *shift(4, "SHL", alu.shl),
    *shift(5, "SHR", alu.shr),
    *shift(6, "SHL", alu.shl),
    *shift(7, "SAR", alu.sar),
    Op(0xC2, "RET", flow.ret, "Iw", flow=True, stops=True),
    Op(0xC3, "RET", flow.ret, flow=True, stops=True),
    far_pointer(0xC4, "LES", ES),
    far_pointer(0xC5, "LDS", DS),
    Op(0x0FB2, "LSS", data.lss, "Gv,M", own=True, flow=True, stops=True, memory=True),
    far_pointer(0x0FB4, "LFS", FS),
    far_pointer(0x0FB5, "LGS", GS),
    Op(0xC6, "MOV", data.mov, "Eb,Ib", stores=True, digit=0),
    Op(0xC7, "MOV", data.mov, "Ev,Iz", stores=True, digit=0),
    Op(0xC8, "ENTER", data.enter, "Iw,Ib", stops=True),
    Op(0xC9, "LEAVE", data.leave, stops=True),
    Op(0xCA, "RETF", flow.ret_far, "Iw", flow=True, stops=True),
    Op(0xCB, "RETF", flow.ret_far, flow=True, stops=True),
    Op(0xCC, "INT3", flow.int3, flow=True, stops=True),
    Op(0xCD, "INT", flow.int_, "Ib", flow=True, stops=True),
    Op(0xCE, "INTO", flow.into, flow=True, stops=True),
    Op(0xCF, "IRET", flow.iret, flow=True, stops=True),
    Op(0xD4, "AAM", alu.aam, "Ib", stops=True),
    Op(0xD5, "AAD", alu.aad, "Ib"),
    Op(0xD6, "SALC", alu.salc),
    Op(0xD7, "XLAT", data.xlat, stops=True),
    *every(range(0xD8, 0xE0), "ESC", system.esc, "Ew", own=True, stops=True),
    Op(0xE0, "LOOPNE", flow.loopne, "Jb", flow=True),
    Op(0xE1, "LOOPE", flow.loope, "Jb", flow=True),
    Op(0xE2, "LOOP", flow.loop, "Jb", flow=True),
    Op(0xE3, "JCXZ", flow.jcxz, "Jb", flow=True),
    Op(0xE4, "IN", system.in_i, "Ib,b", stops=True, host=True, alone=True),
    Op(0xE5, "IN", system.in_i, "Ib", stops=True, host=True, alone=True),
    Op(0xE6, "OUT", system.out_i, "Ib,b", stops=True, host=True, alone=True),
    Op(0xE7, "OUT", system.out_i, "Ib", stops=True, host=True, alone=True),
    Op(0xE8, "CALL", flow.call, "Jz", flow=True, stops=True),
    Op(0xE9, "JMP", flow.jmp, "Jz", flow=True),
    Op(0xEA, "JMP", flow.jmp_far, "Ap", flow=True, stops=True),
    Op(0xEB, "JMP", flow.jmp, "Jb", flow=True),
    Op(0xEC, "IN", system.in_dx, "b", stops=True, host=True, alone=True),
    Op(0xED, "IN", system.in_dx, stops=True, host=True, alone=True),
    Op(0xEE, "OUT", system.out_dx, "b", stops=True, host=True, alone=True),
    Op(0xEF, "OUT", system.out_dx, stops=True, host=True, alone=True),
    Op(0xF4, "HLT", flow.hlt, stops=True, host=True, alone=True),
    Op(0xF5, "CMC", alu.cmc),
    Op(0xF6, "TEST", alu.test, "Eb,Ib", digit=0),
    Op(0xF6, "TEST", alu.test, "Eb,Ib", digit=1),
    Op(0xF7, "TEST", alu.test, "Ev,Iz", digit=0),
    Op(0xF7, "TEST", alu.test, "Ev,Iz", digit=1),
    Op(0xF6, "NOT", alu.not_, "Eb", stores=True, digit=2, lock=True),
    Op(0xF7, "NOT", alu.not_, "Ev", stores=True, digit=2, lock=True),
    Op(0xF6, "NEG", alu.neg, "Eb", stores=True, digit=3, lock=True),
    Op(0xF7, "NEG", alu.neg, "Ev", stores=True, digit=3, lock=True),
    Op(0xF6, "MUL", alu.mul, "Eb", digit=4),
    Op(0xF7, "MUL", alu.mul, "Ev", digit=4),
    Op(0xF6, "IMUL", alu.imul, "Eb", digit=5),
    Op(0xF7, "IMUL", alu.imul, "Ev", digit=5),
    Op(0xF6, "DIV", alu.div, "Eb", stops=True, digit=6),
    Op(0xF7, "DIV", alu.div, "Ev", stops=True, digit=6),
    Op(0xF6, "IDIV", alu.idiv, "Eb", stops=True, digit=7),
    Op(0xF7, "IDIV", alu.idiv, "Ev", stops=True, digit=7),
    Op(0xF8, "CLC", alu.clc),
    Op(0xF9, "STC", alu.stc),
    Op(0xFA, "CLI", flow.cli, stops=True),
    Op(0xFB, "STI", flow.sti, stops=True),
    Op(0xFC, "CLD", flow.cld),
    Op(0xFD, "STD", flow.std),
    Op(0xFE, "INC", alu.inc, "Eb", stores=True, digit=0, lock=True),
    Op(0xFE, "DEC", alu.dec, "Eb", stores=True, digit=1, lock=True),
    Op(0xFF, "INC", alu.inc, "Ev", stores=True, digit=0, lock=True),
    Op(0xFF, "DEC", alu.dec, "Ev", stores=True, digit=1, lock=True),
    Op(0xFF, "CALL", flow.call_e, "Ev", flow=True, stops=True, digit=2),
    Op(
        0xFF,
        "CALL",
        flow.call_far_m,
        "M",
        own=True,
        flow=True,
        stops=True,
        digit=3,
        memory=True,
    ),
    Op(0xFF, "JMP", flow.jmp_e, "Ev", flow=True, stops=True, digit=4),
    Op(
        0xFF,
        "JMP",
        flow.jmp_far_m,
        "M",
        own=True,
        flow=True,
        stops=True,
        digit=5,
        memory=True,
    ),
    Op(0xFF, "PUSH", data.push, "Ev", stops=True, digit=6),
    # What begins with 0F
    Op(0x0FA3, "BT", bits.bt, "Ev,Gv", own=True, stops=True),
    Op(0x0FAB, "BTS", bits.bts, "Ev,Gv", own=True, stops=True, lock=True),
    Op(0x0FB3, "BTR", bits.btr, "Ev,Gv", own=True, stops=True, lock=True),
    Op(0x0FBB, "BTC", bits.btc, "Ev,Gv", own=True, stops=True, lock=True),
    Op(0x0FBA, "BT", bits.bt_i, "Ev,Ib", digit=4),
    Op(0x0FBA, "BTS", bits.bts_i, "Ev,Ib", stores=True, digit=5, lock=True),
    Op(0x0FBA, "BTR", bits.btr_i, "Ev,Ib", stores=True, digit=6, lock=True),
    Op(0x0FBA, "BTC", bits.btc_i, "Ev,Ib", stores=True, digit=7, lock=True),
    Op(0x0FA4, "SHLD", alu.shld, "Ev,Gv,Ib", stores=True),
    Op(0x0FA5, "SHLD", alu.shld, "Ev,Gv,C", stores=True),
    Op(0x0FAC, "SHRD", alu.shrd, "Ev,Gv,Ib", stores=True),
    Op(0x0FAD, "SHRD", alu.shrd, "Ev,Gv,C", stores=True),
    Op(0x0FAF, "IMUL", alu.imul2, "Gv,Ev", stores=True),
    Op(0x0FB6, "MOVZX", data.movzx, "Gv,Eb", stores=True),
    Op(0x0FB7, "MOVZX", data.movzx, "Gv,Ew", stores=True),
    Op(0x0FBE, "MOVSX", data.movsx_byte, "Gv,Eb", stores=True),
    Op(0x0FBF, "MOVSX", data.movsx_word, "Gv,Ew", stores=True),
    Op(0x0FBC, "BSF", bits.bsf, "Gv,Ev", stores=True),
    Op(0x0FBD, "BSR", bits.bsr, "Gv,Ev", stores=True),
    # What operating systems use
    group(0, "SLDT", control.sldt, "Ev"),
    group(1, "STR", control.str_, "Ev"),
    group(2, "LLDT", control.lldt, "Ew"),
    group(3, "LTR", control.ltr, "Ew"),
    group(4, "VERR", control.verr, "Ew"),
    group(5, "VERW", control.verw, "Ew"),
    group(0, "SGDT", control.sgdt, "Ms", 0x0F01),
    group(1, "SIDT", control.sidt, "Ms", 0x0F01),
    group(2, "LGDT", control.lgdt, "Ms", 0x0F01),
    group(3, "LIDT", control.lidt, "Ms", 0x0F01),
    group(4, "SMSW", control.smsw, "Ev", 0x0F01),
    Op(0x0F01, "LMSW", control.lmsw, "Ew", own=True, flow=True, stops=True, digit=6, alone=True),
    Op(0x0F02, "LAR", control.lar, "Gv,Ew", own=True, stops=True),
    Op(0x0F03, "LSL", control.lsl, "Gv,Ew", own=True, stops=True),
    Op(0x0F06, "CLTS", control.clts, stops=True),
    Op(0x0F20, "MOV", control.mov_from_cr, "Rd,Cd", own=True, stops=True, alone=True),
    Op(0x0F21, "MOV", control.mov_from_dr, "Rd,Dd", own=True, stops=True, alone=True),
    Op(0x0F22, "MOV", control.mov_to_cr, "Cd,Rd", own=True, flow=True, stops=True, alone=True),
    Op(0x0F23, "MOV", control.mov_to_dr, "Dd,Rd", own=True, flow=True, stops=True, alone=True),
    Op(0x0F24, "MOV", control.mov_from_tr, "Rd,Td", own=True, stops=True, alone=True),
    Op(0x0F26, "MOV", control.mov_to_tr, "Td,Rd", own=True, stops=True, alone=True),
    # What is no instruction at all
    Op(-1, "illegal", flow.ud, stops=True, alone=True),
    Op(-2, "too_long", flow.too_long, stops=True, alone=True),
    Op(-3, "beyond", flow.beyond, stops=True, alone=True),
)
