import threading
from typing import Any

import dimod
import numpy as np
import pytest
from dimod.testing import assert_sampler_api

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region
from glauber.host import GlauberSampler
from glauber.host.errors import (
    DeviceAbsentError,
    DeviceError,
    DeviceSilentError,
    FactError,
    OptionError,
    ProblemTooLargeError,
)
from glauber.host.pool import GlauberPool
from glauber.host.pool.reads import Part, ReadQueue
from glauber.sim.model.endpoint import Endpoint
from glauber.sim.model.machine import ModelMachine
from support.faulty_model import SilentEndpoint
from support.problems import random_bqm

SMALL, LARGE = "model:?lanes=2&replicas=8", "model:?lanes=2&replicas=32&couplings_per_slot=1"
PARAMS = MachineParams(lanes=2, replicas=8)
BQM = random_bqm(20, 3, seed=1)
ANNEAL: dict[str, Any] = {"num_reads": 100, "num_sweeps": 30, "seed": 7}


def silent():
    return SilentEndpoint(PARAMS, Region.STEPS)


class Patient(Endpoint):
    """Once told to wait, does nothing more before `device` has fallen silent."""

    def __init__(self, device):
        super().__init__(ModelMachine(PARAMS, threads=1), "patient:")
        self._device = device
        self.waits = False

    def write(self, data):
        for _ in range(1000 if self.waits else 0):
            if self._device._gone:
                break
            threading.Event().wait(0.01)
        super().write(data)


def one_device(**keywords):
    with GlauberSampler(SMALL) as sampler:
        return sampler.sample(BQM, **keywords)


def assert_same(found, expected):
    assert list(found.variables) == list(expected.variables)
    assert np.array_equal(found.record.sample, expected.record.sample)
    assert np.array_equal(found.record.energy, expected.record.energy)


def test_the_sampler_interface():
    with GlauberPool([SMALL, SMALL]) as pool:
        assert_sampler_api(pool)
        assert "reseed_words" not in pool.parameters
        devices: Any = pool.properties["devices"]
        assert [entry["replicas"] for entry in devices] == [8, 8]


@pytest.mark.parametrize(
    "keywords",
    [
        ANNEAL,
        {**ANNEAL, "num_reads": 1},
        {**ANNEAL, "first_read": 12},
        {"num_reads": 50, "num_sweeps": 3, "beta": 0.01, "samples_per_read": 4, "seed": 2},
        {**ANNEAL, "initial_states": [dict.fromkeys(range(20), 1)] * 30, "num_sweeps": 1},
        {"initial_states": [dict.fromkeys(range(20), -1)] * 30, "num_sweeps": 1, "seed": 3},
        {**ANNEAL, "clamped": {3: [1, -1] * 50, 4: 1}},
    ],
    ids=["anneal", "one read", "later reads", "samples", "starts", "starts alone", "clamped"],
)
@pytest.mark.parametrize("devices", [[SMALL], [SMALL, LARGE], [LARGE, SMALL, SMALL]])
def test_a_pool_gives_what_one_device_gives(keywords, devices):
    with GlauberPool(devices) as pool:
        found = pool.sample(BQM, **keywords)
    expected = one_device(**keywords)
    assert_same(found, expected)
    assert found.info["num_reads"] == expected.info["num_reads"]
    assert found.info["spin_updates"] == expected.info["spin_updates"]


def test_every_read_is_done_once_by_somebody():
    with GlauberPool([SMALL, LARGE]) as pool:
        info = pool.sample(BQM, **ANNEAL).info
    reads = [
        read
        for part in info["parts"]
        for read in range(part["first_read"], part["first_read"] + part["num_reads"])
    ]
    assert reads == list(range(100))
    assert {part["device"] for part in info["parts"]} <= {SMALL, LARGE}
    assert info["device"] == f"{SMALL} + {LARGE}"
    assert info["failures"] == []
    assert (info["seed"], info["num_sweeps"], info["stopped"]) == (7, 30, False)
    assert info["quantisation"]["exact"] is True
    assert info["link"]["bytes_out"] > 0


