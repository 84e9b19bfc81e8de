"""Vectors of integers in the code of a kernel, with the operators of NumPy arrays.

What is written with these operators, such as a generator, serves NumPy and the kernels alike.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

__all__ = ["Vector", "load", "splat", "store"]

_FLOAT = ir.FloatType()
_INDEX = ir.IntType(32)


def _vector_type(bits: int, size: int) -> ir.VectorType:
    return ir.VectorType(ir.IntType(bits), size)


class Vector:
    """`size` integers of `bits` bits each, as the value of an instruction.

    `+ - & | ^ ~ << >>` work element by element, modulo `2**bits`; `>>` shifts in zeros. The other
    operand is a vector of the same kind or an integer.
    """

    def __init__(self, builder: ir.IRBuilder, value: Any) -> None:
        self.builder = builder
        self.value = value
        self.size: int = value.type.count
        self.bits: int = value.type.element.width

    def _of(self, other: "Vector | int") -> Any:
        if isinstance(other, Vector):
            return other.value
        return ir.Constant(self.value.type, [other] * self.size)

    def _do(self, name: str, other: "Vector | int") -> "Vector":
        return Vector(self.builder, getattr(self.builder, name)(self.value, self._of(other)))

    def __add__(self, other: "Vector | int") -> "Vector":
        return self._do("add", other)

    def __sub__(self, other: "Vector | int") -> "Vector":
        return self._do("sub", other)

    def __and__(self, other: "Vector | int") -> "Vector":
        return self._do("and_", other)

    def __or__(self, other: "Vector | int") -> "Vector":
        return self._do("or_", other)

    def __xor__(self, other: "Vector | int") -> "Vector":
        return self._do("xor", other)

    def __lshift__(self, other: "Vector | int") -> "Vector":
        return self._do("shl", other)

    def __rshift__(self, other: "Vector | int") -> "Vector":
        return self._do("lshr", other)

    def __invert__(self) -> "Vector":
        return Vector(self.builder, self.builder.not_(self.value))

    @property
    def sign(self) -> "Vector":
        """All ones where the top bit is set, 0 elsewhere."""
        return self._do("ashr", self.bits - 1)

    @property
    def float_bits(self) -> "Vector":
        """The bits of the elements, which are not negative, as numbers of float32; of 32 bits."""
        floats = self.builder.sitofp(self.value, ir.VectorType(_FLOAT, self.size))
        return Vector(self.builder, self.builder.bitcast(floats, self.value.type))

    def at_least(self, other: "Vector") -> "Vector":
        """All ones where an element is not below that of `other`, both with a sign; else 0."""
        found = self.builder.icmp_signed(">=", self.value, other.value)
        return Vector(self.builder, self.builder.sext(found, self.value.type))

    def minimum(self, other: int) -> "Vector":
        """The smaller of each element and `other`, both with a sign."""
        below = self.builder.icmp_signed("<", self.value, self._of(other))
        return Vector(self.builder, self.builder.select(below, self.value, self._of(other)))

    def resized(self, bits: int) -> "Vector":
        """With `bits` bits each: low bits are kept, signs are extended."""
        if bits == self.bits:
            return self
        resize = self.builder.trunc if bits < self.bits else self.builder.sext
        return Vector(self.builder, resize(self.value, _vector_type(bits, self.size)))

    def part(self, first: int, size: int) -> "Vector":
        """The elements from `first` on; beyond the last one they are anything."""
        places = [place if place < self.size else None for place in range(first, first + size)]
        return self._shuffled(self.value, places)

    def joined(self, other: "Vector") -> "Vector":
        """These elements and then those of `other`, which are as many."""
        return self._shuffled(other.value, list(range(2 * self.size)))

    def _shuffled(self, other: Any, places: Sequence[int | None]) -> "Vector":
        mask = ir.Constant(_vector_type(32, len(places)), [place or 0 for place in places])
        return Vector(self.builder, self.builder.shuffle_vector(self.value, other, mask))

    @staticmethod
    def join(parts: Sequence["Vector"]) -> "Vector":
        """All parts, a power of two of them, one after the other."""
        while len(parts) > 1:
            parts = [low.joined(high) for low, high in zip(parts[::2], parts[1::2], strict=True)]
        return parts[0]


def splat(builder: ir.IRBuilder, value: Any, size: int) -> Vector:
    """A vector of `size` times the integer `value`."""
    vector = ir.VectorType(value.type, size)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, _INDEX(0))
    zeros = ir.Constant(_vector_type(32, size), [0] * size)
    return Vector(builder, builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), zeros))


def load(builder: ir.IRBuilder, pointer: Any, bits: int, size: int) -> Vector:
    """The `size` integers of `bits` bits at `pointer`."""
    return Vector(builder, builder.load(pointer, align=bits // 8, typ=_vector_type(bits, size)))


def store(vector: Vector, pointer: Any) -> None:
    """Stores a vector at `pointer`."""
    vector.builder.store(vector.value, pointer, align=vector.bits // 8)
