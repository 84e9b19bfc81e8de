"""Carries out the operations of a schedule."""

from typing import Any

from amaranth.hdl import Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts import operations as facts
from ..facts.machine import SEQUENCER_CLOCKS, MachineParams
from ..facts.measure import Abilities, MeasureFlags
from ..facts.program import COUPLE_SHIFT, EMIT_SHIFT
from ..measure.control import FLAG_BITS, MeasureControl, can_measure
from .loops import LoopCounters
from .phases import OperationControl
from .walk import MeasuringWalk

__all__ = ["Operations"]


class Operations(wiring.Component):
    """Decodes the next word of a schedule and, if it is an operation, carries it out.

    Parameters
    ----------
    params : MachineParams
        Without `abilities` it is nothing but wires.

    Members
    -------
    control : In(OperationControl)
    word : In(32)
        The next word of the schedule; an operation stands in the clock before `operate` too.
    take : Out(1)
        `word` is taken in this clock.
    back : Out(1), length : Out(15)
        In that clock: the `length` words before it come again.
    measures : Out(1)
        From the clock before a walk to its end: the rows are `measured_rows`.
    measured_rows, weigh_rows : In
        As the registers of these names.
    ending, wrapped : In(1); advance, begin, resting : Out(1); measure : Out(MeasureControl)
        As in `MeasuringWalk`.

    Timing
    ------
    The word is taken in the first clock, and what is to be walked begins in the next; the second
    and the last two are those of a fetch. That makes `facts.machine.OPERATION_CLOCKS` beside a
    walk's.

    Reference
    ---------
    `facts.operations` and `MachineParams.measure_clocks`.
    """

    control: Any
    word: Signal
    take: Signal
    back: Signal
    length: Signal
    measures: Signal
    measured_rows: Signal
    weigh_rows: Signal
    ending: Signal
    wrapped: Signal
    advance: Signal
    begin: Signal
    resting: Signal
    measure: Any

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "control": In(OperationControl()),
                "word": In(32),
                "take": Out(1),
                "back": Out(1),
                "length": Out(facts.REPEAT_LENGTH_MAX.bit_length()),
                "measures": Out(1),
                "measured_rows": In(range(params.rows + 1)),
                "weigh_rows": In(range(params.rows + 1)),
                "ending": In(1),
                "wrapped": In(1),
                "advance": Out(1),
                "begin": Out(1),
                "resting": Out(1),
                "measure": Out(MeasureControl()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        if not self._params.abilities:
            return m

        repeats = self.word[facts.REPEAT_SHIFT]
        flags = Signal(FLAG_BITS, reset_less=True)
        working, worked = Signal(), Signal(init=1)
        wait = Signal(range(SEQUENCER_CLOCKS), reset_less=True)
        m.d.sync += wait.eq(wait - 1)
        m.d.comb += self.control.operation.eq(self.word[EMIT_SHIFT] & ~self.word[COUPLE_SHIFT])
        with m.FSM():
            with m.State("TAKE"), m.If(self.control.operate):
                m.d.comb += self.take.eq(1)
                m.d.sync += flags.eq(Mux(repeats, 0, self._effective()))
                m.next = "WORK"
            with m.State("WORK"):
                m.d.comb += working.eq(1)
                with m.If(worked):
                    m.d.sync += wait.eq(SEQUENCER_CLOCKS - 2)
                    m.next = "FETCH"
            with m.State("FETCH"), m.If(wait == 0):
                m.d.comb += self.control.operated.eq(1)
                m.next = "TAKE"
        if Abilities.LOOPS in self._params.abilities:
            m.submodules.loops = loops = LoopCounters()
            m.d.comb += [
                [loops.rewind.eq(self.control.rewind), loops.word.eq(self.word)],
                loops.take.eq(self.take & repeats),
                [self.back.eq(self.take & repeats & loops.again), self.length.eq(self.word)],
            ]
        if can_measure(self._params):
            m.submodules.walk = walk = MeasuringWalk(self._params)
            connect(m, walk.measure, flipped(self.measure))
            walks = (flags & (MeasureFlags.SCORES | MeasureFlags.MOMENTS)).any()
            m.d.comb += [
                [walk.start.eq(working & walks), worked.eq(~walks | walk.over)],
                [walk.rewind.eq(self.control.rewind), walk.flags.eq(flags)],
                [walk.weigh_rows.eq(self.weigh_rows), self.control.hit.eq(walk.hit)],
                [walk.ending.eq(self.ending), walk.wrapped.eq(self.wrapped)],
                [self.advance.eq(walk.advance), self.begin.eq(walk.begin)],
                [self.resting.eq(walk.resting), self.measures.eq(self.take | working)],
            ]

        return m

    def _effective(self) -> Value:
        """What `word` measures with the abilities of the machine; 0 if there is no row for it."""
        abilities = self._params.abilities
        scores = self.word & MeasureFlags.SCORES if Abilities.SCORES in abilities else Const(0)
        of_scores = MeasureFlags.BEST | MeasureFlags.TARGET
        if Abilities.TEMPERING in abilities:
            of_scores |= MeasureFlags.EXCHANGE
        others = MeasureFlags.FRESH
        if Abilities.MOMENTS in abilities:
            others |= MeasureFlags.MOMENTS
        flags = scores | Mux(scores, self.word & of_scores, 0) | self.word & others
        return Mux(self.measured_rows == 0, 0, flags[:FLAG_BITS])
