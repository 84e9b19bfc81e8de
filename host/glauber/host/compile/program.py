"""A compiled problem: the words to load, and where its variables stand."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams
from glauber.hdl.facts.program import encode_coupling, encode_row
from glauber.hdl.facts.rules import Mode

from .capacity import check_uses
from .ising import Ints, IsingProblem
from .layout import Layout, Terms, first_uses, lay_out
from .measure import Behind, Needs, find_weigh_rows, lay_out_behind
from .quantise import Quantised

__all__ = ["MeasuredProgram", "Program", "compile_measured", "compile_problem"]


@dataclass(frozen=True)
class Program:
    """What a device needs to run a problem.

    rows : uint32, shape (rows,)
        Row words; those of a sweep, and of a program that measures those behind it.
    couplings : uint32, shape (slots * lanes * couplings_per_slot,)
        Coupling words in bus order.
    pbits : int64, shape (variables,)
        The address of each variable, of those that are held too.
    constant : int or None
        The address of the first p-bit that is always +1, if there is one.
    colours, slots : int
        Colours of the graph; clocks per sweep.
    mode : Mode
        The rule of update that it is for.
    """

    rows: NDArray[np.uint32]
    couplings: NDArray[np.uint32]
    pbits: Ints
    constant: int | None
    colours: int
    slots: int
    mode: Mode = field(default=Mode.HEAT_BATH, kw_only=True)

    @property
    def constants(self) -> int:
        """How many p-bits from `constant` on are always +1."""
        return int(self.constant is not None)

    @property
    def sweep_rows(self) -> int:
        """How many rows a sweep has."""
        return len(self.rows)

    @property
    def addresses(self) -> int:
        """How many p-bit addresses from 0 on the program uses."""
        highest = int(self.pbits.max())
        if self.constant is None:
            return 1 + highest
        return 1 + max(highest, self.constant + self.constants - 1)


@dataclass(frozen=True)
class MeasuredProgram(Program):
    """A program with rows behind those of a sweep, over which a walk measures.

    swept, short_rows : int
        Rows of a sweep, and the first of them, without those of variables that may be clamped.
    lanes : int
        Of the machine; as many p-bits are constant.
    weigh_rows : int
        Rows from weighing to weighing; 0 if scores are not measured.
    means, pairs : int64
        For each variable, and for each coupling of the problem and then each further pair, the
        place of a word whose count tells the average; -1 if there is none.
    places, source, piece : int64, shape (words,)
        Where the words stand that are parts of which value; see `Terms`.
    """

    swept: int
    short_rows: int
    lanes: int
    weigh_rows: int
    means: Ints
    pairs: Ints
    places: Ints
    source: Ints
    piece: Ints

    @property
    def constants(self) -> int:
        return self.lanes

    @property
    def sweep_rows(self) -> int:
        return self.swept

    @property
    def measured_rows(self) -> int:
        """How many rows a walk has."""
        return len(self.rows)


def compile_problem(
    problem: IsingProblem,
    values: Quantised,
    params: MachineParams,
    split: int = 1,
    mode: Mode = Mode.HEAT_BATH,
) -> Program:
    """Colours, places and encodes a quantised problem for a machine.

    split : over how many slots couplings were spread to be rounded less, which an error then names
    mode : the rule of update

    Raises `ProblemTooLargeError`, by how much and what would fit, if it exceeds the machine.
    """
    terms = Terms.collect(problem, values, params.coupling_max)
    check_uses(first_uses(problem, terms, params), problem.size, params, split)
    layout = lay_out(problem, values, terms, params, own=Mode.METROPOLIS in mode)
    check_uses(layout.uses(params), problem.size, params, split)
    words, _ = _encode(terms, layout, params)
    rows = np.array(_row_words(layout), np.uint32)
    places = layout.pbits, layout.constant, layout.colours, layout.slots
    return Program(rows, words, *places, mode=mode)


def compile_measured(
    problem: IsingProblem,
    values: Quantised,
    params: MachineParams,
    needs: Needs,
    split: int = 1,
    mode: Mode = Mode.HEAT_BATH,
    *,
    last: NDArray[np.bool_] | None = None,
    pieces: int = 0,
) -> MeasuredProgram:
    """As `compile_problem`, with what a measuring walk needs behind the rows of a sweep.

    The rows of a sweep are the same, and so are the samples. A walk meets every coupling and bias
    from both its ends: a score is -2E of the quantised problem.

    last : bool, shape (n,); variables that may be clamped, in rows behind all others
    pieces : 0, or how many words every coupling and bias gets, those of zero too

    Raises `FieldOverflowError` if a score cannot be weighed as well.
    """
    terms = Terms.collect(problem, values, params.coupling_max, pieces)
    held = Terms.of_held(problem, values, params.coupling_max)
    check_uses(first_uses(problem, terms, params), problem.size, params, split)
    own = Mode.METROPOLIS in mode
    layout = lay_out(problem, values, terms, params, params.lanes, last, own=own)
    check_uses(layout.uses(params), problem.size, params, split)
    bare = np.setdiff1d(
        np.arange(len(values.coupling)), np.concatenate([terms.source, held.source])
    )
    bare = bare if needs.moments else bare[:0]
    first = np.concatenate([problem.first[bare], needs.first])
    second = np.concatenate([problem.second[bare], needs.second])
    needs = replace(needs, first=first, second=second)
    behind = lay_out_behind(problem, terms, held, layout, needs, params)
    check_uses(behind.uses(layout, params), problem.size, params, split)
    sweep_words, sweep_places = _encode(terms, layout, params)
    behind_words, behind_places = behind.encode(params)
    behind_places += len(sweep_words)
    rows = np.array(_row_words(layout) + behind.words(), np.uint32)
    words = np.concatenate([sweep_words, behind_words.astype(np.uint32)])
    source = np.concatenate([terms.source, behind.source])
    places = np.concatenate([sweep_places, behind_places])
    pairs = np.full(len(values.coupling) + len(needs.first) - len(bare), -1)
    without = np.concatenate([bare, np.arange(len(values.coupling), len(pairs))])
    pairs[without] = behind_places[len(behind_places) - len(without) :]
    coupled = np.flatnonzero((source >= 0) & (source < len(values.coupling)))[::-1]
    pairs[source[coupled]] = places[coupled]  # of several, the first
    return MeasuredProgram(
        rows,
        words,
        layout.pbits,
        layout.constant,
        layout.colours,
        layout.slots,
        swept=len(layout.lengths),
        short_rows=layout.short,
        lanes=params.lanes,
        weigh_rows=find_weigh_rows(rows, words, params) if needs.scores else 0,
        means=_mean_places(layout, behind, behind_places, params),
        pairs=pairs,
        places=places,
        source=source,
        piece=np.concatenate([terms.piece, behind.piece]),
        mode=mode,
    )


def _mean_places(layout: Layout, behind: Behind, places: Ints, params: MachineParams) -> Ints:
    """For each variable the place of a word from a constant p-bit to it, or -1."""
    assert layout.constant is not None
    variable = np.full(params.pbits, -1)
    variable[layout.pbits] = np.arange(len(layout.pbits))
    constants = np.arange(layout.constant, layout.constant + params.lanes)
    words = np.flatnonzero(np.isin(behind.own, constants))[::-1]
    means = np.full(len(layout.pbits), -1)
    means[variable[behind.other[words]]] = places[words]
    return means


def _row_words(layout: Layout) -> list[int]:
    return [encode_row(int(length), row) for row, length in enumerate(layout.lengths)]


def _encode(terms: Terms, layout: Layout, params: MachineParams) -> tuple[NDArray[np.uint32], Ints]:
    """The coupling words in bus order, and the place of each term among them.

    Slots without a term hold a zero coupling.
    """
    per_slot = params.couplings_per_slot
    counts = terms.counts(len(layout.pbits))
    rank = np.arange(len(terms.origin)) - (np.cumsum(counts) - counts)[terms.origin]
    begin = np.cumsum(layout.lengths) - layout.lengths + layout.waits
    slot = begin[layout.row[terms.origin]] + rank // per_slot
    places = (slot * params.lanes + layout.lane[terms.origin]) * per_slot + rank % per_slot
    pbit = np.where(terms.other < 0, layout.constant or 0, layout.pbits[terms.other])
    words = np.zeros(layout.slots * params.lanes * per_slot, np.uint32)
    words[places] = encode_coupling(pbit, terms.value, params.coupling_bits)
    return words, places
