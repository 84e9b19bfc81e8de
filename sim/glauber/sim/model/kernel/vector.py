"""Vectors of integers in the code of a kernel, with the operators of NumPy arrays.

What is written with these operators, such as a generator, serves NumPy and the kernels alike.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

__all__ = ["Vector", "join", "load", "load_bits", "splat", "store", "store_bits"]

_FLOAT = ir.FloatType()
_INDEX = ir.IntType(32)
_BYTE = 8


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
    def negative(self) -> "Vector":
        """Of 1 bit each: whether the top bit is set."""
        return Vector(self.builder, self.builder.icmp_signed("<", self.value, self._of(0)))

    @property
    def float_bits(self) -> "Vector":
        """The bits of the elements, which are not negative, as numbers of float32; of 32 bits."""
        floats = self.builder.sitofp(self.value, ir.VectorType(_FLOAT, self.size))
        return Vector(self.builder, self.builder.bitcast(floats, self.value.type))

    def call(self, name: str, *others: Any) -> "Vector":
        """An intrinsic function whose result and first argument are of this kind."""
        kind = self.value.type
        module = self.builder.module
        if name not in module.globals:
            kinds = [other.type for other in others]
            ir.Function(module, ir.FunctionType(kind, [kind, *kinds]), name)
        function = module.globals[name]
        return Vector(self.builder, self.builder.call(function, [self.value, *others]))

    @property
    def leading_zeros(self) -> "Vector":
        """How many of the highest bits are 0."""
        return self.call(f"llvm.ctlz.v{self.size}i{self.bits}", ir.IntType(1)(0))

    def saturated_difference(self, other: "Vector") -> "Vector":
        """`self - other` with signs, no farther than the bits reach."""
        return self.call(f"llvm.ssub.sat.v{self.size}i{self.bits}", other.value)

    def minimum(self, other: int) -> "Vector":
        """The smaller of each element and `other`, both with a sign."""
        below = self.builder.icmp_signed("<", self.value, self._of(other))
        return Vector(self.builder, self.builder.select(below, self.value, self._of(other)))

    def equals(self, other: int) -> "Vector":
        """Of 1 bit each: whether an element is `other`."""
        return Vector(self.builder, self.builder.icmp_signed("==", self.value, self._of(other)))

    def where(self, chosen: "Vector", other: "Vector") -> "Vector":
        """These elements where `chosen`, of 1 bit each, is set; elsewhere those of `other`."""
        value = self.builder.select(chosen.value, self.value, other.value)
        return Vector(self.builder, value)

    def cast(self, bits: int) -> "Vector":
        """The same bits as elements of `bits` bits, low ones first."""
        kind = _vector_type(bits, self.size * self.bits // bits)
        return Vector(self.builder, self.builder.bitcast(self.value, kind))

    def extended(self, bits: int) -> "Vector":
        """With `bits` bits each, which may be as many as before: zeros are put in front."""
        if bits == self.bits:
            return self
        return Vector(self.builder, self.builder.zext(self.value, _vector_type(bits, self.size)))

    def filled(self, bits: int) -> "Vector":
        """Of elements of 1 bit: all `bits` bits of each like it."""
        return Vector(self.builder, self.builder.sext(self.value, _vector_type(bits, self.size)))

    def truncated(self, bits: int) -> "Vector":
        """The low `bits` bits of each, which are fewer than before."""
        return Vector(self.builder, self.builder.trunc(self.value, _vector_type(bits, self.size)))

    def picked(self, places: Sequence[int | None]) -> "Vector":
        """The elements at these places; anything where there is none."""
        if list(places) == list(range(self.size)):
            return self
        mask = [place or 0 for place in places]
        return Vector(
            self.builder,
            self.builder.shuffle_vector(
                self.value,
                ir.Constant(self.value.type, ir.Undefined),
                ir.Constant(_vector_type(32, len(mask)), mask),
            ),
        )

    def part(self, first: int, size: int) -> "Vector":
        """`size` elements from `first` on; beyond the last one they are anything."""
        places = range(first, first + size)
        return self.picked([place if place < self.size else None for place in places])


def join(parts: Sequence[Vector]) -> Vector:
    """All parts of the same kind, a power of two of them, one after the other."""
    while len(parts) > 1:
        parts = [
            Vector(
                low.builder,
                low.builder.shuffle_vector(
                    low.value,
                    high.value,
                    ir.Constant(_vector_type(32, 2 * low.size), list(range(2 * low.size))),
                ),
            )
            for low, high in zip(parts[::2], parts[1::2], strict=True)
        ]
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


def load_bits(builder: ir.IRBuilder, pointer: Any, size: int) -> Vector:
    """The `size` bits at `pointer`, low bits first, as elements of 1 bit."""
    word = builder.load(pointer, align=1, typ=ir.IntType(max(_BYTE, size)))
    if size < _BYTE:
        word = builder.trunc(word, ir.IntType(size))
    return Vector(builder, builder.bitcast(word, _vector_type(1, size)))


def store_bits(vector: Vector, pointer: Any) -> None:
    """Stores a vector of elements of 1 bit; in a byte that it does not fill, zeros behind it."""
    builder = vector.builder
    word = builder.bitcast(vector.value, ir.IntType(vector.size))
    if vector.size < _BYTE:
        word = builder.zext(word, ir.IntType(_BYTE))
    builder.store(word, pointer, align=1)
