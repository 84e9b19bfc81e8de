"""What a run is doing: fetching, walking, draining or emitting."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.machine import SEQUENCER_CLOCKS

__all__ = ["RunPhases"]


class RunPhases(wiring.Component):
    """The phases of a run, from `start` to rest: fetch, walk, drain, and with emissions in between.

    Parameters
    ----------
    drain_clocks : int
        How long the fabric works on after the last slot.

    Members
    -------
    start, stop : In(1)
    running, stopped : Out(1)
        As in `Sequencer`.
    rewind : Out(1)
        No run: the tables show their first words.
    begin : Out(1)
        The first row begins in the next clock.
    walking : Out(1)
        Rows are issued.
    sweep_end, step_end : In(1)
        A sweep, and with it a step, ends in this clock; only while `walking`.
    last_step, emits : In(1)
        The step is the schedule's last one; it ends with an emission.
    leave : Out(1)
        No row follows the sweep that ends in this clock, or not at once.
    emit : Out(1), between, emitted : In(1)
        As `emit`, `between` and `done` in `stream.emitter.Emitter`.
    """

    start: Signal
    stop: Signal
    running: Signal
    stopped: Signal
    rewind: Signal
    begin: Signal
    walking: Signal
    sweep_end: Signal
    step_end: Signal
    last_step: Signal
    emits: Signal
    leave: Signal
    emit: Signal
    between: Signal
    emitted: Signal

    def __init__(self, drain_clocks: int) -> None:
        self._drain_clocks = drain_clocks
        super().__init__(
            {
                "start": In(1),
                "stop": In(1),
                "running": Out(1),
                "stopped": Out(1),
                "rewind": Out(1),
                "begin": Out(1),
                "walking": Out(1),
                "sweep_end": In(1),
                "step_end": In(1),
                "last_step": In(1),
                "emits": In(1),
                "leave": Out(1),
                "emit": Out(1),
                "between": In(1),
                "emitted": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        wait = Signal(range(max(self._drain_clocks, SEQUENCER_CLOCKS)), reset_less=True)
        stopping = Signal()
        emitting = Signal()  # the drain is that before an emission, not that at the end
        complete = self.step_end & self.last_step & ~self.emits
        cut = self.sweep_end & stopping & ~complete
        m.d.sync += [stopping.eq((stopping | self.stop) & self.running), wait.eq(wait - 1)]
        m.d.comb += self.leave.eq(complete | cut | self.step_end & self.emits)
        with m.FSM():
            with m.State("IDLE"):
                m.d.comb += self.rewind.eq(1)
                with m.If(self.start):
                    m.d.sync += [self.running.eq(1), self.stopped.eq(0)]
                    m.d.sync += wait.eq(SEQUENCER_CLOCKS - 1)
                    m.next = "FETCH"
            with m.State("FETCH"), m.If(wait == 0):
                m.d.comb += self.begin.eq(1)
                m.next = "WALK"
            with m.State("WALK"):
                m.d.comb += self.walking.eq(1)
                with m.If(self.leave):
                    m.d.sync += [self.stopped.eq(cut), emitting.eq(self.emits & ~cut)]
                    m.d.sync += wait.eq(self._drain_clocks - 1)
                    m.next = "DRAIN"
            with m.State("DRAIN"), m.If(wait == 0):
                with m.If(emitting):
                    m.next = "EMIT"
                with m.Else():
                    m.d.sync += self.running.eq(0)
                    m.next = "IDLE"
            with m.State("EMIT"):
                m.d.comb += self.emit.eq(~stopping)
                ended = self.emitted & (self.last_step | stopping)
                with m.If(ended | self.between & stopping):
                    m.d.sync += self.stopped.eq(~(self.emitted & self.last_step))
                    m.d.sync += [emitting.eq(0), wait.eq(self._drain_clocks - 1)]
                    m.next = "DRAIN"
                with m.Elif(self.emitted):
                    m.d.comb += self.begin.eq(1)
                    m.next = "WALK"

        return m
