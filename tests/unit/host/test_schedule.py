import math
import re

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT
from glauber.hdl.facts.program import SWEEPS_MAX, Step
from glauber.host.compile import IsingProblem
from glauber.host.errors import OptionError
from glauber.host.schedule import (
    BetaSchedule,
    anneal_schedule,
    default_beta_range,
    encode_schedule,
    fit_beta_range,
    fixed_schedule,
    realised_beta,
)

DEFAULT = (0.1, 10.0)


def anneal(
    num_sweeps=None, per_beta=1, beta_range=None, kind="geometric", betas=None, default=DEFAULT
):
    return anneal_schedule(default, num_sweeps, per_beta, beta_range, kind, betas)


def range_of(linear, quadratic):
    return default_beta_range(IsingProblem.from_bqm(dimod.BQM(linear, quadratic, "SPIN")))


def test_the_default_range_follows_the_largest_field_and_the_smallest_coupling():
    hot, cold = range_of({"a": 1}, {"ab": -3, "bc": 0.5})
    assert hot == pytest.approx(math.log(2) / (2 * 4))
    assert cold == pytest.approx(math.log(100) / (2 * 0.5))


def test_tiny_couplings_do_not_count_for_the_default_range():
    assert range_of({}, {"ab": 128, "bc": 1})[1] == pytest.approx(math.log(100) / 256)
    assert range_of({}, {"ab": 127, "bc": 1})[1] == pytest.approx(math.log(100) / 2)


def test_the_default_range_scales_with_the_problem():
    small, large = range_of({"a": 1}, {"ab": 2}), range_of({"a": 1e6}, {"ab": 2e6})
    assert np.array(small) == pytest.approx(1e6 * np.array(large))


def test_a_problem_of_zeros_has_a_range():
    hot, cold = range_of({"a": 0}, {})
    assert 0 < hot < cold < math.inf


def test_an_anneal_is_geometric_with_1000_sweeps():
    schedule = anneal()
    assert schedule.sweeps == 1000
    assert schedule.betas[[0, -1]].tolist() == list(DEFAULT)
    assert np.ptp(np.diff(np.log(schedule.betas))) < 1e-9
    assert schedule.hottest == 0.1


def test_a_linear_anneal():
    schedule = anneal(5, kind="linear", beta_range=(1, 3))
    assert schedule.betas.tolist() == [1, 1.5, 2, 2.5, 3]


def test_several_sweeps_per_beta():
    schedule = anneal(12, per_beta=4, beta_range=[1, 4])
    assert schedule.betas == pytest.approx([1, 2, 4])
    assert (schedule.sweeps_per_beta, schedule.sweeps) == (4, 12)


def test_a_range_may_fall():
    assert anneal(3, kind="linear", beta_range=(3, 0)).betas.tolist() == [3, 1.5, 0]
    assert anneal(3, beta_range=(4, 1)).betas.tolist() == pytest.approx([4, 2, 1])


@pytest.mark.parametrize("kind", ["geometric", "linear"])
def test_what_has_one_temperature_ends_cold(kind):
    assert anneal(1, kind=kind).betas.tolist() == [10]
    assert anneal(7, per_beta=7, kind=kind, beta_range=(1, 3)).betas.tolist() == [3]


def test_a_range_may_be_one_point():
    assert anneal(3, beta_range=(2, 2)).betas.tolist() == [2, 2, 2]


