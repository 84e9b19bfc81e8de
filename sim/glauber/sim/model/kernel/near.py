"""Fields of p-bits that have many couplings, all of them 1 or -1."""

from collections.abc import Callable, Sequence
from typing import Any

from .fields import Fields
from .function import KernelFunction
from .shape import KernelShape
from .vector import Vector, join

__all__ = ["NearFields"]

_Add = Callable[[Vector, Vector], Vector]


class NearFields(Fields):
    """Fields from states that stand in bytes too, 0 or -1: a coupling is one addition from memory.

    Takes these arrays of the kernel, and the number `pbits`, of those that others read:

    named, homes, middle, readings : as of `NearRows`
    bytes : shape (pbits + 1, width)
        Room for their states, and for those that nobody reads.
    """

    def __init__(self, kernel: KernelFunction, shape: KernelShape) -> None:
        super().__init__(kernel, shape)
        arrays = kernel.arrays

        def copy(number: Any, _: list[Vector]) -> Sequence[Vector]:
            place = arrays["named"].word(number)
            self._write(number, arrays["states"].behind(place).bits(0, shape.width))
            return ()

        kernel.loop(kernel.numbers["pbits"], copy)

    def put(self, cell: Any, states: Vector) -> None:
        self._write(self._kernel.arrays["homes"].word(cell), states)

    def _write(self, number: Any, states: Vector) -> None:
        place = self._kernel.builder.mul(number, self._kernel.constant(self._shape.width))
        self._kernel.arrays["bytes"].put(place, states.filled(8))

    def index(self, cell: Any) -> Vector:
        start, end = self._span(cell)
        middle = self._kernel.arrays["middle"].word(cell)
        totals = [self._spread("bases", cell)] * len(self._parts)
        totals = self._add(start, middle, Vector.__sub__, totals)
        return join(self._add(middle, end, Vector.__add__, totals))

    def _add(self, start: Any, end: Any, add: _Add, totals: list[Vector]) -> list[Vector]:
        kernel, builder, shape = self._kernel, self._kernel.builder, self._shape
        readings = kernel.arrays["readings"].behind(start)

        def coupling(index: Any, totals: list[Vector]) -> Sequence[Vector]:
            place = builder.mul(readings.word(index), kernel.constant(shape.width))
            states = kernel.arrays["bytes"].behind(place)
            return [
                add(total, states.vector(first, shape.part))
                for first, total in zip(self._parts, totals, strict=True)
            ]

        return kernel.loop(builder.sub(end, start), coupling, *totals)
