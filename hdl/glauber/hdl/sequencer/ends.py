"""The ends of rows, sweeps and steps, and what follows them."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["SweepEnds"]


class SweepEnds(wiring.Component):
    """Tells in the last slot of a row what ends with it, and whether another one follows at once.

    Members
    -------
    walking : In(1)
        Rows of sweeps are issued.
    ending : In(1)
        The slot of this clock is its row's last one.
    last_row, last_sweep, last_word : In(1)
        The row is its sweep's last one, the sweep that of its step, the step the schedule's.
    emits : In(1)
        The step ends with an emission.
    operation : In(1)
        The word behind the step is an operation.
    running, stop : In(1)
        As in `Sequencer`.
    begin : In(1)
        A step's first row begins in the next clock, after a rest.
    sweep_end : Out(1)
        A sweep ends in this clock.
    stopping : Out(1)
        The run is to end.
    cut : Out(1)
        It does so with this sweep, before the schedule is through.
    leave : Out(1)
        A sweep ends, and the machine comes to rest.
    row_begins, step_begins : Out(1)
        In the next clock.
    """

    walking: Signal
    ending: Signal
    last_row: Signal
    last_sweep: Signal
    last_word: Signal
    emits: Signal
    operation: Signal
    running: Signal
    stop: Signal
    begin: Signal
    sweep_end: Signal
    stopping: Signal
    cut: Signal
    leave: Signal
    row_begins: Signal
    step_begins: Signal

    def __init__(self) -> None:
        inputs = ("walking", "ending", "last_row", "last_sweep", "last_word", "emits")
        inputs += ("operation", "running", "stop", "begin")
        outputs = ("sweep_end", "stopping", "cut", "leave", "row_begins", "step_begins")
        super().__init__({name: In(1) for name in inputs} | {name: Out(1) for name in outputs})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # What stands long before a row ends is put together beside it, not behind it.
        row_end = self.walking & self.ending
        step_rests = self.last_word | self.emits | self.operation
        complete = self.last_sweep & self.last_word & ~self.emits
        leaves = self.last_row & (self.stopping | self.last_sweep & step_rests)
        goes_on = self.last_row & self.last_sweep & ~(self.stopping | step_rests)
        m.d.comb += [
            self.sweep_end.eq(row_end & self.last_row),
            self.cut.eq(self.sweep_end & self.stopping & ~complete),
            self.leave.eq(row_end & leaves),
            self.row_begins.eq(self.begin | row_end & ~leaves),
            self.step_begins.eq(self.begin | row_end & goes_on),
        ]
        m.d.sync += self.stopping.eq((self.stopping | self.stop) & self.running)

        return m
