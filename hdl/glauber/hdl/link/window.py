"""A region of the bus that can only be written: checks addresses, then hands the words on."""

from typing import Any

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..facts.frames import Result
from ..facts.registers import REGION_SHIFT
from .bus import BusSignature

__all__ = ["WindowSignature", "WriteWindow"]


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
    Answers in the clock of the request; one word per clock.
    """

    bus: Any
    window: Any

    def __init__(self, words: int) -> None:
        self._words = words
        super().__init__({"bus": In(BusSignature()), "window": Out(WindowSignature(words))})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        m.d.comb += [
            self.bus.ready.eq(1),
            self.bus.result.eq(Result.BAD_ADDRESS),
            self.window.address.eq(self.bus.address),
            self.window.data.eq(self.bus.w_data),
        ]
        with m.If(self.bus.write & (self.bus.address[:REGION_SHIFT] < self._words)):
            m.d.comb += [
                self.bus.result.eq(Result.OK),
                self.window.enable.eq(self.bus.valid),
            ]

        return m
