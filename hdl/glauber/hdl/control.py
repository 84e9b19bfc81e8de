"""Header, control and status words."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .facts.frames import Result
from .facts.machine import MachineParams
from .facts.registers import REGION_SHIFT, HeaderWords, Register
from .link.bus import BusSignature

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
    start, stop : Out(1)
        Pulses to the sequencer.
    row_count, step_count : Out(32)
    running, stopped, sweep_done : In(1)
        From the sequencer.
    frames_bad : In(32)
        From the link.

    Timing
    ------
    Answers one clock after the request.
    """

    bus: Any
    start: Signal
    stop: Signal
    row_count: Signal
    step_count: Signal
    running: Signal
    stopped: Signal
    sweep_done: Signal
    frames_bad: Signal

    def __init__(self, params: MachineParams, header: HeaderWords) -> None:
        self._params = params
        self._header = header.words()
        super().__init__(
            {
                "bus": In(BusSignature()),
                "start": Out(1),
                "stop": Out(1),
                "row_count": Out(32),
                "step_count": Out(32),
                "running": In(1),
                "stopped": In(1),
                "sweep_done": In(1),
                "frames_bad": In(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.writable = writable = _WritableRegisters(self._params)
        m.submodules.counters = counters = _RunCounters()

        bus = self.bus
        request = bus.valid & ~bus.ready
        answer = Signal(32, reset_less=True)
        found = Signal(Result, init=Result.BAD_ADDRESS)
        result = Signal(Result, reset_less=True)
        values = dict(enumerate(self._header)) | {
            Register.RUN: writable.run,
            Register.STATUS: Cat(self.running, self.stopped),
            Register.ROW_COUNT: writable.row_count,
            Register.STEP_COUNT: writable.step_count,
            Register.SWEEPS_DONE: counters.sweeps,
            Register.CYCLES_LOW: counters.cycles[:32],
            Register.CYCLES_HIGH: counters.cycles[32:],
            Register.FRAMES_BAD: self.frames_bad,
        }
        with m.Switch(bus.address[:REGION_SHIFT]):
            for where, value in values.items():
                with m.Case(where):
                    m.d.comb += found.eq(Result.OK)
                    m.d.sync += answer.eq(value)
        m.d.sync += [bus.ready.eq(request), result.eq(Mux(bus.write, writable.result, found))]
        m.d.comb += [
            bus.r_data.eq(answer),
            bus.result.eq(result),
            writable.write.eq(request & bus.write),
            writable.address.eq(bus.address),
            writable.w_data.eq(bus.w_data),
            writable.running.eq(self.running),
            counters.start.eq(self.start),
            counters.running.eq(self.running),
            counters.sweep_done.eq(self.sweep_done),
            self.start.eq(writable.start),
            self.stop.eq(writable.stop),
            self.row_count.eq(writable.row_count),
            self.step_count.eq(writable.step_count),
        ]

        return m


class _WritableRegisters(wiring.Component):
    """The registers that the host writes. `result` is there in the clock of `write`."""

    write: Signal
    address: Signal
    w_data: Signal
    result: Signal
    running: Signal
    run: Signal
    start: Signal
    stop: Signal
    row_count: Signal
    step_count: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "write": In(1),
                "address": In(REGION_SHIFT),
                "w_data": In(32),
                "result": Out(Result),
                "running": In(1),
                "run": Out(32),
                "start": Out(1),
                "stop": Out(1),
                "row_count": Out(32),
                "step_count": Out(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        m.d.comb += self.result.eq(Result.BAD_ADDRESS)
        with m.Switch(self.address):
            with m.Case(Register.RUN):
                m.d.comb += self.result.eq(Result.OK)
                with m.If(self.w_data != self.run):
                    with m.If(self.running):
                        m.d.comb += self.result.eq(Result.BUSY)
                    with m.Elif((self.row_count == 0) | (self.step_count == 0)):
                        m.d.comb += self.result.eq(Result.BAD_VALUE)
                    with m.Elif(self.write):
                        m.d.comb += self.start.eq(1)
                        m.d.sync += self.run.eq(self.w_data)
            with m.Case(Register.STOP):
                m.d.comb += [self.result.eq(Result.OK), self.stop.eq(self.write)]
            for where, count, limit in (
                (Register.ROW_COUNT, self.row_count, self._params.rows),
                (Register.STEP_COUNT, self.step_count, self._params.steps),
            ):
                with m.Case(where):
                    with m.If(self.running):
                        m.d.comb += self.result.eq(Result.BUSY)
                    with m.Elif((self.w_data == 0) | (self.w_data > limit)):
                        m.d.comb += self.result.eq(Result.BAD_VALUE)
                    with m.Else():
                        m.d.comb += self.result.eq(Result.OK)
                        with m.If(self.write):
                            m.d.sync += count.eq(self.w_data)

        return m


class _RunCounters(wiring.Component):
    """Clock cycles and sweeps of the last run."""

    start: Signal
    running: Signal
    sweep_done: Signal
    cycles: Signal
    sweeps: Signal

    def __init__(self) -> None:
        super().__init__(
            {
                "start": In(1),
                "running": In(1),
                "sweep_done": In(1),
                "cycles": Out(64),
                "sweeps": Out(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        m.d.sync += [
            self.cycles.eq(self.cycles + self.running),
            self.sweeps.eq(self.sweeps + self.sweep_done),
        ]
        with m.If(self.start):
            m.d.sync += [self.cycles.eq(0), self.sweeps.eq(0)]

        return m
