"""Entropy, health and reseeds through the same host calls on every device."""

from typing import Any

import numpy as np
import pytest

from glauber.hdl.facts.health import RESEED_WORDS
from glauber.hdl.facts.registers import Register
from glauber.host import Device, GlauberSampler
from glauber.host.errors import NoiseFailureError, OptionError
from support.problems import random_bqm, random_steps

ANNEAL: dict[str, Any] = {"num_reads": 12, "num_sweeps": 90, "num_sweeps_per_beta": 3}


def test_raw_bits_are_read_without_gaps(url):
    with Device(url) as device:
        told = []
        bits = device.noise.raw_bits(2000, lambda done, total: told.append((done, total)))
        assert bits.shape == (2000,)
        assert set(np.unique(bits).tolist()) == {0, 1}
        assert told[-1] == (2016, 2016)
        # Six standard deviations of fair bits, one false alarm in 10**9.
        assert abs(bits.mean() - 0.5) < 6 * 0.5 / 2000**0.5


def test_sound_rings_pass_the_start_up_test(url):
    with Device(url) as device:
        device.noise.restart()
        device.noise.await_start_up()
        report = device.noise.health()
        assert report.ready
        assert not report.alarms
        assert report.samples >= 1024
        assert 1 <= report.longest_run < report.cutoffs["repetition count"]
        assert 400 < report.transitions < 624
        device.noise.check()


def test_a_fresh_seed_is_reported_and_gives_the_same_run_elsewhere(url, model_url):
    bqm = random_bqm(30, 4, 1)
    with GlauberSampler(url) as sampler, GlauberSampler(model_url) as model:
        first, second = (sampler.sample(bqm, **ANNEAL) for _ in range(2))
        assert first.info["seed"] != second.info["seed"]
        again = model.sample(bqm, **ANNEAL, seed=first.info["seed"])
    assert (again.record.sample == first.record.sample).all()


def test_fresh_words_are_new_every_time(url):
    with Device(url) as device:
        words = device.noise.fresh_words(2) + device.noise.fresh_words(2)
        assert len(set(words)) == 4


def test_a_run_with_reseeds_can_be_replayed(url, model_url):
    bqm, settings = random_bqm(30, 4, 2), {"reseed_interval": 40}
    # Hot, so that no state forgets what was mixed in before it.
    hot: dict[str, Any] = {"num_reads": 12, "num_sweeps": 400, "beta": 0.002, "seed": 5}
    keywords: dict[str, Any] = hot | settings
    with GlauberSampler(url) as sampler, GlauberSampler(model_url) as model:
        sampler.device.noise.await_start_up()
        first = sampler.sample(bqm, **keywords)
        words = first.info["reseed_words"]
        assert len(words) == 2 * (401 // 40)
        assert any(words)  # a batch takes as long as two words of the rings
        assert first.info["reseeds_missed"] == words.count(0)
        for device in (sampler, model):
            again = device.sample(bqm, **keywords, reseed_words=words)
            assert (again.record.sample == first.record.sample).all()
            assert again.info["reseed_words"] == words
        # And a later run without reseeds has none.
        without = [device.sample(bqm, **hot) for device in (sampler, model)]
        assert (without[0].record.sample == without[1].record.sample).all()
        assert (without[0].record.sample != first.record.sample).any()


def test_reseeds_beyond_the_record_are_counted(url):
    sweeps = RESEED_WORDS + 20
    with GlauberSampler(url) as sampler:
        result = sampler.sample(
            random_bqm(4, 2, 3),
            num_reads=8,
            num_sweeps=sweeps - 1,  # and the sweep of the random start
            seed=1,
            reseed_interval=1,
            reseed_words=list(range(1, RESEED_WORDS + 1)),
        )
        assert result.info["reseed_words"] == list(range(1, RESEED_WORDS + 1))
        assert result.info["reseeds_missed"] == 20


def test_a_generator_that_is_seeded_with_zeros_is_found(url):
    with Device(url) as device:
        load = random_steps(device.params, 7)
        zeros = np.zeros(device.params.seed_words * device.params.generators, np.uint32)
        seeds = load.seeds.copy()
        seeds[-device.params.seed_words :] = 0  # one of them is enough
        steps = np.tile(load.steps, 8)
        for words in (zeros, seeds):
            device.load(load)
            device.load_seeds(words)
            with pytest.raises(NoiseFailureError, match=r"generator \(xoroshiro64\).*: liveness"):
                device.run(steps, len(load.rows))
            number = device.link.read_word(Register.RUN)
            with pytest.raises(NoiseFailureError, match="liveness"):
                device.run(steps, len(load.rows))  # nothing runs until it is cleared
            assert device.link.read_word(Register.RUN) == number
            assert device.noise.health().alarms == ("liveness",)
            device.noise.restart()
        device.load_seeds(load.seeds)
        device.run(steps, len(load.rows))


def test_a_dead_generator_is_found_over_runs_shorter_than_a_window(url):
    with Device(url) as device:
        load = random_steps(device.params, 7)
        device.load(load)
        device.load_seeds(np.zeros_like(load.seeds))
        one_sweep = load.steps[:1] & 0x7FFFF | 1 << 20

        def run_often():
            for _ in range(128):
                device.run(one_sweep, len(load.rows))

        with pytest.raises(NoiseFailureError, match="liveness"):
            run_often()
        device.noise.restart()


def test_a_plan_with_reseeds_leaves_none_behind(url):
    with GlauberSampler(url) as sampler:
        sampler.sample(random_bqm(4, 2, 3), num_sweeps=20, seed=1, reseed_interval=5)
        assert sampler.device.link.read_word(Register.RESEED) == 0


def test_a_device_without_rings_says_so():
    with Device("model:?rings=0") as device:
        for call in (
            lambda: device.noise.raw_bits(32),
            lambda: device.noise.fresh_words(1),
            lambda: device.noise.start_reseeds(5),
        ):
            with pytest.raises(OptionError, match=r"no ring oscillators, .* use an image with"):
                call()
        assert device.noise.health().samples == 0
        device.noise.check()
        device.noise.start_reseeds(0)
