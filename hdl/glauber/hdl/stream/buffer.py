"""The ring of words that were emitted and not yet given free."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..facts.frames import Result
from ..facts.regions import REGION_SHIFT
from ..link.bus import BusSignature

__all__ = ["StreamBuffer"]


class StreamBuffer(wiring.Component):
    """Holds the words numbered from `tail` to before `head`, `words` of them at most.

    Parameters
    ----------
    words : int
        A power of two, 2 or more.

    Members
    -------
    bus : In(BusSignature)
        `Region.STREAM`. What is not held, and every write, is refused with `BAD_ADDRESS`.
    clear : In(1)
        Give all words free.
    push : In(1), word : In(32)
        Take in a word; only while there is room.
    room : Out(1)
        There is room for a word.
    head, tail : Out(32)
    next_tail : In(32)
        A tail that may be legal.
    legal : Out(1)
        `next_tail` is from `tail` to `head`; a clock after it.
    release : In(1)
        Make it the tail.

    Timing
    ------
    `room` follows `push` and `release` by two clocks; `legal` follows `push` by two, `next_tail`
    and `release` by one. A request of the bus is answered two clocks after it came.

    Reference
    ---------
    `glauber.sim.model.stream.StreamModel`.
    """

    bus: Any
    clear: Signal
    push: Signal
    word: Signal
    room: Signal
    head: Signal
    tail: Signal
    next_tail: Signal
    legal: Signal
    release: Signal

    def __init__(self, words: int) -> None:
        self._words = words
        super().__init__(
            {
                "bus": In(BusSignature()),
                "clear": In(1),
                "push": In(1),
                "word": In(32),
                "room": Out(1),
                "head": Out(32),
                "tail": Out(32),
                "next_tail": In(32),
                "legal": Out(1),
                "release": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.memory = words = memory.Memory(shape=32, depth=self._words, init=[])
        write, read = words.write_port(), words.read_port()
        bus = self.bus

        level = Signal(range(self._words + 1))
        ahead = Signal(32)
        m.d.sync += [level.eq(self.head - self.tail), ahead.eq(self.next_tail - self.tail)]
        m.d.comb += [
            self.room.eq(~level[-1]),
            self.legal.eq(ahead <= level),
            [write.addr.eq(self.head), write.data.eq(self.word), write.en.eq(self.push)],
        ]
        m.d.sync += self.head.eq(self.head + self.push)
        with m.If(self.release):
            m.d.sync += self.tail.eq(self.next_tail)
        with m.If(self.clear):
            m.d.sync += self.tail.eq(self.head)

        fetching, fetched = Signal(), Signal()
        skipped = Signal(REGION_SHIFT, reset_less=True)
        found = Signal(reset_less=True)
        word = Signal(32, reset_less=True)  # can be the output register of the block RAM
        m.d.sync += [
            fetching.eq(bus.valid & ~fetching & ~fetched),
            fetched.eq(fetching),
            skipped.eq(bus.address - self.tail),
            found.eq(~bus.write & (skipped < level)),
            word.eq(read.data),
        ]
        m.d.comb += [
            [read.addr.eq(bus.address[: ceil_log2(self._words)]), bus.r_data.eq(word)],
            [bus.ready.eq(fetched), bus.result.eq(Mux(found, Result.OK, Result.BAD_ADDRESS))],
        ]

        return m
