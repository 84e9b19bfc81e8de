"""A pseudo-terminal that behaves like a serial port."""

import os

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
    """

    def __init__(self) -> None:
        # The client's end stays open here too: otherwise reads fail once a client has left.
        self._server, self._client = os.openpty()
        assert tty is not None
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
