"""Parallel tempering as a user calls it."""

import itertools
from typing import Any

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.regions import Region
from glauber.host import GlauberSampler
from glauber.host.errors import DeviceLostError, MeasurementError, OptionError
from support.exact import chi_square
from support.measured import MACHINE, random_bqm, spoil

BETAS = (0.5, 0.3, 0.2, 0.1)


@pytest.fixture(scope="module")
def sampler():
    with GlauberSampler(MACHINE) as opened:
        yield opened


def everything(sampleset):
    record = sampleset.record
    return record.sample.tolist(), record.energy.tolist(), record.sweeps.tolist()


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_a_ladder_gives_its_best_state(sampler, vartype):
    bqm = random_bqm(3, vartype=vartype)
    found = sampler.temper(bqm, betas=BETAS, num_sweeps=200, seed=1, return_states=True)
    assert len(found) == 2
    assert found.vartype.name == vartype
    assert found.record.energy == pytest.approx(bqm.energies(found))
    info = found.info["tempering"]
    assert (info["num_rungs"], info["num_ladders"], info["exchanges"]) == (4, 2, 40)
    assert info["attempts"] == [[20, 20, 20]] * 2
    assert info["betas"] == pytest.approx(BETAS, rel=0.01)
    assert info["acceptance"] == pytest.approx(np.sum(info["accepted"], 0) / 40)
    assert sorted(np.ravel(info["replicas"])) == list(range(8))
    assert all(
        set(ladder) == set(range(4 * n, 4 * n + 4)) for n, ladder in enumerate(info["replicas"])
    )
    spins = info["states"]
    assert spins.shape == (2, 4, bqm.num_variables)
    values = (spins + 1) // 2 if vartype == "BINARY" else spins
    energies = bqm.energies((values.reshape(8, -1), list(bqm.variables)))
    assert energies.reshape(2, 4) == pytest.approx(np.array(info["energies"]))
    assert (found.record.energy <= np.array(info["energies"]).min(axis=1) + 1e-9).all()
    assert found.info["num_sweeps"] == 200
    assert found.info["spin_updates"] == 200 * 8 * bqm.num_variables
    assert found.info["proposal_acceptance_criteria"] == "Metropolis"
    assert (found.record.sweeps <= 200).all()
    assert "tuning" not in found.info


def test_the_same_seed_gives_the_same_run_and_tuned_betas_too(sampler):
    bqm = random_bqm(3)
    tuned = sampler.temper(bqm, num_sweeps=50, num_rungs=4, seed=7)
    betas = tuned.info["tuning"]["betas"]
    again = sampler.temper(bqm, betas=betas, num_sweeps=50, seed=7)
    other = sampler.temper(bqm, betas=betas, num_sweeps=50, seed=8)
    assert everything(tuned) == everything(again)
    assert tuned.info["tempering"] == again.info["tempering"]
    assert tuned.info["tempering"]["energies"] != other.info["tempering"]["energies"]
    fresh = sampler.temper(bqm, betas=betas, num_sweeps=50)
    assert everything(fresh) == everything(
        sampler.temper(bqm, betas=betas[::-1], num_sweeps=50, seed=fresh.info["seed"])
    )


@pytest.mark.parametrize("rule", ["Gibbs", "Metropolis"])
def test_every_rung_samples_its_boltzmann_distribution(rule):
    """Exchanges leave it as it is; independent ladders, and samples far apart, are compared."""
    bqm = dimod.BQM(
        {"a": 0.6, "b": -0.4, "c": 0, "d": 0.2},
        {"ab": 1.1, "bc": -0.8, "ca": 0.7, "cd": -1},
        "SPIN",
    )
    all_states = np.array(list(itertools.product((-1, 1), repeat=4)))
    energies = bqm.energies((all_states, "abcd"))
    with GlauberSampler(MACHINE.replace("replicas=8", "replicas=32")) as sampler:
        tempered = sampler.load_ladder(
            bqm,
            betas=(1.2, 0.8, 0.5, 0.2),
            sweeps_per_exchange=2,
            proposal_acceptance_criteria=rule,
            seed=3,
        )
        order = [tempered.variables.index(name) for name in "abcd"]
        tempered.run(40)
        taken = [sample.states[:, :, order] for sample in tempered.samples(200, thin=8)]
        for rung, beta in enumerate(tempered.betas):
            states = np.concatenate([states[:, rung] for states in taken])
            counts = np.bincount((states > 0) @ [8, 4, 2, 1], minlength=16)
            weights = np.exp(-beta * energies)
            found = chi_square(counts, weights / weights.sum(), 1e-4)
            assert found.p_value > 1e-4, (rung, beta)


