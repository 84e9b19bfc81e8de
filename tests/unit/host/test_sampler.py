import itertools
import json
import unittest

import dimod
import dimod.testing
import numpy as np
import pytest
from dimod.exceptions import SamplerUnknownArgWarning

from glauber.host import GlauberSampler
from glauber.host.errors import (
    CouplingValueError,
    FactError,
    InputError,
    OptionError,
    ProblemTooLargeError,
)

URL = "model:?lanes=2&replicas=8"
INFO = {
    "device",
    "image",
    "rings",
    "source",
    "num_reads",
    "num_sweeps",
    "seed",
    "beta_range",
    "beta_error",
    "quantisation",
    "proposal_acceptance_criteria",
    "spin_updates",
    "seconds",
    "updates_per_ns",
    "stopped",
    "cycles",
    "colours",
    "samples_per_read",
    "beta_schedule_type",
    "timing",
    "slots_per_sweep",
    "link",
}


@pytest.fixture(scope="module")
def sampler():
    with GlauberSampler(URL) as open_sampler:
        yield open_sampler


@dimod.testing.load_sampler_bqm_tests(lambda: GlauberSampler(URL))
class TestDimod(unittest.TestCase):
    """The battery of small problems that dimod has for every sampler."""


def random_bqm(size=12, vartype="SPIN", seed=1):
    random = np.random.default_rng(seed)
    linear = {f"v{node}": float(random.integers(-3, 4)) for node in range(size)}
    pairs = itertools.combinations(linear, 2)
    quadratic = {pair: float(random.integers(-3, 4)) for pair in pairs if random.random() < 0.4}
    return dimod.BQM(linear, quadratic, 0.5, vartype)


RING = dimod.BQM({}, {(node, (node + 1) % 10): -1.0 for node in range(10)}, "SPIN")


def rows(sampleset):
    """The samples with the variables in the order of the names."""
    order = sorted(range(len(sampleset.variables)), key=lambda i: str(sampleset.variables[i]))
    return sampleset.record.sample[:, order]


def test_the_interface_of_dimod(sampler):
    dimod.testing.assert_sampler_api(sampler)
    assert isinstance(sampler, dimod.Sampler)
    assert {"num_reads", "seed", "beta", "progress"} <= set(sampler.parameters)
    assert sampler.properties["lanes"] == 2
    assert sampler.properties["replicas"] == 8


def test_the_sampler_closes_its_device():
    with GlauberSampler(URL) as sampler:
        closed = []
        sampler.device.close = lambda: closed.append(True)
    assert closed == [True]


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("kind", [dimod.Float64BQM, dimod.Float32BQM, dimod.DictBQM])
def test_labels_vartype_and_energies_are_those_of_the_problem(sampler, vartype, kind):
    bqm = kind(random_bqm(vartype=vartype))
    sampleset = sampler.sample(bqm, num_reads=20, num_sweeps=20, seed=1)
    dimod.testing.assert_sampleset_energies(sampleset, bqm)
    assert sampleset.vartype is bqm.vartype
    assert set(sampleset.variables) == set(bqm.variables)
    assert set(np.unique(sampleset.record.sample)) == bqm.vartype.value
    assert len(sampleset) == 20


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("seed", range(3))
def test_an_anneal_finds_the_ground_state(sampler, vartype, seed):
    bqm = random_bqm(vartype=vartype, seed=seed)
    best = dimod.ExactSolver().sample(bqm).record.energy.min()
    assert sampler.sample(bqm, num_reads=16, num_sweeps=300, seed=1).record.energy.min() == best


def test_sample_ising_and_sample_qubo(sampler):
    assert sampler.sample_ising({"a": 2}, {"ab": -1}, seed=1, num_reads=8).first.energy == -3
    assert (
        sampler.sample_qubo({"aa": -1, "ab": 3, "bb": -1}, seed=1, num_reads=8).first.energy == -1
    )


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("url", ["model:?replicas=8&lanes=2", "model:?lanes=1&replicas=32&draws=2"])
def test_samples_at_a_temperature_follow_the_boltzmann_law(url, biased):
    bqm = dimod.BQM({"a": -0.5 * biased}, {"ab": -1.0, "bc": 0.7, "ac": 0.4}, "SPIN")
    beta = 0.6
    with GlauberSampler(url) as sampler:
        draws = sampler.sample(
            bqm, beta=beta, num_reads=64, num_sweeps=50, samples_per_read=50, thin=3, seed=1
        )
    exact = dimod.ExactSolver().sample(bqm)
    weights = np.exp(-beta * exact.record.energy)
    codes = [rows(part) @ [1, 2, 4] for part in (exact, draws)]
    expected = np.bincount(codes[0] + 7, weights / weights.sum(), minlength=15)
    found = np.bincount(codes[1] + 7, minlength=15) / len(draws)
    # 3,200 nearly independent draws from 8 states: a distance of 0.05 is over four sigma.
    assert np.abs(expected - found).sum() / 2 < 0.05


