"""One device, several callers: threads take turns, and nobody uses a device that is closed."""

import copy
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import dimod
import numpy as np
import pytest

from glauber.host import GlauberPool, GlauberSampler
from glauber.host.errors import DeviceAbsentError, DeviceError, OptionError
from support.problems import random_bqm

URL = "model:?lanes=2&replicas=8"
PROBLEMS = [random_bqm(20, 3, seed) for seed in range(3)]


def samples(sampler, number, **keywords):
    settings = {"num_reads": 16, "num_sweeps": 40, "seed": number}
    return sampler.sample(PROBLEMS[number % 3], **settings, **keywords).record.sample


@pytest.fixture
def sampler():
    with GlauberSampler(URL) as opened:
        yield opened


def test_threads_that_share_a_sampler_get_their_own_samples(sampler):
    alone = [samples(sampler, number) for number in range(24)]
    with ThreadPoolExecutor(4) as executor:
        shared = list(executor.map(lambda number: samples(sampler, number), range(24)))
    assert all(map(np.array_equal, alone, shared))


def test_a_call_waits_for_the_one_that_is_under_way(sampler):
    order, threads = [], []

    def other():
        samples(sampler, 1)
        order.append("second")

    def progress(*_):
        if not threads:
            threads.append(threading.Thread(target=other))
            threads[0].start()
            threads[0].join(0.3)  # in vain
        order.append("first")

    samples(sampler, 0, progress=progress)
    threads[0].join()
    assert order.index("second") == len(order) - 1 > 0


@pytest.mark.parametrize("keyword", ["progress", "interrupt_function"])
def test_a_call_within_a_call_is_refused(sampler, keyword):
    expected = samples(sampler, 1)
    text = r"replicas=8 was asked for samples by `progress` or `interrupt_function` of a call to it"
    with pytest.raises(OptionError, match=text):
        samples(sampler, 0, **{keyword: lambda *_: samples(sampler, 1)})
    assert np.array_equal(samples(sampler, 1), expected)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_after_an_exception_of_a_callback_the_sampler_goes_on(sampler, error):
    def raising(*_):
        raise error

    expected = samples(sampler, 1)
    for keyword in ("progress", "interrupt_function"):
        with pytest.raises(error):
            samples(sampler, 0, **{keyword: raising})
    assert np.array_equal(samples(sampler, 1), expected)


def test_a_closed_sampler_says_so(sampler):
    sampler.close()
    sampler.close()
    with pytest.raises(DeviceAbsentError, match="replicas=8 was closed; open another sampler for"):
        samples(sampler, 0)
    with pytest.raises(DeviceAbsentError), sampler:
        samples(sampler, 0)


def test_a_closed_pool_says_so():
    with GlauberPool([URL, URL]) as pool:
        pass
    with pytest.raises(DeviceError, match=r"all 2 devices of the pool have failed: .* was closed"):
        samples(pool, 0)


@pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_sampler_has_no_copy(sampler, copying):
    with pytest.raises(
        OptionError, match=r"holds the open device model:.* cannot be copied or sent"
    ):
        copying(sampler)


@pytest.mark.parametrize("device", [None, 5, dimod.BQM("SPIN")])
def test_what_is_no_device(device):
    with pytest.raises(OptionError, match=r"the device is .*; give a device URL, such as 'model:'"):
        GlauberSampler(device)
