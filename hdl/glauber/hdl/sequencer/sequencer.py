"""Walks the rows of a program through a whole schedule, without help from the host."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..fabric.control import FabricControl
from ..facts import program as facts
from ..facts.machine import SEQUENCER_CLOCKS, MachineParams
from ..link.window import WindowSignature
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
        Ends the run after the sweep that is under way.
    row_count, step_count : In
        How many rows a sweep has and how many steps the schedule; 1 or more, constant in a run.
    rows, steps : In(WindowSignature)
        Words of `Region.ROWS` and `Region.STEPS`.
    control : Out(FabricControl)
    running : Out(1)
        From the clock after `start` until the fabric is at rest.
    sweep_done : Out(1)
        The last slot of a sweep is issued in this clock.
    stopped : Out(1)
        The last run was ended by `stop`.

    Timing
    ------
    No clock is lost between rows, sweeps and steps, because the next row and the next step are
    read ahead; rows must have at least `facts.machine.SEQUENCER_CLOCKS` slots for that.

    Reference
    ---------
    `glauber.sim.model.engine.run`.
    """

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
                "running": Out(1),
                "sweep_done": Out(1),
                "stopped": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params = self._params
        m.submodules.rows = rows = PrefetchTable(params.rows)
        m.submodules.steps = steps = PrefetchTable(params.steps)
        connect(m, flipped(self.rows), rows.window)
        connect(m, flipped(self.steps), steps.window)

        slot = self.control.slot
        next_length = rows.word[: facts.ROW_LENGTH_BITS]
        slots_left = Signal(facts.ROW_LENGTH_BITS)
        draws_left = Signal(range(params.draws + 1))
        sweeps_left = Signal(32 - facts.SWEEPS_SHIFT)
        wait = Signal(range(params.drain_clocks))
        stopping = Signal()
        row_end = slots_left == 1
        sweep_end = row_end & rows.wrapped
        step_end = sweep_end & (sweeps_left == 1)
        load_row, load_step, finish = Signal(), Signal(), Signal()

        m.d.comb += [
            rows.count.eq(self.row_count),
            steps.count.eq(self.step_count),
            rows.advance.eq(load_row),
            steps.advance.eq(load_step),
            self.sweep_done.eq(slot.valid & slot.last & sweep_end),
            slot.last.eq(row_end),
            slot.valid.eq(slots_left != 0),
            self.control.draw.eq(draws_left != 0),
            finish.eq(step_end & steps.wrapped | sweep_end & (stopping | self.stop)),
        ]
        m.d.sync += [
            stopping.eq((stopping | self.stop) & self.running),
            slot.first.eq(load_row),
            slots_left.eq(Mux(slots_left == 0, 0, slots_left - 1)),
            draws_left.eq(Mux(draws_left == 0, 0, draws_left - 1)),
            slot.address.eq(Mux(sweep_end, 0, slot.address + 1)),
        ]

        with m.If(load_row):
            m.d.sync += [
                slots_left.eq(next_length),
                draws_left.eq(params.draws),
                slot.target.eq(rows.word[facts.ROW_LENGTH_BITS :]),
            ]
        with m.If(load_step):
            m.d.sync += [
                Cat(self.control.temperature, slot.couple, sweeps_left).eq(steps.word),
            ]
        with m.Elif(sweep_end):
            m.d.sync += sweeps_left.eq(sweeps_left - 1)

        with m.FSM():
            with m.State("IDLE"):
                m.d.comb += [rows.rewind.eq(1), steps.rewind.eq(1)]
                with m.If(self.start):
                    m.d.sync += [
                        self.running.eq(1),
                        wait.eq(SEQUENCER_CLOCKS - 1),
                        self.stopped.eq(0),
                    ]
                    m.next = "FETCH"
            with m.State("FETCH"):
                m.d.sync += [wait.eq(wait - 1), slot.address.eq(0)]
                with m.If(wait == 0):
                    m.d.comb += [load_row.eq(1), load_step.eq(1)]
                    m.next = "RUN"
            with m.State("RUN"):
                m.d.comb += [load_row.eq(row_end & ~finish), load_step.eq(step_end & ~finish)]
                with m.If(finish):
                    m.d.sync += [
                        wait.eq(params.drain_clocks - 1),
                        self.stopped.eq(~(step_end & steps.wrapped)),
                    ]
                    m.next = "DRAIN"
            with m.State("DRAIN"):
                m.d.sync += wait.eq(wait - 1)
                with m.If(wait == 0):
                    m.d.sync += self.running.eq(0)
                    m.next = "IDLE"

        return m
