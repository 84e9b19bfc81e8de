"""The link of the model: what stands between bytes and the bus in the gates, in this process."""

import secrets
from typing import TYPE_CHECKING, Protocol

import numpy as np
from cobs import cobs
from numpy.typing import NDArray

from glauber.hdl.facts.frames import (
    ADDRESS_BYTES,
    COBS_BLOCK_BYTES,
    COUNT_BYTES,
    DELIMITER,
    REPLY_FLAG,
    SEQ_COUNT,
    Kind,
    Result,
    queue_bytes,
    seal,
    unseal,
)
from glauber.hdl.facts.machine import MachineParams

if TYPE_CHECKING:
    from ..rings import RingModel

__all__ = ["Endpoint", "Machine", "open_model"]

Words = NDArray[np.uint32]


class Machine(Protocol):
    """The bus of a machine, in bursts; `writes` is the number of the next one that writes."""

    @property
    def params(self) -> MachineParams: ...

    writes: int

    def read(self, address: int, count: int) -> tuple[Result, Words]: ...

    def write(self, address: int, words: Words) -> Result: ...

    def count_bad_frame(self) -> None: ...

    def wait(self, seconds: float) -> None: ...


class Endpoint:
    """Executes request frames on a machine; to the host it is the transport to a device.

    Gives the same answers as the gates: an empty frame is nothing; a frame that is damaged, or
    longer than what they can hold, is counted and dropped; an unknown kind, a body of no legal
    length and a write out of its order are answered with a result. Everything happens inside
    `write`, so that requests never wait and their queue is never full.
    """

    time_scale = 1.0

    def __init__(self, machine: Machine, name: str = "model:") -> None:
        self.machine = machine
        self.name = name
        self._frame_max = queue_bytes(machine.params)
        self._coded_max = self._frame_max + self._frame_max // COBS_BLOCK_BYTES + 1
        self._requests = bytearray()
        self._replies = bytearray()

    def write(self, data: bytes) -> None:
        """Take in bytes, and execute every frame that they complete."""
        self._requests += data
        while (end := self._requests.find(DELIMITER)) >= 0:
            frame = bytes(self._requests[:end])
            del self._requests[: end + 1]
            if frame:
                self._execute(frame)
        # Of a frame that is too long, one byte too many is enough to know it.
        del self._requests[self._coded_max + 1 :]

    def read(self, timeout: float) -> bytes:
        """The replies so far; b"" if there are none."""
        replies = bytes(self._replies)
        self._replies.clear()
        return replies

    def pause(self, seconds: float) -> None:
        """Let the machine compute for so long, or until it has nothing to do."""
        self.machine.wait(seconds)

    def close(self) -> None:
        """Drop what has not been read."""
        self._requests.clear()
        self._replies.clear()

    def _execute(self, coded: bytes) -> None:
        try:
            frame = cobs.decode(coded)
        except cobs.DecodeError:
            frame = b""
        content = unseal(frame) if len(frame) <= self._frame_max else None
        if content is None:
            self.machine.count_bad_frame()
            return
        kind, seq, body = content
        result, words = self._answer(kind, seq, body)
        reply = bytes((result,)) + words.astype("<u4", copy=False).tobytes()
        self._replies += cobs.encode(seal(kind | REPLY_FLAG, seq, reply)) + bytes((DELIMITER,))

    def _answer(self, kind: int, seq: int, body: bytes) -> tuple[Result, Words]:
        """The result of a request, and the words that go with it."""
        nothing = np.empty(0, np.uint32)
        address = int.from_bytes(body[:ADDRESS_BYTES], "little")
        data = body[ADDRESS_BYTES:]
        if kind == Kind.READ:
            count = int.from_bytes(data, "little")
            legal = len(body) == ADDRESS_BYTES + COUNT_BYTES
            if not (legal and 1 <= count <= self.machine.params.burst_words):
                return Result.BAD_LENGTH, nothing
            result, words = self.machine.read(address, count)
            return result, words if result is Result.OK else nothing
        if kind in (Kind.WRITE, Kind.FIRST):
            count, rest = divmod(len(data), 4)
            if rest or not 1 <= count <= self.machine.params.burst_words:
                return Result.BAD_LENGTH, nothing
            if kind == Kind.WRITE and seq != self.machine.writes:
                return Result.OUT_OF_ORDER, nothing
            result = self.machine.write(address, np.frombuffer(data, "<u4").astype(np.uint32))
            if result is Result.OK:
                self.machine.writes = (seq + 1) % SEQ_COUNT
            return result, nothing
        return Result.BAD_KIND, nothing


def open_model(
    params: MachineParams, name: str, threads: int, rings: "RingModel | None" = None
) -> Endpoint:
    """A model of a machine with `params`, computing on `threads` threads, as a transport.

    `rings` describes the ring oscillators; by default they are sound, and another set each time.
    """
    from ..rings import RingModel
    from .machine import ModelMachine

    if params.rings and rings is None:
        rings = RingModel(params.rings, params.ring_divider, seed=secrets.randbits(32))
    return Endpoint(ModelMachine(params, threads, rings), name)
