"""New states from fields and random words, in vectors."""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir

from glauber.hdl.facts.noise import EXPONENT_BITS, EXPONENT_MAX, MANTISSA_BITS

from .function import Array
from .vector import Vector

__all__ = ["PERMUTED", "decide", "limit_entries", "word_key"]

PERMUTED = 32  # entries of 16 bits that a register of 512 bits holds
_GATHERED = 16  # at once
# Of a float32: the bias of the exponent, and the bits below it.
_FLOAT_BIAS = 127
_FLOAT_FRACTION = 23

Lookup = Callable[[Array, Vector], Vector]


def word_key(word: Vector) -> Vector:
    """`leading ones << 10 | mantissa` of random words: see `noise`."""
    zeros = ~(word >> MANTISSA_BITS) & (1 << EXPONENT_BITS) - 1
    # The exponent of a float is the position of the highest set bit; 21 bits convert exactly.
    exponent = zeros.float_bits >> _FLOAT_FRACTION
    ones = ((exponent ^ -1) + (_FLOAT_BIAS + EXPONENT_BITS)).minimum(EXPONENT_MAX)
    return ones << MANTISSA_BITS | word & (1 << MANTISSA_BITS) - 1


def decide(words: Sequence[Vector], field: Vector, limits: Array, permute: bool) -> Vector:
    """New states as masks: the sign of the field, unless noise of the other sign outvotes it.

    words : of one draw after the other
    limits : for each magnitude of a field, the key from which on the noise outvotes it
    permute : whether the table fits a register, and this computer can look up in one
    """
    # Keys have 15 bits.
    keys = Vector.join([word_key(word).resized(16) for word in words])
    signs = Vector.join([word.sign.resized(16) for word in words])
    negative = field.sign
    magnitude = (field ^ negative) - negative
    limit = (_permute if permute else _gather)(limits, magnitude)
    negative = negative.resized(16)
    opposed = signs ^ negative
    return ~(negative ^ (keys.at_least(limit) & opposed))


def limit_entries(fields: int) -> int:
    """Entries that a table for `fields` magnitudes must have, for what is read with them."""
    return max(PERMUTED, fields + 1)


def _function(builder: ir.IRBuilder, name: str, result: Any, *arguments: Any) -> ir.Function:
    module = builder.module
    if name not in module.globals:
        return ir.Function(module, ir.FunctionType(result, arguments), name)
    return module.globals[name]


def _in_parts(index: Vector, size: int, look: Callable[[Vector], Vector]) -> Vector:
    parts = [look(index.part(first, size)) for first in range(0, index.size, size)]
    return Vector.join(parts).part(0, index.size)


def _permute(table: Array, index: Vector) -> Vector:
    """Entries of a table of `PERMUTED`, from a register."""
    entries = table.vector(ir.IntType(64)(0), PERMUTED)
    kind = entries.value.type
    function = _function(index.builder, "llvm.x86.avx512.permvar.hi.512", kind, kind, kind)

    def look(part: Vector) -> Vector:
        part = part.resized(16)
        return Vector(index.builder, index.builder.call(function, [entries.value, part.value]))

    return _in_parts(index, PERMUTED, look)


def _gather(table: Array, index: Vector) -> Vector:
    """Entries of a table of any length, from memory; one more is read behind them."""
    builder = index.builder
    size = min(_GATHERED, index.size)
    words, bits = ir.VectorType(ir.IntType(32), size), ir.VectorType(ir.IntType(1), size)
    addresses = ir.VectorType(ir.PointerType(), size)
    name = f"llvm.masked.gather.v{size}i32.v{size}p0"
    function = _function(builder, name, words, addresses, ir.IntType(32), bits, words)

    def look(part: Vector) -> Vector:
        found = builder.call(
            function,
            [
                table.addresses(part),
                ir.IntType(32)(2),
                ir.Constant(bits, [1] * size),
                ir.Constant(words, ir.Undefined),
            ],
        )
        return Vector(builder, found).resized(16)

    return _in_parts(index, size, look)
