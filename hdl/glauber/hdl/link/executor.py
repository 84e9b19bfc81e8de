"""Accesses of the register bus, asked for by requests and answered by replies."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..facts.frames import Result
from .bus import BusSignature
from .cobs import FrameByte
from .reply import ReplyWriter
from .request import RequestReader

__all__ = ["Executor"]


class Executor(wiring.Component):
    """Does what requests ask for, one request at a time, and replies to each of them.

    Words are read or written in order up to the first one that the bus refuses; its result is then
    the reply's, and words read before it are not sent.

    Parameters
    ----------
    burst_words, depth : int
        As of `RequestReader`.

    Members
    -------
    i : In(stream of FrameByte), length : In(range(depth))
        The content of requests, as of `RequestReader`.
    o : Out(stream of FrameByte)
        The content of replies.
    bus : Out(BusSignature)
        Where words are read and written.
    writes : Out(16)
        The number of the next write.

    Timing
    ------
    A reply begins when the last access is done: words are read into a memory first, because the
    result byte comes before them. Matches `facts.frames`.
    """

    i: stream.Interface
    length: Signal
    o: stream.Interface
    bus: Any
    writes: Signal

    def __init__(self, burst_words: int, depth: int) -> None:
        self._burst_words = burst_words
        self._reader = RequestReader(burst_words, depth)
        super().__init__(
            {
                "i": In(stream.Signature(FrameByte)),
                "length": In(range(depth)),
                "o": Out(stream.Signature(FrameByte)),
                "bus": Out(BusSignature()),
                "writes": Out(16),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.reader = reader = self._reader
        m.submodules.writer = writer = ReplyWriter(self._burst_words)
        depth = max(2, self._burst_words)  # a memory of one word would have no address
        m.submodules.memory = memory = Memory(shape=32, depth=depth, init=[])
        write, read = memory.write_port(), memory.read_port()
        wiring.connect(m, wiring.flipped(self.i), reader.i)
        wiring.connect(m, writer.o, wiring.flipped(self.o))

        word = Signal(32, reset_less=True)  # can be the output register of the block RAM
        m.d.sync += word.eq(read.data)
        result = Signal(Result)
        words = Signal.like(writer.count)
        access, bus, head = reader.o.payload, self.bus, writer.i.payload
        m.d.comb += [
            [reader.length.eq(self.length), reader.writes.eq(self.writes)],
            [bus.write.eq(access.write), bus.address.eq(access.address)],
            bus.w_data.eq(access.w_data),
            [write.addr.eq(words), write.data.eq(bus.r_data)],
            [read.addr.eq(writer.address), writer.r_data.eq(word), read.en.eq(1)],
            [head.kind.eq(reader.kind), head.seq.eq(reader.seq), head.result.eq(result)],
        ]
        # It is looked at only after the head.
        m.d.sync += writer.count.eq(Mux(result == Result.OK, words, 0))
        with m.FSM():
            with m.State("ACCESS"), m.If(reader.o.valid):
                refused = (access.result != Result.OK) | (result != Result.OK)
                m.d.comb += bus.valid.eq(~refused)
                with m.If(bus.valid & bus.ready):
                    m.d.comb += write.en.eq(~access.write)
                    m.d.sync += [result.eq(bus.result), words.eq(words + ~access.write)]
                with m.If(access.result != Result.OK):
                    m.d.sync += result.eq(access.result)
                with m.If(refused | bus.ready):
                    # The last access is held until the reply is written, for it holds the head.
                    m.d.comb += reader.o.ready.eq(~access.last)
                    with m.If(access.last):
                        m.next = "REPLY"
            with m.State("REPLY"):
                m.d.comb += [writer.i.valid.eq(1), reader.o.ready.eq(writer.i.ready)]
                with m.If(writer.i.ready):
                    m.d.sync += [result.eq(Result.OK), words.eq(0)]
                    with m.If(access.write & (result == Result.OK)):
                        m.d.sync += self.writes.eq(reader.seq + 1)
                    m.next = "ACCESS"
        return m
