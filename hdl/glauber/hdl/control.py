"""Header, control and status words, and which region of the bus an address belongs to."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .facts.frames import Result
from .facts.machine import MachineParams
from .facts.registers import (
    REGION_SHIFT,
    HeaderWords,
    Region,
    Register,
)
from .link.bus import BusSignature

__all__ = ["ControlRegisters", "RegionDecoder"]


class ControlRegisters(wiring.Component):
    """`Region.REGISTERS`: the header and the registers of `facts.registers.Register`.

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
        m.submodules.counters = counters = _RunCounters()

        bus = self.bus
        address = bus.address[:REGION_SHIFT]
        run = Signal(32)
        answer = Signal(32, reset_less=True)
        result = Signal(Result, reset_less=True)
        request = bus.valid & ~bus.ready
        ready_to_run = (self.row_count != 0) & (self.step_count != 0)
        m.d.comb += [
            bus.r_data.eq(answer),
            bus.result.eq(result),
            counters.start.eq(self.start),
            counters.running.eq(self.running),
            counters.sweep_done.eq(self.sweep_done),
        ]
        m.d.sync += [bus.ready.eq(request), result.eq(Result.BAD_ADDRESS)]

        values = dict(enumerate(self._header)) | {
            Register.RUN: run,
            Register.STATUS: Cat(self.running, self.stopped),
            Register.ROW_COUNT: self.row_count,
            Register.STEP_COUNT: self.step_count,
            Register.SWEEPS_DONE: counters.sweeps,
            Register.CYCLES_LOW: counters.cycles[:32],
            Register.CYCLES_HIGH: counters.cycles[32:],
            Register.FRAMES_BAD: self.frames_bad,
        }
        with m.If(request & ~bus.write), m.Switch(address):
            for where, value in values.items():
                with m.Case(where):
                    m.d.sync += [answer.eq(value), result.eq(Result.OK)]
        with m.If(request & bus.write), m.Switch(address):
            with m.Case(Register.RUN):
                m.d.sync += result.eq(Result.OK)
                with m.If(bus.w_data != run):
                    with m.If(self.running):
                        m.d.sync += result.eq(Result.BUSY)
                    with m.Elif(~ready_to_run):
                        m.d.sync += result.eq(Result.BAD_VALUE)
                    with m.Else():
                        m.d.sync += run.eq(bus.w_data)
                        m.d.comb += self.start.eq(1)
            with m.Case(Register.STOP):
                m.d.sync += result.eq(Result.OK)
                m.d.comb += self.stop.eq(1)
            for where, count, limit in (
                (Register.ROW_COUNT, self.row_count, self._params.rows),
                (Register.STEP_COUNT, self.step_count, self._params.steps),
            ):
                with m.Case(where):
                    fits = (bus.w_data != 0) & (bus.w_data <= limit)
                    m.d.sync += result.eq(Mux(fits, Result.OK, Result.BAD_VALUE))
                    with m.If(self.running):
                        m.d.sync += result.eq(Result.BUSY)
                    with m.Elif(fits):
                        m.d.sync += count.eq(bus.w_data)

        return m


class _RunCounters(wiring.Component):
    """Clock cycles and sweeps of the last run."""

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


class RegionDecoder(wiring.Component):
    """Passes requests on to the region that their address names.

    Members
    -------
    bus : In(BusSignature)
    busy : In(1)
        While 1, every region but `REGISTERS` is refused with `BUSY`.
    registers, rows, ... : Out(BusSignature)
        One per `facts.registers.Region`, named as it is in lower case.

    Timing
    ------
    Adds no clock.
    """

    def __init__(self) -> None:
        regions = {region.name.lower(): Out(BusSignature()) for region in Region}
        super().__init__({"bus": In(BusSignature()), "busy": In(1), **regions})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        m.d.comb += [self.bus.ready.eq(1), self.bus.result.eq(Result.BAD_ADDRESS)]
        with m.Switch(self.bus.address[REGION_SHIFT:]):
            for region in Region:
                target = getattr(self, region.name.lower())
                m.d.comb += [
                    target.write.eq(self.bus.write),
                    target.address.eq(self.bus.address),
                    target.w_data.eq(self.bus.w_data),
                ]
                with m.Case(region):
                    refused = self.busy if region is not Region.REGISTERS else 0
                    with m.If(refused):
                        m.d.comb += self.bus.result.eq(Result.BUSY)
                    with m.Else():
                        m.d.comb += [
                            target.valid.eq(self.bus.valid),
                            self.bus.ready.eq(target.ready),
                            self.bus.r_data.eq(target.r_data),
                            self.bus.result.eq(target.result),
                        ]

        return m
