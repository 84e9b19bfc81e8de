"""Sample streams: the same samples as one run after the other, and what may go wrong."""

import dataclasses
import time
from typing import Any

import numpy as np
import pytest

from glauber.hdl.facts.frames import Result
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import REGION_SHIFT, Region
from glauber.hdl.facts.registers import Register, Status
from glauber.host import stream as stream_module
from glauber.host.device import Device, RunReport
from glauber.host.errors import (
    DeviceLostError,
    DeviceTimeoutError,
    FactError,
    NoiseFailureError,
    OptionError,
)
from glauber.host.sampler import GlauberSampler
from glauber.host.schedules.words import count_emissions
from glauber.host.stream import emit_after
from glauber.sim.model.endpoint import Endpoint
from glauber.sim.model.machine import ModelMachine
from glauber.sim.rings import RingModel
from support.problems import SMALL_MACHINES, random_bqm, random_load

SMALL = dataclasses.replace(SMALL_MACHINES["square"], steps=4, burst_words=5)
PBITS = 50  # 12.5 words of 8 replicas
STEPS = [Step(1000, 2, emit=True), Step(900, 3), Step(500, 1, emit=True)] * 3 + [Step(7, 2)]


def open_model(
    stream_words: int = 64, params: MachineParams = SMALL, first: int = 0
) -> tuple[Device, ModelMachine]:
    """A device with a program, whose count of emitted words is at `first`."""
    params = dataclasses.replace(params, stream_words=stream_words)
    rings = RingModel(params.rings, params.ring_divider, seed=1) if params.rings else None
    machine = ModelMachine(params, 1, rings)
    machine._stream.head = machine._stream.tail = first
    device = Device(Endpoint(machine, "fake"))
    load = random_load(params, 3)
    device.load(load)
    device.load_seeds(load.seeds)
    return device, machine


def words(steps: list[Step]) -> np.ndarray:
    return np.array([step.encode() for step in steps], np.uint32)


def rows() -> int:
    return len(random_load(SMALL, 3).rows)


def one_by_one(steps: list[Step]) -> list[np.ndarray]:
    """The states after each step that emits, each of which is a run."""
    device, _ = open_model(0)
    samples = []
    for step in steps:
        device.run(words([dataclasses.replace(step, emit=False)]), rows())
        if step.emit:
            samples.append(device.read_states(PBITS))
    return samples


@pytest.fixture(scope="module")
def expected():
    return one_by_one(STEPS)


def same(samples: Any, expected: list[np.ndarray]) -> bool:
    return len(samples) == len(expected) and all(map(np.array_equal, samples, expected))


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("stream_words", [2, 4, 8, 16, 32, 64, 2048])
def test_samples_are_those_of_one_run_after_the_other(stream_words, inline, expected, monkeypatch):
    monkeypatch.setattr("glauber.sim.model.run._INLINE_WORK", 1e9 if inline else 0)
    device, machine = open_model(stream_words)
    with device.stream(words(STEPS), rows(), PBITS) as stream:
        samples = list(stream)
    assert same(samples, expected)
    assert all(sample.shape == (PBITS, 8) and sample.dtype == np.bool_ for sample in samples)
    sweeps = sum(step.sweeps for step in STEPS)
    assert (stream.report.sweeps, stream.report.stopped) == (sweeps, False)
    slots = int((random_load(SMALL, 3).rows & 0xFFF).sum())
    params = machine.params
    parts = [params.run_clocks(slots, 0)] * 3  # four steps each, at most
    work = params.run_clocks(slots, sweeps, 6, 6 * 13) - params.run_clocks(slots, 0)
    assert stream.report.cycles == sum(parts) + work


def test_a_sample_is_of_all_p_bits_by_default():
    device, _ = open_model()
    samples = list(device.stream(words(STEPS[:1]), rows()))
    assert np.array_equal(samples[0], device.read_states())


@pytest.mark.parametrize("first", [(1 << REGION_SHIFT) - 7, (1 << 32) - 7])
def test_counts_of_words_wrap(first, expected):
    device, machine = open_model(16, first=first)
    assert same(list(device.stream(words(STEPS), rows(), PBITS)), expected)
    assert machine._stream.head == (first + 6 * 13) % (1 << 32)


