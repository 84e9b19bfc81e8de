"""The clock of a board as it is."""

from amaranth.hdl import Module, Signal
from amaranth.lib import io, wiring
from amaranth.lib.wiring import Out

from ..untyped import Port

__all__ = ["BoardClock"]


class BoardClock(wiring.Component):
    """A clock that comes in at a pin and needs no PLL.

    Parameters
    ----------
    port : Port

    Members
    -------
    clk : Out(1)
    locked : Out(1)
        Always high.
    """

    clk: Signal
    locked: Signal

    def __init__(self, port: Port) -> None:
        self._port = port
        super().__init__({"clk": Out(1), "locked": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.buffer = buffer = io.Buffer(io.Direction.Input, self._port)
        m.d.comb += [self.clk.eq(buffer.i), self.locked.eq(1)]
        return m
