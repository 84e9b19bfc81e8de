"""A virtual board: a device of this process, offered on a TCP port and a pseudo-terminal."""

import contextlib
import selectors
import socket
import threading
import time
from typing import Protocol

from glauber.hdl.facts.errors import FactError

from .errors import GatesEnvironmentError
from .terminal import PseudoTerminal

__all__ = ["VirtualBoard", "listen"]

RECEIVE_BYTES = 1 << 16
PENDING_LIMIT = 1 << 20  # bytes kept for a client that does not read before the machine must wait
SLICE = 0.001  # s; how long clients wait at most while the machine runs
NAP = 0.01  # s; until a device that had nothing to do is asked again
GRACE = 10.0  # s
PORT_MAX = (1 << 16) - 1


class _Device(Protocol):
    """The part of a transport that is served."""

    def write(self, data: bytes) -> None: ...
    def read(self, timeout: float) -> bytes: ...


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on `host`; port 0 lets the system choose.

    Raises `FactError` for what is no port, `GatesEnvironmentError` if it cannot be listened on.
    """
    if not 0 <= port <= PORT_MAX:
        raise FactError.out_of_range("the port", port, 0, PORT_MAX, "choose one, or 0 for any")
    try:
        return socket.create_server((host, port))
    except (OSError, UnicodeError) as error:  # UnicodeError: the name cannot be one
        raise GatesEnvironmentError(
            f"cannot listen on {host}:{port}: {error}; choose another port, or 0 for any"
        ) from error


class VirtualBoard:
    """Serves `transport` like a board on a serial line. The transport stays the caller's to close.

    One TCP client at a time; a second one is disconnected at once. Answers go to the client that
    spoke last, TCP or pseudo-terminal; they are dropped when it has gone.

    Parameters
    ----------
    transport
        Any device with `write` and `read(timeout)`.
    host, port
        Where to listen, as for `listen`.
    listener
        A socket from `listen` to use instead; it is closed with the board.
    pty
        Whether to offer a pseudo-terminal too, where the system has them.
    grace
        For how many seconds after the last byte the device is kept running. Later it sleeps until
        a client speaks, so a run whose host never asks for its progress comes to a halt.

    Attributes
    ----------
    port : int
        The TCP port.
    pty_path : str or None
        The path that stands for a serial port.

    Raises as `listen`.
    """

    def __init__(
        self,
        transport: _Device,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        listener: socket.socket | None = None,
        pty: bool = True,
        grace: float = GRACE,
    ) -> None:
        self._transport = transport
        self._grace = grace
        self._listener = listener or listen(host, port)
        self._terminal = PseudoTerminal() if pty and PseudoTerminal.supported() else None
        self.port: int = self._listener.getsockname()[1]
        self.pty_path = self._terminal.path if self._terminal else None
        self._client: socket.socket | None = None
        self._speaker: socket.socket | PseudoTerminal | None = None
        self._pending = bytearray()
        self._awake_until = 0.0
        self._stopping = False
        self._in_foreground = False
        self._failure: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._selector = selectors.DefaultSelector()
        self._waker, self._wake = socket.socketpair()
        for source in (self._listener, self._wake, self._terminal):
            if source:
                self._selector.register(source, selectors.EVENT_READ)

    def start(self) -> "VirtualBoard":
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="virtual board", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End serving, from any thread. Raises what the device raised while it was served."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._waker.send(b"\0")
        if self._thread:
            # Joined before any file is closed: its number might be another file's a moment later.
            self._thread.join()
            self._thread = None
        if not self._in_foreground:
            self._close()
        if failure := self._failure:
            self._failure = None
            raise failure

    def __enter__(self) -> "VirtualBoard":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def serve_forever(self) -> None:
        """Serve in this thread, until `stop` is called or something raises."""
        self._in_foreground = True
        try:
            self._serve()
        finally:
            self._close()

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException as error:  # handed to whoever calls stop()
            self._failure = error

    def _serve(self) -> None:
        nap: float | None = None
        while True:
            for key, events in self._selector.select(nap):
                self._handle(key.fileobj, events)
            if self._stopping:
                return
            begin = time.monotonic()
            if begin >= self._awake_until:
                nap = None
            elif len(self._pending) >= PENDING_LIMIT:
                nap = NAP  # the client does not read: as on a real line, the machine waits
            else:
                answer = self._transport.read(SLICE)
                self._deliver(answer)
                # A device that has nothing to do may return at once instead of waiting.
                busy = answer or time.monotonic() - begin >= SLICE
                nap = 0.0 if busy else NAP

    def _handle(self, source: object, events: int) -> None:
        if source is self._listener:
            self._accept()
        elif isinstance(source, socket.socket | PseudoTerminal) and source in (
            self._client,
            self._terminal,
        ):
            if events & selectors.EVENT_WRITE:
                self._flush()
            if events & selectors.EVENT_READ:
                self._receive(source)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        if self._client:
            client.close()
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._selector.register(client, selectors.EVENT_READ)

    def _receive(self, source: socket.socket | PseudoTerminal) -> None:
        try:
            data = source.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop_client()
            return
        if source is not self._speaker:
            self._listen_to(source)
        self._awake_until = time.monotonic() + self._grace
        self._transport.write(data)

    def _deliver(self, answer: bytes) -> None:
        if answer:
            self._awake_until = time.monotonic() + self._grace
        if answer and self._speaker:
            self._pending += answer
            self._flush()

    def _flush(self) -> None:
        if not self._speaker:
            return
        try:
            del self._pending[: self._speaker.send(self._pending)]
        except BlockingIOError:
            pass
        except OSError:
            self._drop_client()
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._pending else 0)
        self._selector.modify(self._speaker, wanted)

    def _listen_to(self, speaker: socket.socket | PseudoTerminal | None) -> None:
        self._pending.clear()
        if self._speaker:
            self._selector.modify(self._speaker, selectors.EVENT_READ)
        self._speaker = speaker

    def _drop_client(self) -> None:
        """The TCP client has gone. (A pseudo-terminal never goes: its other end is ours too.)"""
        if self._client:
            if self._speaker is self._client:
                self._listen_to(None)
            self._selector.unregister(self._client)
            self._client.close()
            self._client = None

    def _close(self) -> None:
        self._drop_client()
        self._selector.close()
        for resource in (self._listener, self._terminal, self._waker, self._wake):
            if resource:
                resource.close()  # each may be closed twice
