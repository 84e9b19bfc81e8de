"""The model of `facts.generators.Xoroshiro64`."""

import numba
import numpy as np

from glauber.hdl.facts.generators import Xoroshiro64

from .bank import GeneratorBank, Words

__all__ = ["create"]


@numba.njit(nogil=True, cache=True)
def _draw(state, words, a, b, c):
    # Arrays of their own, and every result cast back, so that the loop becomes vector code.
    rows, lanes, columns = words.shape
    units = state.shape[2]
    a, b, c = np.uint32(a), np.uint32(b), np.uint32(c)
    a_back, c_back = np.uint32(32 - a), np.uint32(32 - c)
    for row in range(rows):
        for lane in range(lanes):
            s0, s1 = state[0, lane], state[1, lane]
            for first in range(0, columns, units):
                out = words[row, lane, first : first + units]
                for g in range(units):
                    x, mixed = s0[g], np.uint32(s0[g] ^ s1[g])
                    out[g] = x
                    turned = np.uint32(np.uint32(x << a) | np.uint32(x >> a_back))
                    s0[g] = np.uint32(turned ^ mixed ^ np.uint32(mixed << b))
                    s1[g] = np.uint32(np.uint32(mixed << c) | np.uint32(mixed >> c_back))


class _Bank(GeneratorBank):
    generator: Xoroshiro64

    def draw(self, words: Words) -> None:
        _draw(self.state, words, self.generator.a, self.generator.b, self.generator.c)


def create(generator: Xoroshiro64, lanes: int, units: int) -> GeneratorBank:
    """A bank of these generators."""
    return _Bank(generator, lanes, units)
