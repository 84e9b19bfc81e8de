"""The registers that the host writes, and what refuses a word."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.frames import Result
from ..facts.health import RESEED_INTERVAL_MAX, RESEED_REPLAY
from ..facts.line import DIVISOR_RANGE
from ..facts.machine import MachineParams
from ..facts.measure import Abilities
from ..facts.regions import REGION_SHIFT
from ..facts.registers import Register
from ..facts.rules import modes
from ..measure.control import can_measure
from ..tempering.registers import TemperRegisters

__all__ = ["WritableRegisters"]


class WritableRegisters(wiring.Component):
    """The registers that the host writes.

    Address and word must stand for the two clocks before `write`, in which they are compared, and
    for the clock after it. `result` is there in the clock of `write`; values and pulses follow it
    by one clock and by two. The other members are as in `ControlRegisters`.
    """

    write: Signal
    address: Signal
    w_data: Signal
    result: Signal
    running: Signal
    fault: Signal
    run: Signal
    start: Signal
    stop: Signal
    row_count: Signal
    step_count: Signal
    restart: Signal
    reseed: Signal
    reseed_start: Signal
    line: Signal
    line_fall_back: Signal
    emit_words: Signal
    measured_rows: Signal
    weigh_rows: Signal
    target: Signal
    tempering: Any
    tail_legal: Signal
    release: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "write": In(1),
                "address": In(REGION_SHIFT),
                "w_data": In(32),
                "result": Out(Result),
                "running": In(1),
                "fault": In(1),
                "run": Out(32),
                "start": Out(1),
                "stop": Out(1),
                "row_count": Out(32),
                "step_count": Out(32),
                "restart": Out(1),
                "reseed": Out(32),
                "reseed_start": Out(1),
                "line": Out(range(DIVISOR_RANGE[1] + 1)),
                "line_fall_back": In(1),
                "emit_words": Out(32),
                "measured_rows": Out(range(params.rows + 1)),
                "weigh_rows": Out(range(params.rows + 1)),
                "target": Out(32),
                "tempering": In(TemperRegisters()),
                "tail_legal": In(1),
                "release": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        accepted = {}
        m.d.comb += self.result.eq(Result.BAD_ADDRESS)
        for register, reasons in self._refusals().items():
            accepted[register] = Signal(name=f"accepted_{register.name.lower()}")
            asked = Signal(name=f"asked_{register.name.lower()}")
            holds = Signal(len(reasons), name=f"refused_{register.name.lower()}")
            m.d.sync += [
                asked.eq(self.address == register),
                holds.eq(Cat(reason for reason, _ in reasons)),
                accepted[register].eq(self.write & asked & ~holds.any()),
            ]
            with m.If(asked):
                m.d.comb += self.result.eq(Result.OK)
                for held, (_, result) in reversed([*zip(holds, reasons, strict=True)]):
                    with m.If(held):
                        m.d.comb += self.result.eq(result)
        if Abilities.TEMPERING in self._params.abilities:
            exchanges = self.tempering.exchanges
            m.d.sync += exchanges.eq(exchanges + self.tempering.exchanged)
        for register, value in self._kept().items():
            with m.If(accepted[register]):
                m.d.sync += value.eq(self.w_data)
        with m.If(self.line_fall_back):
            m.d.sync += self.line.eq(0)
        m.d.comb += self.release.eq(accepted[Register.STREAM_TAIL])  # while its word stands
        # With the words in their registers.
        m.d.sync += [
            self.start.eq(accepted[Register.RUN]),
            self.stop.eq(accepted[Register.STOP]),
            self.restart.eq(accepted[Register.HEALTH]),
            self.reseed_start.eq(accepted[Register.RESEED]),
        ]

        return m

    def _kept(self) -> dict[Register, Signal]:
        """The words that the machine has a use for."""
        params = self._params
        kept = {
            Register.RUN: self.run,
            Register.ROW_COUNT: self.row_count,
            Register.STEP_COUNT: self.step_count,
            Register.LINE: self.line,
        }
        if params.rings:
            kept[Register.RESEED] = self.reseed
        if params.stream_words:
            kept[Register.EMIT_WORDS] = self.emit_words
        if can_measure(params):
            kept[Register.MEASURED_ROWS] = self.measured_rows
        if Abilities.SCORES in params.abilities:
            kept |= {Register.WEIGH_ROWS: self.weigh_rows, Register.TARGET: self.target}
        if modes(params.abilities):
            kept[Register.MODE] = self.tempering.mode
        if Abilities.TEMPERING in params.abilities:
            kept[Register.EXCHANGES] = self.tempering.exchanges
        return kept

    def _refusals(self) -> dict[Register, tuple[tuple[Value, Result], ...]]:
        """Why a word has no effect, and the result then: the first that holds."""
        params, word = self._params, self.w_data
        busy = (self.running, Result.BUSY)
        scores = Abilities.SCORES in params.abilities
        tempering = Abilities.TEMPERING in params.abilities
        no_mode = (word & (1 << len(word)) - 1 - modes(params.abilities)).any()
        measured_rows_max = params.rows if can_measure(params) else 0
        interval = word & ~RESEED_REPLAY
        emit_words_max = params.state_words if params.stream_words else 0
        no_setting = (word == RESEED_REPLAY) | (interval > RESEED_INTERVAL_MAX)
        low, high = DIVISOR_RANGE
        no_line = (word != 0) & ((word < low) | (word > high))
        return {
            Register.RUN: (
                (word == self.run, Result.OK),
                busy,
                (self.fault, Result.FAULT),
                ((self.row_count == 0) | (self.step_count == 0), Result.BAD_VALUE),
            ),
            Register.STOP: (),
            Register.STREAM_TAIL: ((~self.tail_legal, Result.BAD_VALUE),),
            Register.EMIT_WORDS: (busy, (word > emit_words_max, Result.BAD_VALUE)),
            Register.HEALTH: (busy,),
            Register.RESEED: (
                busy,
                (no_setting if params.rings else word != 0, Result.BAD_VALUE),
            ),
            Register.ROW_COUNT: (busy, ((word == 0) | (word > params.rows), Result.BAD_VALUE)),
            Register.LINE: (busy, (no_line, Result.BAD_VALUE)),
            Register.MEASURED_ROWS: (busy, (word > measured_rows_max, Result.BAD_VALUE)),
            Register.WEIGH_ROWS: (busy, (word > scores * params.rows, Result.BAD_VALUE)),
            Register.TARGET: (busy, ((word != 0) & (not scores), Result.BAD_VALUE)),
            Register.MODE: (busy, (no_mode, Result.BAD_VALUE)),
            Register.EXCHANGES: (busy, ((word != 0) & (not tempering), Result.BAD_VALUE)),
            Register.STEP_COUNT: (busy, ((word == 0) | (word > params.steps), Result.BAD_VALUE)),
        }
