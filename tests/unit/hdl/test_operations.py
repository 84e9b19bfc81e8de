"""A sequencer's operations, clock by clock as `support.schedule_walk` says."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

import pytest

from glauber.hdl.facts.machine import OPERATION_CLOCKS, SEQUENCER_CLOCKS, MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.operations import REPEAT_LEVELS, Measure, Operation, Repeat
from glauber.hdl.facts.program import Step
from glauber.hdl.sequencer.sequencer import Sequencer
from support.schedule_walk import Clock, Schedule, ScheduleWalk, Slot, effective_flags
from support.sequencer import load_tables
from support.streams import simulate

SMALL = MachineParams(lanes=2, replicas=4, draws=2, pbits=64, slots=256, rows=7, steps=40)
PARAMS = replace(SMALL, abilities=Abilities.ALL)
ROWS = [(4, 3), (3, 1), (5, 0)]
SCORES, BEST, MOMENTS, TARGET, FRESH, EXCHANGE = MeasureFlags
MEASURE = Measure(SCORES)
Words = Sequence[Step | Operation]


class Surroundings:
    """What emits and what measures: both take their time."""

    def __init__(self, dut: Any, schedule: Schedule) -> None:
        self.dut, self.schedule = dut, schedule
        self.emitting = self.weighing = self.weighings = 0

    def drive(self, ctx: Any) -> None:
        """Sets what they say in this clock."""
        emitter, measure = self.dut.emitter, self.dut.measure
        self.emitting += bool(self.emitting or ctx.get(emitter.emit))
        ctx.set(emitter.between, self.emitting <= 1)
        ctx.set(emitter.done, self.emitting and self.emitting == self.schedule.emission)
        self.emitting %= max(1, self.schedule.emission)
        self.weighing += bool(self.weighing or ctx.get(measure.weigh))
        done = self.weighing == self.schedule.weighing
        ctx.set(measure.done, done)
        ctx.set(measure.hit, done and self.weighings == self.schedule.hit)
        self.weighings += done
        self.weighing %= self.schedule.weighing


def see(ctx: Any, dut: Any) -> Clock:
    measure = dut.measure
    walking, weigh = ctx.get(measure.walking), ctx.get(measure.weigh)
    return Clock(
        running=ctx.get(dut.run.running),
        sweep_done=ctx.get(dut.run.sweep_done),
        walking=walking,
        weigh=weigh,
        last=ctx.get(measure.last) if weigh else 0,
        flags=ctx.get(measure.flags) if walking or weigh else 0,
    )


def see_slot(ctx: Any, dut: Any, beside: tuple[int | None, int]) -> Slot | None:
    """The slot that was issued in the clock before, `beside` which stood temperature and draw."""
    slot, (temperature, drawn) = dut.control.slot, beside
    valid = ctx.get(slot.valid)
    assert valid or not drawn
    where = (slot.first, slot.last, slot.address, slot.target)
    return (*map(ctx.get, where), temperature, ctx.get(slot.couple), drawn) if valid else None


async def follow(ctx: Any, dut: Any, schedule: Schedule, limit: int, stop: int = 0) -> list[Clock]:
    """Starts a run and follows it, `limit` clocks at most."""
    clocks: list[Clock] = []
    around = Surroundings(dut, schedule)
    beside: tuple[int | None, int] = (None, 0)
    ctx.set(dut.run.start, 1)
    while len(clocks) < 2 or clocks[-1].running:
        assert len(clocks) <= limit, "the run does not end"
        ctx.set(dut.run.stop, len(clocks) == stop)
        around.drive(ctx)
        if clocks:
            clocks[-1] = replace(clocks[-1], slot=see_slot(ctx, dut, beside))
        clocks.append(see(ctx, dut))
        temperature = None if clocks[-1].walking else ctx.get(dut.control.temperature)
        beside = temperature, ctx.get(dut.control.draw)
        await ctx.tick()
        ctx.set(dut.run.start, 0)
    return clocks


async def load(ctx: Any, dut: Any, schedule: Schedule) -> None:
    await load_tables(ctx, dut, schedule.rows, schedule.words)
    ctx.set(dut.run.measured_rows, schedule.measured_rows)
    ctx.set(dut.run.weigh_rows, schedule.weigh_rows)
    ctx.set(dut.emitter.ready, bool(schedule.emission))


def check(
    *schedules: Schedule, params: MachineParams = PARAMS, stops: Sequence[int] = (0,)
) -> list[ScheduleWalk]:
    """Runs one schedule after the other, each with every stop, and compares with the reference."""
    walks = [ScheduleWalk(params, schedule, stop=stop) for schedule in schedules for stop in stops]
    dut: Any = Sequencer(params)

    async def work(ctx: Any) -> None:
        loaded = None
        for walk in walks:
            if walk.schedule is not loaded:
                loaded = walk.schedule
                await load(ctx, dut, walk.schedule)
            clocks = await follow(ctx, dut, walk.schedule, len(walk.clocks), walk.stop)
            pairs = enumerate(zip(clocks, walk.clocks, strict=False))
            different = (n for n, (seen, expected) in pairs if seen != expected)
            first = next(different, None)
            assert first is None, (first, clocks[first], walk.clocks[first])
            assert len(clocks) == len(walk.clocks)
            assert ctx.get(dut.run.stopped) == walk.stopped
            assert ctx.get(dut.run.reached) == walk.reached

    simulate(dut, work, limit=sum(len(walk.clocks) + 100 for walk in walks))
    return walks


def temperatures(walk: ScheduleWalk) -> list[int | None]:
    """Those of the sweeps, in their order."""
    return [clock.slot[4] for clock in walk.clocks if clock.slot and clock.sweep_done]


def steps(*codes: int) -> list[Step | Operation]:
    return [Step(code, 1) for code in codes]


def test_loops_in_loops_of_all_levels() -> None:
    words = steps(0)
    expected = [0]
    for level in range(REPEAT_LEVELS):
        words += [Repeat(len(words), 1, level), *steps(level + 1)]
        expected = [*2 * expected, level + 1]
    (walk,) = check(Schedule([(3, 1)], words))
    assert temperatures(walk) == expected


def test_a_loop_begins_anew_when_it_is_through() -> None:
    inner = [*steps(1, 2), Repeat(2, 2, 3)]
    (walk,) = check(Schedule(ROWS, [*inner, *steps(3), Repeat(4, 1, 0), *steps(4)]))
    once = [1, 2] * 3 + [3]
    assert temperatures(walk) == [*once, *once, 4]


def test_two_loops_use_one_counter_after_each_other() -> None:
    words = [*steps(1), Repeat(1, 1), *steps(2), Repeat(1, 2)]
    (walk,) = check(Schedule(ROWS, words))
    assert temperatures(walk) == [1, 1, 2, 2, 2]


def test_a_stopped_run_leaves_nothing_in_the_counters() -> None:
    schedule = Schedule([(3, 0)], [*steps(1), Repeat(1, 3), *steps(2)])
    *_, whole = check(schedule, stops=[60, 90, 0])
    assert temperatures(whole) == [1, 1, 1, 1, 2]


@pytest.mark.parametrize(
    "words",
    [
        [MEASURE],
        [MEASURE, Repeat(1, 1)],
        [Measure(MeasureFlags.NONE), MEASURE, *steps(1), MEASURE],
        [*steps(1), Measure(MOMENTS), Measure(SCORES | BEST | MOMENTS | TARGET | FRESH | EXCHANGE)],
        [*steps(1), Repeat(1, 2), Repeat(2, 1, 1)],
        [MEASURE, Repeat(1, 3), *steps(1, 2)],
        [Step(5, 3, couple=False), MEASURE, Step(6, 2), Measure(FRESH), Step(7, 1)],
    ],
    ids=["measure", "repeat", "first", "last", "loops_last", "loop_first", "between"],
)
@pytest.mark.parametrize("rows", [[(3, 2)], ROWS], ids=["row", "rows"])
def test_operations_anywhere(words: Words, rows: list[tuple[int, int]]) -> None:
    for measured in (0, 1, len(rows)):
        check(Schedule(rows, words, measured_rows=measured))


@pytest.mark.parametrize("words", [[MEASURE], [*steps(1), MEASURE], [MEASURE, *steps(1)]])
def test_more_rows_are_measured_than_swept(words: Words) -> None:
    """Those behind a sweep's: what is held still has couplings."""
    dut: Any = Sequencer(PARAMS)
    swept = Schedule(ROWS[:1], words)
    walked = Schedule(ROWS, words, measured_rows=3)
    walk = ScheduleWalk(PARAMS, replace(walked, words=[MEASURE]))

    async def work(ctx: Any) -> None:
        await load(ctx, dut, walked)
        ctx.set(dut.run.row_count, 1)
        clocks = await follow(ctx, dut, walked, 500)
        measured = [clock for clock in clocks if clock.walking]
        assert measured == [clock for clock in walk.clocks if clock.walking]
        sweeps = sum(clock.sweep_done for clock in clocks)
        length = sum(clock.slot is not None and not clock.walking for clock in clocks)
        assert (sweeps, length) == (len(words) - 1, (len(words) - 1) * swept.rows[0][0])

    simulate(dut, work, limit=1000)