def test_steps_that_are_there_are_not_sent_again(monkeypatch):
    device, machine = open_model()
    sent = []
    write = machine._writers[Region.STEPS]
    monkeypatch.setitem(
        machine._writers,
        Region.STEPS,
        lambda offset, data: (sent.append((offset, len(data))), write(offset, data)),
    )
    assert len(list(device.stream(np.tile(words(STEPS[:1]), 11), rows(), PBITS))) == 11
    assert sent == [(0, 4)]


def test_progress_is_told():
    device, _ = open_model(8)
    done: list[int] = []
    list(device.stream(words(STEPS), rows(), PBITS, on_progress=done.append))
    assert done == sorted(done)
    assert done[-1] == sum(step.sweeps for step in STEPS)


def test_what_comes_over_the_link_is_samples():
    """Over a link that the machine waits for: 95 % of the bytes, with start and end of the run."""
    params = MachineParams(burst_words=128)
    device = Device(Endpoint(ModelMachine(params, 1), "fake"))
    device.load(random_load(params, 3))
    before = device.link.bytes_in
    samples = device.stream(np.tile(words(STEPS[:1]), 20), rows(), 1000)
    size = sum(np.packbits(sample).nbytes for sample in samples)
    assert size == 20 * 1000
    assert size > 0.95 * (device.link.bytes_in - before)


def test_who_is_slow_loses_nothing(expected):
    device, machine = open_model(8)
    samples = []
    for sample in device.stream(words(STEPS), rows(), PBITS):
        samples.append(sample)
        while machine.running and not machine._run.waiting:
            time.sleep(0.001)
        level = machine._stream.level
        time.sleep(0.01)
        assert machine._stream.level == level <= 8
    assert same(samples, expected)


def test_a_stream_that_is_left_stops_the_run_and_the_next_is_whole():
    device, machine = open_model(8)
    with device.stream(words(STEPS[:4]), rows(), PBITS) as stream:
        next(iter(stream))
        assert machine.running
    assert not machine.running
    assert machine.read(int(Register.STATUS), 1)[1].tolist() == [Status.STOPPED]
    assert list(stream) == []
    load = random_load(SMALL, 3)
    device.load_seeds(load.seeds)
    device.write_states(np.zeros((SMALL.pbits, 8), np.bool_))
    assert same(list(device.stream(words(STEPS), rows(), PBITS)), one_by_one(STEPS))


def test_an_error_of_the_one_who_takes_the_samples_stops_the_run():
    device, machine = open_model(8)

    def take():
        with device.stream(words(STEPS), rows(), PBITS) as stream:
            for _ in stream:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take()
    assert not machine.running


def test_an_error_passes_even_if_the_device_is_gone(monkeypatch):
    device, _ = open_model(8)
    device.link.tries, device.link.base_timeout = 1, 0.01

    def take():
        with device.stream(words(STEPS), rows(), PBITS) as stream:
            for _ in stream:
                monkeypatch.setattr(device.link.transport, "write", lambda _: None)
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_exception_of_a_callback_stops_the_run_and_passes(error):
    device, machine = open_model(8)

    def fail(_):
        raise error

    with pytest.raises(error):
        list(device.stream(words(STEPS), rows(), PBITS, on_progress=fail))
    assert not machine.running


def test_an_interrupt_leaves_whole_samples(expected):
    device, machine = open_model(32)
    samples: list[np.ndarray] = []
    stream = device.stream(words(STEPS), rows(), PBITS, interrupt=lambda: len(samples) > 0)
    samples.extend(stream)
    assert stream.report.stopped
    # The second was whole when the stop came, the third began and was given up.
    assert same(samples, expected[: len(samples)])
    assert 1 <= len(samples) < len(expected)
    assert not machine.running


