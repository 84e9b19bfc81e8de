"""Connected components, and the two sides of those that are bipartite, on whole arrays."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["components", "two_sides"]

Ints = NDArray[np.int64]


def components(size: int, first: Ints, second: Ints) -> Ints:
    """The smallest node of each node's component, shape (size,).

    Every node points to a smaller one of its component, or to itself. Ends of edges whose roots
    differ are joined, and ways to the roots cut short, until nothing changes: some rounds, which
    grow with the logarithm of the size.
    """
    root = np.arange(size)
    while True:
        low, high = root[first], root[second]
        apart = low != high
        if not apart.any():
            return root
        first, second = first[apart], second[apart]
        low, high = low[apart], high[apart]
        np.minimum.at(root, np.maximum(low, high), np.minimum(low, high))
        while not np.array_equal(shorter := root[root], root):
            root = shorter


def two_sides(order: Ints, first: Ints, second: Ints) -> Ints | None:
    """The sides 0 and 1 of a bipartite graph, shape (nodes,); None if it is none.

    order : which node comes first, second, ...: the first of each component is on side 0.

    In the graph with a node for each node and side, whose edges change the side, the two of a node
    are in one component exactly if a cycle of odd length goes through its component.
    """
    size = len(order)
    if size and _triangle(size, int(order[0]), first, second):
        return None
    rank = np.empty(size, np.int64)
    rank[order] = np.arange(size)
    low, high = rank[first], rank[second]
    ends = np.concatenate([low, low + size]), np.concatenate([high + size, high])
    root = components(2 * size, *ends)
    if (root[:size] == root[size:]).any():
        return None
    # The smallest number in a component is of side 0 and of the first node that it holds.
    return (root[:size] > root[size:]).astype(np.int64)[rank]


def _triangle(size: int, node: int, first: Ints, second: Ints) -> bool:
    """Whether two neighbours of a node are neighbours: most graphs that are not bipartite are
    found out by their first node.
    """
    beside = np.zeros(size, np.bool_)
    beside[second[first == node]] = True
    beside[first[second == node]] = True
    return bool((beside[first] & beside[second]).any())