@pytest.mark.parametrize("weigh_rows", range(5))
def test_parts(weigh_rows: int) -> None:
    rows = [*ROWS, (3, 7)]
    flags = SCORES, MOMENTS, SCORES | MOMENTS
    words = [word for flag in flags for word in (Measure(flag), *steps(1))]
    walks = check(
        *(
            Schedule(rows, words, measured_rows=measured, weigh_rows=weigh_rows)
            for measured in (2, 4)
        )
    )
    assert [walk.weighings for walk in walks] == [
        2 * -(-measured // (weigh_rows or measured)) for measured in (2, 4)
    ]


@pytest.mark.parametrize("scores", [True, False])
def test_clocks_are_those_of_the_facts(scores: bool) -> None:
    flags = SCORES | MOMENTS if scores else MOMENTS
    schedule = Schedule(
        ROWS, [Measure(flags)], measured_rows=3, weigh_rows=2, weighing=PARAMS.weigh_clocks
    )
    (walk,) = check(schedule)
    parts = [7, 5] if scores else [12]
    clocks = SEQUENCER_CLOCKS + PARAMS.measure_clocks(parts, scores=scores, kept=False)
    assert sum(clock.running for clock in walk.clocks) == clocks


def test_a_repeat_takes_the_clocks_of_an_operation() -> None:
    (walk,) = check(Schedule(ROWS, [*steps(1), Repeat(1, 2)]))
    sweeps = 3 * (12 + PARAMS.drain_clocks)
    expected = SEQUENCER_CLOCKS + sweeps + 3 * OPERATION_CLOCKS
    assert sum(clock.running for clock in walk.clocks) == expected


@pytest.mark.parametrize("hit", [0, 1, 3])
def test_the_target_ends_the_run(hit: int) -> None:
    """If the walk's last part says so."""
    words = [*steps(1), Measure(SCORES | TARGET), Repeat(2, 3), *steps(2)]
    (walk,) = check(Schedule(ROWS, words, measured_rows=3, weigh_rows=2, hit=hit))
    assert walk.reached == (hit % 2 == 1)
    assert not walk.stopped


def test_after_a_target_the_next_run_goes_on() -> None:
    words = [Measure(SCORES | TARGET), *steps(2), Repeat(2, 1)]
    met = Schedule(ROWS, words, measured_rows=1, hit=0)
    first, second = check(met, replace(met, hit=None))
    assert (first.reached, second.reached) == (True, False)
    assert temperatures(second) == [2, 2]


@pytest.mark.parametrize("is_last", [False, True])
def test_an_emission_comes_before_the_operation(is_last: bool) -> None:
    words = [Step(1, 2, emit=True), MEASURE, Step(2, 1, emit=True), Repeat(2, 1)]
    check(Schedule(ROWS, words[: 3 if is_last else 4], measured_rows=2, emission=6))


def every_stop(schedule: Schedule) -> list[ScheduleWalk]:
    """Stops in the last clock and the first that differ in what they lead to."""
    limit = len(ScheduleWalk(PARAMS, schedule).clocks)
    walks = [ScheduleWalk(PARAMS, schedule, stop=stop) for stop in range(limit)]
    outcomes = [(len(walk.clocks), walk.stopped, walk.reached) for walk in walks]
    edges = [n for n in range(1, limit) if outcomes[n] != outcomes[n - 1]]
    assert len(edges) > 2
    return check(schedule, stops=sorted({0, limit - 1, *edges, *(n - 1 for n in edges)}))


def test_stop() -> None:
    words = [Step(1, 2), Measure(SCORES | TARGET), Repeat(2, 1), *steps(3), Repeat(1, 1, 1)]
    walks = every_stop(Schedule([(3, 1), (4, 0)], words, measured_rows=2, weigh_rows=1))
    assert {walk.weighings for walk in walks} == {0, 2, 4}
    assert {walk.stopped for walk in walks} == {False, True}


def test_stop_of_a_run_that_begins_with_an_operation() -> None:
    words = [Measure(SCORES), Repeat(1, 1), *steps(1)]
    walks = every_stop(Schedule([(3, 1)], words, measured_rows=1, hit=1))
    assert any(walk.reached and not walk.stopped for walk in walks)


def test_stop_around_emissions() -> None:
    words = [Step(1, 1, emit=True), Repeat(1, 1), MEASURE]
    every_stop(Schedule([(3, 1)], words, measured_rows=1, emission=6))


@pytest.mark.parametrize(
    "abilities",
    [
        pytest.param(Abilities.NONE, marks=pytest.mark.study),  # where a loop is 4,000 sweeps
        *(Abilities(n) for n in range(1, 16) if n & 6 != 4),
        Abilities.SCORES | Abilities.TEMPERING,
        Abilities.LOOPS | Abilities.METROPOLIS,
    ],
)
def test_what_a_machine_lacks_means_nothing(abilities: Abilities) -> None:
    flags = SCORES | BEST | MOMENTS | TARGET | FRESH | EXCHANGE
    words = [*steps(1), Measure(flags), Repeat(2, 1), *steps(2), Measure(SCORES | BEST)]
    params = replace(SMALL, abilities=abilities)
    (walk,) = check(Schedule(ROWS, words, measured_rows=2, weigh_rows=1), params=params)
    both = Abilities.SCORES | Abilities.MOMENTS
    assert any(clock.walking for clock in walk.clocks) == bool(abilities & both)


def test_flags_without_those_they_need() -> None:
    """As no operation is encoded: a word from elsewhere."""
    dut: Any = Sequencer(PARAMS)
    seen = {}

    async def work(ctx: Any) -> None:
        await load(ctx, dut, Schedule(ROWS, [MEASURE], measured_rows=1))
        for code in range(64):
            ctx.set(dut.steps.enable, 1)
            ctx.set(dut.steps.data, Measure(MeasureFlags.NONE).encode() | code)
            await ctx.tick()
            ctx.set(dut.steps.enable, 0)
            clocks = await follow(ctx, dut, Schedule(ROWS, [], weighing=5), 200)
            seen[code] = {clock.flags for clock in clocks if clock.walking} or {0}

    simulate(dut, work, limit=10_000)
    assert seen == {
        code: {effective_flags(MeasureFlags(code), Abilities.ALL)} for code in range(64)
    }


def random_words(rng: random.Random, length: int, levels: int = REPEAT_LEVELS) -> Words:
    """Up to `length` words with loops in loops, each of them done a few times."""
    words: list[Step | Operation] = []
    while len(words) < length:
        choice = rng.random()
        if choice < 0.3 and levels:
            body = random_words(rng, rng.randrange(1, max(2, length // 2)), levels - 1)
            words += [*body, Repeat(len(body), rng.randrange(1, 3), levels - 1)]
        elif choice < 0.6:
            flags = MeasureFlags(rng.randrange(64)) | SCORES
            words.append(Measure(flags if rng.random() < 0.7 else MOMENTS))
        else:
            emit = rng.random() < 0.3
            couple = emit or rng.random() < 0.7
            words.append(Step(rng.randrange(1 << 18), rng.randrange(1, 3), couple, emit))
    return words


def random_schedule(seed: int, params: MachineParams) -> Schedule:
    rng = random.Random(seed)
    rows = [
        (params.row_min + rng.choice((0, 0, 1, 4)), rng.randrange(params.pbits // params.lanes))
        for _ in range(rng.randrange(1, params.rows + 1))
    ]
    return Schedule(
        rows,
        random_words(rng, rng.randrange(1, 5)),
        measured_rows=rng.randrange(len(rows) + 1),
        weigh_rows=rng.randrange(params.rows + 1),
        weighing=rng.randrange(2, 9),
        emission=rng.choice((0, 2, 7)),
        hit=rng.choice((None, None, 3)),
    )


@pytest.mark.parametrize("abilities", [Abilities.ALL, Abilities.LOOPS, Abilities.SCORES])
@pytest.mark.parametrize("seed", range(3))
def test_random_schedules(abilities: Abilities, seed: int) -> None:
    params = replace(SMALL, abilities=abilities)
    schedules = [random_schedule(2 * seed + n, params) for n in range(2)]
    totals = list(accumulate(len(ScheduleWalk(params, each).clocks) for each in schedules))
    assert totals[-1] < 6000
    check(*schedules, params=params)
