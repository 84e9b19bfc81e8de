"""The model of `facts.generators.Xoshiro128`."""

import numba
import numpy as np

from glauber.hdl.facts.generators import Xoshiro128

from .bank import GeneratorBank, Words

__all__ = ["create"]


@numba.njit(inline="always")
def _rotate(word, distance):
    left = np.uint32(word << np.uint32(distance))
    return np.uint32(left | np.uint32(word >> np.uint32(32 - distance)))


@numba.njit(nogil=True, cache=True)
def _draw(state, words, a, b, r):
    rows, lanes, columns = words.shape
    units = state.shape[2]
    a = np.uint32(a)
    for row in range(rows):
        for lane in range(lanes):
            s0, s1, s2, s3 = state[0, lane], state[1, lane], state[2, lane], state[3, lane]
            half, word = state[4, lane], state[5, lane]
            for first in range(0, columns, units):
                out = words[row, lane, first : first + units]
                for g in range(units):
                    out[g] = word[g]
                    # Half a word waits for its second addition, whose operand the state still has.
                    x0, x1, x2, x3 = s0[g], s1[g], s2[g], s3[g]
                    word[g] = half[g]
                    half[g] = np.uint32(_rotate(np.uint32(x0 + x3), r) + x0)
                    x2, x3 = np.uint32(x2 ^ x0), np.uint32(x3 ^ x1)
                    shifted = np.uint32(x1 << a)
                    x1, x0 = np.uint32(x1 ^ x2), np.uint32(x0 ^ x3)
                    s0[g], s1[g] = x0, x1
                    s2[g], s3[g] = np.uint32(x2 ^ shifted), _rotate(x3, b)


class _Bank(GeneratorBank):
    generator: Xoshiro128
    extra_words = 2  # the words of the last two states, under way

    def draw(self, words: Words) -> None:
        _draw(self.state, words, self.generator.a, self.generator.b, self.generator.r)


def create(generator: Xoshiro128, lanes: int, units: int) -> GeneratorBank:
    """A bank of these generators."""
    return _Bank(generator, lanes, units)
