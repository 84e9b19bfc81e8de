"""A quantised problem laid out on a machine: its terms, its colours, its places."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import ROW_LENGTH_MAX

from .capacity import Use
from .clamped import held_variables
from .colour import adjacency, colour
from .ising import Ints, IsingProblem
from .order import stable_order
from .place import place
from .quantise import Quantised

__all__ = ["Layout", "Terms", "first_uses", "lay_out"]


@dataclass(frozen=True)
class Terms:
    """Coupling words before placement: node `origin` sees `value` times the state of `other`.

    `other` is -1 for a bias. Values that exceed a slot are spread over several terms. What a held
    variable would see is left out.
    """

    origin: Ints
    other: Ints
    value: Ints

    @classmethod
    def collect(cls, problem: IsingProblem, values: Quantised, largest: int) -> "Terms":
        biased = np.flatnonzero(values.bias)
        coupled = np.flatnonzero(values.coupling)
        first, second = problem.first[coupled], problem.second[coupled]
        coupling = values.coupling[coupled]
        origin = np.concatenate([first, second, biased])
        other = np.concatenate([second, first, np.full(len(biased), -1)])
        value = np.concatenate([coupling, coupling, values.bias[biased]])
        free = ~held_variables(problem)[origin]
        origin, other, value = origin[free], other[free], value[free]
        order = stable_order(origin)
        return cls(origin[order], other[order], value[order])._in_pieces(largest)

    def _in_pieces(self, largest: int) -> "Terms":
        """The same terms in pieces of magnitude `largest` at most, as equal as may be."""
        pieces = -(-np.abs(self.value) // largest)
        if (pieces == 1).all():
            return self
        origin, other, value, count = (
            np.repeat(array, pieces) for array in (self.origin, self.other, self.value, pieces)
        )
        piece = np.arange(len(value)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        size = np.abs(value) // count + (piece < np.abs(value) % count)
        return Terms(origin, other, np.sign(value) * size)

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
    pbits : int64, shape (n,); the address of each variable. Behind the rows stand the p-bit that is
        constant, if there are biases, and then those that are held
    """

    row: Ints
    lane: Ints
    waits: Ints
    lengths: Ints
    pbits: Ints
    constant: int | None
    colours: int

    @property
    def slots(self) -> int:
        """Clocks per sweep."""
        return int(self.lengths.sum())

    def uses(self, params: MachineParams) -> Iterator[Use]:
        """What the rows take of a machine that they were placed for."""
        rows = len(self.lengths)
        behind = int((self.row < 0).sum()) + (self.constant is not None)
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
    problem: IsingProblem, values: Quantised, terms: Terms, params: MachineParams
) -> Layout:
    """Colours and places the free variables of a problem, of which there is at least one."""
    held = held_variables(problem)
    free = np.flatnonzero(~held)
    number = np.cumsum(~held) - 1  # of a free variable among the free
    edges = (values.coupling != 0) & ~held[problem.first] & ~held[problem.second]
    start, neighbours = adjacency(
        len(free), number[problem.first[edges]], number[problem.second[edges]]
    )
    colours = colour(start, neighbours)
    counts = terms.counts(problem.size)
    placement = place(colours, counts[free], start, neighbours, params)
    end = len(placement.lengths) * params.lanes
    row, lane = np.full(problem.size, -1), np.full(problem.size, -1)
    row[free], lane[free] = placement.row, placement.lane
    pbits = row * params.lanes + lane
    pbits[held] = end + terms.biased + np.arange(int(held.sum()))
    return Layout(
        row,
        lane,
        placement.waits,
        placement.lengths,
        pbits,
        end if terms.biased else None,
        int(colours.max()) + 1,
    )
