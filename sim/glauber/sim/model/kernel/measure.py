"""The code of the loops that measure."""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from .function import KernelFunction
from .vector import Vector, splat

__all__ = [
    "AGREE_ARRAYS",
    "AGREE_NUMBERS",
    "KEEP_ARRAYS",
    "KEEP_NUMBERS",
    "SCORE_ARRAYS",
    "SCORE_NUMBERS",
    "write_agree",
    "write_keep",
    "write_score",
]

# Widths of the elements of the arrays, in bits.
SCORE_ARRAYS = {
    "states": 16,
    "targets": 32,
    "start": 32,
    "pbits": 32,
    "couplings2": 32,
    "base": 32,
    "scores": 32,
}
SCORE_NUMBERS = ("rows", "lanes")
AGREE_ARRAYS = {"states": 16, "own": 32, "other": 32, "counts": 32}
AGREE_NUMBERS = ("words",)
KEEP_ARRAYS = {"states": 16, "chosen": 16, "best": 16}
KEEP_NUMBERS = ("pbits",)


def write_score(module: ir.Module, name: str, replicas: int, field_bits: int) -> None:
    """A function that computes the scores of a block of replicas.

    states : masks, shape (pbits, replicas)
    targets, start, pbits, couplings2, base : as of `rows.Rows`
    scores : shape (replicas,), the result
    rows, lanes : of the walk, and of a row
    """
    kernel = KernelFunction(module, name, SCORE_ARRAYS, SCORE_NUMBERS)
    builder, arrays, lanes = kernel.builder, kernel.arrays, kernel.numbers["lanes"]
    width = kernel.constant(replicas)

    def states(pbit: Any) -> Vector:
        place = builder.mul(pbit, width)
        return arrays["states"].vector(place, replicas).resized(field_bits)

    def number(array: str, index: Any) -> Vector:
        value = arrays[array].scalar(index)
        if field_bits < value.type.width:
            value = builder.trunc(value, ir.IntType(field_bits))
        return splat(builder, value, replicas)

    def field(cell: Any) -> Vector:
        start = arrays["start"].word(cell)
        end = arrays["start"].word(builder.add(cell, kernel.constant(1)))

        def coupling(index: Any, total: list[Vector]) -> Sequence[Vector]:
            index = builder.add(start, index)
            masks = states(arrays["pbits"].word(index))
            return (total[0] + (masks & number("couplings2", index)),)

        return kernel.loop(builder.sub(end, start), coupling, number("base", cell))[0]

    def row(index: Any, scores: list[Vector]) -> Sequence[Vector]:
        target = arrays["targets"].word(index)

        def lane(place: Any, scores: list[Vector]) -> Sequence[Vector]:
            down = ~states(builder.add(target, place))
            total = field(builder.add(builder.mul(index, lanes), place))
            return (scores[0] + ((total ^ down) - down).resized(32),)

        return kernel.loop(lanes, lane, *scores)

    none = splat(builder, ir.IntType(32)(0), replicas)
    arrays["scores"].put(kernel.constant(0), kernel.loop(kernel.numbers["rows"], row, none)[0])
    builder.ret_void()


def write_agree(module: ir.Module, name: str, replicas: int) -> None:
    """A function that counts in how many replicas of a block two p-bits agree.

    states : masks, shape (pbits, replicas)
    own, other : shape (words,)
    counts : shape (words,), grows by it
    """
    kernel = KernelFunction(module, name, AGREE_ARRAYS, AGREE_NUMBERS)
    builder, arrays = kernel.builder, kernel.arrays
    element = arrays["states"].scalar(kernel.constant(0)).type
    kind = ir.FunctionType(element, [ir.VectorType(element, replicas)])
    add_up = ir.Function(module, kind, f"llvm.vector.reduce.add.v{replicas}i{element.width}")

    def word(index: Any, _: list[Vector]) -> Sequence[Vector]:
        own, other = (
            arrays["states"].vector(
                builder.mul(arrays[end].word(index), kernel.constant(replicas)), replicas
            )
            for end in ("own", "other")
        )
        found = builder.sext(builder.call(add_up, [(~(own ^ other)).value]), ir.IntType(32))
        count = builder.sub(arrays["counts"].scalar(index), found)  # a mask is -1
        arrays["counts"].put(index, splat(builder, count, 1))
        return ()

    kernel.loop(kernel.numbers["words"], word)
    builder.ret_void()


def write_keep(module: ir.Module, name: str, replicas: int) -> None:
    """A function that copies the states of some replicas of a block.

    states : masks, shape (pbits, replicas)
    chosen : masks, shape (replicas,)
    best : as `states`, what is copied into
    pbits : how many are copied
    """
    kernel = KernelFunction(module, name, KEEP_ARRAYS, KEEP_NUMBERS)
    builder, arrays = kernel.builder, kernel.arrays
    chosen = arrays["chosen"].vector(kernel.constant(0), replicas)

    def pbit(index: Any, _: list[Vector]) -> Sequence[Vector]:
        place = builder.mul(index, kernel.constant(replicas))
        new, best = (arrays[which].vector(place, replicas) for which in ("states", "best"))
        arrays["best"].put(place, new & chosen | best & ~chosen)
        return ()

    kernel.loop(kernel.numbers["pbits"], pbit)
    builder.ret_void()
