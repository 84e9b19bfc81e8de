"""The newest raw bits, where the host can read them."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out

from ...facts.health import RAW_WORDS
from ...link.window import MemoryPort
from .sampler import RawBits

__all__ = ["RawRecord"]

_WORD_BITS = 32


class RawRecord(wiring.Component):
    """A ring buffer of raw bits, 32 to a word, which goes on for ever.

    Members
    -------
    raw : In(RawBits)
    count : Out(32)
        Words recorded since reset; wraps. Word `n` stands at the address `n % RAW_WORDS`, its
        oldest bit lowest.
    port : In(MemoryPort)
        The host's; writes have no effect.

    Timing
    ------
    A raw bit per clock; `count` rises in the clock in which the word can be addressed.
    """

    raw: Any
    count: Signal
    port: Any

    def __init__(self) -> None:
        super().__init__(
            {"raw": In(RawBits()), "count": Out(32), "port": In(MemoryPort(RAW_WORDS))}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.memory = words = memory.Memory(shape=_WORD_BITS, depth=RAW_WORDS, init=[])
        write, read = words.write_port(), words.read_port()

        held = Signal(_WORD_BITS, reset_less=True)  # can be the output register of the block RAM
        word = Signal(_WORD_BITS - 1, reset_less=True)
        left = Signal(range(_WORD_BITS), init=_WORD_BITS - 1)
        following = Cat(word, self.raw.bit)
        m.d.comb += [
            write.addr.eq(self.count[: len(write.addr)]),
            write.data.eq(following),
            write.en.eq(self.raw.valid & (left == 0)),
            read.addr.eq(self.port.address),
            self.port.r_data.eq(held),
        ]
        m.d.sync += held.eq(read.data)
        with m.If(self.raw.valid):
            m.d.sync += [word.eq(following[1:]), left.eq(left - 1)]
        with m.If(write.en):
            m.d.sync += self.count.eq(self.count + 1)

        return m
