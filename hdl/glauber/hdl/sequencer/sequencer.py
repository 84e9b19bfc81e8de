"""Walks the rows of a program through a whole schedule, without help from the host."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..fabric.control import FabricControl
from ..facts import program as facts
from ..facts.machine import MachineParams
from ..link.window import WindowSignature
from ..stream.unit import EmitControl
from .phases import RunPhases
from .tables import PrefetchTable

__all__ = ["Sequencer"]


class Sequencer(wiring.Component):
    """Issues a slot in every clock of a run: steps, in them sweeps, in them rows, in them slots.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    start : In(1)
        Begins a run; ignored while one is under way.
    stop : In(1)
        Ends the run after the sweep that is under way in the next clock, or before the next word
        of an emission.
    row_count, step_count : In
        How many rows a sweep has and how many steps the schedule; 1 or more, constant in a run.
    rows, steps : In(WindowSignature)
        Words of `Region.ROWS` and `Region.STEPS`.
    control : Out(FabricControl)
    running : Out(1)
        From the clock after `start` until the fabric is at rest.
    emitter : Out(EmitControl)
        What emits the states after a step that says so.
    sweep_done : Out(1)
        The last slot of a sweep is issued in this clock.
    stopped : Out(1)
        The last run was ended by `stop`.

    Timing
    ------
    The first slot stands `SEQUENCER_CLOCKS + 1` clocks after `start`. No clock is lost between
    rows, sweeps and steps, because the next row and the next step are read ahead; an emission
    begins `params.drain_clocks` after a slot, and a slot follows its end at once. Rows must have
    at least `facts.machine.SEQUENCER_CLOCKS` slots for that. A run with shorter rows issues the
    wrong slots, but ends.

    Reference
    ---------
    `glauber.sim.model.engine` and `facts.machine.MachineParams.run_clocks`.
    """

    start: Signal
    stop: Signal
    row_count: Signal
    step_count: Signal
    rows: Any
    steps: Any
    control: Any
    emitter: Any
    running: Signal
    sweep_done: Signal
    stopped: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "start": In(1),
                "stop": In(1),
                "row_count": In(32),
                "step_count": In(32),
                "rows": In(WindowSignature(params.rows)),
                "steps": In(WindowSignature(params.steps)),
                "control": Out(FabricControl(params)),
                "emitter": Out(EmitControl()),
                "running": Out(1),
                "sweep_done": Out(1),
                "stopped": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.rows = rows = PrefetchTable(self._params.rows)
        m.submodules.steps = steps = PrefetchTable(self._params.steps)
        m.submodules.phases = phases = RunPhases(self._params.drain_clocks)
        connect(m, flipped(self.rows), rows.window)
        connect(m, flipped(self.steps), steps.window)

        slot = self.control.slot
        slots_left = Signal(facts.ROW_LENGTH_BITS)
        draws_left = Signal(range(self._params.draws + 1))
        emit, sweeps_left = Signal(), Signal(32 - facts.SWEEPS_SHIFT)
        ending = Signal(init=1)  # slots_left <= 1
        row_end = phases.walking & ending
        sweep_end = row_end & rows.wrapped
        step_end = sweep_end & (sweeps_left == 1)

        m.d.comb += [
            [phases.start.eq(self.start), phases.stop.eq(self.stop)],
            [phases.sweep_end.eq(sweep_end), phases.step_end.eq(step_end)],
            [phases.last_step.eq(steps.wrapped), phases.emits.eq(emit & self.emitter.ready)],
            [self.emitter.emit.eq(phases.emit), phases.between.eq(self.emitter.between)],
            phases.emitted.eq(self.emitter.done),
            [rows.count.eq(self.row_count), rows.rewind.eq(phases.rewind)],
            rows.advance.eq(phases.begin | row_end & ~phases.leave),
            [steps.count.eq(self.step_count), steps.rewind.eq(phases.rewind)],
            steps.advance.eq(phases.begin | step_end & ~phases.leave),
            [slot.valid.eq(slots_left != 0), slot.last.eq(row_end)],
            self.control.draw.eq(draws_left != 0),
            self.control.last_draw.eq((draws_left == 1) & rows.wrapped),
            [self.running.eq(phases.running), self.stopped.eq(phases.stopped)],
            self.sweep_done.eq(sweep_end),
        ]
        m.d.sync += [
            slot.first.eq(rows.advance),
            slots_left.eq(Mux(slots_left == 0, 0, slots_left - 1)),
            ending.eq(Mux(rows.advance, rows.word[: len(slots_left)] <= 1, slots_left <= 2)),
            draws_left.eq(Mux(draws_left == 0, 0, draws_left - 1)),
            slot.address.eq(Mux(phases.begin | sweep_end, 0, slot.address + 1)),
        ]
        with m.If(rows.advance):
            m.d.sync += Cat(slots_left, slot.target).eq(rows.word)
            m.d.sync += draws_left.eq(self._params.draws)
        with m.If(steps.advance):
            m.d.sync += Cat(self.control.temperature, slot.couple, emit, sweeps_left).eq(steps.word)
        with m.Elif(sweep_end):
            m.d.sync += sweeps_left.eq(sweeps_left - 1)

        return m
