"""Averages that the machine counts follow the exact ones, with variables clamped and without.

Samples are so many sweeps apart that they are independent, and what they are averaged over is
random bits: so the standard error of an average `m` of N samples is `sqrt((1 - m**2) / N)`. A test
of all averages fails if the largest of their z is beyond `largest_z`, of which the probability is
at most SIGNIFICANCE; DETECTABLE is the bias of one average that it finds with a probability of at
least 90 %.
"""

import math

import dimod
import numpy as np
import pytest
from scipy import stats

from glauber.host import GlauberSampler
from support.exact import Exact
from support.power import largest_z

SIGNIFICANCE = 1e-4
POWER = 0.9
DETECTABLE = 0.03
BETA = 1.0
SIZE = 9
DEVICE = "model:?replicas=1024&lanes=4"
BATCHES = 8
WALKS = 12
SAMPLES = BATCHES * WALKS * 1024
CASES = [{}, {0: 1}, {2: -1, 5: 1, 7: 1}]


def random_problem(seed):
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(SIZE, 1)
    couplings = random.normal(size=len(first)) / 3
    return dimod.BQM.from_numpy_vectors(
        random.normal(size=SIZE) / 3, (first, second, couplings), 0.0, dimod.SPIN
    )


def exact_averages(bqm, clamped, beta=BETA):
    """Of every spin and every product, and how many sweeps make samples independent."""
    rest = bqm.copy()
    rest.fix_variables(clamped)
    exact = Exact.of(rest, beta)
    states = np.arange(len(exact.probabilities))
    spins = {
        variable: 2 * (states >> place & 1) - 1 for place, variable in enumerate(exact.variables)
    }
    spins |= {variable: np.full(len(states), value) for variable, value in clamped.items()}
    means = {variable: exact.probabilities @ spins[variable] for variable in bqm.variables}
    pairs = {(u, v): exact.probabilities @ (spins[u] * spins[v]) for u, v in bqm.quadratic}
    return means | pairs, max(1, math.ceil(math.log(1e-3) / math.log(exact.relaxation())))


def count(bqm, thin, device=DEVICE, beta=BETA, **settings):
    with GlauberSampler(device) as sampler:
        found = sampler.moments(
            bqm, beta=beta, walks=WALKS, burn_in=2 * thin, thin=thin, **settings
        )
    assert found.samples == SAMPLES
    return found


def deviations(found, exact):
    """z of all averages that are not fixed by clamped variables; these must be exact."""
    measured = found.mean_by_label | found.correlation_by_labels
    assert set(measured) == set(exact)
    zs = []
    for label, mean in exact.items():
        if abs(mean) > 1 - 1e-12:
            assert measured[label] == pytest.approx(mean, abs=1e-12)
            continue
        error = math.sqrt((1 - mean**2) / SAMPLES)
        zs.append((measured[label] - mean) / error)
    return np.array(zs)


def check_power(number):
    bias = (largest_z(number, SIGNIFICANCE) + float(stats.norm.ppf(POWER))) / math.sqrt(SAMPLES)
    print(f"{number} averages of {SAMPLES} samples, detectable bias {bias:.2e}")
    assert bias < DETECTABLE


@pytest.mark.parametrize("clamped", CASES, ids=str)
def test_averages_are_those_of_the_boltzmann_distribution(clamped):
    bqm = random_problem(1)
    exact, thin = exact_averages(bqm, clamped)
    zs = deviations(count(bqm, thin, clamped=clamped or None, seed=1), exact)
    check_power(len(zs))
    assert np.abs(zs).max() < largest_z(len(zs), SIGNIFICANCE)


def test_a_problem_that_stays_loaded_has_them_whether_clamped_or_not():
    bqm, clamped = random_problem(2), CASES[2]
    cases = {frozenset(): {}, frozenset(clamped): clamped}
    with GlauberSampler(DEVICE) as sampler:
        loaded = sampler.load(bqm, beta=BETA, clampable=clamped, slots_per_coupling=16, seed=3)
        for values in cases.values():
            exact, thin = exact_averages(bqm, values)
            if values:
                loaded.clamp(values)
            loaded.sweep(2 * thin)
            found = loaded.moments(BATCHES * WALKS, thin)
            assert found.samples == SAMPLES
            measured = found.mean_by_label | found.correlation_by_labels
            measured |= {(v, u): mean for (u, v), mean in found.correlation_by_labels.items()}
            zs = [
                (measured[label] - mean) / math.sqrt((1 - mean**2) / SAMPLES)
                for label, mean in exact.items()
                if abs(mean) < 1 - 1e-12
            ]
            assert np.abs(zs).max() < largest_z(len(zs), SIGNIFICANCE)


def test_standard_errors_are_as_large_as_the_errors():
    """The mean square of reported over exact errors is 1 with a spread that averages tell."""
    bqm = random_problem(3)
    exact, thin = exact_averages(bqm, {})
    found = count(bqm, thin, seed=5)
    errors = np.concatenate([found.mean_errors, found.correlation_errors])
    means = np.array(list(exact.values()))
    ratio = errors**2 / ((1 - means**2) / SAMPLES)
    # Of one average, chi-square with BATCHES - 1 degrees of freedom; all together have no fewer.
    low, high = stats.chi2.ppf([SIGNIFICANCE / 2, 1 - SIGNIFICANCE / 2], BATCHES - 1)
    assert low / (BATCHES - 1) < ratio.mean() < high / (BATCHES - 1)


def test_a_temperature_that_is_wrong_by_five_percent_is_found():
    """The tests above can fail."""
    bqm = random_problem(1)
    exact, thin = exact_averages(bqm, {})
    zs = deviations(count(bqm, thin, beta=1.05 * BETA, seed=1), exact)
    assert np.abs(zs).max() > largest_z(len(zs), SIGNIFICANCE)
