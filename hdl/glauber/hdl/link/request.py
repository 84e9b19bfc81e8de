"""Requests from frames become single accesses."""

from amaranth.hdl import Cat, Module, Mux, Signal, ValueLike, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..facts.errors import FactError
from ..facts.frames import ADDRESS_BYTES, COUNT_BYTES, HEAD_BYTES, Kind, Result
from .cobs import FrameByte

__all__ = ["Access", "RequestReader"]

FIXED_BYTES = HEAD_BYTES + ADDRESS_BYTES
BURST_MAX = 1 << 15


# One access that a request asks for; `last` of the request. Where `result` is not `OK`, the request
# is refused: there is nothing to do but to say so.
Access = data.StructLayout(
    {
        "write": 1,
        "address": 32,
        "w_data": 32,
        "result": unsigned(max(Result).bit_length()),
        "last": 1,
    }
)


class RequestReader(wiring.Component):
    """Checks requests and splits them into accesses.

    A request that is refused is one access in itself: none is done of a request with a wrong
    length.

    Parameters
    ----------
    burst_words : int
        Words that one request may read or write. `FactError` outside 1 to 2**15.
    depth : int
        No request is as long as this many bytes. `FactError` if the longest legal one is.

    Members
    -------
    i : In(stream of FrameByte)
        The content of requests: `HEAD_BYTES` or more.
    length : In(range(depth))
        Bytes of the request at `i`, valid with its first byte.
    writes : In(16)
        The number of the next write; any other one is out of order.
    kind : Out(7), seq : Out(16)
        Head of the request, without the top bit of its kind; stable while `o.valid`.
    o : Out(stream of Access)
        The accesses.

    Timing
    ------
    One clock per byte, one after the head, and two per access. The last byte of a request is taken
    before its last access is offered. Matches `facts.frames`.
    """

    i: stream.Interface
    length: Signal
    kind: Signal
    seq: Signal
    writes: Signal
    o: stream.Interface

    def __init__(self, burst_words: int, depth: int) -> None:
        if not 1 <= burst_words <= BURST_MAX:
            raise FactError.out_of_range(
                "burst_words", burst_words, 1, BURST_MAX, "choose a value in that range"
            )
        self._burst_words = burst_words
        self._longest = FIXED_BYTES + 4 * burst_words
        if depth <= self._longest:
            raise FactError(
                f"the request depth is {depth} bytes, but must exceed the {self._longest} bytes of "
                f"a request with {burst_words} words; choose a greater depth or fewer burst_words"
            )
        super().__init__(
            {
                "i": In(stream.Signature(FrameByte)),
                "length": In(range(depth)),
                "kind": Out(7),
                "seq": Out(16),
                "writes": In(16),
                "o": Out(stream.Signature(Access)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        byte, ends, access = self.i.payload.data, self.i.payload.last, self.o.payload
        part, any_order = Signal(2), Signal()
        # The last byte has been taken; one word is left, registered: before every access of a read,
        # CHECK is a clock to look at the count.
        final, one, disordered = Signal(), Signal(), Signal()
        count = access.w_data[-8 * COUNT_BYTES :]  # of a READ, where its bytes end up
        writes = (byte == Kind.WRITE) | (byte == Kind.FIRST)
        whole = (self.length > FIXED_BYTES) & (self.length[:2] == FIXED_BYTES % 4)
        fits = Mux(
            writes, whole & (self.length <= self._longest), self.length == FIXED_BYTES + COUNT_BYTES
        )
        m.d.sync += one.eq(count == 1)
        m.d.comb += access.last.eq((access.result != Result.OK) | Mux(access.write, final, one))
        with m.FSM() as fsm:
            takes_nothing = (fsm.ongoing(state) for state in ("JUDGE", "CHECK", "ACCESS"))
            m.d.comb += self.i.ready.eq(~Cat(takes_nothing).any())
            with m.State("KIND"), m.If(self.i.valid):
                m.d.sync += [
                    [self.kind.eq(byte), access.write.eq(writes)],
                    [any_order.eq(byte == Kind.FIRST), part.eq(0)],
                    access.result.eq(Mux(fits, Result.OK, Result.BAD_LENGTH)),
                ]
                with m.If(~writes & (byte != Kind.READ)):
                    m.d.sync += access.result.eq(Result.BAD_KIND)
                m.next = "SEQ"
            with m.State("SEQ"), m.If(self.i.valid):
                m.d.sync += [
                    [self.seq.eq(Cat(self.seq[8:], byte)), part.eq(~part[0])],
                    disordered.eq(
                        part[0] & disordered | (byte != self.writes.word_select(part[0], 8))
                    ),
                    final.eq(ends),
                ]
                with m.If(part[0]):
                    m.next = "JUDGE"
            with m.State("JUDGE"):
                self._judge_order(m, access.write & ~any_order & disordered, final)
            with m.State("SKIP"), m.If(self.i.valid & ends):
                m.next = "ACCESS"
            with m.State("ADDRESS"), m.If(self.i.valid):
                m.d.sync += [access.address.eq(Cat(access.address[8:], byte)), part.eq(part + 1)]
                with m.If(part == ADDRESS_BYTES - 1):
                    m.d.sync += part.eq(Mux(access.write, 0, 4 - COUNT_BYTES))
                    m.next = "BODY"
            with m.State("BODY"), m.If(self.i.valid):
                m.d.sync += access.w_data.eq(Cat(access.w_data[8:], byte))
                m.d.sync += [part.eq(part + 1), final.eq(ends)]
                with m.If(part == 3):
                    m.next = "CHECK"
            with m.State("CHECK"):
                with m.If(~access.write & ((count == 0) | (count > self._burst_words))):
                    m.d.sync += access.result.eq(Result.BAD_LENGTH)
                m.next = "ACCESS"
            with m.State("ACCESS"):
                m.d.comb += self.o.valid.eq(1)
                with m.If(self.o.ready):
                    m.d.sync += [access.address.eq(access.address + 1), count.eq(count - 1)]
                    with m.If(access.last):
                        m.next = "KIND"
                    with m.Elif(access.write):
                        m.next = "BODY"
                    with m.Else():
                        m.next = "CHECK"
        return m

    def _judge_order(self, m: Module, disordered: ValueLike, over: ValueLike) -> None:
        """What follows the head, which may be all of the request."""
        result = self.o.payload.result
        m.next = "ADDRESS"
        with m.If(result != Result.OK):
            m.next = "SKIP"
        with m.Elif(disordered):
            m.d.sync += result.eq(Result.OUT_OF_ORDER)
            m.next = "SKIP"
        with m.If(over):
            m.next = "ACCESS"
