"""Which region of the bus an address belongs to."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .facts.frames import Result
from .facts.regions import REGION_SHIFT, Region
from .link.bus import BusSignature

__all__ = ["RegionDecoder"]


class RegionDecoder(wiring.Component):
    """Passes requests on to the region that their address names.

    Members
    -------
    bus : In(BusSignature)
    busy : In(1)
        While 1, every region but `REGISTERS` and `STREAM` is refused with `BUSY`.
    registers, rows, ... : Out(BusSignature)
        One per `facts.registers.Region`, named as it is in lower case.

    Timing
    ------
    Adds no clock.
    """

    bus: Any
    busy: Signal
    registers: Any
    rows: Any
    steps: Any
    seeds: Any
    states: Any
    raw: Any
    reseeds: Any
    scores: Any
    program: Any
    stream: Any
    moments: Any
    best: Any

    def __init__(self) -> None:
        regions = {region.name.lower(): Out(BusSignature()) for region in Region}
        super().__init__({"bus": In(BusSignature()), "busy": In(1), **regions})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        targets = {region: getattr(self, region.name.lower()) for region in Region}
        for target in targets.values():
            m.d.comb += [
                target.write.eq(self.bus.write),
                target.address.eq(self.bus.address),
                target.w_data.eq(self.bus.w_data),
            ]
        m.d.comb += [self.bus.ready.eq(1), self.bus.result.eq(Result.BAD_ADDRESS)]
        with m.Switch(self.bus.address[REGION_SHIFT:]):
            for region, target in targets.items():
                with m.Case(region):
                    with m.If(self.busy & (region not in (Region.REGISTERS, Region.STREAM))):
                        m.d.comb += self.bus.result.eq(Result.BUSY)
                    with m.Else():
                        m.d.comb += [
                            target.valid.eq(self.bus.valid),
                            self.bus.ready.eq(target.ready),
                            self.bus.r_data.eq(target.r_data),
                            self.bus.result.eq(target.result),
                        ]

        return m
