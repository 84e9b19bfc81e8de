"""`GlauberSampler` among the samplers and composites of dimod and Ocean.

dimod's own battery runs on the model and on the gates. Each composite really runs on the model, and
what it returns is checked against exact enumeration.
"""

import unittest
from typing import Any

import dimod
import dimod.testing
import numpy as np
import pytest
from dimod.higherorder.polynomial import BinaryPolynomial

from glauber.host import GlauberSampler
from support.problems import random_bqm

MODEL = "model:?lanes=2&replicas=8"
SETTINGS: dict[str, Any] = {"num_reads": 16, "num_sweeps": 200, "seed": 1}


@pytest.fixture(scope="module")
def sampler():
    with GlauberSampler(MODEL) as opened:
        yield opened


@dimod.testing.load_sampler_bqm_tests(lambda: GlauberSampler(MODEL))
class TestModel(unittest.TestCase):
    """The battery of small problems that dimod has for every sampler."""


class QuickSampler(GlauberSampler):
    """The battery asks for no sweeps in particular, and the gates take a while for 1,000."""

    def sample(self, bqm, **settings: Any):
        settings.setdefault("num_sweeps", 50)
        return super().sample(bqm, **settings)


class TestGates(unittest.TestCase):
    """The same battery on the gates, all of it on one device."""

    sampler: GlauberSampler

    @classmethod
    def setUpClass(cls):
        cls.sampler = QuickSampler("rtl:")
        load = dimod.testing.load_sampler_bqm_tests(cls._opened)
        cls.battery = load(type("Battery", (unittest.TestCase,), {}))

    @classmethod
    def _opened(cls):
        return cls.sampler

    @classmethod
    def tearDownClass(cls):
        cls.sampler.close()

    def test_the_battery_of_dimod(self):
        result = unittest.TestResult()
        suite = unittest.defaultTestLoader.loadTestsFromTestCase(self.battery)
        suite.run(result)
        assert result.testsRun >= 30
        assert not result.failures + result.errors, result.failures + result.errors

    def test_the_interface(self):
        dimod.testing.assert_sampler_api(self.sampler)

    def test_a_composite(self):
        bqm = problem(8)
        check(dimod.TruncateComposite(self.sampler, 2).sample(bqm, num_reads=8, seed=1), bqm)


def problem(size=12, seed=3):
    bqm = random_bqm(size, 4, seed)
    bqm.scale(1 / 100)
    return bqm


def ground(bqm):
    return dimod.ExactSolver().sample(bqm).first.energy


def check(sampleset, bqm):
    """Labels, vartype and energies are those of the problem, and its ground state was found."""
    dimod.testing.assert_sampleset_energies(sampleset, bqm)
    assert sampleset.vartype is bqm.vartype
    assert set(sampleset.variables) == set(bqm.variables)
    assert sampleset.first.energy == pytest.approx(ground(bqm))


@pytest.fixture(params=["SPIN", "BINARY"])
def bqm(request):
    return problem().change_vartype(request.param, inplace=False)


def test_the_interface(sampler):
    dimod.testing.assert_sampler_api(sampler)
    assert isinstance(sampler, dimod.Initialized)
    for properties in sampler.parameters.values():
        assert set(properties) <= set(sampler.properties)


def test_the_keywords_of_simulated_annealing_are_all_there(sampler):
    samplers = pytest.importorskip("dwave.samplers", reason="needs dwave-samplers")
    peer = samplers.SimulatedAnnealingSampler()
    assert set(peer.parameters) <= set(sampler.parameters)
    for name, depends in peer.parameters.items():
        assert set(depends) <= set(sampler.parameters[name])
    options = peer.properties["beta_schedule_options"]
    assert set(options) == set(sampler.properties["beta_schedule_options"])


