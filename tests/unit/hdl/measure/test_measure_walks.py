"""Measuring walks of the gates, without a sequencer, against plain integers."""

import random
from dataclasses import replace
from typing import Any

import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from support.measuring import MeasuringRig, Problem
from support.streams import simulate

SCORES, BEST, MOMENTS = MeasureFlags.SCORES, MeasureFlags.BEST, MeasureFlags.MOMENTS
TARGET, FRESH = MeasureFlags.TARGET, MeasureFlags.FRESH


def machine(lanes: int, replicas: int, **changes: Any) -> MachineParams:
    fixed: dict[str, Any] = {"pbits": 32, "slots": 24, "draws": replicas, "field_bits": 12}
    fixed["abilities"] = Abilities.ALL
    return MachineParams(lanes=lanes, replicas=replicas, **(fixed | changes))


MACHINES = {
    "1x1": machine(1, 1, couplings_per_slot=1),
    "2x2": machine(2, 2, coupling_bits=4, field_bits=14),
    "4x8 in beats": machine(4, 8, write_bits=8),
    "4x2 half beats": machine(4, 2, write_bits=8, pbits=16, couplings_per_slot=1),
    "2x64": machine(2, 64, pbits=8),
}
every_machine = pytest.mark.parametrize(
    "params",
    [
        pytest.param(params, id=name, marks=pytest.mark.study if name == "2x64" else ())
        for name, params in MACHINES.items()
    ],
)


def signed(word: int) -> int:
    return word - ((word & 1 << 31) << 1)


def problem_of(params: MachineParams, rows: int = 6) -> Problem:
    """A problem with all kinds of couplings, whose totals stay in range in parts of two rows."""
    largest = params.coupling_max
    problem = Problem(params, random.Random(params.replicas), [largest, -largest, 1, -1, 0, 5, -3])
    limit = 1 << (params.field_bits - 1)
    per_row = limit // (2 * (largest + 1) * params.couplings_per_slot)
    problem.add_rows(rows, min(4, per_row))
    problem.draw_states()
    return problem


def run(params: MachineParams, testbench: Any) -> None:
    rig = MeasuringRig(params)

    async def bench(ctx: Any) -> None:
        await testbench(ctx, rig)

    simulate(rig.module, bench, limit=40_000)


