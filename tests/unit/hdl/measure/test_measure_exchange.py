"""Exchanges of temperatures behind measuring walks of the gates."""

import random
from typing import Any

import pytest

from glauber.hdl.facts.machine import EXCHANGE_CLOCKS, PAIR_CLOCKS, MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.tempering import visited
from support.measuring import MeasuringRig, Problem
from support.streams import simulate

SCORES, BEST, TARGET = MeasureFlags.SCORES, MeasureFlags.BEST, MeasureFlags.TARGET
FRESH, EXCHANGE = MeasureFlags.FRESH, MeasureFlags.EXCHANGE
NONE = MeasureFlags.NONE


def machine(replicas: int, abilities: Abilities) -> MachineParams:
    return MachineParams(
        lanes=1,
        replicas=replicas,
        draws=replicas,
        couplings_per_slot=1,
        pbits=16,
        slots=8,
        field_bits=12,
        abilities=abilities,
    )


@pytest.mark.parametrize("replicas", [2, 4])
def test_an_exchange_is_the_last_of_all(replicas: int) -> None:
    params = machine(replicas, Abilities.ALL)
    problem = Problem(params, random.Random(replicas), [params.coupling_max, -5, 1])
    problem.add_rows(4, 2)
    # The exchange temperatures are so low that no random word lets a score fall.
    places = list(range(replicas))
    ladder = [*range(100, 100 + replicas), *[1] * replicas, *places, *[0] * replicas]
    rig = MeasuringRig(params)
    kept, swaps = set(), []

    async def check(ctx: Any) -> None:
        problem.draw_states()
        await rig.load(ctx, problem)
        for address, word in enumerate(ladder):
            await rig.request(ctx, rig.tempering.ladder, address, word)
        for number, flags in enumerate((BEST | FRESH, NONE, TARGET, BEST, TARGET | BEST, BEST)):
            scores = problem.scores()
            ctx.set(rig.unit.registers.target, min(scores))
            ctx.set(rig.tempering.registers.exchanges, number)
            before = await rig.read(ctx, rig.unit.scores, 2 * replicas)
            clocks, hit = await rig.walk(ctx, problem, SCORES | EXCHANGE | flags, 2)
            after = await rig.read(ctx, rig.unit.scores, 2 * replicas)
            better = before[replicas:] != after[replicas:] or FRESH in flags
            pairs = visited(number, replicas)
            exchange = EXCHANGE_CLOCKS + len(pairs) * PAIR_CLOCKS
            last = params.weigh_clocks + better * params.keep_clocks + exchange
            assert clocks == [params.weigh_clocks, last]
            assert hit == (TARGET in flags)
            for rung in pairs:
                a, b = places[rung : rung + 2]
                swaps.append(scores[a] <= scores[b])
                if swaps[-1]:
                    places[rung : rung + 2] = b, a
            words = await rig.read(ctx, rig.tempering.ladder, 4 * replicas)
            assert words[2 * replicas : 3 * replicas] == places
            assert words[: 2 * replicas] == ladder[: 2 * replicas]
            assert sum(words[3 * replicas :]) == sum(swaps)
            kept.add(better)
            problem.draw_states()
            await rig.load_states(ctx, problem)

    simulate(rig.module, check, limit=40_000)
    assert kept == {False, True}
    assert set(swaps) == {False, True}


def test_without_the_ability_nothing_follows_the_scores() -> None:
    params = machine(2, Abilities.SCORES)
    problem = Problem(params, random.Random(1), [1])
    problem.add_rows(2, 2)
    problem.draw_states()
    rig = MeasuringRig(params)

    async def check(ctx: Any) -> None:
        await rig.load(ctx, problem)
        clocks, _ = await rig.walk(ctx, problem, SCORES | EXCHANGE)
        assert clocks == [params.weigh_clocks]

    simulate(rig.module, check, limit=5000)
