"""What a measuring walk of the model goes over."""

from dataclasses import dataclass

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
