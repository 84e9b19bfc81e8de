"""The noise of a device that misbehaves, and requests that cannot be met."""

from typing import Any

import numpy as np
import pytest

from glauber.hdl.facts.generators import Source
from glauber.hdl.facts.health import RAW_WORDS, Health
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region
from glauber.hdl.facts.registers import Register
from glauber.host import GlauberSampler
from glauber.host.device import Device
from glauber.host.errors import (
    DeviceError,
    DeviceTimeoutError,
    FactError,
    NoiseFailureError,
    OptionError,
)
from glauber.host.plan import ChainPlan, check_streams
from glauber.sim.model.endpoint import Endpoint
from support.fake_machine import FakeMachine
from support.problems import random_bqm

PARAMS = MachineParams(lanes=2, replicas=64, pbits=64, slots=16, rows=8, steps=4, rings=16)


class NoisyMachine(FakeMachine):
    """Its rings make `rate` words, raw and conditioned, whenever a count of them is read."""

    def __init__(self, rate: int, health: Health = Health.READY) -> None:
        super().__init__(PARAMS)
        self.rate = rate
        self.registers[Register.HEALTH] = health

    def _register(self, offset: int) -> int:
        if offset == Register.RAW_COUNT:
            first = self.registers[Register.RAW_COUNT]
            for number in range(first, first + self.rate):
                self.memory[Region.RAW][number % RAW_WORDS] = number
            self.registers[Register.RAW_COUNT] = first + self.rate
        return super()._register(offset)


def noise_of(machine: FakeMachine):
    return Device(Endpoint(machine, "fake")).noise


@pytest.mark.parametrize("rate", [1, 7, 100, 128])
def test_raw_bits_come_in_order_whatever_their_rate(rate):
    """Over the end of the record and back to its beginning."""
    bits = noise_of(NoisyMachine(rate)).raw_bits(32 * 700)
    words = np.packbits(bits, bitorder="little").view("<u4")
    assert (np.diff(words.astype(np.int64)) == 1).all()


class UnsteadyMachine(NoisyMachine):
    """Makes as many words as `rates` says, one rate for each look at the count."""

    def __init__(self, *rates: int) -> None:
        super().__init__(0)
        self.rates = iter(rates)

    def _register(self, offset: int) -> int:
        if offset == Register.RAW_COUNT:
            self.rate = next(self.rates, 1)
        return super()._register(offset)


def test_the_record_may_be_full_but_not_overrun():
    """A word that was being read may just have been the oldest; one more, and it is gone."""
    noise_of(UnsteadyMachine(0, 100, RAW_WORDS - 100)).raw_bits(32 * 300)
    with pytest.raises(DeviceError, match="1 words of 32 are lost after 0"):
        noise_of(UnsteadyMachine(0, 100, RAW_WORDS - 99)).raw_bits(32 * 300)


def test_a_word_that_changes_while_it_is_read_is_not_taken():
    """The count is that of one word and the word that of the next."""

    class Changing(NoisyMachine):
        counts = iter((0, 0, 1))  # for the report, before, and beside the first word
        words = iter((0xBAD,))

        def _register(self, offset: int) -> int:
            if offset == Register.ENTROPY_COUNT:
                return next(self.counts, 2)
            if offset == Register.ENTROPY_WORD:
                return next(self.words, 0x600D)
            return super()._register(offset)

    assert noise_of(Changing(1)).fresh_words(1) == [0x600D]


def test_raw_bits_that_are_lost_are_an_error():
    with pytest.raises(DeviceError, match=r"faster than .* read: \d+ words of 32 are lost after"):
        noise_of(NoisyMachine(200)).raw_bits(32 * 700)


def test_rings_that_are_never_sampled_are_an_error(monkeypatch):
    monkeypatch.setattr("glauber.host.noise.PATIENCE", 0.02)
    machine = NoisyMachine(0)
    for call in (lambda noise: noise.raw_bits(32), lambda noise: noise.fresh_words(1)):
        with pytest.raises(DeviceTimeoutError, match=r"fake makes no raw bits: .* check its clock"):
            call(noise_of(machine))
    machine.registers[Register.HEALTH] = 0
    with pytest.raises(DeviceTimeoutError, match="fake makes no raw bits"):
        noise_of(machine).await_start_up()


def test_a_failure_is_told_by_source_and_test():
    for health, culprit, tests in (
        (Health.REPETITION, "the ring oscillators of fake", "repetition count"),
        (
            Health.PROPORTION | Health.TRANSITION,
            "the ring oscillators of fake",
            "adaptive proportion and transition count",
        ),
        (Health.LIVENESS, r"a generator \(xoroshiro64\) of fake", "liveness"),
        (
            Health.REPETITION | Health.LIVENESS,
            r"the ring oscillators and a generator \(xoroshiro64\) of fake",
            "repetition count and liveness",
        ),
    ):
        noise = noise_of(NoisyMachine(1, health))
        for call in (noise.check, lambda noise=noise: noise.fresh_words(1)):
            with pytest.raises(
                NoiseFailureError, match=f"^{culprit} failed a health test: {tests}"
            ):
                call()
        assert noise.health().alarms == tuple(tests.split(" and "))


