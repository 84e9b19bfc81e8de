"""Samples ring oscillators, which run free, with the clock of the machine."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.wiring import In, Out

__all__ = ["RawBits", "RingSampler"]


class RawBits(wiring.Signature):
    """A raw bit now and then.

    Members
    -------
    bit : Out(1)
    valid : Out(1)
        `bit` is a new one in this clock.
    """

    def __init__(self) -> None:
        super().__init__({"bit": Out(1), "valid": Out(1)})


class RingSampler(wiring.Component):
    """XORs all rings, sampled by two flip-flops each, into one raw bit every `divider` clocks.

    Each ring is sampled before the XOR: the XOR of free-running rings would be too fast for any
    flip-flop, and what it would deliver is no longer the rings' phase noise.
    Source: Wold and Tan, "Analysis and enhancement of random number generator in FPGA based on
    oscillator rings", 2008.

    Parameters
    ----------
    rings, divider : int

    Members
    -------
    rings : In(rings)
        Asynchronous.
    raw : Out(RawBits)

    Timing
    ------
    The first raw bit comes `divider` clocks after reset; it is that of `LATENCY` clocks before.
    """

    LATENCY = 3

    rings: Signal
    raw: Any

    def __init__(self, rings: int, divider: int) -> None:
        self._divider = divider
        super().__init__({"rings": In(rings), "raw": Out(RawBits())})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        sampled = Signal.like(self.rings, reset_less=True)
        m.submodules.synchronizer = FFSynchronizer(self.rings, sampled)
        left = Signal(range(self._divider), init=self._divider - 1)
        last = left == 0
        m.d.sync += [
            self.raw.bit.eq(sampled.xor()),
            self.raw.valid.eq(last),
            left.eq(Mux(last, self._divider - 1, left - 1)),
        ]

        return m
