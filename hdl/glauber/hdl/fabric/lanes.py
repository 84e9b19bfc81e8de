"""All lanes, with what each of them reads."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from ..facts.generators import WORD_BITS
from ..facts.machine import MachineParams
from ..facts.measure import Abilities
from ..facts.numbers import TEMPERATURE_FORMAT
from ..facts.regions import Region, region_words
from ..link.window import WindowSignature
from ..measure.lines import MeasureLines
from ..measure.moments import MomentCounts
from .control import SlotLayout
from .delay import Delay
from .lane import Lane
from .memories import ProgramMemory, StateCopy, StateWrite
from .own import OwnStates, TurnedNeighbours

__all__ = ["Lanes"]


class Lanes(wiring.Component):
    """All lanes with their program memories and state copies.

    `address` is that of a slot, which stands at `fetched` two clocks later, beside its couplings,
    and at `gathered` five clocks later, beside its neighbours. `failed` follows a lane's by a
    clock, and `word` that of lane 0 by two. `states` are those to write of a row whose last slot
    stood at `fetched` four clocks before. The other members are as in `Lane`, `StateCopy`,
    `TemperLines` and `GraphFabric`.
    """

    draw: Signal
    law: Signal
    temperatures: data.View
    clear: Signal
    load: Signal
    inject: Signal
    window: Signal
    failed: Signal
    word: Signal
    program: Any
    address: Signal
    fetched: data.View
    gathered: data.View
    measure: Any
    metropolis: Signal
    write: data.View
    states: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "draw": In(1),
                "law": In(1),
                "temperatures": In(data.ArrayLayout(TEMPERATURE_FORMAT.width, params.units)),
                "clear": In(params.generators),
                "load": In(params.generators),
                "inject": In(WORD_BITS),
                "window": In(1),
                "failed": Out(1),
                "word": Out(WORD_BITS),
                "program": In(WindowSignature(region_words(Region.PROGRAM, params))),
                "address": In(ceil_log2(params.slots)),
                "fetched": In(SlotLayout(params)),
                "gathered": In(SlotLayout(params)),
                "measure": In(MeasureLines(params)),
                "metropolis": In(1),
                "write": In(StateWrite(params)),
                "states": Out(params.lanes * params.replicas),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        params = self._params

        slot_bits = ceil_log2(params.couplings_per_slot)
        lane_bits = ceil_log2(params.lanes)
        written_slot = self.program.address[:slot_bits]
        measures = bool(params.abilities & (Abilities.SCORES | Abilities.MOMENTS))
        turns = measures or Abilities.METROPOLIS in params.abilities
        written_lane = self.program.address[slot_bits : slot_bits + lane_bits]
        turning, closing = self._turning(m)
        m.submodules.word = word = Delay(WORD_BITS, 2, reset_less=True)
        m.d.comb += self.word.eq(word.o)
        failed = Signal(params.lanes)
        m.d.sync += self.failed.eq(failed.any())
        for index in range(params.lanes):
            m.submodules[f"lane{index}"] = lane = Lane(params)
            m.submodules[f"program{index}"] = program = ProgramMemory(params)
            units = slice(index * params.units, (index + 1) * params.units)
            replicas = slice(index * params.replicas, (index + 1) * params.replicas)
            m.d.comb += [
                [lane.draw.eq(self.draw), lane.law.eq(self.law)],
                lane.temperatures.eq(self.temperatures),
                lane.clear.eq(self.clear[units]),
                lane.load.eq(self.load[units]),
                lane.inject.eq(self.inject),
                [lane.window.eq(self.window), failed[index].eq(lane.failed)],
                [lane.couple.eq(self.fetched.couple), lane.first.eq(self.gathered.first)],
                lane.couplings.eq(Cat(word.coupling for word in program.couplings)),
                self.states[replicas].eq(lane.states),
                program.address.eq(self.address),
                program.w_address.eq(self.program.address[slot_bits + lane_bits :]),
                program.w_data.eq(self.program.data),
            ]
            with m.If(self.program.enable & (written_lane == index)):
                m.d.comb += program.write.eq(1 << written_slot)
            if index == 0:
                m.d.comb += word.i.eq(lane.word)
            neighbours = lane.neighbours
            if turns:
                m.submodules[f"turned{index}"] = turned = TurnedNeighbours(params, index)
                m.d.comb += [
                    [turned.write.eq(self.write), turned.row.eq(self.fetched.target)],
                    [turned.turning.eq(turning), turned.closing.eq(closing)],
                    lane.neighbours.eq(turned.neighbours),
                    self.states[replicas].eq(~(lane.states ^ turned.own)),
                ]
                neighbours = turned.early
                if measures:
                    self._measure(m, index, lane, turned)
            for k in range(params.couplings_per_slot):
                m.submodules[f"copy{index}_{k}"] = copy = StateCopy(params, early=turns)
                m.d.comb += [
                    copy.address.eq(program.couplings[k].pbit),
                    copy.write.eq(self.write),
                    neighbours[k].eq(copy.states),
                ]

        return m

    def _turning(self, m: Module) -> tuple[Signal, Signal]:
        """`turning` and `closing` of all lanes' `TurnedNeighbours`."""
        turning, closing = Signal(), Signal()
        if Abilities.METROPOLIS not in self._params.abilities:
            m.d.comb += turning.eq(self.measure.walking)
            return turning, closing
        m.submodules.last = last = Delay(1, OwnStates.LATENCY)
        m.d.comb += [last.i.eq(self.fetched.valid & self.fetched.last), closing.eq(last.o)]
        m.d.sync += turning.eq(self.metropolis & self.fetched.couple | self.measure.walking)
        return turning, closing

    def _measure(self, m: Module, index: int, lane: Lane, turned: TurnedNeighbours) -> None:
        """Adds what measures a lane."""
        params, lines = self._params, self.measure
        m.d.comb += [
            # The totals stand still where no slot is, until they are weighed.
            lane.couple.eq(self.fetched.valid & (self.fetched.couple | lines.walking)),
            [lane.silence.eq(lines.walking), lane.weight.eq(lines.score.weight)],
            [turned.weighing.eq(lines.score.weighing), turned.hold.eq(lines.score.hold)],
            [turned.index.eq(lines.score.index), turned.totals.eq(lane.states)],
            lines.score.told[index].eq(turned.told),
        ]
        if Abilities.MOMENTS in params.abilities:
            m.submodules[f"moments{index}"] = moments = MomentCounts(params)
            m.d.comb += [
                moments.count.eq(self.gathered.valid & lines.walking & lines.counting),
                [moments.slot.eq(self.gathered.address), moments.fresh.eq(lines.fresh)],
                [moments.neighbours.eq(lane.neighbours), moments.host_slot.eq(lines.slot)],
            ]
            for k, count in enumerate(moments.counts):
                m.d.comb += lines.counts[index * params.couplings_per_slot + k].eq(count)
