"""The step of a schedule that is under way."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.numbers import TEMPERATURE_FORMAT
from ..facts.program import SWEEPS_SHIFT

__all__ = ["StepState"]


class StepState(wiring.Component):
    """Holds what a step says, and counts its sweeps.

    Members
    -------
    word : In(32)
        A `facts.program.Step`.
    begin : In(1)
        It begins in the next clock.
    measure : In(1)
        A measuring operation takes its place in the next clock, as far as couplings go.
    sweep_end : In(1)
        A sweep of it ends in this clock.
    temperature, couple, emit : Out
        As in `Step`.
    last_sweep : Out(1)
        The sweep under way is its last one; from its second clock on.
    """

    word: Signal
    begin: Signal
    measure: Signal
    sweep_end: Signal
    temperature: Signal
    couple: Signal
    emit: Signal
    last_sweep: Signal

    def __init__(self) -> None:
        super().__init__(
            {
                "word": In(32),
                "begin": In(1),
                "measure": In(1),
                "sweep_end": In(1),
                "temperature": Out(TEMPERATURE_FORMAT.width),
                "couple": Out(1),
                "emit": Out(1),
                "last_sweep": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        left = Signal(32 - SWEEPS_SHIFT)
        # Registered, for a sweep takes longer than that.
        m.d.sync += self.last_sweep.eq(left == 1)
        with m.If(self.begin):
            m.d.sync += Cat(self.temperature, self.couple, self.emit, left).eq(self.word)
        with m.Elif(self.sweep_end):
            m.d.sync += left.eq(left - 1)
        with m.If(self.measure):
            m.d.sync += self.couple.eq(1)

        return m
