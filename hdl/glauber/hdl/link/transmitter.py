"""From the content of frames to coded bytes."""

from typing import Any, cast

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.crc.catalog import CRC32_ISO_HDLC
from amaranth.lib.wiring import In, Out

from ..facts.frames import CRC_BYTES
from .cobs import CobsEncoder, FrameByte
from .slice import StreamSlice

__all__ = ["FrameTransmitter"]


class FrameTransmitter(wiring.Component):
    """Appends the checksum to frames and stuffs them.

    Members
    -------
    i : In(stream of FrameByte)
        The content of frames, one byte or more.
    o : Out(stream of 8 bits)
        Coded bytes and delimiters.

    Timing
    ------
    As `CobsEncoder`, with four bytes more per frame. Matches `cobs.encode(facts.frames.seal(...))`
    and a zero byte.
    """

    i: stream.Interface
    o: stream.Interface

    def __init__(self) -> None:
        super().__init__({"i": In(stream.Signature(FrameByte)), "o": Out(stream.Signature(8))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.encoder = encoder = CobsEncoder()
        m.submodules.crc = crc = cast(Any, CRC32_ISO_HDLC().create())  # no stubs
        m.submodules.slice = between = StreamSlice(FrameByte)
        wiring.connect(m, between.o, encoder.i)
        wiring.connect(m, encoder.o, wiring.flipped(self.o))
        part = Signal(range(CRC_BYTES))
        m.d.comb += [crc.data.eq(self.i.payload.data), crc.valid.eq(self.i.valid & self.i.ready)]
        with m.FSM():
            with m.State("CONTENT"):
                m.d.comb += [between.i.valid.eq(self.i.valid), self.i.ready.eq(between.i.ready)]
                m.d.comb += between.i.payload.data.eq(self.i.payload.data)
                with m.If(crc.valid & self.i.payload.last):
                    m.next = "CHECKSUM"
            with m.State("CHECKSUM"):
                last = part == CRC_BYTES - 1
                m.d.comb += between.i.valid.eq(1)
                m.d.comb += between.i.payload.data.eq(crc.crc.word_select(part, 8))
                m.d.comb += between.i.payload.last.eq(last)
                with m.If(between.i.ready):
                    m.d.sync += part.eq(part + 1)
                    with m.If(last):
                        m.d.comb += crc.start.eq(1)
                        m.next = "CONTENT"
        return m
