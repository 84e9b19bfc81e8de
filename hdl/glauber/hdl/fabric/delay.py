"""A plain delay line."""

from amaranth.hdl import Module, Shape, ShapeLike, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["Delay"]


class Delay(wiring.Component):
    """Delays a value by `clocks` >= 1 clocks.

    Members
    -------
    i : In(shape)
    o : Out(shape)
        `i` of `clocks` clocks before; zero in the first `clocks` clocks after reset.
    """

    def __init__(self, shape: ShapeLike, clocks: int) -> None:
        if clocks < 1:
            raise ValueError(f"a delay of {clocks} clocks is not possible; it must be 1 or more")
        self._clocks = clocks
        super().__init__({"i": In(shape), "o": Out(shape)})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        width = Shape.cast(self.i.shape()).width
        stages = [Signal(width, name=f"stage{index}") for index in range(self._clocks)]
        for stage, previous in zip(stages, [self.i, *stages], strict=False):
            m.d.sync += stage.eq(previous)
        m.d.comb += self.o.eq(stages[-1])

        return m
