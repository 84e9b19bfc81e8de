"""What a measuring walk of the model goes over."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .rows import Rows

__all__ = ["Walk"]


@dataclass(frozen=True)
class Walk:
    """The rows of a measuring walk.

    rows : Rows
        They with their couplings added up, for the scores.
    lengths : int64, shape (rows,)
        Slots of each.
    own, other : int32, shape (words,)
        The p-bits at both ends of each coupling word in bus order, zero couplings included.
    """

    rows: Rows
    lengths: NDArray[np.int64]
    own: NDArray[np.int32]
    other: NDArray[np.int32]

    def parts(self, rows: int) -> list[int]:
        """Slots from weighing to weighing, every `rows` rows; 0 for all of them in one part."""
        if not rows:
            return [int(self.lengths.sum())]
        return np.add.reduceat(self.lengths, np.arange(0, len(self.lengths), rows)).tolist()
