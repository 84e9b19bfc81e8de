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
from .slice import StreamSlice

__all__ = ["FrameReceiver"]

# From an address to the byte in the output register, and to `length` and then `last`.
READ_CLOCKS = 2
DEPTH_MIN = 8
DEPTH_MAX = 1 << 20


class FrameReceiver(wiring.Component):
    """Collects one frame at a time, checks it and offers its content.

    Bytes are taken at any time. A frame of which a byte arrives while another one is still being
    offered is dropped and counted: the sender must wait for a reply.

    Parameters
    ----------
    depth : int
        The longest frame in bytes, with its checksum. `FactError` unless a power of two from 8 to
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
        1 for one clock per dropped frame: wrong checksum, broken stuffing, too long, too short, or
        arrived too early. Delimiters with nothing between them are not frames.

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
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.decoder = decoder = CobsDecoder()
        m.submodules.crc = crc = cast(Any, CRC32_ISO_HDLC().create())  # no stubs
        m.submodules.buffer = buffer = Memory(shape=8, depth=self._depth, init=[])
        write, read = buffer.write_port(), buffer.read_port()

        held = Signal()  # a good frame is being offered
        spoilt = Signal()  # the frame that is arriving has lost a byte
        count = Signal(exact_log2(self._depth) + 1)  # bytes in the buffer, with the checksum
        full = count[-1]
        token, arrives = decoder.o.payload, decoder.o.valid
        # So that tokens are two clocks apart, and what they are judged by can be registered.
        m.submodules.slowed = slowed = StreamSlice(8)
        wiring.connect(m, wiring.flipped(self.i), slowed.i)
        wiring.connect(m, slowed.o, decoder.i)
        matches, long_enough, good = Signal(), Signal(), token.good & ~spoilt & ~held
        m.d.sync += matches.eq(crc.match_detected)
        m.d.sync += long_enough.eq(count >= HEAD_BYTES + CRC_BYTES)
        m.d.comb += decoder.o.ready.eq(1)
        m.d.comb += [crc.data.eq(token.data), crc.valid.eq(arrives & ~token.end)]
        m.d.comb += crc.start.eq(arrives & token.end)
        m.d.comb += [write.addr.eq(count), write.data.eq(token.data)]
        with m.If(arrives & token.end):
            m.d.sync += spoilt.eq(0)
            with m.If(good & matches & long_enough):
                m.d.sync += held.eq(1)
            with m.Else():
                m.d.comb += self.bad.eq(1)
                with m.If(~held):
                    m.d.sync += count.eq(0)
        with m.Elif(arrives & (held | full)):
            m.d.sync += spoilt.eq(1)
        with m.Elif(arrives):
            m.d.comb += write.en.eq(1)
            m.d.sync += count.eq(count + 1)

        m.submodules.offer = offer = _Offer(self._depth)
        wiring.connect(m, offer.o, wiring.flipped(self.o))
        m.d.comb += [
            [offer.held.eq(held), offer.count.eq(count)],
            [read.addr.eq(offer.address), offer.r_data.eq(read.data)],
            self.length.eq(offer.length),
        ]
        with m.If(offer.done):
            m.d.sync += [held.eq(0), count.eq(0)]
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
                "count": In(range(depth + 1)),
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
        age = Signal(range(READ_CLOCKS + 1))  # clocks that the address has stood
        taken = self.o.valid & self.o.ready
        m.d.sync += [
            byte.eq(self.r_data),
            self.length.eq(self.count - CRC_BYTES),
            last.eq(self.address == self.length - 1),
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
            m.d.sync += self.address.eq(Mux(last, 0, self.address + 1))

        return m