def test_samples_of_rungs_go_on_with_the_same_run(sampler):
    bqm = random_bqm(4)
    settings: dict[str, Any] = {"betas": BETAS, "sweeps_per_exchange": 3, "seed": 2}
    tempered = sampler.load_ladder(bqm, **settings)
    samples = list(tempered.samples(4, thin=6))
    once = sampler.temper(bqm, num_sweeps=24, return_states=True, **settings)
    assert samples[-1].states.tolist() == once.info["tempering"]["states"].tolist()
    assert samples[-1].replicas.tolist() == once.info["tempering"]["replicas"]
    for sample in samples:
        flat = sample.states.reshape(8, -1)
        assert sample.energies.ravel() == pytest.approx(bqm.energies((flat, list(bqm.variables))))
    tempered = sampler.load_ladder(bqm, **settings)
    first = next(tempered.samples(1))
    assert tempered.sweeps == 3
    assert tempered.exchanges == 1
    tempered.begin()
    assert next(tempered.samples(1)).states.tolist() == first.states.tolist()
    with pytest.raises(
        OptionError, match="thin is 4 sweeps; it must be a multiple of the 3 sweeps"
    ):
        tempered.samples(1, thin=4)
    with pytest.raises(OptionError, match="samples is 0; it must be 1 or more"):
        tempered.samples(0)


@pytest.mark.parametrize("abilities", ["all", "scores,tempering,metropolis"])
def test_a_target_ends_it(abilities):
    bqm = random_bqm(3)
    with GlauberSampler(f"{MACHINE}&abilities={abilities}") as sampler:
        lowest = sampler.temper(bqm, betas=BETAS, num_sweeps=300, seed=5).first.energy
        settings: dict[str, Any] = {"betas": BETAS, "seed": 6, "target": lowest}
        found = sampler.temper(bqm, num_sweeps=5000, **settings)
        reached = found.record.reached
        assert reached.any()
        assert found.info["target"]["reached"] == reached.sum()
        assert found.info["target"]["sweeps"] == found.record.sweeps[reached].min()
        assert found.info["num_sweeps"] == found.record.sweeps[reached].max() < 5000
        assert found.first.energy == pytest.approx(lowest)
        short = found.info["num_sweeps"] - 5
        if short > 0:
            without = sampler.temper(bqm, num_sweeps=short, **settings)
            assert not without.record.reached.any()
            assert without.info["target"]["sweeps"] is None
        at_once = sampler.temper(bqm, num_sweeps=50, betas=BETAS, target=1e6)
        assert at_once.info["num_sweeps"] == 0
        assert at_once.record.reached.all()


def test_a_replica_without_a_ladder_ends_nothing(sampler):
    bqm = random_bqm(3)
    settings: dict[str, Any] = {"betas": (3.0, 2.0), "num_ladders": 1, "num_sweeps": 60, "seed": 1}
    low = sampler.temper(bqm, **settings).first.energy
    # The six others are at random: they reach what is above the middle all the time.
    start = dict.fromkeys(bqm.variables, 1)
    energy = bqm.energy(start)
    found = sampler.temper(
        bqm, target=low - 1, initial_states=start, initial_states_generator="tile", **settings
    )
    assert not found.record.reached.any()
    assert found.info["num_sweeps"] == 60
    assert len(found) == 1
    assert energy > low - 1


