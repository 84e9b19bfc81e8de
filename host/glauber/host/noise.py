"""The noise of a device: its health, its physical source, and reseeds from it."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.generators import WORD_BITS, Source
from glauber.hdl.facts.header import Header
from glauber.hdl.facts.health import (
    PROPORTION_CUTOFF,
    RAW_WORDS,
    REPETITION_CUTOFF,
    RESEED_REPLAY,
    RESEED_WORDS,
    Health,
)
from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import Region, region_base
from glauber.hdl.facts.registers import Register

from .bus import WORD_MAX, Words
from .errors import DeviceError, DeviceTimeoutError, NoiseFailureError, OptionError
from .link import Link
from .progress import Progress, no_progress

__all__ = ["HealthReport", "Noise", "noise_failure"]

CUTOFFS = {
    Health.REPETITION.test: REPETITION_CUTOFF,
    Health.PROPORTION.test: PROPORTION_CUTOFF,
    Health.TRANSITION.test: PROPORTION_CUTOFF,
}
POLL = 0.001  # s
PATIENCE = 20.0  # s without a new raw bit; the slowest sampling has a word in a few tenths


@dataclass(frozen=True)
class HealthReport:
    """What the health tests of a device have found.

    ready : whether the rings passed the start-up test, and nothing failed since
    alarms : the tests that failed; empty if all is sound
    samples : raw bits tested
    longest_run : the most equal raw bits in a row
    most_frequent : the most often that a window of 1,024 held its first bit
    transitions : changes from bit to bit in the last whole window
    words : conditioned words handed out since the device was reset
    cutoffs : at which count the tests fail, by their names; the transition count also fails when
        as many bits of a window did not change
    """

    ready: bool
    alarms: tuple[str, ...]
    samples: int
    longest_run: int
    most_frequent: int
    transitions: int
    words: int
    cutoffs: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self) | {"alarms": list(self.alarms)}


def _failed_tests(health: Health) -> tuple[str, ...]:
    return tuple(flag.test for flag in Health if flag & Health.FAILURES & health)


def noise_failure(link: Link) -> NoiseFailureError:
    """The error of a device whose status says that a health test failed. Raises `DeviceError`."""
    health = Health(link.read_word(Register.HEALTH))
    generators = Source(link.read_word(Header.SOURCE)).name.lower()
    tests = " and ".join(_failed_tests(health)) or "unknown (it was cleared since)"
    culprits = [
        name
        for name, flags in (
            ("the ring oscillators", Health.FAILURES & ~Health.LIVENESS),
            (f"a generator ({generators})", Health.LIVENESS),
        )
        if health & flags
    ]
    return NoiseFailureError(
        f"{' and '.join(culprits) or 'the noise'} of {link.transport.name} failed a health test: "
        f"{tests}. The machine has stopped, and what it sampled meanwhile is not returned. "
        "`glauber noise` shows the counters, and with --restart tests again; if it fails again, "
        "the hardware is not fit for use"
    )


class Noise:
    """The noise of the device behind `link`. Every method raises `DeviceError`."""

    def __init__(self, link: Link, params: MachineParams) -> None:
        self._link = link
        self._params = params

    def health(self) -> HealthReport:
        """What the tests have found since they began."""
        words = self._link.read(Register.HEALTH, Register.ENTROPY_COUNT + 1 - Register.HEALTH)
        health, samples, longest, most, transitions, _, count = (int(word) for word in words)
        return HealthReport(
            ready=bool(health & Health.READY),
            alarms=_failed_tests(Health(health)),
            samples=samples,
            longest_run=longest,
            most_frequent=most,
            transitions=transitions,
            words=count,
            cutoffs=dict(CUTOFFS),
        )

    def check(self) -> None:
        """Raises `NoiseFailureError` if a test failed."""
        if Health(self._link.read_word(Register.HEALTH)) & Health.FAILURES:
            raise noise_failure(self._link)

    def restart(self) -> None:
        """Clears failures and begins all tests anew, the rings' with the start-up test."""
        self._link.write(Register.HEALTH, [0])

    def await_start_up(self) -> None:
        """Waits for the start-up test. Raises `NoiseFailureError` if it fails."""
        self._require_rings()
        seen, deadline = -1, self._deadline()
        while not (report := self.health()).ready:
            self.check()
            if report.samples != seen:
                seen, deadline = report.samples, self._deadline()
            self._wait(deadline)

    def raw_bits(self, count: int, progress: Progress = no_progress) -> NDArray[np.uint8]:
        """`count` raw bits of the rings, 0 or 1, one after the other without a gap, from now on.

        They are recorded whether the tests pass or not. Raises `OptionError` if the device has no
        rings.
        """
        self._require_rings()
        begin = self._link.read_word(Register.RAW_COUNT)
        need, got, newest = -(-count // WORD_BITS), 0, 0
        words = np.empty(need, np.uint32)
        deadline = self._deadline()
        while got < need:
            if size := min(newest - got, need - got):
                words[got : got + size] = self._record(begin + got, size)
            else:
                self._wait(deadline)
            newest = self._link.read_word(Register.RAW_COUNT) - begin & WORD_MAX
            if newest - got > RAW_WORDS:
                raise DeviceError(
                    f"{self._link.transport.name} made raw bits faster than they could be read: "
                    f"{newest - got - RAW_WORDS} words of 32 are lost after {got}; ask for fewer "
                    "bits, or use a faster link"
                )
            if size:
                got, deadline = got + size, self._deadline()
                progress(WORD_BITS * got, WORD_BITS * need)
        return np.unpackbits(words.view(np.uint8), bitorder="little")[:count]

    def fresh_words(self, count: int) -> list[int]:
        """Conditioned words of 32 bits that were made after this was called, each used only here.

        Waits for the start-up test first. Raises `NoiseFailureError` if the rings fail a test,
        `OptionError` if the device has none.
        """
        self.await_start_up()
        words: list[int] = []
        seen = self._link.read_word(Register.ENTROPY_COUNT)
        deadline = self._deadline()
        while len(words) < count:
            number, word = (int(item) for item in self._link.read(Register.ENTROPY_COUNT, 2))
            # Both are of one word only if no other came in between.
            if number != seen and self._link.read_word(Register.ENTROPY_COUNT) == number:
                words.append(word)
                seen, deadline = number, self._deadline()
            else:
                self.check()
                self._wait(deadline)
        return words

    def start_reseeds(self, interval: int, words: Sequence[int] | None = None) -> None:
        """Reseeds all generators every `interval` sweeps from now on, or not at all if it is 0.

        With `words`, these are mixed in instead of fresh ones: a replay. Raises `OptionError` if
        the device has no rings.
        """
        if interval:
            self._require_rings()
        if words is not None and len(words):
            self._link.write(region_base(Region.RESEEDS), words)
        replay = RESEED_REPLAY if words is not None and interval else 0
        self._link.write(Register.RESEED, [interval | replay])

    def reseeds(self) -> tuple[list[int], int]:
        """The words mixed in since `start_reseeds`, 0 where there was none, and how many missed."""
        done, missed = (int(word) for word in self._link.read(Register.RESEEDS, 2))
        words = self._link.read(region_base(Region.RESEEDS), min(done, RESEED_WORDS))
        return [int(word) for word in words], missed

    def _record(self, first: int, count: int) -> Words:
        """`count` words of the record from number `first` on."""
        start = first % RAW_WORDS
        size = min(count, RAW_WORDS - start)
        base = region_base(Region.RAW)
        parts = [self._link.read(base + start, size)]
        if size < count:
            parts.append(self._link.read(base, count - size))
        return np.concatenate(parts)

    def _require_rings(self) -> None:
        if not self._params.rings:
            raise OptionError(
                f"{self._link.transport.name} has no ring oscillators, so it has no entropy of its "
                "own; use an image with rings, or model:?rings=16 to try it out"
            )

    def _deadline(self) -> float:
        return time.monotonic() + PATIENCE * self._link.transport.time_scale

    def _wait(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise DeviceTimeoutError(
                f"{self._link.transport.name} makes no raw bits: none in "
                f"{PATIENCE * self._link.transport.time_scale:g} s; reset it, and check its clock"
            )
        self._link.pause(POLL)
