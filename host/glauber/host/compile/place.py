"""Placement: rows of p-bits, their order, and the slots that keep them apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glauber.hdl.facts.machine import MachineParams

__all__ = ["Placement", "place"]

Ints = NDArray[np.int64]
# How many rows of a colour are looked at for one that need not wait.
_LOOK_AHEAD = 32


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
    colours: Ints, terms: Ints, start: Ints, neighbours: Ints, params: MachineParams
) -> Placement:
    """Puts nodes of one colour into rows of `lanes`, and orders the rows so that few must wait.

    colours, terms : int64, shape (nodes,)
        Colour, and how many coupling words a node needs.
    start, neighbours
        From `colour.adjacency`.

    A row may read `params.hazard` slots after the last slot of any row that it reads; where no
    other row can fill the time, it begins with slots that read nothing.
    """
    rows = [
        members[first : first + params.lanes]
        for members in _by_colour(colours, terms)
        for first in range(0, len(members), params.lanes)
    ]
    classes = np.array([colours[row[0]] for row in rows])
    work = [
        max(params.row_min, -(-int(terms[row[0]]) // params.couplings_per_slot)) for row in rows
    ]
    readers = [
        np.concatenate([neighbours[start[node] : start[node + 1]] for node in row]) for row in rows
    ]
    visible = np.zeros(len(colours), np.int64)  # from which slot on a node's new state can be read
    order: list[int] = []
    reading: list[int] = []  # the first slot of each row, in order, that reads
    waits: list[int] = []
    now = 0
    for colour in range(int(classes.max()) + 1):
        candidates = np.flatnonzero(classes == colour).tolist()
        while candidates:
            ready = [int(visible[readers[row]].max(initial=0)) for row in candidates[:_LOOK_AHEAD]]
            chosen = next((at for at, when in enumerate(ready) if when <= now), None)
            if chosen is None:
                chosen = int(np.argmin(ready))
            row = candidates.pop(chosen)
            order.append(row)
            waits.append(max(0, ready[chosen] - now))
            reading.append(now + waits[-1])
            now = reading[-1] + work[row]
            visible[rows[row]] = now - 1 + params.hazard
    # The next sweep begins where this one ends; what an early row waits then, all later ones gain.
    gained = 0
    for position, (row, begin) in enumerate(zip(order, reading, strict=True)):
        if begin >= params.hazard:
            break
        late = max(0, int(visible[readers[row]].max(initial=0)) - (now + begin + gained))
        waits[position] += late
        gained += late
    nodes = np.concatenate([rows[index] for index in order])
    sizes = np.array([len(rows[index]) for index in order])
    row_of, lane_of = np.empty(len(colours), np.int64), np.empty(len(colours), np.int64)
    row_of[nodes] = np.repeat(np.arange(len(order)), sizes)
    lane_of[nodes] = np.concatenate([np.arange(size) for size in sizes])
    slots = np.array(waits) + np.array(work)[order]
    return Placement(row_of, lane_of, np.array(waits), slots)


def _by_colour(colours: Ints, terms: Ints) -> list[Ints]:
    """The nodes of each colour, those with the most terms first."""
    order = np.lexsort((np.arange(len(colours)), -terms, colours))
    return np.split(order, np.flatnonzero(np.diff(colours[order])) + 1)
