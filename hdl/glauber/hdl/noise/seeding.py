"""Loads generator states over the bus, one generator at a time."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.machine import MachineParams
from ..facts.registers import Region, region_words
from ..link.window import WindowSignature
from .catalog import seed_injection
from .source import SEED_BITS

__all__ = ["SeedLoader"]


class SeedLoader(wiring.Component):
    """Turns pairs of bus words into clear and load pulses for one generator.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    window : In(WindowSignature)
        Words of `Region.SEEDS`; the odd word of a pair starts the loading.
    clear, load : Out(generators)
        One bit per generator.
    inject : Out(64)
        Shared by all generators; zero except while loading.

    Timing
    ------
    The pulses follow the second word by 1 (clear) and 2 (load) clocks. Second words
    must be at least 2 clocks apart, as they are when every pair is written in full.
    """

    window: Any
    clear: Signal
    load: Signal
    inject: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        words = region_words(Region.SEEDS, params)
        super().__init__(
            {
                "window": In(WindowSignature(words)),
                "clear": Out(params.generators),
                "load": Out(params.generators),
                "inject": Out(SEED_BITS),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        low = Signal(32, reset_less=True)
        state = Signal(SEED_BITS, reset_less=True)
        selected = Signal(self._params.generators, reset_less=True)
        clearing = Signal()
        loading = Signal()

        m.d.sync += [clearing.eq(0), loading.eq(clearing)]
        with m.If(self.window.enable):
            with m.If(self.window.address[0]):
                m.d.sync += [
                    state.eq(Cat(low, self.window.data)),
                    selected.eq(1 << self.window.address[1:]),
                    clearing.eq(1),
                ]
            with m.Else():
                m.d.sync += low.eq(self.window.data)

        with m.If(clearing):
            m.d.comb += self.clear.eq(selected)
        with m.If(loading):
            m.d.comb += [
                self.load.eq(selected),
                self.inject.eq(seed_injection(self._params.source, state)),
            ]

        return m
