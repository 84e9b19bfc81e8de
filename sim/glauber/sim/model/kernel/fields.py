"""The fields of cells."""

from collections.abc import Sequence
from typing import Any

from .function import KernelFunction
from .shape import KernelShape
from .vector import Vector, join, splat

__all__ = ["Fields"]


class Fields:
    """The fields of a cell, which is one lane of one row, as indices into its table.

    Takes the arrays `states`, `start`, `couplings` and `bases` of the kernel.
    """

    def __init__(self, kernel: KernelFunction, shape: KernelShape) -> None:
        self._kernel, self._shape = kernel, shape
        self._parts = range(0, shape.width, shape.part)

    def put(self, cell: Any, states: Vector) -> None:
        """A cell has new states, which stand in the array `states` already."""

    def index(self, cell: Any) -> Vector:
        """The base of the cell, and the couplings to all neighbours that are +1."""
        kernel, builder = self._kernel, self._kernel.builder
        arrays = kernel.arrays
        start, end = self._span(cell)

        def coupling(index: Any, totals: list[Vector]) -> Sequence[Vector]:
            place = builder.shl(builder.add(start, index), kernel.constant(1))
            states = arrays["states"].behind(arrays["couplings"].word(place))
            value = self._spread("couplings", builder.add(place, kernel.constant(1)))
            return [
                (total + value).where(states.bits(first // 8, self._shape.part), total)
                for first, total in zip(self._parts, totals, strict=True)
            ]

        base = self._spread("bases", cell)
        return join(kernel.loop(builder.sub(end, start), coupling, *[base] * len(self._parts)))

    def _span(self, cell: Any) -> tuple[Any, Any]:
        """Where the couplings of a cell begin and end."""
        start, kernel = self._kernel.arrays["start"], self._kernel
        return start.word(cell), start.word(kernel.builder.add(cell, kernel.constant(1)))

    def _spread(self, array: str, place: Any) -> Vector:
        """A number in all replicas of a part; it stands in its word as often as there is room."""
        shape, builder = self._shape, self._kernel.builder
        number = self._kernel.arrays[array].scalar(place)
        words = max(1, shape.part * shape.field_bits // 32)
        spread = splat(builder, number, words).cast(shape.field_bits)
        return spread.part(0, shape.part)
