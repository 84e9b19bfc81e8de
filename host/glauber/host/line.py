"""Requests and replies as frames on a transport, without any repetition."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cobs import cobs

from glauber.hdl.facts.frames import (
    ADDRESS_BYTES,
    COUNT_BYTES,
    CRC_BYTES,
    DELIMITER,
    HEAD_BYTES,
    QUEUE_FRAMES,
    REPLY_FLAG,
    Kind,
    Result,
    seal,
    unseal,
)

from .bus import describe_address
from .errors import DeviceRefusedError
from .transports.protocol import Transport

__all__ = ["Answer", "Line", "Request"]

GROWTH = 1.5  # of the time-out from try to try
BITS_PER_BYTE = 10  # on a serial line: start bit, 8 data bits, stop bit
REPLY_BYTES = HEAD_BYTES + 1 + CRC_BYTES  # of a reply without words


@dataclass(frozen=True)
class Request:
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
    def size(self) -> int:
        """Bytes that it takes in a device."""
        return HEAD_BYTES + ADDRESS_BYTES + (len(self.data) or COUNT_BYTES) + CRC_BYTES

    @property
    def word_bytes(self) -> int:
        """Bytes that an OK reply carries after its result."""
        return 4 * self.count if self.kind is Kind.READ else 0


@dataclass(frozen=True)
class Answer:
    """A reply: what kind of request it answers, its number, its result and its words."""

    kind: int
    seq: int
    result: int
    words: bytes

    def fits(self, request: Request) -> bool:
        """Whether it has the form of an answer to `request`."""
        length = request.word_bytes if self.result == Result.OK else 0
        return self.kind == request.kind and len(self.words) == length


class Line:
    """Frames to and from a device.

    base_timeout
        Seconds that a device may take for an answer, besides the time of the bytes on the line.
    queue_bytes
        Bytes of requests that the device holds; 0 for one request of any length.
    bytes_in, bytes_out, retries
        Counted since the line was made.
    frames_bad, replies_stale
        Frames that arrived damaged; whole ones that answer no pending request.
    now
        The time of the transport, in seconds.
    """

    def __init__(self, transport: Transport, base_timeout: float) -> None:
        self.transport = transport
        self.base_timeout = base_timeout
        self.queue_bytes = 0
        self.bytes_in = self.bytes_out = self.retries = 0
        self.frames_bad = self.replies_stale = 0
        self.now: Callable[[], float] = getattr(transport, "clock", time.monotonic)
        self._received = bytearray()
        self._fresh = True

    def counters(self) -> dict[str, int]:
        """What has been counted so far, by name."""
        names = ("bytes_in", "bytes_out", "retries", "frames_bad", "replies_stale")
        return {name: getattr(self, name) for name in names}

    def close(self) -> None:
        self.transport.close()

    def pause(self, seconds: float) -> None:
        """Let time pass while the device works."""
        getattr(self.transport, "pause", time.sleep)(seconds)

    def has_room(self, pending: Iterable[Request], request: Request) -> bool:
        """Whether the device can hold `request` beside those that are pending."""
        sizes = [other.size for other in pending]
        return not sizes or (
            len(sizes) < QUEUE_FRAMES and sum(sizes) + request.size <= self.queue_bytes
        )

    def send(self, requests: Iterable[tuple[Request, int]], *, again: bool = False) -> None:
        """Send requests with their numbers, all at once."""
        frames = bytearray()
        # The empty frame makes the device let go of whatever part of a frame it still holds.
        if again or self._fresh:
            frames.append(DELIMITER)
        for request, seq in requests:
            frames += cobs.encode(seal(request.kind, seq, request.body))
            frames.append(DELIMITER)
            self.retries += again
        self._fresh = False
        self.transport.write(bytes(frames))
        self.bytes_out += len(frames)

    def deadline(self, pending: Iterable[Request], attempt: int) -> float:
        """Until when the first answer must have come, if all of them are still to be sent."""
        line = 0.0
        if baud := getattr(self.transport, "baud", None):
            sizes = [request.size + REPLY_BYTES + request.word_bytes for request in pending]
            line = sum(math.ceil(size * 255 / 254) + 2 for size in sizes) * BITS_PER_BYTE / baud
        patience = (self.base_timeout + line) * GROWTH**attempt
        return self.now() + patience * self.transport.time_scale

    def receive(self, deadline: float) -> Answer | None:
        """The next answer, or None if none came until `deadline`."""
        while True:
            while (frame := self._next_frame()) is not None:
                if (answer := self._parse(frame)) is not None:
                    return answer
            left = deadline - self.now()
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

    def _parse(self, frame: bytes) -> Answer | None:
        """The answer in a frame; if it is none, the frame is counted."""
        try:
            content = unseal(cobs.decode(frame))
        except cobs.DecodeError:
            content = None
        if content is None:
            self.frames_bad += 1
            return None
        kind, seq, body = content
        if not kind & REPLY_FLAG or not body:
            self.replies_stale += 1
            return None
        return Answer(kind ^ REPLY_FLAG, seq, body[0], body[1:])

    def refusal(self, request: Request, result: int) -> DeviceRefusedError:
        """What to raise for an answer that is not OK."""
        try:
            known = Result(result)
            reason = f"{known.name}: {known.meaning}"
        except ValueError:
            reason = f"result {result}, which this host does not know; update one of the two"
        return DeviceRefusedError(f"{self.transport.name} refused {request} with {reason}")
