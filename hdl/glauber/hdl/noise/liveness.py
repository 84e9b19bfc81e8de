"""The liveness test of a generator, and the windows it is made in."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.health import LIVENESS_WINDOW

__all__ = ["LivenessTest", "LivenessWindow"]


class LivenessWindow(wiring.Component):
    """Counts the draws of a machine, whose generators all draw in the same clocks, into windows.

    Members
    -------
    restart : In(1)
        Generators are seeded. A window begins with the next draw; words drawn before belong to
        none. Runs do not matter, for one may be shorter than a window.
    taken : In(1)
        All generators deliver a word in this clock.
    window : Out(1)
        The word of this clock is the last of its window; held until it is taken.
    """

    restart: Signal
    taken: Signal
    window: Signal

    def __init__(self) -> None:
        super().__init__({"restart": In(1), "taken": In(1), "window": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        left = Signal(range(LIVENESS_WINDOW), init=LIVENESS_WINDOW - 1)
        m.d.comb += self.window.eq((left == 0) & self.taken | self.restart)
        with m.If(self.restart):
            m.d.sync += left.eq(LIVENESS_WINDOW - 1)
        with m.Elif(self.taken):
            m.d.sync += left.eq(Mux(left == 0, LIVENESS_WINDOW - 1, left - 1))

        return m


class LivenessTest(wiring.Component):
    """Fails when the top bit of a generator's words has the same value for a whole window.

    A generator that stands still, whatever the reason, is found within two windows of words.

    Members
    -------
    bit : In(1)
        The top bit of the word that the generator shows.
    taken : In(1)
        The word is taken in this clock.
    window : In(1)
        A window ends with the word of this clock; without `taken`, it is dropped undecided.
    failed : Out(1)
        In the clock after the end of a window: it held one value only.
    """

    bit: Signal
    taken: Signal
    window: Signal
    failed: Signal

    def __init__(self) -> None:
        super().__init__({"bit": In(1), "taken": In(1), "window": In(1), "failed": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        seen = Signal(2)  # a zero, a one
        now = seen | (self.taken & ~self.bit) | (self.taken & self.bit) << 1
        m.d.sync += [
            seen.eq(Mux(self.window, 0, now)),
            self.failed.eq(self.window & self.taken & ~now.all()),
        ]

        return m
