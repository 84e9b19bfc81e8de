"""Averages that the machine counts, against states that are read."""

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.regions import Region
from glauber.hdl.facts.registers import Register
from glauber.host import GlauberSampler, to_arrays
from glauber.host.errors import InputError, MeasurementError, OptionError
from glauber.host.measuring import moments as moments_module
from glauber.host.measuring.moments import Moments, cut_walks
from support.measured import MACHINE, random_bqm, spoil


@pytest.fixture(scope="module")
def sampler():
    with GlauberSampler(MACHINE) as open_sampler:
        yield open_sampler


def averages(sampler, bqm, vartype="SPIN", **settings):
    """What the states say that are read one by one."""
    draws = to_arrays(sampler.sample(bqm, **settings))
    spins = draws.samples if vartype == "SPIN" else 2 * draws.samples - 1
    flat = spins.reshape(-1, spins.shape[2]).astype(np.float64)
    return dict(zip(draws.variables, flat.T, strict=True))


@pytest.mark.parametrize("clamped", [None, {"v0": 1, "v3": 0, "v7": 1}], ids=["free", "clamped"])
@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("abilities", ["all", "moments"])
def test_moments_are_the_averages_of_the_samples_bit_for_bit(abilities, vartype, clamped):
    bqm = random_bqm(vartype=vartype)
    if clamped and vartype == "SPIN":
        clamped = {variable: 2 * value - 1 for variable, value in clamped.items()}
    settings = {"beta": 0.3, "num_reads": 16, "thin": 2, "seed": 5, "clamped": clamped}
    with GlauberSampler(f"{MACHINE}&abilities={abilities}") as sampler:
        found = sampler.moments(bqm, walks=25, burn_in=30, **settings)
        read = averages(sampler, bqm, vartype, samples_per_read=25, num_sweeps=30, **settings)
    assert found.variables == tuple(bqm.variables)
    assert found.interactions == tuple(bqm.quadratic)
    assert (found.batches, found.samples, found.info["num_reads"]) == (2, 400, 16)
    for variable in bqm.variables:
        assert found.mean(variable) == pytest.approx(read[variable].mean(), abs=1e-12)
    for first, second in bqm.quadratic:
        product = (read[first] * read[second]).mean()
        assert found.correlation(first, second) == pytest.approx(product, abs=1e-12)
        assert found.correlation(second, first) == found.correlation(first, second)


def test_interactions_of_zero_and_between_held_variables_count_too(sampler):
    bqm = dimod.BQM({"a": 0.5}, {"ab": 1.0, "bc": 0.0, "cd": 2.0, "ad": 1e-9}, "SPIN")
    found = sampler.moments(bqm, beta=0.5, walks=10, clamped={"c": 1, "d": -1}, seed=1)
    assert found.correlation("c", "d") == -1
    assert found.correlation("b", "c") == found.mean("b")
    assert found.correlation("a", "d") == -found.mean("a")


def test_values_that_differ_from_read_to_read_are_averaged(sampler):
    bqm = dimod.BQM({}, {"ab": -1.0, "bc": -1.0}, "SPIN")
    digits = [1, -1, 1, 1, 1, 1, 1, 1]
    found = sampler.moments(bqm, beta=1, num_reads=8, walks=3, clamped={"a": digits}, seed=1)
    assert found.mean("a") == 0.75
    assert np.isnan(found.mean_errors).all()
    assert found.batches == 1


def test_errors_are_the_spread_of_batches():
    counts = np.array([[5, 10], [7, 10], [6, 10]])
    found = Moments.of_counts((("a", "b"), ()), counts, 10)
    assert found.means == pytest.approx([0.2, 1.0])
    assert found.mean_errors == pytest.approx([0.2 / np.sqrt(3), 0])
    assert found.samples == 30


def test_walks_beyond_a_count_are_cut(sampler, monkeypatch):
    assert cut_walks(1000, 64) == [1000]
    most = ((1 << 32) - 1) // 64
    assert cut_walks(2 * most + 5, 64) == [most, most, 5]
    assert most * 64 < 1 << 32
    bqm, settings = random_bqm(), {"beta": 0.3, "walks": 10, "num_reads": 8, "seed": 2, "thin": 3}
    whole = sampler.moments(bqm, burn_in=20, **settings)
    monkeypatch.setattr(moments_module, "cut_walks", lambda walks, _replicas: [4, 1, walks - 5])
    cut = sampler.moments(bqm, burn_in=20, **settings)
    assert cut.means.tolist() == whole.means.tolist()
    assert cut.correlations.tolist() == whole.correlations.tolist()


