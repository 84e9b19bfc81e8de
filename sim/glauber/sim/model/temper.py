"""The model of the temperatures of replicas, and of their exchanges."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.noise import Law, NoiseTable
from glauber.hdl.facts.numbers import TEMPERATURE_FORMAT
from glauber.hdl.facts.regions import Region, region_words
from glauber.hdl.facts.tempering import LadderWords, visited

from .kernel import exchange_kernel
from .noise import logits

__all__ = ["TemperModel"]

Words = NDArray[np.uint32]
_MASK32 = (1 << 32) - 1


class TemperModel:
    """The temperatures of all replicas, and the ladders; all 0 at first.

    codes : int32, shape (replicas,)
        `Region.TEMPERATURES`.
    exchanges : as its register
    """

    def __init__(self, params: MachineParams) -> None:
        self._params = params
        self.codes = np.zeros(params.replicas, np.int32)
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

    def exchange(self, scores: NDArray[np.int32], generators: NDArray[np.uint32]) -> int:
        """Does an exchange; how many pairs of rungs it visited.

        generators : of all blocks, shape (blocks, words, lanes, units)
        """
        params = self._params
        rungs = visited(self.exchanges, params.replicas)
        blocks, _, lanes, units = generators.shape
        exchange_kernel(params.source.generator, units)(
            generators,
            np.empty((lanes, units), np.uint32),
            self._ladder,
            self.codes,
            scores,
            _variates(params.table),
            *(rungs.start, len(rungs), params.replicas, blocks, lanes, units),
        )
        self.exchanges = self.exchanges + 1 & _MASK32
        return len(rungs)


@cache
def _variates(table: NoiseTable) -> NDArray[np.int32]:
    """What the table has for every word, by leading ones and mantissa."""
    return logits(table, Law.EXPONENTIAL).astype(np.int32)
