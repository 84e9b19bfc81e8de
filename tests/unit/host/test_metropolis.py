"""The rule of Metropolis on the host: keywords, programs, and what it samples."""

import inspect
from typing import Any

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import decode_row
from glauber.hdl.facts.registers import Register
from glauber.hdl.facts.rules import Mode
from glauber.host import GlauberSampler
from glauber.host.compile import IsingProblem, Needs, compile_measured, compile_problem, quantise
from glauber.host.device import Device
from glauber.host.errors import OptionError
from glauber.sim.model.endpoint import Endpoint
from support.measured import MACHINE, random_bqm

METROPOLIS: dict[str, Any] = {"proposal_acceptance_criteria": "Metropolis"}


@pytest.fixture(scope="module")
def sampler():
    with GlauberSampler(MACHINE) as opened:
        yield opened


def mode_of(device: Device) -> int:
    assert isinstance(device.link.transport, Endpoint)
    return int(device.link.transport.machine.read(int(Register.MODE), 1)[1][0])


def test_the_rule_is_that_of_the_call_and_of_no_other(sampler):
    bqm = random_bqm(1)
    settings: dict[str, Any] = {"num_reads": 8, "num_sweeps": 20, "seed": 1}
    plain = sampler.sample(bqm, **settings)
    assert mode_of(sampler.device) == Mode.HEAT_BATH
    other = sampler.sample(bqm, **settings, **METROPOLIS)
    assert mode_of(sampler.device) == Mode.METROPOLIS
    again = sampler.sample(bqm, **settings, proposal_acceptance_criteria="Gibbs")
    assert mode_of(sampler.device) == Mode.HEAT_BATH
    assert np.array_equal(plain.record.sample, again.record.sample)
    assert not np.array_equal(plain.record.sample, other.record.sample)
    assert plain.info["proposal_acceptance_criteria"] == "Gibbs"
    assert other.info["proposal_acceptance_criteria"] == "Metropolis"


def test_samples_follow_the_boltzmann_law(sampler):
    bqm = dimod.BQM({"a": 0.4, "b": -0.3}, {"ab": 0.7, "bc": -0.5, "ca": 0.6}, "SPIN")
    drawn = sampler.sample(
        bqm,
        beta=0.6,
        num_reads=512,
        num_sweeps=30,
        samples_per_read=40,
        thin=3,
        seed=4,
        **METROPOLIS,
    )
    states = drawn.record.sample[:, [drawn.variables.index(name) for name in "abc"]]
    counts = np.bincount((states > 0) @ [1, 2, 4], minlength=8)
    all_states = np.array([[1 if n >> bit & 1 else -1 for bit in range(3)] for n in range(8)])
    weights = np.exp(-0.6 * bqm.energies((all_states, "abc")))
    expected = weights / weights.sum() * len(states)
    # Chains of 40 samples, 3 sweeps apart: four times the variance of independent ones is ample.
    assert (np.abs(counts - expected) < 5 * np.sqrt(4 * expected)).all()


def test_averages_and_best_states_are_measured_by_this_rule_too(sampler):
    bqm = random_bqm(2)
    settings: dict[str, Any] = {"beta": 0.1, "num_reads": 16, "seed": 5, **METROPOLIS}
    found = sampler.moments(bqm, burn_in=4, walks=6, thin=2, **settings)
    drawn = sampler.sample(bqm, num_sweeps=4, samples_per_read=6, thin=2, **settings)
    order = [drawn.variables.index(variable) for variable in found.variables]
    assert found.means == pytest.approx(drawn.record.sample[:, order].mean(axis=0), abs=1e-12)
    best = sampler.anneal_best(bqm, num_reads=8, num_sweeps=40, seed=1, **METROPOLIS)
    last = sampler.sample(bqm, num_reads=8, num_sweeps=40, seed=1, **METROPOLIS)
    assert (best.record.energy <= last.record.energy).all()
    loaded = sampler.load(bqm, beta=0.3, seed=1, **METROPOLIS)
    assert mode_of(sampler.device) == Mode.METROPOLIS
    loaded.sweep(3)
    assert np.unique(loaded.states()).tolist() == [-1, 1]


def test_at_a_beta_of_zero_a_step_draws_states_as_ever(sampler):
    drawn = sampler.sample(
        random_bqm(1),
        num_reads=256,
        beta_schedule_type="custom",
        beta_schedule=[1.0, 0.0],
        seed=1,
        **METROPOLIS,
    )
    assert np.abs(drawn.record.sample.mean(axis=0)).max() < 5 / np.sqrt(256)


