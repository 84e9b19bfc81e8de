"""Consistent overhead byte stuffing: frames without a zero byte, ended by one."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from ..facts.frames import COBS_BLOCK_BYTES, DELIMITER

__all__ = ["CobsDecoder", "CobsEncoder", "CobsToken", "FrameByte"]

# A block is a code byte `n + 1` and `n` bytes that are not zero; it stands for these bytes and a
# zero, or for the bytes alone if it is as long as a block can be.


# From the count of bytes to the byte in the output register of the block.
READ_CLOCKS = 2

# One byte of a frame, and whether the frame ends with it.
FrameByte = data.StructLayout({"data": 8, "last": 1})

# One byte of a frame, or (`end` = 1, `data` without meaning) its end. `good`, at the end only: the
# frame did not break off inside a block.
CobsToken = data.StructLayout({"data": 8, "end": 1, "good": 1})


class CobsDecoder(wiring.Component):
    """Splits a byte stream into frames and takes the stuffing out.

    Members
    -------
    i : In(stream of 8 bits)
        Coded bytes and delimiters.
    o : Out(stream of CobsToken)
        The bytes of each frame, then one token with `end` = 1. Delimiters with nothing between
        them give no token.

    Timing
    ------
    One byte per clock, one clock of latency. Matches `cobs.decode` of the Python package `cobs`:
    `good` is 1 where it decodes and 0 where it raises.
    """

    i: stream.Interface
    o: stream.Interface

    def __init__(self) -> None:
        super().__init__({"i": In(stream.Signature(8)), "o": Out(stream.Signature(CobsToken))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        left = Signal(8)  # bytes left in the block
        zero = Signal()  # the block stands for a zero too, if another block follows
        begun = Signal()  # there was a byte since the last delimiter
        token = self.o.payload
        m.d.comb += self.i.ready.eq(~self.o.valid | self.o.ready)
        with m.If(self.i.ready):
            m.d.sync += self.o.valid.eq(0)
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += [token.end.eq(0), token.good.eq(left == 0)]
            with m.If(self.i.payload == DELIMITER):
                m.d.sync += [token.end.eq(1), self.o.valid.eq(begun)]
                m.d.sync += [left.eq(0), zero.eq(0), begun.eq(0)]
            with m.Elif(left == 0):
                m.d.sync += [token.data.eq(0), self.o.valid.eq(zero)]
                m.d.sync += [left.eq(self.i.payload - 1), begun.eq(1)]
                m.d.sync += zero.eq(self.i.payload != COBS_BLOCK_BYTES + 1)
            with m.Else():
                m.d.sync += [token.data.eq(self.i.payload), self.o.valid.eq(1)]
                m.d.sync += left.eq(left - 1)
        return m


class CobsEncoder(wiring.Component):
    """Stuffs frames and ends each of them with a delimiter.

    Members
    -------
    i : In(stream of FrameByte)
        Frames of one byte or more.
    o : Out(stream of 8 bits)
        The coded bytes.

    Timing
    ------
    A block is collected and then sent, for its code byte comes first: four clocks per byte, and
    three or four more per frame. Matches `cobs.encode` of the Python package `cobs`, with a
    zero byte after each frame.
    """

    i: stream.Interface
    o: stream.Interface

    def __init__(self) -> None:
        super().__init__({"i": In(stream.Signature(FrameByte)), "o": Out(stream.Signature(8))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.block = block = Memory(shape=8, depth=256, init=[])
        write, read = block.write_port(), block.read_port()
        size = Signal(8)
        sent = Signal(8)  # bytes of the block sent, with its code byte
        byte = Signal(8, reset_less=True)  # can be the output register of the block RAM
        age = Signal(range(READ_CLOCKS + 1))  # clocks that the read address has stood
        m.d.sync += byte.eq(read.data)
        last = Signal()  # the frame ends with this block
        zero = Signal()  # the frame ends with a zero, which needs an empty block after it
        m.d.comb += [write.addr.eq(size), write.data.eq(self.i.payload.data)]
        m.d.comb += read.addr.eq(sent - 1)
        with m.FSM():
            with m.State("COLLECT"):
                m.d.comb += [self.i.ready.eq(1), write.en.eq(1)]
                with m.If(self.i.valid):
                    ends = self.i.payload.data == 0
                    m.d.sync += [last.eq(self.i.payload.last), zero.eq(ends)]
                    m.d.sync += size.eq(size + ~ends)
                    with m.If(ends | self.i.payload.last | (size == COBS_BLOCK_BYTES - 1)):
                        m.next = "SEND"
            with m.State("SEND"):
                m.d.comb += self.o.valid.eq(age == READ_CLOCKS)
                m.d.comb += self.o.payload.eq(Mux(sent == 0, size + 1, byte))
                with m.If(age != READ_CLOCKS):
                    m.d.sync += age.eq(age + 1)
                with m.Elif(self.o.ready):
                    m.d.sync += [sent.eq(sent + 1), age.eq(0)]
                    with m.If(sent == size):
                        m.d.sync += [size.eq(0), sent.eq(0), zero.eq(0)]
                        with m.If(~last):
                            m.next = "COLLECT"
                        with m.Elif(~zero):
                            m.next = "END"
            with m.State("END"):
                m.d.comb += [self.o.valid.eq(1), self.o.payload.eq(DELIMITER)]
                with m.If(self.o.ready):
                    m.next = "COLLECT"
        return m
