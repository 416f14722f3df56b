"""LLVM as a back end: from IR to native code. A warm start does without."""

from __future__ import annotations

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false
# pyright: reportUnknownArgumentType=false, reportMissingParameterType=false
from collections.abc import Mapping
from functools import cache
from itertools import count
from typing import Any

from llvmlite import binding as llvm

from zoo.engines.code import Code
from zoo.engines.flatten import made_of
from zoo.engines.image import Image


@cache
def _compiler() -> llvm.LLJIT:
    """What loads object files into this process."""
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
    """What native code depends on: the processor and its features."""
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


def image(module: llvm.ModuleRef) -> Image:
    """The module's native code, as it is kept."""
    functions = [f for f in module.functions if not f.name.startswith("llvm.")]
    exports = [
        f.name for f in functions if not f.is_declaration and f.linkage == llvm.Linkage.external
    ]
    imports = [f.name for f in functions if f.is_declaration]
    return made_of(object_code(module), exports, imports)


def link(image: Image, imports: Mapping[str, int]) -> Code:
    """Load an object file, for systems whose object files nobody else understands here."""
    name = f"code-{next(_numbers)}"
    builder: Any = llvm.JITLibraryBuilder().add_object_img(image.code).add_current_process()
    for symbol, address in imports.items():
        builder.import_symbol(symbol, address)
    for symbol in image.exports:
        builder.export_symbol(symbol)
    library = builder.link(_compiler(), name)
    return Code({symbol: library[symbol] for symbol in image.exports}, library)


_numbers = count()
