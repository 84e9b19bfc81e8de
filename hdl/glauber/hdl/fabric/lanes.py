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
from ..measure.lane import MeasuredNeighbours
from ..measure.lines import MeasureLines
from ..measure.moments import MomentCounts
from .control import SlotLayout
from .lane import Lane
from .memories import ProgramMemory, StateCopy, StateWrite

__all__ = ["Lanes"]


class Lanes(wiring.Component):
    """All lanes with their program memories and state copies.

    `address` is that of a slot, which stands at `fetched` two clocks later, beside its couplings,
    and at `gathered` five clocks later, beside its neighbours. `failed` follows a lane's by a
    clock. The other members are as in `Lane`, `StateCopy` and `GraphFabric`.
    """

    draw: Signal
    temperature: Signal
    clear: Signal
    load: Signal
    inject: Signal
    window: Signal
    failed: Signal
    program: Any
    address: Signal
    fetched: data.View
    gathered: data.View
    measure: Any
    write: data.View
    states: Signal

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        super().__init__(
            {
                "draw": In(1),
                "temperature": In(TEMPERATURE_FORMAT.width),
                "clear": In(params.generators),
                "load": In(params.generators),
                "inject": In(WORD_BITS),
                "window": In(1),
                "failed": Out(1),
                "program": In(WindowSignature(region_words(Region.PROGRAM, params))),
                "address": In(ceil_log2(params.slots)),
                "fetched": In(SlotLayout(params)),
                "gathered": In(SlotLayout(params)),
                "measure": In(MeasureLines(params)),
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
        written_lane = self.program.address[slot_bits : slot_bits + lane_bits]
        measured = bool(params.abilities & (Abilities.SCORES | Abilities.MOMENTS))
        failed = Signal(params.lanes)
        m.d.sync += self.failed.eq(failed.any())
        for index in range(params.lanes):
            m.submodules[f"lane{index}"] = lane = Lane(params)
            m.submodules[f"program{index}"] = program = ProgramMemory(params)
            units = slice(index * params.units, (index + 1) * params.units)
            replicas = slice(index * params.replicas, (index + 1) * params.replicas)
            m.d.comb += [
                lane.draw.eq(self.draw),
                lane.temperature.eq(self.temperature),
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
            neighbours = lane.neighbours
            if measured:
                neighbours = self._measured(m, index, lane)
            for k in range(params.couplings_per_slot):
                m.submodules[f"copy{index}_{k}"] = copy = StateCopy(params, early=measured)
                m.d.comb += [
                    copy.address.eq(program.couplings[k].pbit),
                    copy.write.eq(self.write),
                    neighbours[k].eq(copy.states),
                ]

        return m

    def _measured(self, m: Module, index: int, lane: Lane) -> data.View:
        """Adds what measures a lane, and returns where its early neighbours go."""
        params, lines = self._params, self.measure
        m.submodules[f"measured{index}"] = measured = MeasuredNeighbours(params, index)
        m.d.comb += [
            # The totals stand still where no slot is, until they are weighed.
            lane.couple.eq(self.fetched.valid & (self.fetched.couple | lines.walking)),
            [lane.silence.eq(lines.walking), lane.weight.eq(lines.score.weight)],
            [measured.write.eq(self.write), measured.row.eq(self.fetched.target)],
            [measured.walking.eq(lines.walking), measured.weighing.eq(lines.score.weighing)],
            [measured.hold.eq(lines.score.hold), measured.index.eq(lines.score.index)],
            [measured.totals.eq(lane.states), lines.score.told[index].eq(measured.told)],
            lane.neighbours.eq(measured.neighbours),
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
        return measured.early
