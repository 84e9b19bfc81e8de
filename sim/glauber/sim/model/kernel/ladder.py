"""Thresholds of replicas that have temperatures of their own."""

from collections.abc import Sequence
from typing import Any

from .function import KernelFunction
from .lookup import gather, halves
from .shape import KernelShape
from .vector import Vector, splat

__all__ = ["LadderTables"]


class LadderTables:
    """The tables of each replica: looked up, or if there are few entries gone through one by one.

    Takes the number `entries` and these arrays of the kernel:

    tables : as of `lookup.arrange`, shape (temperatures, 2, entries)
    rungs : shape (2, width / 2)
        Where the tables of the even replicas begin, and of the odd ones.
    columns : shape (2, blended, 2, width)
        Room for thresholds of all replicas, by parity and entry: low bytes, then high ones.
    """

    def __init__(self, kernel: KernelFunction, shape: KernelShape) -> None:
        self._kernel, self._shape = kernel, shape
        half = shape.width // 2
        self._rungs = [kernel.arrays["rungs"].vector(first, half) for first in (0, half)]
        if shape.blended:
            parities = kernel.constant(2)
            kernel.loop(parities, lambda parity, _: self._write_columns(parity))

    def lookup(self, parity: Any, index: Vector) -> tuple[Vector, Vector]:
        """The thresholds of the even and of the odd replicas, as `lookup.lookup`."""
        if self._shape.blended:
            return self._blend(parity, index)
        even, odd = (
            self._look(parity, half, rungs)
            for half, rungs in zip(halves(index), self._rungs, strict=True)
        )
        return even, odd

    def _look(self, parity: Any, index: Vector, rungs: Vector) -> Vector:
        table = self._kernel.builder.mul(parity, self._kernel.numbers["entries"])
        return gather(self._kernel.arrays["tables"].behind(table), index + rungs)

    def _column(self, parity: Any, entry: Any) -> Any:
        """Where the column of an entry begins."""
        builder, shape = self._kernel.builder, self._shape
        number = builder.add(builder.mul(parity, self._kernel.constant(shape.blended)), entry)
        return builder.mul(number, self._kernel.constant(2 * shape.width))

    def _write_columns(self, parity: Any) -> Sequence[Vector]:
        kernel, builder = self._kernel, self._kernel.builder
        half = self._shape.width // 2

        def column(entry: Any, _: list[Vector]) -> Sequence[Vector]:
            index = splat(builder, builder.trunc(entry, self._rungs[0].value.type.element), half)
            even, odd = (self._look(parity, index, rungs) for rungs in self._rungs)
            columns = kernel.arrays["columns"].behind(self._column(parity, entry))
            columns.put(0, (even & 0x00FF | odd << 8).cast(8))
            columns.put(self._shape.width, (even >> 8 | odd & 0xFF00).cast(8))
            return ()

        kernel.loop(kernel.constant(self._shape.blended), column)
        return ()

    def _blend(self, parity: Any, index: Vector) -> tuple[Vector, Vector]:
        width = self._shape.width
        first = self._kernel.arrays["columns"].behind(
            self._column(parity, self._kernel.constant(0))
        )
        low, high = first.vector(0, width), first.vector(width, width)
        for entry in range(1, self._shape.blended):
            chosen = index.equals(entry)
            place = 2 * width * entry
            low = first.vector(place, width).where(chosen, low)
            high = first.vector(place + width, width).where(chosen, high)
        low, high = low.cast(16), high.cast(16)
        return low & 0x00FF | high << 8, low >> 8 | high & 0xFF00
