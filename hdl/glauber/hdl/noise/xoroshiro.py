"""The default source: the linear engine of xoroshiro64, 64 LUT4 and 64 flip-flops."""

from amaranth.hdl import Cat, Module, Signal, Value

from ..facts.noise import XOROSHIRO64
from .source import NoiseSource

__all__ = ["Xoroshiro64", "xoroshiro64_injection"]

_BITS = XOROSHIRO64.word_bits


def _shifted(word: Value) -> Value:
    return (word << XOROSHIRO64.shift)[:_BITS]


def xoroshiro64_injection(state: Value) -> Value:
    """The injection that turns a cleared generator into one with the state `s0 | s1 << 32`.

    `s1` is injected before the mixing, so that the generator needs one LUT4 per bit and no more;
    what the mixing makes of it is taken off `s0` here, once for all generators.
    """
    s0, s1 = state[:_BITS], state[_BITS:].rotate_right(XOROSHIRO64.rotate_b)
    return Cat(s0 ^ s1 ^ _shifted(s1), s1)


class Xoroshiro64(NoiseSource):
    """A 64-bit F2-linear generator (LFSR family) that delivers 32 fresh bits per clock.

    The definition is `facts.noise.XOROSHIRO64`. The period is 2**64 - 1.

    Members
    -------
    As `NoiseSource`.

    Timing
    ------
    One word per clock; the word after a taken one is there in the next clock.

    Reference
    ---------
    `glauber.sim.model.noise.xoroshiro64_step`.
    """

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # Not zero after reset: a linear generator would stay there.
        s0 = Signal(_BITS, init=1)
        s1 = Signal(_BITS, init=1)
        mixed = Signal(_BITS)
        m.d.comb += [
            self.o.payload.eq(s0),
            mixed.eq(s0 ^ s1 ^ self.inject[_BITS:]),
        ]

        with m.If(self.clear):
            m.d.sync += [s0.eq(0), s1.eq(0)]
        with m.Elif(self.o.ready | self.load):
            m.d.sync += [
                s0.eq(
                    s0.rotate_left(XOROSHIRO64.rotate_a)
                    ^ mixed
                    ^ _shifted(mixed)
                    ^ self.inject[:_BITS]
                ),
                s1.eq(mixed.rotate_left(XOROSHIRO64.rotate_b)),
            ]

        return m
