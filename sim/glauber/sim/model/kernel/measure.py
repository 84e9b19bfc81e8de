"""The code of the loops that measure."""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from .function import KernelFunction
from .vector import Vector, join, splat

__all__ = [
    "AGREE_ARRAYS",
    "AGREE_NUMBERS",
    "SCORE_ARRAYS",
    "SCORE_NUMBERS",
    "write_agree",
    "write_score",
]

# Widths of the elements of the arrays, in bits.
SCORE_ARRAYS = {"states": 8, "own": 32, "other": 32, "couplings": 32, "totals": 32}
SCORE_NUMBERS = ("words", "stride")
AGREE_ARRAYS = {"states": 8, "own": 32, "other": 32, "counts": 32}
AGREE_NUMBERS = ("words", "stride")
_PART = 16  # totals that a register of 512 bits holds


class _Ends:
    """The states at both ends of a coupling word."""

    def __init__(self, kernel: KernelFunction, index: Any) -> None:
        stride = kernel.numbers["stride"]
        self._own, self._other = (
            kernel.arrays["states"].behind(
                kernel.builder.mul(kernel.arrays[end].word(index), stride)
            )
            for end in ("own", "other")
        )

    def agree(self, first: int, size: int) -> Vector:
        """In which replicas they agree, of 1 bit each."""
        return ~(self._own.bits(first // 8, size) ^ self._other.bits(first // 8, size))


def write_score(module: ir.Module, name: str, replicas: int) -> None:
    """A function that adds up the couplings between p-bits that agree, in each replica.

    states : a bit for each replica, `stride` bytes from p-bit to p-bit
    own, other, couplings : shape (words,)
        P-bits at both ends, and couplings.
    totals : shape (replicas,), the result
    """
    kernel = KernelFunction(module, name, SCORE_ARRAYS, SCORE_NUMBERS)
    builder, arrays = kernel.builder, kernel.arrays
    size = min(_PART, replicas)
    parts = range(0, replicas, size)

    def word(index: Any, totals: list[Vector]) -> Sequence[Vector]:
        ends = _Ends(kernel, index)
        value = splat(builder, arrays["couplings"].scalar(index), size)
        return [
            (total + value).where(ends.agree(first, size), total)
            for first, total in zip(parts, totals, strict=True)
        ]

    none = splat(builder, ir.IntType(32)(0), size)
    totals = kernel.loop(kernel.numbers["words"], word, *[none] * len(parts))
    arrays["totals"].put(0, join(totals))
    builder.ret_void()


def write_agree(module: ir.Module, name: str, replicas: int) -> None:
    """A function that counts in how many replicas p-bits agree.

    states, own, other : as of `write_score`
    counts : shape (words,), grow by it
    """
    kernel = KernelFunction(module, name, AGREE_ARRAYS, AGREE_NUMBERS)
    builder, counts = kernel.builder, kernel.arrays["counts"]
    number, total = ir.IntType(replicas), ir.IntType(32)
    count_ones = ir.Function(module, ir.FunctionType(number, [number]), f"llvm.ctpop.i{replicas}")
    resize = builder.trunc if replicas > total.width else builder.zext

    def word(index: Any, _: list[Vector]) -> Sequence[Vector]:
        agree = builder.bitcast(_Ends(kernel, index).agree(0, replicas).value, number)
        found = builder.call(count_ones, [agree])
        if replicas != total.width:
            found = resize(found, total)
        counts.put(index, splat(builder, builder.add(counts.scalar(index), found), 1))
        return ()

    kernel.loop(kernel.numbers["words"], word)
    builder.ret_void()
