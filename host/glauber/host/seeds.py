"""The words that seed many generators at once, by `facts.seeding`."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.generators import WORD_BITS, Source
from glauber.hdl.facts.seeding import (
    LinearMap,
    begin,
    check_stream,
    jumps,
    slot,
    stream_count,
    unload,
)

from .bus import Words

__all__ = ["seed_words"]


class _Map:
    """A linear map over GF(2) of many states, shape (states, words)."""

    def __init__(self, linear: LinearMap) -> None:
        size = len(linear.columns)
        columns = np.array([_words_of(column, size) for column in linear.columns], "<u4")
        # For each byte of a state and each of its values, what it adds to the image.
        self._tables = np.zeros((size // 8, 256, size // WORD_BITS), "<u4")
        for bit in range(8):
            half = self._tables[:, : 1 << bit]
            self._tables[:, 1 << bit : 2 << bit] = half ^ columns[bit::8, None]
        self._places = np.arange(size // 8)

    def __call__(self, states: Words) -> Words:
        parts = self._tables[self._places, states.view(np.uint8)]
        return np.bitwise_xor.reduce(parts, axis=1)


def _words_of(value: int, size: int) -> list[int]:
    return [value >> shift & (1 << WORD_BITS) - 1 for shift in range(0, size, WORD_BITS)]


@cache
def _maps(source: Source) -> tuple[list[_Map], _Map]:
    """From slots to later ones, and from states to seed words."""
    return [_Map(jump) for jump in jumps(source)], _Map(unload(source))


def seed_words(source: Source, seed: int, streams: NDArray[np.integer]) -> Words:
    """The words that load generators for these streams of a seed, shape (streams, seed_words).

    streams : numbers of streams, shape (streams,)

    Raises `FactError` for a seed or a stream out of range.
    """
    first, key = begin(source, seed)
    for stream in (streams.min(initial=0), streams.max(initial=0)):
        check_stream(source, int(stream))
    numbers: Any = streams.astype(np.uint64)
    places: Any = slot(key, numbers, stream_count(source).bit_length() - 1)
    states = np.array([_words_of(first, source.generator.state_bits)], "<u4")
    states = states.repeat(len(streams), axis=0)
    forward, to_words = _maps(source)
    for index, jump in enumerate(forward):
        there = places >> index & 1 != 0
        states[there] = jump(states[there])
    return to_words(states).astype(np.uint32, copy=False)
