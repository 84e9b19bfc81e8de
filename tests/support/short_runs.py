"""Short runs over a line with faults, and how they end."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region, region_base
from glauber.host.device import Device
from glauber.host.errors import DeviceError
from glauber.sim.model.endpoint import open_model
from glauber.sim.rtl import open_rtl

from .faulty_line import Faults, FaultyLine, HungError
from .problems import Load, random_load

__all__ = ["EXACT", "HUNG", "PARAMS", "WRONG", "open_gates", "open_twin", "short_runs"]

PARAMS = MachineParams(
    lanes=2,
    replicas=8,
    draws=4,
    couplings_per_slot=1,
    pbits=64,
    slots=512,
    rows=64,
    steps=32,
    burst_words=8,
)
EXACT, WRONG, HUNG = "bit-exact", "WRONG", "HUNG"
LOADS = 8
RUNS_PER_DEVICE = 5
STATES = region_base(Region.STATES)


def open_twin() -> Any:
    """A model."""
    return open_model(PARAMS, "model:", 1)


def open_gates() -> Any:
    """Compiled gates."""
    return open_rtl(PARAMS, "rtl:")


@cache
def _load(number: int) -> Load:
    return random_load(PARAMS, number)


Ends = list[tuple[list[int], int, int]]


def _play(device: Device, numbers: tuple[int, ...]) -> Ends:
    """For one load after another: load, seed, start, run and read."""
    ends: Ends = []
    for load in map(_load, numbers):
        device.load(load)
        device.load_seeds(load.seeds)
        device.link.write(STATES, load.states)
        report = device.run(load.steps, len(load.rows))
        states = device.link.read(STATES, PARAMS.state_words).tolist()
        ends.append((states, report.sweeps, report.cycles))
    return ends


@cache
def _expected(numbers: tuple[int, ...]) -> Ends:
    with Device(open_twin()) as device:
        return _play(device, numbers)


def _one(line: FaultyLine, numbers: tuple[int, ...]) -> str:
    try:
        with Device(line) as device:
            return EXACT if _play(device, numbers) == _expected(numbers) else WRONG
    except DeviceError as error:
        return type(error).__name__
    except HungError:
        return HUNG


def short_runs(
    faults: Faults,
    runs: int,
    seed: int,
    open_inner: Callable[[], Any] = open_twin,
) -> tuple[Counter[str], list[int]]:
    """How so many runs ended, and how many faults each of them had; any other exception passes.

    A device serves several runs, one after another, whatever has become of the one before.
    """
    ends: Counter[str] = Counter()
    random, harmed, inner = np.random.default_rng(seed), [], None
    for run in range(runs):
        if inner is None or run % RUNS_PER_DEVICE == 0:
            inner = open_inner()
        line = FaultyLine(inner, faults, int(random.integers(1 << 32)))
        ends[_one(line, tuple(random.integers(LOADS, size=2).tolist()))] += 1
        harmed.append(line.harmed)
    return ends, harmed
