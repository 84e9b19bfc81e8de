"""Programs that measure: what a walk meets, from both ends, and how far it may go unweighed."""

import itertools
from collections import Counter

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.program import ROW_LENGTH_MAX, decode_coupling, decode_row
from glauber.host.compile import (
    ClampedProblem,
    IsingProblem,
    Needs,
    Quantised,
    compile_measured,
    compile_problem,
    quantise,
)
from glauber.host.compile.measure import find_weigh_rows, largest_part
from glauber.host.errors import FieldOverflowError, ProblemTooLargeError

PARAMS = MachineParams(lanes=4, replicas=8, abilities=Abilities.ALL, rows=1 << 12, slots=1 << 16)


def random_bqm(seed, size=24, largest=9, share=0.2):
    random = np.random.default_rng(seed)
    pairs = [pair for pair in itertools.combinations(range(size), 2) if random.random() < share]
    values = random.integers(-largest, largest + 1, len(pairs)).tolist()
    biases = random.integers(-largest, largest + 1, size) * (random.random(size) < 0.6)
    return dimod.BQM(
        dict(enumerate(biases.tolist())), dict(zip(pairs, values, strict=True)), "SPIN"
    )


def measured(problem, needs, params=PARAMS, **settings):
    values = quantise(problem, params, 1e-2, keep_hottest=False)
    return compile_measured(problem, values, params, needs, **settings), values


def walked(program, params=PARAMS):
    """How much each pair of addresses is coupled by, in the direction in which it is walked."""
    per_slot = params.couplings_per_slot
    words = program.couplings.reshape(-1, params.lanes, per_slot).astype(np.int64)
    found, slot = Counter(), 0
    for word in program.rows.tolist():
        length, target = decode_row(word)
        for lane in range(params.lanes):
            for cell in words[slot : slot + length, lane].ravel().tolist():
                other, value = decode_coupling(cell, params.coupling_bits)
                found[target * params.lanes + lane, other] += value
        slot += length
    assert slot == len(words)
    return {pair: value for pair, value in found.items() if value}


def expected(problem, values, program):
    """All couplings and biases from both their ends; whatever constant p-bit a bias stands at."""
    pbits, found = program.pbits.tolist(), Counter()
    ends = zip(
        problem.first.tolist(), problem.second.tolist(), values.coupling.tolist(), strict=True
    )
    for first, second, value in ends:
        found[pbits[first], pbits[second]] += value
        found[pbits[second], pbits[first]] += value
    for variable, value in enumerate(values.bias.tolist()):
        found[pbits[variable], "constant"] += value
        found["constant", pbits[variable]] += value
    return {pair: value for pair, value in found.items() if value}


def with_constants(found, program, params=PARAMS):
    constants = range(program.constant, program.constant + params.lanes)
    merged = Counter()
    for (own, other), value in found.items():
        pair = tuple("constant" if end in constants else end for end in (own, other))
        merged[pair] += value
    return {pair: value for pair, value in merged.items() if value}


@pytest.mark.parametrize("moments", [False, True])
@pytest.mark.parametrize("largest", [9, 400])
@pytest.mark.parametrize("clamped", [False, True])
def test_a_walk_meets_everything_from_both_ends(clamped, largest, moments):
    problem = IsingProblem.from_bqm(random_bqm(1, largest=largest))
    if clamped:
        problem = ClampedProblem.of(problem, np.arange(problem.size) % 5 == 0)
    program, values = measured(problem, Needs(moments=moments))
    assert with_constants(walked(program), program) == expected(problem, values, program)


def test_the_rows_of_a_sweep_are_those_without_measuring():
    problem = ClampedProblem.of(IsingProblem.from_bqm(random_bqm(2)), np.arange(24) % 7 == 0)
    program, values = measured(problem, Needs(moments=True))
    plain = compile_problem(problem, values, PARAMS)
    assert program.rows[: program.sweep_rows].tolist() == plain.rows.tolist()
    assert program.slots == plain.slots
    free = ~problem.held
    assert program.pbits[free].tolist() == plain.pbits[free].tolist()
    assert program.measured_rows == len(program.rows) > program.sweep_rows


