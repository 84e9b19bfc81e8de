"""Which region of the bus an address belongs to."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from .facts.frames import Result
from .facts.machine import MachineParams
from .facts.regions import REGION_SHIFT, Region, region_words
from .facts.registers import Access
from .link.bus import BusSignature
from .link.window import WindowSignature, WriteWindow

__all__ = ["RegionDecoder"]


class RegionDecoder(wiring.Component):
    """Passes requests on to the region that their address names.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    bus : In(BusSignature)
    busy : In(1)
        While 1, every region but `REGISTERS` and `STREAM` is refused with `BUSY`.
    registers, rows, ... : Out(BusSignature) or Out(WindowSignature)
        One per `facts.regions.Region`, named as it is in lower case: a window if it is only
        written.

    Timing
    ------
    Adds no clock to requests; windows as `WriteWindow`.
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
    temperatures: Any
    ladder: Any

    def __init__(self, params: MachineParams) -> None:
        self._words = {region: region_words(region, params) for region in Region}
        regions = {
            region.name.lower(): Out(
                WindowSignature(words) if region.access is Access.WRITE else BusSignature()
            )
            for region, words in self._words.items()
        }
        super().__init__({"bus": In(BusSignature()), "busy": In(1), **regions})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        targets = {region: getattr(self, region.name.lower()) for region in Region}
        for region, words in self._words.items():
            if region.access is Access.WRITE:
                window = WriteWindow(words)
                m.submodules[f"{region.name.lower()}_window"] = window
                connect(m, window.window, flipped(targets[region]))
                targets[region] = window.bus
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
