"""Operations in the model against plain integers: loops, measures, emissions, stops, reseeds."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.health import RESEED_REPLAY
from glauber.hdl.facts.machine import OPERATION_CLOCKS, SEQUENCER_CLOCKS, MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.operations import Measure, Operation, Repeat
from glauber.hdl.facts.program import EMIT_SHIFT, Step
from glauber.hdl.facts.regions import Region, region_base, region_words
from glauber.hdl.facts.registers import Register, Status
from glauber.sim.model.machine import ModelMachine
from support.model_runs import (
    bits,
    compare,
    load_into,
    measuring,
    plain_of,
    read,
    region,
    run_both,
    run_plain,
    schedule,
    settle,
    write,
)
from support.problems import MEASURING_MACHINES, SMALL_MACHINES, random_load

EVERYTHING = MeasureFlags.SCORES | MeasureFlags.BEST | MeasureFlags.MOMENTS
every_machine = pytest.mark.parametrize("name", MEASURING_MACHINES)


@pytest.mark.parametrize(("threads", "inline"), [(1, True), (3, False)])
@pytest.mark.parametrize("seed", range(6))
@every_machine
def test_a_run_with_operations_is_that_of_plain_integers(name, seed, threads, inline, monkeypatch):
    monkeypatch.setattr("glauber.sim.model.run._INLINE_WORK", 1e9 if inline else 0)
    params = MEASURING_MACHINES[name]
    run_both(params, random_load(params, seed), threads=threads, runs=2)


def test_random_runs_do_all_that_there_is_to_do():
    """Guards the tests above against schedules in which little happens."""
    seen = set()
    for name, params in MEASURING_MACHINES.items():
        for seed in range(6):
            load = random_load(params, seed)
            plain = plain_of(params, load)
            run_plain(plain, load)
            measure = plain.measure
            if plain.reached:
                seen.add("target")
            if measure.walks > 1:
                seen.add("moments")
            if any(map(any, measure.best_states)):
                seen.add("best")
            if 0 < measure.weigh_rows < measure.measured_rows and any(measure.scores):
                seen.add("parts")
            if measure.measured_rows > len(load.rows):
                seen.add("rows behind a sweep")
            if plain.sweeps > sum(
                word.sweeps for word in map(Step.decode, load.steps.tolist()) if word.couple
            ):
                seen.add(f"loops of {name}")
    assert seen >= {"target", "moments", "best", "parts", "rows behind a sweep", "loops of all"}


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("units", [1, 32])
def test_blocks_of_replicas_measure_together(units, threads):
    """Some hundred replicas, in several blocks, of which some improve."""
    params = MachineParams(
        lanes=2, replicas=8 * units, draws=8, pbits=64, slots=256, rows=64, steps=16,
        abilities=Abilities.ALL,
    )  # fmt: skip
    load = random_load(params, 2)
    words = [Step(2000, 1), Measure(EVERYTHING | MeasureFlags.TARGET), Repeat(2, 3)]
    load = schedule(measuring(load, len(load.rows), 1, 0x7FFF_FFFF), words)
    _, plain = run_both(params, load, threads=threads)
    assert len(set(plain.measure.when)) > 1 or units == 1


@pytest.mark.parametrize("stop", [False, True])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["loops", "scores", "moments", "all"])
def test_emissions_stand_between_operations(name, seed, stop):
    """A run that finds no room is stopped, or goes on as words are taken."""
    params = MEASURING_MACHINES[name]
    load = random_load(params, seed, emit=True)
    machine, plain = load_into(params, load), plain_of(params, load)
    plain.emit_words = 3
    plain.room = params.stream_words if stop else 0
    write(machine, Register.EMIT_WORDS, [3])
    write(machine, Register.RUN, [1])
    run_plain(plain, load)
    words: list[int] = []
    while True:
        settle(machine)
        head, tail = read(machine, Register.STREAM_HEAD)[0], read(machine, Register.STREAM_TAIL)[0]
        words += (
            read(machine, region_base(Region.STREAM) + tail, head - tail) if head > tail else []
        )
        if not machine.running:
            break
        if stop:
            write(machine, Register.STOP, [1])
            break
        write(machine, Register.STREAM_TAIL, [head])
    assert words == plain.stream
    compare(machine, plain)


def stop_in(machine: ModelMachine, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stops a run in its measuring operation `number`."""
    operate, count = machine._measure.operate, iter(range(1, 1000))

    def operate_and_stop(flags: MeasureFlags, sweeps: int) -> Any:
        if next(count) == number:
            machine._run.stop()
        return operate(flags, sweeps)

    monkeypatch.setattr(machine._measure, "operate", operate_and_stop)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("name", ["one", "all"])
