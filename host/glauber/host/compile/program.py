"""A compiled problem: the words to load, and where its variables stand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import ROW_LENGTH_MAX, encode_coupling, encode_row

from ..errors import ProblemTooLargeError
from .colour import adjacency, colour
from .ising import Ints, IsingProblem
from .place import Placement, place
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
        The address of each variable.
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


@dataclass(frozen=True)
class _Terms:
    """Coupling words before placement: node `origin` sees `value` times the state of `other`.

    `other` is -1 for a bias. Values that exceed a slot are spread over several terms.
    """

    origin: Ints
    other: Ints
    value: Ints

    @classmethod
    def collect(cls, problem: IsingProblem, values: Quantised, largest: int) -> "_Terms":
        biased = np.flatnonzero(values.bias)
        coupled = np.flatnonzero(values.coupling)
        first, second = problem.first[coupled], problem.second[coupled]
        coupling = values.coupling[coupled]
        origin = np.concatenate([first, second, biased])
        other = np.concatenate([second, first, np.full(len(biased), -1)])
        value = np.concatenate([coupling, coupling, values.bias[biased]])
        pieces = -(-np.abs(value) // largest)
        origin, other, value, count = (
            np.repeat(array, pieces) for array in (origin, other, value, pieces)
        )
        piece = np.arange(len(value)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        size = np.abs(value) // count + (piece < np.abs(value) % count)
        order = np.argsort(origin, kind="stable")
        return cls(origin[order], other[order], (np.sign(value) * size)[order])


def compile_problem(problem: IsingProblem, values: Quantised, params: MachineParams) -> Program:
    """Colours, places and encodes a quantised problem for a machine.

    Raises `ProblemTooLargeError`, by how much and what would fit, if it exceeds the machine.
    """
    terms = _Terms.collect(problem, values, params.coupling_max)
    biased = bool((terms.other < 0).any())
    counts = np.bincount(terms.origin, minlength=problem.size)
    _check_degree(problem, counts, params)
    _check_pbits(problem.size + biased, params)
    edges = values.coupling != 0
    start, neighbours = adjacency(problem.size, problem.first[edges], problem.second[edges])
    colours = colour(start, neighbours)
    placement = place(colours, counts, start, neighbours, params)
    pbits = placement.row * params.lanes + placement.lane
    _check_capacity(placement, biased, problem.size, params)
    constant = len(placement.lengths) * params.lanes if biased else None
    return Program(
        np.array(
            [encode_row(int(length), row) for row, length in enumerate(placement.lengths)],
            np.uint32,
        ),
        _encode(terms, counts, placement, pbits, constant, params),
        pbits,
        constant,
        int(colours.max()) + 1,
        int(placement.lengths.sum()),
    )


def _encode(
    terms: _Terms,
    counts: Ints,
    placement: Placement,
    pbits: Ints,
    constant: int | None,
    params: MachineParams,
) -> NDArray[np.uint32]:
    """The coupling words in bus order; slots without a term hold a zero coupling."""
    per_slot = params.couplings_per_slot
    rank = np.arange(len(terms.origin)) - (np.cumsum(counts) - counts)[terms.origin]
    row = placement.row[terms.origin]
    begin = np.cumsum(placement.lengths) - placement.lengths + placement.waits
    slot = begin[row] + rank // per_slot
    place_in_bus = (slot * params.lanes + placement.lane[terms.origin]) * per_slot + rank % per_slot
    pbit = np.where(terms.other < 0, constant or 0, pbits[terms.other])
    words = np.zeros(int(placement.lengths.sum()) * params.lanes * per_slot, np.uint32)
    words[place_in_bus] = encode_coupling(pbit, terms.value, params.coupling_bits)
    return words


def _check_degree(problem: IsingProblem, counts: Ints, params: MachineParams) -> None:
    # A row waits for less than the hazard before it reads.
    most = (ROW_LENGTH_MAX - params.hazard + 1) * params.couplings_per_slot
    worst = int(counts.argmax())
    if counts[worst] > most:
        raise ProblemTooLargeError(
            f"variable {problem.variables[worst]!r} needs {counts[worst]} coupling words, "
            f"{counts[worst] - most} more than the {most} that one row holds on this device; "
            "split the variable into several that are coupled strongly"
        )


def _check_pbits(needed: int, params: MachineParams) -> None:
    if needed > params.pbits:
        raise ProblemTooLargeError(_too_large("p-bits", needed, "pbits", params.pbits, params))


def _check_capacity(placement: Placement, biased: bool, size: int, params: MachineParams) -> None:
    rows = len(placement.lengths)
    for what, needed, option in (
        ("p-bit addresses", rows * params.lanes + biased, "pbits"),
        ("rows", rows, "rows"),
        ("slots per lane", int(placement.lengths.sum()), "slots"),
    ):
        capacity = getattr(params, option)
        if needed > capacity:
            text = _too_large(what, needed, option, capacity, params)
            fits = int(size * capacity / needed)
            raise ProblemTooLargeError(
                f"{text}; about {fits} of the {size} variables would fit at this density"
            )


def _too_large(what: str, needed: int, option: str, capacity: int, params: MachineParams) -> str:
    return (
        f"the problem needs {needed} {what}, the device has {capacity}: {needed - capacity} too "
        f"many; use a larger device, such as model:?{option}={1 << (needed - 1).bit_length()}"
        f"&lanes={params.lanes}"
    )