def test_replicas_start_where_they_are_told(sampler):
    bqm = random_bqm(5)
    random = np.random.default_rng(1)
    starts = random.choice([-1, 1], (8, bqm.num_variables))
    tempered = sampler.load_ladder(
        bqm, betas=BETAS, seed=1, initial_states=(starts, list(bqm.variables))
    )
    assert tempered.look().states.reshape(8, -1).tolist() == starts.tolist()
    assert tempered.energies().ravel() == pytest.approx(bqm.energies((starts, list(bqm.variables))))
    states, sweeps = tempered.best()
    assert sweeps.tolist() == [0, 0]
    assert states.shape == (2, bqm.num_variables)


def test_clamped_variables_keep_their_values(sampler):
    bqm = random_bqm(6)
    clamped = {"v0": -1, "v3": 1}
    found = sampler.temper(bqm, betas=BETAS, num_sweeps=60, seed=1, clamped=clamped)
    for name, value in clamped.items():
        assert (found.record.sample[:, found.variables.index(name)] == value).all()
    assert found.info["tempering"]["energies"][0][0] >= found.record.energy[0] - 1e-9
    assert found.info["spin_updates"] == 60 * 8 * (bqm.num_variables - 2)
    best = found.first.energy
    again = sampler.temper(bqm, betas=BETAS, num_sweeps=60, seed=1, clamped=clamped, target=best)
    assert again.first.energy == pytest.approx(best)
    with pytest.raises(
        OptionError, match="clamped has a sequence of values, but replicas that exc"
    ):
        sampler.temper(bqm, betas=BETAS, clamped={"v0": [1, -1] * 4})


def test_tuning_makes_exchanges_even():
    bqm = random_bqm(1, size=60)
    with GlauberSampler(MACHINE.replace("replicas=8", "replicas=32")) as sampler:
        tuned = sampler.tune_ladder(bqm, beta_range=(0.02, 1.0), num_rungs=8, seed=1, max_rounds=6)
        first, last = tuned.history[0], tuned.history[-1]
        assert (tuned.betas[0], tuned.betas[-1]) == pytest.approx((1.0, 0.02))
        assert np.ptp(last[1]) < np.ptp(first[1]) / 2
        assert tuned.converged
        assert np.abs(tuned.acceptance - tuned.acceptance.mean()).max() <= 0.1
        assert tuned.barrier == pytest.approx((1 - tuned.acceptance).sum())
        assert tuned.rounds == len(tuned.history)
        assert tuned.sweeps == 5 * 16 * ((1 << tuned.rounds) - 1)
        free = sampler.tune_ladder(bqm, beta_range=(0.02, 1.0), seed=1)
        assert len(free.betas) in (4, 8, 16, 32)
        once = sampler.tune_ladder(bqm, beta_range=(0.02, 1.0), seed=1, max_rounds=1)
        assert (once.rounds, once.converged, len(once.betas)) == (1, False, 16)
        plain = sampler.temper(bqm, beta_range=(0.02, 1.0), tune=False, num_sweeps=5, seed=1)
        assert plain.info["tempering"]["betas"] == pytest.approx(
            np.geomspace(1, 0.02, 16), rel=0.01
        )


def test_it_is_stopped_and_tells_how_far_it_is(sampler):
    bqm = random_bqm(3)
    seen = []
    found = sampler.temper(
        bqm, betas=BETAS, num_sweeps=100, seed=1, progress=lambda *told: seen.append(told)
    )
    assert seen[-1] == (found.info["spin_updates"],) * 2
    assert not found.info["stopped"]
    stopped = sampler.temper(
        bqm, betas=BETAS, num_sweeps=10**6, seed=1, interrupt_function=lambda: True
    )
    assert stopped.info["stopped"]
    assert stopped.info["num_sweeps"] == 0
    assert stopped.info["tempering"]["acceptance"] == [None] * 3
    limited = sampler.temper(bqm, num_sweeps=10**6, seed=1, time_limit=1e-6)
    assert limited.info["stopped"]
    assert len(limited) >= 1


def test_a_device_that_loses_the_count_of_loops_runs_the_same():
    bqm = random_bqm(3)
    found = []
    for options in ("", "&abilities=scores,best,metropolis,tempering&steps=16"):
        with GlauberSampler(MACHINE + options) as sampler:
            found.append(sampler.temper(bqm, betas=BETAS, num_sweeps=103, seed=1))
    assert everything(found[0]) == everything(found[1])
    assert found[0].info["tempering"] == found[1].info["tempering"]
    assert found[0].info["tempering"]["exchanges"] == 21


