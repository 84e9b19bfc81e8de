"""Clamped variables: the others follow the conditional distribution, by exact enumeration.

Random problems of ten variables with real couplings and biases, of which two to five are clamped:
to the same values in all reads, to values of each read's own, in anneals that end with many sweeps
at one temperature, and on every width of a lane. Chi-square with 2**18 samples for each case, or
2**16 for anneals, family-wise significance 1e-3. The total variation distance that each test finds
with a probability of 90 % is printed (`pytest -rP`), and asserted to be below 2 %, or 4 % for
anneals.
"""

import math

import dimod
import numpy as np
import pytest

from glauber.host import GlauberSampler, to_arrays
from support.exact import Exact, chi_square

DEVICE = "model:?replicas=512&threads=2"
SIZE = 10
BETA = 0.8
CASES = [{0: 1, 7: -1}, {1: -1, 2: -1, 3: 1}, {0: 1, 2: -1, 4: 1, 6: -1, 8: 1}]
LANES = [1, 8]
SIGNIFICANCE = 1e-3 / (len(CASES) + len(LANES) + 2 + 1)
PLAN = {"beta": BETA, "num_reads": 512, "samples_per_read": 512, "num_sweeps": 400}


def random_problem(seed):
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(SIZE, 1)
    couplings = random.normal(size=len(first)) / math.sqrt(SIZE)
    return dimod.BinaryQuadraticModel.from_numpy_vectors(
        random.normal(size=SIZE) / 2, (first, second, couplings), 0.0, dimod.SPIN
    )


def conditional(bqm, clamped, beta=BETA):
    """The exact law of the free variables, and how many sweeps make samples independent."""
    rest = bqm.copy()
    rest.fix_variables(clamped)
    exact = Exact.of(rest, beta)
    return exact, max(1, math.ceil(math.log(1e-3) / math.log(exact.relaxation())))


def compare(exact, samples, variables, detectable=0.02):
    """The chi-square of samples, shape (samples, n), of which the columns are `variables`."""
    columns = [variables.index(variable) for variable in exact.variables]
    counts = exact.counts(samples[:, columns])
    result = chi_square(counts, exact.probabilities, SIGNIFICANCE)
    print(
        f"{counts.sum()} samples, {result.cells} cells, p {result.p_value:.3g}, "
        f"TV {result.total_variation:.2e}, detectable TV {result.detectable:.2e}"
    )
    assert result.detectable < detectable
    return result.p_value


def draw(bqm, device=DEVICE, **settings):
    with GlauberSampler(device) as sampler:
        return to_arrays(sampler.sample(bqm, **settings))


@pytest.mark.parametrize("clamped", CASES, ids=str)
def test_the_others_follow_the_conditional_distribution(clamped):
    bqm = random_problem(1)
    exact, thin = conditional(bqm, clamped)
    samples, _, variables = draw(bqm, clamped=clamped, thin=thin, seed=1, **PLAN)
    for variable, value in clamped.items():
        assert (samples[:, :, variables.index(variable)] == value).all()
    assert compare(exact, samples.reshape(-1, SIZE), variables) > SIGNIFICANCE


@pytest.mark.parametrize("lanes", LANES)
def test_they_do_whatever_the_lanes(lanes):
    bqm, clamped = random_problem(2), {3: -1, 4: 1, 9: 1}
    exact, thin = conditional(bqm, clamped)
    device = f"{DEVICE}&lanes={lanes}"
    samples, _, variables = draw(bqm, device, clamped=clamped, thin=thin, seed=2, **PLAN)
    assert compare(exact, samples.reshape(-1, SIZE), variables) > SIGNIFICANCE


def test_reads_that_are_clamped_to_different_values_follow_each_their_own():
    bqm = random_problem(3)
    value = np.random.default_rng(1).choice([-1, 1], PLAN["num_reads"])
    thin = max(conditional(bqm, {2: sign, 5: 1})[1] for sign in (-1, 1))
    settings = {"clamped": {2: value, 5: 1}, "thin": thin, "seed": 3}
    samples, _, variables = draw(bqm, **settings, **PLAN)
    for sign in (-1, 1):
        exact, _ = conditional(bqm, {2: sign, 5: 1})
        found = samples[value == sign].reshape(-1, SIZE)
        assert compare(exact, found, variables, 0.03) > SIGNIFICANCE


def test_an_anneal_ends_in_the_conditional_distribution():
    bqm, clamped = random_problem(4), {0: -1, 6: 1}
    exact, thin = conditional(bqm, clamped)
    samples, _, variables = draw(
        bqm,
        clamped=clamped,
        num_reads=1 << 16,
        beta_schedule_type="custom",
        beta_schedule=[0.0, 0.2, 0.5] + [BETA] * thin,
        seed=4,
    )
    assert compare(exact, samples[:, 0], variables, 0.04) > SIGNIFICANCE


@pytest.mark.parametrize(
    "wrong", [{0: 1, 7: 1}, {0: -1, 7: -1}], ids=["another value", "the opposite"]
)
def test_another_clamp_is_found(wrong):
    """The tests above can fail."""
    bqm = random_problem(1)
    exact, thin = conditional(bqm, CASES[0])
    samples, _, variables = draw(bqm, clamped=wrong, thin=thin, seed=1, **PLAN)
    assert compare(exact, samples.reshape(-1, SIZE), variables) < 1e-12


def test_a_temperature_that_is_wrong_by_three_percent_is_found():
    bqm = random_problem(1)
    exact, thin = conditional(bqm, CASES[0])
    settings = PLAN | {"beta": 1.03 * BETA, "clamped": CASES[0], "thin": thin, "seed": 5}
    samples, _, variables = draw(bqm, **settings)
    assert compare(exact, samples.reshape(-1, SIZE), variables) < 1e-6
