"""The health tests of NIST SP 800-90B on raw bits, and one against rings locked to the clock."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...facts.health import PROPORTION_CUTOFF, REPETITION_CUTOFF, WINDOW
from .sampler import RawBits

__all__ = ["RepetitionTest", "WindowTests"]


class RepetitionTest(wiring.Component):
    """The repetition count test, SP 800-90B section 4.4.1.

    Members
    -------
    raw : In(RawBits)
    restart : In(1)
        Forget everything.
    failed : Out(1)
        In the clock after a raw bit: it and the ones before it were the same, `REPETITION_CUTOFF`
        in all or more.
    longest : Out(range(REPETITION_CUTOFF + 1))
        The most equal raw bits in a row since `restart`, a clock after `failed`; stays at the
        cut-off.

    Timing
    ------
    A raw bit per clock.

    Reference
    ---------
    `glauber.sim.model.entropy.EntropyModel`.
    """

    raw: Any
    restart: Signal
    failed: Signal
    longest: Signal

    def __init__(self) -> None:
        super().__init__(
            {
                "raw": In(RawBits()),
                "restart": In(1),
                "failed": Out(1),
                "longest": Out(range(REPETITION_CUTOFF + 1)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        run = Signal.like(self.longest)
        previous = Signal()
        same = (run != 0) & (self.raw.bit == previous)
        m.d.sync += self.failed.eq(0)
        with m.If(run > self.longest):
            m.d.sync += self.longest.eq(run)
        with m.If(self.restart):
            m.d.sync += [run.eq(0), self.longest.eq(0)]
        with m.Elif(self.raw.valid):
            m.d.sync += previous.eq(self.raw.bit)
            with m.If(~same):
                m.d.sync += run.eq(1)
            with m.Elif(run != REPETITION_CUTOFF):
                m.d.sync += run.eq(run + 1)
            with m.If(same & (run >= REPETITION_CUTOFF - 1)):
                m.d.sync += self.failed.eq(1)

        return m


class WindowTests(wiring.Component):
    """The adaptive proportion test, SP 800-90B section 4.4.2, and the transition count.

    Both look at windows of `WINDOW` raw bits: how often a window holds its first bit, and how often
    a bit differs from the one before it in the window.

    Members
    -------
    raw : In(RawBits)
    restart : In(1)
        Forget everything; the next raw bit begins a window.
    proportion_failed : Out(1)
        In the clock after a raw bit: the window holds its first one `PROPORTION_CUTOFF` times.
    transition_failed : Out(1)
        In the clock after a window: as many of its bits changed, or did not.
    done : Out(1)
        In the clock after a window.
    most_frequent : Out(range(WINDOW + 1))
        The most often that a window held its first bit, since `restart`; two clocks after a bit.
    transitions : Out(range(WINDOW))
        Changes in the last whole window.

    Timing
    ------
    A raw bit per clock.

    Reference
    ---------
    `glauber.sim.model.entropy.EntropyModel`.
    """

    raw: Any
    restart: Signal
    proportion_failed: Signal
    transition_failed: Signal
    done: Signal
    most_frequent: Signal
    transitions: Signal

    def __init__(self) -> None:
        super().__init__(
            {
                "raw": In(RawBits()),
                "restart": In(1),
                "proportion_failed": Out(1),
                "transition_failed": Out(1),
                "done": Out(1),
                "most_frequent": Out(range(WINDOW + 1)),
                "transitions": Out(range(WINDOW)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        position = Signal(range(WINDOW))
        first, previous = Signal(), Signal()
        count, changes = Signal.like(self.most_frequent), Signal.like(self.transitions)
        begins, ends = position == 0, position == WINDOW - 1
        same, change = self.raw.bit == first, self.raw.bit != previous
        few, many = WINDOW - 1 - PROPORTION_CUTOFF, PROPORTION_CUTOFF
        m.d.sync += [self.proportion_failed.eq(0), self.transition_failed.eq(0), self.done.eq(0)]
        with m.If(count > self.most_frequent):
            m.d.sync += self.most_frequent.eq(count)
        with m.If(self.restart):
            m.d.sync += [position.eq(0), count.eq(0)]
            m.d.sync += [self.most_frequent.eq(0), self.transitions.eq(0)]
        with m.Elif(self.raw.valid):
            m.d.sync += [position.eq(position + 1), previous.eq(self.raw.bit), self.done.eq(ends)]
            with m.If(begins):
                m.d.sync += [first.eq(self.raw.bit), count.eq(1), changes.eq(0)]
            with m.Else():
                m.d.sync += [count.eq(count + same), changes.eq(changes + change)]
                m.d.sync += self.proportion_failed.eq(same & (count >= PROPORTION_CUTOFF - 1))
            with m.If(ends):
                m.d.sync += [
                    self.transitions.eq(changes + change),
                    # Of what is known without the last bit: comparisons take their time.
                    self.transition_failed.eq(
                        Mux(change, changes < few, changes <= few)
                        | Mux(change, changes >= many - 1, changes >= many)
                    ),
                ]

        return m
