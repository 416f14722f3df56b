"""LLVM as a back end: from IR to object code, and from object code to something to call.

A warm start needs only the second half, without Numba and without NumPy.
"""

from __future__ import annotations

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false
# pyright: reportUnknownArgumentType=false, reportMissingParameterType=false
from collections.abc import Sequence
from functools import cache
from typing import Any

from llvmlite import binding as llvm


@cache
def _compiler() -> llvm.LLJIT:
    """What loads object code into this process."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.create_lljit_compiler()


@cache
def target_machine() -> llvm.TargetMachine:
    """The processor that we run on, with all that it can do."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="pic",
        codemodel="small",
    )


def processor() -> str:
    """What object code depends on: the processor and its features."""
    return llvm.get_host_cpu_name() + llvm.get_host_cpu_features().flatten()


def optimise(module: llvm.ModuleRef, level: int, unroll: bool = True) -> None:
    """Optimise in place, at level 1, 2 or 3. Nothing here gains from vectors: guests are scalar."""
    options = llvm.create_pipeline_tuning_options(speed_level=level)
    options.loop_unrolling = unroll
    options.loop_vectorization = False
    options.slp_vectorization = False
    builder = llvm.create_pass_builder(target_machine(), options)
    builder.getModulePassManager().run(module, builder)


def inline(module: llvm.ModuleRef) -> None:
    """Inline what is always to be inlined, and drop what nothing needs then."""
    builder = llvm.create_pass_builder(target_machine(), llvm.create_pipeline_tuning_options())
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.add_always_inliner_pass()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, builder)


def simplify(module: llvm.ModuleRef) -> None:
    """The first little of `optimise`: what is known of operands is worked out."""
    builder = llvm.create_pass_builder(target_machine(), llvm.create_pipeline_tuning_options())
    passes = llvm.create_new_module_pass_manager()
    passes.add_sroa_pass()
    passes.add_instruction_combine_pass()
    passes.add_simplify_cfg_pass()
    passes.run(module, builder)


def object_code(module: llvm.ModuleRef) -> bytes:
    return target_machine().emit_object(module)


class Code:
    """Object code, loaded. It goes when nothing refers to it any more.

    name: of its own.  exports: the symbols whose addresses are wanted.  uses: the name of other
    code that it calls.
    """

    def __init__(self, data: bytes, name: str, exports: Sequence[str], uses: str = "") -> None:
        builder: Any = llvm.JITLibraryBuilder().add_object_img(data).add_current_process()
        if uses:
            builder.add_jit_library(uses)
        for symbol in exports:
            builder.export_symbol(symbol)
        self.name = name
        self._loaded = builder.link(_compiler(), name)
        self.addresses: dict[str, int] = {symbol: self._loaded[symbol] for symbol in exports}
