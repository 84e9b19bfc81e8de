"""The states of a lane's own p-bits, and the neighbours that they turn."""

from typing import Any

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..facts.machine import MachineParams
from ..facts.measure import Abilities
from .memories import StateCopy, StateWrite

__all__ = ["OwnStates", "TurnedNeighbours"]


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
    turning : In(1)
        A clock after `row`: whether its states are wanted.
    states : Out(replicas)
        The states of the p-bit in `row`; where they are not wanted all of them are 1.

    Timing
    ------
    Two clocks from `row` to `states`. A write can be read a clock later.
    """

    LATENCY = 2

    write: data.View
    row: Signal
    turning: Signal
    states: Signal

    def __init__(self, params: MachineParams, lane: int) -> None:
        self._params = params
        self._lane = lane
        super().__init__(
            {
                "write": In(StateWrite(params)),
                "row": In(ceil_log2(params.pbits // params.lanes)),
                "turning": In(1),
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
        with m.If(~self.turning):  # the set input of the flip-flops
            m.d.sync += states.eq(-1)

        return m


class TurnedNeighbours(wiring.Component):
    """The last register before a lane's cells: own states turn neighbours there, or weigh totals.

    Parameters
    ----------
    params : MachineParams
    lane : int

    Members
    -------
    write, row, turning : In
        As `OwnStates`; `row` beside the addresses of the neighbours.
    closing : In(1)
        Two clocks after `row`: its slot is the last one of a row that is to be written.
    early : In(ArrayLayout(replicas, couplings_per_slot))
        The neighbours, two clocks after their addresses.
    totals : In(replicas)
        1 for each cell whose total is not negative, as `PbitCell.state`.
    weighing, hold, index : In
        As in `WeighSteps`.
    neighbours : Out(ArrayLayout(replicas, couplings_per_slot))
        The neighbours; if `turning`, 1 where they agree with the lane's own states; in a weighing
        those that take a positive coupling off the totals.
    own : Out(replicas)
        In a machine that can do Metropolis, the states that turned the last slot of a row, or 1 if
        it was not turned; from the clock after `closing` until the next one. Else 1.
    told : Out(1)
        `totals[index]`.

    Timing
    ------
    One clock, but for `row`, `turning` and `write`.

    Gates
    -----
    A LUT4 before each flip-flop, which held a neighbour anyway. No gates come behind it.
    """

    LATENCY = 1

    write: data.View
    row: Signal
    turning: Signal
    closing: Signal
    early: Any
    totals: Signal
    weighing: Signal
    hold: Signal
    index: Signal
    neighbours: Any
    own: Signal
    told: Signal

    def __init__(self, params: MachineParams, lane: int) -> None:
        assert OwnStates.LATENCY + self.LATENCY == StateCopy.LATENCY
        self._own = OwnStates(params, lane)
        self._keeps = Abilities.METROPOLIS in params.abilities
        states = data.ArrayLayout(params.replicas, params.couplings_per_slot)
        super().__init__(
            {
                "write": In(StateWrite(params)),
                "row": In(ceil_log2(params.pbits // params.lanes)),
                "turning": In(1),
                "closing": In(1),
                "early": In(states),
                "totals": In(params.replicas),
                "weighing": In(1),
                "hold": In(1),
                "index": In(range(params.replicas)),
                "neighbours": Out(states),
                "own": Out(params.replicas),
                "told": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.own = own = self._own
        told = Signal(reset_less=True)
        m.d.comb += [
            [own.write.eq(self.write), own.row.eq(self.row), own.turning.eq(self.turning)],
            [self.own.eq(-1), self.told.eq(told)],
        ]
        if self._keeps:
            kept = Signal(len(own.states), reset_less=True)
            m.d.comb += self.own.eq(kept)
            with m.If(self.closing):
                m.d.sync += kept.eq(own.states)
        m.d.sync += told.eq(self.totals.bit_select(self.index, 1))
        for k, early in enumerate(self.early):
            states = Signal(len(own.states), name=f"states{k}", reset_less=True)
            m.d.comb += self.neighbours[k].eq(states)
            with m.If(~self.hold):
                m.d.sync += states.eq(~(early ^ own.states))
                with m.If(self.weighing):
                    m.d.sync += states.eq(~self.totals)

        return m
