"""Averages, best states and targets that the machine measures, against states that are read."""

import itertools

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.registers import Region, Register, split_address
from glauber.host import GlauberSampler, to_arrays
from glauber.host.errors import InputError, MeasurementError, OptionError
from glauber.host.measuring import moments as moments_module
from glauber.host.measuring.moments import Moments, cut_walks
from glauber.host.measuring.target import target_score

URL = "model:?lanes=4&replicas=8&draws=4&pbits=256&slots=4096&rows=256"


def random_bqm(seed=1, size=20, vartype="SPIN", integers=True):
    random = np.random.default_rng(seed)
    pairs = [pair for pair in itertools.combinations(range(size), 2) if random.random() < 0.2]
    draw = (lambda n: random.integers(-5, 6, n)) if integers else random.normal
    values = draw(len(pairs)) if integers else random.normal(size=len(pairs))
    biases = random.integers(-3, 4, size)
    bqm = dimod.BQM(
        {f"v{number}": float(bias) for number, bias in enumerate(biases)},
        {(f"v{a}", f"v{b}"): float(v) for (a, b), v in zip(pairs, values, strict=True)},
        1.5,
        "SPIN",
    )
    return bqm.change_vartype(vartype, inplace=False)


@pytest.fixture(scope="module")
def sampler():
    with GlauberSampler(URL) as open_sampler:
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
    with GlauberSampler(f"{URL}&abilities={abilities}") as sampler:
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
        ({"walks": 0}, "samples_per_read is 0; it must be 1 or more"),
        ({"burn_in": 0}, "num_sweeps is 0; it must be 1 or more"),
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
        with GlauberSampler(f"{URL}&abilities=none") as sampler:
            loaded = sampler.load(random_bqm(), beta=1.0)
            for act in (loaded.moments, loaded.energies):
                with pytest.raises(OptionError, match=r"needs the ability .*abilities=all"):
                    act()
        return
    with (
        GlauberSampler(f"{URL}&abilities=none") as sampler,
        pytest.raises(OptionError, match=r"needs the ability .* model:\?abilities=all"),
    ):
        getattr(sampler, call)(random_bqm(), **settings)


def test_a_problem_without_variables_is_told(sampler):
    with pytest.raises(InputError, match="no variables, so there is nothing to measure"):
        sampler.moments(dimod.BQM("SPIN"), beta=1)


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
    with GlauberSampler(f"{URL}&abilities={abilities}") as sampler:
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
        with GlauberSampler(f"{URL}&steps={steps}") as sampler:
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


def spoil(sampler, monkeypatch, region, offset=0, change=2):
    """The device tells another word in this region."""
    machine = sampler.device.link.transport.machine
    read = machine.read

    def spoilt(address, count):
        result, words = read(address, count)
        number, first = split_address(address)
        if number == region and first <= offset < first + count:
            words = words.copy()
            words[offset - first] += np.uint32(change)
        return result, words

    monkeypatch.setattr(machine, "read", spoilt)


def test_a_score_that_the_states_do_not_have_is_an_error(monkeypatch):
    with GlauberSampler(URL) as sampler:
        spoil(sampler, monkeypatch, Region.SCORES, 8)
        with pytest.raises(MeasurementError, match=r"score of -?\d+ in replica 0, but its states"):
            sampler.anneal_best(random_bqm(), num_reads=8, num_sweeps=20, seed=1)


def test_counts_that_cannot_be_are_an_error(monkeypatch):
    with GlauberSampler(URL) as sampler:
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
