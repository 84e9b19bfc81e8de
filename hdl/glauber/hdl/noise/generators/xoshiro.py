"""The engine of xoshiro128++: a nonlinear output, at the price of two adders."""

from amaranth.hdl import Module, Signal, Value

from ...facts.generators import WORD_BITS, Xoshiro128
from .engine import Engine

__all__ = ["create"]


class _Xoshiro(Engine):
    """The gates of `facts.generators.Xoshiro128`; model `glauber.sim.model.generators.xoshiro`.

    Members and timing as `Engine`.
    """

    def __init__(self, generator: Xoshiro128) -> None:
        self._generator = generator
        super().__init__(generator.seed_words)

    def next_words(self, m: Module, words: list[Signal]) -> list[Value]:
        s0, s1, s2, s3 = words
        shifted = (s1 << self._generator.a)[:WORD_BITS]
        return [
            s0 ^ s3 ^ s1,
            s1 ^ s2 ^ s0,
            s2 ^ s0 ^ shifted,
            (s3 ^ s1).rotate_left(self._generator.b),
        ]

    def output(self, m: Module, words: list[Signal], advance: Value) -> Value:
        # An adder in each of two steps, which wait for each other as the state does.
        half, kept, word = (Signal(WORD_BITS, name=name) for name in ("half", "kept", "word"))
        with m.If(self.clear):
            m.d.sync += [half.eq(0), kept.eq(0), word.eq(0)]
        with m.Elif(advance):
            m.d.sync += [
                half.eq(words[0] + words[3]),
                kept.eq(words[0]),
                word.eq(half.rotate_left(self._generator.r) + kept),
            ]
        return word


def create(generator: Xoshiro128) -> Engine:
    """The gates of this generator."""
    return _Xoshiro(generator)
