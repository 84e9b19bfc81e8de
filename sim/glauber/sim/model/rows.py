"""A program as the model walks it.

A field is `-sum(J) + sum of 2J over the neighbours that are +1`, which never leaves the range of
the accumulator.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Rows", "gather_rows"]


@dataclass(frozen=True)
class Rows:
    """A decoded program.

    targets : int32, shape (rows,)
        The first p-bit that each row writes.
    start : int32, shape (rows * lanes + 1,)
        Where the couplings of lane `l` of row `r` begin: `start[r * lanes + l]`.
    pbits : int32, couplings2 : int32, shape (couplings,)
        Neighbours, and twice their couplings.
    base : int32, shape (rows * lanes,)
        Minus the sum of the couplings.
    largest : int
        The largest sum of coupling magnitudes.
    slots : int
        Slots of a sweep, zero couplings included.
    """

    targets: NDArray[np.int32]
    start: NDArray[np.int32]
    pbits: NDArray[np.int32]
    couplings2: NDArray[np.int32]
    base: NDArray[np.int32]
    largest: int
    slots: int

    @cached_property
    def highest(self) -> int:
        """The last of the first p-bits that rows write."""
        return int(self.targets.max(initial=0))

    @cached_property
    def uncoupled(self) -> "Rows":
        """The same rows with couplings that count as zero."""
        return replace(self, start=np.zeros_like(self.start), base=np.zeros_like(self.base))


def gather_rows(
    lengths: NDArray[np.int64],
    targets: NDArray[np.int64],
    pbits: NDArray[np.int64],
    couplings: NDArray[np.int64],
    lanes: int,
    per_slot: int,
) -> Rows:
    """Decodes a program; `pbits` and `couplings` are its coupling words in bus order.

    Zero couplings, with which rows are filled up, are left out; several couplings of one p-bit to
    another, as of a large one that is spread over slots, are added up.
    """
    slots = int(lengths.sum())
    row_of_slot = np.repeat(np.arange(len(lengths)), lengths)
    # Hosts send no program that is longer than the memory; what it would do is not defined.
    used = np.resize(couplings, (slots, lanes, per_slot))
    slot, lane, k = np.nonzero(used)
    cell = row_of_slot[slot] * lanes + lane
    other = pbits[((slot * lanes + lane) * per_slot + k) % len(pbits)]
    order = np.lexsort((other, cell))
    cell, other, values = cell[order], other[order], used[slot, lane, k][order]
    fresh = np.flatnonzero(np.diff(cell, prepend=-1) | np.diff(other, prepend=-1))
    values = np.add.reduceat(values, fresh) if len(fresh) else values
    cell, other = cell[fresh], other[fresh]
    cells = len(lengths) * lanes
    sums = np.bincount(cell, weights=values, minlength=cells).astype(np.int64)
    totals = np.bincount(cell, weights=np.abs(values), minlength=cells).astype(np.int64)
    return Rows(
        targets=(targets * lanes).astype(np.int32),
        start=np.searchsorted(cell, np.arange(cells + 1)).astype(np.int32),
        pbits=other.astype(np.int32),
        couplings2=(2 * values).astype(np.int32),
        base=(-sums).astype(np.int32),
        largest=int(totals.max(initial=0)),
        slots=slots,
    )
