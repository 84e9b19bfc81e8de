import math
from dataclasses import replace

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import ROW_LENGTH_MAX, decode_row
from glauber.host.compile import (
    MAX_SPLIT,
    ClampedProblem,
    IsingProblem,
    compile_problem,
    fine_split,
    quantise,
)
from glauber.host.errors import ProblemTooLargeError


def problem_of(linear, quadratic):
    return IsingProblem.from_bqm(dimod.BQM(linear, quadratic, "SPIN"))


def random_problem(size, degree, seed, biased, largest=5):
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(size, 1)
    used = random.random(len(first)) < degree / max(1, size - 1)
    couplings = random.integers(-largest, largest + 1, int(used.sum()))
    bias = random.integers(-largest, largest + 1, size) * biased
    pairs = zip(first[used].tolist(), second[used].tolist(), strict=True)
    return problem_of(dict(enumerate(bias)), dict(zip(pairs, couplings, strict=True)))


def compiled(problem, params):
    values = quantise(problem, params, 1e-2, keep_hottest=False)
    return compile_problem(problem, values, params), values


def decode(program, params):
    """The dense J and h that the words mean, by address, read slot by slot as a lane does."""
    per_slot, bits = params.couplings_per_slot, params.coupling_bits
    words = program.couplings.reshape(-1, params.lanes, per_slot)
    dense = np.zeros((params.pbits, params.pbits), np.int64)
    slot = 0
    for word in program.rows.tolist():
        length, target = decode_row(word)
        for lane in range(params.lanes):
            for cell in words[slot : slot + length, lane].ravel().tolist():
                raw = cell & ((1 << bits) - 1)
                value = raw - (1 << bits) if raw >> (bits - 1) else raw
                assert abs(value) <= params.coupling_max
                dense[target * params.lanes + lane, cell >> bits] += value
        slot += length
    assert slot == len(words) == program.slots
    return dense


