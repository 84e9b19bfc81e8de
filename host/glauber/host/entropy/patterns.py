"""The estimate from frequent patterns."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .shares import bits_of, upper_bound

__all__ = ["t_tuple"]

_EVERY_LENGTH = 128  # beyond which a few symbols more or less change a root little
_TABLE = 1 << 22  # patterns that are counted in a table

Symbols = NDArray[np.uint8]


def t_tuple(symbols: Symbols, least: int = 35, values: int = 2) -> float:
    """t-Tuple, section 6.3.5: frequent patterns, also long ones as of locked rings.

    For every length i whose commonest pattern occurs `least` times or more, that pattern has the
    share p of all of its length; -log2 of the greatest `p**(1/i)`, raised as a share is in
    `most_common_value`. Up to 128 symbols every length is tried, beyond that each is longer by
    half than the one before, which keeps the time in bounds for periodic rows.
    """
    greatest = max(
        (share ** (1 / length) for length, share in _commonest(symbols, least, values)), default=0.0
    )
    return bits_of(upper_bound(greatest, len(symbols)))


def _commonest(symbols: Symbols, least: int, values: int) -> Iterator[tuple[int, float]]:
    """Lengths, and the share that the commonest pattern of that length has.

    A long pattern occurs no more often than what it begins with, so from length to length only
    the places of patterns that occurred `least` times are kept, and those patterns are numbered:
    few enough numbers to count in a table.
    """
    size = len(symbols)
    length = 0
    places = np.arange(size, dtype=np.int32)  # where a frequent pattern starts, in rising order
    numbers = np.zeros(size, np.int32)  # which pattern that is, by place
    while True:
        step = 1 if length < _EVERY_LENGTH else length // 2
        fitting = np.searchsorted(places, size - length - step, side="right")
        places, numbers = places[:fitting], numbers[:fitting]
        if not len(places):
            return
        if step == 1:
            longer = numbers * values + symbols[places + length]
        else:
            # The longer pattern is one that starts here and one that starts `step` later.
            at = np.full(size, -1, np.int32)
            at[places] = numbers
            later = at[places + step]
            places, numbers, later = places[later >= 0], numbers[later >= 0], later[later >= 0]
            longer = numbers.astype(np.int64) * (int(later.max(initial=0)) + 1) + later
        if longer.max(initial=0) >= _TABLE:
            longer = np.unique(longer, return_inverse=True)[1]
        counts = np.bincount(longer, minlength=1)
        frequent = counts >= least
        length += step
        if not frequent.any():
            return
        yield length, int(counts.max()) / (size - length + 1)
        kept = frequent[longer]
        places, numbers = places[kept], (np.cumsum(frequent, dtype=np.int32) - 1)[longer[kept]]