def test_its_info_has_what_that_of_simulated_annealing_has(sampler, bqm):
    samplers = pytest.importorskip("dwave.samplers", reason="needs dwave-samplers")
    theirs = samplers.SimulatedAnnealingSampler().sample(bqm, num_reads=2, seed=1).info
    ours = sampler.sample(bqm, num_reads=2, seed=1).info
    assert set(theirs) <= set(ours)
    assert set(theirs["timing"]) <= set(ours["timing"])


def test_truncate(sampler, bqm):
    sampleset = dimod.TruncateComposite(sampler, 3).sample(bqm, **SETTINGS)
    check(sampleset, bqm)
    assert len(sampleset) == 3


def test_tracking(sampler, bqm):
    composed = dimod.TrackingComposite(sampler)
    check(composed.sample(bqm, **SETTINGS), bqm)
    assert composed.output is not None


def test_higher_orders(sampler):
    poly = BinaryPolynomial({"a": -1, "ab": 2, "abc": -3, "bcd": 1.5, "ad": 1}, "SPIN")
    composed = dimod.HigherOrderComposite(sampler)
    sampleset = composed.sample_poly(poly, penalty_strength=8, discard_unsatisfied=True, **SETTINGS)
    exact = dimod.ExactPolySolver().sample_poly(poly)
    assert sampleset.first.energy == exact.first.energy


class TestPreprocessing:
    """Composites of dwave-preprocessing."""

    @pytest.fixture
    def composites(self):
        return pytest.importorskip(
            "dwave.preprocessing.composites", reason="needs dwave-preprocessing"
        )

    def test_spin_reversal(self, composites, sampler, bqm):
        composed = composites.SpinReversalTransformComposite(sampler, seed=5)
        sampleset = composed.sample(bqm, num_spin_reversal_transforms=3, **SETTINGS)
        check(sampleset, bqm)
        assert len(sampleset) == 3 * SETTINGS["num_reads"]

    def test_fixed_variables(self, composites, sampler, bqm):
        high = max(bqm.vartype.value)
        composed = composites.FixVariablesComposite(sampler)
        sampleset = composed.sample(bqm, fixed_variables={0: high, 5: high}, **SETTINGS)
        dimod.testing.assert_sampleset_energies(sampleset, bqm)
        exact = dimod.ExactSolver().sample(bqm)
        kept = [e for s, e in exact.data(["sample", "energy"]) if s[0] == s[5] == high]
        assert sampleset.first.energy == pytest.approx(min(kept))
        assert all(sample[0] == sample[5] == high for sample in sampleset.samples())

    def test_roof_duality(self, composites, sampler, bqm):
        # Not whole numbers from 0: dwave-preprocessing 0.6.11 mixes these up if out of order.
        bqm = bqm.relabel_variables({label: f"v{label}" for label in bqm.variables}, inplace=False)
        composed = composites.FixVariablesComposite(sampler, algorithm="roof_duality")
        check(composed.sample(bqm, **SETTINGS), bqm)

    def test_connected_components(self, composites, sampler):
        bqm = problem(6)
        bqm.update(
            problem(6, seed=4).relabel_variables({i: i + 6 for i in range(6)}, inplace=False)
        )
        composed = composites.ConnectedComponentsComposite(sampler)
        check(composed.sample(bqm, **SETTINGS), bqm)

    @pytest.mark.parametrize("given", [{"scalar": 0.125}, {"bias_range": [-1, 1]}])
    def test_scale(self, composites, sampler, bqm, given):
        check(composites.ScaleComposite(sampler).sample(bqm, **given, **SETTINGS), bqm)

    def test_clip(self, composites, sampler, bqm):
        composed = composites.ClipComposite(sampler)
        sampleset = composed.sample(bqm, lower_bound=-0.9, upper_bound=0.9, **SETTINGS)
        dimod.testing.assert_sampleset_energies(sampleset, bqm)


