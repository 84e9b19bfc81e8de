"""The random words of a lane."""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from ..generators import advance, state_words
from .function import KernelFunction
from .shape import KernelShape
from .vector import Vector, join

__all__ = ["DRAW_ARRAYS", "DRAW_NUMBERS", "Draws", "write_draw"]

DRAW_ARRAYS = {"generators": 32, "words": 32}
DRAW_NUMBERS = ("rows", "lanes", "lane_units")


class Draws:
    """The words of one lane in one row.

    Takes the array `generators` and the numbers `lanes` and `lane_units` of the kernel: how many
    generators stand in memory for a lane, of which it may walk fewer.
    """

    def __init__(self, kernel: KernelFunction, shape: KernelShape, lane: Any) -> None:
        self._kernel, self._shape = kernel, shape
        builder, numbers = kernel.builder, kernel.numbers
        size = builder.mul(numbers["lanes"], numbers["lane_units"])
        place = builder.mul(lane, numbers["lane_units"])
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

    def draw_quarters(self) -> list[Vector]:
        """The next words as `decide` takes them: of replicas 0, 4, 8, ..., of 1, 5, 9, ..."""
        shape = self._shape
        words = join(self.draw())

        def place(replica: int) -> int | None:
            unit, draw = divmod(replica, shape.draws)
            return draw * shape.units + unit if unit < shape.units else None

        return [
            words.picked([place(replica) for replica in range(first, shape.width, 4)])
            for first in range(4)
        ]


def write_draw(module: ir.Module, name: str, shape: KernelShape) -> None:
    """A function that stores random words.

    generators : state of a `GeneratorBank`, shape (state_words, lanes, lane_units)
    words : shape (rows, lanes, replicas)
    """
    kernel = KernelFunction(module, name, DRAW_ARRAYS, DRAW_NUMBERS)
    builder, lanes = kernel.builder, kernel.numbers["lanes"]

    def row(index: Any, _: list[Vector]) -> Sequence[Vector]:
        def lane(number: Any, _: list[Vector]) -> Sequence[Vector]:
            place = builder.add(builder.mul(index, lanes), number)
            place = builder.mul(place, kernel.constant(shape.replicas))
            for draw, word in enumerate(Draws(kernel, shape, number).draw()):
                offset = builder.add(place, kernel.constant(draw * shape.units))
                kernel.arrays["words"].put(offset, word)
            return ()

        kernel.loop(lanes, lane)
        return ()

    kernel.loop(kernel.numbers["rows"], row)
    builder.ret_void()
