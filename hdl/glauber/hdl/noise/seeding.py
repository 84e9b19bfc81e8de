"""Loads seed words into generators, over the bus."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..facts.generators import WORD_BITS
from ..facts.machine import MachineParams
from ..facts.regions import Region, region_words
from ..link.window import WindowSignature

__all__ = ["SeedLoader"]


class SeedLoader(wiring.Component):
    """Turns bus words into clear and load pulses for one generator.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    window : In(WindowSignature)
        Words of `Region.SEEDS`.
    clear, load : Out(generators)
        One bit per generator.
    loading : Out(1)
        Some generator is being loaded.
    inject : Out(32)
        Shared by all generators; zero except in the second clock after a word.

    Timing
    ------
    A generator is cleared in the clock after its first word, loaded in the second after each word,
    and stepped in the `warmup` clocks after its last one. Words must be at least 2 + `warmup`
    clocks apart, as they are when they come as the bytes of a frame.
    """

    window: Any
    clear: Signal
    load: Signal
    loading: Signal
    inject: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        words = region_words(Region.SEEDS, params)
        super().__init__(
            {
                "window": In(WindowSignature(words)),
                "clear": Out(params.generators),
                "load": Out(params.generators),
                "loading": Out(1),
                "inject": Out(WORD_BITS),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        generator = self._params.source.generator

        # A copy of its own, for it goes on to all lanes.
        word = Signal.like(self.window.data, reset_less=True)
        address = Signal.like(self.window.address, reset_less=True)
        enable = Signal()
        m.d.sync += [word.eq(self.window.data), address.eq(self.window.address)]
        m.d.sync += enable.eq(self.window.enable)

        each = exact_log2(generator.seed_words)
        part = address[:each]
        chosen = Signal(self._params.generators, reset_less=True)
        steps = Signal(range(generator.warmup + 2))
        now = Signal.like(chosen)
        m.d.comb += [now.eq(1 << address[each:]), self.loading.eq(steps != 0)]
        m.d.sync += self.inject.eq(0)
        with m.If(enable):
            m.d.sync += [
                chosen.eq(now),
                self.inject.eq(word),
                steps.eq(1),
            ]
            with m.If(part == 0):
                m.d.comb += self.clear.eq(now)
            with m.If(part == generator.seed_words - 1):
                m.d.sync += steps.eq(1 + generator.warmup)
        with m.Elif(steps != 0):
            m.d.sync += steps.eq(steps - 1)
        with m.If(steps != 0):
            m.d.comb += self.load.eq(chosen)

        return m
