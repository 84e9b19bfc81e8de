"""Initial states and clamped variables."""

import itertools

import dimod
import numpy as np
import pytest

from glauber.host import GlauberSampler
from glauber.host.errors import FieldOverflowError, OptionError, ProblemTooLargeError

URL = "model:?lanes=2&replicas=8"
NAMES = list("abcdef")


@pytest.fixture(scope="module")
def sampler():
    with GlauberSampler(URL) as opened:
        yield opened


@pytest.fixture(params=["SPIN", "BINARY"])
def bqm(request):
    random = np.random.default_rng(1)
    linear = dict(zip(NAMES, random.integers(-3, 4, 6).tolist(), strict=True))
    quadratic = {a + b: float(random.integers(-3, 4)) for a in NAMES for b in NAMES if a < b}
    return dimod.BQM(linear, quadratic, request.param)


def columns(sampleset):
    return sampleset.record.sample[:, [sampleset.variables.index(name) for name in NAMES]]


class TestInitialStates:
    def stay(self, sampler, pattern, bqm, **given):
        """What comes out of one sweep that moves nothing: all spins want to be as they are."""
        chain = dimod.BQM("SPIN")
        chain.add_variables_from(dict.fromkeys(NAMES, 0.0))
        first = dict(zip(NAMES, pattern, strict=True))
        for left, right in itertools.pairwise(NAMES):
            chain.add_quadratic(left, right, -1.0 * first[left] * first[right])
        chain.change_vartype(bqm.vartype, inplace=True)
        return columns(sampler.sample(chain, beta=40, num_sweeps=1, seed=1, **given))

    @pytest.mark.parametrize("kind", ["dict", "array", "list of dicts", "sample set", "other type"])
    def test_a_read_starts_there(self, sampler, bqm, kind):
        pattern = np.array([1, -1, -1, 1, 1, -1], np.int8)
        # Its negative is as good, so that a random start does not do.
        for spins in (pattern, -pattern):
            values = spins if bqm.vartype is dimod.SPIN else (spins + 1) // 2
            sample = dict(zip(NAMES, values.tolist(), strict=True))
            other = (spins + 1) // 2 if bqm.vartype is dimod.SPIN else spins
            states = {
                "dict": sample,
                "array": (values, NAMES),
                "list of dicts": [sample],
                "sample set": dimod.SampleSet.from_samples(sample, bqm.vartype, 0),
                "other type": (other, NAMES),
            }[kind]
            assert (self.stay(sampler, pattern, bqm, initial_states=states) == values).all()

    def test_there_are_as_many_reads_as_states(self, sampler, bqm):
        states = (np.ones((11, 6), np.int8), NAMES)
        assert len(sampler.sample(bqm, initial_states=states, num_sweeps=2, seed=1)) == 11
        assert len(sampler.sample(bqm, num_sweeps=2, seed=1)) == 1

    def test_the_other_reads_start_at_random_as_without_states(self, sampler, bqm):
        given = {"num_reads": 20, "num_sweeps": 1, "seed": 3}
        plain = columns(sampler.sample(bqm, **given))
        states = (np.ones((9, 6), np.int8), NAMES)
        mixed = columns(sampler.sample(bqm, initial_states=states, **given))
        assert np.array_equal(mixed[9:], plain[9:])
        assert not np.array_equal(mixed[:9], plain[:9])

    def test_tiles(self, sampler, bqm):
        low, high = sorted(bqm.vartype.value)
        pattern = np.array([1, 1, 1, 1, 1, 1])
        states = (np.array([[high] * 6, [low] * 6, [high] * 6]), NAMES)
        found = self.stay(
            sampler,
            pattern,
            bqm,
            initial_states=states,
            initial_states_generator="tile",
            num_reads=20,
        )
        assert np.array_equal(found[:, 0], np.resize([high, low, high], 20))
        assert (found == found[:, :1]).all()

    def test_too_many_states_are_cut(self, sampler, bqm):
        states = (np.ones((9, 6), np.int8), NAMES)
        for generator in ("none", "tile", "random"):
            found = sampler.sample(
                bqm,
                initial_states=states,
                initial_states_generator=generator,
                num_reads=2,
                num_sweeps=1,
            )
            assert len(found) == 2

    @pytest.mark.parametrize("url", ["model:?lanes=2&replicas=16", "model:?lanes=2"])
    def test_reads_do_not_depend_on_how_many_run_side_by_side(self, url, bqm):
        states = (np.random.default_rng(2).choice([-1, 1], (5, 6)), NAMES)
        given = {"num_reads": 9, "num_sweeps": 2, "seed": 3, "initial_states": states}
        with GlauberSampler(url) as one, GlauberSampler("model:?lanes=2&replicas=4") as other:
            first, second = (columns(device.sample(bqm, **given)) for device in (one, other))
        assert np.array_equal(first, second)

    def test_states_belong_to_the_numbers_of_the_reads(self, sampler, bqm):
        states = (np.random.default_rng(2).choice([-1, 1], (14, 6)), NAMES)
        given = {"num_sweeps": 1, "seed": 3, "initial_states": states}
        whole = columns(sampler.sample(bqm, **given))
        late = columns(sampler.sample(bqm, first_read=8, **given))
        assert np.array_equal(late, whole[8:])

    @pytest.mark.parametrize(
        ("given", "text"),
        [
            ({"initial_states_generator": "zeros"}, "initial_states_generator is 'zeros'; use one"),
            ({"initial_states_generator": "tile"}, "is 'tile', but there are no initial_states to"),
            (
                {"initial_states_generator": "none", "num_reads": 2},
                "is 'none', but there are 0 initial_states for 2 reads; give more, or use 'tile' o",
            ),
            (
                {"initial_states": {"a": 1}},
                "initial_states have no value of variable 'b'; give one",
            ),
            (
                {"initial_states": dict.fromkeys([*NAMES, "z"], 1)},
                "initial_states have 'z', which is no variable of the problem",
            ),
            (
                {"initial_states": dict.fromkeys(NAMES, 3)},
                "initial_states must be -1 and 1, or 0 and 1; they have other values",
            ),
            (
                {"initial_states": (np.ones((1, 7)), [*NAMES, "a"])},
                r"initial_states name a variable twice: \['a', .*, 'a'\]; name each once",
            ),
            (
                {"initial_states": np.ones((2, 2, 2))},
                "initial_states are no samples .* give what dimod.as_samples",
            ),
            (
                {"initial_states": dict.fromkeys(NAMES, 1), "clamped": {"c": 0}},
                "initial_states and clamped give variable 'c' different values; leave it out of o",
            ),
        ],
    )
    def test_what_is_refused(self, sampler, given, text):
        bqm = dimod.BQM(dict.fromkeys(NAMES, 1.0), {}, "BINARY")
        before = sampler.device.link.bytes_out
        with pytest.raises(OptionError, match=text):
            sampler.sample(bqm, **given)
        assert sampler.device.link.bytes_out == before, "the device was bothered"