def test_a_stop_in_an_operation_lets_it_be_carried_out(name, number, monkeypatch):
    params = MEASURING_MACHINES[name]
    load = random_load(params, 2)
    words = [Step(999, 2), Measure(EVERYTHING), Step(5, 1), Measure(EVERYTHING), Repeat(4, 1)]
    load = schedule(measuring(load, len(load.rows), 1, 0), [*words, Step(1, 1)])
    machine, plain = load_into(params, load), plain_of(params, load)
    plain.stop_in = number
    stop_in(machine, number, monkeypatch)
    write(machine, Register.RUN, [1])
    settle(machine)
    run_plain(plain, load)
    assert plain.stopped
    assert plain.measure.operations == number
    compare(machine, plain)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ([Step(1000, 1), Measure(EVERYTHING)], 0),
        ([Measure(EVERYTHING), Repeat(1, 1)], Status.STOPPED),
        ([Measure(EVERYTHING | MeasureFlags.TARGET), Step(1000, 1)], Status.TARGET),
        ([Measure(EVERYTHING | MeasureFlags.TARGET)], Status.TARGET),
    ],
)
def test_a_stop_in_the_last_word_or_at_the_target_is_none(words, status, monkeypatch):
    params = MEASURING_MACHINES["all"]
    load = schedule(random_load(params, 1), words)
    machine = load_into(params, load)
    stop_in(machine, 1, monkeypatch)
    write(machine, Register.RUN, [1])
    settle(machine)
    assert read(machine, Register.STATUS) == [status]


@pytest.mark.parametrize("seed", range(4))
def test_operations_draw_no_words_and_count_no_sweeps(seed):
    """States and reseeds are those of the steps alone."""
    params = MEASURING_MACHINES["all and rings"]
    load = random_load(params, seed)
    steps = [Step(3000, 2), Step(1000, 3), Step(500, 1)]
    flags = EVERYTHING | MeasureFlags.FRESH
    measured: list[Step | Operation] = [Measure(flags)]
    for step in steps:
        measured += [step, Measure(flags), Measure(MeasureFlags.NONE)]
    found = []
    for words in (steps, measured):
        machine = load_into(params, schedule(load, words))
        write(machine, region_base(Region.RESEEDS), range(100, 120))
        write(machine, Register.RESEED, [RESEED_REPLAY | 2])
        write(machine, Register.RUN, [1])
        settle(machine)
        done = read(machine, Register.SWEEPS_DONE) + read(machine, Register.RESEEDS, 2)
        assert done == [6, 3, 0]
        found.append(region(machine, Region.STATES))
    assert found[0] == found[1]
    plain = plain_of(params, schedule(load, steps))
    plain.reseeds = {2: 100, 4: 101, 6: 102}
    run_plain(plain, schedule(load, steps))
    assert found[0] == bits(plain.states)