def test_a_fresh_seed_is_the_same_for_all_parts():
    with GlauberPool([SMALL, SMALL]) as pool:
        found = pool.sample(BQM, num_reads=64, num_sweeps=20)
    assert_same(found, one_device(num_reads=64, num_sweeps=20, seed=found.info["seed"]))


def test_a_problem_without_variables():
    with GlauberPool([SMALL, SMALL]) as pool:
        found = pool.sample(dimod.BQM("SPIN"), num_reads=20)
    assert (len(found), len(found.variables), found.info["num_reads"]) == (20, 0, 20)


def test_a_binary_problem_with_names():
    bqm = dimod.BQM({"a": -1.0, "b": 1.0}, {"ab": 0.5}, 2.5, "BINARY")
    with GlauberPool([SMALL, SMALL]) as pool:
        found = pool.sample(bqm, num_reads=20, num_sweeps=50, seed=1)
    assert found.vartype is dimod.BINARY
    assert found.first.sample == {"a": 1, "b": 0}


def test_progress_counts_all_reads():
    told = []
    with GlauberPool([SMALL, LARGE]) as pool:
        pool.sample(BQM, **ANNEAL, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (100 * 30 * 20, 100 * 30 * 20)
    assert {total for _, total in told} == {100 * 30 * 20}


def test_the_reads_of_a_device_that_fails_are_done_by_another():
    bad = silent()
    good = Patient(bad)
    with GlauberPool([good, bad]) as pool:
        good.waits = True
        found = pool.sample(BQM, **ANNEAL)
        assert_same(found, one_device(**ANNEAL))
        (failure,) = found.info["failures"]
        assert (failure["device"], failure["num_reads"]) == ("silent:", 8)
        assert failure["first_read"] in (0, 8)
        assert "silent:" in failure["error"]
        assert {part["device"] for part in found.info["parts"]} == {"patient:"}
        again = pool.sample(BQM, **ANNEAL)
        assert again.info["failures"] == []  # it is left out now
        assert_same(again, found)


def test_reads_that_are_given_back_at_the_end_are_done_too():
    bad = silent()
    good = Patient(bad)
    with GlauberPool([good, bad]) as pool:
        good.waits = True
        # A part for each, so that nothing is left when the failure comes.
        found = pool.sample(BQM, num_reads=16, num_sweeps=10, seed=1)
    assert_same(found, one_device(num_reads=16, num_sweeps=10, seed=1))


def test_if_all_devices_fail_their_errors_are_raised():
    with GlauberPool([silent()]) as pool, pytest.raises(DeviceSilentError, match="silent:"):
        pool.sample(BQM, **ANNEAL)
    with GlauberPool([silent(), silent_as("mute:")]) as pool:
        for _ in range(2):
            text = r"all 2 devices of the pool have failed: .*(silent:.*; .*mute:|mute:.*; .*sil)"
            with pytest.raises(DeviceError, match=text):
                pool.sample(BQM, **ANNEAL)


def silent_as(name):
    device = silent()
    device.name = name
    return device


def test_an_interrupt_keeps_whole_reads_only():
    with GlauberPool([SMALL, LARGE]) as pool:
        found = pool.sample(BQM, **ANNEAL, interrupt_function=lambda: True)
    assert (len(found), found.info["num_reads"], found.info["stopped"]) == (0, 0, True)


def test_an_interrupt_in_the_middle():
    asked = iter(range(1000))
    with GlauberPool([SMALL]) as pool:
        found = pool.sample(BQM, **ANNEAL, interrupt_function=lambda: next(asked) > 4)
    assert 0 < len(found) < 100
    assert found.info["stopped"]
    assert np.array_equal(found.record.sample, one_device(**ANNEAL).record.sample[: len(found)])


def test_ctrl_c_ends_all_threads(monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("glauber.host.pool.call.wait", interrupted)
    before = threading.active_count()
    with GlauberPool([SMALL, LARGE]) as pool, pytest.raises(KeyboardInterrupt):
        pool.sample(BQM, num_reads=1000, num_sweeps=1000, seed=1)
    assert threading.active_count() == before


def test_a_time_limit_begins_no_more_reads():
    with GlauberPool([SMALL, LARGE]) as pool:
        found = pool.sample(BQM, num_reads=1 << 16, num_sweeps=10, time_limit=1e-6, seed=1)
    assert 8 <= len(found) <= 40
    assert found.info["stopped"]


@pytest.mark.parametrize(
    ("keywords", "error", "text"),
    [
        ({"num_reads": 0}, OptionError, "num_reads is 0; it must be 1 or more"),
        ({"first_read": -4}, OptionError, "first_read is -4; it must be 0 or more"),
        ({"first_read": 3}, OptionError, "first_read is 3; it must be a multiple of 4, the reads"),
        ({"num_reads": 1 << 27}, OptionError, "134217728 reads need .* streams of random words"),
        ({"seed": -1}, FactError, "the seed is -1, outside its legal range"),
        ({"num_sweeps": 0}, OptionError, "num_sweeps is 0; it must be 1 or more"),
        ({"reseed_words": [1]}, OptionError, "reseed_words is for one device, whose replicas it"),
        ({"clamped": {0: [1, -1]}, "num_reads": 9}, OptionError, "clamped has sequences of 2 val"),
    ],
)
def test_settings_that_are_not_legal(keywords, error, text):
    with GlauberPool([SMALL, LARGE]) as pool, pytest.raises(error, match=text):
        pool.sample(BQM, **keywords)


def test_an_unknown_keyword_is_told_once():
    with (
        GlauberPool([SMALL, LARGE]) as pool,
        pytest.warns(dimod.exceptions.SamplerUnknownArgWarning) as told,
    ):
        pool.sample(BQM, **ANNEAL, colour="red")
    assert len(told) == 1


def test_a_problem_that_one_device_cannot_hold_names_it():
    tiny = "model:?lanes=2&replicas=8&pbits=16"
    with GlauberPool([tiny]) as pool, pytest.raises(ProblemTooLargeError, match="pbits=16: the p"):
        pool.sample(BQM, **ANNEAL)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("lanes=4", r"\(lanes 2 and 4\)"),
        ("lanes=2&draws=2", r"\(draws 4 and 2\)"),
        ("lanes=2&coupling_bits=6&field_bits=20", r"\(coupling_bits 8 and 6, field_bits 16 and 20"),
        ("lanes=2&source=lfsr64", r"\(source xoroshiro64 and lfsr64\)"),
    ],
)
def test_devices_that_would_give_other_samples_are_refused(options, text):
    with pytest.raises(OptionError, match=f"would not give the same samples {text}.*one by one"):
        GlauberPool([SMALL, f"model:?{options}"])


