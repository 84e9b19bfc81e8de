"""Problems that stay on a device: chains that go on, values and clamped variables that change."""

import itertools

import dimod
import numpy as np
import pytest

from glauber.host import GlauberSampler
from glauber.host.errors import DeviceLostError, FieldOverflowError, OptionError

URL = "model:?lanes=4&replicas=8&draws=4&pbits=256&slots=4096&rows=256"
BETA = 0.5


def machine_of_boltzmann(visible=6, hidden=4, seed=1):
    random = np.random.default_rng(seed)
    names = [f"v{i}" for i in range(visible)] + [f"h{j}" for j in range(hidden)]
    bqm = dimod.BQM({name: float(random.normal() / 2) for name in names}, {}, "SPIN")
    for i, j in itertools.product(range(visible), range(hidden)):
        bqm.add_quadratic(f"v{i}", f"h{j}", float(random.normal() / 2))
    return bqm


VISIBLE = [f"v{i}" for i in range(6)]


def digits(seed=2, replicas=8):
    random = np.random.default_rng(seed)
    return {name: random.choice([-1, 1], replicas) for name in VISIBLE}


@pytest.fixture
def sampler():
    with GlauberSampler(URL) as open_sampler:
        yield open_sampler


@pytest.fixture
def loaded(sampler):
    return sampler.load(machine_of_boltzmann(), beta=BETA, clampable=VISIBLE, largest=3.0, seed=1)


def columns(loaded, names):
    return [loaded.variables.index(name) for name in names]


def test_chains_go_on_from_call_to_call(sampler, loaded):
    loaded.sweep(3)
    loaded.sweep(4)
    states = loaded.states()
    assert states.shape == (8, 10)
    again = sampler.load(machine_of_boltzmann(), beta=BETA, clampable=VISIBLE, largest=3.0, seed=1)
    again.sweep(7)
    assert again.states().tolist() == states.tolist()
    again.randomise()
    assert again.states().tolist() != states.tolist()


def test_clamped_values_stay_and_those_of_each_replica_are_its_own(loaded):
    values = digits()
    loaded.clamp(values)
    loaded.sweep(20)
    states = loaded.states()
    for name in VISIBLE:
        assert states[:, loaded.variables.index(name)].tolist() == values[name].tolist()
    free = columns(loaded, ["h0", "h1", "h2", "h3"])
    loaded.randomise()
    assert (loaded.states()[:, free] != states[:, free]).any()
    assert (
        loaded.states()[:, columns(loaded, VISIBLE)] == states[:, columns(loaded, VISIBLE)]
    ).all()
    loaded.release()
    loaded.sweep(20)
    assert (
        loaded.states()[:, columns(loaded, VISIBLE)] != states[:, columns(loaded, VISIBLE)]
    ).any()


def test_clamping_and_sweeping_write_no_couplings(sampler, loaded):
    link = sampler.device.link
    whole = loaded.update(dict.fromkeys(loaded.variables, 1.5), None)
    before = link.bytes_out
    for seed in range(3):
        loaded.clamp(digits(seed))
        loaded.sweep(2)
    assert whole > 0
    # A few frames each: the program alone has more words.
    assert link.bytes_out - before < 3 * 250


def test_moments_are_the_averages_of_the_states(loaded):
    for clamped in (False, True):
        if clamped:
            loaded.clamp(digits())
        found = loaded.moments(walks=1)
        states = loaded.states().astype(float)
        assert found.means == pytest.approx(states.mean(axis=0), abs=1e-12)
        for number, (first, second) in enumerate(found.interactions):
            ends = columns(loaded, [first, second])
            product = states[:, ends].prod(axis=1).mean()
            assert found.correlations[number] == pytest.approx(product, abs=1e-12)
    several = loaded.moments(walks=5, thin=2)
    assert several.samples == 40
    assert np.isnan(several.mean_errors).all()


def exact_energies(loaded, bqm):
    return bqm.energies((loaded.states(), loaded.variables)) - bqm.offset


def test_the_machine_measures_the_energies_of_the_values_that_it_has(loaded):
    loaded.sweep(5)
    bqm = machine_of_boltzmann()
    scale = loaded.values.scale
    error = (10 + 24) / 2 / scale
    assert loaded.energies() == pytest.approx(exact_energies(loaded, bqm), abs=error)
    whole = {name: float(number % 5 - 2) for number, name in enumerate(loaded.variables)}
    pairs = {pair: float(number % 3 - 1) for number, pair in enumerate(loaded.interactions)}
    loaded.update(whole, pairs)
    bqm = dimod.BQM(whole, pairs, "SPIN")
    assert loaded.energies() == pytest.approx(exact_energies(loaded, bqm), abs=error)
    loaded.clamp(digits())
    loaded.sweep(3)
    assert loaded.energies() == pytest.approx(exact_energies(loaded, bqm), abs=error)


