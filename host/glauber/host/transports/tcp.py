"""TCP connections: `socket://host:port`."""

import contextlib
import socket

from ..errors import DeviceAbsentError, DeviceLostError, DeviceSilentError, OptionError
from .url import SCHEMES, DeviceUrl

__all__ = ["TcpTransport"]

CONNECT_TIMEOUT = 5.0
WRITE_TIMEOUT = 10.0
READ_BYTES = 1 << 18
SHORTEST_WAIT = 1e-4  # s; zero would mean something else to a socket


class TcpTransport:
    """A connection to a device that something serves. Raises `OptionError`, `DeviceAbsentError`."""

    def __init__(self, url: DeviceUrl) -> None:
        url.check_options(["time_scale"])
        self.name = url.text
        self.time_scale = url.factor("time_scale")
        host, port = _host_and_port(url)
        try:
            self._socket = socket.create_connection((host, port), CONNECT_TIMEOUT)
        except (OSError, UnicodeError) as error:  # UnicodeError: the name cannot be one
            raise DeviceAbsentError(
                f"nothing answers at {host}, port {port} ({error}); start what serves the device, "
                "for example `glauber rtl`, or correct the address"
            ) from error
        # A request is one small packet that waits for its answer: it must not be held back.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, data: bytes) -> None:
        try:
            self._socket.settimeout(WRITE_TIMEOUT * self.time_scale)
            self._socket.sendall(data)
        except TimeoutError as error:
            raise DeviceSilentError(
                f"{self.name} takes no bytes; check what serves the device, or start it again"
            ) from error
        except OSError as error:
            raise self._lost(str(error)) from error

    def read(self, timeout: float) -> bytes:
        try:
            self._socket.settimeout(max(timeout, SHORTEST_WAIT))
            data = self._socket.recv(READ_BYTES)
        except TimeoutError:
            return b""
        except OSError as error:
            raise self._lost(str(error)) from error
        if not data:
            raise self._lost("the other side closed the connection")
        return data

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    def _lost(self, reason: str) -> DeviceLostError:
        return DeviceLostError(
            f"{self.name} went away while in use ({reason}); another client may hold it: end that "
            "one, or start what serves it again, and run again"
        )


def _host_and_port(url: DeviceUrl) -> tuple[str, int]:
    """The host and the port of a socket URL; brackets around an IPv6 address are taken off."""
    host, colon, port = url.address.removeprefix("//").rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    legal = port.isdecimal() and 0 < int(port) < 1 << 16
    if not (url.address.startswith("//") and colon and host and legal):
        raise OptionError(
            f"{url.text} names no host and port from 1 to 65535; write {SCHEMES['socket']}"
        )
    return host, int(port)
