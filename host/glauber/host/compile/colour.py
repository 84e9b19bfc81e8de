"""Graph colouring: which p-bits may be updated at the same time."""

import heapq

import numpy as np
from numpy.typing import NDArray

__all__ = ["adjacency", "colour"]

Ints = NDArray[np.int64]


def adjacency(size: int, first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """`(start, neighbours)` in compressed rows: node i has `neighbours[start[i]:start[i + 1]]`."""
    origin = np.concatenate([first, second])
    order = np.argsort(origin, kind="stable")
    start = np.searchsorted(origin[order], np.arange(size + 1))
    return start, np.concatenate([second, first])[order]


def colour(start: Ints, neighbours: Ints) -> Ints:
    """A proper colouring by saturation: colours 0, 1, ... for each node, shape (nodes,).

    The node whose neighbours show the most colours goes first, ties by degree, then by number.
    Bipartite graphs get two colours. Source: Brelaz, "New methods to color the vertices of a
    graph", Communications of the ACM 22 (1979).
    """
    size = len(start) - 1
    around = [neighbours[start[node] : start[node + 1]].tolist() for node in range(size)]
    colours = [-1] * size
    seen = [0] * size  # the colours of the neighbours, a bit each
    heap = [(0, -len(around[node]), node) for node in range(size)]
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
                entry = (-seen[neighbour].bit_count(), -len(around[neighbour]), neighbour)
                heapq.heappush(heap, entry)
    return np.array(colours, np.int64)