def test_the_same_seed_gives_the_same_samples(sampler):
    bqm = random_bqm()
    first, again, other = (
        sampler.sample(bqm, num_reads=20, num_sweeps=2, seed=seed) for seed in (7, np.int64(7), 8)
    )
    assert np.array_equal(rows(first), rows(again))
    assert not np.array_equal(rows(first), rows(other))
    assert type(again.info["seed"]) is int


def test_reads_differ_from_each_other(sampler):
    samples = rows(sampler.sample(random_bqm(40), num_reads=50, num_sweeps=1, seed=1))
    assert len(np.unique(samples, axis=0)) == 50


def test_without_a_seed_a_fresh_one_is_reported_and_reproduces(sampler):
    bqm = random_bqm()
    first, second = (sampler.sample(bqm, num_reads=8, num_sweeps=2) for _ in range(2))
    assert first.info["seed"] != second.info["seed"]
    again = sampler.sample(bqm, num_reads=8, num_sweeps=2, seed=first.info["seed"])
    assert np.array_equal(rows(first), rows(again))


@pytest.mark.parametrize("seed", [0, (1 << 64) - 1])
def test_every_64_bit_seed_is_legal(sampler, seed):
    assert sampler.sample(RING, num_sweeps=1, seed=seed).info["seed"] == seed


@pytest.mark.parametrize(
    "options",
    ["replicas=4", "replicas=64", "replicas=32&threads=2", "replicas=8&couplings_per_slot=1"],
)
@pytest.mark.parametrize("given", [{}, {"beta": 0.5, "samples_per_read": 3, "thin": 2}])
def test_reads_do_not_depend_on_how_many_run_side_by_side(sampler, options, given):
    bqm = random_bqm(seed=3)
    with GlauberSampler(f"model:?lanes=2&{options}") as other:
        first, second = (
            device.sample(bqm, num_reads=21, num_sweeps=6, seed=5, **given)
            for device in (sampler, other)
        )
    assert np.array_equal(rows(first), rows(second))


def test_the_first_reads_do_not_depend_on_the_number_of_reads(sampler):
    few, many = (sampler.sample(RING, num_reads=n, num_sweeps=3, seed=2) for n in (5, 30))
    assert np.array_equal(rows(few), rows(many)[:5])


def test_samples_of_a_read_follow_one_another(sampler):
    bqm = random_bqm()
    given = {"beta": 0.4, "num_reads": 10, "seed": 4}
    draws = sampler.sample(bqm, **given, num_sweeps=3, samples_per_read=4, thin=2)
    assert len(draws) == 40
    chains = rows(draws).reshape(10, 4, -1)
    # Sample number k of a read is its state after 3 + 2k sweeps.
    for index in range(4):
        alone = sampler.sample(bqm, **given, num_sweeps=3 + 2 * index)
        assert np.array_equal(chains[:, index], rows(alone))
    assert draws.info["num_reads"] == 10
    assert draws.info["num_sweeps"] == 3
    assert draws.info["spin_updates"] == 10 * bqm.num_variables * (3 + 3 * 2)


def test_the_info_is_complete_and_plain(sampler):
    sampleset = sampler.sample(RING, num_reads=np.int32(9), num_sweeps=np.int64(11), seed=1)
    info = sampleset.info
    assert set(info) == INFO
    assert json.loads(json.dumps(info)) == {**info, "beta_range": list(info["beta_range"])}
    assert (info["num_reads"], info["num_sweeps"], info["seed"]) == (9, 11, 1)
    assert (info["device"], info["image"]) == (URL, "00000000")
    assert info["spin_updates"] == 9 * 11 * 10
    assert info["updates_per_ns"] == pytest.approx(info["spin_updates"] / info["seconds"] * 1e-9)
    assert info["quantisation"]["exact"]
    assert info["quantisation"]["scale"] == 127
    assert info["beta_schedule_type"] == "geometric"
    assert set(info["timing"]) == {"preprocessing_ns", "sampling_ns", "postprocessing_ns"}
    assert all(time > 0 for time in info["timing"].values())
    assert set(info["link"]) == {"bytes_in", "bytes_out", "retries"}
    assert info["link"]["bytes_in"] > 0
    assert info["link"]["retries"] == 0
    assert info["colours"] == 2
    assert not info["stopped"]


def test_the_link_is_counted_for_each_call_alone(sampler):
    first, second = (sampler.sample(RING, num_sweeps=3, seed=1).info["link"] for _ in range(2))
    assert first == second


