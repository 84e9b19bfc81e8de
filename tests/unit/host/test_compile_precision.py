import json
import math

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.host.compile import IsingProblem, Quantised, exact_deviation, exact_needs, quantise
from glauber.host.errors import OptionError, ProblemTooLargeError
from support.exact import Exact

PARAMS = MachineParams()


def random_model(seed, size=8, step=None, vartype="SPIN"):
    """A model with real numbers, or with multiples of `step`."""
    random = np.random.default_rng(seed)

    def draw():
        return float(random.normal()) if step is None else float(random.integers(-9, 10)) * step

    return dimod.BinaryQuadraticModel(
        {i: draw() for i in range(size)},
        {(i, j): draw() for i in range(size) for j in range(i) if random.random() < 0.6},
        draw(),
        vartype,
    )


def rounded(problem, values):
    """The model that the integers stand for, its variables in the same order."""
    bqm = dimod.BinaryQuadraticModel("SPIN")
    names = problem.variables
    for name, bias in zip(names, (-values.bias / values.scale).tolist(), strict=True):
        bqm.add_linear(name, bias)
    for i, j, integer in zip(problem.first, problem.second, values.coupling, strict=True):
        bqm.add_quadratic(names[i], names[j], -integer / values.scale)
    return bqm


def quantised(bqm, params=PARAMS, **options):
    problem = IsingProblem.from_bqm(bqm)
    return problem, quantise(problem, params, 0.01, keep_hottest=False, **options)


def energy_errors(bqm, problem, values):
    """Of all states, apart from the constant, which no sample depends on."""
    own = bqm.spin.copy()
    own.offset = 0
    return Exact.of(rounded(problem, values), 1).energies - Exact.of(own, 1).energies


# -- the account


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_errors_in_energy_are_what_enumeration_finds(seed, vartype):
    bqm = random_model(seed, vartype=vartype)
    problem, values = quantised(bqm)
    assert not values.exact
    errors = energy_errors(bqm, problem, values)
    assert values.rms_energy_error == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-9)
    assert np.abs(errors).max() <= values.max_energy_error * (1 + 1e-12)
    # The bound is not idle: half of it is met even where errors of many signs meet.
    assert np.abs(errors).max() > values.max_energy_error / 2


def test_the_bound_is_met_without_frustration():
    problem, values = quantised(dimod.BQM({"a": 1}, {"ab": -math.pi, "bc": math.e}, "SPIN"))
    errors = np.abs(np.concatenate([values.bias, values.coupling]) / values.scale)
    given = np.abs(np.concatenate([problem.bias, problem.coupling]))
    assert values.max_energy_error == pytest.approx(np.abs(errors - given).sum())
    assert np.abs(
        energy_errors(dimod.BQM({"a": 1}, {"ab": -math.pi, "bc": math.e}, "SPIN"), problem, values)
    ).max() == pytest.approx(values.max_energy_error)


@pytest.mark.parametrize("seed", range(4))
def test_the_error_of_a_field_is_bounded(seed):
    bqm = random_model(seed)
    problem, values = quantised(bqm)
    worst = 0.0
    for variable in range(8):
        own = abs(values.bias[variable] / values.scale - problem.bias[variable])
        touching = (problem.first == variable) | (problem.second == variable)
        off = values.coupling[touching] / values.scale - problem.coupling[touching]
        worst = max(worst, own + np.abs(off).sum())
    assert values.max_field_error == pytest.approx(worst)


KEYS = ["exact", "scale", "max_error", "rms_error"]
ENERGIES = ["max_energy_error", "rms_energy_error", "max_field_error"]
BOUNDS = ["flip_bound", "divergence_bound", "total_variation_bound"]


def test_what_info_says():
    _, values = quantised(random_model(1))
    assert list(values.info()) == [*KEYS, *ENERGIES]
    account = values.info(2.0)
    assert list(account) == [*KEYS, *ENERGIES, *BOUNDS]
    assert all(account[key] == getattr(values, key) for key in [*KEYS, *ENERGIES])
    assert account["flip_bound"] == math.tanh(values.max_field_error)
    assert account["divergence_bound"] == 2 * values.max_energy_error**2
    assert account["total_variation_bound"] == math.tanh(values.max_energy_error)
    assert json.loads(json.dumps(account)) == account
    assert json.dumps(values.info(np.float64(2))) == json.dumps(account)


def test_an_exact_problem_has_no_error():
    _, values = quantised(random_model(1, step=0.1))
    account = values.info(100.0)
    assert account["exact"] is True
    assert not any(account[key] for key in [*KEYS[2:], *ENERGIES, *BOUNDS])


def test_integers_that_are_given_as_such_are_exact():
    values = Quantised(np.array([1]), np.array([], int), 1.0, True, 0.0, 0.0)
    assert not any(values.info(1.0)[key] for key in [*ENERGIES, *BOUNDS])


