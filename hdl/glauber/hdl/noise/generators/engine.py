"""What every family of generators offers to the gates around it."""

from abc import abstractmethod

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from ...facts.generators import RESET_WORD, WORD_BITS

__all__ = ["Engine"]


class Engine(wiring.Component):
    """A generator without health tests; a family derives from it and gives `next_state`.

    Members
    -------
    o, clear, load, inject
        As in `NoiseSignature`.

    Timing
    ------
    A word per clock; the word after a taken one is there in the next clock.
    """

    o: stream.Interface
    clear: Signal
    load: Signal
    inject: Signal

    def __init__(self, words: int) -> None:
        self._words = words
        super().__init__(
            {
                "o": Out(stream.Signature(WORD_BITS, always_valid=True)),
                "clear": In(1),
                "load": In(1),
                "inject": In(WORD_BITS),
            }
        )

    @abstractmethod
    def next_words(self, m: Module, words: list[Signal]) -> list[Value]:
        """The next words of the state, the injection not counted."""

    def output(self, m: Module, words: list[Signal], advance: Value) -> Value:
        """The word that is delivered: word 0 of the state, if the family has no other."""
        return words[0]

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # Not zero after reset: a linear generator would stay there.
        words = [
            Signal(WORD_BITS, name=f"s{index}", init=RESET_WORD) for index in range(self._words)
        ]
        advance = Signal()
        m.d.comb += [
            advance.eq(self.o.ready | self.load),
            self.o.payload.eq(self.output(m, words, advance)),
        ]
        following = self.next_words(m, words)
        following[0] = following[0] ^ self.inject
        with m.If(self.clear):
            m.d.sync += [word.eq(0) for word in words]
        with m.Elif(advance):
            m.d.sync += [word.eq(value) for word, value in zip(words, following, strict=True)]

        return m
