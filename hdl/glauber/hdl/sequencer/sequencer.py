"""Walks the rows of a program through a whole schedule, without help from the host."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..fabric.control import FabricControl
from ..facts import program as facts
from ..facts.machine import SEQUENCER_CLOCKS, MachineParams
from ..link.window import WindowSignature
from ..stream.unit import EmitControl
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
        m.submodules.phases = phases = _RunPhases(self._params.drain_clocks)
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


class _RunPhases(wiring.Component):
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
