"""The model of the temperatures of replicas, and of their exchanges."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import EXPONENT_BITS, MANTISSA_BITS, Law
from glauber.hdl.facts.numbers import LOGIT_FORMAT, TEMPERATURE_FORMAT
from glauber.hdl.facts.regions import Region, region_words
from glauber.hdl.facts.tempering import EXCHANGE_FORMAT, LadderWords, visited

from .noise import logits

__all__ = ["TemperModel"]

Words = NDArray[np.uint32]
_MASK32 = (1 << 32) - 1
_PRODUCT_FRACTION = LOGIT_FORMAT.fraction_bits + EXCHANGE_FORMAT.fraction_bits


class TemperModel:
    """The temperatures of all replicas, and the ladders; all 0 at first.

    codes : int64, shape (replicas,)
        `Region.TEMPERATURES`.
    exchanges : as its register
    """

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        self.codes = np.zeros(params.replicas, np.int64)
        self._ladder = np.zeros(region_words(Region.LADDER, params), np.uint32)
        self.exchanges = 0

    def write_temperatures(self, offset: int, words: Words) -> None:
        """Words of `Region.TEMPERATURES`."""
        self.codes[offset : offset + len(words)] = words & TEMPERATURE_FORMAT.largest

    def write_ladder(self, offset: int, words: Words) -> None:
        """Words of `Region.LADDER`."""
        self._ladder[offset : offset + len(words)] = words

    def read(self, offset: int, count: int) -> Words | None:
        """Words of `Region.LADDER`; None if there are not so many."""
        if offset + count > len(self._ladder):
            return None
        return self._ladder[offset : offset + count].copy()

    @property
    def levels(self) -> list[int]:
        """All temperatures that a replica has, or can get from exchanges."""
        rungs = self._ladder.reshape(len(LadderWords), -1)[LadderWords.TEMPERATURES]
        return np.union1d(self.codes, rungs & TEMPERATURE_FORMAT.largest).tolist()

    def exchange(self, scores: NDArray[np.int32], draw: Callable[[], int]) -> int:
        """Does an exchange; how many pairs of rungs it visited.

        draw : lets all generators draw a word, and returns that of unit 0 of lane 0
        """
        replicas = self._params.replicas
        rungs = visited(self.exchanges, replicas)
        variates = logits(self._params.table, Law.EXPONENTIAL)
        temperatures, widths, places, accepted = self._ladder.reshape(len(LadderWords), -1)
        for rung in rungs:
            variate = int(variates[_key(draw())])
            low, high = (int(places[at]) % replicas for at in (rung, rung + 1))
            difference, width = int(scores[low]) - int(scores[high]), int(widths[rung])
            if width and difference <= variate * width >> _PRODUCT_FRACTION:
                places[rung], places[rung + 1] = high, low
                accepted[rung] = int(accepted[rung]) + 1 & _MASK32
                self.codes[low] = temperatures[rung + 1] & TEMPERATURE_FORMAT.largest
                self.codes[high] = temperatures[rung] & TEMPERATURE_FORMAT.largest
        self.exchanges = self.exchanges + 1 & _MASK32
        return len(rungs)


def _key(word: int) -> int:
    """The number of a word's variate, by leading ones and mantissa."""
    field = word >> MANTISSA_BITS & ((1 << EXPONENT_BITS) - 1)
    ones = EXPONENT_BITS - (field ^ ((1 << EXPONENT_BITS) - 1)).bit_length()
    return ones << MANTISSA_BITS | word & ((1 << MANTISSA_BITS) - 1)