def test_an_interrupt_at_once_runs_nothing():
    device, machine = open_model()
    stream = device.stream(words(STEPS), rows(), PBITS, interrupt=lambda: True)
    assert list(stream) == []
    assert stream.report == RunReport(0, 0, True)
    assert machine.read(int(Register.RUN), 1)[1].tolist() == [0]


def test_a_stop_that_someone_else_asked_for_is_an_error():
    device, machine = open_model(8)
    stream = iter(device.stream(words(STEPS[:4]), rows(), PBITS))
    next(stream)
    machine.write(int(Register.STOP), np.ones(1, np.uint32))
    with pytest.raises(DeviceLostError, match="run 1 on fake was stopped by someone else after"):
        list(stream)


@pytest.mark.parametrize("number", [0, 1], ids=["another run", "the same run"])
def test_a_device_that_was_reset_is_an_error(number):
    device, _ = open_model(8, first=1000)
    stream = iter(device.stream(words(STEPS), rows(), PBITS))
    next(stream)
    fresh = ModelMachine(device.params, 1)
    fresh._registers[Register.RUN] = number
    device.link.transport.machine = fresh
    with pytest.raises(DeviceLostError, match="fake no longer has the stream of run 1: it was re"):
        list(stream)


def test_words_that_someone_else_gave_free_are_an_error():
    device, machine = open_model(16)
    stream = iter(device.stream(words(STEPS), rows(), PBITS))
    next(stream)
    head = machine._stream.head
    assert machine.write(int(Register.STREAM_TAIL), np.array([head], np.uint32)) is Result.OK
    with pytest.raises(DeviceLostError, match="fake no longer has the stream of run 1"):
        list(stream)


def test_too_few_words_are_an_error(monkeypatch):
    device, machine = open_model(64)
    read = machine._blocks.read_states
    monkeypatch.setattr(machine._blocks, "read_states", lambda first, n: read(first, n)[:-1])
    with pytest.raises(DeviceLostError, match="fake no longer has the stream of run 1"):
        list(device.stream(words(STEPS[:3]), rows(), PBITS))


def test_a_fault_of_the_noise_is_an_error():
    params = dataclasses.replace(SMALL_MACHINES["reference"], steps=4)
    device, machine = open_model(2, params)
    stream = iter(device.stream(words(STEPS[:4]), rows(), PBITS))
    next(stream)
    assert machine.noise.rings is not None
    machine.noise.rings.change(RingModel(params.rings, params.ring_divider, fault="stuck0"))
    while not machine.noise.fault:
        machine.noise.pass_request()
    with pytest.raises(NoiseFailureError):
        list(stream)


def test_a_run_that_takes_too_long_is_stopped():
    device, machine = open_model(8)
    slowly = (time.sleep(0.03) for _ in device.stream(words(STEPS), rows(), PBITS, timeout=0.05))
    with pytest.raises(DeviceTimeoutError, match=r"fake did not end within 0.05 s and was stopped"):
        list(slowly)
    assert not machine.running


def test_a_run_that_makes_no_progress_is_an_error(monkeypatch):
    monkeypatch.setattr(stream_module, "STOP_PATIENCE", 0.02)
    monkeypatch.setattr(stream_module, "SLOWEST", 1e9)
    device, machine = open_model(64)
    monkeypatch.setattr(machine._run, "_compute", lambda: None)  # it hangs
    stops = []
    monkeypatch.setattr(stream_module, "stop_run", stops.append)
    with (
        pytest.raises(
            DeviceTimeoutError,
            match=r"run on fake has made no progress for 0.02 s after 0 sweeps .* reset the device",
        ),
        device.stream(words(STEPS), rows(), PBITS) as stream,
    ):
        list(stream)
    assert stops == [device.link]


def test_sweeps_are_a_sign_of_life(monkeypatch):
    monkeypatch.setattr(stream_module, "STOP_PATIENCE", 0.1)
    monkeypatch.setattr(stream_module, "SLOWEST", 1e9)
    device, machine = open_model(64)
    compute = machine._run._compute
    monkeypatch.setattr(machine._run, "_compute", lambda: None)
    polls = 0

    def work(_):
        nonlocal polls
        polls += 1
        time.sleep(0.06)
        if polls < 6:
            machine._run.sweeps += 1
        elif polls == 6:
            machine._run.sweeps = 0
            compute()

    assert len(list(device.stream(words(STEPS[:2]), rows(), PBITS, on_progress=work))) == 1
    assert polls > 6


