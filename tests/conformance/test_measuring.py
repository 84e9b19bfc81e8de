"""What a machine measures by itself is the same on every device, and what its samples say."""

import numpy as np
import pytest

from glauber.host import GlauberSampler
from support.problems import random_bqm

BQM = random_bqm(50, 4, 21)
CLAMPED = {"clamped": {next(iter(BQM.variables)): -1}}


def both(url, model_url, call):
    """What a call of a sampler gives on the device and on the model."""
    found = []
    for each in (url, model_url):
        with GlauberSampler(each) as sampler:
            found.append(call(sampler))
    return found


@pytest.mark.parametrize("more", [{}, CLAMPED], ids=["free", "clamped"])
def test_moments_are_those_of_the_model_and_of_the_samples(url, model_url, more):
    settings = {"beta": 0.2, "num_reads": 8, "seed": 5, **more}
    device, model = both(
        url,
        model_url,
        lambda sampler: sampler.moments(BQM, burn_in=7, walks=12, thin=2, **settings),
    )
    assert (device.means == model.means).all()
    assert (device.correlations == model.correlations).all()
    with GlauberSampler(url) as sampler:
        drawn = sampler.sample(BQM, num_sweeps=7, samples_per_read=12, thin=2, **settings)
    order = [drawn.variables.index(variable) for variable in device.variables]
    samples = drawn.record.sample.astype(np.int64)
    ends = [[drawn.variables.index(end) for end in pair] for pair in device.interactions]
    products = np.stack([samples[:, first] * samples[:, second] for first, second in ends], axis=1)
    for averages, counted in ((device.means, samples[:, order]), (device.correlations, products)):
        sums = averages * len(samples)
        assert np.abs(sums - np.rint(sums)).max() < 1e-9
        assert (np.rint(sums) == counted.sum(axis=0)).all()


def test_the_best_states_are_those_of_the_model(url, model_url):
    device, model = both(
        url,
        model_url,
        lambda sampler: sampler.anneal_best(
            BQM, num_reads=16, num_sweeps=24, measure_every=3, seed=6
        ),
    )
    for column in ("sample", "energy", "sweeps"):
        assert (device.record[column] == model.record[column]).all()


@pytest.mark.parametrize("stop", ["call", "batch", "never"])
def test_a_target_ends_a_run_in_the_same_sweep(url, model_url, stop):
    with GlauberSampler(model_url) as sampler:
        target = sampler.anneal_best(BQM, num_reads=8, num_sweeps=40, seed=8).first.energy
    device, model = both(
        url,
        model_url,
        lambda sampler: sampler.anneal_to_target(
            BQM, target=target, num_reads=32, num_sweeps=40, measure_every=2, stop=stop, seed=9
        ),
    )
    assert model.record.reached.any()
    for column in ("sample", "energy", "reached", "sweeps"):
        assert (device.record[column] == model.record[column]).all()
    assert device.info["cycles"] == model.info["cycles"]


def test_a_loaded_problem_learns_alike(url, model_url):
    visible = list(BQM.variables)[:5]

    def learn(sampler):
        found = []
        loaded = sampler.load(BQM, clampable=visible, beta=0.3, largest=101, seed=3)
        for step in range(3):
            values = np.random.default_rng(step).choice([-1, 1], (loaded.replicas, 5))
            loaded.clamp(dict(zip(visible, values.T, strict=True)))
            loaded.sweep(4)
            positive = loaded.moments(walks=3)
            loaded.release()
            negative = loaded.moments(walks=3)
            found += [positive.correlations, negative.correlations, loaded.energies()]
            change = np.sign(positive.correlations - negative.correlations).tolist()
            loaded.update(quadratic=dict(zip(loaded.interactions, change, strict=True)))
        return np.concatenate(found)

    device, model = both(url, model_url, learn)
    assert (device == model).all()