def check(problem, program, values, params):
    dense = decode(program, params)
    pbits = program.pbits
    expected = np.zeros_like(dense)
    expected[pbits[problem.first], pbits[problem.second]] = values.coupling
    expected[pbits[problem.second], pbits[problem.first]] = values.coupling
    if program.constant is not None:
        assert program.constant not in pbits
        expected[pbits, program.constant] = values.bias
    else:
        assert not values.bias.any()
    assert np.array_equal(dense, expected)
    assert len(set(pbits.tolist())) == problem.size
    # Every p-bit is written once a sweep, and the constant one never.
    targets = [decode_row(word)[1] for word in program.rows.tolist()]
    assert sorted(targets) == list(range(len(targets)))
    assert set((pbits // params.lanes).tolist()) == set(targets)
    if program.constant is not None:
        assert program.constant // params.lanes not in targets
    used = [*pbits.tolist(), *([] if program.constant is None else [program.constant])]
    assert program.addresses == max(used) + 1 <= params.pbits


@pytest.mark.parametrize("lanes", [1, 2, 8])
@pytest.mark.parametrize("per_slot", [1, 2])
@pytest.mark.parametrize("coupling_bits", [3, 8, 12])
@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize(("size", "degree"), [(1, 0), (9, 3), (24, 6), (12, 11)])
def test_the_words_mean_the_quantised_problem(lanes, per_slot, coupling_bits, biased, size, degree):
    params = MachineParams(
        lanes=lanes, couplings_per_slot=per_slot, coupling_bits=coupling_bits, pbits=128
    )
    for seed in range(2):
        problem = random_problem(size, degree, seed, biased)
        program, values = compiled(problem, params)
        check(problem, program, values, params)


@pytest.mark.parametrize("per_slot", [1, 2])
@pytest.mark.parametrize("lanes", [1, 4])
def test_values_beyond_a_slot_are_spread_over_several(lanes, per_slot):
    params = MachineParams(lanes=lanes, couplings_per_slot=per_slot, pbits=32)
    problem = problem_of({0: 1000, 1: -9999, 2: 1}, {(0, 1): 1016, (1, 2): -300, (2, 3): 128})
    program, values = compiled(problem, params)
    assert values.exact
    assert np.abs(values.coupling).tolist() == [1016, 300, 128]
    check(problem, program, values, params)


def test_couplings_that_round_to_zero_take_no_words_and_no_colours():
    problem = problem_of({}, {(0, 1): 1.0, (1, 2): 1e-4 * np.pi})
    params = MachineParams(pbits=64)
    program, values = compiled(problem, params)
    assert values.coupling.tolist() == [-127, 0]
    check(problem, program, values, params)
    assert program.colours == 2
    triangle = problem_of({}, {(0, 1): 1.0, (1, 2): 1.0, (0, 2): 1e-4 * np.pi})
    assert compiled(triangle, params)[0].colours == 2


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("lanes", [1, 4])
def test_held_variables_are_seen_and_never_updated(lanes, biased):
    params = MachineParams(lanes=lanes, pbits=128)
    problem = random_problem(20, 8, 3, biased)
    held = np.isin(np.arange(20), [0, 3, 4, 19])
    clamped = ClampedProblem.of(problem, held)
    program, values = compiled(clamped, params)
    assert np.array_equal(clamped.bias, np.where(held, 0, problem.bias))
    dense = decode(program, params)
    pbits = program.pbits
    expected = np.zeros_like(dense)
    for first, second, value in zip(clamped.first, clamped.second, values.coupling, strict=True):
        assert not (held[first] and held[second])
        for one, other in ((first, second), (second, first)):
            if not held[one]:
                expected[pbits[one], pbits[other]] = value
    if biased:
        expected[pbits[~held], program.constant] = values.bias[~held]
    assert np.array_equal(dense, expected)
    # Their addresses are behind all rows and the constant, and their own.
    end = len(program.rows) * params.lanes
    assert sorted(pbits[held]) == list(range(end + biased, end + biased + 4))
    assert (program.constant == end) if biased else (program.constant is None)
    assert (pbits[~held] < end).all()
    assert len(set(pbits.tolist())) == 20
    assert program.addresses == end + biased + 4


def test_held_variables_need_no_colour_and_no_room_in_the_field():
    # A triangle without one of its corners has two colours.
    triangle = problem_of({}, {(0, 1): 1, (1, 2): 1, (0, 2): 1})
    held = np.array([True, False, False])
    assert compiled(triangle, MachineParams())[0].colours == 3
    assert compiled(ClampedProblem.of(triangle, held), MachineParams())[0].colours == 2
    star = problem_of({0: 50}, {(0, leaf): 1 for leaf in range(1, 31)})
    plain, rest = star, ClampedProblem.of(star, np.arange(31) == 0)
    assert plain.field_sums(plain.bias, plain.coupling).max() == 80
    assert rest.field_sums(rest.bias, rest.coupling).max() == 1


def test_precision_is_a_way_on_where_slots_are_short():
    problem = random_problem(20, 19, 1, biased=False)
    problem = replace(problem, coupling=problem.coupling * math.pi + 0.1)
    values = quantise(problem, SMALL, 1e-2, split=8)
    short = replace(SMALL, pbits=64, slots=100)
    with pytest.raises(ProblemTooLargeError, match="or lower slots_per_coupling from 8, at the c"):
        compile_problem(problem, values, short, split=8)
    with pytest.raises(ProblemTooLargeError, match=r"slots per lane, the .* \(dwave-hybrid\)$"):
        compile_problem(problem, values, short)
    with pytest.raises(ProblemTooLargeError, match=r"p-bits, the device .* \(dwave-hybrid\)$"):
        compile_problem(problem, values, replace(short, pbits=16), split=8)


def test_colours_and_slots_are_counted():
    params = MachineParams(lanes=4, pbits=64)
    free = compiled(problem_of(dict.fromkeys(range(8), 0), {}), params)[0]
    assert (free.colours, len(free.rows), free.slots) == (1, 2, 2 * params.row_min)
    assert free.constant is None
    assert free.addresses == 8
    full = compiled(random_problem(12, 100, 1, biased=True), params)[0]
    assert full.constant == 4 * len(full.rows)


def test_the_addresses_do_not_depend_on_replicas_or_couplings_per_slot():
    problem = random_problem(60, 5, 4, biased=True)
    first, *others = (
        compiled(problem, replace(MachineParams(), **given))[0]
        for given in (
            {"replicas": 8},
            {"replicas": 512},
            {"replicas": 8, "couplings_per_slot": 1},
            {"replicas": 8, "field_bits": 20},
        )
    )
    for other in others:
        assert np.array_equal(first.pbits, other.pbits)
        assert first.constant == other.constant


SMALL = MachineParams(lanes=2, replicas=16, pbits=32)


def test_too_many_variables():
    problem = random_problem(40, 0, 1, biased=False)
    with pytest.raises(
        ProblemTooLargeError,
        match=r"^the problem needs 40 p-bits, the device has 32: 8 too many; about 32 of the 40 "
        r"variables would fit at this density; use a larger device, such as "
        r"model:\?pbits=64&lanes=2, or an image with fewer replicas, which has room for more "
        r"p-bits, or make the problem smaller: fix variables by roof duality "
        r"\(FixVariablesComposite of dwave-preprocessing\), or solve it in parts "
        r"\(dwave-hybrid\)$",
    ):
        compiled(problem, SMALL)


def test_the_constant_pbit_counts_too():
    fits = random_problem(32, 0, 1, biased=False)
    assert compiled(fits, SMALL)[0].addresses == 32
    biased = problem_of(dict.fromkeys(range(32), 1), {})
    with pytest.raises(ProblemTooLargeError, match="needs 33 p-bits, the device has 32: 1 too man"):
        compiled(biased, SMALL)


def test_the_constant_pbit_takes_a_row_of_its_own():
    assert compiled(problem_of(dict.fromkeys(range(30), 1), {}), SMALL)[0].constant == 30
    biased = problem_of(dict.fromkeys(range(31), 1), {})
    with pytest.raises(ProblemTooLargeError, match="needs 33 p-bit addresses, the device has 32: "):
        compiled(biased, SMALL)


def test_rows_that_are_not_full_take_addresses():
    # Every p-bit of a complete graph is a row of its own.
    problem = problem_of({}, {(a, b): 1 for a in range(20) for b in range(a)})
    with pytest.raises(
        ProblemTooLargeError,
        match="needs 40 p-bit addresses, the device has 32: 8 too many; about 16 of the 20 "
        r"variables would fit at this density; use .* model:\?pbits=64&lanes=2, or an image with ",
    ):
        compiled(problem, SMALL)


def test_too_many_rows():
    problem = random_problem(20, 0, 1, biased=False)
    assert len(compiled(problem, replace(SMALL, rows=10))[0].rows) == 10
    with pytest.raises(
        ProblemTooLargeError,
        match="needs 10 rows, the device has 9: 1 too many; about 18 of the 20 variables .* "
        r"such as model:\?rows=16&lanes=2, or make the problem smaller",
    ):
        compiled(problem, replace(SMALL, rows=9))


def test_too_many_slots():
    problem = random_problem(20, 0, 1, biased=False)
    params = replace(SMALL, slots=40)
    assert params.row_min == 4
    assert compiled(problem, params)[0].slots == 40
    with pytest.raises(
        ProblemTooLargeError,
        match=r"needs 40 slots per lane, the device has 39: 1 too many; .* model:\?slots=64&",
    ):
        compiled(problem, replace(SMALL, slots=39))


def test_a_degree_beyond_a_row():
    leaves = 8300
    problem = problem_of({}, {("hub", leaf): 1 for leaf in range(leaves)})
    params = MachineParams(pbits=1 << 14, slots=1 << 16, rows=1 << 12)
    most = 2 * (ROW_LENGTH_MAX - params.hazard + 1)
    with pytest.raises(
        ProblemTooLargeError,
        match=f"^the problem needs {leaves} coupling words in the row of variable 'hub', the "
        f"device has {most}: {leaves - most} too many; split the variable into several that are",
    ):
        compiled(problem, params)


@pytest.mark.parametrize("per_slot", [1, 2])
def test_the_largest_degree_of_a_row(per_slot):
    params = MachineParams(
        lanes=1,
        couplings_per_slot=per_slot,
        replicas=64,
        pbits=1 << 14,
        slots=1 << 16,
        rows=1 << 14,
    )
    most = per_slot * (ROW_LENGTH_MAX - params.hazard + 1)
    program, _ = compiled(problem_of({}, {("hub", leaf): 1 for leaf in range(most)}), params)
    lengths = [decode_row(word)[0] for word in program.rows.tolist()]
    assert max(lengths) <= ROW_LENGTH_MAX


def test_couplings_that_take_more_slots_are_rounded_less():
    problem = random_problem(12, 5.0, 3, biased=True)
    problem = replace(problem, coupling=problem.coupling * math.pi, bias=problem.bias * math.e)
    errors = []
    for split in (1, 4, 32):
        values = quantise(problem, MachineParams(), 1.0, split=split)
        program = compile_problem(problem, values, MachineParams())
        check(problem, program, values, MachineParams())
        errors.append(values.rms_error)
    assert errors[1] < errors[0] / 2
    assert errors[2] < errors[1] / 2


def test_large_problems_take_fewer_slots_for_a_coupling():
    assert fine_split(random_problem(12, 11.0, 3, biased=False)) == MAX_SPLIT
    assert 1 < fine_split(random_problem(300, 12.0, 3, biased=False)) < MAX_SPLIT
    assert fine_split(random_problem(300, 200.0, 3, biased=False)) == 1
