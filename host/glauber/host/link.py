"""The link: reads and writes of the machine's bus as framed requests over any byte transport."""

import math
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from cobs import cobs

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.frames import (
    ADDRESS_BYTES,
    COUNT_BYTES,
    CRC_BYTES,
    DELIMITER,
    HEAD_BYTES,
    REPLY_FLAG,
    Kind,
    Result,
    seal,
    unseal,
)

from .bus import WORD_MAX, Words, describe_address, to_words
from .errors import DeviceRefusedError, DeviceSilentError
from .transports.protocol import Transport

__all__ = ["Link"]

BURST_WORDS = 8  # until the device's header is known
TRIES = 4
BASE_TIMEOUT = 0.25  # s; USB bridges hold bytes back for up to 16 ms
GROWTH = 2  # of the time-out from try to try
BITS_PER_BYTE = 10  # on a serial line: start bit, 8 data bits, stop bit


@dataclass(frozen=True)
class _Request:
    """One burst: `count` words from `address` on, to be read, or written from `data`."""

    kind: Kind
    address: int
    count: int
    data: bytes = b""

    def __str__(self) -> str:
        words = "1 word" if self.count == 1 else f"{self.count} words"
        return f"the {self.kind.name} of {words} at {describe_address(self.address)}"

    @property
    def body(self) -> bytes:
        tail = self.data or self.count.to_bytes(COUNT_BYTES, "little")
        return self.address.to_bytes(ADDRESS_BYTES, "little") + tail

    @property
    def reply_bytes(self) -> int:
        """Bytes that an OK reply carries after its result."""
        return 4 * self.count if self.kind is Kind.READ else 0


