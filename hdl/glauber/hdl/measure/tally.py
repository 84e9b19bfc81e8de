"""The scores of all replicas, and which of them are better than any before."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, signed
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out, connect, flipped
from amaranth.utils import ceil_log2

from ..facts.machine import MachineParams
from ..facts.regions import Region, region_words
from ..link.bus import BusSignature
from ..link.window import MemoryWindow

__all__ = ["Tally"]

_NEWEST, _BEST, _SWEEPS = range(3)  # the thirds of the region


class Tally(wiring.Component):
    """Adds to the scores, and judges them; `Region.SCORES`.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    start : In(1)
        A weighing begins.
    opening, judge, fresh : In(1)
        The sums replace the scores; the scores are compared with the best ones; the best ones
        before count for nothing. Constant in a weighing.
    scored, replica, score : In
        As in `Horner`: a sum, for all replicas in their order.
    sweeps, target : In(32)
    look : In(1), looked : In(range(replicas)), newest : Out(signed(32))
        As in `ExchangeLines`, while nothing is weighed.
    bus : In(BusSignature)
        `Region.SCORES`, while nothing is weighed and no temperatures are exchanged.
    hit, found : Out(1)
        The score of some replica is at least `target`; some replica has a new best score.
    improved : Out(replicas)
        Which replicas have.
    done : Out(1)
        All replicas are through; the outputs stand from here to the next `start`.

    Timing
    ------
    A replica takes `TALLY_CLOCKS`; `done` stands five clocks after the last `scored`.
    """

    start: Signal
    opening: Signal
    judge: Signal
    fresh: Signal
    scored: Signal
    replica: Signal
    score: Signal
    sweeps: Signal
    target: Signal
    look: Signal
    looked: Signal
    newest: Signal
    bus: Any
    hit: Signal
    found: Signal
    improved: Signal
    done: Signal

    def __init__(self, params: MachineParams) -> None:
        self._replicas = params.replicas
        self._words = region_words(Region.SCORES, params)
        super().__init__(
            {
                "start": In(1),
                "opening": In(1),
                "judge": In(1),
                "fresh": In(1),
                "scored": In(1),
                "replica": In(range(params.replicas)),
                "score": In(signed(params.field_bits + ceil_log2(params.lanes))),
                "sweeps": In(32),
                "target": In(32),
                "look": In(1),
                "looked": In(range(params.replicas)),
                "newest": Out(signed(32)),
                "bus": In(BusSignature()),
                "hit": Out(1),
                "found": Out(1),
                "improved": Out(params.replicas),
                "done": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.window = window = MemoryWindow(self._words, writable=False)
        connect(m, flipped(self.bus), window.bus)
        m.submodules.memory = words = memory.Memory(shape=signed(32), depth=self._words, init=[])
        read, write = words.read_port(), words.write_port()

        # Bit n: a sum came n + 1 clocks ago. They are four clocks apart, so that the last steps of
        # a replica stand beside the first ones of the next.
        steps = Signal(5)
        replica = Signal.like(self.replica, reset_less=True)
        held = Signal(signed(32), reset_less=True)
        total = Signal(signed(32), reset_less=True)
        better = Signal(reset_less=True)
        m.d.sync += steps.eq(Cat(self.scored, steps))
        asked = Cat(self.replica, Mux(self.scored, _NEWEST, _BEST))
        wanted = Mux(self.look, Cat(self.looked, _NEWEST), asked)
        m.d.comb += [
            read.addr.eq(Mux(window.port.enable, window.port.address, wanted)),
            [window.port.r_data.eq(held), self.newest.eq(held)],
            write.addr.eq(Cat(replica, Mux(steps[2], _NEWEST, Mux(steps[3], _BEST, _SWEEPS)))),
            write.data.eq(Mux(steps[4], self.sweeps, total)),
            write.en.eq(steps[2] | steps[3:5].any() & better),
            self.done.eq(steps[4] & (replica == self._replicas - 1)),
        ]
        m.d.sync += held.eq(Mux(steps[0] & self.opening, 0, read.data))
        with m.If(steps[1]):
            m.d.sync += [replica.eq(self.replica), total.eq(held + self.score)]
        with m.If(steps[2]):
            m.d.sync += better.eq(self.judge & (self.fresh | (total > held)))
            m.d.sync += self.hit.eq(self.hit | (total >= self.target.as_signed()))
        with m.If(steps[3]):
            m.d.sync += self.found.eq(self.found | better)
            m.d.sync += self.improved.eq(Cat(self.improved, better)[1:])
        with m.If(self.start):
            m.d.sync += [self.hit.eq(0), self.found.eq(0)]

        return m