@pytest.mark.parametrize(
    ("words", "sweeps", "rests", "operations"),
    [
        ([Measure(MeasureFlags.NONE)], 0, 0, 1),
        ([Repeat(1, 5)], 0, 0, 6),
        ([Step(1, 1), Repeat(1, 4095)], 4096, 4096, 4096),
        ([Step(1, 1), Repeat(1, 2, 0), Repeat(2, 3, 1), Repeat(3, 1, 3)], 24, 24, 34),
        # A level may be used again behind its loop.
        ([Step(1, 2), Repeat(1, 2, 1), Step(1, 1), Repeat(1, 4, 1)], 11, 8, 8),
        # Loops may begin between the steps to a rest.
        ([Step(1, 2), Step(2, 3), Step(3, 4), Repeat(2, 1, 1)], 16, 2, 2),
    ],
)
def test_loops_stand_in_loops(words, sweeps, rests, operations):
    params = MEASURING_MACHINES["loops"]
    load = schedule(random_load(params, 3), words)
    machine = load_into(params, load)
    write(machine, Register.RUN, [1])
    settle(machine)
    clocks = SEQUENCER_CLOCKS + sweeps * int((load.rows & 0xFFF).sum())
    clocks += rests * params.drain_clocks + operations * OPERATION_CLOCKS
    assert read(machine, Register.SWEEPS_DONE, 2) == [sweeps, clocks]


def test_without_loops_nothing_is_repeated():
    params = MEASURING_MACHINES["scores"]
    machine, _ = run_both(params, schedule(random_load(params, 3), [Step(1, 2), Repeat(1, 2)]))
    assert read(machine, Register.SWEEPS_DONE) == [2]


def test_without_abilities_an_operation_is_a_step():
    params = SMALL_MACHINES["square"]
    load = random_load(params, 3)
    words = [Step(77, 2, couple=False, emit=True), Step(9, 1)]
    assert words[0].encode() >> EMIT_SHIFT & 1
    machine, _ = run_both(params, schedule(load, words))
    assert read(machine, Register.SWEEPS_DONE) == [3]


@pytest.mark.parametrize("flags", [MeasureFlags.BEST, MeasureFlags.TARGET, MeasureFlags.FRESH])
def test_flags_without_a_kind_of_measurement_mean_nothing(flags):
    params = MEASURING_MACHINES["all"]
    load = random_load(params, 1)
    word = 1 << EMIT_SHIFT | int(flags)
    load = dataclasses.replace(load, steps=np.array([word], np.uint32))
    load = measuring(load, len(load.rows), 1, 1 << 31)
    machine, _ = run_both(params, load)
    assert read(machine, Register.CYCLES_LOW) == [SEQUENCER_CLOCKS + OPERATION_CLOCKS]
    assert not any(region(machine, Region.SCORES))


def long_loop(abilities: Abilities, words: list[Step | Operation]) -> ModelMachine:
    params = dataclasses.replace(MEASURING_MACHINES["all"], abilities=abilities)
    machine = load_into(params, schedule(random_load(params, 3), words))
    write(machine, Register.RUN, [1])
    return machine


@pytest.mark.parametrize(
    "words",
    [
        [Step(1000, 4096), Measure(EVERYTHING), Repeat(2, 4095, 0), Repeat(3, 4095, 1)],
        [Step(1000, 1), Measure(EVERYTHING), Repeat(2, 4095, 0), Repeat(3, 4095, 1)],
        # It never ends by itself, and never sweeps.
        [Measure(EVERYTHING), Repeat(1, 1, 0), Repeat(1, 1, 0)],
    ],
)
def test_a_long_run_can_be_stopped_in_its_loops(words):
    machine = long_loop(Abilities.ALL, words)
    assert machine.running
    assert machine.read(region_base(Region.SCORES), 1)[0] is Result.BUSY
    for register in (Register.MEASURED_ROWS, Register.WEIGH_ROWS, Register.TARGET):
        assert machine.write(int(register), np.zeros(1, np.uint32)) is Result.BUSY
    write(machine, Register.STOP, [1])
    settle(machine)
    assert read(machine, Register.STATUS) == [Status.STOPPED]


def test_the_next_run_forgets_the_target_but_not_what_was_measured():
    params = MEASURING_MACHINES["all"]
    load = random_load(params, 1)
    load = measuring(load, len(load.rows), 1, 1 << 31)
    words = [Step(1000, 2), Measure(EVERYTHING | MeasureFlags.TARGET), Step(1000, 3)]
    machine, _ = run_both(params, schedule(load, words))
    assert read(machine, Register.STATUS) == [Status.TARGET]
    assert read(machine, Register.SWEEPS_DONE) == [2]
    before = region(machine, Region.SCORES)
    write(machine, region_base(Region.STEPS), [Step(1000, 1).encode()])
    write(machine, Register.STEP_COUNT, [1])
    write(machine, Register.RUN, [9])
    settle(machine)
    assert read(machine, Register.STATUS) == [0]
    assert region(machine, Region.SCORES) == before


