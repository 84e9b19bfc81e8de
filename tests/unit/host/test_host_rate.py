"""The rate of a serial line, with a port and a device that have one."""

import warnings

import pytest

from glauber.hdl.facts.line import FALL_BACK_BITS
from glauber.hdl.facts.registers import Register
from glauber.host.device import Device
from glauber.host.errors import (
    DeviceLostError,
    DeviceRefusedError,
    DeviceSilentError,
    LineRateWarning,
    OptionError,
)
from glauber.sim.model.endpoint import Endpoint
from support.fake_machine import FakeMachine

FIRST, FAST = 1_000_000, 3_125_000  # 25 MHz: 25 and 8 clocks
FALL_BACK = 1.5 * (1 << FALL_BACK_BITS) / FIRST


class Line:
    """A port whose other end hears only what comes at its own rate, in a time of its own."""

    name = "serial:/dev/fake"
    time_scale = 1.0

    def __init__(self, rate=FAST, *, highest=10_000_000, begins_at=FIRST, has_break=True):
        self.machine = FakeMachine()
        self.machine.registers[Register.LINE] = 0 if begins_at == FIRST else 25_000_000 // begins_at
        self._endpoint = Endpoint(self.machine)
        self._device_baud, self._trusted, self._since = begins_at, True, 0.0
        self._highest, self._has_break = highest, has_break
        self.baud, self.rate = FIRST, rate
        self.refuses = False
        self.breaks = []
        self._now, self._arrived = 0.0, b""

    def clock(self):
        return self._now

    def pause(self, seconds):
        self._pass(seconds)

    def _pass(self, seconds):
        self._now += seconds
        if not self._trusted and self._now - self._since > FALL_BACK:
            self._fall_back()

    def _fall_back(self):
        self.machine.registers[Register.LINE] = 0
        self._device_baud, self._trusted = FIRST, True

    def write(self, data):
        if self.baud != self._device_baud or self.baud > self._highest:
            return
        self._trusted = True
        self._endpoint.write(data)
        self._arrived += self._endpoint.read(0.0)
        line = self.machine.registers[Register.LINE]
        asked = 25_000_000 // line if line else FIRST
        if asked != self._device_baud:
            self._device_baud, self._trusted, self._since = asked, asked == FIRST, self._now

    def read(self, timeout):
        data, self._arrived = self._arrived, b""
        if not data:
            self._pass(timeout)
        return data

    def set_baud(self, baud):
        if self.refuses and baud != FIRST:
            raise DeviceRefusedError("the port cannot")
        self.baud = baud

    def send_break(self, seconds):
        self.breaks.append(seconds)
        if self._has_break and seconds > FALL_BACK:
            self._fall_back()

    def close(self):
        pass


def test_a_faster_rate_is_asked_for_checked_and_given_back():
    line = Line()
    with Device(line) as device:
        assert (line.baud, line.machine.registers[Register.LINE]) == (FAST, 8)
        device.read_states()
        assert device.link.retries == 0
    assert line.machine.registers[Register.LINE] == 0
    line.set_baud(FIRST)
    with Device(line):  # the next one finds it at once
        pass
    assert line.breaks == []


def test_the_same_rate_is_not_asked_for():
    line = Line(FIRST)
    with Device(line):
        assert line.machine.log == []


@pytest.mark.parametrize("refuses", [False, True])
def test_a_rate_that_does_not_work_is_given_up_with_a_warning(refuses):
    line = Line(highest=FIRST)
    line.refuses = refuses
    with pytest.warns(
        LineRateWarning,
        match=rf"does not work at {FAST} baud \((no answer|the port cannot)\) and goes on at "
        rf"{FIRST}; leave out `rate`, choose a lower one",
    ):
        device = Device(line)
    with device:
        device.read_states()
        assert line.baud == FIRST
        assert line.machine.registers[Register.LINE] == 0


def test_a_device_that_was_left_at_another_rate_is_found_by_a_break():
    line = Line(FIRST, begins_at=FAST)
    with Device(line) as device:
        device.read_states()
    assert len(line.breaks) == 1


def test_a_device_that_hears_no_break_is_silent():
    with pytest.raises(DeviceSilentError):
        Device(Line(FIRST, begins_at=FAST, has_break=False))


def test_a_rate_that_the_clock_does_not_make():
    with pytest.raises(OptionError, match=r"serial:/dev/fake: the rate is 3000000, .* 3125000"):
        Device(Line(3_000_000))


def test_a_simulation_has_no_rate():
    line = Line()
    line.machine.header_words[5] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Device(line):
            assert line.baud == FIRST


def test_closing_a_device_that_is_gone():
    line = Line()
    device = Device(line)

    def lost(*_):
        raise DeviceLostError("it went away")

    line.write = lost
    device.close()
