"""A measuring walk, part by part."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.machine import MachineParams
from ..facts.measure import MeasureFlags
from ..measure.control import FLAG_BITS, MeasureControl

__all__ = ["MeasuringWalk"]


class MeasuringWalk(wiring.Component):
    """Walks the measured rows: the slots of a part, its drain, its weighing, and so on.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    start : In(1)
        A walk begins; at rest.
    rewind : In(1)
        No run: no target was hit.
    flags : In(6)
        What it measures; constant from `start` to `over`.
    weigh_rows : In
        As `Register.WEIGH_ROWS`.
    ending : In(1)
        The slot of this clock is a row's last one.
    wrapped : In(1)
        The row of this clock is the last one of the walk.
    advance : Out(1)
        A row begins in the next clock.
    begin : Out(1)
        With it a part.
    resting : Out(1)
        Between parts.
    over : Out(1)
        The walk ends in this clock.
    hit : Out(1)
        The target was reached, from the clock after `over` until the run ends.
    measure : Out(MeasureControl)

    Timing
    ------
    A part's first slot stands in the clock after `start`, or after the `done` of the part before;
    `params.drain_clocks` after its last slot are followed by the clock of `weigh`, or of a walk
    without scores, `over` stands in the last of them. Rows have three slots or more.

    Reference
    ---------
    `MachineParams.measure_clocks`.
    """

    start: Signal
    rewind: Signal
    flags: Signal
    weigh_rows: Signal
    ending: Signal
    wrapped: Signal
    advance: Signal
    begin: Signal
    resting: Signal
    over: Signal
    hit: Signal
    measure: Any

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "start": In(1),
                "rewind": In(1),
                "flags": In(FLAG_BITS),
                "weigh_rows": In(range(params.rows + 1)),
                "ending": In(1),
                "wrapped": In(1),
                "advance": Out(1),
                "begin": Out(1),
                "resting": Out(1),
                "over": Out(1),
                "hit": Out(1),
                "measure": Out(MeasureControl()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        measure = self.measure

        wait = Signal(range(self._params.drain_clocks), reset_less=True)
        scores = self.flags.bit_select(MeasureFlags.SCORES.bit_length() - 1, 1)
        # Counts from 0 if there is but one part, and does not come to 1 again in any walk.
        rows_left = Signal.like(self.weigh_rows, reset_less=True)
        part_ends = Signal(reset_less=True)  # with the row that is under way
        m.d.sync += [part_ends.eq(rows_left == 1), wait.eq(wait - 1), measure.weigh.eq(0)]
        m.d.comb += [measure.flags.eq(self.flags), self.advance.eq(self.begin)]
        with m.If(self.begin):
            m.d.comb += measure.walking.eq(1)
            m.d.sync += rows_left.eq(scores.replicate(len(rows_left)) & self.weigh_rows)
        with m.If(self.rewind):
            m.d.sync += self.hit.eq(0)
        with m.FSM():
            with m.State("IDLE"), m.If(self.start):
                m.d.comb += self.begin.eq(1)
                m.next = "WALK"
            with m.State("WALK"):
                m.d.comb += measure.walking.eq(1)
                with m.If(self.ending & (self.wrapped | part_ends)):
                    m.d.sync += [wait.eq(self._params.drain_clocks - 1)]
                    m.d.sync += measure.last.eq(self.wrapped)
                    m.next = "DRAIN"
                with m.Elif(self.ending):
                    m.d.comb += self.advance.eq(1)
                    m.d.sync += rows_left.eq(rows_left - 1)
            with m.State("DRAIN"):
                m.d.comb += [measure.walking.eq(1), self.resting.eq(1)]
                with m.If((wait == 0) & scores):
                    m.d.sync += measure.weigh.eq(1)
                    m.next = "WEIGH"
                with m.Elif(wait == 0):
                    m.d.comb += self.over.eq(1)
                    m.next = "IDLE"
            with m.State("WEIGH"):
                m.d.comb += self.resting.eq(1)
                with m.If(measure.done & measure.last):
                    m.d.comb += self.over.eq(1)
                    m.d.sync += self.hit.eq(measure.hit)
                    m.next = "IDLE"
                with m.Elif(measure.done):
                    m.d.comb += self.begin.eq(1)
                    m.next = "WALK"

        return m