def test_a_failure_that_was_cleared_meanwhile_is_still_told():
    machine = NoisyMachine(1)
    device = Device(Endpoint(machine, "fake"))
    machine.registers[Register.STATUS] = 4  # of a fault, which HEALTH no longer shows

    class Program:
        rows = np.array([3], np.uint32)
        couplings = np.zeros(6, np.uint32)

    device.load(Program())
    machine.polls = 0
    machine._end = lambda _, sweeps: FakeMachine._end(machine, 4, sweeps)
    with pytest.raises(NoiseFailureError, match=r"the noise of fake failed .* cleared since"):
        device.run([256 | 1 << 20], 1)


def test_a_report_is_ready_for_json():
    report = noise_of(NoisyMachine(1)).health().as_dict()
    assert report["ready"] is True
    assert report["alarms"] == []
    assert report["cutoffs"]["repetition count"] == 81


def plan(**settings) -> ChainPlan:
    return ChainPlan(**({"num_reads": 8, "first_steps": [1 | 1 << 20], "seed": 1} | settings))


def test_the_sweep_of_the_random_start_draws_words_too():
    params = MachineParams(source=Source.LFSR32_SERIAL, draws=1)
    steps = [Step(1, 4096).encode()] * 255
    most = (1 << 20) - 3 - 1  # sweeps of a row each, and the first
    check_streams(plan(first_steps=[*steps, Step(1, most - 255 * 4096).encode()]), params, 1)
    with pytest.raises(OptionError, match="a read takes 1048574 random words"):
        check_streams(
            plan(first_steps=[*steps, Step(1, most - 255 * 4096 + 1).encode()]), params, 1
        )


def test_a_fresh_seed_is_of_the_system_and_of_the_rings(monkeypatch):
    with GlauberSampler("model:") as sampler:
        monkeypatch.setattr("secrets.randbits", lambda _: 5)
        monkeypatch.setattr(sampler.device.noise, "fresh_words", lambda _: [3, 1 << 31])
        got = sampler.sample(random_bqm(2, 2, 1), num_sweeps=1)
    assert got.info["seed"] == 5 ^ (3 | 1 << 63) & ((1 << 53) - 1)


def test_streams_must_suffice():
    small = MachineParams(source=Source.LFSR32_SERIAL)
    check_streams(plan(num_reads=4096), small, 10)
    with pytest.raises(
        OptionError, match=r"4104 reads need 4104 streams .* a seed of lfsr32_serial"
    ):
        check_streams(plan(num_reads=4104), small, 10)
    with pytest.raises(
        OptionError, match=r"a read takes \d+ random words .*, the streams of lfsr32_serial"
    ):
        check_streams(plan(first_steps=[1 | 4095 << 20] * 16), small, 10)
    check_streams(plan(first_steps=[1 | 4095 << 20] * 16), MachineParams(), 10)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"reseed_interval": -1}, OptionError, "reseed_interval is -1; it must be 0 or more"),
        ({"reseed_interval": 1 << 24}, OptionError, "reseed_interval is 16777216; it must be 167"),
        ({"reseed_words": [1]}, OptionError, "reseed_words needs reseed_interval"),
        (
            {"reseed_interval": 5, "reseed_words": [1 << 32]},
            OptionError,
            "a word of reseed_words is 4294967296; it must be 4294967295 or less",
        ),
        (
            {"reseed_interval": 5, "reseed_words": [1, 2, 3]},
            OptionError,
            "reseed_words has 3 words, but this run reseeds 2 times; give the words, settings",
        ),
        (
            {"reseed_interval": 5, "reseed_words": 7},
            OptionError,
            "reseed_words is 7; give a sequence of whole numbers",
        ),
        ({"num_reads": 1 << 30, "seed": 1}, OptionError, "reads need 536870912 streams"),
        ({"seed": -1}, FactError, "the seed is -1"),
    ],
)
def test_what_cannot_be_sampled(settings, error, message):
    with GlauberSampler("model:") as sampler, pytest.raises(error, match=message):
        sampler.sample(random_bqm(2, 2, 1), **({"num_sweeps": 10} | settings))


def test_words_of_a_replay_may_be_in_any_sequence():
    settings: dict = {"num_reads": 64, "num_sweeps": 20, "seed": 1, "reseed_interval": 10}
    with GlauberSampler("model:") as sampler:
        words: Any
        for words in (np.array([0, 5], np.uint32), iter([0, 5]), [0, np.int64(5)]):
            got = sampler.sample(random_bqm(2, 2, 1), **settings, reseed_words=words)
            assert got.info["reseed_words"] == [0, 5]


def test_reseeds_need_rings():
    with (
        GlauberSampler("model:?rings=0") as sampler,
        pytest.raises(OptionError, match=r"model:\?rings=0 has no ring oscillators"),
    ):
        sampler.sample(random_bqm(2, 2, 1), seed=1, reseed_interval=5)


def test_how_a_seed_came_about_does_not_matter_without_rings():
    with GlauberSampler("model:?rings=0") as sampler:
        first = sampler.sample(random_bqm(2, 2, 1), num_reads=64, num_sweeps=1)
        seed = first.info["seed"]
        again = sampler.sample(random_bqm(2, 2, 1), num_reads=64, num_sweeps=1, seed=seed)
    assert first.info["rings"] == 0
    assert (again.record.sample == first.record.sample).all()
