"""A pseudo-terminal that behaves like a serial port."""

import os

from .errors import GatesEnvironmentError

try:
    import tty
except ImportError:  # not a POSIX system
    tty = None

__all__ = ["PseudoTerminal"]


class PseudoTerminal:
    """Both ends of a pseudo-terminal, raw: no echo, no line editing, no translation.

    Attributes
    ----------
    path : str
        What a client opens in place of a serial port.

    Raises `GatesEnvironmentError` where `supported` is false.
    """

    def __init__(self) -> None:
        if tty is None:
            raise GatesEnvironmentError(
                "this system has no pseudo-terminals; use the TCP port of the virtual board"
            )
        # The client's end stays open here too: otherwise reads fail once a client has left.
        self._server, self._client = os.openpty()
        tty.setraw(self._client)
        os.set_blocking(self._server, False)
        self.path = os.ttyname(self._client)

    @staticmethod
    def supported() -> bool:
        return tty is not None

    def fileno(self) -> int:
        return self._server

    def recv(self, size: int) -> bytes:
        return os.read(self._server, size)

    def send(self, data: bytes | bytearray) -> int:
        return os.write(self._server, data)

    def close(self) -> None:
        """Close both ends; harmless if repeated."""
        for end in (self._server, self._client):
            if end >= 0:
                os.close(end)
        self._server = self._client = -1