def test_progress_rises_to_the_total(sampler):
    for given in ({}, {"beta": 1.0, "samples_per_read": 5, "thin": 2}):
        told = []
        sampleset = sampler.sample(
            RING,
            num_reads=19,
            num_sweeps=4,
            seed=1,
            progress=lambda *now, told=told: told.append(now),
            **given,
        )
        done, totals = zip(*told, strict=True)
        assert list(done) == sorted(done)
        assert set(totals) == {sampleset.info["spin_updates"]}
        assert done[-1] == totals[0]


def test_an_interrupt_keeps_whole_reads_only(sampler):
    asked = itertools.count()
    sampleset = sampler.sample(
        RING, num_reads=40, num_sweeps=5, seed=3, interrupt_function=lambda: next(asked) == 3
    )
    assert sampleset.info["stopped"]
    assert len(sampleset) == sampleset.info["num_reads"]
    assert len(sampleset) in (8, 16, 24)
    assert sampleset.info["spin_updates"] == len(sampleset) * 5 * 10
    whole = sampler.sample(RING, num_reads=40, num_sweeps=5, seed=3)
    assert np.array_equal(rows(sampleset), rows(whole)[: len(sampleset)])


def test_an_interrupt_at_once_leaves_no_samples(sampler):
    sampleset = sampler.sample(RING, num_reads=4, seed=3, interrupt_function=lambda: True)
    assert len(sampleset) == 0
    assert sampleset.info["stopped"]
    assert set(sampleset.variables) == set(RING.variables)


def test_unknown_keywords_are_warned_of(sampler):
    with pytest.warns(SamplerUnknownArgWarning, match="chain_strength"):
        sampler.sample(RING, num_sweeps=2, chain_strength=3)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"num_reads": 0}, OptionError, "num_reads is 0; it must be 1 or more"),
        ({"num_reads": 1.5}, OptionError, "num_reads is 1.5; give a whole number"),
        ({"num_sweeps": 0}, OptionError, "num_sweeps is 0; it must be 1 or more"),
        ({"num_sweeps": 0, "beta": 1}, OptionError, "num_sweeps is 0; it must be 1 or more"),
        ({"num_sweeps_per_beta": 3}, OptionError, "num_sweeps is 1000, which is not a positive "),
        ({"slots_per_coupling": 0}, OptionError, "slots_per_coupling is 0; it must be 1 "),
        ({"slots_per_coupling": 33}, OptionError, "slots_per_coupling is 33; it must be 1 to 32"),
        ({"samples_per_read": 0, "beta": 1}, OptionError, "samples_per_read is 0; it must be 1"),
        ({"thin": -1, "beta": 1}, OptionError, "thin is -1; it must be 1 or more"),
        ({"samples_per_read": 2}, OptionError, "samples_per_read and thin need beta: an anneal"),
        ({"thin": 2}, OptionError, "samples_per_read and thin need beta: an anneal keeps only"),
        (
            {"beta": 1, "beta_range": (1, 2)},
            OptionError,
            "beta contradicts beta_range and beta_schedule; leave one out",
        ),
        (
            {"beta": 1, "beta_schedule": [1]},
            OptionError,
            "beta contradicts beta_range and beta_schedule; leave one out",
        ),
        (
            {"beta": 1, "num_sweeps_per_beta": 2},
            OptionError,
            "num_sweeps_per_beta and beta_schedule_type are for anneals; leave them or beta out",
        ),
        (
            {"beta": 1, "beta_schedule_type": "linear"},
            OptionError,
            "num_sweeps_per_beta and beta_schedule_type are for anneals; leave them or beta out",
        ),
        ({"beta": 0}, OptionError, "beta is 0; it must be a positive finite number"),
        ({"beta": float("nan")}, OptionError, "beta is nan; it must be a positive finite number"),
        ({"beta": "cold"}, OptionError, "beta is 'cold'; it must be a positive finite number"),
        ({"beta": 1e-9}, OptionError, "beta 1e-09 is too hot for this problem on this device"),
        ({"beta": 1e9}, OptionError, r"beta 1e\+09 is outside the range of this problem on this"),
        ({"beta_range": (5, -1)}, OptionError, "beta_range is 5 to -1; give two finite numbers"),
        ({"beta_range": (1e-9, 1)}, OptionError, "beta 1e-09 is too hot for this problem on"),
        ({"beta_range": (1, 1e9)}, OptionError, r"beta 1e\+09 is outside the range of this"),
        ({"seed": -1}, FactError, "the seed is -1, outside its legal range 0 to 18446744073709551"),
        ({"seed": 1 << 64}, FactError, "the seed is 18446744073709551616, outside its legal ran"),
        ({"seed": 1.0}, OptionError, "seed is 1.0; give a whole number"),
        ({"seed": "x"}, OptionError, "seed is 'x'; give a whole number"),
    ],
)
def test_what_cannot_be_sampled(sampler, given, error, text):
    before = sampler.device.link.bytes_out
    with pytest.raises(error, match=text):
        sampler.sample(RING, **given)
    assert sampler.device.link.bytes_out == before, "the device was bothered"


