import re

import dimod
import numpy as np
import pytest
from dimod.generators import gnp_random_bqm

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT
from glauber.host.compile import IsingProblem, quantise
from glauber.host.compile.quantise import MAX_SPLIT
from glauber.host.errors import CouplingValueError, FieldOverflowError, InputError, OptionError

PARAMS = MachineParams()
COLD = 1.0  # far from too hot for every problem here


def ising(bias, couplings):
    """A problem with these biases, and couplings `{(i, j): J}`, in the machine's sign."""
    bias = np.asarray(bias, float)
    first, second = np.array([*couplings] or np.empty((0, 2)), np.int64).T
    values = np.array([*couplings.values()], float)
    return IsingProblem(tuple(range(len(bias))), bias, first, second, values)


def chain(*values):
    return ising(
        np.zeros(len(values) + 1), {(node, node + 1): value for node, value in enumerate(values)}
    )


def star(leaves, coupling=1.0):
    return ising(np.zeros(leaves + 1), {(0, leaf): coupling for leaf in range(1, leaves + 1)})


def stands_for(values):
    return np.concatenate([values.bias, values.coupling]) / values.scale


def check(problem, values, params=PARAMS):
    """That the integers fit, and that the error they are said to have is the one they have."""
    assert problem.field_sums(values.bias, values.coupling).max() <= params.field_limit
    errors = np.abs(stands_for(values) - np.concatenate([problem.bias, problem.coupling]))
    if values.exact:
        largest = max(np.abs(problem.bias).max(), np.abs(problem.coupling).max(initial=0))
        assert errors.max() <= 1e-9 * largest
        assert values.max_error == values.rms_error == 0
        return
    assert values.max_error == errors.max() > 0
    assert values.rms_error == pytest.approx(np.sqrt((errors**2).mean()))
    assert values.max_error <= 0.5 / values.scale * (1 + 1e-9)


@pytest.mark.parametrize(
    ("given", "unit"),
    [
        ((1, -1, 1), 1),
        ((3, -5, 127), 1),
        ((0.1, -0.3, 0.7), 0.1),
        ((0.5, 1, -1.5), 0.5),
        ((6, 9, -15), 3),
        ((1 / 3, 2 / 3), 1 / 3),
        ((0.07 * 3, 0.07 * 11, 0.07 * 100), 0.07),
        ((1e-10, 3e-10), 1e-10),
        ((2e20, -3e20), 1e20),
        ((0.1 + 0.2, 0.3), 0.3),
    ],
)
def test_multiples_of_one_unit_are_exact(given, unit):
    problem = chain(*given)
    values = quantise(problem, PARAMS, 1 / unit)
    assert values.exact
    assert values.scale * unit == pytest.approx(round(values.scale * unit))
    assert np.abs(values.coupling).max() <= PARAMS.coupling_max
    check(problem, values)


def test_the_scale_is_the_largest_that_fits():
    assert quantise(chain(1, -1), PARAMS, COLD).coupling.tolist() == [127, -127]
    assert quantise(chain(1, -2), PARAMS, COLD).coupling.tolist() == [63, -126]
    assert quantise(chain(100, -7), PARAMS, COLD).coupling.tolist() == [100, -7]
    assert quantise(star(500), PARAMS, COLD).coupling.max() == PARAMS.field_limit // 500


@pytest.mark.parametrize("largest", [128, 1000, MAX_SPLIT * 127])
def test_couplings_of_several_slots_keep_a_problem_exact(largest):
    for unit in (1, 0.1, 0.7, 1 / 3):
        problem = chain(unit, largest * unit)
        values = quantise(problem, PARAMS, COLD / unit)
        assert values.exact
        assert values.coupling.tolist() == [1, largest]


def test_couplings_beyond_the_most_slots_are_rounded():
    problem = chain(1, MAX_SPLIT * 127 + 1)
    values = quantise(problem, PARAMS, COLD)
    assert not values.exact
    assert values.coupling.tolist() == [0, 127]
    assert values.max_error == 1
    check(problem, values)


@pytest.mark.parametrize("unit", [1, 0.1, 0.7, 1 / 3])
def test_a_field_may_reach_its_limit_exactly(unit):
    problem = ising([PARAMS.field_limit * unit - unit, 0], {(0, 1): unit})
    values = quantise(problem, PARAMS, COLD / unit)
    assert values.exact
    assert values.bias.tolist() == [PARAMS.field_limit - 1, 0]
    check(problem, values)


def test_a_field_over_the_limit_is_rounded():
    problem = ising([PARAMS.field_limit * 2.0, 0], {(0, 1): 4.0})
    values = quantise(problem, PARAMS, COLD)
    assert not values.exact
    check(problem, values)


