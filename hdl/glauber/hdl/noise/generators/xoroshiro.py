"""The engine of xoroshiro64: 32 fresh bits per clock from 64 flip-flops and two LUT4 levels."""

from amaranth.hdl import Module, Signal, Value

from ...facts.generators import WORD_BITS, Xoroshiro64
from .engine import Engine

__all__ = ["create"]


class _Xoroshiro(Engine):
    """The gates of `facts.generators.Xoroshiro64`; model `glauber.sim.model.generators.xoroshiro`.

    Members and timing as `Engine`.
    """

    def __init__(self, generator: Xoroshiro64) -> None:
        self._generator = generator
        super().__init__(generator.seed_words)

    def next_words(self, m: Module, words: list[Signal]) -> list[Value]:
        s0, s1 = words
        # With it each bit of s0 has four inputs, its injection included: one LUT4.
        mixed = Signal(WORD_BITS)
        m.d.comb += mixed.eq(s0 ^ s1)
        shifted = (mixed << self._generator.b)[:WORD_BITS]
        return [
            s0.rotate_left(self._generator.a) ^ mixed ^ shifted,
            mixed.rotate_left(self._generator.c),
        ]


def create(generator: Xoroshiro64) -> Engine:
    """The gates of this generator."""
    return _Xoroshiro(generator)
