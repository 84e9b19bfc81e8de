"""What is counted of a run."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["RunCounters"]


class RunCounters(wiring.Component):
    """Clock cycles in which a run did something, and sweeps, of the last run; a clock later."""

    start: Signal
    running: Signal
    sweep_done: Signal
    cycles: Signal
    sweeps: Signal

    def __init__(self) -> None:
        super().__init__(
            {
                "start": In(1),
                "running": In(1),
                "sweep_done": In(1),
                "cycles": Out(64),
                "sweeps": Out(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # Registered, for long carry chains come behind; they are read much later.
        works, swept = Signal(), Signal()
        m.d.sync += [
            [works.eq(self.running), swept.eq(self.sweep_done)],
            [self.cycles.eq(self.cycles + works), self.sweeps.eq(self.sweeps + swept)],
        ]
        with m.If(self.start):
            m.d.sync += [self.cycles.eq(0), self.sweeps.eq(0)]

        return m
