"""What is counted of a run."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["RunCounters"]


class RunCounters(wiring.Component):
    """Clock cycles in which a run did something, and sweeps, of the last run."""

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

        m.d.sync += [
            self.cycles.eq(self.cycles + self.running),
            self.sweeps.eq(self.sweeps + self.sweep_done),
        ]
        with m.If(self.start):
            m.d.sync += [self.cycles.eq(0), self.sweeps.eq(0)]

        return m