@pytest.mark.parametrize("betas", [[3, 1, 2], (3.0, 1, 2), np.array([3, 1, 2])])
def test_a_custom_schedule_is_kept(betas):
    schedule = anneal(kind="custom", betas=betas, per_beta=2)
    assert schedule.betas.tolist() == [3, 1, 2]
    assert (schedule.sweeps, schedule.hottest) == (6, 1)
    assert anneal(np.int64(6), kind="custom", betas=betas, per_beta=2).sweeps == 6


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"kind": "cubic"}, "beta_schedule_type is 'cubic'; use one of geometric, linear, custom"),
        ({"per_beta": 0}, "num_sweeps_per_beta is 0; it must be 1 or more"),
        ({"per_beta": 1.5}, "num_sweeps_per_beta is 1.5; give a whole number"),
        ({"num_sweeps": 0}, "num_sweeps is 0; it must be 1 or more"),
        ({"num_sweeps": -3}, "num_sweeps is -3; it must be 1 or more"),
        ({"num_sweeps": 10.0}, "num_sweeps is 10.0; give a whole number"),
        ({"num_sweeps": 10, "per_beta": 4}, "num_sweeps is 10, which is not .*, 4; use 8$"),
        ({"num_sweeps": 3, "per_beta": 4}, "num_sweeps is 3, which is not .*, 4; use 4$"),
        ({"kind": "custom"}, "beta_schedule and beta_schedule_type='custom' must be given toget"),
        ({"betas": [1, 2]}, "beta_schedule and beta_schedule_type='custom' must be given togeth"),
        ({"kind": "custom", "betas": []}, "beta_schedule must be a sequence of finite numbers th"),
        ({"kind": "custom", "betas": [0, 0]}, "that are positive or 0, not all 0"),
        ({"kind": "custom", "betas": [1, -1]}, "beta_schedule must be a sequence of finite num"),
        ({"kind": "custom", "betas": [1, math.nan]}, "beta_schedule must be a sequence of finit"),
        ({"kind": "custom", "betas": [[1, 2]]}, "beta_schedule must be a sequence of finite num"),
        ({"kind": "custom", "betas": "hot"}, "beta_schedule must be a sequence of finite number"),
        ({"kind": "custom", "betas": 3.0}, "beta_schedule must be a sequence of finite numbers"),
        (
            {"kind": "custom", "betas": [1], "beta_range": (1, 2)},
            "beta_range and beta_schedule contradict each other; leave one out",
        ),
        (
            {"kind": "custom", "betas": [1, 2], "num_sweeps": 3},
            "num_sweeps is 3, but beta_schedule has 2 betas of 1 sweeps each, 2 in all; leave num",
        ),
        ({"beta_range": (0, 1)}, "beta_range begins or ends at 0, where no geometric schedule"),
        ({"beta_range": (1, 0)}, "beta_range begins or ends at 0, where no geometric schedule"),
        (
            {"beta_range": (1, 0), "kind": "linear", "num_sweeps": 1},
            "beta_range ends at 0, which cannot be the only beta; use more sweeps",
        ),
        ({"beta_range": (0, 0)}, "beta_range is 0 to 0; give two finite numbers, the hot end fi"),
        ({"beta_range": (-1, 1)}, "beta_range is -1 to 1; give two finite numbers, the hot end"),
        ({"beta_range": (1, math.inf)}, "beta_range is 1 to inf; give two finite numbers, the h"),
        ({"beta_range": (math.nan, 1)}, "beta_range is nan to 1; give two finite numbers, the h"),
        ({"beta_range": (1, 2, 3)}, r"beta_range is \(1, 2, 3\); give a pair of numbers"),
        ({"beta_range": 3}, "beta_range is 3; give a pair of numbers"),
        ({"beta_range": ("a", "b")}, r"beta_range is \('a', 'b'\); give a pair of numbers"),
    ],
)
def test_what_is_no_schedule(given, text):
    with pytest.raises(OptionError, match=text):
        anneal(**given)


def test_a_fixed_schedule():
    schedule = fixed_schedule(0.5, 7)
    assert (schedule.betas.tolist(), schedule.sweeps) == ([0.5], 7)
    with pytest.raises(OptionError, match="beta is -1; it must be a positive finite number"):
        fixed_schedule(-1, 7)
    with pytest.raises(OptionError, match="num_sweeps is 0; it must be 1 or more"):
        fixed_schedule(1, 0)


def test_steps_carry_the_temperature_in_coupling_lsbs():
    words, error = encode_schedule(BetaSchedule(np.array([0.25, 1.0, 4.0]), 3), scale=8.0)
    steps = [Step.decode(word) for word in words]
    temperatures = [TEMPERATURE_FORMAT.decode(step.temperature) for step in steps]
    assert temperatures == [8 / (2 * beta) for beta in (0.25, 1, 4)]
    assert [(step.sweeps, step.couple) for step in steps] == [(3, True)] * 3
    assert error == 0


def test_the_error_of_rounded_temperatures_is_the_largest():
    betas = np.geomspace(0.1, 300, 50)
    words, error = encode_schedule(BetaSchedule(betas, 1), scale=10.0)
    real = 10 / (
        2 * np.array([TEMPERATURE_FORMAT.decode(Step.decode(w).temperature) for w in words])
    )
    assert error == pytest.approx(np.abs(betas / real - 1).max(), rel=1e-6)
    assert 0 < error < 0.5


@pytest.mark.parametrize("sweeps", [SWEEPS_MAX, SWEEPS_MAX + 1, 3 * SWEEPS_MAX - 1])
def test_many_sweeps_take_several_steps(sweeps):
    steps = [Step.decode(word) for word in encode_schedule(fixed_schedule(1, sweeps), 1.0)[0]]
    assert sum(step.sweeps for step in steps) == sweeps
    assert len(steps) == -(-sweeps // SWEEPS_MAX)
    assert len({step.temperature for step in steps}) == 1


@pytest.mark.parametrize("beta", [1e-6, 1e6])
def test_a_beta_beyond_the_register_names_the_range_and_the_range_is_legal(beta):
    with pytest.raises(
        OptionError,
        match=rf"^beta {re.escape(f'{beta:g}')} is outside the range of this problem on this dev",
    ) as caught:
        encode_schedule(fixed_schedule(beta, 1), 3.7)
    low, high = str(caught.value).split("device, ")[1].split(";")[0].split(" to ")
    encode_schedule(fixed_schedule(float(low), 1), 3.7)
    encode_schedule(fixed_schedule(float(high), 1), 3.7)
    for beyond in (0.98 * float(low), 1.02 * float(high)):
        with pytest.raises(OptionError, match="outside the range"):
            encode_schedule(fixed_schedule(beyond, 1), 3.7)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 127.0, 1e9])
