"""Real instances with best-known results, read from a data folder beside the checkout."""

from pathlib import Path

import pytest

from glauber.host import GlauberSampler, read_problem

DATA = Path(__file__).parents[3] / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the instances are not part of the project; there is no {DATA.name}"
)


@pytest.fixture(scope="module")
def sampler():
    with GlauberSampler("model:") as device:
        yield device


@pytest.mark.parametrize(
    ("name", "least"), [("G1", 11_600), ("G14", 0.995 * 3064), ("G22", 0.995 * 13_359)]
)
def test_cuts_are_near_the_best_known(sampler, name, least):
    problem = read_problem(DATA / "maxcut" / f"{name}.txt")
    sampleset = sampler.sample(problem.bqm, num_reads=64, num_sweeps=1000, seed=1)
    assert problem.total_weight is not None
    assert (problem.total_weight - sampleset.record["energy"].min()) / 2 >= least


def test_the_ground_energy_of_a_spin_glass_is_reached():
    """A read reaches it in 1.2 % of the cases (19 of 1,536), so 768 reads miss it with 7e-5."""
    problem = read_problem(DATA / "spinglass" / "ea3d_L08_0000.txt", "ising")
    with GlauberSampler("model:?replicas=256&threads=2") as sampler:
        sampleset = sampler.sample(problem.bqm, num_reads=768, num_sweeps=5000, seed=1)
    assert sampleset.record["energy"].min() == -858
