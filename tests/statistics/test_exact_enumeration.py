"""The model samples the Boltzmann distribution: chi-square against exact enumeration.

Eight random problems with real couplings and biases, and one of them on every noise source in an
order that is hard on weak ones; 2**20 samples each. Family-wise significance 1e-3. Samples of a
chain are so many sweeps apart that their correlation is below 1e-3. The total variation distance
and what the test could have seen with a probability of 90 % are printed (`pytest -rP`).
"""

import math

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.generators import Source
from glauber.host import GlauberSampler
from support.exact import Exact, chi_square
from support.sound import SOUND, SOUND_CASES

DEVICE = "model:?replicas=512&threads=2"
READS = 512
SAMPLES_PER_READ = 2048
CASES = [(8, 0.2), (9, 0.5), (10, 0.8), (12, 0.3), (10, 1.2), (11, 1.0), (8, 2.0), (12, 2.0)]
# The words of a generator follow each other closely here; see test_ising_energy.
CLOSE = "model:?replicas=512&threads=2&lanes=8&draws=1&source="
WEAK = [source for source in Source if not source.sound]
SIGNIFICANCE = 1e-3 / (len(CASES) + len(SOUND))


def random_problem(size: int, seed: int) -> dimod.BinaryQuadraticModel:
    """Couplings and biases from a normal distribution, scaled as in the SK model."""
    random = np.random.default_rng(seed)
    first, second = np.triu_indices(size, 1)
    couplings = random.normal(size=len(first)) / math.sqrt(size)
    return dimod.BinaryQuadraticModel(
        dict(enumerate((random.normal(size=size) / 2).tolist())),
        {
            (int(i), int(j)): float(value)
            for i, j, value in zip(first, second, couplings, strict=True)
        },
        "SPIN",
    )


def draw(bqm, beta, thin, seed, device=DEVICE):
    with GlauberSampler(device) as sampler:
        sampleset = sampler.sample(
            bqm,
            beta=beta,
            num_reads=READS,
            num_sweeps=20 * thin,
            samples_per_read=SAMPLES_PER_READ,
            thin=thin,
            seed=seed,
        )
    return np.asarray(sampleset.record.sample, np.int8)


def sweeps_apart(exact: Exact) -> int:
    thin = math.ceil(math.log(1e-3) / math.log(exact.relaxation()))
    assert thin <= 200, "this problem mixes too slowly for the test"
    return max(1, thin)


def compare(size, beta, device=DEVICE):
    """The chi-square of a random problem's samples, of which there are 2**20."""
    bqm = random_problem(size, size)
    exact = Exact.of(bqm, beta)
    thin = sweeps_apart(exact)
    counts = exact.counts(draw(bqm, beta, thin, seed=size, device=device))
    result = chi_square(counts, exact.probabilities, SIGNIFICANCE)
    print(
        f"n {size}, beta {beta}, {device}: {counts.sum()} samples {thin} sweeps apart, "
        f"{result.cells} cells, p {result.p_value:.3g}, TV {result.total_variation:.2e}, "
        f"detectable TV {result.detectable:.2e}"
    )
    assert counts.sum() >= 10**6
    return result


@pytest.mark.parametrize(("size", "beta"), CASES)
def test_samples_follow_the_boltzmann_distribution(size, beta):
    assert compare(size, beta).p_value > SIGNIFICANCE


@pytest.mark.parametrize("source", SOUND_CASES)
def test_they_do_with_every_sound_source(source):
    assert compare(10, 0.8, CLOSE + source.name.lower()).p_value > SIGNIFICANCE


@pytest.mark.parametrize("source", WEAK, ids=lambda source: source.name.lower())
def test_a_weak_source_is_caught(source):
    assert compare(10, 0.8, CLOSE + source.name.lower()).p_value < 1e-12


def test_a_temperature_that_is_wrong_by_two_percent_is_found():
    """The test above can fail."""
    size, beta = 10, 0.8
    bqm = random_problem(size, size)
    thin = sweeps_apart(Exact.of(bqm, beta))
    counts = Exact.of(bqm, beta).counts(draw(bqm, 1.02 * beta, thin, seed=3))
    result = chi_square(counts, Exact.of(bqm, beta).probabilities, SIGNIFICANCE)
    assert result.p_value < 1e-6
