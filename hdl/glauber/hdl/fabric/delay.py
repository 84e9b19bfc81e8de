"""A plain delay line."""

from typing import Any

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
        `i` of `clocks` clocks before; zero in the first `clocks` clocks after reset, unless the
        delay is `reset_less`, as it may be for what has no effect until it is overwritten.
    """

    i: Any
    o: Any

    def __init__(self, shape: ShapeLike, clocks: int, *, reset_less: bool = False) -> None:
        if clocks < 1:
            raise ValueError(f"a delay of {clocks} clocks is not possible; it must be 1 or more")
        self._clocks = clocks
        self._reset_less = reset_less
        super().__init__({"i": In(shape), "o": Out(shape)})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        width = Shape.cast(self.i.shape()).width
        stages = [
            Signal(width, name=f"stage{index}", reset_less=self._reset_less)
            for index in range(self._clocks)
        ]
        for stage, previous in zip(stages, [self.i, *stages], strict=False):
            m.d.sync += stage.eq(previous)
        m.d.comb += self.o.eq(stages[-1])

        return m
