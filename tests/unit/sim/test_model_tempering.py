"""Metropolis, temperatures of replicas and their exchanges: the model against plain integers."""

import dataclasses

import numpy as np
import pytest

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.health import LIVENESS_WINDOW
from glauber.hdl.facts.machine import EXCHANGE_CLOCKS, PAIR_CLOCKS, MachineParams
from glauber.hdl.facts.measure import Abilities, MeasureFlags
from glauber.hdl.facts.operations import Measure, Repeat
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region, region_base, region_words
from glauber.hdl.facts.registers import Register, Status
from glauber.hdl.facts.rules import Mode
from glauber.sim.model import rows
from glauber.sim.model.kernel import jit
from glauber.sim.model.machine import ModelMachine
from support.model_runs import (
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
from support.problems import SMALL_MACHINES, Load, random_load
from support.random_tempering import Tempering

_SIZE = {"pbits": 64, "slots": 512, "rows": 64, "steps": 32, "abilities": Abilities.ALL}
# All widths of kernels, one block and several.
MACHINES = {
    (replicas, draws, lanes): MachineParams(lanes=lanes, replicas=replicas, draws=draws, **_SIZE)
    for replicas, draws, lanes in (
        (1, 1, 2), (2, 2, 1), (4, 1, 4), (8, 4, 2), (32, 8, 2), (64, 4, 1), (128, 2, 1)
    )
}  # fmt: skip
MODES = [Mode.METROPOLIS, Mode.LADDER, Mode.METROPOLIS | Mode.LADDER]
SCORES = MeasureFlags.SCORES
EXCHANGE = SCORES | MeasureFlags.EXCHANGE


def in_mode(load: Load, mode: Mode) -> Load:
    assert load.tempering
    return dataclasses.replace(load, tempering=dataclasses.replace(load.tempering, mode=mode))


def laddered(params: MachineParams, load: Load, mode: Mode = Mode.LADDER) -> Load:
    """`load` in this mode, all of it measured, with a ladder that exchanges now and then."""
    replicas = params.replicas
    codes = np.round(np.geomspace(500, 20_000, replicas)).astype(np.uint32)
    widths = np.full(replicas, 40 << 8)
    places = np.random.default_rng(1).permutation(replicas)
    words = np.concatenate([codes, widths, places, np.zeros(replicas)]).astype(np.uint32)
    temperatures = np.empty(replicas, np.uint32)
    temperatures[places] = codes
    load = dataclasses.replace(load, tempering=Tempering(mode, temperatures, words, 0))
    return measuring(load, len(load.rows), 1, 0x7FFF_FFFF)


def with_couplings(load: Load, largest: int) -> Load:
    """`load` with other couplings, of magnitudes up to `largest`."""
    couplings = load.couplings.copy()
    used = couplings & 0xFF != 0
    values = np.random.default_rng(largest).integers(1, largest + 1, used.sum())
    values[::2] *= -1
    couplings[used] = couplings[used] & ~np.uint32(0xFF) | (values & 0xFF).astype(np.uint32)
    return dataclasses.replace(load, couplings=couplings)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", MACHINES, ids=str)
def test_random_runs_are_those_of_plain_integers(shape, mode):
    params = MACHINES[shape]
    run_both(params, in_mode(random_load(params, mode), mode))


@pytest.mark.parametrize(("threads", "vectors"), [(1, True), (3, False)])
@pytest.mark.parametrize(
    ("largest", "bits"), [(1, 8), (2, 8), (9, 16), (9, 32), (30, 8), (127, 16)]
)
@pytest.mark.parametrize("replicas", [2, 128])
def test_every_way_to_look_up_and_every_split_gives_the_same(
    replicas, largest, bits, vectors, threads, monkeypatch
):
    """Few entries are gone through, others looked up; fields of all widths, some of them odd."""
    monkeypatch.setattr("glauber.sim.model.replicas._SPLIT_WORK", 0)
    monkeypatch.setattr(rows, "_WIDTHS", [width for width in rows._WIDTHS if width[0] >= bits])
    if not vectors:
        monkeypatch.setattr(jit, "_features", frozenset)
    params = MachineParams(lanes=2, replicas=replicas, draws=2, **_SIZE)
    load = with_couplings(random_load(params, largest), largest)
    mode = MODES[(largest + threads) % 3]
    words = [Step(900, 1, couple=False), Step(2000, 2), Step(0, 1), Measure(EXCHANGE)]
    run_both(
        params, schedule(laddered(params, load, mode), [*words, Repeat(3, 1)]), threads=threads
    )


def test_ladders_exchange_and_do_not():
    """Guards the tests above."""
    params = MACHINES[32, 8, 2]
    words = [Step(2000, 2), Measure(EXCHANGE), Repeat(2, 3)]
    load = schedule(laddered(params, random_load(params, 1)), words)
    plain = plain_of(params, load)
    run_plain(plain, load)
    visits = 4 * (params.replicas - 1) // 2
    assert visits // 5 < sum(plain.temper.accepted) < visits * 4 // 5


@pytest.mark.parametrize("mode", [Mode.HEAT_BATH, *MODES])
def test_a_step_without_couplings_is_one_of_heat_bath(mode):
    params = MACHINES[8, 4, 2]
    load = laddered(params, random_load(params, 1), mode)
    machine, _ = run_both(params, schedule(load, [Step(7, 2, couple=False)]))
    other, _ = run_both(params, schedule(in_mode(load, Mode.HEAT_BATH), [Step(9, 2, couple=False)]))
    assert region(machine, Region.STATES) == region(other, Region.STATES)


def test_temperatures_of_steps_mean_nothing_with_a_ladder():
    params = MACHINES[8, 4, 2]
    found = []
    for codes in ((100, 200), (3000, 4000)):
        words = [Step(code, 2) for code in codes]
        machine, _ = run_both(params, schedule(laddered(params, random_load(params, 1)), words))
        found.append(region(machine, Region.STATES))
    assert found[0] == found[1]


@pytest.mark.parametrize("flags", [EXCHANGE, EXCHANGE | MeasureFlags.TARGET])
def test_an_exchange_takes_its_clocks_also_at_the_target(flags):
    params = MACHINES[8, 4, 2]
    load = measuring(laddered(params, random_load(params, 1)), 1, 0, 1 << 31)
    counts = []
    for words in ([Measure(flags)], [Measure(flags & ~MeasureFlags.EXCHANGE)]):
        machine, _ = run_both(params, schedule(load, words))
        counts.append(read(machine, Register.CYCLES_LOW)[0])
        hit = MeasureFlags.TARGET in flags
        assert read(machine, Register.STATUS) == [Status.TARGET * hit]
    assert counts[0] - counts[1] == EXCHANGE_CLOCKS + 4 * PAIR_CLOCKS


@pytest.mark.parametrize(
    ("abilities", "flags", "rows"),
    [
        (Abilities.ALL & ~Abilities.TEMPERING, int(EXCHANGE), 1),
        (Abilities.ALL, int(MeasureFlags.EXCHANGE | MeasureFlags.MOMENTS), 1),
        (Abilities.ALL, int(EXCHANGE), 0),
    ],
)
def test_without_scores_or_the_ability_nothing_is_exchanged(abilities, flags, rows):
    params = dataclasses.replace(MACHINES[8, 4, 2], abilities=abilities)
    load = measuring(random_load(params, 1), rows, 0, 0)
    word = Measure(MeasureFlags.NONE).encode() | flags
    machine, plain = run_both(params, dataclasses.replace(load, steps=np.array([word], np.uint32)))
    assert plain.measure.operations == 1
    assert load.tempering
    assert read(machine, Register.EXCHANGES) == [
        load.tempering.exchanges if Abilities.TEMPERING in abilities else 0
    ]


def test_exchanges_are_counted_from_run_to_run_and_wrap():
    params = MACHINES[8, 4, 2]
    load = schedule(laddered(params, random_load(params, 1)), [Measure(EXCHANGE), Repeat(1, 2)])
    machine, _ = run_both(params, load, runs=2)
    assert read(machine, Register.EXCHANGES) == [6]
    write(machine, Register.EXCHANGES, [0xFFFF_FFFF])
    write(machine, Register.RUN, [3])
    settle(machine)
    assert read(machine, Register.EXCHANGES) == [2]


@pytest.mark.parametrize("abilities", [Abilities.NONE, *Abilities, Abilities.ALL])
def test_registers_and_regions_are_there_with_their_abilities(abilities):
    if abilities in (Abilities.BEST, Abilities.TEMPERING):
        abilities |= Abilities.SCORES
    machine = ModelMachine(dataclasses.replace(SMALL_MACHINES["square"], abilities=abilities), 1)
    tempering = Abilities.TEMPERING in abilities
    legal = (Abilities.METROPOLIS in abilities) + 2 * tempering
    for word in range(9):
        result = machine.write(int(Register.MODE), np.array([word], np.uint32))
        assert result is (Result.BAD_VALUE if word & ~legal else Result.OK)
    write(machine, Register.MODE, [legal])
    write(machine, Register.EXCHANGES, [0])
    most = np.array([0xFFFF_FFFF], np.uint32)
    for register, result in (
        (Register.MODE, Result.BAD_VALUE),
        (Register.EXCHANGES, Result.OK if tempering else Result.BAD_VALUE),
    ):
        assert machine.write(int(register), most) is result
    assert read(machine, Register.MODE, 2) == [legal, 0xFFFF_FFFF * tempering]
    for which, readable in ((Region.TEMPERATURES, False), (Region.LADDER, True)):
        size, base = region_words(which, machine.params), region_base(which)
        assert size == tempering * 8 * (4 if readable else 1)
        words = np.arange(size + 1, dtype=np.uint32) + 0xFFFF_FFF0
        assert machine.write(base, words) is Result.BAD_ADDRESS
        assert machine.write(base + size, words[:1]) is Result.BAD_ADDRESS
        found = [machine.read(base + first, max(1, size))[0] for first in (0, 1)]
        there = readable and tempering
        assert found == [Result.OK if there else Result.BAD_ADDRESS, Result.BAD_ADDRESS]
        if readable:
            assert region(machine, which) == words[:size].tolist()


def test_what_a_run_uses_cannot_be_changed_in_it():
    params = MACHINES[64, 4, 1]
    words = [Step(1000, 1), Measure(EXCHANGE), Repeat(2, 4095, 0), Repeat(3, 4095, 1)]
    machine = load_into(params, schedule(laddered(params, random_load(params, 1)), words))
    write(machine, Register.RUN, [1])
    assert machine.running
    word = np.zeros(1, np.uint32)
    for address in (
        Register.MODE,
        Register.EXCHANGES,
        region_base(Region.TEMPERATURES),
        region_base(Region.LADDER),
    ):
        assert machine.write(int(address), word) is Result.BUSY
    assert machine.read(region_base(Region.LADDER), 1)[0] is Result.BUSY
    assert read(machine, Register.MODE) == [Mode.LADDER]
    while not read(machine, Register.EXCHANGES)[0]:
        pass
    write(machine, Register.STOP, [1])
    settle(machine)
    assert read(machine, Register.STATUS) == [Status.STOPPED]
    assert 0 < read(machine, Register.EXCHANGES)[0] < 1 << 24


def test_exchanges_count_for_the_liveness_test():
    """A generator that stands still is found by the words of exchanges alone."""
    params = MACHINES[8, 4, 2]
    pairs = 4
    words = [Measure(EXCHANGE), Repeat(1, LIVENESS_WINDOW)]
    load = schedule(laddered(params, random_load(params, 1)), words)
    load = dataclasses.replace(load, seeds=np.zeros_like(load.seeds))
    machine = load_into(params, load)
    write(machine, Register.RUN, [1])
    settle(machine)
    assert read(machine, Register.STATUS) == [Status.STOPPED | Status.FAULT]
    # The pairs of odd exchanges are one fewer.
    exchanges = read(machine, Register.EXCHANGES)[0]
    drawn = exchanges // 2 * (2 * pairs - 1) + exchanges % 2 * pairs
    assert LIVENESS_WINDOW <= drawn < LIVENESS_WINDOW + pairs


def test_results_are_compared_to_the_last_exchange():
    """`compare` would see a wrong replica, count or temperature."""
    params = MACHINES[8, 4, 2]
    load = schedule(laddered(params, random_load(params, 1)), [Measure(EXCHANGE)])
    machine, plain = run_both(params, load)
    plain.temper.accepted[0] += 1
    with pytest.raises(AssertionError):
        compare(machine, plain)
