"""Problems that are square lattices, which can be shown as pictures."""

from collections.abc import Hashable, Sequence

import dimod
import numpy as np
from numpy.typing import NDArray

__all__ = ["find_lattice"]

Ints = NDArray[np.int64]


def find_lattice(bqm: dimod.BinaryQuadraticModel) -> Ints | None:
    """Where the variables stand if the problem is a square lattice, else None.

    It is one if all labels are pairs (row, column) that fill a rectangle; or if they are whole
    numbers without a gap, row by row, and every coupling joins neighbours of a row or a column, the
    first and the last counted as neighbours too. Couplings may be missing.

    Returns int64 of shape (rows, columns): indices into `bqm.variables`.
    """
    variables = list(bqm.variables)
    if all(isinstance(name, tuple) and len(name) == 2 for name in variables):
        return _by_pairs(variables)
    if not all(type(name) is int for name in variables):
        return None
    order = np.argsort(np.array(variables, np.int64))
    count = len(order)
    if count < 4 or variables[order[-1]] - variables[order[0]] != count - 1:
        return None
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    first, second = bqm.to_numpy_vectors(variables).quadratic[:2]
    columns = _columns(rank[first], rank[second], count)
    return None if columns is None else order.reshape(-1, columns)


def _by_pairs(variables: Sequence[Hashable]) -> Ints | None:
    """The lattice of variables that are called (row, column)."""
    try:
        places = np.array(variables)
    except ValueError:  # of parts of different shapes
        return None
    if places.ndim != 2 or places.dtype.kind != "i":
        return None
    places = places - places.min(0)
    rows, columns = (int(size) + 1 for size in places.max(0))
    if min(rows, columns) < 2 or rows * columns != len(variables):
        return None
    lattice = np.full((rows, columns), -1, np.int64)
    lattice[places[:, 0], places[:, 1]] = np.arange(len(variables))
    return None if (lattice < 0).any() else lattice


def _columns(first: Ints, second: Ints, count: int) -> int | None:
    """How many columns make neighbours of all couplings of sites that are counted row by row."""
    steps, times = np.unique(np.abs(first - second), return_counts=True)
    for columns in steps[np.argsort(-times, kind="stable")].tolist():
        if columns < 2 or count % columns or count // columns < 2:
            continue
        rows = count // columns
        down = np.abs(first // columns - second // columns)
        right = np.abs(first % columns - second % columns)
        down, right = np.minimum(down, rows - down), np.minimum(right, columns - right)
        if (down + right == 1).all() and right.any():
            return columns
    return None
