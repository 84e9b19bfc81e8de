"""The code of exchanges between the replicas of a ladder."""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from glauber.hdl.facts.noise import EXPONENT_BITS, MANTISSA_BITS
from glauber.hdl.facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT
from glauber.hdl.facts.tempering import EXCHANGE_FORMAT, LadderWords

from ..generators import state_words
from .draws import write_draw
from .function import KernelFunction
from .shape import KernelShape
from .vector import Vector, splat

__all__ = ["EXCHANGE_ARRAYS", "EXCHANGE_NUMBERS", "write_exchange"]

# Widths of the elements of the arrays, in bits.
EXCHANGE_ARRAYS = {
    "generators": 32, "words": 32, "ladder": 32, "codes": 32, "scores": 32, "variates": 32
}  # fmt: skip
EXCHANGE_NUMBERS = ("first", "pairs", "replicas", "blocks", "lanes", "lane_units")
_PRODUCT_FRACTION = LOGIT_FORMAT.fraction_bits + EXCHANGE_FORMAT.fraction_bits


class _Ladder:
    """The words of `Region.LADDER`."""

    def __init__(self, kernel: KernelFunction) -> None:
        self._kernel = kernel
        self._words = kernel.arrays["ladder"]

    def _at(self, quarter: LadderWords, rung: Any) -> Any:
        builder, replicas = self._kernel.builder, self._kernel.numbers["replicas"]
        return builder.add(builder.mul(replicas, self._kernel.constant(quarter)), rung)

    def read(self, quarter: LadderWords, rung: Any) -> Any:
        return self._words.scalar(self._at(quarter, rung))

    def write(self, quarter: LadderWords, rung: Any, word: Any) -> None:
        self._words.put(self._at(quarter, rung), splat(self._kernel.builder, word, 1))

    def code(self, rung: Any) -> Any:
        """The temperature of a rung."""
        word = self.read(LadderWords.TEMPERATURES, rung)
        return self._kernel.builder.and_(word, word.type(TEMPERATURE_FORMAT.largest))


def write_exchange(module: ir.Module, name: str, shape: KernelShape) -> None:
    """A function that does one exchange; see `facts.tempering`.

    generators : of all blocks, as of `draws.write_draw`, for words of one draw
    words : shape (lanes, lane_units), room for random words
    ladder : the words of `Region.LADDER`
    codes, scores : of each replica
    variates : by the number of a word's variate
    first, pairs : the first rung that is visited, and how many are
    """
    write_draw(module, f"{name}_draw", shape)
    kernel = KernelFunction(module, name, EXCHANGE_ARRAYS, EXCHANGE_NUMBERS)
    builder, ladder = kernel.builder, _Ladder(kernel)

    def pair(index: Any, _: list[Vector]) -> Sequence[Vector]:
        _draw(kernel, shape, f"{name}_draw")
        low = builder.add(kernel.numbers["first"], builder.shl(index, kernel.constant(1)))
        _visit(kernel, ladder, low, builder.add(low, kernel.constant(1)))
        return ()

    kernel.loop(kernel.numbers["pairs"], pair)
    builder.ret_void()


def _draw(kernel: KernelFunction, shape: KernelShape, draw: str) -> None:
    """All generators draw, those of the first block last."""
    builder, numbers, arrays = kernel.builder, kernel.numbers, kernel.arrays
    size = builder.mul(builder.mul(numbers["lanes"], numbers["lane_units"]),
                       kernel.constant(state_words(shape.generator)))  # fmt: skip
    last = builder.sub(numbers["blocks"], kernel.constant(1))

    def block(index: Any, _: list[Vector]) -> Sequence[Vector]:
        generators = arrays["generators"].behind(builder.mul(builder.sub(last, index), size))
        given = [generators.pointer, arrays["words"].pointer, kernel.constant(1)]
        function = kernel.module.globals[draw]
        builder.call(function, [*given, numbers["lanes"], numbers["lane_units"]])
        return ()

    kernel.loop(numbers["blocks"], block)


def _variate(kernel: KernelFunction) -> Any:
    """The variate of the first word, as a number of 64 bits."""
    builder = kernel.builder
    word = kernel.arrays["words"].scalar(0)
    ones = builder.xor(builder.shl(word, word.type(1)), word.type(-1))
    # What is below the exponent field ends the leading ones.
    ones = builder.or_(ones, word.type(1 << (31 - EXPONENT_BITS)))
    count = builder.ctlz(ones, ir.IntType(1)(0))
    mantissa = builder.and_(word, word.type((1 << MANTISSA_BITS) - 1))
    key = builder.or_(builder.shl(count, word.type(MANTISSA_BITS)), mantissa)
    return kernel.arrays["variates"].word(builder.zext(key, ir.IntType(64)))


def _visit(kernel: KernelFunction, ladder: _Ladder, low: Any, high: Any) -> None:
    """Swaps the replicas at two rungs or does not; writes what was there if not."""
    builder, arrays, wide = kernel.builder, kernel.arrays, ir.IntType(64)
    words = [ladder.read(LadderWords.REPLICAS, rung) for rung in (low, high)]
    mask = builder.sub(kernel.numbers["replicas"], kernel.constant(1))
    a, b = (builder.and_(builder.zext(word, wide), mask) for word in words)
    width = builder.zext(ladder.read(LadderWords.EXCHANGE, low), wide)
    noise = builder.lshr(builder.mul(_variate(kernel), width), kernel.constant(_PRODUCT_FRACTION))
    difference = builder.sub(arrays["scores"].word(a), arrays["scores"].word(b))
    swap = builder.and_(
        builder.icmp_signed("<=", difference, noise),
        builder.icmp_signed("!=", width, kernel.constant(0)),
    )
    for rung, word, other in ((low, words[0], b), (high, words[1], a)):
        number = builder.trunc(other, word.type)
        ladder.write(LadderWords.REPLICAS, rung, builder.select(swap, number, word))
    accepted = ladder.read(LadderWords.ACCEPTED, low)
    accepted = builder.add(accepted, builder.zext(swap, accepted.type))
    ladder.write(LadderWords.ACCEPTED, low, accepted)
    for replica, rung in ((a, high), (b, low)):
        code = builder.select(swap, ladder.code(rung), arrays["codes"].scalar(replica))
        arrays["codes"].put(replica, splat(builder, code, 1))
