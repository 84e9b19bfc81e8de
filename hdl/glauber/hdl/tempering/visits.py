"""Which rungs an exchange visits, clock by clock."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..facts.machine import PAIR_CLOCKS

__all__ = ["RungVisits"]


class RungVisits(wiring.Component):
    """Goes over the pairs of rungs of an exchange, from the lowest up.

    Parameters
    ----------
    replicas : int
        As many rungs.

    Members
    -------
    start : In(1), odd : In(1)
        An exchange begins; the parity of its number.
    visiting : Out(1)
        A pair is visited in this clock.
    rung : Out(range(replicas))
        The lower one of the pair.
    clock : Out(range(PAIR_CLOCKS - 1))
        The clock of the visit, from 0.
    done : Out(1)
        A pulse: the exchange is over.

    Timing
    ------
    From the clock after `start` to `done`, both counted, `EXCHANGE_CLOCKS`, and `PAIR_CLOCKS` for
    each pair: in the first of them it is seen that there is one.

    Reference
    ---------
    `facts.tempering.visited`.
    """

    start: Signal
    odd: Signal
    visiting: Signal
    rung: Signal
    clock: Signal
    done: Signal

    def __init__(self, replicas: int) -> None:
        self._replicas = replicas
        super().__init__(
            {
                "start": In(1),
                "odd": In(1),
                "visiting": Out(1),
                "rung": Out(range(replicas)),
                "clock": Out(range(PAIR_CLOCKS - 1)),
                "done": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()

        rung = Signal(range(self._replicas + 1))
        m.d.comb += self.rung.eq(rung)
        m.d.sync += [self.clock.eq(0), self.done.eq(0)]
        with m.FSM():
            with m.State("IDLE"):
                m.d.sync += rung.eq(self.odd)
                with m.If(self.start):
                    m.next = "LOOK"
            with m.State("LOOK"):
                m.next = "VISIT"
                with m.If(rung >= self._replicas - 1):
                    m.d.sync += self.done.eq(1)
                    m.next = "IDLE"
            with m.State("VISIT"):
                m.d.comb += self.visiting.eq(1)
                m.d.sync += self.clock.eq(self.clock + 1)
                with m.If(self.clock == PAIR_CLOCKS - 2):
                    m.d.sync += rung.eq(rung + 2)
                    m.next = "LOOK"

        return m