def test_an_interrupt_leaves_whole_batches(sampler):
    asked = iter([False] * 3 + [True] * 100)
    found = sampler.moments(
        random_bqm(), beta=0.3, num_reads=80, seed=1, interrupt_function=lambda: next(asked)
    )
    assert found.info["stopped"]
    assert found.batches < 10
    assert found.samples == found.batches * 8 * 1000
    nothing = sampler.moments(
        random_bqm(), beta=0.3, num_reads=8, seed=1, interrupt_function=lambda: True
    )
    assert nothing.batches == 0
    assert np.isnan(nothing.means).all()


def test_progress_is_told(sampler):
    told = []
    sampler.moments(
        random_bqm(), beta=0.3, num_reads=16, seed=1, progress=lambda *done: told.append(done)
    )
    assert told[-1][0] == told[-1][1] == 20 * 16 * 1999


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_reads": 12}, "num_reads is 12; the counts are sums over all 8 replicas"),
        ({"walks": 0}, "walks is 0; it must be 1 or more"),
        ({"burn_in": 0}, "burn_in is 0; it must be 1 or more"),
        ({"beta_range": (1, 2)}, "beta contradicts beta_range"),
        ({"colour": 3}, "there is no keyword 'colour' here"),
        ({"thin": 0}, "thin is 0; it must be 1 or more"),
    ],
)
def test_settings_of_moments_are_checked(sampler, settings, message):
    with pytest.raises(OptionError, match=message):
        sampler.moments(random_bqm(), **({"beta": 1.0} | settings))


@pytest.mark.parametrize("call", ["moments", "anneal_best", "anneal_to_target", "load"])
def test_a_device_without_abilities_says_so(call):
    settings = {"moments": {"beta": 1}, "anneal_to_target": {"target": 0}}.get(call, {})
    if call == "load":
        with GlauberSampler(f"{MACHINE}&abilities=none") as sampler:
            loaded = sampler.load(random_bqm(), beta=1.0)
            for act in (loaded.moments, loaded.energies):
                with pytest.raises(OptionError, match=r"needs the ability .*abilities=all"):
                    act()
        return
    with (
        GlauberSampler(f"{MACHINE}&abilities=none") as sampler,
        pytest.raises(OptionError, match=r"needs the ability .* model:\?abilities=all"),
    ):
        getattr(sampler, call)(random_bqm(), **settings)


def test_a_problem_without_variables_is_told(sampler):
    with pytest.raises(InputError, match="no variables, so there is nothing to measure"):
        sampler.moments(dimod.BQM("SPIN"), beta=1)


def test_counts_that_cannot_be_are_an_error(monkeypatch):
    with GlauberSampler(MACHINE) as sampler:
        spoil(sampler, monkeypatch, Region.REGISTERS, int(Register.MOMENT_WALKS), 1)
        with pytest.raises(
            MeasurementError, match=r"counted 11 walks .* but 10 walks and up to 80"
        ):
            sampler.moments(random_bqm(), beta=0.3, walks=10, seed=1)


def test_averages_of_a_thousand_pbits_take_a_hundredth_of_the_bytes_of_states():
    random = np.random.default_rng(1)
    size, samples = 1000, 2000
    bqm = dimod.BQM("SPIN")
    for spin in range(size):
        for far in (1, 37):
            bqm.add_quadratic(spin, (spin + far) % size, float(random.choice([-1, 1])))
    settings = {"beta": 0.4, "num_reads": 64, "seed": 1}
    with GlauberSampler("model:?lanes=16&replicas=64&pbits=2048&slots=4096&burst_words=64") as s:
        found = s.moments(bqm, walks=samples, burn_in=10, **settings)
        before = s.device.link.bytes_in + s.device.link.bytes_out
        draws = s.sample(bqm, num_sweeps=10, samples_per_read=20, **settings)
        used = s.device.link.bytes_in + s.device.link.bytes_out - before
    counted = sum(found.info["link"].values())
    # Twenty samples tell what each more costs, the program and all else left out.
    states = size * 64 // 8
    assert 20 * states < used
    assert len(draws) == 20 * 64
    averages = len(found.means) + len(found.correlations)
    print(
        f"{counted / averages:.1f} bytes per average, from states {samples * states / averages:.0f}"
    )
    assert 100 * counted < samples * states
