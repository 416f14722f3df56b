"""How compiled functions call each other: as C's do.

Numba's own functions return a status, and their result through a pointer, since anything in Python
may raise. A machine's functions raise nothing: without that, a third of their code is gone.
"""

from __future__ import annotations

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
from llvmlite import ir
from numba.core.callconv import RETCODE_OK, BaseCallConv, Status
from numba.core.errors import LoweringError

_NO, _YES = ir.Constant(ir.IntType(1), 0), ir.Constant(ir.IntType(1), 1)
_FINE = Status(
    code=RETCODE_OK,
    is_ok=_YES,
    is_none=_NO,
    is_error=_NO,
    is_stop_iteration=_NO,
    is_python_exc=_NO,
    is_user_exc=_NO,
    excinfoptr=None,
)


class Plain(BaseCallConv):
    """A function takes its arguments and returns its result."""

    def _make_call_helper(self, builder):
        return None

    def get_function_type(self, restype, argtypes):
        result = self.context.data_model_manager[restype].get_return_type()
        return ir.FunctionType(result, list(self._get_arg_packer(argtypes).argument_types))

    def decorate_function(self, fn, args, fe_argtypes, noalias=False):
        names = [f"arg.{name}" for name in args]
        self._get_arg_packer(fe_argtypes).assign_names(fn.args, names)

    def get_arguments(self, func):
        return func.args

    def call_function(self, builder, callee, resty, argtys, args):
        values = self._get_arg_packer(argtys).as_arguments(builder, args)
        result = builder.call(callee, values)
        return _FINE, self.context.get_returned_value(builder, resty, result)

    def return_value(self, builder, retval):
        builder.ret(retval)

    def return_status_propagate(self, builder, status):
        builder.unreachable()

    def return_user_exc(self, builder, exc, exc_args=None, loc=None, func_name=None):
        if loc is not None:
            raise LoweringError(f"{func_name} raises {exc}: a machine's functions cannot", loc)
        builder.unreachable()  # where a range's step is 0, which is checked even of constants
