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

    def exchange(self, scores: NDArray[np.int32], draw: Callable[[int], Words]) -> int:
        """Does an exchange; how many pairs of rungs it visited.

        draw : lets all generators draw so many words, and returns those of unit 0 of lane 0

        No rung is visited twice, so that all pairs are looked at at once.
        """
        replicas = self._params.replicas
        rungs = np.array(visited(self.exchanges, replicas), np.int64)
        self.exchanges = self.exchanges + 1 & _MASK32
        if not len(rungs):
            return 0
        variates = logits(self._params.table, Law.EXPONENTIAL)[_keys(draw(len(rungs)))]
        temperatures, widths, places, accepted = self._ladder.reshape(len(LadderWords), -1)
        pairs = places[rungs[:, None] + [0, 1]].astype(np.int64) % replicas
        newest, width = scores[pairs].astype(np.int64), widths[rungs].astype(np.int64)
        most = variates.astype(np.int64) * width >> _PRODUCT_FRACTION
        swapped = (width > 0) & (newest[:, 0] - newest[:, 1] <= most)
        rungs, pairs = rungs[swapped], pairs[swapped]
        places[rungs], places[rungs + 1] = pairs[:, 1], pairs[:, 0]
        accepted[rungs] += np.uint32(1)
        # In the order of the rungs, should a replica stand at several.
        colder = temperatures[rungs[:, None] + [1, 0]] & TEMPERATURE_FORMAT.largest
        self.codes[pairs.ravel()] = colder.ravel()
        return len(variates)


def _keys(words: Words) -> NDArray[np.int64]:
    """The numbers of the words' variates, by leading ones and mantissa."""
    ones = (1 << EXPONENT_BITS) - 1
    zeros = words >> MANTISSA_BITS & ones ^ ones
    leading = EXPONENT_BITS - np.frexp(zeros.astype(np.float64))[1].astype(np.int64)
    return leading << MANTISSA_BITS | words.astype(np.int64) & ((1 << MANTISSA_BITS) - 1)
