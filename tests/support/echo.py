"""A small component with the two ports of the machine, to test what surrounds a machine."""

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import In, Out

__all__ = ["InvertingEcho"]


class InvertingEcho(wiring.Component):
    """Gives every byte back with all bits inverted, through a FIFO of `depth` bytes.

    Members
    -------
    i : In(stream.Signature(8))
        Bytes in; not ready while the FIFO is full.
    o : Out(stream.Signature(8))
        Inverted bytes out, in order.
    """

    i: stream.Interface
    o: stream.Interface

    def __init__(self, *, depth: int = 4) -> None:
        self._depth = depth
        super().__init__({"i": In(stream.Signature(8)), "o": Out(stream.Signature(8))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.fifo = fifo = SyncFIFOBuffered(width=8, depth=self._depth)
        m.d.comb += [
            fifo.w_data.eq(~self.i.payload),
            fifo.w_en.eq(self.i.valid),
            self.i.ready.eq(fifo.w_rdy),
            self.o.payload.eq(fifo.r_data),
            self.o.valid.eq(fifo.r_rdy),
            fifo.r_en.eq(self.o.ready),
        ]
        return m