class TestSystem:
    """Composites of dwave-system that need no machine of D-Wave."""

    @pytest.fixture
    def system(self):
        return pytest.importorskip("dwave.system", reason="needs dwave-system")

    def test_embedding(self, system, sampler):
        # A triangle on a square: one chain of two.
        square = dimod.StructureComposite(sampler, list("abcd"), ["ab", "bc", "cd", "da"])
        bqm = dimod.BQM({0: 0.3}, {(0, 1): 1, (1, 2): 1, (0, 2): 1}, "SPIN")
        composed = system.EmbeddingComposite(square)
        check(composed.sample(bqm, chain_strength=3, **SETTINGS), bqm)

    def test_cut_off(self, system, sampler, bqm):
        sampleset = system.CutOffComposite(sampler, 0.1).sample(bqm, **SETTINGS)
        dimod.testing.assert_sampleset_energies(sampleset, bqm)


class TestHybrid:
    """Workflows of dwave-hybrid."""

    @pytest.fixture
    def hybrid(self):
        return pytest.importorskip("hybrid", reason="needs dwave-hybrid")

    def test_it_takes_the_place_of_simulated_annealing(self, hybrid, sampler):
        bqm = problem(16)
        part = hybrid.SimulatedAnnealingSubproblemSampler(num_reads=8, num_sweeps=100)
        part.sampler = sampler
        work = hybrid.IdentityDecomposer() | part | hybrid.IdentityComposer()
        workflow = hybrid.Loop(work, max_iter=3)  # each starts where the last one ended
        state = hybrid.State.from_sample(hybrid.min_sample(bqm), bqm)
        check(workflow.run(state).result().samples, bqm)

    def test_decomposition_solves_what_does_not_fit(self, hybrid):
        first, second = np.triu_indices(40, 1)
        # Pairs that attract or repel each other by hidden values: the ground state is known.
        hidden = np.random.default_rng(1).choice([-1, 1], 40)
        couplings = -hidden[first] * hidden[second].astype(float)
        bqm = dimod.BQM.from_numpy_vectors(
            np.zeros(40), (first, second, couplings), 0.0, dimod.SPIN
        )
        with GlauberSampler("model:?pbits=32&lanes=1&replicas=8") as small:
            assert not small.fit(bqm)

            class Part(hybrid.traits.SubproblemSampler, hybrid.traits.SISO, hybrid.Runnable):
                def next(self, state, **runopts):
                    found = small.sample(state.subproblem, **SETTINGS)
                    return state.updated(subsamples=found)

            work = hybrid.EnergyImpactDecomposer(size=20) | Part() | hybrid.SplatComposer()
            workflow = hybrid.LoopUntilNoImprovement(work, convergence=5)
            state = hybrid.State.from_sample(hybrid.random_sample(bqm), bqm)
            result = workflow.run(state).result()
        assert result.samples.first.energy == -len(first)


GIVEN = {
    "clamped": {"clamped": {0: -1, 3: 1}, "beta": 0.7, "samples_per_read": 3, "num_sweeps": 4},
    "clamped by read": {"clamped": {2: [1, -1] * 5, 4: 1}, "num_sweeps": 9},
    "initial states": {
        "initial_states": (np.ones((3, 12), np.int8), range(12)),
        "beta": 0.9,
        "num_sweeps": 2,
    },
    "all of it": {
        "clamped": {5: [1, -1] * 5},
        "initial_states": (-np.ones((2, 11), np.int8), [i for i in range(12) if i != 5]),
        "initial_states_generator": "tile",
        "beta_schedule_type": "linear",
        "beta_range": (0, 3),
        "num_sweeps": 7,
    },
}


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN.keys())
def test_starts_and_clamps_are_the_same_on_the_gates(given, model_url):
    """Ten reads: a whole batch of eight replicas, and a part of one."""
    found = []
    for url in (model_url, "rtl:"):
        with GlauberSampler(url) as opened:
            found.append(opened.sample(problem(), num_reads=10, seed=4, **given))
    model, gates = found
    assert len(model) == 10 * given.get("samples_per_read", 1)
    assert np.array_equal(model.record.sample, gates.record.sample)
    assert model.info["cycles"] == gates.info["cycles"]
