"""From a machine's table to its loop in native code, and to what translations are made of."""

from __future__ import annotations

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false
# pyright: reportUnknownArgumentType=false, reportMissingParameterType=false
from collections.abc import Container, Iterable
from functools import cached_property

from llvmlite import binding as llvm

from zoo.engines import backend, library
from zoo.engines.frontend import Frontend, Lowered
from zoo.engines.image import packed
from zoo.engines.translate import DEPTH, RESULT
from zoo.generate import arms_module, functions_module, loop_module
from zoo.held import sweeping, touched
from zoo.machine import Machine
from zoo.registers import PC, RUNNING, STOP

# What is inlined into translated code: the machine's hot functions, and those of at most so many
# lines of LLVM's IR, the functions of rows and others. The rest is rare: reports, and long work.
SHORT_ROW = 55
SHORT = 15

# What other code calls. `drive` goes on in translations where there are some, and otherwise in the
# loop, which comes back as soon as there is one; it returns where an address is hot that has none.
# It counts, in the table's last word, the loop's instructions.
ENTRIES = """
declare i64 @"{symbol}"(i64, i64, i64, i64)

define i64 @run(ptr %m, i64 %budget, ptr %table, i64 %mask) {{
  %address = ptrtoint ptr %m to i64
  %entries = ptrtoint ptr %table to i64
  %left = call i64 @"{symbol}"(i64 %address, i64 %budget, i64 %entries, i64 %mask)
  ret i64 %left
}}

define i64 @drive(ptr %m, i64 %budget, ptr %table, i64 %mask) {{
start:
  %after = add i64 %mask, 1
  %last = add i64 %mask, 2
  %limit = getelementptr i64, ptr %table, i64 %after
  %looped = getelementptr i64, ptr %table, i64 %last
  %hot = load i64, ptr %limit
  %pc = getelementptr i8, ptr %m, i64 {pc}
  %stop = getelementptr i8, ptr %m, i64 {stop}
  %changed = getelementptr i8, ptr %m, i64 {changed}
  br label %top
top:
  %left = phi i64 [ %budget, %start ], [ %less, %translated ], [ %rest, %loop ]
  %any = icmp sgt i64 %left, 0
  %reason = load i64, ptr %stop
  %running = icmp eq i64 %reason, {running}
  %go = and i1 %any, %running
  br i1 %go, label %look, label %done
look:
  %new = load i64, ptr %changed
  %intact = icmp eq i64 %new, 0
  br i1 %intact, label %find, label %done
find:
  %at = load i64, ptr %pc
  %index = and i64 %at, %mask
  %entry = getelementptr i64, ptr %table, i64 %index
  %count = load i64, ptr %entry
  %cold = icmp slt i64 %count, %hot
  br i1 %cold, label %counted, label %warm
counted:
  %one.more = add i64 %count, 1
  store i64 %one.more, ptr %entry
  br label %loop
warm:
  %wanted = icmp eq i64 %count, %hot
  br i1 %wanted, label %done, label %enter
enter:
  %code = inttoptr i64 %count to ptr
  %both = call {result} %code(ptr %m, i64 %at, i64 %left, ptr %table, i64 {depth})
  %less = extractvalue {result} %both, 0
  %on = extractvalue {result} %both, 1
  store i64 %on, ptr %pc
  %same = icmp eq i64 %less, %left
  br i1 %same, label %stuck, label %translated
translated:
  br label %top
stuck:
  %why = load i64, ptr %stop
  %stopped = icmp ne i64 %why, {running}
  br i1 %stopped, label %done, label %loop
loop:
  %budget.left = phi i64 [ %left, %counted ], [ %less, %stuck ]
  %rest = call i64 @run(ptr %m, i64 %budget.left, ptr %table, i64 %mask)
  %before = load i64, ptr %looped
  %spent = sub i64 %budget.left, %rest
  %sum = add i64 %before, %spent
  store i64 %sum, ptr %looped
  br label %top
done:
  %end = phi i64 [ %left, %top ], [ %left, %look ], [ %left, %warm ], [ %less, %stuck ]
  ret i64 %end
}}
"""