def test_a_board_stands_in_a_pool_once():
    url = "serial:/dev/absent"
    with pytest.raises(OptionError, match=r"the device serial:/dev/absent stands twice in a pool"):
        GlauberPool([url, SMALL, url])


def test_a_pool_needs_devices_that_are_there():
    with pytest.raises(OptionError, match="a pool was given no devices; give at least one"):
        GlauberPool([])
    with pytest.raises(DeviceAbsentError, match="there is no port /dev/absent"):
        GlauberPool([SMALL, "serial:/dev/absent"])


def test_a_single_url_is_a_pool_of_one():
    with GlauberPool(SMALL) as pool:
        assert [sampler.device.name for sampler in pool.samplers] == [SMALL]


def test_devices_take_whole_batches_then_half_of_their_share():
    queue = ReadQueue(8, 1000)
    assert queue.take(0, 8) == Part(8, 8)
    assert queue.take(1, 32) == Part(16, 32)
    assert queue.left == 960
    queue.note_speed(0, Part(8, 8), 1.0)
    queue.note_speed(1, Part(16, 32), 2.0)  # twice as fast: 2/3 of 960, and half of that
    assert queue.take(1, 32) == Part(48, 320)
    assert queue.take(0, 8) == Part(368, 104)


def test_parts_that_are_given_back_are_taken_first():
    queue = ReadQueue(0, 40)
    first = queue.take(0, 8)
    assert first == Part(0, 8)
    queue.give_back(Part(0, 8))
    assert queue.take(1, 32) == Part(0, 8)
    assert queue.take(1, 32) == Part(8, 32)
    assert queue.take(0, 8) is None
    assert queue.left == 0
