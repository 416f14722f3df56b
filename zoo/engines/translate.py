"""From units of guest code to LLVM IR: each instruction is a call of its arm with constants.

The arms are the machine's own functions, from the library; inlined, with operands that are known,
they come down to the few operations that the instruction needs. Some registers are LLVM's values
meanwhile (zoo.engines.holding), all else stays where the other engines have it, and LLVM sees
through the loads and stores: whatever instruction stops the run, and wherever a unit is left, the
state is as the dispatch loop would have left it.
"""

from __future__ import annotations

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum

from llvmlite import binding as llvm

from zoo.engines import backend, jit
from zoo.engines.constants import Constants
from zoo.engines.holding import hold
from zoo.engines.library import Library
from zoo.engines.units import Instruction, Unit, name
from zoo.machine import Machine
from zoo.registers import RETRY, RUNNING, STOP, TRAPPED
from zoo.table import LEAVE, TRAP

DEPTH = 200  # calls within translated code, before the processor's own stack could be too deep

# What translated code is called with: the state, the address to begin at, the budget, the table of
# translations (an entry for every `pc & mask`), and how deep calls may go. It returns how much of
# the budget is left, and where the guest is; the register PC is not kept up to date.
PARAMETERS = "ptr noalias %m, i64 %start, i64 %budget, ptr %table, i64 %depth"
RESULT = "{ i64, i64 }"


class Part(IntEnum):
    """Which part of a translation an instruction of LLVM's or the processor's belongs to."""

    OWN = 1  # what the guest's instruction does
    AFTER = 2  # what follows it: did it stop the run, or change the code?
    BUDGET = 3  # before a block: is there enough of the budget?
    ENTER = 4
    LEAVE = 5


def module(
    machine: Machine,
    library: Library,
    constants: Constants,
    units: Sequence[Unit],
    debug: bool = False,
) -> llvm.ModuleRef:
    """The units as optimised IR, which calls the machine's loop for what is too long to inline.

    library: what `zoo.engines.compiler.Compiler.library` made.  The rest: see `source`.
    """
    registers = machine.layout["r"].offset
    contexts = {
        name(unit.entry): {
            registers + 8 * machine.layout.registers[register]: value
            for register, value in unit.context.items()
        }
        for unit in units
    }
    made = llvm.parse_assembly(source(machine, constants.code, units, debug))
    made.link_in(library.module(f.name for f in made.functions if f.is_declaration))
    for function in made.functions:
        if not function.is_declaration and function.name not in contexts:
            function.linkage = "internal"
    backend.inline(made)
    # With operands that are known, addresses are; what lies there may be, too.
    backend.simplify(made)
    held = {registers + 8 * machine.layout.registers[name]: name for name in machine.held}
    text = hold(constants.put_into(str(made), contexts), held, library.touched)
    made = llvm.parse_assembly(text)
    backend.optimise(made, 2)
    return made


def source(machine: Machine, fixed: range, units: Sequence[Unit], debug: bool = False) -> str:
    """The IR of a module with all units, each a function with the `name` of its entry.

    fixed: the addresses of code that cannot change.
    debug: say of everything where it comes from, as debuggers are told of it: the "line" is the
    guest's address + 1 (there is no line 0), and the "column" is a Part.
    """
    writer = _Writer(machine, fixed, debug)
    parts = [*(writer.unit(unit) for unit in units), *writer.declarations()]
    return "\n\n".join(parts) + "\n"


SCOPES = 7  # the number of the first function's metadata, after these
DEBUG = """\
!llvm.dbg.cu = !{!5}
!llvm.module.flags = !{!3}
!3 = !{i32 2, !"Debug Info Version", i32 3}
!4 = !DIFile(filename: "guest", directory: "")
!5 = distinct !DICompileUnit(language: DW_LANG_C, file: !4, emissionKind: LineTablesOnly)
!6 = !DISubroutineType(types: !{})"""


