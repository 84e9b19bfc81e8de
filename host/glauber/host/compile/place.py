"""Placement: rows of p-bits, their order, and the slots that keep them apart."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams

__all__ = ["Placement", "place"]

Ints = NDArray[np.int64]
# How many rows of a colour are looked at for one that need not wait.
_LOOK_AHEAD = 32
# What the order of the rows reckons with: typical of machines, but the same for all of them.
_ORDER_HAZARD = 5
_ORDER_ROW_MIN = 4


@dataclass(frozen=True)
class Placement:
    """Where the p-bits stand and when their rows run.

    row, lane : int64, shape (nodes,)
    waits : int64, shape (rows,)
        Slots at the beginning of each row that read nothing, until all neighbours can be read.
    lengths : int64, shape (rows,)
        Slots of each row, its waiting slots included.
    short : int
        Rows of the first colours, over which a sweep may go alone.
    """

    row: Ints
    lane: Ints
    waits: Ints
    lengths: Ints
    short: int


def place(
    colours: Ints,
    terms: Ints,
    start: Ints,
    neighbours: Ints,
    params: MachineParams,
    short_colours: int | None = None,
    *,
    own: bool = False,
) -> Placement:
    """Puts nodes of one colour into rows of `lanes`, and orders the rows so that few must wait.

    colours, terms : int64, shape (nodes,)
        Colour, and how many coupling words a node needs.
    start, neighbours
        From `colour.adjacency`.
    short_colours : a sweep may also go over the rows of that many colours only
    own : whether updates read the p-bit's own state, as those of Metropolis do; then a row also
        begins `params.hazard` slots or more after its own last slot in the sweep before. A sweep of
        a single row gets an empty one beside it

    A row may read `params.hazard` slots after the last slot of any row that it reads; where no
    other row can fill the time, it begins with slots that read nothing. The order depends on the
    lanes alone, not on how a machine is built otherwise, because the order decides which random
    word goes to which node: machines with the same lanes and draws give the same samples.
    """
    rows = _Rows.of_colours(colours, terms, start, neighbours, params.lanes)
    order = _order(rows, np.maximum(rows.terms, _ORDER_ROW_MIN), params.lanes)
    work = np.maximum(-(-rows.terms[order] // params.couplings_per_slot), params.row_min)
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    reader = np.repeat(position[rows.of], np.diff(start))
    read = position[rows.of[neighbours]]
    waits = _waits(reader, read, work, params.hazard)
    short = int((rows.colours < (short_colours or 0)).sum())
    if short:
        # To wait longer somewhere brings no two rows closer together, in neither loop.
        inside = (reader < short) & (read < short)
        alone = _waits(reader[inside], read[inside], work[:short], params.hazard)
        waits[:short] = np.maximum(waits[:short], alone)
    row = position[rows.of]
    if own and 1 in (short, len(work)):
        # Behind the row that a sweep would have alone, on all machines of so many lanes.
        row = row + (row > 0)
        waits, work = np.insert(waits, 1, 0), np.insert(work, 1, params.row_min)
        short += short > 0
    if own:
        for rows_of_sweep in {short, len(work)} - {0}:
            _keep_apart(waits[:rows_of_sweep], work[:rows_of_sweep], params.hazard)
    return Placement(row, rows.lane, waits, waits + work, short)


@dataclass(frozen=True)
class _Rows:
    """Nodes in rows, colour by colour, those with the most terms first.

    of, lane : int64, shape (nodes,); the row and the lane of each node
    colours, terms : int64, shape (rows,); terms of the node that has most
    start : int64, shape (rows + 1,); where what each row reads begins
    read : int64, shape (edge ends,); the rows that each row reads, some of them repeatedly
    """

    of: Ints
    lane: Ints
    colours: Ints
    terms: Ints
    start: Ints
    read: Ints

    @classmethod
    def of_colours(
        cls, colours: Ints, terms: Ints, start: Ints, neighbours: Ints, lanes: int
    ) -> "_Rows":
        nodes = np.lexsort((-terms, colours))
        sizes = np.bincount(colours)
        rank = np.arange(len(nodes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        first = np.flatnonzero(rank % lanes == 0)
        of, lane = np.empty_like(nodes), np.empty_like(nodes)
        of[nodes] = np.cumsum(rank % lanes == 0) - 1
        lane[nodes] = rank % lanes
        # The neighbours of the nodes, in the order of the nodes in their rows.
        degrees = np.diff(start)[nodes]
        ends = np.cumsum(degrees)
        places = np.arange(len(neighbours)) + np.repeat(start[nodes] - ends + degrees, degrees)
        begins = (ends - degrees)[first]
        return cls(
            of,
            lane,
            colours[nodes[first]],
            terms[nodes[first]],
            np.append(begins, len(neighbours)),
            of[neighbours[places]],
        )


def _order(rows: _Rows, work: Ints, lanes: int) -> Ints:
    """An order of the rows, colour by colour, in which few would wait for the rows they read."""
    if len(rows.colours) == rows.colours[-1] + 1:
        return np.arange(len(work))  # a row of each colour
    visible = np.zeros(len(work), np.int64)  # when a row's new states can be read
    order: list[Ints] = []
    now = last = 0

    starts = rows.start.tolist()

    @cache
    def ready_at(row: int) -> int:
        return int(visible[rows.read[starts[row] : starts[row + 1]]].max(initial=0))

    bounds = np.searchsorted(rows.colours, np.arange(int(rows.colours[-1]) + 2)).tolist()
    for begin, end in pairwise(bounds):
        waiting = list(range(begin, end))
        ready_at.cache_clear()  # rows of a colour do not read one another
        chosen: list[int] = []
        while waiting and now < last:
            ready = []
            for row in waiting[:_LOOK_AHEAD]:
                ready.append(ready_at(row))
                if ready[-1] <= now:
                    break
            # The first that need not wait; if all must, the one that waits least.
            best = len(ready) - 1 if ready[-1] <= now else ready.index(min(ready))
            chosen.append(waiting.pop(best))
            now = max(now, ready[best]) + int(work[chosen[-1]])
            visible[chosen[-1]] = now + _ORDER_HAZARD + lanes
        # All that was written before can be read.
        ends = now + np.cumsum(work[waiting])
        visible[waiting] = ends + _ORDER_HAZARD + lanes
        now = int(ends[-1]) if waiting else now
        last = now + _ORDER_HAZARD + lanes
        order.append(np.array(chosen + waiting))
    return np.concatenate(order)


def _keep_apart(waits: Ints, work: Ints, hazard: int) -> None:
    """Lengthens waits until every row of a sweep finds its own last states when it begins.

    Between its last slot and its first one stand the slots of all other rows. To wait longer
    somewhere brings no two rows closer together.
    """
    lengths = waits + work
    near = np.flatnonzero(lengths.sum() - lengths < hazard - 1)
    for row in near[np.argsort(-lengths[near], kind="stable")].tolist():
        lengths = waits + work
        missing = hazard - 1 - int(lengths.sum() - lengths[row])
        if missing > 0:
            lengths[row] = np.iinfo(np.int64).max
            waits[int(lengths.argmin())] += missing


def _waits(reader: Ints, read: Ints, work: Ints, hazard: int) -> Ints:
    """How many slots each row must wait before it reads, in a loop of these rows.

    reader, read : int64, shape (edge ends,); a row, and one that it reads
    work : slots of each row
    """
    before = read < reader
    latest = np.full(len(work), -1)  # the last row before each one that it reads
    np.maximum.at(latest, reader[before], read[before])
    begins = np.cumsum(work) - work
    waits = np.zeros(len(work), np.int64)
    between = np.arange(len(work)) - latest - 1
    near = (latest >= 0) & (between * work.min() < hazard - 1)
    for index in np.flatnonzero(near).tolist():
        other = int(latest[index])
        passed = begins[index] - begins[other] - work[other] + waits[other + 1 : index].sum()
        waits[index] = max(0, hazard - 1 - int(passed))
    # The next sweep begins where this one ends; what an early row waits then, all later ones gain.
    begins += np.cumsum(waits)
    end = int(begins[-1] + work[-1])
    early = int(np.searchsorted(begins, hazard))
    last = np.full(early, -1)
    np.maximum.at(last, reader[reader < early], read[reader < early])
    gained = 0
    for index, other in enumerate(last.tolist()):
        if other >= 0:
            seen = int(begins[other] + work[other]) - 1 + hazard
            late = max(0, seen - (end + int(begins[index]) + gained))
            waits[index] += late
            gained += late
    return waits
