"""A device that is taken away in the middle of a run, and is there again."""

import sys

import pytest

from glauber.hdl.facts.program import Step
from glauber.hdl.facts.regions import Region
from glauber.host.device import Device
from glauber.host.errors import DeviceError, DeviceLostError
from glauber.sim.model.endpoint import Endpoint
from glauber.sim.rtl import VirtualBoard
from support.fake_machine import FakeMachine
from support.faulty_line import Faults, FaultyLine

STEPS = [Step(256, 5).encode()]


def url_of(board, scheme):
    if scheme == "serial":
        return f"serial:{board.pty_path}"
    return f"socket://127.0.0.1:{board.port}"


def run_again(device, machine):
    machine.polls = 0
    device.stop()
    assert device.run(STEPS, 1).sweeps == 5


@pytest.mark.parametrize("scheme", ["serial", "socket"])
def test_a_board_that_is_unplugged_in_a_run_and_plugged_in_again(scheme):
    if scheme == "serial" and sys.platform == "win32":
        pytest.skip("pseudo-terminals are not for this system")
    machine = FakeMachine(polls=1 << 30)
    endpoint = Endpoint(machine)
    board = VirtualBoard(endpoint).start()
    port = board.port
    with Device(url_of(board, scheme)) as device:
        with pytest.raises(DeviceLostError, match=r"went away while in use \(.*run again"):
            device.run(STEPS, 1, on_progress=lambda _: board.stop())
        with pytest.raises(DeviceError):
            device.read_states(1)
    with VirtualBoard(endpoint, port=port) as again, Device(url_of(again, scheme)) as device:
        run_again(device, machine)


def test_a_line_that_is_cut_in_a_run():
    machine = FakeMachine(polls=1 << 30)
    endpoint = Endpoint(machine)
    line = FaultyLine(endpoint, Faults(), 1)
    with Device(line) as device, pytest.raises(DeviceLostError, match="went away while in use"):
        device.run(STEPS, 1, on_progress=lambda _: line.cut())
    with Device(FaultyLine(endpoint, Faults(), 2)) as device:
        run_again(device, machine)


def test_a_device_that_was_reset_says_so_at_the_next_write():
    machine = FakeMachine()
    with Device(Endpoint(machine)) as device:
        device.run(STEPS, 1)
        machine.writes = 0
        with pytest.raises(DeviceLostError, match=r"has done 0 writes, .* it was reset"):
            device.load_seeds([0] * len(machine.memory[Region.SEEDS]))
        device.run(STEPS, 1)  # and goes on with what the device says


def test_two_hosts_at_one_device_are_told():
    endpoint = Endpoint(FakeMachine())
    with Device(endpoint) as first, Device(endpoint) as second:
        first.load_seeds([0] * len(endpoint.machine.memory[Region.SEEDS]))
        second.load_seeds([1] * len(endpoint.machine.memory[Region.SEEDS]))
        with pytest.raises(DeviceLostError, match="someone else writes to it"):
            first.load_seeds([0] * len(endpoint.machine.memory[Region.SEEDS]))
