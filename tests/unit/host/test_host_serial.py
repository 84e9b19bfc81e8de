import errno
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import serial

from glauber.host.device import Device
from glauber.host.errors import (
    DeviceAbsentError,
    DeviceLostError,
    DeviceRefusedError,
    DeviceSilentError,
    EnvironmentMissingError,
)
from glauber.host.transports import holder as holder_module
from glauber.host.transports import open_transport
from glauber.host.transports import serial as serial_transport
from glauber.host.transports.holder import describe_holder
from glauber.sim.model.endpoint import Endpoint
from support.fake_machine import FakeMachine

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are not for this system", allow_module_level=True)

import termios
import tty


@pytest.fixture
def pty():
    """The two ends of a pseudo-terminal: file descriptor of the board, path of the port."""
    board, port = os.openpty()
    tty.setraw(port)
    path = os.ttyname(port)
    open_ends = [board, port]
    yield open_ends, path
    for end in open_ends:
        os.close(end)


def repeat(times, act, argument):
    for _ in range(times):
        act(argument)


def test_bytes_go_both_ways(pty):
    (board, _), path = pty
    transport = open_transport(f"serial:{path}?baud=115200&time_scale=3")
    assert (transport.name, transport.time_scale) == (f"serial:{path}?baud=115200&time_scale=3", 3)
    assert transport.baud == 115200
    every = bytes(range(256))
    transport.write(every)
    assert os.read(board, 1000) == every
    os.write(board, every)
    received = b""
    while len(received) < 256:
        received += transport.read(1.0)
    assert received == every
    assert transport.read(0.01) == b""
    transport.close()
    transport.close()


def test_the_default_rate_is_one_megabaud(pty):
    transport = open_transport(f"serial:{pty[1]}")
    assert transport.baud == 1_000_000
    transport.close()


def test_a_device_behind_a_port(pty):
    (board, _), path = pty
    endpoint = Endpoint(FakeMachine())
    done = threading.Event()

    def serve():
        while True:
            endpoint.write(os.read(board, 1000))
            if done.is_set():
                return
            os.write(board, endpoint.read(0.0))

    server = threading.Thread(target=serve)
    server.start()
    with Device(f"serial:{path}") as device:
        assert device.clock_hz == 25_000_000
        assert device.link.retries == 0
        done.set()
        device.link.transport.write(b"\0")
    server.join(5)
    assert not server.is_alive()


def test_a_port_is_for_one_only(pty):
    first = open_transport(f"serial:{pty[1]}")
    with pytest.raises(DeviceAbsentError, match=r"is in use by this process; end it .*fuser"):
        open_transport(f"serial:{pty[1]}")
    first.close()


