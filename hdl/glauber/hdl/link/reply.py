"""The content of replies."""

from amaranth.hdl import Cat, Module, Signal, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..facts.frames import Result
from .cobs import FrameByte

__all__ = ["ReplyHead", "ReplyWriter"]


# What stands before the words of a reply; `kind` without its top bit.
ReplyHead = data.StructLayout({"kind": 7, "seq": 16, "result": unsigned(max(Result).bit_length())})


class ReplyWriter(wiring.Component):
    """Writes replies: the head, then words from a memory.

    Parameters
    ----------
    words : int
        Words that a reply can carry.

    Members
    -------
    i : In(stream of ReplyHead)
        A reply to be written; `ready` is 1 in the clock after its last byte is taken.
    count : In(range(words + 1))
        Words of the reply, stable from the second clock of `i.valid` on.
    address : Out(range(words)), r_data : In(32)
        Read port of the memory with at most two clocks of latency, always enabled.
    o : Out(stream of FrameByte)
        The content of the replies.

    Timing
    ------
    Five clocks per word, and one more per reply.
    """

    i: stream.Interface
    count: Signal
    address: Signal
    r_data: Signal
    o: stream.Interface

    def __init__(self, words: int) -> None:
        super().__init__(
            {
                "i": In(stream.Signature(ReplyHead)),
                "count": In(range(words + 1)),
                "address": Out(range(max(2, words))),
                "r_data": In(32),
                "o": Out(stream.Signature(FrameByte)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        head = self.i.payload
        shift = Signal(32, reset_less=True)
        part = Signal(2)
        index = Signal.like(self.count)
        # Registered: both stand still for longer than that before it is looked at.
        no_more = Signal()
        m.d.sync += no_more.eq(index == self.count)
        m.d.comb += self.address.eq(index)
        with m.FSM():
            with m.State("HEAD"):
                m.d.sync += shift.eq(Cat(head.kind, 1, head.seq, head.result))
                m.d.sync += [part.eq(0), index.eq(0)]
                with m.If(self.i.valid):
                    m.next = "BYTES"
            with m.State("WORD"):
                m.d.sync += [shift.eq(self.r_data), index.eq(index + 1)]
                m.next = "BYTES"
            with m.State("BYTES"):
                ends = part == 3
                m.d.comb += self.o.valid.eq(1)
                m.d.comb += self.o.payload.data.eq(shift[:8])
                m.d.comb += self.o.payload.last.eq(ends & no_more)
                with m.If(self.o.ready):
                    m.d.sync += [shift.eq(shift >> 8), part.eq(part + 1)]
                    with m.If(self.o.payload.last):
                        m.next = "END"
                    with m.Elif(ends):
                        m.next = "WORD"
            # A clock of its own, so that no path leads from the byte's taker to the next request.
            with m.State("END"):
                m.d.comb += self.i.ready.eq(1)
                m.next = "HEAD"
        return m
