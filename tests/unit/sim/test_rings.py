"""The behavioural rings: their statistics, their faults, and their twin beside the gates."""

import numpy as np
import pytest

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register
from glauber.hdl.noise.entropy.sampler import RingSampler
from glauber.host import Device
from glauber.host.transports.open import RTL_PARAMS
from glauber.sim.rings import FAULTS, RingModel, Rings
from glauber.sim.rtl import open_rtl

RINGS, DIVIDER = RTL_PARAMS.rings, RTL_PARAMS.ring_divider


def sampled(model: RingModel, count: int):
    return Rings(model).bits(count * model.divider)[:: model.divider]


def test_the_same_seed_gives_the_same_rings():
    model = RingModel(16, 64, seed=4)
    assert (Rings(model).run(500) == Rings(model).run(500)).all()
    whole, parts = Rings(model), Rings(model)
    pieces = np.concatenate([parts.run(count) for count in (1, 99, 400)])
    assert (whole.run(500) == pieces).all()
    assert (Rings(model).run(500) != Rings(RingModel(16, 64, seed=5)).run(500)).any()


def test_phases_spread_as_the_jitter_says():
    """The standard deviation after n clocks is jitter * sqrt(n); 4,000 rings, within 5 %."""
    model = RingModel(1, 64, jitter=0.001)
    ends = []
    for seed in range(4000):
        rings = Rings(RingModel(1, 64, jitter=0.001, seed=seed))
        start = rings._state[0, 0]
        rings.run(400)
        with np.errstate(over="ignore"):
            expected = start + np.uint64(400) * model.parameters()[0, 0]
            ends.append((rings._state[0, 0] - expected).astype(np.int64) / 2.0**64)
    assert np.std(ends) == pytest.approx(0.001 * 20, rel=0.05)
    # The mean, within four standard errors and the centring of an even number of values.
    assert abs(np.mean(ends)) < 4 * 0.02 / 4000**0.5


@pytest.mark.parametrize("duty", [0.3, 0.5])
def test_the_duty_is_the_part_of_ones(duty):
    bits = Rings(RingModel(1, 64, duty=duty)).bits(400_000)
    assert bits.mean() == pytest.approx(duty, abs=0.01)


def test_rings_without_faults_look_random():
    """100,000 bits: means of bits and of changes within five standard deviations."""
    for model in (RingModel(16, 64), RingModel(16, 64).per_sample()):
        bits = sampled(model, 100_000)
        assert abs(bits.mean() - 0.5) < 5 * 0.5 / 100_000**0.5
        assert abs((np.diff(bits) != 0).mean() - 0.5) < 5 * 0.5 / 100_000**0.5


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_what_they_say(fault):
    for model in (RingModel(16, 64, fault=fault), RingModel(16, 64, fault=fault).per_sample()):
        bits = sampled(model, 2000)
        changes = (bits[1:] != bits[:-1]).mean()
        constant = fault in ("stuck0", "stuck1", "dead", "locked")
        assert (changes == 0) == constant
        assert (changes == 1) == (fault == "alternating")
        if fault in ("stuck0", "stuck1"):
            assert bits[0] == (fault == "stuck1")
        if fault == "biased":
            assert 0.85 < bits.mean() < 0.95


def test_a_change_leaves_the_phases():
    first, second = (Rings(RingModel(4, 64, seed=1)) for _ in range(2))
    first.run(100)
    second.run(100)
    first.change(RingModel(4, 64, fault="dead"))
    assert len(set(first.run(50).tolist())) == 1
    first.change(RingModel(4, 64))
    assert (first.run(1) == second.run(1)).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"fault": "loud"}, "no ring fault 'loud'; use one of none, stuck0, stuck1, dead, biased"),
        ({"jitter": -1}, "the rings' jitter is -1, outside its legal range 0 to 0.25"),
        ({"duty": 1.5}, "the rings' duty is 1.5, outside its legal range 0 to 1"),
    ],
)
def test_rings_that_cannot_be_are_refused(settings, message):
    with pytest.raises(FactError, match=message):
        RingModel(16, 64, **settings)


def test_the_twin_beside_the_gates_gives_the_same_bits():
    """What the gates have sampled is what this model says, clock by clock, also after a change."""
    model, broken = (RingModel(RINGS, DIVIDER, seed=9, fault=fault) for fault in ("none", "biased"))
    transport = open_rtl(RTL_PARAMS, "rtl:", model)
    rings, outputs = Rings(model), []
    with Device(transport) as device:
        for change in (model, broken):
            transport.simulation.change_rings(change)
            rings.change(change)
            before = transport.simulation.cycles
            while transport.simulation.cycles < before + 40_000:
                device.link.pause(0.001)
            if change is model:
                outputs.append(rings.run(transport.simulation.cycles))
        count = device.link.read_word(Register.RAW_COUNT)
        words = device.link.read(region_base(Region.RAW), min(count, 256))
        outputs.append(rings.run(transport.simulation.cycles - len(outputs[0])))
    parity = np.bitwise_count(np.concatenate(outputs)) & 1
    expected = parity[DIVIDER - RingSampler.LATENCY :: DIVIDER]
    assert 30 < count <= 256
    got = np.unpackbits(words.astype("<u4").view(np.uint8), bitorder="little")
    assert (got == expected[: len(got)]).all()


def test_many_clocks_at_once_are_those_of_few():
    model = RingModel(7, 64, seed=3)
    many, few = Rings(model), Rings(model)
    whole = many.run(20_001)
    assert (whole == np.concatenate([few.run(clocks) for clocks in (1, 1023, 1025, 17_952)])).all()
    assert (many.run(50) == few.run(50)).all()