def test_biases_may_be_much_larger_than_couplings():
    problem = ising([10_000, -9_999, 0], {(0, 1): 1, (1, 2): -2})
    values = quantise(problem, PARAMS, COLD)
    assert values.exact
    assert values.bias.tolist() == [10_000, -9_999, 0]
    assert values.coupling.tolist() == [1, -2]


def test_biases_alone_may_be_spread_wide():
    values = quantise(ising([1, -5_000], {}), PARAMS, COLD)
    assert values.exact
    assert values.bias.tolist() == [1, -5_000]


@pytest.mark.parametrize("beta", [1e-9, 1.0, 1e9])
def test_a_problem_of_zeros_is_exact_at_every_temperature(beta):
    for problem in (ising([0.0], {}), ising([0.0, 0.0], {})):
        values = quantise(problem, PARAMS, beta)
        assert values.exact
        assert not values.bias.any()
        assert values.scale / (2 * beta) <= 1024


@pytest.mark.parametrize("seed", range(40))
def test_random_problems_are_rounded_within_the_stated_bound(seed):
    random = np.random.default_rng(seed)
    size = int(random.integers(2, 60))
    first, second = np.triu_indices(size, 1)
    used = random.random(len(first)) < random.random()
    used[0] = True
    draw = (random.normal, random.uniform, random.standard_cauchy, random.exponential)[seed % 4]
    magnitude = 10.0 ** random.integers(-12, 12)
    bias = magnitude * draw(size=size) * random.choice([0, 1, 30])
    coupling = magnitude * draw(size=int(used.sum()))
    problem = IsingProblem(tuple(range(size)), bias, first[used], second[used], coupling)
    params = MachineParams(
        coupling_bits=int(random.integers(2, 13)), field_bits=int(random.integers(15, 25))
    )
    try:
        values = quantise(problem, params, COLD / magnitude, keep_hottest=False)
    except FieldOverflowError:
        sums = problem.field_sums(bias, coupling)
        # Only where the largest coupling would be lost beside the largest field.
        assert sums.max() > params.field_limit * np.abs(coupling).max()
        return
    check(problem, values, params)
    # As fine as one of the two limits allows.
    assert (
        values.exact
        or np.abs(values.coupling).max() >= params.coupling_max
        or problem.field_sums(values.bias, values.coupling).max() > 0.45 * params.field_limit
    )


@pytest.mark.parametrize("seed", range(10))
def test_rounding_has_room_below_the_field_limit(seed):
    problem = star(300)
    problem.coupling[:] = np.random.default_rng(seed).uniform(0.9, 1, 300)
    narrow = MachineParams(coupling_bits=8, field_bits=13)
    values = quantise(problem, narrow, COLD)
    check(problem, values, narrow)
    assert problem.field_sums(values.bias, values.coupling).max() > 0.85 * narrow.field_limit


@pytest.mark.parametrize("seed", range(20))
def test_random_multiples_of_a_unit_are_found_exact(seed):
    random = np.random.default_rng(seed)
    unit = float(random.choice([1, 0.1, 0.01, 0.25, 1 / 7, np.pi]) * 10.0 ** random.integers(-6, 6))
    numbers = random.integers(-127, 128, 30)
    numbers[numbers == 0] = 1
    problem = chain(*(numbers * unit))
    values = quantise(problem, PARAMS, COLD / unit)
    assert values.exact
    check(problem, values)
    common = np.gcd.reduce(numbers)
    factor = values.coupling[0] * common // numbers[0]
    assert np.array_equal(values.coupling * common, numbers * factor)


def test_many_different_couplings_take_no_time():
    random = np.random.default_rng(1)
    problem = chain(*random.uniform(0.5, 1, 200_000))
    wide = MachineParams(field_bits=24)
    assert not quantise(problem, wide, COLD).exact


def hottest(scale):
    return scale / (2 * TEMPERATURE_FORMAT.decode(TEMPERATURE_FORMAT.largest))


def test_a_hot_beta_makes_the_scale_small():
    values = quantise(chain(1, -1), PARAMS, hottest(10))
    assert values.exact
    assert values.coupling.tolist() == [10, -10]
    problem = chain(1, -np.pi)
    values = quantise(problem, PARAMS, hottest(10))
    assert values.scale == pytest.approx(10)
    check(problem, values)


def test_a_beta_that_gives_way_costs_no_precision():
    beta = hottest(0.01)
    values = quantise(chain(1, -1), PARAMS, beta, keep_hottest=False)
    assert values.coupling.tolist() == [1, -1]
    values = quantise(chain(1, -np.pi), PARAMS, beta, keep_hottest=False)
    assert values.coupling.tolist() == [40, -127]


@pytest.mark.parametrize("problem", [chain(1, -1), chain(1, -np.sqrt(2) / 2), chain(3, 1000)])
def test_too_hot(problem):
    beta = hottest(0.5 / np.abs(problem.coupling).max())
    with pytest.raises(
        OptionError, match=r"^beta .* is too hot .* register allows .* and more; ra"
    ):
        quantise(problem, PARAMS, beta)


