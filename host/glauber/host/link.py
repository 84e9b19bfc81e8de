"""The link: reads and writes of the machine's bus as framed requests over any byte transport."""

import os
from collections.abc import Iterable, Sequence

import numpy as np

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.frames import SEQ_COUNT, Kind, Result
from glauber.hdl.facts.registers import Register

from .bus import WORD_MAX, Words, to_words
from .errors import DeviceLostError
from .line import Answer, Line, Request
from .patience import Patience
from .transports.protocol import Transport

__all__ = ["Link"]

BURST_WORDS = 8  # until the device's header is known
TRIES = 6
BASE_TIMEOUT = 0.25  # s; USB bridges hold bytes back for up to 16 ms


class Link(Line):
    """Reads and writes over a transport. Not for use from several threads at once.

    As many requests are on their way as the device holds. Reads that find no valid answer are sent
    again with the same mark. After a write that finds none, the device is asked how many writes it
    has done, and goes on behind the last of them: none is done twice, and none before another one.

    burst_words
        Words that one request may carry; set it when the device's header is known.
    tries, base_timeout
        How often a request is sent, and the time-out of the first try in seconds, to which the time
        of the bytes on the line is added and which grows from try to try.

    The counters are those of `Line`.
    """

    def __init__(
        self, transport: Transport, *, tries: int = TRIES, base_timeout: float = BASE_TIMEOUT
    ) -> None:
        super().__init__(transport, base_timeout)
        self.burst_words = BURST_WORDS
        self.tries = tries
        # Not the same in every connection: the last one's answers may still be on their way.
        self._mark = int.from_bytes(os.urandom(2), "little")
        self._next_write: int | None = None  # its number; None if only the device knows it

    def read(self, address: int, count: int) -> Words:
        """`count` words from `address` on. Raises `DeviceError`; `FactError` for a bad address."""
        requests = [
            Request(Kind.READ, address + start, size)
            for start, size in self._bursts(address, count)
        ]
        data = b"".join(self._read_all(requests))
        return np.frombuffer(data, "<u4").astype(np.uint32)

    def read_word(self, address: int) -> int:
        """The word at `address`. Raises `DeviceError`; `FactError` for a bad address."""
        return int(self.read(address, 1)[0])

    def write(self, address: int, words: Iterable[int] | np.ndarray) -> None:
        """Write `words` from `address` on.

        Raises `DeviceLostError` if someone else writes to the device, or it was reset meanwhile;
        `DeviceError`; `FactError` for a bad address or a word that is not one.
        """
        data = to_words(words).astype("<u4", copy=False)
        requests = [
            Request(Kind.WRITE, address + start, size, data[start : start + size].tobytes())
            for start, size in self._bursts(address, len(data))
        ]
        if not requests:
            return
        first = self._writes_done() if self._next_write is None else self._next_write
        self._next_write = None  # known again when all is done
        self._write_all(requests, first)
        self._next_write = (first + len(requests)) % SEQ_COUNT

    def _bursts(self, address: int, count: int) -> list[tuple[int, int]]:
        """`(start, size)` of the bursts that make up `count` words from `address` on."""
        if address < 0 or address + count - 1 > WORD_MAX:
            bad = address if address < 0 else address + count - 1
            raise FactError.out_of_range("an address", bad, 0, WORD_MAX, "see the register map")
        size = self.burst_words
        return [(start, min(size, count - start)) for start in range(0, count, size)]

    def _writes_done(self) -> int:
        return self.read_word(Register.WRITES) % SEQ_COUNT

    def _read_all(self, requests: Sequence[Request]) -> list[bytes]:
        """The words that reads give."""
        words = [b""] * len(requests)
        pending: dict[int, int] = {}  # from marks to requests, in the order of their sending
        patience, following, deadline = Patience(self, self.tries), 0, 0.0
        while pending or following < len(requests):
            batch: list[int] = []
            while following < len(requests) and self.has_room(
                (requests[index] for index in pending.values()), requests[following]
            ):
                self._mark = (self._mark + 1) % SEQ_COUNT
                pending[self._mark] = following
                batch.append(self._mark)
                following += 1
            if batch:
                self.send((requests[pending[mark]], mark) for mark in batch)
                deadline = self._deadline(requests, pending, patience)
            answer = self.receive(deadline)
            if answer is None:
                patience.lose(requests[next(iter(pending.values()))])
                self._send_again(requests, pending, list(pending))
                deadline = self._deadline(requests, pending, patience)
            elif (index := pending.get(answer.seq)) is None or not answer.fits(requests[index]):
                self.replies_stale += 1
            elif answer.result != Result.OK:
                raise self.refusal(requests[index], answer.result)
            else:
                words[index] = answer.words
                patience.renew()
                # Answers come in the order of the requests: those before it are lost.
                lost = list(pending)[: list(pending).index(answer.seq)]
                del pending[answer.seq]
                if lost:
                    self._send_again(requests, pending, lost)
                deadline = self._deadline(requests, pending, patience)
        return words

    def _deadline(
        self, requests: Sequence[Request], pending: dict[int, int], patience: Patience
    ) -> float:
        return self.deadline((requests[index] for index in pending.values()), patience.attempt)

    def _send_again(
        self, requests: Sequence[Request], pending: dict[int, int], marks: list[int]
    ) -> None:
        for mark in marks:
            pending[mark] = pending.pop(mark)  # it is the last one now
        self.send(((requests[pending[mark]], mark) for mark in marks), again=True)

    def _write_all(self, requests: Sequence[Request], first: int) -> None:
        """Have writes done in their order, the first of them under the number `first`."""
        done = sent = furthest = 0
        patience, deadline, again = Patience(self, self.tries), 0.0, False
        while done < len(requests):
            begin = sent
            while sent < len(requests) and self.has_room(requests[done:sent], requests[sent]):
                sent += 1
            furthest = max(furthest, sent)
            if sent > begin:
                batch = range(begin, sent)
                self.send(((requests[n], (first + n) % SEQ_COUNT) for n in batch), again=again)
                deadline = self.deadline(requests[done:sent], patience.attempt)
                again = False
            answer = self.receive(deadline)
            if answer is None or (
                answer.result == Result.OUT_OF_ORDER
                and self._answered(requests, answer, first, done, furthest) is not None
            ):
                patience.lose(requests[done])
                reached = self._reached(first, done, furthest)
                if reached > done:
                    patience.renew()
                done = sent = reached
                again = True
            elif (number := self._answered(requests, answer, first, done, furthest)) is None:
                self.replies_stale += 1
            elif answer.result != Result.OK:
                raise self.refusal(requests[number], answer.result)
            else:
                done = number + 1  # and with it all before
                patience.renew()
                deadline = self.deadline(requests[done:sent], 0)

    def _answered(
        self, requests: Sequence[Request], answer: Answer, first: int, done: int, sent: int
    ) -> int | None:
        """Which of the pending writes an answer is for."""
        number = (answer.seq - first) % SEQ_COUNT
        return number if done <= number < sent and answer.fits(requests[number]) else None

    def _reached(self, first: int, done: int, sent: int) -> int:
        """How many of the writes the device has done; all that it will do of those sent."""
        counted = self._writes_done()
        reached = (counted - first) % SEQ_COUNT
        if not done <= reached <= sent:
            raise DeviceLostError(
                f"{self.transport.name} has done {counted} writes, this host knows of "
                f"{(first + done) % SEQ_COUNT} and sent {sent - done} more: it was reset, or "
                "someone else writes to it; check its power supply, end what else uses it and run "
                "again"
            )
        return reached
