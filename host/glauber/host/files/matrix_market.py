"""MatrixMarket files: a square matrix of real numbers."""

from dataclasses import dataclass

import dimod
import numpy as np

from ..errors import FileFormatError
from .problem import Kind, Problem, check_kind, check_size, make_bqm
from .table import NumberTable, fault

__all__ = ["BANNER", "read_matrix_market"]

BANNER = b"%%MatrixMarket"
BANNER_TEXT = "`%%MatrixMarket matrix coordinate|array real|integer|pattern general|symmetric`"


@dataclass(frozen=True)
class _Entries:
    """The stored entries of a matrix of `size` rows, from 0; `symmetric` ones stand for two."""

    size: int
    i: np.ndarray
    j: np.ndarray
    value: np.ndarray
    symmetric: bool


def read_matrix_market(path: str, name: str, data: bytes, as_kind: Kind | None) -> Problem:
    """The QUBO `sum Q[i,j] x[i] x[j]` over all i and j; or a graph, with each pair once."""
    kind = check_kind(path, "a MatrixMarket file", as_kind, ("qubo", "maxcut", "ising"))
    entries = _read_entries(path, data)
    if kind == "qubo":
        return Problem(kind, _qubo(entries), None, name)
    i, j, weights = _pairs(path, entries)
    signed = weights if kind == "maxcut" else -weights
    bqm = make_bqm(np.zeros(entries.size), i, j, signed, dimod.SPIN)
    return Problem(kind, bqm, float(weights.sum()) if kind == "maxcut" else None, name)


def _read_entries(path: str, data: bytes) -> _Entries:
    banner = data.split(b"\n", 1)[0]
    words = banner.lower().split()
    legal = (
        len(words) == 5
        and words[:2] == [BANNER.lower(), b"matrix"]
        and words[2] in (b"coordinate", b"array")
        and words[3] in (b"real", b"integer", b"pattern")
        and words[4] in (b"general", b"symmetric")
        and words[2:4] != [b"array", b"pattern"]
    )
    if not legal:
        raise fault(path, 1, banner, BANNER_TEXT)
    table = NumberTable(path, data, b"%")
    sparse, symmetric = words[2] == b"coordinate", words[4] == b"symmetric"
    _check_header(table, sparse)
    size = table.header_number(0)
    check_size(path, size)
    if not sparse:
        return _read_dense(table, size, symmetric)
    width = 2 if words[3] == b"pattern" else 3
    table.check_widths(width, width, "`i j`" if width == 2 else "`i j value`")
    table.check_rows(table.header_number(2), "entries")
    i, j = (table.indices(column, 1, size, "an index") for column in (0, 1))
    upper = np.flatnonzero(i < j) if symmetric else []
    if len(upper):
        raise table.fault(
            int(upper[0]), "an entry with i >= j, because the file is symmetric (swap the two)"
        )
    return _Entries(size, i - 1, j - 1, table.weights(2), symmetric)


def _check_header(table: NumberTable, sparse: bool) -> None:
    """Raise `FileFormatError` unless the header line gives the size of a square matrix."""
    head = table.header
    numbers = len(head) == (3 if sparse else 2) and table.header_number(0) > 0
    if not numbers or head[0] != head[1] or table.header_number(-1) < 0:
        raise table.header_fault(
            f"`{'rows columns entries' if sparse else 'rows columns'}` of a square matrix"
        )


def _read_dense(table: NumberTable, size: int, symmetric: bool) -> _Entries:
    """Column after column; of a symmetric matrix, from the diagonal down."""
    table.check_widths(1, 1, "one value per line")
    table.check_rows(size * (size + 1) // 2 if symmetric else size * size, "values")
    j, i = np.triu_indices(size) if symmetric else np.divmod(np.arange(size * size), size)
    values = table.weights(0)
    there = values != 0
    return _Entries(size, i[there], j[there], values[there], symmetric)


def _qubo(entries: _Entries) -> dimod.BinaryQuadraticModel:
    """The quadratic form of the whole matrix."""
    diagonal = entries.i == entries.j
    linear = np.bincount(entries.i[diagonal], entries.value[diagonal], minlength=entries.size)
    i, j, value = (column[~diagonal] for column in (entries.i, entries.j, entries.value))
    return make_bqm(linear, i, j, value * 2 if entries.symmetric else value, dimod.BINARY)


def _pairs(path: str, entries: _Entries) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every pair of the graph once. Raises `FileFormatError` if that is not clear."""
    i, j, value = entries.i, entries.j, entries.value
    loops = np.flatnonzero((i == j) & (value != 0))
    if len(loops):
        vertex = int(i[loops[0]]) + 1
        raise FileFormatError(
            f"{path} has {value[loops[0]]} on the diagonal, at {vertex} {vertex}; a graph has no "
            "edge from a vertex to itself, so take it out or read the file as 'qubo'"
        )
    pair = np.minimum(i, j) * entries.size + np.maximum(i, j)
    below, above = i > j, i < j
    low, high = (
        np.flatnonzero(side)[np.argsort(pair[side], kind="stable")] for side in (below, above)
    )
    if np.array_equal(pair[low], pair[high]) and np.array_equal(value[low], value[high]):
        return i[low], j[low], value[low]
    twice = np.intersect1d(pair[low], pair[high])
    if len(twice):
        first, second = divmod(int(twice[0]), entries.size)
        raise FileFormatError(
            f"{path} gives the pair {first + 1} {second + 1} in both orders, and is not symmetric; "
            "give each pair once, or the same value in both orders"
        )
    edges = below | above
    return i[edges], j[edges], value[edges]
