"""The code of the inner loops."""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from ..generators import advance, state_words
from .decide import decide
from .function import Array, KernelFunction
from .shape import KernelShape
from .vector import Vector, splat

__all__ = [
    "DRAW_ARRAYS",
    "DRAW_NUMBERS",
    "SWEEP_ARRAYS",
    "SWEEP_NUMBERS",
    "write_draw",
    "write_sweep",
]

# Widths of the elements of the arrays, in bits.
SWEEP_ARRAYS = {
    "states": 16,
    "generators": 32,
    "new": 16,
    "targets": 32,
    "start": 32,
    "pbits": 32,
    "couplings2": 32,
    "base": 32,
    "limits": 16,
    "sweeps": 32,
}
SWEEP_NUMBERS = ("steps", "entries", "rows", "lanes")
DRAW_ARRAYS = {"generators": 32, "words": 32}
DRAW_NUMBERS = ("rows", "lanes")


class _Draws:
    """The words of one lane in one row."""

    def __init__(self, kernel: KernelFunction, shape: KernelShape, lane: Any) -> None:
        self._kernel, self._shape = kernel, shape
        builder = kernel.builder
        size = builder.mul(kernel.numbers["lanes"], kernel.constant(shape.units))
        place = builder.mul(lane, kernel.constant(shape.units))
        self._places = [
            builder.add(place, builder.mul(size, kernel.constant(index)))
            for index in range(state_words(shape.generator))
        ]

    def draw(self) -> list[Vector]:
        """The next words, one draw after the other."""
        shape, generators = self._shape, self._kernel.arrays["generators"]
        state: Sequence[Vector]
        state = [generators.vector(place, shape.units) for place in self._places]
        words = []
        for _ in range(shape.draws):
            word, state = advance(shape.generator, state)
            words.append(word)
        for place, word in zip(self._places, state, strict=True):
            generators.put(place, word)
        return words


def write_draw(module: ir.Module, name: str, shape: KernelShape) -> None:
    """A function that stores random words.

    generators : state of a `GeneratorBank`, shape (state_words, lanes, units)
    words : shape (rows, lanes, replicas)
    """
    kernel = KernelFunction(module, name, DRAW_ARRAYS, DRAW_NUMBERS)
    builder, lanes = kernel.builder, kernel.numbers["lanes"]

    def row(index: Any, _: list[Vector]) -> Sequence[Vector]:
        def lane(number: Any, _: list[Vector]) -> Sequence[Vector]:
            place = builder.add(builder.mul(index, lanes), number)
            place = builder.mul(place, kernel.constant(shape.replicas))
            for draw, word in enumerate(_Draws(kernel, shape, number).draw()):
                offset = builder.add(place, kernel.constant(draw * shape.units))
                kernel.arrays["words"].put(offset, word)
            return ()

        kernel.loop(lanes, lane)
        return ()

    kernel.loop(kernel.numbers["rows"], row)
    builder.ret_void()


def write_sweep(module: ir.Module, name: str, shape: KernelShape, permute: bool) -> None:
    """A function that runs the steps of a schedule, in place.

    states : masks, shape (pbits, replicas)
    generators : as of `write_draw`
    new : shape (lanes, replicas)
        Room for the states of a row.
    targets, start, pbits, couplings2, base : as of `rows.Rows`
    limits : see `decide`; shape (steps, entries)
    sweeps : of each step
    rows, lanes : of a sweep, and of a row
    """
    kernel = KernelFunction(module, name, SWEEP_ARRAYS, SWEEP_NUMBERS)
    builder, arrays = kernel.builder, kernel.arrays
    rows, lanes = kernel.numbers["rows"], kernel.numbers["lanes"]
    width = kernel.constant(shape.replicas)

    def add_couplings(cell: Any) -> Vector:
        start = arrays["start"].word(cell)
        end = arrays["start"].word(builder.add(cell, kernel.constant(1)))

        def coupling(index: Any, total: list[Vector]) -> Sequence[Vector]:
            index = builder.add(start, index)
            place = builder.mul(arrays["pbits"].word(index), width)
            masks = arrays["states"].vector(place, shape.replicas).resized(shape.field_bits)
            return (total[0] + (masks & number("couplings2", index)),)

        return kernel.loop(builder.sub(end, start), coupling, number("base", cell))[0]

    def number(array: str, index: Any) -> Vector:
        value = arrays[array].scalar(index)
        if shape.field_bits < value.type.width:
            value = builder.trunc(value, ir.IntType(shape.field_bits))
        return splat(builder, value, shape.replicas)

    def row(index: Any, limits: Array) -> Sequence[Vector]:
        def lane(number: Any, _: list[Vector]) -> Sequence[Vector]:
            field = add_couplings(builder.add(builder.mul(index, lanes), number))
            words = _Draws(kernel, shape, number).draw()
            new = decide(words, field, limits, permute)
            arrays["new"].put(builder.mul(number, width), new)
            return ()

        target = builder.mul(arrays["targets"].word(index), width)

        def write(number: Any, _: list[Vector]) -> Sequence[Vector]:
            offset = builder.mul(number, width)
            new = arrays["new"].vector(offset, shape.replicas)
            arrays["states"].put(builder.add(target, offset), new)
            return ()

        kernel.loop(lanes, lane)
        # All lanes of a row see the states from before it.
        kernel.loop(lanes, write)
        return ()

    def step(index: Any, _: list[Vector]) -> Sequence[Vector]:
        limits = arrays["limits"].behind(builder.mul(index, kernel.numbers["entries"]))

        def sweep(_index: Any, _: list[Vector]) -> Sequence[Vector]:
            kernel.loop(rows, lambda index, _: row(index, limits))
            return ()

        kernel.loop(arrays["sweeps"].word(index), sweep)
        return ()

    kernel.loop(kernel.numbers["steps"], step)
    builder.ret_void()
