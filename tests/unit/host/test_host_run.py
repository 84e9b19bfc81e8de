import numpy as np
import pytest

from glauber.hdl.facts.program import Step
from glauber.hdl.facts.registers import Register, Status
from glauber.host import run as run_module
from glauber.host.device import Device, RunReport
from glauber.host.errors import (
    DeviceLostError,
    DeviceSilentError,
    DeviceTimeoutError,
    FactError,
    OptionError,
)
from glauber.sim.model.endpoint import Endpoint
from support.fake_machine import FakeMachine

STEPS = [Step(256, sweeps).encode() for sweeps in (1, 2, 3, 4, 5, 6, 7, 8, 9)]
CYCLES = (1 << 32) + 7


@pytest.fixture
def pauses(monkeypatch):
    """How long the host slept; it does not really sleep."""
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


def open_fake(polls=0):
    machine = FakeMachine(polls=polls)
    return Device(Endpoint(machine, "fake")), machine


def runs(machine):
    return [value for register, value in machine.log if register is Register.RUN]


def stops(machine):
    return [value for register, value in machine.log if register is Register.STOP]


def test_a_run_is_set_up_started_and_reported(pauses):
    device, machine = open_fake(polls=3)
    report = device.run(STEPS[:3], 5)
    assert report == RunReport(sweeps=6, cycles=CYCLES + 6, stopped=False)
    assert machine.log == [(Register.ROW_COUNT, 5), (Register.STEP_COUNT, 3), (Register.RUN, 1)]
    assert machine.steps_run == [STEPS[:3]]
    assert len(pauses) == 3


def test_steps_may_be_an_array(pauses):
    device, machine = open_fake()
    device.run(np.array(STEPS[:2]), 5)
    assert machine.steps_run == [STEPS[:2]]
    assert pauses == []


@pytest.mark.parametrize(("last", "following"), [(0, 1), (41, 42), (0xFFFFFFFF, 0)])
def test_the_run_number_follows_the_last_one(last, following):
    device, machine = open_fake()
    machine.registers[Register.RUN] = last
    device.run(STEPS[:1], 1)
    assert runs(machine) == [following]


def test_a_long_schedule_is_run_in_parts():
    device, machine = open_fake(polls=1)
    done = []
    report = device.run(STEPS, 1, on_progress=done.append)
    assert machine.steps_run == [STEPS[:4], STEPS[4:8], STEPS[8:]]
    assert runs(machine) == [1, 2, 3]
    assert report == RunReport(sweeps=45, cycles=3 * CYCLES + 45, stopped=False)
    assert done == [1, 10, 11, 36, 37, 45]


def test_pauses_between_polls_grow(pauses):
    device, _ = open_fake(polls=12)
    device.run(STEPS[:1], 1)
    assert pauses[:7] == pytest.approx([0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.05])
    assert set(pauses[6:]) == {0.05}


@pytest.mark.usefixtures("pauses")
def test_an_interrupt_stops_the_run_once():
    device, machine = open_fake(polls=1000)
    asked = iter([False, False, False, True])
    report = device.run(STEPS, 1, interrupt=lambda: next(asked))
    assert report.stopped
    assert report.sweeps == machine.registers[Register.SWEEPS_DONE] == 4
    assert stops(machine) == [1]
    assert len(machine.steps_run) == 1


@pytest.mark.usefixtures("pauses")
def test_stop_is_said_once_though_the_last_sweep_takes_a_while(monkeypatch):
    device, machine = open_fake(polls=20)
    end = machine._end
    monkeypatch.setattr(machine, "_end", lambda *given: None if given[0] else end(*given))
    device.run(STEPS[:1], 1, interrupt=lambda: bool(machine.steps_run))
    assert stops(machine) == [1]


def test_an_interrupt_between_parts_is_enough():
    device, machine = open_fake()
    report = device.run(STEPS, 1, interrupt=lambda: len(machine.steps_run) == 1)
    assert report == RunReport(sweeps=10, cycles=CYCLES + 10, stopped=True)
    assert stops(machine) == []


