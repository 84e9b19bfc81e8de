"""What stands behind the rows of a sweep so that a walk meets every coupling from both its ends.

A sweep has no rows of the p-bits that are held, and none of those that are constant. A measuring
walk goes on over rows of them, which have the same words the other way round: of a held p-bit to
its neighbours, and of a constant one to every variable with a bias. For moments there are words of
a coupling of 0 as well: of a constant p-bit to all other variables, and for pairs of variables
that are not coupled.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import (
    ROW_LENGTH_MAX,
    decode_coupling,
    decode_row,
    encode_coupling,
    encode_row,
)

from ..errors import FieldOverflowError
from .capacity import Use
from .ising import Ints, IsingProblem
from .layout import Layout, Terms

__all__ = ["Behind", "Needs", "find_weigh_rows", "largest_part", "lay_out_behind"]

Words = NDArray[np.uint32]
SCORE_LIMIT = (1 << 31) - 1


def _none() -> Ints:
    return np.empty(0, np.int64)


@dataclass(frozen=True)
class Needs:
    """What is to be measured.

    scores, moments : whether
    first, second : int64, shape (pairs,); the variables whose products are averaged as well, beside
        those that are coupled
    roomy : whether couplings may change later, within what their words hold
    """

    scores: bool = True
    moments: bool = False
    first: Ints = field(default_factory=_none)
    second: Ints = field(default_factory=_none)
    roomy: bool = False


@dataclass(frozen=True)
class Behind:
    """Rows behind those of a sweep, and their words.

    lengths, targets : int64, shape (rows,); the row of the p-bits whose states are their own
    row, rank : int64, shape (words,); where each word stands in the lane of its p-bit
    own, other : the addresses of the p-bits that it couples
    value, source, piece : as of `Terms`; the source of a word that has none is -1
    """

    lengths: Ints
    targets: Ints
    row: Ints
    rank: Ints
    own: Ints
    other: Ints
    value: Ints
    source: Ints
    piece: Ints

    def words(self) -> list[int]:
        """The row words."""
        pairs = zip(self.lengths.tolist(), self.targets.tolist(), strict=True)
        return [encode_row(length, target) for length, target in pairs]

    def uses(self, layout: Layout, params: MachineParams) -> Iterator[Use]:
        """What a machine must hold, the rows of a sweep included."""
        pbits, rows, slots = layout.uses(params)
        yield pbits
        yield replace(rows, needed=rows.needed + len(self.lengths))
        yield replace(slots, needed=slots.needed + int(self.lengths.sum()))

    def encode(self, params: MachineParams) -> tuple[Ints, Ints]:
        """The coupling words in bus order, and the place of each of our words among them."""
        per_slot = params.couplings_per_slot
        begin = np.cumsum(self.lengths) - self.lengths
        slot = begin[self.row] + self.rank // per_slot
        places = (slot * params.lanes + self.own % params.lanes) * per_slot + self.rank % per_slot
        words = np.zeros(int(self.lengths.sum()) * params.lanes * per_slot, np.int64)
        words[places] = encode_coupling(self.other, self.value, params.coupling_bits)
        return words, places


def lay_out_behind(
    problem: IsingProblem,
    terms: Terms,
    held: Terms,
    layout: Layout,
    needs: Needs,
    params: MachineParams,
) -> Behind:
    """The rows behind those of a sweep.

    terms, held : what free variables see, and what the held ones would
    """
    assert layout.constant is not None
    pbits = layout.pbits
    biases = np.flatnonzero(terms.other < 0)
    variable, value = terms.origin[biases], terms.value[biases]
    source, piece = terms.source[biases], terms.piece[biases]
    if needs.moments:
        without = np.setdiff1d(np.arange(problem.size), variable)
        nothing = np.zeros(len(without), np.int64)
        variable = np.concatenate([variable, without])
        value, piece = (np.concatenate([array, nothing]) for array in (value, piece))
        source = np.concatenate([source, nothing - 1])
        order = np.argsort(variable, kind="stable")
        variable, value, source, piece = (a[order] for a in (variable, value, source, piece))
    constants = layout.constant + np.arange(len(variable)) % params.lanes
    first, second = needs.first, needs.second
    none = np.zeros(len(first), np.int64)
    return _pack(
        np.concatenate([constants, pbits[held.origin], pbits[first]]),
        np.concatenate([pbits[variable], pbits[held.other], pbits[second]]),
        np.concatenate([value, held.value, none]),
        np.concatenate([source, held.source, none - 1]),
        np.concatenate([piece, held.piece, none]),
        needs,
        params,
    )


def _pack(
    own: Ints,
    other: Ints,
    value: Ints,
    source: Ints,
    piece: Ints,
    needs: Needs,
    params: MachineParams,
) -> Behind:
    """Puts the words of each p-bit into as few rows as lengths and fields allow."""
    most, limit = ROW_LENGTH_MAX * params.couplings_per_slot, params.field_limit
    sizes = np.where(source < 0, 0, params.coupling_max) if needs.roomy else np.abs(value)
    part, rank = np.zeros(len(own), np.int64), np.zeros(len(own), np.int64)
    last, count, total, number = -1, 0, 0, 0
    for index in np.argsort(own, kind="stable").tolist():
        if own[index] != last:
            last, count, total, number = int(own[index]), 0, 0, 0
        elif count == most or total + sizes[index] > limit:
            count, total, number = 0, 0, number + 1
        part[index], rank[index] = number, count
        count, total = count + 1, total + int(sizes[index])
    keys, row = np.unique(np.stack([own // params.lanes, part]), axis=1, return_inverse=True)
    row = row.reshape(-1)
    longest = np.zeros(keys.shape[1], np.int64)
    np.maximum.at(longest, row, rank + 1)
    lengths = np.maximum(-(-longest // params.couplings_per_slot), params.row_min)
    return Behind(lengths, keys[0], row, rank, own, other, value, source, piece)


def find_weigh_rows(rows: Words, words: Words, params: MachineParams) -> int:
    """The rows from weighing to weighing of a program that is walked as a whole.

    rows, words : row words, and coupling words in bus order

    Raises `FieldOverflowError` if a row alone is too much, or a score could leave its 32 bits.
    """
    lengths = np.array([decode_row(word)[0] for word in rows.tolist()])
    sizes = np.abs(decode_coupling(words.astype(np.int64), params.coupling_bits)[1])
    slots = sizes.reshape(-1, params.lanes, params.couplings_per_slot).sum(axis=2)
    sums = np.add.reduceat(slots, np.cumsum(lengths) - lengths, axis=0)
    total = int(sums.sum())
    if total > SCORE_LIMIT:
        raise FieldOverflowError(
            f"the |J| of all couplings from both ends sum to {total}, and a score has 32 bits, up "
            f"to {SCORE_LIMIT}; lower slots_per_coupling, or use a device with a narrower "
            "accumulator (field_bits), so that the problem is scaled down"
        )
    return largest_part(sums, params.field_limit)


def largest_part(sums: Ints, limit: int) -> int:
    """The most rows from weighing to weighing with which no lane's total leaves a field.

    sums : int64, shape (rows, lanes), of |J|

    Raises `FieldOverflowError` if a row alone is too much.
    """
    if int(sums.max()) > limit:
        row = int(sums.max(axis=1).argmax())
        raise FieldOverflowError(
            f"the |J| of a lane in row {row} of the program sum to {int(sums.max())}, more "
            f"than the {limit} LSB of a field, so that its score cannot be weighed; use a device "
            "with a wider accumulator (field_bits), or scale the problem down"
        )
    ends = np.concatenate([np.zeros((1, sums.shape[1]), np.int64), np.cumsum(sums, axis=0)])
    rows = len(sums)
    # No part is longer than the first one may be.
    most = int(np.flatnonzero((ends <= limit).all(axis=1))[-1])
    for part in range(most, 1, -1):
        bounds = np.append(np.arange(0, rows, part), rows)
        if (np.diff(ends[bounds], axis=0) <= limit).all():
            return part
    return 1
