"""All noise sources side by side, for one simulator to run."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from glauber.hdl.facts.generators import WORD_BITS, Source
from glauber.hdl.noise.source import GeneratorSource

__all__ = ["AllSources"]


class AllSources(wiring.Component):
    """`ready`, `clear`, `load` and `inject` go to all; `words` holds what each shows, in order."""

    ready: Signal
    clear: Signal
    load: Signal
    inject: Signal
    words: Signal

    def __init__(self) -> None:
        super().__init__(
            {
                "ready": In(1),
                "clear": In(1),
                "load": In(1),
                "inject": In(WORD_BITS),
                "words": Out(WORD_BITS * len(Source)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        alive = Signal()
        m.d.sync += alive.eq(1)  # the domain must exist
        for index, source in enumerate(Source):
            m.submodules[source.name.lower()] = unit = GeneratorSource(source)
            m.d.comb += [
                unit.noise.clear.eq(self.clear),
                unit.noise.load.eq(self.load),
                unit.noise.inject.eq(self.inject),
                unit.noise.o.ready.eq(self.ready),
                self.words.word_select(index, WORD_BITS).eq(unit.noise.o.payload),
            ]

        return m