# -- what it does to samples


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("beta", [0.01, 0.3, 2.0, 30.0])
@pytest.mark.parametrize("bits", [3, 8])
def test_the_deviation_by_enumeration_is_exact_and_within_the_bounds(seed, beta, bits):
    bqm = random_model(seed)
    problem, values = quantised(bqm, MachineParams(coupling_bits=bits))
    deviation = exact_deviation(problem, values, beta)
    true = Exact.of(bqm, beta).probabilities
    machine = Exact.of(rounded(problem, values), beta).probabilities
    assert deviation.total_variation == pytest.approx(np.abs(true - machine).sum() / 2, abs=1e-12)
    both = (true > 1e-250) & (machine > 1e-250)
    logs = np.log(true[both] / machine[both])
    assert deviation.divergence == pytest.approx(true[both] @ logs, abs=1e-11)
    if both.all():
        assert deviation.log_ratio == pytest.approx(np.abs(logs).max(), abs=1e-9)
    bounds = values.info(beta)
    assert deviation.total_variation <= bounds["total_variation_bound"] + 1e-12
    assert deviation.divergence <= bounds["divergence_bound"] + 1e-12
    assert deviation.log_ratio <= 2 * beta * values.max_energy_error * (1 + 1e-9) + 1e-12
    assert machine[both] @ -logs <= bounds["divergence_bound"] + 1e-12


@pytest.mark.parametrize("beta", [0.1, 1.0, 10.0])
def test_the_total_variation_bound_is_met(beta):
    """Two states of one spin, whose odds move from one side to the other by as much."""
    problem = IsingProblem.from_bqm(dimod.BQM({"a": 0.1}, {}, "SPIN"))
    error = 0.2
    values = Quantised(
        np.array([1]), np.array([], int), 10.0, False, error, error, error, error, error
    )
    found = exact_deviation(problem, values, beta)
    assert found.total_variation == pytest.approx(values.info(beta)["total_variation_bound"])
    assert values.info(beta)["flip_bound"] == pytest.approx(found.total_variation)


@pytest.mark.parametrize("seed", range(6))
def test_the_odds_of_one_update_are_within_the_bound(seed):
    bqm = random_model(seed)
    problem, values = quantised(bqm, MachineParams(coupling_bits=3))
    for beta in (0.1, 1.0, 5.0):
        true, machine = (
            Exact.of(model, beta).probabilities.reshape((2,) * 8)
            for model in (bqm, rounded(problem, values))
        )
        worst = 0.0
        for axis in range(8):
            up, other = (p.take(1, axis) / p.sum(axis) for p in (true, machine))
            worst = max(worst, float(np.abs(up - other).max()))
        assert worst <= values.info(beta)["flip_bound"] + 1e-9
        assert worst > values.info(beta)["flip_bound"] / 20


def test_an_exact_problem_has_no_deviation():
    problem, values = quantised(random_model(3, step=0.1))
    deviation = exact_deviation(problem, values, 1.0)
    assert max(deviation.total_variation, deviation.divergence, deviation.log_ratio) < 1e-12


def test_the_largest_problem_that_is_enumerated():
    chain = dimod.BQM({}, {(i, i + 1): math.sqrt(i + 2) for i in range(19)}, "SPIN")
    problem, values = quantised(chain)
    found = exact_deviation(problem, values, 0.5)
    assert 0 < found.total_variation <= values.info(0.5)["total_variation_bound"]
    chain.add_linear("one more", 1)
    problem, values = quantised(chain)
    with pytest.raises(
        ProblemTooLargeError, match=r"has 21 variables; 20 at most can be enumerated, so use the bo"
    ):
        exact_deviation(problem, values, 0.5)


@pytest.mark.parametrize("beta", [0, -1, np.nan, "x"])
def test_beta_must_be_positive(beta):
    problem, values = quantised(random_model(1))
    with pytest.raises(OptionError, match=r"beta is .*; it must be a positive finite number"):
        exact_deviation(problem, values, beta)


# -- what is exact, and what it takes


def needs(bqm):
    return exact_needs(IsingProblem.from_bqm(bqm))


@pytest.mark.parametrize(
    ("couplings", "unit", "largest"),
    [
        ((1, -1), 1, 1),
        ((0.1, 0.3, -0.7), 0.1, 7),
        ((1 / 3, 2 / 3, 5 / 3), 1 / 3, 5),
        ((0.1 + 0.2, 0.3), 0.3, 1),
        ((1 / 3, 0.1), 1 / 30, 10),
        ((0.25, 1000), 0.25, 4000),
        ((1, 2**20), 1, 2**20),
        ((np.float32(0.1), np.float32(0.3), np.float32(0.7)), 0.1, 7),
        ((np.float32(1 / 3), np.float32(2 / 3)), 1 / 3, 2),
    ],
)
def test_what_a_problem_needs(couplings, unit, largest):
    chain = dimod.BQM({}, {(i, i + 1): c for i, c in enumerate(couplings)}, "SPIN")
    need = needs(chain)
    assert need is not None
    assert need.unit == pytest.approx(unit, rel=1e-6)
    assert need.coupling == largest
    whole = np.rint(np.abs(couplings) / need.unit)
    assert need.field == max(whole[0], whole[-1], *(whole[:-1] + whole[1:]))


