"""What the link asks of a way to a device."""

from typing import Protocol

__all__ = ["RatedTransport", "Transport"]


class Transport(Protocol):
    """A pipe of bytes to a device.

    One that knows its line rate may also have `baud: int`. One whose device stands still unless it
    is attended to may have `pause(seconds)`, which lets it go on for so long; one with a time of
    its own, `clock()` in seconds.

    name
        What the user calls it, for messages.
    time_scale
        Factor on time-outs; 1.0 for hardware, more for what runs slower than hardware.
    """

    @property
    def name(self) -> str: ...

    @property
    def time_scale(self) -> float: ...

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises `DeviceError`."""
        ...

    def read(self, timeout: float) -> bytes:
        """What has arrived: at least 1 byte, or b"" after `timeout` seconds without any.

        Raises `DeviceLostError` if the other side has gone.
        """
        ...

    def close(self) -> None:
        """Let go of the device; harmless if repeated."""
        ...


class RatedTransport(Transport, Protocol):
    """A transport whose line can change its rate.

    baud
        The rate at which it is.
    rate
        The one that the user wants.
    """

    @property
    def baud(self) -> int: ...

    @property
    def rate(self) -> int: ...

    def set_baud(self, baud: int) -> None:
        """Go over to another rate, behind what has been sent. Raises `DeviceError`."""
        ...

    def send_break(self, seconds: float) -> None:
        """Hold the line at 0, if it can be."""
        ...
