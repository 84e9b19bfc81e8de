"""The same host calls on every device: the model, the gates, and the gates behind a socket and a
pseudo-terminal. What they return must be what a plain model in integers computes, and the same.
"""

import dimod
import numpy as np
import pytest

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register
from glauber.host import Device, GlauberSampler
from glauber.host.errors import DeviceRefusedError
from support.plain_model import PlainMachine
from support.problems import random_bqm, random_steps


def test_header_describes_the_machine(url, model_url):
    with Device(url) as device, Device(model_url) as model:
        assert device.params == model.params
        assert device.simulation


def test_states_are_kept(url):
    with Device(url) as device:
        params = device.params
        random = np.random.default_rng(1)
        states = random.integers(0, 2, (params.pbits, params.replicas)).astype(np.bool_)
        device.write_states(states)
        assert (device.read_states() == states).all()
        device.write_states(~states[:33])
        assert (device.read_states(34)[:33] == ~states[:33]).all()
        assert (device.read_states(34)[33] == states[33]).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_runs_are_those_of_the_plain_model(url, seed):
    with Device(url) as device:
        params = device.params
        load = random_steps(params, seed)
        plain = PlainMachine(params)
        plain.seed(load.seeds.tolist())
        states = np.unpackbits(load.states.view(np.uint8), bitorder="little")
        states = states.reshape(-1, params.replicas)[:256]
        plain.states[:256] = states.tolist()
        plain.run(load.rows.tolist(), load.couplings.tolist(), load.steps.tolist())

        device.load(load)
        device.load_seeds(load.seeds)
        device.write_states(states.astype(np.bool_))
        report = device.run(load.steps, len(load.rows))
        assert (device.read_states(256) == plain.state_array()[:256]).all()
        slots = int((load.rows & 0xFFF).sum())
        assert report.cycles == params.run_clocks(slots, report.sweeps)


@pytest.mark.parametrize("seed", [2, 3])
def test_streams_are_those_of_the_plain_model(url, seed):
    """Of 1,000 p-bits, and so with an emission that the buffer does not hold twice as it is."""
    with Device(url) as device:
        params = device.params
        load = random_steps(params, seed, emit=True)
        steps = np.tile(load.steps, 4)
        plain = PlainMachine(params)
        plain.seed(load.seeds.tolist())
        plain.emit_words = 250
        plain.run(load.rows.tolist(), load.couplings.tolist(), steps.tolist())

        device.load(load)
        device.load_seeds(load.seeds)
        device.write_states(np.zeros((params.pbits, params.replicas), np.bool_))
        with device.stream(steps, len(load.rows), 1000) as stream:
            samples = np.array(list(stream))
        emitted = np.array(plain.stream, np.uint32).view(np.uint8)
        expected = np.unpackbits(emitted, bitorder="little")
        assert (samples == expected.reshape(samples.shape)).all()
        slots, emissions = int((load.rows & 0xFFF).sum()), len(samples)
        report = stream.report
        expected_clocks = params.run_clocks(slots, report.sweeps, emissions, 250 * emissions)
        assert report.cycles == expected_clocks


SAMPLINGS = {
    "anneal of 80 p-bits, two batches": (
        random_bqm(80, 5, 11),
        {"num_reads": 12, "num_sweeps": 25, "seed": 7},
    ),
    "real couplings that must be rounded": (
        {"linear": {0: 0.1234}, "quadratic": {(0, 1): 0.7, (1, 2): -0.31, (0, 2): 3.14159}},
        {"num_reads": 8, "num_sweeps": 40, "seed": 2},
    ),
    "fixed temperature, thinned": (
        random_bqm(20, 4, 12),
        {
            "num_reads": 8,
            "beta": 0.01,
            "num_sweeps": 10,
            "samples_per_read": 6,
            "thin": 3,
            "seed": 3,
        },
    ),
    "real couplings spread over slots": (
        {"linear": {0: 0.1234}, "quadratic": {(0, 1): 0.7, (1, 2): -0.31, (0, 2): 3.14159}},
        {"num_reads": 8, "beta": 0.9, "num_sweeps": 10, "samples_per_read": 4, "seed": 6},
    ),
    "one p-bit with a bias": (
        {"linear": {"a": 1.0}, "quadratic": {}},
        {"num_reads": 20, "num_sweeps": 5, "seed": 4},
    ),
    "more steps than the machine holds": (
        random_bqm(8, 2, 13),
        {"num_reads": 8, "num_sweeps": 2500, "seed": 5},
    ),
}


@pytest.mark.parametrize("name", SAMPLINGS)
def test_samples_are_the_same_on_every_device(url, name):
    problem, keywords = SAMPLINGS[name]
    if isinstance(problem, dict):
        problem = dimod.BinaryQuadraticModel(problem["linear"], problem["quadratic"], "SPIN")
    with GlauberSampler(url) as sampler, GlauberSampler("model:") as reference:
        got = sampler.sample(problem, **keywords)
        expected = reference.sample(problem, **keywords)
    assert list(got.variables) == list(expected.variables)
    assert (got.record.sample == expected.record.sample).all()
    assert (got.record.energy == expected.record.energy).all()


def test_another_seed_gives_other_samples(url):
    problem, keywords = SAMPLINGS["anneal of 80 p-bits, two batches"]
    with GlauberSampler(url) as sampler:
        first = sampler.sample(problem, **keywords)
        second = sampler.sample(problem, **(keywords | {"seed": 8}))
    assert (first.record.sample != second.record.sample).any()


def test_a_schedule_in_parts_is_the_same_chain(url):
    with Device(url) as device:
        load = random_steps(device.params, 5)
        steps = np.tile(load.steps, 3)
        found = []
        for cuts in ([len(steps)], [1, 2], [len(load.steps)]):
            device.load(load)
            device.load_seeds(load.seeds)
            device.write_states(np.zeros((128, device.params.replicas), np.bool_))
            for part in np.split(steps, cuts):
                if len(part):
                    device.run(part, len(load.rows))
            found.append(device.read_states(128))
        assert (found[0] == found[1]).all()
        assert (found[0] == found[2]).all()


def test_a_run_can_be_interrupted(url):
    with Device(url) as device:
        load = random_steps(device.params, 6)
        device.load(load)
        asked = []

        def interrupt():
            asked.append(1)
            return len(asked) > 2

        many = np.full(64, load.steps[-1] | 0xFFF0_0000)  # 4,095 sweeps each
        report = device.run(many, len(load.rows), interrupt=interrupt)
        assert report.stopped
        assert 1 <= report.sweeps < 64 * 4095
        device.run(load.steps, len(load.rows))  # and it can be used again


@pytest.mark.parametrize(
    ("address", "words", "result"),
    [
        (Register.STATUS, [1], Result.BAD_ADDRESS),
        (Register.ROW_COUNT, [0], Result.BAD_VALUE),
        (region_base(Region.ROWS) + 1024, [1], Result.BAD_ADDRESS),
        (7 << 28, [1], Result.BAD_ADDRESS),
    ],
)
def test_refusals_are_errors(url, address, words, result):
    with Device(url) as device, pytest.raises(DeviceRefusedError, match=result.name):
        device.link.write(address, words)


def test_damaged_frames_are_counted(url):
    with Device(url) as device:
        before = device.link.read_word(Register.FRAMES_BAD)
        device.link.transport.write(b"\x00\x05\x01\x02\x03\x04\x00")
        assert device.link.read_word(Register.FRAMES_BAD) == before + 1
