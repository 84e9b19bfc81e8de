"""Best states and targets that the machine measures, against anneals that are read."""

import numpy as np
import pytest

from glauber.hdl.facts.regions import Region
from glauber.host import GlauberSampler
from glauber.host.errors import MeasurementError, OptionError
from glauber.host.measuring.target import target_score
from support.measured import MACHINE, random_bqm, spoil


@pytest.fixture(scope="module")
def sampler():
    with GlauberSampler(MACHINE) as open_sampler:
        yield open_sampler


@pytest.mark.parametrize("every", [1, 7])
def test_the_best_states_are_the_best_of_the_way(sampler, every):
    """Against the states themselves, which the same anneal goes through, cut short at each."""
    bqm = random_bqm(2, integers=False)
    betas = np.geomspace(0.05, 0.4, 30).tolist()
    best = sampler.anneal_best(
        bqm,
        num_reads=8,
        seed=3,
        beta_schedule_type="custom",
        beta_schedule=betas,
        measure_every=every,
    )
    ends = sorted({*range(every, 30, every), 30})
    energies = []
    for end in ends:
        # The scale of the quantisation depends on the hottest beta, which is the same.
        part = sampler.sample(
            bqm, num_reads=8, seed=3, beta_schedule_type="custom", beta_schedule=betas[:end]
        )
        energies.append(part.record.energy)
    scale = best.info["quantisation"]["scale"]
    bound = best.info["quantisation"]["max_energy_error"]
    assert (best.record.energy <= np.min(energies, axis=0) + 2 * bound + 1 / scale).all()
    for read, sweeps in enumerate(best.record.sweeps.tolist()):
        if sweeps:
            assert best.record.energy[read] == pytest.approx(energies[ends.index(sweeps)][read])
    assert (best.record.sweeps > 0).any()
    assert best.info["measure_every"] == every


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("abilities", ["all", "scores"])
def test_an_anneal_ends_when_it_has_reached_its_target(abilities, vartype):
    bqm = random_bqm(3, vartype=vartype)
    with GlauberSampler(f"{MACHINE}&abilities={abilities}") as sampler:
        plain = sampler.sample(bqm, num_reads=64, num_sweeps=200, seed=1)
        target = float(np.median(plain.record.energy))
        settings = {"target": target, "num_sweeps": 200, "measure_every": 5, "seed": 1}
        found = sampler.anneal_to_target(bqm, num_reads=24, stop="batch", **settings)
        once = sampler.anneal_to_target(bqm, num_reads=24, **settings)
    info = found.info["target"]
    assert found.info["quantisation"]["exact"]
    assert len(found) == 24
    reached = found.record.energy <= target + 1e-9
    assert (found.record.reached == reached).all()
    assert info["reached"] == reached.sum() >= 3
    for batch in range(3):
        part = slice(8 * batch, 8 * batch + 8)
        assert info["batch_reached"][batch]
        assert info["batch_sweeps"][batch] < 200
        times = found.record.sweeps[part][reached[part]]
        assert (times == info["batch_sweeps"][batch]).all()
    assert len(once) == 8
    assert once.info["stopped"]
    assert once.info["spin_updates"] == 20 * 8 * once.info["target"]["batch_sweeps"][0]
    assert "tts99_sweeps" not in once.info["target"]


def test_whole_anneals_give_the_time_to_solution(sampler):
    bqm = random_bqm(3)
    settings = {"num_reads": 64, "num_sweeps": 40, "measure_every": 5, "seed": 1}
    best = sampler.anneal_best(bqm, **settings).record.energy
    found = sampler.anneal_to_target(bqm, target=best.min(), stop="never", **settings)
    info, hits = found.info["target"], int((best <= best.min() + 1e-9).sum())
    assert 0 < hits < 64
    assert (info["reached"], info["batch_sweeps"]) == (hits, [40] * 8)
    assert info["tts99_sweeps"] == pytest.approx(40 * np.log(0.01) / np.log1p(-hits / 64))
    assert (found.record.energy == best).all()
    none = sampler.anneal_to_target(bqm, target=best.min() - 1, **settings)
    assert none.info["target"]["reached"] == 0
    assert len(none) == 64
    assert not none.info["stopped"]
    everything = sampler.anneal_to_target(bqm, target=1e6, **settings)
    assert everything.info["target"]["batch_sweeps"] == [0]
    assert everything.record.reached.all()


def test_clamped_values_add_to_the_energy_that_a_target_is_for(sampler):
    bqm = random_bqm(4)
    bqm.add_linear("v0", 2.0)
    clamped = {"v0": 1, "v1": -1, "v2": 1}
    settings = {"num_reads": 8, "num_sweeps": 100, "seed": 2, "clamped": clamped}
    best = sampler.anneal_best(bqm, **settings)
    target = best.first.energy
    found = sampler.anneal_to_target(bqm, target=target, **settings)
    assert found.first.energy == pytest.approx(target)
    assert found.info["target"]["reached"] >= 1
    assert (found.record.reached == (found.record.energy <= target + 1e-9)).all()
    different = settings | {"clamped": clamped | {"v0": [1, -1] * 4}}
    with pytest.raises(OptionError, match=r"differ from read to read, .* stop='never'"):
        sampler.anneal_to_target(bqm, target=target, **different)
    whole = sampler.anneal_to_target(bqm, target=target, stop="never", **different)
    assert (whole.record.reached == (whole.record.energy <= target + 1e-9)).all()


def test_a_schedule_in_parts_tells_the_sweeps_of_the_whole():
    bqm = random_bqm(5)
    settings = {"num_reads": 8, "num_sweeps": 60, "measure_every": 2, "seed": 1}
    found = []
    for steps in (2048, 7):
        with GlauberSampler(f"{MACHINE}&steps={steps}") as sampler:
            found.append(sampler.anneal_best(bqm, **settings))
    assert (found[0].record.energy == found[1].record.energy).all()
    assert found[0].record.sweeps.tolist() == found[1].record.sweeps.tolist()
    assert found[0].record.sweeps.max() > 7


@pytest.mark.parametrize(
    ("call", "settings", "message"),
    [
        ("anneal_best", {"measure_every": 0}, "measure_every is 0; it must be 1 or more"),
        ("anneal_best", {"beta": 1.0}, "beta is for samples at a fixed temperature"),
        ("anneal_best", {"colour": 1}, "there is no keyword 'colour' here"),
        ("anneal_to_target", {"target": 0, "stop": "now"}, "stop is 'now'; use one of call"),
        ("anneal_to_target", {"target": "low"}, "target is 'low'; give the energy to reach"),
        ("anneal_to_target", {"target": float("inf")}, "target is inf; give the energy"),
    ],
)
def test_settings_of_anneals_are_checked(sampler, call, settings, message):
    with pytest.raises(OptionError, match=message):
        getattr(sampler, call)(random_bqm(), **settings)


def test_the_smallest_score_of_an_energy():
    assert target_score(-10.0, 3.0) == 60
    assert target_score(-10.0 + 1e-12, 3.0) == 60
    assert target_score(-10.1, 3.0) == 61
    assert target_score(1e12, 3.0) == -(1 << 31)


def test_a_score_that_the_states_do_not_have_is_an_error(monkeypatch):
    with GlauberSampler(MACHINE) as sampler:
        spoil(sampler, monkeypatch, Region.SCORES, 8)
        with pytest.raises(MeasurementError, match=r"score of -?\d+ in replica 0, but its states"):
            sampler.anneal_best(random_bqm(), num_reads=8, num_sweeps=20, seed=1)
