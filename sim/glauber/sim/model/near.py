"""A program whose p-bits have many couplings, all of the same size, as the model walks it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NearRows", "gather_near"]

Ints = NDArray[np.int64]
# From so many couplings of a p-bit on average it pays, and up to so many p-bits that are read:
# beyond them the states, a byte for each replica, would no longer lie near the processor.
_MANY = 12
_NAMED_MAX = 1 << 14


@dataclass(frozen=True)
class NearRows:
    """The p-bits that others read, under numbers of their own, and who reads them.

    named : int32, shape (named,)
        Where their states stand, in bytes.
    homes : int32, shape (rows * lanes,)
        The number of the p-bit that each cell writes; `len(named)` if nobody reads it.
    middle : int32, shape (rows * lanes,)
        Where the negative couplings of each cell begin, behind the positive ones.
    readings : int32, shape (couplings,)
        The numbers of the neighbours, cell by cell.
    """

    named: NDArray[np.int32]
    homes: NDArray[np.int32]
    middle: NDArray[np.int32]
    readings: NDArray[np.int32]


def gather_near(cell: Ints, other: Ints, values: Ints, written: Ints) -> NearRows | None:
    """None if it does not pay.

    cell, other, values : of the couplings, in order of the cells; values in units
    written : shape (rows * lanes,); the place of the p-bit that each cell writes

    Places of p-bits are those of their states, in bytes.
    """
    cells = len(written)
    reading = np.count_nonzero(np.bincount(cell, minlength=cells))
    if len(values) < _MANY * max(1, reading) or (np.abs(values) != 1).any():
        return None
    named, number = np.unique(other, return_inverse=True)
    if len(named) > _NAMED_MAX:
        return None
    order = np.argsort(2 * cell + (values < 0), kind="stable")
    positive = np.bincount(cell[values > 0], minlength=cells)
    place = np.minimum(np.searchsorted(named, written), len(named) - 1)
    homes = np.where(named[place] == written, place, len(named))
    arrays = (
        named,
        homes,
        np.searchsorted(cell, np.arange(cells)) + positive,
        number.reshape(-1)[order],
    )
    return NearRows(*(array.astype(np.int32) for array in arrays))
