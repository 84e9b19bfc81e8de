"""Colouring of large graphs in rounds, on whole arrays."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["colour_in_rounds"]

Ints = NDArray[np.int64]
_WORD = 64
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio


def colour_in_rounds(start: Ints, neighbours: Ints) -> Ints:
    """A proper colouring, shape (nodes,).

    Nodes go by degree, the largest first, ties in an order that looks random; each takes the first
    colour that those before it have left. In a round, all nodes do so that only wait for nodes that
    have theirs. Source: Jones and Plassmann, "A parallel graph coloring heuristic", SIAM Journal on
    Scientific Computing 14 (1993), with degrees first as by Welsh and Powell (1967).
    """
    size = len(start) - 1
    degrees = np.diff(start)
    rank = np.empty(size, np.int64)
    scattered = np.arange(size, dtype=np.uint64) * _FACTOR
    rank[np.lexsort((scattered, -degrees))] = np.arange(size)
    origin = np.repeat(np.arange(size), degrees)
    earlier = rank[neighbours] < rank[origin]
    waits = np.bincount(origin[earlier], minlength=size)  # for so many nodes
    # The ways from a node to those that wait for it, and to those that it waits for.
    later_start, later = _rows(origin[~earlier], neighbours[~earlier], size)
    before_start, before = _rows(origin[earlier], neighbours[earlier], size)
    colours = np.full(size, -1)
    ready = np.flatnonzero(waits == 0)
    while len(ready):
        owner, place = _spans(before_start, ready)
        colours[ready] = _first_free(len(ready), owner, colours[before[place]])
        _, place = _spans(later_start, ready)
        touched, counts = np.unique(later[place], return_counts=True)
        waits[touched] -= counts
        ready = touched[waits[touched] == 0]
    return colours


def _rows(origin: Ints, other: Ints, size: int) -> tuple[Ints, Ints]:
    """Compressed rows of pairs that are sorted by `origin`."""
    start = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(origin, minlength=size), out=start[1:])
    return start, other


def _spans(start: Ints, nodes: Ints) -> tuple[Ints, Ints]:
    """All places in the rows of some nodes, and the number of the node that each is for."""
    counts = start[nodes + 1] - start[nodes]
    owner = np.repeat(np.arange(len(nodes)), counts)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return owner, start[nodes][owner] + offset


def _first_free(count: int, owner: Ints, colours: Ints) -> Ints:
    """For each of `count` owners the smallest colour that is not among its `colours`."""
    free = np.full(count, -1)
    base = 0
    while (free < 0).any():
        here = (colours >= base) & (colours < base + _WORD)
        taken = np.zeros(count, np.uint64)
        bits = np.uint64(1) << (colours[here] - base).astype(np.uint64)
        np.bitwise_or.at(taken, owner[here], bits)
        lowest = ~taken & (taken + np.uint64(1))
        found = (lowest != 0) & (free < 0)
        free[found] = base + np.log2(lowest[found].astype(np.float64)).astype(np.int64)
        base += _WORD
    return free