@pytest.mark.parametrize(
    ("stream_words", "steps", "row_count", "pbits", "error", "message"),
    [
        (0, STEPS, 1, 1, OptionError, "fake has no stream; read its states after each run, or use"),
        (8, STEPS[1:2], 1, 1, OptionError, r"no step of the schedule emits; use `Device.run`"),
        (8, [], 1, 1, OptionError, "the schedule has no steps"),
        (8, STEPS, 0, 1, FactError, "the row count is 0, outside its legal range 1 to 128"),
        (8, STEPS, 1, 0, FactError, "pbits is 0, outside its legal range 1 to 128; stream what"),
        (8, STEPS, 1, 129, FactError, "pbits is 129, outside its legal range 1 to 128; stream"),
    ],
)
def test_what_no_stream_can_be_made_of(stream_words, steps, row_count, pbits, error, message):
    device, machine = open_model(stream_words)
    with pytest.raises(error, match=message):
        device.stream(words(steps), row_count, pbits)
    assert machine.read(int(Register.RUN), 1)[1].tolist() == [0]


def test_a_run_does_not_emit_for_nobody():
    device, machine = open_model()
    with pytest.raises(OptionError, match=r"7 steps of the schedule emit, .* use `Device.stream`"):
        device.run(words([*STEPS, STEPS[0]]), rows())
    assert machine.read(int(Register.RUN), 1)[1].tolist() == [0]


def test_the_last_step_is_made_to_emit():
    steps = words(STEPS[1:2] * 2)
    assert count_emissions(emit_after(steps), Abilities.NONE) == 1
    assert Step.decode(int(emit_after(steps)[-1])) == dataclasses.replace(STEPS[1], emit=True)
    assert count_emissions(steps, Abilities.NONE) == 0


SAMPLING: dict[str, Any] = {
    "beta": 0.01,
    "num_reads": 9,
    "num_sweeps": 5,
    "samples_per_read": 7,
    "seed": 3,
}


@pytest.mark.parametrize("stream_words", [2, 64, 128, 2048])
@pytest.mark.parametrize("settings", [{"thin": 3}, {"thin": 4097}], ids=["thin", "in two steps"])
def test_a_sampler_gives_the_same_samples_with_and_without_a_stream(stream_words, settings):
    found, runs = [], []
    for size in (stream_words, 0):
        with GlauberSampler(f"model:?replicas=8&steps=6&stream_words={size}") as sampler:
            got = sampler.sample(random_bqm(60, 3, 5), **SAMPLING, **settings)
            found.append((got.record.sample.tolist(), got.record.energy.tolist()))
            runs.append(sampler.device.link.read_word(Register.RUN))
    assert found[0] == found[1]
    assert runs[0] < runs[1]


def test_reseeds_are_the_same_with_and_without_a_stream():
    found = []
    for size in (16, 0):
        url = f"model:?replicas=8&rings=8&stream_words={size}&ring_seed=1"
        with GlauberSampler(url) as sampler:
            replay = {"reseed_interval": 3, "reseed_words": list(range(1, 17))}
            got = sampler.sample(random_bqm(60, 3, 5), **SAMPLING, thin=3, **replay)
            found.append(got.record.sample.tolist())
    assert found[0] == found[1]


def test_an_interrupted_sampler_keeps_whole_batches():
    with GlauberSampler("model:?replicas=8&stream_words=64") as sampler:
        asked = []

        def interrupt():
            asked.append(1)
            return len(asked) > 12

        settings: dict[str, Any] = SAMPLING | {"num_reads": 400, "samples_per_read": 30}
        got = sampler.sample(random_bqm(60, 3, 5), **settings, interrupt_function=interrupt)
    assert len(got) < 400 * 30
    assert len(got) % (8 * 30) == 0