class Link:
    """Requests and replies over a transport. Not for use from several threads at once.

    A request that finds no valid reply in time is sent again, with the same sequence number; the
    device may see it more than once, which is harmless because every operation is idempotent.

    burst_words
        Words that one request may carry; set it when the device's header is known.
    tries, base_timeout
        How often a request is sent, and the time-out of the first try in seconds, to which the time
        of the bytes on the line is added and which doubles from try to try.
    bytes_in, bytes_out, retries
        Counted since the link was made.
    frames_bad, replies_stale
        Frames that arrived damaged; whole ones that do not answer the pending request.
    """

    def __init__(
        self, transport: Transport, *, tries: int = TRIES, base_timeout: float = BASE_TIMEOUT
    ) -> None:
        self.transport = transport
        self.burst_words = BURST_WORDS
        self.tries = tries
        self.base_timeout = base_timeout
        self.bytes_in = self.bytes_out = self.retries = 0
        self.frames_bad = self.replies_stale = 0
        # Not the same in every connection: the last one's answers may still be on their way.
        self._seq = os.urandom(1)[0]
        self._received = bytearray()
        self._fresh = True

    def read(self, address: int, count: int) -> Words:
        """`count` words from `address` on. Raises `DeviceError`; `FactError` for a bad address."""
        bursts = self._bursts(address, count)
        requests = (_Request(Kind.READ, address + start, size) for start, size in bursts)
        words = np.empty(count, np.uint32)
        for (start, size), data in zip(bursts, self._exchange(requests), strict=True):
            words[start : start + size] = np.frombuffer(data, "<u4")
        return words

    def read_word(self, address: int) -> int:
        """The word at `address`. Raises `DeviceError`; `FactError` for a bad address."""
        return int(self.read(address, 1)[0])

    def write(self, address: int, words: Iterable[int] | np.ndarray) -> None:
        """Write `words` from `address` on.

        Raises `DeviceError`; `FactError` for a bad address or a word that is not one.
        """
        data = to_words(words).astype("<u4", copy=False)
        requests = (
            _Request(Kind.WRITE, address + start, size, data[start : start + size].tobytes())
            for start, size in self._bursts(address, len(data))
        )
        for _ in self._exchange(requests):
            pass

    def _bursts(self, address: int, count: int) -> list[tuple[int, int]]:
        """`(start, size)` of the bursts that make up `count` words from `address` on."""
        if address < 0 or address + count - 1 > WORD_MAX:
            bad = address if address < 0 else address + count - 1
            raise FactError.out_of_range("an address", bad, 0, WORD_MAX, "see the register map")
        size = self.burst_words
        return [(start, min(size, count - start)) for start in range(0, count, size)]

    def counters(self) -> dict[str, int]:
        """What the link has counted so far, by name."""
        names = ("bytes_in", "bytes_out", "retries", "frames_bad", "replies_stale")
        return {name: getattr(self, name) for name in names}

    def close(self) -> None:
        self.transport.close()

    def pause(self, seconds: float) -> None:
        """Let time pass while the device works."""
        getattr(self.transport, "pause", time.sleep)(seconds)

    def _exchange(self, requests: Iterable[_Request]) -> Iterator[bytes]:
        """The words of the answers, in order. One request is on its way at a time."""
        for request in requests:
            yield self._request(request)

    def _request(self, request: _Request) -> bytes:
        """Send one request until it is answered; the words of the answer."""
        self._seq = (self._seq + 1) % 256
        frame = cobs.encode(seal(request.kind, self._seq, request.body)) + bytes((DELIMITER,))
        timeout = self._timeout(len(frame) + request.reply_bytes)
        bytes_before, bad_before = self.bytes_in, self.frames_bad
        begin = time.monotonic()
        for attempt in range(self.tries):
            # The empty frame makes the device let go of whatever part of a frame it still holds.
            self._send(bytes((DELIMITER,)) + frame if attempt or self._fresh else frame)
            self._fresh = False
            self.retries += attempt > 0
            answer = self._await(request, time.monotonic() + timeout * GROWTH**attempt)
            if answer is not None:
                return self._accept(answer, request)
        seconds = time.monotonic() - begin
        arrived, bad = self.bytes_in - bytes_before, self.frames_bad - bad_before
        raise DeviceSilentError(
            f"{self.transport.name} gave no valid answer to {request}, asked {self.tries} times in "
            f"{seconds:.2f} s; {_silence(self.transport.name, arrived, bad)}"
        )

    def _timeout(self, line_bytes: int) -> float:
        """Seconds to wait for the reply to a first try."""
        baud = getattr(self.transport, "baud", None)
        head = HEAD_BYTES + 1 + CRC_BYTES + 2  # of the reply, with the result and the framing
        line = math.ceil((line_bytes + head) * 255 / 254) * BITS_PER_BYTE / baud if baud else 0
        return (self.base_timeout + line) * self.transport.time_scale

    def _send(self, data: bytes) -> None:
        self.transport.write(data)
        self.bytes_out += len(data)

    def _await(self, request: _Request, deadline: float) -> bytes | None:
        """The body of the reply to `request`, or None if none came until `deadline`."""
        while True:
            while (frame := self._next_frame()) is not None:
                if (answer := self._match(frame, request)) is not None:
                    return answer
            left = deadline - time.monotonic()
            if left <= 0 or not (data := self.transport.read(left)):
                return None
            self.bytes_in += len(data)
            self._received += data

    def _next_frame(self) -> bytes | None:
        """Take one frame, still stuffed and not empty, out of what has been received."""
        while (end := self._received.find(DELIMITER)) >= 0:
            frame = bytes(self._received[:end])
            del self._received[: end + 1]
            if frame:
                return frame
        return None

    def _match(self, frame: bytes, request: _Request) -> bytes | None:
        """The body of a frame if it answers `request`; otherwise the frame is counted."""
        try:
            content = unseal(cobs.decode(frame))
        except cobs.DecodeError:
            content = None
        if content is None:
            self.frames_bad += 1
            return None
        kind, seq, body = content
        length = 1 + request.reply_bytes if body[:1] == bytes((Result.OK,)) else 1
        if kind == request.kind | REPLY_FLAG and seq == self._seq and len(body) == length:
            return body
        self.replies_stale += 1
        return None

    def _accept(self, answer: bytes, request: _Request) -> bytes:
        """The words of an answer. Raises `DeviceRefusedError` if it is not OK."""
        if answer[0] == Result.OK:
            return answer[1:]
        try:
            result = Result(answer[0])
            reason = f"{result.name}: {result.meaning}"
        except ValueError:
            reason = f"result {answer[0]}, which this host does not know; update one of the two"
        raise DeviceRefusedError(f"{self.transport.name} refused {request} with {reason}")


def _silence(name: str, arrived: int, bad: int) -> str:
    """What to check when a request to the device `name` remained unanswered."""
    found = (
        f"{arrived} bytes came back, with {bad} damaged frames" if arrived else "nothing came back"
    )
    scheme = name.partition(":")[0]
    if scheme == "socket":
        return (
            f"{found}: check that what serves the device still runs, and serves it to nobody else; "
            "simulated gates need more time (`socket://HOST:PORT?time_scale=20`)"
        )
    if scheme != "serial":
        return f"{found}: close the device and open it again"
    if arrived:
        return (
            f"{found}: check the baud rate (`serial:PATH?baud=N`), the cable, and that a Glauber "
            "image runs on the device"
        )
    return (
        f"{found}: check that the board has power and a Glauber image, and that this is its data "
        "port (`glauber devices` lists the ports); simulated gates need more time "
        "(`serial:PATH?time_scale=20`)"
    )
