"""Walks the rows of a program through a whole schedule, without help from the host."""

from typing import Any

from amaranth.hdl import Module, Mux
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..control.run import RunControl
from ..fabric.control import FabricControl
from ..facts.machine import MachineParams
from ..link.window import WindowSignature
from ..measure.control import MeasureControl
from ..stream.unit import EmitControl
from .ends import SweepEnds
from .operations import Operations
from .phases import RunPhases
from .slots import SlotIssue
from .steps import StepState
from .tables import PrefetchTable

__all__ = ["Sequencer"]


class Sequencer(wiring.Component):
    """Issues a slot in every clock of a run: steps, in them sweeps, in them rows, in them slots.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    run : In(RunControl)
    rows, steps : In(WindowSignature)
        Words of `Region.ROWS` and `Region.STEPS`.
    control : Out(FabricControl)
    emitter : Out(EmitControl)
        What emits the states after a step that says so.
    measure : Out(MeasureControl)
        What measures when an operation says so.

    Timing
    ------
    The first slot stands `SEQUENCER_CLOCKS + 1` clocks after `start`. No clock is lost between
    rows, sweeps and steps, because the next row and the next step are read ahead; an emission
    begins `params.drain_clocks` after a slot, and a slot follows its end at once; an operation
    begins as an emission does, and `Operations` says how it goes on. Rows must have
    at least `facts.machine.SEQUENCER_CLOCKS` slots for that. A run with shorter rows issues the
    wrong slots, but ends.

    Reference
    ---------
    `glauber.sim.model.run.RunModel` and `facts.machine.MachineParams.run_clocks`.
    """

    run: Any
    rows: Any
    steps: Any
    control: Any
    emitter: Any
    measure: Any

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "run": In(RunControl(params)),
                "rows": In(WindowSignature(params.rows)),
                "steps": In(WindowSignature(params.steps)),
                "control": Out(FabricControl(params)),
                "emitter": Out(EmitControl()),
                "measure": Out(MeasureControl()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m, params, run = Module(), self._params, self.run
        m.submodules.rows = rows = PrefetchTable(params.rows)
        m.submodules.steps = steps = PrefetchTable(params.steps)
        m.submodules.slots = slots = SlotIssue(params)
        m.submodules.step = step = StepState()
        m.submodules.ends = ends = SweepEnds()
        m.submodules.phases = phases = RunPhases(params.drain_clocks)
        m.submodules.operations = operations = Operations(params)
        connect(m, flipped(self.rows), rows.window)
        connect(m, flipped(self.steps), steps.window)
        connect(m, phases.emitter, flipped(self.emitter))
        connect(m, phases.operations, operations.control)
        connect(m, operations.measure, flipped(self.measure))
        connect(m, slots.control, flipped(self.control))

        rewind = phases.operations.rewind
        walk_begins = operations.begin & ~operations.resting
        m.d.comb += [
            [ends.walking.eq(phases.walking), ends.ending.eq(slots.ending)],
            [ends.last_row.eq(rows.wrapped), ends.last_sweep.eq(step.last_sweep)],
            [ends.last_word.eq(steps.wrapped), ends.emits.eq(step.emit & self.emitter.ready)],
            ends.operation.eq(operations.control.operation),
            [ends.running.eq(phases.running), ends.stop.eq(run.stop), ends.begin.eq(phases.begin)],
            [phases.start.eq(run.start), phases.stopping.eq(ends.stopping)],
            [phases.leave.eq(ends.leave), phases.cut.eq(ends.cut)],
            [phases.last_word.eq(steps.wrapped), phases.emits.eq(ends.emits)],
            [operations.word.eq(steps.word), operations.ending.eq(slots.ending)],
            [operations.wrapped.eq(rows.wrapped), operations.weigh_rows.eq(run.weigh_rows)],
            operations.measured_rows.eq(run.measured_rows),
            rows.count.eq(Mux(operations.measures, run.measured_rows, run.row_count)),
            [rows.rewind.eq(rewind), rows.advance.eq(ends.row_begins | operations.advance)],
            [steps.count.eq(run.step_count), steps.rewind.eq(rewind)],
            [steps.back.eq(operations.back), steps.length.eq(operations.length)],
            steps.advance.eq(ends.step_begins | operations.take),
            [step.word.eq(steps.word), step.begin.eq(ends.step_begins)],
            [step.sweep_end.eq(ends.sweep_end), step.measure.eq(walk_begins)],
            [slots.word.eq(rows.word), slots.advance.eq(rows.advance)],
            [slots.draws.eq(ends.row_begins), slots.opens.eq(ends.row_begins | operations.begin)],
            slots.rewind.eq(phases.begin | ends.sweep_end | walk_begins),
            [slots.hold.eq(operations.resting), slots.sweeps.eq(phases.walking)],
            [slots.temperature.eq(step.temperature), slots.couple.eq(step.couple)],
            slots.wrapped.eq(rows.wrapped),
            [run.running.eq(phases.running), run.stopped.eq(phases.stopped)],
            [run.reached.eq(phases.reached), run.sweep_done.eq(ends.sweep_end)],
        ]

        return m