@pytest.mark.parametrize("couplings", [tuple(np.sqrt([2, 3, 5, 7, 11])), (1, 2**23), (1, 1e12)])
def test_problems_that_no_machine_holds_exactly(couplings):
    chain = dimod.BQM({}, {(i, i + 1): c for i, c in enumerate(couplings)}, "SPIN")
    assert needs(chain) is None
    assert not quantised(chain)[1].exact


@pytest.mark.parametrize("largest", [1, 2, 3, 4, 7, 8, 127, 128, 2047, 2048, 4064, 4065])
def test_the_bits_and_the_slots_that_make_a_problem_exact_do(largest):
    """And one less of each does not."""
    chain = dimod.BQM({}, {"ab": largest, "bc": 1}, "SPIN")
    problem, need = IsingProblem.from_bqm(chain), needs(chain)
    assert need is not None

    def exact_without_splitting(bits):
        values = quantise(problem, MachineParams(coupling_bits=bits), 0.01, keep_hottest=False)
        return (
            values.exact
            and np.abs(values.coupling).max() <= MachineParams(coupling_bits=bits).coupling_max
        )

    if need.coupling_bits <= 12:
        assert exact_without_splitting(need.coupling_bits)
    if need.coupling_bits > 2:
        assert not exact_without_splitting(min(12, need.coupling_bits - 1))
    slots = need.slots(PARAMS)
    assert slots == (None if largest > 32 * 127 else -(-largest // 127))
    assert quantised(chain)[1].exact == (slots is not None)


def test_a_field_that_is_too_large_for_the_accumulator():
    star = dimod.BQM({}, {(0, leaf): 127 - leaf % 2 for leaf in range(1, 201)}, "SPIN")
    need = needs(star)
    assert need is not None
    assert need.field == 127 * 100 + 126 * 100
    assert need.slots(PARAMS) is None
    assert need.field_bits == 17
    for bits, exact in ((16, False), (17, True)):
        params = MachineParams(field_bits=bits)
        assert quantised(star, params)[1].exact == exact
        assert (need.slots(params) == 1) == exact


def test_a_problem_of_zeros_needs_nothing():
    need = needs(dimod.BQM({"a": 0}, {}, "SPIN"))
    assert need is not None
    assert (need.coupling, need.field, need.coupling_bits, need.field_bits) == (0, 0, 2, 4)
    assert need.slots(PARAMS) == 1


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("step", [1, 0.1, 0.05, 1 / 3, 0.7])
def test_multiples_of_a_step_are_exact_as_qubos_too(seed, step):
    """Their biases are sums, of which some cancel but for a rounding error."""
    bqm = random_model(seed, size=6, step=step, vartype="BINARY")
    problem, values = quantised(bqm)
    assert values.exact
    states = Exact.of(bqm.spin, 1).energies
    assert np.ptp(Exact.of(rounded(problem, values), 1).energies - states) < 1e-9


def test_a_bias_that_cancels_is_no_bias():
    bqm = dimod.BQM({0: -0.6, 1: 0, 2: 0, 3: 0.4}, {(0, 1): 0.4, (0, 2): 0.8}, "BINARY")
    bqm.add_linear(0, 1e-17)
    bqm.set_linear(3, 0.1 + 0.2 - 0.3)
    problem, values = quantised(bqm)
    assert 0 < np.abs(problem.bias).min() < 1e-15
    assert values.exact
    assert values.bias[np.abs(problem.bias).argmin()] == 0


def test_numbers_in_single_precision_are_rounded_no_more_than_they_are():
    random = np.random.default_rng(2)
    steps = random.integers(1, 10, 20) * 0.1
    chain = dimod.Float32BQM({}, {(i, i + 1): step for i, step in enumerate(steps)}, "SPIN")
    problem, values = quantised(chain)
    # Whole multiples of a tenth, which single precision cannot say.
    assert 0 < values.max_error < 1e-7
    tenths = np.rint(np.abs(problem.coupling) * 10)
    assert np.array_equal(np.abs(values.coupling), 2 * tenths)


def test_single_precision_is_not_more_precise_when_it_is_converted():
    """Energies are those of the numbers in the model, in double precision."""
    model = dimod.Float32BQM({0: 0.1, 1: 0.3}, {(0, 1): 0.7}, "BINARY")
    problem = IsingProblem.from_bqm(model)
    assert problem.coupling[0] == -float(np.float32(0.7)) / 4
    expected = float(np.float32(0.1)) / 2 + float(np.float32(0.7)) / 4
    assert problem.bias[0] == pytest.approx(-expected, rel=1e-15)
