"""What a device measured, read and refused; runs of schedules with operations."""

from dataclasses import replace

import numpy as np
import pytest

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.measure import Abilities
from glauber.hdl.facts.program import encode_coupling, encode_row
from glauber.hdl.facts.registers import Register
from glauber.host.device import Device, RunReport
from glauber.host.errors import DeviceLostError, FactError, OptionError
from glauber.host.schedules import Emit, Measured, Randomise, Repeat, encode, hold
from glauber.sim.model.endpoint import Endpoint
from glauber.sim.model.machine import ModelMachine

ALL = Abilities.ALL
SMALL = MachineParams(
    lanes=2, replicas=8, draws=1, pbits=16, slots=64, rows=8, steps=16, burst_words=5
)
SCORES = Measured(scores=True, best=True)
TARGET = Measured(scores=True, best=True, target=True)


class Pair:
    """Two coupled p-bits in rows 0 and 1 of lane 0; a score is 6 m m'."""

    rows = np.array([encode_row(3, 0), encode_row(3, 1)], np.uint32)
    couplings = np.zeros(6 * 4, np.uint32)
    couplings[[0, 12]] = encode_coupling(np.array([2, 0]), 3, 8)


def open_pair(abilities=ALL, **changes):
    params = replace(SMALL, abilities=abilities, **changes)
    machine = ModelMachine(params, 1)
    device = Device(Endpoint(machine, "fake"))
    device.load(Pair())
    if abilities & (Abilities.SCORES | Abilities.MOMENTS):
        device.measurements.go_over(2, 1 if Abilities.SCORES in abilities else 0)
    return device, machine


def words(*items, abilities=ALL):
    return encode(list(items), 3.0, abilities).words


def products(device):
    states = np.where(device.read_states(3), 1, -1)
    return states[0] * states[2]


def test_scores_best_states_and_moments_are_read():
    device, _ = open_pair()
    both = Measured(scores=True, best=True, moments=True)
    device.run(words(Randomise(), both), 2)
    first = products(device)
    before = device.read_states()
    found = device.scores()
    assert found.newest.tolist() == (6 * first).tolist()
    assert found.best.tolist() == np.maximum(0, 6 * first).tolist()  # 0 after reset
    assert device.measurements.walks() == 1
    counts = device.moments(np.array([12, 0, 12]))
    assert counts.tolist() == [(first > 0).sum()] * 3
    improved = found.best > 0
    best = device.best_states()
    assert (best[:, improved] == before[:, improved]).all()
    assert (found.sweeps[improved] == 1).all()
    assert device.best_states(3).tolist() == best[:3].tolist()


def test_places_far_apart_are_read_apart():
    device, _ = open_pair()
    counted = device.link.bytes_out
    device.moments(np.arange(5))
    once = device.link.bytes_out - counted
    device.moments(np.array([0, 23]))
    assert device.link.bytes_out - counted == 3 * once
    assert device.moments(np.empty(0, np.int64)).tolist() == []


@pytest.mark.parametrize(
    ("abilities", "act", "message"),
    [
        (Abilities.MOMENTS, lambda d: d.scores(), "reading scores needs the ability SCORES"),
        (Abilities.SCORES, lambda d: d.best_states(), "best states needs the ability BEST"),
        (Abilities.SCORES, lambda d: d.moments(np.array([0])), "needs the ability MOMENTS"),
        (Abilities.SCORES, lambda d: d.measurements.walks(), "needs the ability MOMENTS"),
        (Abilities.MOMENTS, lambda d: d.measurements.set_target(1), "a target needs the ability"),
        (Abilities.MOMENTS, lambda d: d.measurements.go_over(2, 1), "weighing needs the ability"),
        (Abilities.LOOPS, lambda d: d.measurements.go_over(2, 0), "SCORES and MOMENTS, which fake"),
    ],
)
def test_what_a_device_cannot_do_is_told_with_a_remedy(abilities, act, message):
    device, _ = open_pair(abilities)
    with pytest.raises(OptionError, match=message) as caught:
        act(device)
    assert "model:?abilities=all" in str(caught.value)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda m: m.go_over(9, 0), "number of measured rows is 9, outside its legal range 0 to 8"),
        (
            lambda m: m.go_over(2, 9),
            "number of rows of a weighing is 9, outside its legal range 0 to 8",
        ),
        (lambda m: m.set_target(1 << 31), "a target's score is 2147483648, outside"),
        (lambda m: m.moments(np.array([256])), "a coupling word's place is 256, outside"),
        (lambda m: m.moments(np.array([-1])), "a coupling word's place is -1, outside"),
    ],
)
def test_what_there_is_not_is_told(act, message):
    device, _ = open_pair()
    with pytest.raises(FactError, match=message):
        act(device.measurements)


