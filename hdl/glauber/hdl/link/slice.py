"""A register in a stream that cuts all paths of gates through it."""

from amaranth.hdl import Module, ShapeLike, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["StreamSlice"]


class StreamSlice(wiring.Component):
    """Holds one item of a stream.

    Members
    -------
    i : In(stream of shape)
    o : Out(stream of shape)

    Timing
    ------
    One clock of latency, and an item every second clock.
    """

    i: stream.Interface
    o: stream.Interface

    def __init__(self, shape: ShapeLike) -> None:
        super().__init__({"i": In(stream.Signature(shape)), "o": Out(stream.Signature(shape))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        full = Signal()
        m.d.comb += [self.o.valid.eq(full), self.i.ready.eq(~full)]
        with m.If(full):
            m.d.sync += full.eq(~self.o.ready)
        with m.Else():
            m.d.sync += [self.o.payload.eq(self.i.payload), full.eq(self.i.valid)]
        return m
