"""The counters of the loops of a schedule."""

from amaranth.hdl import Array, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..facts import operations as facts

__all__ = ["LoopCounters", "RepeatLayout"]

COUNT_BITS = facts.REPEAT_COUNT_MAX.bit_length()


class RepeatLayout(data.StructLayout):
    """The word of a `facts.operations.Repeat`."""

    def __init__(self) -> None:
        level = (facts.REPEAT_LEVELS - 1).bit_length()
        length = facts.REPEAT_LENGTH_MAX.bit_length()
        others = 32 - COUNT_BITS - level - length
        super().__init__({"length": length, "level": level, "others": others, "count": COUNT_BITS})


class LoopCounters(wiring.Component):
    """Counts how often each loop under way was done again; a counter for each level.

    Members
    -------
    rewind : In(1)
        No run: all counters are 0.
    word : In(RepeatLayout)
        A word that repeats; stands in the clock before `take` and in it.
    take : In(1)
        Count it.
    again : Out(1)
        In the clock of `take`: the loop is done again.

    Reference
    ---------
    `facts.operations.Repeat`.
    """

    rewind: Signal
    word: data.View
    take: Signal
    again: Signal

    def __init__(self) -> None:
        super().__init__(
            {"rewind": In(1), "word": In(RepeatLayout()), "take": In(1), "again": Out(1)}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        counters = [Signal(COUNT_BITS, name=f"level{n}") for n in range(facts.REPEAT_LEVELS)]
        counter = Array(counters)[self.word.level]
        # Chosen and compared ahead, so that `take` decides nothing but what to do.
        next_count = Signal(COUNT_BITS, reset_less=True)
        again = Signal(reset_less=True)
        m.d.sync += [
            next_count.eq(counter + 1),
            again.eq(counter < self.word.count),
        ]
        m.d.comb += self.again.eq(again)
        for level, own in enumerate(counters):
            with m.If(self.rewind):
                m.d.sync += own.eq(0)
            with m.Elif(self.take & (self.word.level == level)):
                m.d.sync += own.eq(Mux(again, next_count, 0))

        return m
