"""Keywords of `dwave.samplers`, and when a call ends."""

import datetime
import inspect

import dimod
import numpy as np
import pytest

from glauber.host import GlauberSampler
from glauber.host.errors import OptionError

URL = "model:?lanes=2&replicas=8"
RING = dimod.BQM({}, {(node, (node + 1) % 10): -1.0 for node in range(10)}, "SPIN")


@pytest.fixture(scope="module")
def sampler():
    with GlauberSampler(URL) as opened:
        yield opened


def test_keywords_that_say_what_a_machine_does_are_taken(sampler):
    given = {"num_reads": 8, "num_sweeps": 3, "seed": 1}
    plain = sampler.sample(RING, **given)
    said = sampler.sample(
        RING,
        **given,
        randomize_order=False,
        proposal_acceptance_criteria="Gibbs",
        answer_mode="raw",
    )
    assert np.array_equal(plain.record.sample, said.record.sample)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"randomize_order": True}, "randomize_order is True, but the order of updates is part of"),
        (
            {"proposal_acceptance_criteria": "Glauber"},
            "proposal_acceptance_criteria is 'Glauber'; give 'Gibbs', which is heat bath, or 'Metr",
        ),
        (
            {"answer_mode": "histogram"},
            r"answer_mode is 'histogram', but samples come in the order of the reads, .* aggregate",
        ),
        ({"interrupt_function": 3}, "interrupt_function is 3; give a function without parameters"),
        ({"time_limit": 0}, "time_limit is 0; it must be a positive finite number"),
        ({"time_limit": "long"}, "time_limit is 'long'; it must be a positive finite number"),
        (
            {"time_limit": datetime.timedelta(seconds=-3)},
            "time_limit is -3.0; it must be a positive finite number",
        ),
        ({"time_limit": 10**400}, "time_limit is 1000*; it must be a positive finite number"),
        ({"progress": 5}, "progress is 5; give a function that takes two numbers, done and in"),
        ({"first_read": -1}, "first_read is -1; it must be 0 or more"),
    ],
)
def test_keywords_that_say_something_else_are_refused(sampler, given, text):
    with pytest.raises(OptionError, match=text):
        sampler.sample(RING, **given)


@pytest.mark.parametrize("limit", [1e-9, datetime.timedelta(microseconds=1)])
def test_after_the_time_limit_no_further_reads_are_started(sampler, limit):
    found = sampler.sample(RING, num_reads=50, num_sweeps=5, seed=2, time_limit=limit)
    assert len(found) == found.info["num_reads"] == 8, "one batch of all replicas"
    assert found.info["stopped"]
    whole = sampler.sample(RING, num_reads=50, num_sweeps=5, seed=2)
    assert np.array_equal(found.record.sample, whole.record.sample[:8])


def test_a_call_within_its_time_limit_is_whole(sampler):
    found = sampler.sample(RING, num_reads=50, num_sweeps=5, seed=2, time_limit=1e6)
    assert len(found) == 50
    assert not found.info["stopped"]


def test_a_linear_anneal_may_begin_at_a_beta_of_zero(sampler):
    found = sampler.sample(
        RING, beta_range=(0, 3), beta_schedule_type="linear", num_reads=16, num_sweeps=200, seed=1
    )
    assert found.info["beta_range"] == (0, 3)
    assert found.first.energy == -10


def test_at_a_beta_of_zero_samples_are_uniform(sampler):
    """16,000 spins of +-1 with probability 1/2: the mean is within 5 sigma of 0, or 0.04."""
    bqm = dimod.BQM(dict.fromkeys(range(10), 5.0), {(0, 1): 3.0}, "SPIN")
    found = sampler.sample(
        bqm, beta_schedule_type="custom", beta_schedule=[4, 4, 0], num_reads=1600, seed=1
    )
    assert abs(found.record.sample.mean()) < 0.04
    cold = sampler.sample(
        bqm, beta_schedule_type="custom", beta_schedule=[0, 4, 4], num_reads=1600, seed=1
    )
    assert cold.record.sample.mean() < -0.9


def test_the_info_of_a_fixed_beta_says_what_was_realised(sampler):
    info = sampler.sample(RING, beta=3.0, num_sweeps=2, samples_per_read=4, seed=1).info
    assert (info["beta"], info["samples_per_read"]) == (3.0, 4)
    assert info["beta_schedule_type"] == "fixed"
    scale = info["quantisation"]["scale"]
    assert info["beta_realised"] == scale * 256 / (2 * round(scale * 256 / 6))
    assert abs(info["beta_realised"] / 3 - 1) == pytest.approx(info["beta_error"], rel=1e-2)
    assert "beta" not in sampler.sample(RING, num_sweeps=2, seed=1).info


def test_a_problem_without_variables_has_a_sample_for_each_that_was_asked_for(sampler):
    empty = dimod.BQM({}, {}, 1.0, "SPIN")
    assert len(sampler.sample(empty, beta=1, num_reads=3, samples_per_read=4)) == 12
    assert len(sampler.sample(empty)) == 1


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"beta_schedule_type": "cubic"}, "beta_schedule_type is 'cubic'; use one of geometric"),
        ({"beta_range": (-1, 1)}, "beta_range is -1 to 1; give two finite numbers"),
        ({"beta": 1, "num_sweeps": 0}, "num_sweeps is 0; it must be 1 or more"),
        ({"initial_states_generator": "cold"}, "initial_states_generator is 'cold'; use one of"),
        ({"initial_states": [{"a": 1}]}, "initial_states have 'a', which is no variable"),
        ({"clamped": {"a": 1}}, "clamped has 'a', which is no variable of the problem"),
    ],
)
def test_a_problem_without_variables_does_not_hide_what_is_not_legal(sampler, given, text):
    with pytest.raises(OptionError, match=text):
        sampler.sample(dimod.BQM("SPIN"), **given)


def test_defaults_are_those_of_simulated_annealing_but_for_the_rule():
    samplers = pytest.importorskip("dwave.samplers", reason="needs dwave-samplers")
    ours, theirs = (
        inspect.signature(kind.sample).parameters
        for kind in (GlauberSampler, samplers.SimulatedAnnealingSampler)
    )
    differing = {
        name
        for name, parameter in theirs.items()
        if parameter.kind is not parameter.VAR_KEYWORD and ours[name].default != parameter.default
    }
    assert differing == {"proposal_acceptance_criteria"}
