"""A function of a kernel: arguments, loops, and arrays of integers."""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir

from .vector import Vector, load, load_bits, splat, store, store_bits

__all__ = ["Array", "KernelFunction"]

_WORD = ir.IntType(64)


class Array:
    """An array of integers of `bits` bits, given to the function by its address, `pointer`."""

    def __init__(self, builder: ir.IRBuilder, pointer: Any, bits: int) -> None:
        self._builder = builder
        self.pointer = pointer
        self._type = ir.IntType(bits)
        self._shift = (bits // 8).bit_length() - 1

    def _at(self, index: Any) -> Any:
        index = _WORD(index) if isinstance(index, int) else index
        return self._builder.gep(self.pointer, [index], inbounds=True, source_etype=self._type)

    def behind(self, index: Any) -> "Array":
        """The array from `index` on."""
        return Array(self._builder, self._at(index), self._type.width)

    def scalar(self, index: Any) -> Any:
        """The integer at `index`."""
        return self._builder.load(self._at(index), typ=self._type)

    def word(self, index: Any) -> Any:
        """The integer at `index`, with its sign, as one that can be an index."""
        return self._builder.sext(self.scalar(index), _WORD)

    def vector(self, index: Any, size: int) -> Vector:
        """`size` integers from `index` on."""
        return load(self._builder, self._at(index), self._type.width, size)

    def put(self, index: Any, vector: Vector) -> None:
        """Stores a vector from `index` on."""
        store(vector, self._at(index))

    def bits(self, index: Any, size: int) -> Vector:
        """`size` bits from the byte at `index` on."""
        return load_bits(self._builder, self._at(index), size)

    def put_bits(self, index: Any, vector: Vector) -> None:
        """Stores elements of 1 bit from the byte at `index` on."""
        store_bits(vector, self._at(index))

    def addresses(self, indices: Vector) -> Any:
        """The addresses of the elements at `indices`, none of which is negative."""
        builder = self._builder
        wide = ir.VectorType(_WORD, indices.size)
        offsets = Vector(builder, builder.zext(indices.value, wide)) << self._shift
        start = splat(builder, builder.ptrtoint(self.pointer, _WORD), indices.size)
        pointers = ir.VectorType(ir.PointerType(), indices.size)
        return builder.inttoptr((offsets + start).value, pointers)


class KernelFunction:
    """A function without a result that takes arrays, which do not overlap, and then numbers.

    arrays : widths of the elements of the arrays in bits, by name
    numbers : names of the 64-bit numbers
    """

    def __init__(
        self, module: ir.Module, name: str, arrays: dict[str, int], numbers: Sequence[str]
    ):
        pointers = [ir.PointerType()] * len(arrays)
        kind = ir.FunctionType(ir.VoidType(), [*pointers, *[_WORD] * len(numbers)])
        self.module = module
        self.function = ir.Function(module, kind, name)
        self.builder = ir.IRBuilder(self.function.append_basic_block())
        self.arrays: dict[str, Array] = {}
        for argument, (array, bits) in zip(self.function.args, arrays.items(), strict=False):
            argument.add_attribute("noalias")
            self.arrays[array] = Array(self.builder, argument, bits)
        self.numbers = dict(zip(numbers, self.function.args[len(arrays) :], strict=True))

    def constant(self, value: int) -> Any:
        """A 64-bit number."""
        return _WORD(value)

    def loop(
        self, count: Any, body: Callable[[Any, list[Vector]], Sequence[Vector]], *start: Vector
    ) -> list[Vector]:
        """`count` times `body(index, values)`, which returns the next values; the last of them."""
        builder, before = self.builder, self.builder.block
        head, inner, end = (self.function.append_basic_block() for _ in range(3))
        builder.branch(head)
        builder.position_at_end(head)
        index = builder.phi(_WORD)
        carried = [builder.phi(vector.value.type) for vector in start]
        builder.cbranch(builder.icmp_signed("<", index, count), inner, end)
        builder.position_at_end(inner)
        values = [Vector(builder, value) for value in carried]
        following = body(index, values)
        index.add_incoming(_WORD(0), before)
        index.add_incoming(builder.add(index, _WORD(1)), builder.block)
        for phi, first, later in zip(carried, start, following, strict=True):
            phi.add_incoming(first.value, before)
            phi.add_incoming(later.value, builder.block)
        builder.branch(head)
        builder.position_at_end(end)
        return values
