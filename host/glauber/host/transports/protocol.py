"""What the link asks of a way to a device."""

from typing import Protocol

__all__ = ["Transport"]


class Transport(Protocol):
    """A pipe of bytes to a device.

    One that knows its line rate may also have `baud: int`; one that can change it, `rate: int`, the
    one to change to, `set_baud(baud)` and `send_break(seconds)`. One whose device stands still
    unless it is attended to may have `pause(seconds)`, which lets it go on for so long; one with a
    time of its own, `clock()` in seconds.

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
