"""Placement: rows of p-bits, their order, and the slots that keep them apart."""

from dataclasses import dataclass

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
    """

    row: Ints
    lane: Ints
    waits: Ints
    lengths: Ints


def place(
    colours: Ints,
    terms: Ints,
    start: Ints,
    neighbours: Ints,
    params: MachineParams,
    short_colours: int | None = None,
) -> Placement:
    """Puts nodes of one colour into rows of `lanes`, and orders the rows so that few must wait.

    colours, terms : int64, shape (nodes,)
        Colour, and how many coupling words a node needs.
    start, neighbours
        From `colour.adjacency`.
    short_colours : a sweep may also go over the rows of that many colours only

    A row may read `params.hazard` slots after the last slot of any row that it reads; where no
    other row can fill the time, it begins with slots that read nothing. The order depends on the
    lanes alone, not on how a machine is built otherwise, because the order decides which random
    word goes to which node: machines with the same lanes and draws give the same samples.
    """
    rows = [
        members[first : first + params.lanes]
        for members in _by_colour(colours, terms)
        for first in range(0, len(members), params.lanes)
    ]
    readers = [
        np.concatenate([neighbours[start[node] : start[node + 1]] for node in row]) for row in rows
    ]
    most = np.array([int(terms[row[0]]) for row in rows])
    classes = np.array([int(colours[row[0]]) for row in rows])
    order = _order(rows, readers, np.maximum(most, _ORDER_ROW_MIN), classes, params.lanes)
    rows = [rows[index] for index in order]
    readers = [readers[index] for index in order]
    work = np.maximum(-(-most[order] // params.couplings_per_slot), params.row_min)
    waits = _waits(rows, readers, work, params.hazard, len(colours))
    if short_colours is not None:
        # To wait longer somewhere brings no two rows closer together, in neither loop.
        short = int((classes[order] < short_colours).sum())
        alone = _waits(rows[:short], readers[:short], work[:short], params.hazard, len(colours))
        waits[:short] = np.maximum(waits[:short], alone)
    nodes = np.concatenate(rows)
    sizes = [len(row) for row in rows]
    row_of, lane_of = np.empty_like(nodes), np.empty_like(nodes)
    row_of[nodes] = np.repeat(np.arange(len(rows)), sizes)
    lane_of[nodes] = np.concatenate([np.arange(size) for size in sizes])
    return Placement(row_of, lane_of, waits, waits + work)


def _order(
    rows: list[Ints], readers: list[Ints], work: Ints, classes: Ints, lanes: int
) -> list[int]:
    """An order of the rows, colour by colour, in which few would wait for the rows they read."""
    visible = np.zeros(sum(map(len, rows)), np.int64)  # when a node's new state can be read
    order: list[int] = []
    now = 0
    for colour in range(int(classes.max()) + 1):
        candidates = np.flatnonzero(classes == colour).tolist()
        while candidates:
            ready: list[int] = []
            for row in candidates[:_LOOK_AHEAD]:
                ready.append(int(visible[readers[row]].max(initial=0)))
                if ready[-1] <= now:
                    break
            # The first that need not wait; if all must, the one that waits least.
            chosen = len(ready) - 1 if ready[-1] <= now else ready.index(min(ready))
            row = candidates.pop(chosen)
            order.append(row)
            now = max(now, ready[chosen]) + int(work[row])
            visible[rows[row]] = now + _ORDER_HAZARD + lanes
    return order


def _waits(rows: list[Ints], readers: list[Ints], work: Ints, hazard: int, nodes: int) -> Ints:
    """How many slots each row must wait before it reads, in a loop of these rows."""
    visible = np.zeros(nodes, np.int64)
    reading: list[int] = []
    waits = np.zeros(len(rows), np.int64)
    now = 0
    for index, row in enumerate(rows):
        waits[index] = max(0, int(visible[readers[index]].max(initial=0)) - now)
        reading.append(now + int(waits[index]))
        now = reading[-1] + int(work[index])
        visible[row] = now - 1 + hazard
    # The next sweep begins where this one ends; what an early row waits then, all later ones gain.
    gained = 0
    for index, begin in enumerate(reading):
        if begin >= hazard:
            break
        late = max(0, int(visible[readers[index]].max(initial=0)) - (now + begin + gained))
        waits[index] += late
        gained += late
    return waits


def _by_colour(colours: Ints, terms: Ints) -> list[Ints]:
    """The nodes of each colour, those with the most terms first."""
    order = np.lexsort((np.arange(len(colours)), -terms, colours))
    return np.split(order, np.flatnonzero(np.diff(colours[order])) + 1)
