"""The model of `facts.generators.Lfsr`."""

from functools import cache

import numba
import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.errors import FactError
from glauber.hdl.facts.generators import WORD_BITS, Lfsr

from .bank import GeneratorBank, Words

__all__ = ["create"]


@cache
def _tables(generator: Lfsr) -> NDArray[np.uint64]:
    """What each byte of a state adds to the next state, shape (bytes, 256)."""
    size = generator.state_bits
    # Of a state with one bit set; a shift moves it on, and feeds it back if there is a tap.
    images = [1 << bit for bit in range(size)]
    for _ in range(generator.leap):
        images = [
            state << 1 & (1 << size) - 1 | sum(state >> (tap - 1) & 1 for tap in generator.taps) % 2
            for state in images
        ]
    tables = np.zeros((size // 8, 256), np.uint64)
    for index, table in enumerate(tables):
        for bit, image in enumerate(images[8 * index : 8 * index + 8]):
            table[1 << bit : 2 << bit] = table[: 1 << bit] ^ np.uint64(image)
    return tables


@numba.njit(inline="always")
def _images(tables, word):
    """What the four bytes of a word of the state add to the next state."""
    low, high = tables[0, word & np.uint32(0xFF)], tables[3, word >> np.uint32(24)]
    low ^= tables[1, (word >> np.uint32(8)) & np.uint32(0xFF)]
    return low ^ high ^ tables[2, (word >> np.uint32(16)) & np.uint32(0xFF)]


@numba.njit(nogil=True, cache=True)
def _draw(state, words, tables):
    rows, lanes, columns = words.shape
    size, units = state.shape[0], state.shape[2]
    for row in range(rows):
        for lane in range(lanes):
            low, high = state[0, lane], state[size - 1, lane]
            for first in range(0, columns, units):
                out = words[row, lane, first : first + units]
                for g in range(units):
                    out[g] = low[g]
                    following = _images(tables[:4], low[g])
                    if size == 2:
                        following ^= _images(tables[4:], high[g])
                        high[g] = np.uint32(following >> np.uint64(32))
                    low[g] = np.uint32(following & np.uint64(0xFFFF_FFFF))


class _Bank(GeneratorBank):
    def __init__(self, generator: Lfsr, lanes: int, units: int) -> None:
        super().__init__(generator, lanes, units)
        self._tables = _tables(generator)

    def draw(self, words: Words) -> None:
        _draw(self.state, words, self._tables)


def create(generator: Lfsr, lanes: int, units: int) -> GeneratorBank:
    """A bank of these generators. Of 32 or 64 bits, which is as far as one integer goes."""
    if generator.state_bits not in (WORD_BITS, 2 * WORD_BITS):
        raise FactError(f"an LFSR of {generator.state_bits} bits has no model; use 32 or 64 bits")
    return _Bank(generator, lanes, units)
