"""The model of the stream: the ring of words that were emitted and not yet given free."""

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.regions import REGION_SHIFT

__all__ = ["StreamModel"]

Words = NDArray[np.uint32]
_MASK32 = (1 << 32) - 1
_INDEX_MASK = (1 << REGION_SHIFT) - 1


class StreamModel:
    """Words numbered by their count since reset: those from `tail` to before `head` are held."""

    def __init__(self, params: MachineParams) -> None:
        self._ring = np.zeros(params.stream_words, np.uint32)
        self.head = self.tail = 0

    @property
    def level(self) -> int:
        """Words that are held."""
        return self.head - self.tail & _MASK32

    def drop(self) -> None:
        """Give all words free: a run begins."""
        self.tail = self.head

    def push(self, words: Words) -> int:
        """Take in as many words as there is room for; how many."""
        count = min(len(words), len(self._ring) - self.level)
        if count:
            self._ring[self._places(self.head, count)] = words[:count]
            self.head = self.head + count & _MASK32
        return count

    def release(self, tail: int) -> bool:
        """Whether `tail` is a legal word for `Register.STREAM_TAIL`; it is then in force."""
        legal = tail - self.tail & _MASK32 <= self.level
        if legal:
            self.tail = tail
        return legal

    def read(self, offset: int, count: int) -> Words | None:
        """Words of `Region.STREAM`; None unless all are held."""
        skipped = offset - self.tail & _INDEX_MASK
        if offset + count > _INDEX_MASK + 1 or skipped + count > self.level:
            return None
        return self._ring[self._places(offset, count)]

    def _places(self, first: int, count: int) -> NDArray[np.int64]:
        return (first + np.arange(count)) % len(self._ring)