def test_the_constant_takes_a_row_of_its_own_so_that_all_lanes_share_its_words():
    size = 200
    problem = IsingProblem.from_bqm(dimod.BQM(dict.fromkeys(range(size), 1.0), {}, "SPIN"))
    program, _ = measured(problem, Needs())
    assert program.constant is not None
    assert program.constant % PARAMS.lanes == 0
    assert program.constants == PARAMS.lanes
    length, target = decode_row(int(program.rows[-1]))
    assert target == program.constant // PARAMS.lanes
    assert length == size // PARAMS.lanes // PARAMS.couplings_per_slot


def test_moments_have_a_word_for_every_variable_and_pair():
    bqm = random_bqm(3)
    bqm.add_quadratic(0, 1, -bqm.quadratic.get((0, 1), 0.0))
    problem = IsingProblem.from_bqm(bqm)
    absent = np.array([0]), np.array([1])
    program, values = measured(problem, Needs(False, True, *absent))
    words = program.couplings.astype(np.int64)
    other = decode_coupling(words, PARAMS.coupling_bits)[0]
    assert (other[program.means] == program.pbits).all()
    first = np.append(problem.first, absent[0])
    second = np.append(problem.second, absent[1])
    ends = np.stack([program.pbits[first], program.pbits[second]])
    assert (other[program.pairs] == ends).any(axis=0).all()
    assert len(np.unique(program.pairs)) == len(first)
    assert program.weigh_rows == 0
    assert len(values.coupling) == len(first) - 1


def test_a_row_that_would_be_too_long_is_split():
    size = ROW_LENGTH_MAX * 2 + 10
    params = MachineParams(
        lanes=1, replicas=8, pbits=1 << 15, slots=1 << 20, rows=1 << 15, abilities=Abilities.ALL
    )
    problem = IsingProblem.from_bqm(dimod.BQM(dict.fromkeys(range(size), 1.0), {}, "SPIN"))
    values = Quantised(np.ones(size, np.int64), np.empty(0, np.int64), 1.0, True, 0.0, 0.0)
    program = compile_measured(problem, values, params, Needs())
    rows = [decode_row(word) for word in program.rows[program.sweep_rows :].tolist()]
    assert [target for _, target in rows] == [program.constant] * len(rows)
    assert rows[0][0] == ROW_LENGTH_MAX
    assert len(rows) == 2


def test_a_row_whose_field_would_overflow_is_split():
    params = MachineParams(lanes=2, replicas=8, field_bits=11, abilities=Abilities.ALL)
    size = 40
    problem = IsingProblem.from_bqm(dimod.BQM(dict.fromkeys(range(size), 1.0), {}, "SPIN"))
    values = Quantised(np.full(size, 127), np.empty(0, np.int64), 127.0, True, 0.0, 0.0)
    program = compile_measured(problem, values, params, Needs())
    assert with_constants(walked(program, params), program, params) == expected(
        problem, values, program
    )
    # A field holds 511, which is four times 127.
    assert len(program.rows) - program.sweep_rows == size // 2 // 4
    assert program.weigh_rows == 1 or program.weigh_rows * 127 <= params.field_limit


@pytest.mark.parametrize("seed", range(5))
def test_the_rows_of_a_weighing_are_as_many_as_a_field_holds(seed):
    random = np.random.default_rng(seed)
    sums, limit = random.integers(0, 100, (37, 3)), 300

    def fits(part):
        parts = (sums[start : start + part].sum(axis=0) for start in range(0, len(sums), part))
        return all((total <= limit).all() for total in parts)

    found = largest_part(sums, limit)
    assert found == max(part for part in range(1, len(sums) + 1) if fits(part))
    assert 1 < found < len(sums)
    assert largest_part(sums, 10000) == len(sums)