class Compiler:
    """Compiles one machine; Numba's part is done when it is first needed."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._frontend = Frontend(machine.name)

    @cached_property
    def _functions(self) -> list[Lowered]:
        return self._frontend.lower(functions_module(self._machine))

    @cached_property
    def _long(self) -> frozenset[str]:
        """The functions that translated code calls; all others it has within itself."""
        long = (
            f.name
            for f in self._functions
            if f.name
            and f.name not in self._machine.inline
            and _length(f) > (SHORT_ROW if f.name in self._rows else SHORT)
        )
        return sweeping(self._machine).union(long)

    @cached_property
    def _rows(self) -> frozenset[str]:
        """The functions that rows name."""
        return frozenset(op.function.__name__ for op in self._machine.table)

    def _module(
        self,
        parts: Iterable[Lowered],
        named: Iterable[Lowered],
        shared: Container[str] = (),
    ) -> llvm.ModuleRef:
        """One module of all parts; what it has of the named functions, and calls, is MACHINE.NAME.
        All is internal, and the shared functions are not inlined."""
        module = llvm.parse_assembly("")
        for part in parts:
            ir = part.ir
            if part.name in shared:
                ir = ir.replace(" alwaysinline ", " noinline ")
            module.link_in(llvm.parse_assembly(ir))
        names = {f.symbol: f"{self._machine.name}.{f.name}" for f in named if f.name}
        for function in module.functions:
            if not function.is_declaration:
                function.linkage = "internal"
            function.name = names.get(function.name, function.name)
        for value in module.global_variables:  # of Numba's runtime, which is not there
            value.linkage = "internal"
        return module

    def loop(self) -> bytes:
        """The dispatch loop in native code, packed, with what ENTRIES defines and what `library`
        calls."""
        parts = [*self._functions, *self._frontend.lower(loop_module(self._machine))]
        module = self._module(parts, parts)
        registers = self._machine.layout["r"].offset
        entries = ENTRIES.format(
            symbol=f"{self._machine.name}.run",
            pc=registers + 8 * PC,
            stop=registers + 8 * STOP,
            changed=registers + 8 * self._machine.layout.registers[self._machine.changed],
            running=RUNNING,
            depth=DEPTH,
            result=RESULT,
        )
        exported = {f"{self._machine.name}.{name}" for name in (*self._long, "run")}
        for name in exported:
            module.get_function(name).linkage = "external"
        if self._machine.trap:  # what leads to it is out of the way then
            trap = module.get_function(f"{self._machine.name}.{self._machine.trap}")
            trap.add_function_attribute("cold")
        module.link_in(llvm.parse_assembly(entries))
        backend.optimise(module, 3)
        return packed(backend.image(module))

    def library(self) -> bytes:
        """What translations are made of (zoo.engines.library): every arm as a function MACHINE.ARM,
        and the short functions that they call, to be inlined; the long ones it only declares."""
        functions = self._functions
        arms = self._frontend.lower(arms_module(self._machine))
        short = [f for f in functions if f.name not in self._long]
        module = self._module([*short, *arms], [*functions, *arms], self._machine.shared)
        shared = {f"{self._machine.name}.{name}" for name in self._machine.shared}
        entries = {f"{self._machine.name}.{arm.name}" for arm in arms}
        rare = {f"{self._machine.name}.{name}" for name in self._long - self._rows}
        for function in module.functions:
            if function.is_declaration:
                if function.name in rare:
                    function.add_function_attribute("cold")
            elif function.name not in shared:
                function.add_function_attribute("alwaysinline")
            if function.name in entries:
                function.linkage = "external"
        # With their callees within them, so that to inline an arm is to copy what is left of it;
        # how often a loop runs is known only there.
        backend.optimise(module, 2, unroll=False)
        for function in module.functions:
            if not function.is_declaration:
                function.linkage = "linkonce_odr"
        # Within a unit LLVM may do as it likes.
        text = str(module).replace(" noinline ", " nounwind ")
        registers = {
            f"{self._machine.name}.{name}": found for name, found in touched(self._machine).items()
        }
        return library.packed(llvm.parse_assembly(text), registers)


def _length(function: Lowered) -> int:
    """How many lines of LLVM's IR it has."""
    return sum(line.startswith("  ") for line in function.ir.splitlines())