class _Writer:
    def __init__(self, machine: Machine, fixed: range, debug: bool) -> None:
        self._machine = machine
        self._fixed = fixed
        self._mask = jit.mask(machine)
        self._registers = machine.layout["r"].offset
        self._trap = f"{machine.name}.{machine.trap}"
        self._arms: set[str] = set()
        self._debug = debug
        self._scopes: list[str] = []

    def declarations(self) -> Iterator[str]:
        """What the units call."""
        fields = ", ".join(["ptr"] + ["i64"] * len(self._machine.fields[1:]))
        for arm in sorted(self._arms):
            yield f"declare i64 @{arm}({fields})"
        if self._machine.trap:
            yield f"declare i64 @{self._trap}(ptr, i64)"
        yield "declare void @llvm.assume(i1)"
        # As in zoo.engines.native: a store elsewhere does not change a register.
        yield '!0 = !{!"zoo"}\n!1 = !{!"r", !0, i64 0}\n!2 = !{!1, !1, i64 0}'
        if self._debug:
            yield DEBUG
            yield from self._scopes

    def unit(self, unit: Unit) -> str:
        entries = " ".join(f"i64 {e}, label %b_{e:x}" for e in sorted(unit.entries))
        enter = [
            "  %left = alloca i64",
            "  %next = alloca i64",
            "  %at = alloca i64",
            "  %undone = alloca i64",
            "  store i64 %budget, ptr %left",
            *self._pointer("%stop", STOP),
            *self._pointer("%retry", RETRY),
            "  store i64 %start, ptr %next",
            # Whoever calls has looked whether the guest is running.
            "  %enter.stop = load i64, ptr %stop, !tbaa !2",
            f"  %enter.running = icmp eq i64 %enter.stop, {RUNNING}",
            "  call void @llvm.assume(i1 %enter.running)",
            *self._guard(unit),
            f"  switch i64 %start, label %leave [{entries}]",
        ]
        leave = [
            *self._trapped(),
            "stopped:",
            "  %stopped.retry = load i64, ptr %retry, !tbaa !2",
            "  %stopped.again = icmp ne i64 %stopped.retry, 0",
            "  %stopped.at = load i64, ptr %at",
            "  %stopped.after = load i64, ptr %next",
            "  %stopped.pc = select i1 %stopped.again, i64 %stopped.at, i64 %stopped.after",
            "  store i64 %stopped.pc, ptr %next",
            "  %stopped.undone = load i64, ptr %undone",
            "  %stopped.itself = zext i1 %stopped.again to i64",
            "  %stopped.rest = add i64 %stopped.undone, %stopped.itself",
            "  %stopped.left = load i64, ptr %left",
            "  %stopped.sum = add i64 %stopped.left, %stopped.rest",
            "  store i64 %stopped.sum, ptr %left",
            "  br label %leave",
            "leave:",
            "  %leave.left = load i64, ptr %left",
            "  %leave.next = load i64, ptr %next",
            f"  %leave.half = insertvalue {RESULT} poison, i64 %leave.left, 0",
            f"  %leave.both = insertvalue {RESULT} %leave.half, i64 %leave.next, 1",
            f"  ret {RESULT} %leave.both",
        ]
        scope = self._scope(unit)
        lines = [f"define {RESULT} @{name(unit.entry)}({PARAMETERS}){scope} {{"]
        lines += self._from(unit.entry, Part.ENTER, enter)
        for start, block in unit.blocks.items():
            lines += self._block(unit, start, block)
        lines += self._from(unit.entry, Part.LEAVE, leave)
        return "\n".join([*lines, "}"])

    def _scope(self, unit: Unit) -> str:
        """What a function's head says so that its lines can say where they come from."""
        if not self._debug:
            return ""
        number = SCOPES + len(self._scopes)
        self._scopes.append(
            f'!{number} = distinct !DISubprogram(name: "{name(unit.entry)}", file: !4, unit: !5,'
            f" line: {unit.entry + 1}, scopeLine: {unit.entry + 1}, type: !6,"
            " spFlags: DISPFlagLocalToUnit | DISPFlagDefinition)"
        )
        return f" !dbg !{number}"

    def _from(self, address: int, part: Part, lines: Iterable[str]) -> Iterable[str]:
        """The lines, and that they come from this address, if somebody wants to know."""
        if not self._debug:
            return lines
        scope = SCOPES + len(self._scopes) - 1
        place = f", !dbg !DILocation(line: {address + 1}, column: {part:d}, scope: !{scope})"
        return [line + place if line.startswith("  ") else line for line in lines]

    def _pointer(self, register: str, number: int) -> Iterator[str]:
        yield f"  {register} = getelementptr i8, ptr %m, i64 {self._registers + 8 * number}"

    def _block(self, unit: Unit, start: int, block: list[Instruction]) -> Iterator[str]:
        b = f"b_{start:x}"
        count = len(block)
        budget = (
            f"{b}:",
            f"  %{b}.left = load i64, ptr %left",
            f"  %{b}.enough = icmp sge i64 %{b}.left, {count}",
            f"  br i1 %{b}.enough, label %{b}.go, label %{b}.short",
            f"{b}.short:",
            f"  store i64 {start}, ptr %next",
            "  br label %leave",
            f"{b}.go:",
            f"  %{b}.rest = sub i64 %{b}.left, {count}",
            f"  store i64 %{b}.rest, ptr %left",
        )
        yield from self._from(start, Part.BUDGET, budget)
        for k, one in enumerate(block):
            yield from self._from(one.address, Part.OWN, self._instruction(f"{b}.{k}", one))
            after = [*self._stop(f"{b}.{k}", one, count - k - 1, k == count - 1)]
            if not unit.within(self._fixed):
                after += self._changed(f"{b}.{k}", count - k - 1)
            yield from self._from(one.address, Part.AFTER, after)
        onward = self._onward(unit, f"{b}.{count - 1}", block[-1])
        yield from self._from(block[-1].address, Part.OWN, onward)

    def _instruction(self, i: str, one: Instruction) -> Iterator[str]:
        """Call the arm."""
        arm = f"{self._machine.name}.{one.arm.name}"
        self._arms.add(arm)
        fields = ", ".join(f"i64 {value}" for value in one.found)
        yield f"  %{i} = call i64 @{arm}(ptr %m, {fields})"

    def _trapped(self) -> Iterator[str]:
        """Have the guest deal with a fault, and leave: nothing may be as it was."""
        if self._machine.trap:
            yield from (
                "trapped:",
                "  %trapped.at = load i64, ptr %at",
                f"  %trapped.pc = call i64 @{self._trap}(ptr %m, i64 %trapped.at)",
                "  %trapped.undone = load i64, ptr %undone",
                "  %trapped.stops = icmp slt i64 %trapped.pc, 0",
                "  br i1 %trapped.stops, label %stopped, label %trapped.on",
                *self._away("trapped.on", "trapped.pc", "%trapped.undone"),
            )

    def _stop(self, i: str, one: Instruction, after: int, last: bool) -> Iterator[str]:
        """Leave if it stopped the run, or met a fault, or took the guest elsewhere; `after`: how
        many of the block come after this one. The last one goes wherever its result says."""
        lines = one.arm.loads + one.arm.lines
        traps = any(TRAP in line for line in lines)
        if any(LEAVE in line for line in lines):
            yield from self._unless(f"{i}.stops", f"slt i64 %{i}, 0", one, after, "stopped")
        if traps:
            yield from self._unless(f"{i}.traps", f"eq i64 %{i}, {TRAPPED}", one, after, "trapped")
        if traps and not last:
            yield from (
                f"  %{i}.next = icmp eq i64 %{i}, {one.end}",
                f"  br i1 %{i}.next, label %{i}.here, label %{i}.away",
                *self._away(f"{i}.away", i, after),
                f"{i}.here:",
            )
        if traps:
            for register in self._machine.clear:
                yield from self._zero(f"{i}.{register}", register)

    def _unless(
        self, i: str, condition: str, one: Instruction, after: int, to: str
    ) -> Iterator[str]:
        """Go on only unless it is so."""
        yield from (
            f"  %{i} = icmp {condition}",
            f"  br i1 %{i}, label %{i}.so, label %{i}.not",
            f"{i}.so:",
            f"  store i64 {one.address}, ptr %at",
            f"  store i64 {one.end}, ptr %next",
            f"  store i64 {after}, ptr %undone",
            f"  br label %{to}",
            f"{i}.not:",
        )

    def _zero(self, i: str, register: str) -> Iterator[str]:
        """Tell LLVM that a register is 0."""
        yield from (
            f"  %{i} = load i64, ptr %{register}, !tbaa !2",
            f"  %{i}.zero = icmp eq i64 %{i}, 0",
            f"  call void @llvm.assume(i1 %{i}.zero)",
        )

    def _away(self, label: str, i: str, after: int | str) -> Iterator[str]:
        """Leave, to where the result of instruction `i` says; `after`: how many of its block come
        after it, as a number or a value."""
        yield from (
            f"{label}:",
            f"  store i64 %{i}, ptr %next",
            f"  %{label}.left = load i64, ptr %left",
            f"  %{label}.sum = add i64 %{label}.left, {after}",
            f"  store i64 %{label}.sum, ptr %left",
            "  br label %leave",
        )

    def _guard(self, unit: Unit) -> Iterator[str]:
        """Is the context the one that it was translated for? And is what must be clear clear?"""
        yield from self._in_context("guard", unit)
        for register in (*self._machine.clear, self._machine.changed):
            yield from self._pointer(f"%{register}", self._machine.layout.registers[register])
            yield from self._zero(f"enter.{register}", register)

    def _in_context(self, i: str, unit: Unit) -> Iterator[str]:
        """Leave if the context is another than it was translated for."""
        for k, (register, value) in enumerate(unit.context.items()):
            g = f"{i}.{k}"
            yield from (
                *self._pointer(f"%{g}", self._machine.layout.registers[register]),
                # Volatile, so that it is not taken for the constant that it is after this.
                f"  %{g}.value = load volatile i64, ptr %{g}",
                f"  %{g}.same = icmp eq i64 %{g}.value, {value}",
                f"  br i1 %{g}.same, label %{g}.on, label %leave",
                f"{g}.on:",
            )

    def _changed(self, i: str, after: int) -> Iterator[str]:
        """Leave if it has changed code; `after`: how many of the block come after this one."""
        yield from (
            f"  %{i}.changed = load i64, ptr %{self._machine.changed}, !tbaa !2",
            f"  %{i}.intact = icmp eq i64 %{i}.changed, 0",
            f"  br i1 %{i}.intact, label %{i}.good, label %{i}.bad",
            *self._away(f"{i}.bad", i, after),
            f"{i}.good:",
        )

    def _onward(self, unit: Unit, i: str, last: Instruction) -> Iterator[str]:
        """Go where the last instruction of a block leads."""
        targets = tuple(t for t in last.onward.targets if t in unit.blocks)
        known = " ".join(f"i64 {t}, label %b_{t:x}" for t in dict.fromkeys(targets))
        other = f"{i}.call" if last.onward.calls and targets else f"{i}.leave"
        yield f"  switch i64 %{i}, label %{other} [{known}]"
        yield from self._away(f"{i}.leave", i, 0)
        if last.onward.calls and targets:
            yield from self._call(unit, i, targets[0])

    def _call(self, unit: Unit, i: str, back: int) -> Iterator[str]:
        """Go on in the translation of what is called, if there is one, and then here, if that is
        what it was: who is called may return with another context.

        What comes here can be fixed, so that it matters first when there is a call whether other
        code has changed; what can change has looked just now, and looks after the call.
        """
        c = f"{i}.call"
        fixed = unit.within(self._fixed)
        yield from (
            f"{c}:",
            f"  store i64 %{i}, ptr %next",
        )
        if fixed:
            yield from self._intact(f"{c}.before", f"{c}.still")
            yield f"{c}.still:"
        yield from (
            f"  %{c}.deep = icmp eq i64 %depth, 0",
            f"  br i1 %{c}.deep, label %leave, label %{c}.look",
            f"{c}.look:",
            f"  %{c}.index = and i64 %{i}, {self._mask}",
            f"  %{c}.entry = getelementptr i64, ptr %table, i64 %{c}.index",
            f"  %{c}.word = load i64, ptr %{c}.entry",
            f"  %{c}.none = icmp sle i64 %{c}.word, {jit.MOST}",
            f"  br i1 %{c}.none, label %leave, label %{c}.enter",
            f"{c}.enter:",
            f"  %{c}.code = inttoptr i64 %{c}.word to ptr",
            f"  %{c}.budget = load i64, ptr %left",
            f"  %{c}.depth = sub i64 %depth, 1",
            f"  %{c}.both = call {RESULT} %{c}.code(ptr %m, i64 %{i}, i64 %{c}.budget,"
            f" ptr %table, i64 %{c}.depth)",
            f"  %{c}.left = extractvalue {RESULT} %{c}.both, 0",
            f"  %{c}.pc = extractvalue {RESULT} %{c}.both, 1",
            f"  store i64 %{c}.left, ptr %left",
            f"  store i64 %{c}.pc, ptr %next",
            f"  %{c}.here = icmp eq i64 %{c}.pc, {back}",
            f"  br i1 %{c}.here, label %{c}.back, label %leave",
            f"{c}.back:",
            f"  %{c}.stop = load i64, ptr %stop, !tbaa !2",
            f"  %{c}.running = icmp eq i64 %{c}.stop, {RUNNING}",
            f"  br i1 %{c}.running, label %{c}.on, label %leave",
            f"{c}.on:",
            *self._in_context(f"{c}.back", unit),
        )
        if fixed:
            yield f"  br label %b_{back:x}"
        else:
            yield from self._intact(c, f"b_{back:x}")

    def _intact(self, i: str, on: str) -> Iterator[str]:
        """Leave if code has been changed."""
        yield from (
            f"  %{i}.changed = load i64, ptr %{self._machine.changed}, !tbaa !2",
            f"  %{i}.intact = icmp eq i64 %{i}.changed, 0",
            f"  br i1 %{i}.intact, label %{on}, label %leave",
        )
