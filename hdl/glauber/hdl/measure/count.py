"""Counts ones."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.machine import count_clocks

__all__ = ["OnesCounter"]

_RADIX = 4  # a group that a LUT4 per bit counts


class OnesCounter(wiring.Component):
    """How many bits of a word are 1.

    Parameters
    ----------
    width : int
        A power of two.

    Members
    -------
    i : In(width)
    o : Out(range(width + 1))

    Timing
    ------
    A word per clock; `facts.machine.count_clocks(width)` clocks of latency.
    """

    i: Signal
    o: Signal

    def __init__(self, width: int) -> None:
        self.latency = count_clocks(width)
        super().__init__({"i": In(width), "o": Out(range(width + 1))})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        counts = list(self.i)
        for level in range(self.latency):
            groups = [counts[n : n + _RADIX] for n in range(0, len(counts), _RADIX)]
            counts = []
            for index, group in enumerate(groups):
                total = sum(group[1:], group[0])
                count = Signal(total.shape(), name=f"count{level}_{index}", reset_less=True)
                m.d.sync += count.eq(total)
                counts.append(count)
        m.d.comb += self.o.eq(counts[0])

        return m
