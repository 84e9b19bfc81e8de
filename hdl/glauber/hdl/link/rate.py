"""When a serial line changes its rate."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for, exact_log2

from ..facts.line import DIVISOR_RANGE, FALL_BACK_BITS, fall_back_clocks

__all__ = ["LineRate"]


class LineRate(wiring.Component):
    """Goes over to the rate that is asked for, and back to the default one.

    Parameters
    ----------
    default : int
        Clocks per bit.
    fall_back_bits : int
        As `facts.line.FALL_BACK_BITS`.

    Members
    -------
    asked : In(10)
        Clocks per bit, 0 for the default.
    ends : In(1)
        The last byte of a reply goes to the transmitter.
    idle : In(1)
        The transmitter has nothing to send.
    heard : In(1)
        A good frame has come.
    low : In(1)
        The line from the host is at 0.
    period : Out(bits of a divisor)
        Clocks per bit less one.
    fall_back : Out(1)
        1 for one clock in which `asked` must be set to 0.

    Timing
    ------
    Two clocks after the transmitter is idle behind the first reply that ends after `asked` changed,
    `period` is the new one.

    Reference
    ---------
    `glauber.hdl.facts.line`.
    """

    asked: Signal
    ends: Signal
    idle: Signal
    heard: Signal
    low: Signal
    period: Signal
    fall_back: Signal

    def __init__(self, default: int, fall_back_bits: int = FALL_BACK_BITS) -> None:
        self._default = default
        self._clocks = fall_back_clocks(default, fall_back_bits)
        super().__init__(
            {
                "asked": In(range(DIVISOR_RANGE[1] + 1)),
                "ends": In(1),
                "idle": In(1),
                "heard": In(1),
                "low": In(1),
                "period": Out(
                    max(bits_for(default - 1), bits_for(DIVISOR_RANGE[1])), init=default - 1
                ),
                "fall_back": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        current = Signal.like(self.asked)
        trusted = Signal(init=1)  # a good frame has come at this rate, or it is the default
        count = Signal(exact_log2(self._clocks) + 1)
        m.d.comb += self.fall_back.eq(count[-1])
        m.d.sync += self.period.eq(Mux(current == 0, self._default - 1, current - 1))
        m.d.sync += count.eq(Mux(self.low | ~trusted, count + 1, 0))
        with m.If(self.heard):
            m.d.sync += [trusted.eq(1), count.eq(0)]
        with m.FSM():
            with m.State("STEADY"), m.If(self.asked != current):
                m.next = "REPLY"
            with m.State("REPLY"), m.If(self.ends):
                m.next = "DRAIN"
            with m.State("DRAIN"), m.If(self.idle):
                m.d.sync += [current.eq(self.asked), trusted.eq(self.asked == 0), count.eq(0)]
                m.next = "STEADY"
        # `asked` is 0 in the next clock, too.
        with m.If(self.fall_back):
            m.d.sync += [current.eq(0), trusted.eq(1), count.eq(0)]

        return m