class TestClamped:
    def test_they_keep_their_values_and_the_rest_finds_the_best(self, sampler, bqm):
        low, high = sorted(bqm.vartype.value)
        clamped = {"b": high, "e": low}
        found = sampler.sample(bqm, clamped=clamped, num_reads=20, num_sweeps=300, seed=1)
        dimod.testing.assert_sampleset_energies(found, bqm)
        assert all(sample["b"] == high and sample["e"] == low for sample in found.samples())
        exact = dimod.ExactSolver().sample(bqm).data(["sample", "energy"])
        best = min(e for s, e in exact if s["b"] == high and s["e"] == low)
        assert found.first.energy == best
        assert found.info["clamped"] == ["b", "e"]
        assert found.info["spin_updates"] == 20 * 300 * 4

    def test_values_for_each_read(self, sampler, bqm):
        low, high = sorted(bqm.vartype.value)
        values = np.random.default_rng(3).choice([low, high], 19)
        found = sampler.sample(
            bqm, clamped={"c": values, "d": high}, beta=0.5, samples_per_read=3, num_sweeps=4
        )
        assert len(found) == 19 * 3
        assert np.array_equal(columns(found)[:, 2], np.repeat(values, 3))
        assert (columns(found)[:, 3] == high).all()

    def test_values_for_each_read_are_those_for_all_reads(self, sampler, bqm):
        """A read with its own value is the read of a call in which all have that value."""
        low, high = sorted(bqm.vartype.value)
        given = {"num_reads": 12, "num_sweeps": 3, "seed": 5}
        mixed = columns(sampler.sample(bqm, clamped={"a": [low, high] * 6}, **given))
        for offset, value in enumerate((low, high)):
            alone = columns(sampler.sample(bqm, clamped={"a": value}, **given))
            assert np.array_equal(mixed[offset::2], alone[offset::2])

    def test_they_may_be_left_out_of_initial_states(self, sampler, bqm):
        others = [name for name in NAMES if name != "a"]
        found = sampler.sample(
            bqm, clamped={"a": 1}, initial_states=dict.fromkeys(others, 1), num_sweeps=1
        )
        assert (columns(found)[:, 0] == 1).all()

    def test_without_biases_there_is_no_constant(self, sampler):
        chain = dimod.BQM({}, {"ab": -1.0, "bc": -1.0}, "SPIN")
        for value in (-1, 1):
            found = sampler.sample(chain, beta=9, clamped={"a": value}, num_reads=9, seed=1)
            assert (found.record.sample == value).all()

    def test_what_a_clamped_variable_would_see_may_overflow(self):
        hub = dimod.BQM({"hub": 1e6}, {("hub", leaf): 1.0 for leaf in range(40)}, "SPIN")
        with GlauberSampler("model:?lanes=2&replicas=8&field_bits=11") as small:
            with pytest.raises(FieldOverflowError, match="the field of variable 'hub' could over"):
                small.sample(hub, num_sweeps=5)
            found = small.sample(hub, clamped={"hub": -1}, num_sweeps=200, seed=1)
        assert (found.record.sample[:, [v != "hub" for v in found.variables]] == 1).all()

    def test_they_take_addresses(self):
        bqm = dimod.BQM({}, {(0, node): 1.0 for node in range(1, 16)}, "SPIN")
        with GlauberSampler("model:?lanes=4&pbits=16&replicas=8") as small:
            assert small.sample(bqm, clamped={0: 1, 1: 1, 2: 1, 3: 1}, num_sweeps=2)
            with pytest.raises(ProblemTooLargeError, match=r"needs 17 p-bit addresses, .* has 16"):
                small.sample(bqm, clamped={0: 1}, num_sweeps=2)

    @pytest.mark.parametrize(
        ("clamped", "text"),
        [
            ({"z": 1}, "clamped has 'z', which is no variable of the problem"),
            (
                {"a": 2},
                "variable 'a' is clamped to 2; give 0 or 1, or a sequence of these, one for",
            ),
            ({"a": -1}, "variable 'a' is clamped to -1; give 0 or 1"),
            ({"a": "up"}, "variable 'a' is clamped to 'up'; give 0 or 1"),
            ({"a": []}, r"variable 'a' is clamped to \[\]; give 0 or 1"),
            ({"a": [[1]]}, r"variable 'a' is clamped to \[\[1\]\]; give 0 or 1"),
            (["a"], r"clamped is \['a'\]; give a mapping from variables to values"),
            (dict.fromkeys(NAMES, 1), "all variables are clamped, so there is nothing to sample"),
            ({"a": [0, 1], "b": [0, 1, 1]}, "clamped has sequences of 2 and of 3 values; give a"),
            ({"a": [0, 1]}, "clamped has sequences of 2 values for 4 reads; give a single value"),
        ],
    )
    def test_what_is_refused(self, sampler, clamped, text):
        bqm = dimod.BQM(dict.fromkeys(NAMES, 1.0), {}, "BINARY")
        with pytest.raises(OptionError, match=text):
            sampler.sample(bqm, clamped=clamped, num_reads=4)
