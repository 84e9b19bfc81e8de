"""Square matrices, dense or sparse, as problems."""

import sys
from dataclasses import dataclass
from typing import Any

import dimod
import numpy as np

from ..errors import CouplingValueError, InputError
from .problem import Kind, Problem, check_kind, check_size, make_bqm

__all__ = ["Entries", "from_matrix", "is_sparse"]


@dataclass(frozen=True)
class Entries:
    """The stored entries of a square matrix.

    name, first : for messages: what the matrix is, and the number of its first row
    size : rows
    i, j, value : row and column from 0, each place at most once, and what stands there
    symmetric : whether an entry beside the diagonal stands for two
    lines : for messages, the line of a file that each entry stands in, if it is from one
    refusal : the error that `problem` raises
    """

    name: str
    first: int
    size: int
    i: np.ndarray
    j: np.ndarray
    value: np.ndarray
    symmetric: bool = False
    lines: np.ndarray | None = None
    refusal: type[InputError] = InputError

    def problem(self, kind: Kind, name: str, biases: np.ndarray | None = None) -> Problem:
        """As "qubo", `sum Q[i,j] x[i] x[j]` over all i and j; else a graph with each pair once.

        Raises `refusal` where the pairs of a graph are not clear.
        """
        if kind == "qubo":
            return Problem(kind, self._qubo(), None, name)
        i, j, weights = self._pairs()
        linear = np.zeros(self.size) if biases is None else -biases
        signed = weights if kind == "maxcut" else -weights
        bqm = make_bqm(linear, i, j, signed, dimod.SPIN)
        return Problem(kind, bqm, float(weights.sum()) if kind == "maxcut" else None, name)

    def _qubo(self) -> dimod.BinaryQuadraticModel:
        """The quadratic form of the whole matrix."""
        diagonal = self.i == self.j
        linear = np.bincount(self.i[diagonal], self.value[diagonal], minlength=self.size)
        i, j, value = (column[~diagonal] for column in (self.i, self.j, self.value))
        return make_bqm(linear, i, j, value * 2 if self.symmetric else value, dimod.BINARY)

    def _pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Every pair of the graph once. Raises `refusal` if that is not clear."""
        i, j, value = self.i, self.j, self.value
        loops = np.flatnonzero((i == j) & (value != 0))
        if len(loops):
            loop = int(loops[0])
            vertex = int(i[loop]) + self.first
            raise self.refusal(
                f"{self._place(loop)} has {value[loop]} on the diagonal, at {vertex} {vertex}; "
                "a graph has no edge from a vertex to itself, so take it out or read it as 'qubo'"
            )
        pair = np.minimum(i, j) * self.size + np.maximum(i, j)
        below, above = i > j, i < j
        low, high = (
            np.flatnonzero(side)[np.argsort(pair[side], kind="stable")] for side in (below, above)
        )
        if np.array_equal(pair[low], pair[high]) and np.array_equal(value[low], value[high]):
            return i[low], j[low], value[low]
        twice = np.intersect1d(pair[low], pair[high])
        if len(twice):
            again = int(np.flatnonzero(pair == twice[0])[-1])
            one, other = divmod(int(twice[0]), self.size)
            raise self.refusal(
                f"{self._place(again)} gives the pair {one + self.first} {other + self.first} in "
                "both orders, and is not symmetric; give each pair once, or the same value in both "
                "orders"
            )
        edges = below | above
        return i[edges], j[edges], value[edges]

    def _place(self, entry: int) -> str:
        """What the matrix is, and where in it an entry stands."""
        return self.name if self.lines is None else f"{self.name}, line {self.lines[entry]}"


def from_matrix(
    matrix: Any, as_kind: Kind | None = None, biases: Any = None, name: str = "matrix"
) -> Problem:
    """A NumPy array or a SciPy sparse matrix, of shape (n, n), as a problem.

    as_kind : "qubo" (default), `E = sum Q[i,j] x[i] x[j]` over all i and j and x of 0 and 1, with
        linear terms on the diagonal; "ising", `E = -sum J[i,j] s[i] s[j] - sum h[i] s[i]` over the
        pairs and s of +-1; "maxcut", the weights of a graph. For the last two each pair counts
        once: the matrix is symmetric, or has each pair in one order; its diagonal is zero.
    biases : for "ising", h, shape (n,)

    Raises `InputError` for what is no such matrix, `CouplingValueError` for numbers that are not
    finite, `OptionError` for another kind, `ProblemTooLargeError`.
    """
    kind = check_kind(name, "a matrix", as_kind, ("qubo", "ising", "maxcut"))
    entries = _sparse(matrix, name) if is_sparse(matrix) else _dense(matrix, name)
    bad = np.flatnonzero(~np.isfinite(entries.value))
    if len(bad):
        at = int(bad[0])
        raise CouplingValueError(
            f"{name} has {entries.value[at]} at [{entries.i[at]}, {entries.j[at]}]; give a finite "
            "number"
        )
    if biases is None:
        return entries.problem(kind, name)
    if kind != "ising":
        raise InputError(
            f"biases are for 'ising', not for {kind!r}"
            + ("; put them on the diagonal" if kind == "qubo" else "; leave them out")
        )
    return entries.problem(kind, name, _biases(biases, entries.size))


def is_sparse(matrix: Any) -> bool:
    """Whether this is one of SciPy's sparse matrices or arrays."""
    # If it is one, SciPy has been imported; the host does not need it otherwise.
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and sparse.issparse(matrix)


def _dense(matrix: Any, name: str) -> Entries:
    if not isinstance(matrix, np.ndarray) or isinstance(matrix, np.ma.MaskedArray):
        raise InputError(
            f"{name} is a {type(matrix).__name__}; give a NumPy array or a SciPy sparse matrix"
        )
    values = np.asarray(matrix)
    _check_real(values, name)
    _check_shape(values.shape, name)
    i, j = np.nonzero(values)
    return Entries(name, 0, len(values), i, j, values[i, j].astype(np.float64))


def _sparse(matrix: Any, name: str) -> Entries:
    _check_shape(matrix.shape, name)
    entries = matrix.tocoo(copy=True)
    _check_real(entries.data, name)
    entries = entries.astype(np.float64)
    entries.sum_duplicates()
    i, j = (np.asarray(index, np.int64) for index in (entries.row, entries.col))
    return Entries(name, 0, matrix.shape[0], i, j, entries.data)


def _check_real(values: np.ndarray, name: str) -> None:
    if values.dtype.kind not in "biuf":
        raise InputError(f"{name} has elements of type {values.dtype}; give real numbers")


def _check_shape(shape: tuple[int, ...], name: str) -> None:
    if len(shape) != 2 or shape[0] != shape[1] or not shape[0]:
        raise InputError(f"{name} has the shape {shape}; give a square matrix of at least one row")
    check_size(name, shape[0])


def _biases(biases: Any, size: int) -> np.ndarray:
    try:
        values = np.asarray(biases)
    except ValueError as error:  # as for rows of different lengths
        raise InputError(f"biases is no array ({error}); give {size} numbers") from error
    _check_real(values, "biases")
    if values.shape != (size,):
        raise InputError(f"biases has the shape {values.shape}; the matrix asks for ({size},)")
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise CouplingValueError(f"biases has {values[bad[0]]} at [{bad[0]}]; give a finite number")
    return values.astype(np.float64)
