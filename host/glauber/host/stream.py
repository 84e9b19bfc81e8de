"""Streams: the samples that a device emits while it runs, taken as they come."""

import contextlib
from collections.abc import Callable, Generator, Iterator
from typing import Self

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import EMIT_SHIFT
from glauber.hdl.facts.regions import REGION_SHIFT, Region, region_base
from glauber.hdl.facts.registers import Register, Status

from .bus import WORD_MAX, Words, unpack_bits
from .errors import DeviceError, DeviceLostError, DeviceRefusedError, DeviceTimeoutError
from .link import Link
from .run import POLL_FIRST, POLL_LONGEST, STOP_PATIENCE, Control, Run, stop_run
from .schedules.words import count_emissions

__all__ = ["SampleStream", "emit_after"]

PARTS = 2  # of the buffer, each of which is given free when it has been read
SLOWEST = 1_000_000  # couplings times replicas per second that any device adds, at the least
REGION_WORDS = 1 << REGION_SHIFT

States = NDArray[np.bool_]
Samples = Generator[States, None, None]


def emit_after(steps: Words) -> Words:
    """The steps, the last of which now emits."""
    words = steps.copy()
    words[-1] |= 1 << EMIT_SHIFT
    return words


class SampleStream(Run):
    """The samples of one run: boolean arrays of the shape (pbits, replicas), true for +1.

    Iterate over it once. Whoever leaves before the end closes it, which stops the run: use it as a
    context manager. When the run was stopped, the samples end with the last that was whole.

    The arguments are those of `Device.stream`, which checks them.

    Raises `DeviceLostError` for a device that lost words, or has others than were asked for, and
    `DeviceTimeoutError` for one whose run makes no progress though there is room; all else as
    `Device.run` does.

    report : RunReport
        What the parts of the run did that are over.
    """

    def __init__(
        self,
        link: Link,
        control: Control,
        params: MachineParams,
        schedule: Words,
        pbits: int,
        timeout: float | None,
        interrupt: Callable[[], bool] | None,
        on_progress: Callable[[int], None] | None,
    ) -> None:
        super().__init__(link, control, params, timeout, interrupt, on_progress)
        self._shape = (pbits, params.replicas)
        self._words = -(-pbits * params.replicas // 32)  # of a sample
        self._buffer = np.empty(self._words, np.uint32)
        self._filled = 0
        self._tail = 0
        share = params.stream_words // PARTS
        whole_bursts = share - share % link.burst_words
        self._chunk = max(1, whole_bursts or share)
        work = params.slots * params.lanes * params.couplings_per_slot * params.replicas
        self._patience = (STOP_PATIENCE + work / SLOWEST) * link.transport.time_scale
        self._seen = (-1, -1)  # head and sweeps, which say that the run goes on
        self._seen_at = 0.0
        self._pause = POLL_FIRST
        self._under_way = False
        self._samples = self._run(schedule)

    def __iter__(self) -> Iterator[States]:
        return self._samples

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, DeviceError):
            self._under_way = False  # it does not answer, was stopped, or is not ours
        # What the device does to a run that failed must not hide why.
        with contextlib.suppress(*(DeviceError,) if kind else ()):
            self.close()

    def close(self) -> None:
        """Stop the run if it is under way, and wait for it; there are no more samples.

        Raises `DeviceTimeoutError` if it does not end, `DeviceError`.
        """
        self._samples.close()
        if self._under_way:
            self._under_way = False
            stop_run(self._link)

    def _run(self, schedule: Words) -> Samples:
        with self._stopping():
            self._link.write(Register.EMIT_WORDS, [self._words])
            for steps in self._parts(schedule):
                self._tail = first = self._link.read_word(Register.STREAM_HEAD)
                number = self._start(steps)
                self._under_way = True
                status = yield from self._follow(number)
                self._under_way = False
                self._end(number, steps, status)
                emitted = count_emissions(steps, self._params.abilities)
                self._check_whole(number, emitted, self._tail - first & WORD_MAX)

    def _follow(self, number: int) -> Generator[States, None, Status]:
        """Take what a part emits until it is over; returns its last status."""
        self._note((-1, -1))
        while True:
            run, status, head, sweeps = (int(w) for w in self._link.read(Register.RUN, 4))
            if run != number or head - self._tail & WORD_MAX > self._params.stream_words:
                raise self._lost_words(number)
            self._attend(sweeps)
            found = head - self._tail & WORD_MAX
            yield from self._take(number, head)
            if not status & Status.RUNNING:
                return Status(status)
            if not found:
                self._check_progress(head, sweeps)
            self._wait_for_more(found)

    def _wait_for_more(self, found: int) -> None:
        """Pause, unless much was found, so that a poll finds between a quarter and half a buffer.

        So polls cost little, and a machine that is slower than the link never waits for room.
        """
        if found >= self._params.stream_words // 2:
            self._pause = max(self._pause / 2, POLL_FIRST)
            return
        if found < self._params.stream_words // 4:
            longest = POLL_LONGEST * self._link.transport.time_scale
            self._pause = min(2 * self._pause, longest)
        self._link.pause(self._pause)

    def _take(self, number: int, head: int) -> Samples:
        """Read the words up to `head`, give them free, and yield the samples that are whole."""
        while self._tail != head:
            start = self._tail % REGION_WORDS
            count = min(head - self._tail & WORD_MAX, self._chunk, REGION_WORDS - start)
            try:
                words = self._link.read(region_base(Region.STREAM) + start, count)
                self._tail = self._tail + count & WORD_MAX
                self._link.write(Register.STREAM_TAIL, [self._tail])
            except DeviceRefusedError as error:
                raise self._lost_words(number) from error
            while len(words):
                part = words[: self._words - self._filled]
                self._buffer[self._filled : self._filled + len(part)] = part
                self._filled += len(part)
                words = words[len(part) :]
                if self._filled == self._words:
                    self._filled = 0
                    pbits, replicas = self._shape
                    yield unpack_bits(self._buffer)[: pbits * replicas].reshape(self._shape)
                    self._note((-1, -1))  # meanwhile there may have been no room

    def _attend(self, sweeps: int) -> None:
        """Tell the progress, and look at what may end the run."""
        if self._on_progress is not None:
            self._on_progress(self._sweeps + sweeps)
        if not self._told_to_stop and self._asked_to_stop():
            self._told_to_stop = True
            self._link.write(Register.STOP, [1])
        self._check_time()

    def _note(self, seen: tuple[int, int]) -> None:
        self._seen, self._seen_at = seen, self._link.now()

    def _check_progress(self, head: int, sweeps: int) -> None:
        """Raise `DeviceTimeoutError`, and stop the run, if it has not gone on for too long."""
        if self._seen != (head, sweeps):
            self._note((head, sweeps))
        elif self._link.now() - self._seen_at > self._patience:
            stop_run(self._link)
            raise DeviceTimeoutError(
                f"the run on {self._link.transport.name} has made no progress for "
                f"{self._patience:.3g} s after {sweeps} sweeps and was stopped; reset the device"
            )

    def _check_whole(self, number: int, count: int, words: int) -> None:
        """Raise `DeviceLostError` unless all samples of a part have come, if it was not stopped."""
        if self._stopped:
            self._filled = 0
        elif self._reached and not words % self._words and not self._filled:
            return  # it ended at its target, with fewer samples
        elif words != count * self._words & WORD_MAX or self._filled:
            raise self._lost_words(number)

    def _lost_words(self, number: int) -> DeviceLostError:
        return DeviceLostError(
            f"{self._link.transport.name} no longer has the stream of run {number}: it was reset, "
            "or someone else uses it; check its power supply and run again"
        )