@pytest.mark.parametrize("slots", [1, 3])
def test_changed_values_are_those_of_a_problem_that_is_loaded_so(sampler, slots):
    other = machine_of_boltzmann(seed=7)
    settings = {"beta": BETA, "clampable": VISIBLE, "largest": 3.0, "seed": 4}
    settings |= {"slots_per_coupling": slots}
    first = sampler.load(machine_of_boltzmann(), **settings)
    written = first.update(
        [other.linear[name] for name in first.variables],
        [other.quadratic[pair] for pair in first.interactions],
    )
    assert written > 0
    first.sweep(50)
    chain = first.states()
    second = sampler.load(other, **settings)
    assert second.interactions == first.interactions
    assert second.values.coupling.tolist() == first.values.coupling.tolist()
    second.sweep(50)
    assert second.states().tolist() == chain.tolist()


def test_only_changed_words_are_written(loaded):
    pair = loaded.interactions[0]
    value = machine_of_boltzmann().quadratic[pair]
    assert loaded.update(None, {pair: value}) == 0
    assert loaded.update(None, {pair[::-1]: value + 0.5}) == 2
    assert loaded.update({pair[0]: 0.0}) == 2
    assert loaded.update() == 0


def test_couplings_of_zero_can_become_others(sampler):
    bqm = dimod.BQM({"a": 0.0, "b": 0.0}, {"ab": 0.0}, "SPIN")
    loaded = sampler.load(bqm, beta=2.0, largest=4.0, seed=1)
    loaded.update(quadratic={("a", "b"): -4.0})
    loaded.sweep(10)
    states = loaded.states()
    assert (states[:, 0] == states[:, 1]).all()
    assert loaded.moments(10).correlation("a", "b") > 0.99


def test_a_field_that_would_overflow_changes_nothing():
    names = [f"x{number}" for number in range(9)]
    bqm = dimod.BQM(dict.fromkeys(names, 0.0), {("x0", name): 0.0 for name in names[1:]}, "SPIN")
    with GlauberSampler(f"{URL}&field_bits=11") as sampler:
        loaded = sampler.load(bqm, beta=1.0, largest=1.0, seed=1)
        before = loaded.values
        with pytest.raises(FieldOverflowError, match=r"'x0' could overflow: .* 1016 LSB, .* 511;"):
            loaded.update(None, dict.fromkeys(loaded.interactions, 1.0))
        assert loaded.values is before
        with pytest.raises(FieldOverflowError, match="variable 'x0' could overflow"):
            sampler.load(dimod.BQM({}, {("x0", name): 1.0 for name in names[1:]}, "SPIN"), beta=1.0)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda p: p.update({"x": 1.0}), "there is no bias of 'x' in the problem that is loaded"),
        (lambda p: p.update(None, {("v0", "v1"): 1.0}), r"no coupling of \('v0', 'v1'\) in"),
        (
            lambda p: p.update([1.0]),
            "there are 1 values of bias for 10 places; give one of each, or a",
        ),
        (lambda p: p.update({"v0": 3.1}), "the bias of 'v0' is 3.1; .* up to 3: load it with a"),
        (lambda p: p.update({"v0": float("nan")}), "the bias of 'v0' is nan; .* finite values"),
        (lambda p: p.update({"v0": "x"}), "the bias of 'v0' is 'x'; .* finite values"),
        (lambda p: p.clamp({"v0": 1}), "clamp has values of 1 variables, but .*'v0', 'v1'"),
        (
            lambda p: p.clamp({name: [1, -1] for name in VISIBLE}),
            "sequences of 2 values; give one, or one for each of the 8 replicas",
        ),
        (lambda p: p.sweep(0), "sweeps is 0; it must be 1 or more"),
        (lambda p: p.moments(0), "walks is 0; it must be 1 or more"),
    ],
)
def test_what_is_not_legal_is_told(loaded, act, message):
    with pytest.raises(OptionError, match=message):
        act(loaded)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"clampable": ["x"]}, "clampable has 'x', which is no variable of the problem"),
        ({"clampable": "ab"}, "all variables are clampable, so that nothing could be updated"),
        ({"largest": 0.5}, "largest is 0.5, but there is a coupling or bias of 1; raise it"),
        ({"largest": 0}, "largest is 0; it must be a positive finite number"),
        ({"slots_per_coupling": 33}, "slots_per_coupling is 33; it must be 1 to 32"),
        ({"beta": 0}, "beta is 0; it must be a positive finite number"),
        ({"beta": 1e9}, r"beta 1e\+09 is outside the range"),
    ],
)
def test_what_cannot_be_loaded_is_told(sampler, settings, message):
    with pytest.raises(OptionError, match=message):
        sampler.load(dimod.BQM({}, {"ab": 1.0}, "SPIN"), **({"beta": 1.0} | settings))


def test_another_problem_on_the_device_is_noticed(sampler, loaded):
    sampler.sample(dimod.BQM({}, {"ab": 1.0}, "SPIN"), num_reads=8, num_sweeps=5, seed=1)
    for act in (
        lambda: loaded.sweep(1),
        loaded.states,
        lambda: loaded.clamp(digits()),
        lambda: loaded.update({"v0": 2.0}),
    ):
        with pytest.raises(DeviceLostError, match="another problem was loaded into model:"):
            act()
