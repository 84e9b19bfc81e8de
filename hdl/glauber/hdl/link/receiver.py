"""From coded bytes to whole frames with a good checksum."""

from typing import Any, cast

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.crc.catalog import CRC32_ISO_HDLC
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..facts.errors import FactError
from ..facts.frames import CRC_BYTES, HEAD_BYTES
from .cobs import CobsDecoder, FrameByte
from .queue import LengthQueue
from .slice import StreamSlice

__all__ = ["FrameReceiver"]

# From an address to the byte in the output register, and to `length` and then `last`.
READ_CLOCKS = 2
DEPTH_MIN = 8
DEPTH_MAX = 1 << 20


class FrameReceiver(wiring.Component):
    """Collects frames, checks them and offers their content in turn.

    Bytes are taken at any time. They stand in a ring until their frame has been offered; a frame of
    which a byte finds no room, or for whose length there is none, is dropped and counted.

    Parameters
    ----------
    depth : int
        Bytes of the ring, one more than it holds. `FactError` unless a power of two from 8 to
        2**20.

    Members
    -------
    i : In(stream of 8 bits)
        Coded bytes and delimiters. `ready` is 1 in every second clock at least.
    o : Out(stream of FrameByte)
        The content of good frames: `HEAD_BYTES` or more, without the checksum.
    length : Out(range(depth))
        Bytes of the frame at `o`, stable from its first byte until its last one is taken.
    bad : Out(1)
        1 for one clock per dropped frame: wrong checksum, broken stuffing, too short, or no room.
        Delimiters with nothing between them are not frames.
    heard : Out(1)
        1 for one clock per frame that is not dropped.

    Timing
    ------
    Takes one byte per two clocks and gives one per three; the first byte stands at `o` five clocks
    after the delimiter is taken. A frame is good where `facts.frames.unseal` accepts what
    `cobs.decode` makes of it.
    """

    i: stream.Interface
    o: stream.Interface
    length: Signal
    bad: Signal
    heard: Signal

    def __init__(self, depth: int) -> None:
        if not DEPTH_MIN <= depth <= DEPTH_MAX or depth & (depth - 1):
            raise FactError.out_of_range(
                "the receive buffer's depth in bytes",
                depth,
                DEPTH_MIN,
                DEPTH_MAX,
                "choose a power of two in that range",
            )
        self._depth = depth
        super().__init__(
            {
                "i": In(stream.Signature(8)),
                "o": Out(stream.Signature(FrameByte)),
                "length": Out(range(depth)),
                "bad": Out(1),
                "heard": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m, bits = Module(), exact_log2(self._depth)
        m.submodules.decoder = decoder = CobsDecoder()
        m.submodules.crc = crc = cast(Any, CRC32_ISO_HDLC().create())  # no stubs
        m.submodules.buffer = buffer = Memory(shape=8, depth=self._depth, init=[])
        m.submodules.queue = queue = LengthQueue(bits)
        m.submodules.offer = offer = _Offer(self._depth)
        write, read = buffer.write_port(), buffer.read_port()

        spoilt = Signal()  # the frame that is arriving has lost a byte
        begin, place = Signal(bits), Signal(bits)  # of it: its first byte, its next one
        nothing = (1 << bits + 1) - CRC_BYTES
        size = Signal(bits + 1, init=nothing)  # of its content; below zero in its first bytes
        token, arrives = decoder.o.payload, decoder.o.valid
        # So that tokens are two clocks apart, and what they are judged by can be registered.
        m.submodules.slowed = slowed = StreamSlice(8)
        wiring.connect(m, wiring.flipped(self.i), slowed.i)
        wiring.connect(m, slowed.o, decoder.i)
        matches, long_enough, full = Signal(), Signal(), Signal()
        m.d.sync += [
            matches.eq(crc.match_detected),
            long_enough.eq(~size[-1] & (size >= HEAD_BYTES)),
            full.eq((place + 1)[:bits] == offer.address),
        ]
        m.d.comb += [
            decoder.o.ready.eq(1),
            [crc.data.eq(token.data), crc.valid.eq(arrives & ~token.end)],
            crc.start.eq(arrives & token.end),
            [write.addr.eq(place), write.data.eq(token.data), queue.length.eq(size)],
        ]
        with m.If(arrives & token.end):
            m.d.sync += [spoilt.eq(0), size.eq(nothing)]
            with m.If(token.good & ~spoilt & matches & long_enough & ~queue.full):
                m.d.comb += queue.push.eq(1)
                m.d.sync += begin.eq(place)
            with m.Else():
                m.d.comb += self.bad.eq(1)
                m.d.sync += place.eq(begin)
        with m.Elif(arrives & full):
            m.d.sync += spoilt.eq(1)
        with m.Elif(arrives):
            m.d.comb += write.en.eq(1)
            m.d.sync += [place.eq(place + 1), size.eq(size + 1)]

        wiring.connect(m, offer.o, wiring.flipped(self.o))
        m.d.sync += queue.pop.eq(offer.done)
        m.d.comb += [
            [offer.held.eq(queue.held & ~queue.pop), offer.count.eq(queue.first)],
            [read.addr.eq(offer.address), offer.r_data.eq(read.data)],
            [self.length.eq(offer.length), self.heard.eq(queue.push)],
        ]
        return m


class _Offer(wiring.Component):
    """Reads the frame that is held, slowly enough for the output register of the buffer."""

    held: Signal
    count: Signal
    address: Signal
    r_data: Signal
    length: Signal
    o: stream.Interface
    done: Signal

    def __init__(self, depth: int) -> None:
        super().__init__(
            {
                "held": In(1),
                "count": In(range(depth)),
                "address": Out(range(depth)),
                "r_data": In(8),
                "length": Out(range(depth)),
                "o": Out(stream.Signature(FrameByte)),
                "done": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        byte, last = Signal(8, reset_less=True), Signal()
        index = Signal.like(self.address)  # of the byte in its frame
        age = Signal(range(READ_CLOCKS + 1))  # clocks that the address has stood
        taken = self.o.valid & self.o.ready
        m.d.sync += [
            [byte.eq(self.r_data), self.length.eq(self.count)],
            last.eq(index == self.length - 1),
        ]
        m.d.comb += [
            self.o.valid.eq(age == READ_CLOCKS),
            [self.o.payload.data.eq(byte), self.o.payload.last.eq(last)],
            self.done.eq(taken & last),
        ]
        with m.If(~self.held | taken):
            m.d.sync += age.eq(0)
        with m.Elif(age != READ_CLOCKS):
            m.d.sync += age.eq(age + 1)
        with m.If(taken):
            m.d.sync += self.address.eq(self.address + Mux(last, 1 + CRC_BYTES, 1))
            m.d.sync += index.eq(Mux(last, 0, index + 1))

        return m
