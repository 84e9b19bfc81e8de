"""Chooses one of many words, in two steps."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

__all__ = ["WordChoice"]

_GROUP_BITS = 3


class WordChoice(wiring.Component):
    """A wide multiplexer with a register in its middle and one at its end.

    Parameters
    ----------
    words : int

    Members
    -------
    words : In(ArrayLayout(32, words))
    index : In(ceil_log2(words))
        Held for two clocks.
    word : Out(32)
        What stood at `index`, two clocks later; zero if there is no such word.
    """

    LATENCY = 2

    words: data.View
    index: Signal
    word: Signal

    def __init__(self, words: int) -> None:
        super().__init__(
            {
                "words": In(data.ArrayLayout(32, words)),
                "index": In(max(_GROUP_BITS + 1, ceil_log2(words))),
                "word": Out(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        size = 1 << _GROUP_BITS
        starts = range(0, len(self.words), size)
        chosen = [Signal(32, name=f"chosen{start}", reset_less=True) for start in starts]
        answer = Signal(32, reset_less=True)
        for start, word in zip(starts, chosen, strict=True):
            group = Cat(self.words[n] for n in range(start, min(start + size, len(self.words))))
            m.d.sync += word.eq(group.word_select(self.index[:_GROUP_BITS], 32))
        m.d.sync += answer.eq(Cat(chosen).word_select(self.index[_GROUP_BITS:], 32))
        m.d.comb += self.word.eq(answer)

        return m
