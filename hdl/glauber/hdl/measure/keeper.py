"""Keeps the best states of each replica."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..fabric.delay import Delay
from ..fabric.memories import StateCopy
from ..facts.machine import MachineParams
from .lines import KeepLines

__all__ = ["StateKeeper"]


class StateKeeper(wiring.Component):
    """A memory of states that takes over those of some replicas from a state copy.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    lines : In(KeepLines)
    keeping : Out(1), pbit : Out(ceil_log2(pbits))
        The p-bit whose states are wanted in this clock, if any.
    address : In(ceil_log2(pbits))
        That of the state copy: `pbit` while `keeping`.
    states : In(replicas)
        From the state copy.
    best : Out(replicas)
        The kept states at `address`, as many clocks later as `states`.

    Timing
    ------
    `kept` stands `params.keep_clocks` after `keep`.
    """

    lines: Any
    keeping: Signal
    pbit: Signal
    address: Signal
    states: Signal
    best: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        pbit = ceil_log2(params.pbits)
        super().__init__(
            {
                "lines": In(KeepLines(params)),
                "keeping": Out(1),
                "pbit": Out(pbit),
                "address": In(pbit),
                "states": In(params.replicas),
                "best": Out(params.replicas),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params, improved = self._params, self.lines.improved
        m.submodules.memory = words = memory.Memory(
            shape=unsigned(params.replicas), depth=params.pbits, init=[]
        )
        read, write = words.read_port(), words.write_port()
        m.submodules.valid = valid = Delay(1, StateCopy.LATENCY)
        m.submodules.written = written = Delay(len(self.pbit), StateCopy.LATENCY, reset_less=True)

        stages = [Signal(params.replicas, name=f"stage{n}", reset_less=True) for n in range(2)]
        m.d.sync += [stages[0].eq(read.data), stages[1].eq(stages[0])]
        with m.If(self.lines.keep):
            m.d.sync += self.keeping.eq(1)
        with m.Elif(self.pbit == params.pbits - 1):
            m.d.sync += self.keeping.eq(0)
        m.d.sync += self.pbit.eq(Mux(self.keeping, self.pbit + 1, 0))
        m.d.comb += [
            [read.addr.eq(self.address), self.best.eq(stages[1])],
            [valid.i.eq(self.keeping), written.i.eq(self.pbit)],
            [write.en.eq(valid.o), write.addr.eq(written.o)],
            write.data.eq(self.best & ~improved | self.states & improved),
            self.lines.kept.eq(valid.o & (written.o == params.pbits - 1)),
        ]

        return m
