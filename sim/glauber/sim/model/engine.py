"""The model's inner loop: rows of p-bits, for a block of replicas.

States are masks: 0 for -1 and all ones for +1. A field is `-sum(J) + sum of 2J over the neighbours
that are +1`, which never leaves the range of the accumulator.
"""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from .noise import word_key

__all__ = ["Rows", "gather_rows", "run_rows"]


@dataclass(frozen=True)
class Rows:
    """A decoded program.

    targets : int64, shape (rows,)
        The first p-bit that each row writes.
    start : int64, shape (rows * lanes + 1,)
        Where the couplings of lane `l` of row `r` begin: `start[r * lanes + l]`.
    pbits : int64, couplings2 : int64, shape (couplings,)
        Neighbours, and twice their couplings.
    base : int64, shape (rows * lanes,)
        Minus the sum of the couplings.
    largest : int
        The largest sum of coupling magnitudes.
    slots : int
        Slots of a sweep, zero couplings included.
    """

    targets: NDArray[np.int64]
    start: NDArray[np.int64]
    pbits: NDArray[np.int64]
    couplings2: NDArray[np.int64]
    base: NDArray[np.int64]
    largest: int
    slots: int


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
        targets=targets * lanes,
        start=np.searchsorted(cell, np.arange(cells + 1)),
        pbits=other,
        couplings2=2 * values,
        base=-sums,
        largest=int(totals.max(initial=0)),
        slots=slots,
    )


@numba.njit
def _add_couplings(field, states, pbits, couplings2):
    """Adds the couplings of one p-bit to the field; four at a time, to touch `field` less often."""
    count = len(pbits)
    for index in range(0, count - 3, 4):
        j0, j1 = couplings2[index], couplings2[index + 1]
        j2, j3 = couplings2[index + 2], couplings2[index + 3]
        m0, m1 = states[pbits[index]], states[pbits[index + 1]]
        m2, m3 = states[pbits[index + 2]], states[pbits[index + 3]]
        for r in range(len(field)):
            field[r] += (m0[r] & j0) + (m1[r] & j1) + (m2[r] & j2) + (m3[r] & j3)
    for index in range(count - count % 4, count):
        j0, m0 = couplings2[index], states[pbits[index]]
        for r in range(len(field)):
            field[r] += m0[r] & j0


@numba.njit
def _decide(new, field, words, keys, limits, first_key):
    """New states: the sign of the field, unless the noise has the other sign and outvotes it."""
    replicas = len(new)
    # The look-up stands alone, so that the loops around it become vector instructions.
    for r in range(replicas):
        keys[r] = word_key(words[r])
    for r in range(replicas):
        limits[r] = first_key[np.uint32(abs(np.int32(field[r])))]
    for r in range(replicas):
        negative = np.int32(field[r]) >> np.int32(31)
        opposed = np.int32(words[r]) >> np.int32(31) ^ negative
        outvoted = -np.int32(keys[r] >= limits[r])
        new[r] = ~(negative ^ (outvoted & opposed))


@numba.njit(nogil=True, cache=True)
def run_rows(
    states,
    words,
    first_row,
    targets,
    start,
    pbits,
    couplings2,
    base,
    first_key,
    couple,
):
    """Runs as many rows as there are words for, at one temperature, in place; sweep after sweep.

    states : int16 or int32, shape (pbits, replicas)
        Masks.
    words : uint32, shape (rows, lanes, replicas)
        Random words, in the order of the columns of `states`.
    first_row : int
        The row of a sweep to begin with.
    couplings2, base
        As in `Rows`, in the type of `states`.
    first_key : int32
        From `noise.thresholds`.
    """
    count, lanes, replicas = words.shape
    new = np.empty((lanes, replicas), states.dtype)
    field = np.empty(replicas, states.dtype)
    keys, limits = np.empty(replicas, np.int32), np.empty(replicas, np.int32)
    for index in range(count):
        row = (first_row + index) % len(targets)
        for lane in range(lanes):
            cell = row * lanes + lane
            field[:] = 0
            if couple:
                field[:] = base[cell]
                terms = slice(start[cell], start[cell + 1])
                _add_couplings(field, states, pbits[terms], couplings2[terms])
            _decide(new[lane], field, words[index, lane], keys, limits, first_key)
        # All lanes of a row see the states from before it.
        states[targets[row] : targets[row] + lanes] = new