def test_a_row_that_cannot_be_weighed_is_an_error_with_numbers():
    with pytest.raises(FieldOverflowError, match=r"row 1 of the program sum to 301, .* 300 LSB"):
        largest_part(np.array([[1, 2], [301, 0]]), 300)


def test_a_score_that_leaves_32_bits_is_an_error_with_numbers():
    params = MachineParams(lanes=1, coupling_bits=12, field_bits=24, couplings_per_slot=1)
    rows = np.array([1 << 12 | 4095] * 257, np.uint32)
    words = np.full(257 * 4095, 2047, np.uint32)
    with pytest.raises(FieldOverflowError, match=r"sum to 2154293505, and a score has 32 bits"):
        find_weigh_rows(rows, words, params)


def test_rows_that_a_machine_has_no_room_for_are_told():
    params = MachineParams(lanes=4, replicas=8, rows=6, abilities=Abilities.ALL)
    problem = IsingProblem.from_bqm(random_bqm(4))
    values = quantise(problem, params, 1e-2, keep_hottest=False)
    rows = len(compile_problem(problem, values, PARAMS).rows)
    params = MachineParams(lanes=4, replicas=8, rows=rows, abilities=Abilities.ALL)
    with pytest.raises(
        ProblemTooLargeError, match=rf"needs {rows + 1} rows, .* {rows}: 1 too many"
    ):
        compile_measured(problem, values, params, Needs())


def test_variables_that_may_be_clamped_stand_in_rows_of_their_own_behind_the_others():
    problem = IsingProblem.from_bqm(random_bqm(5))
    last = np.arange(problem.size) % 3 == 0
    program, values = measured(problem, Needs(), last=last)
    rows = program.pbits // PARAMS.lanes
    assert (rows[~last] < program.short_rows).all()
    assert (rows[last] >= program.short_rows).all()
    assert program.short_rows < program.sweep_rows < program.measured_rows
    assert with_constants(walked(program), program) == expected(problem, values, program)


@pytest.mark.parametrize("rows_of", ["short_rows", "sweep_rows"])
def test_no_row_reads_a_state_that_is_on_its_way_in_either_loop(rows_of):
    problem = IsingProblem.from_bqm(random_bqm(6, size=30, share=0.1))
    last = np.arange(problem.size) % 3 == 0
    program, _ = measured(problem, Needs(), last=last)
    count = getattr(program, rows_of)
    lengths = [decode_row(word)[0] for word in program.rows[:count].tolist()]
    words = program.couplings.reshape(-1, PARAMS.lanes * PARAMS.couplings_per_slot)
    begin = np.cumsum([0, *lengths])
    written: dict[int, int] = {}
    for clock, slot in enumerate([*range(begin[-1])] * 2):
        other, value = decode_coupling(words[slot].astype(np.int64), PARAMS.coupling_bits)
        for row in set((other[value != 0] // PARAMS.lanes).tolist()):
            assert clock - written.get(row, -99) >= PARAMS.hazard
        if slot + 1 in begin:
            written[int(np.searchsorted(begin, slot + 1)) - 1] = clock


def test_words_of_zero_are_there_if_values_may_change():
    bqm = dimod.BQM({"a": 0.0, "b": 1.0}, {"ab": 0.0}, "SPIN")
    problem = IsingProblem.from_bqm(bqm, keep_zeros=True)
    values = Quantised(np.array([0, -5]), np.array([0]), 5.0, False, 0.1, 0.1)
    program = compile_measured(problem, values, PARAMS, Needs(moments=True, roomy=True), pieces=3)
    # Of one coupling and two biases, three words each, from both ends.
    assert sorted(program.source.tolist()) == sorted([0, 1, 2] * 6)
    assert sorted(program.piece[program.source == 0].tolist()) == [0, 0, 1, 1, 2, 2]
