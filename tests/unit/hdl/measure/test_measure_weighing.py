"""Cells that are weighed by bits, in all widths, against their totals."""

import random
from typing import Any

import pytest
from amaranth.hdl import Cat, Module, Signal, signed

from glauber.hdl.fabric.own import TurnedNeighbours
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.measure.weighing import Horner, WeighSteps
from glauber.hdl.pbit.cell import PbitCell
from support.streams import simulate

WIDTHS = [(2, 5), (2, 8), (4, 14), (8, 11), (8, 14), (12, 15), (12, 24)]


class Weighing:
    """Cells that load a total, between the steps of a weighing and the sums over lanes."""

    def __init__(self, params: MachineParams) -> None:
        self.params = params
        self.module = m = Module()
        m.submodules.steps = self.steps = steps = WeighSteps(params)
        m.submodules.horner = self.horner = horner = Horner(params)
        self.load = Signal()
        self.totals: list[list[Any]] = []
        told = []
        weight = Signal(params.coupling_bits)
        m.d.sync += weight.eq(steps.weight)  # as in a lane
        m.d.comb += horner.tell.eq(steps.tell)
        for lane in range(params.lanes):
            m.submodules[f"measured{lane}"] = measured = TurnedNeighbours(params, lane)
            m.d.comb += [
                [measured.weighing.eq(steps.weighing), measured.hold.eq(steps.hold)],
                measured.index.eq(steps.tell.replica),
            ]
            told.append(measured.told)
            self.totals.append([])
            for replica in range(params.replicas):
                cell = PbitCell(params.coupling_bits, params.couplings_per_slot, params.field_bits)
                m.submodules[f"cell{lane}_{replica}"] = cell
                total = Signal(signed(params.field_bits), name=f"total{lane}_{replica}")
                m.d.comb += [
                    [cell.first.eq(self.load), cell.noise.eq(total)],
                    cell.neighbours.eq(Cat(word[replica] for word in measured.neighbours)),
                    [cell.same.eq(weight), measured.totals[replica].eq(cell.state)],
                ]
                self.totals[lane].append(total)
        m.d.comb += horner.told.eq(Cat(told))

    async def weigh(self, ctx: Any, totals: list[list[int]]) -> list[int]:
        """The sums over lanes that come out, in the order of the replicas."""
        for lane, row in zip(self.totals, totals, strict=True):
            for signal, total in zip(lane, row, strict=True):
                ctx.set(signal, total)
        for signal in (self.load, self.steps.start):
            ctx.set(signal, 1)
            await ctx.tick()
            ctx.set(signal, 0)
        sums: list[int] = []
        while len(sums) < self.params.replicas:
            if ctx.get(self.horner.scored):
                assert ctx.get(self.horner.replica) == len(sums)
                sums.append(ctx.get(self.horner.score))
            await ctx.tick()
        return sums


def machine(lanes: int, replicas: int, coupling_bits: int, field_bits: int) -> MachineParams:
    return MachineParams(
        lanes=lanes,
        replicas=replicas,
        draws=1,
        coupling_bits=coupling_bits,
        field_bits=field_bits,
        couplings_per_slot=1 + lanes % 2,
    )


def check(params: MachineParams, rounds: int) -> None:
    dut = Weighing(params)
    rng = random.Random(params.field_bits)
    limit = 1 << (params.field_bits - 1)
    extremes = [-limit, limit - 1, 0, -1, 1, limit // 2, -limit // 2, -limit + 1]

    async def bench(ctx: Any) -> None:
        for index in range(rounds):
            if index < len(extremes):  # all lanes at once
                totals = [[extremes[index]] * params.replicas for _ in range(params.lanes)]
            else:
                totals = [
                    [
                        rng.choice((*extremes, rng.randrange(-limit, limit)))
                        for _ in range(params.replicas)
                    ]
                    for _ in range(params.lanes)
                ]
            expected = [sum(lane[r] for lane in totals) for r in range(params.replicas)]
            assert await dut.weigh(ctx, totals) == expected

    simulate(dut.module, bench, limit=2 * rounds * params.weigh_clocks)


@pytest.mark.parametrize(("coupling_bits", "field_bits"), WIDTHS)
def test_totals_of_all_widths_are_weighed_exactly(coupling_bits: int, field_bits: int) -> None:
    check(machine(2, 2, coupling_bits, field_bits), 12)


@pytest.mark.parametrize(("lanes", "replicas"), [(1, 1), (1, 8), (4, 1), (8, 4), (32, 1)])
def test_totals_of_all_lanes_and_replicas_are_added(lanes: int, replicas: int) -> None:
    check(machine(lanes, replicas, 4, 8), 14)
