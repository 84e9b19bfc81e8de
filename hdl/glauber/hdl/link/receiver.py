"""From coded bytes to whole frames with a good checksum."""

from typing import Any, cast

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.crc.catalog import CRC32_ISO_HDLC
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..facts.errors import FactError
from ..facts.frames import CRC_BYTES, HEAD_BYTES
from .cobs import CobsDecoder, FrameByte

__all__ = ["FrameReceiver"]

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
        Coded bytes and delimiters. `ready` is always 1.
    o : Out(stream of FrameByte)
        The content of good frames: `HEAD_BYTES` or more, without the checksum.
    length : Out(range(depth))
        Bytes of the frame at `o`, stable from its first byte until its last one is taken.
    bad : Out(1)
        1 for one clock per dropped frame: wrong checksum, broken stuffing, too long, too short, or
        arrived too early. Delimiters with nothing between them are not frames.

    Timing
    ------
    Takes and gives one byte per clock; the first byte stands at `o` three clocks after the
    delimiter is taken. A frame is good where `facts.frames.unseal` accepts what `cobs.decode` makes
    of it.
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
        wiring.connect(m, wiring.flipped(self.i), decoder.i)
        m.d.comb += decoder.o.ready.eq(1)
        m.d.comb += [crc.data.eq(token.data), crc.valid.eq(arrives & ~token.end)]
        m.d.comb += crc.start.eq(arrives & token.end)
        m.d.comb += [write.addr.eq(count), write.data.eq(token.data)]
        with m.If(arrives & token.end):
            m.d.sync += spoilt.eq(0)
            long_enough = count >= HEAD_BYTES + CRC_BYTES
            with m.If(token.good & crc.match_detected & long_enough & ~spoilt & ~held):
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

        fetched = Signal(exact_log2(self._depth))
        moves = ~self.o.valid | self.o.ready
        m.d.comb += self.length.eq(count - CRC_BYTES)
        m.d.comb += [
            self.o.payload.data.eq(read.data),
            self.o.payload.last.eq(fetched == self.length),
        ]
        m.d.comb += [read.addr.eq(fetched), read.en.eq(moves)]
        with m.If(moves):
            m.d.sync += self.o.valid.eq(held & ~self.o.payload.last)
            with m.If(held):
                m.d.sync += fetched.eq(fetched + 1)
        with m.If(self.o.valid & self.o.ready & self.o.payload.last):
            m.d.sync += [held.eq(0), count.eq(0), fetched.eq(0)]
        return m
