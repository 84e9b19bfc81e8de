"""Results as arrays and for ArviZ, and what fits a device."""

import sys
import warnings

import dimod
import numpy as np
import pytest

from glauber.host import GlauberSampler, to_arrays, to_arviz
from glauber.host.errors import EnvironmentMissingError, InputError, OptionError

URL = "model:?lanes=2&replicas=8"
BQM = dimod.BQM({"a": -0.5}, {"ab": -1.0, "bc": 0.7, "ac": 0.4, "cd": -1.0}, "SPIN")
RING = dimod.BQM({}, {(node, (node + 1) % 10): -1.0 for node in range(10)}, "SPIN")


@pytest.fixture(scope="module")
def sampler():
    with GlauberSampler(URL) as opened:
        yield opened


@pytest.fixture
def arviz():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of its next version
        return pytest.importorskip("arviz", reason="needs ArviZ")


class TestArrays:
    @pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
    def test_they_hold_the_samples_by_read(self, sampler, vartype):
        bqm = BQM.change_vartype(vartype, inplace=False)
        draws = sampler.sample(bqm, beta=1, num_reads=10, num_sweeps=3, samples_per_read=7, seed=1)
        samples, energies, variables = to_arrays(draws)
        assert samples.shape == (10, 7, 4)
        assert samples.dtype == np.int8
        assert set(np.unique(samples)) == bqm.vartype.value
        assert energies.shape == (10, 7)
        assert variables == tuple(draws.variables)
        flat = bqm.energies((samples.reshape(-1, 4), variables))
        assert np.allclose(flat.reshape(10, 7), energies)
        second = list(draws.samples(sorted_by=None))[7]  # the first sample of the second read
        assert [second[name] for name in variables] == samples[1, 0].tolist()

    def test_an_anneal_has_one_sample_in_each_read(self, sampler):
        assert to_arrays(sampler.sample(BQM, num_reads=5, num_sweeps=2)).samples.shape == (5, 1, 4)

    def test_of_no_reads(self, sampler):
        draws = sampler.sample(BQM, num_reads=5, interrupt_function=lambda: True)
        assert to_arrays(draws).samples.shape == (0, 1, 4)

    def test_other_rows_are_refused(self, sampler):
        draws = sampler.sample(RING, beta=1, num_reads=9, num_sweeps=2, samples_per_read=3, seed=1)
        with pytest.raises(InputError, match="the 5 rows of this sample set are not the reads tha"):
            to_arrays(draws.truncate(5))
        with pytest.raises(InputError, match="the 1 rows of this sample set are not the reads th"):
            to_arrays(dimod.SampleSet.from_samples({"a": 1}, "SPIN", 0))


class TestArviz:
    def test_it_finds_the_chains(self, sampler, arviz):
        draws = sampler.sample(BQM, beta=0.6, num_reads=6, samples_per_read=40, seed=1)
        data = to_arviz(draws)
        state = data.posterior["state"]
        assert state.dims == ("chain", "draw", "variable")
        assert state.coords["variable"].values.tolist() == list("abcd")
        assert np.array_equal(state.values, to_arrays(draws).samples)
        assert np.array_equal(data.posterior["energy"].values, to_arrays(draws).energies)

    def test_labels_of_numbers_stay_numbers(self, sampler, arviz):
        draws = sampler.sample(RING, beta=0.6, num_reads=4, samples_per_read=5, seed=1)
        assert to_arviz(draws).posterior.coords["variable"].values.tolist() == list(range(10))
        pairs = RING.relabel_variables({0: (1, "x")}, inplace=False)
        draws = sampler.sample(pairs, beta=0.6, num_reads=4, samples_per_read=5, seed=1)
        assert "(1, 'x')" in to_arviz(draws).posterior.coords["variable"].values

    def test_clamped_variables_stand_apart(self, sampler, arviz):
        values = [-1, 1, 1, -1]
        draws = sampler.sample(
            BQM, beta=0.6, clamped={"b": values}, num_reads=4, samples_per_read=20, seed=1
        )
        data = to_arviz(draws)
        assert data.posterior.coords["variable"].values.tolist() == list("acd")
        assert data.constant_data["clamped"].dims == ("read", "held")
        assert data.constant_data["clamped"].values[:, 0].tolist() == values
        assert float(arviz.rhat(data)["state"].max()) < 1.5

    def test_hot_chains_agree_and_their_samples_are_independent(self, sampler, arviz):
        """At beta 0.1 a sweep forgets: of 8 x 500 samples the ESS is near 4,000, R-hat near 1."""
        draws = sampler.sample(RING, beta=0.1, num_reads=8, samples_per_read=500, thin=2, seed=1)
        data = to_arviz(draws)
        assert float(arviz.rhat(data)["energy"]) == pytest.approx(1, abs=0.01)
        assert float(arviz.rhat(data)["state"].max()) < 1.02
        assert 3000 < float(arviz.ess(data)["energy"]) < 5500

    def test_thinning_lowers_the_autocorrelation(self, sampler, arviz):
        """Of the energy of a cold ring, from sample to sample; ESS per sample rises as it falls."""
        found = []
        for thin in (1, 4, 16):
            draws = sampler.sample(
                RING, beta=1.2, num_reads=8, samples_per_read=1000, thin=thin, seed=1
            )
            data = to_arviz(draws)
            lag_one = arviz.autocorr(data.posterior["energy"].values, axis=1)[:, 1].mean()
            found.append((float(lag_one), float(arviz.ess(data)["energy"])))
        (near, few), (middle, more), (far, most) = found
        assert near > 0.6 > middle > 0.25
        assert abs(far) < 0.05
        assert 2 * few < more < most / 1.5
        assert most < 8000 * 1.2

    def test_cold_chains_that_do_not_mix_are_found_out(self, sampler, arviz):
        """Two wells, and chains that hardly leave the one where they began: R-hat says so."""
        bqm = dimod.BQM({}, {(a, b): -1.0 for a in range(8) for b in range(a)}, "SPIN")
        draws = sampler.sample(bqm, beta=0.3, num_reads=8, samples_per_read=200, seed=1)
        assert float(arviz.rhat(to_arviz(draws))["state"].min()) > 1.5

    def test_without_samples(self, sampler, arviz):
        draws = sampler.sample(BQM, num_reads=5, interrupt_function=lambda: True)
        with pytest.raises(InputError, match="the sample set has no samples; ArviZ needs some"):
            to_arviz(draws)

    def test_without_arviz(self, sampler, monkeypatch):
        draws = sampler.sample(BQM, num_reads=2, num_sweeps=1)
        monkeypatch.setitem(sys.modules, "arviz", None)
        with pytest.raises(EnvironmentMissingError, match="install glauber with the extra arviz"):
            to_arviz(draws)


