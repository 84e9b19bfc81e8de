"""The effective beta: right on what the machine draws, with an error that is right too.

Estimates at five temperatures of three kinds of problems are within the error of the beta that was
asked for, family-wise significance 1e-3; each finds a temperature that is 4 % off with a
probability of 99 % or more. The errors are checked by the spread of 128 independent estimates.
"""

from typing import Any

import dimod
import numpy as np
import pytest
from scipy import stats

from glauber.host import GlauberSampler, effective_beta, to_arrays
from glauber.host.errors import InputError
from support.power import largest_z

DEVICE = "model:?replicas=64&threads=2"
SIGNIFICANCE = 1e-3


def random_problem(size, degree, seed):
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(size, 1)
    used = random.random(len(first)) < degree / (size - 1)
    couplings = random.normal(size=int(used.sum()))
    biases = random.normal(size=size) / 2
    return dimod.BinaryQuadraticModel.from_numpy_vectors(
        biases, (first[used], second[used], couplings), 0.0, dimod.SPIN
    )


RING = dimod.BQM({}, {(node, (node + 1) % 100): -1.0 for node in range(100)}, "SPIN")
PROBLEMS = {
    "ring": RING,
    "glass": random_problem(200, 4, 1),
    "qubo": random_problem(100, 6, 2).change_vartype(dimod.BINARY, inplace=False),
}
BETAS = [0.2, 0.4, 0.7, 1.0, 1.5]
BOUND = largest_z(len(PROBLEMS) * len(BETAS) + 2, SIGNIFICANCE)


def draw(bqm, beta, seed=1, **settings):
    plan: dict[str, Any] = {"num_reads": 256, "num_sweeps": 400, "samples_per_read": 40, "thin": 5}
    plan |= settings
    with GlauberSampler(DEVICE) as sampler:
        return sampler.sample(bqm, beta=beta, seed=seed, **plan)


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("name", PROBLEMS)
def test_it_is_the_beta_that_was_asked_for(name, beta):
    bqm = PROBLEMS[name]
    found = effective_beta(draw(bqm, beta), bqm)
    z = (found.beta - beta) / found.error
    print(f"{name}, beta {beta}: {found.beta:.5f} +- {found.error:.5f}, z {z:.2f}")
    assert abs(z) < BOUND
    # A bias of 4 % is (bound + z of 99 %) errors or more.
    assert (BOUND + stats.norm.ppf(0.99)) * found.error < 0.04 * beta


def test_a_beta_that_is_two_percent_off_is_found():
    found = effective_beta(draw(PROBLEMS["glass"], 1.02 * 0.6), PROBLEMS["glass"])
    assert (found.beta - 0.6) / found.error > BOUND


def test_clamped_variables_do_not_count():
    bqm = PROBLEMS["glass"]
    clamped = {node: 1 if node % 3 else -1 for node in range(80)}
    draws = draw(bqm, 0.6, clamped=clamped)
    found = effective_beta(draws, bqm)
    assert abs(found.beta - 0.6) / found.error < BOUND
    wrong = effective_beta(draws, bqm, clamped=())
    assert abs(wrong.beta - 0.6) / wrong.error > 20


def test_few_long_reads_have_an_error_too():
    bqm = PROBLEMS["glass"]
    draws = draw(bqm, 0.6, num_reads=2, samples_per_read=1000, thin=10)
    found = effective_beta(draws, bqm)
    assert abs(found.beta - 0.6) / found.error < BOUND
    assert found.error < 0.02


@pytest.mark.parametrize("reads", [1, 32])
def test_its_error_is_that_of_its_spread(reads):
    """128 z of independent estimates, of a single read each or of 32.

    Under the hypothesis the sum of their squares follows chi-square, but for Student's 31 degrees
    of freedom: 7 % more. Two-sided significance 1e-3; errors that are wrong by 25 % are found with
    a probability of 90 % or so.
    """
    beta, count = 0.5, 128
    bqm = random_problem(30, 4, 3)
    each = 320 if reads == 1 else 10
    settings = {"num_reads": reads * count, "samples_per_read": each, "num_sweeps": 200}
    draws = draw(bqm, beta, **settings)
    rows = draws.record.sample.reshape(count, reads * each, -1)
    found = [
        effective_beta(
            dimod.SampleSet.from_samples_bqm(
                (part, draws.variables), bqm, info=draws.info | {"num_reads": reads}
            ),
            bqm,
        )
        for part in rows
    ]
    z = np.array([(one.beta - beta) / one.error for one in found])
    low, high = stats.chi2.isf([1 - SIGNIFICANCE / 2, SIGNIFICANCE / 2], count) / count
    print(f"mean z {z.mean():.3f}, mean square {np.mean(z**2):.3f}, {low:.3f} to {high:.3f}")
    assert low < np.mean(z**2) / 1.07 < high


def test_it_agrees_with_the_estimate_of_dwave_system():
    temperatures = pytest.importorskip("dwave.system.temperatures", reason="needs dwave-system")
    for name, bqm in PROBLEMS.items():
        draws = draw(bqm, 0.7, num_reads=40, samples_per_read=2)
        theirs, _ = temperatures.maximum_pseudolikelihood_temperature(bqm, draws)
        assert effective_beta(draws, bqm).beta == pytest.approx(1 / theirs, rel=1e-6), name


def test_the_scale_of_the_problem_does_not_matter():
    bqm = PROBLEMS["glass"]
    draws = draw(bqm, 0.6, num_reads=40, samples_per_read=2)
    plain = effective_beta(draws, bqm)
    for factor in (1e-6, 1e6):
        scaled = bqm.copy()
        scaled.scale(factor)
        found = effective_beta(draws, scaled)
        assert found.beta * factor == pytest.approx(plain.beta)
        assert found.error * factor == pytest.approx(plain.error)


class TestWhatIsRefused:
    def test_too_few_samples(self):
        draws = draw(RING, 0.5, num_reads=3, samples_per_read=10)
        with pytest.raises(InputError, match="there are 30 samples of 3 reads; an effective beta"):
            effective_beta(draws, RING)

    def test_a_problem_without_couplings(self):
        free = dimod.BQM(dict.fromkeys(range(4), 0.0), {}, "SPIN")
        with pytest.raises(InputError, match="no variable has a field, so the samples do not depe"):
            effective_beta(draw(free, 0.5), free)

    @pytest.mark.parametrize(("beta", "factor", "side"), [(9, 1, "against"), (9, -1, "along")])
    def test_samples_at_no_temperature(self, beta, factor, side):
        bqm = dimod.BQM({"a": 1.0, "b": -2.0}, {}, "SPIN")
        draws = draw(bqm, beta)
        bqm.scale(factor)
        with pytest.raises(InputError, match=f"no variable points {side} its field in any sample"):
            effective_beta(draws, bqm)

    def test_another_problem(self):
        draws = draw(RING, 0.5)
        other = dimod.BQM({"a": 1.0}, {}, "SPIN")
        with pytest.raises(InputError, match="the sample set and the problem have different varia"):
            effective_beta(draws, other)
        with pytest.raises(InputError, match="the 7 rows of this sample set are not the reads"):
            effective_beta(draws.truncate(7), RING)

    def test_samples_that_prefer_high_energies_have_a_negative_beta(self):
        draws = draw(RING, 0.3)
        flipped = RING.copy()
        flipped.scale(-1)
        plain, negative = effective_beta(draws, RING), effective_beta(draws, flipped)
        assert negative.beta == pytest.approx(-plain.beta)
        assert to_arrays(draws).energies.mean() < 0