@every_machine
def test_scores_are_sums_of_couplings_and_states(params: MachineParams) -> None:
    problem = problem_of(params)
    replicas = params.replicas

    async def check(ctx: Any, rig: MeasuringRig) -> None:
        await rig.load(ctx, problem)
        for part in (2, 1):
            clocks, _ = await rig.walk(ctx, problem, SCORES, part)
            assert clocks == [params.weigh_clocks] * (len(problem.rows) // part)
            words = await rig.read(ctx, rig.unit.scores, 3 * replicas)
            assert [signed(word) for word in words[:replicas]] == problem.scores()
            assert words[replicas:] == [0] * 2 * replicas
            problem.draw_states()
            await rig.load_states(ctx, problem)
        # Nothing was written back.
        assert await rig.read_states(ctx, rig.fabric.states) == problem.states

    run(params, check)


@every_machine
def test_the_best_scores_and_states_are_kept(params: MachineParams) -> None:
    problem = problem_of(params, 2)
    replicas = params.replicas
    best, sweeps = [0] * replicas, [0] * replicas
    states = [0] * params.pbits

    async def check(ctx: Any, rig: MeasuringRig) -> None:
        rng = random.Random(1)
        await rig.load(ctx, problem)
        kept = 0
        for walk, flags in enumerate((BEST | FRESH, BEST, FRESH, BEST, TARGET, BEST | FRESH)):
            scores = problem.scores()
            target = max(scores) + rng.choice((0, 1))
            ctx.set(rig.unit.registers.target, target)
            ctx.set(rig.unit.registers.sweeps, 1000 + walk)
            clocks, hit = await rig.walk(ctx, problem, SCORES | flags)
            assert hit == (TARGET in flags and target == max(scores))
            better = [
                BEST in flags and (FRESH in flags or score > old)
                for score, old in zip(scores, best, strict=True)
            ]
            assert clocks == [params.weigh_clocks + params.keep_clocks * any(better)]
            kept += sum(better)
            for r in range(replicas):
                if better[r]:
                    best[r], sweeps[r] = scores[r], 1000 + walk
                    for n, word in enumerate(problem.states):
                        states[n] = states[n] & ~(1 << r) | word & 1 << r
            words = await rig.read(ctx, rig.unit.scores, 3 * replicas)
            assert [signed(word) for word in words] == [*scores, *best, *sweeps]
            assert await rig.read_states(ctx, rig.fabric.best) == states
            assert await rig.read_states(ctx, rig.fabric.states) == problem.states
            problem.draw_states()
            await rig.load_states(ctx, problem)
        assert kept > 2 * replicas

    run(params, check)


@every_machine
def test_moments_count_the_replicas_that_agree(params: MachineParams) -> None:
    problem = problem_of(params)
    words = params.lanes * params.couplings_per_slot
    counts = [0] * params.slots * words
    walks = 0

    async def check(ctx: Any, rig: MeasuringRig) -> None:
        nonlocal walks
        await rig.load(ctx, problem)
        for flags in (MOMENTS, SCORES | MOMENTS, SCORES, MOMENTS | FRESH, MOMENTS):
            await rig.walk(ctx, problem, flags, 2 if SCORES in flags else 0)
            if MOMENTS in flags:
                walks = 1 if FRESH in flags else walks + 1
                for n, count in enumerate(problem.moments()):
                    counts[n] = count + (0 if FRESH in flags else counts[n])
            assert await rig.read(ctx, rig.unit.moments, len(counts)) == counts
            assert ctx.get(rig.unit.registers.moment_walks) == walks
            problem.draw_states()
            await rig.load_states(ctx, problem)
        assert len(set(counts)) > 2

    run(params, check)


@pytest.mark.parametrize("name", ["2x2", "4x8 in beats"])
def test_sweeps_before_and_after_a_walk_are_those_of_a_machine_that_cannot_measure(
    name: str,
) -> None:
    params = MACHINES[name]
    problem = problem_of(params)
    after: list[list[int]] = []

    async def check(ctx: Any, rig: MeasuringRig) -> None:
        await rig.load(ctx, problem)
        for _ in range(3):
            await rig.sweep(ctx, problem)
            after.append(await rig.read_states(ctx, rig.fabric.states))
            if Abilities.SCORES in rig.params.abilities:
                await rig.walk(ctx, problem, SCORES | MOMENTS, 2)
            ctx.set(rig.fabric.control.temperature, 0)

    run(params, check)
    run(replace(params, abilities=Abilities.NONE), check)
    assert after[:3] == after[3:]
    assert problem.states != after[0] != after[2]


def test_best_scores_without_best_states_cost_no_clocks() -> None:
    params = machine(1, 2, abilities=Abilities.SCORES)
    problem = problem_of(params)

    async def check(ctx: Any, rig: MeasuringRig) -> None:
        await rig.load(ctx, problem)
        ctx.set(rig.unit.registers.sweeps, 7)
        clocks, hit = await rig.walk(ctx, problem, SCORES | BEST | FRESH, 2)
        assert (set(clocks), hit) == ({params.weigh_clocks}, 0)
        words = await rig.read(ctx, rig.unit.scores, 6)
        assert [signed(word) for word in words] == [*problem.scores() * 2, 7, 7]

    run(params, check)


def test_a_machine_without_scores_counts_moments() -> None:
    params = machine(2, 4, abilities=Abilities.MOMENTS)
    problem = problem_of(params)

    async def check(ctx: Any, rig: MeasuringRig) -> None:
        await rig.load(ctx, problem)
        for walks in (1, 2):
            await rig.walk(ctx, problem, MOMENTS)
            assert ctx.get(rig.unit.registers.moment_walks) == walks
        counts = [2 * count for count in problem.moments()]
        assert await rig.read(ctx, rig.unit.moments, len(counts)) == counts
        assert await rig.read_states(ctx, rig.fabric.states) == problem.states

    run(params, check)


def test_a_score_outgrows_a_field_by_many_parts() -> None:
    params = MACHINES["1x1"]
    problem = Problem(params, random.Random(1), [params.coupling_max])
    problem.add_rows(24, 1)
    problem.states = [1] * params.pbits

    async def check(ctx: Any, rig: MeasuringRig) -> None:
        await rig.load(ctx, problem)
        for states in (problem.states, [n % params.pbits & 1 for n in range(params.pbits)]):
            problem.states = states
            await rig.load_states(ctx, problem)
            await rig.walk(ctx, problem, SCORES, 8)
            scores = await rig.read(ctx, rig.unit.scores, 1)
            assert [signed(scores[0])] == problem.scores()
        assert 24 * params.coupling_max > 1 << (params.field_bits - 1)

    run(params, check)


def test_what_is_read_only_or_not_there_is_refused() -> None:
    params = MACHINES["2x2"]

    async def check(ctx: Any, rig: MeasuringRig) -> None:
        program = params.slots * params.lanes * params.couplings_per_slot
        for bus, words in (
            (rig.unit.scores, 3 * params.replicas),
            (rig.unit.moments, program),
            (rig.fabric.best, params.state_words),
        ):
            assert await rig.request(ctx, bus, words - 1) == 0
            for address, word in ((words, None), (0, 1), (words - 1, 1)):
                with pytest.raises(LookupError):
                    await rig.request(ctx, bus, address, word)
        assert not any(await rig.read_states(ctx, rig.fabric.states))

    run(params, check)


@pytest.mark.parametrize("abilities", [Abilities.NONE, Abilities.SCORES, Abilities.MOMENTS])
def test_without_the_ability_there_is_no_region(abilities: Abilities) -> None:
    params = MachineParams(lanes=1, replicas=2, draws=2, pbits=16, slots=8, abilities=abilities)

    async def check(ctx: Any, rig: MeasuringRig) -> None:
        for bus, ability in (
            (rig.unit.scores, Abilities.SCORES),
            (rig.unit.moments, Abilities.MOMENTS),
            (rig.fabric.best, Abilities.BEST),
        ):
            if ability in abilities:
                assert await rig.request(ctx, bus, 0) == 0
            else:
                with pytest.raises(LookupError):
                    await rig.request(ctx, bus, 0)

    run(params, check)