@pytest.mark.parametrize("call", ["temper", "load_ladder", "tune_ladder"])
def test_a_device_without_the_ability_is_named_with_a_remedy(call):
    with (
        GlauberSampler(f"{MACHINE}&abilities=scores,metropolis") as sampler,
        pytest.raises(
            OptionError, match="parallel tempering needs the ability TEMPERING, which mod"
        ),
    ):
        getattr(sampler, call)(random_bqm(1))
    with GlauberSampler(f"{MACHINE}&abilities=scores,tempering") as sampler:
        with pytest.raises(
            OptionError, match=r"METROPOLIS, which .*criteria='Gibbs' \(--rule heat"
        ):
            getattr(sampler, call)(random_bqm(1))
        given: dict[str, Any] = {"num_sweeps": 5} if call == "temper" else {}
        getattr(sampler, call)(
            random_bqm(1), num_rungs=4, proposal_acceptance_criteria="Gibbs", seed=1, **given
        )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"betas": BETAS, "num_rungs": 4}, "betas contradict beta_range and num_rungs; leave one"),
        ({"betas": BETAS, "beta_range": (1, 2)}, "betas contradict beta_range and num_rungs"),
        ({"betas": [1, 2, 2]}, "betas have 2 beside 2; they must all differ"),
        ({"num_rungs": 9}, "a ladder has 9 rungs; it must have 2 to 8"),
        ({"betas": BETAS, "num_ladders": 3}, "num_ladders is 3; 2 ladders of 4 rungs fit the 8"),
        ({"beta_range": (1, 1)}, "beta_range is 1 to 1; the ends of a ladder must differ, and be"),
        ({"beta_range": (0, 1)}, "beta_range is 0 to 1; the ends of a ladder must differ, and be"),
        ({"beta_range": (1, -1)}, "beta_range is 1 to -1; give two finite numbers"),
        ({"num_sweeps": 0}, "num_sweeps is 0; it must be 1 or more"),
        ({"sweeps_per_exchange": 0}, "sweeps_per_exchange is 0; it must be 1 or more"),
        ({"target": "low"}, "target is 'low'; give the energy to reach, a finite number"),
        ({"target": float("nan")}, "target is nan; give the energy to reach"),
        ({"progress": 5}, "progress is 5; give a function that takes two numbers"),
        ({"thin": 5}, "there is no keyword 'thin' here; see help"),
        ({"betas": (1e9, 1)}, r"beta 1e\+09 is outside the range of this problem on this device"),
        (
            {"betas": BETAS, "num_sweeps": 10**13},
            "a read takes .* random words from each generator",
        ),
    ],
)
def test_what_is_not_legal_is_told(sampler, given, message):
    with pytest.raises(OptionError, match=message):
        sampler.temper(random_bqm(1), **given)


def test_rounds_that_are_not_legal(sampler):
    with pytest.raises(OptionError, match="max_rounds is 0; it must be 1 or more"):
        sampler.tune_ladder(random_bqm(1), max_rounds=0)


def test_another_problem_on_the_device_is_noticed(sampler):
    tempered = sampler.load_ladder(random_bqm(1), betas=BETAS, seed=1)
    sampler.sample(random_bqm(1), num_reads=8, num_sweeps=5, seed=1)
    for act in (
        lambda: tempered.run(5),
        tempered.energies,
        tempered.look,
        tempered.begin,
        tempered.accepted,
        tempered.best,
        lambda: tempered.set_betas(BETAS),
        lambda: tempered.exchanges,
    ):
        with pytest.raises(DeviceLostError, match="another problem was loaded into model:"):
            act()


def test_scores_that_are_not_those_of_the_states_are_noticed(monkeypatch):
    with GlauberSampler(MACHINE) as sampler:
        tempered = sampler.load_ladder(random_bqm(1), betas=BETAS, seed=1)
        tempered.run(20)
        spoil(sampler, monkeypatch, Region.SCORES, 8, 4)
        tempered.run(5)
        with pytest.raises(MeasurementError, match="measured a score of"):
            tempered.best()
