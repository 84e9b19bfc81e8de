"""What a measuring walk of the model goes over."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Walk", "gather_walk"]

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Walk:
    """The coupling words of a measuring walk in bus order, zero couplings included.

    lengths : int64, shape (rows,)
        Slots of each row.
    own, other, couplings : int32, shape (words,)
        The p-bits at both ends, and the couplings.
    """

    lengths: Ints
    own: NDArray[np.int32]
    other: NDArray[np.int32]
    couplings: NDArray[np.int32]

    @cached_property
    def pairs(self) -> "Walk":
        """Each pair of p-bits once, with the sum of its couplings, unless that is 0: what the
        scores need.
        """
        low, high = np.minimum(self.own, self.other), np.maximum(self.own, self.other)
        both, place = np.unique(low.astype(np.int64) << 32 | high, return_inverse=True)
        sums = np.bincount(place, weights=self.couplings, minlength=len(both)).astype(np.int32)
        both, sums = both[sums != 0], sums[sums != 0]
        low, high = (both >> 32).astype(np.int32), (both & 0xFFFF_FFFF).astype(np.int32)
        return replace(self, own=low, other=high, couplings=sums)

    def parts(self, rows: int) -> list[int]:
        """Slots from weighing to weighing, every `rows` rows; 0 for all of them in one part."""
        if not rows:
            return [int(self.lengths.sum())]
        return np.add.reduceat(self.lengths, np.arange(0, len(self.lengths), rows)).tolist()


def gather_walk(
    lengths: Ints, targets: Ints, pbits: Ints, couplings: Ints, lanes: int, per_slot: int
) -> Walk:
    """The walk over a program; arguments as of `rows.gather_rows`."""
    own = np.repeat(targets * lanes, lengths)[:, None] + np.arange(lanes)
    return Walk(
        lengths,
        # Hosts send no program that is longer than the memory, as in `gather_rows`.
        np.repeat(own.astype(np.int32), per_slot)[: len(pbits)],
        pbits.astype(np.int32),
        couplings.astype(np.int32),
    )
