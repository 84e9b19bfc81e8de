"""A program as the model walks it.

With `A` the sum of the magnitudes of a p-bit's couplings, its field is `2 k - A`, where `k` adds up
the couplings to neighbours that are +1 and leaves out the negative ones' sum, so that it counts
from 0 to `A`. All couplings are divided by what divides them all. Fields have the parity of `A`, so
there are two tables of thresholds, of `A + 1` entries for the largest `A`; entry `i` of table `p`
is for the field `2 (i - centre) + p`. The base of a p-bit is what it begins to add from, such that
the sum is the entry's number.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .near import NearRows, gather_near

__all__ = ["Rows", "gather_rows"]

Ints = NDArray[np.int64]
# Widths of the numbers that fields are computed with, and the largest number of each.
_WIDTHS = ((8, 0xFF), (16, 0xFFFF), (32, 0x7FFFFFFF))


@dataclass(frozen=True)
class Rows:
    """A decoded program.

    targets : int32, shape (rows,)
        Where the states of the first p-bit that each row writes stand, in bytes.
    start : int32, shape (rows * lanes + 1,)
        Where the couplings of lane `l` of row `r` begin: `start[r * lanes + l]`.
    couplings : int32, shape (couplings, 2)
        Where the states of the neighbour stand, in bytes; its coupling.
    bases, parities : int32, shape (rows * lanes,)
        See above. Couplings and bases stand in their words as often as there is room.
    unit : int
        What all couplings were divided by.
    largest : int
        The largest sum of coupling magnitudes, in units.
    field_bits : int
        Bits of the numbers that fields are computed with.
    slots : int
        Slots of a sweep, zero couplings included.
    near : NearRows or None
        The couplings once more, for a kernel that is faster with them, if it pays.
    """

    targets: NDArray[np.int32]
    start: NDArray[np.int32]
    couplings: NDArray[np.int32]
    bases: NDArray[np.int32]
    parities: NDArray[np.int32]
    unit: int
    largest: int
    field_bits: int
    slots: int
    near: NearRows | None

    @property
    def centre(self) -> int:
        return -(-self.largest // 2)

    @cached_property
    def highest(self) -> int:
        """Where the last of the first p-bits that rows write stands, in bytes."""
        return int(self.targets.max(initial=0))

    @cached_property
    def uncoupled(self) -> "Rows":
        """The same rows with couplings that count as zero."""
        bases = np.full(len(self.bases), self.centre)
        return replace(
            self,
            start=np.zeros_like(self.start),
            bases=_spread(bases, self.field_bits),
            parities=np.zeros_like(self.parities),
            near=None,
        )


def gather_rows(
    lengths: Ints,
    targets: Ints,
    pbits: Ints,
    couplings: Ints,
    lanes: int,
    per_slot: int,
    stride: int,
) -> Rows:
    """Decodes a program; `pbits` and `couplings` are its coupling words in bus order.

    stride : bytes from the states of a p-bit to those of the next

    Zero couplings, with which rows are filled up, are left out; several couplings of one p-bit to
    another, as of a large one that is spread over slots, are added up.
    """
    slots = int(lengths.sum())
    cells = len(lengths) * lanes
    cell, other, values = _couplings(lengths, pbits, couplings, lanes, per_slot)
    unit = int(np.gcd.reduce(values)) or 1
    values = values // unit
    totals = _sums(cell, np.abs(values), cells)
    largest = int(totals.max(initial=0))
    parities = totals & 1
    field_bits = next(bits for bits, most in _WIDTHS if largest <= most)
    centre = -(-largest // 2)
    bases = centre - (totals + parities) // 2 - _sums(cell, np.minimum(values, 0), cells)
    written = (targets[:, None] * lanes + np.arange(lanes)).reshape(-1) * stride
    return Rows(
        targets=(targets * lanes * stride).astype(np.int32),
        start=np.searchsorted(cell, np.arange(cells + 1)).astype(np.int32),
        couplings=np.stack([(other * stride).astype(np.int32), _spread(values, field_bits)], 1),
        bases=_spread(bases, field_bits),
        parities=parities.astype(np.int32),
        unit=unit,
        largest=largest,
        field_bits=field_bits,
        slots=slots,
        near=gather_near(cell, other * stride, values, written) if field_bits == 8 else None,
    )


def _couplings(
    lengths: Ints, pbits: Ints, couplings: Ints, lanes: int, per_slot: int
) -> tuple[Ints, Ints, Ints]:
    """Cells, neighbours and values of the couplings that are not zero, in order of the cells."""
    slots = int(lengths.sum())
    row_of_slot = np.repeat(np.arange(len(lengths)), lengths)
    # Hosts send no program that is longer than the memory; what it would do is not defined.
    used = np.resize(couplings, slots * lanes * per_slot)
    place = np.flatnonzero(used)
    slot_and_lane = place // per_slot
    cell = row_of_slot[slot_and_lane // lanes] * lanes + slot_and_lane % lanes
    other, values = pbits[place % len(pbits)], used[place]
    order = _order(cell, other)
    cell, other, values = cell[order], other[order], values[order]
    fresh = np.flatnonzero(np.diff(cell, prepend=-1) | np.diff(other, prepend=-1))
    if len(fresh) < len(values):
        values = np.add.reduceat(values, fresh)
        cell, other = cell[fresh], other[fresh]
    return cell, other, values


def _order(cell: Ints, other: Ints) -> Ints:
    """The order by cells, then by neighbours."""
    sizes = (int(other.max(initial=0)).bit_length(), len(cell).bit_length())
    if int(cell.max(initial=0)).bit_length() + sum(sizes) > 63:
        return np.argsort(cell << 32 | other)
    # With their places, keys are all different: sorting them is faster than sorting places by them.
    keys = (cell << sizes[0] | other) << sizes[1] | np.arange(len(cell))
    keys.sort()
    return keys & (1 << sizes[1]) - 1


def _sums(cell: Ints, values: Ints, cells: int) -> Ints:
    return np.bincount(cell, weights=values, minlength=cells).astype(np.int64)


def _spread(values: Ints, bits: int) -> NDArray[np.int32]:
    """Each value as often as a word of 32 bits has room for it."""
    copies = sum(1 << shift for shift in range(0, 32, bits))
    return ((values & (1 << bits) - 1) * copies).astype(np.uint32).view(np.int32)
