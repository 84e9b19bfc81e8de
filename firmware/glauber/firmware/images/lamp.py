"""A lamp that shows that a machine is there and that bytes are moving."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

__all__ = ["Lamp"]

_DARK_SECONDS = 1 / 20  # about the shortest that people notice


class Lamp(wiring.Component):
    """Lit, but dark for a moment from every clock in which `active` is high.

    Parameters
    ----------
    clock_hz : int
        Frequency of `sync`.

    Members
    -------
    active : In(1)
    o : Out(1)
        1 to light the lamp.

    Timing
    ------
    The moment is between one and two twentieths of a second.
    """

    active: Signal
    o: Signal

    def __init__(self, clock_hz: int) -> None:
        self._bits = max(1, ceil_log2(round(clock_hz * _DARK_SECONDS)))
        super().__init__({"active": In(1), "o": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        # Counts up to where its highest bit is set, which needs no comparison.
        timer = Signal(self._bits + 1)
        m.d.comb += self.o.eq(timer[-1])
        with m.If(self.active):
            m.d.sync += timer.eq(0)
        with m.Elif(~timer[-1]):
            m.d.sync += timer.eq(timer + 1)
        return m
