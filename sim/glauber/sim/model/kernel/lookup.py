"""Thresholds by the number of a field: from registers where there are few, else from memory."""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from .function import Array
from .shape import REGISTER_ENTRIES, KernelShape
from .vector import Vector, join

__all__ = ["arrange", "blended_for", "entries_of", "gather", "halves", "lookup", "registers_for"]

_GATHERED = 16  # at once
_REGISTERS = (1, 2, 4)
# Of so many entries, going through all of them is faster than looking one up.
_BLENDED = (4, 8, 16, 32)


def registers_for(entries: int, features: frozenset[str]) -> int:
    """How many registers hold so many thresholds on a computer with these features; 0 if none."""
    if "avx512vbmi" not in features:
        return 0
    return next((count for count in _REGISTERS if entries <= count * REGISTER_ENTRIES), 0)


def blended_for(entries: int) -> int:
    """The entries to go through for tables of so many, one for each replica; 0 to look them up."""
    return next((count for count in _BLENDED if entries <= count), 0)


def entries_of(shape: KernelShape, entries: int) -> int:
    """Words of 16 bits that a table of `entries` thresholds takes."""
    # What looks up in memory reads 32 bits at once, one word behind the last threshold too.
    return shape.registers * REGISTER_ENTRIES or max(shape.blended, entries) + 1


def arrange(shape: KernelShape, tables: NDArray[np.int16]) -> NDArray[np.int16]:
    """Tables, shape (..., entries), as `lookup` takes them: for registers, low bytes first."""
    *outer, entries = tables.shape
    room = np.zeros((*outer, entries_of(shape, entries)), np.int16)
    room[..., :entries] = tables
    if not shape.registers:
        return room
    pairs = room.view(np.uint8).reshape(*outer, -1, 2)
    return np.ascontiguousarray(pairs.swapaxes(-1, -2)).reshape(*outer, -1).view(np.int16)


def lookup(shape: KernelShape, table: Array, index: Vector) -> tuple[Vector, Vector]:
    """The thresholds at the even and at the odd elements of `index`, of 16 bits."""
    if shape.registers:
        return _permute(table, shape.registers, index)
    even, odd = halves(index)
    return gather(table, even), gather(table, odd)


def halves(index: Vector) -> tuple[Vector, Vector]:
    """The even and the odd elements, of 32 bits."""
    if index.bits == 32:
        even, odd = (index.picked(range(first, index.size, 2)) for first in (0, 1))
    else:
        pairs = index.cast(2 * index.bits)
        even, odd = pairs & (1 << index.bits) - 1, pairs >> index.bits
    return even.extended(32), odd.extended(32)


def _permute(table: Array, registers: int, index: Vector) -> tuple[Vector, Vector]:
    low, high = (
        _in_parts(
            index, REGISTER_ENTRIES, lambda part, half=half: _look(table, registers, half, part)
        )
        for half in (0, 1)
    )
    low, high = low.cast(16), high.cast(16)
    return low & 0x00FF | high << 8, low >> 8 | high & 0xFF00


def _look(table: Array, registers: int, half: int, index: Vector) -> Vector:
    """The low or the high bytes of the thresholds, from registers."""
    words = REGISTER_ENTRIES // 2
    first = half * registers * words
    held = [table.vector(first + number * words, words).cast(8) for number in range(registers)]
    if registers == 1:
        return held[0].call("llvm.x86.avx512.permvar.qi.512", index.value)
    found = [
        low.call("llvm.x86.avx512.vpermi2var.qi.512", index.value, high.value)
        for low, high in zip(held[::2], held[1::2], strict=True)
    ]
    return found[-1].where(index.negative, found[0])


def _in_parts(index: Vector, size: int, look: Callable[[Vector], Vector]) -> Vector:
    parts = [look(index.part(first, size)) for first in range(0, index.size, size)]
    return join(parts).part(0, index.size)


def gather(table: Array, index: Vector) -> Vector:
    """The thresholds at the elements of `index`, of 32 bits; of 16 bits."""
    builder = index.builder
    size = min(_GATHERED, index.size)
    words, bits = ir.VectorType(ir.IntType(32), size), ir.VectorType(ir.IntType(1), size)
    everywhere = ir.Constant(bits, [1] * size)
    nothing = ir.Constant(words, ir.Undefined)
    name = f"llvm.masked.gather.v{size}i32.v{size}p0"

    def look(part: Vector) -> Vector:
        addresses = table.addresses(part)
        function: Any = builder.module.globals.get(name) or ir.Function(
            builder.module,
            ir.FunctionType(words, [addresses.type, ir.IntType(32), bits, words]),
            name,
        )
        arguments = [addresses, ir.IntType(32)(2), everywhere, nothing]
        return Vector(builder, builder.call(function, arguments)).truncated(16)

    return _in_parts(index, size, look)
