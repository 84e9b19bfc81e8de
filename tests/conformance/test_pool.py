"""A pool in which simulated gates take part gives what the model alone gives."""

import threading
from typing import Any

import numpy as np
import pytest

from glauber.host import GlauberPool, GlauberSampler
from glauber.host.errors import DeviceLostError
from glauber.host.transports import open_transport
from support.problems import random_bqm

RTL = "rtl:"
BQM = random_bqm(24, 3, seed=1)
REPLICAS = 8
CALLS = {
    "anneal": {"num_reads": 40, "num_sweeps": 30, "seed": 7},
    "anneal, later reads": {"num_reads": 30, "num_sweeps": 12, "seed": 7, "first_read": 16},
    "chains": {"num_reads": 20, "beta": 0.01, "num_sweeps": 5, "samples_per_read": 4, "seed": 2},
    "clamped": {"num_reads": 24, "num_sweeps": 10, "seed": 3, "clamped": {2: [1, -1] * 12}},
}


class Cable:
    """A transport that can be pulled out; it knows which thread uses it."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.name = "cable:"
        self.time_scale = inner.time_scale
        self.thread = 0
        self.pulled = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def write(self, data: bytes) -> None:
        self.thread = threading.get_ident()
        self._check()
        self._inner.write(data)

    def read(self, timeout: float) -> bytes:
        self._check()
        return self._inner.read(timeout)

    def close(self) -> None:
        self._inner.close()

    def _check(self) -> None:
        if self.pulled:
            raise DeviceLostError("cable: went away while in use (pulled); check the cable")


def alone(url, keywords):
    with GlauberSampler(url) as sampler:
        return sampler.sample(BQM, **keywords)


def assert_same(found, expected):
    assert list(found.variables) == list(expected.variables)
    assert np.array_equal(found.record.sample, expected.record.sample)
    assert np.array_equal(found.record.energy, expected.record.energy)


def reads_of(part):
    return range(part["first_read"], part["first_read"] + part["num_reads"])


@pytest.mark.parametrize("others", [[RTL], ["model"]], ids=["two machines", "machine and model"])
@pytest.mark.parametrize("name", CALLS)
def test_reads_are_divided_and_seeds_kept(others, name, model_url):
    keywords: dict[str, Any] = CALLS[name]
    urls = [RTL, *(model_url if other == "model" else other for other in others)]
    with GlauberPool(urls) as pool:
        found = pool.sample(BQM, **keywords)
    assert_same(found, alone(model_url, keywords))
    first = keywords.get("first_read", 0)
    done = [read for part in found.info["parts"] for read in reads_of(part)]
    assert done == list(range(first, first + keywords["num_reads"]))
    assert {part["device"] for part in found.info["parts"]} <= set(urls)
    assert found.info["failures"] == []


@pytest.mark.parametrize("other", [RTL, "model"])
def test_reads_of_a_machine_that_is_unplugged_are_done_elsewhere(other, model_url):
    """In the middle of reads that it has begun, when all devices have begun some."""
    cable = Cable(open_transport(RTL))
    keywords: dict[str, Any] = CALLS["anneal"]

    def progress(*_):
        cable.pulled |= threading.get_ident() == cable.thread

    with GlauberPool([cable, model_url if other == "model" else other]) as pool:
        found = pool.sample(BQM, **keywords, progress=progress)
        (failure,) = found.info["failures"]
        assert_same(found, alone(model_url, keywords))
        assert found.info["num_reads"] == keywords["num_reads"]
        assert failure["device"] == "cable:"
        assert failure["num_reads"] == REPLICAS
        assert "cable: went away while in use" in failure["error"]
        elsewhere = {part["device"] for part in found.info["parts"]}
        assert elsewhere == {pool.samplers[1].device.name}
        again = pool.sample(BQM, **keywords)
        assert again.info["failures"] == [], "it is left out from now on"
        assert_same(again, found)
