"""A quantised problem laid out on a machine: its terms, its colours, its places."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import ROW_LENGTH_MAX

from .capacity import Use
from .clamped import held_variables
from .colour import adjacency, colour
from .ising import Ints, IsingProblem
from .order import stable_order
from .place import place
from .quantise import Quantised

__all__ = ["Layout", "Terms", "first_uses", "lay_out", "split_value"]


def split_value(value: Ints, piece: Ints, count: Ints) -> Ints:
    """Part number `piece` of whole numbers that are divided into `count` parts."""
    size = np.abs(value) // count + (piece < np.abs(value) % count)
    return np.sign(value) * size


@dataclass(frozen=True)
class Terms:
    """Coupling words before placement: node `origin` sees `value` times the state of `other`.

    `other` is -1 for a bias. Values that exceed a slot are spread over several terms: `source` is
    the number of the value among the couplings and then the biases, `piece` that of its part.
    """

    origin: Ints
    other: Ints
    value: Ints
    source: Ints
    piece: Ints

    @classmethod
    def collect(
        cls, problem: IsingProblem, values: Quantised, largest: int, pieces: int = 0
    ) -> "Terms":
        """What the free variables see.

        pieces : 0, or over how many terms every coupling and bias is spread, those of zero too
        """
        whole = cls._of_all(problem, values, largest, pieces)
        return whole._where(~held_variables(problem)[whole.origin])

    @classmethod
    def of_held(cls, problem: IsingProblem, values: Quantised, largest: int) -> "Terms":
        """What the held variables would see, were they updated."""
        whole = cls._of_all(problem, values, largest, 0)
        return whole._where(held_variables(problem)[whole.origin])

    @classmethod
    def _of_all(
        cls, problem: IsingProblem, values: Quantised, largest: int, pieces: int
    ) -> "Terms":
        biased = np.flatnonzero((values.bias != 0) | (pieces > 0))
        coupled = np.flatnonzero((values.coupling != 0) | (pieces > 0))
        first, second = problem.first[coupled], problem.second[coupled]
        origin = np.concatenate([first, second, biased])
        other = np.concatenate([second, first, np.full(len(biased), -1)])
        source = np.concatenate([coupled, coupled, len(values.coupling) + biased])
        value = np.concatenate([values.coupling, values.bias])[source]
        order = stable_order(origin)
        arrays = (array[order] for array in (origin, other, value, source, np.zeros_like(origin)))
        return cls(*arrays)._in_pieces(largest, pieces)

    def _in_pieces(self, largest: int, pieces: int) -> "Terms":
        """In as many terms as each value takes, or in `pieces` if those are more."""
        count = np.maximum(-(-np.abs(self.value) // largest), pieces)
        if (count == 1).all():
            return self
        starts = np.repeat(np.cumsum(count) - count, count)
        origin, other, value, source, count = (
            np.repeat(array, count)
            for array in (self.origin, self.other, self.value, self.source, count)
        )
        piece = np.arange(len(value)) - starts
        return Terms(origin, other, split_value(value, piece, count), source, piece)

    def _where(self, chosen: NDArray[np.bool_]) -> "Terms":
        arrays = (self.origin, self.other, self.value, self.source, self.piece)
        return Terms(*(array[chosen] for array in arrays))

    @property
    def biased(self) -> bool:
        """Whether there are biases, so that a p-bit must be constant."""
        return bool((self.other < 0).any())

    def counts(self, size: int) -> Ints:
        """How many words each of `size` variables needs."""
        return np.bincount(self.origin, minlength=size)


@dataclass(frozen=True)
class Layout:
    """Where everything stands, whether or not a machine holds it.

    row, lane : int64, shape (n,); of each variable, -1 of those that are held
    waits, lengths : int64, shape (rows,); as in `place.Placement`
    pbits : int64, shape (n,); the address of each variable. Behind the rows stand the p-bits that
        are constant, `constants` of them, and then those that are held
    short : the first rows, which hold the variables that are not `last`
    """

    row: Ints
    lane: Ints
    waits: Ints
    lengths: Ints
    pbits: Ints
    constant: int | None
    colours: int
    constants: int
    short: int

    @property
    def slots(self) -> int:
        """Clocks per sweep."""
        return int(self.lengths.sum())

    def uses(self, params: MachineParams) -> Iterator[Use]:
        """What the rows take of a machine that they were placed for."""
        rows = len(self.lengths)
        behind = int((self.row < 0).sum()) + self.constants
        yield Use("p-bit addresses", rows * params.lanes + behind, params.pbits, "pbits")
        yield Use("rows", rows, params.rows, "rows")
        yield Use("slots per lane", self.slots, params.slots, "slots")


def first_uses(problem: IsingProblem, terms: Terms, params: MachineParams) -> Iterator[Use]:
    """What can be told before colouring: the largest degree, and the p-bits."""
    counts = terms.counts(problem.size)
    worst = int(counts.argmax())
    # A row waits for less than the hazard before it reads.
    words = (ROW_LENGTH_MAX - params.hazard + 1) * params.couplings_per_slot
    what = f"coupling words in the row of variable {problem.variables[worst]!r}"
    yield Use(what, int(counts[worst]), words)
    yield Use("p-bits", problem.size + terms.biased, params.pbits, "pbits")


def lay_out(
    problem: IsingProblem,
    values: Quantised,
    terms: Terms,
    params: MachineParams,
    constants: int | None = None,
    last: NDArray[np.bool_] | None = None,
    *,
    own: bool = False,
) -> Layout:
    """Colours and places the free variables of a problem, of which there is at least one.

    constants : how many p-bits are constant; by default one if there are biases
    last : bool, shape (n,); variables in rows of their own, behind all others, so that a sweep may
        go over the rows before them only
    own : whether updates read the p-bit's own state
    """
    held = held_variables(problem)
    free = np.flatnonzero(~held)
    number = np.cumsum(~held) - 1  # of a free variable among the free
    edges = np.zeros(len(values.coupling), np.bool_)
    edges[terms.source[terms.source < len(edges)]] = True
    edges &= ~held[problem.first] & ~held[problem.second]
    first, second = number[problem.first[edges]], number[problem.second[edges]]
    start, neighbours = adjacency(len(free), first, second)
    behind = np.zeros(len(free), np.bool_) if last is None else last[free]
    if behind.any():
        colours = _colour_apart(len(free), first, second, behind)
    else:
        colours = colour(start, neighbours)
    counts = terms.counts(problem.size)
    before = None if last is None else int(colours[~behind].max(initial=-1)) + 1
    placement = place(colours, counts[free], start, neighbours, params, before, own=own)
    end = len(placement.lengths) * params.lanes
    row, lane = np.full(problem.size, -1), np.full(problem.size, -1)
    row[free], lane[free] = placement.row, placement.lane
    pbits = row * params.lanes + lane
    constants = int(terms.biased) if constants is None else constants
    pbits[held] = end + constants + np.arange(int(held.sum()))
    return Layout(
        row,
        lane,
        placement.waits,
        placement.lengths,
        pbits,
        end if constants else None,
        int(colours.max()) + 1,
        constants,
        placement.short if before else len(placement.lengths),
    )


def _colour_apart(size: int, first: Ints, second: Ints, behind: NDArray[np.bool_]) -> Ints:
    """A colouring in which the nodes `behind` have colours of their own, after the others."""
    colours, used = np.zeros(size, np.int64), 0
    for part in (~behind, behind):
        nodes = np.flatnonzero(part)
        if len(nodes):
            inside = part[first] & part[second]
            number = np.cumsum(part) - 1
            ends = number[first[inside]], number[second[inside]]
            colours[nodes] = used + colour(*adjacency(len(nodes), *ends))
            used = int(colours[nodes].max()) + 1
    return colours