_BOTH = Abilities.SCORES | Abilities.MOMENTS


@pytest.mark.parametrize(
    ("register", "needs", "most"),
    [
        (Register.MEASURED_ROWS, _BOTH, 128),
        (Register.WEIGH_ROWS, Abilities.SCORES, 128),
        (Register.TARGET, Abilities.SCORES, 0xFFFF_FFFF),
    ],
)
@pytest.mark.parametrize("abilities", [Abilities.NONE, *Abilities, Abilities.ALL])
def test_registers_take_what_the_abilities_allow(register, needs, most, abilities):
    if abilities in (Abilities.BEST, Abilities.TEMPERING):
        abilities |= Abilities.SCORES
    params = dataclasses.replace(SMALL_MACHINES["square"], abilities=abilities)
    machine = ModelMachine(params, 1)
    most = most if abilities & needs else 0
    write(machine, register, [most])
    assert read(machine, register) == [most]
    if most < 0xFFFF_FFFF:
        beyond = np.array([most + 1], np.uint32)
        assert machine.write(int(register), beyond) is Result.BAD_VALUE
        assert read(machine, register) == [most]


def refusals(machine: ModelMachine, which: Region) -> list[Result]:
    base, size = region_base(which), region_words(which, machine.params)
    asks: list[Callable[[], Result]] = [
        lambda: machine.read(base + size, 1)[0],
        lambda: machine.read(base, size + 1)[0],
        lambda: machine.write(base, np.zeros(1, np.uint32)),
    ]
    return [ask() for ask in asks]


@pytest.mark.parametrize("abilities", [Abilities.NONE, *Abilities, Abilities.ALL])
def test_regions_are_there_with_their_abilities_and_cannot_be_written(abilities):
    if abilities in (Abilities.BEST, Abilities.TEMPERING):
        abilities |= Abilities.SCORES
    params = dataclasses.replace(SMALL_MACHINES["square"], abilities=abilities)
    machine = ModelMachine(params, 1)
    for which in (Region.SCORES, Region.MOMENTS, Region.BEST):
        assert refusals(machine, which) == [Result.BAD_ADDRESS] * 3
        if region_words(which, params):
            assert not any(region(machine, which))
    assert machine.write(int(Register.MOMENT_WALKS), np.zeros(1, np.uint32)) is Result.BAD_ADDRESS
    assert read(machine, Register.MOMENT_WALKS) == [0]


def test_counts_and_walks_wrap():
    params = MEASURING_MACHINES["moments"]
    load = schedule(random_load(params, 1), [Measure(MeasureFlags.MOMENTS)])
    load = measuring(load, len(load.rows), 0, 0)
    machine, plain = load_into(params, load), plain_of(params, load)
    machine._measure._counts[:] = 0xFFFF_FFFF
    machine._measure.moment_walks = 0xFFFF_FFFF
    plain.measure.counts = [0xFFFF_FFFF] * len(plain.measure.counts)
    plain.measure.walks = -1
    write(machine, Register.RUN, [1])
    settle(machine)
    run_plain(plain, load)
    assert min(plain.measure.counts) < params.replicas
    compare(machine, plain)


@pytest.mark.parametrize(("above", "status"), [(0, Status.TARGET), (1, 0)])
def test_the_target_is_reached_by_a_score_that_equals_it(above, status):
    params = MEASURING_MACHINES["all"]
    flags = MeasureFlags.SCORES | MeasureFlags.TARGET
    load = schedule(random_load(params, 1), [Step(1000, 2), Measure(flags), Step(1000, 3)])
    plain = plain_of(params, measuring(load, len(load.rows), 1, 0x7FFF_FFFF))
    run_plain(plain, load)
    target = max(plain.measure.scores) + above
    machine, _ = run_both(params, measuring(load, len(load.rows), 1, target % (1 << 32)))
    assert read(machine, Register.STATUS) == [status]
