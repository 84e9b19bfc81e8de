"""What a lane needs to be measured: its own states, and neighbours that they turn."""

from typing import Any

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..fabric.memories import StateCopy, StateWrite
from ..facts.machine import MachineParams

__all__ = ["MeasuredNeighbours", "OwnStates"]


class OwnStates(wiring.Component):
    """The states of a lane's own p-bits.

    Parameters
    ----------
    params : MachineParams
    lane : int

    Members
    -------
    write : In(StateWrite)
        As all state copies get it.
    row : In(ceil_log2(pbits // lanes))
    walking : In(1)
    states : Out(replicas)
        The states of the p-bit in `row`; outside a walk all of them are 1.

    Timing
    ------
    Two clocks from `row` to `states`. A write can be read a clock later.
    """

    LATENCY = 2

    write: data.View
    row: Signal
    walking: Signal
    states: Signal

    def __init__(self, params: MachineParams, lane: int) -> None:
        self._params = params
        self._lane = lane
        super().__init__(
            {
                "write": In(StateWrite(params)),
                "row": In(ceil_log2(params.pbits // params.lanes)),
                "walking": In(1),
                "states": Out(params.replicas),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params = self._params
        m.submodules.memory = words = memory.Memory(
            shape=unsigned(params.replicas), depth=params.pbits // params.lanes, init=[]
        )
        read, write = words.read_port(), words.write_port()

        # P-bit `row * lanes + lane` is number `lane % beat_pbits` of one of the row's beats.
        beat, place = divmod(self._lane, params.beat_pbits)
        beat_bits = ceil_log2(params.beats)
        states = Signal(params.replicas, reset_less=True)
        m.d.comb += [
            read.addr.eq(self.row),
            write.addr.eq(self.write.beat[beat_bits:]),
            write.data.eq(self.write.states[place]),
            write.en.eq(self.write.enable[place] & (self.write.beat[:beat_bits] == beat)),
            self.states.eq(states),
        ]
        m.d.sync += states.eq(read.data)
        with m.If(~self.walking):  # the set input of the flip-flops
            m.d.sync += states.eq(-1)

        return m


class MeasuredNeighbours(wiring.Component):
    """The last register before a lane's cells, through which it is measured.

    Parameters
    ----------
    params : MachineParams
    lane : int

    Members
    -------
    write, row, walking : In
        As `OwnStates`; `row` beside the addresses of the neighbours.
    early : In(ArrayLayout(replicas, couplings_per_slot))
        The neighbours, two clocks after their addresses.
    totals : In(replicas)
        1 for each cell whose total is not negative, as `PbitCell.state`.
    weighing, hold, index : In
        As in `WeighSteps`.
    neighbours : Out(ArrayLayout(replicas, couplings_per_slot))
        In a sweep the neighbours; in a walk 1 where they agree with the lane's own states; in a
        weighing those that take a positive coupling off the totals.
    told : Out(1)
        `totals[index]`.

    Timing
    ------
    One clock, but for `row` and `write`.

    Gates
    -----
    A LUT4 before each flip-flop, which held a neighbour anyway. No gates come behind it.
    """

    LATENCY = 1

    write: data.View
    row: Signal
    walking: Signal
    early: Any
    totals: Signal
    weighing: Signal
    hold: Signal
    index: Signal
    neighbours: Any
    told: Signal

    def __init__(self, params: MachineParams, lane: int) -> None:
        assert OwnStates.LATENCY + self.LATENCY == StateCopy.LATENCY
        self._own = OwnStates(params, lane)
        states = data.ArrayLayout(params.replicas, params.couplings_per_slot)
        super().__init__(
            {
                "write": In(StateWrite(params)),
                "row": In(ceil_log2(params.pbits // params.lanes)),
                "walking": In(1),
                "early": In(states),
                "totals": In(params.replicas),
                "weighing": In(1),
                "hold": In(1),
                "index": In(range(params.replicas)),
                "neighbours": Out(states),
                "told": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.own = own = self._own
        told = Signal(reset_less=True)
        m.d.comb += [
            [own.write.eq(self.write), own.row.eq(self.row), own.walking.eq(self.walking)],
            self.told.eq(told),
        ]
        m.d.sync += told.eq(self.totals.bit_select(self.index, 1))
        for k, early in enumerate(self.early):
            states = Signal(len(own.states), name=f"states{k}", reset_less=True)
            m.d.comb += self.neighbours[k].eq(states)
            with m.If(~self.hold):
                m.d.sync += states.eq(~(early ^ own.states))
                with m.If(self.weighing):
                    m.d.sync += states.eq(~self.totals)

        return m
