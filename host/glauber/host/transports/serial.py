"""Serial ports: `serial:PATH?baud=N&rate=N`."""

import contextlib
import errno
import math
import os
import time

import serial
from serial.tools import list_ports

from ..errors import (
    DeviceAbsentError,
    DeviceError,
    DeviceLostError,
    DeviceRefusedError,
    DeviceSilentError,
    EnvironmentMissingError,
    OptionError,
)
from .holder import describe_holder
from .url import SCHEMES, DeviceUrl

try:
    import fcntl
    import termios

    TerminalError = termios.error
except ImportError:  # not a POSIX system
    fcntl = termios = None
    TerminalError = OSError

__all__ = ["BAUD", "SerialTransport"]

BAUD = 1_000_000
BITS_PER_BYTE = 10
# What a port raises; TypeError if it was closed while in use, OverflowError for a huge rate.
PORT_ERRORS = (OSError, ValueError, OverflowError, TypeError, TerminalError)
WRITE_TIMEOUT = 2.0  # s, besides the time of the bytes on the line
TIMEOUT_STEP = 0.01  # s
PERMISSION = (errno.EACCES, errno.EPERM)
BUSY = (errno.EAGAIN, errno.EBUSY, errno.EWOULDBLOCK)


class SerialTransport:
    """A serial port, or a pseudo-terminal in its place, opened for this process alone.

    `baud` is the rate at which it is; it begins at that of the URL, which must be the one of the
    device's image. `rate` is the one that the user would rather have.

    Raises `OptionError`, `DeviceAbsentError` and, without permission, `EnvironmentMissingError`.
    """

    def __init__(self, url: DeviceUrl) -> None:
        url.check_options(["baud", "rate", "time_scale"])
        if not url.address:
            raise OptionError(f"{url.text}: the port is missing; write {SCHEMES['serial']}")
        self.name = url.text
        self.baud = url.integer("baud", BAUD, low=1)
        self.rate = url.integer("rate", self.baud, low=1)
        self.time_scale = url.factor("time_scale")
        try:
            self._port = serial.Serial(url.address, self.baud, exclusive=True)
        except PORT_ERRORS as error:
            raise _open_error(url, self.baud, error) from error
        _exclude(self._port, url.address)
        # Adapters of FTDI hold bytes back for 16 ms unless asked not to; others cannot be asked.
        with contextlib.suppress(*PORT_ERRORS, AttributeError, NotImplementedError):
            self._port.set_low_latency_mode(True)

    def write(self, data: bytes) -> None:
        try:
            self._limit("write_timeout", WRITE_TIMEOUT + len(data) * BITS_PER_BYTE / self.baud)
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise DeviceSilentError(
                f"{self.name} takes no bytes; check that nothing holds the port's flow control, "
                "or plug it in again"
            ) from error
        except PORT_ERRORS as error:
            raise self._lost(error) from error

    def read(self, timeout: float) -> bytes:
        try:
            self._limit("timeout", timeout)
            data = self._port.read(max(1, self._port.in_waiting))
            return data + self._port.read(self._port.in_waiting) if len(data) == 1 else data
        except PORT_ERRORS as error:
            raise self._lost(error) from error

    def set_baud(self, baud: int) -> None:
        """Go over to another rate, behind what has been sent. Raises `DeviceError`."""
        try:
            self._port.flush()
            self._port.baudrate = baud
        except PORT_ERRORS as error:
            raise DeviceRefusedError(
                f"the port of {self.name} cannot be set to {baud} baud ({error}); leave out "
                "`rate`, or choose one that the adapter can do"
            ) from error
        self.baud = baud

    def send_break(self, seconds: float) -> None:
        """Hold the line at 0, if it can be."""
        with contextlib.suppress(*PORT_ERRORS):
            self._port.break_condition = True
            time.sleep(seconds)
            self._port.break_condition = False

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._port.close()

    def _limit(self, what: str, seconds: float) -> None:
        """Set a time-out, rounded up so that it seldom is another one: each sets up the port."""
        rounded = math.ceil(seconds / TIMEOUT_STEP) * TIMEOUT_STEP
        if getattr(self._port, what) != rounded:
            setattr(self._port, what, rounded)

    def _lost(self, error: Exception) -> DeviceError:
        return DeviceLostError(
            f"{self.name} went away while in use ({error}); check cable and power, and run again"
        )


def _exclude(port: serial.Serial, path: str) -> None:
    """Keep out who does not ask for the lock that `exclusive` takes.

    Not from a pseudo-terminal, which forgets it only when the program that serves it ends.
    """
    if fcntl is None or termios is None or os.path.realpath(path).startswith("/dev/pts/"):
        return
    with contextlib.suppress(*PORT_ERRORS):
        fcntl.ioctl(port.fileno(), termios.TIOCEXCL)


def _open_error(url: DeviceUrl, baud: int, error: Exception) -> Exception:
    """What to tell a user whose port did not open."""
    port, number = url.address, getattr(error, "errno", None)
    text = str(error)
    if number in PERMISSION or "PermissionError" in text:
        return EnvironmentMissingError(
            f"no permission to open {port}; add yourself to the port's group with "
            "`sudo usermod -aG dialout $USER` and log in again, or install a udev rule for the "
            "board (on Windows: another program has the port open)"
        )
    if number in BUSY:
        return DeviceAbsentError(
            f"{port} is in use by {describe_holder(port) or 'another program'}; end it (find it "
            f"with `fuser {port}`) or choose another device"
        )
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO) or "FileNotFoundError" in text:
        return DeviceAbsentError(f"there is no port {port}; {_ports()}")
    return DeviceAbsentError(f"{port} cannot be opened at {baud} baud ({text}); {_ports()}")


def _ports() -> str:
    """The ports of this machine, as a remedy."""
    ports = sorted(info.device for info in list_ports.comports())
    if not ports:
        return "no serial port was found: check cable and power, and the driver of the adapter"
    return f"the ports found are {', '.join(ports)}"
