"""A compiled problem: the words to load, and where its variables stand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import encode_coupling, encode_row

from .capacity import check_uses
from .ising import Ints, IsingProblem
from .layout import Layout, Terms, first_uses, lay_out
from .quantise import Quantised

__all__ = ["Program", "compile_problem"]


@dataclass(frozen=True)
class Program:
    """What a device needs to run a problem.

    rows : uint32, shape (rows,)
        Row words of a sweep.
    couplings : uint32, shape (slots * lanes * couplings_per_slot,)
        Coupling words in bus order.
    pbits : int64, shape (variables,)
        The address of each variable, of those that are held too.
    constant : int or None
        The address of the p-bit that is always +1, if there are biases.
    colours, slots : int
        Colours of the graph; clocks per sweep.
    """

    rows: NDArray[np.uint32]
    couplings: NDArray[np.uint32]
    pbits: Ints
    constant: int | None
    colours: int
    slots: int

    @property
    def addresses(self) -> int:
        """How many p-bit addresses from 0 on the program uses."""
        highest = int(self.pbits.max())
        return 1 + (highest if self.constant is None else max(highest, self.constant))


def compile_problem(
    problem: IsingProblem, values: Quantised, params: MachineParams, split: int = 1
) -> Program:
    """Colours, places and encodes a quantised problem for a machine.

    split : over how many slots couplings were spread to be rounded less, which an error then names

    Raises `ProblemTooLargeError`, by how much and what would fit, if it exceeds the machine.
    """
    terms = Terms.collect(problem, values, params.coupling_max)
    check_uses(first_uses(problem, terms, params), problem.size, params, split)
    layout = lay_out(problem, values, terms, params)
    check_uses(layout.uses(params), problem.size, params, split)
    rows = [encode_row(int(length), row) for row, length in enumerate(layout.lengths)]
    return Program(
        np.array(rows, np.uint32),
        _encode(terms, layout, params),
        layout.pbits,
        layout.constant,
        layout.colours,
        layout.slots,
    )


def _encode(terms: Terms, layout: Layout, params: MachineParams) -> NDArray[np.uint32]:
    """The coupling words in bus order; slots without a term hold a zero coupling."""
    per_slot = params.couplings_per_slot
    counts = terms.counts(len(layout.pbits))
    rank = np.arange(len(terms.origin)) - (np.cumsum(counts) - counts)[terms.origin]
    begin = np.cumsum(layout.lengths) - layout.lengths + layout.waits
    slot = begin[layout.row[terms.origin]] + rank // per_slot
    place_in_bus = (slot * params.lanes + layout.lane[terms.origin]) * per_slot + rank % per_slot
    pbit = np.where(terms.other < 0, layout.constant or 0, layout.pbits[terms.other])
    words = np.zeros(layout.slots * params.lanes * per_slot, np.uint32)
    words[place_in_bus] = encode_coupling(pbit, terms.value, params.coupling_bits)
    return words
