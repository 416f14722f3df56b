"""Numba types for a guest's state: `m.mem[i]` in a semantic function becomes one load.

The state is a single pointer, and each arena is a constant distance from it, which the processor
adds for nothing. What is read is a 64-bit integer, whatever the arena holds. The arenas cannot
overlap, and LLVM is told so (type-based alias analysis, TBAA): a store into memory then does not
make it read the registers again.
"""

from __future__ import annotations

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false
# pyright: reportUnknownArgumentType=false, reportUntypedClassDecorator=false
# pyright: reportUntypedFunctionDecorator=false, reportUntypedBaseClass=false
# pyright: reportOptionalCall=false
import operator
from collections.abc import Iterable
from zlib import crc32

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_builtin, lower_getattr_generic
from numba.core.typing.templates import (
    AbstractTemplate,
    AttributeTemplate,
    infer_getattr,
    infer_global,
    signature,
)
from numba.extending import intrinsic, models, register_model

BYTE = ir.IntType(8)
WORD = ir.IntType(64)


class ArenaType(types.Type):
    """One arena: bytes ("B") or 64-bit integers ("q"), `offset` bytes from the state's pointer.

    fixed: the elements that nothing writes.
    """

    def __init__(self, name: str, format: str, offset: int, fixed: frozenset[int]) -> None:
        super().__init__(f"{name}_{format}{offset}_{len(fixed)}")
        self.arena = name
        self.fixed = fixed
        self.element = BYTE if format == "B" else WORD
        self.offset = offset


class StateType(types.Type):
    """The whole state, with its arenas as attributes. fixed: the registers that nothing writes."""

    def __init__(self, arenas: Iterable[tuple[str, str, int]], fixed: frozenset[int]) -> None:
        constant = {"r": fixed}
        self.arenas = {
            name: ArenaType(name, form, offset, constant.get(name, frozenset()))
            for name, form, offset in arenas
        }
        # Numba takes types for the same by their names, and puts these into every symbol.
        parts = f"{sorted(fixed)} {[str(a) for a in self.arenas.values()]}"
        super().__init__(f"State{crc32(parts.encode()):08x}")


@register_model(ArenaType)
@register_model(StateType)
class _Pointer(models.PrimitiveModel):
    def __init__(self, dmm, fe_type) -> None:
        super().__init__(dmm, fe_type, BYTE.as_pointer())


@infer_getattr
class _StateAttributes(AttributeTemplate):
    key = StateType

    def generic_resolve(self, typ, attr):
        return typ.arenas.get(attr)


@lower_getattr_generic(StateType)
def _arena(context, builder, typ, value, attr):
    return value


@infer_global(operator.getitem)
class _Read(AbstractTemplate):
    def generic(self, args, kws):
        if isinstance(args[0], ArenaType):
            return signature(types.int64, args[0], types.int64)
        return None


@infer_global(operator.setitem)
class _Write(AbstractTemplate):
    def generic(self, args, kws):
        if isinstance(args[0], ArenaType):
            return signature(types.none, args[0], types.int64, types.int64)
        return None


def _place(builder, arena: ArenaType, pointer, index):
    """The address of an element."""
    size = arena.element.width // 8
    distance = builder.add(builder.mul(index, WORD(size)), WORD(arena.offset))
    place = cgutils.pointer_add(builder, pointer, distance)
    return builder.bitcast(place, arena.element.as_pointer())


def _marked(builder, arena: ArenaType, instruction):
    """Tell LLVM which arena the instruction is about."""
    module = builder.module
    root = module.add_metadata(["zoo"])
    kind = module.add_metadata([arena.arena, root, WORD(0)])
    instruction.set_metadata("tbaa", module.add_metadata([kind, kind, WORD(0)]))
    return instruction


@lower_builtin(operator.getitem, ArenaType, types.Integer)
def _read(context, builder, sig, args):
    arena = sig.args[0]
    value = _marked(builder, arena, builder.load(_place(builder, arena, *args)))
    if isinstance(args[1], ir.Constant) and args[1].constant in arena.fixed:
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value if arena.element is WORD else builder.zext(value, WORD)


@lower_builtin(operator.setitem, ArenaType, types.Integer, types.Integer)
def _write(context, builder, sig, args):
    arena = sig.args[0]
    pointer, index, value = args
    if arena.element is BYTE:
        value = builder.trunc(value, BYTE)
    _marked(builder, arena, builder.store(value, _place(builder, arena, pointer, index)))
    return context.get_dummy_value()


@intrinsic
def state(typingctx, address, like):
    """The state at an address; `like` is the type, wrapped as Numba wraps types."""
    kind = like.instance_type

    def codegen(context, builder, sig, args):
        return builder.inttoptr(args[0], BYTE.as_pointer())

    return kind(address, like), codegen


def _entry(builder, table, index):
    """The address of an entry of a table that is no part of the state."""
    address = builder.add(table, builder.mul(index, WORD(8)))
    return builder.inttoptr(address, WORD.as_pointer())


@intrinsic
def entry(typingctx, table, index):
    """An entry of the table of translations."""

    def codegen(context, builder, sig, args):
        return builder.load(_entry(builder, *args))

    return types.int64(types.int64, types.int64), codegen


@intrinsic
def note(typingctx, table, index, value):
    """Put a number into the table of translations."""

    def codegen(context, builder, sig, args):
        builder.store(args[2], _entry(builder, *args[:2]))
        return args[2]

    return types.int64(types.int64, types.int64, types.int64), codegen
