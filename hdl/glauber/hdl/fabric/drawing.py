"""What goes to the generators of all lanes."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..facts.generators import WORD_BITS
from ..facts.machine import MachineParams
from ..facts.regions import Region, region_words
from ..link.window import WindowSignature
from ..noise.liveness import LivenessWindow
from ..noise.seeding import SeedLoader
from .delay import Delay

__all__ = ["DrawControl"]


class DrawControl(wiring.Component):
    """Draws, liveness windows, seeds and entropy on their way to all generators.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    wanted, last_wanted : In(1)
        `draw` and `last_draw` of `FabricControl`.
    seeds : In(WindowSignature)
        Words of `Region.SEEDS`.
    last_draw : Out(1)
        `last_wanted`, a clock later.
    entropy : In(32)
        Entropy for all generators, as `inject` of `NoiseSignature`, in the clock of `last_draw`.
    draw, clear, load, inject, window : Out
        As in `NoiseUnit`, for all generators, from flip-flops.

    Timing
    ------
    `draw` stands `LATENCY` clocks after `wanted`, and all else that comes with it keeps its place
    beside it. The outputs follow those of `SeedLoader` by two clocks.
    """

    LATENCY = 2

    wanted: Signal
    last_wanted: Signal
    seeds: Any
    last_draw: Signal
    entropy: Signal
    draw: Signal
    clear: Signal
    load: Signal
    inject: Signal
    window: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "wanted": In(1),
                "last_wanted": In(1),
                "seeds": In(WindowSignature(region_words(Region.SEEDS, params))),
                "last_draw": Out(1),
                "entropy": In(WORD_BITS),
                "draw": Out(1),
                "clear": Out(params.generators),
                "load": Out(params.generators),
                "inject": Out(WORD_BITS),
                "window": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.seeding = seeding = SeedLoader(self._params)
        m.submodules.liveness = liveness = LivenessWindow()
        chosen = Cat(seeding.clear, seeding.load)
        # A clock of its own, so that hardly a gate stands before what goes to all lanes.
        m.submodules.seed = seed = Delay(len(chosen) + WORD_BITS, 1, reset_less=True)
        m.submodules.broadcast = broadcast = Delay(2, 1)
        m.submodules.seeds = seeds = Delay(len(seed.o), 1, reset_less=True)

        connect(m, flipped(self.seeds), seeding.window)
        draw = Signal()
        m.d.sync += [draw.eq(self.wanted), self.last_draw.eq(self.last_wanted)]
        m.d.comb += [
            [liveness.restart.eq(seeding.loading), liveness.taken.eq(draw)],
            broadcast.i.eq(Cat(draw, liveness.window)),
            Cat(self.draw, self.window).eq(broadcast.o),
            seed.i.eq(Cat(chosen, seeding.inject)),
            seeds.i.eq(Cat(seed.o[: len(chosen)], seed.o[len(chosen) :] | self.entropy)),
            Cat(self.clear, self.load, self.inject).eq(seeds.o),
        ]

        return m