def test_without_a_field_a_state_turns_over_in_every_sweep(sampler):
    bqm = dimod.BQM({"alone": 0, "a": 0}, {"ab": 1}, "SPIN")
    drawn = sampler.sample(
        bqm, beta=0.5, num_reads=8, num_sweeps=2, samples_per_read=6, seed=1, **METROPOLIS
    )
    alone = drawn.record.sample[:, drawn.variables.index("alone")].reshape(8, 6)
    assert (alone[:, 1:] == -alone[:, :-1]).all()
    assert "deterministic" in (inspect.getdoc(GlauberSampler.sample) or "")


@pytest.mark.parametrize("criteria", ["metropolis", None, ["Gibbs"], 3])
def test_another_rule_is_refused(sampler, criteria):
    message = (
        "proposal_acceptance_criteria is .*; give 'Gibbs', which is heat bath, or 'Metropolis'"
    )
    with pytest.raises(OptionError, match=message):
        sampler.sample(random_bqm(1), proposal_acceptance_criteria=criteria)
    with pytest.raises(OptionError, match=message):
        sampler.load(random_bqm(1), beta=1, proposal_acceptance_criteria=criteria)


def test_a_device_without_the_rule_is_named_with_a_remedy():
    url = f"{MACHINE}&abilities=loops,scores"
    with GlauberSampler(url) as sampler:
        with pytest.raises(OptionError) as caught:
            sampler.sample(random_bqm(1), num_sweeps=5, **METROPOLIS)
        text = str(caught.value)
        assert text.startswith("the rule of Metropolis needs the ability METROPOLIS, which model:")
        assert "model:?abilities=all" in text
        assert "glauber build BOARD --set abilities=metropolis" in text
        assert len(sampler.sample(random_bqm(1), num_sweeps=5))


def first_slots(program):
    """For each row of a sweep, the slots from its last one to its first in the next sweep."""
    lengths = np.array([decode_row(int(word))[0] for word in program.rows[: program.sweep_rows]])
    return lengths.sum() - lengths + 1, lengths


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9, 30])
@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize("write_bits", [8, 32])
def test_a_row_finds_its_own_last_states(size, lanes, write_bits):
    params = MachineParams(lanes=lanes, replicas=32, write_bits=write_bits)
    random = np.random.default_rng(size)
    bqm = dimod.BQM("SPIN")
    for spin in range(size):
        bqm.add_linear(spin, float(random.integers(-3, 4)))
        if spin % 2:
            bqm.add_quadratic(spin, spin - 1, 1)
    problem = IsingProblem.from_bqm(bqm)
    values = quantise(problem, params, 0.1)
    for compiled in (
        compile_problem(problem, values, params, 1, Mode.METROPOLIS),
        compile_measured(problem, values, params, Needs(), 1, Mode.METROPOLIS),
    ):
        distance, _ = first_slots(compiled)
        assert distance.min() >= params.hazard
        assert compiled.mode is Mode.METROPOLIS
    plain = compile_problem(problem, values, params)
    assert plain.mode is Mode.HEAT_BATH
    longer = first_slots(compile_problem(problem, values, params, 1, Mode.METROPOLIS))[1]
    if first_slots(plain)[0].min() >= params.hazard:
        assert longer.tolist() == first_slots(plain)[1].tolist()


def test_rows_before_those_that_may_be_clamped_find_theirs_too():
    params = MachineParams(lanes=4, replicas=8)
    bqm = dimod.BQM({}, {(0, 1): 1, (1, 2): 1, (0, 3): -1}, "SPIN")
    problem = IsingProblem.from_bqm(bqm)
    values = quantise(problem, params, 0.1)
    for last in ([False, True, True, True], [True, False, True, True], [False, False, True, False]):
        program = compile_measured(
            problem, values, params, Needs(), mode=Mode.METROPOLIS, last=np.array(last)
        )
        lengths = first_slots(program)[1]
        short = lengths[: program.short_rows]
        assert len(short) >= 2
        assert (short.sum() - short + 1).min() >= params.hazard
        assert (lengths.sum() - lengths + 1).min() >= params.hazard
        rows = program.pbits // params.lanes
        assert (rows[~np.array(last)] < program.short_rows).all()
        assert (rows[np.array(last)] >= program.short_rows).all()


def test_a_clamped_problem_that_loads_a_single_row_samples(sampler):
    bqm = dimod.BQM({}, {"ab": 1, "bc": 1}, "SPIN")
    loaded = sampler.load(bqm, beta=2.0, clampable=["a", "c"], seed=1, **METROPOLIS)
    loaded.clamp({"a": 1, "c": 1})
    loaded.sweep(40)
    assert (loaded.states()[:, loaded.variables.index("b")] == -1).all()
