"""Graph colouring: which p-bits may be updated at the same time."""

import heapq

import numpy as np
from numpy.typing import NDArray

from .components import two_sides
from .order import stable_order
from .parallel_colour import colour_in_rounds

__all__ = ["adjacency", "by_columns", "by_heap", "colour"]

Ints = NDArray[np.int64]
# From so many neighbours on average, a node's are better looked at together.
_DENSE = 12
# Ends of edges up to which colours are chosen one by one.
_LARGE = 1 << 18


def adjacency(size: int, first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """`(start, neighbours)` in compressed rows: node i has `neighbours[start[i]:start[i + 1]]`."""
    origin = np.concatenate([first, second])
    order = stable_order(origin)
    start = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(origin, minlength=size), out=start[1:])
    return start, np.concatenate([second, first])[order]


def colour(start: Ints, neighbours: Ints) -> Ints:
    """A proper colouring: colours 0, 1, ... for each node, shape (nodes,).

    By saturation: the node whose neighbours show the most colours goes first, ties by degree, then
    by number. Bipartite graphs get two colours. Source: Brelaz, "New methods to color the vertices
    of a graph", Communications of the ACM 22 (1979). Large graphs are coloured in rounds, with a
    few more colours.
    """
    size = len(start) - 1
    degrees = np.diff(start)
    if (degrees == size - 1).all():
        return np.arange(size)  # complete: what the rule below would find, at once
    origin = np.repeat(np.arange(size), degrees)
    once = origin < neighbours
    # So is this.
    sides = two_sides(np.argsort(-degrees, kind="stable"), origin[once], neighbours[once])
    if sides is not None:
        return sides
    if len(neighbours) > _LARGE:
        return colour_in_rounds(start, neighbours)
    rule = by_columns if len(neighbours) >= _DENSE * size else by_heap
    return rule(start, neighbours)


def by_columns(start: Ints, neighbours: Ints) -> Ints:
    """For dense graphs: what neighbours show is a row of a table for each colour."""
    size = len(start) - 1
    degrees = np.diff(start)
    step = int(degrees.max()) + 1
    urgency = degrees.copy()  # saturation times `step`, and the degree
    done = -(step * step)  # which rises by less than that
    colours = np.full(size, -1)
    shown = np.zeros((0, size), np.bool_)
    bounds = start.tolist()
    for _ in range(size):
        node = int(urgency.argmax())
        free = int(shown[:, node].argmin()) if len(shown) else 0
        if free == len(shown) or shown[free, node]:
            free = len(shown)
            shown = np.concatenate([shown, np.zeros((1, size), np.bool_)])
        colours[node] = free
        urgency[node] = done
        row = shown[free]
        around = neighbours[bounds[node] : bounds[node + 1]]
        fresh = around[~row[around]]
        row[fresh] = True
        urgency[fresh] += step
    return colours


def by_heap(start: Ints, neighbours: Ints) -> Ints:
    """For sparse graphs: a heap of nodes, with entries that may be out of date."""
    size = len(start) - 1
    bounds, others = start.tolist(), neighbours.tolist()
    around = [others[bounds[node] : bounds[node + 1]] for node in range(size)]
    degree = [len(nodes) for nodes in around]
    colours = [-1] * size
    seen = [0] * size  # the colours of the neighbours, a bit each
    heap = [(0, -degree[node], node) for node in range(size)]
    heapq.heapify(heap)
    while heap:
        saturation, _, node = heapq.heappop(heap)
        if colours[node] >= 0 or -saturation != seen[node].bit_count():
            continue  # an entry from before its saturation rose
        free = ~seen[node] & (seen[node] + 1)
        colours[node] = free.bit_length() - 1
        for neighbour in around[node]:
            if colours[neighbour] < 0 and not seen[neighbour] & free:
                seen[neighbour] |= free
                entry = (-seen[neighbour].bit_count(), -degree[neighbour], neighbour)
                heapq.heappush(heap, entry)
    return np.array(colours, np.int64)
