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
from collections.abc import Callable, Iterable
from typing import Any

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
    """One arena: bytes ("B") or 64-bit integers ("q"), `offset` bytes from the state's pointer."""

    def __init__(self, name: str, format: str, offset: int) -> None:
        super().__init__(f"Arena({name}, {format}, {offset})")
        self.arena = name
        self.element = BYTE if format == "B" else WORD
        self.offset = offset


class StateType(types.Type):
    """The whole state, with its arenas as attributes."""

    def __init__(self, arenas: Iterable[tuple[str, str, int]]) -> None:
        self.arenas = {name: ArenaType(name, form, offset) for name, form, offset in arenas}
        super().__init__(f"State({', '.join(str(a) for a in self.arenas.values())})")


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
def state(typingctx, pointer, like):
    """The state at an address; `like` is the type, wrapped as Numba wraps types."""
    kind = like.instance_type

    def codegen(context, builder, sig, args):
        return args[0]

    return kind(pointer, like), codegen


def as_it_is(*_: object, **__: object) -> Callable[[Any], Any]:
    """Stands for njit where nothing is to be compiled."""
    return lambda function: function
