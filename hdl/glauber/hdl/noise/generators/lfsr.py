"""The engine of the LFSR family: many shifts in one clock."""

from amaranth.hdl import Cat, Module, Signal, Value

from ...facts.generators import WORD_BITS, Lfsr
from .engine import Engine

__all__ = ["create"]


class _Lfsr(Engine):
    """The gates of `facts.generators.Lfsr`; model `glauber.sim.model.generators.lfsr`.

    Members and timing as `Engine`.
    """

    def __init__(self, generator: Lfsr) -> None:
        self._generator = generator
        super().__init__(generator.seed_words)

    def next_words(self, m: Module, words: list[Signal]) -> list[Value]:
        state = Cat(words)
        # Of which bits of the state each bit is the sum after the shifts: so no sum waits for
        # another, however near the taps are.
        sums = [1 << index for index in range(len(state))]
        for _ in range(self._generator.leap):
            new = 0
            for tap in self._generator.taps:
                new ^= sums[tap - 1]
            sums = [new, *sums[:-1]]
        bits = [
            Cat(state[index] for index in range(len(state)) if terms >> index & 1).xor()
            for terms in sums
        ]
        return [Cat(bits[first : first + WORD_BITS]) for first in range(0, len(bits), WORD_BITS)]


def create(generator: Lfsr) -> Engine:
    """The gates of this generator."""
    return _Lfsr(generator)
