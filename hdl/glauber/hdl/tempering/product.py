"""Multiplies bit by bit."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["SerialProduct"]


class SerialProduct(wiring.Component):
    """The product of two unsigned numbers, by additions and shifts; no multiplier of the FPGA.

    Parameters
    ----------
    bits, other_bits : int
        Widths of the factors.

    Members
    -------
    start : In(1)
        `factor` stands.
    factor : In(bits)
    other : In(other_bits)
        Stands from the clock after `start` until the product is there.
    product : Out(other_bits)
        The product without its lowest `bits` bits, from `clocks(bits)` after `start` to the next
        `start`.
    """

    start: Signal
    factor: Signal
    other: Signal
    product: Signal

    def __init__(self, bits: int, other_bits: int) -> None:
        super().__init__(
            {
                "start": In(1),
                "factor": In(bits),
                "other": In(other_bits),
                "product": Out(other_bits),
            }
        )

    @staticmethod
    def clocks(bits: int) -> int:
        return bits + 1

    def elaborate(self, platform: object) -> Module:
        m = Module()

        # The bits that are left, below a 1 that says where they end.
        left = Signal(len(self.factor) + 1)
        total = self.product + Mux(left[0], self.other, 0)
        with m.If(self.start):
            m.d.sync += [left.eq(self.factor | 1 << len(self.factor)), self.product.eq(0)]
        with m.Elif(left > 1):
            m.d.sync += [left.eq(left >> 1), self.product.eq(total >> 1)]

        return m
