"""Whether two replicas exchange their temperatures."""

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.numbers import LOGIT_FORMAT
from ..facts.tempering import EXCHANGE_FORMAT
from .product import SerialProduct

__all__ = ["SwapRule"]

_FRACTION = LOGIT_FORMAT.fraction_bits + EXCHANGE_FORMAT.fraction_bits


class SwapRule(wiring.Component):
    """Compares the scores of two replicas at a random variate and an exchange temperature.

    Members
    -------
    take_lower, take_upper : In(1)
        `score` is that of the replica at the lower rung, or in a later clock at the upper one.
    score : In(signed(32))
    start : In(1)
        `variate` and `temperature` stand; the latter until the answer.
    variate : In(16), temperature : In(32)
        An exponential variate in `LOGIT_FORMAT`, and the exchange temperature.
    swap : Out(1)
        The replicas are swapped.

    Timing
    ------
    `swap` stands from `LATENCY` clocks after `start` to the next `start`.

    Reference
    ---------
    `facts.tempering`.
    """

    LATENCY = SerialProduct.clocks(LOGIT_FORMAT.width) + 1

    take_lower: Signal
    take_upper: Signal
    score: Signal
    start: Signal
    variate: Signal
    temperature: Signal
    swap: Signal

    def __init__(self) -> None:
        super().__init__(
            {
                "take_lower": In(1),
                "take_upper": In(1),
                "score": In(signed(32)),
                "start": In(1),
                "variate": In(LOGIT_FORMAT.width),
                "temperature": In(EXCHANGE_FORMAT.width),
                "swap": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        bits = LOGIT_FORMAT.width
        m.submodules.product = product = SerialProduct(bits, EXCHANGE_FORMAT.width)

        lower = Signal(signed(32), reset_less=True)
        difference = Signal(signed(33), reset_less=True)
        joined = Signal(reset_less=True)  # no ladder ends between the rungs
        m.d.comb += [
            [product.start.eq(self.start), product.factor.eq(self.variate)],
            product.other.eq(self.temperature),
        ]
        with m.If(self.take_lower):
            m.d.sync += lower.eq(self.score)
        with m.If(self.take_upper):
            m.d.sync += difference.eq(lower - self.score)
        with m.If(self.start):
            m.d.sync += joined.eq(self.temperature.any())
        limit = product.product[_FRACTION - bits :]
        m.d.sync += self.swap.eq(joined & (difference <= limit))

        return m
