"""What tests of measuring machines share."""

import itertools
from typing import Literal

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.regions import Region, split_address
from glauber.host import GlauberSampler
from glauber.sim.model.endpoint import Endpoint

__all__ = ["MACHINE", "random_bqm", "spoil"]

MACHINE = "model:?lanes=4&replicas=8&draws=4&pbits=256&slots=4096&rows=256"


def random_bqm(
    seed: int = 1,
    size: int = 20,
    vartype: Literal["SPIN", "BINARY"] = "SPIN",
    integers: bool = True,
) -> dimod.BinaryQuadraticModel:
    """A sparse problem of the variables v0, v1 and so on, with an offset."""
    random = np.random.default_rng(seed)
    pairs = [pair for pair in itertools.combinations(range(size), 2) if random.random() < 0.2]
    values = random.normal(size=len(pairs))
    if integers:
        values = random.integers(-5, 6, len(pairs))
    bqm = dimod.BinaryQuadraticModel("SPIN")
    bqm.offset = 1.5
    for number, bias in enumerate(random.integers(-3, 4, size).tolist()):
        bqm.add_linear(f"v{number}", bias)
    for (first, second), value in zip(pairs, values.tolist(), strict=True):
        bqm.add_quadratic(f"v{first}", f"v{second}", value)
    return bqm if vartype == "SPIN" else bqm.change_vartype(dimod.BINARY, inplace=False)


def spoil(
    sampler: GlauberSampler,
    monkeypatch: pytest.MonkeyPatch,
    region: Region,
    offset: int = 0,
    change: int = 2,
) -> None:
    """The device tells another word in this region."""
    transport = sampler.device.link.transport
    assert isinstance(transport, Endpoint)
    machine = transport.machine
    read = machine.read

    def spoilt(address, count):
        result, words = read(address, count)
        number, first = split_address(address)
        if number == region and first <= offset < first + count:
            words = words.copy()
            words[offset - first] += np.uint32(change)
        return result, words

    monkeypatch.setattr(machine, "read", spoilt)
