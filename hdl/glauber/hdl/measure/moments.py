"""Counts in how many replicas the p-bits of each coupling agree."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..fabric.delay import Delay
from ..facts.machine import MachineParams, count_clocks
from ..pbit.accumulator import ChoiceAdder
from .count import OnesCounter

__all__ = ["MomentCounts"]


class MomentCounts(wiring.Component):
    """The counts of one lane.

    Parameters
    ----------
    params : MachineParams

    Members
    -------
    count : In(1)
        The slot `slot` is counted.
    fresh : In(1)
        Its counts begin anew.
    slot : In(ceil_log2(slots))
        Beside its `neighbours`; the same slot again many clocks later only.
    neighbours : In(ArrayLayout(replicas, couplings_per_slot))
        As `TurnedNeighbours` has them.
    host_slot : In(ceil_log2(slots))
        The slot whose counts the host wants, while none is counted.
    counts : Out(ArrayLayout(32, couplings_per_slot))
        What stands at `host_slot`, two clocks later.

    Timing
    ------
    A slot per clock. Its counts are there `LATENCY` clocks and those of a count of ones later.
    """

    LATENCY = 3

    count: Signal
    fresh: Signal
    slot: Signal
    neighbours: Any
    host_slot: Signal
    counts: Any

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        slot_bits, words = ceil_log2(params.slots), params.couplings_per_slot
        super().__init__(
            {
                "count": In(1),
                "fresh": In(1),
                "slot": In(slot_bits),
                "neighbours": In(data.ArrayLayout(params.replicas, words)),
                "host_slot": In(slot_bits),
                "counts": Out(data.ArrayLayout(32, words)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params = self._params
        layout = data.StructLayout({"count": 1, "fresh": 1, "slot": self.slot.shape()})
        # Lanes share these registers.
        m.submodules.addressed = addressed = Delay(layout, count_clocks(params.replicas))
        m.submodules.added = added = Delay(layout, 2)
        m.d.comb += [
            [addressed.i.count.eq(self.count), addressed.i.fresh.eq(self.fresh)],
            [addressed.i.slot.eq(self.slot), added.i.eq(addressed.o)],
        ]
        for k, neighbours in enumerate(self.neighbours):
            m.submodules[f"counter{k}"] = counter = OnesCounter(params.replicas)
            m.submodules[f"ones{k}"] = ones = Delay(counter.o.shape(), 2, reset_less=True)
            m.submodules[f"adder{k}"] = adder = ChoiceAdder(32)
            m.submodules[f"memory{k}"] = words = memory.Memory(
                shape=unsigned(32), depth=params.slots, init=[]
            )
            read, write = words.read_port(), words.write_port()
            held = Signal(32, name=f"held{k}", reset_less=True)  # as in `ProgramMemory`
            m.d.sync += held.eq(read.data)
            m.d.comb += [
                [counter.i.eq(neighbours), ones.i.eq(counter.o)],
                read.addr.eq(Mux(addressed.o.count, addressed.o.slot, self.host_slot)),
                [adder.operand.eq(ones.o), adder.plus.eq(1)],
                [adder.first.eq(added.o.fresh), adder.total.eq(held)],
                [write.addr.eq(added.o.slot), write.data.eq(adder.sum)],
                [write.en.eq(added.o.count), self.counts[k].eq(held)],
            ]

        return m