def test_problems_that_cannot_be_sampled(sampler):
    with pytest.raises(CouplingValueError, match="the problem: the bias of 'a' is nan"):
        sampler.sample(dimod.BQM({"a": float("nan")}, {}, "SPIN"))
    with pytest.raises(CouplingValueError, match="the problem: the offset is inf; give a finite"):
        sampler.sample(dimod.BQM({"a": 1}, {}, float("inf"), "SPIN"))
    with pytest.raises(InputError, match=r"the problem is a QuadraticModel; give a dimod.Binary"):
        sampler.sample(dimod.QuadraticModel())
    with pytest.raises(InputError, match=r"the problem is a dict; give a dimod.BinaryQuadraticMo"):
        sampler.sample({"a": 1})
    with (
        GlauberSampler("model:?pbits=16&lanes=4&replicas=8") as small,
        pytest.raises(ProblemTooLargeError, match="needs 20 p-bits, the device has 16: 4 too m"),
    ):
        small.sample(dimod.BQM(dict.fromkeys(range(20), 0), {}, "SPIN"))


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_a_problem_without_variables(sampler, vartype):
    sampleset = sampler.sample(dimod.BQM({}, {}, 1.5, vartype), num_reads=3, seed=1)
    assert len(sampleset.variables) == 0
    assert sampleset.record.energy.tolist() == [1.5] * 3
    assert sampleset.info["seed"] == 1


def test_one_variable(sampler):
    sampleset = sampler.sample(dimod.BQM({"x": -2.0}, {}, "SPIN"), num_reads=8, seed=1)
    assert sampleset.record.sample.tolist() == [[1]] * 8
    free = sampler.sample(dimod.BQM({"x": 0.0}, {}, "SPIN"), num_reads=64, seed=1)
    assert set(free.record.sample.ravel()) == {-1, 1}


def test_biases_alone(sampler):
    bqm = dimod.BQM({"a": 1.0, "b": -40.0, "c": 3000.0}, {}, "SPIN")
    sampleset = sampler.sample(bqm, num_reads=8, num_sweeps=50, seed=1)
    assert sampleset.first.sample == {"a": -1, "b": 1, "c": -1}


@pytest.mark.parametrize("given", [{}, {"beta_range": (1e-2, 1e3)}, {"beta": 1e6}, {"beta": 1e-6}])
def test_couplings_of_zero(sampler, given):
    bqm = dimod.BQM({}, {"ab": 0.0, "bc": 0.0}, "SPIN")
    sampleset = sampler.sample(bqm, num_reads=64, num_sweeps=3, seed=1, **given)
    assert set(sampleset.record.energy) == {0}
    assert len(np.unique(rows(sampleset), axis=0)) == 8


def dense(size, draw):
    first, second = np.triu_indices(size, 1)
    couplings = draw(np.random.default_rng(1), len(first))
    return dimod.BQM.from_numpy_vectors(np.zeros(size), (first, second, couplings), 0.0, dimod.SPIN)


def test_the_default_range_suits_dense_problems_of_signs(sampler):
    # Their largest possible field is beyond the hottest temperature of the device.
    bqm = dense(750, lambda random, count: random.choice([-1.0, 1.0], count))
    info = sampler.sample(bqm, num_sweeps=2, seed=1).info
    assert info["quantisation"]["exact"]
    assert info["beta_error"] < 0.02


def test_the_default_range_costs_dense_problems_no_precision(sampler):
    bqm = dense(200, lambda random, count: random.normal(size=count))
    quantisation = sampler.sample(bqm, num_sweeps=2, seed=1).info["quantisation"]
    largest = max(abs(value) for value in bqm.quadratic.values())
    assert quantisation["scale"] * largest == pytest.approx(127)


def test_a_range_that_is_given_is_kept(sampler):
    sampleset = sampler.sample(RING, num_sweeps=5, beta_range=(0.01, 7), seed=1)
    assert sampleset.info["beta_range"] == (0.01, 7)
    custom = sampler.sample(RING, beta_schedule_type="custom", beta_schedule=[0.3, 2], seed=1)
    assert custom.info["beta_range"] == (0.3, 2)
    assert custom.info["num_sweeps"] == 2