def complete(size):
    pairs = {(a, b): 1.0 + 0.1 * np.pi * a * b for a in range(size) for b in range(a)}
    return dimod.BQM(dict.fromkeys(range(size), 1.0), pairs, "SPIN")


class TestFit:
    def test_what_fits(self, sampler):
        fit = sampler.fit(RING)
        assert fit
        assert fit.remedies == ()
        used = {use.what: (use.needed, use.capacity) for use in fit.uses}
        params = sampler.device.params
        assert used["p-bits"] == (10, params.pbits)
        assert used["p-bit addresses"] == (12, params.pbits)  # two colours of five, in pairs
        assert used["rows"] == (6, params.rows)
        slots = sampler.sample(RING, num_sweeps=1).info["slots_per_sweep"]
        assert used["slots per lane"] == (slots, params.slots)
        assert fit.field.needed == 2 * 127
        assert fit.field_bits == 10
        text = str(fit)
        assert text.startswith(f"fits on {URL}\n  2 of ")
        assert f"10 of {params.pbits} p-bits\n" in text
        assert "254 of 16383 LSB of field (10 bits)" in text
        assert text.endswith("couplings and biases are exact")

    def test_nothing_runs(self, sampler):
        before = sampler.device.link.bytes_out
        assert sampler.fit(complete(30), beta=0.1)
        assert sampler.device.link.bytes_out == before

    def test_it_is_what_a_run_takes(self, sampler):
        bqm, settings = complete(20), {"beta": 0.05, "slots_per_coupling": 4, "clamped": {3: 1}}
        used = {use.what: use.needed for use in sampler.fit(bqm, **settings).uses}
        info = sampler.sample(bqm, **settings, num_sweeps=2).info
        assert used["slots per lane"] == info["slots_per_sweep"]

    def test_what_does_not_fit(self):
        with GlauberSampler("model:?lanes=1&pbits=32&slots=600&replicas=8") as small:
            fit = small.fit(complete(40), beta=0.01)
            anneal = small.fit(complete(20))
            spread = small.fit(complete(20), beta=0.01)
        assert not fit
        assert "41 of 32 p-bits, 9 too many" in str(fit)
        assert len(fit.remedies) == 2, "one for each capacity that is short"
        pbits, slots = fit.remedies
        assert pbits.startswith("the problem needs 41 p-bit addresses, the device has 32: 9 too m")
        assert "an image with fewer replicas" in pbits
        assert "solve it in parts (dwave-hybrid)" in pbits
        assert "lower slots_per_coupling" not in pbits
        assert "or lower slots_per_coupling from 10, at the cost of precision" in slots
        assert anneal
        assert not spread
        assert [use.what for use in spread.uses if not use.fits] == ["slots per lane"]

    def test_a_field_that_overflows(self):
        hub = dimod.BQM({"hub": 1e6}, {("hub", leaf): 1.0 for leaf in range(40)}, "SPIN")
        with GlauberSampler("model:?lanes=2&replicas=8&field_bits=11") as small:
            fit = small.fit(hub)
            assert small.fit(hub, clamped={"hub": 1})
        assert not fit
        assert fit.uses == ()
        assert "the field of variable 'hub' could overflow" in str(fit)

    def test_settings_are_checked_as_in_a_run(self, sampler):
        with pytest.raises(OptionError, match="beta is -1; it must be a positive finite number"):
            sampler.fit(RING, beta=-1)
        with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning, match="chains"):
            sampler.fit(RING, chains=3)
