"""The model of the physical source, from the raw bits on: tests, conditioner, record."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.health import (
    CONDITIONER_POLYNOMIAL,
    PROPORTION_CUTOFF,
    RAW_WORDS,
    REPETITION_CUTOFF,
    SAMPLES_PER_WORD,
    WINDOW,
    Health,
)
from glauber.hdl.facts.registers import Register

__all__ = ["EntropyModel"]

_MASK32 = (1 << 32) - 1
# So many raw bits are tested in less time than it takes to import Numba.
_PATIENCE = 20_000
_POLYNOMIAL = np.uint64(CONDITIONER_POLYNOMIAL)
# Places in the array of numbers that the tests keep.
_RUN, _PREVIOUS, _LONGEST, _POSITION, _FIRST, _BEFORE = 0, 1, 2, 3, 4, 5
_COUNT, _CHANGES, _MOST, _TRANSITIONS, _HEALTH, _LEFT, _SAMPLES = 6, 7, 8, 9, 10, 11, 12
_READY, _REPETITION = int(Health.READY), int(Health.REPETITION)
_PROPORTION, _TRANSITION = int(Health.PROPORTION), int(Health.TRANSITION)


class EntropyModel:
    """Takes raw bits in any portions, and gives the words that come of them.

    health : bits of `facts.health.Health`, but for the generators'
    record : uint32, shape (RAW_WORDS,)
        `Region.RAW`; word `n` at `n % RAW_WORDS`.
    raw_count : words recorded so far
    """

    def __init__(self) -> None:
        self._numbers = np.zeros(13, np.int64)
        self._crc = np.zeros(1, np.uint64)
        self._bits = np.zeros(0, np.uint8)  # of the word of the record that is not yet whole
        self.record = np.zeros(RAW_WORDS, np.uint32)
        self.raw_count = 0
        self._patience = _PATIENCE
        self.restart()

    @property
    def health(self) -> Health:
        return Health(int(self._numbers[_HEALTH]))

    def registers(self) -> dict[Register, int]:
        """The counters, by their registers."""
        numbers = self._numbers.tolist()
        return {
            Register.SAMPLES: min(_MASK32, numbers[_SAMPLES]),
            Register.LONGEST_RUN: numbers[_LONGEST],
            Register.MOST_FREQUENT: numbers[_MOST],
            Register.TRANSITIONS: numbers[_TRANSITIONS],
            Register.RAW_COUNT: self.raw_count & _MASK32,
        }

    def restart(self) -> None:
        """Forget failures and counts, and begin with the start-up test."""
        self._numbers[:] = 0
        self._numbers[_LEFT] = SAMPLES_PER_WORD

    def skip(self, samples: int) -> None:
        """So many samples were taken that nobody looked at."""
        self._numbers[_SAMPLES] += samples

    def take(self, bits: NDArray[np.uint8]) -> list[int]:
        """Tests and records raw bits, each 0 or 1; returns the words that are given out."""
        self._record(bits)
        words = np.empty(len(bits) // SAMPLES_PER_WORD + 1, np.uint32)
        self._patience -= len(bits)
        take = _take if self._patience > 0 else _compiled_take()
        count = take(bits, self._numbers, self._crc, words)
        return words[:count].tolist()

    def _record(self, bits: NDArray[np.uint8]) -> None:
        bits = np.concatenate([self._bits, bits])
        whole = len(bits) // 32
        words = np.packbits(bits[: 32 * whole], bitorder="little").view("<u4")
        places = self.raw_count + np.arange(whole)
        self.record[places[-RAW_WORDS:] % RAW_WORDS] = words[-RAW_WORDS:]
        self.raw_count += whole
        self._bits = bits[32 * whole :]


@cache
def _compiled_take() -> Callable[..., int]:
    import numba

    return numba.njit(nogil=True, cache=True)(_take)


def _take(bits, numbers, crc, words):
    """One raw bit after the other, as the gates; returns how many words were given out."""
    given = 0
    for bit in bits:
        failed = 0
        numbers[_SAMPLES] += 1

        same = numbers[_RUN] > 0 and bit == numbers[_PREVIOUS]
        numbers[_RUN] = min(numbers[_RUN] + 1, REPETITION_CUTOFF) if same else 1
        numbers[_PREVIOUS] = bit
        numbers[_LONGEST] = max(numbers[_LONGEST], numbers[_RUN])
        if numbers[_RUN] == REPETITION_CUTOFF:
            failed |= _REPETITION

        if numbers[_POSITION] == 0:
            numbers[_FIRST], numbers[_COUNT], numbers[_CHANGES] = bit, 1, 0
        else:
            numbers[_COUNT] += bit == numbers[_FIRST]
            numbers[_CHANGES] += bit != numbers[_BEFORE]
        numbers[_BEFORE] = bit
        numbers[_MOST] = max(numbers[_MOST], numbers[_COUNT])
        if numbers[_COUNT] >= PROPORTION_CUTOFF:
            failed |= _PROPORTION
        numbers[_POSITION] += 1
        whole = numbers[_POSITION] == WINDOW
        if whole:
            changes = numbers[_CHANGES]
            numbers[_POSITION], numbers[_TRANSITIONS] = 0, changes
            if changes >= PROPORTION_CUTOFF or WINDOW - 1 - changes >= PROPORTION_CUTOFF:
                failed |= _TRANSITION

        top = crc[0] >> np.uint64(63)
        crc[0] <<= np.uint64(1)
        if top ^ np.uint64(bit):
            crc[0] ^= _POLYNOMIAL
        ready = numbers[_HEALTH] & _READY
        numbers[_HEALTH] |= failed
        if numbers[_HEALTH] & ~_READY:
            numbers[_HEALTH] &= ~_READY
        elif whole:
            numbers[_HEALTH] |= _READY
        # The raw bits of a word are counted from when the source is ready.
        numbers[_LEFT] = numbers[_LEFT] - 1 if ready else SAMPLES_PER_WORD
        if numbers[_LEFT] == 0:
            numbers[_LEFT] = SAMPLES_PER_WORD
            if not failed:
                words[given] = np.uint32(crc[0] & np.uint64(0xFFFF_FFFF))
                given += 1
    return given
