"""Header, control and status words."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, ValueLike
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts.frames import Result
from ..facts.header import HeaderWords
from ..facts.line import DIVISOR_RANGE
from ..facts.machine import MachineParams
from ..facts.regions import REGION_SHIFT
from ..facts.registers import Register
from ..link.bus import BusSignature
from ..measure.registers import MeasureRegisters
from ..noise.registers import NOISE_REGISTERS, NoiseRegisters
from ..stream.registers import StreamRegisters
from ..tempering.registers import TemperRegisters
from .counters import RunCounters
from .reading import WordChoice
from .run import RunControl
from .writable import WritableRegisters

__all__ = ["ControlRegisters"]


class ControlRegisters(wiring.Component):
    """`Region.REGISTERS`: the header and the registers of `facts.registers.Register`.

    Parameters
    ----------
    params : MachineParams
    header : HeaderWords

    Members
    -------
    bus : In(BusSignature)
    run : Out(RunControl)
        To the sequencer.
    measure : In(MeasureRegisters), tempering : In(TemperRegisters)
    waiting : In(1), stream : In(StreamRegisters)
        From the stream; clocks in which it waits are not counted.
    frames_bad : In(32), writes : In(16)
        From the link.
    line : Out(10), line_fall_back : In(1)
        `Register.LINE`, and a pulse that sets it to 0.
    fault : In(1), noise : In(NoiseRegisters)
        From the noise; a fault refuses runs, and ends them.

    Timing
    ------
    Answers three clocks after the request.
    """

    bus: Any
    run: Any
    measure: Any
    tempering: Any
    waiting: Signal
    stream: Any
    frames_bad: Signal
    writes: Signal
    line: Signal
    line_fall_back: Signal
    fault: Signal
    noise: Any

    def __init__(self, params: MachineParams, header: HeaderWords) -> None:
        self._params = params
        self._header = header.words()
        super().__init__(
            {
                "bus": In(BusSignature()),
                "run": Out(RunControl(params)),
                "measure": In(MeasureRegisters()),
                "tempering": In(TemperRegisters()),
                "waiting": In(1),
                "stream": In(StreamRegisters()),
                "frames_bad": In(32),
                "writes": In(16),
                "line": Out(range(DIVISOR_RANGE[1] + 1)),
                "line_fall_back": In(1),
                "fault": In(1),
                "noise": In(NoiseRegisters()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.writable = writable = WritableRegisters(self._params)
        m.submodules.counters = counters = RunCounters()
        m.submodules.choice = choice = WordChoice(len(self._header) + len(Register))
        bus, run = self.bus, self.run
        connect(m, flipped(self.tempering), writable.tempering)
        request = bus.valid & ~bus.ready
        result = Signal(Result, reset_less=True)
        values = self._values(writable, counters)
        m.d.comb += [choice.words[where].eq(value) for where, value in values.items()]
        offset = bus.address[:REGION_SHIFT]
        write_only = [where for where in range(len(choice.words)) if where not in values]
        found = (offset < len(choice.words)) & ~Cat(offset == where for where in write_only).any()
        begun, step = Signal(), Signal()  # the second and the third clock of a request
        m.d.sync += [begun.eq(request & ~begun & ~step), step.eq(begun), bus.ready.eq(step)]
        with m.If(step):
            m.d.sync += result.eq(
                Mux(bus.write, writable.result, Mux(found, Result.OK, Result.BAD_ADDRESS))
            )
        m.d.comb += [
            choice.index.eq(bus.address),
            [bus.r_data.eq(choice.word), bus.result.eq(result)],
            writable.write.eq(step & bus.write),
            writable.address.eq(bus.address),
            writable.w_data.eq(bus.w_data),
            [writable.running.eq(run.running), writable.fault.eq(self.fault)],
            [self.noise.restart.eq(writable.restart), self.noise.reseed.eq(writable.reseed)],
            self.noise.reseed_start.eq(writable.reseed_start),
            [self.stream.word.eq(bus.w_data), writable.tail_legal.eq(self.stream.legal)],
            [
                self.stream.release.eq(writable.release),
                self.stream.emit_words.eq(writable.emit_words),
            ],
            [counters.start.eq(run.start), counters.running.eq(run.running & ~self.waiting)],
            counters.sweep_done.eq(run.sweep_done),
            [self.line.eq(writable.line), writable.line_fall_back.eq(self.line_fall_back)],
            [run.start.eq(writable.start), run.stop.eq(writable.stop | self.fault)],
            [run.row_count.eq(writable.row_count), run.step_count.eq(writable.step_count)],
            run.measured_rows.eq(writable.measured_rows),
            run.weigh_rows.eq(writable.weigh_rows),
            [self.measure.sweeps.eq(counters.sweeps), self.measure.target.eq(writable.target)],
        ]

        return m

    def _values(self, writable: WritableRegisters, counters: RunCounters) -> dict[int, ValueLike]:
        """What stands at each offset that can be read."""
        run = self.run
        return dict(enumerate(self._header)) | {
            Register.RUN: writable.run,
            Register.STATUS: Cat(run.running, run.stopped, self.fault, run.reached),
            Register.ROW_COUNT: writable.row_count,
            Register.STEP_COUNT: writable.step_count,
            Register.SWEEPS_DONE: counters.sweeps,
            Register.CYCLES_LOW: counters.cycles[:32],
            Register.CYCLES_HIGH: counters.cycles[32:],
            Register.FRAMES_BAD: self.frames_bad,
            Register.WRITES: self.writes,
            Register.LINE: writable.line,
            Register.RESEED: writable.reseed,
            Register.STREAM_HEAD: self.stream.head,
            Register.STREAM_TAIL: self.stream.tail,
            Register.EMIT_WORDS: writable.emit_words,
            Register.MEASURED_ROWS: writable.measured_rows,
            Register.WEIGH_ROWS: writable.weigh_rows,
            Register.TARGET: writable.target,
            Register.MOMENT_WALKS: self.measure.moment_walks,
            Register.MODE: self.tempering.mode,
            Register.EXCHANGES: self.tempering.exchanges,
            **{name: getattr(self.noise, name.name.lower()) for name in NOISE_REGISTERS},
        }
