"""Regions of the bus: checks addresses, then hands words on to a user, or fetches them."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2, exact_log2

from ..facts.frames import Result
from ..facts.regions import REGION_SHIFT
from .bus import BusSignature

__all__ = ["MemoryPort", "MemoryWindow", "WindowSignature", "WriteWindow", "is_within"]


def is_within(address: Value, words: int) -> Value:
    """Whether `address` is one of a region of `words` words; synthesis makes all a comparison."""
    if words and not words & (words - 1):
        return ~address[exact_log2(words) : REGION_SHIFT].any()
    return address[:REGION_SHIFT] < words if words else Const(0)


class WindowSignature(wiring.Signature):
    """Words that were written into a region.

    Members
    -------
    enable : Out(1)
        A word is written in this clock.
    address : Out(ceil_log2(words))
        Its address within the region.
    data : Out(32)
        The word.
    """

    def __init__(self, words: int) -> None:
        self.words = words
        super().__init__(
            {"enable": Out(1), "address": Out(max(1, ceil_log2(words))), "data": Out(32)}
        )


class WriteWindow(wiring.Component):
    """The bus side of a write-only region of `words` words.

    Members
    -------
    bus : In(BusSignature)
        Reads and addresses beyond the region are refused with `BAD_ADDRESS`.
    window : Out(WindowSignature)

    Timing
    ------
    Answers in the clock after the request, and writes in the next, from flip-flops.
    """

    bus: Any
    window: Any

    def __init__(self, words: int) -> None:
        self._words = words
        super().__init__({"bus": In(BusSignature()), "window": Out(WindowSignature(words))})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        address = Signal.like(self.window.address, reset_less=True)
        word = Signal.like(self.window.data, reset_less=True)
        found, judged = Signal(reset_less=True), Signal()
        m.d.comb += [
            self.bus.ready.eq(judged),
            self.bus.result.eq(Mux(found, Result.OK, Result.BAD_ADDRESS)),
            [self.window.address.eq(address), self.window.data.eq(word)],
        ]
        m.d.sync += [
            judged.eq(self.bus.valid & ~judged),
            found.eq(self.bus.write & is_within(self.bus.address, self._words)),
            self.window.enable.eq(self.bus.valid & judged & found),
            [address.eq(self.bus.address), word.eq(self.bus.w_data)],
        ]

        return m


class MemoryPort(wiring.Signature):
    """Access to a memory of `words` words.

    Members
    -------
    enable : Out(1)
        The access of this clock is the host's.
    address : Out(ceil_log2(words))
    write : Out(1)
        `w_data` is written in this clock.
    w_data : Out(32)
    r_data : In(32)
        What stands at `address`, two clocks later, or as many as a `MemoryWindow` waits.
    """

    def __init__(self, words: int) -> None:
        self.words = words
        super().__init__(
            {
                "enable": Out(1),
                "address": Out(ceil_log2(words)),
                "write": Out(1),
                "w_data": Out(32),
                "r_data": In(32),
            }
        )


class MemoryWindow(wiring.Component):
    """The bus side of a region that is a memory of `words` words.

    Parameters
    ----------
    words : int
    writable : bool
        Whether writes are let through.
    clocks : int
        How long the memory takes to read, 1 or more.

    Members
    -------
    bus : In(BusSignature)
        Addresses beyond the region, and writes that are not let through, are refused with
        `BAD_ADDRESS`.
    port : Out(MemoryPort)

    Timing
    ------
    Answers a read `clocks` clocks after the request, all else in the clock after it.
    """

    bus: Any
    port: Any

    def __init__(self, words: int, *, writable: bool, clocks: int = 2) -> None:
        self._words = words
        self._writable = writable
        self._clocks = clocks
        super().__init__({"bus": In(BusSignature()), "port": Out(MemoryPort(words))})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        fetching = Signal(self._clocks)  # bit n: since n + 1 clocks
        found = Signal(reset_less=True)
        allowed = found & (~self.bus.write | self._writable)
        reads = found & ~self.bus.write
        m.d.sync += found.eq(is_within(self.bus.address, self._words))
        m.d.comb += [
            self.bus.ready.eq(Mux(reads, fetching[-1], fetching[0])),
            self.bus.result.eq(Mux(allowed, Result.OK, Result.BAD_ADDRESS)),
            self.bus.r_data.eq(self.port.r_data),
            self.port.enable.eq(self.bus.valid),
            self.port.address.eq(self.bus.address),
            self.port.write.eq(self.bus.valid & self.bus.write & allowed & fetching[0]),
            self.port.w_data.eq(self.bus.w_data),
        ]
        m.d.sync += fetching.eq(Cat(self.bus.valid & ~fetching.any(), fetching))
        with m.If(self.bus.ready):
            m.d.sync += fetching.eq(0)

        return m