@pytest.mark.parametrize("given", [(1e-30, 1e30), (1e-3, 10.0), (1e20, 1e30), (1e-30, 1e-20)])
def test_a_fitted_range_is_one_that_the_register_holds(scale, given):
    low, high = fit_beta_range(given, scale)
    assert low <= high
    encode_schedule(BetaSchedule(np.array([low, high]), 1), scale)


def test_a_range_that_fits_is_kept():
    assert fit_beta_range((0.1, 3.0), 100.0) == (0.1, 3.0)


def test_neighbours_with_the_same_temperature_share_steps():
    betas = np.array([1.0, 1.0, 2.0, 2.0, 2.0, 1.0])
    words, _ = encode_schedule(BetaSchedule(betas, 2500), scale=8.0)
    steps = [Step.decode(word) for word in words]
    codes = [TEMPERATURE_FORMAT.encode(8 / (2 * beta)) for beta in (1, 2, 1)]
    assert [(step.temperature, step.sweeps) for step in steps] == [
        (codes[0], SWEEPS_MAX),
        (codes[0], 5000 - SWEEPS_MAX),
        (codes[1], SWEEPS_MAX),
        (codes[1], 7500 - SWEEPS_MAX),
        (codes[2], 2500),
    ]


@pytest.mark.parametrize("sweeps", [1, 7, SWEEPS_MAX])
def test_shared_steps_are_the_same_chain(sweeps):
    betas = np.geomspace(1, 2000, 400)
    words, _ = encode_schedule(BetaSchedule(betas, sweeps), scale=10.0)
    assert len(words) < 400 or sweeps == SWEEPS_MAX
    expected = np.rint((1 << TEMPERATURE_FORMAT.fraction_bits) * 10.0 / (2 * betas))
    steps = [Step.decode(word) for word in words]
    found = np.repeat([step.temperature for step in steps], [step.sweeps for step in steps])
    assert np.array_equal(found, np.repeat(expected, sweeps))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"num_sweeps": 10**13}, f"num_sweeps is {10**13}; it must be 4294967296 or less"),
        (
            {"num_sweeps": 10**13, "per_beta": 10**12},
            f"num_sweeps_per_beta is {10**12}; it must be 4294967296 or less",
        ),
        (
            {"num_sweeps": 1 << 25},
            "num_sweeps is 33554432, at 1 sweeps per beta: an anneal has at most 16777216 betas",
        ),
        (
            {"kind": "custom", "betas": [1, 2], "per_beta": 1 << 32},
            "beta_schedule has 2 betas of 4294967296 sweeps each, 8589934592 in all; the most is",
        ),
    ],
)
def test_absurdly_many_sweeps_are_refused(given, text):
    with pytest.raises(OptionError, match=text):
        anneal(**given)


def test_a_custom_schedule_may_come_with_its_range():
    assert anneal(kind="custom", betas=[3, 1, 2], beta_range=[3, 2]).betas.tolist() == [3, 1, 2]


def test_at_a_beta_of_zero_couplings_do_not_count():
    schedule = anneal(3, kind="linear", beta_range=(0, 2), per_beta=1)
    assert schedule.betas.tolist() == [0, 1, 2]
    assert schedule.hottest == 1
    words, error = encode_schedule(schedule, scale=8.0)
    steps = [Step.decode(word) for word in words]
    assert [step.couple for step in steps] == [False, True, True]
    assert [step.sweeps for step in steps] == [1, 1, 1]
    assert error == 0
    zeros = BetaSchedule(np.array([0.0, 0.0, 1.0, 0.0]), 2)
    steps = [Step.decode(word) for word in encode_schedule(zeros, 8.0)[0]]
    assert [(step.couple, step.sweeps) for step in steps] == [(False, 4), (True, 2), (False, 2)]


def test_the_realised_beta_is_that_of_the_rounded_temperature():
    words, error = encode_schedule(fixed_schedule(3.0, 5), scale=10.0)
    real = realised_beta(words, 10.0)
    assert real == 256 * 10 / (2 * round(256 * 10 / 6))
    assert abs(real / 3 - 1) == pytest.approx(error, rel=1e-2)
    assert 0 < error < 2e-3


def test_a_fixed_schedule_has_a_limit_too():
    assert fixed_schedule(1.0, 1 << 32).sweeps == 1 << 32
    with pytest.raises(OptionError, match="num_sweeps or thin is 4294967297; it must be 429496729"):
        fixed_schedule(1.0, (1 << 32) + 1)