def test_a_run_ends_at_its_target():
    device, machine = open_pair()
    device.measurements.set_target(6)
    assert machine.read(int(Register.TARGET), 1)[1].tolist() == [6]
    report = device.run(words(Repeat(1000, (hold(1.0, 2), TARGET))), 2)
    assert report.reached
    assert not report.stopped
    assert report.sweeps < 2000
    assert (device.scores().newest == 6).any()
    device.measurements.set_target(-7)
    report = device.run(words(TARGET, hold(1.0, 5)), 2)
    assert (report.sweeps, report.reached) == (0, True)
    device.measurements.set_target(7)
    report = device.run(words(hold(1.0, 5), TARGET), 2)
    assert (report.sweeps, report.reached) == (5, False)


def test_parts_behind_one_that_reached_the_target_are_not_run():
    device, _ = open_pair(steps=2)
    device.measurements.set_target(-7)
    parts = []
    items = (hold(1.0, 3), TARGET, hold(2.0, 3), TARGET)
    report = device.run(words(*items), 2, on_part=parts.append)
    assert (report.sweeps, report.reached, parts) == (3, True, [0])
    device.measurements.set_target(7)
    report = device.run(words(*items), 2, on_part=parts.append)
    assert (report.sweeps, report.reached, parts[1:]) == (6, False, [0, 3])


def test_loops_are_the_same_chain_as_what_they_stand_for():
    states = []
    for steps, abilities in ((16, ALL), (3, ALL), (16, ALL & ~Abilities.LOOPS)):
        device, _ = open_pair(abilities, steps=steps)
        items = Randomise(), hold(0.1), Repeat(40, (hold(0.2), SCORES, hold(0.3, 2), SCORES))
        report = device.run(words(*items, abilities=abilities), 2)
        assert report == RunReport(122, report.cycles, False, False)
        states.append((device.read_states().tolist(), device.scores().newest.tolist()))
    assert states[0] == states[1] == states[2]


def test_samples_are_streamed_out_of_loops():
    items = Randomise(), hold(0.2, 3), Emit(), Repeat(30, (hold(0.2, 2), Emit()))
    samples = []
    for abilities in (ALL, ALL & ~Abilities.LOOPS):
        device, _ = open_pair(abilities, steps=64, stream_words=16)
        with device.stream(words(*items, abilities=abilities), 2, 3) as stream:
            samples.append([states.tolist() for states in stream])
        assert stream.report.sweeps == 64
    assert samples[0] == samples[1]
    assert len(samples[0]) == 31


def test_a_stream_ends_at_the_target_with_the_samples_so_far():
    device, _ = open_pair(stream_words=16)
    device.measurements.set_target(6)
    items = Repeat(1000, (hold(0.05), Emit(), TARGET))
    with device.stream(words(items), 2, 3) as stream:
        samples = list(stream)
    assert stream.report.reached
    spins = np.where(np.array(samples), 1, -1)
    aligned = (spins[:, 0] * spins[:, 2] > 0).any(axis=1)
    assert aligned.tolist() == [False] * (len(samples) - 1) + [True]


@pytest.mark.parametrize("abilities", [Abilities.NONE, Abilities.LOOPS])
def test_a_schedule_that_a_device_cannot_do_is_refused(abilities):
    device, machine = open_pair(abilities)
    with pytest.raises(OptionError, match=r"the schedule needs SCORES, which fake cannot do"):
        device.run(words(hold(1.0), SCORES), 2)
    assert machine.read(int(Register.RUN), 1)[1].tolist() == [0]


def test_sweeps_that_are_missing_are_noticed_with_loops_too(monkeypatch):
    device, machine = open_pair()
    read = machine._read_register

    def forget(offset):
        found = read(offset)
        return (found or 0) - 1 if offset == Register.SWEEPS_DONE else found

    monkeypatch.setattr(machine, "_read_register", forget)
    with pytest.raises(DeviceLostError, match="lost run 1 after 19 of 20 sweeps"):
        device.run(words(Repeat(10, (hold(1.0, 2), SCORES))), 2)


@pytest.mark.parametrize("replicas", [4, 8, 32, 64])
@pytest.mark.parametrize("first", [0, 1, 5])
def test_states_are_written_from_any_pbit_on_and_others_stay(replicas, first):
    device, _ = open_pair(replicas=replicas)
    random = np.random.default_rng(replicas + first)
    whole = random.random((16, replicas)) < 0.5
    device.write_states(whole)
    part = random.random((7, replicas)) < 0.5
    device.write_states(part, first)
    whole[first : first + 7] = part
    assert device.read_states().tolist() == whole.tolist()
    with pytest.raises(FactError, match=r"with up to 15 p-bits"):
        device.write_states(whole, 1)


def test_a_device_says_what_it_can_do():
    device, _ = open_pair(Abilities.SCORES | Abilities.LOOPS)
    assert device.info()["abilities"] == ["loops", "scores"]
    assert device.loads == 1