@pytest.mark.parametrize("problem", [chain(1, -1), chain(0.3, -np.sqrt(2) / 30), chain(0.1, 0.7)])
def test_the_beta_that_the_text_allows_is_allowed(problem):
    with pytest.raises(OptionError) as caught:
        quantise(problem, PARAMS, 1e-9)
    allowed = float(str(caught.value).split("allows ")[1].split()[0])
    values = quantise(problem, PARAMS, allowed)
    assert values.coupling.any()
    with pytest.raises(OptionError, match="too hot"):
        quantise(problem, PARAMS, 0.99 * allowed)


def test_a_field_that_overflows():
    with pytest.raises(
        FieldOverflowError,
        match=r"^the field of variable 0 could overflow: its \|h\| and 20000 couplings \|J\| sum "
        r"to 20000, .* limit of 16383 LSB \(16 bits\); use a device with a wider accumulator "
        r"\(model:\?field_bits=18\), or split the variable, or scale its bias down$",
    ):
        quantise(star(20_000), PARAMS, COLD)
    assert quantise(star(20_000), MachineParams(field_bits=18), COLD).exact


@pytest.mark.parametrize("seed", range(10))
def test_the_accumulator_that_the_text_proposes_is_wide_enough(seed):
    random = np.random.default_rng(seed)
    problem = ising([random.uniform(2e4, 1e6), 0, 0], {(0, 1): random.uniform(0.5, 1), (1, 2): 0.3})
    with pytest.raises(FieldOverflowError) as caught:
        quantise(problem, PARAMS, COLD)
    bits = int(str(caught.value).split("field_bits=")[1].split(")")[0])
    wide = MachineParams(field_bits=bits)
    check(problem, quantise(problem, wide, COLD), wide)


def test_a_field_that_no_accumulator_holds():
    with pytest.raises(FieldOverflowError, match=r"\(16 bits\); split the variable, or scale its"):
        quantise(ising([1e9, 0], {(0, 1): 1}), PARAMS, COLD)


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_a_model_is_taken_over_with_its_energies(vartype):
    random = np.random.default_rng(3)
    bqm = gnp_random_bqm(6, 0.7, vartype, random_state=3)
    bqm.relabel_variables(dict(enumerate("abcdef")))
    problem = IsingProblem.from_bqm(bqm)
    spins = random.choice([-1, 1], (20, 6))
    ours = -(
        spins @ problem.bias
        + (spins[:, problem.first] * spins[:, problem.second]) @ problem.coupling
    )
    values = spins if vartype == "SPIN" else (spins + 1) // 2
    theirs = bqm.energies((values, problem.variables))
    assert np.ptp(theirs - ours) < 1e-9


def test_couplings_of_zero_are_left_out():
    problem = IsingProblem.from_bqm(dimod.BQM({}, {"ab": 0.0, "bc": 2.0}, "SPIN"))
    assert problem.size == 3
    assert problem.coupling.tolist() == [-2.0]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_must_be_finite(value):
    with pytest.raises(
        CouplingValueError, match=f"the problem: the bias of 'a' is {value}; give a "
    ):
        IsingProblem.from_bqm(dimod.BQM({"a": value, "b": 1}, {}, "SPIN"))
    with pytest.raises(CouplingValueError, match=f"the coupling of 'c' and 'b' is {value}; give"):
        IsingProblem.from_bqm(dimod.BQM({"a": 1}, {"ab": 1, "bc": value}, "SPIN"))
    with pytest.raises(CouplingValueError, match=f"the coupling of 'b' and 'a' is {value}; give"):
        IsingProblem.from_bqm(dimod.BQM({}, {"ab": value}, "BINARY"))  # and not what it became
    with pytest.raises(CouplingValueError, match=f"the offset is {value}; give a finite number"):
        IsingProblem.from_bqm(dimod.BQM({"a": 1}, {}, value, "SPIN"))


@pytest.mark.parametrize("value", [1e-300, 1e200])
def test_numbers_must_be_of_a_size_to_compute_with(value):
    with pytest.raises(
        CouplingValueError,
        match=rf"the largest .* is {re.escape(f'{value:g}')}, outside .* 1e-100 to 1e\+100; sc",
    ):
        IsingProblem.from_bqm(dimod.BQM({}, {"ab": value}, "SPIN"))


def test_there_must_be_variables():
    with pytest.raises(InputError, match="the problem has no variables; a problem needs at least"):
        IsingProblem.from_bqm(dimod.BQM("SPIN"))


@pytest.mark.parametrize("thing", [{"a": 1}, dimod.ConstrainedQuadraticModel(), None])
def test_another_kind_of_problem_is_refused(thing):
    with pytest.raises(InputError, match=r"the problem is a \w+; give a dimod.BinaryQuadraticM"):
        IsingProblem.from_bqm(thing)