@pytest.mark.usefixtures("pauses")
@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_exception_stops_the_run_and_passes(error):
    device, machine = open_fake(polls=1000)

    def fail(_):
        raise error

    with pytest.raises(error):
        device.run(STEPS, 1, on_progress=fail)
    assert stops(machine) == [1]
    assert not machine.registers[Register.STATUS] & Status.RUNNING


@pytest.mark.usefixtures("pauses")
def test_an_exception_passes_even_if_the_device_is_gone():
    device, machine = open_fake(polls=1000)

    def fail(_):
        machine.count_bad_frame = lambda: None
        device.link.transport.write = lambda _: None
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        device.run(STEPS, 1, on_progress=fail)


def test_a_run_that_takes_too_long_is_stopped():
    device, machine = open_fake(polls=1_000_000)
    with pytest.raises(
        DeviceTimeoutError,
        match=r"the run on fake did not end within 0.01 s and was stopped; allow more time",
    ):
        device.run(STEPS, 1, timeout=0.01)
    assert stops(machine) == [1]
    assert not machine.registers[Register.STATUS] & Status.RUNNING


@pytest.mark.usefixtures("pauses")
def test_a_device_that_falls_silent():
    device, _ = open_fake(polls=1000)

    def fall_silent(_):
        device.link.transport.write = lambda _: None

    with pytest.raises(DeviceSilentError, match="fake gave no valid answer to the READ of 1 word"):
        device.run(STEPS, 1, on_progress=fall_silent)


def test_a_device_that_forgot_its_run():
    device, machine = open_fake()
    machine.lose_run = True
    with pytest.raises(DeviceLostError, match="fake lost run 1 after 1 of 1 sweeps: it was reset"):
        device.run(STEPS[:1], 1)


@pytest.mark.usefixtures("pauses")
def test_a_run_with_too_few_sweeps():
    device, machine = open_fake(polls=2)

    def lose(_):
        machine.steps_run[-1] = STEPS[1:2]

    with pytest.raises(DeviceLostError, match="fake lost run 1 after 2 of 5 sweeps"):
        device.run(STEPS[4:5], 1, on_progress=lose)


def test_a_run_of_nothing_is_refused():
    device, machine = open_fake()
    with pytest.raises(OptionError, match="the schedule has no steps"):
        device.run([], 1)
    assert machine.log == []


@pytest.mark.parametrize("rows", [0, 9])
def test_a_row_count_must_fit(rows):
    device, machine = open_fake()
    with pytest.raises(FactError, match=f"the row count is {rows}, outside its legal range 1 to 8"):
        device.run(STEPS[:1], rows)
    assert machine.log == []


def test_stop_without_a_run_is_nothing():
    device, machine = open_fake()
    device.stop()
    assert machine.log == []


def test_a_run_that_does_not_stop(monkeypatch):
    monkeypatch.setattr(run_module, "STOP_PATIENCE", 0.01)
    device, machine = open_fake(polls=1_000_000)
    machine.registers[Register.STATUS] = Status.RUNNING
    machine.left = machine.polls
    monkeypatch.setattr(machine, "_end", lambda *_: None)
    with pytest.raises(
        DeviceTimeoutError, match=r"fake was told to stop but still runs after 0.01"
    ):
        device.stop()
    assert stops(machine) == [1]


@pytest.mark.usefixtures("pauses")
def test_a_stop_that_someone_else_asked_for_is_an_error():
    device, machine = open_fake(polls=1000)

    def stop(_):
        machine._set_register(Register.STOP, 1)

    with pytest.raises(
        DeviceLostError,
        match="run 1 on fake was stopped by someone else after 2 of 3 sweeps; end what else uses",
    ):
        device.run(STEPS[2:3], 1, on_progress=stop)


def test_a_reset_between_the_parts_of_a_run_is_noticed():
    device, machine = open_fake()

    def reset():
        if len(machine.steps_run) == 1:
            machine.registers = dict.fromkeys(Register, 0)
        return False

    with pytest.raises(DeviceLostError, match="fake lost what this host had loaded"):
        device.run(STEPS, 1, interrupt=reset)
    assert len(machine.steps_run) == 1
