"""What a run is doing: fetching, walking, operating, draining or emitting."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.machine import SEQUENCER_CLOCKS
from ..stream.unit import EmitControl

__all__ = ["OperationControl", "RunPhases"]


class OperationControl(wiring.Signature):
    """The interface from the phases of a run to what carries out operations.

    Members
    -------
    rewind : Out(1)
        No run: the tables show their first words, and nothing is known of runs before.
    operation : In(1)
        The next word is an operation.
    operate : Out(1)
        Carry it out: from the first clock to that of `operated`; at rest.
    operated : In(1)
        The operation ends in this clock, and the next word stands.
    hit : In(1)
        Beside `operated`: the target was reached.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "rewind": Out(1),
                "operation": In(1),
                "operate": Out(1),
                "operated": In(1),
                "hit": In(1),
            }
        )


class RunPhases(wiring.Component):
    """The phases of a run, from `start` to rest.

    Fetch, walk, drain, and in between, at rest, emissions and operations.

    Parameters
    ----------
    drain_clocks : int
        How long the fabric works on after the last slot.

    Members
    -------
    start : In(1), running, stopped : Out(1)
        As in `Sequencer`.
    begin : Out(1)
        The first row begins in the next clock.
    walking : Out(1)
        Rows are issued.
    stopping, cut, leave : In(1)
        As in `SweepEnds`.
    last_word, emits : In(1)
        The word that is carried out is the schedule's last one; the step ends with an emission.
    emitter : Out(EmitControl)
    operations : Out(OperationControl)
    reached : Out(1)
        The last run ended at its target.
    """

    start: Signal
    running: Signal
    stopped: Signal
    begin: Signal
    walking: Signal
    stopping: Signal
    cut: Signal
    last_word: Signal
    emits: Signal
    leave: Signal
    emitter: Any
    operations: Any
    reached: Signal

    def __init__(self, drain_clocks: int) -> None:
        self._drain_clocks = drain_clocks
        super().__init__(
            {
                "start": In(1),
                "running": Out(1),
                "stopped": Out(1),
                "begin": Out(1),
                "walking": Out(1),
                "stopping": In(1),
                "cut": In(1),
                "last_word": In(1),
                "emits": In(1),
                "leave": In(1),
                "emitter": Out(EmitControl()),
                "operations": Out(OperationControl()),
                "reached": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m, operations = Module(), self.operations

        wait = Signal(range(max(self._drain_clocks, SEQUENCER_CLOCKS)), reset_less=True)
        dispatch = Signal()  # the next word begins
        # What the drain is before, if it is not that at the end; then what the word is.
        emitting, operating = Signal(), Signal()
        through = self.last_word | operations.hit
        m.d.sync += wait.eq(wait - 1)
        m.d.comb += self.begin.eq(dispatch & ~operations.operation)
        with m.If(dispatch | self.leave):
            ends = self.leave & (self.emits | self.cut | self.last_word)
            m.d.sync += operating.eq(operations.operation & ~ends)
        with m.FSM():
            with m.State("IDLE"):
                m.d.comb += operations.rewind.eq(1)
                with m.If(self.start):
                    m.d.sync += [self.running.eq(1), self.stopped.eq(0), self.reached.eq(0)]
                    m.d.sync += wait.eq(SEQUENCER_CLOCKS - 1)
                    m.next = "FETCH"
            with m.State("FETCH"), m.If(wait == 0):
                m.d.comb += dispatch.eq(1)
                m.next = "WORK"
            with m.State("WORK"):
                m.d.comb += [self.walking.eq(~operating), operations.operate.eq(operating)]
                with m.If(self.leave):
                    m.d.sync += [self.stopped.eq(self.cut), emitting.eq(self.emits & ~self.cut)]
                    m.d.sync += wait.eq(self._drain_clocks - 1)
                    m.next = "DRAIN"
                with m.Elif(operations.operated & (through | self.stopping)):
                    m.d.sync += [self.running.eq(0), self.stopped.eq(~through)]
                    m.d.sync += self.reached.eq(operations.hit)
                    m.next = "IDLE"
                with m.Elif(operations.operated):
                    m.d.comb += dispatch.eq(1)
            with m.State("DRAIN"), m.If(wait == 0):
                with m.If(emitting):
                    m.next = "EMIT"
                with m.Elif(operating & ~self.stopping):
                    m.next = "WORK"
                with m.Else():
                    m.d.sync += [self.running.eq(0), self.stopped.eq(self.stopped | operating)]
                    m.next = "IDLE"
            with m.State("EMIT"):
                m.d.comb += self.emitter.emit.eq(~self.stopping)
                ended = self.emitter.done & (self.last_word | self.stopping)
                with m.If(ended | self.emitter.between & self.stopping):
                    m.d.sync += self.stopped.eq(~(self.emitter.done & self.last_word))
                    m.d.sync += [emitting.eq(0), wait.eq(self._drain_clocks - 1)]
                    m.next = "DRAIN"
                with m.Elif(self.emitter.done):
                    m.d.comb += dispatch.eq(1)
                    m.next = "WORK"

        return m
