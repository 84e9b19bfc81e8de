"""Metropolis, and exchanges of temperatures, are the same on every device."""

from typing import Any

import pytest

from glauber.host import GlauberSampler
from support.problems import random_bqm

# What is between host and gates is the same for all calls: other files go through it.
pytestmark = pytest.mark.parametrize(
    "url",
    ["rtl", *(pytest.param(line, marks=pytest.mark.study) for line in ("socket", "serial"))],
    indirect=True,
)
BQM = random_bqm(50, 4, 21)
METROPOLIS: dict[str, Any] = {"proposal_acceptance_criteria": "Metropolis"}
BETAS = (0.1, 0.05, 0.03, 0.02)


def both(url, model_url, call):
    """What a call of a sampler gives on the device and on the model."""
    found = []
    for each in (url, model_url):
        with GlauberSampler(each) as sampler:
            found.append(call(sampler))
    return found


@pytest.mark.parametrize("more", [{}, {"clamped": {0: 1, 1: -1}}], ids=["free", "clamped"])
def test_samples_of_metropolis_are_those_of_the_model(url, model_url, more):
    device, model = both(
        url,
        model_url,
        lambda sampler: sampler.sample(
            BQM, num_reads=16, num_sweeps=30, seed=3, **METROPOLIS, **more
        ),
    )
    assert (device.record.sample == model.record.sample).all()
    assert device.info["cycles"] == model.info["cycles"]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_short_sweeps_of_metropolis_are_those_of_the_model(url, model_url, size):
    """Rows that come so soon again that they must wait for their own states."""
    small = random_bqm(size, size - 1, 4)
    settings: dict[str, Any] = {
        "beta": 0.01,
        "num_reads": 8,
        "num_sweeps": 3,
        "samples_per_read": 6,
        "seed": 2,
    }
    device, model = both(
        url, model_url, lambda sampler: sampler.sample(small, **settings, **METROPOLIS)
    )
    assert (device.record.sample == model.record.sample).all()


@pytest.mark.parametrize("rule", ["Gibbs", "Metropolis"])
def test_ladders_are_those_of_the_model(url, model_url, rule):
    def run(sampler):
        found = sampler.temper(
            BQM,
            betas=BETAS,
            num_sweeps=40,
            sweeps_per_exchange=4,
            proposal_acceptance_criteria=rule,
            seed=5,
            return_states=True,
        )
        states = found.info["tempering"].pop("states")
        return found, states

    (device, states), (model, expected) = both(url, model_url, run)
    for column in ("sample", "energy", "sweeps"):
        assert (device.record[column] == model.record[column]).all()
    assert (states == expected).all()
    assert device.info["tempering"] == model.info["tempering"]
    assert sum(map(sum, model.info["tempering"]["accepted"])) > 0
    assert device.info["cycles"] == model.info["cycles"]


def test_a_target_ends_tempering_in_the_same_sweep(url, model_url):
    with GlauberSampler(model_url) as sampler:
        target = sampler.temper(BQM, betas=BETAS, num_sweeps=40, seed=8).first.energy
    device, model = both(
        url,
        model_url,
        lambda sampler: sampler.temper(BQM, betas=BETAS, target=target, num_sweeps=60, seed=9),
    )
    for column in ("sample", "energy", "reached", "sweeps"):
        assert (device.record[column] == model.record[column]).all()
    assert device.info["num_sweeps"] == model.info["num_sweeps"]
    assert device.info["cycles"] == model.info["cycles"]


def test_rungs_are_tuned_alike_and_go_on(url, model_url):
    def run(sampler):
        tempered = sampler.load_ladder(BQM, num_rungs=4, sweeps_per_exchange=2, seed=3)
        samples = list(tempered.samples(3))
        return (
            tempered.betas.tolist(),
            [sample.states.tolist() for sample in samples],
            [sample.energies.tolist() for sample in samples],
            [sample.replicas.tolist() for sample in samples],
        )

    device, model = both(url, model_url, run)
    assert device == model
