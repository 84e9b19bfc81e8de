"""Lengths of the frames that wait."""

from amaranth.hdl import Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.frames import QUEUE_FRAMES

__all__ = ["LengthQueue"]


class LengthQueue(wiring.Component):
    """Up to `facts.frames.QUEUE_FRAMES` lengths, first in, first out.

    Parameters
    ----------
    bits : int
        Of a length.

    Members
    -------
    push : In(1), length : In(bits)
        Put a length behind the others; has no effect while `full`.
    full : Out(1)
    held : Out(1), first : Out(bits)
        There is a length, and the oldest one.
    pop : In(1)
        Drop the oldest one.

    Timing
    ------
    Registers: what is pushed or popped in a clock is so from the next one on.
    """

    push: Signal
    length: Signal
    full: Signal
    held: Signal
    first: Signal
    pop: Signal

    def __init__(self, bits: int) -> None:
        super().__init__(
            {
                "push": In(1),
                "length": In(bits),
                "full": Out(1),
                "held": Out(1),
                "first": Out(bits),
                "pop": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        lengths = [
            Signal.like(self.length, reset_less=True, name=f"length_{place}")
            for place in range(QUEUE_FRAMES)
        ]
        used = Signal(QUEUE_FRAMES)
        m.d.comb += [self.held.eq(used[0]), self.first.eq(lengths[0]), self.full.eq(used[-1])]
        for place, length in enumerate(lengths):
            behind = used[place + 1] if place + 1 < QUEUE_FRAMES else Const(0, 1)
            before = used[place - 1] if place else Const(1, 1)
            with m.If(self.pop):
                m.d.sync += used[place].eq(behind)
                if place + 1 < QUEUE_FRAMES:
                    m.d.sync += length.eq(lengths[place + 1])
            free = Mux(self.pop, used[place] & ~behind, before & ~used[place])
            with m.If(self.push & ~self.full & free):
                m.d.sync += [used[place].eq(1), length.eq(self.length)]

        return m
