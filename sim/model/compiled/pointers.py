"""What compiled code needs of memory: records at an address, called addresses, wide products."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def record_at(typingctx, address, place, dtype):
    """The record number ``place`` of an array that begins at ``address``."""
    record = dtype.dtype

    def codegen(context, builder, signature, args):
        base, index, _ = args
        size = context.get_constant(types.int64, record.size)
        here = builder.add(base, builder.mul(index, size))
        return builder.inttoptr(here, context.get_value_type(record))

    return record(types.int64, types.int64, dtype), codegen


@intrinsic
def pointer(typingctx, address):
    """An address as a pointer."""

    def codegen(context, builder, signature, args):
        return builder.inttoptr(args[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), codegen


@intrinsic
def call_at(typingctx, address, which, x, y):
    """Call the function ``double (int64, double, double)`` at an address."""

    def codegen(context, builder, signature, args):
        real, whole = ir.DoubleType(), ir.IntType(64)
        kind = ir.FunctionType(real, (whole, real, real))
        function = builder.inttoptr(args[0], kind.as_pointer())
        return builder.call(function, args[1:])

    return types.float64(types.int64, types.int64, types.float64, types.float64), codegen


@intrinsic
def high_word(typingctx, a, b):
    """The upper 64 bits of a product of two unsigned numbers of 64 bits."""

    def codegen(context, builder, signature, args):
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), codegen
