"""A table of program words that is read one entry ahead."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out

from ..facts.operations import REPEAT_LENGTH_MAX
from ..link.window import WindowSignature

__all__ = ["PrefetchTable"]


class PrefetchTable(wiring.Component):
    """Holds `words` words and shows them one after the other, from the first again after the last.

    A jump goes back.

    Parameters
    ----------
    words : int

    Members
    -------
    window : In(WindowSignature)
        The host's writes.
    count : In(32)
        How many words are in use: 1 or more, constant while words are shown.
    rewind : In(1)
        Start again with the first word.
    advance : In(1)
        `word` is taken; show the next.
    back : In(1), length : In(15)
        Beside `advance`: show the one that is `length` words before `word`, which exists.
    word : Out(32)
        The word whose turn it is.
    wrapped : Out(1)
        The last word in use was the one taken last, so `word` is the first again.

    Timing
    ------
    `word` follows `rewind` and `advance` by 3 clocks: counter, block RAM, its output register.
    """

    window: Any
    count: Signal
    rewind: Signal
    advance: Signal
    back: Signal
    length: Signal
    word: Signal
    wrapped: Signal

    def __init__(self, words: int) -> None:
        self._depth = words
        super().__init__(
            {
                "window": In(WindowSignature(words)),
                "count": In(32),
                "rewind": In(1),
                "advance": In(1),
                "back": In(1),
                "length": In(REPEAT_LENGTH_MAX.bit_length()),
                "word": Out(32),
                "wrapped": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.memory = words = memory.Memory(shape=unsigned(32), depth=self._depth, init=[])
        write, read = words.write_port(), words.read_port()

        index = Signal(range(self._depth))
        last = Signal.like(index, reset_less=True)  # it stands still while words are shown
        at_last = index == last
        # Not reset, so that it can be the output register of the block RAM.
        word = Signal(32, reset_less=True)
        m.d.comb += [
            self.word.eq(word),
            write.addr.eq(self.window.address),
            write.data.eq(self.window.data),
            write.en.eq(self.window.enable),
            read.addr.eq(index),
        ]
        m.d.sync += [word.eq(read.data), last.eq(self.count - 1)]
        with m.If(self.rewind):
            m.d.sync += [index.eq(0), self.wrapped.eq(0)]
        with m.Elif(self.advance & self.back):
            m.d.sync += [index.eq(index - self.length), self.wrapped.eq(0)]
        with m.Elif(self.advance):
            m.d.sync += [index.eq(Mux(at_last, 0, index + 1)), self.wrapped.eq(at_last)]

        return m