HOLD = """
import sys
from glauber.host.transports import open_transport as connect
transport = connect("serial:" + sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_kept_out_and_told_who_is_in(pty):
    command = [sys.executable, "-c", HOLD, pty[1]]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(DeviceAbsentError, match="is in use by ") as caught:
            open_transport(f"serial:{pty[1]}")
        if "FLOCK" in Path("/proc/locks").read_text():  # not on every system
            assert f"process {holder.pid} (python" in str(caught.value)
        holder.communicate()
    open_transport(f"serial:{pty[1]}").close()  # it is free again


OPEN = "import sys; port = open(sys.argv[1], 'rb'); print(flush=True); sys.stdin.read()"


def test_a_holder_without_a_lock_is_found(pty, monkeypatch):
    monkeypatch.setattr(holder_module, "_lock_holder", lambda _: None)
    command = [sys.executable, "-c", OPEN, pty[1]]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert str(describe_holder(pty[1])).startswith(f"process {holder.pid} (python")
        holder.communicate()
    assert describe_holder(pty[1]) is None
    assert describe_holder(pty[1] + "none") is None


@pytest.mark.parametrize(("path", "expected"), [("/dev/ttyUSB7", True), ("/dev/pts/7", False)])
def test_hardware_is_closed_to_who_does_not_ask_for_the_lock(monkeypatch, path, expected):
    asked = []

    class Port:
        def fileno(self):
            return 7

    monkeypatch.setattr(
        serial_transport.fcntl, "ioctl", lambda file, request: asked.append((file, request))
    )
    port: Any = Port()
    serial_transport._exclude(port, path)
    assert asked == ([(7, termios.TIOCEXCL)] if expected else [])


def test_a_port_that_goes_away(pty):
    ends, path = pty
    transport = open_transport(f"serial:{path}")
    os.close(ends.pop(0))
    with pytest.raises(DeviceLostError, match=r"went away while in use \(.*\); check cable"):
        repeat(3, transport.read, 0.1)
    with pytest.raises(DeviceLostError, match="went away while in use"):
        transport.write(b"\0" * 100)
    transport.close()


def test_use_after_close_is_an_error_too(pty):
    transport = open_transport(f"serial:{pty[1]}")
    transport.close()
    with pytest.raises(DeviceLostError):
        transport.read(0.1)
    with pytest.raises(DeviceLostError):
        transport.write(b"\0")


def test_a_port_that_takes_no_bytes(pty, monkeypatch):
    monkeypatch.setattr(serial_transport, "WRITE_TIMEOUT", 0.05)
    transport = open_transport(f"serial:{pty[1]}?baud=4000000")
    with pytest.raises(DeviceSilentError, match="takes no bytes; check"):
        repeat(100, transport.write, b"\x55" * 4096)
    transport.close()


class Info:
    def __init__(self, device):
        self.device = device


def test_an_absent_port_lists_those_that_exist(monkeypatch):
    monkeypatch.setattr(
        serial_transport.list_ports, "comports", lambda: [Info("/dev/b"), Info("/dev/a")]
    )
    with pytest.raises(
        DeviceAbsentError,
        match="there is no port /dev/no-such-port; the ports found are /dev/a, /dev/b",
    ):
        open_transport("serial:/dev/no-such-port")


def test_an_absent_port_where_there_is_none(monkeypatch):
    monkeypatch.setattr(serial_transport.list_ports, "comports", list)
    with pytest.raises(DeviceAbsentError, match="no serial port was found: check cable and power"):
        open_transport("serial:/dev/no-such-port")


def test_a_file_is_no_port(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"")
    with pytest.raises(DeviceAbsentError, match="cannot be opened at 1000000 baud"):
        open_transport(f"serial:{file}")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_without_permission_the_remedy_is_named(monkeypatch, number):
    def refuse(*_, **__):
        raise serial.SerialException(number, "could not open port")

    monkeypatch.setattr(serial_transport.serial, "Serial", refuse)
    with pytest.raises(
        EnvironmentMissingError, match=r"no permission to open /dev/x; .*dialout.* udev rule"
    ):
        open_transport("serial:/dev/x")


def test_a_port_without_low_latency_is_fine(monkeypatch):
    class Plain:
        def __init__(self, *_, **__):
            pass

        def fileno(self):
            raise OSError(errno.ENOTTY, "no file")

        def set_low_latency_mode(self, _):
            raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")

    monkeypatch.setattr(serial_transport.serial, "Serial", Plain)
    assert open_transport("serial:/dev/x").name == "serial:/dev/x"


def test_an_absurd_rate_is_an_error(pty):
    with pytest.raises(DeviceAbsentError, match="cannot be opened at 99999999999 baud"):
        open_transport(f"serial:{pty[1]}?baud=99999999999")


def test_the_rate_of_a_port_can_be_changed(pty):
    transport: Any = open_transport(f"serial:{pty[1]}?baud=115200&rate=2000000")
    assert (transport.baud, transport.rate) == (115200, 2_000_000)
    transport.send_break(0.01)  # a pseudo-terminal makes none, and does not mind
    transport.set_baud(2_000_000)
    assert transport.baud == transport._port.baudrate == 2_000_000
    transport.close()
    with pytest.raises(DeviceRefusedError, match=r"cannot be set to 4000000 baud \(.*leave out"):
        transport.set_baud(4_000_000)
    assert transport.baud == 2_000_000
