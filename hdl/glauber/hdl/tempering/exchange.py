"""Exchanges temperatures between replicas that stand at neighbouring rungs."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.machine import MachineParams
from ..facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT
from ..facts.tempering import LadderWords
from ..measure.lines import ExchangeLines
from .ladder import LadderPort
from .lines import TemperLines
from .rule import SwapRule
from .variate import ExponentialVariate
from .visits import RungVisits

__all__ = ["Exchange"]

# Clocks of a visit: the variate stands, and whether there is a swap. The scores stand before.
VARIATE_CLOCK = TemperLines.WORD_CLOCKS + ExponentialVariate.LATENCY
SWAP_CLOCK = VARIATE_CLOCK + SwapRule.LATENCY


class Exchange(wiring.Component):
    """Goes over the rungs of one parity, and swaps the replicas or does not.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    measure : In(ExchangeLines)
    odd : In(1)
        The parity of the exchange's number.
    ladder : Out(LadderPort)
    draw : Out(1)
        As in `TemperLines`.
    variate : In(16)
        That of the word that was drawn, `VARIATE_CLOCK` clocks later.
    write, replica, temperature : Out
        As in `TemperLines`.

    Timing
    ------
    As `RungVisits`, whether there are swaps or not.

    Reference
    ---------
    `facts.tempering`.
    """

    measure: Any
    odd: Signal
    ladder: Any
    draw: Signal
    variate: Signal
    write: Signal
    replica: Signal
    temperature: Signal

    def __init__(self, params: MachineParams) -> None:
        self._replicas = params.replicas
        super().__init__(
            {
                "measure": In(ExchangeLines(params)),
                "odd": In(1),
                "ladder": Out(LadderPort(params)),
                "draw": Out(1),
                "variate": In(LOGIT_FORMAT.width),
                "write": Out(1),
                "replica": Out(range(params.replicas)),
                "temperature": Out(TEMPERATURE_FORMAT.width),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.visits = visits = RungVisits(self._replicas)
        m.submodules.rule = rule = SwapRule()
        ladder, measure, clock = self.ladder, self.measure, visits.clock
        # The replicas at the lower and at the upper rung.
        a, b = (Signal.like(self.replica, name=name, reset_less=True) for name in "ab")
        accepted = Signal(32, reset_less=True)
        upper, w_upper = Signal(), Signal()
        m.d.sync += accepted.eq(ladder.r_data + 1)
        m.d.comb += [
            [visits.start.eq(measure.exchange), measure.exchanged.eq(visits.done)],
            [visits.odd.eq(self.odd), self.draw.eq(visits.visiting & (clock == 0))],
            [measure.look.eq(visits.visiting), measure.replica.eq(Mux(clock == 3, a, b))],
            [rule.score.eq(measure.score), rule.take_lower.eq(clock == 5)],
            [rule.take_upper.eq(clock == 6), rule.start.eq(clock == VARIATE_CLOCK)],
            [rule.variate.eq(self.variate), rule.temperature.eq(ladder.r_data)],
            [ladder.quarter.eq(LadderWords.EXCHANGE), ladder.rung.eq(visits.rung + upper)],
            [ladder.w_quarter.eq(LadderWords.REPLICAS), ladder.w_rung.eq(visits.rung + w_upper)],
            [ladder.w_data.eq(b), self.replica.eq(a), self.temperature.eq(ladder.r_data)],
        ]
        with m.Switch(clock):
            with m.Case(0):
                m.d.comb += ladder.quarter.eq(LadderWords.REPLICAS)
            with m.Case(1):
                m.d.comb += [ladder.quarter.eq(LadderWords.REPLICAS), upper.eq(1)]
            with m.Case(2):
                m.d.sync += a.eq(ladder.r_data)
            with m.Case(3):
                m.d.sync += b.eq(ladder.r_data)
            with m.Case(SWAP_CLOCK - 2):
                m.d.comb += [ladder.quarter.eq(LadderWords.TEMPERATURES), upper.eq(1)]
            with m.Case(SWAP_CLOCK - 1):
                m.d.comb += ladder.quarter.eq(LadderWords.TEMPERATURES)
            with m.Case(SWAP_CLOCK):
                m.d.comb += [ladder.write.eq(rule.swap), self.write.eq(rule.swap)]
                m.d.comb += ladder.quarter.eq(LadderWords.ACCEPTED)
            with m.Case(SWAP_CLOCK + 1):
                m.d.comb += [ladder.write.eq(rule.swap), self.write.eq(rule.swap)]
                m.d.comb += [ladder.w_data.eq(a), w_upper.eq(1), self.replica.eq(b)]
            with m.Case(SWAP_CLOCK + 3):
                m.d.comb += [ladder.write.eq(rule.swap), ladder.w_data.eq(accepted)]
                m.d.comb += ladder.w_quarter.eq(LadderWords.ACCEPTED)

        return m
