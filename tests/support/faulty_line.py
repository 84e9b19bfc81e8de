"""A line between a host and a device that does whatever a line can do, in a time of its own."""

import heapq
import random
from dataclasses import dataclass
from typing import Any

from glauber.host.errors import DeviceLostError

__all__ = ["KINDS", "Faults", "FaultyLine", "HungError"]

LATENCY = 1e-3  # s, each way
DELAY = 1.0  # s; the longest that a piece is late
PATIENCE = 3600.0  # s of its own time
PIECE = 24  # bytes, on average, of a piece that is not a whole frame


class HungError(BaseException):
    """The host has waited for an hour; no `Exception`, so that nothing takes it for one."""


@dataclass(frozen=True)
class Faults:
    """How likely they are: per byte, and, from `repeat` on, per piece of a stream of bytes.

    drop, flip, double : of a byte: it is lost, has one wrong bit, or comes twice
    repeat, delay, swap : of a piece: it comes a second time later, late, or behind the next one
    cut : of a piece: the line ends before it, for good
    """

    drop: float = 0.0
    flip: float = 0.0
    double: float = 0.0
    repeat: float = 0.0
    delay: float = 0.0
    swap: float = 0.0
    cut: float = 0.0


# One fault at a time, and all of them; a piece has some tens of bytes.
KINDS = {
    "none": Faults(),
    "drop": Faults(drop=1e-3),
    "flip": Faults(flip=1e-3),
    "double": Faults(double=1e-3),
    "repeat": Faults(repeat=3e-2),
    "delay": Faults(delay=3e-2),
    "swap": Faults(swap=3e-2),
    "cut": Faults(cut=5e-3),
    "all": Faults(*[2e-4] * 3, *[1e-2] * 3, cut=5e-4),
}


class FaultyLine:
    """A transport through which another one is reached.

    Bytes travel in pieces, whole frames or not. Time passes only while the host waits, so that it
    never waits in vain for long. What is under way when it is closed still arrives, in order.

    Attributes
    ----------
    harmed : int
        Faults so far.
    """

    time_scale = 1.0

    def __init__(self, inner: Any, faults: Faults, seed: int) -> None:
        self.inner = inner
        self.name = "faulty:"
        self.harmed = 0
        self._faults = faults
        self._random = random.Random(seed)
        self._now = 0.0
        self._events: list[tuple[float, int, bool, bytes]] = []
        self._count = 0
        self._inbox = b""
        self._cut = False

    def clock(self) -> float:
        return self._now

    def pause(self, seconds: float) -> None:
        self._pass(self._now + seconds, until_bytes=False)

    def write(self, data: bytes) -> None:
        self._send(data, to_device=True)

    def read(self, timeout: float) -> bytes:
        self._pass(self._now + timeout, until_bytes=True)
        data, self._inbox = self._inbox, b""
        return data

    def cut(self) -> None:
        """End the line; what is under way is lost."""
        self._cut = True
        self._events.clear()

    def close(self) -> None:
        while self._events:
            _, _, to_device, data = heapq.heappop(self._events)
            if to_device:
                self.inner.write(data)
        self.inner.read(0.0)

    def _pass(self, end: float, *, until_bytes: bool) -> None:
        while not (self._inbox and until_bytes):
            if self._cut:
                raise DeviceLostError("faulty: went away while in use (cut); plug it in again")
            if answer := self.inner.read(0.0):
                self._send(answer, to_device=False)
            if not self._events or self._events[0][0] > end:
                break
            self._now, _, to_device, data = heapq.heappop(self._events)
            if to_device:
                self.inner.write(data)
            else:
                self._inbox += data
        else:
            return
        self._now = max(self._now, end)
        if self._now > PATIENCE:
            raise HungError

    def _send(self, data: bytes, *, to_device: bool) -> None:
        faults = self._faults
        for piece in self._pieces(data):
            harmed = self._harm(piece)
            if self._happens(faults.cut):
                self.cut()
                return
            delay = LATENCY
            if self._happens(faults.delay):
                delay += self._lateness()
            if self._happens(faults.swap):
                delay += LATENCY / 4  # behind what is sent right after it
            self._arrive(delay, to_device, harmed)
            if self._happens(faults.repeat):
                self._arrive(delay + self._lateness(), to_device, harmed)

    def _lateness(self) -> float:
        return DELAY * self._random.random() ** 4  # rarely long

    def _arrive(self, delay: float, to_device: bool, data: bytes) -> None:
        self._count += 1
        heapq.heappush(self._events, (self._now + delay, self._count, to_device, data))

    def _pieces(self, data: bytes) -> list[bytes]:
        frames = [frame + b"\0" for frame in data.split(b"\0")]
        frames[-1] = frames[-1][:-1]
        pieces: list[bytes] = []
        for frame in frames:
            rest = frame
            while self._random.random() < 0.3 and len(rest) > 1:
                size = min(len(rest), self._random.randrange(1, 2 * PIECE))
                pieces.append(rest[:size])
                rest = rest[size:]
            pieces.append(rest)
        return [piece for piece in pieces if piece]

    def _harm(self, data: bytes) -> bytes:
        faults, out = self._faults, bytearray()
        if not (faults.drop or faults.flip or faults.double):
            return data
        for byte in data:
            bit = 1 << self._random.randrange(8) if self._happens(faults.flip) else 0
            copies = 1 - self._happens(faults.drop) + self._happens(faults.double)
            out += bytes((byte ^ bit,)) * copies
        return bytes(out)

    def _happens(self, chance: float) -> bool:
        happened = chance > 0 and self._random.random() < chance
        self.harmed += happened
        return happened
