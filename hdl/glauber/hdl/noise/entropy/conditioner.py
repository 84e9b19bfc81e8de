"""Makes words of full entropy from many raw bits."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from ...facts.generators import WORD_BITS
from ...facts.health import CONDITIONER_POLYNOMIAL, SAMPLES_PER_WORD
from .sampler import RawBits

__all__ = ["Conditioner"]


class Conditioner(wiring.Component):
    """Takes raw bits into a CRC-64 and gives its low half after every `SAMPLES_PER_WORD` of them.

    By the claim of `facts.health` that is four times as much entropy as a word holds. The CRC is
    not started anew, so what a word does not give out counts for the next ones. This is no
    cryptographic conditioner: whoever sees a word learns something of the raw bits.

    Members
    -------
    raw : In(RawBits)
    restart : In(1)
        The bits taken in so far do not count, and a word that waits is dropped.
    o : Out(stream of 32 bits)
        A word waits until it is taken, or until the next one replaces it.

    Timing
    ------
    A raw bit per clock; a word is offered in the clock after its last raw bit.

    Reference
    ---------
    `glauber.sim.model.entropy.EntropyModel`.
    """

    raw: Any
    restart: Signal
    o: stream.Interface

    def __init__(self) -> None:
        super().__init__(
            {
                "raw": In(RawBits()),
                "restart": In(1),
                "o": Out(stream.Signature(WORD_BITS)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        state = Signal(64)
        left = Signal(range(SAMPLES_PER_WORD), init=SAMPLES_PER_WORD - 1)
        following = (state << 1)[:64] ^ Mux(state[-1] ^ self.raw.bit, CONDITIONER_POLYNOMIAL, 0)
        with m.If(self.o.ready):
            m.d.sync += self.o.valid.eq(0)
        with m.If(self.raw.valid):
            m.d.sync += [state.eq(following), left.eq(left - 1)]
            with m.If(left == 0):
                m.d.sync += [self.o.payload.eq(following[:WORD_BITS]), self.o.valid.eq(1)]
        with m.If(self.restart):
            m.d.sync += [left.eq(SAMPLES_PER_WORD - 1), self.o.valid.eq(0)]

        return m
