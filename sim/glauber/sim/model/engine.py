"""The model's inner loop: rows of p-bits, for a block of replicas.

States are masks: 0 for -1 and all ones for +1. A field is `-sum(J) + sum of 2J over the neighbours
that are +1`, which never leaves the range of the accumulator.
"""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from .noise import word_key, xoroshiro64_step

__all__ = ["Rows", "gather_rows", "run_sweeps"]


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

    Zero couplings, with which rows are filled up, are left out.
    """
    slots = int(lengths.sum())
    row_of_slot = np.repeat(np.arange(len(lengths)), lengths)
    # Hosts send no program that is longer than the memory; what it would do is not defined.
    used = np.resize(couplings, (slots, lanes, per_slot))
    slot, lane, k = np.nonzero(used)
    cell = row_of_slot[slot] * lanes + lane
    order = np.argsort(cell, kind="stable")
    slot, lane, k, cell = slot[order], lane[order], k[order], cell[order]
    values = used[slot, lane, k]
    cells = len(lengths) * lanes
    sums = np.bincount(cell, weights=values, minlength=cells).astype(np.int64)
    totals = np.bincount(cell, weights=np.abs(values), minlength=cells).astype(np.int64)
    return Rows(
        targets=targets * lanes,
        start=np.searchsorted(cell, np.arange(cells + 1)),
        pbits=pbits[((slot * lanes + lane) * per_slot + k) % len(pbits)],
        couplings2=2 * values,
        base=-sums,
        largest=int(totals.max(initial=0)),
        slots=slots,
    )


@numba.njit(nogil=True, cache=True)
def run_sweeps(
    states,
    s0,
    s1,
    draws,
    targets,
    start,
    pbits,
    couplings2,
    base,
    first_key,
    couple,
    sweeps,
):
    """Runs `sweeps` sweeps at one temperature, in place.

    states : int16 or int32, shape (pbits, draws * units)
        Masks; what draws word `d` of a row from unit `g` in column `d * units + g`.
    s0, s1 : uint32, shape (lanes, units)
        Generator states.
    couplings2, base
        As in `Rows`, in the type of `states`.
    first_key : int32
        From `noise.thresholds`.
    """
    lanes, units = s0.shape
    replicas = draws * units
    new = np.empty((lanes, replicas), states.dtype)
    field = np.empty(replicas, states.dtype)
    words = np.empty(replicas, np.uint32)
    for _ in range(sweeps):
        for row in range(len(targets)):
            for lane in range(lanes):
                cell = row * lanes + lane
                if couple:
                    field[:] = base[cell]
                    for index in range(start[cell], start[cell + 1]):
                        neighbour = states[pbits[index]]
                        coupling2 = couplings2[index]
                        for r in range(replicas):
                            field[r] += neighbour[r] & coupling2
                else:
                    field[:] = 0
                lane_s0, lane_s1 = s0[lane], s1[lane]
                for d in range(draws):
                    for g in range(units):
                        words[d * units + g] = lane_s0[g]
                        lane_s0[g], lane_s1[g] = xoroshiro64_step(lane_s0[g], lane_s1[g])
                lane_new = new[lane]
                for r in range(replicas):
                    negative = field[r] < 0
                    outvoted = word_key(words[r]) >= first_key[abs(np.int32(field[r]))]
                    opposed = (words[r] >> np.uint32(31) != 0) != negative
                    lane_new[r] = -1 if negative == (outvoted & opposed) else 0
            # All lanes of a row see the states from before it.
            states[targets[row] : targets[row] + lanes] = new
